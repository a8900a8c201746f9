//! Owns that the commands which a verification names make readable what is not here: each is run as it is printed, by a shell and the real
//! git, until the tag verifies.

use std::path::Path;
use std::process::Command;

use super::case;
use super::differential::compared;
use super::repository::Built;

/// Runs a program in a folder, without anybody's configuration.
fn run(directory: &Path, home: &Path, program: &str, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(program);
    let real = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", real).env("HOME", home).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_PROTOCOL_FROM_USER", "1");
    let output = command.current_dir(directory).args(arguments).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap_or(-1), text)
}

/// The command in a remedy: what stands from `git ` on, up to a word in brackets or an alternative.
fn command(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.trim_start().starts_with("remedy ") || line.contains("= help: "))?;
    let from = &line[line.find("git ")?..];
    let end = [" (with ", ", or ", "; "].iter().filter_map(|stop| from.find(stop)).min().unwrap_or(from.len());
    Some(from[..end].to_owned())
}

#[test]
fn each_remedy_is_run_as_it_is_printed() {
    if !compared(&["git", "sh"]) {
        return;
    }
    let case = case::named("control-default-branch");
    let forge = Built::new(&case);
    forge.point("refs/heads/other", "commit:c1");
    let home = tempfile::tempdir().expect("a folder");
    let git = |directory: &Path, arguments: &[&str]| {
        let (status, text) = run(directory, home.path(), "git", arguments);
        assert_eq!(status, 0, "{arguments:?}: {text}");
        text.trim().to_owned()
    };
    git(&forge.path, &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", forge.path.display());
    let object = |clone: &Path, name: &str| git(clone, &["rev-parse", name]);
    let lose = |clone: &Path, id: &str| {
        let pack = clone.join(".git/objects/pack");
        let aside = clone.join(".git/aside");
        std::fs::rename(&pack, &aside).expect("moved");
        std::fs::create_dir(&pack).expect("a folder");
        let unpack = "for pack in .git/aside/*.pack; do git unpack-objects -q < \"$pack\"; done";
        assert_eq!(run(clone, home.path(), "sh", &["-c", unpack]).0, 0);
        std::fs::remove_file(clone.join(".git/objects").join(&id[..2]).join(&id[2..])).expect("there");
    };
    type After<'a> = &'a dyn Fn(&Path);
    let rows: [(&str, &[&str], &[&str], After<'_>); 15] = [
        ("shallow, of the tag", &["--depth", "1", "-b", "v1.1"], &["v1.1"], &|_| {}),
        ("shallow, of the default branch", &["--depth", "1"], &["v1.1"], &|_| {}),
        ("shallow, of another branch", &["--depth", "1", "-b", "other"], &["v1.1"], &|_| {}),
        ("one other branch", &["--single-branch", "-b", "other"], &["v1.1"], &|_| {}),
        ("another name of the remote", &["-o", "upstream"], &["v1.1"], &|_| {}),
        ("another name of the remote, shallow", &["-o", "upstream", "--depth", "1"], &["v1.1"], &|_| {}),
        ("no default branch", &[], &["v1.1"], &|clone| drop(git(clone, &["remote", "set-head", "origin", "-d"]))),
        ("partial, no files", &["--filter=blob:none", "--no-checkout"], &["v1.1"], &|_| {}),
        ("partial, no trees", &["--filter=tree:0", "--no-checkout"], &["v1.1"], &|_| {}),
        ("no tags", &["--no-tags"], &["--all"], &|_| {}),
        ("no tags, one asked for", &["--no-tags"], &["v1.1"], &|_| {}),
        ("a lost commit", &[], &["v1.1"], &|clone| lose(clone, &object(clone, "v1.1^{commit}"))),
        ("a lost tip", &[], &["v1.1"], &|clone| lose(clone, &object(clone, "refs/remotes/origin/main"))),
        ("a lost tag", &[], &["v1.1"], &|clone| lose(clone, &object(clone, "v1.1"))),
        ("a symbolic tag", &[], &["v1.1"], &|clone| {
            drop(git(clone, &["symbolic-ref", "refs/tags/v1.1", "refs/tags/v1.0"]));
        }),
    ];
    for (number, (what, how, asked, after)) in rows.iter().enumerate() {
        let clone = forge.directory.path().join(format!("clone-{number}"));
        let target = clone.to_str().expect("text");
        git(forge.directory.path(), &[&["clone", "-q"], *how, &[&url, target]].concat());
        after(&clone);
        let mut said = Vec::new();
        let verified = (0..4).any(|_| {
            let arguments = [&["--now", &case.now, "verify-tag"], *asked].concat();
            let (status, text) = run(&clone, home.path(), env!("CARGO_BIN_EXE_tollgate"), &arguments);
            if status == 0 {
                return true;
            }
            let line = command(&text).unwrap_or_else(|| panic!("{what}: no command in {text}"));
            let (done, told) = run(&clone, home.path(), "sh", &["-c", &line]);
            assert_eq!(done, 0, "{what}: `{line}`: {told}\n{text}");
            said.push(line);
            false
        });
        assert!(verified && !said.is_empty(), "{what}: {said:#?}");
        // Naming the same twice would be a remedy that changes nothing.
        assert!(said.windows(2).all(|pair| pair[0] != pair[1]), "{what}: {said:#?}");
    }
}
