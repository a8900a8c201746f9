//! Owns what is expected of package managers in the members of a workspace. Refuses packages that stand alone.

use super::tests::{Row, check};
use super::{Npm, Together};
use crate::facts::runners::script_probe::told;

pub(super) const SPACE: &[(&str, &str)] = &[
    ("package.json", r#"{"workspaces": {"packages": ["packages/*", "!packages/no"]}, "scripts": {"lint": "root"}}"#),
    ("packages/a/package.json", r#"{"name": "@x/a", "scripts": {"lint": "la", "prepare": "pa"}}"#),
    ("packages/b/package.json", r#"{"name": "b", "scripts": {"lint": "lb", "only": "ob"}}"#),
    ("packages/no/package.json", r#"{"name": "no", "scripts": {"lint": "ln"}}"#),
    ("packages/b/deep/package.json", r#"{"name": "deep", "scripts": {"lint": "ld"}}"#),
];

const A: &str = "la <- packages/a/package.json:1 in packages/a";
const B: &str = "lb <- packages/b/package.json:1 in packages/b";

const ROOT_NOTED: &str = "root <- package.json:1 !note ci.yml:1";
const A_NOTED: &str = "la <- packages/a/package.json:1 !note ci.yml:1 in packages/a";
const B_NOTED: &str = "lb <- packages/b/package.json:1 !note ci.yml:1 in packages/b";

const SPACES: &[Row] = &[
    ("", "npm run lint", &["root <- package.json:1"]),
    ("", "npm run lint -ws", &[A, B]),
    ("", "npm run lint --workspaces --include-workspace-root", &["root <- package.json:1", A, B]),
    ("", "npm run only --workspaces --if-present", &["ob <- packages/b/package.json:1 in packages/b"]),
    ("", "npm run lint -w @x/a", &[A]),
    ("", "npm run lint --workspace=packages/b", &[B]),
    ("", "npm -w b run lint", &[B]),
    ("packages/b", "npm run lint", &[B]),
    ("packages/b/deep", "npm run lint", &["ld <- packages/b/deep/package.json:1 in packages/b/deep"]),
    ("", "npm ci", &["pa <- packages/a/package.json:1 in packages/a"]),
    (
        "",
        "npm run lint -w $W",
        &["la <- packages/a/package.json:1 ? in packages/a", "lb <- packages/b/package.json:1 ? in packages/b"],
    ),
    ("", "pnpm -r run lint", &[A, B]),
    ("", "pnpm -r lint", &[A, B]),
    ("", "pnpm recursive run lint", &[A, B]),
    ("", "pnpm --filter a lint", &[A]),
    ("", "pnpm --filter=@x/* run lint", &[A]),
    ("", "pnpm -F ./packages/b lint", &[B]),
    ("", "pnpm --filter !b lint", &[A]),
    ("", "pnpm --filter ./packages/** lint", &[A, B]),
    ("", "pnpm --filter ./packages/* lint", &[A, B]),
    ("", "pnpm --filter {packages/*} lint", &[A, B]),
    ("packages", "pnpm --filter {./*} lint", &[A, B]),
    ("", "pnpm --filter b{packages/*} lint", &[B]),
    ("", "pnpm --filter a{packages/b} lint", &[]),
    ("", "pnpm --filter !./packages/* lint", &[]),
    ("", "pnpm --filter !{packages/b} lint", &[A]),
    ("", "pnpm --filter packages/b lint", &[]),
    ("", "pnpm --filter * lint", &[A, B]),
    ("", "pnpm --filter * --filter !b lint", &[A]),
    ("", "pnpm --filter {package.json} lint", &[]),
    ("", "pnpm --filter a eslint .", &["$ eslint . in packages/a"]),
    ("", "pnpm --filter none eslint .", &[]),
    (
        "",
        "pnpm --filter ./packages lint",
        &["la <- packages/a/package.json:1 ? in packages/a", "lb <- packages/b/package.json:1 ? in packages/b"],
    ),
    ("", "pnpm --filter b... lint", &["root <- package.json:1 ?", "la <- packages/a/package.json:1 ? in packages/a", B]),
    ("", "pnpm --filter [origin/main] lint", &[ROOT_NOTED, A_NOTED, B_NOTED]),
    ("", "pnpm --filter ...[origin/main] run lint", &[ROOT_NOTED, A_NOTED, B_NOTED]),
    ("", "pnpm --filter ./packages/b[origin/main] lint", &[]),
    ("", "pnpm --filter {packages/b}[origin/main] lint", &[B_NOTED]),
    (
        "",
        "pnpm --filter [HEAD] lint",
        &[
            "root <- package.json:1 !note ci.yml:1 ?",
            "la <- packages/a/package.json:1 !note ci.yml:1 ? in packages/a",
            "lb <- packages/b/package.json:1 !note ci.yml:1 ? in packages/b",
        ],
    ),
    ("packages/b", "pnpm -w run lint", &["root <- package.json:1"]),
    ("", "yarn workspace @x/a lint --fix", &["la --fix <- packages/a/package.json:1 in packages/a"]),
    ("", "yarn workspace b run lint", &[B]),
    ("", "yarn workspaces run lint", &[A, B]),
    ("", "yarn workspaces foreach -Apt run lint", &["root <- package.json:1", A, B]),
    ("", "yarn workspaces foreach --since run lint", &[ROOT_NOTED, A_NOTED, B_NOTED]),
    ("", "yarn workspaces foreach -Rpt --since=origin/main -j 4 run lint", &[ROOT_NOTED, A_NOTED, B_NOTED]),
    (
        "",
        "yarn workspaces foreach -A --exclude b run lint",
        &[
            "root <- package.json:1 ?",
            "la <- packages/a/package.json:1 ? in packages/a",
            "lb <- packages/b/package.json:1 ? in packages/b",
        ],
    ),
    ("", "yarn workspaces list", &["not known"]),
    ("", "bun --filter b run lint", &[B]),
];

#[test]
fn workspaces() {
    check(&Npm, SPACE, SPACES);
    assert_eq!(told(&Together, SPACE, "", "lerna run lint --stream --concurrency 2"), [A, B]);
    for since in ["--since", "--since=main", "--since main"] {
        assert_eq!(told(&Together, SPACE, "", &format!("lerna run lint {since}")), [A_NOTED, B_NOTED], "{since}");
    }
    for (manager, more, picked) in [
        ("pnpm@9.1.0", ("x", ""), &[][..]),
        ("pnpm@6.35.1", ("x", ""), &[A, B]),
        ("pnpm@9.1.0", (".npmrc", "legacy-dir-filtering=true\n"), &[A, B]),
    ] {
        let text = format!("{{\"workspaces\": [\"packages/*\"], \"packageManager\": \"{manager}\"}}");
        let root: &'static str = Box::leak(text.into_boxed_str());
        let files = [SPACE[1], SPACE[2], ("package.json", root), more];
        assert_eq!(told(&Npm, &files, "", "pnpm --filter ./packages lint"), *picked, "{manager} {more:?}");
    }
    let pnpm = &[
        ("pnpm-workspace.yaml", "packages:\n  - apps/**\n"),
        ("package.json", r#"{"workspaces": ["none"]}"#),
        ("apps/x/y/package.json", r#"{"scripts": {"lint": "y"}}"#),
    ];
    assert_eq!(told(&Npm, pnpm, "", "pnpm -r lint"), ["y <- apps/x/y/package.json:1 in apps/x/y"]);
}
