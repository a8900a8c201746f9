//! Owns what is known of ESLint's plugins and shared configurations by name: how short names are spelled out, which
//! packages bring no security rules, which rules a plugin has. Refuses to look into packages.

use super::found::Severity;

/// Packages whose configurations have no `files` of their own: with them alone ESLint looks at JavaScript only.
const NO_FILES: [&str; 4] = ["@eslint/js", "eslint", "eslint-plugin-no-unsanitized", "eslint-plugin-security"];

/// Whether a package's configurations are known to name no files.
pub(super) fn names_no_files(package: &str) -> bool {
    NO_FILES.contains(&package)
}

/// Shared configurations and plugins whose configurations enable rules, none of them one of the security plugins.
const KNOWN: [&str; 83] = [
    "@angular-eslint/eslint-plugin",
    "@docusaurus/eslint-plugin",
    "@dword-design/eslint-plugin-import-alias",
    "@nx/eslint-plugin",
    "eslint-plugin-github",
    "@angular-eslint/eslint-plugin-template",
    "@eslint-community/eslint-plugin-eslint-comments",
    "@eslint/css",
    "@eslint/js",
    "@eslint/json",
    "@eslint/markdown",
    "@next/eslint-plugin-next",
    "@react-native/eslint-config",
    "@stylistic/eslint-plugin",
    "@tanstack/eslint-plugin-query",
    "@typescript-eslint/eslint-plugin",
    "@vitest/eslint-plugin",
    "@vue/eslint-config-airbnb",
    "@vue/eslint-config-prettier",
    "@vue/eslint-config-standard",
    "@vue/eslint-config-typescript",
    "angular-eslint",
    "eslint",
    "eslint-config-airbnb",
    "eslint-config-airbnb-base",
    "eslint-config-airbnb-typescript",
    "eslint-config-alloy",
    "eslint-config-flat-gitignore",
    "eslint-config-google",
    "eslint-config-love",
    "eslint-config-next",
    "eslint-config-preact",
    "eslint-config-prettier",
    "eslint-config-react-app",
    "eslint-config-standard",
    "eslint-config-standard-jsx",
    "eslint-config-standard-react",
    "eslint-config-standard-with-typescript",
    "eslint-config-turbo",
    "eslint-config-xo",
    "eslint-config-xo-react",
    "eslint-config-xo-typescript",
    "eslint-plugin-astro",
    "eslint-plugin-ava",
    "eslint-plugin-compat",
    "eslint-plugin-cypress",
    "eslint-plugin-es-x",
    "eslint-plugin-eslint-comments",
    "eslint-plugin-functional",
    "eslint-plugin-import",
    "eslint-plugin-import-x",
    "eslint-plugin-jest",
    "eslint-plugin-jest-dom",
    "eslint-plugin-jsdoc",
    "eslint-plugin-json",
    "eslint-plugin-jsonc",
    "eslint-plugin-jsx-a11y",
    "eslint-plugin-mocha",
    "eslint-plugin-n",
    "eslint-plugin-node",
    "eslint-plugin-package-json",
    "eslint-plugin-perfectionist",
    "eslint-plugin-playwright",
    "eslint-plugin-prettier",
    "eslint-plugin-promise",
    "eslint-plugin-qunit",
    "eslint-plugin-react",
    "eslint-plugin-react-hooks",
    "eslint-plugin-react-refresh",
    "eslint-plugin-simple-import-sort",
    "eslint-plugin-solid",
    "eslint-plugin-storybook",
    "eslint-plugin-svelte",
    "eslint-plugin-testing-library",
    "eslint-plugin-unicorn",
    "eslint-plugin-vitest",
    "eslint-plugin-vue",
    "eslint-plugin-vue-scoped-css",
    "eslint-plugin-vuetify",
    "eslint-plugin-yml",
    "eslint-plugin-you-dont-need-lodash-underscore",
    "neostandard",
    "typescript-eslint",
];

/// Rules that a shared configuration brings beside the ordinary: (package, configuration or none for any, rule, severity).
/// (But for preact's the severities were not compared with the packages yet.)
const BRINGS: [(&str, Option<&str>, &str, Severity); 4] = [
    ("eslint-config-preact", None, "react/no-danger", Severity::Warn),
    ("eslint-config-airbnb", None, "react/no-danger", Severity::Warn),
    ("@vue/eslint-config-airbnb", None, "react/no-danger", Severity::Warn),
    ("eslint-plugin-react", Some("all"), "react/no-danger", Severity::Error),
];

/// Security plugins and how many of their rules make them what they are: turned off, the plugin is.
const RULES: [(&str, usize); 3] =
    [("eslint-plugin-no-unsanitized", 2), ("eslint-plugin-security", 14), ("@microsoft/eslint-plugin-sdl", 10)];

/// Shared configurations that only turn rules off.
const TURNS_OFF: [&str; 2] = ["eslint-config-prettier", "eslint-config-flat-gitignore"];

/// Plugins whose recommended configuration sets warnings only: index.js of eslint-plugin-security 4. Those of no-unsanitized 4,
/// sdl 1, sonarjs 4, xss 0.1 and mozilla 4 (but for one rule) set errors; no-secrets 2 brings none.
const WARNS: [&str; 1] = ["eslint-plugin-security"];

/// Whether a shared configuration enables rules at all.
pub(super) fn enables(package: &str) -> bool {
    !TURNS_OFF.contains(&package)
}

/// How a plugin's own configuration sets its rules.
pub(super) fn own_severity(package: &str) -> Severity {
    if WARNS.contains(&package) { Severity::Warn } else { Severity::Error }
}

/// Whether a package's configurations are known to hold none of the security plugins.
pub(super) fn is_known(package: &str) -> bool {
    KNOWN.contains(&package)
}

/// Rules brought by a configuration of a package.
pub(super) fn brings(package: &str, config: &str) -> impl Iterator<Item = (&'static str, Severity)> {
    let own = BRINGS.iter().filter(move |(name, of, ..)| *name == package && of.is_none_or(|of| config.contains(of)));
    own.map(|(_, _, rule, severity)| (*rule, *severity))
}

/// How many rules of a plugin must be off for it to be off.
pub(super) fn rules_of(package: &str) -> Option<usize> {
    RULES.iter().find(|(name, _)| *name == package).map(|(_, count)| *count)
}

/// Whether a plugin's configuration of this name turns its rules on.
pub(super) fn turns_on(config: &str) -> bool {
    ["recommended", "all", "strict", "required", "DOM"].iter().any(|word| config.contains(word))
}

/// The package of an import source: `eslint-plugin-x/configs` belongs to `eslint-plugin-x`.
pub(super) fn of_source(source: &str) -> &str {
    let parts = if source.starts_with('@') { 2 } else { 1 };
    let end = source.match_indices('/').nth(parts - 1).map_or(source.len(), |(at, _)| at);
    &source[..end]
}

/// A short name spelled out: `security` is `eslint-plugin-security`, `@a/b` is `@a/eslint-plugin-b`, `@a` is `@a/eslint-plugin`.
pub(super) fn spelled_out(name: &str, kind: &str) -> String {
    let prefix = format!("eslint-{kind}");
    let Some(scoped) = name.strip_prefix('@') else {
        return if name.starts_with(&prefix) { name.to_owned() } else { format!("{prefix}-{name}") };
    };
    match scoped.split_once('/') {
        None => format!("@{scoped}/{prefix}"),
        Some((_, rest)) if rest == prefix || rest.starts_with(&format!("{prefix}-")) => name.to_owned(),
        Some((scope, rest)) => format!("@{scope}/{prefix}-{rest}"),
    }
}

/// The namespace and the name of a rule: `@microsoft/sdl/no-html-method`, `no-unsanitized/method`, `no-eval`.
pub(super) fn rule_parts(rule: &str) -> (&str, &str) {
    rule.rsplit_once('/').unwrap_or(("", rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_out_as_eslint_does() {
        let plugin = |name: &str| spelled_out(name, "plugin");
        assert_eq!(plugin("security"), "eslint-plugin-security");
        assert_eq!(plugin("eslint-plugin-security"), "eslint-plugin-security");
        assert_eq!(plugin("@microsoft/sdl"), "@microsoft/eslint-plugin-sdl");
        assert_eq!(plugin("@typescript-eslint"), "@typescript-eslint/eslint-plugin");
        assert_eq!(plugin("@microsoft/eslint-plugin-sdl"), "@microsoft/eslint-plugin-sdl");
        assert_eq!(spelled_out("@org/base", "config"), "@org/eslint-config-base");
        assert_eq!(of_source("@a/b/c"), "@a/b");
        assert_eq!(of_source("neostandard/x"), "neostandard");
        assert_eq!(of_source("node:path"), "node:path");
    }
}
