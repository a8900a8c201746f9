//! Owns pnpm's filters: which packages of a workspace a list of selectors picks. Refuses what git would have to tell, and who depends on whom:
//! those may be picked.
//!
//! Source: `parseProjectSelector.ts` and `index.ts` of pnpm's `workspace/projects-filter`, and `main.ts` (pnpm 11.0; directories are globs since
//! pnpm 7).

use globset::GlobBuilder;

use super::package::Package;
use crate::facts::workdir::Workdir;
use crate::snapshot::Snapshot;

/// What the selectors say of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// It is not picked.
    No,
    /// It may be.
    Perhaps,
    /// It is picked.
    Yes,
}

/// How a directory in a selector is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Directories {
    /// As a glob.
    Globs,
    /// As the directory that packages lie below.
    Prefixes,
    /// One of both: the version is not known.
    Unknown,
}

impl Directories {
    /// By the version that the root asks for, and by the setting that goes back to what was.
    pub(super) fn of(root: &Package, snapshot: &Snapshot) -> Self {
        if root.goes_back_to_prefixes(snapshot) {
            return Self::Prefixes;
        }
        let major =
            root.manager().filter(|(name, _)| *name == "pnpm").and_then(|(_, version)| version.split('.').next()?.parse().ok());
        match major {
            Some(0..=6) => Self::Prefixes,
            Some::<u32>(_) => Self::Globs,
            None => Self::Unknown,
        }
    }
}

/// A selector, read.
struct Selector<'t> {
    exclude: bool,
    /// `x...`, `...x`: those that it depends on, or that depend on it, as well.
    extended: bool,
    /// `^`: but not itself.
    others_only: bool,
    name: Option<&'t str>,
    directory: Option<&'t str>,
    /// `[origin/main]`: those of them that changed since.
    changed: bool,
}

impl<'t> Selector<'t> {
    fn read(text: &'t str) -> Self {
        let (exclude, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let (below, text) = text.strip_suffix("...").map_or((false, text), |rest| (true, rest));
        let (no_self, text) = text.strip_suffix('^').filter(|_| below).map_or((false, text), |rest| (true, rest));
        let (above, text) = text.strip_prefix("...").map_or((false, text), |rest| (true, rest));
        let (no_own, text) = text.strip_prefix('^').filter(|_| above).map_or((false, text), |rest| (true, rest));
        let mut selector = Self {
            exclude,
            extended: below || above,
            others_only: no_self || no_own,
            name: None,
            directory: None,
            changed: false,
        };
        let name_ends = text.find(['{', '[']).unwrap_or(text.len());
        let (name, rest) = text.split_at(name_ends);
        let (directory, rest) = match rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some((directory, rest)) => (Some(directory), rest),
            None => (None, rest),
        };
        let since = rest.strip_prefix('[').is_some_and(|rest| rest.ends_with(']'));
        // Since the commit that is checked out nothing changed.
        let nothing = rest == "[HEAD]";
        let fits = !name.starts_with('.') && directory != Some("") && (rest.is_empty() || since);
        if fits {
            selector.name = Some(name).filter(|name| !name.is_empty());
            (selector.directory, selector.changed) = (directory, since);
            selector.others_only |= nothing;
            return selector;
        }
        // What does not fit is a directory by its first letters, and then nothing is extended; else it is a name.
        selector.extended = false;
        selector.others_only = false;
        let is_location = matches!(text, "." | "..") || text.starts_with("./") || text.starts_with("../");
        if is_location {
            selector.directory = Some(text);
        } else {
            (selector.name, selector.exclude) = (Some(text), false);
        }
        selector
    }

    /// What it says of each package.
    fn picks(&self, packages: &[Package], workdir: &Workdir, directories: Directories) -> Vec<Match> {
        let in_directory = |package: &Package| self.directory.map_or(Match::Yes, |it| lies(package, it, workdir, directories));
        let mut found: Vec<Match> = packages.iter().map(in_directory).collect();
        if let Some(pattern) = self.name {
            let named = |pattern: &str| -> Vec<bool> {
                let of = |(package, place): (&Package, &Match)| {
                    *place > Match::No && package.name().is_some_and(|name| matches(pattern, name))
                };
                packages.iter().zip(&found).map(of).collect()
            };
            let mut by_name = named(pattern);
            // A name without a scope stands for the one package of any scope that has it.
            if !by_name.contains(&true) && !pattern.starts_with('@') && !pattern.contains('/') {
                let scoped = named(&format!("@*/{pattern}"));
                if scoped.iter().filter(|one| **one).count() == 1 {
                    by_name = scoped;
                }
            }
            found.iter_mut().zip(by_name).filter(|(_, named)| !named).for_each(|(found, _)| *found = Match::No);
        }
        let hit = found.iter().any(|one| *one > Match::No);
        for one in &mut found {
            *one = match *one {
                // One that changed is what a change is about; to leave those out is another thing.
                Match::Yes if (self.changed && self.exclude) || self.others_only => Match::Perhaps,
                Match::No if self.extended && hit => Match::Perhaps,
                other => other,
            };
        }
        found
    }
}

/// Whether a selector takes in only what changed since a commit.
pub(super) fn means_changed(text: &str) -> bool {
    let selector = Selector::read(text);
    selector.changed && !selector.exclude
}

/// pnpm's matcher of names: a star is any text.
fn matches(pattern: &str, name: &str) -> bool {
    let (negated, pattern) = pattern.strip_prefix('!').map_or((false, pattern), |rest| (true, rest));
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return negated };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() != negated };
    for part in middle {
        let Some(at) = rest.find(part) else { return negated };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last) != negated
}

fn lies(package: &Package, directory: &str, workdir: &Workdir, directories: Directories) -> Match {
    let Some(path) = workdir.resolve(directory.trim_end_matches('/')) else { return Match::Perhaps };
    let below = package.directory.is_in(&path);
    if directories == Directories::Prefixes {
        return if below { Match::Yes } else { Match::No };
    }
    if directory.contains(['(', '\\']) {
        return Match::Perhaps;
    }
    let glob = |pattern: &str| {
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        glob.is_ok_and(|glob| glob.compile_matcher().is_match(package.directory.as_str()))
    };
    // `x/**` is `x` as well.
    let own = path.as_str().strip_suffix("/**").is_some_and(&glob);
    if package.directory == path || glob(path.as_str()) || own {
        Match::Yes
    } else if below && directories == Directories::Unknown {
        Match::Perhaps
    } else {
        Match::No
    }
}

/// What the filters pick of the packages of a workspace, its root the first of them; a filter that is computed is `None`.
pub(super) fn picked(
    filters: &[Option<String>],
    packages: &[Package],
    workdir: &Workdir,
    directories: Directories,
) -> Vec<Match> {
    let selectors: Vec<Option<Selector<'_>>> = filters.iter().map(|filter| filter.as_deref().map(Selector::read)).collect();
    let only_excluded = selectors.iter().all(|selector| selector.as_ref().is_some_and(|selector| selector.exclude));
    let start = if only_excluded { Match::Yes } else { Match::No };
    let mut included = vec![start; packages.len()];
    let mut excluded = vec![Match::No; packages.len()];
    if only_excluded && let Some(root) = included.first_mut() {
        // Without anything that is asked for by name the root is none of them.
        *root = Match::No;
    }
    for selector in &selectors {
        let Some(selector) = selector else {
            included.iter_mut().for_each(|one| *one = (*one).max(Match::Perhaps));
            continue;
        };
        let list = if selector.exclude { &mut excluded } else { &mut included };
        let picks = selector.picks(packages, workdir, directories);
        list.iter_mut().zip(picks).for_each(|(one, pick)| *one = (*one).max(pick));
    }
    let left = |(included, excluded): (Match, Match)| match excluded {
        Match::Yes => Match::No,
        Match::Perhaps => included.min(Match::Perhaps),
        Match::No => included,
    };
    included.into_iter().zip(excluded).map(left).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_by_stars() {
        for (pattern, name, hit) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("@x/*", "@x/a", true),
            ("*", "@x/a", true),
            ("@*/a", "@x/a", true),
            ("a*c*e", "abcde", true),
            ("a*e*c", "abcde", false),
            ("a*a", "a", false),
            ("!a", "b", true),
            ("!a*", "ab", false),
        ] {
            assert_eq!(matches(pattern, name), hit, "{pattern} {name}");
        }
    }
}
