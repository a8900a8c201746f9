//! Owns manifests without any version of their own: what they name has its versions in one file above them, and is updated with that
//! file. Refuses to say who updates it, and versions that are computed: those are a manifest's own.

use super::super::targets::{Scene, Target};
use crate::doc::{Format, Reading, Value};
use crate::text::RepoPath;

/// The directory of the file with the versions of all manifests of a target; `None` when one has some of its own.
pub(super) fn of(scene: &Scene<'_>, target: &Target<'_>) -> Option<RepoPath> {
    let (file, without): (&str, fn(&Scene<'_>, &RepoPath) -> bool) = match target.ecosystem {
        // dependabot-core 0.392 `gradle/file_fetcher.rb`: the catalogue of an entry's own directory, and its `file_parser.rb`, which
        // takes all that is in it.
        "gradle" => ("gradle/libs.versions.toml", gradle),
        "nuget" => ("Directory.Packages.props", nuget),
        "cargo" => ("Cargo.toml", cargo),
        _ => return None,
    };
    let snapshot = scene.world.snapshot;
    if !target.manifests.iter().all(|manifest| without(scene, &manifest.path)) {
        return None;
    }
    let is_root = |directory: &RepoPath| {
        let path = directory.join(file).filter(|path| snapshot.is_file(path));
        path.is_some_and(|path| target.ecosystem != "cargo" || shares(scene, &path))
    };
    let from = usize::from(target.ecosystem == "cargo");
    target.directory.ancestors().skip(from).find(is_root)
}

/// Whether a manifest gives versions to others.
fn shares(scene: &Scene<'_>, path: &RepoPath) -> bool {
    let document = scene.world.snapshot.document(path, Format::Toml);
    document.is_ok_and(|document| document.root().route(&["workspace", "dependencies"]).is_some())
}

/// Whether a crate takes all versions from a workspace.
fn cargo(scene: &Scene<'_>, path: &RepoPath) -> bool {
    let Ok(document) = scene.world.snapshot.document(path, Format::Toml) else { return false };
    let root = document.root();
    let targets = root.get("target").into_iter().flat_map(Value::entries).map(|entry| entry.value);
    let holders: Vec<Value<'_>> = std::iter::once(root).chain(targets).collect();
    let inherits = |value: Value<'_>| {
        value.get("workspace").is_some_and(|said| said.as_bool() == Reading::Is(true))
            || (value.get("path").is_some() && value.get("version").is_none())
    };
    let tables = ["dependencies", "dev-dependencies", "dev_dependencies", "build-dependencies", "build_dependencies"];
    root.get("workspace").is_none()
        && holders.iter().all(|holder| {
            let tables = tables.iter().filter_map(|name| holder.get(name));
            tables.flat_map(Value::entries).all(|entry| inherits(entry.value))
        })
}

/// Whether a build names only what a catalogue or another project gives: no text in it is a coordinate or a version.
fn gradle(scene: &Scene<'_>, path: &RepoPath) -> bool {
    let Ok(file) = scene.world.snapshot.read(path) else { return false };
    let code = |line: &&str| !["//", "*", "/*"].iter().any(|mark| line.trim_start().starts_with(mark));
    let says = |line: &str| {
        let texts = line.split(['"', '\'']).skip(1).step_by(2);
        let coordinate = texts.into_iter().any(|text| text.split(':').count() >= 3 && !text.starts_with(':'));
        // `id("x") version "1"`, `group: 'a', name: 'b', version: '1'`, and an image or a map of versions.
        coordinate || (line.contains("version") && !line.trim_start().starts_with("version")) || line.contains("classpath")
    };
    file.text.contains("libs.") && !file.text.lines().filter(code).any(says)
}

/// Whether a project gives no package a version.
fn nuget(scene: &Scene<'_>, path: &RepoPath) -> bool {
    let Ok(file) = scene.world.snapshot.read(path) else { return false };
    let versioned = |rest: &str| {
        let end = ["/>", "</PackageReference>"].iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
        rest[..end].contains("Version")
    };
    let mut references = file.text.split("<PackageReference").skip(1);
    let others = ["<DotNetCliToolReference", "<PackageVersion", "<packages"].iter().any(|tag| file.text.contains(tag));
    !others && !references.any(versioned)
}
