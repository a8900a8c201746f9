//! Owns the tests that the same content is the same through every kind of source.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use tollgate::error::Kind;
use tollgate::snapshot::{EntryKind, SubjectKind, UnreadKind};
use tollgate::source::OpenOptions;
use tollgate::text::RepoPath;

use crate::fixture::{Fixture, contents, link, names};

/// A repository `work` with a bit of everything, committed.
fn populated() -> Fixture {
    let fixture = Fixture::new();
    fixture.init("work");
    fixture.write("work/README.md", "# hello\n");
    fixture.write("work/a/b/c.yml", "x: 1\r\n");
    fixture.write("work/a-b", "é\n");
    fixture.write("work/a.b/ü.txt", "");
    fixture.write("work/binary", [0, 1, 2, 255]);
    fixture.write("work/.github/workflows/ci.yml", "on: push\n");
    fixture.write("work/.gitattributes", "*.yml export-ignore\n/a export-ignore\nREADME.md -text export-subst\n");
    fixture.write("work/run.sh", "#!/bin/sh\n");
    fs::set_permissions(fixture.path("work/run.sh"), fs::Permissions::from_mode(0o755)).expect("mode");
    link("../outside", &fixture.path("work/out"));
    link("a", &fixture.path("work/inside"));
    fixture.commit("work", "everything");
    fixture
}

#[test]
fn every_kind_of_source_shows_the_same() {
    let fixture = populated();
    let expected = contents(&fixture.open("work"));
    assert_eq!(expected["run.sh"], (EntryKind::Executable, Ok("#!/bin/sh\n".to_owned())));
    assert_eq!(expected["out"], (EntryKind::Link, Err(UnreadKind::Link)));
    assert_eq!(expected["binary"], (EntryKind::File, Err(UnreadKind::NotText)));
    assert_eq!(expected.len(), 10);

    fixture.git(".", &["clone", "-q", "--bare", "work", "bare.git"]);
    fixture.git(".", &["clone", "-q", "--mirror", "work", "bald.git"]);
    fs::remove_file(fixture.path("bald.git/config")).expect("config");
    fixture.git(".", &["clone", "-q", "--shared", "work", "shared"]);
    fixture.git("work", &["worktree", "add", "-q", "--detach", "../linked"]);
    let archive = Command::new("cp").args(["-a", "work", "plain"]).current_dir(fixture.path("")).status().expect("cp");
    assert!(archive.success());
    fs::remove_dir_all(fixture.path("plain/.git")).expect("removed");
    fixture.git(".", &["clone", "-q", "work", "packed"]);
    fixture.git("packed", &["gc", "-q"]);

    for name in ["bare.git", "bald.git", "shared", "linked", "plain", "packed", "work/.git"] {
        assert_eq!(contents(&fixture.open(name)), expected, "{name}");
    }
    for name in ["work", "bare.git", "bald.git", "shared", "linked", "packed"] {
        let snapshot = fixture.open_rev(name, "HEAD");
        assert_eq!(contents(&snapshot), expected, "{name} --rev");
        assert_eq!(snapshot.subject().kind, SubjectKind::Git);
    }
    let judged = fixture.open_with("work", &OpenOptions { judge_commit: true, ..OpenOptions::default() });
    assert_eq!(contents(&judged), expected);
    assert!(!judged.subject().dirty && judged.notes().is_empty(), "{:?}", judged.notes());
}

#[test]
fn a_subfolder_means_its_root_or_itself() {
    let fixture = populated();
    let root = fixture.open("work/a/b");
    assert_eq!(contents(&root), contents(&fixture.open("work")));
    assert!(root.notes()[0].contains("the root"), "{:?}", root.notes());
    let here = OpenOptions { here: true, ..OpenOptions::default() };
    fixture.write("work/a/untracked", "u");
    fixture.write("work/a/hidden", "h");
    fixture.write("work/.git/info/exclude", "/a/hidden\n");
    let alone = fixture.open_with("work/a", &here);
    assert_eq!(names(&alone), ["b/c.yml", "untracked"]);
    assert_eq!(alone.read(&RepoPath::new("b/c.yml").expect("path")).expect("text").text, "x: 1\r\n");
    assert_eq!(alone.subject().kind, SubjectKind::Folder);
    assert!(alone.tags().expect("none").is_empty());
    let revision = fixture.open_with("work/a", &OpenOptions { rev: Some("main".to_owned()), ..here.clone() });
    assert_eq!(names(&revision), ["b/c.yml"]);
    assert_eq!(names(&fixture.open_with("work", &here)), names(&fixture.open("work")));
    assert_eq!(names(&fixture.open_with("work/a", &OpenOptions { judge_commit: true, ..here })), ["b/c.yml"]);
}

#[test]
fn before_the_first_commit_the_index_and_the_files_count() {
    let fixture = Fixture::new();
    fixture.init("work");
    assert!(fixture.open("work").entries().is_empty());
    fixture.write("work/staged", "s");
    fixture.git("work", &["add", "staged"]);
    fixture.write("work/untracked", "u");
    for judge_commit in [false, true] {
        let snapshot = fixture.open_with("work", &OpenOptions { judge_commit, ..OpenOptions::default() });
        assert_eq!(names(&snapshot), ["staged", "untracked"]);
        assert_eq!(snapshot.subject().revision, None);
    }
    assert_eq!(fixture.rev_error("work", "HEAD").kind, Kind::Incomplete);
    fixture.git(".", &["init", "-q", "--bare", "empty.git"]);
    assert_eq!(fixture.fail("empty.git", &OpenOptions::default()).kind, Kind::Incomplete);
}

#[test]
fn the_judged_commit_is_told_from_changed_files() {
    let fixture = populated();
    fixture.write("work/README.md", "# hellO\n");
    fixture.write("work/untracked", "");
    fs::remove_file(fixture.path("work/a-b")).expect("removed");
    let judged = fixture.open_with("work", &OpenOptions { judge_commit: true, ..OpenOptions::default() });
    assert!(judged.subject().dirty);
    assert!(judged.notes()[0].contains("3 paths: README.md, a-b, untracked"), "{:?}", judged.notes());
    assert_eq!(judged.read(&RepoPath::new("README.md").expect("path")).expect("text").text, "# hello\n");
    assert!(judged.is_file(&RepoPath::new("a-b").expect("path")));
}

#[test]
fn what_is_no_folder_is_refused_with_a_hint() {
    let fixture = populated();
    let none = OpenOptions::default();
    assert_eq!(fixture.fail("nowhere", &none).kind, Kind::Usage);
    assert_eq!(fixture.fail("work/README.md", &none).kind, Kind::Usage);
    assert_eq!(fixture.fail("work/.git/refs", &none).kind, Kind::Usage);
    fixture.write("plain/x", "");
    assert_eq!(fixture.rev_error("plain", "main").kind, Kind::Usage);
    fixture.write("moved/.git", "gitdir: /nonexistent/worktrees/x\n");
    let error = fixture.fail("moved", &none);
    assert_eq!(error.kind, Kind::Incomplete);
    assert!(error.hint.expect("a hint").contains("--here"));
    fixture.write("moved/x", "1");
    let alone = fixture.open_with("moved", &OpenOptions { here: true, ..none });
    assert_eq!(names(&alone), ["x"]);
    assert!(alone.notes()[0].contains("not used"));
}

#[test]
fn other_storage_is_refused_with_its_remedy() {
    let fixture = populated();
    for (name, arguments) in [("sha256", "--object-format=sha256"), ("reftable", "--ref-format=reftable")] {
        fs::create_dir(fixture.path(name)).expect("a directory");
        fixture.git(name, &["init", "-q", arguments]);
        let error = fixture.fail(name, &OpenOptions::default());
        assert_eq!(error.kind, Kind::Incomplete, "{error}");
        assert!(error.message.contains(name) && error.hint.is_some(), "{error}");
    }
}

/// As git does: an extension that nobody knows may change what is stored, but of the first format it is no extension.
#[test]
fn a_format_that_is_not_known_is_refused() {
    let fixture = populated();
    for (number, (version, extension, opens)) in [
        ("0", "unknownThing", true),
        ("1", "unknownThing", false),
        ("1", "preciousObjects", true),
        ("1", "worktreeConfig", true),
        ("2", "noop", false),
        ("x", "noop", false),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("format-{number}");
        fixture.git(".", &["clone", "-q", "--bare", "work", &name]);
        let config =
            format!("[core]\n\trepositoryformatversion = {version}\n\tbare = true\n[extensions]\n\t{extension} = true\n");
        fs::write(fixture.path(&name).join("config"), config).expect("written");
        let opened = tollgate::source::open(&fixture.path(&name), &OpenOptions::default());
        assert_eq!(opened.is_ok(), opens, "{version} {extension}: {:?}", opened.err().map(|error| error.message));
    }
}

/// Runs one ignored test of this binary as another process, so that its environment and user are its own.
fn alone(test: &str, variables: &[(&str, &Path)], user: Option<u32>) {
    let own = std::env::current_exe().expect("this test");
    // The build directory may be closed to other users.
    let open = user.map(|_| tempfile::tempdir().expect("a directory"));
    let program = match &open {
        Some(open) => {
            fs::set_permissions(open.path(), fs::Permissions::from_mode(0o755)).expect("its owner");
            let copy = open.path().join("tests");
            fs::copy(&own, &copy).expect("a copy");
            copy
        }
        None => own,
    };
    let mut command = Command::new(program);
    command.args(["--exact", test, "--ignored", "--quiet"]).envs(variables.iter().copied());
    if let Some(user) = user {
        command.uid(user).gid(user).current_dir("/");
    }
    let output = match command.output() {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied && user.is_some() && !is_root() => {
            let told = writeln!(std::io::stderr(), "{test}: only root can become another user; not tested");
            told.expect("standard error is there");
            return;
        }
        output => output.expect("the test runs"),
    };
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

#[test]
fn the_environment_says_nothing() {
    let fixture = populated();
    fixture.init("other");
    fixture.write("other/evil", "");
    let evil = fixture.commit("other", "evil");
    fixture.write("evil", &evil);
    // What git would believe: the case is real only if it does.
    let alternates = fixture.path("other/.git/objects");
    let variable = ("GIT_ALTERNATE_OBJECT_DIRECTORIES", alternates.to_str().expect("path"));
    assert_eq!(fixture.git_with("work", &["cat-file", "-t", &evil], &[variable]), "commit");
    alone(
        "kinds::in_a_hostile_environment",
        &[
            ("TOLLGATE_FIXTURE", &fixture.path("")),
            ("GIT_ALTERNATE_OBJECT_DIRECTORIES", &alternates),
            ("GIT_OBJECT_DIRECTORY", &alternates),
            ("GIT_DIR", &fixture.path("other/.git")),
            ("GIT_COMMON_DIR", &fixture.path("other/.git")),
            ("GIT_WORK_TREE", &fixture.path("other")),
            ("GIT_INDEX_FILE", &fixture.path("other/.git/index")),
            ("GIT_CONFIG_GLOBAL", &fixture.path("evil")),
            ("GIT_CEILING_DIRECTORIES", &fixture.path("")),
            ("HOME", &fixture.path("nowhere")),
        ],
        None,
    );
}

#[test]
#[ignore = "run by the_environment_says_nothing"]
fn in_a_hostile_environment() {
    use tollgate::snapshot::open;
    let root = std::env::var_os("TOLLGATE_FIXTURE").map(std::path::PathBuf::from).expect("set by the parent");
    let work = open(&root.join("work/a"), &OpenOptions::default()).expect("opens");
    assert!(work.is_file(&RepoPath::new("README.md").expect("path")) && !work.is_file(&RepoPath::new("evil").expect("path")));
    let evil = fs::read_to_string(root.join("evil")).expect("an id");
    let options = OpenOptions { rev: Some(evil), ..OpenOptions::default() };
    assert!(open(&root.join("work"), &options).is_err(), "an object of another repository was found");
}

#[test]
fn a_foreign_owner_and_an_unreadable_home_do_not_matter() {
    let fixture = populated();
    let expected = contents(&fixture.open("work"));
    let chown = Command::new("chown").args(["-R", "12345:12345"]).arg(fixture.path("work")).output().expect("chown runs");
    if !chown.status.success() {
        // Only root can give files away; the owner check this is about is made by nobody else either.
        return;
    }
    fs::create_dir(fixture.path("home")).expect("a directory");
    fs::set_permissions(fixture.path("home"), fs::Permissions::from_mode(0o000)).expect("mode");
    assert_eq!(contents(&fixture.open("work")), expected);
    assert_eq!(contents(&fixture.open_rev("work", "main")), expected);
    fs::set_permissions(fixture.path(""), fs::Permissions::from_mode(0o755)).expect("mode");
    let variables = [("TOLLGATE_FIXTURE", fixture.path("")), ("HOME", fixture.path("home"))];
    let variables = variables.each_ref().map(|(name, path)| (*name, path.as_path()));
    alone("kinds::with_an_unreadable_home", &variables, Some(54321));
}

#[test]
#[ignore = "run by a_foreign_owner_and_an_unreadable_home_do_not_matter"]
fn with_an_unreadable_home() {
    let home = std::env::var_os("HOME").expect("set by the parent");
    assert!(fs::read_dir(home).is_err(), "the home directory can be read");
    let root = std::env::var_os("TOLLGATE_FIXTURE").map(std::path::PathBuf::from).expect("set by the parent");
    let snapshot = tollgate::snapshot::open(&root.join("work"), &OpenOptions::default()).expect("opens");
    assert!(snapshot.is_file(&RepoPath::new("README.md").expect("path")));
}

#[test]
fn what_is_not_checked_out_is_incomplete() {
    let fixture = populated();
    fixture.git(".", &["clone", "-q", "--no-checkout", "work", "bare-handed"]);
    let snapshot = fixture.open("bare-handed");
    assert!(
        snapshot.incomplete().is_some_and(|why| why.contains("nothing of `HEAD` is checked out")),
        "{:?}",
        snapshot.incomplete()
    );
    fs::create_dir(fixture.path("nothing")).expect("made");
    let snapshot = fixture.open("nothing");
    assert!(snapshot.incomplete().is_some_and(|why| why.contains("there is no file")), "{:?}", snapshot.incomplete());
    assert!(fixture.open("work").incomplete().is_none());
}

#[test]
fn an_ignored_folder_can_be_inspected_alone() {
    let fixture = populated();
    fixture.write("work/.gitignore", "/build/\n");
    fixture.write("work/build/p/app.py", "import os\n");
    let here = OpenOptions { here: true, ..OpenOptions::default() };
    assert_eq!(names(&fixture.open_with("work/build/p", &here)), ["app.py"]);
}

#[test]
fn submodules_are_said() {
    let fixture = populated();
    fixture.git("work", &["update-index", "--add", "--cacheinfo", "160000,1111111111111111111111111111111111111111,vendor/lib"]);
    fixture.git("work", &["commit", "-q", "-m", "a submodule"]);
    let snapshot = fixture.open_rev("work", "HEAD");
    assert!(snapshot.notes().iter().any(|note| note == "submodules are not read: vendor/lib"), "{:?}", snapshot.notes());
}
