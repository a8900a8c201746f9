//! Owns the question whether a hook's file patterns leave it anything to look at. Refuses patterns it cannot compile: those
//! are unknown.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

use super::types;
use crate::answer::Reason;
use crate::catalog::Tool;
use crate::catalog::tool::ToolKind;
use crate::doc::Value;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::matching;
use crate::facts::runners::yaml_merge::field;
use crate::facts::runners::{Target, World};
use crate::source::EntryKind;
use crate::text::RepoPath;

/// Files compared with patterns.
const MOST_FILES: usize = 20_000;
/// Different patterns compiled for one configuration.
const MOST_PATTERNS: usize = 100;
/// Bytes of a compiled pattern.
const PATTERN_SIZE: usize = 256 * 1024;

/// The patterns of one configuration against the tree's files.
pub(super) struct Patterns<'w> {
    root: Value<'w>,
    files: Vec<Listed<'w>>,
    truncated: bool,
    compiled: HashMap<String, Option<Regex>>,
}

/// A file of the tree.
pub(super) struct Listed<'w> {
    /// Its path as the configuration names it.
    pub(super) name: &'w str,
    /// It is product and not development.
    pub(super) product: bool,
    /// Its mode says so.
    pub(super) executable: bool,
}

/// One pattern of a hook or of the whole configuration.
#[derive(Clone, Copy)]
struct Pattern<'d> {
    value: Value<'d>,
    /// Files that match are left out.
    excludes: bool,
}

impl<'w> Patterns<'w> {
    /// Lists the files below the directory the configuration stands for, as they are named there; vendored and generated ones
    /// are left out.
    pub(super) fn new(root: Value<'w>, directory: Option<&RepoPath>, world: &World<'w>) -> Self {
        let languages = &world.catalog.languages;
        let under = |directory: &str, is: &dyn Fn(&str) -> bool| directory.split('/').any(is);
        let mut files = Vec::new();
        let mut truncated = false;
        // Scope is decided per directory: neighbours in the sorted list share it.
        let mut last = ("", true, true);
        let project = directory.map_or("", RepoPath::as_str);
        for entry in world.snapshot.entries().iter().filter(|entry| entry.is_file()) {
            let path = entry.path.as_str();
            let below = |path: &'w str| path.strip_prefix(project).and_then(|rest| rest.strip_prefix('/'));
            let Some(name) = (if project.is_empty() { Some(path) } else { below(path) }) else { continue };
            let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
            if last.0 != directory {
                last = (
                    directory,
                    !under(directory, &|name| languages.hides(name)),
                    !under(directory, &|name| languages.develops(name)),
                );
            }
            if last.1 {
                truncated = files.len() >= MOST_FILES;
                if truncated {
                    break;
                }
                let executable = entry.kind == EntryKind::Executable;
                files.push(Listed { name, product: last.2, executable });
            }
        }
        Self { root, files, truncated, compiled: HashMap::new() }
    }

    /// The hold of a hook whose patterns let no file of the tree pass, or that cannot be read.
    pub(super) fn hold(&mut self, hook: Value<'_>, target: &Target, world: &World<'_>) -> Option<Hold> {
        if let Some(hold) = types::hold(hook, target, &self.files, world) {
            return Some(hold);
        }
        let own = |key, excludes| field(hook, key).map(|value| Pattern { value, excludes });
        let general = |key, excludes| field(self.root, key).map(|value| Pattern { value, excludes });
        let patterns: Vec<Pattern<'_>> =
            [own("exclude", true), own("files", false), general("exclude", true), general("files", false)]
                .into_iter()
                .flatten()
                .filter(|pattern| pattern.value.as_str().is_some_and(|text| !text.is_empty()))
                .collect();
        if patterns.is_empty() {
            return None;
        }
        for pattern in &patterns {
            if self.regex(*pattern).is_none() {
                let place = pattern.value.place();
                return Some(Hold::new(
                    HoldEffect::Unknown(Reason::Unsupported),
                    place,
                    "this pattern decides what the hook looks at and is not read",
                ));
            }
        }
        let extensions = reader(hook, target, world).and_then(|tool| extensions(tool, world));
        // An analyzer of a language is asked about the product; anything else may well be meant for other files.
        let concerns = |file: &Listed<'w>| {
            let own = file.name.rsplit_once('.').map_or("", |(_, extension)| extension);
            extensions.as_ref().is_none_or(|known| file.product && known.contains(&own)).then_some(file.name)
        };
        let files: Vec<&str> = self.files.iter().filter_map(concerns).collect();
        let passes =
            |patterns: &[Pattern<'_>]| files.iter().any(|path| patterns.iter().all(|pattern| self.passes(*pattern, path)));
        if files.is_empty() || passes(&patterns) {
            return None;
        }
        let alone = patterns.iter().find(|pattern| !passes(std::slice::from_ref(pattern))).unwrap_or(&patterns[0]);
        let place = alone.value.place();
        if self.truncated {
            return Some(Hold::new(
                HoldEffect::Unknown(Reason::Unsupported),
                place,
                "the tree has more files than are compared with this pattern",
            ));
        }
        Some(Hold::new(HoldEffect::Void, place, "no file that it is about passes this pattern, so the hook looks at nothing"))
    }

    fn regex(&mut self, pattern: Pattern<'_>) -> Option<&Regex> {
        let text = pattern.value.as_str()?;
        if !self.compiled.contains_key(text) {
            let allowed = self.compiled.len() < MOST_PATTERNS;
            let regex = allowed.then(|| RegexBuilder::new(text).size_limit(PATTERN_SIZE).build().ok()).flatten();
            self.compiled.insert(text.to_owned(), regex);
        }
        self.compiled.get(text)?.as_ref()
    }

    fn passes(&self, pattern: Pattern<'_>, path: &str) -> bool {
        let regex = pattern.value.as_str().and_then(|text| self.compiled.get(text)?.as_ref());
        regex.is_none_or(|regex| regex.is_match(path) != pattern.excludes)
    }
}

/// The hold of a hook of a language when none of the only files that are named is of that language.
pub(super) fn among(names: &[String], narrowed: &Hold, target: &Target, world: &World<'_>) -> Option<Hold> {
    let known = extensions(tool(target, world)?, world)?;
    let may_be = |name: &String| {
        name.contains(['*', '?', '[']) || name.rsplit_once('.').is_some_and(|(_, extension)| known.contains(&extension))
    };
    let why = "none of the named files is one that the hook looks at";
    (!names.is_empty() && !names.iter().any(may_be)).then(|| Hold::new(HoldEffect::Void, narrowed.place.clone(), why))
}

/// The tool that a hook runs.
fn tool<'w>(target: &Target, world: &World<'w>) -> Option<&'w Tool> {
    match target {
        Target::Hook { repo, id, .. } => Some(matching::tools_for_hook(world.catalog, repo, id).first()?.tool),
        Target::Argv(words) => Some(matching::tools_for_words(world.catalog, words).first()?.tool),
        _ => None,
    }
}

/// The tool of a hook that is handed its files by name, so that patterns and types decide what it reads. Without names they
/// decide only whether it starts; an audit of dependencies reads manifests.
pub(super) fn reader<'w>(hook: Value<'_>, target: &Target, world: &World<'w>) -> Option<&'w Tool> {
    let nameless = field(hook, "pass_filenames").is_some_and(|value| value.as_bool().is() == Some(false));
    tool(target, world).filter(|tool| !nameless && tool.kind != [ToolKind::Sca])
}

/// The file name extensions a tool could look at, those of its languages; `None` for any.
fn extensions<'w>(tool: &Tool, world: &World<'w>) -> Option<Vec<&'w str>> {
    let languages = world.catalog.languages.language.iter().filter(|language| tool.languages.contains(&language.id));
    let known: Vec<&str> = languages.flat_map(|language| &language.extensions).map(String::as_str).collect();
    (!known.is_empty()).then_some(known)
}
