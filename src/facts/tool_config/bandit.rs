//! Owns which files Bandit leaves out: `-x`, `exclude` of a `.bandit` file, `exclude_dirs` of a configuration. Refuses tests and
//! profiles. (Facts: core/manager.py, `discover_files` and `_is_file_included`, and cli/main.py of 1.9.4.)

use super::{Query, Reader, Settings, arguments, coverage, places};
use crate::answer::Answer;
use crate::doc::{Document, Format};
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Bandit;

const NOTHING: &str = "selects-nothing";

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
        let mut settings = Settings::default();
        let patterns = patterns(query);
        let subjects = coverage::subjects(query, &["python"], query.directory);
        let globs = coverage::globs(patterns.iter().map(|pattern| pattern.text.as_str()), false);
        let targets = targets(query);
        let excluded = |path: &str| {
            let spelled = spelled(path, &targets);
            globs.is_match(&spelled) || patterns.iter().any(|pattern| !pattern.text.is_empty() && spelled.contains(&pattern.text))
        };
        let all = !patterns.is_empty() && coverage::all(&subjects, excluded);
        let place = patterns.into_iter().next().map(|pattern| pattern.place).filter(|_| all);
        settings.answer(NOTHING, place.map_or(Answer::No, Answer::Yes));
        settings
    }
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

fn patterns(query: &Query<'_>) -> Vec<Pattern> {
    let mut found = Vec::new();
    // Only the last `-x` counts, and with one the `.bandit` file's `exclude` does not.
    if let Some(given) = arguments::values(query.args, &["-x", "--exclude"]).pop() {
        let listed = given.value.unwrap_or_default().split(',');
        found.extend(listed.map(|text| as_given(query, text, given.place.clone())));
    } else if let Some(document) = document(query, ".bandit", Format::Ini)
        && let Some(value) = places::at_key(&document, "bandit").and_then(|section| section.get("exclude"))
    {
        let listed = value.scalar().unwrap_or_default().split(',');
        found.extend(listed.map(|text| as_given(query, text, value.place())));
    }
    let named = arguments::values(query.args, &["-c", "--configfile"]).pop().and_then(|given| given.value);
    if let Some(name) = named {
        let (format, key) =
            if name.ends_with(".toml") { (Format::Toml, "tool.bandit.exclude_dirs") } else { (Format::Yaml, "exclude_dirs") };
        if let Some(document) = document(query, name, format)
            && let Some(list) = places::at_key(&document, key)
        {
            let items = list.items().filter_map(|item| Some(Pattern { text: item.as_str()?.to_owned(), place: item.place() }));
            found.extend(items);
        }
    }
    found
}

/// A path on the command line: a directory stands for what is in it.
fn as_given(query: &Query<'_>, text: &str, place: Place) -> Pattern {
    let is_dir = query.directory.join(text).is_some_and(|path| query.world.snapshot.is_dir(&path));
    let text = if is_dir { format!("{}/*", text.trim_end_matches('/')) } else { text.to_owned() };
    Pattern { text, place }
}

fn document(query: &Query<'_>, name: &str, format: Format) -> Option<std::sync::Arc<Document>> {
    let path: RepoPath = query.directory.join(name)?;
    query.world.snapshot.is_file(&path).then(|| query.world.snapshot.document(&path, format).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Case, told};
    use super::Bandit;

    fn nothing(files: &[(&str, &str)], args: &str) -> String {
        let sources = [("a/x.py", ""), ("a/b/y.py", "")];
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
        let config = ("pyproject.toml", "[tool.bandit]\nexclude_dirs = [\"a\"]\n");
        assert_eq!(nothing(&[config], "-c pyproject.toml -r ."), "yes pyproject.toml:2");
        assert_eq!(nothing(&[config], "-r ."), "no");
    }
}
