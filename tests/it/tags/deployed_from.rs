//! Owns the rows of `deploy-tag-verified` about where what is deployed, and what verifies, comes from.

use super::by_action::PIN;
use super::deployed::{OF_TAG, Two, one, step, table};

const PUSH: &str = "uses: docker/build-push-action@v6\nwith: { push: true, tags: \"x/y:1\"";

fn between(lines: &str) -> String {
    Two { between: &step(lines), ..Two::default() }.text()
}

/// The same, with a deployment that may be of all that lies there.
fn of_all(lines: &str) -> String {
    Two { between: &step(lines), last: "run: npm publish", ..Two::default() }.text()
}

#[test]
fn an_image_is_built_of_what_is_checked_out() {
    let push = |context: &str| Two { last: &format!("{PUSH}{context} }}"), ..Two::default() }.text();
    table(&[
        ("no context", push(""), "fail"),
        ("an empty one", push(", context: \"\""), "fail"),
        ("the default, by name", push(", context: \"{{defaultContext}}:app\""), "fail"),
        ("another repository", push(", context: \"https://forge.example/acme/kestrel.git#main\""), "unknown"),
        ("an input", push(", context: \"${{ inputs.x }}\""), "unknown"),
        ("here", push(", context: ."), "pass"),
        ("below", push(", context: ./app"), "pass"),
        ("here, by its name", push(", context: \"${{ github.workspace }}/app\""), "pass"),
        ("here, in another case", push(", Context: ."), "pass"),
    ]);
}

#[test]
fn what_is_brought_over_the_verified_commit_is_another_one() {
    table(&[
        ("downloaded and unpacked", of_all("run: curl -LO https://forge.example/x.tgz && tar xzf x.tgz"), "unknown"),
        ("the same to a file", of_all("run: curl -L -o x.tgz https://forge.example/x.tgz && tar xzf x.tgz"), "unknown"),
        ("by letters", of_all("run: curl -fsSLo x.zip https://forge.example/x.zip && unzip x.zip"), "unknown"),
        (
            "beside the tree and into it",
            of_all("run: curl -o /tmp/x.zip https://forge.example/x.zip && unzip /tmp/x.zip"),
            "unknown",
        ),
        ("by a path", of_all("run: wget -P dist https://forge.example/x.whl"), "unknown"),
        ("of a release", of_all("run: gh release download v1"), "unknown"),
        ("of another run", of_all("run: gh run download 12 -n dist"), "unknown"),
        ("of a bucket", of_all("run: aws s3 cp s3://b/x dist --recursive"), "unknown"),
        ("cloned and copied", of_all("run: git clone https://forge.example/x /tmp/x && cp -r /tmp/x/k8s ."), "unknown"),
        ("cloned here", of_all("run: git clone https://forge.example/x"), "unknown"),
        (
            "of the tag by its name",
            of_all(
                "run: |\n  curl -L https://forge.example/$TAG.tgz | tar xz\n  mv x/t /usr/local/bin/t\nenv: { TAG: \"${{ inputs.tag }}\" }",
            ),
            "unknown",
        ),
        (
            "of this repository",
            of_all("run: |\n  curl -L https://forge.example/$GITHUB_REPOSITORY/main.tgz | tar xz\n  mv x/t /usr/local/bin/t"),
            "unknown",
        ),
        ("what is deployed, over it", between("run: curl -o k8s/app.yml https://forge.example/app.yml"), "unknown"),
        (
            "what is deployed, by a copy",
            between("run: |\n  curl -o app.yml https://forge.example/app.yml\n  cp app.yml k8s/"),
            "unknown",
        ),
        (
            "deployed from beside",
            Two {
                between: &step("run: git clone https://forge.example/x /tmp/x"),
                last: "run: kubectl apply -f /tmp/x/k8s",
                ..Two::default()
            }
            .text(),
            "unknown",
        ),
        (
            "deployed there",
            Two {
                between: &step("run: git clone https://forge.example/x /tmp/x"),
                last: "run: cd /tmp/x && npm publish",
                ..Two::default()
            }
            .text(),
            "unknown",
        ),
        ("an action that checks out", between("uses: acme/checkout-action@v1"), "unknown"),
        (
            "an action that brings artefacts",
            between("uses: dawidd6/action-download-artifact@v6\nwith: { workflow: build.yml }"),
            "unknown",
        ),
        ("a work tree of main", of_all("run: git worktree add k8s origin/main"), "unknown"),
        (
            "from an address",
            Two { last: "run: kubectl apply -f https://forge.example/acme/kestrel/main/k8s.yml", ..Two::default() }.text(),
            "unknown",
        ),
        (
            "built from an address",
            Two {
                between: &step("run: docker build -t x/y:1 https://forge.example/acme/kestrel.git#main"),
                last: "run: docker push x/y:1",
                ..Two::default()
            }
            .text(),
            "unknown",
        ),
        ("submodules by their branches", of_all("run: git submodule update --init --remote"), "unknown"),
        (
            "built here",
            Two {
                between: &step(
                    "run: docker build -t x/y:1 --build-arg A=https://forge.example/a --label s=https://forge.example .",
                ),
                last: "run: docker push x/y:1",
                ..Two::default()
            }
            .text(),
            "pass",
        ),
        ("submodules by their commits", of_all("run: git submodule update --init"), "pass"),
        // What becomes of it is not followed.
        ("a clone beside", of_all("run: git clone --depth 1 https://forge.example/charts /tmp/charts"), "unknown"),
        ("a clone above", of_all("run: git clone https://forge.example/charts ../charts"), "unknown"),
        ("a clone apart from what is named", between("run: git clone https://forge.example/charts charts"), "unknown"),
        ("a file apart from what is named", between("run: curl -o report.json https://forge.example/report"), "unknown"),
        ("written by a redirection", of_all("run: curl -L https://forge.example/app.yml > k8s/app.yml"), "unknown"),
        (
            "a second file",
            of_all("run: curl -o /usr/local/bin/x https://forge.example/x -o k8s/a.yml https://forge.example/y"),
            "unknown",
        ),
        (
            "two steps",
            of_all(
                "run: |\n  curl -L https://forge.example/k8s.tgz | tar xz -C k8s\n  curl -LO https://forge.example/x\n  sudo mv x /usr/local/bin/",
            ),
            "unknown",
        ),
        ("a name that is computed", of_all("run: curl -o \"/usr/local/bin/$X\" https://forge.example/x"), "unknown"),
        ("a place that is computed", of_all("run: curl -o \"$X/.local/bin/x\" https://forge.example/x"), "unknown"),
        ("above that place", of_all("run: curl -o /usr/local/bin/../../../workspace/x https://forge.example/x"), "unknown"),
        ("a directory of the tree", of_all("run: curl -o bin/x https://forge.example/x"), "unknown"),
        // What is not deployed.
        (
            "a program where programs lie",
            of_all("run: curl -fsSLo /usr/local/bin/x https://forge.example/x && chmod +x /usr/local/bin/x"),
            "pass",
        ),
        ("the same by wget", of_all("run: wget -q https://forge.example/x -O /usr/local/bin/x"), "pass"),
        ("a program of the user's", of_all("run: curl -Lo \"$HOME/.local/bin/x\" https://forge.example/x"), "pass"),
        ("a program of the user's, by its sign", of_all("run: curl -Lo ~/.local/bin/x https://forge.example/x"), "pass"),
        ("a program by a redirection", of_all("run: curl -L https://forge.example/x > /usr/local/bin/x"), "unknown"),
        ("no file", of_all("run: curl -fsS -o /dev/null https://forge.example/health"), "pass"),
        ("printed", of_all("run: |\n  curl -fsS -XPOST -H 'Ooo: x' https://forge.example/health"), "pass"),
        ("printed by wget", of_all("run: wget -qO- https://forge.example/health"), "pass"),
        (
            "a program",
            of_all(
                "run: |\n  curl -LO https://forge.example/kubectl\n  chmod +x kubectl\n  sudo mv kubectl /usr/local/bin/kubectl",
            ),
            "unknown",
        ),
        (
            "a program that is installed",
            of_all("run: curl -LO https://forge.example/kubectl && sudo install -m 0755 kubectl /usr/local/bin/kubectl"),
            "unknown",
        ),
        (
            "a program in an archive",
            of_all("run: |\n  curl -L https://forge.example/helm.tgz | tar xz\n  sudo mv linux-amd64/helm /usr/local/bin/helm"),
            "unknown",
        ),
        (
            "a program by its name in an archive",
            of_all("run: curl -L https://forge.example/helm.tgz | tar xz linux-amd64/helm"),
            "unknown",
        ),
        (
            "an installer",
            of_all("run: |\n  curl https://forge.example/cli.zip -o awscliv2.zip\n  unzip -q awscliv2.zip\n  sudo ./aws/install"),
            "unknown",
        ),
        ("unpacked beside", of_all("run: curl -L https://forge.example/k.tgz | tar xz -C /usr/local/bin kubectl"), "pass"),
        (
            "unzipped beside",
            of_all("run: curl -o /tmp/t.zip https://forge.example/t && unzip -q /tmp/t.zip -d /tmp/t"),
            "unknown",
        ),
        ("packed", of_all("run: tar czf app.tgz dist && tar xzf app.tgz -C out"), "pass"),
        ("sent away", of_all("run: aws s3 cp dist s3://b/x --recursive && scp x host:/srv"), "pass"),
        ("built", of_all("run: npm ci && npm run build"), "pass"),
        (
            "the verified commit in a work tree",
            of_all("run: git worktree add out \"$COMMIT\"\nenv: { COMMIT: \"${{ needs.verify.outputs.commit }}\" }"),
            "pass",
        ),
        ("actions that set up", between("uses: hashicorp/setup-terraform@v3"), "pass"),
        ("an action that is called by another word", between("uses: google-github-actions/setup-gcloud@v1"), "pass"),
        ("an action that logs in", between("uses: google-github-actions/auth@v1"), "pass"),
        (
            "one job, a program",
            one("", &step("run: |\n  curl -LO https://forge.example/kubectl\n  chmod +x kubectl"), ""),
            "unknown",
        ),
    ]);
}

#[test]
fn what_other_jobs_keep_is_of_their_trees() {
    let job = |needs: &str, reference: &str, name: &str| {
        let with = if reference.is_empty() { String::new() } else { format!("        with: {{ ref: \"{reference}\" }}\n") };
        format!(
            "  build:\n    needs: {needs}\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n{with}      - run: npm ci && npm run build\n      - uses: actions/upload-artifact@v4\n        with: {{ {name}path: dist }}\n"
        )
    };
    let verified = "${{ needs.verify.outputs.commit }}";
    let named = "name: dist, ";
    let takes = |with: &str| step(&format!("uses: actions/download-artifact@v4\nwith: {{ {with} }}"));
    let two = |jobs: &str, takes: &str| Two { jobs, needs: "[verify, build]", between: takes, ..Two::default() }.text();
    let cache = |path: &str| step(&format!("uses: actions/cache@v4\nwith: {{ path: {path}, key: x }}"));
    let both = |path: &str| Two { behind: &cache(path), between: &cache(path), ..Two::default() }.text();
    let keeps = |name: &str| step(&format!("uses: actions/upload-artifact@v4\nwith: {{ {name}path: dist }}"));
    let own = |name: &str, taken: &str| {
        Two {
            behind: &keeps(name),
            jobs: &job("verify", verified, named),
            needs: "[verify, build]",
            between: &takes(taken),
            ..Two::default()
        }
        .text()
    };
    let alone = |jobs: &str, needs: &str| {
        let text = Two { jobs, needs, between: &takes("name: dist"), last: "run: npm publish ./dist", ..Two::default() }.text();
        text.replacen("      - uses: actions/checkout@v7\n        with: { ref: \"${{ needs.verify.outputs.commit }}\" }\n      - uses: actions/download", "      - uses: actions/download", 1)
    };
    table(&[
        ("of the verified commit", two(&job("verify", verified, named), &takes("name: dist")), "pass"),
        ("of main", two(&job("verify", "", named), &takes("name: dist")), "unknown"),
        ("of the tag by its name", two(&job("verify", "${{ inputs.tag }}", named), &takes("name: dist")), "unknown"),
        ("of a job that waits for nothing", two(&job("[]", "", named), &takes("name: dist")), "unknown"),
        ("all", two(&job("verify", "", named), &takes("path: dist")), "unknown"),
        ("all, of the verified commit", two(&job("verify", verified, named), &takes("path: dist")), "pass"),
        ("by a pattern", two(&job("verify", "", named), &takes("pattern: \"d*\"")), "unknown"),
        ("by a name that is computed", two(&job("verify", "", named), &takes("name: \"${{ inputs.x }}\"")), "unknown"),
        ("another one", two(&job("verify", "", "name: report, "), &takes("name: dist")), "unknown"),
        (
            "of another run",
            two(&job("verify", verified, named), &takes("name: dist, run-id: 12, github-token: \"${{ github.token }}\"")),
            "unknown",
        ),
        (
            "of this run, by its number",
            two(
                &job("verify", verified, named),
                &takes("name: dist, run-id: \"${{ github.run_id }}\", github-token: \"${{ github.token }}\""),
            ),
            "pass",
        ),
        (
            "by gh, of this run",
            two(&job("verify", verified, named), &step("run: gh run download \"$GITHUB_RUN_ID\" -n dist")),
            "pass",
        ),
        (
            "by gh, of this run, of main",
            two(&job("verify", "", named), &step("run: gh run download \"$GITHUB_RUN_ID\" -n dist")),
            "unknown",
        ),
        ("no checkout, verified", alone(&job("verify", verified, named), "[verify, build]"), "pass"),
        ("no checkout, main", alone(&job("verify", "", named), "[verify, build]"), "unknown"),
        ("no checkout, through the build", alone(&job("verify", verified, named), "build"), "pass"),
        ("what the verifying job keeps is another one", own("name: report, ", "name: dist"), "pass"),
        ("what the verifying job keeps is that one", own("name: dist, ", "name: dist"), "unknown"),
        ("what the verifying job keeps has no name", own("", "name: dist"), "pass"),
        ("a cache of what is installed", both("~/.npm"), "pass"),
        ("a cache of modules", both("node_modules"), "unknown"),
        ("a cache of programs", both("~/.local/bin"), "unknown"),
        ("a cache of what a compiler made", both("~/go"), "unknown"),
        ("a cache of what is built", both("dist"), "unknown"),
    ]);
}

#[test]
fn what_verifies_is_not_what_the_tag_brings() {
    let with =
        |binary: &str| format!("uses: {PIN}\nwith: {{ command: verify-tag, tag: \"${{{{ inputs.tag }}}}\", binary: {binary} }}");
    let of_tag = |run: &str, by: &str| {
        let before = format!("{}{}", step(OF_TAG), step(&format!("run: {run}")));
        if by.is_empty() {
            Two { before: &before, ..Two::default() }.text()
        } else {
            Two { before: &before, by, ..Two::default() }.text()
        }
    };
    let of_branch = |lines: &str| Two { before: &step(lines), ..Two::default() }.text();
    let (own, other) = (with("/opt/t/tollgate"), with("/usr/local/bin/tollgate"));
    table(&[
        ("written", of_tag("cat bin/t > /usr/local/bin/tollgate", ""), "unknown"),
        ("written behind", of_tag("cat bin/t >> /usr/local/bin/tollgate", ""), "unknown"),
        ("by tee", of_tag("cat bin/t | sudo tee /usr/local/bin/tollgate", ""), "unknown"),
        (
            "of the tag, on the branch's tree",
            of_branch("run: git show \"$T:bin/t\" > /usr/local/bin/tollgate\nenv: { T: \"${{ inputs.tag }}\" }"),
            "unknown",
        ),
        ("copied where the action is told", of_tag("cp bin/t /opt/t/tollgate", &own), "unknown"),
        ("written where the action is told", of_tag("cat bin/t > /opt/t/tollgate", &own), "unknown"),
        ("written among the programs that the action runs", of_tag("cat bin/t > /usr/local/bin/sha256sum", &other), "unknown"),
        ("fetched", of_tag("curl -L https://forge.example/tollgate > /usr/local/bin/tollgate", ""), "unknown"),
        ("fetched to a file", of_tag("curl -Lo /usr/local/bin/tollgate https://forge.example/tollgate", ""), "pass"),
        ("another file", of_tag("echo x > /tmp/x", ""), "unknown"),
        (
            "cloned beside, and copied",
            of_branch(
                "run: |\n  git clone --branch \"$T\" https://forge.example/x /tmp/x\n  cp /tmp/x/bin/t /usr/local/bin/tollgate\nenv: { T: \"${{ inputs.tag }}\" }",
            ),
            "unknown",
        ),
        (
            "cloned beside, and run",
            of_branch(
                "run: |\n  git clone --branch \"$T\" https://forge.example/x /tmp/x\n  bash /tmp/x/install.sh\nenv: { T: \"${{ inputs.tag }}\" }",
            ),
            "unknown",
        ),
        (
            "cloned beside, and made",
            of_branch(
                "run: |\n  git clone --branch \"$T\" https://forge.example/x /tmp/x\n  cd /tmp/x && make install\nenv: { T: \"${{ inputs.tag }}\" }",
            ),
            "unknown",
        ),
        (
            "unpacked over the branch's tree",
            of_branch("run: |\n  git archive \"$T\" | tar x\n  make install\nenv: { T: \"${{ inputs.tag }}\" }"),
            "unknown",
        ),
        (
            "another program, on the branch's tree",
            of_branch(
                "run: |\n  curl -sL https://forge.example/helm.tgz | tar xz\n  sudo mv linux-amd64/helm /usr/local/bin/helm",
            ),
            "pass",
        ),
        ("on the branch's tree", of_branch("run: cat bin/t > /usr/local/bin/tollgate"), "unknown"),
        ("told, and nothing is put there", of_tag("true", &own), "pass"),
    ]);
}
