//! Owns one entry of `updates`: the directories it names, and what makes it cover nothing. Refuses validity: `schema` has
//! checked it.

use globset::{GlobBuilder, GlobMatcher};

use super::super::targets::Target;
use super::super::{BotProblem, Remedy, moments};
use super::excluded::{self, Excluded};
use super::ignored::{ignored_by, names};
use crate::answer::{Reason, Why};
use crate::doc::{Reading as Typed, Value};
use crate::facts::dependencies::Dependency;
use crate::facts::meter::{NAME, PATTERN};
use crate::snapshot::DefaultBranch;
use crate::text::{Place, RepoPath};

/// A directory of an entry, or a pattern of directories.
pub(super) struct Directory<'d> {
    pub(super) text: &'d str,
    pub(super) place: Place,
    /// The directory, when it is no pattern.
    pub(super) exact: Option<RepoPath>,
    glob: Option<GlobMatcher>,
    /// `base/**` and `base/**/*` match `base` itself too.
    base: Option<RepoPath>,
}

/// Whether the service expands a directory; braces alone are a name (`glob?` in updater/lib/dependabot/file_fetcher_command.rb of
/// dependabot-core 0.300).
fn is_pattern(directory: &str) -> bool {
    directory.contains(['*', '?']) || (directory.contains('[') && directory.contains(']'))
}

impl<'d> Directory<'d> {
    fn read(value: Value<'d>) -> Option<Self> {
        let text = value.scalar()?;
        let clean = text.trim_matches('/');
        let pattern = is_pattern(clean);
        let base = clean.strip_suffix("**/*").or_else(|| clean.strip_suffix("**")).map(|base| base.trim_end_matches('/'));
        let base = base.filter(|base| !is_pattern(base)).and_then(RepoPath::new);
        // A pattern past this bound is no directory; compiling it would be the cost.
        let glob =
            (pattern && clean.len() <= 512).then(|| GlobBuilder::new(clean).literal_separator(true).build().ok()).flatten();
        let exact = if pattern { None } else { RepoPath::new(clean) };
        Some(Self { text, place: value.place(), exact, glob: glob.map(|glob| glob.compile_matcher()), base })
    }

    /// Whether a directory of the tree is meant.
    pub(super) fn matches(&self, directory: &RepoPath) -> bool {
        match &self.exact {
            Some(exact) => exact == directory,
            None => {
                (!directory.is_root() && self.glob.as_ref().is_some_and(|glob| glob.is_match(directory.as_str())))
                    || self.base.as_ref().is_some_and(|base| directory.is_in(base))
            }
        }
    }

    /// Whether an entry of `ecosystem` for this directory reads the target's manifests: Python entries read requirement
    /// files one directory below too, an entry for the directory of workflows reads those.
    pub(super) fn names(&self, ecosystem: &str, target: &Target<'_>) -> bool {
        if self.matches(target.directory) {
            return true;
        }
        match ecosystem {
            "pip" | "uv" => target.read_from_above().is_some_and(|above| self.matches(&above)),
            "github-actions" if target.directory.is_root() => {
                let workflows = target.manifests.iter().all(|manifest| manifest.path.parent().as_str() == ".github/workflows");
                workflows && RepoPath::new(".github/workflows").is_some_and(|path| self.matches(&path))
            }
            _ => false,
        }
    }
}

/// How the service tells the dependencies of an ecosystem apart that only development needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kinds {
    /// Not at all: each is the product's.
    One,
    /// By the table that each stands in.
    ByTable,
    /// In a way that is not followed here.
    Unknown,
}

/// One entry.
pub(super) struct Entry<'d> {
    value: Value<'d>,
    pub(super) ecosystem: &'d str,
    pub(super) ecosystem_place: Place,
    pub(super) directories: Vec<Directory<'d>>,
    /// Why it serves nothing, with the line that says so.
    pub(super) covers_nothing: Option<(&'static str, Place)>,
    branch: Option<&'d str>,
    /// A key that counts is given twice, or its group says what is not known to count.
    pub(super) disputed: Option<Why>,
    /// Which directory is meant cannot be said: it is given twice.
    pub(super) any_directory: bool,
    excluded: Vec<Excluded<'d>>,
    /// One of the ecosystems that it may be for: `package-ecosystem` is given twice.
    pub(super) one_reading: bool,
}

impl<'d> Entry<'d> {
    /// Reads an entry that the schema accepts, once for each ecosystem that it may be for.
    pub(super) fn readings(value: Value<'d>, groups: Option<Value<'d>>, default_branch: &DefaultBranch) -> Vec<Self> {
        let named = || value.entries().filter(|entry| entry.name() == Some("package-ecosystem")).map(|entry| entry.value);
        if value.get("package-ecosystem").is_none_or(|ecosystem| ecosystem.disputed().is_none()) {
            return vec![Self::read(value, groups, default_branch)];
        }
        let reading = |ecosystem: Value<'d>| Self {
            ecosystem: ecosystem.scalar().unwrap_or_default(),
            ecosystem_place: ecosystem.place(),
            one_reading: true,
            ..Self::read(value, groups, default_branch)
        };
        // Which of more than these is meant is no question that anybody asks.
        named().take(8).map(reading).collect()
    }

    fn read(value: Value<'d>, groups: Option<Value<'d>>, default_branch: &DefaultBranch) -> Self {
        let group = value.get("multi-ecosystem-group").and_then(Value::scalar).and_then(|name| groups?.get(name));
        let ecosystem = value.get("package-ecosystem");
        let single = value.get("directory").into_iter();
        let several = value.get("directories").into_iter().flat_map(Value::items);
        let keys = [
            "package-ecosystem",
            "directory",
            "directories",
            "open-pull-requests-limit",
            "target-branch",
            "schedule",
            "allow",
            "ignore",
            "exclude-paths",
            "patterns",
            "multi-ecosystem-group",
        ];
        Self {
            value,
            ecosystem: ecosystem.and_then(Value::scalar).unwrap_or_default(),
            ecosystem_place: ecosystem.unwrap_or(value).place(),
            directories: single.chain(several).filter_map(Directory::read).collect(),
            covers_nothing: covers_nothing(value, group, default_branch),
            branch: branch(value, group).and_then(Value::scalar),
            disputed: keys
                .iter()
                .find_map(|key| value.get(key)?.disputed())
                .or_else(|| group.and_then(limited))
                .or_else(|| disputed_limit(value)),
            any_directory: ["directory", "directories"]
                .iter()
                .any(|key| value.get(key).is_some_and(|value| value.disputed().is_some())),
            excluded: value.get("exclude-paths").into_iter().flat_map(Value::items).filter_map(Excluded::read).collect(),
            one_reading: false,
        }
    }

    /// What holding the entry against one target costs, with so many roots that stand for it.
    pub(super) fn cost(&self, target: &Target<'_>, roots: usize) -> usize {
        let globs = self.directories.iter().filter(|directory| directory.exact.is_none()).count();
        let named = NAME * self.directories.len() + PATTERN * globs;
        let depth = 3 + target.directory.as_str().matches('/').count();
        named * (2 + roots) + PATTERN * self.excluded.len() * depth * target.manifests.len()
    }

    /// See [`excluded::whole`].
    pub(super) fn excludes(&self, target: &Target<'_>) -> Option<(Place, Remedy)> {
        excluded::whole(&self.excluded, target)
    }

    /// What narrows the entry without switching it off.
    pub(super) fn notes(&self) -> Vec<BotProblem> {
        let mut notes = Vec::new();
        if let Some((why, place)) = &self.covers_nothing {
            let words = match *why {
                "limit-0" => "with a limit of 0 it opens no pull request",
                "target-branch" => "it serves another branch than the default one",
                "never" => "its schedule names no moment that ever comes",
                _ => "it ignores every update of every dependency",
            };
            notes.push(BotProblem::note(place.clone(), why, words));
        }
        notes.extend(self.limits().map(|(key, place, words)| BotProblem::note(place, key, words)));
        notes
    }

    /// What to say of an entry that serves another branch, which is no mistake: many projects release from there.
    pub(super) fn elsewhere(&self) -> Option<Remedy> {
        let branch = self.branch.filter(|_| matches!(self.covers_nothing, Some(("target-branch", _))))?;
        Some(Remedy {
            words: format!("its entry updates `{branch}`"),
            fix: format!(
                "keep the entry of `{branch}` and add the same without `target-branch`: security updates are raised against the default branch and take nothing from the entry of another one"
            ),
        })
    }

    /// Whether a value of the entry stands at a place.
    pub(super) fn stands_at(&self, place: &Place) -> bool {
        self.value.entries().any(|entry| entry.value.place() == *place)
    }

    /// What the entry leaves out of what it covers.
    pub(super) fn less(&self) -> Vec<(Place, String)> {
        self.limits().map(|(_, place, words)| (place, words.to_owned())).collect()
    }

    /// The line by which it updates only dependencies of some names, or of a kind that is not the product's.
    pub(super) fn some_only(&self) -> Option<Place> {
        let product = |value: Value<'d>| {
            value.items().any(|item| {
                item.get("dependency-name").is_none() && item.get("dependency-type").and_then(Value::scalar) == Some("production")
            })
        };
        let limit = self.limits().find(|(key, ..)| matches!(*key, "allow" | "patterns"))?;
        (!self.value.get(limit.0).is_some_and(product)).then_some(limit.1)
    }

    /// The line of `allow` whose items are all for nothing that the target's manifests declare, by name or by kind. A lock file holds
    /// more names than they do (`locked` says whether one has such a name), but nothing of a kind (the service's
    /// `TOP_LEVEL_DEPENDENCY_TYPES`); where nothing is known to be declared, nothing is known to be missing.
    pub(super) fn allows_none(&self, declared: &[Dependency], kinds: Kinds, locked: &dyn Fn(&str) -> bool) -> Option<Place> {
        let allow = self.value.get("allow").filter(|allow| !allow.is_empty())?;
        let plain = |text: &str| text.to_ascii_lowercase().replace(['_', '.'], "-");
        let none = |item: Value<'d>| {
            let runtime = match item.get("dependency-type").and_then(Value::scalar) {
                Some("development") => Some(false),
                Some("production") => Some(true),
                _ => None,
            };
            if kinds == Kinds::One && runtime == Some(false) {
                return true;
            }
            let name = item.get("dependency-name").and_then(Value::scalar).map(plain);
            if declared.is_empty() || name.as_ref().is_some_and(|name| name.len() > 512) {
                return false;
            }
            let named = |one: &Dependency| name.as_ref().is_none_or(|name| names(name, &plain(&one.name)));
            match runtime.filter(|_| kinds == Kinds::ByTable) {
                Some(runtime) => !declared.iter().any(|one| named(one) && one.runtime == runtime),
                None => name.as_ref().is_some_and(|name| !declared.iter().any(named) && !locked(name)),
            }
        };
        allow.items().all(none).then(|| allow.place())
    }

    /// How many items `allow` has.
    pub(super) fn allowed(&self) -> usize {
        self.value.get("allow").map_or(0, |allow| allow.items().count())
    }

    /// Whether `allow` takes in each of these, by name or by kind: then it leaves out nothing that is updated without it.
    pub(super) fn allows_each(&self, declared: &[Dependency], kinds: Kinds) -> bool {
        let plain = |text: &str| text.to_ascii_lowercase().replace(['_', '.'], "-");
        let items = self.value.get("allow").into_iter().flat_map(Value::items);
        let whole: Vec<(Option<String>, Option<&str>)> = items
            .filter(|item| item.get("update-types").is_none())
            .map(|item| {
                let said = |key: &str| item.get(key).and_then(Value::scalar);
                (said("dependency-name").filter(|name| name.len() <= 512).map(plain), said("dependency-type"))
            })
            .collect();
        let takes = |(name, kind): &(Option<String>, Option<&str>), one: &Dependency| {
            let of_kind = match kind {
                None | Some("direct" | "all") => true,
                Some("production") => kinds == Kinds::One || kinds == Kinds::ByTable && one.runtime,
                Some("development") => kinds == Kinds::ByTable && !one.runtime,
                Some(_) => false,
            };
            of_kind && name.as_ref().is_none_or(|name| names(name, &plain(&one.name))) && (name.is_some() || kind.is_some())
        };
        !declared.is_empty() && declared.iter().all(|one| whole.iter().any(|item| takes(item, one)))
    }

    /// The last line of `ignore` whose items, together, have all names that the manifests declare, in all versions.
    pub(super) fn ignores_each(&self, declared: &[String]) -> Option<Place> {
        let items: Vec<Value<'d>> = self.value.get("ignore").into_iter().flat_map(Value::items).collect();
        let plain = |text: &str| text.to_ascii_lowercase().replace(['_', '.'], "-");
        let mut last: Option<usize> = None;
        for name in declared {
            let named = |pattern: &str| names(&plain(pattern), &plain(name));
            last = last.max(Some(ignored_by(&items, named)?));
        }
        items.get(last?).map(|item| item.place())
    }

    /// Whether a list says what is updated, or which single names are not.
    pub(super) fn asks_for_names(&self) -> bool {
        ["allow", "ignore"].iter().any(|key| self.value.get(key).is_some_and(|list| !list.is_empty()))
    }

    /// Whether dependencies are updated that no manifest declares.
    pub(super) fn has_allow(&self) -> bool {
        self.value.get("allow").is_some_and(|allow| !allow.is_empty())
    }

    fn limits(&self) -> impl Iterator<Item = (&'static str, Place, &'static str)> {
        let everything = |value: Value<'d>| value.items().any(|item| item.scalar() == Some("*"));
        let limit = move |(key, words): (&'static str, &'static str)| {
            let value = self.value.get(key).filter(|value| !value.is_empty())?;
            // `patterns: ["*"]` and `allow` of all there is leave nothing out.
            let all = |item: Value<'d>| {
                item.get("dependency-name").is_none_or(|name| name.scalar() == Some("*"))
                    && item.get("dependency-type").is_none_or(|kind| matches!(kind.scalar(), Some("all" | "direct")))
                    && item.get("update-types").is_none()
            };
            let none = key == "patterns" && everything(value) || key == "allow" && value.items().any(all);
            (!none).then(|| (key, value.place(), words))
        };
        let known = [
            ("allow", "only what `allow` names is updated"),
            ("exclude-paths", "manifests under these paths are left alone"),
            ("patterns", "only what `patterns` names is updated"),
        ];
        known.into_iter().filter_map(limit)
    }
}

/// `0b0` is 0 to one YAML version and a text to the other.
fn disputed_limit(value: Value<'_>) -> Option<Why> {
    match value.get("open-pull-requests-limit")?.as_int() {
        Typed::Disputed(why) => Some(why),
        Typed::Is(_) | Typed::Absent => None,
    }
}

/// A limit of 0 in a group over ecosystems: whether it holds for the entries is not documented.
fn limited(group: Value<'_>) -> Option<Why> {
    let limit = group.get("open-pull-requests-limit").filter(|limit| limit.as_int() == Typed::Is(0))?;
    let words = "whether the limit of 0 of its group holds for the entry is not documented";
    Some(Why::new(Reason::Unsupported, words).at(limit.place()))
}

/// The branch of a group over ecosystems is that of its entries.
fn branch<'d>(value: Value<'d>, group: Option<Value<'d>>) -> Option<Value<'d>> {
    value.get("target-branch").or_else(|| group?.get("target-branch"))
}

fn covers_nothing(value: Value<'_>, group: Option<Value<'_>>, default_branch: &DefaultBranch) -> Option<(&'static str, Place)> {
    let own = |name: &str| default_branch.names().iter().any(|known| known == name);
    let elsewhere = branch(value, group).filter(|branch| branch.scalar().is_some_and(|name| !own(name)));
    // What is switched off updates the other branch no more than the default one.
    switched_off(value).or_else(|| Some(("target-branch", elsewhere?.place())))
}

fn switched_off(value: Value<'_>) -> Option<(&'static str, Place)> {
    if let Some(limit) = value.get("open-pull-requests-limit").filter(|limit| limit.as_int() == Typed::Is(0)) {
        return Some(("limit-0", limit.place()));
    }
    let cron = value.get("schedule").filter(|schedule| schedule.get("interval").and_then(Value::scalar) == Some("cron"));
    let never = |cron: &Value<'_>| cron.scalar().is_some_and(|text| moments::cron_never(text, moments::Days::Either));
    if let Some(cron) = cron.and_then(|schedule| schedule.get("cronjob")).filter(never) {
        return Some(("never", cron.place()));
    }
    let items: Vec<Value<'_>> = value.get("ignore")?.items().collect();
    let all = |pattern: &str| !pattern.is_empty() && pattern.bytes().all(|b| b == b'*');
    Some(("ignored", items.get(ignored_by(&items, all)?)?.place()))
}
