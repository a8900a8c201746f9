//! Owns what ESLint's configuration leaves in force: which files, flat or legacy, are in effect, and the answers. Refuses to
//! run a configuration: what it computes stays unknown. (Facts: config-loader.js and options.js of 10, cascading
//! configuration of 8.)

#[cfg(test)]
mod change_tests;
mod changes;
mod evaluate;
mod found;
mod guard;
mod located;
mod looked_at;
mod node;
mod object;
mod packages;
#[cfg(test)]
mod plugin_tests;
mod resolve;
mod scope;
mod script;
#[cfg(test)]
mod severity_tests;
#[cfg(test)]
mod tests;
mod vue_cli;
mod workspace;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::evaluate::Walk;
use self::found::Found;
use self::located::{Located, locate, own_flat, own_legacy, unread_since};
use self::looked_at::UNMATCHED;
use self::node::Module;
use self::resolve::Files;
use self::scope::Subjects;
use super::{Deciding, Query, Reader, Settings, arguments, coverage, settled, unreadable};
use crate::answer::{Answer, Reason, Why};
use crate::doc::{Document, Format};
use crate::text::{Place, RepoPath, SourceFile};

/// The reader.
pub(super) struct Eslint;

const NOTHING: &str = "selects-nothing";
const WARNS: &str = "warnings-only";

impl Reader for Eslint {
    fn id(&self) -> &'static str {
        "eslint"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        let by_name = looked_at::by_name(query);
        let mut settings = nested(query, by_name, decided(query, by_name), self);
        vue_cli::answer(&mut settings, query);
        settings
    }

    fn homes(&self, query: &Query<'_>, paths: &mut dyn Iterator<Item = &RepoPath>) -> Vec<RepoPath> {
        if arguments::switch(query.args, &["-c", "--config", "--no-config-lookup", "--no-eslintrc"]).is_some() {
            return Vec::new();
        }
        let mut files = Files::new(query.world.snapshot);
        match locate(query, &mut files) {
            Ok(Located::Legacy(_) | Located::Missing) => {
                super::nearest_homes(query, paths, |directory| own_legacy(query, directory).is_some())
            }
            // Version 9 looks from the working directory, version 10 from each file: what both agree on is known.
            Ok(Located::Flat(path)) => {
                let mut homes = super::nearest_homes(query, paths, |directory| own_flat(query, directory).is_some());
                homes.push(path.parent());
                homes
            }
            _ => Vec::new(),
        }
    }
}

fn decided(query: &Query<'_>, by_name: bool) -> Settings {
    judge(query, by_name).unwrap_or_else(|why| Settings::undecided(query.names, &[NOTHING, WARNS], &why))
}

/// Directories with a configuration of their own that are asked about.
const HOMES: usize = 64;

/// Legacy configurations beside the files decide for them: the answers to what holds for every file are those of all of them.
fn nested(query: &Query<'_>, by_name: bool, mut own: Settings, eslint: &Eslint) -> Settings {
    let below: Vec<RepoPath> =
        coverage::files(query, &["javascript"], &RepoPath::root()).iter().filter_map(|path| RepoPath::new(path)).collect();
    let homes = eslint.homes(query, &mut below.iter());
    let elsewhere = homes.iter().any(|home| home != query.directory && home.is_in(query.directory));
    if !elsewhere || homes.len() > HOMES || locate(query, &mut Files::new(query.world.snapshot)).is_ok_and(|one| one.is_flat()) {
        return own;
    }
    let read = |home: &RepoPath| {
        if home == query.directory { own.clone() } else { decided(&Query { directory: home, ..*query }, by_name) }
    };
    let all: BTreeMap<&RepoPath, Settings> = homes.iter().map(|home| (home, read(home))).collect();
    let said = |question: &str| all.values().filter_map(|one| one.settings.get(question).cloned()).collect::<Vec<_>>();
    let (nothing, unmatched) = (every(said(NOTHING)), every(said(UNMATCHED)));
    // Where nothing is reported, nothing fails either.
    let weak = all.values().filter_map(|one| {
        let nothing = one.settings.get(NOTHING).filter(|answer| answer.is_yes());
        nothing.or(one.settings.get(WARNS)).cloned()
    });
    let weak = every(weak.collect());
    own.misread = own.misread.take().or_else(|| all.values().find_map(|one| one.misread.clone()));
    own.answer(WARNS, if nothing.is_yes() { Answer::No } else { weak });
    own.answer(NOTHING, nothing);
    own.answer(UNMATCHED, unmatched);
    looked_at::nested(&mut own, &all);
    own
}

/// Yes when all say so, at the first place; no when one does.
fn every(answers: Vec<Answer<Place>>) -> Answer<Place> {
    let unknown = answers.iter().find(|answer| matches!(answer, Answer::Unknown(_)));
    match (answers.iter().find(|answer| answer.is_no()), unknown, answers.first()) {
        (Some(one), ..) | (None, Some(one), _) | (None, None, Some(one)) => one.clone(),
        (None, None, None) => Answer::No,
    }
}

fn judge(query: &Query<'_>, by_name: bool) -> Result<Settings, Why> {
    let mut files = Files::new(query.world.snapshot);
    let located = locate(query, &mut files)?;
    let (legacy, paths) = match &located {
        Located::Flat(path) => (false, vec![path.clone()]),
        Located::Legacy(paths) => (true, paths.clone()),
        Located::Off(_) | Located::Missing => (false, Vec::new()),
    };
    let base = paths.last().map_or_else(|| query.directory.clone(), RepoPath::parent);
    let subjects = Subjects::of(query, &base);
    let asked =
        query.names.iter().chain(&query.tool.select).map(|name| name.split(':').next().unwrap_or(name).to_owned()).collect();
    let mut walk = Walk {
        files,
        subjects: &subjects,
        asked,
        legacy,
        found: Found::default(),
        ignored: Vec::new(),
        matched: Vec::new(),
        open: None,
        steps: 0,
    };
    let mut settings = Settings::default();
    for path in &paths {
        let module = module_of(&mut walk.files, query, path)?;
        settings.config.push(Place::file(path.clone()));
        // Only a configuration of the package counts here, not the package's file as a whole.
        walk.file(&module);
        let called = module.exports_call();
        let writes = || Deciding::Writes { place: Place::file(path.clone()), requires: module.common, called };
        settings.deciding = located.is_flat().then(writes);
    }
    command_line(query, &mut walk)?;
    let here = settings.config.last().cloned();
    let counted = counted(query);
    for name in query.names {
        let seen = here.is_some() || !walk.found.rules.is_empty();
        let (answer, warned) = if seen { walk.found.selects(name) } else { (Answer::No, None) };
        let answer = match foreign(query, name) {
            Some(why) if answer.is_yes() => Answer::Unknown(why),
            _ => answer,
        };
        let answer = match (&counted, &answer, &warned) {
            (Some(why), Answer::No, Some(_)) => Answer::Unknown(why.clone()),
            _ => answer,
        };
        settings.selects.insert(name.clone(), answer);
        settings.warned.extend(warned.map(|place| (name.clone(), place)));
    }
    let ignored = ignored(query, &walk, legacy)?;
    settings.misread = here.clone().filter(|_| legacy).map(|place| unread_since(query, place));
    let nothing = match (&ignored, &here, &located) {
        (Some(place), ..) => Answer::Yes(place.clone()),
        (None, Some(here), _) => walk.found.nothing(here),
        (None, None, Located::Off(flag)) => walk.found.nothing(flag),
        (None, None, _) => Answer::No,
    };
    if ignored.is_some() {
        settings.selects.values_mut().for_each(|answer| *answer = Answer::No);
        settings.warned.clear();
        settings.deciding = ignoring(&walk, legacy);
    }
    settings.answer(NOTHING, nothing);
    let warns = walk.found.only_warns();
    settings.answer(WARNS, counted.filter(|_| warns.is_yes()).map_or(warns, Answer::Unknown));
    looked_at::answer(&mut settings, &walk, &base, here.filter(|_| by_name));
    Ok(settings)
}

/// Why a package of this name is another one: the nearest manifest that asks for it takes it from a directory, from elsewhere or
/// under another name.
fn foreign(query: &Query<'_>, name: &str) -> Option<Why> {
    let package = match name.split_once(':') {
        Some((package, _)) => package.to_owned(),
        None if name.contains("eslint-plugin") => name.to_owned(),
        None => packages::spelled_out(packages::rule_parts(name).0, "plugin"),
    };
    let manifests = query.directory.ancestors().filter_map(|directory| directory.join("package.json"));
    let value = manifests.filter(|path| query.world.snapshot.is_file(path)).find_map(|path| {
        let document = query.world.snapshot.document(&path, Format::Json).ok()?;
        let tables = ["dependencies", "devDependencies", "optionalDependencies"];
        let value = tables.iter().find_map(|table| document.root().get(table)?.get(&package))?;
        Some((value.disputed(), value.scalar().unwrap_or_default().to_owned(), value.place()))
    });
    let (disputed, spec, place) = value?;
    if disputed.is_some() {
        return disputed;
    }
    let same = spec.strip_prefix("npm:").is_some_and(|rest| rest == package || rest.starts_with(&format!("{package}@")));
    let other = ["file:", "link:", "portal:", "workspace:", "npm:", "./", "../", "/"].iter().any(|start| spec.starts_with(start));
    let words = || format!("`{package}` is taken from `{spec}`");
    (other && !same).then(|| Why::new(Reason::Unsupported, words()).at(place))
}

/// Warnings fail past a number that is not zero, or not known: how many there are, no file says.
fn counted(query: &Query<'_>) -> Option<Why> {
    let given = arguments::values(query.args, &["--max-warnings"]).pop()?;
    let why = |reason, text: &str| Why::new(reason, text).at(given.place.clone());
    match given.value.map(str::parse::<i64>) {
        None => Some(why(Reason::Dynamic, "the number of warnings that pass is computed")),
        Some(Ok(number)) if number > 0 => Some(why(Reason::Unsupported, "warnings fail only past the number given here")),
        Some(_) => None,
    }
}

/// Where every file is ignored.
fn ignored(query: &Query<'_>, walk: &Walk<'_>, legacy: bool) -> Result<Option<Place>, Why> {
    let texts: Vec<&str> = walk.ignored.iter().map(|one| one.text.as_str()).collect();
    let all = if legacy { walk.subjects.all_git_ignored(&texts) } else { walk.subjects.all_ignored(&texts) };
    if all {
        return Ok(walk.ignored.first().map(|one| one.place.clone()));
    }
    let manifest = query.directory.join("package.json").filter(|path| legacy && query.world.snapshot.is_file(path));
    if let Some(document) = manifest.and_then(|path| query.world.snapshot.document(&path, Format::Json).ok())
        && let Some(list) = settled::said(document.root(), "eslintIgnore")?
        && walk.subjects.all_git_ignored(&list.items().filter_map(|item| item.as_str()).collect::<Vec<_>>())
    {
        return Ok(Some(list.place()));
    }
    let path = query.directory.join(".eslintignore").filter(|path| legacy && query.world.snapshot.is_file(path));
    let Some(path) = path else { return Ok(None) };
    let file = query.world.snapshot.read(&path).map_err(|unread| unreadable(&unread))?;
    Ok(walk.subjects.all_git_ignored(&file.text.lines().collect::<Vec<_>>()).then(|| Place::file(path)))
}

/// The pattern of the configuration that ignores every file by itself.
fn ignoring(walk: &Walk<'_>, legacy: bool) -> Option<Deciding> {
    let takes_all = |text: &str| if legacy { walk.subjects.all_git_ignored(&[text]) } else { walk.subjects.all_ignored(&[text]) };
    let one = walk.ignored.iter().find(|one| takes_all(&one.text))?;
    let change = format!("delete `{}` from the patterns of files to ignore", one.text);
    Some(Deciding::TakesOut { place: one.place.clone(), how: "ignored with every file", change })
}

fn module_of(files: &mut Files<'_>, query: &Query<'_>, path: &RepoPath) -> Result<Arc<Module>, Why> {
    if path.file_name() != "package.json" {
        return files.module(path);
    }
    let document = query.world.snapshot.document(path, Format::Json).map_err(|unread| unreadable(&unread))?;
    let value = document.root().get("eslintConfig").unwrap_or_else(|| document.root());
    Ok(Arc::new(Module::of_document(document.file(), value)))
}

/// `--rule 'no-eval: error'`.
fn command_line(query: &Query<'_>, walk: &mut Walk<'_>) -> Result<(), Why> {
    for given in arguments::values(query.args, &["--rule"]) {
        let wrong = |reason| Why::new(reason, "the value of `--rule` is not seen").at(given.place.clone());
        let text = given.value.ok_or_else(|| wrong(Reason::Dynamic))?.trim();
        let whole = if text.starts_with('{') { format!("{{\"rules\": {text}}}") } else { format!("{{\"rules\": {{{text}}}}}") };
        let file = SourceFile::new(given.place.path.clone(), whole);
        let document = Document::parse(Arc::clone(&file), Format::Yaml, query.world.snapshot.limits())
            .map_err(|_| wrong(Reason::Unreadable))?;
        let mut one = Walk {
            files: Files::new(query.world.snapshot),
            subjects: walk.subjects,
            asked: Vec::new(),
            legacy: true,
            found: Found::default(),
            ignored: Vec::new(),
            matched: Vec::new(),
            open: None,
            steps: 0,
        };
        one.file(&Arc::new(Module::of_document(&file, document.root())));
        for ((namespace, name), (severity, _)) in one.found.rules {
            let rule = if namespace.is_empty() { name } else { format!("{namespace}/{name}") };
            walk.found.set(&rule, severity, given.place.clone(), true);
        }
    }
    Ok(())
}
