//! Owns the catalogue: `rules/` embedded, typed and indexed. Refuses to read the disk, and to know any tool by name.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::{LazyLock, OnceLock};

use flate2::read::DeflateDecoder;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

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

static TABLES: &str = include_str!(concat!(env!("OUT_DIR"), "/catalogue.json"));
static DIGEST: &str = include_str!(concat!(env!("OUT_DIR"), "/digest"));
/// Deflated JSON: only `explain` and the tests read it.
static EXAMPLES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/examples.deflate"));
static SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// Everything under `rules/`, typed. All lists are sorted by id.
#[derive(Debug)]
pub struct Catalog {
    /// `rules/tools/`.
    pub tools: Vec<Tool>,
    /// `rules/bots/`.
    pub bots: Vec<Bot>,
    /// `rules/checklist/`.
    pub rules: Vec<Rule>,
    /// `rules/openapi/`.
    pub exporters: Vec<Exporter>,
    /// `rules/profiles/`.
    pub profiles: Vec<Profile>,
    /// `rules/languages.toml`.
    pub languages: Languages,
    /// `rules/frameworks.toml`.
    pub frameworks: Frameworks,
    /// `rules/runners.toml`.
    pub runners: Runners,
    /// `rules/launchers.toml`.
    pub launchers: Launchers,
    /// `rules/releasing.toml`.
    pub releasing: Releasing,
    /// `rules/words.toml`.
    pub words: Words,
    /// `rules/plain.toml`.
    pub plain: Plain,
    /// `rules/commands.toml`.
    pub commands: Commands,
    /// `rules/programs.toml`.
    pub programs: Programs,
    /// `rules/sentences.toml`.
    pub sentences: Sentences,
    /// Positions in `tools`, ascending, by the word that a row of theirs begins with.
    run_as: HashMap<String, Vec<usize>>,
}

impl Catalog {
    /// The catalogue built into this binary.
    ///
    /// # Panics
    /// Never in a released binary: a test loads it, and its text is part of the binary.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static CATALOG: OnceLock<Catalog> = OnceLock::new();
        CATALOG.get_or_init(|| match Self::load(TABLES) {
            Ok(catalog) => catalog,
            Err(problem) => panic!("the built-in catalogue does not load: {problem}"),
        })
    }

    fn load(tables: &str) -> Result<Self, String> {
        let files: BTreeMap<String, &RawValue> = serde_json::from_str(tables).map_err(|e| e.to_string())?;
        let tools: Vec<Tool> = folder(&files, "tools/")?;
        let words: Words = one(&files, "words.toml")?;
        Ok(Self {
            run_as: by_first_word(&tools),
            tools,
            bots: folder(&files, "bots/")?,
            rules: folder(&files, "checklist/")?,
            exporters: folder(&files, "openapi/")?,
            profiles: folder(&files, "profiles/")?,
            languages: one(&files, "languages.toml")?,
            frameworks: one(&files, "frameworks.toml")?,
            runners: one(&files, "runners.toml")?,
            launchers: one(&files, "launchers.toml")?,
            releasing: with_values(one(&files, "releasing.toml")?, &words),
            words,
            plain: one(&files, "plain.toml")?,
            commands: one(&files, "commands.toml")?,
            programs: one(&files, "programs.toml")?,
            sentences: one(&files, "sentences.toml")?,
        })
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

fn folder<T: DeserializeOwned>(files: &BTreeMap<String, &RawValue>, prefix: &str) -> Result<Vec<T>, String> {
    let inside = files.iter().filter(|(name, _)| name.starts_with(prefix));
    inside.map(|(name, raw)| serde_json::from_str(raw.get()).map_err(|e| format!("rules/{name}: {e}"))).collect()
}

fn one<T: DeserializeOwned>(files: &BTreeMap<String, &RawValue>, name: &str) -> Result<T, String> {
    let raw = files.get(name).ok_or_else(|| format!("rules/{name} is missing"))?;
    serde_json::from_str(raw.get()).map_err(|e| format!("rules/{name}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_catalogue_loads() {
        let catalog = Catalog::builtin();
        assert!(catalog.tools.len() > 40, "{} tools", catalog.tools.len());
        assert!(catalog.bot("dependabot").is_some());
        assert!(Catalog::digest().starts_with("sha256:"));
    }
}
