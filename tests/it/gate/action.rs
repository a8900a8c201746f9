//! Owns the action as a runner executes it: `action.yml` is read, inputs and variables are set as the runner sets them, the steps run in a
//! real shell, and the workflow commands and outputs are read back by the runner's rules. Refuses the network but a server of its own.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use sha2::{Digest as _, Sha256};
use tollgate::doc::{Document, Format, Value};
use tollgate::limits::Limits;
use tollgate::text::{RepoPath, SourceFile};

use super::checkout::{Checkout, Run};
use super::runner;
use super::{CODE, GATES, PROJECT, SOFT};

/// A checkout of the action itself, with a copy of its files.
pub(super) struct Action {
    pub(super) folder: tempfile::TempDir,
}

/// What a run of it left behind.
pub(super) struct Left {
    pub(super) status: i32,
    pub(super) log: String,
    pub(super) outputs: BTreeMap<String, String>,
    pub(super) summary: String,
}

impl Left {
    /// The level and text of each workflow command that the runner obeys: annotations, and nothing else.
    pub(super) fn commands(&self) -> Vec<(String, String)> {
        let all = runner::commands(&self.log);
        let shown = runner::annotations(&all);
        assert_eq!(shown.len(), all.len(), "others, or more than are kept: {all:?}");
        shown.into_iter().map(|one| (one.name.clone(), one.text.clone())).collect()
    }
}

impl Action {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("action")).expect("a folder");
        for name in ["action.yml", "action/run.sh", "action/checksums.txt"] {
            fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(name), folder.path().join(name)).expect("copied");
        }
        Self { folder }
    }

    pub(super) fn yaml(&self) -> std::sync::Arc<Document> {
        let text = fs::read_to_string(self.folder.path().join("action.yml")).expect("a file");
        let path = RepoPath::new("action.yml").expect("a path");
        Document::parse(SourceFile::new(path, text), Format::Yaml, &Limits::default()).expect("YAML").into()
    }

    /// Runs the steps with these inputs, the others at their defaults.
    pub(super) fn run(&self, checkout: &Checkout, run: &Run, inputs: &[(&str, &str)], more: &[(&str, &str)]) -> Left {
        let yaml = self.yaml();
        let root = yaml.root();
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        for input in root.get("inputs").expect("inputs").entries() {
            let default = input.value().get("default").and_then(Value::scalar).unwrap_or_default();
            let default = if default == "${{ github.token }}" { "ghs_ofTheRun" } else { default };
            values.insert(input.name().expect("a name").to_owned(), default.to_owned());
        }
        for (name, value) in inputs {
            assert!(values.insert((*name).to_owned(), (*value).to_owned()).is_some(), "{name} is an input");
        }
        let temp = tempfile::tempdir().expect("a folder");
        // Files of the step: made empty before it, read after it.
        let file = |name: &str| temp.path().join(name);
        let files = [("OUTPUT", "output"), ("STEP_SUMMARY", "summary"), ("ENV", "env"), ("PATH", "path"), ("STATE", "state")];
        files.iter().for_each(|(_, name)| fs::write(file(name), "").expect("written"));
        let mut log = String::new();
        let mut status = 0;
        for step in root.get("runs").and_then(|runs| runs.get("steps")).expect("steps").items() {
            let script = temp.path().join("step.sh");
            fs::write(&script, step.get("run").and_then(Value::scalar).expect("a script")).expect("written");
            let shell = step.get("shell").and_then(Value::scalar).expect("a shell").replace("{0}", &script.display().to_string());
            let mut words = shell.split_whitespace();
            let mut command = Command::new(words.next().expect("a program"));
            let path = std::env::var_os("PATH").unwrap_or_default();
            command.args(words).env_clear().env("PATH", path).current_dir(checkout.directory.path());
            // No INPUT_*: the runner gives those to programs and containers, not to the scripts of a composite action
            // (`src/Runner.Worker/Handlers`, `AddInputsToEnvironment`). So it is with the action's own repository.
            command.envs(checkout.variables(run)).env("GITHUB_ACTION_REPOSITORY", "").env("GITHUB_ACTION_REF", "");
            command.envs(files.iter().map(|(name, at)| (format!("GITHUB_{name}"), file(at))));
            command.env("GITHUB_ACTION_PATH", self.folder.path()).env("RUNNER_TEMP", temp.path());
            command.env("RUNNER_TOOL_CACHE", self.folder.path().join("cache")).envs(more.iter().copied());
            for variable in step.get("env").expect("variables").entries() {
                let value = self.evaluated(variable.value().scalar().expect("text"), &values);
                command.env(variable.name().expect("a name"), value);
            }
            let ended = command.output().expect("it starts");
            log.push_str(&String::from_utf8_lossy(&ended.stdout));
            log.push_str(&String::from_utf8_lossy(&ended.stderr));
            status = ended.status.code().expect("no signal");
        }
        let text = |name: &str| fs::read_to_string(file(name)).expect("text");
        assert_eq!(["env", "path", "state"].map(text), ["", "", ""], "no later step is changed");
        let written = runner::outputs(&text("output"));
        let mut outputs = BTreeMap::new();
        for output in root.get("outputs").expect("outputs").entries() {
            let from = output.value().get("value").and_then(Value::scalar).expect("a value");
            let from =
                from.strip_prefix("${{ steps.run.outputs.").and_then(|rest| rest.strip_suffix(" }}")).expect("of the step");
            outputs.insert(output.name().expect("a name").to_owned(), written.get(from).cloned().unwrap_or_default());
        }
        assert!(written.keys().all(|name| outputs.contains_key(name)), "each output has a name: {written:?}");
        Left { status, log, outputs, summary: runner::summary(text("summary")) }
    }

    /// The expressions that the action uses, and no others.
    fn evaluated(&self, text: &str, inputs: &BTreeMap<String, String>) -> String {
        let inner = text.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")).unwrap_or_else(|| panic!("{text}"));
        match inner {
            "github.action_path" => self.folder.path().display().to_string(),
            "github.action_repository" => "acme/tollgate".to_owned(),
            input => inputs[input.strip_prefix("inputs.").unwrap_or_else(|| panic!("{text}"))].clone(),
        }
    }
}

/// A pull request that makes a gating analyzer soft.
pub(super) fn weakening() -> (Checkout, Run) {
    change(&[CODE, PROJECT, GATES], &[CODE, PROJECT, SOFT])
}

pub(super) fn change(base: super::Files<'_>, head: super::Files<'_>) -> (Checkout, Run) {
    let checkout = Checkout::new();
    let base = checkout.commit(base, &[]);
    let topic = checkout.commit(head, &[base]);
    let merge = checkout.commit(head, &[base, topic]);
    checkout.check_out(merge);
    (checkout, Run::pull_request(merge, "main", base, topic))
}

pub(super) const BINARY: (&str, &str) = ("binary", env!("CARGO_BIN_EXE_tollgate"));

#[test]
fn a_change_that_opens_the_gate_is_red_at_its_line() {
    let (checkout, run) = weakening();
    let left = Action::new().run(&checkout, &run, &[BINARY], &[]);
    assert_eq!(left.status, 1, "{}", left.log);
    assert_eq!((left.outputs["outcome"].as_str(), left.outputs["errors"].as_str()), ("fail", "1"), "{:?}", left.outputs);
    let commands = left.commands();
    assert!(commands.iter().any(|(level, text)| level == "error" && text.contains("cannot fail them")), "{commands:?}");
    assert!(left.summary.starts_with("## tollgate: fail"), "{}", left.summary);
    assert!(left.outputs["report"].ends_with(".json"), "{:?}", left.outputs);
}

#[test]
fn what_changes_nothing_is_green_and_silent() {
    let (checkout, run) = change(&[CODE, PROJECT, SOFT], &[CODE, PROJECT, SOFT, ("x", "x")]);
    let left = Action::new().run(&checkout, &run, &[BINARY], &[]);
    assert_eq!((left.status, left.outputs["outcome"].as_str(), left.commands().len()), (0, "pass", 0), "{}", left.log);
    assert!(left.outputs["existing"].parse::<usize>().is_ok_and(|count| count > 0));
}

#[test]
fn report_mode_is_green_but_for_what_nobody_could_mean() {
    let (checkout, run) = weakening();
    let action = Action::new();
    let left = action.run(&checkout, &run, &[BINARY, ("mode", "report")], &[]);
    assert_eq!((left.status, left.outputs["outcome"].as_str()), (0, "fail"), "{}", left.log);
    assert!(left.commands().iter().any(|(level, text)| level == "warning" && text.contains("reported only")));
    for wrong in
        [("fail-on", "errors"), ("mode", "soft"), ("command", "facts"), ("strict", "yes"), ("binary", "/no/such/program")]
    {
        let inputs: Vec<_> =
            [BINARY, ("mode", "report")].into_iter().filter(|(name, _)| *name != wrong.0).chain([wrong]).collect();
        let left = action.run(&checkout, &run, &inputs, &[]);
        assert_eq!(left.status, 2, "{wrong:?}: {}", left.log);
    }
}

#[test]
fn a_tool_that_breaks_is_never_green() {
    let (checkout, run) = weakening();
    let folder = tempfile::tempdir().expect("a folder");
    for (script, status) in [("kill -9 $$", 137), ("exit 101", 101)] {
        let program = folder.path().join("tollgate");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a program");
        let left = Action::new().run(&checkout, &run, &[("binary", program.to_str().expect("text")), ("mode", "report")], &[]);
        assert_eq!(left.status, status, "{}", left.log);
        assert!(left.commands().iter().any(|(level, text)| level == "error" && text.contains("did not finish")), "{}", left.log);
    }
}

/// What ends before there is a report: the page shows why, the outputs say it, and no mode makes another program green.
#[test]
fn a_check_without_a_report_says_so() {
    let (checkout, _) = weakening();
    let (base, head) = (checkout.commit(&[CODE, PROJECT, GATES], &[]), checkout.commit(&[CODE, PROJECT, SOFT], &[]));
    let elsewhere = Run::pull_request(head, "main", base, head);
    let left = Action::new().run(&checkout, &elsewhere, &[BINARY], &[]);
    assert_eq!((left.status, left.outputs["outcome"].as_str()), (3, "incomplete"), "{}", left.log);
    let told = left.commands().into_iter().filter(|(level, _)| level == "error").collect::<Vec<_>>();
    assert!(matches!(told.as_slice(), [(_, text)] if text.contains('\n')), "the error and its help: {told:?}");
    assert!(left.summary.starts_with("## tollgate: not finished") && left.summary.contains("status 3"), "{}", left.summary);
    let told = Action::new().run(&checkout, &elsewhere, &[BINARY, ("mode", "report")], &[]);
    assert_eq!(
        (told.status, told.outputs["outcome"].as_str()),
        (0, "incomplete"),
        "what was not finished is only reported: {}",
        told.log
    );
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken");
    fs::write(&broken, "#!/bin/sh\nexit 3\n").expect("written");
    fs::set_permissions(&broken, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a program");
    for program in ["/bin/true", "/bin/false", broken.to_str().expect("text")] {
        for mode in ["report", "gate"] {
            let left = Action::new().run(&checkout, &elsewhere, &[("binary", program), ("mode", mode)], &[]);
            let told = left.commands().iter().any(|(level, text)| level == "error" && text.contains("without a report"));
            assert!(left.status == 2 && told, "{program} {mode}: {}", left.log);
        }
    }
}

/// What stands in an input stays a word, whatever it holds.
#[test]
fn inputs_are_never_code() {
    let (checkout, run) = weakening();
    let evil = "x\"; touch owned; $(touch owned) `touch owned`\n::error::forged";
    for name in ["path", "profile", "fail-on", "policy", "org-policy", "tag", "expect-commit", "server", "sarif", "mode"] {
        let command = if ["tag", "expect-commit"].contains(&name) { "verify-tag" } else { "check" };
        let left = Action::new().run(&checkout, &run, &[BINARY, ("command", command), (name, evil)], &[]);
        assert!(!checkout.directory.path().join("owned").exists(), "{name}");
        assert!(!left.commands().iter().any(|(_, text)| text == "forged"), "{name}: {}", left.log);
    }
}

#[test]
fn nothing_and_everything_can_be_switched_off() {
    let (checkout, run) = weakening();
    let sarif = checkout.directory.path().join(".git/out.sarif");
    let inputs = [BINARY, ("summary", "false"), ("annotations", "false"), ("sarif", sarif.to_str().expect("text"))];
    let left = Action::new().run(&checkout, &run, &inputs, &[]);
    assert_eq!((left.status, left.summary.as_str(), left.commands().len()), (1, "", 0), "{}", left.log);
    assert!(fs::read_to_string(&sarif).expect("a file").contains("\"2.1.0\""));
}

/// The forge is asked with the run's token where the input says so, and by nobody else.
#[test]
fn the_forge_is_asked_where_the_input_says_so() {
    use crate::forge::server::serve;
    let (checkout, run) = change(&[CODE, PROJECT, GATES], &[CODE, PROJECT, GATES, ("x", "x")]);
    let server = serve(&crate::forge::forge());
    let told = [("GITHUB_API_URL", server.address.as_str()), ("GITHUB_REPOSITORY", "acme/kestrel")];
    let silent = Action::new().run(&checkout, &run, &[BINARY], &told);
    assert!(silent.status == 0 && server.asked().is_empty(), "{}", silent.log);
    let left = Action::new().run(&checkout, &run, &[BINARY, ("forge", "true")], &told);
    assert_eq!((left.status, left.outputs["outcome"].as_str()), (0, "pass"), "{}", left.log);
    assert!(left.log.contains("the forge was asked about acme/kestrel") && !left.log.contains("ghs_ofTheRun"), "{}", left.log);
    let asked = server.asked();
    assert!(!asked.is_empty() && asked.iter().all(|(_, token)| token.as_deref() == Some("Bearer ghs_ofTheRun")), "{asked:?}");
    let fork = Action::new().run(&checkout, &run, &[BINARY, ("forge", "true"), ("token", "")], &told);
    assert_eq!(fork.status, 0, "{}", fork.log);
    let wrong = Action::new().run(&checkout, &run, &[BINARY, ("forge", "yes")], &told);
    assert_eq!(wrong.status, 2, "{}", wrong.log);
}

/// Where nobody merges a weaker policy without its owners, that it is weaker is told, and decided by them.
#[test]
fn a_weaker_policy_is_a_notice_where_its_owners_have_to_approve_it() {
    const OWNERS: (&str, &str) = (".github/CODEOWNERS", "/.github/ @acme/sec\n/.tollgate.toml @acme/sec\n");
    let owned = [CODE, PROJECT, GATES, super::STRICT, OWNERS];
    let server = crate::forge::server::serve(&crate::forge::forge());
    let told = [("GITHUB_API_URL", server.address.as_str()), ("GITHUB_REPOSITORY", "acme/kestrel")];
    let judged = |head: super::Files<'_>, forge: &str| {
        let (checkout, run) = change(&owned, head);
        let left = Action::new().run(&checkout, &run, &[BINARY, ("forge", forge)], &told);
        (left.status, left.outputs["errors"].clone())
    };
    let weaker = [CODE, PROJECT, GATES, super::LAX, OWNERS];
    assert_eq!(judged(&weaker, "false"), (1, "1".to_owned()));
    assert_eq!(judged(&weaker, "true"), (0, "0".to_owned()));
    // Who takes the owners away first is judged by those that were there.
    let both = [CODE, PROJECT, GATES, super::LAX, (".github/CODEOWNERS", "* @evil\n")];
    assert_eq!(judged(&both, "true").0, 0);
    let open = [CODE, PROJECT, GATES, super::STRICT, (".github/CODEOWNERS", "/.github/ @acme/sec\n")];
    let (checkout, run) = change(&open, &[CODE, PROJECT, GATES, super::LAX, open[4]]);
    assert_eq!(Action::new().run(&checkout, &run, &[BINARY, ("forge", "true")], &told).status, 1);
}

/// Answers every request with these bytes until the test is over.
fn serve(bytes: Vec<u8>) -> String {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", server.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in server.incoming().flatten() {
            let mut stream = stream;
            let _ = stream.read(&mut [0; 4096]);
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", bytes.len());
            let _ = stream.write_all(&bytes);
        }
    });
    address
}

#[test]
fn a_release_is_run_only_if_it_is_the_one_that_is_named() {
    let (checkout, run) = weakening();
    let action = Action::new();
    let without = action.run(&checkout, &run, &[], &[]);
    assert!(without.status == 2 && without.log.contains("there is no release yet"), "{}", without.log);
    let program =
        b"#!/bin/sh\necho released \"$1\"\nfor a; do case $a in --out=json=*) echo {} > \"${a#--out=json=}\";; esac; done\n"
            .to_vec();
    let digest: String = Sha256::digest(&program).iter().map(|byte| format!("{byte:02x}")).collect();
    let machine = Command::new("uname").args(["-s", "-m"]).output().expect("uname");
    let machine = String::from_utf8(machine.stdout).expect("text").trim().replace(' ', "-");
    let list = action.folder.path().join("action/checksums.txt");
    fs::write(&list, format!("# none\n{digest} 1.0.0 tollgate-1.0.0-{machine}\n")).expect("written");
    let server = serve(program);
    let served = [("GITHUB_SERVER_URL", server.as_str())];
    let left = action.run(&checkout, &run, &[], &served);
    assert!(left.status == 0 && left.log.contains("released check"), "{}", left.log);
    // From the cache, without the server; a cache that somebody wrote to is no release.
    let nowhere = [("GITHUB_SERVER_URL", "http://127.0.0.1:9")];
    assert_eq!(action.run(&checkout, &run, &[], &nowhere).status, 0);
    let cached = action.folder.path().join(format!("cache/tollgate/1.0.0/{machine}/tollgate"));
    fs::write(&cached, "#!/bin/sh\nexit 0\n").expect("written");
    let poisoned = action.run(&checkout, &run, &[], &nowhere);
    assert!(poisoned.status == 2 && poisoned.log.contains("cannot be downloaded"), "{}", poisoned.log);
    let other = serve(b"#!/bin/sh\nexit 0\n".to_vec());
    let forged = action.run(&checkout, &run, &[], &[("GITHUB_SERVER_URL", other.as_str())]);
    assert!(forged.status == 2 && forged.log.contains("its SHA-256 differs"), "{}", forged.log);
}
