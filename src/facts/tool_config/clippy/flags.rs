//! Owns the lint levels that come from outside of the sources: the flags behind `--`, and those that Cargo hands to the
//! compiler, of which one source counts. Refuses the manifest and attributes. (The order of sources is that
//! of Cargo's documentation: CARGO_ENCODED_RUSTFLAGS, RUSTFLAGS, `target.*.rustflags`, `build.rustflags`, the first that is
//! given; that lint flags count in order, Clippy's own words last, was not tried with Cargo yet.)

use std::sync::Arc;

use super::levels::{Level, Levels};
use crate::answer::{Answer, Reason, Why};
use crate::doc::{Document, Format, Value};
use crate::facts::shell::Word;
use crate::facts::tool_config::{Query, arguments};
use crate::text::{Place, SourceFile};

/// Flags of one source.
const FLAGS: usize = 2_000;

/// One flag in order.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Sets a lint or group.
    Set(Level, String, Place),
    /// `--cap-lints`.
    Cap(Level, Place),
    /// Could be any flag.
    Unknown(Why),
}

/// A text that is handed over, when it is known, and where it stands.
type Part = (Option<String>, Place);

/// The flags of the compiler: one list, or the two that the machine decides between.
pub(super) fn alternatives(query: &Query<'_>) -> Vec<Vec<Step>> {
    let own = of_words(query.args);
    let whole = |flags: Vec<Part>| {
        let mut steps = steps(flags);
        steps.extend(own.clone());
        steps
    };
    of_compiler(query).into_iter().map(whole).collect()
}

fn of_words(args: &[Word]) -> Vec<Step> {
    let behind = args.iter().skip_while(|word| word.value.as_deref() != Some("--")).skip(1);
    steps(behind.map(|word| (word.value.clone(), word.place.clone())).collect())
}

fn of_compiler(query: &Query<'_>) -> Vec<Vec<Part>> {
    let env = |name: &str| query.env.get(name);
    let split = |value: &Option<String>, by: fn(char) -> bool| -> Vec<Part> {
        match value {
            None => vec![(None, query.here.clone())],
            Some(text) => {
                let words = text.split(by).filter(|word| !word.is_empty());
                words.map(|word| (Some(word.to_owned()), query.here.clone())).collect()
            }
        }
    };
    if let Some(value) = env("CARGO_ENCODED_RUSTFLAGS") {
        return vec![split(value, |c| c == '\u{1f}')];
    }
    if let Some(value) = env("RUSTFLAGS") {
        return vec![split(value, char::is_whitespace)];
    }
    let mut found = Config::default();
    for layer in layers(query) {
        match layer {
            Ok(document) => found.read(&document),
            Err(place) => found.build.push((None, place)),
        }
    }
    found.build.extend(env("CARGO_BUILD_RUSTFLAGS").into_iter().flat_map(|value| split(value, char::is_whitespace)));
    let of_target = query.env.iter().filter(|(name, _)| name.starts_with("CARGO_TARGET_") && name.ends_with("_RUSTFLAGS"));
    found.perhaps.extend(of_target.flat_map(|(_, value)| split(value, char::is_whitespace)));
    found.alternatives()
}

/// The files and flags of Cargo's configuration, each over those before it; of one that cannot be read its place.
fn layers(query: &Query<'_>) -> Vec<Result<Arc<Document>, Place>> {
    let snapshot = query.world.snapshot;
    let mut above: Vec<_> = query.directory.ancestors().collect();
    above.reverse();
    let mut all = Vec::new();
    for directory in above {
        // Of the two names the one without an extension is read.
        let path = [".cargo/config", ".cargo/config.toml"].iter().filter_map(|name| directory.join(name));
        let Some(path) = path.into_iter().find(|path| snapshot.is_file(path)) else { continue };
        all.push(snapshot.document(&path, Format::Toml).map_err(|_| Place::file(path)));
    }
    for given in arguments::values(query.args, &["--config"]) {
        let document = given.value.and_then(|text| {
            let named = query.directory.join(text).filter(|path| snapshot.is_file(path));
            match named {
                Some(path) => snapshot.document(&path, Format::Toml).ok(),
                None => {
                    let file = SourceFile::new(given.place.path.clone(), text.to_owned());
                    Document::parse(file, Format::Toml, snapshot.limits()).ok().map(Arc::new)
                }
            }
        });
        all.push(document.ok_or_else(|| given.place.clone()));
    }
    all
}

/// Whether Cargo itself makes an error of every warning (`build.warnings`, Cargo 1.97 and later): what a flag says goes over the
/// variable, and that over files.
pub(super) fn build_warnings(query: &Query<'_>) -> Answer<Place> {
    let layers = layers(query);
    let flags = arguments::values(query.args, &["--config"]);
    let (files, given) = layers.split_at(layers.len().saturating_sub(flags.len()));
    let said = |layer: &Result<Arc<Document>, Place>, place: Option<&Place>| match layer {
        Ok(document) => {
            let value = document.root().route(&["build", "warnings"])?;
            let place = place.cloned().unwrap_or_else(|| value.place());
            Some(if value.as_str() == Some("deny") { Answer::Yes(place) } else { Answer::No })
        }
        Err(place) => {
            Some(Answer::Unknown(Why::new(Reason::Dynamic, "what configures Cargo here is not known").at(place.clone())))
        }
    };
    let by_flag = given.iter().zip(&flags).rev().find_map(|(layer, flag)| said(layer, Some(flag.place)));
    let by_env = || match query.env.get("CARGO_BUILD_WARNINGS")? {
        None => Some(Answer::Unknown(Why::new(Reason::Dynamic, "the value of `CARGO_BUILD_WARNINGS` is computed"))),
        Some(value) if value == "deny" => Some(Answer::Yes(query.here.clone())),
        Some(_) => Some(Answer::No),
    };
    by_flag.or_else(by_env).or_else(|| files.iter().rev().find_map(|layer| said(layer, None))).unwrap_or(Answer::No)
}

/// What Cargo's configuration hands to the compiler.
#[derive(Default)]
struct Config {
    build: Vec<Part>,
    /// For every target.
    targets: Vec<Part>,
    /// For targets that may be the machine's.
    perhaps: Vec<Part>,
}

impl Config {
    fn read(&mut self, document: &Document) {
        let root = document.root();
        self.build.extend(root.route(&["build", "rustflags"]).into_iter().flat_map(listed));
        for entry in root.get("target").into_iter().flat_map(Value::entries) {
            let flags = entry.value.get("rustflags").into_iter().flat_map(listed);
            let name: String = entry.name().unwrap_or_default().split_whitespace().collect();
            if name == "cfg(all())" { self.targets.extend(flags) } else { self.perhaps.extend(flags) }
        }
    }

    fn alternatives(self) -> Vec<Vec<Part>> {
        let certain = if self.targets.is_empty() { self.build } else { self.targets.clone() };
        if self.perhaps.is_empty() {
            return vec![certain];
        }
        let with: Vec<Part> = self.targets.into_iter().chain(self.perhaps).collect();
        vec![certain, with]
    }
}

/// A list of flags, or one text with blanks between them.
fn listed(value: Value<'_>) -> Vec<Part> {
    let place = value.place();
    match value.as_str() {
        Some(text) => text.split_whitespace().take(FLAGS).map(|word| (Some(word.to_owned()), place.clone())).collect(),
        None => value.items().take(FLAGS).map(|item| (item.as_str().map(str::to_owned), item.place())).collect(),
    }
}

/// The level that a flag sets, and the rest of its word.
fn level(word: &str) -> Option<(Level, &str)> {
    let flags = [
        ("--deny", Level::Deny),
        ("--forbid", Level::Forbid),
        ("--warn", Level::Warn),
        ("--allow", Level::Allow),
        ("-D", Level::Deny),
        ("-F", Level::Forbid),
        ("-W", Level::Warn),
        ("-A", Level::Allow),
    ];
    flags.into_iter().find_map(|(flag, level)| {
        let rest = word.strip_prefix(flag)?;
        let rest = if flag.starts_with("--") && !rest.is_empty() { rest.strip_prefix('=')? } else { rest };
        Some((level, rest))
    })
}

fn steps(parts: Vec<Part>) -> Vec<Step> {
    let mut found = Vec::new();
    let mut parts = parts.into_iter().take(FLAGS);
    let computed = |place: Place| Step::Unknown(Why::new(Reason::Dynamic, "flags of the compiler are computed").at(place));
    while let Some((text, place)) = parts.next() {
        let Some(text) = text else {
            found.push(computed(place));
            continue;
        };
        if text.starts_with('@') {
            // rustc takes the lines of a file for arguments.
            found.push(computed(place));
            continue;
        }
        let cap = text.strip_prefix("--cap-lints");
        let (level, rest) = match (cap, level(&text)) {
            (Some(rest), _) => (None, rest.trim_start_matches('=').to_owned()),
            (None, Some((level, rest))) => (Some(level), rest.to_owned()),
            (None, None) => continue,
        };
        let value = if rest.is_empty() { parts.next().map(|(text, _)| text) } else { Some(Some(rest)) };
        match (value, level) {
            (None, _) => {}
            (Some(None), _) => found.push(computed(place)),
            (Some(Some(lint)), Some(level)) => found.push(Step::Set(level, lint, place)),
            (Some(Some(cap)), None) => found.extend(Level::named(&cap).map(|level| Step::Cap(level, place))),
        }
    }
    found
}

/// How a flag that is not known is taken.
#[derive(Clone, Copy)]
pub(super) enum Guess {
    /// It sets no lint.
    Nothing,
    /// It denies everything.
    Denies,
    /// It allows everything.
    Allows,
}

/// Applies flags in order.
pub(super) fn apply(levels: &mut Levels, steps: &[Step], guess: Guess) {
    for step in steps {
        match (step, guess) {
            (Step::Set(level, lint, place), _) => levels.set(lint, *level, place),
            (Step::Unknown(why), Guess::Denies | Guess::Allows) => {
                let level = if matches!(guess, Guess::Denies) { Level::Deny } else { Level::Allow };
                for lint in ["warnings", "clippy::all"] {
                    why.place.iter().for_each(|place| levels.set(lint, level, place));
                }
            }
            (Step::Cap(..), _) | (Step::Unknown(_), Guess::Nothing) => {}
        }
    }
}

/// The last cap on all lints, and where it is set.
pub(super) fn cap(steps: &[Step]) -> Option<(Level, Place)> {
    steps.iter().rev().find_map(|step| match step {
        Step::Cap(level, place) => Some((*level, place.clone())),
        _ => None,
    })
}

/// The first flag that is not known.
pub(super) fn unknown(steps: &[Step]) -> Option<&Why> {
    steps.iter().find_map(|step| match step {
        Step::Unknown(why) => Some(why),
        _ => None,
    })
}
