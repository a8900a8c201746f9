//! Owns the rows of `deploy-tag-verified` about whether what a verification says of the commit arrives where it is asked for.

use super::by_action::{told, told_of};
use super::deployed::{Two, step, table};
use super::deployed_text::script;

#[test]
fn the_file_of_outputs_has_to_reach_what_verifies() {
    let by = |run: &str| {
        let run: String = run.lines().map(|line| format!("  {line}\n")).collect();
        Two { by: &format!("run: |\n{run}env: {{ TAG: \"${{{{ inputs.tag }}}}\" }}"), ..Two::default() }.text()
    };
    let rows = [
        ("sudo tollgate verify-tag -- \"$TAG\"", "unknown"),
        ("sudo -n tollgate verify-tag -- \"$TAG\"", "unknown"),
        ("sudo -H -u root tollgate verify-tag -- \"$TAG\"", "unknown"),
        ("sudo -g docker -E tollgate verify-tag -- \"$TAG\"", "pass"),
        ("sudo -uE tollgate verify-tag -- \"$TAG\"", "unknown"),
        ("sudo env tollgate verify-tag -- \"$TAG\"", "unknown"),
        ("timeout 60 sudo tollgate verify-tag -- \"$TAG\"", "unknown"),
        ("sudo -E env -i tollgate verify-tag -- \"$TAG\"", "unknown"),
        ("env -i tollgate verify-tag -- \"$TAG\"", "unknown"),
        ("env - tollgate verify-tag -- \"$TAG\"", "unknown"),
        ("env -vi tollgate verify-tag -- \"$TAG\"", "unknown"),
        ("env -u GITHUB_OUTPUT tollgate verify-tag -- \"$TAG\"", "unknown"),
        ("sudo --preserve-env=TAG tollgate verify-tag -- \"$TAG\"", "unknown"),
        ("sudo bash -c 'tollgate verify-tag -- \"$TAG\"'", "unknown"),
        ("sudo -E tollgate verify-tag -- \"$TAG\"", "pass"),
        ("sudo -nE tollgate verify-tag -- \"$TAG\"", "pass"),
        ("sudo --preserve-env tollgate verify-tag -- \"$TAG\"", "pass"),
        ("sudo --preserve-env=TAG,GITHUB_OUTPUT tollgate verify-tag -- \"$TAG\"", "unknown"),
        ("env tollgate verify-tag -- \"$TAG\"", "pass"),
        ("timeout 60 tollgate verify-tag -- \"$TAG\"", "pass"),
        ("sudo git fetch --tags --quiet\ntollgate verify-tag -- \"$TAG\"", "pass"),
    ];
    let rows: Vec<_> = rows.iter().map(|(run, verdict)| (*run, by(run), *verdict)).collect();
    table(&rows);
}

/// A step that verifies, with further lines.
fn verifying(run: &str) -> String {
    let run: String = run.lines().map(|line| format!("  {line}\n")).collect();
    let env = "env: { TAG: \"${{ inputs.tag }}\", X: \"${{ inputs.x }}\" }";
    Two { by: &format!("run: |\n{run}{env}"), ..Two::default() }.text()
}

#[test]
fn the_last_verification_of_a_step_says_the_commit() {
    let first = "tollgate verify-tag -- \"$TAG\"\n";
    let rows = [
        ("tollgate verify-tag --repo ../x -- v1.0.0", "unknown"),
        ("tollgate verify-tag --policy evil.toml -- v1.0.0", "unknown"),
        ("tollgate verify-tag --require-branch evil -- v1.0.0", "unknown"),
        ("cd ../other\ntollgate verify-tag -- v1.0.0", "unknown"),
        ("tollgate verify-tag -- \"$TAG\"", "pass"),
    ];
    let rows: Vec<_> = rows.iter().map(|(run, verdict)| (*run, verifying(&[first, run].concat()), *verdict)).collect();
    table(&rows);
}

#[test]
fn what_is_masked_is_not_handed_on() {
    let by = |run: &str| {
        Two {
            before: &step(&format!("run: {run}\nenv: {{ TAG: \"${{{{ inputs.tag }}}}\", T: \"${{{{ secrets.T }}}}\" }}")),
            ..Two::default()
        }
        .text()
    };
    let rows = [
        ("echo \"::add-mask::$(git rev-parse \"$TAG^{commit}\")\"", "unknown"),
        ("echo \"::add-mask::$TAG\"", "unknown"),
        ("echo \"::Add-Mask::$TAG\"", "unknown"),
        ("echo \"::add-mask::a\"", "unknown"),
        ("printf '::add-mask::%s' \"$T\"", "unknown"),
        ("echo \"::add-mask::hunter2\"", "pass"),
        ("echo \"::add-mask::$T\"", "pass"),
        ("echo \"::add-mask::${{ secrets.T }}\"", "pass"),
    ];
    let rows: Vec<_> = rows.iter().map(|(run, verdict)| (*run, by(run), *verdict)).collect();
    table(&rows);
    // What is masked where no output is handed on leaves the verified one what it is.
    table(&[("in the job that deploys", script("echo \"::add-mask::$X\""), "pass")]);
}

#[test]
fn what_moves_a_name_on_to_something_else_deploys() {
    let other = |run: &str| {
        let jobs = format!("  other:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {run}\n");
        Two { jobs: &jobs, ..Two::default() }.text()
    };
    for run in [
        "npm dist-tag add acme@1.0.0 latest",
        "crane tag registry.example/acme/x:old latest",
        "docker stack deploy -c compose.yml acme",
        "gcloud run services update-traffic x --to-revisions old=100",
        "vercel promote x-123.vercel.app",
    ] {
        let found = told_of("other", &other(run));
        assert_ne!(found.0, "pass", "{run}: {found:?}");
        let behind = Two { last: &format!("run: |\n  kubectl apply -f k8s/\n  {run}"), ..Two::default() }.text();
        let found = told(&behind, &[]);
        assert_eq!(found.0, "unknown", "{run}: {found:?}");
    }
}

#[test]
fn a_word_for_the_product_wins_over_one_for_a_preview() {
    let unverified = |name: &str| {
        format!(
            "on: {{ push: {{ tags: ['v*'] }} }}\njobs:\n  d:\n    runs-on: ubuntu-latest\n    environment: {name}\n    steps:\n      - run: kubectl apply -f k8s/\n"
        )
    };
    for name in ["test-prod", "pr-prod", "dev-to-prod", "dev_production"] {
        assert_eq!(told(&unverified(name), &[]).0, "fail", "{name}");
    }
    for name in ["test", "preview-12", "dev-eu", "pr-product"] {
        assert_eq!(told(&unverified(name), &[]).0, "not-applicable", "{name}");
    }
}

#[test]
fn a_shell_that_ends_after_one_command_verifies_nothing() {
    let rows: Vec<_> = ["set -t", "set -o onecmd", "set -n"]
        .map(|run| (run, verifying(&format!("{run}\ntollgate verify-tag -- \"$TAG\"")), "unknown"))
        .into();
    table(&rows);
}

/// How it deploys nobody knows; that it does its environment says.
#[test]
fn a_job_in_the_environment_of_the_product_may_deploy() {
    let job = |on: &str, environment: &str, steps: &str| {
        let text = format!(
            "on: {on}\njobs:\n  d:\n    runs-on: ubuntu-latest\n    environment: {environment}\n    steps:\n      - uses: actions/checkout@v7\n{steps}"
        );
        told(&text, &[]).0
    };
    let (tags, playbook) = ("{ push: { tags: ['v*'] } }", "      - run: ansible-playbook site.yml\n");
    assert_eq!(job(tags, "production", playbook), "unknown");
    assert_eq!(job(tags, "{ name: eu-prod, url: 'https://example.org' }", playbook), "unknown");
    assert_eq!(job("{ release: { types: [published] } }", "live", "      - uses: acme/deploy@v1\n"), "unknown");
    for name in ["staging", "pypi", "product-docs", "${{ inputs.where }}"] {
        assert_eq!(job(tags, name, playbook), "not-applicable", "{name}");
    }
    for on in ["pull_request", "{ push: { branches: [main] } }", "workflow_call"] {
        assert_eq!(job(on, "production", playbook), "not-applicable", "{on}");
    }
    let verifying = "      - run: tollgate verify-tag -- \"$GITHUB_REF_NAME\"\n";
    assert_eq!(job(tags, "production", verifying), "not-applicable", "it only verifies");
    assert_eq!(job(tags, "production", &format!("{verifying}{playbook}")), "unknown");
}
