#!/usr/bin/env python3
"""Measures verify-tag as a whole process against `git verify-tag` on the same tags in the same run, as bench.py does for check.

usage: tags.py TOLLGATE [--tags N] [--runs N]
       tags.py TOLLGATE --of GITDIR --policy FILE [--runs N]

Makes an RSA-4096 key in an empty GNUPGHOME and a bare repository of N (1,000) tags signed by it; git and gpg must be on PATH. With --of
every tag of a repository of yours is verified by a policy of yours instead, without a peer: --all is told in milliseconds a tag.
"""
import os, subprocess, sys, tempfile
from bench import compare, once


def quiet(argv, cwd=None, **more):
    return subprocess.run(argv, cwd=cwd, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **more).stdout


def signed(root, count):
    os.environ.update(GNUPGHOME=f"{root}/gnupg", GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1", HOME=root)
    for who in ("AUTHOR", "COMMITTER"):
        os.environ.update({f"GIT_{who}_NAME": "Bench", f"GIT_{who}_EMAIL": "bench@example.org"})
    os.makedirs(os.environ["GNUPGHOME"], mode=0o700)
    quiet(["gpg", "--batch", "--passphrase", "", "--quick-generate-key", "Bench <bench@example.org>", "rsa4096", "sign", "never"])
    listed = quiet(["gpg", "--with-colons", "--list-keys"])
    fingerprint = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
    work, bare = f"{root}/work", f"{root}/bare"
    quiet(["git", "init", "-q", "-b", "main", work])
    names = [f"v1.0.{n}" for n in range(count)]
    for n, name in enumerate(names):
        if n % 10 == 0:
            quiet(["git", "commit", "-q", "--allow-empty", "-m", name], work)
        quiet(["git", "tag", "-s", "-u", fingerprint, "-m", name, name], work)
    quiet(["git", "clone", "-q", "--bare", work, bare])
    quiet(["git", "pack-refs", "--all"], bare)
    os.makedirs(f"{root}/policy")
    policy = f"{root}/policy/policy.toml"
    open(f"{root}/policy/bench.asc", "w").write(quiet(["gpg", "--export", "--armor", fingerprint]))
    open(policy, "w").write(f'schema = 1\n[people.bench]\nroles = ["release"]\npgp = [{{ fingerprint = "{fingerprint}", cert = "bench.asc" }}]\n')
    return bare, policy, names


def main():
    args = sys.argv[1:]
    if not args or args[0].startswith("-"):
        sys.exit(__doc__)
    value = lambda name, default: args[args.index(name) + 1] if name in args else default
    binary, runs = os.path.abspath(args[0]), int(value("--runs", "5"))
    if "--of" in args:
        repository = value("--of", None)
        count = len(quiet(["git", "-C", repository, "for-each-ref", "--format=x", "refs/tags"]).splitlines())
        argv = [binary, "verify-tag", "--repo", repository, "--policy", value("--policy", None), "--all", "-q"]
        best = min(once(argv) for _ in range(runs))
        print(f"--all, {count} tags: {1000 * best[0]:.0f} ms, {1000 * best[0] / count:.2f} ms a tag, cpu {1000 * best[1]:.0f} ms, peak {best[2]:.1f} MiB, exit {best[3]}")
        return
    count = int(value("--tags", "1000"))
    with tempfile.TemporaryDirectory() as root:
        bare, policy, names = signed(root, count)
        ours = [binary, "verify-tag", "--repo", bare, "--policy", policy, "-q"]
        compare("one tag", [*ours, names[-1]], ["git", "-C", bare, "verify-tag", names[-1]], 4 * runs + 1)
        compare(f"{count} tags", [*ours, "--all"], ["git", "-C", bare, "verify-tag", *names], runs)
        subprocess.run(["gpgconf", "--kill", "all"], check=False)


if __name__ == "__main__":
    main()
