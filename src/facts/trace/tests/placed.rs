//! Tests of scripts that ask where they lie, and of files that are read in the place of a command.

use super::check;

#[test]
fn a_script_knows_where_it_is() {
    let files = [
        ("scripts/lint", "#!/bin/sh -e\ncd \"$(dirname \"$0\")/..\"\nruff check\n./scripts/more.sh\n"),
        ("scripts/more.sh", "#!/bin/bash\nset -e\nD=\"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\"\n\"$D\"/last.sh\n"),
        ("scripts/last.sh", "#!/bin/bash\nbandit -r \"$(git rev-parse --show-toplevel)/src\"\n"),
        ("tools/bin/mypy", "#!/bin/sh\ntrue\n"),
        ("x.sh", "cd \"$(mktemp -d)\"\nmake lint\n"),
        ("Makefile", "lint:\n\tpylint src\n"),
    ];
    let rows = [
        ("ruff", "scripts/lint", "gates"),
        ("bandit", "scripts/lint", "gates"),
        ("bandit", "cd /\n\"$GITHUB_WORKSPACE\"/scripts/lint", "gates"),
        ("mypy", "$X/bin/mypy src", "absent"),
        // The directory is outside the tree; that people may run the target by hand is all that is left.
        ("pylint", "bash x.sh", "configured"),
        ("pylint", "cd sub\ncd -\nmake lint", "gates"),
    ];
    check(&rows, &files);
}

#[test]
fn a_sourced_file_is_read_in_place() {
    let files = [
        ("scripts/lib.sh", "lint() { ruff check; }\n"),
        ("scripts/strict.sh", "set -euo pipefail\n"),
        ("scripts/env.sh", "set +e\n"),
        (
            "scripts/run",
            "#!/bin/bash\n. \"$(dirname \"$0\")/strict.sh\"\nsource \"${BASH_SOURCE[0]%/*}/lib.sh\"\nlint\necho done\n",
        ),
    ];
    let rows = [
        ("ruff", "source scripts/lib.sh\nlint", "gates"),
        ("ruff", "source scripts/strict.sh\nruff check | tee log", "gates"),
        ("ruff", "source scripts/env.sh\nruff check\necho done", "runs"),
        ("ruff", "scripts/run", "gates"),
        ("ruff", "source \"$X/lib.sh\"\nlint", "absent, opaque 1"),
    ];
    check(&rows, &files);
}
