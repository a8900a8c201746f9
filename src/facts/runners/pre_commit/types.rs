//! Owns `types`, `types_or` and `exclude_types` of a hook: whether they let a file of the tool's language pass. Refuses languages
//! whose files may have more tags than their names tell.

use super::files::{self, Listed};
use crate::catalog::{self, Tool};
use crate::doc::Value;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::runners::yaml_merge::field;
use crate::facts::runners::{Target, World};

/// The hold of a hook for a language whose types let no file of that language pass.
pub(super) fn hold(hook: Value<'_>, target: &Target, files: &[Listed<'_>], world: &World<'_>) -> Option<Hold> {
    let tool = files::reader(hook, target, world)?;
    let sources: Vec<Vec<&str>> =
        files.iter().filter(|file| file.product).filter_map(|file| tags_of(file, tool, world)).collect();
    let tags = |key| field(hook, key).map(|list| (list, list.items().filter_map(|item| item.as_str()).collect::<Vec<_>>()));
    // All of `types`, one of `types_or`, none of `exclude_types` (pre-commit, `commands/run.py`).
    let (all, any, none) = (tags("types"), tags("types_or").filter(|(_, tags)| !tags.is_empty()), tags("exclude_types"));
    let more = &world.catalog.languages.also_tags;
    let also = |tag: &str| tool.languages.iter().filter_map(|own| more.get(own)).any(|more| catalog::lists(more, tag));
    if sources.is_empty() || all.iter().chain(&any).any(|(_, tags)| tags.iter().any(|tag| also(tag))) {
        return None;
    }
    let in_all = |own: &Vec<&str>| all.iter().all(|(_, tags)| tags.iter().all(|tag| own.contains(tag)));
    let in_any = |own: &Vec<&str>| any.iter().all(|(_, tags)| tags.iter().any(|tag| own.contains(tag)));
    let in_none = |own: &Vec<&str>| none.iter().all(|(_, tags)| !tags.iter().any(|tag| own.contains(tag)));
    if sources.iter().any(|own| in_all(own) && in_any(own) && in_none(own)) {
        return None;
    }
    let alone = |said: &Option<(Value<'_>, Vec<&str>)>, passes: &dyn Fn(&Vec<&str>) -> bool| {
        said.as_ref().filter(|_| !sources.iter().any(passes)).map(|(list, _)| list.place())
    };
    let (place, why) = if let Some(place) = alone(&all, &in_all) {
        (place, "no file that the tool reads has this type, so the hook looks at nothing")
    } else if let Some(place) = alone(&any, &in_any) {
        (place, "no file that the tool reads has one of these types, so the hook looks at nothing")
    } else {
        let (list, _) = none.or(all).or(any)?;
        (list.place(), "files of the tool's language are left out, so the hook looks at nothing")
    };
    Some(Hold::new(HoldEffect::Void, place, why))
}

/// The tags of a file of the tool's language; `None` for any other file.
fn tags_of<'w>(file: &Listed<'_>, tool: &Tool, world: &World<'w>) -> Option<Vec<&'w str>> {
    let (_, extension) = file.name.rsplit_once('.')?;
    let languages = world.catalog.languages.language.iter().filter(|language| tool.languages.contains(&language.id));
    languages.into_iter().find(|language| language.extensions.iter().any(|own| own == extension))?;
    let tag = world.catalog.languages.tags.get(extension)?;
    Some(vec!["file", "text", if file.executable { "executable" } else { "non-executable" }, tag])
}
