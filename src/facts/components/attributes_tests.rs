//! What rows of `.gitattributes` take out of sight: code, and the manifests of it.

use super::tests::{manifests, stock};

/// Rows of `.gitattributes`, and which paths of the tree are out of sight by them; as `git check-attr` has it (git 2.47).
#[test]
fn attributes_match_as_git_has_it() {
    let all = ["a.js", "web/a.js", "web/b/a.js", "web/b/c/a.js", "lib/a.js", "lib/web/a.js"];
    for (rows, hidden) in [
        ("web/* linguist-vendored", "web/a.js"),
        ("web linguist-vendored", ""),
        ("web/ linguist-vendored", ""),
        ("web/** linguist-vendored", "web/a.js web/b/a.js web/b/c/a.js"),
        ("/web/** linguist-vendored", "web/a.js web/b/a.js web/b/c/a.js"),
        ("**/web/* linguist-vendored", "web/a.js lib/web/a.js"),
        ("a.js linguist-generated=true", "a.js web/a.js web/b/a.js web/b/c/a.js lib/a.js lib/web/a.js"),
        ("/a.js linguist-generated", "a.js"),
        ("web/** linguist-generated\nweb/b/** -linguist-generated", "web/a.js"),
        ("web/** linguist-generated\nweb/b/** -linguist-vendored", "web/a.js web/b/a.js web/b/c/a.js"),
        ("web/b/** -linguist-vendored\nweb/** linguist-vendored", "web/a.js web/b/a.js web/b/c/a.js"),
        ("lib/** linguist-vendored=false", ""),
        ("!lib/** linguist-vendored\n[attr]lib linguist-vendored", ""),
    ] {
        let mut files: Vec<(&str, &str)> = all.iter().map(|path| (*path, "x")).collect();
        files.push((".gitattributes", rows));
        let stock = stock(&files);
        let seen: Vec<String> = stock.components.iter().flat_map(|one| one.files.iter().map(ToString::to_string)).collect();
        let gone: Vec<&str> = all.iter().copied().filter(|path| !seen.iter().any(|file| file == path)).collect();
        let wanted: Vec<&str> = hidden.split_whitespace().collect();
        if seen.is_empty() {
            // Too few files are left to be a language: what is hidden is counted.
            let count = stock.hidden.get("javascript").map_or(0, |one| one.files);
            assert_eq!(count, wanted.len(), "{rows}");
        } else {
            assert_eq!(gone, wanted, "{rows}");
        }
    }
}

/// Rows about statistics, and what is left of the manifests.
#[test]
fn a_manifest_goes_with_the_code_around_it() {
    let package = r#"{"dependencies":{"a":"1"}}"#;
    let cargo = "[package]\nname='a'\n[dependencies]\nb='1'\n";
    let all = [
        ("Cargo.toml", cargo),
        ("src/lib.rs", "x"),
        ("Dockerfile", "FROM a:1\n"),
        ("requirements/base.txt", "a==1\n"),
        ("lib/web/package.json", package),
        ("lib/web/a.js", "x"),
    ];
    let both = "cargo:Cargo.toml docker:Dockerfile npm:lib/web/package.json pip:requirements/base.txt";
    let without = "cargo:Cargo.toml docker:Dockerfile pip:requirements/base.txt";
    for (rows, wanted) in [
        ("", both),
        ("* linguist-vendored\n*.rs linguist-vendored=false", without),
        ("*.toml linguist-vendored\npackage.json linguist-generated\nDockerfile linguist-generated", both),
        ("requirements/*.txt linguist-generated", both),
        ("lib/** linguist-vendored", without),
        ("lib/** linguist-vendored\n*.js -linguist-vendored", both),
        ("* linguist-vendored", ""),
    ] {
        assert_eq!(manifests(&[&all[..], &[(".gitattributes", rows)]].concat()), wanted, "{rows}");
    }
}

#[test]
fn the_nearest_attributes_speak() {
    let files: Vec<(&str, &str)> = vec![
        ("a.js", "x"),
        ("b.js", "x"),
        ("c.js", "x"),
        ("-web/a.js", "x"),
        (".gitattributes", "*.js linguist-vendored\n"),
        ("-web/.gitattributes", "*.js -linguist-vendored\n"),
    ];
    let hidden = &stock(&files).hidden["javascript"];
    assert_eq!((hidden.files, hidden.by.place.line, hidden.by.pattern.as_str()), (3, 1, "*.js"));
}

#[test]
fn what_reproduces_a_report_is_development() {
    let cargo = "[package]\nname='a'\n[dependencies]\nb='1'\n";
    let all: [(&str, &str); 6] = [
        ("Cargo.toml", cargo),
        ("src/lib.rs", "x"),
        ("issues/1599/graphql/Cargo.toml", cargo),
        ("issues/1599/graphql/src/main.rs", "x"),
        ("issues/list/Cargo.toml", cargo),
        ("issues/list/src/main.rs", "x"),
    ];
    let wanted = "cargo:Cargo.toml ~cargo:issues/1599/graphql/Cargo.toml cargo:issues/list/Cargo.toml";
    assert_eq!(manifests(&all), wanted);
}
