//! Owns the shape of one key of the policy file: its type, which way it is tighter, its documentation. Refuses to know what any
//! single key means: `keys` lists them, `read` uses them.

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `true` or `false`.
    Flag,
    /// A whole number in a range.
    Number(i64, i64),
    /// One line of text.
    Text,
    /// A list of texts.
    Texts,
    /// One of these words, the loosest first where that means something.
    Word(&'static [&'static str]),
    /// A list of these words.
    Words(&'static [&'static str]),
    /// A TOML local date, read in UTC.
    Date,
    /// A date or a full commit id.
    DateOrCommit,
    /// `30d`, `2w`, `1y`.
    Duration,
    /// Bytes: a number, or text such as `20MB`.
    Bytes,
    /// A regular expression.
    Pattern,
    /// A list of globs of paths.
    Globs,
    /// Lower-case hexadecimal digits, this many.
    Hex(usize),
    /// A full OpenPGP fingerprint: 40 or 64 hexadecimal digits.
    Fingerprint,
    /// A rule's id or alias.
    Rule,
    /// A list of rules.
    Rules,
    /// A person of `[people]`.
    Person,
    /// A list of tools of the catalogue.
    Tools,
    /// A list of bots of the catalogue.
    Bots,
    /// A severity, or a table of these keys.
    SeverityOrTable,
    /// A table of known keys.
    Table,
    /// A table whose keys are names of this kind; the values are described under `*`.
    Map(Names),
    /// A list of tables.
    Tables,
    /// A list of commands, each a list of words.
    Commands,
}

/// What the keys of a map are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Rules of the catalogue.
    Rules,
    /// Tools of the catalogue.
    Tools,
    /// Any name.
    Any,
}

/// Which change of a key tightens the policy. Every other change but a neutral one weakens it (design §4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tighter {
    /// No change matters.
    Neutral,
    /// No change is known to tighten: every change weakens.
    Never,
    /// A greater number, a later word of the list, a longer duration.
    More,
    /// A smaller number, an earlier word, a shorter duration.
    Less,
    /// A later date.
    Later,
    /// An earlier date.
    Earlier,
    /// `true`.
    True,
    /// `false`.
    False,
    /// More entries.
    Longer,
    /// Fewer entries.
    Shorter,
    /// Fewer entries, but some: none, or no list, asks another question.
    Fewer,
    /// A table: its keys say.
    ByKey,
}

impl Tighter {
    /// The word in the published schema (`x-tighter`).
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Never => "never",
            Self::More => "more",
            Self::Less => "less",
            Self::Later => "later",
            Self::Earlier => "earlier",
            Self::True => "true",
            Self::False => "false",
            Self::Longer => "longer",
            Self::Shorter => "shorter",
            Self::Fewer => "fewer",
            Self::ByKey => "by-key",
        }
    }

    /// Whether it says something about a value of this type.
    #[must_use]
    pub fn fits(self, kind: Type) -> bool {
        use Type as T;
        let table = matches!(kind, T::Table | T::Map(_));
        match self {
            Self::Neutral | Self::Never => !table,
            Self::More | Self::Less => {
                matches!(kind, T::Number(..) | T::Word(_) | T::Duration | T::Bytes | T::SeverityOrTable)
            }
            Self::Later | Self::Earlier => matches!(kind, T::Date | T::DateOrCommit),
            Self::True | Self::False => kind == T::Flag,
            Self::Longer | Self::Shorter | Self::Fewer => matches!(
                kind,
                T::Texts | T::Words(_) | T::Globs | T::Rules | T::Tools | T::Bots | T::Tables | T::Commands | T::Map(_)
            ),
            Self::ByKey => table || kind == T::Tables,
        }
    }
}

/// One key of the policy file.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its path: `waiver[].rule`, `people.*.email`.
    pub path: &'static str,
    /// What its value must be.
    pub kind: Type,
    /// It must be there when its table is.
    pub required: bool,
    /// Which change tightens.
    pub tighter: Tighter,
    /// The value in force when it is absent, as TOML; empty: none.
    pub default: &'static str,
    /// One line.
    pub about: &'static str,
    /// No rule of this version reads it.
    pub later: bool,
    /// What it means that there is none, where no default says it.
    pub absent: Absent,
}

/// What the absence of a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// Nothing: any value asks for more.
    Least,
    /// What the strictest value would, or more.
    Most,
    /// What is found out otherwise: only the strictest value is known to ask for as much.
    Found,
}

impl Key {
    /// The same, with another meaning of its absence.
    #[must_use]
    pub const fn without(self, absent: Absent) -> Self {
        Self { absent, ..self }
    }

    /// The last part of its path.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The path of the table that holds it, `""` for the top.
    #[must_use]
    pub fn parent(&self) -> &'static str {
        self.path.rsplit_once('.').map_or("", |(parent, _)| parent)
    }
}

/// The key of a path.
#[must_use]
pub fn key(path: &str) -> Option<&'static Key> {
    super::keys::KEYS.iter().find(|key| key.path == path)
}

/// The keys directly in a table (`""`, `release`, `waiver[]`, `people.*`), in the order of documentation.
pub fn keys_in(table: &str) -> impl Iterator<Item = &'static Key> + '_ {
    super::keys::KEYS.iter().filter(move |key| key.parent() == table)
}

/// Severities as the policy writes them, loosest first.
pub const SEVERITIES: [&str; 4] = ["off", "notice", "warning", "error"];

#[cfg(test)]
mod tests {
    use super::super::keys::KEYS;
    use super::*;

    #[test]
    fn every_key_says_which_way_is_tighter_and_it_fits_its_type() {
        for key in KEYS {
            assert!(key.tighter.fits(key.kind), "{}: {:?} says nothing about {:?}", key.path, key.tighter, key.kind);
        }
    }

    #[test]
    fn every_key_is_documented_once_and_lies_in_a_table_that_is() {
        for (at, entry) in KEYS.iter().enumerate() {
            assert!(!entry.about.is_empty() && !entry.about.ends_with('.'), "{}", entry.path);
            assert!(!KEYS[..at].iter().any(|other| other.path == entry.path), "{} is listed twice", entry.path);
            let parent = entry.parent();
            let holder = parent.strip_suffix(".*").or(parent.strip_suffix("[]")).unwrap_or(parent);
            assert!(holder.is_empty() || key(holder).is_some() || key(parent).is_some(), "{} lies nowhere", entry.path);
        }
    }

    #[test]
    fn defaults_are_values_of_their_type() {
        for key in KEYS.iter().filter(|key| !key.default.is_empty()) {
            let text = format!("x = {}", key.default);
            let parsed: Result<toml::Table, _> = text.parse();
            assert!(parsed.is_ok(), "{}: {}", key.path, key.default);
        }
    }
}
