//! Owns the tests of a snapshot that need no repository.

use crate::doc::Format;

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
fn what_is_no_text_has_its_place() {
    let made = |bytes: &[u8]| SourceFile::place_behind(&path("a"), bytes);
    assert_eq!((made(b"").line, made(b"x\r\ny\n\xffab").column), (1, 6));
    let snapshot = snapshot(&[("nul", "a\r\n\u{e9}b\0c\n")]);
    let unread = snapshot.read(&path("nul")).expect_err("no text");
    let place = unread.place.expect("a place");
    assert_eq!((place.line, place.column), (2, 3));
    assert_eq!(snapshot.not_inspected()[0].place().map(|place| (place.line, place.column)), Some((2, 3)));
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

/// Base and head walk side by side: whoever comes second to a text takes what the first one makes of it.
#[test]
fn a_text_that_both_sides_reach_at_once_is_parsed_once() {
    let text = format!("[{}1]", "1,".repeat(20_000));
    for _ in 0..8 {
        let head = snapshot(&[("a.json", &text)]);
        let base = snapshot(&[("a.json", &text)]).sharing_documents_with(&head);
        let start = std::sync::Barrier::new(2);
        let read = |side: &Snapshot| {
            start.wait();
            side.document(&path("a.json"), Format::Json).expect("valid")
        };
        let [ours, theirs] = std::thread::scope(|scope| {
            [&head, &base].map(|side| scope.spawn(|| read(side))).map(|thread| thread.join().expect("no panic"))
        });
        assert!(Arc::ptr_eq(&ours, &theirs));
    }
}

#[test]
fn documents_are_parsed_once_and_shared_by_equal_texts() {
    let head = snapshot(&[("a.json", "{\"x\": 1}"), ("b.json", "{"), ("c.json", "1")]);
    let base = snapshot(&[("a.json", "{\"x\": 1}"), ("c.json", "2")]).sharing_documents_with(&head);
    let first = head.document(&path("a.json"), Format::Json).expect("valid");
    assert!(Arc::ptr_eq(&first, &head.document(&path("a.json"), Format::Json).expect("valid")));
    assert!(Arc::ptr_eq(&first, &base.document(&path("a.json"), Format::Json).expect("valid")));
    let [ours, theirs] = [&head, &base].map(|side| side.document(&path("c.json"), Format::Json).expect("valid"));
    assert!(!Arc::ptr_eq(&ours, &theirs));
    let error = head.document(&path("b.json"), Format::Json).expect_err("malformed");
    assert_eq!((error.kind, error.place.expect("a place").line), (UnreadKind::Malformed, 1));
    assert_eq!(head.not_inspected().len(), 1);
    assert!(base.not_inspected().is_empty());
}

#[test]
fn a_hundred_thousand_paths_are_found_by_search() {
    let files = (0..100_000).map(|at| (format!("d{}/e{}/f{at}", at % 10, at % 1000), String::new()));
    let snapshot = Snapshot::in_memory(files);
    assert_eq!(snapshot.children(&RepoPath::root()).count(), 10);
    assert_eq!(snapshot.children(&path("d7")).count(), 100);
    assert_eq!(snapshot.under(&path("d7")).len(), 10_000);
    assert_eq!(snapshot.under(&path("d7/e7")).len(), 100);
    // A scan of the list for each of these questions would be 10^10 steps.
    assert!((0..100_000).all(|at| snapshot.is_file(&path(&format!("d{}/e{}/f{at}", at % 10, at % 1000)))));
    assert!(
        (0..100_000)
            .all(|at| snapshot.children(&RepoPath::root()).next().is_some() && !snapshot.is_dir(&path(&format!("x{at}"))))
    );
}
