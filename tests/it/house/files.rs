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
    let clippy = manifest["lints"]["clippy"].as_table().expect("[lints.clippy]");
    let told = |table: &toml::Table, lint: &str| {
        let level = table.get(lint).and_then(|lint| lint.as_str().or_else(|| lint.get("level")?.as_str()));
        // CI makes errors of warnings.
        assert!(matches!(level, Some("warn" | "deny" | "forbid")), "Cargo.toml: the lint {lint} is {level:?}");
    };
    ["missing_docs", "unreachable_pub"].into_iter().for_each(|lint| told(rust, lint));
    ["unwrap_used", "exit", "print_stdout", "print_stderr", "todo", "dbg_macro"].into_iter().for_each(|lint| told(clippy, lint));
    assert!(!manifest.contains_key("workspace"), "one crate (design §6)");
    for profile in manifest["profile"].as_table().expect("[profile]").values() {
        assert_ne!(profile.get("panic").and_then(toml::Value::as_str), Some("abort"), "a panic unwinds (design §5.4)");
    }
}

/// What a package that is optimised in the dev profile does: parse, hash or sign.
const OPTIMISED: &[(&str, &[&str])] = &[
    ("parses", &["granit-parser", "jsonc-parser", "oxc_parser", "toml_edit", "toml_parser", "winnow"]),
    ("hashes", &["sha1collisiondetection", "sha2"]),
    ("signs", &["crypto-bigint", "curve25519-dalek", "elliptic-curve", "num-bigint-dig", "p256", "primeorder", "rsa"]),
];

#[test]
fn the_dev_profile_builds_fast() {
    let manifest: toml::Table = file("Cargo.toml").parse().expect("a manifest");
    let dev = manifest["profile"]["dev"].as_table().expect("[profile.dev]");
    assert_eq!(dev["debug"].as_str(), Some("line-tables-only"), "Cargo.toml: [profile.dev] debug");
    let keys: Vec<&str> = dev.keys().map(String::as_str).collect();
    assert_eq!(keys, ["debug", "package"], "Cargo.toml: [profile.dev] says nothing else");
    let known: Vec<&str> = OPTIMISED.iter().flat_map(|(_, packages)| packages.iter().copied()).collect();
    for name in dev["package"].as_table().expect("[profile.dev.package]").keys() {
        assert!(known.contains(&name.as_str()), "Cargo.toml: [profile.dev.package] {name} is neither a parser nor cryptography");
    }
}
