//! Owns the catalogue: `rules/` embedded, typed and indexed. Refuses to read the disk, and to know any tool by name.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::LazyLock;

use flate2::read::DeflateDecoder;
use serde::de::DeserializeOwned;

pub mod audits;
pub mod bot;
pub mod command;
pub mod deciding;
pub mod effect;
pub mod example;
pub mod knows;
pub mod language;
pub mod launcher;
pub mod lint;
pub mod plain;
pub mod program;
pub mod releasing;
pub mod rule;
pub mod run;
pub mod runner;
pub mod suppress;
pub mod tool;
pub mod words;

pub use bot::Bot;
pub use command::Commands;
pub use knows::Knows;
pub use language::{Exporter, Frameworks, Languages};
pub use launcher::Launchers;
pub use plain::Plain;
pub use program::{Bare, Installer, Programs, Trait};
pub use releasing::Releasing;
pub use rule::{Profile, Rule, Sentences, Severity};
pub use runner::Runners;
pub use tool::Tool;
pub use words::Words;

/// Name below `rules/`, and JSON.
static TABLES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/tables.rs"));
static DIGEST: &str = include_str!(concat!(env!("OUT_DIR"), "/digest"));
/// Deflated JSON: only `explain` and the tests read it.
static EXAMPLES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/examples.deflate"));
static SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// Everything under `rules/`, typed, each part when it is first asked for. All lists are sorted by id.
#[derive(Debug)]
pub struct Catalog {
    /// `rules/tools/`.
    pub tools: LazyLock<Vec<Tool>>,
    /// `rules/bots/`.
    pub bots: LazyLock<Vec<Bot>>,
    /// `rules/checklist/`.
    pub rules: LazyLock<Vec<Rule>>,
    /// `rules/openapi/`.
    pub exporters: LazyLock<Vec<Exporter>>,
    /// `rules/profiles/`.
    pub profiles: LazyLock<Vec<Profile>>,
    /// `rules/languages.toml`.
    pub languages: LazyLock<Languages>,
    /// `rules/frameworks.toml`.
    pub frameworks: LazyLock<Frameworks>,
    /// `rules/runners.toml`.
    pub runners: LazyLock<Runners>,
    /// `rules/launchers.toml`.
    pub launchers: LazyLock<Launchers>,
    /// `rules/releasing.toml`.
    pub releasing: LazyLock<Releasing>,
    /// `rules/words.toml`.
    pub words: LazyLock<Words>,
    /// `rules/plain.toml`.
    pub plain: LazyLock<Plain>,
    /// `rules/commands.toml`.
    pub commands: LazyLock<Commands>,
    /// `rules/programs.toml`.
    pub programs: LazyLock<Programs>,
    /// `rules/sentences.toml`.
    pub sentences: LazyLock<Sentences>,
    /// Positions in `tools`, ascending, by the word that a row of theirs begins with.
    run_as: LazyLock<HashMap<String, Vec<usize>>>,
}

impl Catalog {
    /// The catalogue built into this binary.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static CATALOG: Catalog = Catalog {
            tools: LazyLock::new(|| folder("tools/")),
            bots: LazyLock::new(|| folder("bots/")),
            rules: LazyLock::new(|| folder("checklist/")),
            exporters: LazyLock::new(|| folder("openapi/")),
            profiles: LazyLock::new(|| folder("profiles/")),
            languages: LazyLock::new(|| one("languages.toml")),
            frameworks: LazyLock::new(|| one("frameworks.toml")),
            runners: LazyLock::new(|| one("runners.toml")),
            launchers: LazyLock::new(|| one("launchers.toml")),
            releasing: LazyLock::new(|| with_values(one("releasing.toml"), &Catalog::builtin().words)),
            words: LazyLock::new(|| one("words.toml")),
            plain: LazyLock::new(|| one("plain.toml")),
            commands: LazyLock::new(|| one("commands.toml")),
            programs: LazyLock::new(|| one("programs.toml")),
            sentences: LazyLock::new(|| one("sentences.toml")),
            run_as: LazyLock::new(|| by_first_word(&Catalog::builtin().tools)),
        };
        &CATALOG
    }

    /// The digest of all files under `rules/`, as `sha256:<hex>`.
    #[must_use]
    pub fn digest() -> &'static str {
        DIGEST
    }

    /// A tool by id.
    #[must_use]
    pub fn tool(&self, id: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.id == id)
    }

    /// The tools with a row that begins with this word, or with this name of the program, in their order.
    pub fn tools_run_as(&self, word: &str, name: &str) -> impl Iterator<Item = &Tool> {
        let by_word = self.run_as.get(word).filter(|_| word != name);
        let mut places: Vec<usize> = self.run_as.get(name).into_iter().chain(by_word).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|at| &self.tools[at])
    }

    /// A rule by id or alias.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id || rule.aliases.iter().any(|alias| alias == id))
    }

    /// A bot by id.
    #[must_use]
    pub fn bot(&self, id: &str) -> Option<&Bot> {
        self.bots.iter().find(|bot| bot.id == id)
    }

    /// A profile by name.
    #[must_use]
    pub fn profile(&self, id: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }
}

/// What deploys is found behind whichever flags stand in front of its own words: which of them take a value is known of what it may be given.
fn with_values(mut releasing: Releasing, words: &Words) -> Releasing {
    for row in &mut releasing.deploy {
        for known in words.words.iter().filter(|known| known.argv.iter().any(|argv| row.argv.contains(argv))) {
            let values = known.values.values().flatten().filter(|flag| !known.flags.contains(flag));
            row.value_flags.extend(values.cloned());
        }
    }
    releasing
}

/// Most commands are no tool's: asking for their rows costs nothing then.
fn by_first_word(tools: &[Tool]) -> HashMap<String, Vec<usize>> {
    let mut index: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, tool) in tools.iter().enumerate() {
        for first in tool.run.iter().filter_map(|row| row.argv.as_ref()?.first()) {
            let places = index.entry(first.clone()).or_default();
            if places.last() != Some(&at) {
                places.push(at);
            }
        }
    }
    index
}

/// The command lines that the built-in catalogue knows.
#[must_use]
pub fn commands() -> &'static Commands {
    &Catalog::builtin().commands
}

/// What the reader of a tool's configuration is told of its names; nothing where the tool has no such table.
#[must_use]
pub fn knows(tool: &str) -> &'static Knows {
    static NOTHING: LazyLock<Knows> = LazyLock::new(Knows::default);
    Catalog::builtin().tool(tool).map_or(&NOTHING, |tool| &tool.knows)
}

/// Whether a list of words has this one.
#[must_use]
pub fn lists(list: &[String], word: &str) -> bool {
    list.iter().any(|known| known == word)
}

/// The TOML sources: name below `rules/`, text. For the linter and `explain`.
#[must_use]
pub fn sources() -> &'static [(&'static str, &'static str)] {
    SOURCES
}

/// The examples of every file, by name below `rules/`.
#[must_use]
pub fn examples() -> BTreeMap<String, serde_json::Value> {
    let mut text = Vec::new();
    let whole = DeflateDecoder::new(EXAMPLES).read_to_end(&mut text);
    whole.ok().and_then(|_| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// The files of a folder, in order.
fn folder<T: DeserializeOwned>(prefix: &str) -> Vec<T> {
    TABLES.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(name, text)| parsed(name, text)).collect()
}

/// A file.
fn one<T: DeserializeOwned>(name: &str) -> T {
    let text = TABLES.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| *text);
    parsed(name, text)
}

/// # Panics
/// Never in a released binary: a test asks for every part, and its text is part of the binary.
fn parsed<T: DeserializeOwned>(name: &str, text: &str) -> T {
    match serde_json::from_str(text) {
        Ok(part) => part,
        Err(problem) => panic!("the built-in catalogue does not load: rules/{name}: {problem}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_catalogue_loads() {
        let catalog = Catalog::builtin();
        LazyLock::force(&catalog.tools);
        LazyLock::force(&catalog.bots);
        LazyLock::force(&catalog.rules);
        LazyLock::force(&catalog.exporters);
        LazyLock::force(&catalog.profiles);
        LazyLock::force(&catalog.languages);
        LazyLock::force(&catalog.frameworks);
        LazyLock::force(&catalog.runners);
        LazyLock::force(&catalog.launchers);
        LazyLock::force(&catalog.releasing);
        LazyLock::force(&catalog.words);
        LazyLock::force(&catalog.plain);
        LazyLock::force(&catalog.commands);
        LazyLock::force(&catalog.programs);
        LazyLock::force(&catalog.sentences);
        assert!(catalog.tools.len() > 40, "{} tools", catalog.tools.len());
        assert!(catalog.bot("dependabot").is_some());
        assert!(Catalog::digest().starts_with("sha256:"));
    }
}
