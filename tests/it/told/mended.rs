//! Owns the tests that do what a fix says and look again: what is told must have become better. Refuses the words of fixes.

use super::applied::applied;
use super::held::{still_held, told_of, tree_of, workflow};

#[test]
fn what_is_told_of_a_script_helps() {
    let script = |text| ("ci.sh", text);
    let make = |text| ("Makefile", text);
    let npm = |text| ("package.json", text);
    let just = |text| ("justfile", text);
    let compose = ("compose.yaml", "services:\n  lint:\n    image: python\n    volumes: [\".:/w\"]\n    working_dir: /w\n");
    let mut wrong = Vec::new();
    for (steps, more) in [
        ("run: bash ci.sh", &[script("bandit -r src\necho done\n")][..]),
        ("run: bash ci.sh", &[script("#!/bin/bash\n# lints\nbandit -r src\necho done\n")]),
        ("run: ./ci.sh", &[script("#!/bin/sh\nlint() {\n  bandit -r src\n  echo done\n}\nlint\nls\n")]),
        ("run: bash ci.sh", &[script("set +e\nbandit -r src\necho\n")]),
        ("run: bash ci.sh", &[script("for x in src lib; do\n  bandit -r $x\ndone\n")]),
        ("run: bash ci.sh", &[script("bandit -r src | tee log\n")]),
        ("run: bash ci.sh", &[script("bandit -r src | tee log\necho\n")]),
        ("run: bash ci.sh", &[script("set -e\nbandit -r src | tee log\necho\n")]),
        ("run: sh ci.sh", &[script("bandit -r src | tee log\necho\n")]),
        ("run: bash ci.sh", &[script("set -e\nbandit -r src && echo good\nls\n")]),
        ("run: bash ci.sh", &[script("set -e\nif bandit -r src; then\n  echo good\nfi\n")]),
        ("run: bash ci.sh", &[script("trap 'exit 0' EXIT\nbandit -r src\n")]),
        ("run: bandit -r src || exit 0", &[]),
        ("run: bandit -r src | tee log", &[]),
        ("run: |\n          ! bandit -r src\n          ls", &[]),
        ("run: |\n          bandit -r src &\n          ls", &[]),
        ("run: |\n          bandit -r src\n          ls\n        shell: bash {0}", &[]),
        ("run: sh -c \"bandit -r src; echo\"", &[]),
        ("run: sh -c \"bandit -r src | tee log\"", &[]),
        ("run: |\n          bash <<'END'\n          bandit -r src\n          echo\n          END", &[]),
        ("run: docker compose run lint sh -c \"bandit -r src; echo\"", &[compose]),
        ("run: make lint", &[make("lint:\n\tbandit -r src; echo done\n")]),
        ("run: make lint", &[make("lint:\n\tbandit -r src; \\\n\techo done\n")]),
        ("run: make lint", &[make("lint:\n\tbandit -r src | tee log\n")]),
        ("run: make lint", &[make("F = src\nlint:\n\tbandit $(X) -r $(F) | tee log\n")]),
        ("run: make lint", &[make("lint:\n\tfor x in src lib; do bandit -r $$x; done\n")]),
        ("run: make lint", &[make(".ONESHELL:\nlint:\n\tbandit -r src\n\techo done\n")]),
        ("run: npm run lint", &[npm("{\n\"scripts\": {\n\"lint\": \"bandit -r src; echo\"\n}}\n")]),
        ("run: npm run lint", &[npm("{\n\"scripts\": {\n\"lint\": \"bandit -r src | tee log\"\n}}\n")]),
        ("run: just lint", &[just("lint:\n    bandit -r src; echo done\n")]),
        ("run: just lint", &[just("lint:\n    #!/bin/bash\n    bandit -r src\n    echo done\n")]),
    ] {
        let ci = workflow("pull_request", steps);
        let tree = tree_of("python", &ci, more);
        if applied(&tree, &told_of("python", &tree)).is_none() {
            wrong.push(format!("{steps} {more:?}: no change that can be made: {:?}", told_of("python", &tree).fix));
        }
        wrong.extend(still_held("python", &tree));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
