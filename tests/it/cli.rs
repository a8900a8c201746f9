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
    for command in ["check", "facts", "rules", "explain", "policy", "completions", "man"] {
        assert!(out.stdout.contains(&format!("\n  {command}")), "{command}");
    }
    for later in ["verify-tag", "sweep", "waive", "countersign"] {
        assert!(!out.stdout.contains(later), "{later}");
    }
    let check = run(&["check", "--help"]).stdout;
    for later in ["sarif", "junit", "gitlab", "html", "--base", "--forge"] {
        assert!(!check.contains(later), "{later}");
    }
    assert!(run(&["--version"]).stdout.starts_with("tollgate 0."));
}

#[test]
fn usage_errors_are_status_2_with_a_hint() {
    let cases: &[(&[&str], &str, &str)] = &[
        (&["chek"], "unrecognized subcommand 'chek'", "'check'"),
        (&["check", "--ony", "x"], "unexpected argument '--ony'", "--only"),
        (&["check", "no-such-folder"], "there is no `no-such-folder`", "PATH is"),
        (&["check", "--only", "python-bandt"], "there is no rule `python-bandt`", "did you mean `python-bandit`?"),
        (&["check", "--profile", "modem"], "there is no profile `modem`", "profiles are: literal, modern"),
        (&["check", "--fail-on", "errors"], "--fail-on cannot be `errors`", "did you mean `error`?"),
        (&["check", "--format", "sarif"], "the format `sarif` arrives with a later version", "text, github, json, markdown"),
        (&["check", "--format", "jsn"], "there is no format `jsn`", "did you mean `json`?"),
        (&["check", "--out", "junit=x.xml"], "the format `junit` arrives with a later version", "formats are"),
        (&["check", "--out", "x.json"], "names no file", "--out json=tollgate.json"),
        (&["check", "--out", "json=no/such/folder/x.json"], "cannot be written", "a directory that exists"),
        (&["check", "--limit", "depht=3"], "there is no limit `depht`", "limits are"),
        (&["check", "--limit", "depth=0"], "needs a positive whole number", "for example"),
        (&["check", "--now", "yesterday"], "`--now yesterday` is no time", "RFC 3339"),
        (&["check", "--base", "main"], "--base arrives with a later version", "leave it out"),
        (&["check", "--forge"], "--forge arrives with a later version", "leave it out"),
        (&["check", "--policy", "a", "--policy-ref", "b"], "cannot be used with", ""),
        (&["facts", "--format", "markdown"], "there is no format `markdown`", "formats are: text, json"),
        (&["explain", "bandt"], "there is no rule, tool or bot `bandt`", "did you mean `bandit`?"),
        (&["rules", "--format", "xml"], "there is no format `xml`", "formats are: text, json, markdown"),
        (&["policy", "diff", "a", "--b"], "`policy diff` is not in this version", "later"),
        (&["policy", "check", "nothing.toml"], "`nothing.toml` cannot be opened", ""),
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
    assert!(run(&["rules", "--profile", "literal"]).stdout.contains("  pyup-config             error"));
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
    let ids = catalog.rules.iter().map(|rule| &rule.id).chain(catalog.tools.iter().map(|tool| &tool.id));
    for id in ids.chain(catalog.bots.iter().map(|bot| &bot.id)) {
        assert_eq!(run(&["explain", id]).status, 0, "{id}");
    }
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
    fs::write(dir.path().join("wrong.toml"), "profil = 1\n[rules]\nhstss = \"off\"\n").expect("written");
    let out = here(&["policy", "check", "wrong.toml"]);
    assert_eq!(out.status, 2);
    for part in ["--> wrong.toml:1:1", "did you mean `profile`?", "--> wrong.toml:3:1", "there is no rule `hstss`"] {
        assert!(out.stderr.contains(part), "{part}\n{}", out.stderr);
    }
    fs::write(dir.path().join("bytes.toml"), [0xff, 0xfe]).expect("written");
    assert!(here(&["policy", "check", "bytes.toml"]).stderr.contains("is not UTF-8"));
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
