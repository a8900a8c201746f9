//! Owns the recognition of CI that this version does not see: files of systems that it does not read, and places of CI files that
//! could not be listed. Each is opaque. Refuses to guess what they say, and to know the systems: they are `rules/runners.toml`.

use crate::answer::{Reason, Why};
use crate::catalog::runner::{Runners, UnreadCi};
use crate::catalog::{Catalog, Languages};
use crate::doc::Format;
use crate::facts::components::Scope;
use crate::facts::components::manifests::NamePattern;
use crate::facts::components::scope::Scoping;
use crate::snapshot::Snapshot;
use crate::terms::ScopeTerms;
use crate::text::RepoPath;

/// Files of systems that are not read, and what hides places of CI files, with the reason.
#[must_use]
pub fn gather(snapshot: &Snapshot, catalog: &Catalog, terms: &ScopeTerms) -> Vec<(RepoPath, Why)> {
    let runners = &catalog.runners;
    let mut found = unlisted(snapshot, runners);
    for UnreadCi { system, files, .. } in &runners.unread_ci {
        for place in files {
            let why = || Why::new(Reason::Unsupported, format!("the file of {system} is not read by this version"));
            let Some(path) = RepoPath::new(place) else { continue };
            if place.ends_with('/') {
                let yaml = |name: &str| name.ends_with(".yml") || name.ends_with(".yaml");
                let inside = snapshot.children(&path).filter(|(name, is_dir)| !is_dir && yaml(name));
                found.extend(inside.filter_map(|(name, _)| Some((path.join(name)?, why()))));
            } else if snapshot.is_file(&path) {
                found.push((path, why()));
            }
        }
    }
    // A file whose name is another system's own is that system's, whatever stands at its top.
    for row in &runners.unread_ci {
        let UnreadCi { system, root_keys, .. } = row;
        for path in by_keys(snapshot, root_keys).into_iter().chain(by_name(snapshot, row, &catalog.languages, terms)) {
            let why = Why::new(Reason::Unsupported, format!("the file of {system} is not read by this version"));
            if !found.iter().any(|(known, _)| *known == path) {
                found.push((path, why));
            }
        }
    }
    found
}

/// Files that one looks into for what they say.
const LOOKED_AT: usize = 64;

/// Files at the root that the keys at their top tell.
fn by_keys(snapshot: &Snapshot, keys: &[Vec<String>]) -> Vec<RepoPath> {
    if keys.is_empty() {
        return Vec::new();
    }
    let yaml = |name: &str| name.ends_with(".yml") || name.ends_with(".yaml");
    let root = RepoPath::root();
    let files = snapshot.children(&root).filter(|(name, is_dir)| !is_dir && yaml(name)).take(LOOKED_AT);
    let told = |path: &RepoPath| {
        let document = snapshot.peek_document(path, Format::Yaml);
        document.is_ok_and(|one| keys.iter().any(|keys| keys.iter().all(|key| one.root().get(key).is_some())))
    };
    files.filter_map(|(name, _)| root.join(name)).filter(told).collect()
}

/// Files of the product that are called as those of a system, wherever they lie, and say what its files say.
fn by_name(snapshot: &Snapshot, row: &UnreadCi, languages: &Languages, terms: &ScopeTerms) -> Vec<RepoPath> {
    fn patterns(names: &[String]) -> Vec<NamePattern<'_>> {
        names.iter().map(|name| NamePattern::new(name)).collect()
    }
    let (names, others) = (patterns(&row.names), patterns(&row.not_names));
    if names.is_empty() {
        return Vec::new();
    }
    let any = |of: &[NamePattern<'_>], name: &str| of.iter().any(|pattern| pattern.matches(name));
    let called = |name: &str| any(&names, name) && !any(&others, name);
    let mut paths =
        snapshot.entries().iter().filter(|entry| entry.is_file() && called(entry.path.file_name())).take(LOOKED_AT).peekable();
    if paths.peek().is_none() {
        return Vec::new();
    }
    let scoping = Scoping::new(snapshot, languages, terms);
    let says = |path: &RepoPath| {
        let file = snapshot.peek(path);
        file.is_ok_and(|file| row.said.iter().any(|said| file.text.contains(said.as_str())))
    };
    let product = paths.map(|entry| &entry.path).filter(|path| scoping.of(path) == Some(Scope::Production));
    product.filter(|path| says(path)).cloned().collect()
}

/// What could not be listed and may hold files of CI, once each.
fn unlisted(snapshot: &Snapshot, runners: &Runners) -> Vec<(RepoPath, Why)> {
    let places = runners.unread_ci.iter().flat_map(|row| &row.files).map(String::as_str).chain([super::github::DIRECTORY]);
    let hidden = places.filter_map(RepoPath::new).filter_map(|place| snapshot.unlisted(&place));
    let mut found: Vec<(RepoPath, Why)> = hidden.map(|one| (one.path.clone(), Why::new(Reason::Unreadable, &*one.why))).collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts;
    use crate::snapshot::NotInspected;
    use crate::source::Source;
    use crate::terms::Terms;

    #[test]
    fn a_pipeline_at_the_root_is_told_by_its_keys() {
        for (file, text, known) in [
            ("ci.yml", "trigger:\n  branches: [main]\nresources: {}\nextends:\n  template: x.yml\n", true),
            ("build.yaml", "pr: [main]\npool: { vmImage: ubuntu }\nsteps: []\n", true),
            ("azure-pipelines.yml", "trigger: none\npool: x\n", true),
            ("ci.yml", "on: push\njobs: {}\n", false),
            ("app.yml", "trigger: [a]\n", false),
            (".drone.yml", "kind: pipeline\ntrigger: { branch: [main] }\nsteps: []\n", true),
            ("docs/ci.yml", "trigger: none\npool: x\n", false),
            ("ci.yml", "- trigger: none\n  pool: x\n", false),
            ("ci.json", "{\"trigger\": 1, \"pool\": 1}", false),
            ("ci.yml", "trigger: [\npool: x\n", false),
        ] {
            let snapshot = Snapshot::in_memory([(file.to_owned(), text.to_owned())]);
            assert_eq!(gather(&snapshot, Catalog::builtin(), &ScopeTerms::default()).len(), usize::from(known), "{file}: {text}");
            assert!(snapshot.not_inspected().is_empty(), "{file}");
        }
    }

    #[test]
    fn a_pipeline_of_jenkins_has_any_name_with_its_own_in_it() {
        let declarative = "pipeline {\n  agent any\n}\n";
        for (file, text, known) in [
            ("Jenkinsfile", "buildPlugin()\n", true),
            ("Jenkinsfile_CNP", "#!groovy\n@Library('Infrastructure')\nwithPipeline('java') {}\n", true),
            ("ci/Jenkinsfile", "node('linux') { sh 'make' }\n", true),
            (".jenkins/Jenkinsfile.nightly", declarative, true),
            ("build.jenkinsfile", declarative, true),
            ("Jenkinsfile.groovy", declarative, true),
            ("src/JenkinsfileReader.java", "class JenkinsfileReader {}\n", false),
            ("Jenkinsfile.md", declarative, false),
            ("vendor/x/Jenkinsfile", declarative, false),
            ("tests/fixtures/Jenkinsfile", declarative, false),
        ] {
            let snapshot = Snapshot::in_memory([(file.to_owned(), text.to_owned())]);
            let found = gather(&snapshot, Catalog::builtin(), &ScopeTerms::default());
            assert_eq!(found.len(), usize::from(known), "{file}: {text}");
        }
    }

    fn hiding(path: &str) -> Snapshot {
        let files = [("package.json", "{\"dependencies\": {\"a\": \"1\"}}"), ("a.js", "x\n"), ("b.js", "x\n"), ("c.js", "x\n")];
        let mut source = Source::in_memory(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
        let path = RepoPath::new(path).unwrap_or_else(RepoPath::root);
        source.left_out.push(NotInspected::left_out(path, "it cannot be listed", ""));
        Snapshot::new(source)
    }

    #[test]
    fn a_place_that_is_not_listed_may_hold_anything() {
        for (path, hides) in [(".github", true), ("", true), (".github/workflows", true), (".gitlab", false), ("src", false)] {
            let snapshot = hiding(path);
            assert_eq!(gather(&snapshot, Catalog::builtin(), &ScopeTerms::default()).len(), usize::from(hides), "{path}");
            let facts = facts::gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
            assert_eq!(!facts.trace.opaque.is_empty(), hides, "{path}");
        }
        let bots = |path: &str| {
            let snapshot = hiding(path);
            let facts = facts::gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
            facts.uncovered.iter().map(|gap| gap.may_be.is_some()).collect::<Vec<_>>()
        };
        assert_eq!((bots(".github"), bots(""), bots("src")), (vec![true], vec![true], vec![false]));
    }
}
