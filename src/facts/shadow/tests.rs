//! Tests of what in a tree gives a tool's name another meaning, of the shadows that no step shows.

use super::{go, locked, npm, runs_first, runs_unseen};
use crate::catalog::Catalog;
use crate::facts::hold::HoldEffect;
use crate::facts::meter::Meter;
use crate::facts::runners::World;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

fn in_world<T>(files: &[(&str, &str)], ask: impl FnOnce(&World<'_>) -> T) -> T {
    let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    ask(&World { snapshot: &snapshot, catalog: Catalog::builtin(), meter: &Meter::default(), seen: &Default::default() })
}

fn effect(hold: Option<crate::facts::hold::Hold>) -> &'static str {
    match hold.map(|hold| hold.effect) {
        None => "",
        Some(HoldEffect::Void) => "void",
        Some(HoldEffect::Note) => "note",
        Some(HoldEffect::Unknown(_)) => "unknown",
        Some(_) => "other",
    }
}

#[test]
fn sources_of_npm_packages() {
    let told = |manifest: &str, name: &str| {
        let files = [
            ("package.json", manifest),
            ("packages/e/package.json", r#"{"name": "eslint"}"#),
            ("a/b/c/package.json", r#"{"name":"linter"}"#),
            ("apps/x/package.json", r#"{"n\u0061me":"\u0065slint"}"#),
        ];
        in_world(&files, |world| effect(npm::package(name, None, &RepoPath::root(), world)))
    };
    for spec in [
        "^9.0.0",
        "9",
        "",
        "*",
        "latest",
        ">=8 <10 || 11.x",
        "~9.1",
        "npm:eslint@9",
        "npm:^9",
        "catalog:",
        "eslint/eslint#main",
        "9.0.0-beta.1+b",
        "github:eslint/eslint#v9.1.0",
        "git+https://github.com/eslint/eslint.git#v9",
    ] {
        assert_eq!(told(&format!(r#"{{"devDependencies": {{"eslint": "{spec}"}}}}"#), "eslint"), "", "{spec}");
    }
    for spec in [
        "file:fake",
        "./fake",
        "../x",
        "fake/",
        "/abs",
        "~/x",
        "bitbucket:a/b",
        "gist:1",
        "x.tgz",
        "HTTPS://h/x",
        "exec:./x.js",
        "a/b",
        "git@h:a/b",
        "jsr:^1",
        "npm:other@9",
        "npm:other",
        "npm:@a/b",
        "github:evil/eslint",
        "workspace:*",
        "link:x",
        "patch:other@npm%3A9#x",
    ] {
        for table in ["dependencies", "optionalDependencies", "peerDependencies"] {
            assert_eq!(told(&format!(r#"{{"{table}": {{"eslint": "{spec}"}}}}"#), "eslint"), "void", "{spec}");
        }
    }
    for (manifest, expected) in [
        (r#"{"devDependencies": {"eslint": "patch:eslint@npm%3A9#x"}}"#, "unknown"),
        (r#"{"overrides": {"eslint": "9"}}"#, ""),
        (r#"{"overrides": {"eslint": {".": "9", "ajv": "file:x"}}}"#, ""),
        (r#"{"overrides": {"eslint": "vendor/eslint"}}"#, "void"),
        (r#"{"overrides": {"eslint": "$fake"}, "dependencies": {"fake": "file:x"}}"#, "void"),
        (r#"{"overrides": {"eslint": "$eslint"}, "dependencies": {"eslint": "9"}}"#, ""),
        (r#"{"overrides": {"@co/lint": {"eslint": "file:x"}}}"#, "void"),
        (r#"{"overrides": {"@co/lint": {"eslint": "file:x"}}, "dependencies": {"eslint": "9"}}"#, ""),
        (r#"{"resolutions": {"**/eslint": "file:x"}}"#, "void"),
        (r#"{"resolutions": {"@co/lint/eslint": "file:x"}}"#, "void"),
        (r#"{"resolutions": {"@co/eslint": "file:x"}}"#, ""),
        (r#"{"pnpm": {"overrides": {"a>eslint": "file:x"}}}"#, "void"),
        (r#"{"workspaces": ["packages/*"]}"#, "void"),
        (r#"{"workspaces": {"packages": ["./packages/**"]}}"#, "void"),
        (r#"{"workspaces": ["packages/*", "!packages/e"]}"#, ""),
        (r#"{"workspaces": ["apps/*"]}"#, "void"),
        (r#"{"workspaces": ["*"]}"#, ""),
    ] {
        assert_eq!(told(manifest, "eslint"), expected, "{manifest}");
    }
    assert_eq!(told(r#"{"workspaces": ["a/**"]}"#, "linter"), "void");
    for (entry, expected) in [
        (r#"{"resolved": "e", "link": true}"#, "void"),
        (r#"{"version": "9"}, "x": {"link": true}"#, ""),
        (r#"{"bin": {"a": "b"}, "link": true}"#, "void"),
        (r#"{}, "node_modules/eslint": {"link": true}"#, "void"),
        (r#"{"v": "9"}, "node_modules/\u0065slint": {"link": true}"#, "unknown"),
    ] {
        let lock = format!(r#"{{"packages": {{"node_modules/eslint": {entry}}}}}"#);
        let files = [("package.json", "{}"), ("package-lock.json", lock.as_str())];
        let tool = Catalog::builtin().tool("eslint").expect("a tool");
        assert_eq!(in_world(&files, |world| effect(locked::npm("eslint", tool, &RepoPath::root(), world))), expected, "{entry}");
    }
    let catalog = [("package.json", "{}"), ("pnpm-workspace.yaml", "catalogs:\n  x:\n    eslint: link:fake\n")];
    assert_eq!(in_world(&catalog, |world| effect(npm::package("eslint", None, &RepoPath::root(), world))), "void");
}

#[test]
fn sources_of_go_modules() {
    let told = |file: &str, text: &str| {
        let files = [(file, text), ("fake/go.mod", "module \"e.org/t\"\n"), ("own/go.mod", "module e.org/own\n")];
        in_world(&files, |world| effect(go::replaced("e.org/t/cmd/x", &RepoPath::root(), world)))
    };
    for (file, text, expected) in [
        ("go.mod", "module m\nreplace e.org/t => ./fake\n", "void"),
        ("go.mod", "replace \"e.org/t\" => ./fake\n", "void"),
        ("go.mod", "replace `e.org/t` v1.0.0 => ./fake\n", "void"),
        ("go.mod", "replace (\n\t\"e.org/t\" => ./fake\n)\n", "void"),
        ("go.mod", "replace(\n\te.org/other => ./fake\n)\nrequire e.org/t v1\n", ""),
        ("go.work", "go 1.22\nuse (\n .\n ./fake\n)\n", "void"),
        ("go.work", "use \"./fake\"\n", "void"),
        ("go.work", "use ./own\n", ""),
    ] {
        assert_eq!(told(file, text), expected, "{text}");
    }
}

#[test]
fn code_that_shells_run_first() {
    for (name, value, held, unseen) in [
        ("BASH_ENV", Some("x.sh"), true, false),
        ("BASH_ENV", Some("/etc/profile"), false, true),
        ("BASH_ENV", Some(""), false, false),
        ("BASH_ENV", Some("/proc/self/cwd/x.sh"), true, true),
        ("BASH_ENV", Some("/home/runner/work/a/a/x.sh"), true, true),
        ("BASH_ENV", Some("/tmp/x.sh"), true, true),
        ("BASH_ENV", Some("/usr/../tmp/x.sh"), true, true),
        ("BASH_ENV", None, true, true),
        ("ENV", Some("./x.sh"), true, false),
        ("ENV", Some("production"), false, false),
        ("ENV", None, false, true),
        ("SHELLOPTS", Some("noexec"), true, false),
        ("SHELLOPTS", Some("errexit:pipefail"), false, false),
        ("BASHOPTS", Some("expand_aliases"), true, false),
    ] {
        assert_eq!((runs_first(name, value).is_some(), runs_unseen(name, value)), (held, unseen), "{name} {value:?}");
    }
}

#[test]
fn a_package_of_the_workspace_out_of_range_is_not_linked() {
    let told = |version: &str, manifest: &str, beside: (&str, &str)| {
        let member = format!(r#"{{"name": "oxlint", "version": "{version}", "private": true}}"#);
        let files = [("package.json", manifest), ("tooling/oxlint/package.json", member.as_str()), beside];
        in_world(&files, |world| effect(npm::package("oxlint", Some("oxlint"), &RepoPath::root(), world)))
    };
    let (pnpm, yarn, npm) =
        (("pnpm-workspace.yaml", "packages: ['tooling/*']\n"), ("yarn.lock", ""), ("package-lock.json", "{}"));
    let own = r#"{"devDependencies": {"oxlint": "^1.60.0"}, "workspaces": ["tooling/*"]}"#;
    for (version, manifest, beside, expected) in [
        ("0.0.0", own, pnpm, ""),
        ("0.0.0", own, yarn, ""),
        ("0.0.0", own, npm, "void"),
        ("1.61.0", own, pnpm, "void"),
        ("1.61.0", own, yarn, "void"),
        ("0.0.0", r#"{"devDependencies": {"oxlint": "*"}}"#, pnpm, "void"),
        ("0.0.0", r#"{"devDependencies": {"oxlint": "workspace:*"}}"#, pnpm, "void"),
        ("0.0.0", "{}", pnpm, "void"),
    ] {
        assert_eq!(told(version, manifest, beside), expected, "{version} {manifest} {beside:?}");
    }
}
