//! Owns `[alias]` of cargo's configuration, and code of the tree that cargo runs as a task. Refuses to read that code.

use super::script_words::word_at;
use super::{Call, Next, Runner, Target, World};
use crate::answer::{Reason, Why};
use crate::catalog;
use crate::doc::{Format, Value};
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::shell::Word;
use crate::text::Place;

/// `cargo X` where X is an alias.
pub(super) struct CargoAlias;

/// Aliases of aliases.
const MAX_ALIASES: usize = 16;

impl Runner for CargoAlias {
    fn name(&self) -> &'static str {
        "cargo alias"
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        if call.program()? != "cargo" {
            return None;
        }
        let at = command_at(call.words)?;
        let name = call.words[at].value.as_deref()?;
        let built_in = |name: &str| catalog::lists(&world.catalog.commands.cargo.own, name);
        if built_in(name) {
            return task_of_the_tree(call, at).map(|why| vec![opaque(call, why, Vec::new())]);
        }
        let (mut words, hop) = find(call, world, name)?;
        let mut hops = vec![hop];
        let mut seen = vec![name.to_owned()];
        // Cargo refuses an alias that leads back to itself.
        while let Some(next) = words.first().map(|word| word.raw.clone()).filter(|next| !built_in(next)) {
            let Some((inner, hop)) = find(call, world, &next) else { break };
            if seen.contains(&next) || seen.len() > MAX_ALIASES {
                return Some(Vec::new());
            }
            seen.push(next);
            hops.push(hop);
            words.splice(..1, inner);
        }
        let place = hops[0].place.clone();
        if words.first().is_some_and(|first| matches!(first.raw.as_str(), "run" | "r")) {
            let why = Why::new(Reason::Unsupported, format!("`cargo {name}` runs code of the tree")).at(place);
            return Some(vec![opaque(call, why, hops)]);
        }
        let all = call.words[..at].iter().cloned().chain(words).chain(call.words[at + 1..].iter().cloned());
        let mut next = Next::argv(call, all.collect());
        let tools = world.catalog.tools_run_as("cargo", "cargo");
        let rows = tools.flat_map(|tool| &tool.run).filter_map(|run| run.argv.as_deref());
        if rows.into_iter().any(|argv| matches!(argv, [first, second, ..] if first == "cargo" && second == name)) {
            let why = format!("an alias gives `cargo {name}` another meaning");
            next.holds.push(Hold::new(HoldEffect::Note, place, why));
        }
        next.hops = hops;
        Some(vec![next])
    }

    fn goes_first(&self) -> bool {
        true
    }
}

/// Where the command stands: behind `+toolchain` and cargo's own flags.
fn command_at(words: &[Word]) -> Option<usize> {
    let mut at = 1;
    while let Some(text) = words.get(at)?.value.as_deref() {
        match text {
            "--config" | "-Z" | "--color" | "-C" | "--explain" => at += 2,
            _ if text.starts_with(['-', '+']) => at += 1,
            _ => return Some(at),
        }
    }
    None
}

/// The words of an alias and where it stands: the environment, then the nearest configuration upward.
fn find(call: &Call<'_>, world: &World<'_>, name: &str) -> Option<(Vec<Word>, Hop)> {
    let variable = format!("CARGO_ALIAS_{}", name.to_ascii_uppercase().replace('-', "_"));
    if let Some(value) = call.env.get(&variable) {
        let text = value.as_deref().unwrap_or("");
        return Some((split(text, call.place), Hop::new(call.place.clone(), &format!("{variable}={text}"))));
    }
    for above in call.workdir.dir()?.ancestors() {
        // Cargo takes the name without an extension first.
        for file in [".cargo/config", ".cargo/config.toml"] {
            let Some(path) = above.join(file).filter(|path| world.snapshot.is_file(path)) else { continue };
            let Ok(document) = world.snapshot.document(&path, Format::Toml) else { continue };
            if let Some(value) = document.root().get("alias").and_then(|table| table.get(name)) {
                return Some(words(value, name));
            }
        }
    }
    None
}

fn words(value: Value<'_>, name: &str) -> (Vec<Word>, Hop) {
    let (words, text) = match value.as_str() {
        Some(text) => (split(text, &value.place()), text.to_owned()),
        None => {
            let items: Vec<Word> = value.items().filter_map(|item| Some(word_at(item.as_str()?, &item.place()))).collect();
            let text = items.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" ");
            (items, text)
        }
    };
    (words, Hop::new(value.place(), &format!("{name} = {text}")))
}

fn split(text: &str, place: &Place) -> Vec<Word> {
    text.split_ascii_whitespace().map(|word| word_at(word, place)).collect()
}

/// `cargo run -p xtask`: the workspace's own task runner.
fn task_of_the_tree(call: &Call<'_>, at: usize) -> Option<Why> {
    let words: Vec<&str> = call.words[at..].iter().map(|word| word.value.as_deref().unwrap_or("")).collect();
    if !matches!(words[0], "run" | "r") {
        return None;
    }
    let own = words.iter().take_while(|word| **word != "--").skip(1);
    let named = own
        .map(|word| word.rsplit(['=', '/']).find(|part| *part != "Cargo.toml").unwrap_or(""))
        .any(|word| word == "xtask" || word == "xtasks");
    named.then(|| Why::new(Reason::Unsupported, "cargo runs the tree's own xtask, whose code is not read").at(call.place.clone()))
}

fn opaque(call: &Call<'_>, why: Why, hops: Vec<Hop>) -> Next {
    let mut next = Next::argv(call, Vec::new());
    next.target = Target::Opaque(why);
    next.hops = hops;
    next
}

#[cfg(test)]
mod tests {
    use super::CargoAlias;
    use crate::facts::runners::script_probe::told;

    const FILES: &[(&str, &str)] = &[
        (
            ".cargo/config.toml",
            "[alias]\nlint = \"clippy --all-targets\"\nfull = [\"clippy\", \"--\", \"-D warnings\"]\nxtask = \"run -p xtask --\"\ntest = \"no\"\nself = \"self -x\"\nouter = \"full2 -y\"\nfull2 = \"audit\"\n",
        ),
        ("sub/.cargo/config", "[alias]\nlint = 'deny check'\n"),
        ("sub/deep/x", ""),
    ];

    const ROWS: &[(&str, &str, &[&str])] = &[
        ("", "cargo lint", &["$ cargo clippy --all-targets <- .cargo/config.toml:2"]),
        (
            "",
            "cargo +nightly --locked lint -- -W x",
            &["$ cargo +nightly --locked clippy --all-targets -- -W x <- .cargo/config.toml:2"],
        ),
        ("", "cargo full", &["$ cargo clippy -- -D warnings <- .cargo/config.toml:3"]),
        ("sub/deep", "cargo lint", &["$ cargo deny check <- sub/.cargo/config:2 in sub/deep"]),
        ("sub", "cargo full", &["$ cargo clippy -- -D warnings <- .cargo/config.toml:3 in sub"]),
        ("", "cargo xtask lint", &["opaque Unsupported: `cargo xtask` runs code of the tree <- .cargo/config.toml:4"]),
        (
            "",
            "cargo run --package xtask -- lint",
            &["opaque Unsupported: cargo runs the tree's own xtask, whose code is not read"],
        ),
        (
            "",
            "cargo run --manifest-path=xtask/Cargo.toml",
            &["opaque Unsupported: cargo runs the tree's own xtask, whose code is not read"],
        ),
        ("", "cargo run -- xtask", &["not known"]),
        ("", "cargo test", &["not known"]),
        ("", "cargo self", &[]),
        ("", "cargo outer z", &["$ cargo audit -y z <- .cargo/config.toml:7 .cargo/config.toml:8"]),
        ("", "cargo audit", &["not known"]),
        ("", "cargo $X", &["not known"]),
        ("", "cargo", &["not known"]),
        ("", "CARGO_ALIAS_AUDIT=version cargo audit", &["$ cargo version <- ci.yml:1 !note ci.yml:1"]),
        ("", "rustc lint", &["not known"]),
    ];

    #[test]
    fn aliases_are_followed() {
        for (directory, command, expected) in ROWS {
            assert_eq!(told(&CargoAlias, FILES, directory, command), *expected, "{command} in {directory:?}");
        }
        let shadow = &[(".cargo/config.toml", "[alias]\nlint = 'clippy -v'\nclippy = 'check'\n")];
        let expected = ["$ cargo check <- .cargo/config.toml:3 !note .cargo/config.toml:3"];
        assert_eq!(told(&CargoAlias, shadow, "", "cargo clippy"), expected);
        let expected = ["$ cargo check -v <- .cargo/config.toml:2 .cargo/config.toml:3"];
        assert_eq!(told(&CargoAlias, shadow, "", "cargo lint"), expected);
    }
}
