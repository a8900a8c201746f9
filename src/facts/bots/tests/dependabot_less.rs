//! What an entry of `.github/dependabot.yml` leaves undone: versions and names that it ignores, moments that never come, directories
//! that hold nothing of its kind.

use super::{gaps, state};

const NPM: (&str, &str) = ("package.json", r#"{"dependencies":{"a":"1"}}"#);
const FILE: &str = ".github/dependabot.yml";

/// One npm entry for the root with more lines in it (from line 6 on).
fn entry(more: &str) -> String {
    format!("version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule: {{ interval: weekly }}\n{more}")
}

#[test]
fn what_is_ignored() {
    for (name, more, wanted, gap) in [
        ("all that there is ignored", "    ignore:\n      - dependency-name: 'a*'\n", "active", "npm: ignored@7"),
        (
            "all that there is ignored in some versions",
            "    ignore:\n      - { dependency-name: a, versions: ['<2'] }\n",
            "active +npm:",
            "",
        ),
        (
            "every version above nothing",
            "    ignore:\n      - { dependency-name: '*', versions: ['>0'] }\n",
            "active ignored@7",
            "npm: ignored@7",
        ),
        (
            "every version up to one and from it on",
            "    ignore:\n      - { dependency-name: '*', versions: ['< 2', '>= 2'] }\n",
            "active ignored@7",
            "npm: ignored@7",
        ),
        (
            "every version of Maven",
            "    ignore:\n      - { dependency-name: '*', versions: ['[0,)'] }\n",
            "active ignored@7",
            "npm: ignored@7",
        ),
        ("versions from one on", "    ignore:\n      - { dependency-name: '*', versions: ['>= 2'] }\n", "active +npm:", ""),
    ] {
        let text = entry(more);
        assert_eq!(state("dependabot", &[NPM, (FILE, &text)]), wanted, "{name}");
        assert_eq!(gaps(&[NPM, (FILE, &text)]), gap, "{name}");
    }
}

#[test]
fn a_clock_that_never_comes() {
    let cron = |job: &str| entry("").replace("weekly", &format!("cron, cronjob: '{job}'"));
    assert_eq!(gaps(&[NPM, (FILE, &cron("0 0 31 2 *"))]), "npm: never@5");
    assert_eq!(gaps(&[NPM, (FILE, &cron("0 0 31 2 1"))]), "");
}

#[test]
fn names_of_manifests_that_languages_do_not_list() {
    for (ecosystem, name) in [
        ("rust-toolchain", "rust-toolchain.toml"),
        ("pub", "pubspec.yaml"),
        ("deno", "deno.jsonc"),
        ("nix", "flake.nix"),
        ("bazel", "MODULE.bazel"),
        ("conda", "environment.yml"),
        ("elm", "elm.json"),
        ("julia", "JuliaProject.toml"),
        ("vcpkg", "vcpkg.json"),
        ("dotnet-sdk", "global.json"),
        ("opentofu", "main.tofu"),
    ] {
        let text = entry("").replace("npm", ecosystem);
        assert_eq!(state("dependabot", &[(FILE, &text), (name, "")]), "active", "{ecosystem}");
        assert_eq!(state("dependabot", &[NPM, (FILE, &text)]), "active !missing-directory@4", "{ecosystem}");
    }
}

#[test]
fn a_contested_value_is_a_note_at_its_line() {
    // Service, documentation and engine disagree: the rest of the file counts.
    let contested = entry("    versioning-strategy: widen\n").replace("npm", "cargo");
    let manifest = ("Cargo.toml", "[package]\nname = 'a'\n[dependencies]\nb = '1'\n");
    assert_eq!(state("dependabot", &[manifest, (FILE, &contested)]), "active +cargo: contested-value@6");
}
