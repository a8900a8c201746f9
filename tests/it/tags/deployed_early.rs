//! Owns the rows of `deploy-tag-verified` about what stands in a job before the verified commit is checked out there: what is made by then
//! is made of another one, and stays.

use super::deployed::{KUBECTL, Two, VERIFIED, step, table};

const MOVE: &str = "run: git checkout --quiet \"$COMMIT\"\nenv: { COMMIT: \"${{ needs.verify.outputs.commit }}\" }";
const BRANCH: &str = "uses: actions/checkout@v7\nwith: { fetch-depth: 0 }";

/// A job that checks out the branch, does something, moves to the verified commit and deploys.
fn early(does: &str, last: &str) -> String {
    let between = [step(does), step(MOVE)].concat();
    Two { checkout: BRANCH, between: &between, last, ..Two::default() }.text()
}

/// The same with a second checkout.
fn again(does: &str, with: &str, last: &str) -> String {
    let checkout = format!("uses: actions/checkout@v7\nwith: {{ ref: \"${{{{ needs.verify.outputs.commit }}}}\"{with} }}");
    let between = [step(does), step(&checkout)].concat();
    Two { checkout: BRANCH, between: &between, last, ..Two::default() }.text()
}

#[test]
fn what_is_made_before_the_verified_commit_is_there_may_be_deployed() {
    let build = "run: python -m build";
    table(&[
        ("a package", early(build, "run: twine upload dist/*"), "unknown"),
        ("a package, and a second checkout", again(build, "", "run: twine upload dist/*"), "unknown"),
        ("a package that stays", again(build, ", clean: false", "run: twine upload dist/*"), "unknown"),
        ("an image", early("run: docker build -t acme/x .", "run: docker push acme/x"), "unknown"),
        (
            "an image by an action",
            early("uses: docker/build-push-action@v6\nwith: { context: ., load: true, tags: acme/x }", "run: docker push acme/x"),
            "unknown",
        ),
        ("a plan", early("run: terraform init && terraform plan -out plan.bin", "run: terraform apply plan.bin"), "unknown"),
        ("dependencies", early("run: npm ci", "run: npm publish"), "unknown"),
        ("a chart", early("run: helm package chart", "run: helm push chart-1.tgz oci://registry.example/charts"), "unknown"),
        ("manifests", early("run: cp -r vendor/x k8s/extra", KUBECTL), "unknown"),
        ("an archive", early("run: tar -xzf vendor.tgz -C k8s", KUBECTL), "unknown"),
        ("by make", early("run: make dist", "run: aws s3 sync dist s3://acme"), "unknown"),
        ("by a script of the tree", early("run: ./scripts/gen.sh", KUBECTL), "unknown"),
        ("the project is installed", early("run: pip install .", KUBECTL), "unknown"),
        ("a program of the project", early("run: go build -o /usr/local/bin/helper .", KUBECTL), "unknown"),
        ("on some runs", early("if: inputs.x\nrun: make dist", "run: aws s3 sync dist s3://acme"), "unknown"),
        ("an artefact", early("uses: actions/download-artifact@v6\nwith: { path: k8s }", KUBECTL), "unknown"),
    ]);
}

#[test]
fn a_job_that_hands_it_on_is_asked_as_well() {
    let packs = |steps: &str| {
        let jobs = format!(
            "  build:\n    needs: verify\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n        with: {{ fetch-depth: 0 }}\n{steps}      - uses: actions/upload-artifact@v5\n        with: {{ name: dist, path: dist }}\n"
        );
        Two {
            jobs: &jobs,
            needs: "[verify, build]",
            checkout: "uses: actions/download-artifact@v6\nwith: { name: dist, path: dist }",
            last: "run: twine upload dist/*",
            ..Two::default()
        }
        .text()
    };
    let to = "      - run: git checkout --quiet \"${{ needs.verify.outputs.commit }}\"\n";
    let build = "      - run: python -m build\n";
    table(&[
        ("built, then moved", packs(&[build, to].concat()), "unknown"),
        ("moved, then built", packs(&[to, build].concat()), "pass"),
    ]);
    // The job that verifies deploys as well.
    let moved = "run: git checkout --quiet \"$COMMIT\"\nenv: { COMMIT: \"${{ steps.tag.outputs.commit }}\" }";
    let one = |before: &str, between: &str| {
        let behind = [between, &step(moved), &step("run: twine upload dist/*")].concat();
        Two { before, behind: &behind, ..Two::default() }.text()
    };
    table(&[
        ("before the verification", one(&step(build.trim_start_matches([' ', '-'])), ""), "unknown"),
        ("behind it", one("", &step("run: python -m build")), "unknown"),
    ]);
}

#[test]
fn what_leaves_nothing_behind_may_stand_there() {
    let rows: Vec<(&str, String, &str)> = [
        "run: git fetch --tags --quiet",
        "run: echo deploying && ls -la",
        "uses: actions/setup-node@v4\nwith: { node-version: 22 }",
        "uses: actions/setup-python@v5\nwith: { python-version: \"3.12\" }",
        "uses: docker/login-action@v3\nwith: { username: x, password: \"${{ secrets.P }}\" }",
        "uses: aws-actions/configure-aws-credentials@v4\nwith: { role-to-assume: x, aws-region: x }",
        "run: echo \"$P\" | docker login -u x --password-stdin registry.example\nenv: { P: \"${{ secrets.P }}\" }",
        "run: pip install twine==5.1.1",
        "run: npm install -g npm@10.8.1",
        "run: curl -fsSLo /usr/local/bin/helm https://releases.example/helm",
        "run: mkdir -p out",
    ]
    .into_iter()
    .map(|does| (does, early(does, KUBECTL), "pass"))
    .collect();
    table(&rows);
    // A tree that is the verified one from the start.
    let built = step("run: python -m build");
    table(&[(
        "behind the checkout",
        Two { checkout: VERIFIED, between: &built, last: "run: twine upload dist/*", ..Two::default() }.text(),
        "pass",
    )]);
}

#[test]
fn what_takes_its_tree_from_elsewhere_unless_it_is_told_is_asked_where_it_is_told() {
    let last = |last: &str| Two { last, ..Two::default() }.text();
    let between = |lines: &str, last: &str| Two { between: &step(lines), last, ..Two::default() }.text();
    let cache = |path: &str| format!("uses: actions/cache@v4\nwith: {{ path: {path}, key: x }}");
    table(&[
        ("bake", last("uses: docker/bake-action@v6\nwith: { push: true }"), "unknown"),
        (
            "bake, with files",
            last("uses: docker/bake-action@v6\nwith: { push: true, files: docker-bake.hcl, targets: app }"),
            "unknown",
        ),
        ("bake here", last("uses: docker/bake-action@v6\nwith: { push: true, source: ., targets: app }"), "pass"),
        (
            "bake elsewhere",
            last("uses: docker/bake-action@v6\nwith: { push: true, source: \"https://forge.example/x.git\" }"),
            "unknown",
        ),
        ("depot", last("uses: depot/build-push-action@v1\nwith: { push: true, project: x }"), "unknown"),
        ("depot here", last("uses: depot/build-push-action@v1\nwith: { push: true, project: x, context: . }"), "pass"),
        (
            "depot elsewhere",
            last("uses: depot/build-push-action@v1\nwith: { push: true, context: \"https://forge.example/x.git\" }"),
            "unknown",
        ),
        ("tools that are read from a cache", between(&cache("~/.local/bin"), KUBECTL), "unknown"),
        ("modules that are", between(&cache("node_modules"), "run: npm publish"), "unknown"),
        ("settings that are", between(&cache("~/.npmrc"), "run: npm publish"), "unknown"),
        ("packages that the lock names", between(&cache("~/.npm"), "run: npm ci && npm publish"), "pass"),
        (
            "tools by their names",
            between("run: python -m pip install --upgrade pip build twine", "run: twine upload dist/*"),
            "pass",
        ),
        ("and another one", between("run: python -m pip install build acme", "run: twine upload dist/*"), "unknown"),
        (
            "a version by the tag",
            between("run: npm version --no-git-tag-version \"$TAG\"\nenv: { TAG: \"${{ inputs.tag }}\" }", "run: npm publish"),
            "pass",
        ),
        (
            "a version by something else",
            between("run: npm version --no-git-tag-version \"$X\"\nenv: { X: \"${{ inputs.x }}\" }", "run: npm publish"),
            "unknown",
        ),
    ]);
}

#[test]
fn a_manifest_may_be_told_what_was_verified_and_nothing_else() {
    let env = "\nenv: { TAG: \"${{ inputs.tag }}\", COMMIT: \"${{ needs.verify.outputs.commit }}\", X: \"${{ inputs.x }}\" }";
    let sed = |line: &str| Two { between: &step(&format!("run: |\n  {line}{env}")), ..Two::default() }.text();
    table(&[
        ("by the tag", sed("sed -i \"s/TAG/$TAG/\" k8s/app.yml"), "pass"),
        ("by the commit, everywhere", sed("sed -i -E \"s|acme/x:.*|acme/x:${COMMIT}|g\" k8s/app.yml"), "pass"),
        ("as an expression", sed("sed -i -e \"s#tag: .*#tag: $TAG#\" k8s/app.yml"), "pass"),
        ("by something else", sed("sed -i \"s/TAG/$X/\" k8s/app.yml"), "unknown"),
        ("by what is written there", sed("sed -i 's/TAG/latest/' k8s/app.yml"), "unknown"),
        ("another image of it", sed("sed -i \"s|acme/x|acme/$TAG:latest|\" k8s/app.yml"), "unknown"),
        ("run by the shell", sed("sed -i \"s/TAG/$TAG/e\" k8s/app.yml"), "unknown"),
        ("written elsewhere", sed("sed -i \"s/TAG/$TAG/w k8s/other.yml\" k8s/app.yml"), "unknown"),
        ("two commands", sed("sed -i \"s/TAG/$TAG/;s/x/y/\" k8s/app.yml"), "unknown"),
        ("two expressions", sed("sed -i -e \"s/TAG/$TAG/\" -e 's/x/y/' k8s/app.yml"), "unknown"),
        ("a script", sed("sed -i -f edit.sed k8s/app.yml"), "unknown"),
        ("a file elsewhere", sed("sed -i \"s/TAG/$TAG/\" /tmp/x"), "unknown"),
    ]);
    let edit = |line: &str| {
        let last = "run: kubectl apply -k k8s";
        Two { between: &step(&format!("run: |\n  cd k8s\n  kustomize edit set image {line}{env}")), last, ..Two::default() }
            .text()
    };
    table(&[
        ("by kustomize", edit("\"acme/x=acme/x:$TAG\""), "pass"),
        ("by kustomize, another one", edit("\"acme/x=acme/x:$X\""), "unknown"),
        ("by kustomize, the newest", edit("acme/x=acme/x:latest"), "unknown"),
    ]);
    let build = |line: &str| Two { last: &format!("run: {line}{env}"), ..Two::default() }.text();
    table(&[
        ("built by the cloud", build("gcloud builds submit --tag \"gcr.io/acme/x:$TAG\" ."), "pass"),
        ("without a source", build("gcloud builds submit --no-source --tag \"gcr.io/acme/x:$TAG\""), "unknown"),
        ("of an archive elsewhere", build("gcloud builds submit --tag gcr.io/acme/x gs://acme/src.tgz"), "unknown"),
    ]);
}
