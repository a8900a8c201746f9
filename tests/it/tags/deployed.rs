//! Owns the table of what `deploy-tag-verified` says of workflows that verify and deploy: one row for each way in which what is deployed may not
//! be what was verified, and for each that only looks like one.

use std::fmt::Write as _;

use super::by_action::{PIN, told};

/// A workflow with a job that verifies and one that deploys what it prints; what stands beside is each row's own.
#[derive(Clone, Copy)]
pub(super) struct Two<'a> {
    /// The events, and the inputs.
    pub(super) on: &'a str,
    /// Lines of the verifying job.
    pub(super) verifies: &'a str,
    /// Steps of it before the verification.
    pub(super) before: &'a str,
    /// Lines of the verifying step.
    pub(super) step: &'a str,
    /// What the step does.
    pub(super) by: &'a str,
    /// Steps behind it.
    pub(super) behind: &'a str,
    /// Further jobs.
    pub(super) jobs: &'a str,
    /// Lines of the deploying job.
    pub(super) deploys: &'a str,
    /// What it waits for.
    pub(super) needs: &'a str,
    /// Its checkout.
    pub(super) checkout: &'a str,
    /// Steps between that and the deployment.
    pub(super) between: &'a str,
    /// Lines of the deploying step.
    pub(super) last: &'a str,
}

pub(super) const HAND: &str = "workflow_dispatch: { inputs: { tag: { required: true }, x: {} } }";
pub(super) const VERIFIED: &str = "uses: actions/checkout@v7\nwith: { ref: \"${{ needs.verify.outputs.commit }}\" }";
pub(super) const KUBECTL: &str = "run: kubectl apply -f k8s/";
pub(super) const COMMAND: &str = "run: tollgate verify-tag -- \"$TAG\"\nenv: { TAG: \"${{ inputs.tag }}\" }";
/// The same by a job of its own for everything: the tree is the tag's.
pub(super) const OF_TAG: &str = "uses: actions/checkout@v7\nwith: { fetch-depth: 0, ref: \"${{ inputs.tag }}\" }";

impl Default for Two<'_> {
    fn default() -> Self {
        Self {
            on: HAND,
            verifies: "",
            before: "",
            step: "",
            by: COMMAND,
            behind: "",
            jobs: "",
            deploys: "",
            needs: "verify",
            checkout: VERIFIED,
            between: "",
            last: KUBECTL,
        }
    }
}

/// Lines with so many blanks before them.
fn indented(text: &str, by: usize) -> String {
    text.lines().fold(String::new(), |mut all, line| {
        let _ = writeln!(all, "{:by$}{line}", "");
        all
    })
}

/// One step.
pub(super) fn step(lines: &str) -> String {
    let mut lines = lines.lines();
    let first = lines.next().map(|line| format!("- {line}\n")).unwrap_or_default();
    lines.fold(first, |all, line| format!("{all}  {line}\n"))
}

impl Two<'_> {
    pub(super) fn text(&self) -> String {
        let outputs =
            "outputs: { commit: \"${{ steps.tag.outputs.commit }}\", verified: \"${{ steps.tag.outputs.verified }}\" }\n";
        let checkout = if self.before.contains("actions/checkout") {
            String::new()
        } else {
            step("uses: actions/checkout@v7\nwith: { fetch-depth: 0 }")
        };
        let by = step(&format!("id: tag\n{}{}{}", self.by, if self.step.is_empty() { "" } else { "\n" }, self.step));
        format!(
            "on:\n  {}\njobs:\n  verify:\n    runs-on: ubuntu-latest\n{}    {outputs}    steps:\n{}{}{}{}{}  deploy:\n    needs: {}\n    runs-on: ubuntu-latest\n{}    steps:\n{}{}{}",
            self.on,
            indented(self.verifies, 4),
            indented(&checkout, 6),
            indented(self.before, 6),
            indented(&by, 6),
            indented(self.behind, 6),
            self.jobs,
            self.needs,
            indented(self.deploys, 4),
            indented(&step(self.checkout), 6),
            indented(self.between, 6),
            indented(&step(self.last), 6),
        )
    }
}

/// One job that verifies and deploys.
pub(super) fn one(verifies: &str, between: &str, deploys: &str) -> String {
    let steps = [
        step("uses: actions/checkout@v7\nwith: { fetch-depth: 0 }"),
        step(&format!("id: tag\n{COMMAND}{verifies}")),
        step("run: git checkout --quiet \"$COMMIT\"\nenv: { COMMIT: \"${{ steps.tag.outputs.commit }}\" }"),
        between.to_owned(),
        step(&format!("{KUBECTL}{deploys}")),
    ];
    format!("on:\n  {HAND}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n{}", indented(&steps.concat(), 6))
}

/// What is said of all rows has to be what they say; all that differ are told at once.
pub(super) fn table(rows: &[(&str, String, &str)]) {
    let mut wrong = String::new();
    for (what, text, verdict) in rows {
        let found = told(text, &[]);
        if found.0 != *verdict {
            let _ = writeln!(wrong, "{what}: {found:?}, and not {verdict}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_step_that_may_be_left_out_verifies_nothing() {
    let two = |step: &str, deploys: &str, last: &str| {
        let last = if last.is_empty() { KUBECTL.to_owned() } else { format!("{KUBECTL}\n{last}") };
        Two { step, deploys, last: &last, ..Two::default() }.text()
    };
    let asks = "if: needs.verify.outputs.verified == 'true'";
    table(&[
        ("plain", two("", "", ""), "pass"),
        (
            "on the default branch's tree by its name",
            Two { before: &step("uses: actions/checkout@v7\nwith: { fetch-depth: 0, ref: main }"), ..Two::default() }.text(),
            "pass",
        ),
        ("attempt", two("if: github.run_attempt == 1", "", ""), "unknown"),
        ("actor", two("if: github.actor != 'dependabot[bot]'", "", ""), "unknown"),
        ("who runs it again", two("if: github.triggering_actor != 'x'", "", ""), "unknown"),
        ("sender", two("if: github.event.sender.login != 'x'", "", ""), "unknown"),
        ("branch", two("if: github.ref != 'refs/heads/hotfix'", "", ""), "unknown"),
        ("main", two("if: github.ref == 'refs/heads/main'", "", ""), "unknown"),
        ("kind of reference", two("if: github.ref_type == 'branch'", "", ""), "unknown"),
        ("input", two("if: inputs.x == 'y'", "", ""), "unknown"),
        ("variable of the repository", two("if: vars.V == 'y'", "", ""), "unknown"),
        ("two variables", two("if: vars.V == 'y'", "if: vars.W == 'y'", ""), "unknown"),
        ("variable of the step", two("if: env.V == 'y'", "", "if: env.V == 'y'"), "unknown"),
        ("input that is never empty by hand", two("if: inputs.tag != ''", "", ""), "unknown"),
        ("earlier step", two("if: steps.other.outputs.x == 'y'", "", ""), "unknown"),
        ("another input", two("if: inputs.x == 'y'", "if: inputs.x == 'z'", ""), "unknown"),
        ("either", two("if: inputs.x == 'y'", "if: inputs.x == 'y' || inputs.x == 'z'", ""), "unknown"),
        ("attempt of both", two("if: github.run_attempt == 1", "if: github.run_attempt == 1", ""), "unknown"),
        ("failure", two("if: failure()", "", ""), "fail"),
        ("input of both", two("if: inputs.x == 'y'", "if: inputs.x == 'y'", ""), "pass"),
        ("input of both, in another case", two("if: inputs.x == 'y'", "if: Inputs.X == 'Y'", ""), "pass"),
        ("input of both, by two names", two("if: inputs.x == 'y'", "if: github.event.inputs.x == 'y'", ""), "unknown"),
        ("input of both, one at the step", two("if: inputs.x == 'y'", "", "if: ${{ inputs.x == 'y' }}"), "pass"),
        ("more at the deployment", two("if: inputs.x == 'y'", "if: (inputs.x == 'y') && github.actor == 'a'", ""), "pass"),
        ("branch of both", two("if: github.ref == 'refs/heads/main'", "if: github.ref == 'refs/heads/main'", ""), "pass"),
        ("its event", two("if: github.event_name == 'workflow_dispatch'", "", ""), "pass"),
        ("always", two("if: always()", "", ""), "pass"),
        ("success", two("if: success()", "", ""), "pass"),
        ("no end", two("if: ${{ !cancelled() }}", "", ""), "pass"),
        ("true", two("if: true", "", ""), "pass"),
        ("what was verified is asked", two("if: inputs.x == 'y'", asks, ""), "pass"),
        ("a commit is asked", two("if: vars.V", "if: needs.verify.outputs.commit != ''", ""), "pass"),
        ("not false is nothing as well", two("if: vars.V", "if: needs.verify.outputs.verified != 'false'", ""), "unknown"),
        ("the job's", Two { verifies: "if: inputs.x == 'y'", ..Two::default() }.text(), "pass"),
        ("the job's, unknown", Two { verifies: "if: vars.V", ..Two::default() }.text(), "pass"),
        (
            "the job's, of any status",
            Two { verifies: "if: vars.V", deploys: "if: ${{ !failure() && !cancelled() }}", ..Two::default() }.text(),
            "unknown",
        ),
        ("one job", one("", "", ""), "pass"),
        ("one job, attempt", one("\nif: github.run_attempt == 1", "", ""), "unknown"),
        ("one job, attempt of both", one("\nif: github.run_attempt == 1", "", "\nif: github.run_attempt == 1"), "pass"),
        ("one job, its end is asked", one("\nif: inputs.x", "", "\nif: steps.tag.outcome == 'success'"), "pass"),
        ("one job, no failure is asked", one("\nif: inputs.x", "", "\nif: steps.tag.outcome != 'failure'"), "unknown"),
        (
            "one job, a step before it failed",
            one("", "", "\nif: always() && steps.tag.outcome != 'failure' && steps.tag.outcome != 'cancelled'"),
            "unknown",
        ),
        (
            "one job, its end is asked whatever came before",
            one("", "", "\nif: always() && steps.tag.outcome == 'success'"),
            "pass",
        ),
    ]);
}

#[test]
fn what_deploys_where_something_failed_is_a_deployment() {
    let two = |deploys: &str| Two { deploys, ..Two::default() }.text();
    let third = |rolls: &str| {
        format!(
            "{}  back:\n    needs: [verify, deploy]\n    if: {rolls}\n    runs-on: ubuntu-latest\n    steps:\n      - run: kubectl apply -f old/\n",
            two("")
        )
    };
    let alone = |on: &str, condition: &str| {
        format!(
            "on:\n  {on}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n  deploy:\n    needs: build\n    {condition}\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n      - run: kubectl apply -f k8s/\n"
        )
    };
    let tags = "push: { tags: [\"v*\"] }";
    table(&[
        ("failure", two("if: failure()"), "fail"),
        ("no success", two("if: ${{ !success() }}"), "fail"),
        ("another result", two("if: always() && needs.verify.result != 'success'"), "fail"),
        ("the result failure", two("if: always() && needs.verify.result == 'failure'"), "fail"),
        ("a result that it never has", two("if: always() && needs.verify.result == 'skipped'"), "pass"),
        ("the end of it", two("if: cancelled()"), "unknown"),
        ("at a step", Two { last: "run: kubectl apply -f k8s/\nif: failure()", ..Two::default() }.text(), "pass"),
        ("one job", one("", "", "\nif: failure()"), "fail"),
        ("one job, no success", one("", "", "\nif: ${{ !success() }}"), "fail"),
        ("no verification, failure", alone(tags, "if: failure()"), "fail"),
        ("no verification, no success", alone(tags, "if: ${{ !success() && needs.build.result != 'success' }}"), "fail"),
        ("never", alone(tags, "if: failure() && false"), "not-applicable"),
        ("never of this event", alone(tags, "if: failure() && github.event_name == 'schedule'"), "not-applicable"),
        ("no failure", alone(tags, "if: false"), "not-applicable"),
        ("kind of reference", alone(HAND, "if: github.ref_type == 'tag'"), "fail"),
        ("a tag by its name", alone(HAND, "if: startsWith(github.ref, 'refs/tags/v')"), "fail"),
        ("a branch", alone(HAND, "if: github.ref_type == 'branch'"), "unknown"),
        ("no tag", alone("push:", "if: ${{ !startsWith(github.ref, 'refs/tags/') }}"), "unknown"),
        ("what is created", alone("create:", "if: github.ref_type == 'tag'"), "fail"),
        ("what is created, by its name", alone("create:", "if: startsWith(github.ref, 'refs/tags/')"), "fail"),
        ("what is created, any", alone("create:", "if: true"), "unknown"),
    ]);
    // Of several deployments each has its finding, and the one that is looked at here is the other.
    for (rolls, verdict) in [("failure() && needs.deploy.result == 'failure'", "pass"), ("failure()", "fail")] {
        let text = third(rolls).replacen("      - run: kubectl apply -f k8s/\n", "      - run: ./deploy\n", 1);
        let found = told(&text, &[]);
        assert!(found.0 == verdict, "{rolls}: {found:?}");
    }
}

/// Conditions that ask for the results of all jobs before, each of which does the same, are asked so often and no more.
#[test]
fn conditions_in_one_another_come_to_an_end() {
    let mut jobs = String::new();
    let mut needs = String::from("verify");
    for number in 0..40 {
        let condition = "always() && contains(needs.*.result, 'success')";
        let _ = write!(
            jobs,
            "  j{number}:\n    needs: [{needs}]\n    if: {condition}\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n"
        );
        let _ = write!(needs, ", j{number}");
    }
    let text = Two {
        jobs: &jobs,
        needs: &format!("[{needs}]"),
        deploys: "if: always() && contains(needs.*.result, 'success')",
        ..Two::default()
    };
    assert_eq!(told(&text.text(), &[]).0, "unknown");
}

/// The action's own input names the program, and whose the action is.
#[test]
fn by_action_as_by_command() {
    let with = format!("uses: {PIN}\nwith: {{ command: verify-tag, tag: \"${{{{ inputs.tag }}}}\" }}");
    table(&[("step", Two { by: &with, step: "if: github.run_attempt == 1", ..Two::default() }.text(), "unknown")]);
}
