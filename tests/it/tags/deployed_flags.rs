//! Owns the rows of `deploy-tag-verified` about flags of what deploys: which take the next word, which of them say what is deployed, and which
//! say nothing of it.

use super::deployed::{Two, step};
use super::deployed_words::{TAG, all};

fn last(lines: &str) -> String {
    let more = if lines.starts_with("run") { TAG } else { "" };
    Two { last: &format!("{lines}{more}"), ..Two::default() }.text()
}

/// A flag that says yes or no leaves the next word what it is.
#[test]
fn the_word_behind_a_switch_is_asked() {
    all(
        last,
        &[
            "run: kubectl apply --validate -f /tmp/x.yml",
            "run: terraform apply -auto-approve -input /tmp/plan",
            "run: terraform apply -auto-approve -lock /tmp/plan",
            "run: terraform apply -auto-approve -refresh /tmp/plan",
            "run: az webapp deploy -g x -n x --clean --src-path /tmp/x.zip",
        ],
        "unknown",
    );
    all(
        last,
        &[
            "run: kubectl apply --validate=false -f k8s/",
            "run: kubectl apply --validate -f k8s/",
            "run: terraform apply -auto-approve -input=false -lock=false -refresh=true",
            "run: az webapp deploy -g x -n x --clean --src-path dist/x.zip",
            "run: az webapp deploy -g x -n x --clean true --src-path dist/x.zip",
        ],
        "pass",
    );
}

/// Words behind a flag that takes several, up to the next one.
#[test]
fn all_words_of_a_flag_are_asked() {
    all(
        last,
        &[
            "run: sam deploy --stack-name x --parameter-overrides Stage=prod ImageTag=latest",
            "run: cdk deploy -c stage=prod imageTag=latest",
            "run: cdk deploy Stack --parameters imageTag=latest",
        ],
        "unknown",
    );
    all(
        last,
        &[
            "run: sam deploy --stack-name x --parameter-overrides Stage=prod \"ImageTag=$TAG\"",
            "run: cdk deploy --all --require-approval never -c stage=prod region=x",
            "run: sam deploy --stack-name x --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND",
        ],
        "pass",
    );
}

/// Which revision, source, project, version or program.
#[test]
fn flags_that_say_what_is_deployed_are_asked() {
    all(
        last,
        &[
            "run: argocd app set x --kustomize-image \"acme/x:$TAG\" --revision main",
            "run: argocd app set x --kustomize-image \"acme/x:$TAG\" --repo https://forge.example/x",
            "run: argocd app create x --kustomize-image \"acme/x:$TAG\" --repo https://forge.example/x --path k8s",
            "run: argocd app set x --kustomize-image acme/x:latest",
            "run: spin pipeline execute -a x -n deploy",
            "run: spin pipeline execute -a x -n deploy -p tag=latest",
            "run: spin pipeline execute -a x -n deploy -p \"tag=$X\"",
            "run: spin pipeline execute -a x -n deploy -f /tmp/x.json",
            "run: pdm publish -p /tmp/x",
            "run: hatch publish -p x",
            "run: twine upload --sign-with ./x dist/*",
            "run: npm publish --dir evil",
            "run: npm publish evil",
            "run: pnpm publish /tmp/x --no-git-checks",
            "run: yarn publish --new-version 1.2.3",
            "run: yarn publish --new-version \"$X\"",
            "run: eb deploy -l v1",
            "run: docker buildx bake --push github.com/acme/x.git app",
            "run: docker buildx imagetools create --append -t acme/x:latest \"acme/x:$TAG\"",
            "run: crane cp -a acme/x acme/y",
            "run: skopeo copy --src-daemon-host tcp://forge.example \"docker-daemon:acme/x:$TAG\" docker://acme/x:latest",
            "run: helm upgrade x ./chart --set image.tag=\"$TAG\" --reuse-values",
            "run: helm upgrade x ./chart --set image.tag=\"$TAG\" --dependency-update",
            "run: helm upgrade x ./chart --set image.tag=\"$TAG\" --repo https://forge.example",
            "run: helm upgrade x acme --version \"$TAG\" --devel",
            "run: helmfile -b ./x apply",
            "run: kubectl --cache-dir /tmp/x apply -f k8s/",
            "run: cargo --config x publish",
            "run: npm --userconfig /tmp/x publish",
            "run: aws s3 sync /tmp/x s3://b",
            "run: gsutil -m rsync -r /tmp/x gs://b",
            "run: helmfile apply -c acme/x",
            "run: helmfile apply --set image.tag=latest",
            "run: helmfile apply --post-renderer ./x",
            "run: helmfile apply --values /tmp/x.yml",
            "run: terraform apply -auto-approve --var image=acme/x:latest",
            "run: terraform apply -auto-approve --var-file=/tmp/x",
            "run: pulumi up -y github.com/acme/x",
            "run: pulumi up -y --policy-pack /tmp/x",
            "run: pulumi up -y --config-file /tmp/x",
            "run: flyctl deploy --from-manifest x.json",
            "run: serverless deploy --param tag=latest",
            "run: cdk deploy -a ./x",
            "run: cdk deploy -p ./x",
            "run: az webapp deployment source config-zip -g x -n x --src /tmp/x.zip",
            "run: aws ecs update-service --cluster x --service \"x:$TAG\" --task-definition x",
            "run: aws lambda update-function-code --function-name x --zip-file fileb:///tmp/x.zip",
            "run: vsce publish --sign-tool ./x",
            "run: netlify deploy --prod --trigger",
            "run: firebase deploy -p /tmp/x",
            "run: goreleaser release --release-notes /tmp/x",
            "uses: google-github-actions/deploy-cloudrun@v2\nwith: { service: x, image: \"acme/x:${{ inputs.tag }}\", revision_traffic: old=100 }",
            "uses: google-github-actions/deploy-cloudrun@v2\nwith: { service: x, image: \"acme/x:${{ inputs.tag }}\", flags: \"--cpu=1 --image=acme/x\" }",
            "uses: google-github-actions/deploy-cloudrun@v2\nwith: { service: x, image: \"acme/x:latest\" }",
            "uses: azure/k8s-deploy@v5\nwith: { manifests: \"https://forge.example/x.yml\", images: \"acme/x:${{ inputs.tag }}\" }",
            "uses: azure/k8s-deploy@v5\nwith: { manifests: k8s, images: \"acme/x:${{ inputs.tag }}\", args: x }",
            "uses: azure/webapps-deploy@v3\nwith: { app-name: x, package: /tmp/x.zip, images: \"acme/x:${{ inputs.tag }}\" }",
            "uses: azure/webapps-deploy@v3\nwith: { app-name: x, package: dist, sitecontainers-config: \"[]\" }",
            "uses: superfly/flyctl-actions@v1\nwith: { args: deploy --image acme/x }",
            "uses: cloudflare/wrangler-action@v3\nwith: { command: versions deploy 01234567 -y }",
            "uses: docker/bake-action@v6\nwith: { source: ., push: true, targets: github.com/acme/x.git }",
        ],
        "unknown",
    );
}

/// Flags that runs of CI have, and that say nothing of what is deployed.
#[test]
fn flags_that_say_nothing_of_it_pass() {
    all(
        last,
        &[
            "run: kubectl --server https://k.example --token \"$X\" apply -f k8s/",
            "run: kubectl apply -f k8s/ --as deployer --save-config",
            "run: helm upgrade --install x ./chart --no-hooks --skip-crds --take-ownership -l team=x --set image.tag=\"$TAG\"",
            "run: helm upgrade x ./chart --set-file conf=env/prod.conf --set image.tag=\"$TAG\"",
            "run: helmfile --environment prod apply --skip-diff-on-install --set region=x --state-values-file env/prod.yml",
            "run: terraform apply -auto-approve --var-file=env/prod.tfvars",
            "run: terragrunt apply --non-interactive --working-dir infra",
            "run: pulumi up --yes --skip-preview --refresh --message \"$X\" --parallel 4",
            "run: cdk deploy --all --require-approval never --ci --progress events --outputs-file out.json",
            "run: sam deploy --no-confirm-changeset --disable-rollback --role-arn \"$X\" --stack-name x",
            "run: eb deploy prod -l \"$TAG\" --timeout 20 --staged",
            "run: flyctl deploy --remote-only --smoke-checks=false --primary-region x --build-target prod",
            "run: serverless deploy --stage prod --aws-s3-accelerate --param region=x",
            "run: argocd app set x --kustomize-image \"acme/x:$TAG\" --grpc-web --auth-token \"$X\"",
            "run: argocd app set x -p image.tag=\"$TAG\" --revision \"$TAG\"",
            "run: spin pipeline execute -a x -n deploy -p \"tag=$TAG\"",
            "run: npm publish --json --workspaces --include-workspace-root",
            "run: pnpm publish packages/x --no-git-checks --report-summary",
            "run: yarn publish --new-version \"$TAG\" --no-git-tag-version",
            "run: poetry publish --build -u x -p \"$X\" --dist-dir out",
            "run: pdm publish -P \"$X\" -u x",
            "run: hatch publish -u x -a \"$X\" dist",
            "run: uv publish --keyring-provider disabled --no-progress dist/*",
            "run: gem build x.gemspec && gem push x-1.gem --quiet",
            "run: |\n  podman build -t acme/x:1 .\n  podman push --tls-verify=false acme/x:1 docker://forge.example/x:1",
            "run: |\n  docker build -t acme/x:1 .\n  docker push --platform linux/amd64 acme/x:1",
            "run: |\n  docker build -t acme/x:1 .\n  docker tag acme/x:1 acme/x:latest\n  docker push acme/x:latest",
            "run: ko build --bare --platform=all --image-label x=y ./cmd/x",
            "run: skopeo copy --all --preserve-digests --retry-times 3 --multi-arch all \"docker://acme/x:$TAG\" docker://acme/x:latest",
            "run: crane copy --platform linux/amd64 -j 4 \"acme/x:$TAG\" acme/x:latest",
            "run: oras cp -r --concurrency 4 \"acme/x:$TAG\" acme/y:latest",
            "run: aws s3 sync dist s3://b --endpoint-url \"$X\" --expires x --no-guess-mime-type",
            "run: gsutil -m -h Cache-Control:no-store rsync -r -d -j html dist gs://b",
            "run: az functionapp deployment source config-zip -g x -n x --src dist/x.zip --build-remote true",
            "run: az webapp deployment source config-zip -g x -n x --src dist/x.zip --timeout 600",
            "run: goreleaser release --clean --release-notes-tmpl notes.md --skip sign",
            "run: wrangler deploy --keep-vars --var API:prod --message \"$X\"",
            "run: wrangler pages deploy dist --project-name x --commit-dirty=true",
            "run: netlify deploy --prod --no-build --dir dist --alias x --json",
            "run: firebase deploy --only hosting --except functions --json -f",
            "run: vsce publish --pre-release --no-dependencies --skip-duplicate -p \"$X\"",
            "run: gcloud run deploy x --image \"acme/x:$TAG\" --tag blue",
            "run: gcloud run deploy x --image \"acme/x:$TAG\" --set-secrets DB=db:latest --add-cloudsql-instances p:r:i --no-cpu-throttling",
            "uses: google-github-actions/deploy-cloudrun@v2\nwith: { service: x, image: \"acme/x:${{ inputs.tag }}\", region: x, flags: \"--allow-unauthenticated --port=8080\" }",
            "uses: azure/k8s-deploy@v5\nwith: { manifests: k8s, images: \"acme/x:${{ inputs.tag }}\", namespace: x, strategy: canary }",
            "uses: azure/webapps-deploy@v3\nwith: { app-name: x, package: dist, publish-profile: \"${{ secrets.P }}\" }",
            "uses: superfly/flyctl-actions@v1\nwith: { args: deploy --remote-only }",
            "uses: cloudflare/wrangler-action@v3\nwith: { apiToken: \"${{ secrets.T }}\", command: pages deploy dist --project-name=x, packageManager: npm }",
        ],
        "pass",
    );
}

/// What the way to a deployment may hold beside it.
#[test]
fn keys_of_the_cluster_are_none_of_what_is_deployed() {
    let between = |lines: &str| Two { between: &step(&format!("{lines}{TAG}")), ..Two::default() }.text();
    all(
        between,
        &["run: kubectl create secret docker-registry x --docker-server r.example --docker-password \"$X\" -n x"],
        "pass",
    );
}

/// Parts of flags, flags of other programs by the same letter, and words behind what takes none.
#[test]
fn flags_on_the_way_are_asked_as_their_programs_read_them() {
    let between = |lines: &str| Two { between: &step(&format!("{lines}{TAG}")), ..Two::default() }.text();
    all(
        between,
        &[
            "run: git ls-remote --up=./x origin",
            "run: git ls-remote --exe ./x origin",
            "run: git config init.templateDir x",
            "run: git config gc.recentObjectsHook ./x",
            "run: git config fetch.bundleURI https://forge.example/x",
            "run: wget --retry-connrefused \"https://forge.example/$TAG\" -O /usr/local/bin/helm",
            "run: tar xf x.tar --to-c=./x",
            "run: tar -xI ./x -f x.tar",
            "run: tar -xPf x.tar",
            "run: tar xPf x.tar",
            "run: tar xf x.tar --transf=s,x,y,",
            "run: perl -E 'unlink q(k8s)'",
            "run: php -B 'unlink(x);' x.php",
            "run: python -W error /tmp/x.py",
            "run: just -f /tmp/x build",
            "run: make -O VERSION=latest",
            "run: go build -mod=mod ./...",
            "run: npm pack -o evil",
            "run: bazel build --remote_cache=cache.example:443 //x",
            "run: bazel build --override_repository=x=y //x",
        ],
        "unknown",
    );
    all(
        between,
        &[
            "run: git ls-remote --exit-code --tags origin",
            "run: git config set user.name x",
            "run: git config --global init.defaultBranch main",
            "run: docker buildx create --use --driver docker-container --name x",
            "run: kubectl get pods -n x",
            "run: terraform output -raw x",
            "run: tar -xzf dist/x.tgz -C out --strip-components=1",
            "run: tar czf dist/x.tgz k8s",
            "run: tar -cJvf dist/x.tar.xz --exclude .git k8s",
            "run: unzip -qo dist/x.zip -d out",
            "run: python -W error build.py",
            "run: just -f other.just build",
            "run: make -j 4 build",
            "run: uv sync --frozen --python 3.12",
            "run: pnpm install --frozen-lockfile --reporter silent",
            "run: make -l build",
            "run: go build -mod=vendor -installsuffix cgo -o dist/x ./cmd/x",
            "run: pip install --no-input --break-system-packages x==1.2.3",
            "run: npm pack --pack-destination dist",
            "run: bazel build -c opt --config=release //x:y //z/...",
            "run: docker build -t x --network host --shm-size 2g .",
        ],
        "pass",
    );
}
