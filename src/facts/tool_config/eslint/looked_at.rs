//! Owns which files ESLint takes of the directories that it is given. Refuses to say which of them are ignored. (Facts:
//! docs/src/use/configure/configuration-files.md; in legacy configurations `overrides`, and `--ext`.)

use std::collections::BTreeMap;

use super::evaluate::Walk;
use crate::answer::{Answer, Why};
use crate::facts::tool_config::{Query, Settings, arguments};
use crate::text::{Place, RepoPath};

/// The question whether it looks at none of the files.
pub(super) const UNMATCHED: &str = "matches-nothing";

/// The question whether it passes some of them by.
pub(super) const PASSES: &str = "passes-by";

/// Whether files are taken by their names: what is named itself is looked at whatever its extension.
pub(super) fn by_name(query: &Query<'_>) -> bool {
    let given = arguments::switch(query.args, &["--ext", "--stdin"]).is_some();
    let is_dir = |text: &str| query.directory.join(text).is_some_and(|path| query.world.snapshot.is_dir(&path));
    let mut args = arguments::own(query.args);
    let mut named = false;
    while let Some(target) = arguments::first_positional(args, &query.tool.value_flags) {
        let at = args.iter().position(|word| word.value.as_deref() == Some(target)).unwrap_or(args.len());
        args = args.get(at + 1..).unwrap_or_default();
        named |= !is_dir(target);
    }
    let computed = query.args.iter().any(|word| word.value.is_none());
    !given && !named && !computed
}

/// Answers which files it passes by: those that are no JavaScript and that no `files` of any object matches. Where more `files` may
/// be in force than are seen, that is not known.
pub(super) fn answer(settings: &mut Settings, walk: &Walk<'_>, base: &RepoPath, here: Option<Place>) {
    let open = walk.open.as_ref().or(walk.found.doubts.first());
    let passed = walk.subjects.passed_by(&walk.matched, walk.legacy);
    let (Some(here), false) = (here, passed.is_empty()) else {
        settings.answer(UNMATCHED, Answer::No);
        return settings.answer(PASSES, Answer::No);
    };
    let told = || open.map_or_else(|| Answer::Yes(here.clone()), |why| Answer::Unknown(perhaps(why)));
    settings.answer(UNMATCHED, if passed.len() == walk.subjects.len() { told() } else { Answer::No });
    settings.answer(PASSES, told());
    settings.passed_by = passed.iter().filter_map(|path| base.join(path)).collect();
}

fn perhaps(why: &Why) -> Why {
    Why { text: format!("it may look only at JavaScript: {}", why.text), ..why.clone() }
}

/// The same over all configurations that lie beside files, by the directories they lie in: each answers for its own files.
pub(super) fn nested(own: &mut Settings, all: &BTreeMap<&RepoPath, Settings>) {
    let nearest = |path: &RepoPath| path.ancestors().find(|directory| all.contains_key(directory));
    let mut passed = Vec::new();
    for (home, one) in all {
        passed.extend(one.passed_by.iter().filter(|path| nearest(path).as_ref() == Some(*home)).cloned());
    }
    let answers = || all.values().filter_map(|one| one.settings.get(PASSES).filter(|_| !one.passed_by.is_empty()));
    let unknown = answers().find(|answer| matches!(answer, Answer::Unknown(_)));
    let told = unknown.or(answers().next()).filter(|_| !passed.is_empty()).cloned();
    own.answer(PASSES, told.unwrap_or(Answer::No));
    own.passed_by = passed;
}
