//! Owns the two pattern grammars of the bot: globs, and regular expressions between slashes. Refuses to guess what a
//! pattern means that cannot be compiled here: that is unknown.

use globset::{GlobBuilder, GlobMatcher};
use regex::{Regex, RegexBuilder};

/// A compiled pattern; `None` when it cannot be compiled here (look-around, a bound).
struct Compiled {
    negated: bool,
    matcher: Option<Matcher>,
}

enum Matcher {
    Everything,
    Glob(GlobMatcher),
    Regex(Regex),
}

/// A list in which `!` takes out again.
pub(super) struct Patterns {
    all: Vec<Compiled>,
}

/// What a list says about a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hit {
    Yes,
    No,
    Unknown,
}

impl Patterns {
    /// Compiles a list; patterns past 512 bytes are not compiled.
    pub(super) fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        Self { all: texts.into_iter().map(compile).collect() }
    }

    /// Whether the list matches: one of those without `!`, if there are any, and none of those with it.
    pub(super) fn hit(&self, text: &str) -> Hit {
        let (mut positive, mut any_positive, mut unknown) = (false, false, false);
        for pattern in &self.all {
            let one = pattern.matcher.as_ref().map(|matcher| matcher.is_match(text));
            unknown |= one.is_none();
            if pattern.negated {
                if one == Some(true) {
                    return Hit::No;
                }
            } else {
                any_positive = true;
                positive |= one == Some(true);
            }
        }
        match (self.all.is_empty(), any_positive && !positive, unknown) {
            (true, ..) => Hit::No,
            (_, miss, true) if miss || self.all.iter().any(|p| p.negated && p.matcher.is_none()) => Hit::Unknown,
            (_, true, _) => Hit::No,
            _ => Hit::Yes,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether one of the texts is matched.
    pub(super) fn any(&self, texts: &[&str]) -> Hit {
        let hits: Vec<Hit> = texts.iter().map(|text| self.hit(text)).collect();
        let is = |wanted: Hit| hits.contains(&wanted);
        if is(Hit::Yes) {
            Hit::Yes
        } else if is(Hit::Unknown) {
            Hit::Unknown
        } else {
            Hit::No
        }
    }

    /// Whether all of the texts are matched, and there are any.
    pub(super) fn every<T: AsRef<str>>(&self, texts: &[T]) -> Hit {
        let hits: Vec<Hit> = texts.iter().map(|text| self.hit(text.as_ref())).collect();
        let is = |wanted: Hit| hits.contains(&wanted);
        if is(Hit::No) || hits.is_empty() {
            Hit::No
        } else if is(Hit::Unknown) {
            Hit::Unknown
        } else {
            Hit::Yes
        }
    }

    /// Whether every name matches.
    pub(super) fn is_everything(&self) -> bool {
        self.all.iter().any(|one| !one.negated && one.is_everything()) && self.all.iter().all(|one| !one.negated)
    }

    /// Whether every name matches but those that are taken out.
    pub(super) fn is_most(&self) -> bool {
        let wanted = || self.all.iter().filter(|one| !one.negated);
        let out = || self.all.iter().filter(|one| one.negated);
        out().next().is_some()
            && out().all(|one| one.matcher.is_some() && !one.is_everything())
            && (wanted().next().is_none() || wanted().any(Compiled::is_everything))
    }
}

/// Names that have nothing in common: what matches all of them was written to match everything.
const UNLIKE: &[&str] = &[
    "a",
    "Z",
    "0",
    "react",
    "@types/node",
    "org.example:a_b",
    "github.com/A/b/v2",
    "ghcr.io/a/b",
    "ext-json",
    "Newtonsoft.Json",
];

impl Compiled {
    fn is_everything(&self) -> bool {
        self.matcher.as_ref().is_some_and(|matcher| UNLIKE.iter().all(|name| matcher.is_match(name)))
    }
}

impl Matcher {
    fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Glob(glob) => glob.is_match(text),
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

fn compile(text: &str) -> Compiled {
    let (negated, body) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
    if body.len() > 512 {
        return Compiled { negated, matcher: None };
    }
    let regex = body
        .strip_prefix('/')
        .and_then(|rest| rest.strip_suffix("/i").map(|r| (r, true)).or_else(|| rest.strip_suffix('/').map(|r| (r, false))));
    let matcher = match regex {
        _ if matches!(body, "*" | "**" | "**/*") => Some(Matcher::Everything),
        Some((regex, any_case)) => self::regex(regex, any_case),
        None => GlobBuilder::new(body)
            .literal_separator(true)
            .case_insensitive(true)
            .build()
            .ok()
            .map(|glob| Matcher::Glob(glob.compile_matcher())),
    };
    Compiled { negated, matcher }
}

fn regex(text: &str, any_case: bool) -> Option<Matcher> {
    // JavaScript escapes the slash; here it needs none.
    let text = text.replace("\\/", "/");
    let built = RegexBuilder::new(&text).case_insensitive(any_case).size_limit(1 << 18).build().ok()?;
    Some(Matcher::Regex(built))
}

/// Paths as `ignorePaths` takes them: a glob, or a piece of the path.
pub(super) struct Paths {
    all: Vec<(String, Option<GlobMatcher>)>,
}

impl Paths {
    pub(super) fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let glob = |text: &str| {
            let short = text.len() <= 512;
            short
                .then(|| GlobBuilder::new(text).literal_separator(true).build().ok().map(|glob| glob.compile_matcher()))
                .flatten()
        };
        Self { all: texts.into_iter().filter(|text| !text.is_empty()).map(|text| (text.to_owned(), glob(text))).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The pattern that ignores a path.
    pub(super) fn ignoring(&self, path: &str) -> Option<&str> {
        let hit = |glob: &Option<GlobMatcher>| glob.as_ref().is_some_and(|glob| glob.is_match(path));
        self.all.iter().find(|(text, glob)| path.contains(text.as_str()) || hit(glob)).map(|(text, _)| text.as_str())
    }

    /// The patterns.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|(text, _)| text.as_str())
    }

    /// Whether a path is included.
    pub(super) fn include(&self, path: &str) -> bool {
        self.all.iter().any(|(text, glob)| path == text || glob.as_ref().is_some_and(|glob| glob.is_match(path)))
    }
}
