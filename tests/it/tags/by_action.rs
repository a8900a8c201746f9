//! Owns what `deploy-tag-verified` says of the gate's own action as the verification before a deployment: what it counts for and what keeps it
//! from counting is what does of the command line.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

const RULE: &str = "deploy-tag-verified";
pub(super) const PIN: &str = "acme/tollgate@0123456789abcdef0123456789abcdef01234567";
pub(super) const TAGGED: &str = "push: { tags: [\"v*\"] }";
pub(super) const BY_HAND: &str = "workflow_dispatch: { inputs: { tag: { required: true } } }";
pub(super) const PLAIN: &str = "with: { command: verify-tag, tag: \"${{ inputs.tag }}\" }";
pub(super) const EVENTS: &str = "with: { command: verify-tag }";

/// A person who signs.
const ADA: &str = "schema = 1\n[people.ada]\nroles = [\"release\"]\nssh = [{ key = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILrj9pClDjZrQ5yk36r5t4laiYJXFwj0Ai2g5GcSYzTu\" }]\n";

/// Verdict and message about the deployment of this workflow, by a policy that vouches for `acme/tollgate`.
pub(super) fn told(workflow: &str, more: &[(&str, &str)]) -> (String, String) {
    let here = tempfile::tempdir().expect("a folder");
    let file = here.path().join("policy.toml");
    let text = format!("{ADA}[[ci.trusted_workflows]]\nuses = \"acme/tollgate\"\nprovides = []\n");
    std::fs::write(&file, text).expect("written");
    by(&file, workflow, more)
}

/// Verdict and message about the deployment of one job of this workflow.
pub(super) fn told_of(job: &str, workflow: &str) -> (String, String) {
    let here = tempfile::tempdir().expect("a folder");
    let file = here.path().join("policy.toml");
    std::fs::write(&file, ADA).expect("written");
    let subject = format!(".github/workflows/deploy.yml#{job}");
    report(&file, workflow, &[])
        .into_iter()
        .find(|(of, ..)| *of == subject)
        .map(|(_, verdict, said)| (verdict, said))
        .expect("a finding")
}

fn by(policy: &Path, workflow: &str, more: &[(&str, &str)]) -> (String, String) {
    let (_, verdict, said) = report(policy, workflow, more).into_iter().next().expect("a finding");
    (verdict, said)
}

/// Subject, verdict and message of all that is found.
fn report(policy: &Path, workflow: &str, more: &[(&str, &str)]) -> Vec<(String, String, String)> {
    let here = tempfile::tempdir().expect("a folder");
    for (path, text) in more.iter().copied().chain([(".github/workflows/deploy.yml", workflow)]) {
        let file = here.path().join(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
        std::fs::write(file, text).expect("written");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.env_clear().args(["check", "--format", "json", "--only", RULE, "--policy"]).arg(policy).arg(here.path());
    let output = command.output().expect("it starts");
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|problem| panic!("{problem}: {}", String::from_utf8_lossy(&output.stderr)));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of_rule = report["findings"].as_array().expect("findings").iter().filter(|one| one["rule"] == RULE);
    of_rule.map(|one| (text(&one["subject"]), text(&one["verdict"]), text(&one["message"]))).collect()
}

/// A job that verifies by these lines of a step and a job that deploys what it printed.
pub(super) fn two_jobs(on: &str, uses: &str, lines: &str) -> String {
    format!(
        "on:\n  {on}\njobs:\n  verify:\n    runs-on: ubuntu-latest\n    outputs: {{ commit: \"${{{{ steps.tag.outputs.commit }}}}\" }}\n    steps:\n      - uses: actions/checkout@v7\n        with: {{ fetch-depth: 0 }}\n      - id: tag\n        uses: {uses}\n        {lines}\n  deploy:\n    needs: verify\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n        with: {{ ref: \"${{{{ needs.verify.outputs.commit }}}}\" }}\n      - run: kubectl apply -f k8s/\n"
    )
}

#[test]
fn the_own_action_stands_before_a_deployment() {
    for (on, lines, verdict, says) in [
        (BY_HAND, PLAIN, "pass", "after the action tollgate with verify-tag"),
        (BY_HAND, "with: { command: verify-tag, tag: \"refs/tags/${{ inputs.tag }}\" }", "pass", "after the action"),
        (BY_HAND, "with: { command: \" verify-tag \", tag: \"${{ github.event.inputs.tag }}\", mode: gate }", "pass", "after"),
        (BY_HAND, "with: { COMMAND: verify-tag, tag: \"${{ inputs.tag }}\", path: ., policy: \"\" }", "pass", "after"),
        (BY_HAND, "with: { command: verify-tag, tag: \"${{ inputs.tag }}\", binary: /opt/tollgate }", "pass", "after"),
        (
            BY_HAND,
            "env: { T: \"${{ inputs.tag }}\" }\n        with: { command: verify-tag, tag: \"${{ env.T }}\" }",
            "pass",
            "after",
        ),
        (BY_HAND, EVENTS, "unknown", "a pushed tag brings its own workflow"),
        ("create:", EVENTS, "unknown", "a pushed tag brings its own workflow"),
        ("push: { branches: [\"**\"] }", EVENTS, "unknown", "a pushed tag brings its own workflow"),
        (TAGGED, EVENTS, "unknown", "after the action tollgate with verify-tag; a pushed tag brings its own workflow"),
        (TAGGED, "with: { command: verify-tag, tag: \"${{ github.ref_name }}\" }", "unknown", "brings its own workflow"),
        (
            "release: { types: [published] }",
            "with: { command: verify-tag, tag: \"${{ github.event.release.tag_name }}\" }",
            "unknown",
            "brings its own",
        ),
    ] {
        let found = told(&two_jobs(on, PIN, lines), &[]);
        assert!(found.0 == verdict && found.1.contains(says), "{on} {lines}: {found:?}");
    }
}

#[test]
fn an_action_that_lets_a_failure_pass_or_looks_elsewhere_does_not() {
    let with = |more: &str| format!("with: {{ command: verify-tag, tag: \"${{{{ inputs.tag }}}}\", {more} }}");
    for (lines, verdict, says) in [
        (with("mode: report"), "fail", "with `mode: report` it ends as if nothing was wrong"),
        (with("Mode: report"), "fail", "with `mode: report`"),
        (with("mode: \"${{ inputs.mode }}\""), "unknown", "what `mode` is cannot be read"),
        (with("policy: policy.toml"), "unknown", "`policy` says by what it judges"),
        (with("org-policy: \"${{ inputs.p }}\""), "unknown", "`org-policy` says by what it judges"),
        (with("path: other"), "unknown", "`path` says by what it judges"),
        (with("binary: ./tollgate"), "unknown", "lies in the tree"),
        (with("binary: \"${{ inputs.b }}\""), "unknown", "which program verifies cannot be read"),
        (format!("{PLAIN}\n        continue-on-error: true"), "fail", "its failure is lost"),
        (format!("{PLAIN}\n        if: inputs.verify"), "unknown", "goes on where the verification was left out"),
        (format!("{PLAIN}\n        env: {{ BASH_ENV: ./x.sh }}"), "fail", "`BASH_ENV` runs other code"),
        (format!("{PLAIN}\n        env: {{ PATH: \"./bin:/usr/bin\" }}"), "unknown", "leads into the tree"),
        ("with: { command: verify-tag, tag: v1.0.0 }".to_owned(), "fail", "it verifies `v1.0.0`, whatever tag is deployed"),
        ("with: { command: verify-tag, tag: \"${{ vars.TAG }}\" }".to_owned(), "unknown", "which tag it verifies cannot be read"),
        (
            "with: { command: verify-tag, tag: \"${{ inputs.tag }}-x\" }".to_owned(),
            "unknown",
            "which tag it verifies cannot be read",
        ),
        (
            "with: { command: \"${{ inputs.c }}\", tag: \"${{ inputs.tag }}\" }".to_owned(),
            "unknown",
            "what `command` is cannot be read",
        ),
        // It is the gate for changes, which looks at no tag.
        ("with: { tag: \"${{ inputs.tag }}\" }".to_owned(), "unknown", "on other events than tags"),
        ("with: { command: check }".to_owned(), "unknown", "on other events than tags"),
    ] {
        let found = told(&two_jobs(BY_HAND, PIN, &lines), &[]);
        assert!(found.0 == verdict && found.1.contains(says), "{lines}: {found:?}");
    }
}

#[test]
fn a_name_that_may_be_moved_or_is_anothers_does_not() {
    for (uses, verdict, says) in [
        ("acme/tollgate@v1", "unknown", "`acme/tollgate@v1` names may be moved"),
        ("acme/tollgate@main", "unknown", "may be moved"),
        ("acme/tollgate@0123456", "unknown", "may be moved"),
        ("ACME/Tollgate@0123456789abcdef0123456789abcdef01234567", "pass", "after the action tollgate"),
        ("acme/tollgate-fork@0123456789abcdef0123456789abcdef01234567", "unknown", "on other events than tags"),
        ("acme/tollgate/sub@0123456789abcdef0123456789abcdef01234567", "unknown", "on other events than tags"),
        ("tollgate/other@0123456789abcdef0123456789abcdef01234567", "unknown", "on other events than tags"),
    ] {
        let found = told(&two_jobs(BY_HAND, uses, PLAIN), &[]);
        assert!(found.0 == verdict && found.1.contains(says), "{uses}: {found:?}");
    }
    for uses in ["acme/tollgate-fork@v1", "acme/tollgate/sub@v1"] {
        let found = told(&two_jobs(TAGGED, uses, EVENTS), &[]);
        assert!(found.0 == "fail" && found.1.contains("nothing verifies the tag before"), "{uses}: {found:?}");
    }
}

/// Whose an action is that is only called like the gate's own, its name does not say.
#[test]
fn an_action_is_ours_where_the_policy_vouches_for_it() {
    let here = tempfile::tempdir().expect("a folder");
    let file = here.path().join("policy.toml");
    for (vouched, uses, verdict, says) in [
        ("", PIN, "unknown", "whose `acme/tollgate` is"),
        ("uses = \"acme/tollgate\"\n", PIN, "pass", "after the action"),
        ("uses = \"ACME/tollgate\"\nrev = \"0123456789abcdef0123456789abcdef01234567\"\n", PIN, "pass", "after the action"),
        (
            "uses = \"acme/tollgate\"\nrev = \"1123456789abcdef0123456789abcdef01234567\"\n",
            PIN,
            "unknown",
            "whose `acme/tollgate` is",
        ),
        ("uses = \"evil/tollgate\"\n", PIN, "unknown", "whose `acme/tollgate` is"),
        (
            "uses = \"acme/tollgate\"\n",
            "evil/tollgate@0123456789abcdef0123456789abcdef01234567",
            "unknown",
            "whose `evil/tollgate` is",
        ),
    ] {
        let vouches =
            if vouched.is_empty() { String::new() } else { format!("[[ci.trusted_workflows]]\n{vouched}provides = []\n") };
        std::fs::write(&file, format!("{ADA}{vouches}")).expect("written");
        let found = by(&file, &two_jobs(BY_HAND, uses, PLAIN), &[]);
        assert!(found.0 == verdict && found.1.contains(says), "{vouched} {uses}: {found:?}");
    }
}

/// What is deployed is the commit that the action prints, and nothing of the tag runs before it.
#[test]
fn what_is_deployed_is_what_the_action_printed() {
    let base = two_jobs(BY_HAND, PIN, PLAIN);
    let printed = "ref: \"${{ needs.verify.outputs.commit }}\"";
    let job = "      - id: tag\n";
    let tagged = "with: { fetch-depth: 0, ref: \"${{ inputs.tag }}\" }";
    for (from, to, verdict) in [
        (printed, "ref: \"${{ inputs.tag }}\"", "fail"),
        (printed, "ref: \"${{ needs.verify.outputs.tag }}\"", "unknown"),
        (printed, "fetch-depth: 0", "fail"),
        ("steps.tag.outputs.commit", "steps.tag.outputs.object", "unknown"),
        ("steps.tag.outputs.commit", "steps.other.outputs.commit", "unknown"),
        ("needs: verify", "if: always()\n    needs: verify", "fail"),
        ("    needs: verify\n", "", "unknown"),
        // On the branch's own tree what runs is reviewed; on the tag's it is not.
        (job, "      - run: make\n      - id: tag\n", "pass"),
    ] {
        let text = base.replacen(from, to, 1);
        assert!(text != base, "{from}");
        let found = told(&text, &[("Makefile", "all:\n\ttrue\n")]);
        assert!(found.0 == verdict, "{from} -> {to}: {found:?}");
    }
    let of_tag = base.replacen("with: { fetch-depth: 0 }", tagged, 1);
    for (before, verdict, says) in [
        ("", "pass", "after the action"),
        ("      - run: make\n", "unknown", "what the tag brings runs before it"),
        ("      - run: cp tools/sha256sum /usr/local/bin/sha256sum\n", "unknown", "what the tag brings"),
        ("      - run: echo \"$PWD/bin\" >> \"$GITHUB_PATH\"\n", "unknown", "it may be a program that the tag brings"),
    ] {
        let text = of_tag.replacen(job, &format!("{before}{job}"), 1);
        let found = told(&text, &[("Makefile", "all:\n\ttrue\n"), ("bin/bash", "#!/bin/sh\n")]);
        assert!(found.0 == verdict && found.1.contains(says), "{before}: {found:?}");
    }
}

/// The same job, a workflow of the tree that is called, an action of the tree around it.
#[test]
fn wherever_the_step_stands_it_is_read() {
    let one = format!(
        "on:\n  {TAGGED}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n        with: {{ fetch-depth: 0 }}\n      - uses: {PIN}\n        {EVENTS}\n      - run: kubectl apply -f k8s/\n"
    );
    let found = told(&one, &[]);
    assert!(found.0 == "unknown" && found.1.contains("after the action tollgate"), "{found:?}");
    let late = one
        .replace("      - run: kubectl apply -f k8s/\n", "")
        .replace("      - uses: acme", "      - run: kubectl apply -f k8s/\n      - uses: acme");
    assert_eq!(told(&late, &[]).0, "fail", "{late}");
    let called = format!(
        "on:\n  workflow_call:\n    inputs: {{ tag: {{ type: string }} }}\n    outputs: {{ commit: {{ value: \"${{{{ jobs.v.outputs.commit }}}}\" }} }}\njobs:\n  v:\n    runs-on: ubuntu-latest\n    outputs: {{ commit: \"${{{{ steps.tag.outputs.commit }}}}\" }}\n    steps:\n      - uses: actions/checkout@v7\n        with: {{ fetch-depth: 0 }}\n      - id: tag\n        uses: {PIN}\n        {PLAIN}\n"
    );
    let calls = "on:\n  workflow_dispatch: { inputs: { tag: { required: true } } }\njobs:\n  verify:\n    uses: ./.github/workflows/verify.yml\n    with: { tag: \"${{ inputs.tag }}\" }\n  deploy:\n    needs: verify\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n        with: { ref: \"${{ needs.verify.outputs.commit }}\" }\n      - run: kubectl apply -f k8s/\n";
    let found = told(calls, &[(".github/workflows/verify.yml", &called)]);
    assert!(found.0 == "pass", "{found:?}");
    let literal = calls.replace("with: { tag: \"${{ inputs.tag }}\" }", "with: { tag: v1.0.0 }");
    let found = told(&literal, &[(".github/workflows/verify.yml", &called)]);
    assert!(found.0 != "pass", "{found:?}");
    let own = format!(
        "name: v\ninputs: {{ tag: {{ required: true }} }}\noutputs: {{ commit: {{ value: \"${{{{ steps.t.outputs.commit }}}}\" }} }}\nruns:\n  using: composite\n  steps:\n    - id: t\n      uses: {PIN}\n      {PLAIN}\n"
    );
    let around = two_jobs(BY_HAND, "./.github/actions/verify", "with: { tag: \"${{ inputs.tag }}\" }");
    let found = told(&around, &[(".github/actions/verify/action.yml", &own)]);
    assert!(found.0 == "unknown", "{found:?}");
}

/// What an event comes with is a branch or a tag, or the default branch and nothing else.
#[test]
fn the_reference_of_an_event_is_a_tag_where_it_can_be_one() {
    let here = tempfile::tempdir().expect("a folder");
    let text = "schema = 1\n[service]\ndefault_branch = \"main\"\n[people.ada]\nroles = [\"release\"]\nssh = [{ key = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILrj9pClDjZrQ5yk36r5t4laiYJXFwj0Ai2g5GcSYzTu\" }]\n";
    let file = here.path().join("policy.toml");
    std::fs::write(&file, text).expect("written");
    let command =
        two_jobs("EVENT", PIN, EVENTS).replace(&format!("uses: {PIN}"), "run: tollgate verify-tag -- \"$GITHUB_REF_NAME\"");
    let command = command.replace(&format!("        {EVENTS}\n"), "");
    for (event, verdict, says) in [
        ("workflow_dispatch:", "unknown", "brings its own workflow"),
        ("create:", "unknown", "brings its own workflow"),
        ("deployment:", "unknown", "brings its own workflow"),
        ("registry_package:", "unknown", "brings its own workflow"),
        ("push:", "unknown", "brings its own workflow"),
        ("repository_dispatch:", "fail", "it verifies `main`"),
        ("delete:", "fail", "it verifies `main`"),
        ("workflow_run: { workflows: [x], types: [completed] }", "fail", "it verifies `main`"),
    ] {
        let found = by(&file, &command.replace("EVENT", event), &[]);
        assert!(found.0 == verdict && found.1.contains(says), "{event}: {found:?}");
    }
}
