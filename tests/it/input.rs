//! Owns the tests of bad input: what is wrong, where, and what to do next, whatever command meets it; and that nothing is left
//! half-written.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

struct Out {
    status: i32,
    stdout: String,
    stderr: String,
}

fn run(directory: &Path, arguments: &[&str]) -> Out {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    let output = command.env_clear().env("TERM", "dumb").args(arguments).current_dir(directory).output().expect("it starts");
    Out {
        status: output.status.code().expect("no signal"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for (path, bytes) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, bytes).expect("written");
    }
    dir
}

/// Every error has a next step.
fn has_help(out: &Out, what: &str) {
    let (errors, helps) = (out.stderr.matches("error: ").count(), out.stderr.matches("  = help: ").count());
    assert!(errors > 0 && errors == helps && out.stdout.is_empty(), "{what}\n{}{}", out.stderr, out.stdout);
}

#[test]
fn a_bad_policy_is_told_with_its_place_and_the_next_step() {
    let deep = format!("a = {}1{}", "[".repeat(1000), "]".repeat(1000));
    let cases: &[(&str, &[u8], &str)] = &[
        ("latin1", b"# one\nprofile = \"mod\xe9rn\"\n", "p.toml:2:15"),
        ("marked", b"\xef\xbb\xbf[rules\n", "p.toml:1:7"),
        ("unclosed", b"schema = 1\n[rules\n", "p.toml:2:7"),
        ("nul", b"profile = \"a\0\"\n", "p.toml:1:"),
        ("deep", deep.as_bytes(), "p.toml:1:"),
        ("large", b"schema = 99999999999999999999\n", "p.toml:1:10"),
        ("absolute", b"[scope]\nexclude = [\"src/**\", \"/src/**\"]\n", "p.toml:2:22"),
        ("above", b"[scope]\nproduction = [\"../x\"]\n", "p.toml:2:15"),
        ("dot", b"[scope]\nexclude = [\"./x\"]\n", "p.toml:2:12"),
        ("folder", b"[scope]\nexclude = [\"vendor/\"]\n", "p.toml:2:12"),
        ("double", b"[scope]\nexclude = [\"a//b\"]\n", "p.toml:2:12"),
        ("empty", b"[scope]\nexclude = [\"\"]\n", "p.toml:2:12"),
    ];
    for (name, bytes, place) in cases {
        let dir = folder(&[("p.toml", bytes), ("tree/a.txt", b"a"), ("own/.tollgate.toml", bytes)]);
        let checked = run(dir.path(), &["policy", "check", "p.toml"]);
        let judged = run(dir.path(), &["check", "tree", "--policy", "p.toml"]);
        for out in [&checked, &judged] {
            assert_eq!(out.status, 2, "{name}\n{}{}", out.stderr, out.stdout);
            assert!(out.stderr.contains(&format!("--> {place}")), "{name}\n{}", out.stderr);
            has_help(out, name);
        }
        let own = run(dir.path(), &["check", "own"]);
        assert!(own.status == 2 && own.stderr.contains("--> .tollgate.toml:"), "{name}\n{}", own.stderr);
        has_help(&own, name);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_the_next_step() {
    let dir = folder(&[("tree/a.txt", b"a")]);
    for file in ["nothing.toml", "tree"] {
        for arguments in [["policy", "check", file].as_slice(), &["check", "tree", "--policy", file], &["policy", "show", file]] {
            let out = run(dir.path(), arguments);
            assert!(out.status == 2 && out.stderr.contains(file), "{arguments:?}\n{}", out.stderr);
            has_help(&out, file);
        }
    }
}

#[test]
fn a_damaged_repository_is_told_with_the_next_step() {
    let git: &[(&str, &[u8])] = &[("objects/.keep", b""), ("refs/.keep", b""), ("HEAD", b"ref: refs/heads/main\n")];
    for (name, path, bytes) in
        [("index", "index", &b"DIRC"[..]), ("head", "HEAD", b"garbage\n"), ("packed", "packed-refs", b"x y z\n")]
    {
        let mut files: Vec<(String, &[u8])> = git.iter().map(|(path, bytes)| (format!(".git/{path}"), *bytes)).collect();
        files.push((format!(".git/{path}"), bytes));
        files.push(("a.txt".to_owned(), b"a"));
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), *bytes)).collect();
        let dir = folder(&files);
        let out = run(dir.path(), &["check", "."]);
        assert_eq!(out.status, 3, "{name}\n{}{}", out.stderr, out.stdout);
        has_help(&out, name);
    }
}

#[test]
fn facts_about_nothing_say_so() {
    let out = run(folder(&[("a.txt", b"a")]).path(), &["facts"]);
    assert_eq!((out.status, out.stdout.as_str()), (0, "no code, no CI, no manifests and no releases were found\n"));
}

#[test]
#[cfg(target_os = "linux")]
fn several_files_are_written_all_or_none() {
    let dir = folder(&[("tree/a.txt", b"a"), ("old.json", b"old")]);
    for command in ["check", "facts"] {
        let arguments = [command, "tree", "--out", "json=old.json", "--out", "text=new.txt", "--out", "text=/dev/full"];
        let out = run(dir.path(), &arguments);
        assert_eq!(out.status, 3, "{}", out.stderr);
        has_help(&out, command);
        assert_eq!(fs::read(dir.path().join("old.json")).expect("there"), b"old");
        assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 2, "nothing new, nothing partial");
    }
    let twice = run(dir.path(), &["check", "tree", "--out", "json=x", "--out", "text=./x"]);
    assert!(twice.status == 2 && twice.stderr.contains("twice"), "{}", twice.stderr);
    has_help(&twice, "one file, two formats");
}
