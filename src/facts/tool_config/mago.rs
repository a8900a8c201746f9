//! Owns how many of Mago's security rules are left: what `mago.toml`, or its other spellings, and the files that it extends say of
//! each. Refuses every other table. (Facts: the discovery, `extends` and the merge of layers in src/config/mod.rs of 1.47: paths are
//! relative to the file that names them, later layers win; a rule fails where its level reaches `minimum-fail-level`.)

use std::sync::Arc;

use super::{Deciding, Query, Reader, Settings, TOO_FEW, arguments, places, settled};
use crate::answer::{Answer, Reason, Why};
use crate::doc::{Document, Value};
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Mago;

/// Files that one configuration may be made of.
const LAYERS: usize = 32;

/// Levels, from the lowest on.
const LEVELS: [&str; 4] = ["note", "help", "warning", "error"];

impl Reader for Mago {
    fn id(&self) -> &'static str {
        "mago"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        judge(query).unwrap_or_else(|why| Settings::undecided(query.names, &[TOO_FEW], &why))
    }
}

fn judge(query: &Query<'_>) -> Result<Settings, Why> {
    let mut layers = Vec::new();
    if let Some(path) = entry(query)? {
        gather(query, &path, &mut Vec::new(), &mut layers)?;
    }
    let mut settings = Settings { config: layers.iter().map(|layer| layer.root().place()).collect(), ..Settings::default() };
    // What the last layer says counts.
    let said = |keys: &[&str]| layers.iter().rev().find_map(|layer| layer.root().route(keys));
    let level = |value: Option<Value<'_>>| {
        let text = value.and_then(Value::scalar).unwrap_or("error");
        LEVELS.iter().position(|known| *known == text.to_ascii_lowercase())
    };
    let least = match arguments::values(query.args, &["--minimum-fail-level", "-m"]).pop() {
        Some(given) => given.value.and_then(|text| LEVELS.iter().position(|known| *known == text)),
        None => level(said(&["linter", "minimum-fail-level"])),
    };
    let computed = || Why::new(Reason::Dynamic, "the level from which findings fail is not known").at(query.here.clone());
    let least = least.ok_or_else(computed)?;
    let mut taken: Vec<Place> = Vec::new();
    for rule in query.tool.rules.iter() {
        let off = said(&["linter", "rules", rule, "enabled"]).filter(|value| value.scalar() == Some("false"));
        let lower = said(&["linter", "rules", rule, "level"]).filter(|value| level(Some(*value)).is_some_and(|own| own < least));
        taken.extend(off.or(lower).map(Value::place));
    }
    let left = query.tool.rules.len().saturating_sub(taken.len());
    let few = taken.into_iter().next().filter(|_| left < query.tool.enough);
    settings.answer(TOO_FEW, few.clone().map_or(Answer::No, Answer::Yes));
    settings.deciding = few.map(|place| Deciding::TakesOut {
        place,
        how: "switched off, or lowered, until too few are left,",
        change: "let its security rules be enabled, at the level `error`".to_owned(),
    });
    Ok(settings)
}

/// The one file that it begins with: the one that a flag names, else the first of its names in the directory it works in.
fn entry(query: &Query<'_>) -> Result<Option<RepoPath>, Why> {
    let snapshot = query.world.snapshot;
    if let Some(given) = arguments::values(query.args, &["--config"]).pop() {
        let gone = || Why::new(Reason::Dynamic, "the configuration that it is given is not in this tree").at(given.place.clone());
        let path = given.value.and_then(|value| query.path(value)).filter(|path| snapshot.is_file(path));
        return path.map(Some).ok_or_else(gone);
    }
    let mut named = query.tool.config.iter().filter_map(|row| query.directory.join(&row.path));
    Ok(named.find(|path| snapshot.is_file(path)))
}

/// The files that one is made of, those that it extends before itself.
fn gather(query: &Query<'_>, path: &RepoPath, above: &mut Vec<RepoPath>, layers: &mut Vec<Arc<Document>>) -> Result<(), Why> {
    let document = query.document(path, places::format_of(path).unwrap_or(crate::doc::Format::Toml))?;
    if let Some(why) = settled::two_readings(&document) {
        return Err(why);
    }
    above.push(path.clone());
    if let Some(extends) = document.root().get("extends") {
        let one = extends.scalar().map(|_| extends);
        for value in one.into_iter().chain(extends.items().filter(|_| one.is_none())) {
            let named = value.scalar().unwrap_or_default();
            let gone = || Why::new(Reason::Remote, "what it extends is not in this tree").at(value.place());
            let next = path.parent().join(named).ok_or_else(gone)?;
            let next = found(query, &next).ok_or_else(gone)?;
            if above.contains(&next) || layers.len() >= LAYERS || above.len() >= LAYERS {
                return Err(Why::new(Reason::Unsupported, "what it extends goes round, or too deep").at(value.place()));
            }
            gather(query, &next, above, layers)?;
        }
    }
    above.pop();
    layers.push(document);
    Ok(())
}

/// The file that a path of `extends` stands for: a directory has one of the usual names.
fn found(query: &Query<'_>, path: &RepoPath) -> Option<RepoPath> {
    let snapshot = query.world.snapshot;
    if snapshot.is_file(path) {
        return Some(path.clone());
    }
    let names = ["mago.toml", "mago.yaml", "mago.yml", "mago.json"];
    names.iter().filter_map(|name| path.join(name)).find(|path| snapshot.is_file(path))
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Case, told};
    use super::*;

    #[test]
    fn what_is_left_of_its_security_rules() {
        const OFF: &str = "[linter.rules]\nno-literal-password = { enabled = false }\nsensitive-parameter = { enabled = false }\ntainted-data-to-sink = { enabled = false }\n";
        const LOW: &str = "[linter.rules]\nno-literal-password = { level = \"help\" }\nsensitive-parameter = { level = \"warning\" }\ntainted-data-to-sink = { enabled = false }\n";
        let base = "extends = \"base.toml\"\n";
        let back = format!("{base}[linter.rules]\nno-literal-password = {{ enabled = true }}\n");
        for (files, args, wanted) in [
            (&[][..], "", "no"),
            (&[("mago.toml", "[linter]\n")], "", "no"),
            (&[("mago.toml", OFF)], "", "yes mago.toml:2"),
            (&[("mago.toml", LOW)], "", "yes mago.toml:2"),
            (&[("mago.toml", LOW)], "--minimum-fail-level=note", "no"),
            (&[("mago.toml", base), ("base.toml", OFF)], "", "yes base.toml:2"),
            (&[("mago.toml", &*back), ("base.toml", OFF)], "", "no"),
            (&[("mago.toml", "extends = [\"vendor/a/b/mago.toml\"]\n")], "", "unknown remote mago.toml:1"),
            (&[("mago.toml", "extends = \"mago.toml\"\n")], "", "unknown unsupported mago.toml:1"),
            (&[("mago.toml", "[linter")], "", "unknown unreadable mago.toml:1"),
            (&[("other.toml", OFF)], "--config other.toml", "yes other.toml:2"),
        ] {
            let settings = Case::new("mago", files, args).read(&Mago).settings;
            assert_eq!(told(settings.get(TOO_FEW)), wanted, "{files:?} {args}");
        }
    }
}
