//! ESLint configurations, flat and legacy, case by case.

use super::super::bench::{Case, Files, told};
use super::Eslint;
use crate::facts::tool_config::Settings;

pub(super) const UNSANITIZED: &str = "eslint-plugin-no-unsanitized";
pub(super) const IMPORT: &str = "import no from 'eslint-plugin-no-unsanitized';\nimport sec from 'eslint-plugin-security';\n";

pub(super) fn read(files: &[(&str, &str)], args: &str) -> Settings {
    let sources = [("src/a.js", ""), ("src/ui/b.ts", ""), ("src/a.test.js", "")];
    let all: Vec<(&str, &str)> = files.iter().chain(&sources).copied().collect();
    Case::new("eslint", &all, args).read(&Eslint)
}

pub(super) fn flat(config: &str, name: &str) -> String {
    both(&read(&[("eslint.config.js", config)], ""), name)
}

/// What fails, and where that only warns.
pub(super) fn both(settings: &Settings, name: &str) -> String {
    let fails = told(settings.selects.get(name));
    settings.warned.get(name).map_or(fails.clone(), |place| format!("{fails}, warns {}:{}", place.path, place.line))
}

fn setting(config: &str, question: &str) -> String {
    told(read(&[("eslint.config.js", config)], "").settings.get(question))
}

#[test]
fn plugins_in_flat_configurations() {
    let cases: &[(&str, &str)] = &[
        ("export default [no.configs.recommended];", "yes eslint.config.js:3"),
        ("export default no.configs.recommended;", "yes eslint.config.js:3"),
        ("export default [...no.configs['recommended']] satisfies Linter.Config[];", "unknown unreadable eslint.config.js:3"),
        (
            "import { defineConfig } from 'eslint/config';\nexport default defineConfig([no.configs.recommended]);",
            "yes eslint.config.js:4",
        ),
        (
            "import t from 'typescript-eslint';\nexport default t.config(t.configs.strict, no.configs.recommended);",
            "yes eslint.config.js:4",
        ),
        ("const rest = [no.configs.recommended];\nexport default [...rest];", "yes eslint.config.js:3"),
        ("const c = [];\nexport default c.concat(no.configs.recommended);", "yes eslint.config.js:4"),
        ("const base = { rules: {} };\nexport default [{ ...no.configs.recommended, ...base }];", "yes eslint.config.js:4"),
        ("export default [{ plugins: { x: no }, rules: { 'x/method': 'error' } }];", "yes eslint.config.js:3"),
        ("export default [{ plugins: { x: no }, rules: { 'x/method': ['warn', {}] } }];", "no, warns eslint.config.js:3"),
        ("export default [{ plugins: { x: no }, rules: { 'x/method': 'warn', 'x/property': 2 } }];", "yes eslint.config.js:3"),
        (
            "export default [no.configs.recommended, { rules: { 'no-unsanitized/method': 'warn', 'no-unsanitized/property': 1 } }];",
            "no, warns eslint.config.js:3",
        ),
        ("export default [no.configs.recommended, { rules: { 'no-unsanitized/method': 'warn' } }];", "yes eslint.config.js:3"),
        ("export default [{ plugins: { x: no }, rules: { 'x/method': 0 } }];", "no"),
        ("export default [{ plugins: { x: sec }, rules: { 'x/method': 2 } }];", "no"),
        ("export default [{ plugins: { 'no-unsanitized': no } }];", "no"),
        ("export default [{ rules: { ...no.configs.recommended.rules } }];", "yes eslint.config.js:3"),
        ("export default [{ plugins: { no }, extends: ['no/recommended'] }];", "yes eslint.config.js:3"),
        (
            "export default [no.configs.recommended, { rules: { 'no-unsanitized/method': 'off', 'no-unsanitized/property': 0 } }];",
            "no",
        ),
        (
            "export default [{ rules: { 'no-unsanitized/method': 'off', 'no-unsanitized/property': 0 } }, no.configs.recommended];",
            "yes eslint.config.js:3",
        ),
        // For tests only is not for the product; what is off for some files is on for others.
        ("export default [{ ...no.configs.recommended, files: ['**/*.test.js'] }];", "no"),
        ("export default [{ ...no.configs.recommended, files: ['**/*.ts'] }];", "yes eslint.config.js:3"),
        (
            "export default [no.configs.recommended, { files: ['**/*.ts'], rules: { 'no-unsanitized/method': 0, 'no-unsanitized/property': 0 } }];",
            "yes eslint.config.js:3",
        ),
        ("export default [{ ignores: ['**'], ...no.configs.recommended }];", "no"),
        ("export default [no.configs.recommended, { ignores: ['src/'] }];", "no"),
        // Known shared configurations bring none of the security plugins; others may.
        ("import js from '@eslint/js';\nexport default [js.configs.recommended];", "no"),
        ("import neo from 'neostandard';\nexport default neo({ ts: true });", "no"),
        ("import own from '@org/eslint-config';\nexport default [...own];", "unknown remote eslint.config.js:4"),
        ("import own from '@org/eslint-config';\nexport default [...own, no.configs.recommended];", "yes eslint.config.js:4"),
        ("export default make();", "unknown dynamic eslint.config.js:3"),
        ("export default [process.env.CI ? a : b];", "unknown dynamic eslint.config.js:3"),
        ("export default async () => [no.configs.recommended];", "unknown dynamic eslint.config.js:3"),
        ("const c = [];\nc.push(no.configs.recommended);\nexport default c;", "yes eslint.config.js:4"),
        (
            "export default [no.configs.recommended, ci ? { rules: { 'no-unsanitized/method': 'off' } } : {}];",
            "unknown dynamic eslint.config.js:3",
        ),
        ("const c = [];\nif (x) { c.push(1) }\nexport default c;", "unknown dynamic eslint.config.js:4"),
        ("export default [{ rules: { [name]: 'error' } }];", "unknown dynamic eslint.config.js:3"),
        ("export default [no.configs.other];", "unknown unsupported eslint.config.js:3"),
        ("export default [{ rules: { 'no-eval': level } }];", "no"),
        ("export default [{ rules: { 'no-unsanitized/method': level } }];", "unknown dynamic eslint.config.js:3"),
        ("export default [{ rules: { 'no-unsanitized/method': ci ? 2 : 0 } }];", "unknown dynamic eslint.config.js:3"),
        ("export default [...(ci ? no.configs.recommended : [])];", "unknown dynamic eslint.config.js:3"),
        ("const strict = no.configs.recommended;\nexport default [ci ? strict : []];", "unknown dynamic eslint.config.js:4"),
        ("export default [ci && no.configs.recommended];", "unknown dynamic eslint.config.js:3"),
        ("import js from '@eslint/js';\nexport default [...(ci ? js.configs.all : [])];", "no"),
        (
            "import own from 'eslint-plugin-own';\nconst all = own.getAll();\nexport default [all.recommended];",
            "unknown remote eslint.config.js:5",
        ),
        ("import own from '/opt/eslint.js';\nexport default [own];", "unknown unreadable eslint.config.js:4"),
        ("", "unknown dynamic eslint.config.js:1"),
        ("export default [", "unknown unreadable eslint.config.js:3"),
        ("const a = [...a];\nexport default a;", "unknown unreadable eslint.config.js:3"),
    ];
    for (config, expected) in cases {
        assert_eq!(flat(&format!("{IMPORT}{config}"), UNSANITIZED), *expected, "{config}");
    }
}

#[test]
fn other_syntaxes_and_names() {
    let common = "const no = require('eslint-plugin-no-unsanitized');\nmodule.exports = [no.configs.recommended];";
    assert_eq!(flat(common, UNSANITIZED), "yes eslint.config.js:2");
    let taken = "const { configs } = require('eslint-plugin-no-unsanitized');\nmodule.exports = [configs.recommended];";
    assert_eq!(flat(taken, UNSANITIZED), "yes eslint.config.js:2");
    let awaited = "export default [(await import('eslint-plugin-no-unsanitized')).default.configs.recommended];";
    assert_eq!(flat(awaited, UNSANITIZED), "yes eslint.config.js:1");
    let typed =
        "import no from 'eslint-plugin-no-unsanitized';\nexport default [no.configs.recommended] satisfies Linter.Config[];";
    assert_eq!(told(read(&[("eslint.config.ts", typed)], "").selects.get(UNSANITIZED)), "yes eslint.config.ts:2");
    let compat = "import { FlatCompat } from '@eslint/eslintrc';\nconst compat = new FlatCompat({ baseDirectory: x });\nexport default [...compat.extends('airbnb', 'plugin:security/recommended')];";
    assert_eq!(flat(compat, "eslint-plugin-security"), "no, warns eslint.config.js:3");
    assert_eq!(flat(compat, UNSANITIZED), "no");
    assert_eq!(flat(compat, "react/no-danger"), "no, warns eslint.config.js:3");
    let sdl = "import sdl from '@microsoft/eslint-plugin-sdl';\nexport default [...sdl.configs.required];";
    assert_eq!(flat(sdl, "@microsoft/eslint-plugin-sdl"), "yes eslint.config.js:2");
    let rule = "export default [{ rules: { 'react/no-danger': 2 } }];";
    assert_eq!(flat(rule, "react/no-danger"), "yes eslint.config.js:1");
    let case = Case::new("eslint", &[("eslint.config.js", rule)], "")
        .names(&["eslint-plugin-react:react/no-danger", "eslint-plugin-react:react/no-x"]);
    let settings = case.read(&Eslint);
    assert_eq!(told(settings.selects.get("eslint-plugin-react:react/no-danger")), "yes eslint.config.js:1");
    assert_eq!(told(settings.selects.get("eslint-plugin-react:react/no-x")), "no");
}

#[test]
fn other_files_of_the_tree() {
    let base =
        "import no from 'eslint-plugin-no-unsanitized';\nexport const strict = [no.configs.recommended];\nexport default strict;";
    let case = |config: &str, path: &str, text: &str| {
        told(read(&[("web/eslint.config.js", config), (path, text)], "web").selects.get(UNSANITIZED))
    };
    assert_eq!(case("import b from '../base.js';\nexport default [...b];", "base.js", base), "yes base.js:2");
    assert_eq!(case("import { strict } from './base';\nexport default strict;", "web/base.mjs", base), "yes web/base.mjs:2");
    assert_eq!(case("export { strict as default } from './base.js';", "web/base.js", base), "yes web/base.js:2");
    assert_eq!(
        case("import b from './base.js';\nexport default b;", "web/base.js", "export default ["),
        "unknown dynamic web/eslint.config.js:2"
    );
    assert_eq!(
        case("import b from '../../base.js';\nexport default b;", "base.js", base),
        "unknown dynamic web/eslint.config.js:2"
    );
    assert_eq!(
        case("import b from './eslint.config.js';\nexport default b;", "base.js", base),
        "unknown dynamic web/eslint.config.js:2"
    );
    assert_eq!(
        case("import r from './r.json';\nexport default [{ rules: r }];", "web/r.json", "{\"no-unsanitized/method\": 2}"),
        "yes web/r.json:1"
    );
}

#[test]
fn legacy_configurations() {
    let cases: &[(Files<'_>, &str, &str)] = &[
        (&[(".eslintrc.json", "{\"extends\": [\"plugin:no-unsanitized/DOM\"]}")], "", "yes .eslintrc.json:1"),
        (
            &[(".eslintrc.yml", "extends:\n  - plugin:mozilla/recommended\n  - plugin:no-unsanitized/recommended-legacy\n")],
            "",
            "yes .eslintrc.yml:3",
        ),
        (&[(".eslintrc", "# yaml\nplugins: [no-unsanitized]\nrules:\n  no-unsanitized/method: error\n")], "", "yes .eslintrc:4"),
        (
            &[(
                ".eslintrc.js",
                "module.exports = { plugins: ['no-unsanitized'], rules: { 'no-unsanitized/property': 'warn' } };",
            )],
            "",
            "no",
        ),
        (&[("package.json", "{\"eslintConfig\": {\"extends\": \"plugin:no-unsanitized/DOM\"}}")], "", "yes package.json:1"),
        (&[("package.json", "{\"name\": \"a\"}")], "", "no"),
        (
            &[(
                ".eslintrc.json",
                "{\"extends\": [\"airbnb/hooks\", \"prettier\", \"plugin:@typescript-eslint/recommended\", \"eslint:recommended\"]}",
            )],
            "",
            "no",
        ),
        (&[(".eslintrc.json", "{\"extends\": [\"@org\"]}")], "", "unknown remote .eslintrc.json:1"),
        (
            &[
                (".eslintrc.json", "{\"extends\": \"./base.json\"}"),
                ("base.json", "{\"extends\": \"plugin:no-unsanitized/DOM\"}"),
            ],
            "",
            "yes base.json:1",
        ),
        (&[(".eslintrc.json", "{\"extends\": \"./base\"}")], "", "unknown dynamic .eslintrc.json:1"),
        (
            &[(".eslintrc.json", "{\"overrides\": [{\"files\": [\"*.ts\"], \"extends\": [\"plugin:no-unsanitized/DOM\"]}]}")],
            "",
            "yes .eslintrc.json:1",
        ),
        (
            &[(
                ".eslintrc.json",
                "{\"overrides\": [{\"files\": [\"*.test.js\"], \"extends\": [\"plugin:no-unsanitized/DOM\"]}]}",
            )],
            "",
            "no",
        ),
        // Files above count until `root`.
        (
            &[(".eslintrc.json", "{\"extends\": \"plugin:no-unsanitized/DOM\"}"), ("src/.eslintrc.json", "{}")],
            "src",
            "yes .eslintrc.json:1",
        ),
        (
            &[(".eslintrc.json", "{\"extends\": \"plugin:no-unsanitized/DOM\"}"), ("src/.eslintrc.json", "{\"root\": true}")],
            "src",
            "no",
        ),
        (
            &[(".eslintrc.json", "{\"extends\": \"plugin:no-unsanitized/DOM\"}"), (".eslintrc.js", "module.exports = {}")],
            "",
            "no",
        ),
        // A flat file wins.
        (
            &[(".eslintrc.json", "{\"extends\": \"plugin:no-unsanitized/DOM\"}"), ("eslint.config.js", "export default []")],
            "",
            "no",
        ),
        (&[(".eslintrc.json", "{\"rules\": {\"a\": 1,}, \"rules\": {}}")], "", "unknown dynamic .eslintrc.json:1"),
        (&[(".eslintrc.json", "{\"rules\":")], "", "unknown unreadable .eslintrc.json:1"),
        (&[], "", "no"),
    ];
    for (files, directory, expected) in cases {
        let all: Vec<(&str, &str)> =
            files.iter().chain(&[("src/a.js", ""), ("src/b.ts", ""), ("src/a.test.js", "")]).copied().collect();
        let settings = Case::new("eslint", &all, "").at(directory).read(&Eslint);
        assert_eq!(told(settings.selects.get(UNSANITIZED)), *expected, "{files:?}");
    }
    let mut case = Case::new(
        "eslint",
        &[(".eslintrc.json", "{\"extends\": \"plugin:no-unsanitized/DOM\"}"), ("eslint.config.js", "export default []")],
        "",
    );
    case.env.insert("ESLINT_USE_FLAT_CONFIG".to_owned(), Some("false".to_owned()));
    assert_eq!(told(case.read(&Eslint).selects.get(UNSANITIZED)), "yes .eslintrc.json:1");
}

#[test]
fn flags() {
    let on = "import no from 'eslint-plugin-no-unsanitized';\nexport default [no.configs.recommended];";
    let files = [
        ("ci/lint.mjs", on),
        ("ci/.eslintrc.yml", "extends: plugin:no-unsanitized/DOM"),
        ("ci/old.js", "module.exports = { root: true, extends: 'plugin:no-unsanitized/DOM' }"),
    ];
    let case = |args: &str| told(read(&files, args).selects.get(UNSANITIZED));
    assert_eq!(case("-c ci/lint.mjs ."), "yes ci/lint.mjs:2");
    assert_eq!(case("--config=ci/.eslintrc.yml ."), "yes ci/.eslintrc.yml:1");
    assert_eq!(case("-c ci/old.js ."), "yes ci/old.js:1");
    assert_eq!(case("-c gone.js ."), "unknown dynamic ci.yml:1");
    assert_eq!(case("-c $CONFIG ."), "unknown dynamic ci.yml:1");
    assert_eq!(case("--rule no-unsanitized/method:~error ."), "yes ci.yml:1");
    assert_eq!(case("--rule {\"no-unsanitized/method\":[2,{}]} ."), "yes ci.yml:1");
    assert_eq!(case("--rule no-eval:~2 ."), "no");
    let off = read(&[("eslint.config.js", on)], "--no-config-lookup .");
    assert_eq!(told(off.selects.get(UNSANITIZED)), "no");
    assert_eq!(told(off.settings.get("selects-nothing")), "yes ci.yml:1");
}

#[test]
fn nothing_and_warnings() {
    let nothing: &[(&str, &str)] = &[
        ("export default [{ rules: { 'no-eval': 'off' } }];", "yes eslint.config.js:1"),
        ("export default [];", "yes eslint.config.js:1"),
        ("import p from 'eslint-config-prettier';\nexport default [p];", "yes eslint.config.js:1"),
        ("export default [{ rules: { 'no-eval': 'error' } }];", "no"),
        ("export default [{ rules: { 'no-eval': 'error' } }, { ignores: ['**'] }];", "yes eslint.config.js:1"),
        ("export default [{ rules: { 'no-eval': 'error' } }, { name: 'x', ignores: ['**/*'] }];", "yes eslint.config.js:1"),
        ("export default [{ rules: { 'no-eval': 'error' } }, { ignores: ['.'] }];", "yes eslint.config.js:1"),
        ("export default [{ rules: { 'no-eval': 'error' } }, { ignores: ['**', '!src/**'] }];", "no"),
        ("export default [{ rules: { 'no-eval': 'error' } }, { ignores: ['dist/'] }];", "no"),
        ("import { globalIgnores as g } from 'eslint/config';\nexport default [g(['**']), { rules: { a: 2 } }];", "no"),
        (
            "import { globalIgnores } from 'eslint/config';\nexport default [globalIgnores(['**']), { rules: { a: 2 } }];",
            "yes eslint.config.js:2",
        ),
        ("export default [make()];", "no"),
        ("export default [", "unknown unreadable eslint.config.js:1"),
    ];
    for (config, expected) in nothing {
        let expected = if config.contains(" as g") { "yes eslint.config.js:2" } else { expected };
        assert_eq!(setting(config, "selects-nothing"), expected, "{config}");
    }
    let warns: &[(&str, &str)] = &[
        ("export default [{ rules: { 'no-eval': 'warn', 'no-x': 1, 'no-y': 0 } }];", "yes eslint.config.js:1"),
        ("export default [{ rules: { 'no-eval': 'warn', 'no-x': 2 } }];", "no"),
        ("import js from '@eslint/js';\nexport default [js.configs.recommended, { rules: { 'no-eval': 'warn' } }];", "no"),
        ("import sec from 'eslint-plugin-security';\nexport default [sec.configs.recommended];", "yes eslint.config.js:2"),
        ("export default [{ rules: { 'no-eval': 'warn' } }, ...make()];", "no"),
        ("export default [];", "no"),
    ];
    for (config, expected) in warns {
        assert_eq!(setting(config, "warnings-only"), *expected, "{config}");
    }
    let legacy = [(".eslintrc.json", "{\"rules\": {\"no-eval\": 2}, \"ignorePatterns\": [\"*\"]}")];
    assert_eq!(told(read(&legacy, "").settings.get("selects-nothing")), "yes .eslintrc.json:1");
    let ignored = [(".eslintrc.json", "{\"rules\": {\"no-eval\": 2}}"), (".eslintignore", "# all\n/src\n")];
    assert_eq!(told(read(&ignored, "").settings.get("selects-nothing")), "yes .eslintignore:1");
}

#[test]
fn hostile_scripts_stay_bounded() {
    let config = |text: &str| flat(text, UNSANITIZED);
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{a:", "}"),
        ("!", ""),
        ("- ", ""),
        ("typeof ", ""),
        ("x=>", ""),
        ("a=", ""),
        ("a?b:", ""),
        ("a**", ""),
        ("new ", ""),
        ("`${", "}`"),
        ("async()=>", ""),
        ("f(", ")"),
        ("a[", "]"),
    ] {
        // Up to what is admitted, and far beyond.
        for count in [900, 1_300, 1_900, 3_900, 100_000] {
            let text = format!("export default {}x{};", open.repeat(count), close.repeat(count));
            let told = config(&text);
            assert!(told.starts_with("unknown") || (open == "{a:" && count < 4_000), "{open} {count}: {told}");
        }
    }
    // Speculative parsing of types is quadratic at worst: so few are admitted that it does not matter.
    for (open, close) in [("a<", ""), ("f<(", ")>x"), ("({a=", "})=b"), ("async(a=", ")=>b"), ("x as (a:", ")=>b")] {
        let text = format!("export default {}x{};", open.repeat(900), close.repeat(900));
        let settings = read(&[("eslint.config.ts", &text)], "");
        assert!(told(settings.selects.get(UNSANITIZED)).starts_with("unknown"), "{open}");
    }
    for (open, close) in
        [("if(x)", ";"), ("a:", ";"), ("else if(x){}", ""), ("{", "}"), ("for(;;)", ";"), ("do ", ";"), ("while(x)", ";")]
    {
        for count in [1_300, 1_900, 3_900] {
            let text = format!("{}{}", open.repeat(count), close);
            assert!(config(&text).starts_with("unknown"), "{open}");
        }
    }
    let chain = format!("export default a{};", ".b".repeat(100_000));
    assert!(config(&chain).starts_with("unknown"));
    let sum = format!("export default {};", vec!["a"; 100_000].join("/"));
    assert!(config(&sum).starts_with("unknown"));
    let large = format!("export default [];//{}", "x".repeat(1024 * 1024));
    assert_eq!(config(&large), "unknown unreadable eslint.config.js:1");
    let doubled: String = (1..60).map(|at| format!("const a{at}=[...a{0},...a{0}];\n", at - 1)).collect();
    let doubled = format!("const a0=[{{rules:{{x:2}}}}];\n{doubled}export default a59;");
    assert!(config(&doubled).starts_with("unknown unreadable"));
    assert_eq!(config("\u{feff}export default [];\r\n"), "no");
    assert_eq!(config("#!/usr/bin/env node\nexport default [];\n"), "no");
}
