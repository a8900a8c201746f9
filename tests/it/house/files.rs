//! Owns what every Rust file of this repository has in common: a header, a bearable size, a manifest with strict lints.

use super::reading::{file, rust_files};

/// Lines at which a file is cut in two.
const MOST: usize = 400;

/// Files over [`MOST`], each with the reason why it is not cut.
const LONG: &[(&str, &str)] = &[];

#[test]
fn every_file_says_what_it_owns() {
    let mut wrong = Vec::new();
    for folder in ["src", "tests"] {
        for path in rust_files(folder) {
            let text = file(&format!("{folder}/{path}"));
            let header: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
            if header.join("").len() < 30 {
                wrong.push(format!("{folder}/{path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "a file opens with `//!`: what it owns, what it refuses:\n{}", wrong.join("\n"));
}

#[test]
fn files_stay_short() {
    let mut wrong = Vec::new();
    let mut long = Vec::new();
    for folder in ["src", "tests"] {
        for path in rust_files(folder) {
            let path = format!("{folder}/{path}");
            let lines = file(&path).lines().count();
            if lines > MOST {
                long.push(path.clone());
            }
            if lines > MOST && !LONG.iter().any(|(listed, _)| *listed == path) {
                wrong.push(format!("{path}: {lines} lines: cut it in two, or give a reason in tests/it/house/files.rs"));
            }
        }
    }
    for (listed, reason) in LONG {
        if !long.iter().any(|path| path == listed) || reason.len() < 20 {
            wrong.push(format!("{listed} is not over {MOST} lines any more: take it off the list"));
        }
    }
    assert!(wrong.is_empty(), "files of {MOST} lines at most:\n{}", wrong.join("\n"));
}

#[test]
fn the_manifest_is_strict() {
    let manifest: toml::Table = file("Cargo.toml").parse().expect("a manifest");
    let package = manifest["package"].as_table().expect("[package]");
    for (key, wanted) in [("edition", "2024"), ("license", "MIT OR Apache-2.0"), ("name", "tollgate")] {
        assert_eq!(package[key].as_str(), Some(wanted), "Cargo.toml: package.{key}");
    }
    let rust = manifest["lints"]["rust"].as_table().expect("[lints.rust]");
    assert_eq!(rust["unsafe_code"].as_str(), Some("forbid"), "no unsafe code");
    for lint in ["missing_docs", "unreachable_pub"] {
        assert!(rust.contains_key(lint), "Cargo.toml: [lints.rust] {lint}");
    }
    let clippy = manifest["lints"]["clippy"].as_table().expect("[lints.clippy]");
    for lint in ["unwrap_used", "exit", "print_stdout", "print_stderr", "todo", "dbg_macro"] {
        assert!(clippy.contains_key(lint), "Cargo.toml: [lints.clippy] {lint}");
    }
    assert!(!manifest.contains_key("workspace"), "one crate (design §6)");
    for profile in manifest["profile"].as_table().expect("[profile]").values() {
        assert_ne!(profile.get("panic").and_then(toml::Value::as_str), Some("abort"), "a panic unwinds (design §5.4)");
    }
}
