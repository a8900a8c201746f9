//! Tests of toolchains and compilers of the tree that variables, command lines and settings name.

use super::check;

#[test]
fn a_toolchain_or_a_compiler_of_the_tree() {
    let files = [("ci/x", "x"), ("ci/tc/bin/cargo", "x"), ("ci/home/config.toml", "[build]\nrustc-wrapper = \"/opt/x\"\n")];
    let rows = [
        ("clippy", "RUSTUP_TOOLCHAIN=$PWD/ci/tc cargo clippy -- -D warnings", "configured"),
        (
            "clippy",
            "echo \"RUSTUP_TOOLCHAIN=$GITHUB_WORKSPACE/ci/tc\" >> $GITHUB_ENV\n---\ncargo clippy -- -D warnings",
            "configured",
        ),
        ("clippy", "RUSTUP_TOOLCHAIN=$X/ci/tc cargo clippy -- -D warnings", "runs (gates)"),
        ("clippy", "RUSTUP_TOOLCHAIN=nightly cargo clippy -- -D warnings", "gates"),
        ("clippy", "RUSTUP_TOOLCHAIN=${{ matrix.rust }} cargo clippy -- -D warnings", "gates"),
        ("clippy", "RUSTUP_TOOLCHAIN=$HOME/tc cargo clippy -- -D warnings", "gates"),
        ("clippy", "cargo +${{ github.workspace }}/ci/tc clippy -- -D warnings", "configured"),
        ("clippy", "cargo +nightly clippy -- -D warnings", "gates"),
        ("clippy", "rustup run --install $PWD/ci/tc cargo clippy -- -D warnings", "configured"),
        ("clippy", "rustup run ci cargo clippy -- -D warnings", "gates"),
        // Clippy sets the variable to itself, and cargo asks it before its settings.
        ("clippy", "RUSTC_WORKSPACE_WRAPPER=./ci/x cargo clippy -- -D warnings", "gates"),
        ("clippy", "CARGO_HOME=$PWD/ci/home cargo clippy -- -D warnings", "configured"),
        ("clippy", "CARGO_HOME=$PWD/ci cargo clippy -- -D warnings", "gates"),
    ];
    check(&rows, &files);
    let workspace = (".cargo/config.toml", "[build]\nrustc-workspace-wrapper = \"./ci/x\"\n");
    check(&[("clippy", "cargo clippy -- -D warnings", "gates")], &[workspace]);
    let wrapper = (".cargo/config.toml", "[build]\nrustc-wrapper = \"./ci/x\"\n");
    check(&[("clippy", "cargo clippy -- -D warnings", "configured")], &[wrapper]);
}

/// A hook is built from the revision of its repository that is named, unless it gets another environment.
#[test]
fn the_revision_of_a_hook() {
    let settings = (".golangci.yml", "linters:\n  enable: [gosec]\n");
    let rows = [
        ("v1.64.8", "", "gates"),
        ("v2.4.0", "", "configured"),
        ("2.4", "", "configured"),
        // Which release reads the file is not known then, and one that understands it is taken for it.
        ("v2", "", "gates"),
        ("main", "", "gates"),
        ("v2.4.0", "        language: system\n", "gates"),
        ("v2.4.0", "        additional_dependencies: [\"example.org/x@v1\"]\n", "gates"),
    ];
    for (rev, more, expected) in rows {
        let hooks = format!(
            "repos:\n  - repo: https://github.com/golangci/golangci-lint\n    rev: {rev}\n    hooks:\n      - id: golangci-lint-full\n{more}"
        );
        let files = [settings, (".pre-commit-config.yaml", hooks.as_str())];
        assert_eq!(super::told("golangci-lint", "pre-commit run --all-files", &files), expected, "{rev} {more}");
    }
}
