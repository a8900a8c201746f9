//! Owns which analyzers Prospector runs: its flags, its settings in an INI section or the environment, its profiles with what they
//! inherit. Refuses what a profile says of an analyzer beyond that it runs. (Facts: config/__init__.py, config/configuration.py and
//! profiles/profile.py of prospector 1.19.1, source/*.py of setoptconf-tmp 0.3.1.)

use regex::RegexSet;

use super::{Query, Reader, Settings, arguments, coverage, settled};
use crate::answer::{Answer, Reason, Why};
use crate::catalog;
use crate::doc::{Format, Kind, Value};
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Prospector;

const ZERO: &str = "exits-zero";
const NOTHING: &str = "selects-nothing";

/// Profiles that are followed, one behind the other.
const PROFILES: usize = 16;

/// Directories and names of the profile that is read where none is named, in order.
const BY_ITSELF: [(&str, &[&str]); 3] = [
    (
        "",
        &[
            ".landscape.yml",
            ".landscape.yaml",
            "landscape.yml",
            "landscape.yaml",
            ".prospector.yaml",
            ".prospector.yml",
            "prospector.yaml",
            "prospector.yml",
        ],
    ),
    ("prospector", &[".prospector.yaml", ".prospector.yml", "prospector.yaml", "prospector.yml"]),
    (".prospector", &[".prospector.yaml", ".prospector.yml", "prospector.yaml", "prospector.yml"]),
];

impl Reader for Prospector {
    fn id(&self) -> &'static str {
        "prospector"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        judge(query).unwrap_or_else(|why| Settings::undecided(query.names, &[ZERO, NOTHING], &why))
    }
}

fn judge(query: &Query<'_>) -> Result<Settings, Why> {
    let listed = |flags: &[&str], name| settings(query, flags, name);
    let tools = listed(&["-t", "--tool"], "tools")?;
    let with = listed(&["-w", "--with-tool"], "with_tools")?.unwrap_or_default();
    let without = listed(&["-W", "--without-tool"], "without_tools")?.unwrap_or_default();
    let mut profile = Profile::default();
    profile.follow(query)?;
    let mut settings = Settings { config: profile.files.clone(), ..Settings::default() };
    for name in query.names {
        let named = |list: &[Said]| list.iter().find(|one| one.text == *name).map(|one| one.place.clone());
        let asked = tools.as_deref().and_then(named).or_else(|| named(&with));
        let by_profile = profile.runs.iter().find(|(tool, ..)| tool == name).filter(|_| tools.is_none());
        let place = asked.or_else(|| by_profile.filter(|(_, runs, _)| *runs).map(|(.., place)| place.clone()));
        let answer = match (place.filter(|_| named(&without).is_none()), profile.tuned.iter().find(|(tool, _)| tool == name)) {
            (Some(_), Some((_, place))) => {
                let why = format!("what the profile says of {name} is not read");
                Answer::Unknown(Why::new(Reason::Unsupported, why).at(place.clone()))
            }
            (Some(place), None) => Answer::Yes(place),
            (None, _) => Answer::No,
        };
        settings.selects.insert(name.clone(), answer);
    }
    let zero = self::settings(query, &[], "zero_exit")?.and_then(|values| values.into_iter().next());
    let on = |one: &Said| !matches!(one.text.to_ascii_uppercase().as_str(), "" | "N" | "NO" | "F" | "FALSE" | "OFF" | "0");
    settings.answer(ZERO, zero.filter(on).map_or(Answer::No, |one| Answer::Yes(one.place)));
    let mut paths = listed(&["-i", "--ignore-paths"], "ignore_paths")?.unwrap_or_default();
    let mut patterns = listed(&["-I", "--ignore-patterns"], "ignore_patterns")?.unwrap_or_default();
    paths.extend(profile.paths);
    patterns.extend(profile.patterns);
    settings.answer(NOTHING, ignored(query, &paths, &patterns).map_or(Answer::No, Answer::Yes));
    Ok(settings)
}

/// Where every file is left out: a path is a name of some part of it, a pattern is found anywhere in it.
fn ignored(query: &Query<'_>, paths: &[Said], patterns: &[Said]) -> Option<Place> {
    let whole = |one: &Said| format!("(^|/){}(/|$)", regex::escape(one.text.trim_end_matches('/')));
    let texts = paths.iter().map(whole).chain(patterns.iter().map(|one| one.text.clone()));
    // One that is no pattern is passed over, as it is there.
    let texts: Vec<String> = texts.filter(|text| text.len() <= 512 && regex::Regex::new(text).is_ok()).take(256).collect();
    let set = RegexSet::new(&texts).ok()?;
    let subjects = coverage::subjects(query, &["python"], &RepoPath::root());
    let all = coverage::all(&subjects, |path| set.is_match(path));
    all.then(|| paths.iter().chain(patterns).next().map(|one| one.place.clone())).flatten()
}

/// A text, and where it is said.
struct Said {
    text: String,
    place: Place,
}

/// A setting: of the flags, else of the variable, else of the first file that has the section.
fn settings(query: &Query<'_>, flags: &[&str], name: &str) -> Result<Option<Vec<Said>>, Why> {
    let list = |text: &str, place: &Place| -> Vec<Said> {
        text.split(',').map(|part| Said { text: part.trim().to_owned(), place: place.clone() }).collect()
    };
    let given = arguments::values(query.args, flags);
    if !given.is_empty() {
        let why = |place: &Place| Why::new(Reason::Dynamic, "the value of a flag is computed").at(place.clone());
        let each = given
            .into_iter()
            .map(|one| Ok(Said { text: one.value.ok_or_else(|| why(one.place))?.to_owned(), place: one.place.clone() }));
        return each.collect::<Result<_, _>>().map(Some);
    }
    if let Some(value) = query.env.get(&format!("PROSPECTOR_{}", name.to_ascii_uppercase())) {
        let why = || Why::new(Reason::Dynamic, "a variable that sets Prospector up is computed").at(query.here.clone());
        return Ok(Some(list(value.as_deref().ok_or_else(why)?, query.here)));
    }
    for file in [".prospectorrc", "setup.cfg", "tox.ini"] {
        let Some(path) = query.directory.join(file).filter(|path| query.world.snapshot.is_file(path)) else { continue };
        let document = query.document(&path, Format::Ini)?;
        if let Some(value) = document.root().route(&["prospector", name]) {
            return Ok(Some(list(value.scalar().unwrap_or_default(), &value.place())));
        }
    }
    Ok(None)
}

/// What the profiles say, the first of them first.
#[derive(Default)]
struct Profile {
    files: Vec<Place>,
    /// Analyzers that are said to run or not.
    runs: Vec<(String, bool, Place)>,
    /// Analyzers of which more is said.
    tuned: Vec<(String, Place)>,
    paths: Vec<Said>,
    patterns: Vec<Said>,
}

impl Profile {
    /// The profiles that are named, else the one that lies where it is looked for.
    fn follow(&mut self, query: &Query<'_>) -> Result<(), Why> {
        let snapshot = query.world.snapshot;
        if let Some(named) = settings(query, &["-P", "--profile"], "profiles")? {
            return named.iter().try_for_each(|one| self.named(query, &one.text, &one.place));
        }
        let all = BY_ITSELF.iter().flat_map(|(directory, names)| names.iter().map(move |name| (directory, name)));
        let found = all.filter_map(|(directory, name)| query.directory.join(directory)?.join(name));
        match found.into_iter().find(|path| snapshot.is_file(path)) {
            Some(path) => self.file(query, &path),
            None => Ok(()),
        }
    }

    fn named(&mut self, query: &Query<'_>, name: &str, place: &Place) -> Result<(), Why> {
        let name = name.trim_end_matches('?');
        if catalog::lists(&catalog::knows("prospector").profiles, name) || name.starts_with("strictness_") {
            return Ok(());
        }
        let mut directories: Vec<RepoPath> = Vec::new();
        for one in settings(query, &["--profile-path"], "profile_path")?.unwrap_or_default() {
            directories.extend(query.path(&one.text));
        }
        directories.extend(query.directory.join(".prospector"));
        directories.push(query.directory.clone());
        let plain = name.ends_with(".yml") || name.ends_with(".yaml");
        let names = if plain { vec![name.to_owned()] } else { vec![format!("{name}.yml"), format!("{name}.yaml")] };
        let mut paths = directories.iter().flat_map(|directory| names.iter().filter_map(|name| directory.join(name)));
        match paths.find(|path| query.world.snapshot.is_file(path)) {
            Some(path) => self.file(query, &path),
            None => {
                let why = format!("the profile `{name}` is not in this tree");
                Err(Why::new(Reason::Remote, why).at(place.clone()))
            }
        }
    }

    fn file(&mut self, query: &Query<'_>, path: &RepoPath) -> Result<(), Why> {
        if self.files.iter().any(|place| place.path == *path) {
            return Ok(());
        }
        if self.files.len() >= PROFILES {
            return Err(Why::new(Reason::Unreadable, "profiles inherit for too long").at(Place::file(path.clone())));
        }
        self.files.push(Place::file(path.clone()));
        let document = query.document(path, Format::Yaml)?;
        let root = document.root();
        if let Some(why) = settled::merged(root, "run") {
            return Err(why);
        }
        for entry in root.entries() {
            let Some(name) = entry.name() else { continue };
            match name {
                "ignore-paths" => self.paths.extend(texts(entry.value)),
                "ignore-patterns" | "ignore" => self.patterns.extend(texts(entry.value)),
                _ if entry.value.kind() == Kind::Mapping => {
                    if let Some(why) = settled::merged(entry.value, "run").filter(|_| query.names.iter().any(|one| one == name)) {
                        return Err(why);
                    }
                    for said in entry.value.entries() {
                        match (said.name(), said.value.scalar()) {
                            // What inherits comes first and wins.
                            (Some("run"), Some(text)) if self.runs.iter().all(|(known, ..)| known != name) => {
                                let on = matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on");
                                self.runs.push((name.to_owned(), on, said.value.place()));
                            }
                            (Some("run"), _) => {}
                            _ => self.tuned.push((name.to_owned(), said.value.place())),
                        }
                    }
                }
                _ => {}
            }
        }
        let inherited: Vec<Said> = root.get("inherits").map(texts).unwrap_or_default();
        inherited.iter().try_for_each(|one| self.named(query, &one.text, &one.place))
    }
}

/// A text, or the texts of a list.
fn texts(value: Value<'_>) -> Vec<Said> {
    let said = |value: Value<'_>| value.scalar().map(|text| Said { text: text.to_owned(), place: value.place() });
    if value.kind() == Kind::Sequence { value.items().filter_map(said).collect() } else { said(value).into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Case, told};
    use super::*;

    /// A tree, arguments, and what is said.
    type Row<'t> = (&'t [(&'t str, &'t str)], &'t str, &'t str);

    #[test]
    fn what_is_run_inside() {
        const ON: (&str, &str) = (".prospector.yaml", "bandit:\n  run: true\n");
        const OFF: (&str, &str) = (".prospector.yaml", "inherits: [base]\nbandit:\n  run: false\n");
        const BASE: (&str, &str) = ("base.yaml", "bandit:\n  run: true\n");
        let rows: [Row<'_>; 15] = [
            (&[], "", "no"),
            (&[], "--with-tool bandit", "yes ci.yml:1"),
            (&[], "-w vulture -w bandit", "yes ci.yml:1"),
            (&[], "-t bandit", "yes ci.yml:1"),
            (&[], "-t pyflakes", "no"),
            (&[], "-w bandit -W bandit", "no"),
            (&[], "-w $X", "unknown dynamic ci.yml:1"),
            (&[ON], "", "yes .prospector.yaml:2"),
            (&[ON], "-t pylint", "no"),
            (&[OFF, BASE], "", "no"),
            (&[BASE], "-P base", "yes base.yaml:2"),
            (&[BASE], "-P strictness_high", "no"),
            (&[], "-P gone", "unknown remote ci.yml:1"),
            (&[(".prospector.yaml", "bandit:\n  run: true\n  disable: [B101]\n")], "", "unknown unsupported .prospector.yaml:3"),
            (&[("setup.cfg", "[prospector]\nwith_tools = vulture, bandit\n")], "", "yes setup.cfg:2"),
        ];
        for (files, args, expected) in rows {
            let case = Case::new("prospector", files, args).names(&["bandit"]);
            assert_eq!(told(case.read(&Prospector).selects.get("bandit")), expected, "{files:?} {args}");
        }
    }

    #[test]
    fn what_is_left_out_and_what_never_fails() {
        let code = ("src/a.py", "x\n");
        let rows = [
            (("x.yml", ""), "", ZERO, "no"),
            ((".prospectorrc", "[prospector]\nzero_exit = yes\n"), "", ZERO, "yes .prospectorrc:2"),
            (("x.yml", ""), "-i src", NOTHING, "yes ci.yml:1"),
            (("x.yml", ""), "-i docs", NOTHING, "no"),
            (("prospector.yml", "ignore-patterns: ['.*']\n"), "", NOTHING, "yes prospector.yml:1"),
            (("prospector.yml", "ignore-paths: [docs, sr]\n"), "", NOTHING, "no"),
        ];
        for (file, args, setting, expected) in rows {
            let case = Case::new("prospector", &[code, file], args);
            assert_eq!(told(case.read(&Prospector).settings.get(setting)), expected, "{file:?} {args}");
        }
    }
}
