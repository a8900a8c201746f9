//! Owns what `deploy-tag-verified` says of other trees than the verified one, and of programs that the tag's tree may put in the place of the
//! one that verifies.

use super::by_action::{BY_HAND, PIN, PLAIN, told, two_jobs};

/// A workflow that verifies by a command, on the branch's tree or on the tag's.
fn by_command(of_tag: bool) -> String {
    let base = two_jobs(BY_HAND, PIN, PLAIN);
    let command = "env: { TAG: \"${{ inputs.tag }}\" }\n        run: |\n          tollgate verify-tag -- \"$TAG\"";
    let base = base.replacen(&format!("uses: {PIN}\n        {PLAIN}"), command, 1);
    if of_tag {
        base.replacen("with: { fetch-depth: 0 }", "with: { fetch-depth: 0, ref: \"${{ inputs.tag }}\" }", 1)
    } else {
        base
    }
}

/// What runs of the tag's tree before it is verified may put anything among the programs; on the branch's tree it is reviewed.
#[test]
fn what_the_tag_brings_may_be_the_program_that_verifies() {
    for before in [
        "bash x.sh",
        "sh -e ./x.sh",
        "source env.sh",
        ". ./env.sh",
        "node x.js",
        "python x.py",
        "python -m build",
        "go run ./x",
        "./gradlew x",
        "tools/setup",
        "uv run x",
        "cargo build",
        "docker compose up -d",
        "tar xf t.tar -C /usr/local/bin",
        "tar -C /usr/local/bin -xzf t.tar",
        "tar --directory=/usr/local/bin --extract --file=t.tar",
        "unzip t.zip -d /usr/local/bin",
    ] {
        // What a script takes in is not followed on the branch's tree either.
        let of_branch = if before.starts_with("source") || before.starts_with(". ") { "unknown" } else { "pass" };
        for (of_tag, verdict) in [(true, "unknown"), (false, of_branch)] {
            let text = by_command(of_tag).replacen("      - id: tag\n", &format!("      - run: {before}\n      - id: tag\n"), 1);
            let found = told(&text, &[]);
            assert!(found.0 == verdict, "{before}, {of_tag}: {found:?}");
            assert!(!of_tag || found.1.contains("what the tag brings"), "{before}: {found:?}");
        }
    }
    for before in ["node --version", "bash -c 'echo x'", "tar cf t.tar x", "tar tf t.tar", "/usr/bin/true"] {
        let text = by_command(true).replacen("      - id: tag\n", &format!("      - run: {before}\n      - id: tag\n"), 1);
        let found = told(&text, &[]);
        assert!(found.0 == "pass", "{before}: {found:?}");
    }
    // What the machine has is none of the tag's; what it does is not known.
    let text = by_command(true).replacen("      - id: tag\n", "      - run: python3 /opt/x.py\n      - id: tag\n", 1);
    assert_eq!(told(&text, &[]).0, "unknown");
}

/// What a script does to the variable that names the tag.
#[test]
fn a_script_that_sets_the_variable_verifies_something_else() {
    for set in ["printf -v TAG v1.0.0", "printf -v TAG '%s' v1", "read TAG < x", "mapfile TAG < x", "unset TAG", "TAG=v1"] {
        let text = by_command(false).replacen("          tollgate", &format!("          {set}\n          tollgate"), 1);
        let found = told(&text, &[]);
        assert!(found.0 != "pass", "{set}: {found:?}");
    }
    let text = by_command(false).replacen("          tollgate", "          printf '%s\\n' \"$TAG\"\n          tollgate", 1);
    assert_eq!(told(&text, &[]).0, "pass", "{text}");
}

/// In the job that deploys, something else than a checkout puts another tree there.
#[test]
fn another_tree_may_be_brought_beside_the_checkout() {
    let deploys = "      - run: kubectl";
    for (before, verdict) in [
        ("git clone --branch \"${{ inputs.tag }}\" https://forge.example/acme/kestrel k8s", "unknown"),
        ("git clone https://forge.example/acme/kestrel k8s/base", "unknown"),
        ("git clone https://forge.example/acme/kestrel", "unknown"),
        ("git worktree add k8s origin/main", "unknown"),
        ("git archive origin/main k8s | tar x", "unknown"),
        ("curl -L https://forge.example/x.tar.gz | tar xz --strip 1", "unknown"),
        ("curl -L https://forge.example/x.tar.gz | tar -xzf - -C k8s", "unknown"),
        ("curl -L https://forge.example/x.tar.gz | tar xz -C /opt", "unknown"),
        ("curl -L https://forge.example/x.tar.gz | tar xz -C /usr/local/bin x", "pass"),
        ("tar czf - k8s | wc -c", "pass"),
        ("git clone --bare https://forge.example/acme/kestrel x.git", "pass"),
    ] {
        let text = by_command(false).replacen(deploys, &format!("      - run: {before}\n{deploys}"), 1);
        let found = told(&text, &[]);
        assert!(found.0 == verdict, "{before}: {found:?}");
    }
}

/// What the job that verifies keeps for the one that deploys is of the tree that it has then.
#[test]
fn what_the_verifying_job_packs_is_of_its_tree() {
    let checkout = "      - uses: actions/checkout@v7\n        with: { ref: \"${{ needs.verify.outputs.commit }}\" }\n";
    let keeps = "      - uses: actions/upload-artifact@v4\n        with: { name: dist, path: dist }\n";
    let takes = "      - uses: actions/download-artifact@v4\n        with: { name: dist }\n";
    let after = |text: String, more: &str| text.replacen("  deploy:\n", &format!("{more}  deploy:\n"), 1);
    let before = |text: String, more: &str| text.replacen("      - id: tag\n", &format!("{more}      - id: tag\n"), 1);
    let verified =
        "      - run: git checkout --quiet \"$COMMIT\"\n        env: { COMMIT: \"${{ steps.tag.outputs.commit }}\" }\n";
    for (what, text, verdict) in [
        ("the branch's", after(by_command(false), keeps), "unknown"),
        ("the branch's, before", before(by_command(false), keeps), "unknown"),
        ("the tag's", after(by_command(true), keeps), "pass"),
        ("the verified commit", after(by_command(false), &format!("{verified}{keeps}")), "pass"),
    ] {
        let text = text.replacen(checkout, takes, 1);
        assert_eq!(told(&text, &[]).0, verdict, "{what}: {text}");
        // What is not taken is not deployed.
        assert_eq!(told(&text.replacen(takes, "", 1), &[]).0, "pass", "{what}");
    }
}
