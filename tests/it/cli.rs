//! Owns the tests of the command line as a user meets it: help, hints, exit statuses, files written. Every child runs with an
//! environment scrubbed of CI.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

fn tollgate() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.env_clear().env("TERM", "dumb");
    command
}

struct Out {
    status: i32,
    stdout: String,
    stderr: String,
}

fn run_in(directory: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Out {
    let output = tollgate().args(arguments).envs(environment.iter().copied()).current_dir(directory).output().expect("it starts");
    Out {
        status: output.status.code().expect("no signal"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

fn run(arguments: &[&str]) -> Out {
    run_in(Path::new(env!("CARGO_TARGET_TMPDIR")), arguments, &[])
}

#[test]
fn help_lists_what_there_is_and_nothing_else() {
    let out = run(&["--help"]);
    assert_eq!(out.status, 0);
    for command in [
        "check",
        "verify-tag",
        "facts",
        "rules",
        "explain",
        "policy",
        "init",
        "waive",
        "countersign",
        "keys",
        "completions",
        "man",
    ] {
        assert!(out.stdout.contains(&format!("\n  {command}")), "{command}");
    }
    for later in ["sweep", "attest"] {
        assert!(!out.stdout.contains(later), "{later}");
    }
    let check = run(&["check", "--help"]).stdout;
    assert!(check.contains("--forge") && !check.contains("html"), "{check}");
    assert!(run(&["--version"]).stdout.starts_with("tollgate 0."));
}

#[test]
fn usage_errors_are_status_2_with_a_hint() {
    let cases: &[(&[&str], &str, &str)] = &[
        (&["chek"], "unrecognized subcommand 'chek'", "'check'"),
        (&["attest", "pyup-config"], "`tollgate attest` arrives with a later version", "`[[waiver]]`"),
        (&["waive", "pyup-confg"], "there is no rule `pyup-confg`", "did you mean `pyup-config`?"),
        (&["init", "--action", "acme/tollgate"], "is no action at a commit", "OWNER/NAME@"),
        (&["sweep", "plan", "--x"], "`tollgate sweep` arrives with a later version", "tollgate check"),
        (&["check", "--ony", "x"], "unexpected argument '--ony'", "--only"),
        (&["check", "no-such-folder"], "there is no `no-such-folder`", "PATH is"),
        (&["check", "--only", "python-bandt"], "there is no rule `python-bandt`", "did you mean `python-bandit`?"),
        (&["check", "--profile", "modem"], "there is no profile `modem`", "profiles are: literal, modern"),
        (&["check", "--fail-on", "errors"], "--fail-on cannot be `errors`", "did you mean `error`?"),
        (&["check", "--format", "html"], "the format `html` arrives with a later version", "text, github, json, markdown"),
        (&["check", "--format", "jsn"], "there is no format `jsn`", "did you mean `json`?"),
        (&["check", "--out", "html=x.html"], "the format `html` arrives with a later version", "formats are"),
        (&["check", "--out", "x.json"], "names no file", "--out json=tollgate.json"),
        (&["check", "--out", "json=no/such/folder/x.json"], "cannot be written", "a directory that exists"),
        (&["check", "--out", "json=-"], "`-` is no file", "standard output has what `--format json` asks for"),
        (&["check", "--limit", "depht=3"], "there is no limit `depht`", "limits are"),
        (&["check", "--limit", "depth=0"], "needs a whole number from 1", "for example"),
        (&["check", "--now", "yesterday"], "`--now yesterday` is no time", "RFC 3339"),
        (&["check", "--forge"], "--forge does not know the repository", "GITHUB_REPOSITORY=owner/name"),
        (&["check", "--cargo-metadata", "x"], "--cargo-metadata arrives with a later version", "leave it out"),
        (&["check", "--policy", "a", "--policy-ref", "b"], "cannot be used with", ""),
        (&["facts", "--format", "markdown"], "there is no format `markdown`", "formats are: text, json"),
        (&["explain", "bandt"], "there is no rule, tool, bot or generator `bandt`", "did you mean `bandit`?"),
        (&["rules", "--format", "xml"], "there is no format `xml`", "formats are: text, json, markdown"),
        (&["policy", "diff", "a", "--policy", "b"], "takes the two policies as arguments", "FROM TO"),
        (&["policy", "check", "."], "`.` is a directory", "give the file"),
        (&["policy", "check", "nothing.toml"], "`nothing.toml` cannot be opened", ""),
        (&["policy", "diff", "main"], "there is no file `main`", "a revision in full: refs/heads/main"),
        (&["completions", "tcsh"], "invalid value 'tcsh'", ""),
    ];
    for (arguments, message, hint) in cases {
        let out = run(arguments);
        assert_eq!(out.status, 2, "{arguments:?}\n{}", out.stderr);
        assert!(out.stdout.is_empty(), "{arguments:?}: {}", out.stdout);
        assert!(out.stderr.contains(message), "{arguments:?}\n{}", out.stderr);
        assert!(out.stderr.contains(hint), "{arguments:?}\n{}", out.stderr);
    }
}

#[test]
fn a_path_cannot_speak_to_the_runner() {
    let out = run_in(Path::new(env!("CARGO_TARGET_TMPDIR")), &["check", "x\n::error::y"], &[("GITHUB_ACTIONS", "true")]);
    assert_eq!(out.status, 2);
    assert!(out.stderr.lines().all(|line| !line.trim_start().starts_with("::")), "{}", out.stderr);
    let out = run_in(Path::new(env!("CARGO_TARGET_TMPDIR")), &["\n::error::y"], &[("GITHUB_ACTIONS", "true")]);
    assert_eq!(out.status, 2);
    assert!(out.stderr.lines().all(|line| !line.trim_start().starts_with("::")), "{}", out.stderr);
}

#[test]
fn the_catalogue_is_listed_and_explained() {
    let text = run(&["rules"]);
    assert_eq!(text.status, 0);
    assert!(text.stdout.contains("  pyup-config             notice"), "{}", text.stdout);
    let literal = run(&["rules", "--profile", "literal"]).stdout;
    let row = |id: &str| literal.lines().find(|line| line.trim_start().starts_with(id)).unwrap_or_default().to_owned();
    assert!(row("pyup-config").contains(" error "), "{literal}");
    assert!(row("go-static-analysis, go-meta-linter ").contains(" error "), "{literal}");
    assert!(!text.stdout.contains("go-meta-linter"));
    let json: serde_json::Value = serde_json::from_str(&run(&["rules", "--format", "json"]).stdout).expect("JSON");
    let ids: Vec<&str> = json["rules"].as_array().expect("a list").iter().filter_map(|rule| rule["id"].as_str()).collect();
    assert!(ids.contains(&"python-static-analysis") && ids.is_sorted());
    assert!(run(&["rules", "--format", "markdown"]).stdout.starts_with("| Rule |"));
    let alias = run(&["explain", "python-bandit"]);
    assert_eq!(alias.status, 0);
    for part in ["python-static-analysis: ", "Why\n", "What to do\n", "25. ", "catalogue sha256:", "rule python-static-analysis"]
    {
        assert!(alias.stdout.contains(part), "{part}\n{}", alias.stdout);
    }
    let tool = run(&["explain", "bandit"]).stdout;
    for part in ["https://github.com/PyCQA/bandit", "--exit-zero", "Where its configuration is read", "tool bandit"] {
        assert!(tool.contains(part), "{part}\n{tool}");
    }
}

#[test]
fn every_rule_tool_and_bot_can_be_explained() {
    let catalog = tollgate::catalog::Catalog::builtin();
    let rules = catalog.rules.iter().map(|rule| ("rule", &rule.id));
    let tools = catalog.tools.iter().map(|tool| ("tool", &tool.id));
    let bots = catalog.bots.iter().map(|bot| ("bot", &bot.id));
    let exporters = catalog.exporters.iter().map(|exporter| ("generator", &exporter.id));
    for (kind, id) in rules.chain(tools).chain(bots).chain(exporters) {
        let explained = run(&["explain", id]);
        assert_eq!(explained.status, 0, "{id}");
        assert!(explained.stdout.contains(&format!("{kind} {id}")), "{kind} {id}\n{}", explained.stdout);
    }
    // Both a tool and a bot are told where both have the name; what never was a program is a bot alone.
    assert!(catalog.tool("snyk").is_some() && catalog.bot("snyk").is_some() && catalog.tool("requires-io").is_none());
}

#[test]
fn what_is_generated_is_there() {
    assert!(run(&["man"]).stdout.contains(".TH tollgate"));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let out = run(&["completions", shell]);
        assert!(out.status == 0 && out.stdout.contains("tollgate"), "{shell}");
    }
    let schema: serde_json::Value = serde_json::from_str(&run(&["policy", "schema"]).stdout).expect("JSON");
    assert!(schema["properties"]["waiver"].is_object());
}

#[test]
fn policies_are_checked_and_shown() {
    let dir = tempfile::tempdir().expect("a directory");
    let here = |arguments: &[&str]| run_in(dir.path(), arguments, &[]);
    assert_eq!(here(&["policy", "check"]).status, 2, "there is none");
    assert!(here(&["policy", "show"]).stdout.contains("release.check_last = 5"), "the defaults");
    let text = "[people.a]\n[rules]\npyup-config = \"off\"\n[[waiver]]\nrule = \"openapi-export\"\nreason = \"r\"\nowner = \"a\"\ncreated = 2026-01-01\nexpires = 2026-02-01\n";
    fs::write(dir.path().join(".tollgate.toml"), text).expect("written");
    let out = here(&["policy", "check"]);
    assert_eq!(out.status, 0, "{}", out.stderr);
    assert!(
        out.stdout.contains("rule pyup-config: off") && out.stdout.contains("waiver of openapi-export by a, until 2026-02-01")
    );
    let out = here(&["policy", "show", "--origin"]);
    let line = out.stdout.lines().find(|line| line.starts_with("rules.pyup-config = \"off\"")).expect("shown");
    assert!(line.ends_with("# .tollgate.toml:3"), "{line}");
    fs::write(dir.path().join("org.toml"), "[org.floors]\npyup-config = \"error\"\n").expect("written");
    let floored = here(&["policy", "check", "--org-policy", "org.toml"]).stdout;
    assert!(floored.contains("rule pyup-config: error, the organisation's floor (off is below it)"), "{floored}");
    let out = here(&["policy", "show", "--origin", "--org-policy", "org.toml"]).stdout;
    let line = out.lines().find(|line| line.starts_with("rules.pyup-config = \"error\"")).unwrap_or_default();
    assert!(line.ends_with("# org.toml:2"), "{out}");
    fs::write(dir.path().join("wrong.toml"), "profil = 1\n[rules]\nhstss = \"off\"\n").expect("written");
    let out = here(&["policy", "check", "wrong.toml"]);
    assert_eq!(out.status, 2);
    for part in ["--> wrong.toml:1:1", "did you mean `profile`?", "--> wrong.toml:3:1", "there is no rule `hstss`"] {
        assert!(out.stderr.contains(part), "{part}\n{}", out.stderr);
    }
    fs::write(dir.path().join("bytes.toml"), [0xff, 0xfe]).expect("written");
    assert!(here(&["policy", "check", "bytes.toml"]).stderr.contains("is not UTF-8"));
    // The same in the tree: an error of the policy, whoever reads it.
    for bytes in [&b"\0"[..], b"\xff"] {
        fs::write(dir.path().join(".tollgate.toml"), bytes).expect("written");
        assert_eq!(here(&["check"]).status, 2);
    }
    fs::remove_file(dir.path().join(".tollgate.toml")).expect("removed");
    fs::create_dir_all(dir.path().join(".github/workflows")).expect("a directory");
    fs::write(dir.path().join(".github/workflows/a.yml"), "on: push\njobs: [\n").expect("written");
    assert_eq!(here(&["facts"]).status, 3, "what could not be read makes the facts incomplete");
    let json = here(&["facts", "--format", "json"]);
    assert!(json.status == 3 && json.stderr.contains("note: .github/workflows/a.yml:2:7 was not read"), "{}", json.stderr);
    // A file that may be in either of two formats is read in one.
    fs::remove_dir_all(dir.path().join(".github")).expect("removed");
    fs::write(dir.path().join(".eslintrc"), "# ours\nrules:\n  no-eval: error\n").expect("written");
    let yaml = here(&["facts", "--format", "json"]);
    assert!(yaml.status == 0 && yaml.stderr.is_empty(), "{}", yaml.stderr);
}

#[test]
fn a_closed_pipe_is_quiet() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["explain", "eslint"])
        .env_clear()
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let out = child.wait_with_output().expect("it ends");
    assert!(out.stderr.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(out.status.code(), Some(0));
}

/// A plain folder whose bandit cannot fail.
fn folder(policy: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let write = |path: &str, text: &str| {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    };
    write("tree/pyproject.toml", "[project]\nname = \"x\"\n");
    write("tree/src/a.py", "print(1)\n");
    let workflow =
        "on: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - run: bandit -r src --exit-zero\n";
    write("tree/.github/workflows/ci.yml", workflow);
    if !policy.is_empty() {
        write("tree/.tollgate.toml", policy);
    }
    dir
}

#[test]
fn one_run_writes_every_format_and_one_status() {
    let dir = folder("");
    let arguments = ["check", "tree", "--out", "json=out.json", "--out", "markdown=out.md", "--out", "github=out.txt"];
    let out = run_in(dir.path(), &arguments, &[]);
    assert_eq!(out.status, 1, "{}", out.stderr);
    assert!(
        out.stdout.contains("error[python-static-analysis]") && out.stdout.contains("--> .github/workflows/ci.yml:6:"),
        "{}",
        out.stdout
    );
    assert!(out.stdout.ends_with("policy built-in defaults\n"), "{}", out.stdout);
    let json = fs::read_to_string(dir.path().join("out.json")).expect("written");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).expect("JSON")["outcome"], "fail");
    assert!(fs::read_to_string(dir.path().join("out.md")).expect("written").starts_with("## tollgate: fail"));
    assert!(fs::read_to_string(dir.path().join("out.txt")).expect("written").starts_with("::error file="));
    let again = run_in(dir.path(), &["check", "tree", "--format", "json"], &[]);
    assert_eq!((again.status, again.stdout), (1, json), "the same bytes");
    assert_eq!(run_in(dir.path(), &["check", "tree", "--fail-on", "never"], &[]).status, 0);
}

#[test]
fn what_is_written_keeps_the_published_schemas() {
    let dir = folder("");
    for (command, name) in [("check", "check.schema.json"), ("facts", "facts.schema.json")] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema").join(name)).expect("there");
        let validator = jsonschema::validator_for(&serde_json::from_str(&text).expect("JSON")).expect("a schema");
        let out = run_in(dir.path(), &[command, "tree", "--format", "json"], &[]);
        let value = serde_json::from_str(&out.stdout).expect("JSON");
        let problems: Vec<String> =
            validator.iter_errors(&value).map(|problem| format!("{}: {problem}", problem.instance_path())).collect();
        assert!(problems.is_empty(), "{command}: {problems:#?}");
    }
}

#[test]
fn in_actions_one_run_gives_the_log_and_the_annotations() {
    let dir = folder("");
    let out = run_in(dir.path(), &["check", "tree", "--here"], &[("GITHUB_ACTIONS", "true"), ("CI", "true")]);
    assert_eq!(out.status, 1, "{}", out.stderr);
    let log = out.stdout.find("gate: fail").expect("the log");
    let annotation = out.stdout.find("\n::error file=.github/workflows/ci.yml,line=6,").expect("an annotation");
    assert!(log < annotation);
}

#[test]
fn policies_decide_and_their_mistakes_stop_everything() {
    let waiver = "[people.a]\n[[waiver]]\nrule = \"python-bandit\"\nreason = \"r\"\nowner = \"a\"\ncreated = 2026-06-01\nexpires = 2026-07-01\n";
    let dir = folder(waiver);
    let at = |now: &str| run_in(dir.path(), &["check", "tree", "--only", "python-bandit,policy-current", "--now", now], &[]);
    let valid = at("2026-06-02T00:00:00Z");
    assert_eq!(valid.status, 0, "{}{}", valid.stdout, valid.stderr);
    assert!(valid.stdout.contains("waived[python-static-analysis]") && valid.stdout.contains("29 days left"), "{}", valid.stdout);
    assert!(valid.stdout.contains("not authoritative") && valid.stdout.contains("now 2026-06-02T00:00:00Z"), "{}", valid.stdout);
    assert_eq!(at("2026-07-01T23:59:59Z").status, 0, "the last day counts");
    let expired = at("2026-07-02T00:00:00Z");
    assert_eq!(expired.status, 1);
    assert!(
        expired.stdout.contains("warning[policy-current]: the waiver of python-static-analysis by a ended on 2026-07-01"),
        "{}",
        expired.stdout
    );
    let wrong = folder("profil = 1\n");
    let out = run_in(wrong.path(), &["check", "tree", "--out", "json=out.json"], &[]);
    assert_eq!(out.status, 2);
    assert!(out.stdout.is_empty() && !wrong.path().join("out.json").exists());
    assert!(out.stderr.contains("--> .tollgate.toml:1:1"), "{}", out.stderr);
    let strict = folder("[gate]\nfail_on = \"error\"\n");
    let out = run_in(strict.path(), &["check", "tree", "--fail-on", "never"], &[("CI", "1")]);
    assert_eq!(out.status, 2, "{}", out.stdout);
    assert!(out.stderr.contains("--fail-on never is looser than the policy"), "{}", out.stderr);
    assert_eq!(run_in(strict.path(), &["check", "tree", "--fail-on", "never"], &[]).status, 0);
}
