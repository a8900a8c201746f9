//! What a plugin's name stands for: a package, an object of the tree, a package of another name.

use super::tests::{both, read};

const SECURITY: &str = "eslint-plugin-security";
const RULE: &str = "rules: { 'security/detect-eval-with-expression': 2 }";

fn told(config: &str, files: &[(&str, &str)]) -> String {
    let mut all = vec![("eslint.config.js", config)];
    all.extend(files);
    both(&read(&all, ""), SECURITY)
}

#[test]
fn a_plugin_of_the_tree_is_no_package() {
    let local = ("local.js", "module.exports = { rules: { 'detect-eval-with-expression': { create() {} } } };");
    let mixed = ("local.js", "import s from 'eslint-plugin-security';\nexport default { ...s, meta: {} };");
    let many = ("local.js", "import s from 'eslint-plugin-security';\nexport default { ...s, rules: { ...more } };");
    let again = ("local.js", "export { default } from 'eslint-plugin-security';");
    let config = |plugin: &str| {
        format!("import own from './local.js';\nexport default [{{ plugins: {{ security: {plugin} }}, {RULE} }}];")
    };
    assert_eq!(told(&config("own"), &[local]), "no");
    assert_eq!(told(&config("{ rules: { x: {} } }"), &[]), "no");
    assert_eq!(told(&config("own"), &[again]), "yes eslint.config.js:2");
    assert_eq!(told(&config("own"), &[mixed]), "yes eslint.config.js:2");
    assert_eq!(told(&config("own"), &[many]), "unknown dynamic eslint.config.js:2");
    assert_eq!(told(&config("own"), &[]), "unknown dynamic eslint.config.js:2");
    assert_eq!(told(&config("make()"), &[]), "unknown dynamic eslint.config.js:2");
    let shorthand = format!("import security from './local.js';\nexport default [{{ plugins: {{ security }}, {RULE} }}];");
    assert_eq!(told(&shorthand, &[local]), "no");
    let fixed = format!(
        "import s from 'eslint-plugin-security';\nexport default [{{ plugins: {{ security: fixupPluginRules(s) }}, {RULE} }}];"
    );
    assert_eq!(told(&fixed, &[]), "yes eslint.config.js:2");
    assert_eq!(told(&format!("export default [{{ {RULE} }}];"), &[]), "yes eslint.config.js:1");
}

#[test]
fn a_specifier_of_deno_names_a_package() {
    let config = |source: &str| format!("import s from '{source}';\nexport default [{{ plugins: {{ security: s }}, {RULE} }}];");
    for (source, wanted) in [
        ("npm:eslint-plugin-security@4", "yes eslint.config.js:2"),
        ("npm:eslint-plugin-security", "yes eslint.config.js:2"),
        ("npm:eslint-plugin-other@4", "no"),
    ] {
        assert_eq!(told(&config(source), &[]), wanted, "{source}");
    }
    let js = "import js from 'npm:@eslint/js@9';\nexport default [js.configs.recommended, { rules: { eqeqeq: 'error' } }];";
    assert_eq!(told(js, &[]), "no");
}

#[test]
fn a_package_of_another_name() {
    let config = format!("import s from 'eslint-plugin-security';\nexport default [{{ plugins: {{ security: s }}, {RULE} }}];");
    let manifest = |spec: &str| format!("{{ \"devDependencies\": {{ \"eslint-plugin-security\": \"{spec}\" }} }}");
    for (spec, wanted) in [
        ("^4.0.0", "yes eslint.config.js:2"),
        ("catalog:", "yes eslint.config.js:2"),
        ("npm:eslint-plugin-security@4", "yes eslint.config.js:2"),
        ("file:./x", "unknown unsupported package.json:1"),
        ("workspace:*", "unknown unsupported package.json:1"),
        ("npm:eslint-plugin-other@4", "unknown unsupported package.json:1"),
    ] {
        assert_eq!(told(&config, &[("package.json", &manifest(spec))]), wanted, "{spec}");
    }
}
