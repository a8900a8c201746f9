//! Owns lists of patterns that take files in and out, by the grammar of the key they stand at, and what lets files in again. Refuses to
//! know what a configuration does with them. (Facts: biome_glob/src/lib.rs and projects.rs of 2.5, matcher/mod.rs of 1.9.4.)

use std::collections::BTreeSet;

use globset::GlobSet;

use crate::facts::tool_config::coverage;
use crate::text::Place;

/// What a list's key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// `includes` of version 2: the last pattern that matches decides; those with `!` take out. What none matches is out.
    Includes,
    /// `include` of version 1, whose patterns hold at any depth: what none matches is out.
    Include,
    /// `ignore` of version 1, whose patterns hold at any depth.
    Ignore,
}

impl Key {
    /// The lists of a section.
    pub(super) const ALL: [(Self, &'static str); 3] =
        [(Self::Includes, "includes"), (Self::Include, "include"), (Self::Ignore, "ignore")];
}

/// A list as it is written.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// The key's place.
    pub(super) place: Place,
    pub(super) items: Vec<(String, Place)>,
}

/// Patterns in order, ready to match.
#[derive(Clone, Debug)]
pub(super) struct Includes {
    key: Key,
    /// What a directory above a file says counts as well.
    whole: bool,
    written: Written,
    globs: GlobSet,
    /// Of each glob, which pattern it is of; one in front is of none.
    of: Vec<Option<usize>>,
}

impl Includes {
    /// `None` for a list that says nothing. `open`: patterns that are not known stand in front. `whole`: directories count as well.
    pub(super) fn of(key: Key, written: Written, open: bool, whole: bool) -> Option<Self> {
        if written.items.is_empty() && (open || key != Key::Includes) {
            return None;
        }
        let (mut texts, mut of) = (Vec::new(), Vec::new());
        if open && key == Key::Includes {
            texts.push("**".to_owned());
            of.push(None);
        }
        for (at, (text, _)) in written.items.iter().enumerate() {
            let plain = text.trim_start_matches('!').trim_start_matches("./");
            texts.push(plain.to_owned());
            of.push(Some(at));
            if key != Key::Includes {
                texts.push(format!("**/{}", plain.trim_end_matches('/')));
                of.push(Some(at));
            }
        }
        // `*` of version 1 passes directories.
        let globs = coverage::globs(texts.iter().map(String::as_str), key == Key::Includes);
        Some(Self { key, whole, written, globs, of })
    }

    /// The last pattern that matches a path.
    fn last(&self, path: &str) -> Option<Option<usize>> {
        let at = self.globs.matches(path).into_iter().max()?;
        self.of.get(at).copied()
    }

    fn takes_out(&self, at: Option<usize>) -> bool {
        self.key == Key::Ignore || at.and_then(|at| self.written.items.get(at)).is_some_and(|(text, _)| text.starts_with('!'))
    }

    /// What the patterns say of a path and of each directory above it that counts.
    fn said<'s>(&'s self, path: &'s str) -> impl Iterator<Item = Option<usize>> + 's {
        let counts = self.whole || self.key != Key::Includes;
        let above = path.match_indices('/').filter(move |_| counts).map(|(at, _)| &path[..at]);
        above.filter_map(|part| self.last(part))
    }

    /// Whether a file is taken.
    pub(super) fn passes(&self, path: &str) -> bool {
        let own = self.last(path);
        match self.key {
            Key::Includes => own.is_some_and(|at| !self.takes_out(at)) && self.said(path).all(|at| !self.takes_out(at)),
            Key::Include => own.is_some() || self.said(path).next().is_some(),
            Key::Ignore => own.is_none() && self.said(path).next().is_none(),
        }
    }

    /// The same list with these patterns out of it, and another in front.
    fn changed(&self, out: &BTreeSet<usize>, first: Option<&str>) -> Option<Self> {
        let kept = self.written.items.iter().enumerate().filter(|(at, _)| !out.contains(at)).map(|(_, item)| item.clone());
        let first = first.map(|text| (text.to_owned(), self.written.place.clone()));
        let written = Written { place: self.written.place.clone(), items: first.into_iter().chain(kept).collect() };
        Self::of(self.key, written, self.of.first() == Some(&None), self.whole)
    }

    /// For files of which none is taken: where and how the list is changed so that some are. `name`: that of the list.
    pub(super) fn mend(&self, name: &str, subjects: &[String]) -> (Place, String) {
        let heard = subjects.iter().flat_map(|path| self.last(path).into_iter().chain(self.said(path)));
        let blamed: BTreeSet<usize> = heard.filter(|at| self.takes_out(*at)).flatten().collect();
        let kept = BTreeSet::new();
        let wanted = wanted(subjects);
        let lets_in = |out: &BTreeSet<usize>, first: Option<&str>| {
            self.changed(out, first).is_none_or(|list| subjects.iter().any(|path| list.passes(path)))
        };
        let key = &self.written.place;
        let add = format!("add `{wanted}` as the first item of `{name}`");
        if self.key != Key::Ignore && lets_in(&kept, Some(&wanted)) {
            return (key.clone(), add);
        }
        let texts = blamed.iter().filter_map(|at| self.written.items.get(*at));
        let place = texts.clone().next().map_or_else(|| key.clone(), |(_, place)| place.clone());
        let texts: Vec<&str> = texts.map(|(text, _)| text.as_str()).collect();
        let out = format!("delete `{}`", texts.join("` and `"));
        if self.key == Key::Ignore || lets_in(&blamed, None) {
            return (place, format!("{out} from `{name}`"));
        }
        (place, format!("{add} and {out} from it"))
    }
}

/// The pattern of the directory that all of these lie in.
fn wanted(subjects: &[String]) -> String {
    let directories = || subjects.iter().map(|path| path.rsplit_once('/').map_or("", |(above, _)| above));
    let mut shared: Vec<&str> = directories().next().unwrap_or_default().split('/').collect();
    for directory in directories() {
        let same = shared.iter().zip(directory.split('/')).take_while(|(one, other)| *one == other).count();
        shared.truncate(same);
    }
    // What a pattern reads as its own sign is no name.
    let plain = |name: &&str| name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@'));
    shared.iter().take_while(|name| !name.is_empty() && plain(name)).map(|name| format!("{name}/")).collect::<String>() + "**"
}
