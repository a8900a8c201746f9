//! Owns the tests of a snapshot that need no repository.

use super::*;

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).expect("inside")
}

fn snapshot(files: &[(&str, &str)]) -> Snapshot {
    Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())))
}

#[test]
fn is_shared_between_threads() {
    fn assert_shared<T: Send + Sync>() {}
    assert_shared::<Snapshot>();
}

#[test]
fn reads_once_and_says_what_it_did_not_read() {
    let snapshot = snapshot(&[("a/b.yml", "x: 1\n"), ("nul", "a\0b"), ("lfs", "version https://git-lfs.github.com/spec/v1\n")]);
    let first = snapshot.read(&path("a/b.yml")).expect("text");
    assert_eq!(first.text, "x: 1\n");
    assert!(Arc::ptr_eq(&first, &snapshot.read(&path("a/b.yml")).expect("text")));
    let kind = |name: &str| snapshot.read(&path(name)).expect_err("unread").kind;
    assert_eq!(kind("nul"), UnreadKind::NotText);
    assert_eq!(kind("lfs"), UnreadKind::LfsPointer);
    assert_eq!(kind("a"), UnreadKind::Missing);
    let unread: Vec<String> = snapshot.not_inspected().iter().map(|item| item.path.to_string()).collect();
    assert_eq!(unread, ["lfs", "nul"]);
    assert!(snapshot.is_dir(&path("a")) && snapshot.is_dir(&path("")) && !snapshot.is_dir(&path("nul")));
    assert!(snapshot.is_file(&path("nul")) && !snapshot.is_file(&path("a")));
}

#[test]
fn a_larger_bound_reads_what_a_smaller_one_refused() {
    let limits = Limits { file_bytes: 4, ..Limits::default() };
    let snapshot = snapshot(&[("lock", "12345")]).with_limits(limits);
    assert_eq!(snapshot.read(&path("lock")).expect_err("too large").kind, UnreadKind::TooLarge);
    assert_eq!(snapshot.not_inspected().len(), 1);
    assert_eq!(snapshot.read_bounded(&path("lock"), 5).expect("fits").text, "12345");
    assert!(snapshot.not_inspected().is_empty());
}
