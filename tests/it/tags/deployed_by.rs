//! Owns the rows of `deploy-tag-verified` about words of what deploys: those by which it deploys something else than what is verified, by a
//! path, a name, a variable or another job's work, and those by which it only seems to.

use super::by_action::told_of;
use super::deployed::{HAND, OF_TAG, Two, VERIFIED, step, table};
use super::deployed_words::{TAG, all};

fn last(lines: &str) -> String {
    let more = if lines.starts_with("run") { TAG } else { "" };
    Two { last: &format!("{lines}{more}"), ..Two::default() }.text()
}

#[test]
fn what_is_deployed_by_its_words_is_what_is_verified() {
    all(
        last,
        &[
            "run: flyctl deploy --image acme/x:latest",
            "run: flyctl deploy --image \"acme/x:$X\"",
            "run: flyctl deploy -c /tmp/fly.toml",
            "run: npm publish evil@latest",
            "run: npm publish evil.tgz",
            "run: npm publish ../x",
            "run: npm publish https://forge.example/x.tgz",
            "run: npm publish --registry \"$X\"",
            "run: terraform apply -auto-approve -var image=acme/x:latest",
            "run: terraform apply -auto-approve -var \"image=acme/x:$X\"",
            "run: terraform -chdir=/tmp/x apply",
            "run: kubectl apply -k github.com/acme/x",
            "run: |\n  docker build -t acme/x:1 github.com/acme/x\n  docker push acme/x:1",
            "uses: docker/build-push-action@v6\nwith: { push: true, context: github.com/acme/x }",
            "run: terraform apply /tmp/plan",
            "run: pulumi up -y -c image=acme/x:latest",
            "run: pulumi up -y -C /tmp/x",
            "run: twine upload /tmp/x/*",
            "run: twine upload ../dist/*",
            "run: cargo publish --manifest-path /tmp/x/Cargo.toml",
            "run: cargo publish --config x",
            "run: gem push /tmp/x.gem",
            "run: docker push acme/x:latest",
            "run: |\n  docker build -t acme/x:1 .\n  docker push acme/y:1",
            "run: |\n  docker build -t acme/x:1 .\n  docker tag acme/z:1 acme/y:1\n  docker push acme/y:1",
            "run: az webapp deploy -g x -n x --src-url https://forge.example/x.zip",
            "run: az webapp deploy -g x -n x --src-path /tmp/x.zip",
            "run: eb deploy --version x",
            "run: sam deploy --template-file /tmp/x",
            "run: serverless deploy --package /tmp/x",
            "run: helm upgrade x /tmp/chart --set image.tag=\"$TAG\"",
            "run: helm upgrade x ../chart --set image.tag=\"$TAG\"",
            "run: helm upgrade x \"$X\" --set image.tag=\"$TAG\"",
            "run: helm upgrade x acme/chart --set image.tag=\"$TAG\"",
            "run: helm upgrade x ./chart --set imageTag=latest",
            "run: helmfile -f /tmp/x apply",
            "run: sam deploy --stack-name x --parameter-overrides ImageTag=latest",
            "run: npm --prefix /tmp/x publish",
            "run: skopeo copy docker://acme/x:main docker://acme/x:latest",
            "run: crane copy acme/x:main \"acme/x:$TAG\"",
            "run: helm upgrade x ./chart --post-renderer ./x",
            "run: helm upgrade x ./chart -f https://forge.example/values.yml",
            "run: gh release create \"$X\" dist/*",
            "run: gh release create v1.0.0 dist/*",
            "run: gh release create \"$TAG\" /tmp/x",
            "run: gh release create \"$TAG\" dist/* --target main",
            "run: gh release create \"$TAG\" dist/* -R acme/other",
            "uses: softprops/action-gh-release@v2\nwith: { files: dist/*, tag_name: v1 }",
            "uses: softprops/action-gh-release@v2\nwith: { files: /tmp/x, tag_name: \"${{ inputs.tag }}\" }",
            "uses: pypa/gh-action-pypi-publish@release/v1\nwith: { packages-dir: /tmp/x }",
            "uses: docker/build-push-action@v6\nwith: { context: ., push: true, file: /tmp/x }",
            "uses: docker/build-push-action@v6\nwith: { context: ., push: true, build-contexts: \"x=https://forge.example\" }",
            "uses: docker/build-push-action@v6\nwith: { context: ., push: true, cache-from: \"type=gha\" }",
            "uses: docker/build-push-action@v6\nwith: { context: ., push: true, build-args: \"REF=${{ inputs.x }}\" }",
            "uses: docker/bake-action@v6\nwith: { source: \"https://forge.example/x.git\", push: true }",
            "run: docker buildx imagetools create -t acme/x:latest acme/x:main",
            "run: wrangler deploy /tmp/x.js",
            "run: vercel deploy --prod /tmp/x",
            "run: goreleaser release --config /tmp/x",
            "run: mvn -f /tmp/x deploy",
            "run: npx semantic-release",
        ],
        "unknown",
    );
    all(
        last,
        &[
            "run: flyctl deploy --remote-only -a x --build-arg VERSION=\"$TAG\"",
            "run: flyctl deploy --image \"acme/x:$TAG\"",
            "run: npm publish --provenance --access public",
            "run: pnpm -r publish --no-git-checks",
            "run: terraform apply -auto-approve -input=false -var region=x -var \"image=acme/x:$TAG\"",
            "run: pulumi up -y -s prod",
            "run: python -m build && twine upload dist/*",
            "run: twine upload --skip-existing dist/*",
            "run: cargo publish --locked -p x",
            "run: gem build x.gemspec && gem push x-1.gem",
            "run: |\n  docker build -t \"acme/x:$TAG\" .\n  docker push \"acme/x:$TAG\"",
            "run: |\n  docker build -t acme/x:1 .\n  docker push acme/x:1",
            "run: make image && docker push acme/x:1",
            "run: az webapp deploy -g x -n x --src-path dist/x.zip",
            "run: helm upgrade --install x ./chart -f env/prod.yml --wait --set image.tag=\"$TAG\"",
            "run: helmfile -e prod apply",
            "run: terraform plan -out=plan.out && terraform apply plan.out",
            "run: sam deploy --stack-name x --parameter-overrides \"ImageTag=$TAG\"",
            "run: skopeo copy \"docker://acme/x:$TAG\" docker://acme/x:latest",
            "run: crane copy \"acme/x:$TAG\" acme/x:latest",
            "run: gh release create --verify-tag --notes-file notes.md --title \"$TAG\" -- \"$TAG\" dist/*",
            "run: gh release upload \"$TAG\" dist/*",
            "uses: softprops/action-gh-release@v2\nwith: { files: \"dist/*\", tag_name: \"${{ inputs.tag }}\" }",
            "uses: pypa/gh-action-pypi-publish@release/v1",
            "uses: docker/build-push-action@v6\nwith: { context: ., push: true, tags: \"acme/x:1\", build-args: \"VERSION=${{ inputs.tag }}\" }",
            "run: docker buildx build -t acme/x:latest --push .",
            "run: docker buildx imagetools create -t acme/x:latest \"acme/x:$TAG\"",
            "run: wrangler deploy --env production",
            "run: vercel deploy --prod --token \"$X\"",
            "run: goreleaser release --clean",
            "run: mvn -B -ntp clean deploy",
            "run: npx --no-install semantic-release",
        ],
        "pass",
    );
}

/// What is deployed may be said by variables.
#[test]
fn a_variable_that_names_what_is_deployed_names_the_verified_one() {
    let with =
        |env: &str| Two { last: &format!("run: terraform apply -auto-approve\nenv: {{ {env} }}"), ..Two::default() }.text();
    let job = |env: &str| {
        Two { last: "run: terraform apply -auto-approve", deploys: &format!("env: {{ {env} }}"), ..Two::default() }.text()
    };
    table(&[
        ("another image", with("TF_VAR_image: \"acme/x:latest\""), "unknown"),
        ("another input", with("TF_VAR_image_tag: \"${{ inputs.x }}\""), "unknown"),
        ("another image, of the job", job("TF_VAR_image: \"acme/x:latest\""), "unknown"),
        ("the verified tag", with("TF_VAR_image: \"acme/x:${{ inputs.tag }}\""), "pass"),
        ("the verified commit, of the job", job("TF_VAR_image_tag: \"${{ needs.verify.outputs.commit }}\""), "pass"),
        ("where to", with("TF_VAR_region: x"), "pass"),
        (
            "another registry of packages",
            Two { deploys: "env: { NPM_CONFIG_REGISTRY: \"https://forge.example\" }", ..Two::default() }.text(),
            "unknown",
        ),
    ]);
}

/// A file that a step makes of one of the tree and of an image is deployed with that image.
#[test]
fn a_rendered_file_is_of_what_it_is_given() {
    let deploys = |with: &str, output: &str| {
        let render = step(&format!(
            "id: render\nuses: aws-actions/amazon-ecs-render-task-definition@v1\nwith: {{ container-name: x, {with} }}"
        ));
        let last = format!(
            "uses: aws-actions/amazon-ecs-deploy-task-definition@v2\nwith: {{ task-definition: \"${{{{ {output} }}}}\", service: x }}"
        );
        Two { between: &render, last: &last, ..Two::default() }.text()
    };
    let (file, output) = ("task-definition: task.json", "steps.render.outputs.task-definition");
    let image = |image: &str| format!("{file}, image: \"{image}\"");
    table(&[
        ("the verified tag", deploys(&image("r.example/x:${{ inputs.tag }}"), output), "pass"),
        ("the verified commit", deploys(&image("r.example/x:${{ needs.verify.outputs.commit }}"), output), "pass"),
        ("a literal image", deploys(&image("r.example/x:latest"), output), "unknown"),
        ("another input", deploys(&image("r.example/x:${{ inputs.x }}"), output), "unknown"),
        ("a family", deploys("task-definition-family: x, image: \"x:${{ inputs.tag }}\"", output), "unknown"),
        ("another step's", deploys(&image("r.example/x:${{ inputs.tag }}"), "steps.other.outputs.task-definition"), "unknown"),
    ]);
}

/// What is deployed by the verified tag's name may be made of another commit.
#[test]
fn a_needed_job_that_names_an_image_by_the_tag_builds_the_verified_commit() {
    let made = |checkout: &str, more: &str| {
        let job = format!(
            "  build:\n    needs: verify\n    runs-on: ubuntu-latest\n    env: {{ TAG: \"${{{{ inputs.tag }}}}\" }}\n    steps:\n      - uses: actions/checkout@v7\n        with: {{ ref: \"{checkout}\" }}\n{more}      - run: docker build -t \"acme/x:$TAG\" . && docker push \"acme/x:$TAG\"\n"
        );
        Two {
            jobs: &job,
            needs: "[verify, build]",
            last: "run: kubectl set image deploy/x x=acme/x:${{ inputs.tag }}",
            checkout: VERIFIED,
            ..Two::default()
        }
        .text()
    };
    let verified = "${{ needs.verify.outputs.commit }}";
    for (what, text, verdict) in [
        ("the verified commit", made(verified, ""), "pass"),
        ("main", made("main", ""), "unknown"),
        ("another one, moved to", made(verified, "      - run: git checkout main\n"), "unknown"),
    ] {
        let found = told_of("deploy", &text);
        assert!(found.0 == verdict, "{what}: {found:?}");
    }
}

/// An artefact that another job keeps under the same name may take its place, whoever waits for it.
#[test]
fn an_artefact_of_a_job_that_nobody_waits_for_may_be_the_one() {
    let keeps = |id: &str, reference: &str, with: &str| {
        format!(
            "  {id}:\n    needs: verify\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n        with: {{ ref: \"{reference}\" }}\n      - run: make\n      - uses: actions/upload-artifact@v4\n        with: {{ name: {id}, path: dist{with} }}\n"
        )
    };
    let verified = "${{ needs.verify.outputs.commit }}";
    let two = |jobs: &str, takes: &str| {
        Two {
            jobs,
            needs: "[verify, build]",
            between: &step(&format!("uses: actions/download-artifact@v4\nwith: {{ {takes} }}")),
            ..Two::default()
        }
        .text()
    };
    let own = keeps("build", verified, "");
    let named = |text: &str| text.replace("name: other", "name: build");
    table(&[
        ("alone", two(&own, "name: build"), "pass"),
        (
            "of the same name",
            two(&format!("{own}{}", named(&keeps("other", "main", ", overwrite: true"))), "name: build"),
            "unknown",
        ),
        ("by a pattern", two(&format!("{own}{}", keeps("other", "main", "")), "pattern: \"*\", merge-multiple: true"), "unknown"),
        ("all", two(&format!("{own}{}", keeps("other", "main", "")), "path: dist"), "unknown"),
        ("another name", two(&format!("{own}{}", keeps("other", "main", "")), "name: build"), "pass"),
    ]);
}

/// A keyring is worth what is brought into it: out of the tag's tree anybody's keys.
#[test]
fn keys_out_of_the_tags_tree_verify_nothing() {
    let job = |steps: &str| {
        let steps: String = steps.lines().map(|line| format!("      {line}\n")).collect();
        format!(
            "on:\n  {HAND}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n{steps}      - run: kubectl apply -f k8s/\n"
        )
    };
    let (keys, by) =
        (step("run: gpg --import keys.asc"), step("run: git verify-tag -- \"$TAG\"\nenv: { TAG: \"${{ inputs.tag }}\" }"));
    let main = step("uses: actions/checkout@v7\nwith: { fetch-depth: 0 }");
    let of_tag = step(OF_TAG);
    table(&[
        ("of the tag", job(&format!("{of_tag}{keys}{by}")), "unknown"),
        ("of the branch, and of the tag then", job(&format!("{main}{keys}{of_tag}{by}")), "pass"),
        ("of the branch, too late", job(&format!("{main}{of_tag}{keys}{by}")), "unknown"),
    ]);
}
