//! Owns `types`, `types_or` and `exclude_types` of a hook, as far as they name languages. Refuses every other tag: whether a
//! file has it is not known from its name.

use super::files;
use crate::doc::Value;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::runners::yaml_merge::field;
use crate::facts::runners::{Target, World};

/// Tags of other file kinds for one of our languages (identify, `extensions.py`).
const ALSO: &[(&str, &str)] = &[
    ("javascript", "ts"),
    ("javascript", "tsx"),
    ("javascript", "jsx"),
    ("javascript", "vue"),
    ("python", "pyi"),
    ("python", "jupyter"),
    ("javascript", "svelte"),
    ("javascript", "astro"),
    ("javascript", "html"),
    ("javascript", "json"),
];

/// Languages that are tags of the same name, of whose files no other tag is of importance than those of [`ALSO`] and [`OF_ANY`].
const COMPLETE: &[&str] = &["python", "javascript", "go", "rust", "ruby", "php", "java", "kotlin", "swift"];

/// Tags that files of every language may have.
const OF_ANY: &[&str] = &["file", "symlink", "text", "executable", "non-executable"];

/// The hold of a hook for a language whose types let no file of that language pass.
pub(super) fn hold(hook: Value<'_>, target: &Target, world: &World<'_>) -> Option<Hold> {
    let tool = files::tool(target, world)?;
    if tool.languages.iter().any(|language| language == "*") {
        return None;
    }
    let own = |tag: &str| {
        let also = ALSO.iter().any(|(language, other)| *other == tag && tool.languages.iter().any(|own| own == language));
        also || tool.languages.iter().any(|language| language == tag)
    };
    // Of these languages all tags of their files are known: any other is of another kind of file (identify, `identify.py`).
    let complete = tool.languages.iter().all(|language| COMPLETE.contains(&language.as_str()));
    let known = |tag: &str| {
        if complete && !OF_ANY.contains(&tag) {
            return true;
        }
        let listed = world.catalog.languages.language.iter().any(|language| language.id == tag);
        listed || ALSO.iter().any(|(_, other)| *other == tag)
    };
    let tags = |key| field(hook, key).map(|list| (list, list.items().filter_map(|item| item.as_str()).collect::<Vec<_>>()));
    let said = |list: Value<'_>, why: &str| Some(Hold::new(HoldEffect::Void, list.place(), why));
    // All of `types`, one of `types_or`, none of `exclude_types` (pre-commit, `commands/run.py`).
    if let Some((list, tags)) = tags("types")
        && tags.iter().any(|tag| known(tag) && !own(tag))
    {
        return said(list, "no file that the tool reads has this type, so the hook looks at nothing");
    }
    if let Some((list, tags)) = tags("types_or")
        && !tags.is_empty()
        && tags.iter().all(|tag| known(tag) && !own(tag))
    {
        return said(list, "no file that the tool reads has one of these types, so the hook looks at nothing");
    }
    if let Some((list, tags)) = tags("exclude_types")
        && let [language] = tool.languages.as_slice()
        && tags.iter().any(|tag| tag == language)
        && !ALSO.iter().any(|(of, _)| of == language && *of != "python")
    {
        return said(list, "files of the tool's language are left out, so the hook looks at nothing");
    }
    None
}
