//! Hostile names, signers and remarks in every rendering of `verify-tag`, and names of tags in the outputs of a step.
#![expect(clippy::disallowed_methods, reason = "it writes the repository of a test")]

use std::fs;

use proptest::prelude::*;
use tollgate::policy::PolicySource;
use tollgate::report::tags::{FORMATS, TagReport, TagRow};
use tollgate::report::{PolicyInfo, View};
use tollgate::signing::refusal::{Refusal, Step};
use tollgate::signing::signed::{Kind, Signer};

use super::output::hostile;
use super::sound::{sound, sound_in_log};
use crate::gate::runner;

fn row(name: &str, words: &str, refusal: Option<Refusal>) -> TagRow {
    let signer = Signer {
        person: Some(words.to_owned()),
        missing: None,
        kind: Kind::Ssh,
        primary: words.to_owned(),
        subkey: Some(words.to_owned()),
        material: None,
        time: 1_700_000_000,
        counted: true,
        ends: None,
        over: None,
        covers: None,
        countersign: None,
        notes: Vec::new(),
    };
    let id = |digit: &str| Some(digit.repeat(40));
    TagRow {
        name: name.to_owned(),
        refusal,
        object: id("a"),
        commit: id("b"),
        tree: id("c"),
        signers: vec![signer],
        notes: vec![words.to_owned()],
    }
}

fn report(name: &str, words: &str, more: &str) -> TagReport {
    TagReport {
        policy: PolicyInfo {
            source: PolicySource::Ref,
            revision: None,
            authoritative: true,
            bootstrap: false,
            profile: "modern".to_owned(),
            title: format!(".tollgate.toml at {more}"),
        },
        policy_age_days: Some(1),
        policy_files: vec![more.to_owned()],
        now: None,
        at: "2026-11-23T12:00:00Z".parse().expect("a time"),
        tags: vec![
            row(name, words, None),
            row(words, more, Some(Refusal::rejected(Step::Signer, more, name))),
            row(more, name, Some(Refusal::indeterminate(Step::Branch, words, more))),
        ],
        notes: vec![more.to_owned(), name.to_owned()],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_rendering_speaks_for_a_tag(name in hostile(), words in hostile(), more in hostile()) {
        let report = report(&format!("v{name}"), &format!("x{words}"), &format!("y{more}"));
        for (format, _) in FORMATS {
            for verbose in [false, true] {
                let bytes = report.render(format, &View { verbose, ..View::default() }).expect("a format");
                let text = String::from_utf8(bytes).expect("text");
                let judged = sound(format, &text).and_then(|()| if format == "github" { Ok(()) } else { sound_in_log(format, &text) });
                prop_assert!(judged.is_ok(), "{}", judged.expect_err("wrong"));
            }
        }
    }
}

/// Whatever git lets a tag be called, its name is a value of one output, and no command.
#[test]
fn the_name_of_a_tag_is_one_value_of_an_output() {
    let folder = tempfile::tempdir().expect("a folder");
    let repository = git2::Repository::init(folder.path().join("r")).expect("a repository");
    let who = git2::Signature::now("a", "a@example.org").expect("a name");
    let tree = repository.treebuilder(None).and_then(|builder| builder.write()).expect("a tree");
    let tree = repository.find_tree(tree).expect("a tree");
    let commit = repository.commit(Some("refs/heads/main"), &who, &who, "m", &tree, &[]).expect("a commit");
    let commit = repository.find_object(commit, None).expect("it");
    let (policy, output) = (folder.path().join("policy.toml"), folder.path().join("output"));
    fs::write(&policy, "[release]\nrequire_signature = true\n").expect("written");
    let names = [
        "v1-\"]]>",
        "v1-</script>",
        "v1-|`x`",
        "v1-%0Averified=true",
        "v1-##",
        "v1-\u{202e}x",
        "v1<<EOF",
        "verified=true",
        "v1-$(x)",
        "v1-@all",
        "v1-'&#10;",
        "v1-\u{2028}x",
        "v1-=<<verified",
        "v1;x",
        "v1-\u{85}",
        "v1-{x}",
    ];
    for name in names {
        repository.tag_lightweight(name, &commit, false).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        for format in [None, Some("text"), Some("json"), Some("github"), Some("markdown"), Some("in-toto")] {
            drop(fs::remove_file(&output));
            let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_tollgate"));
            command.env_clear().env("GITHUB_ACTIONS", "true").env("CI", "true").env("GITHUB_OUTPUT", &output).arg("verify-tag");
            command.arg("--policy").arg(&policy).arg("--repo").arg(folder.path().join("r"));
            command.args(format.iter().flat_map(|format| ["--format", format]));
            let ran = command.args(["--", name]).output().expect("it starts");
            assert!(ran.status.code().is_some_and(|status| (1..4).contains(&status)), "{name}: {ran:?}");
            let told = String::from_utf8([ran.stdout, ran.stderr].concat()).expect("text");
            let all = runner::commands(&told);
            assert!(all.iter().all(|one| ["error", "notice"].contains(&one.name.as_str())), "{name}: {all:?}");
            assert!(!all.iter().any(|one| one.text.is_empty()), "{name}: {all:?}");
            let written = runner::outputs(&fs::read_to_string(&output).expect("outputs"));
            assert_eq!(written["verified"], "false", "{name}: {written:?}");
            let known = ["verified", "outcome", "tag", "object", "commit", "signer"];
            assert!(written.keys().all(|key| known.contains(&key.as_str())), "{name}: {written:?}");
            assert!(
                written.get("tag").is_none_or(|tag| name.starts_with(tag.as_str()) || *tag == name.replace('\u{85}', "")),
                "{written:?}"
            );
            assert_eq!(written.get("commit").map_or("", String::as_str), "", "{name}");
        }
    }
}
