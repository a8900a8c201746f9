//! Owns the rows of `deploy-tag-verified` about which part of a name decides what is deployed, and what the parts of it stand for.

use super::deployed::{Two, table};

pub(super) const COMMIT: &str = "${{ needs.verify.outputs.commit }}";

/// A last step with variables that name the verified tag, the verified commit, and something else.
pub(super) fn last(run: &str) -> String {
    let run: String = run.lines().map(|line| format!("\n  {line}")).collect();
    let env = format!("env: {{ TAG: \"${{{{ inputs.tag }}}}\", COMMIT: \"{COMMIT}\", X: \"${{{{ inputs.x }}}}\" }}");
    Two { last: &format!("run: |{run}\n{env}"), ..Two::default() }.text()
}

/// The same verdict of a last step in each of these ways.
pub(super) fn all(rows: &[&str], verdict: &str) {
    let text = |row: &str| {
        if row.starts_with("uses:") { Two { last: row, ..Two::default() }.text() } else { last(row) }
    };
    let rows: Vec<(&str, String, &str)> =
        rows.iter().map(|row| (*row, text(&row.replace("COMMIT_ID", COMMIT)), verdict)).collect();
    table(&rows);
}

/// Of an image's name the digest decides, else the tag.
#[test]
fn only_the_part_that_decides_tells_what_is_deployed() {
    all(
        &[
            "kubectl set image deploy/x x=acme/x:$TAG@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "kubectl set image deploy/x x=acme/$COMMIT:latest",
            "kubectl set image deploy/x $COMMIT=acme/x:latest",
            "kubectl set image deploy/x x=r.example/$COMMIT/x",
            "kubectl set image deploy/x x=acme/x@sha256:$COMMIT",
            "kubectl set image deploy/x a=acme/x:$COMMIT b=acme/y:latest",
            "kubectl set image deploy/x x=acme/x:{$COMMIT,latest}",
            "kubectl patch deploy x -p '{\"spec\":{\"containers\":[{\"image\":\"acme/x:1@sha256:'$COMMIT'\"}]}}'",
            "kubectl patch deploy x -p \"{\\\"a\\\":{\\\"image\\\":\\\"acme/x:$COMMIT\\\"},\\\"b\\\":{\\\"image\\\":\\\"acme/y:latest\\\"}}\"",
            "kubectl patch deploy x -p \"{spec: {image: acme/x:$COMMIT}}\"",
            "kubectl patch deploy x -p '{\"a\":{\"image\":evil},\"b\":{\"image\":\"acme/x:'$COMMIT'\"}}'",
            "kubectl patch deploy x -p \"image: acme/y:latest\nother: acme/x:$COMMIT\"",
            "kubectl patch deploy x --type json -p \"[{\\\"op\\\":\\\"replace\\\",\\\"path\\\":\\\"/spec/image\\\",\\\"value\\\":\\\"acme/y\\\"}]\"",
            "helm upgrade x ./chart --set a.image.tag=$COMMIT,b.image.tag=latest",
            "helm upgrade x ./chart --set a.image.tag=$COMMIT --set b.image.tag=latest",
            "helm upgrade x ./chart --set image.tag=$COMMIT,image.digest=sha256:00",
            "helm upgrade x ./chart --set \"images[0]=acme/a:$COMMIT,images[1]=acme/b:latest\"",
            "aws ecs update-service --service x --task-definition image-$COMMIT:3",
            "gcloud run deploy x --image acme/x --image acme/x:$COMMIT",
            "gcloud run deploy x --tag v-$COMMIT",
            "gcloud run deploy x --update-env-vars VERSION=$COMMIT",
            "skopeo copy docker://acme/x:$COMMIT@sha256:00 docker://acme/x:latest",
            "oras cp acme/x:$COMMIT,other acme/y",
            "flyctl deploy --image acme/x:$COMMIT@sha256:00",
            "flyctl deploy --image acme/$COMMIT:latest",
            "terraform apply -auto-approve -var image=acme/x:$COMMIT@sha256:00",
            "uses: google-github-actions/deploy-cloudrun@v2\nwith: { service: x, image: \"acme/x-COMMIT_ID:latest\" }",
            "uses: google-github-actions/deploy-cloudrun@v2\nwith: { service: x, image: \"acme/x:COMMIT_ID@sha256:00\" }",
            "uses: google-github-actions/deploy-cloudrun@v2\nwith: { service: x, tag: \"COMMIT_ID\" }",
            "uses: azure/webapps-deploy@v3\nwith: { app-name: x, images: \"acme/x:COMMIT_ID\\nacme/y:latest\" }",
            "uses: azure/k8s-deploy@v5\nwith: { manifests: k8s/, images: \"acme/x:COMMIT_ID@sha256:00\" }",
        ],
        "unknown",
    );
    all(
        &[
            "kubectl set image deploy/x x=acme/x:$COMMIT-debug",
            "kubectl set image deploy/x x=acme/x:v$TAG",
            "kubectl set image deploy/x a=acme/x:$COMMIT b=acme/y:$TAG",
            "kubectl set image deploy/x \"*=acme/x:$COMMIT\"",
            "kubectl set image deploy/x x=r.example:5000/acme/x:$COMMIT",
            "kubectl patch deploy x -p \"{\\\"a\\\":{\\\"image\\\":\\\"acme/x:$COMMIT\\\",\\\"replicas\\\":2,\\\"paused\\\":false}}\"",
            "kubectl patch deploy x -p '{\"a\":{\"image\":\"acme/x:'\"$COMMIT\"'\"}}'",
            "helm upgrade x ./chart --set a.image.tag=$COMMIT,b.image.tag=$TAG,replicas=2",
            "helm upgrade x oci://r.example/x --version \"$TAG\"",
            "gcloud run deploy x --image acme/x:$COMMIT --tag blue --update-env-vars VERSION=v1",
            "gcloud run deploy x --image=r.example/p/x:$COMMIT",
            "aws lambda update-function-code --function-name x --image-uri r.example/x:$COMMIT",
            "argocd app set x --kustomize-image acme/x:$COMMIT",
            "uses: azure/webapps-deploy@v3\nwith: { app-name: x, images: \"acme/x:COMMIT_ID\\nacme/y:COMMIT_ID\" }",
            "uses: google-github-actions/deploy-cloudrun@v2\nwith: { service: x, image: \"acme/x:COMMIT_ID\", secrets: \"A=a:latest\" }",
        ],
        "pass",
    );
}

/// What is made of another source is another thing, whatever commit lies there.
#[test]
fn a_selector_of_another_source_makes_it_unknown() {
    all(
        &[
            "docker build --push --build-arg REF=main -t acme/x .",
            "docker build --push --build-arg=GIT_BRANCH=main -t acme/x .",
            "flyctl deploy --build-arg SOURCE_REF=main",
            "gradle publish -PsrcRef=main",
            "cdk deploy -c ref=main",
            "pulumi up -y -c app:revision=main",
            "make release REVISION=main && kubectl apply -f k8s/",
            "./ci/prepare --ref main && kubectl apply -f k8s/",
            "./ci/prepare --branch=main && kubectl apply -f k8s/",
            "argocd app set x --kustomize-image acme/x:$COMMIT --revision main",
            "uses: docker/build-push-action@v6\nwith: { context: ., push: true, build-args: \"A=b\\nREF=main\" }",
        ],
        "unknown",
    );
    all(
        &[
            "docker build --push --build-arg REF=$COMMIT -t acme/x .",
            "docker build --push --build-arg COMMIT=$COMMIT -t acme/x .",
            "docker build --push --build-arg NODE_VERSION=20 --build-arg BASE=debian:12 --platform linux/amd64 -t acme/x .",
            "docker build --push --build-arg RUST_REV=1.80.1 -t acme/x .",
            "./ci/prepare --node-version 20 --namespace prod --ref \"$TAG\" && kubectl apply -f k8s/",
            "gradle publish -PsomeFlag=main",
            "wrangler pages deploy dist --branch main",
        ],
        "pass",
    );
}

/// What quotes and backslashes keep from a shell is a text like any other.
#[test]
fn what_a_shell_does_not_expand_names_nothing() {
    all(
        &[
            "kubectl set image deploy/x 'x=acme/x:$COMMIT'",
            "kubectl set image deploy/x x=acme/x:latest\\$COMMIT",
            "kubectl set image deploy/x \"x=acme/x:latest\\$COMMIT\"",
            "kubectl set image deploy/x x=acme/x:$'$COMMIT'",
            "kubectl set image deploy/x x=acme/x:`echo $COMMIT`",
            "kubectl set image deploy/x x=acme/x:$(cat k8s/$COMMIT)",
            "kubectl set image deploy/x x=acme/x:${COMMIT:+latest}",
            "kubectl set image deploy/x x=acme/x:${COMMIT:-latest}",
            "kubectl set image deploy/x x=acme/x:${COMMIT:0:0}",
            "kubectl set image deploy/x x=acme/x:${COMMIT:0:2}",
            "kubectl set image deploy/x x=acme/x:${COMMIT//*/latest}",
            "kubectl set image deploy/x x=acme/x:${COMMIT%%?*}latest",
            "kubectl set image deploy/x x=acme/x:${TAG%-rc}",
            "kubectl set image deploy/x x=acme/x:${TAG##*.}",
            "kubectl set image deploy/x x=acme/x:${!COMMIT}",
            "kubectl set image deploy/x x=acme/x:${#COMMIT}",
            ": \"${COMMIT:=main}\"\nkubectl set image deploy/x x=acme/x:$COMMIT",
            "(( COMMIT = 7 ))\nkubectl set image deploy/x x=acme/x:$COMMIT",
            "export -- COMMIT=latest\nkubectl set image deploy/x x=acme/x:$COMMIT",
        ],
        "unknown",
    );
    all(
        &[
            "kubectl set image deploy/x 'x=acme/x:'\"$COMMIT\"",
            "kubectl set image deploy/x x=acme/x:${COMMIT:0:7}",
            "kubectl set image deploy/x x=acme/x:${TAG#v}",
            "kubectl set image deploy/x x=acme/x:${TAG##*/}",
            "kubectl set image deploy/x x=acme/x:${TAG//+/-}",
            "kubectl set image deploy/x x=acme/x:${TAG//\\//-}",
            "helm upgrade x ./chart --set-string image.tag=\"${TAG#v}\"",
            "helm package chart --version \"${TAG#v}\" --app-version \"$TAG\" && helm push x-\"${TAG#v}\".tgz oci://r.example/x",
            "gh release create \"$TAG\" dist/* --title \"$TAG\" --verify-tag",
        ],
        "pass",
    );
}

/// What may stand in place of the verified commit is not known to be it, and not known to be another one.
#[test]
fn one_of_several_is_not_known_to_be_another() {
    let verified = "needs.verify.outputs.commit";
    let checkout = |reference: &str| {
        let checkout = format!("uses: actions/checkout@v7\nwith: {{ ref: \"${{{{ {reference} }}}}\" }}");
        Two { checkout: &checkout, ..Two::default() }.text()
    };
    let outputs = |output: &str| {
        Two::default().text().replacen(
            "commit: \"${{ steps.tag.outputs.commit }}\"",
            &format!("commit: \"${{{{ {output} }}}}\""),
            1,
        )
    };
    table(&[
        ("alone", checkout(verified), "pass"),
        ("with an input behind", checkout(&format!("{verified} || inputs.x")), "unknown"),
        ("with a branch behind", checkout(&format!("{verified} || 'main'")), "unknown"),
        ("behind an input", checkout(&format!("inputs.x || {verified}")), "unknown"),
        ("behind an input, of the job", outputs("inputs.x || steps.tag.outputs.commit"), "unknown"),
        ("an input or another", checkout("inputs.x || inputs.tag"), "fail"),
        ("an input or a branch", checkout("inputs.x || 'main'"), "fail"),
    ]);
}

/// What is taken from the machine has to be made there, by an earlier command of the job.
#[test]
fn what_is_deployed_as_it_lies_there_is_made_before() {
    all(
        &[
            "docker compose push",
            "docker compose up -d && docker compose push",
            "docker compose up -d && docker push acme/x",
            "docker-compose push x",
            "vercel deploy --prod --prebuilt",
            "mvn -B acme.example:x-maven-plugin:LATEST:run deploy",
            "mvn -B acme.example:x-maven-plugin:run deploy",
            "mvn -B deploy -Drevision=main",
        ],
        "unknown",
    );
    all(
        &[
            "docker compose build && docker compose push",
            "docker compose build x && docker compose push x",
            "make images && docker compose push",
            "vercel build --prod && vercel deploy --prod --prebuilt",
            "vercel deploy --prod",
            "mvn -B acme.example:x-maven-plugin:1.2.3:run deploy",
            "mvn -B clean deploy:deploy -Drevision=1.2.3 -Dsource.encoding=UTF-8",
        ],
        "pass",
    );
}

/// What is deployed by the verified tag's name may be made by a job that nobody waits for.
#[test]
fn a_job_that_nobody_waits_for_may_make_what_is_named() {
    let beside = |needs: &str, checkout: &str, make: &str| {
        let jobs = format!(
            "  make:\n    needs: [{needs}]\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n        with: {{ ref: \"{checkout}\" }}\n      - {make}\n"
        );
        let last = "run: kubectl set image deploy/x x=acme/x:${{ inputs.tag }}";
        super::by_action::told_of("deploy", &Two { jobs: &jobs, last, ..Two::default() }.text()).0
    };
    let push = "run: ./ci/push acme/x:${{ inputs.tag }}";
    let action =
        "uses: docker/build-push-action@v6\n        with: { context: ., push: true, tags: \"acme/x:${{ inputs.tag }}\" }";
    assert_eq!(beside("verify", "main", push), "unknown");
    assert_eq!(beside("verify", "main", action), "unknown");
    assert_eq!(beside("verify", "main", "run: docker build --push -t \"acme/x:${{ inputs.tag }}\" ."), "unknown");
    assert_eq!(beside("verify", COMMIT, push), "pass");
    assert_eq!(beside("verify", COMMIT, action), "pass");
    assert_eq!(beside("verify", "main", "run: ./ci/push acme/docs:latest"), "pass");
    assert_eq!(beside("verify, deploy", "main", push), "pass");
}
