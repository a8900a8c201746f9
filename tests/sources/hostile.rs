//! Owns the tests that nothing planted in `.git` or in a tree changes what is shown.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use tollgate::error::Kind;
use tollgate::snapshot::SubjectKind;
use tollgate::source::{OpenOptions, commit};
use tollgate::text::RepoPath;

use crate::fixture::{Fixture, contents, link, names};

fn repository() -> (Fixture, String, String) {
    let fixture = Fixture::new();
    fixture.init("work");
    fixture.write("work/file", "good");
    let one = fixture.commit("work", "one");
    fixture.write("work/file", "better");
    let two = fixture.commit("work", "two");
    (fixture, one, two)
}

/// Writes an object that git itself would refuse, and gives its id.
fn plant(fixture: &Fixture, kind: &str, bytes: &[u8]) -> String {
    let mut child = Command::new("git")
        .args(["hash-object", "-t", kind, "-w", "--stdin", "--literally"])
        .current_dir(fixture.path("work"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git runs");
    child.stdin.take().expect("a pipe").write_all(bytes).expect("written");
    let output = child.wait_with_output().expect("git ends");
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn raw(id: &str) -> Vec<u8> {
    (0..20).map(|at| u8::from_str_radix(&id[at * 2..at * 2 + 2], 16).expect("hex")).collect()
}

fn item(mode: &str, name: &[u8], id: &str) -> Vec<u8> {
    [mode.as_bytes(), b" ", name, b"\0", &raw(id)].concat()
}

/// A commit of a planted tree.
fn commit_of(fixture: &Fixture, tree: &str) -> String {
    plant(fixture, "commit", format!("tree {tree}\nauthor a <b> 1 +0000\ncommitter a <b> 1 +0000\n\nm\n").as_bytes())
}

#[test]
fn replace_refs_change_nothing() {
    let (fixture, one, two) = repository();
    fixture.write("work/file", "evil");
    let evil = fixture.commit("work", "evil");
    fixture.git("work", &["reset", "-q", "--hard", &two]);
    fixture.git("work", &["replace", &two, &evil]);
    let [good_blob, evil_blob] = [&one, &evil].map(|id| fixture.git("work", &["rev-parse", &format!("{id}:file")]));
    fixture.git("work", &["replace", &good_blob, &evil_blob]);
    assert_eq!(fixture.git("work", &["cat-file", "-p", "HEAD:file"]), "evil", "git believes it");
    assert_eq!(contents(&fixture.open_rev("work", "HEAD"))["file"].1, Ok("better".to_owned()));
    assert_eq!(contents(&fixture.open_rev("work", &one))["file"].1, Ok("good".to_owned()));
}

#[test]
fn grafts_shallow_and_commit_graph_files_change_no_parent() {
    let (fixture, one, two) = repository();
    fixture.git("work", &["checkout", "-q", "--orphan", "evil"]);
    let evil = fixture.commit("work", "evil");
    fixture.git("work", &["checkout", "-q", "main"]);
    fixture.git("work", &["commit-graph", "write", "--reachable"]);
    fixture.write("work/.git/info/grafts", format!("{two} {evil}\n"));
    assert_eq!(fixture.git("work", &["rev-list", "--parents", "-1", "main"]), format!("{two} {evil}"), "git believes it");
    fixture.write("work/.git/shallow", format!("{two}\n"));
    let snapshot = fixture.open_rev("work", "main");
    let objects = &snapshot.repository().expect("a repository").objects;
    let parents = commit::read(objects, git2::Oid::from_str(&two).expect("id")).expect("a commit").parents;
    assert_eq!(parents.iter().map(ToString::to_string).collect::<Vec<_>>(), [one]);
}

#[test]
fn configuration_and_hooks_are_not_read() {
    let (fixture, ..) = repository();
    fixture.write("elsewhere/evil", "");
    let expected = contents(&fixture.open("work"));
    let trace = fixture.path("ran");
    let command = format!("touch {}; false", trace.display());
    fixture.write("planted", "[core]\n\tbare = true\n\tworktree = /nonexistent\n");
    let config = format!(
        "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tworktree = {}\n\tfsmonitor = \"{command}\"\n\tattributesFile = {}\n\texcludesFile = {}\n\tignoreCase = true\n\tsparseCheckout = true\n[include]\n\tpath = {}\n[filter \"x\"]\n\tsmudge = \"{command}\"\n\trequired = true\n[extensions]\n\tpartialClone = origin\n[remote \"origin\"]\n\turl = \"ext::{command}\"\n\tpromisor = true\n",
        fixture.path("elsewhere").display(),
        fixture.path("planted").display(),
        fixture.path("all").display(),
        fixture.path("planted").display(),
    );
    fixture.write("all", "*\n");
    fixture.write("work/.git/config", config);
    fixture.write("work/.git/info/attributes", "* filter=x export-ignore\n");
    let untracked = fixture.path("work/untracked");
    fs::write(&untracked, "").expect("written");
    assert!(names(&fixture.open("work")).contains(&"untracked".to_owned()), "excludesFile was read");
    fs::remove_file(untracked).expect("removed");
    for snapshot in [fixture.open("work"), fixture.open_rev("work", "main"), fixture.open("work/.git")] {
        assert_eq!(contents(&snapshot), expected);
    }
    fixture.write("work/.git/config", "\0\u{1}[[[\n=\n");
    assert_eq!(contents(&fixture.open("work")), expected);
    assert!(!trace.exists(), "a configured command ran");
}

#[test]
fn a_missing_object_is_an_error_and_no_remote_is_asked() {
    let (fixture, one, _) = repository();
    let trace = fixture.path("ran");
    fixture.git("work", &["config", "remote.origin.url", &format!("ext::sh -c 'touch {}'", trace.display())]);
    fixture.git("work", &["config", "remote.origin.promisor", "true"]);
    fixture.git("work", &["config", "extensions.partialClone", "origin"]);
    let tree = fixture.git("work", &["rev-parse", &format!("{one}^{{tree}}")]);
    fs::remove_file(fixture.path(&format!("work/.git/objects/{}/{}", &tree[..2], &tree[2..]))).expect("removed");
    let error = fixture.rev_error("work", &one);
    assert_eq!(error.kind, Kind::Incomplete);
    assert!(error.message.contains(&tree), "{error}");
    assert!(!trace.exists());
}

#[test]
fn an_object_under_a_wrong_id_is_refused() {
    let (fixture, one, two) = repository();
    let file = |id: &str| fixture.path(&format!("work/.git/objects/{}/{}", &id[..2], &id[2..]));
    let [good, better] = [&one, &two].map(|id| fixture.git("work", &["rev-parse", &format!("{id}:file")]));
    fs::remove_file(file(&good)).expect("removed");
    fs::copy(file(&better), file(&good)).expect("planted");
    let snapshot = fixture.open_rev("work", &one);
    let unread = snapshot.read(&RepoPath::new("file").expect("path")).expect_err("another object's bytes");
    assert!(unread.why.contains("hash"), "{}", unread.why);
    fs::remove_file(file(&one)).expect("removed");
    fs::copy(file(&two), file(&one)).expect("planted");
    assert_eq!(fixture.rev_error("work", &one).kind, Kind::Incomplete);
}

#[test]
fn a_damaged_pack_is_an_error_and_no_panic() {
    let (fixture, ..) = repository();
    fixture.git("work", &["gc", "-q"]);
    let packs = fixture.path("work/.git/objects/pack");
    let mut pack = fs::read_dir(packs).expect("packs").filter_map(Result::ok).map(|item| item.path());
    let pack = pack.find(|path| path.extension().is_some_and(|end| end == "pack")).expect("a pack");
    let whole = fs::read(&pack).expect("bytes");
    fs::set_permissions(&pack, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("mode");
    for at in 12..whole.len() - 20 {
        let mut damaged = whole.clone();
        // Every byte in turn becomes an entry header of a type that does not exist.
        damaged[at] = 0x5f;
        fs::write(&pack, damaged).expect("written");
        if let Ok(snapshot) = tollgate::snapshot::open(
            &fixture.path("work"),
            &OpenOptions { rev: Some("main".to_owned()), ..OpenOptions::default() },
        ) {
            let _ = snapshot.read(&RepoPath::new("file").expect("path"));
        }
    }
}

#[test]
fn a_git_directory_committed_into_a_tree_is_not_opened() {
    let (fixture, ..) = repository();
    let root = contents(&fixture.open("work"));
    fixture.git(".", &["init", "-q", "--bare", "work/sub/evil.git"]);
    fixture.write("work/sub/evil.git/config", "[core]\n\tfsmonitor = evil\n");
    let snapshot = fixture.open("work/sub/evil.git");
    assert_eq!(snapshot.subject().kind, SubjectKind::WorkTree);
    assert!(contents(&snapshot).len() > root.len() && names(&snapshot).contains(&"file".to_owned()));
}

#[test]
fn a_git_entry_leading_out_of_the_tree_is_said() {
    let (fixture, ..) = repository();
    let expected = contents(&fixture.open("work"));
    fs::rename(fixture.path("work/.git"), fixture.path("data")).expect("moved");
    fixture.write("work/.git", "gitdir: ../data\n");
    let pointed = fixture.open("work");
    assert_eq!(contents(&pointed), expected);
    assert!(pointed.notes()[0].contains("outside"), "{:?}", pointed.notes());
    fs::remove_file(fixture.path("work/.git")).expect("removed");
    link("../data", &fixture.path("work/.git"));
    assert!(fixture.open("work").notes()[0].contains("outside"));
    fs::remove_file(fixture.path("work/.git")).expect("removed");
    for bad in ["", "gitdir:", "gitdir: \n", "nonsense", "gitdir: a\nb\n", "gitdir: ..\n"] {
        fixture.write("work/.git", bad);
        assert_eq!(fixture.fail("work", &OpenOptions::default()).kind, Kind::Incomplete, "{bad:?}");
    }
}

#[test]
fn names_that_git_would_not_check_out_are_left_out() {
    let (fixture, one, _) = repository();
    let blob = fixture.git("work", &["rev-parse", &format!("{one}:file")]);
    let evil = plant(&fixture, "tree", &item("100644", b"config", &blob));
    let tree = [
        item("100644", b"..", &blob),
        item("40000", b".git", &evil),
        item("100644", b"a/b", &blob),
        item("100644", b"file", &blob),
        item("120000", b"file", &blob),
        item("170000", b"odd", &blob),
    ];
    let tree = plant(&fixture, "tree", &tree.concat());
    let snapshot = fixture.open_rev("work", &commit_of(&fixture, &tree));
    assert_eq!(names(&snapshot), ["file"]);
    assert_eq!(snapshot.read(&RepoPath::new("file").expect("path")).expect("text").text, "good");
    assert_eq!(snapshot.not_inspected().len(), 5);
    let broken = plant(&fixture, "tree", b"100644 cut\0short");
    assert_eq!(fixture.rev_error("work", &commit_of(&fixture, &broken)).kind, Kind::Incomplete);
    assert_eq!(fixture.rev_error("work", &commit_of(&fixture, &blob)).kind, Kind::Incomplete);
}

#[test]
fn a_tree_that_unfolds_without_end_is_cut() {
    let (fixture, one, _) = repository();
    let blob = fixture.git("work", &["rev-parse", &format!("{one}:file")]);
    for leaf in [item("100644", b"x", &blob), Vec::new()] {
        let mut tree = plant(&fixture, "tree", &leaf);
        for _ in 0..12 {
            let wide: Vec<Vec<u8>> = (b'a'..=b'j').map(|name| item("40000", &[name], &tree)).collect();
            tree = plant(&fixture, "tree", &wide.concat());
        }
        let snapshot = fixture.open_rev("work", &commit_of(&fixture, &tree));
        assert!(snapshot.incomplete().is_some());
        assert!(snapshot.entries().len() <= snapshot.limits().paths);
    }
    let mut deep = plant(&fixture, "tree", &item("100644", b"x", &blob));
    for _ in 0..30 {
        deep = plant(&fixture, "tree", &item("40000", &[b'd'; 200], &deep));
    }
    let snapshot = fixture.open_rev("work", &commit_of(&fixture, &deep));
    assert!(snapshot.entries().is_empty() && snapshot.not_inspected().len() == 1);
}

#[test]
fn pipes_among_the_objects_are_errors_and_are_not_waited_for() {
    let pipe = |fixture: &Fixture, path: &str| {
        let path = fixture.path(path);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
    };
    let borrowing = || {
        let (fixture, one, _) = repository();
        for name in ["near", "far"] {
            fixture.init(name);
        }
        fixture.write("work/.git/objects/info/alternates", format!("{}\n", fixture.path("near/.git/objects").display()));
        fixture.write("near/.git/objects/info/alternates", format!("{}\n", fixture.path("far/.git/objects").display()));
        (fixture, one)
    };
    for (place, says) in [
        ("work/.git/objects/pack/pack-0123456789012345678901234567890123456789.idx", "is no regular file"),
        ("work/.git/objects/pack/multi-pack-index", "is no regular file"),
        ("far/.git/objects/pack/pack-0123456789012345678901234567890123456789.pack", "is no regular file"),
        ("near/.git/objects/info/alternates", "info/alternates: not a regular file"),
        ("far/.git/objects/info/alternates", "info/alternates: not a regular file"),
    ] {
        let (fixture, one) = borrowing();
        pipe(&fixture, place);
        let error = fixture.rev_error("work", &one);
        assert_eq!(error.kind, Kind::Incomplete);
        assert!(error.message.contains(says) && error.hint.is_some(), "{place}: {error}");
    }
    // An object of its own that is borrowed: whoever asks for it is told that it is damaged.
    let (fixture, one) = borrowing();
    let file = format!("objects/{}/{}", &one[..2], &one[2..]);
    fs::remove_file(fixture.path(&format!("work/.git/{file}"))).expect("removed");
    pipe(&fixture, &format!("far/.git/{file}"));
    let error = fixture.rev_error("work", &one);
    assert!(error.message.contains("its file is no regular file"), "{error}");
}

#[test]
fn object_directories_that_borrow_in_a_circle_end() {
    let (fixture, one, _) = repository();
    fixture.init("other");
    for (from, to) in [("work", "other"), ("other", "work"), ("other", "other")] {
        fixture.write(
            &format!("{from}/.git/objects/info/alternates"),
            format!("{}\n", fixture.path(&format!("{to}/.git/objects")).display()),
        );
    }
    assert!(names(&fixture.open_rev("work", &one)).contains(&"file".to_owned()));
    let many: String = (0..100).map(|at| format!("{}\n", fixture.path(&format!("many/{at}")).display())).collect();
    for at in 0..100 {
        fs::create_dir_all(fixture.path(&format!("many/{at}"))).expect("a directory");
    }
    fixture.write("work/.git/objects/info/alternates", many);
    assert!(fixture.rev_error("work", &one).message.contains("more than 64"));
}

#[test]
fn an_object_file_that_ends_early_or_goes_on_is_an_error_and_is_not_waited_for() {
    let (fixture, one, _) = repository();
    let blob = fixture.git("work", &["rev-parse", &format!("{one}:file")]);
    for id in [&one, &blob] {
        let file = fixture.path(&format!("work/.git/objects/{}/{}", &id[..2], &id[2..]));
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("mode");
        let whole = fs::read(&file).expect("an object");
        let told = |bytes: &[u8]| {
            fs::write(&file, bytes).expect("written");
            let options = OpenOptions { rev: Some(one.clone()), ..OpenOptions::default() };
            match tollgate::snapshot::open(&fixture.path("work"), &options) {
                Ok(snapshot) => snapshot.read(&RepoPath::new("file").expect("path")).map(drop).map_err(|unread| unread.why),
                Err(error) => Err(error.to_string()),
            }
        };
        for length in 0..whole.len() {
            let why = told(&whole[..length]).expect_err("it is not whole");
            assert!(why.contains("damaged: its file does not inflate"), "{length}: {why}");
        }
        let why = told(&[&whole[..], b"x"].concat()).expect_err("something follows");
        assert!(why.contains("something follows its end"), "{why}");
        told(&whole).expect("whole again");
    }
}

/// A pack of two deltas, each of which is the other's base, with its index.
fn circle(fixture: &Fixture) -> String {
    let script = r#"
import binascii, hashlib, struct, sys, zlib
ids = [bytes([0xaa] * 20), bytes([0xbb] * 20)]
pack, at = b"PACK" + struct.pack(">II", 2, 2), []
delta = zlib.compress(bytes([5, 5, 0x90, 5]))
for base in reversed(ids):
    at.append((len(pack), binascii.crc32(b"\x74" + base + delta)))
    pack += b"\x74" + base + delta
end = hashlib.sha1(pack).digest()
index = b"\xfftOc" + struct.pack(">I", 2) + b"".join(struct.pack(">I", sum(one[0] <= n for one in ids)) for n in range(256))
index += b"".join(ids) + b"".join(struct.pack(">I", crc) for _, crc in at) + b"".join(struct.pack(">I", offset) for offset, _ in at) + end
index += hashlib.sha1(index).digest()
open(sys.argv[1] + ".pack", "wb").write(pack + end)
open(sys.argv[1] + ".idx", "wb").write(index)
"#;
    let stem = fixture.path("work/.git/objects/pack/pack-0123456789012345678901234567890123456789");
    fs::create_dir_all(stem.parent().expect("a parent")).expect("a directory");
    assert!(Command::new("python3").args(["-c", script]).arg(stem).status().expect("python3").success());
    "aa".repeat(20)
}

#[test]
fn deltas_in_a_circle_are_an_error_and_are_not_followed_without_end() {
    let (fixture, one, _) = repository();
    let id = circle(&fixture);
    let error = fixture.rev_error("work", &id);
    assert!(error.message.contains("its deltas in a pack file do not come to an end"), "{error}");
    // What else lies there is read as ever, packed or not.
    assert!(names(&fixture.open_rev("work", &one)).contains(&"file".to_owned()));
}
