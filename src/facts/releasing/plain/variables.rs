//! Owns which variables may be given to what runs on the way: those that rule no program, and of those that say what is deployed the ones that
//! the verified tag or commit tells. Refuses to know what a program does with any.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::values::Bit;
use super::{Odd, Way};
use crate::catalog::{Catalog, lists, plain};
use crate::doc::{Kind, Value};
use crate::facts::trace::is_plain;

impl Way<'_> {
    /// The first of the variables that a workflow, job or step sets that may not be.
    pub(super) fn variables(&self, holder: Value<'_>) -> Option<Odd> {
        let env = holder.get("env")?;
        if env.kind() != Kind::Mapping || env.is_alias() {
            return Some((env.place(), "which variables are set is not written there".to_owned()));
        }
        env.entries().find_map(|entry| {
            let name = entry.name().filter(|name| *name != "<<");
            let value = entry.value.scalar().map_or(vec![Bit::Other], |text| self.written(text));
            let why = name.map_or_else(|| Some(ruled("<<")), |name| odd(name, &value));
            Some((entry.key.place(), why?))
        })
    }
}

/// What is wrong with a variable that programs are given.
pub(super) fn odd(name: &str, value: &[Bit]) -> Option<String> {
    let data = &Catalog::builtin().plain;
    let upper = name.to_ascii_uppercase();
    if lists(&data.harmless, &upper) {
        return None;
    }
    let told = plain::has(&data.told_variables, &upper);
    if !told && !plain::has(&data.harmless, &upper) && !is_version_of_program(&upper, value) && rules(&upper, value) {
        return Some(ruled(name));
    }
    says_another(&upper, value).then(|| format!("`{name}` says what is deployed by something else than the tag that is verified"))
}

/// What is wrong with a variable that only the script itself has: a shell is ruled by some, and others are given to programs by whoever set
/// them before.
pub(in crate::facts) fn odd_inside(name: &str) -> Option<String> {
    let data = &Catalog::builtin().plain;
    let upper = name.to_ascii_uppercase();
    (!plain::has(&data.harmless, &upper) && plain::has(&data.shell_variables, &upper)).then(|| ruled(name))
}

fn ruled(name: &str) -> String {
    format!("`{name}` is set, which changes what programs do")
}

/// A program is ruled by it, as far as its name tells.
fn rules(upper: &str, value: &[Bit]) -> bool {
    let data = &Catalog::builtin().plain;
    let begins = || {
        let mut heads = upper.match_indices('_').filter_map(|(at, _)| upper.get(..at)).chain([upper]);
        heads.any(|head| programs().contains(head))
    };
    let last = upper.rsplit('_').next().unwrap_or_default();
    let ends = |ends: &[String]| ends.iter().any(|end| end.strip_prefix('*').map_or(last == end, |end| upper.ends_with(end)));
    let below = match value {
        [Bit::Text(text)] => !text.starts_with('-') && is_plain(text),
        _ => false,
    };
    plain::has(&data.ruling_variables, upper)
        || plain::has(&data.shell_variables, upper)
        || begins()
        || ends(&data.ruling_ends)
        || !below && ends(&data.ruling_places)
}

/// `PYTHON_VERSION`, written out: which one is taken to work with.
fn is_version_of_program(upper: &str, value: &[Bit]) -> bool {
    let data = &Catalog::builtin().plain;
    let of = upper.strip_suffix(data.version_part.as_str()).and_then(|rest| rest.strip_suffix('_'));
    of.is_some_and(|of| lists(&data.languages, of) || programs().contains(of)) && matches!(value, [Bit::Text(_) | Bit::Owned])
}

/// It says which of what was made is meant, and no verified tag or commit says it.
fn says_another(upper: &str, value: &[Bit]) -> bool {
    let catalog = Catalog::builtin();
    let data = &catalog.plain;
    let parts: Vec<String> = upper.split('_').map(str::to_ascii_lowercase).collect();
    let is = |part: &String| catalog.releasing.made_words.contains(part) || data.naming_parts.contains(part);
    let mut naming = parts.iter().filter(|part| is(part)).peekable();
    if naming.peek().is_none() || is_version_of_program(upper, value) || ends_told(value) {
        return false;
    }
    // What it is called is not which of it.
    let called =
        naming.all(|part| data.image_parts.contains(part)) || parts.last().is_some_and(|last| data.place_parts.contains(last));
    let known = value.iter().all(|bit| matches!(bit, Bit::Text(_) | Bit::Owned));
    let tail: String = value.iter().map(|bit| if let Bit::Text(text) = bit { text.as_str() } else { "x" }).collect();
    let bare = !tail.rsplit('/').next().unwrap_or_default().contains([':', '@']);
    !(called && known && bare)
}

/// The verified tag or commit is all of it, or what stands behind the name of an image.
fn ends_told(value: &[Bit]) -> bool {
    match value {
        [Bit::Told] => true,
        [before @ .., Bit::Text(text), Bit::Told] => {
            text.ends_with([':', '@', '/', '=']) && before.iter().all(|bit| matches!(bit, Bit::Text(_) | Bit::Owned))
        }
        _ => false,
    }
}

/// The names of programs that a row knows, as variables begin that are theirs.
fn programs() -> &'static BTreeSet<String> {
    static PROGRAMS: OnceLock<BTreeSet<String>> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let catalog = Catalog::builtin();
        let (releasing, words) = (&catalog.releasing, &catalog.words.words);
        let rows = releasing.deploy.iter().chain(&releasing.verify).chain(&releasing.changes).flat_map(|row| &row.argv);
        // What only tells, or only logs in, is ruled by nothing that matters.
        let listed = words.iter().filter(|row| !row.every).flat_map(|row| &row.argv);
        let tools = catalog.tools.iter().flat_map(|tool| &tool.run).filter_map(|row| row.argv.as_ref());
        let names = rows.chain(listed).chain(tools).filter_map(|argv| argv.first());
        let names = names.filter(|name| !lists(&catalog.plain.everyday, name));
        names.map(|name| name.to_ascii_uppercase().replace(['-', '.'], "_")).filter(|name| name.len() > 1).collect()
    })
}
