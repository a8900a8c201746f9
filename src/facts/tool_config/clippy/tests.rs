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
        ("[[bin]]\nname = \"x\"\npath = \"gone.rs\"\n", "", "unknown dynamic Cargo.toml:5"),
    ];
    for (manifest, main, expected) in cases {
        let manifest = format!("{PACKAGE}{manifest}");
        assert_eq!(denies(&[("Cargo.toml", &manifest), ("src/main.rs", main)], ""), *expected, "{manifest} {main}");
    }
}

#[test]
fn a_root_whose_warnings_pass_beside_others_is_named() {
    let both = "[package]\nname = \"a\"\n[workspace]\nmembers = [\"b\"]\n";
    let of = |own: &str, other: &str, args: &str| {
        let files = [("Cargo.toml", both), ("src/lib.rs", own), ("b/Cargo.toml", PACKAGE), ("b/src/lib.rs", other)];
        told(Case::new("clippy", &files, args).read(&Clippy).settings.get("some-deny"))
    };
    let deny = "#![deny(warnings)]";
    assert_eq!(of(deny, "", "--workspace"), "yes b/src/lib.rs:1");
    assert_eq!(of("", deny, "--workspace"), "yes src/lib.rs:1");
    assert_eq!(of("", "", "--workspace"), "no");
    assert_eq!(of(deny, deny, "--workspace"), "no");
    assert_eq!(of(deny, "", "--workspace -- -D warnings"), "no");
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
    assert_eq!(denies(&one, "--manifest-path crates/x/Cargo.toml"), "unknown dynamic ci.yml:1");
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

fn asked(case: &Case<'_>) -> [String; 3] {
    let settings = case.read(&Clippy);
    ["denies-all", "allows-all", "capped"].map(|question| told(settings.settings.get(question)))
}

/// The compiler takes lint flags in order; what is behind `--` comes last, over the manifest.
#[test]
fn flags_in_order() {
    let deny = "[lints.clippy]\nall = \"deny\"\n";
    let cases: &[(&str, &str, [&str; 3])] = &[
        ("", "-- -D warnings", ["yes ci.yml:1", "no", "no"]),
        ("", "-- -Dwarnings", ["yes ci.yml:1", "no", "no"]),
        ("", "-- --deny=warnings", ["yes ci.yml:1", "no", "no"]),
        ("", "-D warnings", ["no", "no", "no"]),
        ("", "-- -D clippy::pedantic", ["no", "no", "no"]),
        ("", "-- -D clippy::complexity -D clippy::perf -D clippy::style -D clippy::suspicious", ["yes ci.yml:1", "no", "no"]),
        ("", "-- -A clippy::all", ["no", "yes ci.yml:1", "no"]),
        ("", "-- -A clippy::all -D clippy::correctness", ["yes ci.yml:1", "no", "no"]),
        ("", "-- -A clippy::all -W clippy::perf -D warnings", ["yes ci.yml:1", "no", "no"]),
        ("", "-- -A clippy::all -D clippy::all", ["yes ci.yml:1", "no", "no"]),
        ("", "-- -D clippy::all -A clippy::all", ["no", "yes ci.yml:1", "no"]),
        ("", "-- -D warnings -A clippy::too_many_arguments", ["yes ci.yml:1", "no", "no"]),
        (deny, "-- -W clippy::all", ["no", "no", "no"]),
        (deny, "", ["yes Cargo.toml:4", "no", "no"]),
        ("", "-- -D warnings --cap-lints warn", ["no", "no", "yes ci.yml:1"]),
        ("", "-- --cap-lints=allow", ["no", "yes ci.yml:1", "no"]),
        ("", "-- $FLAGS", ["unknown dynamic ci.yml:1", "no", "no"]),
        ("", "-- $FLAGS -D warnings", ["unknown dynamic ci.yml:1", "no", "no"]),
        ("", "--config build.rustflags=['-Dwarnings']", ["yes ci.yml:1", "no", "no"]),
    ];
    for (manifest, args, expected) in cases {
        let manifest = format!("{PACKAGE}{manifest}");
        let case = Case::new("clippy", &[("Cargo.toml", &manifest), ("src/main.rs", "")], args);
        assert_eq!(asked(&case), *expected, "{manifest} {args}");
    }
}

/// Cargo's own setting: a flag goes over the variable, that over files, and of files the nearest counts.
#[test]
fn warnings_that_cargo_denies() {
    let file = |path| (path, "[build]\nwarnings = \"deny\"\n");
    let cases: &[(Files<'_>, Option<&str>, &str, &str)] = &[
        (&[], None, "", "no"),
        (&[], None, "--config build.warnings='deny'", "yes ci.yml:1"),
        (&[], None, "--config=build.warnings='deny'", "yes ci.yml:1"),
        (&[], None, "--config build.warnings='warn'", "no"),
        (&[], None, "--config $C", "unknown dynamic ci.yml:1"),
        (&[("c.toml", "build.warnings = 'deny'\n")], None, "--config c.toml", "yes ci.yml:1"),
        (&[], Some("deny"), "", "yes ci.yml:1"),
        (&[], Some("deny"), "--config build.warnings='warn'", "no"),
        (&[file(".cargo/config.toml")], None, "", "yes .cargo/config.toml:2"),
        (&[file(".cargo/config")], None, "", "yes .cargo/config:2"),
        (&[file(".cargo/config.toml")], Some("warn"), "", "no"),
        (&[file(".cargo/config.toml")], None, "--config build.warnings='allow'", "no"),
    ];
    for (files, variable, args, expected) in cases {
        let mut case = Case::new("clippy", files, args);
        case.env.extend(variable.map(|value| ("CARGO_BUILD_WARNINGS".to_owned(), Some(value.to_owned()))));
        assert_eq!(told(case.read(&Clippy).settings.get("warnings-denied")), *expected, "{files:?} {variable:?} {args}");
    }
}

/// Variables and their values; none is one that is computed.
type Variables<'t> = &'t [(&'t str, Option<&'t str>)];

/// A path and a text.
type File<'t> = (&'t str, &'t str);

/// Of the places that hand flags to the compiler the first counts, alone.
#[test]
fn one_source_of_compiler_flags() {
    let build = (".cargo/config.toml", "[build]\nrustflags = [\"-D\", \"warnings\"]\n");
    let old = (".cargo/config", "[build]\nrustflags = \"-Dwarnings\"\n");
    let every = (".cargo/config.toml", "[target.'cfg(all())']\nrustflags = [\"-Dwarnings\"]\n");
    let shadow = (".cargo/config.toml", "[build]\nrustflags = [\"-Dwarnings\"]\n[target.'cfg(all())']\nrustflags = [\"-C\"]\n");
    let some = (".cargo/config.toml", "[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Dwarnings\"]\n");
    let both =
        (".cargo/config.toml", "[build]\nrustflags = [\"-Dwarnings\"]\n[target.'cfg(unix)']\nrustflags = [\"-Dwarnings\"]\n");
    let cases: &[(Option<File<'_>>, Variables<'_>, &str)] = &[
        (None, &[("RUSTFLAGS", Some("-D warnings"))], "yes ci.yml:1"),
        (None, &[("RUSTFLAGS", None)], "unknown dynamic ci.yml:1"),
        (None, &[("CARGO_BUILD_RUSTFLAGS", Some("--deny warnings"))], "yes ci.yml:1"),
        (None, &[("CARGO_ENCODED_RUSTFLAGS", Some("-D\u{1f}warnings"))], "yes ci.yml:1"),
        (None, &[("CARGO_ENCODED_RUSTFLAGS", Some("")), ("RUSTFLAGS", Some("-Dwarnings"))], "no"),
        (Some(build), &[], "yes .cargo/config.toml:2"),
        (Some(build), &[("RUSTFLAGS", Some("-C debuginfo=0"))], "no"),
        (Some(build), &[("RUSTFLAGS", Some(""))], "no"),
        (Some(old), &[], "yes .cargo/config:2"),
        (Some(every), &[], "yes .cargo/config.toml:2"),
        (Some(shadow), &[], "no"),
        (Some(some), &[], "unknown unsupported .cargo/config.toml:2"),
        (Some(both), &[], "yes .cargo/config.toml:2"),
    ];
    for (file, env, expected) in cases {
        let mut files = vec![("Cargo.toml", PACKAGE), ("src/main.rs", "")];
        files.extend(file);
        let mut case = Case::new("clippy", &files, "");
        case.env.extend(env.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))));
        assert_eq!(asked(&case)[0], *expected, "{file:?} {env:?}");
    }
}

/// A crate that allows everything for itself is an exception where the others are checked.
#[test]
fn an_exempt_member() {
    let files = [
        ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"sys\"]\n"),
        ("a/Cargo.toml", PACKAGE),
        ("a/src/lib.rs", ""),
        ("sys/Cargo.toml", PACKAGE),
        ("sys/src/lib.rs", "#![allow(clippy::all)]"),
    ];
    assert_eq!(denies(&files, "-- -D warnings"), "yes ci.yml:1");
    assert_eq!(denies(&files, ""), "no");
}

#[test]
fn members_that_a_plain_run_leaves_out() {
    let left_out = |root: &str, a: &str, args: &str| {
        let (a, b) = (format!("[package]\nname = 'a'\n{a}"), "[package]\nname = 'b'\n");
        let files = [("Cargo.toml", root), ("a/Cargo.toml", a.as_str()), ("b/Cargo.toml", b)];
        told(Case::new("clippy", &files, args).read(&Clippy).settings.get("members-left-out"))
    };
    let all = "[workspace]\nmembers = ['a', 'b']\n";
    let some = format!("{all}default-members = ['a']\n");
    let own = format!("[package]\nname = 'r'\n{all}");
    assert_eq!(left_out(all, "", ""), "no");
    assert_eq!(left_out(&some, "", ""), "yes Cargo.toml:3");
    assert_eq!(left_out(&some, "", "--workspace"), "no");
    assert_eq!(left_out(&some, "", "-p b"), "no");
    assert_eq!(left_out(&some, "[dependencies]\nb = { path = '../b' }\n", ""), "no");
    let shared = format!("{some}[workspace.dependencies]\nb = {{ path = 'b' }}\n");
    assert_eq!(left_out(&shared, "[dependencies]\nb = { workspace = true }\n", ""), "no");
    assert_eq!(left_out(&own, "", ""), "yes Cargo.toml:1");
    assert_eq!(left_out(&format!("{own}[dependencies]\na.path = 'a'\nb.path = 'b'\n"), "", ""), "no");
}
