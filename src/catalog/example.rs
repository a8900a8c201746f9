//! Owns the shape of `[[example]]`: documentation, unit test and site text at once. Refuses to run them: the tests do.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A repository in miniature and what is expected of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// For tools the rung; for bots `active`, `covers`, `uncovered`; for rules the verdict of each subject; for generators of API
    /// descriptions `exported`, `switched-off`, `open` or `absent`.
    pub expect: serde_json::Value,
    /// What the rung may be, when that is more.
    #[serde(default)]
    pub may_be: Option<String>,
    /// `path:line` of the first hold, or of the command when it gates.
    #[serde(default)]
    pub at: Option<String>,
    /// Nothing is added to the files.
    #[serde(default)]
    pub bare: bool,
    /// Judge it under this profile; default `modern`.
    #[serde(default)]
    pub profile: Option<String>,
    /// For rules about releases: what verifying says of each tag, `NAME` of who signed or `rejected: STEP`, `indeterminate: STEP`.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// For rules about commits: how many are `signed`, `unsigned`, `by_forge`.
    #[serde(default)]
    pub commits: BTreeMap<String, usize>,
    /// What a forge answered, by question: JSON, a status, or words with which it says that the plan lacks it. With any, those that are not
    /// named are answered as by a repository in which nothing is set.
    #[serde(default)]
    pub forge: BTreeMap<String, serde_json::Value>,
    /// The files of the base that the tree is held against, by path.
    #[serde(default)]
    pub base: Option<BTreeMap<String, String>>,
    /// The files, by path.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
}

impl Example {
    /// The examples of one file below `rules/`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn of(name: &str) -> Result<Vec<Self>, String> {
        let value = super::examples().remove(name).unwrap_or(serde_json::Value::Array(Vec::new()));
        serde_json::from_value(value).map_err(|problem| format!("rules/{name}: [[example]]: {problem}"))
    }

    /// Its files, with a manifest and three production files of a language unless it is `bare` or has such files itself.
    #[must_use]
    pub fn tree(&self, language: Option<&str>) -> Vec<(String, String)> {
        let mut files: BTreeMap<String, String> = self.files.clone();
        let (manifest, extension, text) = match language {
            _ if self.bare => return files.into_iter().collect(),
            Some("python") => ("pyproject.toml", "py", "[project]\nname = \"kestrel\"\n"),
            Some("javascript") => ("package.json", "js", "{ \"name\": \"kestrel\", \"dependencies\": { \"left\": \"1\" } }\n"),
            Some("go") => ("go.mod", "go", "module example.org/kestrel\n"),
            Some("rust") => ("Cargo.toml", "rs", "[package]\nname = \"kestrel\"\n"),
            Some("ruby") => ("Gemfile", "rb", "source \"https://rubygems.org\"\n"),
            Some("java") => ("pom.xml", "java", "<project/>\n"),
            Some("kotlin") => ("build.gradle.kts", "kt", "plugins {}\n"),
            Some("php") => ("composer.json", "php", "{}\n"),
            Some("csharp") => ("kestrel.csproj", "cs", "<Project/>\n"),
            Some("cpp") => ("CMakeLists.txt", "c", "project(kestrel)\n"),
            Some("swift") => ("Package.swift", "swift", "// swift\n"),
            Some("elixir") => ("mix.exs", "ex", "defmodule Kestrel.MixProject do\nend\n"),
            Some("shell") => ("README.md", "sh", "kestrel\n"),
            Some("docker") => ("Dockerfile", "md", "FROM scratch\n"),
            _ => return files.into_iter().collect(),
        };
        files.entry(manifest.to_owned()).or_insert_with(|| text.to_owned());
        for name in ["a", "b", "c"] {
            files.entry(format!("src/{name}.{extension}")).or_insert_with(|| "x\n".to_owned());
        }
        files.into_iter().collect()
    }
}
