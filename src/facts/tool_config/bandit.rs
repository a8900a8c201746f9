//! Owns which files Bandit leaves out (`-x`, `exclude` of a `.bandit` file, `exclude_dirs` of a configuration), and whether any of
//! its tests stays (`-t`, `-s`, `tests`, `skips`). Refuses profiles. (Facts: core/manager.py, `discover_files` and
//! `_is_file_included`, core/test_set.py, `_get_filter`, and cli/main.py of 1.9.4.)

use std::sync::Arc;

use super::{Deciding, Query, Reader, Settings, TOO_FEW, arguments, coverage, places, settled};
use crate::answer::{Answer, Reason, Why};
use crate::doc::{Document, Format, Value};
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Bandit;

const NOTHING: &str = "selects-nothing";
const NO_TESTS: &str = "no-tests";

/// The test that stands for all blacklists: their ids are those of these families, but for one that is a plugin.
const BLACKLIST: &str = "B001";

/// A text that takes paths out: as a glob over the whole path, and as a part of it.
struct Pattern {
    text: String,
    place: Place,
}

impl Reader for Bandit {
    fn id(&self) -> &'static str {
        "bandit"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        judge(query).unwrap_or_else(|why| Settings::undecided(query.names, &[NOTHING, NO_TESTS, TOO_FEW], &why))
    }
}

fn judge(query: &Query<'_>) -> Result<Settings, Why> {
    let mut settings = Settings::default();
    let files = Files::of(query)?;
    let patterns = patterns(query, &files)?;
    let subjects = coverage::subjects(query, &["python"], query.directory);
    let globs = coverage::globs(patterns.iter().map(|pattern| pattern.text.as_str()), false);
    let targets = targets(query);
    let excluded = |path: &str| {
        let spelled = spelled(path, &targets);
        globs.is_match(&spelled) || patterns.iter().any(|pattern| !pattern.text.is_empty() && spelled.contains(&pattern.text))
    };
    let all = !patterns.is_empty() && coverage::leaves_nothing(query, &subjects, excluded);
    let place = patterns.into_iter().next().map(|pattern| pattern.place).filter(|_| all);
    settings.answer(NOTHING, place.map_or(Answer::No, Answer::Yes));
    let left = left(query, &files)?;
    let few = |most: usize| left.as_ref().filter(|left| left.tests < most).map(|left| left.place.clone());
    settings.answer(NO_TESTS, few(1).map_or(Answer::No, Answer::Yes));
    settings.answer(TOO_FEW, few(query.tool.enough).map_or(Answer::No, Answer::Yes));
    settings.deciding = few(query.tool.enough).map(|place| Deciding::TakesOut {
        place,
        how: "too few that are left",
        change: "let all of its tests run, or leave out single ones".to_owned(),
    });
    Ok(settings)
}

/// The files that it reads: `.bandit`, and the configuration that a flag names.
struct Files {
    ini: Option<Arc<Document>>,
    named: Option<Arc<Document>>,
}

impl Files {
    fn of(query: &Query<'_>) -> Result<Self, Why> {
        let ini = ini(query)?;
        let named = named(query, ini.as_deref())?;
        Ok(Self { ini, named })
    }

    fn in_ini(&self, key: &str) -> Option<Value<'_>> {
        places::at_key(self.ini.as_deref()?, "bandit")?.get(key)
    }

    /// The value at a key of the configuration that is named.
    fn configured(&self, key: &str) -> Result<Option<Value<'_>>, Why> {
        let Some(document) = self.named.as_deref() else { return Ok(None) };
        let prefix = document.file().path.file_name().ends_with(".toml").then_some("tool.bandit");
        settled::contested(document, prefix, key).map_or_else(|| Ok(places::at(document, prefix, key)), Err)
    }
}

/// Ids as they are written, and where the last of them stands.
#[derive(Default)]
struct Chosen {
    ids: Vec<String>,
    place: Option<Place>,
}

impl Chosen {
    /// The items of a configuration, and the last flag of the command line; without one, the key of a `.bandit` file. `None`:
    /// the flag's value is computed.
    fn read(query: &Query<'_>, flags: &[&str], key: &str, files: &Files) -> Result<Option<Self>, Why> {
        let mut chosen = Self::default();
        for item in files.configured(key)?.into_iter().flat_map(Value::items) {
            chosen.ids.extend(item.as_str().map(str::to_owned));
            chosen.place = Some(item.place());
        }
        let given = arguments::values(query.args, flags).pop();
        let (text, place) = match (given, files.in_ini(key)) {
            (Some(arguments::Given { value: None, .. }), _) => return Ok(None),
            (Some(arguments::Given { value: Some(text), place, .. }), _) => (text, place.clone()),
            (None, Some(value)) => (value.scalar().unwrap_or_default(), value.place()),
            (None, None) => return Ok(Some(chosen)),
        };
        if !text.is_empty() {
            chosen.ids.extend(text.split(',').map(str::to_owned));
            chosen.place = Some(place);
        }
        Ok(Some(chosen))
    }

    fn has(&self, id: &str) -> bool {
        self.ids.iter().any(|own| own == id)
    }

    /// Whether the test is meant: by its id, or by that of all blacklists where no other of theirs is named.
    fn means(&self, id: &str) -> bool {
        let listed = |id: &str| (id.starts_with("B3") || id.starts_with("B4")) && id != "B324";
        self.has(id) || (listed(id) && self.has(BLACKLIST) && !self.ids.iter().any(|own| listed(own)))
    }
}

/// How many tests are left, and the line that leaves no more.
struct Left {
    tests: usize,
    place: Place,
}

/// The tests that are left of all, when some are chosen or skipped: those chosen, or else all, without those that are skipped.
fn left(query: &Query<'_>, files: &Files) -> Result<Option<Left>, Why> {
    let profile = arguments::values(query.args, &["-p", "--profile"]).pop().is_some();
    if profile || files.in_ini("profile").is_some() {
        return Ok(None);
    }
    let chosen = |flags: &[&str], key| Chosen::read(query, flags, key, files);
    let (Some(tests), Some(skips)) = (chosen(&["-t", "--tests"], "tests")?, chosen(&["-s", "--skip"], "skips")?) else {
        return Ok(None);
    };
    let kept = |id: &&String| (tests.ids.is_empty() || tests.means(id)) && !skips.means(id);
    let count = query.tool.rules.iter().filter(kept).count();
    let place = skips.place.filter(|_| count == 0 || tests.ids.is_empty()).or(tests.place);
    Ok(place.map(|place| Left { tests: count, place }))
}

/// The configuration that the last flag names, else the `.bandit` file.
fn named(query: &Query<'_>, ini: Option<&Document>) -> Result<Option<Arc<Document>>, Why> {
    let given = arguments::values(query.args, &["-c", "--configfile"]).pop().map(|given| (given.value, given.place.clone()));
    let in_ini = || {
        let value = places::at_key(ini?, "bandit")?.get("configfile")?;
        Some((value.scalar(), value.place()))
    };
    let Some((name, place)) = given.or_else(in_ini) else { return Ok(None) };
    let (name, path) = in_tree(query, name, &place)?;
    query.document(&path, if name.ends_with(".toml") { Format::Toml } else { Format::Yaml }).map(Some)
}

/// The file of the tree that a name stands for.
fn in_tree<'n>(query: &Query<'_>, name: Option<&'n str>, place: &Place) -> Result<(&'n str, RepoPath), Why> {
    let why = |text: &str| Why::new(Reason::Dynamic, text).at(place.clone());
    let name = name.ok_or_else(|| why("the name of the configuration is computed"))?;
    let path = query.path(name).filter(|path| query.world.snapshot.is_file(path));
    Ok((name, path.ok_or_else(|| why("the configuration it names is not in this tree"))?))
}

/// The targets as they are written: a directory's files are walked under that spelling.
fn targets<'q>(query: &Query<'q>) -> Vec<&'q str> {
    let mut found = Vec::new();
    let mut args = arguments::own(query.args);
    while let Some(target) = arguments::first_positional(args, &query.tool.value_flags) {
        let at = args.iter().position(|word| word.value.as_deref() == Some(target)).unwrap_or(args.len());
        args = args.get(at + 1..).unwrap_or_default();
        found.push(target.trim_end_matches('/'));
    }
    found
}

/// A path below the working directory as Bandit compares it: `./svc/a.py` for the target `.`, `svc/a.py` for `svc`.
fn spelled(path: &str, targets: &[&str]) -> String {
    let under = |target: &&&str| {
        let bare = target.trim_start_matches("./");
        !matches!(bare, "" | ".") && path.strip_prefix(bare).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    match targets.iter().find(under) {
        Some(target) if target.starts_with("./") => format!("./{path}"),
        Some(_) => path.to_owned(),
        None => format!("./{path}"),
    }
}

fn patterns(query: &Query<'_>, files: &Files) -> Result<Vec<Pattern>, Why> {
    let mut found = Vec::new();
    // Only the last `-x` counts, and with one the `.bandit` file's `exclude` does not.
    if let Some(given) = arguments::values(query.args, &["-x", "--exclude"]).pop() {
        let listed = given.value.unwrap_or_default().split(',');
        found.extend(listed.map(|text| as_given(query, text, given.place.clone())));
    } else if let Some(value) = files.in_ini("exclude") {
        let listed = value.scalar().unwrap_or_default().split(',');
        found.extend(listed.map(|text| as_given(query, text, value.place())));
    }
    if let Some(list) = files.configured("exclude_dirs")? {
        let items = list.items().filter_map(|item| Some(Pattern { text: item.as_str()?.to_owned(), place: item.place() }));
        found.extend(items);
    }
    Ok(found)
}

/// A path on the command line: a directory stands for what is in it.
fn as_given(query: &Query<'_>, text: &str, place: Place) -> Pattern {
    let is_dir = query.directory.join(text).is_some_and(|path| query.world.snapshot.is_dir(&path));
    let text = if is_dir { format!("{}/*", text.trim_end_matches('/')) } else { text.to_owned() };
    Pattern { text, place }
}

/// The `.bandit` file: the one that a flag names, else the only one below the targets; of several none is taken, and Bandit ends.
fn ini(query: &Query<'_>) -> Result<Option<Arc<Document>>, Why> {
    let path = match arguments::values(query.args, &["--ini"]).pop() {
        Some(given) => in_tree(query, given.value, given.place)?.1,
        None => {
            let targets = targets(query);
            let below: Vec<RepoPath> = targets.iter().filter_map(|target| query.path(target)).collect();
            let entries = query.world.snapshot.entries().iter().filter(|entry| entry.is_file());
            let mut found = entries
                .map(|entry| &entry.path)
                .filter(|path| path.file_name() == ".bandit" && below.iter().any(|target| path.is_in(target)));
            let Some(one) = found.next().filter(|_| found.next().is_none()) else { return Ok(None) };
            one.clone()
        }
    };
    query.document(&path, Format::Ini).map(Some)
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Case, told};
    use super::Bandit;

    fn nothing(files: &[(&str, &str)], args: &str) -> String {
        let sources = [("a/x.py", "import os\n"), ("a/b/y.py", "import os\n")];
        let all: Vec<(&str, &str)> = files.iter().chain(&sources).copied().collect();
        told(Case::new("bandit", &all, args).read(&Bandit).settings.get("selects-nothing"))
    }

    #[test]
    fn what_is_left_out() {
        assert_eq!(nothing(&[], "-r ."), "no");
        assert_eq!(nothing(&[], "-r . -x ./a"), "yes ci.yml:1");
        // The walk from `.` spells `./a/x.py`, which `a/*` does not match: Bandit excludes nothing here.
        assert_eq!(nothing(&[], "-r . -x a"), "no");
        assert_eq!(nothing(&[], "-r a -x a"), "yes ci.yml:1");
        assert_eq!(nothing(&[], "-r . -x ./a/b"), "no");
        assert_eq!(nothing(&[(".bandit", "[bandit]\nexclude = ./a\n")], "-r ."), "yes .bandit:2");
        assert_eq!(nothing(&[(".bandit", "[bandit]\nexclude = ./a\n")], "-r . -x ./z"), "no");
        // The only one below the targets counts, wherever it lies; of two none does.
        let below = ("a/.bandit", "[bandit]\nexclude = a\n");
        assert_eq!(nothing(&[below], "-r a"), "yes a/.bandit:2");
        assert_eq!(nothing(&[below, ("a/b/.bandit", "")], "-r a"), "no");
        assert_eq!(nothing(&[below], "-r a/b"), "no");
        assert_eq!(nothing(&[(".bandit", "[bandit]\nexclude = a\n")], "-r a"), "no");
        assert_eq!(nothing(&[("z.ini", "[bandit]\nexclude = a\n")], "--ini z.ini -r a"), "yes z.ini:2");
        let config = ("pyproject.toml", "[tool.bandit]\nexclude_dirs = [\"a\"]\n");
        assert_eq!(nothing(&[config], "-c pyproject.toml -r ."), "yes pyproject.toml:2");
        assert_eq!(nothing(&[config], "-r ."), "no");
        // An empty file is all that stays.
        let code = [("a/x.py", "import os\n"), ("a/y.py", "import os\n"), ("a/__init__.py", "")];
        let of = |args: &str| told(Case::new("bandit", &code, args).read(&Bandit).settings.get("selects-nothing"));
        assert_eq!(of("-r a -x x.py,y.py"), "yes ci.yml:1");
        assert_eq!(of("-r a -x x.py"), "no");
        assert_eq!(of("-r a -x __init__.py"), "no");
    }
    #[test]
    fn whether_a_test_stays() {
        let rules = &crate::catalog::Catalog::builtin().tool("bandit").expect("a tool").rules;
        let listed = |id: &&String| (id.starts_with("B3") || id.starts_with("B4")) && *id != "B324";
        let texts = |left_out: &str| rules.iter().filter(|id| *id != left_out).cloned().collect::<Vec<_>>().join(",");
        let (all, all_but_one) = (texts(""), texts("B608"));
        let plugins = rules.iter().filter(|id| !listed(id)).cloned().collect::<Vec<_>>().join(",");
        let told_of = |files: &[(&str, &str)], args: &str| {
            let args = format!("{args} .");
            told(Case::new("bandit", files, &args).read(&Bandit).settings.get("no-tests"))
        };
        for (files, args, wanted) in [
            (&[][..], format!("-s {all}"), "yes ci.yml:1"),
            (&[], format!("-s {all} -s B101"), "no"),
            (&[], format!("-s {all_but_one}"), "no"),
            (&[], format!("-t B101,B608 -s {all_but_one}"), "no"),
            (&[], format!("-t B101 -s {all_but_one}"), "yes ci.yml:1"),
            (&[], format!("-s B001,{plugins}"), "yes ci.yml:1"),
            (&[], "-s B1,B2,B3,B4,B5,B6,B7".to_owned(), "no"),
            (&[], "-t B1".to_owned(), "yes ci.yml:1"),
            (&[], "-t B001".to_owned(), "no"),
            (&[], "-t $TESTS -s B101".to_owned(), "no"),
            (&[], "-p old -t B1".to_owned(), "no"),
            (&[(".bandit", "[bandit]\ntests = B1\n")], String::new(), "yes .bandit:2"),
            (&[(".bandit", "[bandit]\ntests = B1\n")], "-t B101".to_owned(), "no"),
            (&[(".bandit", "[bandit]\ntests =\nskips = B101\n")], String::new(), "no"),
            (&[("a.yml", "tests: [B1]\n")], "-c a.yml".to_owned(), "yes a.yml:1"),
            (&[("a.yml", "tests: [B1]\n")], String::new(), "no"),
            (&[("a.toml", "[tool.bandit]\ntests = [\"B1\"]\n")], "-c a.toml -t B608".to_owned(), "no"),
        ] {
            assert_eq!(told_of(files, &args), wanted, "{args}");
        }
    }

    #[test]
    fn whether_enough_tests_stay() {
        let told_of = |files: &[(&str, &str)], args: &str| {
            let args = format!("{args} .");
            told(Case::new("bandit", files, &args).read(&Bandit).settings.get("too-few-rules"))
        };
        for (files, args, wanted) in [
            (&[][..], "", "no"),
            (&[], "-t B101", "yes ci.yml:1"),
            (&[], "-t B101,B102", "yes ci.yml:1"),
            (&[], "-s B101,B404,B603", "no"),
            (&[], "-t $TESTS", "no"),
            (&[(".bandit", "[bandit]\ntests = B101\n")], "", "yes .bandit:2"),
            (&[("a.yml", "skips: [B101]\n")], "-c a.yml", "no"),
            (&[("a.yml", "tests: [B101]\n")], "-c a.yml", "yes a.yml:1"),
        ] {
            assert_eq!(told_of(files, args), wanted, "{args}");
        }
    }
}
