//! Lint tables, inheritance and crate attributes, case by case.

use super::super::bench::{Case, Files, told};
use super::Clippy;

const PACKAGE: &str = "[package]\nname = \"a\"\n";

fn denies(files: Files<'_>, args: &str) -> String {
    told(Case::new("clippy", files, args).read(&Clippy).settings.get("denies-all"))
}

#[test]
fn one_package() {
    let cases: &[(&str, &str, &str)] = &[
        ("", "", "no"),
        ("[lints.clippy]\nall = \"deny\"\n", "", "yes Cargo.toml:4"),
        ("[lints.clippy]\nall = { level = \"forbid\", priority = -1 }\n", "", "yes Cargo.toml:4"),
        ("[lints.clippy]\nall = \"warn\"\n", "", "no"),
        ("[lints.clippy]\npedantic = \"deny\"\n", "", "no"),
        ("[lints.clippy]\nall = \"deny\"\ntoo_many_arguments = \"allow\"\n", "", "yes Cargo.toml:4"),
        // Priority decides, then the name, backwards: `all` comes last.
        ("[lints.clippy]\nall = \"deny\"\nstyle = \"warn\"\n", "", "yes Cargo.toml:4"),
        ("[lints.clippy]\nall = { level = \"deny\", priority = -1 }\nstyle = \"warn\"\n", "", "no"),
        ("[lints.clippy]\nall = { level = \"deny\", priority = -1 }\nstyle = \"allow\"\n", "", "yes Cargo.toml:4"),
        (
            "[lints.clippy]\ncomplexity = \"deny\"\nperf = \"deny\"\nstyle = \"deny\"\nsuspicious = \"deny\"\n",
            "",
            "yes Cargo.toml:4",
        ),
        ("[lints.clippy]\ncorrectness = \"deny\"\n", "", "no"),
        ("[lints.rust]\nwarnings = \"deny\"\n", "", "yes Cargo.toml:4"),
        ("[lints.rust]\nwarnings = \"deny\"\n[lints.clippy]\nall = \"allow\"\n", "", "no"),
        ("[lints.clippy]\nall = \"loud\"\n", "", "no"),
        ("[lints.clippy]\nall = \"deny\"\n[lints.clippy]\nall = \"deny\"\n", "", "unknown unreadable Cargo.toml:5"),
        ("", "#![deny(warnings)]", "yes src/main.rs:1"),
        ("", "//! Doc.\n#![deny(clippy::all)]", "yes src/main.rs:2"),
        ("", "#![forbid(clippy::all, unsafe_code)]", "yes src/main.rs:1"),
        ("", "#![deny(missing_docs)]", "no"),
        ("", "fn a() {}\n#![deny(warnings)]", "no"),
        ("", "#![cfg_attr(feature = \"strict\", deny(warnings))]", "unknown dynamic src/main.rs:1"),
        ("", "#![cfg_attr(test, deny(warnings))]", "unknown dynamic src/main.rs:1"),
        ("", "#![cfg_attr(not(test), deny(warnings))]", "yes src/main.rs:1"),
        ("", "#![deny(warnings)]\n#![allow(clippy::all)]", "no"),
        ("[lints.clippy]\nall = \"deny\"\n", "#![allow(clippy::all)]", "no"),
        ("[lints.clippy]\nall = \"deny\"\n", "#![warn(clippy::all)]", "no"),
        ("[lints.clippy]\nall = \"forbid\"\n", "#![warn(clippy::all)]", "yes Cargo.toml:4"),
        ("[lints.clippy]\nall = \"deny\"\n", "#![allow(clippy::style)]", "yes Cargo.toml:4"),
        ("[lints.clippy]\nall = \"deny\"\n", "#![cfg_attr(windows, allow(clippy::all))]", "unknown dynamic src/main.rs:1"),
        ("[lints.clippy]\nall = \"deny\"\n", "#![cfg_attr(windows, deny(warnings))]", "yes Cargo.toml:4"),
        ("[lints\n", "", "unknown unreadable Cargo.toml:3"),
        ("[[bin]]\nname = \"x\"\npath = \"gone.rs\"\n", "", "unknown unreadable Cargo.toml:5"),
    ];
    for (manifest, main, expected) in cases {
        let manifest = format!("{PACKAGE}{manifest}");
        assert_eq!(denies(&[("Cargo.toml", &manifest), ("src/main.rs", main)], ""), *expected, "{manifest} {main}");
    }
}

#[test]
fn every_crate_root_counts() {
    let on = "#![deny(warnings)]";
    let cases: &[(Files<'_>, &str)] = &[
        (&[("src/lib.rs", on), ("src/main.rs", on)], "yes src/lib.rs:1"),
        (&[("src/lib.rs", on), ("src/main.rs", "")], "no"),
        (&[("src/lib.rs", on), ("src/bin/tool.rs", "")], "no"),
        (&[("src/lib.rs", on), ("src/bin/tool/main.rs", "")], "no"),
        (&[("src/lib.rs", on), ("src/bin/tool/other.rs", "")], "yes src/lib.rs:1"),
        (&[("src/lib.rs", on), ("src/other.rs", "")], "yes src/lib.rs:1"),
        (&[("src/lib.rs", on), ("src/main.rs", "#![deny(warnings\0)]")], "unknown unreadable src/main.rs:1"),
    ];
    for (files, expected) in cases {
        let all: Vec<(&str, &str)> = files.iter().copied().chain([("Cargo.toml", PACKAGE)]).collect();
        assert_eq!(denies(&all, ""), *expected, "{files:?}");
    }
}

#[test]
fn members_inherit_or_do_not() {
    let root = "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"crates/out\"]\n[workspace.lints.clippy]\nall = \"deny\"\n";
    let yes = "[package]\nname = \"b\"\n[lints]\nworkspace = true\n";
    let no = "[package]\nname = \"c\"\n";
    let both = [
        ("Cargo.toml", root),
        ("crates/b/Cargo.toml", yes),
        ("crates/b/src/lib.rs", ""),
        ("crates/c/Cargo.toml", yes),
        ("crates/out/Cargo.toml", no),
    ];
    assert_eq!(denies(&both, ""), "yes Cargo.toml:5");
    let one = [("Cargo.toml", root), ("crates/b/Cargo.toml", yes), ("crates/b/src/lib.rs", ""), ("crates/c/Cargo.toml", no)];
    assert_eq!(denies(&one, ""), "no");
    assert_eq!(denies(&one, "--manifest-path crates/b/Cargo.toml"), "yes Cargo.toml:5");
    assert_eq!(denies(&one, "--manifest-path=crates/b/Cargo.toml --workspace"), "no");
    assert_eq!(denies(&one, "--manifest-path crates/x/Cargo.toml"), "unknown unreadable ci.yml:1");
    assert_eq!(denies(&one, "--manifest-path $M"), "unknown dynamic ci.yml:1");
    let below = told(Case::new("clippy", &one, "").at("crates/b/src").read(&Clippy).settings.get("denies-all"));
    assert_eq!(below, "yes Cargo.toml:5");
    // A path dependency inside is a member too.
    let linked = "[package]\nname = \"b\"\n[lints]\nworkspace = true\n[dependencies]\nd = { path = \"../../d\" }\n";
    assert_eq!(denies(&[("Cargo.toml", root), ("crates/b/Cargo.toml", linked), ("d/Cargo.toml", no)], ""), "no");
    // A root that is a package counts with its members; its own table is not that of the workspace.
    let package = format!("{PACKAGE}{root}");
    assert_eq!(denies(&[("Cargo.toml", &package), ("src/lib.rs", ""), ("crates/b/Cargo.toml", yes)], ""), "no");
    assert_eq!(denies(&[("crates/b/x.rs", "")], ""), "no");
    let named = "[package]\nname = \"b\"\nworkspace = \"../ws\"\n[lints]\nworkspace = true\n";
    let files = [
        ("ws/Cargo.toml", "[workspace]\nmembers = [\"../b\"]\n[workspace.lints.rust]\nwarnings = \"deny\"\n"),
        ("b/Cargo.toml", named),
    ];
    assert_eq!(denies(&files, "--manifest-path b/Cargo.toml"), "yes ws/Cargo.toml:4");
}
