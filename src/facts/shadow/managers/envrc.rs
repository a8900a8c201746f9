//! Owns `.envrc`, the script of direnv: lines that put directories on the search path (direnv, `stdlib.sh`), and those that may.
//! Refuses to run or follow it: its functions and aliases reach nobody.

use super::{Means, Setting, directory};
use crate::answer::Reason;
use crate::facts::runners::World;
use crate::facts::shadow::runs_first;
use crate::text::{Place, RepoPath, Span};

pub(super) fn read(path: &RepoPath, base: &RepoPath, world: &World<'_>, out: &mut Vec<Setting>) {
    let Ok(file) = world.snapshot.read(path) else { return };
    let mut offset = 0;
    for line in file.text.split_inclusive('\n') {
        let (start, text) = (offset, line.trim());
        offset += line.len();
        let place = file.place(Span::new(start, start + line.trim_end().len()));
        for command in text.split([';', '&', '|']).map(str::trim) {
            statement(command, &place, base, world, out);
        }
    }
}

fn statement(text: &str, place: &Place, base: &RepoPath, world: &World<'_>, out: &mut Vec<Setting>) {
    let mut words = text.split_whitespace().map(|word| word.trim_matches(['"', '\'']));
    let mut add = |entry: &str| {
        let Some(means) = directory(entry, base, world) else { return };
        let doubt = (!matches!(means, Means::Directory(_))).then_some(Reason::Dynamic);
        let why = format!(
            "`.envrc` puts {} on the search path",
            format_args!("`{}`", crate::text::escape::line(entry).replace('`', "'"))
        );
        out.push(Setting { means, doubt, place: place.clone(), why });
    };
    match words.next().unwrap_or_default() {
        "PATH_add" | "PATH_prefix" => words.for_each(add),
        "path_add" if words.next() == Some("PATH") => words.for_each(add),
        "load_prefix" => words.for_each(|prefix| add(&format!("{prefix}/bin"))),
        "source" | "." | "source_env" | "source_env_if_exists" | "source_up" | "source_up_if_exists" | "eval" | "source_url" => {
            let why = "what `.envrc` takes in may change the search path".to_owned();
            let (means, doubt) = (Means::Somewhere(String::new()), Some(Reason::Unsupported));
            out.push(Setting { means, doubt, place: place.clone(), why });
        }
        first => {
            let assigned = if first == "export" { words.next().unwrap_or_default() } else { first };
            match assigned.split_once('=') {
                Some(("PATH", value)) => value.trim_matches(['"', '\'']).split(':').for_each(add),
                Some((name, value)) => {
                    if let Some(why) = runs_first(name, Some(value.trim_matches(['"', '\'']))) {
                        out.push(Setting { means: Means::Every, doubt: None, place: place.clone(), why });
                    } else {
                        let plain = Some(value.to_owned()).filter(|text| !text.contains(['$', '`']));
                        let (means, why) = (Means::Variable(name.to_owned(), plain), format!("`{name}` is set"));
                        out.push(Setting { means, doubt: None, place: place.clone(), why });
                    }
                }
                None => {}
            }
        }
    }
}
