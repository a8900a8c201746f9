//! Owns the tests of `verify-tag`: every row of `fixtures-tags/cases.toml` through the one road that the command takes.

mod binary;
mod brought;
mod by_action;
mod case;
mod certificates;
mod changes;
mod checked;
mod commands;
mod deployed;
mod deployed_as;
mod deployed_by;
mod deployed_early;
mod deployed_flags;
mod deployed_followed;
mod deployed_found;
mod deployed_from;
mod deployed_given;
mod deployed_heard;
mod deployed_named;
mod deployed_near;
mod deployed_text;
mod deployed_words;
mod differential;
mod fetching;
mod going_on;
mod guarded;
mod guarded_check;
mod history;
mod judge;
mod late;
mod log;
mod made;
mod pages;
mod planting;
mod policy_file;
mod recipes;
mod remedies;
mod repository;
mod rows;
mod starting;
mod x509;

pub(crate) use differential::compared;

/// A repository with a release that is verified and one that is rejected.
pub(crate) struct Releases {
    _built: Built,
    pub(crate) path: String,
    /// A policy beside it.
    pub(crate) policy: String,
    pub(crate) good: String,
    pub(crate) bad: String,
    /// What the good one is to deploy.
    pub(crate) commit: String,
}

/// Made anew.
pub(crate) fn releases() -> Releases {
    let case = case::named("a20");
    let built = Built::new(&case);
    let text = |path: &std::path::Path| path.to_str().expect("text").to_owned();
    Releases {
        path: text(&built.path),
        policy: text(&repository::policy("plain")),
        good: "v1.1".to_owned(),
        bad: "v1.2".to_owned(),
        commit: built.history.id("c2").to_string(),
        _built: built,
    }
}

use case::Case;
use repository::{Built, is_there};

#[test]
fn every_case_has_its_verdict_and_step() {
    let cases = case::all();
    let told = |case: &Case| {
        let problems = judge(case, &Built::new(case));
        problems.into_iter().map(|problem| format!("{} ({}): {problem}", case.id, case.what)).collect::<Vec<_>>()
    };
    let part = |cases: &[Case]| cases.iter().flat_map(told).collect::<Vec<_>>();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let parts: Vec<_> = cases.chunks(cases.len().div_ceil(4)).map(|cases| scope.spawn(move || part(cases))).collect();
        parts.into_iter().flat_map(|part| part.join().expect("no panic")).collect()
    });
    assert!(wrong.is_empty(), "{} problems in {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Why a remedy is none: it says nothing, or it moves a published tag, or signs one again. What is published is countersigned, or the next
/// version is tagged.
fn unfit(remedy: &str) -> Option<&'static str> {
    const MOVING: [&str; 13] = [
        "tag -f",
        "tag --force",
        "tag -d",
        "tag --delete",
        "push -f",
        "push --force",
        "--force origin main",
        "sign again",
        "signs again",
        "sign it again",
        "re-sign",
        "signs anew",
        "sign anew",
    ];
    let lower = remedy.to_lowercase();
    let word = |word: &str| lower.split(|c: char| !c.is_alphanumeric() && c != '-').any(|one| one == word);
    let signs = lower.contains("sign with")
        || (word("sign") && !lower.contains("sign the next version") && !lower.contains("sign commits"));
    let tags =
        lower.starts_with("tag ") && !lower.starts_with("tag and sign the next version") && !lower.starts_with("tag the next");
    match () {
        () if remedy.trim().is_empty() => Some("is missing"),
        () if remedy.contains('\n') => Some("is longer than a line"),
        () if MOVING.iter().any(|words| lower.contains(words)) || word("move") || signs || tags => {
            Some("moves a tag or signs it again")
        }
        () => None,
    }
}

#[test]
fn a_remedy_that_moves_a_tag_is_noticed() {
    for bad in [
        "",
        "sign again and touch it",
        "sign with another key",
        "its owner extends it and signs anew",
        "tag the commit of the release",
        "git tag -f v1",
        "git push --force origin v1",
        "sign the tag with a key that may sign",
    ] {
        assert!(unfit(bad).is_some(), "{bad}");
    }
    for good in ["countersign it", "tag and sign the next version", "git fetch --force origin refs/tags/v1:refs/tags/v1"] {
        assert!(unfit(good).is_none(), "{good}");
    }
}

/// What differs from the case's expectation.
fn judge(case: &Case, built: &Built) -> Vec<String> {
    let found = built.verify(case);
    let mut wrong = Vec::new();
    if is_there(&built.ran()) {
        wrong.push("a planted program was run".to_owned());
    }
    if found.verdict != case.verdict || found.step.as_deref() != case.step.as_deref() {
        let expected = (&case.verdict, &case.step);
        wrong.push(format!("expected {expected:?}, found {} at {:?}: {}", found.verdict, found.step, found.text));
        return wrong;
    }
    let lower = found.text.to_lowercase();
    for word in case.says.iter().filter(|word| !lower.contains(&word.to_lowercase())) {
        wrong.push(format!("`{word}` is not said: {}", found.text));
    }
    for word in case.silent.iter().filter(|word| lower.contains(&word.to_lowercase())) {
        wrong.push(format!("`{word}` is said: {}", found.text));
    }
    if let Some(commit) = &case.commit {
        let id = built.history.id(commit).to_string();
        if found.commit.as_deref() != Some(&id) {
            wrong.push(format!("the commit is {:?}, not {commit} ({id})", found.commit));
        }
    }
    if let Some(signers) = &case.signers
        && *signers != found.signers
    {
        wrong.push(format!("signers are {:?}, not {signers:?}", found.signers));
    }
    wrong.extend(found.remedies.iter().filter_map(|remedy| unfit(remedy).map(|why| format!("a remedy {why}: {remedy}"))));
    wrong
}

#[test]
fn every_fixture_is_used_and_every_row_has_its_own_name() {
    let cases = case::all();
    let mut seen = std::collections::BTreeSet::new();
    for case in &cases {
        assert!(seen.insert(case.id.clone()), "two cases are called {}", case.id);
        assert!(case.what.len() > 10, "{}: say what it shows", case.id);
    }
    let mut text = std::fs::read_to_string(case::folder().join("cases.toml")).expect("cases.toml");
    text.push_str(include_str!("tags/checked.rs"));
    let mut unused = Vec::new();
    for (folder, cut) in [("tags", ""), ("policies", ".toml")] {
        for entry in std::fs::read_dir(case::folder().join(folder)).expect("a folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(name) = name.strip_suffix(cut).filter(|_| entry.path().is_file()) else { continue };
            if !text.contains(&format!("\"{name}\"")) && !name.ends_with("-inner") {
                unused.push(format!("{folder}/{name}"));
            }
        }
    }
    assert!(unused.is_empty(), "fixtures that no case uses:\n{}", unused.join("\n"));
}

/// What is read once for many releases answers as the search for one does.
#[test]
fn a_history_read_once_answers_alike() {
    use tollgate::source::ancestry::{Ancestry, History, within};
    for id in ["control", "grafts", "shallow", "cut-history"] {
        let mut case = case::named("control");
        case.plant = [id].into_iter().filter(|word| *word != "control").map(str::to_owned).collect();
        let built = Built::new(&case);
        let objects = tollgate::source::open_repository(&built.path).expect("a repository").objects;
        let names = ["c0", "c1", "c2", "c3", "c4", "tip", "evil", "joined-two", "clock"];
        for (tip, commit) in names.iter().flat_map(|tip| names.iter().map(move |commit| (*tip, *commit))) {
            let (at, of) = (built.history.id(tip), built.history.id(commit));
            let (one, many) = (within(&objects, of, at), History::of(&objects, at).holds(of));
            let kind = std::mem::discriminant::<Ancestry>;
            let known = matches!(one, Ancestry::Within { .. });
            assert!(if known { one == many } else { kind(&one) == kind(&many) }, "{id}: {commit} in {tip}: {one:?}, {many:?}");
        }
    }
}
