//! Owns which linters golangci-lint runs, by its configuration of either version and its flags. Refuses the linters' own
//! settings, but for which rules of gosec are left. (Facts: base_loader.go, lintersdb/manager.go and processors of 2.13 and 1.64.)

mod exclusions;
mod linters;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::exclusions::Exclusions;
use self::linters::Linters;
use self::tree::{Tree, wrong};
use super::places::Chosen;
use super::wish::{Wanted, Wish};
use super::{Deciding, Misread, Query, Reader, Settings, arguments, places};
use crate::answer::{Answer, Why};
use crate::doc::{Document, Format};
use crate::facts::releases;
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Golangci;

const NOTHING: &str = "selects-nothing";
const EXCLUDED: &str = "excludes-everything";

impl Reader for Golangci {
    fn id(&self) -> &'static str {
        "golangci"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        judge(query).unwrap_or_else(|why| Settings::undecided(query.names, &[NOTHING, EXCLUDED], &why))
    }
}

fn judge(query: &Query<'_>) -> Result<Settings, Why> {
    let document = located(query)?.map(|path| read(query, &path)).transpose()?;
    let tree = document.as_deref().map(|document| Tree::of(document.root())).transpose()?.unwrap_or_default();
    let linters = Linters::read(&tree, query)?;
    let exclusions = Exclusions::read(&tree, query, document.as_deref().map(|document| document.file().path.parent()))?;
    let everything = exclusions.everything();
    let mut settings = Settings::default();
    settings.config.extend(document.as_ref().map(|document| Place::file(document.file().path.clone())));
    settings.misread = settings.config.first().map(|place| misread(&tree, place)).transpose()?;
    let here = settings.config.first().or(query.args.first().map(|word| &word.place)).cloned();
    let here = here.unwrap_or_else(|| Place::file(RepoPath::root()));
    let few = exclusions::few_rules(&tree)?;
    let mut taken = None;
    for name in query.names {
        let answer = match linters.in_force(name) {
            Some(place) if everything.is_none() => match exclusions.of(name) {
                Answer::Yes(place) => {
                    let change = format!("take `{name}` out of the `linters` of this exclusion");
                    taken = Some(Deciding::TakesOut { place, how: "excluded for every file", change });
                    Answer::No
                }
                Answer::Unknown(why) => Answer::Unknown(why),
                Answer::No if name == "gosec" && few.is_some() => {
                    taken.clone_from(&few);
                    Answer::No
                }
                Answer::No => Answer::Yes(place.unwrap_or(&here).clone()),
            },
            _ => Answer::No,
        };
        settings.selects.insert(name.clone(), answer);
    }
    settings.deciding = taken.or_else(|| query.names.iter().find_map(|name| linters.deciding(name)));
    settings.to_select = query.names.first().map(|name| to_select(query, document.as_deref(), name));
    let empty = linters.is_empty().then(|| linters.place().cloned().unwrap_or(here));
    settings.answer(EXCLUDED, everything.filter(|_| empty.is_none()).map_or(Answer::No, Answer::Yes));
    settings.answer(NOTHING, empty.map_or(Answer::No, Answer::Yes));
    Ok(settings)
}

/// What enables a linter: in the file that is read, else in one for the release that runs.
fn to_select(query: &Query<'_>, document: Option<&Document>, name: &str) -> String {
    let aim = format!("enable {name}");
    let of_first = || {
        let runs = query.run.and_then(|run| releases::of(query.tool, run, query));
        runs.is_some_and(|(_, last)| last < (2, 0, 0))
    };
    let head = if document.is_some() || of_first() { "" } else { "version: \"2\"\n" };
    let wish = Wish { aim: &aim, keys: &["linters", "enable"], wanted: Wanted::Item(name), head };
    match document {
        Some(document) => wish.in_file(document),
        None => {
            let path = query.directory.join(".golangci.yml").unwrap_or_default();
            wish.in_new_file(&path, Format::Yaml)
        }
    }
}

/// Which releases end at the file (pkg/config/loader.go `checkConfigurationVersion`, pkg/commands/run.go of 2.0.0 and of 1.64.8, which is
/// the last of version 1 and the first that looks for `version`).
fn misread(tree: &Tree<'_>, file: &Place) -> Result<Misread, Why> {
    let version = tree.text("version")?;
    let place = version.as_ref().map_or_else(|| file.clone(), |version| version.place.clone());
    let (ends, otherwise, said) = match version.as_ref().map(|version| version.text.as_str()) {
        Some("2") => {
            (releases::from((1, 64, 8), Some(1)), vec![((0, 0, 0), (1, 64, 7))], "1 ends with an error at a file for version 2")
        }
        None | Some("") => (releases::from((2, 0, 0), None), Vec::new(), "2 ends with an error at a file for version 1"),
        Some(_) => (releases::from((1, 64, 8), None), Vec::new(), "from 1.64.8 on ends with an error at this `version`"),
    };
    let why = format!("golangci-lint {said}");
    let mend = Some(mend(tree, file, version.as_ref().map(|version| version.text.as_str())));
    Ok(Misread { ends: vec![ends], otherwise, sure: true, unless_known: false, place, why, mend, always: true })
}

/// What makes a file of one version one of the other. Which linters are enabled and disabled is said alike in both, all else is not
/// (pkg/commands/internal/migrate).
fn mend(tree: &Tree<'_>, file: &Place, version: Option<&str>) -> String {
    let alike = |tree: &Tree<'_>| {
        let known = ["enable", "disable"];
        tree.names().all(|name| name == "linters")
            && tree.table("linters").is_ok_and(|own| own.names().all(|name| known.contains(&name)))
    };
    // Above the first key: a mark of a document may stand before it.
    let line = tree.place().map_or(1, |place| place.line);
    match version {
        Some("2") => "ask for release 2 of golangci-lint".to_owned(),
        Some(text) if !text.is_empty() => "set `version: \"2\"`, and ask for release 2 of golangci-lint".to_owned(),
        None if alike(tree) => match file.path.file_name().rsplit_once('.').map(|(_, ending)| ending) {
            Some("json") => "write `\"version\": \"2\",` as its first member".to_owned(),
            Some("toml") => format!("write `version = \"2\"` as line {line} of {}", file.path),
            _ => format!("write `version: \"2\"` as line {line} of {}", file.path),
        },
        _ => "run `golangci-lint migrate` and commit what it writes: this is a file for version 1".to_owned(),
    }
}

/// The file named by a flag; else the nearest of the working directory, of the first target's directory and of those above.
fn located(query: &Query<'_>) -> Result<Option<RepoPath>, Why> {
    let snapshot = query.world.snapshot;
    match places::chosen(query, &BTreeMap::new())? {
        Chosen::File(path) => return Ok(Some(path)),
        Chosen::Nothing => return Ok(None),
        Chosen::ByItself => {}
    }
    let target = arguments::first_positional(query.args, &query.tool.value_flags);
    let target = target.map_or(Some(query.directory.clone()), |target| query.directory.join(target.trim_end_matches("...")));
    let target = target.map(|path| if snapshot.is_dir(&path) { path } else { path.parent() });
    let above = target.iter().flat_map(RepoPath::ancestors);
    Ok(nearest(std::iter::once(query.directory.clone()).chain(above), snapshot))
}

/// The first file of its own in directories.
fn nearest(mut places: impl Iterator<Item = RepoPath>, snapshot: &Snapshot) -> Option<RepoPath> {
    places.find_map(|directory| {
        let names = [".golangci.json", ".golangci.toml", ".golangci.yaml", ".golangci.yml"];
        names.iter().filter_map(|name| directory.join(name)).find(|path| snapshot.is_file(path))
    })
}

/// Whether the file that it reads in a directory is one for version 1, at which later releases end.
#[must_use]
pub fn reads_first(directory: &RepoPath, snapshot: &Snapshot) -> bool {
    let path = nearest(directory.ancestors(), snapshot);
    let document = path.and_then(|path| snapshot.peek_document(&path, format_of(&path)?).ok());
    document.is_some_and(|document| document.root().get("version").is_none())
}

fn format_of(path: &RepoPath) -> Option<Format> {
    match path.file_name().rsplit_once('.').map_or("", |(_, extension)| extension) {
        "json" => Some(Format::Json),
        "toml" => Some(Format::Toml),
        "yaml" | "yml" | "" => Some(Format::Yaml),
        _ => None,
    }
}

fn read(query: &Query<'_>, path: &RepoPath) -> Result<Arc<Document>, Why> {
    let unread = || wrong("the configuration is in a format that is not read", Place::file(path.clone()));
    query.document(path, format_of(path).ok_or_else(unread)?)
}
