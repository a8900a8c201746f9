//! Owns `verify-tag` as a program: exit statuses, formats, the published schema, the outputs of a step, the environment.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

use super::case::{self, Case};
use super::repository::{Built, policy};

struct Ran {
    status: i32,
    stdout: String,
    stderr: String,
}

fn run(built: &Built, case: &Case, more: &[&str], environment: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.env_clear().env("TERM", "dumb").envs(environment.iter().copied());
    command.args(["verify-tag", "--now", &case.now, "--repo"]).arg(&built.path);
    if case.policy != "@" {
        command.arg("--policy").arg(policy(&case.policy));
    }
    if let Some(log) = &built.log {
        command.arg("--state").arg(log);
    }
    let output = command.args(more).args(&case.arguments).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Ran { status: output.status.code().expect("a status"), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn on(id: &str, more: &[&str], environment: &[(&str, &str)]) -> Ran {
    let case = case::named(id);
    run(&Built::new(&case), &case, more, environment)
}

#[test]
fn statuses_are_those_of_the_contract() {
    for (id, status) in [("control", 0), ("a06", 1), ("missing-certificate", 3), ("b11", 2), ("a39-expression", 2), ("a19", 3)] {
        let ran = on(id, &[], &[]);
        assert_eq!(ran.status, status, "{id}: {}{}", ran.stdout, ran.stderr);
    }
    let mut case = case::named("control");
    case.arguments = vec!["v1.1".to_owned(), "v7.0".to_owned()];
    assert_eq!(run(&Built::new(&case), &case, &[], &[]).status, 1, "the worst of several");
    // Every release into a new log, which then knows all of them.
    let mut all = case::named("log-all");
    (all.arguments, all.log) = (Vec::new(), None);
    let built = Built::new(&all);
    let log = built.directory.path().join("new-log");
    for _ in 0..2 {
        let ran = run(&built, &all, &["--all", "--state", log.to_str().expect("text")], &[]);
        assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
        assert_eq!(fs::read_to_string(&log).expect("a log").lines().count(), 3);
    }
    let built = Built::new(&case);
    assert_eq!(run(&built, &case, &["--fetch"], &[]).status, 2, "nothing says which repository the forge is to be asked about");
}

#[test]
fn a_verified_tag_says_what_to_deploy_and_a_rejected_one_does_not() {
    let case = case::named("control");
    let built = Built::new(&case);
    let ran = run(&built, &case, &[], &[]);
    let commit = built.history.id("c2").to_string();
    for part in
        ["verified: refs/tags/v1.1\n", "  signer  alice openpgp ", "  time    2024-05-02T00:00:00Z", "tags: pass", "policy "]
    {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    assert!(ran.stdout.contains(&format!("  deploy  {commit}\n")), "{}", ran.stdout);
    let rejected = on("a20", &[], &[]).stdout;
    assert!(rejected.starts_with("rejected: refs/tags/v1.2\n  step    branch: "), "{rejected}");
    assert!(rejected.contains("\n  remedy  ") && !rejected.contains("deploy  "), "{rejected}");
    let quiet = on("a20", &["-q"], &[]).stdout;
    assert_eq!(quiet.lines().count(), 1, "{quiet}");
}

#[test]
fn what_is_written_keeps_the_published_schema() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/verify-tag.schema.json")).expect("there");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let (mut seen, mut verdicts) = (0, std::collections::BTreeSet::new());
    for case in case::all() {
        let Some(report) = Built::new(&case).verify(&case).report else { continue };
        let view =
            tollgate::report::View { color: false, all: false, verbose: false, quiet: false, terminal: false, sarif_all: false };
        let value: Value = serde_json::from_slice(&report.render("json", &view).expect("a format")).expect("JSON");
        let problems: Vec<String> =
            validator.iter_errors(&value).map(|problem| format!("{}: {problem}", problem.instance_path())).collect();
        assert!(problems.is_empty(), "{}: {problems:#?}\n{value:#}", case.id);
        for tag in value["tags"].as_array().expect("tags") {
            verdicts.insert(tag["verdict"].as_str().expect("a word").to_owned());
        }
        for (format, _) in tollgate::report::tags::FORMATS {
            let text = String::from_utf8(report.render(format, &view).expect("a format")).expect("text");
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{}: {text:?}", case.id);
        }
        let statements = String::from_utf8(report.render("in-toto", &view).expect("a format")).expect("text");
        summarised(&value, &statements);
        seen += 1;
    }
    assert!(seen > 200 && verdicts.len() == 3, "{seen} {verdicts:?}");
    let ran = on("control", &["--format", "json"], &[]);
    assert_eq!(serde_json::from_str::<Value>(&ran.stdout).expect("JSON")["outcome"], "pass");
}

/// Every tag that is there has a verification summary, which passed where the tag is verified, and nowhere else.
fn summarised(report: &Value, statements: &str) {
    let there = |tag: &&Value| tag["object"].is_string() || tag["commit"].is_string();
    let tags: Vec<&Value> = report["tags"].as_array().expect("tags").iter().filter(there).collect();
    assert_eq!(statements.lines().count(), tags.len(), "{statements}");
    for (line, tag) in statements.lines().zip(tags) {
        let statement: Value = serde_json::from_str(line).expect("JSON");
        let predicate = &statement["predicate"];
        let passed = tag["verdict"] == "verified";
        assert_eq!(predicate["verificationResult"], if passed { "PASSED" } else { "FAILED" }, "{line}");
        assert_eq!(predicate["verifiedLevels"].as_array().map(|all| all.iter().any(|one| one == "FAILED")), Some(!passed));
        for key in ["timeVerified", "resourceUri"] {
            assert!(predicate[key].as_str().is_some_and(|text| !text.is_empty()), "{line}");
        }
        assert!(predicate["policy"]["uri"].is_string() && predicate["verifier"]["id"].is_string(), "{line}");
        let subjects = statement["subject"].as_array().expect("subjects");
        assert!(subjects.iter().all(|one| one["name"] == tag["ref"]), "{line}");
        if passed {
            assert!(subjects.iter().any(|one| one["digest"]["gitCommit"] == tag["commit"]), "{line}");
        }
    }
}

#[test]
fn in_actions_the_step_gets_its_outputs() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("output");
    let shown = file.to_str().expect("text").to_owned();
    let outputs = |id: &str, more: &[(&str, &str)]| {
        let _ = fs::remove_file(&file);
        let mut environment = vec![("GITHUB_ACTIONS", "true"), ("CI", "true"), ("GITHUB_OUTPUT", shown.as_str())];
        environment.extend(more);
        let ran = on(id, &[], &environment);
        (ran, fs::read_to_string(&file).expect("outputs"))
    };
    let built = Built::new(&case::named("control"));
    let commit = built.history.id("c2").to_string();
    let (ran, good) = outputs("control", &[("GITHUB_REF", "refs/tags/v1.1"), ("GITHUB_SHA", &commit)]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    for line in ["verified=true", "tag=v1.1", &format!("commit={commit}"), "signer=alice"] {
        assert!(good.lines().any(|other| other == line), "{line}: {good}");
    }
    assert!(good.contains("\noutcome=pass\n") && good.contains("\nobject=") && good.lines().count() == 6, "{good}");
    assert!(ran.stdout.contains("workflow comes from the tag itself"), "{}", ran.stdout);
    // Whoever in the policy cannot sign is named beside the answer.
    assert!(ran.stdout.contains("cannot sign now") && ran.stdout.contains("brainpoolP256r1"), "{}", ran.stdout);
    let (ran, bad) = outputs("control", &[("GITHUB_REF", "refs/tags/v1.1"), ("GITHUB_SHA", &"1".repeat(40))]);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("step    artefact") && ran.stdout.contains("\n::error title="), "{}", ran.stdout);
    assert!(bad.starts_with("verified=false\noutcome=fail\n") && bad.lines().any(|line| line == "commit="), "{bad}");
    let (ran, _) = outputs("a05c", &[]);
    assert!(ran.stdout.contains("actions/checkout before v6.0.2"), "{}", ran.stdout);
    // Whatever kept it from an answer, the output says no.
    for (id, status) in [("b11", 2), ("a19", 3), ("missing-certificate", 3)] {
        let (ran, said) = outputs(id, &[]);
        assert!(ran.status == status && said.starts_with("verified=false\n"), "{id}: {} {said}", ran.status);
        // Of a policy that is wrong there is no outcome; of what could not be read there is one.
        assert_eq!(said.contains("outcome=incomplete\n"), status == 3, "{id}: {said}");
        assert_eq!(said.contains("outcome="), status == 3, "{id}: {said}");
    }
    for wrong in [&["--no-such-option"][..], &["--all"], &["--expect-commit"]] {
        let _ = fs::remove_file(&file);
        let environment = [("GITHUB_ACTIONS", "true"), ("CI", "true"), ("GITHUB_OUTPUT", shown.as_str())];
        let ran = on("control", wrong, &environment);
        let said = fs::read_to_string(&file).expect("outputs");
        assert!(ran.status == 2 && said == "verified=false\n", "{wrong:?}: {} {said}", ran.status);
    }
    // Who asks for every release has named none to deploy: no output is one that a deploy could wait for.
    let mut all = case::named("control-all");
    all.arguments = Vec::new();
    let built = Built::new(&all);
    for (commit, status, said) in [(commit.clone(), 0, "all-verified=true\n"), ("1".repeat(40), 1, "all-verified=false\n")] {
        let _ = fs::remove_file(&file);
        let environment = [
            ("GITHUB_ACTIONS", "true"),
            ("CI", "true"),
            ("GITHUB_OUTPUT", shown.as_str()),
            ("GITHUB_REF", "refs/tags/v1.1"),
            ("GITHUB_SHA", commit.as_str()),
        ];
        let ran = run(&built, &all, &["--all"], &environment);
        assert_eq!(ran.status, status, "{}{}", ran.stdout, ran.stderr);
        assert_eq!(fs::read_to_string(&file).expect("outputs"), said);
        assert!(ran.stdout.contains("workflow comes from the tag itself"), "{}", ran.stdout);
        assert_eq!(ran.stdout.matches("step    artefact").count(), usize::try_from(status).expect("a count"));
    }
    // Of several tags the event is about its own.
    let mut two = case::named("control-several");
    two.arguments = vec!["v1.0".to_owned(), "refs/tags/v1.1".to_owned()];
    let environment = [("GITHUB_ACTIONS", "true"), ("GITHUB_REF", "refs/tags/v1.1"), ("GITHUB_SHA", commit.as_str())];
    let ran = run(&Built::new(&two), &two, &[], &environment);
    assert!(ran.status == 0 && ran.stdout.contains("workflow comes from the tag itself"), "{}{}", ran.stdout, ran.stderr);
    let (_, several) = outputs("control-several", &[]);
    assert_eq!(several, "verified=true\noutcome=pass\n", "of several tags no output could say which");
}

/// actions/checkout says nowhere which branch is the default one; the event of the tag does. Of another tag's run it is not asked.
#[test]
fn in_actions_the_event_names_the_default_branch() {
    let folder = tempfile::tempdir().expect("a folder");
    let event = folder.path().join("event.json");
    let shown = event.to_str().expect("text").to_owned();
    let mut case = case::named("no-origin-head");
    let built = Built::new(&case);
    let commit = built.history.id("c2").to_string();
    let ask = |reference: &str, text: &str| {
        fs::write(&event, text).expect("written");
        let environment = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_REF", reference),
            ("GITHUB_SHA", commit.as_str()),
            ("GITHUB_EVENT_PATH", shown.as_str()),
        ];
        run(&built, &case, &[], &environment)
    };
    let good = ask("refs/tags/v1.1", "{\"repository\":{\"default_branch\":\"main\"}}");
    assert_eq!(good.status, 0, "{}{}", good.stdout, good.stderr);
    assert!(good.stdout.contains("policy .tollgate.toml at main "), "{}", good.stdout);
    for (reference, text) in [
        ("refs/heads/main", "{\"repository\":{\"default_branch\":\"main\"}}"),
        ("refs/tags/v1.0", "{\"repository\":{\"default_branch\":\"main\"}}"),
        ("refs/tags/v1.1", "{\"repository\":{}}"),
        ("refs/tags/v1.1", "no event"),
        ("refs/tags/v1.1", "{\"repository\":{\"default_branch\":\"../../tags/v1.1\"}}"),
        ("refs/tags/v1.1", "{\"repository\":{\"default_branch\":\"gone\"}}"),
    ] {
        let ran = ask(reference, text);
        assert_eq!(ran.status, 3, "{reference} {text}: {}{}", ran.stdout, ran.stderr);
    }
    // What the checkout itself says goes first.
    case = case::named("control-default-branch");
    let other = Built::new(&case);
    fs::write(&event, "{\"repository\":{\"default_branch\":\"gone\"}}").expect("written");
    let environment = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REF", "refs/tags/v1.1"),
        ("GITHUB_SHA", commit.as_str()),
        ("GITHUB_EVENT_PATH", shown.as_str()),
    ];
    assert_eq!(run(&other, &case, &[], &environment).status, 0);
}

/// Keys that are kept for old tags are no keys to sign with.
#[test]
fn policy_check_counts_only_who_can_sign() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("policy.toml");
    let keys = case::folder().join("policies/keys");
    fs::create_dir(folder.path().join("keys")).expect("a folder");
    for name in ["alice", "bob", "stolen"] {
        fs::copy(keys.join(format!("{name}.asc")), folder.path().join("keys").join(format!("{name}.asc"))).expect("copied");
    }
    let fingerprint = |name: &str| {
        let text = fs::read_to_string(policy("plain")).expect("a policy");
        let (_, rest) = text.split_once(&format!("[people.{name}]")).expect("listed");
        rest.split('"').find(|word| word.len() >= 40).expect("a fingerprint").to_owned()
    };
    let check = |people: &[(&str, &str)]| {
        let mut text = "schema = 1\n".to_owned();
        for (name, more) in people {
            let key = fingerprint(name);
            let (person, key_more) = if more.starts_with(',') { ("", *more) } else { (*more, "") };
            text.push_str(&format!("[people.{name}]\nroles = [\"release\"]\n{person}\npgp = [{{ fingerprint = \"{key}\", cert = \"keys/{name}.asc\"{key_more} }}]\n"));
        }
        fs::write(&file, text).expect("written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        command.env_clear().args(["--now", "2026-06-01T00:00:00Z", "policy", "check"]).arg(&file);
        let output = command.output().expect("it starts");
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    assert!(!check(&[("alice", ""), ("bob", "")]).contains("warning"));
    for (ended, says) in [
        ("valid_before = 2026-01-01", "its time in the policy is over"),
        ("valid_after = 2027-01-01", "its time in the policy has not begun"),
        (", valid_before = 2026-01-01", "its time in the policy is over"),
        (", compromised = true", "it is marked as compromised"),
    ] {
        let said = check(&[("alice", ""), ("bob", ended)]);
        assert!(said.contains("warning: alice alone holds the role release") && said.contains(says), "{ended}: {said}");
        assert!(said.contains("person bob: release; 1 key, none of which can sign now"), "{said}");
    }
    let said = check(&[("alice", ""), ("stolen", "")]);
    assert!(said.contains("warning: alice alone holds the role release") && said.contains("it is revoked"), "{said}");
    let said = check(&[("stolen", "")]);
    assert!(said.contains("warning: nobody with the role release can sign now"), "{said}");
}

/// tags.md a30: git and gpg would be led elsewhere.
#[test]
fn the_environment_leads_nowhere_else() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let path = elsewhere.path().to_str().expect("text");
    let environment = [
        ("GIT_DIR", path),
        ("GIT_OBJECT_DIRECTORY", path),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", path),
        ("GIT_NAMESPACE", "evil"),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "gpg.program"),
        ("GIT_CONFIG_VALUE_0", "./fake"),
        ("GNUPGHOME", path),
    ];
    let ran = on("control", &[], &environment);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    for name in ["GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE", "GIT_CONFIG_COUNT", "GNUPGHOME"] {
        assert!(ran.stdout.contains(name), "{name}: {}", ran.stdout);
    }
    assert_eq!(on("a13", &[], &environment).status, 1);
}

#[test]
fn policy_check_tells_what_the_certificates_are_worth() {
    let check = |name: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        command.env_clear().args(["--now", "2026-06-01T00:00:00Z", "policy", "check"]).arg(policy(name));
        let output = command.output().expect("it starts");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
    };
    let (status, said) = check("plain");
    assert_eq!(status, Some(0), "{said}");
    for part in [
        "person alice: release; 1 key\n",
        "can sign, without an end",
        "person stolen: release; 1 key, none of which can sign now\n",
        "cannot sign now: it is revoked",
        "the curve brainpoolP256r1, which is not supported",
        "its own signatures use SHA-1; its owner re-certifies it with SHA-256",
        "cannot sign now: it is revoked (Key material has been compromised, by a signature with MD5)",
        "warning: carol alone holds the role owner",
        "warning: its self-signatures from before ",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("alone holds the role release"), "{said}");
    let without = "cannot sign now: no certificate is in the policy, so that tags by it cannot be verified";
    assert!(check("without-certificate").1.contains(without), "{}", check("without-certificate").1);
    // Of a key with two windows the one that judges now is told, once.
    for name in ["two-windows", "ssh-file-windows"] {
        let said = check(name).1;
        assert!(said.matches("SHA256:").count() == 1 && said.contains("can sign") && !said.contains("is over"), "{said}");
    }
    let said = check("three-of-two").1;
    assert!(said.contains("warning: min_signatures is 3, and 2 people hold the role release and can sign now"), "{said}");
    assert!(check("programs").1.contains("can sign, until 2029-12-2"), "{}", check("programs").1);
    for refused in ["secret", "both-blocks", "subkey-pinned", "shared"] {
        assert_eq!(check(refused).0, Some(2), "{refused}");
    }
}

#[test]
fn a_version_file_binds_the_artefact_to_the_tag() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("version.json");
    let case = case::named("control");
    let built = Built::new(&case);
    let commit = built.history.id("c2").to_string();
    let with = |text: String| {
        fs::write(&file, text).expect("written");
        run(&built, &case, &["--version-json", file.to_str().expect("text")], &[]).status
    };
    assert_eq!(with(format!("{{\"commit\":\"{commit}\",\"version\":\"1.1\",\"build\":\"x\"}}")), 0);
    assert_eq!(with(format!("{{\"commit\":\"{commit}\",\"version\":\"\"}}")), 2);
    assert_eq!(with(format!("{{\"commit\":\"{}\"}}", "1".repeat(40))), 1);
    assert_eq!(with(format!("{{\"commit\":\"{commit}\",\"version\":\"v2.0\"}}")), 1);
    for wrong in ["", "[]", "{}", "{\"commit\":\"abc\"}", "{\"commit\":1}"] {
        assert_eq!(with(wrong.to_owned()), 2, "{wrong}");
    }
    assert_eq!(with(format!("[\"{commit}\",\"1.1\"]")), 2, "no object");
    let other = "1".repeat(40);
    for twice in [
        format!("\"commit\":\"{other}\",\"commit\":\"{commit}\""),
        format!("\"commit\":\"{commit}\",\"version\":\"2.0\",\"version\":\"1.1\""),
    ] {
        assert_eq!(with(format!("{{{twice}}}")), 2, "{twice}");
    }
    assert_eq!(run(&built, &case, &["--expect-commit", &commit], &[]).status, 0);
    assert_eq!(run(&built, &case, &["--expect-commit", &commit[..12]], &[]).status, 2, "never an abbreviation");
}
