//! Owns which problem of the head is one of the base's in other words, which waiver it takes, and what is lost though something else of that
//! name is there. Each case by `--base` at a keyboard.

use super::checkout::{Checkout, Files, Said};
use super::{CODE, GATES, JSON, LAX, MAIN, POLICY, PROJECT, RULE, SOFT, with};

fn check(base: Files<'_>, head: Files<'_>, arguments: &[&str]) -> Said {
    let checkout = Checkout::new();
    let base = checkout.commit(base, &[]);
    let head = checkout.commit(head, &[base]);
    checkout.branch("refs/heads/main", base);
    checkout.check_out(head);
    checkout.locally(&[&["--base", "main"], arguments].concat())
}

fn status(base: Files<'_>, head: Files<'_>) -> i32 {
    check(base, head, &JSON).status
}

/// What is new, and how many are told as fixed, of all rules.
fn told(base: Files<'_>, head: Files<'_>) -> (Vec<String>, usize) {
    let said = check(base, head, &["--format", "json"]);
    let report = said.json();
    let rows = report["findings"].as_array().expect("a list").iter().filter(|row| row["change"] == "new");
    let new = rows.map(|row| format!("{} {}: {}", row["rule"], row["subject"], row["message"])).collect();
    (new, report["fixed"].as_array().expect("a list").len())
}

fn run(lines: &[&str]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("      - run: {line}\n")).collect();
    format!(
        "on: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n{}",
        lines.concat()
    )
}

/// What is absent stands on no line.
#[test]
fn an_absence_is_not_about_the_line_that_it_is_shown_at() {
    let pins = |version: &str| format!("requests=={version}\nflask==3.0.0\n");
    let (old, bumped) = (pins("2.31.0"), pins("2.32.0"));
    let files = |pins| vec![CODE, ("src/b.py", "import sys\n"), ("requirements.txt", pins)];
    assert_eq!(told(&files(&old), &files(&bumped)), (vec![], 0));
    let above = format!("# a comment\n{}", PROJECT.1);
    assert_eq!(told(&[CODE, PROJECT], &[CODE, ("pyproject.toml", &above)]), (vec![], 0));
}

/// The line was edited, the problem was not.
#[test]
fn an_edited_line_keeps_its_problem() {
    let soft = |lines: &[&str]| run(lines);
    let (one, other) = (
        soft(&["pip install bandit==1.8.0", "bandit -r src --exit-zero"]),
        soft(&["pip install bandit==1.8.1", "bandit -r src -f json --exit-zero"]),
    );
    let files = |text| vec![CODE, PROJECT, (SOFT.0, text)];
    assert_eq!(status(&files(&one), &files(&other)), 0);
    let moved = [CODE, PROJECT, (".github/workflows/lint.yml", other.as_str()), (SOFT.0, "on: push\njobs: {}\n")];
    assert_eq!(status(&files(&one), &moved), 0);
}

#[test]
fn what_got_worse_is_not_fixed() {
    let said = check(&[CODE, PROJECT, SOFT], &[CODE, PROJECT], &JSON);
    assert_eq!((said.status, said.json()["fixed"].as_array().map(Vec::len)), (1, Some(0)), "{}", said.stdout);
}

/// Of what no bot updated a new one updates a part: the rest was there.
#[test]
fn a_bot_for_a_part_makes_the_rest_no_new_problem() {
    let node = ("package.json", "{ \"dependencies\": { \"express\": \"4.0.0\" } }");
    let later = ("web/Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.0.0\"\n[dependencies]\nserde = \"1\"\n");
    let entry =
        |ecosystem: &str| format!("  - package-ecosystem: {ecosystem}\n    directory: /\n    schedule: {{ interval: weekly }}\n");
    let bot = format!("version: 2\nupdates:\n{}{}", entry("pip"), entry("github-actions"));
    let bot = (".github/dependabot.yml", bot.as_str());
    let new = |head: Files<'_>| -> Vec<String> {
        let (new, _) = told(&[CODE, PROJECT, GATES, node], head);
        new.into_iter().filter(|row| row.contains("dependency-update-bot")).collect()
    };
    assert_eq!(new(&[CODE, PROJECT, GATES, node, bot]), Vec::<String>::new());
    // What comes with the bot was not there.
    let more = new(&[CODE, PROJECT, GATES, node, bot, later]);
    assert!(more.len() == 1 && more[0].contains("web/Cargo.toml"), "{more:?}");
    // Nor what is wrong with what was added.
    let broken = ("renovate.json", "{ \"packageRules\": [{ \"matchPackageNames\": [\"/^(a/\"], \"groupName\": \"x\" }] }");
    assert_eq!(new(&[CODE, PROJECT, GATES, node, broken]).len(), 1);
    // A directory with another name is the same one.
    let moved = ("site/package.json", node.1);
    let (found, _) = told(&[CODE, PROJECT, GATES, ("web/package.json", node.1)], &[CODE, PROJECT, GATES, moved, bot]);
    assert!(!found.iter().any(|row| row.contains("dependency-update-bot")), "{found:?}");
}

const TWO: [(&str, &str); 6] = [
    ("pyproject.toml", PROJECT.1),
    ("src/a.py", "import os\n"),
    ("src/b.py", "import os\n"),
    ("web/pyproject.toml", "[project]\nname = \"web\"\nversion = \"1\"\n"),
    ("web/a.py", "import os\n"),
    ("web/b.py", "import os\n"),
];

/// The component above says nothing of one that it has no file of.
#[test]
fn a_component_above_answers_for_what_it_took_over() {
    let (both, one) =
        (run(&["pip install bandit==1.8.0", "bandit -r src web"]), run(&["pip install bandit==1.8.0", "bandit -r src"]));
    let base = with(&TWO, &[(GATES.0, &both)]);
    let hidden = with(&TWO, &[(GATES.0, &one), (".gitattributes", "web/** linguist-vendored\n")]);
    assert_eq!(status(&base, &hidden), 1);
    let deleted = with(&TWO[..3], &[(GATES.0, &one)]);
    assert_eq!(status(&base, &deleted), 0);
}

const WAIVER: &str = "[people.rhea]\nroles = [\"owner\"]\n[[waiver]]\nrule = \"python-static-analysis\"\nreason = \"later\"\nowner = \"rhea\"\ncreated = 2026-11-01\nexpires = 2027-01-31\n";
const NOW: [&str; 2] = ["--now", "2026-11-23T12:00:00Z"];

/// Threat A15: what the base had is waived first; what is new finds what is left.
#[test]
fn a_counted_waiver_is_not_handed_to_what_is_new() {
    let counted = format!("{WAIVER}count = 1\n");
    let policy = (POLICY, counted.as_str());
    let lines = |web: &str, src: &str| {
        run(&["pip install bandit==1.8.0", &format!("bandit -r src{src}"), &format!("bandit -r web{web}")])
    };
    let (old, new) = (lines(" --exit-zero", ""), lines(" --exit-zero", " --exit-zero"));
    let said =
        check(&with(&TWO, &[policy, (GATES.0, &old)]), &with(&TWO, &[policy, (GATES.0, &new)]), &[&JSON[..], &NOW].concat());
    assert_eq!(said.status, 1, "{}", said.stdout);
}

#[test]
fn lost_proof_takes_no_waiver_that_covered_nothing() {
    let policy = (POLICY, WAIVER);
    let (both, one) =
        (run(&["pip install bandit==1.8.0", "bandit -r src web"]), run(&["pip install bandit==1.8.0", "bandit -r src"]));
    let base = with(&TWO, &[policy, (GATES.0, &both)]);
    let head = with(&TWO, &[policy, (GATES.0, &one), (".gitattributes", "web/** linguist-vendored\n")]);
    let said = check(&base, &head, &[&JSON[..], &NOW].concat());
    assert_eq!(said.status, 1, "{}", said.stdout);
}

/// The packages are the same, under another manager: the bot's entry covers them.
#[test]
fn a_subject_with_another_name_is_not_lost() {
    let bot = (
        ".github/dependabot.yml",
        "version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n    schedule: {interval: weekly}\n  - package-ecosystem: uv\n    directory: /\n    schedule: {interval: weekly}\n  - package-ecosystem: github-actions\n    directory: /\n    schedule: {interval: weekly}\n",
    );
    let project = ("pyproject.toml", "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"requests==2.0\"]\n");
    let base = [CODE, project, GATES, bot];
    let (new, _) = told(&base, &with(&base, &[("uv.lock", "version = 1\n")]));
    assert_eq!(new, Vec::<String>::new());
    // The last workflow goes, and with it what was to be read of it.
    let docs = [("README.md", "x\n"), ("docs/a.md", "x\n"), (".github/workflows/x.yml", "on: push\njobs: {}\n")];
    assert_eq!(told(&docs, &docs[..2]).0, Vec::<String>::new());
}

/// Findings about the policy stand in the one that judges, not in the tree's.
#[test]
fn a_comment_in_the_policy_makes_no_finding_new() {
    let text = format!("[rules]\npolicy-current = \"error\"\n{WAIVER}");
    let above = format!("# one\n# two\n{text}");
    let files = |policy| vec![CODE, PROJECT, GATES, (POLICY, policy)];
    let said = check(&files(&text), &files(&above), &[&["--format", "json"][..], &NOW].concat());
    assert!(said.of("policy-current").iter().all(|row| row.2 != "new"), "{}", said.stdout);
}

/// What is shown of a weaker policy is its own line.
#[test]
fn the_weakened_line_is_the_proposed_one() {
    let checkout = Checkout::new();
    let base = checkout.commit(&[CODE, PROJECT, GATES, (POLICY, "[rules]\npython-static-analysis = \"error\"\n")], &[]);
    checkout.branch(MAIN, base);
    let head = checkout.commit(&[CODE, PROJECT, GATES, LAX], &[base]);
    checkout.check_out(head);
    let said = checkout.locally(&["--base", MAIN]);
    assert!(said.stdout.contains("2 | python-static-analysis = \"off\""), "{}", said.stdout);
    assert_eq!(said.status, 1);
    assert!(!RULE.is_empty());
}

/// Files that say who is trusted, wherever they lie; and who owns what, by GitHub's patterns.
#[test]
fn trust_is_watched_where_the_policy_says_it_lies() {
    let code = [CODE, PROJECT, GATES];
    let weakened = |base: Files<'_>, head: Files<'_>| {
        let said = check(&with(&code, base), &with(&code, head), &["--format", "json", "--only", "policy-protected"]);
        said.status
    };
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    let policy = (
        POLICY,
        "[release]\nallowed_signers = \"signers\"\n[people.rhea]\nroles = [\"release\"]\nemail = [\"rhea@example.org\"]\n",
    );
    let one = format!("rhea@example.org {key}\n");
    let more = format!("{one}# another\n");
    assert_eq!(weakened(&[policy, ("signers", &one)], &[policy, ("signers", &more)]), 1);
    let (empty, file) = ((POLICY, ""), (".tollgate/keys/A.asc", "a"));
    assert_eq!(weakened(&[empty, file], &[empty]), 1);
    assert_eq!(weakened(&[empty], &[empty, file]), 1);
    let owners = |text| (".github/CODEOWNERS", text);
    for (before, after, status) in [
        ("* @rhea\n", "* @rhea\n/.github/workflows/ci.yml @mallory\n", 1),
        ("* @rhea\n", "* @rhea\n*.yml\n", 1),
        ("/.github/ @rhea\n", "/.github/* @rhea\n", 1),
        ("* @rhea\n", "/* @rhea\n", 1),
        ("* @rhea\n", "* @rhea\n*.yml\u{a0}@rhea @mallory\n", 0),
        ("* @rhea @dev\n", "* @Dev @rhea\n", 0),
        ("* @rhea\n", "* @rhea\n/docs/ @theo\n", 0),
        ("* @rhea\n", "* @rhea\n/src/ @theo\n", 0),
    ] {
        assert_eq!(weakened(&[empty, owners(before)], &[empty, owners(after)]), status, "{after}");
    }
}

/// Without a manifest a component lies in the deepest directory of all its files: a file that comes or goes elsewhere makes it no other one.
#[test]
fn a_component_without_a_manifest_may_spread() {
    let files = [("src/a/x.py", "import os\n"), ("src/a/y.py", "import re\n"), ("src/a/z.py", "import io\n")];
    let wide = with(&files, &[("lib/w.py", "import sys\n")]);
    assert_eq!(told(&files, &wide), (Vec::new(), 0));
    assert_eq!(told(&wide, &files), (Vec::new(), 0));
}
