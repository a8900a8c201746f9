//! Entries for what lies around a product: infrastructure, charts, development containers.

use super::state;

const NPM: (&str, &str) = ("package.json", r#"{"dependencies":{"a":"1"}}"#);

#[test]
fn directories() {
    for (ecosystem, directories, tree, wanted) in [
        ("terraform", "directory: /", &[NPM][..], "active !missing-directory@4"),
        ("terraform", "directory: /", &[("terragrunt.hcl", "")], "active"),
        (
            "opentofu",
            "directory: /",
            &[("a.tf", "module \"a\" {\n  source = \"b/c/d\"\n}\n")],
            "active +terraform: other-ecosystem@3",
        ),
        ("helm", "directory: /", &[("values.yaml", "")], "active"),
        (
            "devcontainers",
            "directory: /",
            &[(".devcontainer/x/devcontainer.json", "{\"features\":{\"a:1\":{}}}")],
            "active +devcontainers:",
        ),
    ] {
        let text = format!(
            "version: 2\nupdates:\n  - package-ecosystem: {ecosystem}\n    {directories}\n    schedule:\n      interval: weekly\n"
        );
        let mut files = tree.to_vec();
        files.push((".github/dependabot.yml", &text));
        assert_eq!(state("dependabot", &files), wanted, "{ecosystem} {directories}");
    }
}

#[test]
fn some_names_only() {
    let some = |keys: &str| {
        let text = format!(
            "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule:\n      interval: weekly\n{keys}"
        );
        let both = ("package.json", r#"{"dependencies":{"a":"1"},"devDependencies":{"b":"1"}}"#);
        let (bots, _) = super::facts(&[both, (".github/dependabot.yml", &text)]);
        bots[0].some_only.len() - bots[0].all_declared.len()
    };
    assert_eq!(some(""), 0);
    assert_eq!(some("    allow: [{dependency-name: a}]\n"), 1);
    assert_eq!(some("    allow: [{dependency-type: production}]\n"), 0);
    assert_eq!(some("    allow: [{dependency-type: development}]\n"), 1);
    assert_eq!(some("    allow: [{dependency-type: direct}]\n"), 0);
    assert_eq!(some("    allow: [{dependency-name: a}, {dependency-name: b}]\n"), 0);
    assert_eq!(some("    allow: [{dependency-name: a}, {dependency-type: development}]\n"), 0);
    assert_eq!(some("    allow: [{dependency-name: '*', update-types: ['version-update:semver-major']}]\n"), 1);
    assert_eq!(some("    exclude-paths: [docs]\n"), 0);
}
