//! Owns the recognition of CI that this version does not see: files of systems that it does not read, and places of CI files that
//! could not be listed. Each is opaque. Refuses to guess what they say.

use crate::answer::{Reason, Why};
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// System id and the paths of its files; a trailing `/` means any YAML file right below.
static SYSTEMS: &[(&str, &[&str])] = &[
    ("gitlab-ci", &[".gitlab-ci.yml"]),
    ("circleci", &[".circleci/config.yml", ".circleci/config.yaml"]),
    ("travis-ci", &[".travis.yml"]),
    ("azure-pipelines", &["azure-pipelines.yml", "azure-pipelines.yaml", ".azure-pipelines/"]),
    ("jenkins", &["Jenkinsfile"]),
    ("taskcluster", &[".taskcluster.yml"]),
    ("buildkite", &[".buildkite/"]),
    ("bitbucket", &["bitbucket-pipelines.yml"]),
    ("drone", &[".drone.yml"]),
    ("woodpecker", &[".woodpecker.yml", ".woodpecker.yaml", ".woodpecker/"]),
    ("forgejo", &[".forgejo/workflows/", ".gitea/workflows/"]),
    ("cirrus", &[".cirrus.yml"]),
    ("appveyor", &["appveyor.yml", ".appveyor.yml"]),
    ("cloud-build", &["cloudbuild.yaml", "cloudbuild.yml"]),
    ("tekton", &[".tekton/"]),
];

/// Files of systems that are not read, and what hides places of CI files, with the reason.
#[must_use]
pub fn gather(snapshot: &Snapshot) -> Vec<(RepoPath, Why)> {
    let mut found = unlisted(snapshot);
    for (system, places) in SYSTEMS {
        for place in *places {
            let why = || Why::new(Reason::Unsupported, format!("a {system} file is not read by this version"));
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
    found
}

/// What could not be listed and may hold files of CI, once each.
fn unlisted(snapshot: &Snapshot) -> Vec<(RepoPath, Why)> {
    let places = SYSTEMS.iter().flat_map(|(_, places)| *places).copied().chain([super::github::DIRECTORY]);
    let hidden = places.filter_map(RepoPath::new).filter_map(|place| snapshot.unlisted(&place));
    let mut found: Vec<(RepoPath, Why)> = hidden.map(|one| (one.path.clone(), Why::new(Reason::Unreadable, &*one.why))).collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::facts;
    use crate::snapshot::NotInspected;
    use crate::source::Source;
    use crate::terms::Terms;

    fn hiding(path: &str) -> Snapshot {
        let files = [("package.json", "{\"dependencies\": {\"a\": \"1\"}}"), ("a.js", "x\n"), ("b.js", "x\n"), ("c.js", "x\n")];
        let mut source = Source::in_memory(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
        let path = RepoPath::new(path).unwrap_or_else(RepoPath::root);
        source.left_out.push(NotInspected { path, why: "it cannot be listed".to_owned() });
        Snapshot::new(source)
    }

    #[test]
    fn a_place_that_is_not_listed_may_hold_anything() {
        for (path, hides) in [(".github", true), ("", true), (".github/workflows", true), (".gitlab", false), ("src", false)] {
            let snapshot = hiding(path);
            assert_eq!(gather(&snapshot).len(), usize::from(hides), "{path}");
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
