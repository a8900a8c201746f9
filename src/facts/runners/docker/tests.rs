//! Tables of container and build command lines and what they lead to.

use super::Docker;
use crate::catalog::Catalog;
use crate::facts::meter::Meter;
use crate::facts::pipeline::Env;
use crate::facts::runners::rendering::{env, lead, lead_action, tree, words};
use crate::facts::runners::{Call, Runner, World};
use crate::facts::workdir::Workdir;
use crate::text::{Place, RepoPath};

fn led(files: &str, call: &str) -> String {
    let led = lead(&Docker, &tree(files), call, &Env::new(), &Workdir::workspace());
    led.map_or("none".to_owned(), |text| text.replace('\n', " | "))
}

#[test]
fn containers() {
    for (call, expected) in [
        ("docker run --rm img:1 ruff check .", "image img:1 ruff check . in ?"),
        ("docker run --rm -v $PWD:/app -w /app img lint", "image img lint"),
        ("docker run --rm -v '$(pwd):/app:ro' --workdir=/app/src img lint", "image img lint in src"),
        ("docker run -v${PWD}/src:/x -w /x img lint", "image img lint in src"),
        ("docker run --volume .:/app -w /app/src img lint", "image img lint in src"),
        ("docker run -v $GITHUB_WORKSPACE:/app -w /app img lint", "image img lint"),
        ("docker run --mount type=bind,source=$PWD,target=/app -w /app img lint", "image img lint"),
        ("docker run --mount type=volume,source=x,target=/app -w /app img lint", "image img lint in ?"),
        ("docker run -v /elsewhere:/app -w /app img lint", "image img lint in ?"),
        ("docker run -v name:/app -w /app img lint", "image img lint in ?"),
        ("docker run -v $PWD:/app img lint", "image img lint in ?"),
        ("docker run -v $PWD:/app -w $DIR img lint", "image img lint in ?"),
        ("docker run -it --rm --name x --network=host -e A=b -u 1:1 img a -v b", "image img a -v b in ?"),
        ("docker run --entrypoint true img lint", "true lint in ?"),
        ("docker run --entrypoint= img ruff check", "ruff check in ?"),
        ("docker run --entrypoint '' img ruff check", "ruff check in ?"),
        ("docker run -d img lint", "image img lint in ? ~soften:1"),
        ("docker run img", "image img  in ?"),
        // The word may be flags, or none.
        ("docker run $IMAGE ruff check", "image  ruff check in ? | image ruff check in ? ?"),
        ("docker container run img lint", "image img lint in ?"),
        ("docker --context x run img lint", "image img lint in ?"),
        ("podman run -v $PWD:/s:Z -w /s img lint", "image img lint"),
        ("nerdctl run img tini -- lint -x", "image img lint -x in ?"),
        ("docker exec -it -w /app box ruff check", "ruff check in ?"),
        ("docker exec -d box ruff check", "ruff check in ? ~soften:1"),
        ("docker exec box", ""),
        ("docker run", ""),
        ("docker pull img", ""),
        ("docker", ""),
        ("dockerx run img a", "none"),
    ] {
        assert_eq!(led("== src/x\n== bin/y\n", call), expected, "{call}");
    }
}

const FILES: &str = r##"== Dockerfile
ARG BASE=python:3.12
FROM ${BASE} AS base
ENV APP=/app
WORKDIR $APP
COPY pyproject.toml ./
RUN pip install ruff

FROM base AS lint
COPY . .
RUN ruff check \
    # all of it
    src
RUN ["mypy", "src"]
SHELL ["/bin/bash", "-eo", "pipefail", "-c"]
RUN bandit -r src | tee log

FROM base
COPY src/ ./src/
RUN --mount=type=bind,source=tests,target=/t --mount=type=cache,target=/c pytest /t
== ci/Dockerfile
FROM alpine as a
WORKDIR /w
COPY --chown=a:b src bin /w/
RUN <<EOF
#!/bin/bash -e
ruff check
EOF
RUN bash -e <<'X'
one
X
RUN <<EOF
#!/usr/bin/env python3
print()
EOF
FROM scratch
COPY --from=a /w/x.py /
SHELL ["powershell"]
RUN x
== src/x.py
== bin/y.sh
== tests/t.py
== pyproject.toml
"##;

#[test]
fn builds() {
    let base = "script \"pip install ruff\" @Dockerfile:6 in ?";
    let lint = format!(
        "{base} | script \"ruff check     src\" @Dockerfile:10 | mypy src @Dockerfile:13 | script -e pipefail \"bandit -r src | tee log\" @Dockerfile:15"
    );
    let last = format!("{base} | script \"pytest /t\" @Dockerfile:19 in ?");
    let ci = "script -e \"#!/bin/bash -e\\nruff check\\n\" @ci/Dockerfile:4 in src | script \"bash -e <<'X'\\none\\nX\" @ci/Dockerfile:8 in src | opaque `SHELL` names a shell that is not read @ci/Dockerfile:18 in ?";
    for (call, expected) in [
        ("docker build .", last.clone()),
        ("docker build -t x --target lint .", lint.clone()),
        ("docker buildx build --target=LINT --push .", lint.clone()),
        ("docker image build --target lint -t x -- .", lint.clone()),
        ("podman build --target 1 $PWD", lint.clone()),
        ("docker build --target missing .", String::new()),
        ("docker build -f ci/Dockerfile .", ci.to_owned()),
        ("docker build ci", ci.replace(" in src", " in ?")),
        ("docker build --check .", String::new()),
        ("docker build --call=check .", String::new()),
        ("docker build -", String::new()),
        ("docker build https://example.org/x.git", String::new()),
        ("docker build missing", String::new()),
        ("docker build", String::new()),
    ] {
        assert_eq!(led(FILES, call), expected, "{call}");
    }
    let all = lead(&Docker, &tree(FILES), "docker build .", &env(&[("DOCKER_BUILDKIT", "0")]), &Workdir::workspace());
    assert_eq!(all.map(|text| text.lines().count()), Some(5));
    let computed = led(FILES, "docker build --target $T .");
    assert!(computed.split(" | ").all(|line| line.ends_with('?') || line.contains("bandit")), "{computed}");
}

#[test]
fn the_build_action() {
    for (inputs, lines) in [
        (&[][..], 2),
        (&[("context", "."), ("target", "lint")][..], 4),
        (&[("file", "ci/Dockerfile")][..], 3),
        (&[("context", "ci")][..], 3),
        (&[("call", "check")][..], 0),
        (&[("file", "none")][..], 0),
    ] {
        let led = lead_action(&Docker, &tree(FILES), "docker/build-push-action", inputs).expect("known");
        assert_eq!(led.lines().count(), lines, "{inputs:?}\n{led}");
    }
    assert!(lead_action(&Docker, &tree(FILES), "docker/login-action", &[]).is_none());
}

#[test]
fn hostile_files_end() {
    for text in [
        "FROM a AS a\nFROM a AS a\nFROM a\nCOPY --from=a --from=9 / /\n".to_owned(),
        format!("FROM x\n{}", "COPY * /\n".repeat(5_000)),
        format!("FROM x\nRUN {}", "\\\n".repeat(50_000)),
        format!("FROM x\nENV A=$A$A\n{}", "ENV A=$A$A\n".repeat(100)),
        "FROM \nRUN <<\nRUN <<- \nCOPY\nCOPY --from\nRUN --mount\nRUN --mount=,= x\nWORKDIR \u{1f600}$\nENV\nARG\nSHELL [\nCMD [1]\n".to_owned(),
        "\u{0}".to_owned(),
        "RUN before from\n".to_owned(),
    ] {
        let files = format!("== Dockerfile\n{text}");
        assert_ne!(led(&files, "docker build ."), "none");
        assert_ne!(led(&files, "docker build --target a --build-arg A=$X ."), "none");
    }
}

#[test]
fn arguments_and_defaults() {
    let files = "== Dockerfile\nARG DIR=outer\nARG V=1\nFROM x:$V\nARG DIR\nARG OWN=${DIR}/own\nARG NONE\nARG TARGETARCH\nWORKDIR /w/$DIR\nCOPY src ${OWN}/$NONE\nWORKDIR $OWN\nRUN a\nWORKDIR /$TARGETARCH\nRUN b\n== src/x\n";
    for (call, expected) in [
        ("docker build .", "script \"a\" @Dockerfile:11 in src | script \"b\" @Dockerfile:13 in ?"),
        (
            "docker build --build-arg DIR=d --build-arg OWN=/o .",
            "script \"a\" @Dockerfile:11 in src | script \"b\" @Dockerfile:13 in ?",
        ),
        ("docker build --build-arg DIR=$X .", "script \"a\" @Dockerfile:11 in ? | script \"b\" @Dockerfile:13 in ?"),
    ] {
        assert_eq!(led(files, call), expected, "{call}");
    }
}

#[test]
fn what_an_image_from_elsewhere_reads_is_not_the_trees() {
    let apart = |files: &str, call: &str| {
        let snapshot = tree(files);
        let world =
            World { snapshot: &snapshot, catalog: Catalog::builtin(), meter: &Meter::default(), seen: &Default::default() };
        let place = Place::file(RepoPath::new("ci.sh").expect("path"));
        let call = Call { words: &words(call), env: &Env::new(), workdir: &Workdir::workspace(), place: &place };
        Docker.expand(&call, &world).expect("docker")[0].workdir.is_apart()
    };
    for (files, call, expected) in [
        ("== Makefile\nx:", "docker run acme/docs make x", true),
        ("== Makefile\nx:\n== docs/a.md\n", "docker run -v ./docs:/d acme/docs make x", true),
        ("== docs/Makefile\nx:", "docker run -v ./docs:/d acme/docs make x", false),
        ("== docs/sub/lint.sh\nx", "docker run -v ./docs:/d acme/docs make x", false),
        ("== Makefile\nx:", "docker run $IMAGE make x", false),
        ("== Makefile\nimage:\n\tdocker build -t acme/docs .\n", "docker run acme/docs:1 make x", false),
        (
            "== .github/workflows/x.yml\nuses: docker/build-push-action@v6\nwith: {tags: acme/docs}\n",
            "docker run acme/docs make x",
            false,
        ),
        (
            "== .github/workflows/x.yml\nuses: docker/build-push-action@v6\nwith: {tags: acme/app}\n",
            "docker run acme/docs make x",
            true,
        ),
        ("== compose.yaml\nservices: {a: {image: acme/docs, build: .}}\n", "docker run acme/docs make x", false),
    ] {
        assert_eq!(apart(files, call), expected, "{files} {call}");
    }
}
