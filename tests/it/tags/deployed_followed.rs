//! Owns the rows of `deploy-tag-verified` about names that are put together elsewhere than where they are deployed: in variables, outputs, builds,
//! and actions of the tree.

use super::by_action::told;
use super::deployed::{Two, step, table};
use super::deployed_named::{COMMIT, all, last};

/// A name may be put together elsewhere, and what says only where to need not be told.
#[test]
fn a_name_is_followed_to_where_it_is_put_together() {
    let image = format!("ghcr.io/acme/x:{COMMIT}");
    let env = |env: &str, run: &str| Two { last: &format!("run: {run}\nenv: {{ {env} }}"), ..Two::default() }.text();
    let job = |env: &str, last: &str| Two { deploys: &format!("env: {{ {env} }}"), last, ..Two::default() }.text();
    let set = "kubectl set image deploy/x x=$IMAGE";
    let run = format!("run: {set}");
    let login = step("id: login\nuses: aws-actions/amazon-ecr-login@v2");
    let registry = |reference: &str| {
        Two { between: &login, last: &format!("run: kubectl set image deploy/x \"x={reference}\""), ..Two::default() }.text()
    };
    table(&[
        ("of the step", env(&format!("IMAGE: \"{image}\""), set), "pass"),
        ("of the job", job(&format!("IMAGE: \"{image}\""), &run), "pass"),
        ("of the job, by its digest", job(&format!("IMAGE: \"{image}@sha256:00\""), &run), "unknown"),
        ("of the job, another one", job("IMAGE: \"ghcr.io/acme/x:${{ inputs.x }}\"", &run), "unknown"),
        ("of the job, a literal", job("IMAGE: \"ghcr.io/acme/x:latest\"", &run), "unknown"),
        (
            "of the job, in an input",
            job(
                &format!("IMAGE: \"{image}\""),
                "uses: google-github-actions/deploy-cloudrun@v2\nwith: { service: x, image: \"${{ env.IMAGE }}\" }",
            ),
            "pass",
        ),
        (
            "of the job, handed on by a step",
            Two {
                deploys: &format!("env: {{ IMAGE: \"{image}\" }}"),
                between: &step("run: echo \"IMAGE=acme/x:latest\" >> $GITHUB_ENV"),
                last: &run,
                ..Two::default()
            }
            .text(),
            "unknown",
        ),
        (
            "a registry of the job",
            job("REG: ghcr.io/acme", &format!("run: kubectl set image deploy/x x=$REG/x:{COMMIT}")),
            "pass",
        ),
        (
            "a registry of the forge",
            job(
                "REG: ghcr.io, NAME: \"${{ github.repository }}\"",
                &format!("run: kubectl set image deploy/x \"x=${{{{ env.REG }}}}/${{{{ env.NAME }}}}:{COMMIT}\""),
            ),
            "pass",
        ),
        ("a registry of a login", registry(&format!("${{{{ steps.login.outputs.registry }}}}/x:{COMMIT}")), "pass"),
        ("a registry of a setting", registry(&format!("${{{{ vars.REGISTRY }}}}/x:{COMMIT}")), "pass"),
        ("another output of a login", registry(&format!("${{{{ steps.login.outputs.x }}}}/x:{COMMIT}")), "unknown"),
        ("a setting as the tag", registry("r.example/x:${{ vars.TAG }}"), "unknown"),
        ("an input before the tag", registry(&format!("${{{{ inputs.x }}}}:{COMMIT}")), "unknown"),
        (
            "a repository by its variable",
            last("docker build -t ghcr.io/${GITHUB_REPOSITORY,,}:$TAG . && docker push ghcr.io/${GITHUB_REPOSITORY,,}:$TAG"),
            "pass",
        ),
    ]);
}

/// A digest is told by what the workflow itself has built of the verified commit.
#[test]
fn the_digest_of_the_own_build_is_told() {
    let build = |with: &str, reference: &str| {
        let between = step(&format!("id: build\nuses: docker/build-push-action@v6\nwith: {{ {with}tags: acme/x }}"));
        let last = format!("run: kubectl set image deploy/x \"x={reference}\"");
        Two { between: &between, last: &last, ..Two::default() }.text()
    };
    let digest = "acme/x@${{ steps.build.outputs.digest }}";
    let pushed = "context: ., push: true, ";
    let job = |checkout: &str| {
        let jobs = format!(
            "  make:\n    needs: verify\n    runs-on: ubuntu-latest\n    outputs: {{ digest: \"${{{{ steps.build.outputs.digest }}}}\" }}\n    steps:\n      - uses: actions/checkout@v7\n        with: {{ ref: \"{checkout}\" }}\n      - id: build\n        uses: docker/build-push-action@v6\n        with: {{ context: ., push: true, tags: acme/x }}\n"
        );
        Two {
            jobs: &jobs,
            needs: "[verify, make]",
            last: "run: kubectl set image deploy/x x=acme/x@${{ needs.make.outputs.digest }}",
            ..Two::default()
        }
        .text()
    };
    table(&[
        ("of the same job", build(pushed, digest), "pass"),
        ("behind a tag", build(pushed, "acme/x:latest@${{ steps.build.outputs.digest }}"), "pass"),
        ("as a tag", build(pushed, "acme/x:${{ steps.build.outputs.digest }}"), "unknown"),
        ("of what is not pushed", build("context: ., push: false, ", digest), "unknown"),
        ("another output", build(pushed, "acme/x@${{ steps.build.outputs.imageid }}"), "unknown"),
        ("of another step", build(pushed, "acme/x@${{ steps.other.outputs.digest }}"), "unknown"),
    ]);
    let of = |text: &str| super::by_action::told_of("deploy", text).0;
    assert_eq!(of(&job(COMMIT)), "pass");
    assert_eq!(of(&job("main")), "unknown");
}

/// What an action of the tree is given is what its steps deploy.
#[test]
fn an_action_of_the_tree_deploys_what_it_is_given() {
    let action = "inputs: { image: {}, other: {}, standard: { default: \"acme/x:latest\" } }\nruns:\n  using: composite\n  steps:\n    - shell: bash\n      run: kubectl set image deploy/x x=$I\n      env: { I: \"${{ inputs.NAME }}\" }\n";
    let found = |with: &str, name: &str| {
        let last = format!("uses: ./ci/ship\nwith: {{ {with} }}");
        let text = Two { last: &last, ..Two::default() }.text();
        told(&text, &[("ci/ship/action.yml", &action.replace("NAME", name))]).0
    };
    let image = format!("image: \"acme/x:{COMMIT}\"");
    assert_eq!(found(&image, "image"), "pass");
    assert_eq!(found("image: acme/x:latest", "image"), "unknown");
    assert_eq!(found(&image.replace("image:", "other:"), "image"), "unknown");
    assert_eq!(found(&image.replace("image:", "other:"), "standard"), "unknown");
    assert_eq!(found(&format!("{image}, other: x"), "other"), "unknown");
}

/// What a script plainly gives to a variable, or to an output of its step, is followed.
#[test]
fn what_a_script_gives_plainly_is_followed() {
    let output = |script: &str| {
        let script: String = script.lines().map(|line| format!("\n  {line}")).collect();
        let between = step(&format!("id: image\nrun: |{script}\nenv: {{ COMMIT: \"{COMMIT}\", X: \"${{{{ inputs.x }}}}\" }}"));
        let last = "run: kubectl set image deploy/x \"x=${{ steps.image.outputs.image }}\"";
        Two { between: &between, last, ..Two::default() }.text()
    };
    table(&[
        ("an output", output("echo \"image=acme/x:$COMMIT\" >> $GITHUB_OUTPUT"), "pass"),
        ("an output without quotes", output("echo image=acme/x:$COMMIT >> \"$GITHUB_OUTPUT\""), "pass"),
        ("one of two", output("echo \"a=b\" >> $GITHUB_OUTPUT\necho \"image=acme/x:$COMMIT\" >> $GITHUB_OUTPUT"), "pass"),
        ("another", output("echo \"image=acme/x:$X\" >> $GITHUB_OUTPUT"), "unknown"),
        ("a literal", output("echo \"image=acme/x:latest\" >> $GITHUB_OUTPUT"), "unknown"),
        (
            "given twice",
            output("echo \"image=acme/x:$COMMIT\" >> $GITHUB_OUTPUT\necho \"image=acme/x:1\" >> $GITHUB_OUTPUT"),
            "unknown",
        ),
        (
            "and more that is not read",
            output("echo \"image=acme/x:$COMMIT\" >> $GITHUB_OUTPUT\ncat k8s/env >> $GITHUB_OUTPUT"),
            "unknown",
        ),
        ("another value behind", output("echo \"a=$X image=acme/x:$COMMIT\" >> $GITHUB_OUTPUT"), "unknown"),
    ]);
    all(
        &[
            "IMAGE=acme/x:$COMMIT\nkubectl set image deploy/x x=$IMAGE",
            "IMAGE=\"ghcr.io/${GITHUB_REPOSITORY,,}:${TAG#v}\"\nkubectl set image deploy/x x=\"$IMAGE\"",
            "TAGGED=$COMMIT\nIMAGE=acme/x:$TAGGED\nkubectl set image deploy/x x=$IMAGE",
            "docker build --push --build-arg COMMIT=\"$COMMIT\" -t acme/x:$COMMIT .",
            "gh release create \"$TAG\" dist/* --repo \"$GITHUB_REPOSITORY\"",
            "gh release create \"$TAG\" dist/* -R ${{ github.repository }}",
        ],
        "pass",
    );
    all(
        &[
            "IMAGE=acme/x:latest\nkubectl set image deploy/x x=$IMAGE",
            "IMAGE=acme/x:$X\nkubectl set image deploy/x x=$IMAGE",
            "IMAGE=acme/x:$COMMIT\nIMAGE=acme/x:latest\nkubectl set image deploy/x x=$IMAGE",
            "IMAGE=acme/x:$COMMIT\nif true; then IMAGE=acme/x:latest; fi\nkubectl set image deploy/x x=$IMAGE",
            "IMAGE=acme/x:$COMMIT\nIMAGE+=@sha256:00\nkubectl set image deploy/x x=$IMAGE",
            "IMAGE=acme/x:$COMMIT\nlet IMAGE=7\nkubectl set image deploy/x x=$IMAGE",
            "IMAGE=acme/x:$IMAGE\nkubectl set image deploy/x x=$IMAGE",
            "X=acme/x:$COMMIT\nkubectl set image deploy/x x=$X",
            "IMAGE='acme/x:$COMMIT'\nkubectl set image deploy/x x=$IMAGE",
            "sudo --preserve-env COMMIT=latest bash -c 'kubectl set image deploy/x x=acme/x:$COMMIT'",
            "env \\\n --ignore-environment COMMIT=latest bash -c 'kubectl set image deploy/x x=acme/x:$COMMIT'",
            "gh release create \"$TAG\" dist/* --repo \"$X\"",
            "gh release create \"$TAG\" dist/* --repo acme/other",
            "gh release create \"$TAG\" dist/* --repo \"$GITHUB_REPOSITORY-x\"",
            "gh release create \"$TAG\" dist/* --repo ${{ vars.REPOSITORY }}",
        ],
        "unknown",
    );
}
