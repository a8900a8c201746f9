//! Owns which steps `deploy-tag-verified` takes for deployments: each way in which users are handed what was made, and what only looks like one.

use super::by_action::TAGGED;
use super::deployed::{step, table};

/// A job on a tag that verifies nothing.
fn alone(lines: &str) -> String {
    let steps: String = step(lines).lines().map(|line| format!("      {line}\n")).collect();
    format!(
        "on:\n  {TAGGED}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n{steps}"
    )
}

fn found(rows: &[&str], verdict: &str) {
    let rows: Vec<(&str, String, &str)> = rows.iter().map(|row| (*row, alone(row), verdict)).collect();
    table(&rows);
}

#[test]
fn what_hands_users_something_is_a_deployment() {
    found(
        &[
            "run: docker buildx build --platform linux/amd64 -t acme/x:1 --push .",
            "run: docker build --push -t acme/x:1 .",
            "run: docker buildx build -t acme/x:1 --output type=registry .",
            "run: docker buildx build -t acme/x:1 --output=type=image,push=true .",
            "run: docker buildx bake --push",
            "run: docker buildx imagetools create -t acme/x:latest acme/x:1",
            "run: docker manifest push acme/x:1",
            "run: docker compose push",
            "run: crane copy acme/x:1 acme/x:latest",
            "run: regctl image copy acme/x:1 acme/x:latest",
            "run: ko build ./cmd/x",
            "uses: docker/build-push-action@v6\nwith: { context: ., outputs: \"type=image,push-by-digest=true,name=x,push=true\" }",
            "uses: docker/build-push-action@v6\nwith: { context: ., outputs: \"type=image,name=acme/${{ github.ref_name }},push=true\" }",
            "uses: docker/bake-action@v6\nwith: { push: true }",
            "uses: docker/bake-action@v6\nwith: { set: \"*.output=type=image,push=true\" }",
            "uses: depot/build-push-action@v1\nwith: { push: true }",
            "run: kubectl create -f k8s/",
            "run: kubectl create --filename=k8s/app.yml",
            "run: kubectl create deployment x --image=acme/x",
            "run: oc apply -f k8s/",
            "run: helm push x-1.tgz oci://r.example/charts",
            "uses: helm/chart-releaser-action@v1",
            "run: aws s3 sync dist s3://site --delete",
            "run: aws s3 sync dist \"s3://${{ secrets.BUCKET }}\"",
            "run: gsutil -m rsync -r dist gs://site",
            "run: gcloud storage rsync -r dist gs://site",
            "run: gh release create \"$GITHUB_REF_NAME\" dist/*",
            "run: gh release create v1 --title x --notes y dist/app",
            "run: gh release upload \"$GITHUB_REF_NAME\" dist/app --clobber",
            "uses: softprops/action-gh-release@v2\nwith: { files: dist/* }",
            "uses: ncipollo/release-action@v1\nwith: { artifacts: dist/* }",
            "uses: svenstaro/upload-release-action@v2\nwith: { file: dist/x, tag: \"${{ github.ref }}\" }",
            "uses: taiki-e/upload-rust-binary-action@v1\nwith: { bin: x }",
            "run: goreleaser release --clean",
            "uses: goreleaser/goreleaser-action@v6\nwith: { args: release --clean }",
            "uses: goreleaser/goreleaser-action@v6\nwith: { args: \"release --clean ${{ env.FLAGS }}\" }",
            "run: mvn -B clean deploy",
            "run: ./mvnw -B -ntp -DskipTests deploy",
            "run: ./gradlew build publish",
            "run: gradle publishToSonatype closeAndReleaseSonatypeStagingRepository",
            "run: sbt ci-release",
            "run: dotnet nuget push x.nupkg --source https://api.nuget.example --api-key \"$K\"",
            "run: npx semantic-release",
            "run: npx --no-install semantic-release",
            "run: npx changeset publish",
            "run: npx lerna publish from-package --yes",
            "uses: changesets/action@v1\nwith: { publish: npm run release }",
            "uses: cycjimmy/semantic-release-action@v4",
            "uses: JS-DevTools/npm-publish@v3\nwith: { token: x }",
            "uses: katyo/publish-crates@v2",
            "uses: MarcoIeni/release-plz-action@v0.5",
            "uses: rubygems/release-gem@v1",
            "run: npx vsce publish",
            "run: snapcraft upload --release=stable x.snap",
            "uses: snapcore/action-publish@v1\nwith: { snap: x.snap, release: stable }",
            "run: wrangler deploy",
            "run: npx wrangler pages deploy dist",
            "uses: cloudflare/wrangler-action@v3",
            "uses: cloudflare/wrangler-action@v3\nwith: { command: pages deploy dist }",
            "run: vercel --prod --token=\"$T\"",
            "run: vercel deploy --prebuilt --prod",
            "uses: amondnet/vercel-action@v25\nwith: { vercel-args: --prod }",
            "run: netlify deploy --dir=dist --prod",
            "run: heroku container:release web",
            "run: git push heroku HEAD:main",
            "uses: akhileshns/heroku-deploy@v3.13.15",
            "uses: superfly/flyctl-actions@1.5\nwith: { args: deploy }",
            "run: firebase deploy --only hosting",
        ],
        "fail",
    );
}

#[test]
fn what_hands_nobody_anything_is_none() {
    found(
        &[
            "run: docker buildx build -t acme/x:1 --load .",
            "run: docker buildx build -t localhost:5000/x:1 --push .",
            "run: docker buildx build -t acme/x:1 --output type=local,dest=out .",
            "run: docker buildx bake",
            "run: docker buildx imagetools create --dry-run -t acme/x:latest acme/x:1",
            "run: docker buildx imagetools inspect acme/x:1",
            "uses: docker/build-push-action@v6\nwith: { context: ., outputs: \"type=docker,dest=x.tar\" }",
            "uses: docker/bake-action@v6",
            "run: kubectl create namespace x",
            "run: kubectl create secret generic x --from-file=a",
            "run: kubectl create -f k8s/ --dry-run=client",
            "run: aws s3 cp s3://b/x dist",
            "run: aws s3 cp coverage.xml s3://reports/coverage.xml",
            "run: gsutil cp junit.xml gs://reports/",
            "run: aws s3 sync s3://a s3://b",
            "run: aws s3 ls s3://b",
            "run: gh release create \"$GITHUB_REF_NAME\" --generate-notes --title x",
            "run: gh release view v1",
            "uses: softprops/action-gh-release@v2",
            "uses: softprops/action-gh-release@v2\nwith: { generate_release_notes: true }",
            "uses: ncipollo/release-action@v1\nwith: { body: x }",
            "run: goreleaser release --snapshot --clean",
            "run: goreleaser build --clean",
            "uses: goreleaser/goreleaser-action@v6\nwith: { args: release --snapshot }",
            "uses: goreleaser/goreleaser-action@v6\nwith: { args: \"release --skip=validate,publish\" }",
            "uses: goreleaser/goreleaser-action@v6\nwith: { args: check }",
            "run: mvn -B verify",
            "run: ./gradlew publishToMavenLocal",
            "run: sbt publishLocal",
            "run: npx semantic-release --dry-run",
            "uses: changesets/action@v1",
            "uses: JS-DevTools/npm-publish@v3\nwith: { token: x, dry-run: true }",
            "uses: MarcoIeni/release-plz-action@v0.5\nwith: { command: release-pr }",
            "run: wrangler deploy --dry-run",
            "uses: cloudflare/wrangler-action@v3\nwith: { command: kv key list }",
            "run: vercel build --prod",
            "run: vercel deploy --prebuilt",
            "run: netlify deploy --dir=dist",
            "run: git push origin HEAD:main",
            "uses: superfly/flyctl-actions/setup-flyctl@v1",
            "uses: peaceiris/actions-gh-pages@v4\nwith: { publish_dir: docs }",
        ],
        "not-applicable",
    );
}
