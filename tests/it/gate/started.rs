//! Owns `init`: what it writes, that the pull request which adds it is green and gates from then on, and that no repository talks it into
//! writing elsewhere or something else.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use assert_cmd::Command;
use git2::Oid;
use tollgate::catalog::Catalog;
use tollgate::doc::{Document, Format, Value};
use tollgate::facts;
use tollgate::limits::Limits;
use tollgate::snapshot::Snapshot;
use tollgate::terms::Terms;
use tollgate::text::{RepoPath, SourceFile};

use super::checkout::{Checkout, Run};
use super::{CODE, Files, GATES, POLICY, PROJECT, SOFT, with};

const ACTION: &str = "acme/tollgate@0123456789abcdef0123456789abcdef01234567";
const GATE: &str = ".github/workflows/tollgate.yml";
const RELEASE: &str = ".github/workflows/tollgate-release.yml";
const OWNERS: &str = ".github/CODEOWNERS";
const WRITTEN: [&str; 4] = [POLICY, GATE, RELEASE, OWNERS];

struct Said {
    status: i32,
    stdout: String,
    stderr: String,
}

fn tollgate(directory: &Path, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    let output = command.env_clear().env("TERM", "dumb").args(arguments).current_dir(directory).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Said { status: output.status.code().expect("no signal"), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn written(directory: &Path) -> Said {
    tollgate(directory, &["init", "--write", "--action", ACTION])
}

/// A checkout of these files at its default branch.
fn checkout(files: Files<'_>) -> (Checkout, Oid) {
    let checkout = Checkout::new();
    let base = checkout.commit(files, &[]);
    checkout.branch("refs/heads/main", base);
    checkout.branch("refs/remotes/origin/main", base);
    checkout.check_out(base);
    (checkout, base)
}

/// The files of `init` in a plain folder.
fn of_nothing() -> Vec<(String, String)> {
    let folder = tempfile::tempdir().expect("a folder");
    let said = written(folder.path());
    assert_eq!(said.status, 0, "{}{}", said.stdout, said.stderr);
    let read = |path: &&str| ((*path).to_owned(), fs::read_to_string(folder.path().join(path)).expect("written"));
    WRITTEN.iter().map(read).collect()
}

const DEPLOYS: (&str, &str) = (
    ".github/workflows/deploy.yml",
    "on: {push: {tags: ['v*']}}\njobs:\n  d:\n    runs-on: ubuntu-latest\n    environment: production\n    steps:\n      - uses: actions/checkout@v4\n      - run: kubectl apply -f k8s/\n",
);
const NPM_ONLY: (&str, &str) = (
    ".github/dependabot.yml",
    "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule: {interval: weekly}\n",
);
const NPM: (&str, &str) = ("package.json", "{\"dependencies\": {\"x\": \"1\"}}\n");
const SCRIPT: (&str, &str) = ("index.js", "x\n");

#[test]
fn the_pull_request_that_adds_the_files_is_green_whatever_was_found_before() {
    let bare = [CODE, PROJECT];
    let kept = (OWNERS, "* @acme/all\n");
    let bases: [Vec<(&str, &str)>; 8] = [
        vec![("README.md", "x\n")],
        bare.to_vec(),
        with(&bare, &[GATES]),
        with(&bare, &[SOFT]),
        with(&bare, &[GATES, DEPLOYS]),
        vec![NPM, SCRIPT, NPM_ONLY],
        with(&bare, &[SOFT, kept]),
        with(&bare, &[SOFT, (POLICY, "[people.rhea]\nroles = [\"release\"]\n"), DEPLOYS]),
    ];
    for files in &bases {
        let (checkout, base) = checkout(files);
        let here = checkout.directory.path();
        let said = written(here);
        assert_eq!(said.status, 0, "{files:?}: {}{}", said.stdout, said.stderr);
        let texts: Vec<(&str, String)> =
            WRITTEN.iter().map(|path| (*path, fs::read_to_string(here.join(path)).expect("there"))).collect();
        let mut after: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
        after.extend(files.iter().filter(|(path, _)| !WRITTEN.contains(path)));
        let head = checkout.commit(&after, &[base]);
        let merge = checkout.commit(&after, &[base, head]);
        checkout.check_out(merge);
        let judged = checkout.check(&Run::pull_request(merge, "main", base, head), &["--format", "text"]);
        assert_eq!(judged.status, 0, "{files:?}: {}{}", judged.stdout, judged.stderr);
        let local = checkout.locally(&["--base", "main"]);
        assert_eq!(local.status, 0, "{files:?}: {}{}", local.stdout, local.stderr);
        assert_eq!(tollgate(here, &["policy", "check"]).status, 0);
        // The second time there is nothing to do.
        let again = written(here);
        assert!(again.status == 0 && again.stdout.contains("nothing to write"), "{}", again.stdout);
        assert!(!again.stdout.contains("what it would be") || files.iter().any(|(path, _)| *path == POLICY), "{}", again.stdout);
    }
}

#[test]
fn the_gate_that_is_written_has_no_gap() {
    let files = of_nothing();
    let snapshot = Snapshot::in_memory(files);
    let facts = facts::gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
    assert!(facts.unreadable_ci.is_empty() && facts.pipelines.len() == 2);
    let [gate] = &facts.gates[..] else { panic!("{:?}", facts.gates) };
    assert!(gate.path.as_str() == GATE && gate.queued && gate.gaps.is_empty(), "{:?}", gate.gaps);
}

fn document(path: &str, text: &str) -> Arc<Document> {
    let file = SourceFile::new(RepoPath::new(path).expect("a path"), text.to_owned());
    Document::parse(file, Format::Yaml, &Limits::default()).expect("YAML").into()
}

#[test]
fn the_workflows_are_pinned_and_hold_nothing_that_they_do_not_need() {
    let files = of_nothing();
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".yml")) {
        let document = document(path, text);
        let root = document.root();
        let rights: Vec<_> = root
            .get("permissions")
            .expect("permissions")
            .entries()
            .map(|one| (one.name().map(str::to_owned), one.value.scalar().map(str::to_owned)))
            .collect();
        assert_eq!(rights, [(Some("contents".to_owned()), Some("read".to_owned()))], "{path}");
        for job in root.get("jobs").expect("jobs").entries() {
            assert!(job.value.get("permissions").is_none() && job.value.get("timeout-minutes").is_some(), "{path}");
            for step in job.value.get("steps").expect("steps").items() {
                let uses = step.get("uses").and_then(Value::scalar).unwrap_or_default();
                let pin = uses.rsplit_once('@').map_or("", |(_, pin)| pin);
                assert!(uses.is_empty() || pin.len() == 40 && pin.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}: {uses}");
                let kept = step.get("with").and_then(|with| with.get("persist-credentials")).and_then(Value::scalar);
                assert!(!uses.starts_with("actions/checkout@") || kept == Some("false"), "{path}");
                let script = step.get("run").and_then(Value::scalar).unwrap_or_default();
                assert!(!script.contains("${{"), "{path}: {script}");
            }
        }
    }
    let gate = document(GATE, &files[1].1);
    let pull = gate.root().get("on").and_then(|on| on.get("pull_request")).expect("pull requests");
    assert_eq!(pull.entries().filter_map(|one| one.name().map(str::to_owned)).collect::<Vec<_>>(), ["types"]);
    let types: Vec<_> = pull.get("types").expect("types").items().filter_map(|one| one.scalar().map(str::to_owned)).collect();
    assert_eq!(types, ["opened", "synchronize", "reopened", "edited"]);
}

#[test]
fn nothing_is_written_without_being_asked_and_without_an_action() {
    let (checkout, _) = checkout(&[CODE, PROJECT]);
    let here = checkout.directory.path();
    let shown = tollgate(here, &["init"]);
    assert_eq!(shown.status, 0, "{}", shown.stderr);
    for part in [
        "components\n  python in the root\n",
        "default branch\n  main\n",
        ".tollgate.toml: new\n",
        "      - uses: OWNER/NAME@COMMIT\n",
    ] {
        assert!(shown.stdout.contains(part), "{part}: {}", shown.stdout);
    }
    assert_eq!(shown.stdout, tollgate(here, &["init"]).stdout, "the same bytes");
    for (arguments, why) in [
        (&["init", "--write"][..], "is not known"),
        (&["init", "--write", "--action", "acme/tollgate@v1"], "no action at a commit"),
        (&["init", "--action", "acme/tollgate@0123456789abcdef0123456789abcdef01234567\n"], "no action at a commit"),
        (&["init", ".git"], "is a git directory"),
        (&["init", "nowhere"], "there is no `nowhere`"),
    ] {
        let said = tollgate(here, arguments);
        assert!(said.status == 2 && said.stdout.is_empty() && said.stderr.contains(why), "{arguments:?}: {}", said.stderr);
        assert!(said.stderr.contains("= help: "), "{}", said.stderr);
    }
    assert!(WRITTEN.iter().all(|path| !here.join(path).exists()));
}

#[test]
fn what_is_there_is_left_alone() {
    let theirs = "on: push\njobs: {}\n";
    let (checkout, _) = checkout(&[CODE, (POLICY, "schema = 1\n"), (GATE, theirs), ("CODEOWNERS", "* @acme/all @ada\n")]);
    let here = checkout.directory.path();
    fs::create_dir(here.join("sub")).expect("a folder");
    let said = written(&here.join("sub"));
    assert_eq!(said.status, 0, "{}", said.stderr);
    assert_eq!(fs::read_to_string(here.join(POLICY)).expect("there"), "schema = 1\n");
    assert_eq!(fs::read_to_string(here.join(GATE)).expect("there"), theirs);
    assert!(here.join(RELEASE).exists() && !here.join(OWNERS).exists() && !here.join("sub/.github").exists());
    for part in [
        ".tollgate.toml: is there and left alone; what it would be",
        ".github/workflows/tollgate-release.yml: written, ",
        "CODEOWNERS: is there and left alone; add at its end:\n  /.tollgate.toml @acme/all @ada\n",
        "  /CODEOWNERS @acme/all @ada\n",
    ] {
        assert!(said.stdout.contains(part), "{part}: {}", said.stdout);
    }
}

/// GitHub reads the first file that is there: a new one would take the owners of one that is not listed away.
#[test]
fn no_file_of_code_owners_is_put_in_front_of_another_one() {
    let (checkout, _) = checkout(&[CODE, (".gitignore", "CODEOWNERS\n")]);
    let here = checkout.directory.path();
    fs::create_dir(here.join("docs")).expect("a folder");
    fs::write(here.join("docs/CODEOWNERS"), "* @acme/all\n").expect("written");
    let said = written(here);
    assert!(said.status == 0 && here.join(GATE).exists() && !here.join(OWNERS).exists(), "{}{}", said.stdout, said.stderr);
}

#[cfg(unix)]
#[test]
fn no_link_and_no_folder_in_a_files_place_is_written_through() {
    use std::os::unix::fs::symlink;
    let elsewhere = tempfile::tempdir().expect("a folder");
    type Plant = fn(&Path, &Path);
    let plants: [(&str, Plant); 5] = [
        (".github is a link", |here, elsewhere| symlink(elsewhere, here.join(".github")).expect("a link")),
        (".github/workflows is a link", |here, elsewhere| {
            fs::create_dir(here.join(".github")).expect("a folder");
            symlink(elsewhere, here.join(".github/workflows")).expect("a link");
        }),
        (".github is no folder", |here, _| fs::write(here.join(".github"), "x").expect("a file")),
        (".tollgate.toml is a folder", |here, _| fs::create_dir(here.join(POLICY)).expect("a folder")),
        (".github/CODEOWNERS is a link", |here, elsewhere| {
            fs::create_dir(here.join(".github")).expect("a folder");
            symlink(elsewhere.join("gone"), here.join(OWNERS)).expect("a link");
        }),
    ];
    for (why, plant) in plants {
        let here = tempfile::tempdir().expect("a folder");
        fs::write(here.path().join("a.py"), "x\n").expect("a file");
        plant(here.path(), elsewhere.path());
        let before = fs::read_dir(here.path()).expect("listed").count();
        let said = written(here.path());
        if why == ".github/CODEOWNERS is a link" {
            // It is the file of code owners, whatever it leads to: nothing is planned in its place.
            assert_eq!(said.status, 0, "{}", said.stderr);
            assert!(said.stdout.contains(".github/CODEOWNERS: is there and left alone"), "{}", said.stdout);
        } else {
            assert!(said.status == 2 && said.stderr.contains(why), "{why}: {}{}", said.stdout, said.stderr);
            assert_eq!(fs::read_dir(here.path()).expect("listed").count(), before, "{why}");
            let shown = tollgate(here.path(), &["init"]);
            assert!(shown.status == 0 && shown.stdout.contains(why), "{why}: {}", shown.stdout);
        }
        assert_eq!(fs::read_dir(elsewhere.path()).expect("listed").count(), 0, "{why}");
    }
    // The policy is read before anything is written: a link in its place is an error of the policy.
    let here = tempfile::tempdir().expect("a folder");
    symlink(elsewhere.path().join("gone"), here.path().join(POLICY)).expect("a link");
    let said = written(here.path());
    assert!(said.status == 2 && !here.path().join(".github").exists(), "{}{}", said.stdout, said.stderr);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_left_as_it_was() {
    use std::os::unix::fs::PermissionsExt as _;
    let here = tempfile::tempdir().expect("a folder");
    fs::write(here.path().join("a.py"), "x\n").expect("a file");
    let workflows = here.path().join(".github/workflows");
    fs::create_dir_all(&workflows).expect("folders");
    fs::set_permissions(&workflows, fs::Permissions::from_mode(0o555)).expect("read-only");
    let may = fs::write(workflows.join("probe"), "").is_ok();
    let said = written(here.path());
    fs::set_permissions(&workflows, fs::Permissions::from_mode(0o755)).expect("back");
    if may {
        return; // Nothing is read-only for this user.
    }
    assert!(said.status == 3 && said.stderr.contains("nothing was written"), "{}{}", said.stdout, said.stderr);
    assert!(!here.path().join(POLICY).exists());
}

#[test]
fn names_of_a_repository_cannot_speak() {
    let names = ["main", "c++", "a\"b", "x${{github.token}}", "a'b", "a#b", "\u{202e}x"];
    for name in names {
        let (checkout, base) = checkout(&[CODE, PROJECT, ("CODEOWNERS", "* @a\"b @x${{y}} ::error::z@w\u{1b}\n")]);
        let here = checkout.directory.path();
        checkout.branch(&format!("refs/remotes/origin/{name}"), base);
        checkout.branch("refs/remotes/fork/main", base);
        for tag in [format!("refs/tags/v1.0-{name}"), "refs/tags/v1.0".to_owned()] {
            checkout.branch(&tag, base);
        }
        fs::write(here.join(".git/refs/remotes/origin/HEAD"), format!("ref: refs/remotes/origin/{name}\n")).expect("written");
        let said = written(here);
        assert_eq!(said.status, 0, "{name}: {}{}", said.stdout, said.stderr);
        let policy: toml::Table = fs::read_to_string(here.join(POLICY)).expect("written").parse().expect("TOML");
        assert_eq!(policy["service"]["default_branch"].as_str(), Some(name));
        for path in [GATE, RELEASE] {
            let text = fs::read_to_string(here.join(path)).expect("written");
            assert!(name == "main" || !text.contains(name), "{name}: {text}");
            drop(document(path, &text));
        }
        assert!(said.stdout.contains("  /.tollgate.toml @OWNERS\n"), "{}", said.stdout);
        assert!(!said.stdout.contains(['\u{1b}', '\u{202e}']), "{}", said.stdout);
        assert_eq!(tollgate(here, &["policy", "check"]).status, 0, "{name}");
    }
}

#[test]
fn before_the_first_commit_and_off_a_branch_it_starts_all_the_same() {
    let unborn = Checkout::new();
    fs::write(unborn.directory.path().join("a.py"), "x\n").expect("written");
    let said = written(unborn.directory.path());
    assert!(
        said.status == 0 && said.stdout.contains("not known: `main` and `master` both count"),
        "{}{}",
        said.stdout,
        said.stderr
    );
    let (detached, _) = checkout(&[CODE]);
    assert!(written(detached.directory.path()).stdout.contains("default branch\n  main\n"));
}

/// Where a review approves a weaker policy, the gate asks for reviews, and a second workflow runs it again when one comes.
#[test]
fn a_policy_that_asks_for_reviews_has_the_gate_run_again_when_one_comes() {
    const AGAIN: &str = ".github/workflows/tollgate-review.yml";
    let reviews = (POLICY, "[gate]\npolicy_review = \"forge\"\n");
    for (policy, is_asked) in [(reviews, true), ((POLICY, "[gate]\npolicy_review = \"signed\"\n"), false)] {
        let (checkout, _) = checkout(&[CODE, PROJECT, policy]);
        let here = checkout.directory.path();
        let said = written(here);
        assert_eq!(said.status, 0, "{}{}", said.stdout, said.stderr);
        let gate = fs::read_to_string(here.join(GATE)).expect("written");
        let asks = gate.contains("\n  contents: read\n  pull-requests: read #")
            && gate.contains("\n        with:\n          forge: true #");
        assert_eq!((asks, here.join(AGAIN).exists()), (is_asked, is_asked), "{gate}");
        assert!(!gate.contains('{'), "{gate}");
        if is_asked {
            let files = [AGAIN, GATE].map(|path| (path.to_owned(), fs::read_to_string(here.join(path)).expect("written")));
            let snapshot = Snapshot::in_memory(files);
            let facts = facts::gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
            let [gate] = &facts.gates[..] else { panic!("{:?}", facts.gates) };
            assert!(facts.unreadable_ci.is_empty() && gate.path.as_str() == GATE && gate.gaps.is_empty(), "{:?}", gate.gaps);
            assert!(written(here).stdout.contains("nothing to write"));
        }
    }
}
