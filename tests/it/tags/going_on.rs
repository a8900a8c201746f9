//! Owns what `deploy-tag-verified` says of conditions by which a deployment goes on although the verification before it did not succeed, and
//! of those by which it stops although its failure is lost.

use super::by_action::{BY_HAND, PIN, PLAIN, told, two_jobs};

/// What is said of the deployment where lines stand in the job that deploys, in the one that verifies, and in its step.
fn said(deploys: &str, verifies: &str, step: &str) -> (String, String) {
    let base = two_jobs(BY_HAND, PIN, PLAIN);
    let of_job = |text: String, line: &str, job: &str| {
        let under = format!("  {job}:\n");
        if line.is_empty() { text } else { text.replacen(&under, &format!("{under}    {line}\n"), 1) }
    };
    let base = of_job(of_job(base, deploys, "deploy"), verifies, "verify");
    let outputs = "outputs: { commit: \"${{ steps.tag.outputs.commit }}\", verified: \"${{ steps.tag.outputs.verified }}\", other: \"${{ steps.tag.outputs.object }}\", signer: \"${{ steps.tag.outputs.signer }}\" }";
    let base = base.replacen("outputs: { commit: \"${{ steps.tag.outputs.commit }}\" }", outputs, 1);
    told(
        &if step.is_empty() {
            base
        } else {
            base.replacen("      - id: tag\n", &format!("      - id: tag\n        {step}\n"), 1)
        },
        &[],
    )
}

#[test]
fn a_condition_that_asks_for_the_status_goes_on_unless_it_asks_for_success() {
    for (condition, verdict, says) in [
        ("success() || inputs.x", "fail", "goes on although the verification failed"),
        ("success() || true", "fail", "goes on although"),
        ("always ()", "fail", "goes on although"),
        ("ALWAYS()", "fail", "goes on although"),
        ("\"always ( )\"", "fail", "goes on although"),
        ("${{ success() || github.actor }}", "fail", "goes on although"),
        ("deploy ${{ always() }}", "fail", "goes on although"),
        ("${{ !cancelled() }}", "fail", "goes on although"),
        ("always() && startsWith(github.ref, 'refs/heads/')", "fail", "goes on although"),
        ("${{ !failure() }}", "unknown", "goes on where the verification was cancelled"),
        ("always() && needs.verify.outputs.signer != 'x'", "unknown", "cannot be told"),
        ("success()", "pass", "after the action"),
        ("github.ref == 'refs/heads/main'", "pass", "after the action"),
        ("github.ref_name == 'main'", "pass", "after the action"),
        ("inputs.x == 'always()'", "pass", "after the action"),
        ("inputs.x", "pass", "after the action"),
        ("success() && inputs.x", "pass", "after the action"),
        ("always() && success()", "pass", "after the action"),
        ("always() && needs.verify.result == 'success'", "pass", "after the action"),
        ("${{ !cancelled() && needs['verify'].result == 'success' }}", "pass", "after the action"),
        ("${{ !failure() && !cancelled() }}", "pass", "after the action"),
        ("always() && needs.verify.outputs.verified == 'true'", "pass", "after the action"),
        ("always() && needs.verify.outputs.commit != ''", "pass", "after the action"),
        (
            "always() && !contains(needs.*.result, 'failure') && !contains(needs.*.result, 'cancelled')",
            "pass",
            "after the action",
        ),
        ("needs.verify.outputs.verified == 'true'", "pass", "after the action"),
    ] {
        let found = said(&format!("if: {condition}"), "", "");
        assert!(found.0 == verdict && found.1.contains(says), "{condition}: {found:?}");
    }
    // A verification that may be left out is none.
    let found = said("if: ${{ !failure() && !cancelled() }}", "if: inputs.x == 'y'", "");
    assert!(found.0 == "unknown" && found.1.contains("left out"), "{found:?}");
}

#[test]
fn a_lost_failure_is_held_by_a_deployment_that_asks_what_was_verified() {
    let asks = "if: needs.verify.outputs.verified == 'true'";
    for (deploys, verifies, step, verdict, says) in [
        (asks, "", "continue-on-error: true", "pass", "after the action"),
        (asks, "continue-on-error: true", "", "pass", "after the action"),
        (asks, "", "continue-on-error: ${{ inputs.x == 'y' }}", "pass", "after the action"),
        ("if: needs.verify.outputs.commit != ''", "", "continue-on-error: true", "pass", "after the action"),
        ("", "", "continue-on-error: true", "fail", "its failure is lost"),
        ("if: needs.verify.result == 'success'", "", "continue-on-error: true", "fail", "its failure is lost"),
        ("if: needs.verify.outputs.verified", "", "continue-on-error: true", "fail", "its failure is lost"),
        ("if: needs.verify.outputs.verified != ''", "", "continue-on-error: true", "fail", "its failure is lost"),
        ("if: needs.verify.outputs.other == 'true'", "", "continue-on-error: true", "unknown", "cannot be told"),
        ("", "", "continue-on-error: ${{ inputs.x == 'y' }}", "unknown", "whether its failure is lost cannot be read"),
        ("", "continue-on-error: ${{ inputs.x == 'y' }}", "", "unknown", "whether its failure is lost cannot be read"),
    ] {
        let found = said(deploys, verifies, step);
        assert!(found.0 == verdict && found.1.contains(says), "{deploys}; {verifies}; {step}: {found:?}");
    }
    let report = two_jobs(BY_HAND, PIN, "with: { command: verify-tag, tag: \"${{ inputs.tag }}\", mode: report }");
    let report = report.replacen("    needs: verify\n", &format!("    needs: verify\n    {asks}\n"), 1);
    let handed = report.replacen("outputs: { ", "outputs: { verified: \"${{ steps.tag.outputs.verified }}\", ", 1);
    assert_eq!(told(&handed, &[]).0, "pass", "{handed}");
    let other = report.replacen("outputs: { ", "outputs: { verified: \"true\", ", 1);
    assert_eq!(told(&other, &[]).0, "unknown", "{other}");
}
