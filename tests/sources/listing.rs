//! Owns the tests of what a work tree's list holds: tracked, untracked, ignored, sparse, strange names.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use tollgate::answer::Reason;
use tollgate::limits::Limits;
use tollgate::snapshot::{EntryKind, Snapshot, UnreadKind};
use tollgate::source::OpenOptions;
use tollgate::text::RepoPath;

use crate::fixture::{Fixture, contents, link, names};

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).expect("inside")
}

/// What git lists: tracked files that are on disk, and untracked ones that are not ignored.
fn git_lists(fixture: &Fixture, name: &str) -> Vec<String> {
    let listed = fixture.git(name, &["ls-files", "-co", "-z", "--exclude-standard", "--deduplicate"]);
    let there = |file: &&str| fs::symlink_metadata(fixture.path(name).join(file)).is_ok_and(|seen| !seen.is_dir());
    let mut all: Vec<String> = listed.split('\0').filter(|file| !file.is_empty()).filter(there).map(str::to_owned).collect();
    all.sort();
    all
}

#[test]
fn untracked_and_ignored_files_are_those_of_git() {
    let fixture = Fixture::new();
    fixture.init("work");
    fixture.write(
        "work/.gitignore",
        "# comment\n*.log\n!keep.log\n/build\nnode_modules/\ndeep/**/x\n\\#odd\ntrail \nquoted\\ \ndir/*\n!dir/again/\n**/tmp\na/**/z\n[Bb]in\n",
    );
    fixture.write("work/sub/.gitignore", "!*.log\n/only\n*.o\n");
    fixture.write("work/sub/deeper/.gitignore", "*\n!.gitignore\n!yes\n");
    fixture.write("work/build/tracked", "t");
    fixture.write("work/out.log", "t");
    fixture.commit("work", "with ignored files tracked");
    for file in [
        "x.log",
        "keep.log",
        "build/untracked",
        "build/sub/untracked",
        "src/build/x",
        "node_modules/a/b",
        "src/node_modules/c",
        "deep/x",
        "deep/a/b/x",
        "deep/a/y",
        "#odd",
        "trail",
        "quoted ",
        "dir/a",
        "dir/again/b",
        "src/tmp/a",
        "tmp",
        "a/z",
        "a/b/c/z",
        "Bin/a",
        "bin",
        "sub/a.log",
        "sub/only",
        "sub/x/only",
        "sub/x/y.o",
        "sub/deeper/no",
        "sub/deeper/yes",
        "sub/deeper/z/yes",
        "excluded",
        "src/excluded",
        "keep/excluded",
        "-dash",
        "build.txt",
        "build2/x",
    ] {
        fixture.write(&format!("work/{file}"), file);
    }
    fixture.write("work/.git/info/exclude", "excluded\n!keep/excluded\n");
    fs::remove_file(fixture.path("work/out.log")).expect("removed");
    assert_eq!(names(&fixture.open("work")), git_lists(&fixture, "work"));
    assert!(fixture.open("work").is_file(&path("build/tracked")));
}

#[test]
fn a_link_or_pipe_in_place_of_an_ignore_file_hides_nothing() {
    let fixture = Fixture::new();
    fixture.init("work");
    fixture.write("rules", "*\n");
    link("../rules", &fixture.path("work/.gitignore"));
    fixture.write("work/a", "");
    fixture.write("work/sub/b", "");
    assert!(std::process::Command::new("mkfifo").arg(fixture.path("work/sub/.gitignore")).status().expect("mkfifo").success());
    let snapshot = fixture.open("work");
    assert_eq!(names(&snapshot), [".gitignore", "a", "sub/b"]);
    assert!(snapshot.notes()[0].starts_with("2 ignore files are not applied"), "{:?}", snapshot.notes());
}

#[test]
fn sparse_files_come_from_the_object_database_and_deleted_ones_are_gone() {
    let fixture = Fixture::new();
    fixture.init("work");
    fixture.write("work/kept/a", "a");
    fixture.write("work/sparse/b", "b");
    fixture.write("work/deleted", "d");
    fixture.commit("work", "all");
    fixture.git("work", &["sparse-checkout", "set", "--no-cone", "/*", "!/sparse/"]);
    fs::remove_file(fixture.path("work/deleted")).expect("removed");
    assert!(!fixture.path("work/sparse/b").exists());
    let all = contents(&fixture.open("work"));
    assert_eq!(all.keys().collect::<Vec<_>>(), ["kept/a", "sparse/b"]);
    assert_eq!(all["sparse/b"].1, Ok("b".to_owned()));
}

#[test]
fn index_versions_conflicts_and_mandatory_extensions() {
    let fixture = Fixture::new();
    fixture.init("work");
    fixture.write("work/a/file", "1");
    fixture.write("work/a/long-name-shared-prefix-1", "1");
    fixture.write("work/a/long-name-shared-prefix-2", "1");
    fixture.commit("work", "one");
    fixture.git("work", &["update-index", "--index-version", "4"]);
    assert_eq!(names(&fixture.open("work")).len(), 3);
    fixture.git("work", &["checkout", "-q", "-b", "other"]);
    fixture.write("work/a/file", "2");
    fixture.commit("work", "two");
    fixture.git("work", &["checkout", "-q", "main"]);
    fixture.write("work/a/file", "3");
    fixture.commit("work", "three");
    let merge = std::process::Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=b", "merge", "-q", "other"])
        .current_dir(fixture.path("work"))
        .output()
        .expect("git runs");
    assert!(!merge.status.success(), "a conflict");
    assert_eq!(names(&fixture.open("work")).len(), 3);
    fixture.git("work", &["reset", "-q", "--hard"]);
    fixture.git("work", &["update-index", "--split-index"]);
    let error = fixture.fail("work", &OpenOptions::default());
    assert!(error.hint.expect("a remedy").contains("--no-split-index"));
}

#[test]
fn a_damaged_index_is_an_error_and_no_panic() {
    let fixture = Fixture::new();
    fixture.init("work");
    fixture.write("work/a", "1");
    fixture.commit("work", "one");
    let whole = fs::read(fixture.path("work/.git/index")).expect("index");
    let mut claims = whole.clone();
    claims[8] = 0xff;
    for bytes in [&whole[..whole.len() - 1], &whole[..11], b"", &claims] {
        fixture.write("work/.git/index", bytes);
        assert!(tollgate::snapshot::open(&fixture.path("work"), &OpenOptions::default()).is_err());
    }
    fs::remove_file(fixture.path("work/.git/index")).expect("removed");
    link("/dev/zero", &fixture.path("work/.git/index"));
    assert!(tollgate::snapshot::open(&fixture.path("work"), &OpenOptions::default()).is_err());
}

#[test]
fn strange_names_survive_every_source() {
    let fixture = Fixture::new();
    fixture.init("work");
    let strange: [&[u8]; 8] =
        [b"new\nline", b"\x1b[31mred", b"::error::x", b"bad\xffutf8", b"bad\xfeutf8/in", b" blank ", b"back\\slash", b"-c"];
    for name in strange {
        let file = fixture.path("work").join(OsStr::from_bytes(name));
        fs::create_dir_all(file.parent().expect("parent")).expect("directory");
        fs::write(file, name).expect("a file");
    }
    let untracked = fixture.open("work");
    fixture.commit("work", "strange");
    let tracked = fixture.open("work");
    let revision = fixture.open_rev("work", "main");
    assert_eq!(names(&untracked).len(), strange.len());
    for snapshot in [&untracked, &tracked, &revision] {
        assert_eq!(names(snapshot), names(&untracked));
        assert_eq!(contents(snapshot)["::error::x"].1, Ok("::error::x".to_owned()));
        assert_eq!(contents(snapshot)["bad\u{FFFD}ffutf8"].1, Ok("bad\u{FFFD}ffutf8".to_owned()), "its name, spelled alike");
    }
    let raw = OsStr::from_bytes(b"bad\xfeutf8");
    let here = OpenOptions { here: true, ..OpenOptions::default() };
    let alone = tollgate::snapshot::open(&fixture.path("work").join(raw), &here).expect("opens");
    assert_eq!(names(&alone), ["in"]);
    assert!(alone.read(&path("in")).expect("bytes").is_foreign());
}

#[test]
fn links_are_never_followed() {
    let fixture = Fixture::new();
    fixture.write("secret", "s");
    fixture.init("work");
    fixture.write("work/dir/file", "1");
    fixture.commit("work", "one");
    fs::rename(fixture.path("work/dir"), fixture.path("moved")).expect("moved");
    link("../moved", &fixture.path("work/dir"));
    link(".", &fixture.path("work/loop"));
    link("/", &fixture.path("work/root"));
    link("../secret", &fixture.path("work/leak"));
    let snapshot = fixture.open("work");
    assert_eq!(names(&snapshot), ["dir", "leak", "loop", "root"]);
    assert!(snapshot.entries().iter().all(|entry| entry.kind == EntryKind::Link));
    for name in ["dir/file", "leak", "loop/leak", "root/etc/passwd"] {
        assert_eq!(snapshot.read(&path(name)).expect_err("a link").kind, UnreadKind::Link, "{name}");
    }
    assert_eq!(snapshot.not_inspected().len(), 4);
}

#[test]
fn other_repositories_are_not_entered() {
    let fixture = Fixture::new();
    fixture.init("work");
    fixture.write("work/a", "1");
    fixture.init("work/nested");
    fixture.write("work/nested/file", "1");
    fixture.commit("work/nested", "inner");
    let untracked = fixture.open("work");
    assert_eq!(names(&untracked), ["a"]);
    assert!(untracked.notes()[0].contains("not entered"), "{:?}", untracked.notes());
    fixture.commit("work", "with a gitlink");
    for snapshot in [fixture.open("work"), fixture.open_rev("work", "main")] {
        assert_eq!(snapshot.entry(&path("nested")).map(|entry| entry.kind), Some(EntryKind::Submodule));
        let unread = snapshot.read(&path("nested/file")).expect_err("a submodule");
        assert_eq!((unread.kind, unread.reason()), (UnreadKind::Submodule, Reason::Remote));
        assert_eq!(names(&snapshot), ["a", "nested"]);
    }
    fs::remove_dir_all(fixture.path("work/.git")).expect("removed");
    assert_eq!(names(&fixture.open("work")), ["a", "nested/file"]);
}

#[test]
fn past_the_bound_of_paths_the_list_is_incomplete() {
    let fixture = Fixture::new();
    fixture.init("work");
    for at in 0..20 {
        fixture.write(&format!("work/d{at}/f"), "");
    }
    fixture.commit("work", "twenty");
    let options = |rev: Option<&str>| OpenOptions {
        rev: rev.map(str::to_owned),
        limits: Limits { paths: 10, ..Limits::default() },
        ..OpenOptions::default()
    };
    let check = |snapshot: &Snapshot| {
        assert!(snapshot.entries().len() <= 10);
        assert!(snapshot.incomplete().expect("incomplete").contains("more than 10 paths"));
        assert!(snapshot.not_inspected().iter().any(|item| item.path.is_root()));
    };
    check(&fixture.open_with("work", &options(None)));
    check(&fixture.open_with("work", &options(Some("main"))));
    fs::remove_dir_all(fixture.path("work/.git")).expect("removed");
    check(&fixture.open_with("work", &options(None)));
    assert!(fixture.open("work").incomplete().is_none());
}

#[test]
fn files_beyond_the_bound_are_not_read() {
    let fixture = Fixture::new();
    fixture.init("work");
    fixture.write("work/large", vec![b'x'; 3 * 1024 * 1024]);
    fixture.commit("work", "large");
    for snapshot in [fixture.open("work"), fixture.open_rev("work", "main")] {
        assert_eq!(snapshot.read(&path("large")).expect_err("too large").kind, UnreadKind::TooLarge);
        assert_eq!(snapshot.read_bounded(&path("large"), 4 * 1024 * 1024).expect("fits").text.len(), 3 * 1024 * 1024);
    }
}

#[test]
#[ignore = "slow: writes 100,000 files"]
fn a_hundred_thousand_files_are_listed_alike() {
    let fixture = Fixture::new();
    fixture.init("work");
    for at in 0..100_000 {
        fixture.write(&format!("work/d{}/e{}/f{at}", at % 20, at % 1000), "x");
    }
    let untracked = names(&fixture.open("work"));
    fixture.commit("work", "all");
    assert_eq!(untracked.len(), 100_000);
    assert_eq!(names(&fixture.open("work")), untracked);
    assert_eq!(names(&fixture.open_rev("work", "main")), untracked);
}

/// Git itself is the judge of what its ignore files hide.
#[test]
fn ignore_files_hide_what_git_says() {
    const PIECES: &[&str] = &[
        "a",
        "b",
        "*",
        "**",
        "/",
        "?",
        "[ab]",
        "[!a]",
        "[^a]",
        "{a,b}",
        "\\*",
        "!",
        "#",
        " ",
        "\\ ",
        ".",
        "a.py",
        "[",
        "\\",
        "[[:alpha:]]",
        "**/",
        "/**",
        "\\!",
        "\\#",
        "[a",
        "*.py",
        "//",
        "./",
        "a/",
        "\t",
        "[]a]",
        "[a-c]",
        "[[:x:]]",
        "d/",
        "e/f",
        "/d",
        "**/f/",
        "a**",
    ];
    const NAMES: &[&str] = &["a", "b", "ab", "a.py", "b.py", "c", "a b", "#a", "!a", "[a", "{a,b}", "a ", "\\a", ".a", "aa"];
    let rounds = std::env::var("TOLLGATE_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let fixture = Fixture::new();
    fixture.init("work");
    for directory in ["", "d/", "d/f/", "e/", "e/f/", "e/f/a/"] {
        for name in NAMES.iter().filter(|name| directory != "e/f/" || **name != "a") {
            fixture.write(&format!("work/{directory}{name}"), "");
        }
    }
    let mut state = 5_u64;
    let mut draw = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % n as u64).expect("small")
    };
    for round in 0..rounds {
        let mut lines: Vec<String> =
            (0..1 + draw(3)).map(|_| (0..1 + draw(4)).map(|_| PIECES[draw(PIECES.len())]).collect()).collect();
        if round % 3 == 0 {
            lines.iter_mut().for_each(|line| line.insert(0, '!'));
            lines.insert(0, ["*", "/*", "**", "a", "d/*"][draw(5)].to_owned());
        }
        let (root, below) = (lines.join("\n"), PIECES[draw(PIECES.len())]);
        fixture.write("work/.gitignore", &root);
        fixture.write("work/e/.gitignore", format!("{below}\r\n"));
        let mut known: Vec<String> =
            fixture.git("work", &["ls-files", "-coz", "--exclude-standard"]).split('\0').map(str::to_owned).collect();
        known.retain(|name| !name.is_empty());
        known.sort();
        assert_eq!(names(&fixture.open("work")), known, "{root:?} and {below:?} in e/");
    }
}
