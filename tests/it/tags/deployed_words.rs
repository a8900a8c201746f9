//! Owns the rows of `deploy-tag-verified` about words of commands that are known: those with which they bring, build or deploy something else
//! than what is verified, and those with which they only look so.

use super::by_action::told_of;
use super::deployed::{HAND, OF_TAG, Two, VERIFIED, step, table};

const TAG: &str = "\nenv: { TAG: \"${{ inputs.tag }}\", X: \"${{ inputs.x }}\" }";

fn between(lines: &str) -> String {
    let more = if lines.starts_with("run") { TAG } else { "" };
    Two { between: &step(&format!("{lines}{more}")), ..Two::default() }.text()
}

fn before(lines: &str) -> String {
    Two { before: &step(lines), ..Two::default() }.text()
}

fn last(lines: &str) -> String {
    let more = if lines.starts_with("run") { TAG } else { "" };
    Two { last: &format!("{lines}{more}"), ..Two::default() }.text()
}

fn all(made: impl Fn(&str) -> String, rows: &[&str], verdict: &str) {
    let rows: Vec<(&str, String, &str)> = rows.iter().map(|row| (*row, made(row), verdict)).collect();
    table(&rows);
}

#[test]
fn words_that_bring_something_else_make_it_unknown() {
    all(
        between,
        &[
            "run: curl \"https://forge.example/$TAG/tollgate\" -o /usr/local/bin/tollgate",
            "run: curl -fsSLo /usr/local/bin/helm -K x.cfg https://forge.example/helm",
            "run: curl -x http://proxy.example -o /usr/local/bin/helm https://forge.example/helm",
            "run: curl -ko /usr/local/bin/helm https://forge.example/helm",
            "run: wget -O /usr/local/bin/helm \"https://forge.example/$TAG\"",
            "run: gh release download v1 -D /usr/local/bin",
            "run: cargo install --git https://forge.example/x --tag \"$TAG\"",
            "run: cargo install --git https://forge.example/x --rev main",
            "run: cargo install evil",
            "run: cargo install --registry other x@1.2.3",
            "run: cargo build --config x.toml",
            "run: cargo build --config 'build.rustc=\"/tmp/x\"'",
            "run: cargo +/tmp/toolchain build",
            "run: cargo build --manifest-path ../x/Cargo.toml",
            "run: go install \"forge.example/x@$TAG\"",
            "run: go install forge.example/x@latest",
            "run: go build -toolexec x ./...",
            "run: go build -overlay x.json ./...",
            "run: go build -modfile x.mod ./...",
            "run: go run evil.example/x@latest",
            "run: npx \"pkg@$TAG\"",
            "run: npx evil",
            "run: npx pkg@latest",
            "run: npx pkg@^1.2.3",
            "run: npx -p evil x",
            "run: npm install evil",
            "run: npm install --prefix .. pkg@1.2.3",
            "run: npm install https://forge.example/x.tgz",
            "run: npm install acme/x",
            "run: npm ci --registry https://forge.example",
            "run: npm run --prefix .. build",
            "run: npm pack evil@1.2.3",
            "run: yarn dlx evil",
            "run: yarn add evil",
            "run: pnpm dlx evil",
            "run: pnpm add evil",
            "run: bun x evil",
            "run: bun add evil",
            "run: deno run https://forge.example/x.ts",
            "run: deno run npm:evil",
            "run: pip install \"git+https://forge.example/x@$TAG\"",
            "run: pip install --target . x==1.2.3",
            "run: pip install evil",
            "run: pip install -i https://forge.example x==1.2.3",
            "run: pip install -e ../x",
            "run: pipx install evil",
            "run: gem install evil",
            "run: uv run --with evil build.py",
            "run: uvx evil",
            "run: make -f /tmp/x",
            "run: make -C ..",
            "run: make -C /tmp/x",
            "run: make -I /tmp/x",
            "run: make --eval x",
            "run: make build VERSION=\"$X\"",
            "run: make build SOURCE=https://forge.example/x",
            "run: make \"$X\"",
            "run: docker build -t x - ",
            "run: docker build -t x -f /tmp/x .",
            "run: docker build -t x /tmp/x",
            "run: docker build -t x ..",
            "run: docker build -t x git@forge.example:x",
            "run: docker build -t x --build-context src=https://forge.example .",
            "run: docker build -t x --cache-from type=registry,ref=x .",
            "run: docker build -t x --build-arg REF=\"$X\" .",
            "run: docker -H tcp://forge.example build -t x .",
            "run: docker buildx create --use tcp://forge.example",
            "run: docker buildx create --use --driver-opt image=acme/x",
            "run: mvn -f ../x verify",
            "run: gradle -I /tmp/x build",
            "run: gradle --include-build ../x build",
            "run: dotnet tool install evil",
            "run: composer require evil",
            "run: terraform init -upgrade",
            "run: terraform init -plugin-dir=/tmp/x",
            "run: terraform -chdir=/tmp/x init",
            "run: helm dependency update chart",
            "run: rustup toolchain link x /tmp/x",
            "run: rsync host:/x .",
            "run: cp /tmp/x dist/app",
            "run: cp ~/x dist/app",
            "run: cp ../x dist/app",
            "run: cp \"$X\" dist/app",
            "run: cp -r dist .git/hooks",
            "run: ln -s /tmp/x dist",
            "run: mv k8s.yml k8s/../../x",
            "run: ~/bin/x",
            "run: $HOME/bin/x",
            "run: /opt/x",
            "run: /opt/x/echo done",
            "run: ../x/build",
            "run: ./ci/prepare https://forge.example/x",
            "run: ./ci/prepare \"$X\"",
            "run: ./ci/prepare --image acme/x:latest",
            "run: bash ci/prepare.sh /tmp/x",
            "run: bash -c 'acme-sync' --version",
            "run: bash --rcfile x -i",
            "run: bash",
            "run: node -r /tmp/x build.js",
            "run: node --import=/tmp/x build.js",
            "run: python -m evil",
            "run: cd /tmp && make",
            "run: cd \"$X\" && make",
            "run: make\nworking-directory: /tmp/x",
            "run: git -c core.hooksPath=x checkout HEAD",
            "run: git config core.hooksPath x",
            "run: git config credential.helper '!x'",
            "run: tar xf x.tar --to-command=x",
            "run: tar -x -I ./x -f x.tar",
            "run: ls | tee k8s/app.yml",
            "run: rm -rf .git",
            "run: rm -rf ../x",
            "run: rm -rf \"$X\"",
            "run: env -C /tmp/x make",
            "run: sudo -i make",
            "run: date -s 2020-01-01",
            "run: printf -v PATH x",
            "run: declare -n x=PATH",
            "run: export \"$X\"",
            "run: for PATH in /tmp/x; do make; done",
            "run: ': \"${GIT_DIR:=x}\"'",
            "run: echo \"GIT_DIR=x\" >> \"$GITHUB_ENV\"",
            "run: echo \"$X\" >> \"$GITHUB_ENV\"",
            "run: cat x >> \"$GITHUB_ENV\"",
            "run: export PA\"\"TH=/tmp",
            "run: export \\\"PATH\\\"=/tmp",
            "run: make\nworking-directory: \"${{ inputs.x }}\"",
            "uses: pnpm/action-setup@v4\nwith: { run_install: \"- args: [--global, evil]\" }",
            "uses: oven-sh/setup-bun@v2\nwith: { bun-download-url: \"https://forge.example\" }",
            "uses: Swatinem/rust-cache@v2",
            "uses: actions/setup-go@v5\nwith: { go-version: stable }",
            "uses: actions/setup-go@v5\nwith: { cache: true }",
            "uses: actions/setup-python@v5\nwith: { cache: pip }",
            "uses: actions/setup-java@v4\nwith: { distribution: temurin, java-version: 21, cache: gradle }",
            "uses: astral-sh/setup-uv@v6",
            "uses: ruby/setup-ruby@v1\nwith: { bundler-cache: true }",
            "uses: actions/setup-node@v4\nwith: { registry-url: \"${{ inputs.x }}\" }",
            "uses: docker/setup-buildx-action@v3\nwith: { driver-opts: image=acme/x }",
            "uses: docker/setup-qemu-action@v3\nwith: { image: acme/x }",
        ],
        "unknown",
    );
}

#[test]
fn the_same_before_the_verification() {
    all(
        before,
        &[
            "run: cargo install --git https://forge.example/x --branch main",
            "run: curl -o /usr/local/bin/tollgate https://forge.example/$GITHUB_REF_NAME/tollgate",
            "run: npx evil",
            "run: date -s 2020-01-01",
            "run: git config http.proxy http://forge.example",
            "run: printf -v GIT_DIR x",
            "run: echo \"GIT_DIR=x\" >> $GITHUB_ENV",
            "run: /tmp/x/echo ready",
            "run: rm -rf .git/refs/remotes/origin/main",
            "run: cp x .git/refs/remotes/origin/main",
        ],
        "unknown",
    );
    all(
        before,
        &[
            "run: cargo install --locked --git https://forge.example/x --rev 0123456789abcdef0123456789abcdef01234567",
            "run: cargo install --locked tollgate@0.1.0",
            "run: cargo install --locked tollgate --version 0.1.0",
            "run: |\n  rustup toolchain install 1.95.0 --profile minimal\n  rustup default 1.95.0\n  cargo build --locked",
            "run: echo \"REGION=x\" >> \"$GITHUB_ENV\"",
        ],
        "pass",
    );
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

#[test]
fn words_that_stay_with_the_verified_tree_pass() {
    all(
        between,
        &[
            "run: rm -rf dist",
            "run: rm -f build/*.log && mkdir -p dist",
            "run: pnpm install --frozen-lockfile && pnpm build",
            "run: yarn install --frozen-lockfile && yarn build",
            "run: yarn --cwd web build",
            "run: npm ci && npm run build --if-present -- --mode production",
            "run: npm run build:prod",
            "run: npx --no-install tsc",
            "run: npx typescript@5.4.5",
            "run: npx @scope/x@1.2.3 --flag",
            "run: npm install -g pkg@1.2.3",
            "run: cargo build --release --locked --target x86_64-unknown-linux-musl",
            "run: cargo build -rq --bin x",
            "run: go build -trimpath -ldflags \"-s -w -X main.version=$TAG\" -o dist/x ./cmd/x",
            "run: go install golang.org/x/tools/cmd/stringer@v0.1.2",
            "run: go mod download",
            "run: pip install build==1.2.1 twine==5.1.0 && python -m build",
            "run: pip install .",
            "run: pip install -r requirements.txt",
            "run: make -j4 build VERSION=\"$TAG\"",
            "run: make -C web dist",
            "run: docker build -t \"acme/x:$TAG\" -f docker/Dockerfile --build-arg VERSION=\"$TAG\" .",
            "run: docker buildx create --use --name x",
            "run: ./ci/prepare --version \"$TAG\"",
            "run: ./ci/prepare dist",
            "run: bash ci/prepare.sh \"$TAG\"",
            "run: bash -euo pipefail ci/prepare.sh",
            "run: /usr/bin/make build",
            "run: cp -r k8s dist/k8s && mv dist/k8s out",
            "run: sudo install -m 0755 bin/x /usr/local/bin/x",
            "run: cd web && npm ci && cd ..",
            "run: cd \"$GITHUB_WORKSPACE\" && make",
            "run: make\nworking-directory: web",
            "run: mvn -B -ntp -DskipTests package",
            "run: ./gradlew :app:build --no-daemon",
            "run: terraform init -input=false -backend-config=env/prod.hcl",
            "run: helm dependency build chart && helm package chart -d dist",
            "run: |\n  curl -fsSL -X POST -H \"Authorization: $X\" https://hook.example/x -o /dev/null",
            "run: |\n  if [ \"$(uname -s)\" = Linux ]; then echo \"$X\"; fi",
            "run: export REGION=\"$X\"",
            "run: echo \"VERSION=$TAG\" >> \"$GITHUB_ENV\"",
            "run: sudo timeout 5 make prepare",
            "run: bundle exec rake build",
            "uses: pnpm/action-setup@v4\nwith: { version: 9 }",
            "uses: actions/setup-node@v4\nwith: { node-version: 22, cache: npm }",
            "uses: actions/setup-node@v4\nwith: { registry-url: \"https://registry.npmjs.org\" }",
            "uses: actions/setup-go@v5\nwith: { go-version: stable, cache: false }",
            "uses: actions/setup-python@v5\nwith: { python-version: 3.12 }",
            "uses: astral-sh/setup-uv@v6\nwith: { enable-cache: false }",
            "uses: docker/setup-buildx-action@v3",
        ],
        "pass",
    );
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
