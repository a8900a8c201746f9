//! What may change an ESLint configuration behind its literals, case by case.

use super::super::bench::told;
use super::tests::{IMPORT, UNSANITIZED, flat, read};

#[test]
fn statements_behind_the_literal_leave_it_open() {
    let config = "const c = [no.configs.recommended];\n";
    for (statement, expected) in [
        // What is added to the list is a part of it.
        ("c.push({ignores: ['**']});", "no"),
        ("c.push({rules: {'no-console': 'error'}});", "yes eslint.config.js:3"),
        ("if (process.env.EXTRA) c.push({rules: {'no-console': 'error'}});", "yes eslint.config.js:3"),
        ("if (a) { c.push({rules: {'no-console': 'error'}}); } else c.push({settings: {}});", "yes eslint.config.js:3"),
        ("c.push({rules: {'no-unsanitized/method': 'off', 'no-unsanitized/property': 'off'}});", "no"),
        (
            "if (a) c.push({rules: {'no-unsanitized/method': 'off', 'no-unsanitized/property': 'off'}});",
            "unknown dynamic eslint.config.js:4",
        ),
        ("if (a) { c.push({}); c.length = 0; }", "unknown dynamic eslint.config.js:4"),
        ("if (c.splice(0)) c.push({});", "unknown dynamic eslint.config.js:4"),
        ("const d = c; c.push({}); d.length = 0;", "unknown dynamic eslint.config.js:5"),
        ("c.unshift({ignores: ['**']});", "unknown dynamic eslint.config.js:5"),
        ("c.length = 0;", "unknown dynamic eslint.config.js:5"),
        ("delete c[0].rules['a'];", "unknown dynamic eslint.config.js:4"),
        ("Object.assign(c[0], {rules: {}});", "unknown dynamic eslint.config.js:4"),
        ("if (process.env.CI) process.exit(0);", "unknown dynamic eslint.config.js:4"),
        ("process.on('exit', () => {});", "unknown dynamic eslint.config.js:4"),
        ("console.log(c);", "yes eslint.config.js:3"),
        // Ordinary statements change nothing of it.
        ("process.env.X = '1';", "yes eslint.config.js:3"),
        ("process.env['NODE_ENV'] ??= 'test';", "yes eslint.config.js:3"),
        ("process.noDeprecation = true;", "yes eslint.config.js:3"),
        ("process.chdir(__dirname);", "yes eslint.config.js:3"),
        ("if (!process.env.X) { process.env.X = 'a'; }", "yes eslint.config.js:3"),
        ("Object.freeze(no);", "yes eslint.config.js:3"),
        ("delete require.cache[require.resolve('./x')];", "yes eslint.config.js:3"),
        ("const { env } = process;", "yes eslint.config.js:3"),
        ("require('dotenv').config();", "yes eslint.config.js:3"),
        ("const globals = { process: 'readonly', exit: false };", "yes eslint.config.js:3"),
        ("const g = []; g.push({ a: 1 });", "yes eslint.config.js:3"),
        ("const off = c.map(one => ({ ...one, x: 1 }));", "yes eslint.config.js:3"),
        // What a rule says of itself turns nothing on or off.
        ("no.rules.method.meta.schema = false;", "yes eslint.config.js:3"),
        ("no.rules['method'].meta.schema = false;", "yes eslint.config.js:3"),
        ("no.rules.method.create = f;", "unknown dynamic eslint.config.js:3"),
        ("no.rules[meta] = f;", "unknown dynamic eslint.config.js:3"),
        // The process is ended, in any spelling.
        ("globalThis.process.exit(0);", "unknown dynamic eslint.config.js:4"),
        ("const p = process; p.exit(0);", "unknown dynamic eslint.config.js:4"),
        ("const p = process; p.on('exit', f);", "unknown dynamic eslint.config.js:4"),
        ("const { exit } = process; exit(0);", "unknown dynamic eslint.config.js:4"),
        ("require('process').exit(0);", "unknown dynamic eslint.config.js:4"),
        ("require('node:process').on('exit', () => {});", "unknown dynamic eslint.config.js:4"),
        ("const { exit: e } = require('node:process');", "unknown dynamic eslint.config.js:4"),
        ("import { exit } from 'node:process';", "unknown dynamic eslint.config.js:4"),
        ("import p from 'node:process'; p.on('exit', () => {});", "unknown dynamic eslint.config.js:4"),
        ("import p from 'node:process'; p.env.A = '1';", "yes eslint.config.js:3"),
        ("const z = process.exit(0);", "unknown dynamic eslint.config.js:4"),
        ("process['exit'](0);", "unknown dynamic eslint.config.js:4"),
        ("process[e](0);", "unknown dynamic eslint.config.js:4"),
        ("setTimeout(() => process.exit(0));", "unknown dynamic eslint.config.js:4"),
        ("Object.defineProperty(process, 'exitCode', {});", "unknown dynamic eslint.config.js:4"),
        // The literal is changed under another name, by another's hand, or later.
        ("const d = c; d.length = 0;", "unknown dynamic eslint.config.js:5"),
        ("const r = c[0]; r.rules = {};", "unknown dynamic eslint.config.js:5"),
        ("let _ = c.splice(0);", "unknown dynamic eslint.config.js:5"),
        ("let t; t = c.splice(0);", "unknown dynamic eslint.config.js:5"),
        ("const m = (x) => x.pop(); m(c);", "unknown dynamic eslint.config.js:5"),
        ("const f = () => c.splice(0); f();", "unknown dynamic eslint.config.js:5"),
        ("Reflect.set(c, 0, {});", "unknown dynamic eslint.config.js:4"),
        ("Array.prototype.splice.call(c, 0);", "unknown dynamic eslint.config.js:4"),
        ("class A { static { c.length = 0; } }", "unknown dynamic eslint.config.js:5"),
        ("eval('c.length = 0');", "unknown dynamic eslint.config.js:4"),
        ("queueMicrotask(() => { c.length = 0; });", "unknown dynamic eslint.config.js:4"),
        ("const { rules } = no; rules['method'].create = f;", "unknown dynamic eslint.config.js:3"),
        ("require('eslint').Linter.prototype.verify = () => [];", "unknown dynamic eslint.config.js:4"),
        ("const { Linter } = require('eslint'); Linter.prototype.verify = f;", "unknown dynamic eslint.config.js:1"),
    ] {
        assert_eq!(flat(&format!("{IMPORT}{config}{statement}\nexport default c;"), UNSANITIZED), expected, "{statement}");
    }
    let twice = "export default [{ plugins: { n: no }, rules: { 'n/method': 2 }, rules: {} }];";
    assert_eq!(flat(&format!("{IMPORT}{twice}"), UNSANITIZED), "no");
    let based = "export default [{ basePath: 'docs', plugins: { n: no }, rules: { 'n/method': 2 } }];";
    assert_eq!(flat(&format!("{IMPORT}{based}"), UNSANITIZED), "unknown unsupported eslint.config.js:3");
    let based = "export default [{ basePath: './src/', plugins: { n: no }, rules: { 'n/method': 2 } }];";
    assert_eq!(flat(&format!("{IMPORT}{based}"), UNSANITIZED), "yes eslint.config.js:3");
    let typed = format!(
        "import {{ Linter }} from 'eslint';\n{IMPORT}const c: Linter.Config[] = [no.configs.recommended];\nexport default c;"
    );
    assert_eq!(told(read(&[("eslint.config.ts", &typed)], "").selects.get(UNSANITIZED)), "yes eslint.config.ts:4");
    let loads = |side: &str| {
        let text = format!("{IMPORT}{config}const {{ x }} = require('./side.js');\nexport default c;");
        let settings = read(&[("eslint.config.js", &text), ("side.js", side)], "");
        told(settings.selects.get(UNSANITIZED))
    };
    assert_eq!(loads("module.exports = { x: 1 };"), "yes eslint.config.js:3");
    assert_eq!(loads("process.exit(0);"), "unknown dynamic side.js:1");
    assert_eq!(loads("globalThis.process.abort();"), "unknown dynamic side.js:1");
    assert_eq!(loads("require('process').kill(1);"), "unknown dynamic side.js:1");
    assert_eq!(loads("const p = process; p.kill(1);"), "unknown dynamic side.js:1");
    // Objects of other kinds are stopped by words of these names.
    assert_eq!(loads("module.exports = { x: (c) => { c.abort(1); c.y.kill(); } };"), "yes eslint.config.js:3");
}

#[test]
fn what_may_switch_rules_off_is_not_passed_over() {
    let on = "{ plugins: { n: no }, rules: { 'n/method': 2 } }";
    for (later, expected) in [
        ("{ rules: { [k]: 'off' } }", "unknown dynamic eslint.config.js:3"),
        ("{ rules: { ['n/' + 'method']: 'off' } }", "unknown dynamic eslint.config.js:3"),
        ("{ rules: { [k]: 'error' } }", "yes eslint.config.js:3"),
        ("{ files: ['src/*.ts'], rules: { [k]: 'off' } }", "yes eslint.config.js:3"),
        ("{ rules: { ...Object.fromEntries([]) } }", "unknown dynamic eslint.config.js:3"),
        ("{ get rules() { return {}; } }", "unknown dynamic eslint.config.js:3"),
        ("{ rules: { ...(process.env.CI ? { 'no-console': 'off' } : {}) } }", "yes eslint.config.js:3"),
        ("{ rules: { ...(process.env.CI ? { 'n/method': 'off' } : {}) } }", "unknown dynamic eslint.config.js:3"),
        ("{ languageOptions: { parser: { parse: () => ({}) } } }", "unknown dynamic eslint.config.js:3"),
        ("{ languageOptions: { parser: sec } }", "yes eslint.config.js:3"),
        ("{ plugins: { x: { processors: { y: {} } } }, processor: 'x/y' }", "unknown dynamic eslint.config.js:3"),
    ] {
        assert_eq!(flat(&format!("{IMPORT}export default [{on}, {later}];"), UNSANITIZED), expected, "{later}");
    }
    let replaced = "export default [{ plugins: { 'no-unsanitized': { ...no, rules: { method: {} } } }, rules: { 'no-unsanitized/method': 2 } }];";
    assert!(flat(&format!("{IMPORT}{replaced}"), UNSANITIZED).starts_with("unknown"));
}
