//! Owns where Semgrep's rules come from (packs of the registry, files of the tree, the service's policies) and whether any of
//! them is about security, by what their authors say. Refuses to judge rules by what they match.

use std::collections::BTreeMap;

use super::{Query, Reader, Settings, arguments, settled};
use crate::answer::{Answer, Reason, Why};
use crate::doc::{Format, Kind, Value};
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Semgrep;

const NOTHING: &str = "selects-nothing";
const SERVICE: &str = "service-decides";

/// Rule files read for one invocation.
const FILES: usize = 500;

impl Reader for Semgrep {
    fn id(&self) -> &'static str {
        "semgrep"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        let mut settings = Settings::default();
        let mut found: Option<Found> = None;
        let mut last = None;
        for (value, place) in configurations(query) {
            let one = source(query, value.as_deref(), &place, &mut settings.config);
            found = Some(match found {
                Some(before) => before.or(one),
                None => one,
            });
            last = Some(place);
        }
        let given = found.is_some();
        let found = found.unwrap_or_else(|| {
            let place = query.args.first().map(|word| word.place.clone());
            let why = Why::new(Reason::Remote, "its rules are chosen by the service, not in this tree");
            Found::same(Answer::Unknown(place.map_or(why.clone(), |place| why.at(place))))
        });
        // Of the service's own rules only those in its blocking mode fail a run; of rules from elsewhere all do.
        let service = match &found.rules {
            Answer::Unknown(why) if !given => {
                let mut why = why.clone();
                why.text = "which of the service's rules block is said there".to_owned();
                Answer::Unknown(why)
            }
            _ => Answer::No,
        };
        let nothing = match (&found.rules, last) {
            (Answer::No, Some(place)) => Answer::Yes(place),
            _ => Answer::No,
        };
        settings.selects = query.names.iter().map(|name| (name.clone(), found.security.clone())).collect::<BTreeMap<_, _>>();
        settings.answer(NOTHING, nothing);
        settings.answer(SERVICE, service);
        settings
    }
}

/// What a source of rules brings.
struct Found {
    /// Any rule.
    rules: Answer<Place>,
    /// One that is about security.
    security: Answer<Place>,
}

impl Found {
    fn same(answer: Answer<Place>) -> Self {
        Self { rules: answer.clone(), security: answer }
    }

    fn or(self, other: Self) -> Self {
        Self { rules: either(self.rules, other.rules), security: either(self.security, other.security) }
    }
}

fn either(one: Answer<Place>, other: Answer<Place>) -> Answer<Place> {
    match (one, other) {
        (Answer::Yes(place), _) | (_, Answer::Yes(place)) => Answer::Yes(place),
        (Answer::Unknown(why), _) | (_, Answer::Unknown(why)) => Answer::Unknown(why),
        _ => Answer::No,
    }
}

/// What `--config` names; without the flag, what `SEMGREP_RULES` does. A pattern on the command line is a rule.
fn configurations(query: &Query<'_>) -> Vec<(Option<String>, Place)> {
    let here = query.args.first().map_or_else(|| Place::file(RepoPath::root()), |word| word.place.clone());
    let flags = arguments::values(query.args, &["--config", "-c", "-f"]);
    let mut found: Vec<(Option<String>, Place)> =
        flags.into_iter().map(|given| (given.value.map(str::to_owned), given.place.clone())).collect();
    if let Some(word) = arguments::switch(query.args, &["-e", "--pattern"]) {
        found.push((Some("pattern".to_owned()), word.place.clone()));
    }
    if found.is_empty() {
        match query.env.get("SEMGREP_RULES") {
            Some(Some(value)) => found.extend(value.split_whitespace().map(|name| (Some(name.to_owned()), here.clone()))),
            Some(None) => found.push((None, here)),
            None => {}
        }
    }
    found
}

/// What one configuration brings.
fn source(query: &Query<'_>, value: Option<&str>, place: &Place, config: &mut Vec<Place>) -> Found {
    let unknown = |reason, why: &str| Answer::Unknown(Why::new(reason, why).at(place.clone()));
    let Some(value) = value else { return Found::same(unknown(Reason::Dynamic, "which rules it runs is computed")) };
    let secure = query.tool.security_packs.iter().any(|pack| pack == value)
        || value.strip_prefix("r/").is_some_and(|route| route.split('.').any(|part| part == "security"));
    if secure {
        return Found::same(Answer::Yes(place.clone()));
    }
    let registry = ["p/", "r/", "s/"].iter().any(|prefix| value.starts_with(prefix));
    if registry || matches!(value, "pattern" | "code" | "secrets") {
        let security = unknown(Reason::Remote, "whether the rules it names are about security is not known");
        return Found { rules: Answer::Yes(place.clone()), security };
    }
    if value == "supply-chain" {
        return Found::same(Answer::No);
    }
    if value == "policy" || value.contains("://") {
        return Found::same(unknown(Reason::Remote, "these rules are not in this tree"));
    }
    let missing = || Found::same(unknown(Reason::Dynamic, "the rules it names are not in this tree"));
    let Some(path) = query.path(value) else { return missing() };
    let snapshot = query.world.snapshot;
    let paths: Vec<RepoPath> = if snapshot.is_file(&path) {
        vec![path]
    } else {
        let files = snapshot.under(&path).iter().filter(|entry| entry.is_file() && is_rules(&entry.path)).take(FILES);
        files.map(|entry| entry.path.clone()).collect()
    };
    paths.iter().map(|path| file(query, path, config)).reduce(Found::or).unwrap_or_else(missing)
}

fn is_rules(path: &RepoPath) -> bool {
    let name = path.file_name();
    let rules = [".yml", ".yaml", ".json"].iter().any(|end| name.ends_with(end));
    rules && !name.ends_with(".test.yml") && !name.ends_with(".test.yaml")
}

fn file(query: &Query<'_>, path: &RepoPath, config: &mut Vec<Place>) -> Found {
    let format = if path.file_name().ends_with(".json") { Format::Json } else { Format::Yaml };
    let document = match query.document(path, format) {
        Ok(document) => document,
        Err(why) => return Found::same(Answer::Unknown(why)),
    };
    config.push(Place::file(path.clone()));
    let rules = match settled::said(document.root(), "rules") {
        Ok(Some(rules)) => rules,
        Ok(None) => return Found::same(Answer::No),
        Err(why) => return Found::same(Answer::Unknown(why)),
    };
    match rules.kind() {
        Kind::Sequence => {
            let any = rules.items().next().map_or(Answer::No, |rule| Answer::Yes(rule.place()));
            Found { rules: any, security: rules.items().map(subject).reduce(either).unwrap_or(Answer::No) }
        }
        _ => Found::same(Answer::No),
    }
}

/// Whether a rule of the tree is about security, as its metadata says (the registry's own rules have `category`, and those about
/// security also `cwe`).
fn subject(rule: Value<'_>) -> Answer<Place> {
    let metadata = rule.get("metadata");
    let get = |key: &str| metadata.and_then(|metadata| metadata.get(key)).filter(|value| value.kind() != Kind::Null);
    let weakness = get("cwe").or_else(|| get("owasp"));
    match (weakness, get("category").map(|category| (category.as_str(), category))) {
        (Some(weakness), _) => Answer::Yes(weakness.place()),
        (None, Some((Some("security"), category))) => Answer::Yes(category.place()),
        (None, Some((Some(_), _))) => {
            let merge = metadata.and_then(|metadata| settled::merged(metadata, "cwe"));
            merge.map_or(Answer::No, Answer::Unknown)
        }
        (None, _) => {
            let why = "the rule does not say whether it is about security (`metadata.category`)";
            Answer::Unknown(Why::new(Reason::Unsupported, why).at(rule.place()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Case, Files, told};
    use super::*;

    fn read(files: Files<'_>, args: &str) -> (String, String) {
        let settings = Case::new("semgrep", files, args).names(&["security"]).read(&Semgrep);
        (told(settings.selects.get("security")), told(settings.settings.get(NOTHING)))
    }

    #[test]
    fn sources_of_rules() {
        let rule = "rules:\n  - id: no-eval\n    severity: ERROR\n";
        let secure =
            "rules:\n  - id: a\n    metadata: {category: correctness}\n  - id: b\n    metadata:\n      category: security\n";
        let correct = "rules: [{id: a, metadata: {category: correctness}}]\n";
        let weakness = "rules: [{id: a, metadata: {cwe: [\"CWE-95\"]}}]\n";
        let cases: &[(Files<'_>, &str, &str, &str)] = &[
            (&[], "--config p/python", "yes ci.yml:1", "no"),
            (&[], "--config=auto --error", "yes ci.yml:1", "no"),
            (&[], "-c r/python.lang", "unknown remote ci.yml:1", "no"),
            (&[], "-c r/python.lang.security.audit", "yes ci.yml:1", "no"),
            (&[], "-c p/docker", "unknown remote ci.yml:1", "no"),
            (&[], "-e eval(...) -l python", "unknown remote ci.yml:1", "no"),
            (&[], "", "unknown remote nowhere", "no"),
            (&[], "--config policy", "unknown remote ci.yml:1", "no"),
            (&[], "--config https://example.org/r.yml", "unknown remote ci.yml:1", "no"),
            (&[], "--config $RULES", "unknown dynamic ci.yml:1", "no"),
            (&[], "--config gone.yml", "unknown dynamic ci.yml:1", "no"),
            (&[], "--config ../gone.yml", "unknown dynamic ci.yml:1", "no"),
            (&[], "--config supply-chain", "no", "yes ci.yml:1"),
            (&[(".semgrep.yml", rule)], "--config .semgrep.yml", "unknown unsupported .semgrep.yml:2", "no"),
            (&[(".semgrep.yml", secure)], "--config .semgrep.yml", "yes .semgrep.yml:6", "no"),
            (&[(".semgrep.yml", correct)], "--config .semgrep.yml", "no", "no"),
            (&[(".semgrep.yml", correct)], "--config .semgrep.yml --config p/python", "yes ci.yml:1", "no"),
            (&[(".semgrep.yml", weakness)], "--config .semgrep.yml", "yes .semgrep.yml:1", "no"),
            (&[("rules.yml", "rules: []\n")], "--config rules.yml", "no", "yes ci.yml:1"),
            (&[("rules.yml", "rules: []\n")], "--config rules.yml --config p/ci", "yes ci.yml:1", "no"),
            (&[("rules.yml", "rules: [\n")], "--config rules.yml", "unknown unreadable rules.yml:1", "no"),
            (&[(".semgrep/a/b.yaml", secure), (".semgrep/a/b.py", "")], "--config .semgrep/", "yes .semgrep/a/b.yaml:6", "no"),
            (&[("r.json", "{\"rules\": [{\"id\": \"a\"}]}")], "--config r.json", "unknown unsupported r.json:1", "no"),
            (&[("r.yml", "rules: []\nrules: [{id: a}]\n")], "--config r.yml", "unknown unreadable r.yml:2", "no"),
        ];
        for (files, args, rules, nothing) in cases {
            assert_eq!(read(files, args), ((*rules).to_owned(), (*nothing).to_owned()), "{args}");
        }
    }

    #[test]
    fn the_service_decides_over_its_own_rules_only() {
        let told_of = |args: &str| told(Case::new("semgrep", &[], args).read(&Semgrep).settings.get(SERVICE));
        assert_eq!(told_of(""), "unknown remote nowhere");
        assert_eq!(told_of("--config p/python"), "no");
        assert_eq!(told_of("--config https://example.org/r.yml"), "no");
    }

    #[test]
    fn rules_from_the_environment() {
        let mut case = Case::new("semgrep", &[], "--error").names(&["security"]);
        case.env.insert("SEMGREP_RULES".to_owned(), Some("p/ci p/python".to_owned()));
        assert_eq!(told(case.read(&Semgrep).selects.get("security")), "yes ci.yml:1");
        case.env.insert("SEMGREP_RULES".to_owned(), None);
        assert_eq!(told(case.read(&Semgrep).selects.get("security")), "unknown dynamic ci.yml:1");
    }
}
