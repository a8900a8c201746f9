//! Tests of the ways in which a tool and what it looks at are named: with a version, packed, behind a list of files.

use super::check;

#[test]
fn versions_behind_a_name() {
    let files: &[(&str, &str)] = &[
        ("go.mod", "module x\n"),
        (
            "Makefile",
            "GOBIN ?= $(shell go env GOPATH)/bin\nLINT := $(GOBIN)/golangci-lint-v2.4.0\nlint:\n\t@$(LINT) run\nV ?= v1.2.3\nver:\n\tbin/golangci-lint-$(V) run\n",
        ),
    ];
    check(
        &[
            ("golangci-lint", "make lint", "gates"),
            ("golangci-lint", "make ver", "configured (gates)"),
            ("golangci-lint", "./bin/golangci-lint-1.64 run", "configured (gates)"),
            ("golangci-lint", "bin/golangci-lint-$LINT_VERSION run", "gates"),
            ("golangci-lint", "bin/golangci-lint-v${VERSION} run", "gates"),
            ("golangci-lint", "bin/golangci-lint-$X run", "configured (gates)"),
            ("golangci-lint", "bin/golangci-lint-$X-y run", "configured, opaque 1"),
        ],
        files,
    );
}

#[test]
fn programs_of_php() {
    let files: &[(&str, &str)] = &[
        ("composer.json", "{\"config\": {\"bin-dir\": \"bin\"}, \"scripts\": {\"psalm\": \"psalm.phar\"}}"),
        ("src/A.php", "<?php\n"),
        ("bin/console", "#!/usr/bin/env php\n<?php\n"),
        (".phive/phars.xml", "<phive><phar name=\"phpstan\" location=\"./tools/phpstan\"/></phive>"),
    ];
    check(
        &[
            ("psalm", "composer run psalm -- --threads=1", "gates"),
            ("psalm", "vendor/bin/psalm.phar", "gates"),
            ("phpstan", "php phpstan.phar analyse", "gates"),
            ("phpstan", "php -d memory_limit=-1 tools/phpstan-1.12.phar analyse", "gates"),
            ("phpstan", "php bin/phpstan analyse", "gates"),
            ("phpstan", "php ./tools/phpstan analyse", "gates"),
            ("phpstan", "tools/phpstan analyse", "gates"),
            ("phpstan", "php other/phpstan analyse", "configured (gates)"),
            ("phpstan", "php bin/console phpstan", "absent"),
        ],
        files,
    );
}

#[test]
fn lists_of_tracked_files() {
    check(
        &[
            ("bandit", "git ls-files '*.py' | xargs bandit -q", "gates"),
            ("bandit", "git ls-files -z '*.py' | xargs -0 -I{} bandit {}", "gates"),
            ("bandit", "bandit $(git ls-files '*.py')", "gates"),
            ("bandit", "find . -name '*.py' | xargs bandit", "gates"),
            ("bandit", "find src -name '*.py' -exec bandit {} +", "gates"),
            ("bandit", "git ls-files '*.rb' | xargs bandit", "runs (gates)"),
            ("bandit", "git ls-files -m | xargs bandit", "runs (gates)"),
            ("bandit", "cat list | xargs bandit", "runs (gates)"),
            ("bandit", "find src -name '*.py' -exec bandit {} \\;", "runs"),
        ],
        &[],
    );
}

#[test]
fn commands_of_a_cluster() {
    check(
        &[
            ("bandit", "kubectl run t --image=x --command=true -- /bin/sh -c \"$(cat ci/boot.sh)\" sh uid", "absent"),
            ("bandit", "kubectl exec deploy/app -- $CMD", "absent"),
            ("bandit", "oc exec app -- bandit -r src", "absent"),
            ("bandit", "uv sync $X", "absent"),
        ],
        &[],
    );
}

#[test]
fn a_chain_has_as_many_hops_as_the_limit_says() {
    let scripts = |count: usize| {
        let mut all: String = (0..count).map(|at| format!("\"s{at}\": \"npm run s{}\", ", at + 1)).collect();
        all.push_str(&format!("\"s{count}\": \"bandit -r src\""));
        format!("{{\"scripts\": {{{all}}}}}")
    };
    check(&[("bandit", "npm run s0", "gates")], &[("package.json", &scripts(58))]);
    check(&[("bandit", "npm run s0", "absent, opaque 1")], &[("package.json", &scripts(70))]);
}
