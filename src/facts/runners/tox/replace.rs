//! Owns substitution in tox values: `{posargs}`, `{env:NAME:default}`, paths, references. Refuses to know where a referenced
//! value is found.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::facts::pipeline::Env;
use crate::facts::runners::env_file::{self, Lines};
use crate::facts::runners::{World, quoted};
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::facts::workdir::Workdir;
use crate::text::{MappedText, Place};

/// Nested substitutions followed; text that nests deeper is kept as it stands.
const DEEPEST: usize = 16;

/// What one call of tox gives to all its environments.
pub(super) struct Context<'a> {
    /// `{tox_root}`.
    pub root: Workdir,
    /// The environment tox runs in.
    pub env: &'a Env,
    /// The tree.
    pub world: &'a World<'a>,
    /// The words behind `--`, when there are any.
    pub posargs: Option<Vec<Word>>,
    /// What the command line says of missing interpreters, and where.
    pub skip: Option<(bool, Place)>,
    /// Bytes of replaced text still allowed: a reference may double its text at every level.
    pub budget: Cell<usize>,
}

impl Context<'_> {
    /// Adds the variables of a file that `set_env` names (tox 4, `config/set_env.py`).
    pub(super) fn variables_of(&self, file: &str, variables: &mut BTreeMap<String, Option<String>>) {
        let mut read = Env::new();
        env_file::add(&mut read, file.trim(), &self.root, Lines::Plain, &Env::new(), self.world);
        variables.extend(read.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

/// Finds a value another one refers to: section (if named) and key, raw.
pub(super) trait Reference {
    /// The raw text, filtered for the environment.
    fn look_up(&self, section: Option<&str>, key: &str) -> Option<MappedText>;
}

/// Substitution for one environment.
pub(super) struct Replacer<'a> {
    /// The call.
    pub context: &'a Context<'a>,
    /// The environment's name.
    pub name: &'a str,
    /// Its variables, as far as they are known by then.
    pub variables: &'a BTreeMap<String, Option<String>>,
    /// Other values.
    pub reference: &'a dyn Reference,
}

impl Replacer<'_> {
    /// The text with everything replaced that can be; what is not known becomes [`UNKNOWN_CHAR`].
    pub(super) fn replace(&self, text: &MappedText) -> MappedText {
        self.at_depth(text, 0)
    }

    fn at_depth(&self, text: &MappedText, depth: usize) -> MappedText {
        let source = text.text();
        let mut out = MappedText::empty(text.file().clone());
        let left = self.context.budget.get();
        self.context.budget.set(left.saturating_sub(source.len()));
        if left < source.len() {
            out.push_standing_for(text.span(0..source.len()), &UNKNOWN_CHAR.to_string());
            return out;
        }
        let closing = matching_braces(source);
        let bytes = source.as_bytes();
        let (mut at, mut from) = (0, 0);
        while at < bytes.len() {
            match bytes[at] {
                b'\\' if bytes.get(at + 1).is_some_and(|next| b":{}[]".contains(next)) => {
                    out.push_part(text, from..at);
                    from = at + 1;
                    at += 2;
                }
                b'\\' if bytes.get(at + 1) == Some(&b'\\') => at += 2,
                b'[' if bytes.get(at + 1) == Some(&b']') => {
                    out.push_part(text, from..at);
                    self.arguments(text, at..at + 2, None, depth, &mut out);
                    (at, from) = (at + 2, at + 2);
                }
                b'{' => {
                    let end = closing.get(&at).copied().filter(|_| depth < DEEPEST);
                    let Some(end) = end else {
                        at += 1;
                        continue;
                    };
                    out.push_part(text, from..at);
                    if !self.expression(text, at..end + 1, depth, &mut out) {
                        out.push_part(text, at..end + 1);
                    }
                    (at, from) = (end + 1, end + 1);
                }
                _ => at += 1,
            }
        }
        out.push_part(text, from.min(source.len())..source.len());
        out
    }

    /// Replaces one `{…}`; false when it is none of tox's and stays.
    fn expression(&self, text: &MappedText, range: Range<usize>, depth: usize, out: &mut MappedText) -> bool {
        let inner = &text.text()[range.start + 1..range.end - 1];
        let (head, rest) = match inner.find(':').filter(|_| !inner.starts_with('[')) {
            Some(at) => (&inner[..at], Some(range.start + 2 + at..range.end - 1)),
            None => (inner, None),
        };
        let span = text.span(range.clone());
        let mut known = |value: Option<&str>| match value {
            Some(value) => out.push_standing_for(span, value),
            None => out.push_standing_for(span, &UNKNOWN_CHAR.to_string()),
        };
        match head {
            "posargs" => self.arguments(text, range, rest, depth, out),
            "env" => {
                let Some(rest) = rest else { return false };
                let spelled = &text.text()[rest.clone()];
                let (name, default) = match spelled.find(':') {
                    Some(at) => (&spelled[..at], Some(rest.start + at + 1..rest.end)),
                    None => (spelled, None),
                };
                let value = self.variables.get(name).or_else(|| self.context.env.get(name));
                match (value, default) {
                    (Some(value), _) => known(value.as_deref()),
                    (None, _) if is_ambient(name) => known(None),
                    (None, Some(default)) => {
                        let default = self.at_depth(&text.slice(default), depth + 1);
                        out.push_part(&default, 0..default.text().len());
                    }
                    (None, None) => known(Some("")),
                }
            }
            "tty" | "glob" | "factor" => known(None),
            "/" => known(Some("/")),
            "" if rest.as_ref().is_some_and(|rest| rest.is_empty()) => known(Some(":")),
            _ => match self.setting(head) {
                Some(value) => known(value.as_deref()),
                None => return self.referenced(inner, text, &range, depth, out),
            },
        }
        true
    }

    /// `{[section]key}` and `{key}`.
    fn referenced(&self, inner: &str, text: &MappedText, range: &Range<usize>, depth: usize, out: &mut MappedText) -> bool {
        let found = match inner.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((section, key)) => {
                let key = key.split(':').next().unwrap_or(key);
                self.reference.look_up(Some(section), key)
            }
            None => self.reference.look_up(None, inner.split(':').next().unwrap_or(inner)),
        };
        let Some(found) = found else { return false };
        let value = self.at_depth(&found, depth + 1);
        // A value of another file cannot lie in this text's map; it stands for the reference instead.
        if value.file().path == text.file().path {
            out.push_part(&value, 0..value.text().len());
        } else {
            out.push_standing_for(text.span(range.clone()), value.text());
        }
        true
    }

    /// `{posargs}`, `{posargs:default}`, `[]`.
    fn arguments(
        &self,
        text: &MappedText,
        range: Range<usize>,
        default: Option<Range<usize>>,
        depth: usize,
        out: &mut MappedText,
    ) {
        match (&self.context.posargs, default) {
            (Some(words), _) => out.push_standing_for(text.span(range), &quoted::joined(words)),
            (None, Some(default)) => {
                let default = self.at_depth(&text.slice(default), depth + 1);
                out.push_part(&default, 0..default.text().len());
            }
            (None, None) => {}
        }
    }

    /// Settings that every environment has; the inner `None` for one that is known only when tox runs.
    fn setting(&self, key: &str) -> Option<Option<String>> {
        let root = || self.context.root.virtual_path().map(str::to_owned);
        // tox's own directories are not part of the tree: an absolute path that nothing is mounted at.
        let own = |rest: &str| Some(format!("/.tox/{}{rest}", self.name));
        Some(match key {
            "toxinidir" | "tox_root" | "setupdir" | "package_root" => root(),
            "envname" | "env_name" => Some(self.name.to_owned()),
            "envdir" | "env_dir" => own(""),
            "envbindir" | "env_bin_dir" => own("/bin"),
            "envpython" | "env_python" => own("/bin/python"),
            "envtmpdir" | "env_tmp_dir" => own("/tmp"),
            "envlogdir" | "env_log_dir" => own("/log"),
            "envsitepackagesdir" | "env_site_packages_dir" => own("/lib/site-packages"),
            "toxworkdir" | "work_dir" | "temp_dir" | "distdir" | "homedir" => Some(format!("/.tox/.{key}")),
            "basepython" | "base_python" => Some("python".to_owned()),
            "py_dot_ver" | "py_impl" | "hashseed" => None,
            _ => return None,
        })
    }
}

/// Variables that the runner machine sets, so that a default beside them is not what counts.
fn is_ambient(name: &str) -> bool {
    matches!(name, "CI" | "HOME" | "PATH" | "USER" | "PWD" | "SHELL" | "TMPDIR" | "LANG")
        || ["GITHUB_", "RUNNER_", "GITLAB_", "CI_", "CIRCLE_"].iter().any(|prefix| name.starts_with(prefix))
}

/// For every `{` that is closed, where; one pass, backslashes escape.
fn matching_braces(text: &str) -> BTreeMap<usize, usize> {
    let mut closing = BTreeMap::new();
    let mut open = Vec::new();
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'{' => open.push(at),
            b'}' => {
                if let Some(start) = open.pop() {
                    closing.insert(start, at);
                }
            }
            _ => {}
        }
    }
    closing
}
