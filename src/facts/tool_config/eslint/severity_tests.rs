//! Rules that only warn, and configurations of single directories.

use super::super::bench::{Case, told};
use super::Eslint;
use super::tests::{both, read};
use crate::text::RepoPath;

/// Real ESLint exits 0 where eslint-plugin-security's own configuration finds something: all of it warns.
#[test]
fn rules_that_only_warn() {
    let security = |config: &str, args: &str| {
        let config = format!("import sec from 'eslint-plugin-security';\n{config}");
        let settings = read(&[("eslint.config.js", &config)], args);
        both(&settings, "eslint-plugin-security")
    };
    let own = "export default [sec.configs.recommended];";
    assert_eq!(security(own, "."), "no, warns eslint.config.js:2");
    assert_eq!(security(own, "--max-warnings 0 ."), "no, warns eslint.config.js:2");
    assert_eq!(security(own, "--max-warnings=-1 ."), "no, warns eslint.config.js:2");
    assert_eq!(security(own, "--max-warnings 10 ."), "unknown unsupported ci.yml:1, warns eslint.config.js:2");
    assert_eq!(security(own, "--max-warnings=$N ."), "unknown dynamic ci.yml:1, warns eslint.config.js:2");
    let raised = "export default [sec.configs.recommended, { rules: { 'security/detect-unsafe-regex': 'error' } }];";
    assert_eq!(security(raised, "."), "yes eslint.config.js:2");
    let reset = "export default [{ rules: { 'security/detect-unsafe-regex': 'error' } }, sec.configs.recommended];";
    assert_eq!(security(reset, "."), "no, warns eslint.config.js:2");
    let some =
        "export default [{ rules: { 'security/detect-unsafe-regex': 2 } }, { files: ['**/*.ts'], ...sec.configs.recommended }];";
    assert_eq!(security(some, "."), "yes eslint.config.js:2");
    let ignored = "export default [sec.configs.recommended, { ignores: ['**'] }];";
    assert_eq!(security(ignored, "."), "no");
    let legacy = [(".eslintrc.json", "{\"extends\": [\"plugin:security/recommended-legacy\"]}")];
    assert_eq!(both(&read(&legacy, "."), "eslint-plugin-security"), "no, warns .eslintrc.json:1");
    let counted = read(&[("eslint.config.js", "export default [{ rules: { 'no-eval': 'warn' } }];")], "--max-warnings 3");
    assert_eq!(told(counted.settings.get("warnings-only")), "unknown unsupported ci.yml:1");
}

/// Legacy files cascade from each file; of flat ones version 9 takes the nearest to the working directory, version 10 to the file.
#[test]
fn homes_of_files() {
    let homes = |files: &[(&str, &str)], args: &str| {
        let paths: Vec<RepoPath> = ["src/a.js", "lib/b.js"].iter().map(|path| RepoPath::new(path).expect("a path")).collect();
        let found = Case::new("eslint", files, args).homes(&Eslint, &paths);
        found.iter().map(|home| home.as_str().to_owned()).collect::<Vec<_>>()
    };
    let legacy = [(".eslintrc.json", "{}"), ("src/.eslintrc.json", "{\"root\": true}"), ("lib/package.json", "{}")];
    assert_eq!(homes(&legacy, "."), ["", "src"]);
    assert!(homes(&legacy, "-c .eslintrc.json .").is_empty());
    let flat = [("eslint.config.js", "export default [];"), ("src/eslint.config.js", "export default [];")];
    assert_eq!(homes(&flat, "."), ["", "src", ""]);
}
