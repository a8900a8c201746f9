//! Manifests whose versions stand elsewhere, and directories that hold nothing for an entry.

use super::{gaps, state};

fn entry(ecosystem: &str) -> String {
    format!("version: 2\nupdates:\n  - package-ecosystem: {ecosystem}\n    directory: /\n    schedule: {{ interval: weekly }}\n")
}

#[test]
fn what_has_no_version_is_updated_with_the_file_that_has_them() {
    const CATALOGUE: (&str, &str) = ("gradle/libs.versions.toml", "[libraries]\na = { module = 'a:b', version = '1' }\n");
    const ROOT: (&str, &str) = ("build.gradle.kts", "plugins { id(\"a.b\") version \"1\" }\n");
    const SETTINGS: (&str, &str) = ("settings.gradle.kts", "all().forEach { include(it) }\n");
    let module = "dependencies {\n  // 'a:b:1'\n  implementation(libs.a)\n  api(platform(project(\":bom\")))\n}\n";
    let props =
        ("Directory.Packages.props", "<Project><ItemGroup><PackageVersion Include=\"a\" Version=\"1\" /></ItemGroup></Project>");
    let project =
        |attributes: &str| format!("<Project><ItemGroup><PackageReference Include=\"a\"{attributes} /></ItemGroup></Project>");
    let (central, own) = (project(""), project(" Version=\"1\""));
    let workspace = ("Cargo.toml", "[workspace]\nmembers = []\nexclude = ['x']\n[workspace.dependencies]\na = '1'\n");
    for (ecosystem, files, wanted) in [
        ("gradle", &[CATALOGUE, ROOT, SETTINGS, ("x/build.gradle.kts", module)][..], ""),
        ("gradle", &[ROOT, SETTINGS, ("x/build.gradle.kts", module)], "gradle:x no-entry"),
        (
            "gradle",
            &[CATALOGUE, ROOT, SETTINGS, ("x/build.gradle", "dependencies { api libs.a; api 'a:b:1' }\n")],
            "gradle:x no-entry",
        ),
        (
            "gradle",
            &[CATALOGUE, ROOT, SETTINGS, ("x/build.gradle", "plugins { id 'a' version '1' }\napi libs.a\n")],
            "gradle:x no-entry",
        ),
        ("nuget", &[props, ("App.csproj", &own), ("tests/A/A.csproj", &central)], ""),
        ("nuget", &[props, ("App.csproj", &own), ("tests/A/A.csproj", &own)], "nuget:tests/A no-entry"),
        ("nuget", &[("App.csproj", &own), ("tests/A/A.csproj", &central)], "nuget:tests/A no-entry"),
        ("cargo", &[workspace, ("x/Cargo.toml", "[dependencies]\na = { workspace = true }\n")], ""),
        ("cargo", &[workspace, ("x/Cargo.toml", "[dependencies]\na = { workspace = true }\nb = '1'\n")], "cargo:x no-entry"),
    ] {
        let bot = entry(ecosystem);
        let files = [files, &[(".github/dependabot.yml", bot.as_str())]].concat();
        assert_eq!(gaps(&files), wanted, "{files:?}");
    }
}

#[test]
fn what_stands_for_several_is_of_the_product() {
    let list = "flask==3.0.0\n";
    let (_, found) = super::facts(&[
        ("requirements/dev.in", list),
        ("requirements/prod.in", list),
        (".cookiecutter/includes/requirements/a.in", list),
    ]);
    let told: Vec<String> = found.iter().map(|gap| gap.manifest.to_string()).collect();
    assert_eq!(told, ["requirements/prod.in"]);
}

#[test]
fn values_without_an_image_are_nothing_for_docker() {
    let bot = entry("docker").replace("directory: /", "directory: /a");
    let with = |name: &str, text: &str| state("dependabot", &[(".github/dependabot.yml", &bot), (name, text)]);
    for (name, text, wrong) in [
        ("a/values.yaml", "a: 1\n", true),
        ("a/values.yaml", "image: { repository: a, tag: '1' }\n", false),
        ("a/.yarnrc.yml", "apiVersion: 1\nkind: x\n", true),
        ("a/b.yml", "apiVersion: v1\nkind: Pod\n", false),
        ("a/b.yml", "apiVersion: v1\n", true),
    ] {
        assert_eq!(with(name, text).contains("!missing-directory"), wrong, "{name}: {text}");
    }
}
