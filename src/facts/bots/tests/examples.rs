//! Every `[[example]]` under `rules/bots/`: whether the bot is active, what it covers, and what nothing covers.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::example::Example;
use crate::facts::gather;
use crate::snapshot::Snapshot;
use crate::terms::Terms;

fn texts(value: &serde_json::Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

#[test]
fn every_bot_example_holds() {
    let catalog = Catalog::builtin();
    let mut wrong = Vec::new();
    for bot in &catalog.bots {
        for example in Example::of(&format!("bots/{}.toml", bot.id)).expect("examples parse") {
            let snapshot = Snapshot::in_memory(example.tree(None));
            let facts = gather(&snapshot, catalog, &Terms::default()).expect("in memory");
            let mine = || facts.bots.iter().filter(|fact| fact.bot == bot.id);
            let key = |(ecosystem, directory): &(String, crate::text::RepoPath)| format!("{ecosystem}:{directory}");
            let covers: BTreeSet<String> = mine().flat_map(|fact| &fact.covers).map(key).collect();
            let uncovered: BTreeSet<String> =
                facts.uncovered.iter().map(|gap| format!("{}:{}", gap.ecosystem, gap.directory)).collect();
            let active = mine().any(|fact| fact.active);
            let found = (active, covers, uncovered);
            let wanted =
                (example.expect["active"] == true, texts(&example.expect["covers"]), texts(&example.expect["uncovered"]));
            if found != wanted {
                wrong.push(format!("{} / {}: expected {wanted:?}, found {found:?}", bot.id, example.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
