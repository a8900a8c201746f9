//! Owns what is known of ESLint's plugins and shared configurations by name, and how short names are spelled out. Refuses to look into
//! packages, and to list any: those are in `rules/tools/eslint.toml`.

use std::borrow::Cow;

use super::found::Severity;
use crate::catalog::{self, Knows, knows::Brings};

fn knows() -> &'static Knows {
    catalog::knows("eslint")
}

/// Patterns of the files that a package's configurations name, where that is known.
pub(super) fn files_of(package: &str) -> Option<&'static [String]> {
    let none = catalog::lists(&knows().no_files, package);
    knows().names_files.get(package).map(Vec::as_slice).or(none.then_some(&[]))
}

/// Whether a shared configuration enables rules at all.
pub(super) fn enables(package: &str) -> bool {
    !catalog::lists(&knows().turns_off, package)
}

/// How a plugin's own configuration sets its rules.
pub(super) fn own_severity(package: &str) -> Severity {
    if catalog::lists(&knows().warns, package) { Severity::Warn } else { Severity::Error }
}

/// Whether a package's configurations are known to hold none of the security plugins.
pub(super) fn is_known(package: &str) -> bool {
    catalog::lists(&knows().plain_packages, package)
}

/// Rules brought by a configuration of a package.
pub(super) fn brings(package: &str, config: &str) -> impl Iterator<Item = (&'static str, Severity)> {
    let of = move |row: &&Brings| row.package == package && row.config.as_ref().is_none_or(|of| config.contains(of));
    let severity = |row: &Brings| if row.error { Severity::Error } else { Severity::Warn };
    knows().brings.iter().filter(of).map(move |row| (row.rule.as_str(), severity(row)))
}

/// How many rules of a plugin must be off for it to be off.
pub(super) fn rules_of(package: &str) -> Option<usize> {
    knows().rules_of.get(package).copied()
}

/// Whether a plugin's configuration of this name turns its rules on.
pub(super) fn turns_on(config: &str) -> bool {
    knows().on_words.iter().any(|word| config.contains(word))
}

/// The package of an import source: `eslint-plugin-x/configs` belongs to `eslint-plugin-x`.
pub(super) fn of_source(source: &str) -> &str {
    let parts = if source.starts_with('@') { 2 } else { 1 };
    let end = source.match_indices('/').nth(parts - 1).map_or(source.len(), |(at, _)| at);
    &source[..end]
}

/// A source as Node spells it: `npm:@eslint/js@9/x`, a specifier of Deno, is `@eslint/js/x`.
pub(super) fn as_node(source: &str) -> Cow<'_, str> {
    let Some(rest) = source.strip_prefix("npm:") else { return Cow::Borrowed(source) };
    let rest = rest.trim_start_matches('/');
    let package = of_source(rest);
    let name = match package.get(1..).and_then(|tail| tail.find('@')) {
        Some(at) => &package[..at + 1],
        None => package,
    };
    Cow::Owned(format!("{name}{}", &rest[package.len()..]))
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
        for (source, wanted) in [
            ("npm:@eslint/js@9", "@eslint/js"),
            ("npm:@eslint/js@^9.1/x/y", "@eslint/js/x/y"),
            ("npm:/eslint-plugin-security@4", "eslint-plugin-security"),
            ("npm:globals", "globals"),
            ("npm:", ""),
            ("npm:@", "@"),
            ("jsr:@std/path", "jsr:@std/path"),
        ] {
            assert_eq!(as_node(source), wanted);
        }
    }
}
