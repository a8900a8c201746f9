//! Owns what the action promises on every event, of every command and every input: each run as the runner runs it. Refuses the network but a
//! server of its own.

use std::collections::BTreeSet;
use std::fs;

use serde_json::json;

use super::action::{Action, BINARY, Left, change, weakening};
use super::checkout::{Checkout, Files, Run};
use super::payloads::Head;
use super::{CODE, GATES, MAIN, PROJECT, REMOTE, SOFT, STRICT};
use crate::forge::server::{Reply, serve};
use crate::tags::releases;

const BASE: Files<'_> = &[CODE, PROJECT, GATES, STRICT];
const WEAKER: Files<'_> = &[CODE, PROJECT, SOFT, STRICT];

fn outcome(left: &Left) -> (i32, &str) {
    (left.status, &left.outputs["outcome"])
}

/// Each event by itself: the change that opens the gate is red where there is one, and what judges no change has the branch's own policy.
#[test]
fn every_event_is_judged_by_the_steps_of_the_action() {
    for (weaker, status) in [(WEAKER, 1), (BASE, 0)] {
        let checkout = Checkout::new();
        let base = checkout.commit(BASE, &[]);
        let topic = checkout.commit(weaker, &[base]);
        let merge = checkout.commit(weaker, &[base, topic]);
        checkout.branch(MAIN, base);
        let runs = [
            ("same repository", Run::pull_request(merge, "main", base, topic), merge),
            ("fork", Run::pull_request_from(merge, "main", base, topic, Head::Fork), merge),
            ("fork that is gone", Run::pull_request_from(merge, "main", base, topic, Head::Gone), merge),
            ("push", Run::push("main", &base.to_string(), topic), topic),
            ("tag", Run::tag("v1.0.0", topic), topic),
            ("queue", Run::merge_group("main", base, merge), merge),
            ("schedule", Run::schedule(topic), topic),
            ("by hand", Run::by_hand("workflow_dispatch", topic, "refs/heads/main"), topic),
        ];
        for (what, run, commit) in runs {
            checkout.check_out(commit);
            let left = Action::new().run(&checkout, &run, &[BINARY], &[]);
            let wanted = if status == 1 { (1, "fail") } else { (0, "pass") };
            assert_eq!(outcome(&left), wanted, "{what}: {}", left.log);
            assert!(left.summary.starts_with(&format!("## tollgate: {}", wanted.1)), "{what}: {}", left.summary);
            let errors = left.commands().iter().filter(|(level, _)| level == "error").count();
            assert_eq!(errors.to_string(), left.outputs["errors"], "{what}: {}", left.log);
        }
    }
}

/// `persist-credentials: false` and one commit: nothing is fetched, so that nothing asks for a credential. What is lacking is said, or
/// comes from the forge by the input's token.
#[test]
fn nothing_is_fetched_and_no_credential_is_asked_for() {
    let programs = tempfile::tempdir().expect("a folder");
    let git = programs.path().join("git");
    fs::write(&git, format!("#!/bin/sh\ntouch '{}/called'\nexit 1\n", programs.path().display())).expect("written");
    fs::set_permissions(&git, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a program");
    let path = format!("{}:{}", programs.path().display(), std::env::var("PATH").unwrap_or_default());
    let (checkout, run) = weakening();
    checkout.repository.remote("origin", "https://127.0.0.1:9/acme/kestrel").expect("a remote");
    let left = Action::new().run(&checkout, &run, &[BINARY], &[("PATH", &path)]);
    assert_eq!(outcome(&left), (1, "fail"), "{}", left.log);
    assert!(!programs.path().join("called").exists(), "git was called");
}

/// A private repository answers nobody without its token, and everything with it; the token goes nowhere else.
#[test]
fn a_private_repository_is_asked_with_its_token() {
    let shallow = super::lacking::Shallow::of(BASE, WEAKER);
    let server = serve(&shallow.forge().behind("Bearer ghs_ofTheRun"));
    let told = [("GITHUB_API_URL", server.address.as_str())];
    shallow.forget();
    let run = shallow.run();
    let with = |inputs: &[(&str, &str)]| Action::new().run(&shallow.checkout, &run, &[&[BINARY], inputs].concat(), &told);
    let left = with(&[("forge", "true")]);
    assert_eq!(outcome(&left), (1, "fail"), "{}", left.log);
    assert!(!left.log.contains("ghs_ofTheRun") && !left.summary.contains("ghs_ofTheRun"), "the token is told");
    // A fork's run has no token there: what is lacking is said with the line that fetches it, and nothing is green.
    for inputs in [&[("forge", "true"), ("token", "")][..], &[("forge", "false")], &[("forge", "true"), ("token", "ghs_another")]]
    {
        let left = with(inputs);
        assert_eq!(outcome(&left), (3, "incomplete"), "{inputs:?}: {}", left.log);
        assert!(left.commands().iter().any(|(level, text)| level == "error" && text.contains("fetch-depth: 2")), "{}", left.log);
    }
    assert!(server.asked().iter().any(|(_, token)| token.is_none()), "without a token it was asked without one");
}

/// A fork's pull request, one commit deep, without any token, in a repository that everybody may read.
#[test]
fn a_fork_of_one_commit_needs_no_token() {
    let shallow = super::lacking::Shallow::of(BASE, WEAKER);
    let server = serve(&shallow.forge());
    let told = [("GITHUB_API_URL", server.address.as_str())];
    shallow.forget();
    let run = Run::pull_request_from(shallow.merge, "main", shallow.base, shallow.head, Head::Fork);
    let inputs = [BINARY, ("forge", "true"), ("token", "")];
    let left = Action::new().run(&shallow.checkout, &run, &inputs, &told);
    assert_eq!(outcome(&left), (1, "fail"), "{}", left.log);
    assert!(server.asked().iter().all(|(_, token)| token.is_none()), "nothing proves who asks");
}

#[test]
fn profile_strict_and_policies_reach_the_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        path.display().to_string()
    };
    let (checkout, run) = change(&[CODE, PROJECT, GATES], &[CODE, PROJECT, REMOTE]);
    let with = |inputs: &[(&str, &str)]| Action::new().run(&checkout, &run, &[&[BINARY], inputs].concat(), &[]);
    let report = |left: &Left| left.log.lines().find(|line| line.starts_with("gate: ")).unwrap_or_default().to_owned();
    let literal = with(&[("profile", "literal")]);
    assert!(report(&literal).contains("profile literal"), "{}", literal.log);
    // What nobody can see closes the gate by `strict` alone, where no base proved it.
    let checkout = Checkout::new();
    let main = checkout.commit(&[CODE, PROJECT, REMOTE], &[]);
    checkout.branch(MAIN, main);
    checkout.check_out(main);
    let run = Run::schedule(main);
    let with = |inputs: &[(&str, &str)]| Action::new().run(&checkout, &run, &[&[BINARY], inputs].concat(), &[]);
    let (lax, strict) = (with(&[]), with(&[("strict", "true")]));
    assert_eq!((outcome(&lax), outcome(&strict)), ((0, "pass"), (1, "fail")), "{}{}", lax.log, strict.log);
    let tight = file("policy.toml", "[gate]\nstrict = true\n");
    let by_policy = with(&[("policy", &tight)]);
    assert_eq!(outcome(&by_policy), (1, "fail"), "{}", by_policy.log);
    assert!(report(&by_policy).contains("policy.toml"), "{}", by_policy.log);
    let org = with(&[("org-policy", &file("org.toml", "[gate]\nstrict = true\n"))]);
    assert_eq!(outcome(&org), (1, "fail"), "{}", org.log);
    // A policy that whoever wrote the change could write is none, and one that is wrong ends with 2 and no outcome.
    let own = checkout.directory.path().join("own.toml").display().to_string();
    fs::write(&own, "[gate]\nstrict = false\n").expect("written");
    let wrong = file("wrong.toml", "[gate]\nstrikt = true\n");
    for inputs in [[("policy", own.as_str())], [("policy", wrong.as_str())], [("org-policy", wrong.as_str())]] {
        let left = with(&inputs);
        assert_eq!(outcome(&left), (2, ""), "{inputs:?}: {}", left.log);
    }
}

/// A release through the action: outputs, page and annotations of both verdicts, and what keeps it from one.
#[test]
fn a_release_is_verified_through_the_action() {
    let release = releases();
    let verify = |tag: &str, inputs: &[(&str, &str)]| {
        let common = [
            BINARY,
            ("command", "verify-tag"),
            ("tag", tag),
            ("policy", release.policy.as_str()),
            ("path", release.path.as_str()),
        ];
        let (checkout, _) = weakening();
        let run = Run::by_hand(
            "workflow_dispatch",
            checkout.repository.head().expect("a head").target().expect("an id"),
            "refs/heads/main",
        );
        Action::new().run(&checkout, &run, &[&common[..], inputs].concat(), &[])
    };
    let good = verify(&release.good, &[("expect-commit", &release.commit)]);
    assert_eq!((outcome(&good), good.outputs["verified"].as_str()), ((0, "pass"), "true"), "{}", good.log);
    assert_eq!((&good.outputs["commit"], &good.outputs["tag"]), (&release.commit, &release.good), "{:?}", good.outputs);
    assert!(good.outputs["signer"].contains("alice") && good.outputs["report"].ends_with(".json"), "{:?}", good.outputs);
    assert!(good.summary.starts_with("## tollgate: pass\n") && good.summary.contains(&release.commit), "{}", good.summary);
    assert!(good.commands().iter().all(|(level, _)| level == "notice"), "{}", good.log);
    for (tag, inputs) in
        [(release.good.as_str(), [("expect-commit", "1".repeat(40))]), (release.bad.as_str(), [("mode", "gate".to_owned())])]
    {
        let inputs = inputs.each_ref().map(|(name, value)| (*name, value.as_str()));
        let left = verify(tag, &inputs);
        assert_eq!((outcome(&left), left.outputs["verified"].as_str()), ((1, "fail"), "false"), "{}", left.log);
        assert_eq!(left.outputs["commit"], "", "nothing to deploy is offered");
        assert!(left.summary.starts_with("## tollgate: fail\n") && left.summary.contains("**rejected**"), "{}", left.summary);
        assert!(left.commands().iter().any(|(level, _)| level == "error"), "{}", left.log);
        let silent = verify(tag, &[&inputs[..], &[("annotations", "false"), ("summary", "false")]].concat());
        assert_eq!((silent.commands().len(), silent.summary.as_str(), silent.status), (0, "", 1), "{}", silent.log);
        let reported = verify(tag, &[&inputs[..1], &[("mode", "report")]].concat());
        assert!(reported.status == 0 && reported.outputs["verified"] == "false", "{}", reported.log);
    }
    let gone = verify("v9.9.9", &[]);
    assert!(gone.status != 0 && gone.outputs["verified"] == "false" && gone.outputs["outcome"] != "pass", "{}", gone.log);
    assert_eq!(outcome(&verify(&release.good, &[("policy", "/no/such/file")])), (2, ""));
}

/// An input that the command does not have is refused, since somebody waits for what it says.
#[test]
fn an_input_that_says_nothing_to_the_command_is_refused() {
    let (checkout, run) = weakening();
    let tag = [("profile", "literal"), ("fail-on", "error"), ("strict", "true"), ("sarif", "x.sarif"), ("forge", "true")];
    let check = [("tag", "v1"), ("expect-commit", "1")];
    let all = tag.iter().map(|input| ("verify-tag", input)).chain(check.iter().map(|input| ("check", input)));
    for (command, (name, value)) in all {
        let left = Action::new().run(&checkout, &run, &[BINARY, ("command", command), (name, value)], &[]);
        assert_eq!(outcome(&left), (2, ""), "{command} {name}: {}", left.log);
        let told = left.commands();
        assert!(told.iter().any(|(level, text)| level == "error" && text.contains(&format!("`{name}`"))), "{told:?}");
    }
}

/// Report mode with more warnings than are kept: the word that it was reported only is among them.
#[test]
fn what_was_reported_only_is_never_the_one_that_is_dropped() {
    let many: Vec<(String, String)> = (0..14).map(|n| (format!(".github/workflows/w{n:02}.yml"), "\tno".to_owned())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let base = [CODE, PROJECT, GATES, (super::POLICY, "[rules]\nci-config-readable = \"warning\"\n")];
    let (checkout, run) = change(&base, &super::with(&base, &many));
    let left = Action::new().run(&checkout, &run, &[BINARY, ("mode", "report")], &[]);
    let commands = left.commands();
    let of = |level: &str| commands.iter().filter(|(name, _)| name == level).count();
    assert_eq!((left.status, of("warning")), (0, 10), "{commands:?}");
    assert!(of("error") <= 10 && of("notice") <= 10, "{commands:?}");
    assert!(commands.iter().any(|(_, text)| text.contains("reported only")), "{commands:?}");
}

/// The release may come from another server than the one of the run: what runs is what the list names.
#[test]
fn a_server_of_ones_own_may_have_no_releases() {
    let (checkout, run) = weakening();
    let action = Action::new();
    let machine = std::process::Command::new("uname").args(["-s", "-m"]).output().expect("uname");
    let machine = String::from_utf8(machine.stdout).expect("text").trim().replace(' ', "-");
    let list = format!("{} 1.0.0 tollgate-1.0.0-{machine}\n", "0".repeat(64));
    fs::write(action.folder.path().join("action/checksums.txt"), list).expect("written");
    let own = [("GITHUB_SERVER_URL", "http://127.0.0.1:9")];
    let left = action.run(&checkout, &run, &[], &own);
    let told = |left: &Left, words: &str| left.status == 2 && left.commands().iter().any(|(_, text)| text.contains(words));
    assert!(told(&left, "from http://127.0.0.1:9: name a server that has it with the input `server`"), "{}", left.log);
    let mut script = crate::forge::forge();
    script.put(&format!("/acme/tollgate/releases/download/v1.0.0/tollgate-1.0.0-{machine}"), Reply::json(&json!({})));
    let server = serve(&script);
    let left = action.run(&checkout, &run, &[("server", &server.address)], &own);
    assert!(told(&left, "its SHA-256 differs") && server.asked().len() == 1, "{}", left.log);
    for wrong in ["file:///etc", "--help", "x"] {
        assert!(told(&action.run(&checkout, &run, &[("server", wrong)], &own), "the input `server` is an address"), "{wrong}");
    }
}

/// The page of the action has its inputs and outputs, all of them and no other.
#[test]
fn the_page_names_every_input_and_output() {
    let page = fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/start.md")).expect("a page");
    let names = |text: &str| -> BTreeSet<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let (_, rest) = page.split_once("| Input | What it does |\n| --- | --- |\n").expect("a table");
    let (table, rest) = rest.split_once("\n\n").expect("its end");
    let inputs: BTreeSet<String> = table.lines().flat_map(|row| names(row.split('|').nth(1).expect("a cell"))).collect();
    let (_, rest) = rest.split_once("Its outputs are ").expect("a sentence");
    let mut outputs = names(rest.split_once(". An input").expect("its end").0);
    assert!(outputs.remove("check") && outputs.remove("verify-tag"), "whose they are: {outputs:?}");
    let action = Action::new();
    let yaml = action.yaml();
    let has = |key: &str| -> BTreeSet<String> {
        let all = yaml.root().get(key).expect("a list");
        all.entries().map(|one| one.name().expect("a name").to_owned()).collect()
    };
    assert_eq!((inputs, outputs), (has("inputs"), has("outputs")));
}
