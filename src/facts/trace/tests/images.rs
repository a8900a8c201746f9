//! Tests of what a built image and the variables of a container make of a tool that runs there.

use super::check;

const PLAIN: (&str, &str) = ("compose.yml", "services:\n  x: {build: .}\n");

fn is(dockerfile: &str, files: &[(&str, &str)], steps: &str, expected: &str) {
    let text = format!("FROM python:3\nWORKDIR /a\n{dockerfile}");
    let all: Vec<(&str, &str)> = files.iter().copied().chain([("Dockerfile", text.as_str())]).collect();
    check(&[("bandit", steps, expected)], &all);
}

const RUN: &str = "docker compose run --rm x bandit -r src";
const BUILT: &str = "docker build -t i .\ndocker run --rm i bandit -r src";

#[test]
fn what_its_build_does_to_an_image() {
    for (does, expected) in [
        ("RUN rm -rf src", "runs (gates)"),
        ("RUN cd src && rm -f *.py", "runs (gates)"),
        ("RUN ln -sf /bin/true /usr/local/bin/bandit", "configured (gates)"),
        ("RUN rm -rf /var/lib/apt/lists/* docs node_modules", "gates"),
        ("RUN pip install bandit", "gates"),
        ("RUN ln -s /opt/bandit-1.2/bin/bandit /usr/local/bin/bandit", "gates"),
    ] {
        let copies = format!("COPY . .\n{does}\n");
        is(&copies, &[PLAIN], RUN, expected);
        is(&copies, &[PLAIN], BUILT, expected);
    }
    // Another stage is not the image, and what was built before the tree came in is gone.
    is("RUN mkdir src && touch src/a.py && rm -rf src\nCOPY . .\n", &[PLAIN], RUN, "gates");
    let stages = "COPY . .\nRUN rm -rf src\nFROM python:3\nWORKDIR /a\nCOPY . .\n";
    is(stages, &[PLAIN], RUN, "gates");
    // A base stage takes away what the next one, or a mount, brings to the same place.
    let again = "COPY src /a/src\nRUN rm -rf src\nCOPY . .\n";
    is(again, &[PLAIN], RUN, "gates");
    is(again, &[PLAIN], BUILT, "gates");
    is("COPY src /a/src\nRUN rm -rf src\nFROM python:3\n", &[PLAIN], "bandit -r src", "gates");
    is("COPY . .\nRUN rm -rf src\nCOPY . .\nRUN rm -rf src\n", &[PLAIN], RUN, "runs (gates)");
    is("COPY . .\nRUN rm -rf src\nCOPY . /b\n", &[PLAIN], RUN, "runs (gates)");
    is("COPY . .\nRUN rm -rf src\nCOPY docs docs\n", &[PLAIN, ("docs/a.md", "x")], RUN, "runs (gates)");
    let bound = ("compose.yml", "services:\n  x: {build: ., volumes: [.:/a]}\n");
    is("COPY . .\nRUN rm -rf src\n", &[bound], RUN, "gates");
    is("COPY . .\nRUN rm -rf src\n", &[PLAIN], "docker build -t i .\ndocker run --rm -v .:/a i bandit -r src", "gates");
    is("COPY . .\nRUN rm -rf src\n", &[bound], &format!("rm -rf src\n{RUN}"), "runs (gates)");
    // What it does reaches nothing outside of it.
    is("COPY . .\nRUN rm -rf src\n", &[PLAIN], "docker compose run x true\nbandit -r src", "gates");
}

#[test]
fn what_is_kept_out_of_an_image_by_language() {
    let ignored = |text: &'static str| [PLAIN, (".dockerignore", text), ("ci/x.sh", "true\n")];
    for (text, expected) in [
        ("**/*.py\n", "configured"),
        ("src\n", "configured"),
        ("*\n!ci\n", "configured"),
        ("*.py\n", "gates"),
        ("**/*.go\n", "gates"),
        ("**/*.py\n!src/a.py\n", "gates"),
    ] {
        is("COPY . .\n", &ignored(text), RUN, expected);
        let bound = ("compose.yml", "services:\n  x: {build: ., volumes: [.:/a]}\n");
        is("COPY . .\n", &[&ignored(text)[..], &[bound]].concat(), RUN, "gates");
        is("COPY . .\nRUN bandit -r src\n", &ignored(text), "docker build .", expected);
    }
}

/// What a command reads in an image lies there: a task file or a script that is kept out does not.
#[test]
fn files_that_a_command_reads_are_kept_out_as_well() {
    let make = ("Makefile", "lint:\n\tbandit -r src\n");
    let script = ("bin/lint.sh", "#!/bin/sh\nset -e\nbandit -r src\n");
    let bound = ("compose.yml", "services:\n  x: {build: ., volumes: [.:/a]}\n");
    let run = |command: &str| format!("docker compose run --rm x {command}");
    let built = |command: &str| format!("docker build -t i .\ndocker run --rm i {command}");
    for (file, text, command, expected) in [
        (make, "Makefile\n", "make lint", "configured"),
        (make, "Makefile\ncompose.yml\nDockerfile\n", "make lint", "configured"),
        (make, "docs\ncompose.yml\nDockerfile\n.github\n", "make lint", "gates"),
        (make, "*\n!src\n!Makefile\n", "make lint", "gates"),
        (script, "bin\n", "./bin/lint.sh", "configured"),
        (script, "bin/\n", "sh bin/lint.sh", "configured"),
        (script, "**/*.sh\n!bin/lint.sh\n", "./bin/lint.sh", "gates"),
    ] {
        is("COPY . .\n", &[PLAIN, file, (".dockerignore", text)], &run(command), expected);
        is("COPY . .\n", &[PLAIN, file, (".dockerignore", text)], &built(command), expected);
        is("COPY . .\n", &[bound, file, (".dockerignore", text)], &run(command), "gates");
    }
    // Outside of the image it is there.
    let outer = ("Makefile", "lint:\n\tdocker compose run --rm x bandit -r src\n");
    is("COPY . .\n", &[PLAIN, outer, (".dockerignore", "Makefile\n")], "make lint", "gates");
}

#[test]
fn files_of_variables() {
    let own = ("bin/bandit", "#!/bin/sh\n");
    let path = ("x.env", "# a\nPATH=/a/bin\n");
    let other = ("x.env", "A=1\nB='x'\n");
    let compose = |more: &'static str| ("compose.yml", more);
    let listed = compose("services:\n  x: {build: ., env_file: [x.env]}\n");
    let alone = compose("services:\n  x: {build: ., env_file: x.env}\n");
    let long = compose("services:\n  x:\n    build: .\n    env_file:\n      - {path: x.env, format: raw}\n");
    let optional = compose("services:\n  x:\n    build: .\n    env_file:\n      - {path: none.env, required: false}\n");
    let missing = compose("services:\n  x: {build: ., env_file: none.env}\n");
    let memory = compose("services:\n  x: {build: ., tmpfs: [/a]}\n");
    let beside = compose("services:\n  x: {build: ., tmpfs: /tmp}\n");
    for (service, file, expected) in [
        (listed, path, "configured"),
        (alone, path, "configured"),
        (long, path, "configured"),
        (listed, other, "gates"),
        (optional, other, "gates"),
        (missing, other, "configured (gates)"),
        (memory, other, "runs (gates)"),
        (beside, other, "gates"),
    ] {
        is("COPY . .\n", &[service, file, own], RUN, expected);
    }
    // Nothing of that name lies in the tree.
    is("COPY . .\n", &[missing], RUN, "gates");
    let docker = "docker run --env-file x.env -v $PWD:/a -w /a python:3 bandit -r src";
    is("", &[path, own], docker, "configured");
    is("", &[other, own], docker, "gates");
    is("", &[], docker, "gates");
    let tox = ("tox.ini", "[testenv:lint]\nset_env =\n  file|x.env\n  A=1\ncommands = bandit -r src\n");
    let here = ("x.env", "PATH=./bin\n");
    is("", &[tox, here, own], "tox -e lint", "configured");
    is("", &[tox, other, own], "tox -e lint", "gates");
    let just = |settings: &str| format!("{settings}\nlint:\n  bandit -r src\n");
    for (settings, expected) in [
        ("set dotenv-load", "gates"),
        ("set dotenv-override", "configured"),
        ("set dotenv-load\nset dotenv-override := true", "configured"),
        ("", "gates"),
    ] {
        is("", &[("justfile", &just(settings)), (".env", "PATH=./bin\n"), own], "just lint", expected);
    }
    is(
        "",
        &[("justfile", &just("set dotenv-filename := 'x.env'")), ("x.env", "BASH_ENV=x.sh\n"), own],
        "just lint",
        "configured",
    );
}
