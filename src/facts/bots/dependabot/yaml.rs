//! Owns which YAML files the service may take for manifests by what is in them. Refuses names: `mod` asks those first.

use super::Scene;
use crate::text::RepoPath;

/// Whether a YAML file may be a workflow or an action, which name what is updated: at the root and in the directory of workflows those are
/// looked for, elsewhere every YAML file is taken for one (dependabot-core, `github_actions/file_fetcher.rb`), and `.github` holds others.
pub(super) fn may_use_actions(scene: &Scene<'_>, path: &RepoPath) -> bool {
    let by_name = path.directory() == ".github/workflows" || path.file_name().starts_with("action.y");
    by_name || scene.world.snapshot.peek(path).map_or(true, |file| file.text.contains("uses"))
}

/// Whether a YAML file may be one of Kubernetes, or values of a chart that name an image (dependabot-core 0.392, `shared_file_fetcher.rb`
/// `likely_kubernetes_resource?`, `shared_file_parser.rb` `deep_fetch_images`, `utils/helpers.rb` `HELM_REGEXP`).
pub(super) fn may_name_images(scene: &Scene<'_>, path: &RepoPath) -> bool {
    let values = path.file_name().to_ascii_lowercase().contains("values");
    let keys: &[&str] = if values { &["image"] } else { &["apiVersion", "kind"] };
    scene.world.snapshot.peek(path).map_or(true, |file| keys.iter().all(|key| file.text.contains(key)))
}
