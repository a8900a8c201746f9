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

#[test]
fn an_entry_that_is_meant_to_do_nothing_needs_no_directory() {
    let gone = |more: &str| entry(more).replace("directory: /", "directory: /gone");
    for (more, wanted) in [
        ("", "active !missing-directory@4"),
        // The documented way to switch version updates off.
        ("    open-pull-requests-limit: 0\n", "active missing-directory@4 limit-0@6"),
        ("    ignore: [{ dependency-name: '*' }]\n", "active missing-directory@4 ignored@6"),
        // The tree of another branch is not this one.
        ("    target-branch: '4.x'\n", "active target-branch@6"),
        ("    target-branch: '4.x'\n    open-pull-requests-limit: 0\n", "active missing-directory@4 limit-0@7"),
        ("    target-branch: main\n", "active !missing-directory@4"),
    ] {
        assert_eq!(state("dependabot", &[NPM, (FILE, &gone(more))]), wanted, "{more}");
    }
}

#[test]
fn what_is_allowed_has_to_be_there() {
    const BOTH: (&str, &str) = ("package.json", r#"{"dependencies":{"a":"1"},"devDependencies":{"b":"1"}}"#);
    const LOCK: (&str, &str) = ("package-lock.json", r#"{"packages":{"node_modules/a":{},"node_modules/d_e":{}}}"#);
    const BINARY: (&str, &str) = ("yarn.lock", "\0");
    let ignored = "npm: ignored@7";
    for (name, item, tree, wanted) in [
        ("a kind that nothing is of", "dependency-type: development", &[NPM][..], ignored),
        ("a lock file has no kinds", "dependency-type: development", &[NPM, LOCK], ignored),
        ("a kind that something is of", "dependency-type: development", &[BOTH], ""),
        ("a name of another kind", "{ dependency-name: a, dependency-type: development }", &[BOTH], ignored),
        ("a name of this kind", "{ dependency-name: b, dependency-type: development }", &[BOTH], ""),
        ("a name of nothing", "dependency-name: c", &[BOTH], ignored),
        ("a name that is locked", "dependency-name: d-e", &[BOTH, LOCK], ""),
        ("a pattern of one that is locked", "dependency-name: 'd*'", &[BOTH, LOCK], ""),
        ("a name that is neither declared nor locked", "dependency-name: moment", &[BOTH, LOCK], ignored),
        ("a name that may be locked", "dependency-name: c", &[BOTH, BINARY], ""),
        ("a name of nothing with a kind", "{ dependency-name: c, dependency-type: production }", &[BOTH, LOCK], ignored),
        ("whatever is declared", "dependency-type: direct", &[NPM, LOCK], ""),
    ] {
        let text = entry(&format!("    allow:\n      - {item}\n"));
        let files: Vec<(&str, &str)> = tree.iter().copied().chain([(FILE, text.as_str())]).collect();
        assert_eq!(gaps(&files), wanted, "{name}");
    }
    // The service takes each crate for one of the product, and each Python package by the name of its file.
    let allow = "    allow:\n      - dependency-type: development\n";
    let (cargo, pip) = (entry(allow).replace("npm", "cargo"), entry(allow).replace("npm", "pip"));
    let manifest = ("Cargo.toml", "[package]\nname = 'a'\n[dev-dependencies]\nb = '1'\n");
    assert_eq!(gaps(&[manifest, (FILE, &cargo)]), "cargo: ignored@7");
    assert_eq!(gaps(&[("requirements.txt", "a\n"), (FILE, &pip)]), "");
}

#[test]
fn two_files_and_an_old_one() {
    let text = entry("");
    assert_eq!(state("dependabot", &[NPM, (FILE, &text), (".github/dependabot.yaml", "x")]), "active +npm: second-file@1");
    assert_eq!(state("dependabot", &[NPM, (".github/dependabot.yaml", &text)]), "active +npm:");
    assert_eq!(state("dependabot-preview", &[NPM, (".dependabot/config.yml", "version: 1\n")]), "retired retired@1");
}

#[test]
fn an_ecosystem_given_twice_is_one_of_two() {
    const PIP: (&str, &str) = ("requirements.txt", "a==1\n");
    let text = entry("    package-ecosystem: pip\n");
    assert_eq!(state("dependabot", &[NPM, PIP, (FILE, &text)]), "active ?npm: ?pip: duplicate-key@6");
    assert_eq!(gaps(&[NPM, PIP, (FILE, &text)]), "npm: no-entry?, pip: no-entry?");
    // Neither reading is for it.
    assert_eq!(gaps(&[("go.mod", "module a\nrequire b v1.0.0\n"), (FILE, &text)]), "gomod: no-entry");
    // A directory that only one of the readings would miss is none that is missing.
    assert_eq!(state("dependabot", &[NPM, (FILE, &text)]), "active ?npm: duplicate-key@6");
    for twice in
        ["    allow: [{ dependency-name: a }]\n    allow: [{ dependency-name: b }]\n", "    schedule: { interval: daily }\n"]
    {
        assert_eq!(gaps(&[NPM, (FILE, &entry(twice))]), "npm: no-entry?", "{twice}");
    }
}

#[test]
fn a_zone_of_no_area() {
    for (zone, wanted) in [
        ("Mars/X", "invalid !schema@5"),
        ("Europe/Berlin", "active +npm:"),
        ("US/Pacific", "active +npm:"),
        ("PRC", "active +npm:"),
    ] {
        let text = entry("").replace("weekly", &format!("weekly, timezone: {zone}"));
        assert_eq!(state("dependabot", &[NPM, (FILE, &text)]), wanted, "{zone}");
    }
}
