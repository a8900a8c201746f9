//! Owns the rows of `deploy-tag-verified` about by which name something is deployed, in which repository it is verified, and how much is looked at.

use super::by_action::told;
use super::deployed::{HAND, Two, VERIFIED, one, step, table};

fn between(lines: &str) -> String {
    Two { between: &step(lines), ..Two::default() }.text()
}

#[test]
fn another_tag_than_the_verified_one_is_not_deployed() {
    let on = "workflow_dispatch: { inputs: { tag: { required: true }, version: {}, environment: {} } }";
    let last = |last: &str| Two { on, last, ..Two::default() }.text();
    let image = |text: &str| last(&format!("run: kubectl set image deploy/x x=acme/x:{text}"));
    table(&[
        ("another input", image("${{ inputs.version }}"), "unknown"),
        (
            "another input, by a variable",
            last("run: kubectl set image deploy/x \"x=acme/x:$V\"\nenv: { V: \"${{ inputs.version }}\" }"),
            "unknown",
        ),
        ("the event's reference", image("${{ github.ref_name }}"), "unknown"),
        (
            "another input of an action",
            last("uses: azure/webapps-deploy@v3\nwith: { app-name: x, images: \"acme/x:${{ inputs.version }}\" }"),
            "unknown",
        ),
        (
            "a name under which it is kept",
            last(
                "run: |\n  docker build -t \"acme/x:$NAME\" .\n  docker push \"acme/x:$NAME\"\nenv: { NAME: \"${{ inputs.version }}\" }",
            ),
            "pass",
        ),
        (
            "a name that is written into the script",
            last("run: |\n  docker build -t \"acme/x:${{ inputs.version }}\" .\n  docker push \"acme/x:${{ inputs.version }}\""),
            "unknown",
        ),
        ("the verified one's name", image("${{ inputs.tag }}"), "pass"),
        ("the commit", image("${{ needs.verify.outputs.commit }}"), "pass"),
        (
            "a namespace by its name",
            last("run: kubectl -n \"preview-$NAME\" apply -f k8s/\nenv: { NAME: \"${{ github.ref_name }}\" }"),
            "pass",
        ),
        (
            "a namespace that writes the script",
            last("run: kubectl -n \"preview-${{ github.ref_name }}\" apply -f k8s/"),
            "unknown",
        ),
        ("a label", last("run: helm upgrade x ./chart --set ref=${{ github.run_id }}"), "pass"),
        ("a label that writes the script", last("run: helm upgrade x ./chart --set ref=${{ github.ref_name }}"), "unknown"),
        ("a setting that says which", last("run: helm upgrade x ./chart --set image.tag=${{ inputs.version }}"), "unknown"),
        ("a flag that says which", last("run: helm upgrade x oci://r.example/x --version \"${{ inputs.version }}\""), "unknown"),
        ("the commit of the run", image("${{ github.sha }}"), "unknown"),
        ("the commit of the run, by a variable", last("run: kubectl set image deploy/x x=acme/x:$GITHUB_SHA"), "unknown"),
        (
            "the commit of the run, of an action",
            last("uses: google-github-actions/deploy-cloudrun@v2\nwith: { image: \"r.example/x:${{ github.sha }}\" }"),
            "unknown",
        ),
        ("where to", last("run: kubectl -n \"$WHERE\" apply -f k8s/\nenv: { WHERE: \"${{ inputs.environment }}\" }"), "pass"),
        ("where to, as a part of the script", last("run: kubectl -n \"${{ inputs.environment }}\" apply -f k8s/"), "unknown"),
        (
            "a branch's checkout",
            Two { checkout: "uses: actions/checkout@v7\nwith: { ref: \"${{ inputs.version }}\" }", on, ..Two::default() }.text(),
            "fail",
        ),
        ("the checkout of the verified one", Two { checkout: VERIFIED, on: HAND, ..Two::default() }.text(), "pass"),
    ]);
}

#[test]
fn what_is_verified_in_and_what_is_deployed_are_this_repository() {
    let verifies = |lines: &str| Two { before: &step(lines), ..Two::default() }.text();
    let checks = |with: &str| verifies(&format!("uses: actions/checkout@v7\nwith: {{ fetch-depth: 0, {with} }}"));
    let cloned = |lines: &str| {
        verifies(&format!("run: {lines}")).replacen(
            "      - uses: actions/checkout@v7\n        with: { fetch-depth: 0 }\n",
            "",
            1,
        )
    };
    let moves = |line: &str| one("", "", "").replacen("git checkout --quiet \"$COMMIT\"", line, 1);
    let also = |with: &str| between(&format!("uses: actions/checkout@v7\nwith: {{ {with} }}"));
    table(&[
        ("another repository", checks("repository: acme/other"), "unknown"),
        ("one that is computed", checks("repository: \"${{ inputs.x }}\""), "unknown"),
        ("another server", checks("github-server-url: \"https://forge.example\""), "unknown"),
        ("this one, by its name", checks("repository: \"${{ github.repository }}\""), "pass"),
        ("this server", checks("github-server-url: \"${{ github.server_url }}\""), "pass"),
        (
            "another one beside",
            checks("repository: acme/other, path: other").replacen("with: { fetch-depth: 0, rep", "with: { rep", 1),
            "pass",
        ),
        ("a clone in its place", cloned("git clone https://forge.example/x ."), "unknown"),
        ("all of it", moves("git checkout --quiet \"$COMMIT\""), "pass"),
        ("all of it, from here", moves("git checkout \"$COMMIT\" -- ."), "pass"),
        ("paths", moves("git checkout \"$COMMIT\" -- docs/"), "unknown"),
        ("paths of a file", moves("git checkout \"$COMMIT\" --pathspec-from-file=x"), "unknown"),
        ("some of it", moves("git checkout -p \"$COMMIT\""), "unknown"),
        ("another directory", moves("git -C /tmp/o checkout \"$COMMIT\""), "unknown"),
        ("another repository's files", moves("git --git-dir=/tmp/o/.git checkout \"$COMMIT\""), "unknown"),
        ("another work tree", moves("git --work-tree /tmp/o checkout \"$COMMIT\""), "unknown"),
        ("another one over what is deployed", also("path: k8s, repository: acme/other"), "unknown"),
        ("another reference over what is deployed", also("path: k8s, ref: main"), "unknown"),
        ("the verified one beside", also("path: src, ref: \"${{ needs.verify.outputs.commit }}\""), "pass"),
        (
            "a checkout that may fail",
            Two { checkout: &format!("{VERIFIED}\ncontinue-on-error: true"), before: "", between: "", ..Two::default() }
                .text()
                .replacen(
                    "    steps:\n      - uses: actions/checkout@v7\n        with: { ref",
                    "    steps:\n      - uses: actions/checkout@v7\n      - uses: actions/checkout@v7\n        with: { ref",
                    1,
                ),
            "fail",
        ),
    ]);
}

/// What is brought is looked at once for each deployment, however much it is; and where it is too much, that is said.
#[test]
fn much_that_is_brought_comes_to_an_end() {
    let many = |line: &str, count: usize| {
        (0..count).map(|number| step(&format!("run: {}", line.replace('@', &number.to_string())))).collect::<String>()
    };
    let said = |line: &str, count: usize| {
        let began = std::time::Instant::now();
        let found = told(&Two { between: &many(line, count), ..Two::default() }.text(), &[]);
        (began.elapsed(), found)
    };
    let (idle, found) = said("echo @", 800);
    assert_eq!(found.0, "pass", "{found:?}");
    let (brought, found) = said("curl -o dist/a@ https://forge.example/@ && cp dist/a@ k8s/b@", 800);
    assert_eq!(found.0, "unknown", "{found:?}");
    assert!(brought < idle * 20 + std::time::Duration::from_secs(2), "{brought:?} and {idle:?}");
    let (_, found) = said("cp a@ b@ && cp b@ c@ && cp c@ d@", 800);
    assert!(found.0 == "unknown" && found.1.contains("more steps"), "{found:?}");
}

#[test]
fn of_which_repository_and_by_what_is_not_changed_before() {
    let run = |line: &str| Two { before: &step(&format!("run: {line}")), ..Two::default() }.text();
    let behind = |line: &str| Two { behind: &step(&format!("run: {line}")), ..Two::default() }.text();
    table(&[
        ("another remote", run("git remote set-url origin https://forge.example/other"), "unknown"),
        ("what git runs", run("git config core.fsmonitor ./x.sh"), "unknown"),
        ("another address", run("git config --global url.https://forge.example/.insteadOf https://github.com/"), "unknown"),
        ("a reference", run("git update-ref refs/remotes/origin/main HEAD"), "unknown"),
        ("fetched over the branch", run("git fetch origin +refs/heads/x:refs/remotes/origin/main"), "unknown"),
        ("fetched from elsewhere", run("git fetch https://forge.example/x '+refs/heads/*:refs/remotes/origin/*'"), "unknown"),
        ("a default branch that is computed", run("git remote set-head origin \"$X\""), "unknown"),
        (
            "fetched as a name of one's choice",
            run("git fetch --refmap=+refs/heads/x:refs/remotes/origin/main origin x"),
            "unknown",
        ),
        ("all that it has", run("git fetch origin '+refs/*:refs/*'"), "unknown"),
        ("the default branch", run("git remote set-head origin main"), "pass"),
        ("its branches", run("git fetch --prune --unshallow origin '+refs/heads/*:refs/remotes/origin/*'"), "pass"),
        ("one of its branches", run("git fetch origin main:refs/remotes/origin/main"), "pass"),
        ("a branch that is not kept", run("git fetch --depth 1 origin main"), "pass"),
        ("a tag by a variable", run("git fetch --force origin \"+refs/tags/$T:refs/tags/$T\""), "pass"),
        ("a tag by its word", run("git fetch origin tag \"$T\" --no-tags"), "pass"),
        ("who commits", run("git config user.name x && git config --global --add safe.directory '*'"), "pass"),
        ("what it has", run("git config --get remote.origin.url"), "pass"),
        ("the tags", run("git fetch --force --tags origin"), "pass"),
        ("a tag", run("git fetch --force origin refs/tags/v1:refs/tags/v1"), "pass"),
        (
            "a variable of the job that a step sets",
            Two {
                by: "run: tollgate verify-tag -- \"$TAG\"",
                verifies: "env: { TAG: \"${{ inputs.tag }}\" }",
                before: &step("run: echo \"TAG=$(cat x)\" >> \"$GITHUB_ENV\""),
                ..Two::default()
            }
            .text(),
            "unknown",
        ),
        (
            "a variable of the job",
            Two {
                by: "run: tollgate verify-tag -- \"$TAG\"",
                verifies: "env: { TAG: \"${{ inputs.tag }}\" }",
                before: &step("run: echo \"OTHER=x\" >> \"$GITHUB_ENV\""),
                ..Two::default()
            }
            .text(),
            "pass",
        ),
        ("behind it", behind("git remote set-url origin https://forge.example/other"), "pass"),
    ]);
}
