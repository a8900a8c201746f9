//! Owns what is expected of package managers and of programs that run several scripts: tables of command and what runs.

use super::space_tests::SPACE;
use super::{Npm, Together};
use crate::facts::runners::script_probe::told;
use proptest::prelude::*;

/// Directory, command, what runs.
pub(super) type Row = (&'static str, &'static str, &'static [&'static str]);

const PLAIN: &[(&str, &str)] = &[
    (
        "package.json",
        r#"{
  "name": "x",
  "scripts": {
    "prelint": "pre",
    "lint": "eslint src",
    "postlint": "post",
    "test": "jest",
    "lint:a": "a",
    "lint:b": "b || true",
    "lint:b:c": "c",
    "start": "srv",
    "stop": "halt",
    "prepare": "husky",
    "prepack": "pk",
    "odd": 3,
    "both": "run-s \"lint:*\""
  }
}
"#,
    ),
    ("sub/x.js", ""),
];

const NPM: &[Row] = &[
    ("", "npm run lint", &["pre <- package.json:4", "eslint src <- package.json:5", "post <- package.json:6"]),
    ("", "npm run-script test", &["jest <- package.json:7"]),
    // Of a name that is computed only those scripts are meant that it may be.
    ("", "npm run lint:b$X", &["b || true <- package.json:9 ?", "c <- package.json:10 ?"]),
    ("", "npm run lint:${X}c", &["a <- package.json:8 ?", "b || true <- package.json:9 ?", "c <- package.json:10 ?"]),
    ("", "npm run none:$X", &[]),
    ("", "npm test", &["jest <- package.json:7"]),
    ("", "npm t -- --ci", &["jest --ci <- package.json:7"]),
    ("", "npm tst extra", &["jest extra <- package.json:7"]),
    (
        "",
        "npm run lint -- --fix 'a b' $X",
        &["pre <- package.json:4", "eslint src --fix 'a b' <?> <- package.json:5", "post <- package.json:6"],
    ),
    (
        "",
        "npm run lint --silent --if-present",
        &["pre <- package.json:4", "eslint src <- package.json:5", "post <- package.json:6"],
    ),
    ("", "npm -s run lint --ignore-scripts", &["eslint src <- package.json:5"]),
    ("", "npm --loglevel warn run test", &["jest <- package.json:7"]),
    ("", "npm run missing", &[]),
    ("", "npm run missing --if-present", &[]),
    ("", "npm run odd", &[]),
    ("", "npm run", &["not known"]),
    ("", "npm start", &["srv <- package.json:11"]),
    ("", "npm restart", &["halt <- package.json:12", "srv <- package.json:11"]),
    ("", "npm ci", &["husky <- package.json:13"]),
    ("", "npm install --no-audit", &["husky <- package.json:13"]),
    ("", "npm i eslint", &[]),
    ("", "npm ci --ignore-scripts", &[]),
    ("", "npm pack", &["pk <- package.json:14", "husky <- package.json:13"]),
    ("", "npm publish", &["pk <- package.json:14", "husky <- package.json:13"]),
    ("", "npm install-test", &["husky <- package.json:13", "jest <- package.json:7"]),
    ("", "npm audit", &["not known"]),
    ("", "npm exec eslint", &["not known"]),
    ("", "npm --version", &["not known"]),
    ("sub", "npm test", &["jest <- package.json:7"]),
    ("..", "npm test", &[]),
    ("?", "npm test", &["jest <- package.json:7 ?"]),
    ("sub", "npm --prefix .. test", &["jest <- package.json:7"]),
    ("", "npm --prefix $DIR test", &["jest <- package.json:7 ?"]),
    ("", "npm run test --script-shell=/bin/true", &["jest <- package.json:7 !void ci.yml:1"]),
    ("", "npm_config_script_shell=/bin/bash npm test", &["[b] jest <- package.json:7"]),
    (
        "",
        "npm_config_usage=true npm test",
        &["opaque Unsupported: npm's setting `usage` in the environment changes what it runs, which is not followed"],
    ),
    (
        "",
        "NPM_CONFIG_WORKSPACE=docs npm test",
        &["opaque Unsupported: npm's setting `workspace` in the environment changes what it runs, which is not followed"],
    ),
    ("", "npm_config_workspaces=false npm test", &["jest <- package.json:7"]),
    ("", "npm --versions", &["not known"]),
    ("", "node --run lint -- --fix", &["eslint src --fix <- package.json:5"]),
    ("", "node x.js", &["not known"]),
];

const OTHERS: &[Row] = &[
    ("", "pnpm run lint --fix", &["pre <- package.json:4", "eslint src --fix <- package.json:5", "post <- package.json:6"]),
    ("", "pnpm test", &["jest <- package.json:7"]),
    ("", "pnpm t --ci", &["jest --ci <- package.json:7"]),
    ("", "pnpm --silent test", &["jest <- package.json:7"]),
    ("", "pnpm eslint --fix src", &["$ eslint --fix src"]),
    ("", "pnpm run eslint", &[]),
    ("", "pnpm /^lint:b/", &["b || true <- package.json:9", "c <- package.json:10"]),
    ("", "pnpm install --frozen-lockfile", &["husky <- package.json:13"]),
    ("", "pnpm add x", &["not known"]),
    ("sub", "pnpm -C .. test", &["jest <- package.json:7"]),
    ("", "yarn lint --fix", &["pre <- package.json:4", "eslint src --fix <- package.json:5", "post <- package.json:6"]),
    ("", "yarn run test -- --ci", &["jest --ci <- package.json:7"]),
    ("", "yarn eslint .", &["$ eslint ."]),
    ("", "yarn run eslint .", &["$ eslint ."]),
    ("", "yarn", &["husky <- package.json:13"]),
    ("", "yarn --frozen-lockfile", &["husky <- package.json:13"]),
    ("", "yarn install", &["husky <- package.json:13"]),
    ("sub", "yarn --cwd .. -s test", &["jest <- package.json:7"]),
    ("", "yarn audit", &["not known"]),
    ("", "yarn --version", &["not known"]),
    ("", "bun run test --x", &["jest --x <- package.json:7"]),
    ("", "bun lint:a", &["a <- package.json:8"]),
    ("", "bun test", &["not known"]),
    ("", "bun run ./x.ts", &[]),
    ("", "bun run eslint", &["$ eslint"]),
    ("", "cargo test", &["not known"]),
];

const MANY: &[Row] = &[
    ("", "run-s lint:a test", &["a <- package.json:8", "jest <- package.json:7"]),
    ("", "npm-run-all 'lint:*'", &["a <- package.json:8", "b || true <- package.json:9"]),
    ("", "run-p -l 'lint:**'", &["a <- package.json:8", "b || true <- package.json:9", "c <- package.json:10"]),
    ("", "npm-run-all 'lint:!(b)'", &["a <- package.json:8"]),
    ("", "npm-run-all 'lint:@(a|b)'", &["a <- package.json:8", "b || true <- package.json:9"]),
    ("", "npm-run-all 'lint:!(b)*'", &["a <- package.json:8 ?", "b || true <- package.json:9 ?", "c <- package.json:10 ?"]),
    ("", "npm-run-all -c -s lint:a -p test", &["a <- package.json:8", "jest <- package.json:7"]),
    ("", "run-p --race test start", &["jest <- package.json:7 !soften ci.yml:1", "srv <- package.json:11 !soften ci.yml:1"]),
    ("", "run-s 'test -- --ci'", &["jest --ci <- package.json:7"]),
    ("", "./node_modules/.bin/run-s lint", &["pre <- package.json:4", "eslint src <- package.json:5", "post <- package.json:6"]),
    ("", "concurrently npm:test 'npm:lint:a'", &["jest <- package.json:7", "a <- package.json:8"]),
    ("", "concurrently 'npm:lint:*(!a)'", &["b || true <- package.json:9", "c <- package.json:10"]),
    ("", "concurrently -n a,b -s first npm:test", &["jest <- package.json:7 !soften ci.yml:1"]),
    (
        "",
        "concurrently --success=command-b -n a,b npm:test npm:start",
        &["jest <- package.json:7 !soften ci.yml:1", "srv <- package.json:11"],
    ),
    (
        "",
        "concurrently --success !command-0 npm:test npm:start",
        &["jest <- package.json:7 !soften ci.yml:1", "srv <- package.json:11"],
    ),
    ("", "lerna bootstrap", &["not known"]),
    ("", "lerna run lint --scope a", &["opaque Unsupported: which packages lerna means is not read"]),
    ("", "lerna run lint,test --since", &["opaque Unsupported: which packages lerna means is not read"]),
    ("", "lerna run lint --since HEAD", &["opaque Unsupported: which packages lerna means is not read"]),
    ("", "turbo run lint", &["opaque Unsupported: the tasks of turbo are not read"]),
    ("", "turbo prune web", &[]),
    ("", "nx affected -t lint", &["opaque Unsupported: the tasks of nx are not read"]),
    ("", "nx format:check", &[]),
];

pub(super) fn check(runner: &dyn crate::facts::runners::Runner, files: &[(&str, &str)], rows: &[Row]) {
    for (directory, command, expected) in rows {
        assert_eq!(told(runner, files, directory, command), *expected, "{command} in {directory:?}");
    }
}

/// A pattern, a verb, a name with arguments: where it is computed any script may be meant.
#[test]
fn what_may_be_another_word_than_a_name_may_mean_every_script() {
    let scripts = "{\"scripts\": {\"lint\": \"l\", \"test\": \"t\", \"lint:a\": \"a\"}}";
    let files = [("package.json", scripts)];
    let every = ["l <- package.json:1 ?", "t <- package.json:1 ?", "a <- package.json:1 ?"];
    for line in ["pnpm run /^no$X", "npm run$X lint", "npm run $X"] {
        assert_eq!(told(&Npm, &files, "", line), every, "{line}");
    }
    for line in ["run-s lint$X", "run-p no$X", "npm-run-all @(lint|test)$X x$X"] {
        assert_eq!(told(&Together, &files, "", line), every, "{line}");
    }
    // It may be a flag as well.
    for line in ["run-p $X lint", "run-p lint $X", "run-s --$X lint"] {
        let runs = told(&Together, &files, "", line);
        assert!(runs.iter().all(|run| run.contains("!unknown")), "{line}: {runs:?}");
    }
    assert_eq!(told(&Npm, &files, "", "yarn work$X foo run lint").len(), 3);
    assert_eq!(told(&Npm, &files, "", "npm run lint:$X"), ["a <- package.json:1 ?"]);
}

#[test]
fn npm_runs_scripts() {
    check(&Npm, PLAIN, NPM);
}

#[test]
fn other_managers_run_scripts() {
    check(&Npm, PLAIN, OTHERS);
}

#[test]
fn programs_that_run_several() {
    check(&Together, PLAIN, MANY);
}

/// Files beside a manifest with `prelint` and `lint`, command, what runs.
type Beside = (&'static [(&'static str, &'static str)], &'static str, &'static [&'static str]);

const SETTINGS: &[Beside] = &[
    (
        &[(".npmrc", "script-shell=/bin/true\n")],
        "npm run lint",
        &["p <- package.json:1 !void .npmrc:1", "l <- package.json:1 !void .npmrc:1"],
    ),
    (
        &[(".npmrc", "\"script-shell\"=\"/bin/true\"\n")],
        "npm run lint",
        &["p <- package.json:1 !void .npmrc:1", "l <- package.json:1 !void .npmrc:1"],
    ),
    (
        &[(".npmrc", "'script-shell' = /bin/true\n")],
        "npm run lint",
        &["p <- package.json:1 !void .npmrc:1", "l <- package.json:1 !void .npmrc:1"],
    ),
    (&[(".npmrc", "a=b\nscript-shell = bash\n")], "npm run lint", &["[b] p <- package.json:1", "[b] l <- package.json:1"]),
    (
        &[(".npmrc", "script-shell=./sh\n")],
        "pnpm lint",
        &["p <- package.json:1 !void .npmrc:1", "l <- package.json:1 !void .npmrc:1"],
    ),
    (&[(".npmrc", "ignore-scripts=true\n")], "npm run lint", &["l <- package.json:1"]),
    (&[(".npmrc", "ignore-scripts=true\n")], "npm ci", &[]),
    (&[(".npmrc", "enable-pre-post-scripts=false\n")], "pnpm lint", &["l <- package.json:1"]),
    (&[("pnpm-workspace.yaml", "enablePrePostScripts: false\n")], "pnpm lint", &["l <- package.json:1"]),
    (
        &[("pnpm-workspace.yaml", "scriptShell: /bin/true\n")],
        "pnpm run lint",
        &["p <- package.json:1 !void pnpm-workspace.yaml:1", "l <- package.json:1 !void pnpm-workspace.yaml:1"],
    ),
    (
        &[(".yarnrc", "# x\nscript-shell \"/bin/true\"\n")],
        "yarn lint",
        &["p <- package.json:1 !void .yarnrc:2", "l <- package.json:1 !void .yarnrc:2"],
    ),
    (&[(".yarnrc.yml", "")], "yarn lint", &["l <- package.json:1"]),
    (&[(".yarnrc.yml", "")], "yarn install", &["post <- package.json:1"]),
    (&[], "yarn install", &["post <- package.json:1", "prep <- package.json:1"]),
];

#[test]
fn settings_beside_the_manifest() {
    for (beside, command, expected) in SETTINGS {
        let manifest =
            ("package.json", r#"{"scripts": {"prelint": "p", "lint": "l", "postinstall": "post", "prepare": "prep"}}"#);
        let files: Vec<(&str, &str)> = beside.iter().copied().chain([manifest]).collect();
        assert_eq!(told(&Npm, &files, "", command), *expected, "{command} with {beside:?}");
    }
}

#[test]
fn versions_change_manners() {
    let with = |manager: &str| format!(r#"{{"packageManager": "{manager}", "scripts": {{"prelint": "p", "lint": "l"}}}}"#);
    let runs = |manager: &str, command: &str| told(&Npm, &[("package.json", &with(manager))], "", command).len();
    assert_eq!(runs("pnpm@8.15.1", "pnpm lint"), 1);
    assert_eq!(runs("pnpm@9.0.0+sha512.x", "pnpm lint"), 2);
    assert_eq!(runs("yarn@4.1.0", "yarn lint"), 1);
    assert_eq!(runs("yarn@1.22.0", "yarn lint"), 2);
}

#[test]
fn root_settings_hold_for_members() {
    let files = [SPACE, &[(".npmrc", "script-shell=/bin/true\n")]].concat();
    assert_eq!(
        told(&Npm, &files, "packages/b", "npm run lint"),
        ["lb <- packages/b/package.json:1 !void .npmrc:1 in packages/b"]
    );
}

#[test]
fn wireit_follows_its_own_table() {
    let manifest = "{\n\"scripts\": {\"lint\": \"wireit\", \"build\": \"x\"},\n\"wireit\": {\"lint\": {\n\"command\": \"eslint .\",\n\"dependencies\": [\"build\", {\"script\": \"../y:z\"}]}}}";
    assert_eq!(
        told(&Together, &[("package.json", manifest)], "", "npm_lifecycle_event=lint wireit"),
        [
            "$ npm run build <- package.json:5",
            "opaque Unsupported: wireit depends on another package's script <- package.json:5",
            "eslint . <- package.json:4",
        ]
    );
}

#[test]
fn commands_of_concurrently_keep_their_places() {
    let ci = "concurrently 'eslint .' 'tsc -w'";
    assert_eq!(told(&Together, &[("package.json", "{}"), ("ci.yml", ci)], "", ci), ["eslint .", "tsc -w"]);
}

#[test]
fn what_cannot_be_read_is_said() {
    for manifest in
        ["{", "[1]", "{\"scripts\": 3}", "{\"scripts\": {\"lint\": {}}}", "{\"scripts\": {\"lint\": \"a\", \"lint\": \"b\"}}"]
    {
        let runs = told(&Npm, &[("package.json", manifest)], "", "npm run lint");
        assert!(runs.iter().all(|line| line.starts_with("opaque")), "{manifest}: {runs:?}");
    }
    assert_eq!(told(&Npm, &[("package.json", "{")], "", "npm run lint").len(), 1);
    assert_eq!(told(&Npm, &[("package.json", "{\"scripts\": {\"a\": \"1\", \"a\": \"2\"}}")], "", "npm run a").len(), 1);
}

/// npm ends with `EJSONPARSE` where JSON is not strict; of two `scripts`, `JSON.parse` takes the last.
#[test]
fn a_manifest_that_managers_read_differently_is_unknown() {
    for (manifest, why) in [
        (
            "{\"scripts\": {\"lint\": \"true\"}, \"scripts\": {\"lint\": \"eslint .\"}}",
            "`scripts` is given on line 1 and again on line 1",
        ),
        ("{// x\n\"scripts\": {\"lint\": \"eslint .\"}}", "strict JSON has no comments"),
        ("{\"scripts\": {\"lint\": \"eslint .\",}}", "strict JSON has no trailing commas"),
        ("{\"scripts\": {lint: \"eslint .\"}}", "strict JSON has no bare keys"),
        ("{\"scripts\": {'lint': \"eslint .\"}}", "strict JSON has no single quotes"),
        ("{\"x\": \"a\tb\", \"scripts\": {\"lint\": \"eslint .\"}}", "strict JSON has no raw tabs in strings"),
    ] {
        let runs = told(&Npm, &[("package.json", manifest)], "", "npm run lint");
        assert!(runs.len() == 1 && runs[0].starts_with("opaque") && runs[0].contains(why), "{manifest}: {runs:?}");
    }
    assert_eq!(told(&Npm, &[("package.json", "\u{feff}{\"scripts\": {\"lint\": \"l\"}}")], "", "npm run lint").len(), 1);
}

proptest! {
    #[test]
    fn no_command_line_panics(command in "(npm|pnpm|yarn|bun|run-s|concurrently|lerna|nx)( (-{0,2}[a-z=$é:*!/\\[]{0,8}|run|workspace|-w|--filter|-s)){0,6}") {
        told(&Npm, SPACE, "", &command);
        told(&Together, SPACE, "", &command);
    }
}
