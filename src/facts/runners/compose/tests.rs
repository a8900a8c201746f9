//! Tables of compose projects and what calls lead to; the first has the shape of a real service repository.

use super::Compose;
use crate::facts::pipeline::Env;
use crate::facts::runners::Runner;
use crate::facts::runners::docker::Docker;
use crate::facts::runners::rendering::{env, lead, tree};
use crate::facts::workdir::Workdir;

fn led(files: &str, call: &str) -> String {
    led_with(files, call, &Env::new())
}

fn led_with(files: &str, call: &str, env: &Env) -> String {
    let runner: &dyn Runner = if call.starts_with("docker ") { &Docker } else { &Compose };
    let led = lead(runner, &tree(files), call, env, &Workdir::workspace());
    led.map_or("none".to_owned(), |text| text.replace('\n', " | "))
}

const SERVICE: &str = r##"== docker-compose.yml
services:
  base:
    build:
      context: .
      dockerfile: docker/Dockerfile
      args: { userid: '${UID:-1}' }
    image: local/app
  web:
    extends: { service: base }
    command: web
    env_file: [x.env]
  test-ci:
    image: local/app
    environment: { A: b, C: '${D}' }
  front:
    build: { dockerfile: front/Dockerfile }
    volumes:
      - ./front:/app
      - /app/node_modules
  other:
    image: golangci/golangci-lint:v2
    working_dir: /src
    volumes:
      - type: bind
        source: $PWD
        target: /src
      - data:/src/data
    command: [golangci-lint, run]
  init:
    extends: base
    entrypoint: tini -g --
    working_dir: src
  shell:
    extends: base
    entrypoint: ''
  gone:
    extends: base
    entrypoint: /nowhere/entrypoint.sh
== docker/Dockerfile
FROM python AS build
WORKDIR /app
COPY --chown=app:app . /app
RUN collect
FROM build
ENTRYPOINT ["/app/bin/entrypoint.sh"]
CMD ["web"]
== front/Dockerfile
FROM node
WORKDIR /app
ADD front /app
ENTRYPOINT ["/bin/bash", "/app/bin/run.sh"]
CMD ["start"]
== bin/entrypoint.sh
exec "$@"
== bin/run_lint.sh
ruff check
== src/x.py
== front/bin/run.sh
"##;

#[test]
fn a_service_repository() {
    for (call, expected) in [
        (
            "docker compose run --rm --no-deps test-ci bash ./bin/run_lint.sh",
            "/app/bin/entrypoint.sh bash ./bin/run_lint.sh @docker-compose.yml:12",
        ),
        ("docker-compose run test-ci bash x", "/app/bin/entrypoint.sh bash x @docker-compose.yml:12"),
        (
            "docker compose --progress plain run --rm base shell ./bin/run_lint.sh",
            "/app/bin/entrypoint.sh shell ./bin/run_lint.sh @docker-compose.yml:2",
        ),
        ("docker compose run web", "/app/bin/entrypoint.sh web @docker-compose.yml:8"),
        ("docker compose run base", "/app/bin/entrypoint.sh web @docker-compose.yml:2"),
        ("docker compose run --rm --entrypoint= web ruff check", "ruff check @docker-compose.yml:8"),
        ("docker compose run --rm --entrypoint true web ruff check", "true ruff check @docker-compose.yml:8"),
        ("docker compose run --entrypoint 'bash -c' web x", "bash -c x @docker-compose.yml:8"),
        ("docker compose run -d web x", "/app/bin/entrypoint.sh x @docker-compose.yml:8 ~soften:1"),
        ("docker compose run -w /app/src web x", "/app/bin/entrypoint.sh x @docker-compose.yml:8 in src"),
        ("docker compose run -v ./front:/app web x", "x @docker-compose.yml:8 in front"),
        ("docker compose run front lint", "/bin/bash /app/bin/run.sh lint @docker-compose.yml:15 in front"),
        ("docker compose run other", "image golangci/golangci-lint:v2 golangci-lint run @docker-compose.yml:20"),
        ("docker compose run init a -b", "a -b @docker-compose.yml:29 in src"),
        ("docker compose run shell a", "a @docker-compose.yml:33"),
        ("docker compose run gone a", "a @docker-compose.yml:36"),
        (
            "docker compose run --build web x",
            "script \"collect\" @docker/Dockerfile:4 | /app/bin/entrypoint.sh x @docker-compose.yml:8",
        ),
        ("docker compose exec -T web ruff check", "ruff check @docker-compose.yml:8"),
        ("docker compose exec web", ""),
        ("docker compose run missing x", ""),
        ("docker compose run $SERVICE ruff check", "ruff check in ?"),
        ("docker compose build web", "script \"collect\" @docker/Dockerfile:4"),
        ("docker compose up -d web", "/app/bin/entrypoint.sh web @docker-compose.yml:8 ~soften:1"),
        ("docker compose up --wait web", "/app/bin/entrypoint.sh web @docker-compose.yml:8 ~soften:1"),
        ("docker compose up --no-start", ""),
        ("docker compose up web", "/app/bin/entrypoint.sh web @docker-compose.yml:8 ~soften:1"),
        ("docker compose up --exit-code-from web", "/app/bin/entrypoint.sh web @docker-compose.yml:8"),
        ("docker compose up --abort-on-container-exit web", "/app/bin/entrypoint.sh web @docker-compose.yml:8"),
        (
            "docker compose up --abort-on-container-exit web front",
            "/app/bin/entrypoint.sh web @docker-compose.yml:8 ~unknown:1 | /bin/bash /app/bin/run.sh start @docker-compose.yml:15 in front ~unknown:1",
        ),
        ("docker compose --dry-run run web x", ""),
        ("docker compose ps", ""),
        ("docker compose", ""),
        ("docker compose -f $FILE run web x", "opaque which compose files are read is computed: `$FILE`"),
    ] {
        assert_eq!(led(SERVICE, call), expected, "{call}");
    }
}

const FILES: &str = r##"== compose.yaml
x-base: &base
  image: a
  working_dir: /w
services:
  s:
    <<: *base
    command: one
  t:
    extends: { file: lib/common.yml, service: t }
== compose.override.yaml
services:
  s:
    volumes: ['./src:/w']
== ci/extra.yml
services:
  s: { command: 'two "a b"', volumes: ['../src:/w'] }
== lib/common.yml
services:
  t:
    image: c
    working_dir: /l
    volumes: ['.:/l']
== inc/compose.yml
services:
  i: { image: i, command: '${X} y $${Z}' }
== top.yml
include: [inc/compose.yml, { path: [lib/common.yml] }]
== src/x
"##;

#[test]
fn files_and_overrides() {
    for (pairs, call, expected) in [
        (&[][..], "docker compose run s", "image a one @compose.yaml:5 in src"),
        (&[][..], "docker compose -f compose.yaml run s", "image a one @compose.yaml:5 in ?"),
        (&[][..], "docker compose -f compose.yaml -f ci/extra.yml run s", "image a two a b @compose.yaml:5 in ?"),
        (
            &[][..],
            "docker compose --project-directory ci -f compose.yaml -f ci/extra.yml run s",
            "image a two a b @compose.yaml:5 in src",
        ),
        (&[("COMPOSE_FILE", "ci/extra.yml")][..], "docker compose run s", "image  two a b @ci/extra.yml:2 in ?"),
        (&[("COMPOSE_FILE", "?")][..], "docker compose run s", "opaque which compose files are read is computed: `COMPOSE_FILE`"),
        (&[][..], "docker compose run t x", "image c x @compose.yaml:8 in lib"),
        (&[][..], "docker compose -f top.yml run i", "image i <?> y ${Z} @inc/compose.yml:2 in ?"),
        (&[("X", "v")][..], "docker compose -f top.yml run i", "image i v y ${Z} @inc/compose.yml:2 in ?"),
        (&[][..], "docker compose -f missing.yml run s x", "x in ?"),
    ] {
        assert_eq!(led_with(FILES, call, &env(pairs)), expected, "{call}");
    }
    assert_eq!(
        led("== compose.yml\na: [\n", "docker compose run s").split(':').next(),
        Some("opaque the compose file is not read")
    );
    assert_eq!(led("== x\n", "podman-compose run s ruff check"), "ruff check in ?");
}

#[test]
fn hostile_files_end() {
    for text in [
        "services:\n  a: { extends: a }\n  b: { extends: { service: c } }\n  c: { extends: b }\n",
        "services: { a: 1, b: [], c: { build: [], image: {}, command: { x: y }, volumes: x, entrypoint: 7, environment: 3, extends: [] } }",
        "services: x\ninclude: [compose.yml, compose.yml]\n",
        "services:\n  a: &a\n    <<: *a\n    image: x\n",
        "services:\n  a: { build: { context: ../../.., dockerfile: '${' }, image: '${A:-${B}}' }\n  b: { image: \"\u{1f600}$\", volumes: [':', '::', '$', '${:/x'] }\n",
    ] {
        let files = format!("== compose.yml\n{text}");
        for call in [
            "docker compose run a x",
            "docker compose run b",
            "docker compose run c x",
            "docker compose up",
            "docker compose build",
            "docker compose exec c x",
        ] {
            assert_ne!(led(&files, call), "none", "{call} in {text}");
        }
    }
}
