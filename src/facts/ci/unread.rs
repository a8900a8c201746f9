//! Owns the recognition of CI systems whose files this version does not read: each such file is opaque. Refuses to guess what
//! they say.

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

/// Files of systems that are not read, with the reason.
#[must_use]
pub fn gather(snapshot: &Snapshot) -> Vec<(RepoPath, Why)> {
    let mut found = Vec::new();
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
