#!/usr/bin/env python3
"""Measures tollgate as a whole process against peers in the same run, alternating, and prints medians, quartiles and ratios.

usage: bench.py TOLLGATE [--workflows DIR] [--runs N] [--instructions] [--gate-only] [--of GITDIR]...

TOLLGATE is a release binary. --workflows names a checkout whose .github/workflows is measured (default: 20 workflows
generated here). zizmor is measured beside it when it is on PATH (`pip install zizmor`). git must be on PATH.
Times are wall and CPU seconds of the finished child process; memory is its peak resident set. --instructions counts instructions
under valgrind instead of taking times: one run each, free of the machine's noise. --gate-only measures the gate alone: a change against its
base, and the whole action; --of names a repository of yours whose HEAD is held against HEAD~20 as well.
"""
import json, os, resource, shutil, statistics, subprocess, sys, tempfile, time

GIT = dict(GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1", GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@example.org", GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@example.org")


def once(argv, cwd=None):
    start = time.perf_counter()
    pid = os.posix_spawnp(argv[0], argv, dict(os.environ), file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def instructions(title, ours):
    argv = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *ours]
    told = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
    count = next(int(line.split()[-1]) for line in told.splitlines() if "Collected" in line)
    print(f"{title}: {count / 1e6:.1f} million instructions")


def compare(title, ours, theirs, runs):
    if not runs:
        return instructions(title, ours)
    commands = [c for c in (ours, theirs) if c]
    for c in commands:
        once(c)
    rows = [[] for _ in commands]
    for _ in range(runs):
        for at, c in enumerate(commands):
            rows[at].append(once(c))
    print(f"\n{title}")
    for c, row in zip(commands, rows):
        walls, cpus = sorted(r[0] for r in row), sorted(r[1] for r in row)
        q = statistics.quantiles(walls, n=4) if len(walls) > 3 else [walls[0], walls[0], walls[-1]]
        print(f"  {os.path.basename(c[0]):10} wall median {1000*statistics.median(walls):8.1f} ms  (quartiles {1000*q[0]:.1f}..{1000*q[2]:.1f})  "
              f"cpu {1000*statistics.median(cpus):8.1f} ms  peak {max(r[2] for r in row):6.1f} MiB  exit {row[0][3]}")
    if len(rows) == 2:
        ratio = statistics.median(a[0] / b[0] for a, b in zip(*rows))
        print(f"  ratio of wall times, pair by pair, median: {ratio:.3f}")


def workflows(root, count=20):
    os.makedirs(f"{root}/.github/workflows")
    for n in range(count):
        steps = "".join(f"      - name: step {s}\n        run: |\n          set -euo pipefail\n          echo step {s} | tee log\n          make target-{s} || exit 1\n" for s in range(12))
        open(f"{root}/.github/workflows/w{n}.yml", "w").write(
            "on:\n  pull_request:\n  push:\n    branches: [main]\npermissions: {}\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        python: ['3.12', '3.13']\n"
            f"    steps:\n      - uses: actions/checkout@v4\n      - uses: actions/setup-python@v5\n        with:\n          python-version: ${{{{ matrix.python }}}}\n      - run: bandit -r src\n{steps}")
    os.makedirs(f"{root}/src")
    for name in "abc":
        open(f"{root}/src/{name}.py", "w").write("import os\n")
    open(f"{root}/pyproject.toml", "w").write("[project]\nname = \"kestrel\"\n")


def many_files(root, count=100_000):
    os.makedirs(root)
    workflows(root, 3)
    for n in range(count):
        directory = f"{root}/data/{n // 1000}/{n // 50 % 20}"
        if n % 50 == 0:
            os.makedirs(directory, exist_ok=True)
        open(f"{directory}/file-{n}.txt", "w").write("x\n")
    for argv in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "files"]):
        subprocess.run(["git", *argv], cwd=root, check=True, env=dict(os.environ, **GIT))


def history(root, commits=20_000):
    """A long history over the files of `workflows`, each commit upon the last one."""
    subprocess.run(["git", "init", "-q", "-b", "main", root], check=True)
    workflows(root)
    git = lambda *argv, **more: subprocess.run(["git", "-C", root, *argv], check=True, env=dict(os.environ, **GIT), **more)
    git("add", "-A")
    git("commit", "-q", "-m", "files")
    stream = "".join(f"commit refs/heads/main\ncommitter a <a@example.org> {1_700_000_000 + n} +0000\ndata 1\nx\n"
                     + ("from refs/heads/main^0\n" if n == 0 else "") + f"M 644 inline n.txt\ndata <<E\n{n}\nE\n\n" for n in range(commits))
    git("fast-import", "--quiet", "--force", input=stream.encode())
    git("reset", "-q", "--hard")


def against_base(binary, root, runs):
    ids = [subprocess.run(["git", "-C", root, "rev-parse", r], check=True, stdout=subprocess.PIPE, text=True).stdout.strip() for r in ("HEAD", "HEAD~20")]
    alone = [binary, "check", root, "--rev", ids[0], "--fail-on", "never"]
    count = subprocess.run(["git", "-C", root, "rev-list", "--count", "HEAD"], stdout=subprocess.PIPE, text=True).stdout.strip()
    compare(f"check --rev HEAD --base HEAD~20, {count} commits, against the same without a base", [*alone, "--base", ids[1]], alone, runs)


def action(binary, root, runs):
    """The action as its step runs it: bash, one run of the binary, log, annotations, page and outputs."""
    for n in range(1_000):
        open(f"{root}/src/f{n}.py", "w").write("import os\n")
    for argv in (["add", "-A"], ["commit", "-q", "-m", "more"], ["update-ref", "refs/remotes/origin/main", "HEAD"]):
        subprocess.run(["git", "-C", root, *argv], check=True, env=dict(os.environ, **GIT))
    before, after = (subprocess.run(["git", "-C", root, "rev-parse", r], check=True, stdout=subprocess.PIPE, text=True).stdout.strip() for r in ("HEAD^", "HEAD"))
    event = f"{root}/.git/event.json"
    json.dump({"ref": "refs/heads/main", "before": before, "after": after, "repository": {"default_branch": "main"}}, open(event, "w"))
    inputs = dict(COMMAND="check", PATH=root, PROFILE="", FAIL_ON="", MODE="report", STRICT="false", POLICY="", ORG_POLICY="", SARIF=f"{root}/.git/x.sarif", SUMMARY="true",
                  ANNOTATIONS="true", TAG="", EXPECT_COMMIT="", FORGE="false", TOKEN="", SERVER="", BINARY=binary, REPOSITORY="", ACTION=os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    run = dict(CI="true", GITHUB_ACTIONS="true", GITHUB_EVENT_NAME="push", GITHUB_EVENT_PATH=event, GITHUB_SHA=after, GITHUB_REF="refs/heads/main", GITHUB_REPOSITORY="acme/kestrel",
               RUNNER_TEMP=f"{root}/.git", GITHUB_OUTPUT=f"{root}/.git/output", GITHUB_STEP_SUMMARY=f"{root}/.git/summary")
    words = [f"TOLLGATE_{name}={value}" for name, value in inputs.items()] + [f"{name}={value}" for name, value in run.items()]
    step = ["bash", "--noprofile", "--norc", "-euo", "pipefail", "-c", 'source "$TOLLGATE_ACTION/action/run.sh"']
    compare("the whole action, 1,000 files and their base (bar: 2 s)", ["env", *words, *step], None, runs)


def gate(tmp, binary, runs, repositories):
    history(f"{tmp}/h")
    for root in [f"{tmp}/h", *repositories]:
        against_base(binary, root, runs)
    if runs:
        action(binary, f"{tmp}/h", runs)


def main():
    args = sys.argv[1:]
    if not args or args[0].startswith("-"):
        sys.exit(__doc__)
    binary = os.path.abspath(args[0])
    runs = int(args[args.index("--runs") + 1]) if "--runs" in args else 15
    if "--instructions" in args:
        runs = 0
    repositories = [args[at + 1] for at, word in enumerate(args) if word == "--of"]
    with tempfile.TemporaryDirectory() as tmp:
        gate(tmp, binary, runs, repositories)
        if "--gate-only" in args:
            return
        tree = os.path.abspath(args[args.index("--workflows") + 1]) if "--workflows" in args else f"{tmp}/w"
        if "--workflows" not in args:
            os.makedirs(tree)
            workflows(tree)
        peer = ["zizmor", "--offline", "--no-exit-codes", "--format=json", tree] if shutil.which("zizmor") else None
        compare(f"check, {len(os.listdir(tree + '/.github/workflows'))} workflows", [binary, "check", tree, "--format", "json"], peer, runs)
        big = f"{tmp}/big"
        many_files(big)
        compare("check --rev HEAD, 100,000 files, against git ls-tree -r", [binary, "check", big, "--rev", "HEAD", "--format", "json"], ["git", "-C", big, "ls-tree", "-r", "HEAD"], runs)
        compare("check of the work tree, 100,000 files, against git ls-files -co", [binary, "check", big, "--format", "json"], ["git", "-C", big, "ls-files", "-co", "--exclude-standard"], runs)
        for steps in (500, 4000):
            root = f"{tmp}/s{steps}"
            os.makedirs(f"{root}/.github/workflows")
            body = "".join(f"      - run: make t{n} && bandit -r src || exit 1\n" for n in range(steps))
            open(f"{root}/.github/workflows/ci.yml", "w").write(f"on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{body}")
            compare(f"check, one workflow of {steps} steps", [binary, "check", root, "--format", "json"], None, runs)


if __name__ == "__main__":
    main()
