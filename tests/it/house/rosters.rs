//! Owns the completeness of rosters: a file in a roster's folder is a module, and what implements its trait is in its list.

use std::collections::BTreeMap;

use super::reading::{Source, file, product, rust_files};

/// Folders that are known to have a roster; there may be more.
const KNOWN: &[&str] = &["checks", "facts/ci", "facts/runners", "facts/tool_config", "report"];

#[test]
fn every_file_is_a_module() {
    let paths = rust_files("src");
    let mut wrong = Vec::new();
    for path in &paths {
        let (folder, name) = match path.strip_suffix("/mod.rs") {
            Some(folder) => folder.rsplit_once('/').unwrap_or(("", folder)),
            None => {
                let stem = path.strip_suffix(".rs").unwrap_or(path);
                stem.rsplit_once('/').unwrap_or(("", stem))
            }
        };
        if folder.is_empty() && matches!(name, "lib" | "main" | "build") {
            continue;
        }
        let parents = if folder.is_empty() {
            ["lib.rs".to_owned(), String::new()]
        } else {
            [format!("{folder}/mod.rs"), format!("{folder}.rs")]
        };
        let declared =
            parents.iter().filter(|parent| paths.contains(parent)).any(|parent| declares(&file(&format!("src/{parent}")), name));
        if !declared {
            wrong.push(format!("src/{path} is not compiled: no `mod {name};` above it"));
        }
    }
    assert!(wrong.is_empty(), "files that nobody mentions:\n{}", wrong.join("\n"));
}

fn declares(text: &str, name: &str) -> bool {
    let wanted = format!("mod {name};");
    text.lines()
        .any(|line| line.trim().strip_suffix(&wanted).is_some_and(|before| before.is_empty() || before.starts_with("pub")))
}

#[test]
fn every_roster_lists_what_its_folder_offers() {
    let sources = product();
    let mut rosters: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for roster in &sources {
        let Some(folder) = roster.path.strip_suffix("/mod.rs") else { continue };
        let Some((role, list)) = roster_of(&roster.code) else { continue };
        let mut offered = 0;
        for (module, name) in implementors(&sources, folder, &role) {
            offered += 1;
            if !list.contains(&format!("{module}::{name}")) {
                wrong.push(format!(
                    "src/{folder}/{module} implements `{role}` for `{name}`: add it to ROSTER in src/{}",
                    roster.path
                ));
            }
        }
        rosters.insert(folder, offered);
    }
    for known in KNOWN {
        assert!(rosters.contains_key(known), "src/{known}/mod.rs has a `static ROSTER`; found {rosters:?}");
    }
    assert!(rosters.values().sum::<usize>() > 10, "{rosters:?}");
    assert!(wrong.is_empty(), "rosters are not complete:\n{}", wrong.join("\n"));
}

/// The trait of `static ROSTER: &[&dyn Trait] = &[…];` and the text of the list.
fn roster_of(code: &str) -> Option<(String, String)> {
    let (declared, rest) = code[code.find("static ROSTER")?..].split_once('=')?;
    let role = declared.split("dyn ").nth(1)?;
    let list = &rest[..rest.find("];")?];
    Some((role.chars().take_while(|c| c.is_alphanumeric()).collect(), list.to_owned()))
}

/// (module right below the folder, type) for each `impl Trait for Type` below it.
fn implementors(sources: &[Source], folder: &str, role: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for source in sources {
        let Some(inside) = source.path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) else { continue };
        let module = inside.split(['/', '.']).next().unwrap_or_default();
        for (at, words) in source.code.match_indices(&format!("impl {role} for ")) {
            let name: String = source.code[at + words.len()..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.push((module.to_owned(), name));
        }
    }
    found
}
