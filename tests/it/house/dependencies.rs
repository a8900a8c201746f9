//! Owns where dependencies come from and under which licences, read from Cargo.lock and the manifests that cargo unpacked.

use std::fs;
use std::path::PathBuf;

use super::reading::{file, product};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Licences that may be combined with ours in a binary.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    // Data: the roots of TLS that are compiled in.
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Libraries under a licence that asks for more than a notice: the binary may be relinked with another version of them, which its
/// source and Cargo.lock allow. README.md names them.
const LESSER: &[(&str, &str)] = &[("sequoia-openpgp", "LGPL-2.0-or-later"), ("buffered-reader", "LGPL-2.0-or-later")];

/// Crates that build foreign code, whose own licence is not in their manifest. libgit2's exception allows linking it into a
/// program under any licence.
const NATIVE: &[(&str, &str)] = &[
    ("libgit2-sys", "GPL-2.0-only with linking exception"),
    ("libz-sys", "Zlib"),
    ("libmimalloc-sys", "MIT"),
    // Named by the lock file alone, since octocrab could be asked for it; ring is what is built.
    ("aws-lc-sys", "ISC AND (Apache-2.0 OR ISC) AND Apache-2.0"),
];

/// What is refused, but for the build script of one dependency, which looks at that dependency alone.
const FOR_A_BUILD_SCRIPT: (&str, &str) = ("cargo_metadata", "octocrab");

struct Dependency {
    name: String,
    version: String,
    source: Option<String>,
    /// What it names as its own dependencies, with a version where there are several.
    needs: Vec<String>,
}

impl Dependency {
    fn uses(&self, name: &str) -> bool {
        self.needs.iter().any(|need| need.split(' ').next() == Some(name))
    }
}

fn locked() -> Vec<Dependency> {
    let lock: toml::Table = file("Cargo.lock").parse().expect("a lock file");
    let text = |package: &toml::Value, key: &str| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let row = |package: &toml::Value| Dependency {
        name: text(package, "name").expect("a name"),
        version: text(package, "version").expect("a version"),
        source: text(package, "source"),
        needs: package
            .get("dependencies")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(toml::Value::as_str)
            .map(str::to_owned)
            .collect(),
    };
    lock["package"].as_array().expect("packages").iter().map(row).collect()
}

#[test]
fn everything_comes_from_the_registry_of_rust() {
    for dependency in locked() {
        match dependency.source.as_deref() {
            None => assert_eq!(dependency.name, "tollgate", "the only package without a source is this one"),
            Some(source) => assert_eq!(source, REGISTRY, "{} {}", dependency.name, dependency.version),
        }
    }
}

#[test]
fn nothing_brings_a_second_stack_for_what_we_have_one_of() {
    let refused = [
        ("openssl-sys", "one TLS stack"),
        ("libssh2-sys", "git objects are read, nothing is fetched"),
        ("curl-sys", "git objects are read, nothing is fetched"),
        ("serde_yaml", "one YAML parser, with positions and bounds"),
        ("cargo_metadata", "cargo is not run on what is inspected"),
    ];
    let all = locked();
    for dependency in &all {
        if let Some((name, why)) = refused.iter().find(|(name, _)| *name == dependency.name) {
            let users: Vec<&str> = all.iter().filter(|other| other.uses(name)).map(|other| other.name.as_str()).collect();
            assert_eq!(
                (*name, users.as_slice()),
                (FOR_A_BUILD_SCRIPT.0, &[FOR_A_BUILD_SCRIPT.1][..]),
                "Cargo.lock holds {name}: {why}"
            );
        }
    }
}

/// Dependencies that wait for their code, or for their end.
const UNUSED_YET: &[&str] = &[];

#[test]
fn every_dependency_is_used() {
    let manifest: toml::Table = file("Cargo.toml").parse().expect("a manifest");
    let code: String = product().into_iter().map(|source| source.code).collect();
    for name in manifest["dependencies"].as_table().expect("a table").keys() {
        let name_in_code = name.replace('-', "_");
        let used = code.contains(&format!("{name_in_code}::")) || code.contains(&format!("use {name_in_code} as "));
        assert!(used || UNUSED_YET.contains(&name.as_str()), "Cargo.toml: nothing in src/ uses `{name}`");
    }
}

#[test]
fn licences_are_on_the_list() {
    let Some(registry) = unpacked() else { return };
    let (mut seen, mut wrong) = (0, Vec::new());
    for dependency in locked().iter().filter(|dependency| dependency.source.is_some()) {
        let name = format!("{}-{}", dependency.name, dependency.version);
        // What only another platform needs is never unpacked here.
        let manifest = registry.iter().find_map(|folder| fs::read_to_string(folder.join(&name).join("Cargo.toml")).ok());
        let Some(manifest) = manifest else { continue };
        seen += 1;
        let manifest: toml::Table = manifest.parse().expect("cargo wrote this manifest");
        let package = &manifest["package"];
        let licence = package.get("license").and_then(toml::Value::as_str).unwrap_or_default();
        if !is_allowed(licence) && !LESSER.contains(&(dependency.name.as_str(), licence)) {
            wrong.push(format!("{name}: `{licence}`"));
        }
        let foreign = package.get("links").is_some() && dependency.name.ends_with("-sys");
        if foreign && !NATIVE.iter().any(|(listed, _)| *listed == dependency.name) {
            wrong.push(format!("{name} builds foreign code: find out its licence and list it in NATIVE"));
        }
    }
    assert!(seen > 50, "only {seen} manifests were found beside those of the build");
    assert!(wrong.is_empty(), "licences that are not on the list of tests/it/house/dependencies.rs:\n{}", wrong.join("\n"));
}

/// Folders into which cargo unpacks sources; `None` where it keeps them elsewhere (a vendored or sandboxed build).
fn unpacked() -> Option<Vec<PathBuf>> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    let folders: Vec<PathBuf> = fs::read_dir(home.join("registry/src")).ok()?.flatten().map(|entry| entry.path()).collect();
    (!folders.is_empty()).then_some(folders)
}

/// Reads an SPDX expression: `AND` binds closer than `OR`; the old `A/B` means `A OR B`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let fine = any(&words, &mut at);
    fine && at == words.len() && !words.is_empty()
}

fn any(words: &[&str], at: &mut usize) -> bool {
    let mut fine = all(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        fine |= all(words, at);
    }
    fine
}

fn all(words: &[&str], at: &mut usize) -> bool {
    let mut fine = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        fine &= one(words, at);
    }
    fine
}

fn one(words: &[&str], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let fine = any(words, at);
        *at += 1;
        return fine;
    }
    let mut licence = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        licence = format!("{licence} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    ALLOWED.contains(&licence.as_str())
}

#[test]
fn libraries_under_a_lesser_licence_are_named() {
    let readme = file("README.md");
    assert!(LESSER.iter().all(|(name, licence)| readme.contains(name) && readme.contains(licence)), "README.md names {LESSER:?}");
}

#[test]
fn licence_expressions_are_read() {
    for fine in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0 OR MIT",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
    ] {
        assert!(is_allowed(fine), "{fine}");
    }
    for wrong in ["", "GPL-3.0-only", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND LGPL-2.1", "MIT WITH Surprise-exception"] {
        assert!(!is_allowed(wrong), "{wrong}");
    }
}

/// Our own workflows and action name what they use by commit, and start without any right.
#[test]
fn what_our_own_workflows_use_is_pinned() {
    let mut seen = 0;
    for name in ["ci.yml", "release.yml"] {
        let text = file(&format!(".github/workflows/{name}"));
        assert!(text.contains("\npermissions: {}\n"), "{name}");
        for line in text.lines().filter_map(|line| line.trim_start().trim_start_matches("- ").strip_prefix("uses: ")) {
            let revision = line.split_once('@').map(|(_, rest)| rest.split(' ').next().unwrap_or_default()).unwrap_or_default();
            let is_commit = revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_commit && line.contains(" # v"), "{name}: {line}");
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen}");
    // The image's other half is what a distribution brings, raised by the bot.
    assert!(file(".github/dependabot.yml").contains("package-ecosystem: docker"));
}

/// One list of licences: cargo-deny is told the same.
#[test]
fn deny_toml_accepts_the_licences_that_are_on_the_list() {
    let deny: toml::Table = file("deny.toml").parse().expect("TOML");
    let allowed: Vec<&str> =
        deny["licenses"]["allow"].as_array().expect("a list").iter().filter_map(toml::Value::as_str).collect();
    assert_eq!(allowed, ALLOWED);
    let exceptions = deny["licenses"]["exceptions"].as_array().expect("a list");
    let named: Vec<&str> = exceptions.iter().filter_map(|one| one["crate"].as_str()).collect();
    assert_eq!(named, LESSER.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}
