//! Owns the tests of revisions, default branches and tags.

use std::fs;

use tollgate::error::Kind;
use tollgate::signing::tag_object::SignatureKind;
use tollgate::snapshot::{DefaultBranch, Snapshot, Tag};

use crate::fixture::{Fixture, link, names};

/// Two commits on `main`, the first with file `one`, the second with `two` too; gives their ids.
fn two_commits() -> (Fixture, String, String) {
    let fixture = Fixture::new();
    fixture.init("work");
    fixture.write("work/one", "");
    let one = fixture.commit("work", "one");
    fixture.write("work/two", "");
    let two = fixture.commit("work", "two");
    (fixture, one, two)
}

fn revision(snapshot: &Snapshot) -> String {
    snapshot.subject().revision.clone().expect("a revision")
}

#[test]
fn a_revision_is_an_id_or_a_name() {
    let (fixture, one, two) = two_commits();
    fixture.git("work", &["tag", "light", &one]);
    fixture.git("work", &["tag", "-a", "-m", "m", "inner", &one]);
    fixture.git("work", &["tag", "-a", "-m", "m", "outer", "inner"]);
    fixture.git("work", &["update-ref", "refs/remotes/origin/topic", &one]);
    fixture.git("work", &["update-ref", "refs/remotes/fork/x/y", &one]);
    let tag_object = fixture.git("work", &["rev-parse", "outer"]);
    for packed in [false, true] {
        for rev in [
            one.as_str(),
            &one[..7],
            &one[..4],
            &one.to_uppercase(),
            "light",
            "outer",
            "refs/tags/outer",
            &tag_object,
            &tag_object[..12],
            "topic",
            "origin/topic",
            "refs/remotes/origin/topic",
            "fork/x/y",
        ] {
            let snapshot = fixture.open_rev("work", rev);
            assert_eq!((revision(&snapshot), names(&snapshot)), (one.clone(), vec!["one".to_owned()]), "{rev}");
        }
        for rev in ["HEAD", "main", "refs/heads/main", &two] {
            assert_eq!(revision(&fixture.open_rev("work", rev)), two, "{rev}");
        }
        if !packed {
            fixture.git("work", &["pack-refs", "--all"]);
            fixture.git("work", &["gc", "-q"]);
            assert!(!fixture.path("work/.git/refs/tags/outer").exists());
        }
    }
}

#[test]
fn two_answers_and_revision_syntax_are_usage_errors() {
    let (fixture, one, two) = two_commits();
    fixture.git("work", &["tag", "main", &one]);
    let error = fixture.rev_error("work", "main");
    assert_eq!(error.kind, Kind::Usage);
    assert!(error.message.contains("refs/tags/main, refs/heads/main"), "{error}");
    fixture.git("work", &["tag", "same", &two]);
    fixture.git("work", &["branch", "same", &two]);
    assert_eq!(revision(&fixture.open_rev("work", "same")), two);
    // A branch whose name abbreviates another commit's id.
    fixture.git("work", &["branch", &one[..6], &two]);
    assert_eq!(fixture.rev_error("work", &one[..6]).kind, Kind::Usage);
    // b79: a tag with the name of a remote branch.
    fixture.git("work", &["update-ref", "refs/remotes/origin/main", &two]);
    fixture.git("work", &["tag", "origin/main", &one]);
    assert_eq!(fixture.rev_error("work", "origin/main").kind, Kind::Usage);
    for rev in ["HEAD~1", "main^", "main^{commit}", "@", "@{u}", "main@{1}", ":/one", "HEAD:one", "a..b", ""] {
        assert_eq!(fixture.rev_error("work", rev).kind, Kind::Usage, "{rev}");
    }
    for rev in ["nothing", "../config", "config", "0123456789012345678901234567890123456789", "FETCH_HEAD", "abcdef0"] {
        let error = fixture.rev_error("work", rev);
        assert!(error.hint.is_some() && matches!(error.kind, Kind::Incomplete | Kind::Usage), "{rev}");
    }
    let tree = fixture.git("work", &["rev-parse", "HEAD^{tree}"]);
    assert_eq!(fixture.rev_error("work", &tree).kind, Kind::Usage);
}

#[test]
fn short_ids_of_several_objects_are_refused() {
    let fixture = Fixture::new();
    fixture.init("work");
    for at in 0..1500 {
        fixture.write(&format!("work/f{at}"), at.to_string());
    }
    fixture.commit("work", "many");
    let objects = fixture.git("work", &["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
    let ids: Vec<&str> = objects.lines().collect();
    let twin = ids.windows(2).find(|pair| pair[0][..4] == pair[1][..4]).expect("1500 objects hold two of one beginning");
    assert!(fixture.rev_error("work", &twin[0][..4]).message.contains("several"));
    fixture.git("work", &["gc", "-q"]);
    assert!(fixture.rev_error("work", &twin[0][..4]).message.contains("several"));
}

#[test]
fn references_that_loop_leave_or_break_are_errors() {
    let (fixture, ..) = two_commits();
    fixture.write("work/.git/refs/heads/a", "ref: refs/heads/b\n");
    fixture.write("work/.git/refs/heads/b", "ref: refs/heads/a\n");
    fixture.write("work/.git/refs/heads/out", "ref: ../../../etc/passwd\n");
    fixture.write("work/.git/refs/heads/empty", "");
    fixture.write("work/.git/refs/heads/huge", vec![b'0'; 100_000]);
    link("main", &fixture.path("work/.git/refs/heads/linked"));
    for rev in ["a", "out", "empty", "huge", "linked"] {
        assert_eq!(fixture.rev_error("work", rev).kind, Kind::Incomplete, "{rev}");
    }
    fs::rename(fixture.path("work/.git/refs/heads"), fixture.path("heads")).expect("moved");
    link(fixture.path("heads"), &fixture.path("work/.git/refs/heads"));
    assert_eq!(fixture.rev_error("work", "refs/heads/main").kind, Kind::Incomplete);
}

#[test]
fn the_default_branch_follows_its_order() {
    let (fixture, ..) = two_commits();
    let known = |name: &str| DefaultBranch::Known(name.to_owned());
    let branch = |name: &str, declared| fixture.open_rev(name, "HEAD").default_branch(declared).expect("readable");
    assert_eq!(branch("work", None), known("main"));
    fixture.git("work", &["branch", "master"]);
    assert_eq!(branch("work", None), DefaultBranch::OneOf(vec!["main".to_owned(), "master".to_owned()]));
    fixture.git("work", &["checkout", "-q", "-b", "trunk"]);
    assert_eq!(branch("work", None).names().len(), 2);
    fixture.git(".", &["clone", "-q", "--bare", "work", "bare.git"]);
    assert_eq!(branch("bare.git", None), known("trunk"));
    fixture.git(".", &["clone", "-q", "work", "clone"]);
    assert_eq!(branch("clone", None), known("trunk"));
    assert_eq!(branch("clone", Some("stable")), known("stable"));
    fixture.write("plain/x", "");
    assert_eq!(fixture.open("plain").default_branch(None).expect("readable").names().len(), 2);
}

#[test]
fn tags_tell_what_their_objects_say() {
    let (fixture, one, two) = two_commits();
    let date = |seconds: &'static str| [("GIT_COMMITTER_DATE", seconds)];
    fixture.git("work", &["tag", "light", &one]);
    fixture.git_with("work", &["tag", "-a", "-m", "m", "v1", &one], &date("1800000000 +0000"));
    fixture.git_with(
        "work",
        &["tag", "-a", "-m", "x\n-----BEGIN SSH SIGNATURE-----\nU1NI\n", "v2/x", &two],
        &date("1900000000 +0000"),
    );
    fixture.git_with("work", &["tag", "-a", "-m", "m", "nested", "v1"], &date("1600000000 +0000"));
    fixture.git("work", &["tag", "tree", "HEAD^{tree}"]);
    let loose = fixture.open("work").tags().expect("tags");
    let shown = |tags: &[Tag]| -> Vec<String> { tags.iter().map(|tag| tag.name.clone()).collect() };
    assert_eq!(shown(&loose), ["v2/x", "v1", "light", "nested", "tree"]);
    let by = |name: &str| loose.iter().find(|tag| tag.name == name).expect("listed");
    assert_eq!((by("light").annotated, by("light").date, by("light").object.clone()), (false, Some(1_700_000_000), one.clone()));
    assert_eq!((by("v2/x").signature, by("v2/x").target.clone()), (SignatureKind::Ssh, Some(two)));
    assert_eq!((by("nested").annotated, by("nested").target.clone()), (true, Some(one)));
    assert!(by("tree").problem.as_deref().expect("a problem").contains("tree"));
    fixture.git("work", &["pack-refs", "--all"]);
    fixture.git("work", &["gc", "-q"]);
    assert_eq!(fixture.open("work").tags().expect("tags"), loose);
    fixture.git(".", &["clone", "-q", "--mirror", "work", "bare.git"]);
    assert_eq!(fixture.open("bare.git").tags().expect("tags"), loose);
}

#[test]
fn what_is_wrong_with_a_tag_is_told() {
    let (fixture, one, _) = two_commits();
    fixture.git("work", &["tag", "good", &one]);
    fixture.write("work/.git/refs/tags/empty", "");
    fixture.write("work/.git/refs/tags/dangling", "0123456789012345678901234567890123456789\n");
    fixture.write("work/.git/refs/tags/moving", "ref: refs/heads/main\n");
    fixture.write("work/.git/refs/tags/bad name", format!("{one}\n"));
    fixture.write("work/.git/refs/tags/gone.lock", "");
    link("good", &fixture.path("work/.git/refs/tags/linked"));
    let large = format!("object {one}\ntype commit\ntag large\ntagger A <a> 1 +0000\n\n{}", "x".repeat(70_000));
    fixture.write("large", large);
    let id = fixture.git("work", &["hash-object", "-t", "tag", "-w", "../large"]);
    fixture.git("work", &["update-ref", "refs/tags/large", &id]);
    let tags = fixture.open("work").tags().expect("tags");
    for tag in &tags {
        assert_eq!(tag.problem.is_none(), tag.name == "good", "{tag:?}");
    }
    assert_eq!(tags.len(), 7);
}

#[test]
fn the_peeled_line_of_packed_refs_is_not_believed() {
    let (fixture, one, two) = two_commits();
    fixture.git("work", &["tag", "-a", "-m", "m", "v1", &one]);
    fixture.git("work", &["pack-refs", "--all"]);
    let packed = fs::read_to_string(fixture.path("work/.git/packed-refs")).expect("packed");
    let lie = packed.replace(&format!("^{one}"), &format!("^{two}"));
    assert_ne!(lie, packed);
    fixture.write("work/.git/packed-refs", lie);
    assert!(fixture.git("work", &["show-ref", "-d"]).contains(&format!("{two} refs/tags/v1^{{}}")), "git shows the lie");
    let snapshot = fixture.open_rev("work", "v1");
    assert_eq!(revision(&snapshot), one);
    assert_eq!(snapshot.tags().expect("tags")[0].target.as_deref(), Some(one.as_str()));
    fixture.write("work/.git/packed-refs", "nonsense\n");
    assert_eq!(fixture.rev_error("work", "v1").kind, Kind::Incomplete);
}

#[test]
fn head_is_the_repositorys_own() {
    let (fixture, one, two) = two_commits();
    // What a clone has, and what anybody who may push could add.
    for name in ["refs/remotes/origin/HEAD", "refs/tags/HEAD", "refs/heads/HEAD"] {
        fixture.git("work", &["update-ref", name, &one]);
        assert_eq!(revision(&fixture.open_rev("work", "HEAD")), two, "{name}");
        assert_eq!(revision(&fixture.open("work/.git")), two, "{name}");
    }
    let judged = fixture.open_with("work", &tollgate::source::OpenOptions { judge_commit: true, ..Default::default() });
    assert_eq!(revision(&judged), two);
}

#[test]
fn digits_that_a_reference_is_called_by_are_a_name() {
    let (fixture, one, _) = two_commits();
    let blob = fixture.git("work", &["rev-parse", "HEAD:one"]);
    fixture.git("work", &["update-ref", &format!("refs/heads/{}", &blob[..6]), &one]);
    assert_eq!(revision(&fixture.open_rev("work", &blob[..6])), one);
}
