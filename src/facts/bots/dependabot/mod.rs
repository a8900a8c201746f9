//! Owns `.github/dependabot.yml`: validity as the service sees it, and what each entry updates. Refuses security updates,
//! which are a setting of the forge.

mod central;
mod entry;
mod excluded;
mod ignored;
mod nested;
pub(super) mod reach;
mod registries;
mod schema;
mod yaml;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use self::entry::{Entry, Kinds};
use self::reach::Reach;
use super::targets::{Miss, Reading, Scene, Target, everything, is_requirement_file, unreadable};
use super::{BotFact, BotProblem, Coverage, Remedy};
use crate::answer::{Reason, Why};
use crate::catalog::Bot;
use crate::doc::{Document, Format, ProblemKind, Value};
use crate::facts::components::ManifestFact;
use crate::facts::components::manifests::Rows;
use crate::facts::dependencies::{self, Dependency};
use crate::facts::meter::{PATTERN, READ_BYTE};
use crate::text::{Place, RepoPath};

/// Reads the file; a second one is not read by the service either.
pub(super) fn read(scene: &Scene<'_>, bot: &Bot) -> Option<Reading> {
    let mut places = scene.configured(&bot.config).into_iter();
    let (path, _) = places.next()?;
    let mut fact = BotFact::new(bot, path.clone());
    if let Some((other, _)) = places.next() {
        let words = format!("{path} is there too: only one of the two is read");
        fact.problems.push(BotProblem::note(Place::file(other), "second-file", words).fix("keep one of them"));
    }
    let document = match scene.world.snapshot.document(&path, Format::Yaml) {
        Ok(document) => document,
        Err(unread) => return Some(unreadable(scene, bot, fact, &unread)),
    };
    fact.problems.extend(schema::check(&document, bot));
    if fact.problems.iter().any(|problem| problem.fatal) {
        return Some(Reading::halted(fact.inactive("invalid")));
    }
    Some(entries(scene, bot, &document, fact))
}

fn entries(scene: &Scene<'_>, bot: &Bot, document: &Document, fact: BotFact) -> Reading {
    let updates = document.root().get("updates");
    if let Some(why) = two_readings(document) {
        return disputed(scene, bot, fact, &why);
    }
    let items: Vec<Value<'_>> = updates.into_iter().flat_map(Value::items).collect();
    if items.is_empty() {
        let mut fact = fact.inactive("no-updates");
        let place = updates.map_or_else(|| Place::file(fact.path.clone()), Value::place);
        fact.problems.push(BotProblem::note(place, "no-updates", "`updates` is empty"));
        return Reading::halted(fact);
    }
    let groups = document.root().get("multi-ecosystem-groups");
    let entries: Vec<Entry<'_>> =
        items.into_iter().flat_map(|item| Entry::readings(item, groups, scene.default_branch)).collect();
    let reach = Reach::new(scene);
    let mut reading = Reading::from(fact.clone());
    let fits = entries.iter().all(|entry| {
        apply(scene, bot, entry, &reach, &mut reading)
            .is_some_and(|unmatched| nowhere(scene, entry, unmatched, &mut reading.fact).is_some())
    });
    if fits { reading } else { too_large(scene, bot, fact) }
}

/// More was to be compared than is: all of it stays open.
fn too_large(scene: &Scene<'_>, bot: &Bot, fact: BotFact) -> Reading {
    let mut fact = fact.inactive("unreadable");
    let place = Place::file(fact.path.clone());
    let words = "it names more directories than are looked at in a tree of this size";
    fact.may_cover = everything(scene, bot, &Why::new(Reason::Unsupported, words).at(place.clone()));
    fact.problems.push(BotProblem::fatal(place, "too-large", words).fix("name fewer directories"));
    fact.into()
}

/// Why the whole file can be taken in two ways: a key of the file itself is given twice, or a second document follows.
fn two_readings(document: &Document) -> Option<Why> {
    let twice = ["version", "updates"].iter().find_map(|key| document.root().get(key)?.disputed());
    let more = document.problems().iter().find(|problem| problem.kind == ProblemKind::SecondDocument);
    twice.or_else(|| more.map(|more| Why::new(Reason::Unreadable, more.message.clone()).at(more.place.clone())))
}

/// The service may take either of two readings: whatever it knows may be covered.
fn disputed(scene: &Scene<'_>, bot: &Bot, mut fact: BotFact, why: &Why) -> Reading {
    fact.may_cover = everything(scene, bot, why);
    fact.inactive("no-updates").into()
}

/// What one entry covers and misses, and its directories that match nothing; `None` when that is too much work.
fn apply<'e>(
    scene: &Scene<'_>,
    bot: &Bot,
    entry: &'e Entry<'_>,
    reach: &Reach,
    reading: &mut Reading,
) -> Option<Vec<&'e entry::Directory<'e>>> {
    let problems = &mut reading.fact.problems;
    // Of an entry that is read once for each of two ecosystems they are said once.
    let notes: Vec<BotProblem> =
        entry.notes().into_iter().filter(|note| !entry.one_reading || !problems.contains(note)).collect();
    problems.extend(notes);
    // A value of the entry that the service may refuse.
    let contested = problems.iter().filter(|problem| problem.code == "contested-value" && entry.stands_at(&problem.place));
    let less: Vec<(Place, String)> =
        entry.less().into_iter().chain(contested.map(|problem| (problem.place.clone(), problem.message.clone()))).collect();
    let mut matched = vec![false; entry.directories.len()];
    for target in &scene.targets {
        let Some(others_name) = reaches(bot, entry.ecosystem, target) else { continue };
        let roots = reach.roots(target.ecosystem, target.directory);
        if !scene.affords(1, entry.cost(target, roots.len())) {
            return None;
        }
        let named = |directory: &entry::Directory<'_>| {
            directory.names(entry.ecosystem, target) || roots.iter().any(|root| directory.matches(root))
        };
        let at = entry.directories.iter().position(named);
        if let Some(at) = at {
            matched[at] = true;
        } else if !entry.any_directory {
            continue;
        }
        if let Some((why, place)) = &entry.covers_nothing {
            reading.misses.push(Miss { remedy: entry.elsewhere(), ..Miss::new(target, why, place.clone()) });
        } else if let Some((place, remedy)) = entry.excludes(target) {
            reading.misses.push(Miss { remedy: Some(remedy), ..Miss::new(target, "ignored", place) });
        } else if let Some((place, remedy)) = leaves_none(scene, bot, entry, target) {
            reading.misses.push(Miss { remedy: Some(remedy), ..Miss::new(target, "ignored", place) });
        } else if let Some(why) = &entry.disputed {
            reading.fact.may_cover.push((target.ecosystem.to_owned(), target.directory.clone(), why.clone()));
        } else {
            let known = |(ecosystem, directory, _): &(String, RepoPath, Place)| {
                *ecosystem == target.ecosystem && directory == target.directory
            };
            let whole = reading.fact.covers.contains(&target.key()) && !reading.fact.some_only.iter().any(known);
            match entry.some_only() {
                Some(place) if !whole => {
                    let (ecosystem, directory) = target.key();
                    if names_all(scene, bot, entry, target) {
                        reading.fact.all_declared.push((ecosystem.clone(), directory.clone()));
                    }
                    reading.fact.some_only.push((ecosystem, directory, place));
                }
                Some(_) => {}
                None => reading.fact.some_only.retain(|one| !known(one)),
            }
            reading.fact.covers.push(target.key());
            let (ecosystem, place) = (target.ecosystem.to_owned(), entry.ecosystem_place.clone());
            let row = Coverage { ecosystem, place, less: less.clone() };
            // Targets are sorted by ecosystem: one row for each.
            if reading.fact.entries.last() != Some(&row) {
                reading.fact.entries.push(row);
            }
            if others_name {
                let words = format!(
                    "the `{}` entry also stands for `{}` here; name `{}`",
                    entry.ecosystem, target.ecosystem, target.ecosystem
                );
                reading.fact.problems.push(BotProblem::note(entry.ecosystem_place.clone(), "other-ecosystem", words));
            }
        }
    }
    Some(entry.directories.iter().zip(matched).filter(|(_, matched)| !matched).map(|(directory, _)| directory).collect())
}

/// How the service tells dependencies of the entry's ecosystem apart.
fn kinds_of(bot: &Bot, entry: &Entry<'_>) -> Kinds {
    let has = |list: &[String]| list.iter().any(|name| name == entry.ecosystem);
    match () {
        () if has(&bot.one_kind) => Kinds::One,
        () if has(&bot.kinds_by_table) => Kinds::ByTable,
        () => Kinds::Unknown,
    }
}

/// Whether `allow` takes in all that the target's manifests declare, where each of them declares what it needs by itself.
fn names_all(scene: &Scene<'_>, bot: &Bot, entry: &Entry<'_>, target: &Target<'_>) -> bool {
    let read = |manifest: &ManifestFact| dependencies::declared_whole(scene.world.snapshot, &manifest.path);
    let each: Option<Vec<Vec<Dependency>>> = target.manifests.iter().copied().map(read).collect();
    let Some(each) = each else { return false };
    let members = target.manifests.iter().any(|manifest| manifest.member_of.is_some());
    let known = !members && each.iter().all(|list| !list.is_empty());
    let all: Vec<Dependency> = each.into_iter().flatten().collect();
    known && scene.affords(all.len(), PATTERN * entry.allowed()) && entry.allows_each(&all, kinds_of(bot, entry))
}

/// See [`Entry::allows_none`] and [`Entry::ignores_each`]: asked of manifests that declare what they need by themselves. What
/// `allow` names may stand in a lock file only.
fn leaves_none(scene: &Scene<'_>, bot: &Bot, entry: &Entry<'_>, target: &Target<'_>) -> Option<(Place, Remedy)> {
    if !entry.asks_for_names() {
        return None;
    }
    let allowed = |place: Place| {
        let words = "`allow` takes in none of what is listed here".to_owned();
        let fix = "name what is to be updated in the entry's `allow`, or take `allow` out".to_owned();
        (place, Remedy { words, fix })
    };
    let kinds = kinds_of(bot, entry);
    if let (Kinds::One, Some(place)) = (kinds, entry.allows_none(&[], kinds, &|_| true)) {
        return Some(allowed(place));
    }
    let snapshot = scene.world.snapshot;
    let locks = OnceCell::new();
    let locked = |name: &str| locks.get_or_init(|| locked_names(scene, target)).iter().any(|lock| lock.may_have(name));
    let roots = target.manifests.iter().any(|manifest| manifest.member_of.is_some());
    let read = |manifest: &&ManifestFact| dependencies::declared(snapshot, &manifest.path);
    let each: Vec<Vec<Dependency>> = target.manifests.iter().copied().map(|manifest| read(&manifest)).collect();
    if roots || each.iter().any(Vec::is_empty) {
        return None;
    }
    let all: Vec<Dependency> = each.into_iter().flatten().collect();
    if entry.has_allow() {
        return entry.allows_none(&all, kinds, &locked).map(allowed);
    }
    let names: Vec<String> = all.into_iter().map(|one| one.name).collect();
    let words = "`ignore` names all that is listed here".to_owned();
    let fix = "let the entry ignore single dependencies or versions, not all of them".to_owned();
    entry.ignores_each(&names).map(|place| (place, Remedy { words, fix }))
}

/// The text of a lock file, names spelled alike; `None`: it is not read.
struct Lock(Option<String>);

impl Lock {
    /// Whether a name that a pattern stands for may be in it.
    fn may_have(&self, pattern: &str) -> bool {
        let known = pattern.split('*').max_by_key(|part| part.len()).unwrap_or_default();
        self.0.as_ref().is_none_or(|text| text.contains(known))
    }
}

fn locked_names(scene: &Scene<'_>, target: &Target<'_>) -> Vec<Lock> {
    let snapshot = scene.world.snapshot;
    let names: BTreeSet<&String> = scene.world.catalog.languages.manifest.iter().flat_map(|row| &row.locks).collect();
    let paths = names.into_iter().filter_map(|lock| target.directory.join(lock)).filter(|lock| snapshot.is_file(lock));
    let text = |path: RepoPath| {
        let file = snapshot.peek(&path).ok()?;
        let afforded = scene.affords(1, READ_BYTE * file.text.len());
        afforded.then(|| file.text.to_ascii_lowercase().replace(['_', '.'], "-"))
    };
    paths.map(|path| Lock(text(path))).collect()
}

/// Says that a directory of an entry has no manifest in the whole tree; `None` when looking is too much work. Another branch has a
/// tree of its own, and an entry that is switched off does what it is meant to do.
fn nowhere(scene: &Scene<'_>, entry: &Entry<'_>, unmatched: Vec<&entry::Directory<'_>>, fact: &mut BotFact) -> Option<()> {
    let off = match entry.covers_nothing {
        _ if entry.one_reading => return Some(()),
        Some(("target-branch", _)) => return Some(()),
        Some((why, _)) => why != "never",
        None => false,
    };
    let mut missing = Vec::new();
    for directory in unmatched {
        missing.extend(misses_everything(scene, entry.ecosystem, directory)?.map(|message| (directory.place.clone(), message)));
    }
    let (code, fix) = match missing.len() < entry.directories.len() {
        true => ("stale-directory", "take the directory out of the entry, or name the one that holds the manifest"),
        false => ("missing-directory", "name the directory that holds the manifest, or drop the entry"),
    };
    let make = if off { BotProblem::note } else { BotProblem::fatal };
    fact.problems.extend(missing.into_iter().map(|(place, message)| make(place, code, message).fix(fix)));
    Some(())
}

/// Whether entries of an ecosystem reach a target's: its own name, or one that reaches further (`Some(true)`).
fn reaches(bot: &Bot, ecosystem: &str, target: &Target<'_>) -> Option<bool> {
    if ecosystem == target.ecosystem {
        return Some(false);
    }
    // Both Python ecosystems read these with the same code; `uv` does without its lock file.
    let shared = |path: &RepoPath| is_requirement_file(path.file_name()) || path.file_name() == "pyproject.toml";
    if ecosystem == "uv" && target.ecosystem == "pip" && target.manifests.iter().all(|manifest| shared(&manifest.path)) {
        return Some(false);
    }
    bot.manager.iter().any(|row| row.name == ecosystem && row.ecosystem == target.ecosystem).then_some(true)
}

/// Why a directory of an entry matches nothing, when nothing in the whole tree is there for it: manifests that are out of
/// sight, or members of a workspace, are still found by the service. `None` when looking is too much work.
fn misses_everything(scene: &Scene<'_>, ecosystem: &str, directory: &entry::Directory<'_>) -> Option<Option<String>> {
    let snapshot = scene.world.snapshot;
    let text = directory.text;
    let rows = Rows::new(&scene.world.catalog.languages);
    let Some(path) = &directory.exact else {
        if !scene.affords(snapshot.entries().len(), PATTERN) {
            return None;
        }
        let any = snapshot
            .entries()
            .iter()
            .filter(|entry| entry.is_file())
            .any(|entry| directory.matches(&entry.path.parent()) && is_manifest_of(scene, &rows, ecosystem, &entry.path));
        let words = || format!("`{text}` matches no directory with a manifest of `{ecosystem}`");
        return Some((!any && knows(scene, ecosystem)).then(words));
    };
    if !snapshot.is_dir(path) {
        return Some(Some(format!("there is no directory `{text}`")));
    }
    let beside = |dir: &RepoPath| {
        let mut files = snapshot.children(dir).filter(|(_, is_dir)| !is_dir);
        found_in(scene, &mut files, |(name, _)| dir.join(name).is_some_and(|path| is_manifest_of(scene, &rows, ecosystem, &path)))
    };
    let below = || {
        let listed =
            |dir: &RepoPath| found_in(scene, &mut snapshot.children(dir), |(name, is_dir)| !is_dir && is_requirement_file(name));
        for (name, _) in snapshot.children(path).filter(|(_, is_dir)| *is_dir) {
            if path.join(name).map_or(Some(false), |dir| listed(&dir))? {
                return Some(true);
            }
        }
        Some(false)
    };
    let mut found = beside(path)?;
    if !found && matches!(ecosystem, "pip" | "uv") {
        found = below()?;
    }
    if !found && ecosystem == "github-actions" && path.is_root() {
        found = RepoPath::new(".github/workflows").map_or(Some(false), |dir| beside(&dir))?;
    }
    found |= ecosystem == "devcontainers" && path.join(".devcontainer").is_some_and(|dir| snapshot.is_dir(&dir));
    Some((!found && knows(scene, ecosystem)).then(|| format!("`{text}` holds no manifest of `{ecosystem}`")))
}

/// Whether one of the names is what is looked for; `None` when the work is too much.
fn found_in<T>(scene: &Scene<'_>, names: &mut dyn Iterator<Item = T>, wanted: impl Fn(T) -> bool) -> Option<bool> {
    for name in names {
        if !scene.affords(1, PATTERN) {
            return None;
        }
        if wanted(name) {
            return Some(true);
        }
    }
    Some(false)
}

/// The rows of the bot's own names for manifests that are listed nowhere else.
fn own<'s>(scene: &'s Scene<'_>, ecosystem: &'s str) -> impl Iterator<Item = &'s String> {
    let bots = scene.world.catalog.bots.iter().filter(|bot| bot.id == "dependabot").flat_map(|bot| &bot.manager);
    bots.filter(move |row| row.name == ecosystem && row.ecosystem == ecosystem).flat_map(|row| &row.files)
}

/// Whether manifests of the ecosystem can be told by name at all.
fn knows(scene: &Scene<'_>, ecosystem: &str) -> bool {
    own(scene, ecosystem).next().is_some()
        || scene
            .world
            .catalog
            .languages
            .manifest
            .iter()
            .any(|row| row.ecosystem == ecosystem || row.beside.values().any(|other| other == ecosystem))
}

/// Whether the service takes a file for one of the ecosystem; wider than the manifests that facts list, so that no entry is
/// called wrong that works.
fn is_manifest_of(scene: &Scene<'_>, rows: &Rows<'_>, ecosystem: &str, path: &RepoPath) -> bool {
    let name = path.file_name();
    let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    match ecosystem {
        "pip" | "uv" if is_requirement_file(name) => return true,
        "docker" if yaml => return !name.starts_with('.') && yaml::may_name_images(scene, path),
        "docker-compose" | "helm" if yaml => return true,
        "github-actions" if yaml => return yaml::may_use_actions(scene, path),
        "gradle" if name.starts_with("settings.gradle") => return true,
        "gomod" if name == "go.work" => return true,
        "terraform" | "opentofu" if [".hcl", ".tofu"].iter().any(|end| name.ends_with(end)) => return true,
        "nuget" if name.ends_with("proj") || name.ends_with(".sln") || name.ends_with(".slnx") => return true,
        _ => {}
    }
    if own(scene, ecosystem).any(|end| name.to_ascii_lowercase().ends_with(end.as_str())) {
        return true;
    }
    rows.of(path).is_some_and(|row| row.ecosystem == ecosystem || row.beside.values().any(|other| other == ecosystem))
}
