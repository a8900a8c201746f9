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
