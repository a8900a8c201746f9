//! Owns the direction of imports, and who may touch the world: the road of ARCHITECTURE.md, enforced over the text of `src/`.

use super::reading::{Source, product};

/// The ground floor, then the road, then the command line. A module imports from its left only.
const ORDER: &[&str] = &[
    "abreast", "text", "error", "answer", "limits", "doc", "catalog", "signing", "terms", // the ground floor
    "source", "snapshot", "facts", "finding", "checks", "policy", "report", // the road
    "inspect", "cli", "cmd", // who walks it
];

/// Files that may read files, the environment or the clock.
const WORLD: &[&str] = &["source/", "snapshot/", "cmd/", "main.rs", "build.rs"];

#[test]
fn imports_go_one_way() {
    let mut wrong = Vec::new();
    let sources = product();
    for source in sources.iter().filter(|source| !matches!(source.path.as_str(), "lib.rs" | "main.rs" | "build.rs")) {
        let own = source.module()[0];
        let Some(here) = rank(own) else {
            wrong.push(format!("src/{}: `{own}` has no place in ORDER of tests/it/house/imports.rs", source.path));
            continue;
        };
        for (offset, name) in modules_used(source) {
            match rank(&name) {
                Some(there) if there <= here => {}
                Some(_) => {
                    wrong.push(format!("{}: `{own}` may not import `{name}`, which stands to its right", source.at(offset)))
                }
                None => wrong.push(format!("{}: `{name}` has no place in ORDER of tests/it/house/imports.rs", source.at(offset))),
            }
        }
    }
    assert!(sources.len() > 150, "only {} files were looked at", sources.len());
    assert!(wrong.is_empty(), "imports against the road:\n{}", wrong.join("\n"));
}

#[test]
fn only_the_edges_touch_the_world() {
    let mut wrong = Vec::new();
    for source in product().iter().filter(|source| !WORLD.iter().any(|place| source.path.starts_with(place))) {
        for (offset, name) in referred(&source.code, "std::") {
            if matches!(name.as_str(), "fs" | "env" | "process" | "net") {
                wrong.push(format!("{}: std::{name} belongs to {}", source.at(offset), WORLD.join(", ")));
            }
        }
        for clock in ["Timestamp::now", "Zoned::now", "SystemTime::now", "Instant::now"] {
            wrong.extend(
                source
                    .code
                    .match_indices(clock)
                    .map(|(offset, _)| format!("{}: {clock}: now is a value passed in", source.at(offset))),
            );
        }
    }
    assert!(wrong.is_empty(), "the world is touched in the wrong place:\n{}", wrong.join("\n"));
}

#[test]
fn no_process_is_started_and_no_socket_opened() {
    let mut wrong = Vec::new();
    for source in &product() {
        for word in ["Command::new", "std::net", "TcpStream", "UnixStream"] {
            wrong.extend(source.code.match_indices(word).map(|(offset, _)| format!("{}: {word}", source.at(offset))));
        }
    }
    assert!(wrong.is_empty(), "nothing is executed and nothing is connected to (design §5.1, §5.2):\n{}", wrong.join("\n"));
}

#[test]
fn only_reports_and_commands_print() {
    let mut wrong = Vec::new();
    for source in product().iter().filter(|source| source.path != "build.rs") {
        for word in ["println!", "eprintln!", "print!", "eprint!", "dbg!"] {
            wrong.extend(source.code.match_indices(word).map(|(offset, _)| format!("{}: {word}", source.at(offset))));
        }
        let speaks = source.path.starts_with("cmd/") || source.path.starts_with("report/");
        for word in ["stdout()", "stderr()"].into_iter().filter(|_| !speaks) {
            wrong.extend(source.code.match_indices(word).map(|(offset, _)| format!("{}: {word}", source.at(offset))));
        }
    }
    assert!(wrong.is_empty(), "printing belongs to report/ and cmd/, and there it goes to a writer:\n{}", wrong.join("\n"));
}

#[test]
fn checks_and_what_follows_never_hold_the_tree() {
    let mut wrong = Vec::new();
    for source in &product() {
        let judged = ["checks/", "finding/", "policy/", "report/"].iter().any(|folder| source.path.starts_with(folder));
        if !judged {
            continue;
        }
        for word in [".snapshot", "crate::snapshot", "crate::source"] {
            wrong.extend(source.code.match_indices(word).map(|(offset, _)| format!("{}: {word}", source.at(offset))));
        }
    }
    assert!(wrong.is_empty(), "checks judge facts, never files (design §2):\n{}", wrong.join("\n"));
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|name| *name == module)
}

/// Top modules that a file names, by `crate::` or by climbing out with `super::`.
fn modules_used(source: &Source) -> Vec<(usize, String)> {
    let mut used = referred(&source.code, "crate::");
    let depth = source.module().len();
    let climb = "super::".repeat(depth);
    used.extend(referred(&source.code, &climb));
    used
}

/// The first name behind each occurrence of a path prefix; of each member of a group `{a::b, c}`.
fn referred(code: &str, prefix: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (start, _) in code.match_indices(prefix) {
        let before = code[..start].bytes().next_back();
        // `$crate::` and longer paths (`tollgate_crate::`, a deeper `super::`) are other prefixes.
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':')) {
            continue;
        }
        let rest = &code[start + prefix.len()..];
        let names = if rest.starts_with('{') { group(rest) } else { vec![word(rest)] };
        found.extend(names.into_iter().filter(|name| name != "super" && !name.is_empty()).map(|name| (start, name)));
    }
    found
}

fn group(text: &str) -> Vec<String> {
    let (mut depth, mut names, mut fresh) = (0, Vec::new(), true);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 1 => fresh = true,
            byte if depth == 1 && fresh && !byte.is_ascii_whitespace() => {
                names.push(word(&text[at..]));
                fresh = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn references_are_found_in_every_form() {
    let names = |code: &str, prefix: &str| -> Vec<String> { referred(code, prefix).into_iter().map(|(_, name)| name).collect() };
    assert_eq!(
        names("use crate::facts::{a, b}; crate::text::x(); use crate::{\n doc::{c, d},\n limits };", "crate::"),
        ["facts", "text", "doc", "limits"]
    );
    assert_eq!(names("use std::{env, fs::File}; std::io::x; my_std::fs", "std::"), ["env", "fs", "io"]);
    assert_eq!(names("super::super::facts::x; super::y", "super::super::"), ["facts"]);
    assert_eq!(names("super::super::facts::x; super::y", "super::"), ["y"]);
}
