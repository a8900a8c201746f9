//! Owns whether an auditor of dependencies is told to ignore all of them: OSV-Scanner's `PackageOverrides`, Grype's `ignore`. Refuses
//! single vulnerabilities: ignoring those is daily work. (Facts: internal/config/config.go of OSV-Scanner 2.5.0,
//! grype/match/ignore.go of Grype 0.116.0.)

use std::collections::BTreeSet;

use super::{Query, Reader, Settings, arguments, places};
use crate::answer::Answer;
use crate::doc::{Document, Reading as Typed, Value};
use crate::facts::components::manifests::Rows;
use crate::text::{Place, RepoPath};

const EVERYTHING: &str = "ignores-everything";

/// The reader of OSV-Scanner's file: one beside each lock file, or the one that a flag names.
pub(super) struct Osv;

/// The reader of Grype's file: one for the whole run.
pub(super) struct Grype;

impl Reader for Osv {
    fn id(&self) -> &'static str {
        "osv-scanner"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        let rules = |document: &Document| -> Vec<Ignored> {
            places::at_key(document, "PackageOverrides").into_iter().flat_map(Value::items).filter_map(package_override).collect()
        };
        everything(query, &rules, true)
    }
}

impl Reader for Grype {
    fn id(&self) -> &'static str {
        "grype"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        let rules = |document: &Document| -> Vec<Ignored> {
            places::at_key(document, "ignore").into_iter().flat_map(Value::items).filter_map(ignore_rule).collect()
        };
        everything(query, &rules, false)
    }
}

/// A rule that ignores every package: of one kind, or of all.
struct Ignored {
    kind: Option<String>,
    place: Place,
}

/// Whether every language that manifests in sight are of is ignored, by the file that is in force for them.
fn everything(query: &Query<'_>, rules: &dyn Fn(&Document) -> Vec<Ignored>, beside: bool) -> Settings {
    let mut settings = Settings::default();
    let flag = arguments::values(query.args, &["-c", "--config"]).pop();
    let named = flag.as_ref().map(|given| given.value.and_then(|value| query.path(value)));
    let mut places_of = Vec::new();
    let mut homes: BTreeSet<(RepoPath, &str)> = BTreeSet::new();
    let listed = Rows::new(&query.world.catalog.languages);
    for entry in query.world.snapshot.entries().iter().filter(|entry| entry.is_file() && entry.path.is_in(query.directory)) {
        if let Some(language) = listed.of(&entry.path).and_then(|row| row.language.as_deref()) {
            let home = if beside { entry.path.parent() } else { query.directory.clone() };
            homes.insert((home, language));
        }
    }
    let (mut all, mut unread) = (!homes.is_empty(), None);
    for (home, language) in &homes {
        let path = match &named {
            Some(named) => named.clone(),
            None => {
                query.tool.config.iter().filter_map(|row| home.join(&row.path)).find(|path| query.world.snapshot.is_file(path))
            }
        };
        let format = path.as_ref().and_then(places::format_of);
        let document = match path.zip(format).filter(|(path, _)| query.world.snapshot.is_file(path)) {
            Some((path, format)) => match query.document(&path, format) {
                Ok(document) => Some(document),
                Err(why) => {
                    unread = unread.or(Some(why));
                    continue;
                }
            },
            None => None,
        };
        let rules = document.map(|document| rules(&document)).unwrap_or_default();
        let of = |kind: &String| query.tool.packs.get(kind).is_some_and(|own| own.iter().any(|own| own == language));
        match rules.into_iter().find(|rule| rule.kind.as_ref().is_none_or(of)) {
            Some(rule) => places_of.push(rule.place),
            None => all = false,
        }
    }
    let place = places_of.into_iter().next();
    let answer = match (all, unread) {
        (true, Some(why)) => Answer::Unknown(why),
        (true, None) => place.map_or(Answer::No, Answer::Yes),
        (false, _) => Answer::No,
    };
    settings.answer(EVERYTHING, answer);
    settings
}

/// An override without a name, a version or a group, or one whose name is any, for as long as the file stands.
fn package_override(item: Value<'_>) -> Option<Ignored> {
    let text = |key: &str| item.get(key).and_then(Value::scalar).filter(|text| !text.is_empty());
    let on = |value: Option<Value<'_>>| value.is_some_and(|value| value.as_bool() == Typed::Is(true));
    let regex = on(item.get("nameIsRegex"));
    let any = text("name").is_none_or(|name| regex && every_name(name));
    let limited = !any || ["version", "group", "effectiveUntil"].iter().any(|key| item.get(key).is_some());
    let ignored = on(item.get("ignore")) || on(item.get("vulnerability").and_then(|value| value.get("ignore")));
    (ignored && !limited).then(|| Ignored { kind: text("ecosystem").map(str::to_owned), place: item.place() })
}

/// A rule about packages of any name at any place, and nothing else; one without a condition is for nothing.
fn ignore_rule(item: Value<'_>) -> Option<Ignored> {
    let given = |value: Value<'_>, key: &str| value.get(key).and_then(Value::scalar).is_some_and(|text| !text.is_empty());
    if ["vulnerability", "namespace", "fix-state", "vex-status", "match-type"].iter().any(|key| given(item, key)) {
        return None;
    }
    let package = item.get("package")?;
    let text = |key: &str| package.get(key).and_then(Value::scalar).filter(|text| !text.is_empty());
    let any = text("name").is_none_or(every_name) && text("location").is_none_or(|glob| matches!(glob, "**" | "**/*" | "/**"));
    let conditions = ["name", "location", "type", "language"].iter().any(|key| text(key).is_some());
    let limited = !any || ["version", "upstream-name"].iter().any(|key| text(key).is_some());
    (conditions && !limited).then(|| Ignored { kind: text("type").or(text("language")).map(str::to_owned), place: item.place() })
}

fn every_name(regex: &str) -> bool {
    matches!(regex.trim_start_matches('^').trim_end_matches('$'), ".*" | ".+" | "(.*)" | ".*?" | "[\\s\\S]*")
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Case, told};
    use super::*;

    const NPM: (&str, &str) = ("package.json", "{}");
    const CARGO: (&str, &str) = ("a/Cargo.toml", "");

    fn ask(tool: &str, reader: &dyn Reader, files: &[(&str, &str)], args: &str) -> String {
        told(Case::new(tool, files, args).read(reader).settings.get(EVERYTHING))
    }

    #[test]
    fn overrides_of_every_package() {
        let osv = |text: &str, args: &str| ask("osv-scanner", &Osv, &[NPM, ("osv-scanner.toml", text)], args);
        let of = |keys: &str| format!("[[PackageOverrides]]\nignore = true\n{keys}");
        assert_eq!(osv(&of(""), "-r ."), "yes osv-scanner.toml:1");
        assert_eq!(osv(&of("ecosystem = 'npm'"), "-r ."), "yes osv-scanner.toml:1");
        assert_eq!(osv(&of("name = '.*'\nnameIsRegex = true"), "-r ."), "yes osv-scanner.toml:1");
        for narrow in ["ecosystem = 'PyPI'", "name = 'a'", "name = '.*'", "version = '1'", "effectiveUntil = 2020-01-01"] {
            assert_eq!(osv(&of(narrow), "-r ."), "no", "{narrow}");
        }
        assert_eq!(osv("[[PackageOverrides]]\nvulnerability.ignore = true", "-r ."), "yes osv-scanner.toml:1");
        assert_eq!(osv(&of(""), "--config other.toml -r ."), "no");
        // Each lock file has the file beside it.
        let files = [NPM, CARGO, ("osv-scanner.toml", "[[PackageOverrides]]\nignore = true\n")];
        assert_eq!(ask("osv-scanner", &Osv, &files, "-r ."), "no");
        assert_eq!(ask("osv-scanner", &Osv, &files, "--config osv-scanner.toml -r ."), "yes osv-scanner.toml:1");
    }

    #[test]
    fn rules_about_every_package() {
        let grype = |rule: &str| ask("grype", &Grype, &[NPM, (".grype.yaml", &format!("ignore:\n  - {rule}\n"))], "dir:.");
        for (rule, wanted) in [
            ("package: { type: npm }", "yes .grype.yaml:2"),
            ("package: { language: javascript }", "yes .grype.yaml:2"),
            ("package: { name: '.*' }", "yes .grype.yaml:2"),
            ("package: { location: '**' }", "yes .grype.yaml:2"),
            ("package: { type: python }", "no"),
            ("package: { type: npm, version: '1' }", "no"),
            ("{ package: { type: npm }, fix-state: unknown }", "no"),
            ("{ reason: x }", "no"),
        ] {
            assert_eq!(grype(rule), wanted, "{rule}");
        }
    }
}
