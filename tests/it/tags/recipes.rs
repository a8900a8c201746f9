//! Owns the agreement of the recipes for release engineers with the table of cases: each names the rows that hold it.

use std::collections::BTreeSet;

use super::case;
use crate::house::reading::file;

#[test]
fn every_recipe_names_its_fixtures() {
    let known: BTreeSet<String> = case::all().into_iter().map(|case| case.id).collect();
    let text = file("docs/release-recipes.md");
    let recipes: Vec<&str> = text.split("\n## ").skip(1).collect();
    assert!(recipes.len() >= 7, "{}", recipes.len());
    for recipe in recipes {
        let title = recipe.lines().next().unwrap_or_default();
        let line =
            recipe.lines().find_map(|line| line.strip_prefix("Fixtures: ")).unwrap_or_else(|| panic!("{title}: no fixtures"));
        let named: Vec<&str> = line.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{title}: no fixtures");
        for id in named {
            assert!(known.contains(id), "{title}: there is no case `{id}`");
        }
    }
}
