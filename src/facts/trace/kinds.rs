//! Owns what kind of word a word of a command is, of those that `rules/words.toml` lets one have. Refuses to know commands.

use super::Frame;
use super::files::{is_a_name, of_programs};
use crate::catalog::Catalog;
use crate::catalog::words::Class;
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::snapshot::Snapshot;

/// What the parts of a word have to stand for that are not known, the strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Open {
    /// The word for this repository, by its name.
    Own,
    /// All of them for the verified tag or commit.
    All,
    /// The part that says which of what was made is meant, for the verified one.
    Deciding,
    /// That part, where the word has one; others may say where to.
    Setting,
    /// For that, or for where to.
    Harmless,
}

/// Whether a word may stand where it does.
pub(super) enum Fit {
    Yes,
    /// If the parts of it that are not known stand for what they have to.
    Open(Open),
    /// If it names what was made.
    Made,
    No,
}

/// Where the words of a command stand.
#[derive(Clone, Copy)]
pub(super) struct Kinds<'r> {
    pub(super) snapshot: &'r Snapshot,
    pub(super) frame: &'r Frame,
}

impl Kinds<'_> {
    /// Whether a word, of which a part may be meant, is of a class; it may be the value of a flag.
    pub(super) fn fit(self, class: Class, flag: &str, word: &Word, text: &str) -> Fit {
        let known = word.value.is_some();
        let when = |is: bool| if is { Fit::Yes } else { Fit::No };
        let told = |is: bool, open: Open| match (is, known) {
            (true, true) => Fit::Yes,
            (true, false) => Fit::Open(open),
            (false, _) => Fit::No,
        };
        let releasing = &Catalog::builtin().releasing;
        // Of which source something is made is said by the tree, and by nothing else.
        let selects = || releasing.says_of_which_source(flag, text);
        match class {
            Class::Free => Fit::Yes,
            Class::Any => told(true, Open::Harmless).or(is_one(word)),
            Class::Literal => when(known && !selects()),
            // curl writes to a file behind `%output{` since 8.3 (`src/tool_writeout.c`), and reads all of it from one behind `@`.
            Class::Report => when(known && !text.starts_with('@') && !text.contains("%output{")),
            Class::Plain => told(is_plain(text) && !(known && selects()), Open::Setting),
            Class::Setting => {
                let says = || releasing.says_what_is_made(flag, text) || selects();
                told(is_plain(text) && !(known && says()), Open::Setting)
            }
            Class::Goal => told(is_plain(text) && is_goal(text) && !(known && selects()), Open::Setting),
            Class::Path => told(self.is_path(text), Open::All),
            Class::Here => told(self.is_path(text) && (matches!(text, "." | "./") || text.starts_with("./")), Open::All),
            Class::There => when(known && self.is_path(text) && self.has(text)),
            Class::New => when(known && self.is_path(text) && !self.has(text)),
            Class::Package => when(known && is_package(text)),
            Class::Version => when(known && is_version(text.trim_start_matches('='))),
            Class::Address => when(known && ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme))),
            Class::Commit => when(known && matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())),
            Class::Program => {
                let behind = of_programs(text, std::slice::from_ref(word));
                when(text == "/dev/null" || behind.is_some_and(|name| name.is_empty() || is_a_name(name)))
            }
            Class::Off => when(known && text == "false"),
            Class::Stream => when(text == "-"),
            Class::Tag => {
                if known {
                    Fit::No
                } else {
                    Fit::Open(Open::Deciding)
                }
            }
            Class::Own => told(!known, Open::Own),
            Class::Made => Fit::Made,
            Class::Substitution => told(substitutes_one(&within(word).unwrap_or_else(|| text.to_owned())), Open::All),
            Class::Assigned => when(known || text.split(UNKNOWN_CHAR).next().is_some_and(|head| head.contains('='))),
        }
    }

    /// A path of the tree, and none of git's own files.
    fn is_path(self, text: &str) -> bool {
        let inside = self.frame.workdir.resolve(&text.replace(UNKNOWN_CHAR, "x"));
        let plain = text.starts_with('/') && !text.contains(UNKNOWN_CHAR) || is_plain(text);
        // What is called like a host may be one, unless it lies there.
        let host = is_of_a_host(text) && !text.starts_with('/') && !self.has(text.split('/').next().unwrap_or_default());
        plain
            && text != "-"
            && !text.contains(':')
            && !host
            && inside.is_some_and(|path| !path.as_str().split('/').any(|part| part == ".git"))
    }

    /// The tree has something there; of a pattern, in its directory.
    fn has(self, text: &str) -> bool {
        let path = text.trim_end_matches('/');
        let fixed = match path.find(['*', '?', '[']) {
            Some(at) => path.get(..at).and_then(|start| start.rsplit_once('/')).map_or(".", |(directory, _)| directory),
            None => path,
        };
        self.frame.workdir.resolve(fixed).is_none_or(|path| self.snapshot.is_file(&path) || self.snapshot.is_dir(&path))
    }
}

impl Fit {
    /// It may in any case.
    fn or(self, other: bool) -> Self {
        if other { Self::Yes } else { self }
    }
}

/// Quotes keep it, or its value, one word; what the platform puts in is read as it is written.
fn is_one(word: &Word) -> bool {
    let quoted = |raw: &str| raw.len() > 1 && raw.starts_with('"') && raw.ends_with('"') && !raw.contains('@');
    word.is_one()
        || quoted(&word.raw)
        || word.raw.split_once('=').is_some_and(|(_, value)| quoted(value))
        || !word.raw.contains(['$', '`'])
}

/// A text leads nowhere else: it is no address, no path from the root, from home or upwards, and names nothing of another place.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    let leads = |piece: &str| piece.starts_with(['/', '~']) || piece.split('/').any(|part| part == "..");
    let mut pieces = text.split(|c: char| c.is_whitespace() || matches!(c, '=' | ',' | ':' | '+' | '{' | '}' | '"' | '\''));
    !text.contains("://") && !text.contains('@') && !text.contains("git+") && !pieces.any(leads)
}

/// A path that is taken for an address without a scheme (`github.com/acme/x`): its first part is called like a host.
#[must_use]
pub fn is_of_a_host(text: &str) -> bool {
    text.split_once('/').is_some_and(|(first, _)| first.trim_start_matches('.').contains('.'))
}

/// What stands between the quotes of a word, with a part that is not known for each variable; of a word with blanks no other shape is known.
fn within(word: &Word) -> Option<String> {
    let inner = word.raw.strip_prefix('"')?.strip_suffix('"').filter(|inner| !inner.contains(['"', '\\', '`', UNKNOWN_CHAR]))?;
    let mut pieces = inner.split('$');
    let mut shape = pieces.next()?.to_owned();
    for piece in pieces {
        let (name, braced) = piece.strip_prefix('{').map_or((piece, false), |rest| (rest, true));
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
        let rest = name.get(end..).filter(|_| end > 0)?;
        shape.push(UNKNOWN_CHAR);
        shape.push_str(if braced { rest.strip_prefix('}')? } else { rest });
    }
    Some(shape)
}

/// A command `s` of sed (POSIX.1-2017, sed, "Editing Commands in sed") whose replacement ends with the one part that is not known, as a value does: behind
/// nothing, a blank, a quote, or what stands before a tag or a value. No flag with which it runs or writes something.
fn substitutes_one(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('s') else { return false };
    let Some(mark) = rest.chars().next().filter(|mark| mark.is_ascii_punctuation() && *mark != '\\') else { return false };
    let parts: Vec<&str> = rest.split(mark).collect();
    let ["", pattern, replacement, flags] = parts.as_slice() else { return false };
    let Some(before) = replacement.strip_suffix(['"', '\'']).unwrap_or(replacement).strip_suffix(UNKNOWN_CHAR) else {
        return false;
    };
    let plain = |part: &str| !part.contains(['\n', '\\', UNKNOWN_CHAR]);
    let ends = before.chars().next_back().is_none_or(|last| matches!(last, ':' | '=' | '"' | '\'' | ' ' | 'v'));
    ends && plain(before)
        && !pattern.contains(['\n', UNKNOWN_CHAR])
        && flags.chars().all(|flag| flag.is_ascii_digit() || matches!(flag, 'g' | 'i' | 'I'))
}

/// No goal of a plugin that is named by its coordinates, or one of a plugin in one version: without one it is whichever is the newest
/// (`GROUP:ARTIFACT[:VERSION]:GOAL`; Maven, "Plugin Prefix Resolution", and `MojoDescriptorCreator`).
fn is_goal(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        _ if text.starts_with('-') => true,
        [] | [_] | [_, _] => true,
        [_, _, version, _] => is_version(version),
        _ => false,
    }
}

/// A package of a registry in one version.
fn is_package(text: &str) -> bool {
    let (scope, name) = if text.starts_with('@') { text.split_once('/').unwrap_or(("", text)) } else { ("", text) };
    let Some((name, version)) = name.split_once("==").or_else(|| name.split_once('@')) else { return false };
    let plain =
        |part: &str, more: &[char]| part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c) || more.contains(&c));
    plain(scope, &['@']) && !name.is_empty() && plain(name, &['[', ']', ',', '/']) && !name.contains("..") && is_version(version)
}

/// One version: numbers, and what follows them.
fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    let (first, more) = text.split_once('.').unwrap_or((text, ""));
    let is_wild = |part: &str| part.is_empty() || matches!(part, "x" | "X");
    !first.is_empty()
        && first.bytes().all(|byte| byte.is_ascii_digit())
        && text.chars().all(plain)
        && !more.split('.').any(is_wild)
}
