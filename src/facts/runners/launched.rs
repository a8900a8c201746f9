//! Owns the question which package a launcher takes a program from (`uvx --from`, `pipx run --spec`, `npx -p`, `go tool`). Refuses
//! programs that the catalogue does not know.

use super::fetched::{self, Fetched, Origin};
use super::{Call, Next, Target, World};
use crate::answer::Reason;
use crate::catalog::Catalog;
use crate::catalog::launcher::Launcher;
use crate::catalog::tool::Tool;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::matching;
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::text::Span;

/// The packages that a launcher's own flags name; `behind` words of the line are the program and what is its own.
fn flagged(row: &Launcher, call: &Call<'_>, behind: usize) -> Vec<(Word, String)> {
    // What stands behind the program is the program's own; npm takes all flags before a bare `--`.
    let npm = call.program() == Some("npm");
    let end = call.words.iter().position(|word| npm && word.shape() == "--");
    let own = end.unwrap_or_else(|| if npm { call.words.len() } else { call.words.len().saturating_sub(behind) });
    values(&call.words[..own], &row.sources)
}

/// The same launch, held when none of the packages that its flags name is the tool's.
pub(super) fn held(mut next: Next, row: &Launcher, call: &Call<'_>, world: &World<'_>) -> Next {
    let registry = row.package.as_deref();
    let behind = match &next.target {
        Target::Argv(words) => words.len(),
        // A text in place of a command (`npx -p x -c 'eslint .'`).
        _ => 0,
    };
    let given = flagged(row, call, behind);
    let (Some(registry), Some((word, text))) = (registry, given.first()) else { return next };
    let origins = || given.iter().map(|(_, text)| fetched::read(text, registry).origin);
    let tools: Vec<&Tool> = match &next.target {
        Target::Argv(words) => {
            let Some(program) = words.first().and_then(|word| word.value.as_deref()) else { return next };
            world.catalog.tools_run_as(program, matching::program_name(program)).collect()
        }
        _ => world.catalog.tools.iter().collect(),
    };
    if tools.is_empty() || origins().any(|origin| tools.iter().any(|tool| is_tools(origin, registry, tool))) {
        return next;
    }
    let hold = match &next.target {
        Target::Argv(words) => {
            taken(words[0].value.as_deref().unwrap_or_default(), text, origins().next(), registry, &tools, word)
        }
        _ => {
            let why = format!("its programs may be those of `{text}`");
            Hold::new(HoldEffect::Unknown(Reason::Unsupported), word.place.clone(), why)
        }
    };
    next.holds.push(hold);
    next
}

/// What it takes from a program that the word itself is the package it comes in.
pub(super) fn of_word(package: &Fetched<'_>, text: &str, word: &Word, row: &Launcher, call: &Call<'_>) -> Option<Hold> {
    let (registry, program) = (row.package.as_deref()?, package.program.as_str());
    let at = call.words.iter().position(|other| other.span == word.span && other.place == word.place);
    if !flagged(row, call, at.map_or(0, |at| call.words.len() - at)).is_empty() {
        return None;
    }
    let catalog = Catalog::builtin();
    let tools: Vec<&Tool> = catalog.tools_run_as(program, matching::program_name(program)).collect();
    if tools.is_empty() || tools.iter().any(|tool| is_tools(package.origin, registry, tool)) {
        return None;
    }
    if let Origin::Registry { name, versioned } = package.origin
        && name == program
        && ((row.installed && !versioned) || !tools.iter().any(|tool| is_called(program, tool)))
    {
        return None;
    }
    let mut hold = taken(program, text, Some(package.origin), registry, &tools, word);
    // Of a package of the same name that the catalogue does not list nothing is known.
    if matches!(package.origin, Origin::Registry { name, .. } if name == program) {
        hold.effect = HoldEffect::Unknown(Reason::Unsupported);
    }
    Some(hold)
}

fn taken(program: &str, text: &str, origin: Option<Origin<'_>>, registry: &str, tools: &[&Tool], word: &Word) -> Hold {
    let known = tools.iter().any(|tool| is_called(program, tool) && tool.packages.contains_key(registry));
    let address = matches!(origin, Some(Origin::Address(_)));
    let local = matches!(origin, Some(Origin::Path));
    let effect = if address || !(known || local) { HoldEffect::Unknown(Reason::Unsupported) } else { HoldEffect::Void };
    Hold::new(effect, word.place.clone(), format!("`{program}` is taken from `{}`", text.replace(UNKNOWN_CHAR, "…")))
}

/// Whether what is fetched is one of the packages that the catalogue lists for a tool, or the tool's own repository.
fn is_tools(origin: Origin<'_>, registry: &str, tool: &Tool) -> bool {
    match origin {
        Origin::Registry { name, .. } => {
            let same =
                |known: &String| known == name || (registry == "pypi" && known.eq_ignore_ascii_case(&name.replace('_', "-")));
            tool.packages.get(registry).is_some_and(|packages| packages.iter().any(same))
        }
        Origin::Address(address) => fetched::is_own(address, tool),
        Origin::Foreign | Origin::Path => false,
    }
}

/// Whether a program bears the tool's own name, and not that of another one that runs it (`next lint`).
fn is_called(program: &str, tool: &Tool) -> bool {
    let last = |name: &String| name.rsplit('/').next() == program.rsplit('/').next();
    tool.id == program || tool.packages.values().flatten().any(last)
}

fn values(words: &[Word], flags: &[impl AsRef<str>]) -> Vec<(Word, String)> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some(text) = word.value.as_deref() else { continue };
        let (name, attached) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        if !flags.iter().any(|flag| [name, text].contains(&flag.as_ref())) {
            continue;
        }
        let value = attached.or_else(|| words.get(at + 1).and_then(|next| next.value.as_deref()));
        found.extend(value.map(|value| (word.clone(), value.to_owned())));
    }
    found
}

/// `go tool NAME`: the package of `go.mod` whose last segment is the name, when it is not the tool's own.
pub(super) fn go_tool(name: &str, listed: impl Fn(&str) -> bool, call: &Call<'_>, world: &World<'_>) -> Option<Hold> {
    let directory = call.workdir.dir()?;
    let given = values(call.words, &["-modfile"]).into_iter().next().map(|(_, file)| file);
    let files = match given {
        Some(file) => vec![call.workdir.resolve(&file)?],
        None => directory.ancestors().filter_map(|dir| dir.join("go.mod")).collect(),
    };
    let path = files.into_iter().find(|path| world.snapshot.is_file(path))?;
    let file = world.snapshot.read(&path).ok()?;
    let (mut block, mut offset) = (false, 0);
    for line in file.text.split_inclusive('\n') {
        let (start, text) = (offset, line.split("//").next().unwrap_or("").trim());
        offset += line.len();
        let package = match text.strip_prefix("tool") {
            Some(rest) if rest.trim_start().starts_with('(') => {
                block = true;
                continue;
            }
            Some(rest) if rest.starts_with(char::is_whitespace) => rest.trim(),
            _ if text == ")" => {
                block = false;
                continue;
            }
            _ if block => text,
            _ => continue,
        };
        if super::launch::program_of_package(package) == name && !listed(package) {
            let place = file.place(Span::new(start, start + line.trim_end().len()));
            return Some(Hold::new(HoldEffect::Void, place, format!("`go tool {name}` is the package `{package}`")));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::facts::runners::launchers::Launchers;
    use crate::facts::runners::script_probe::told;

    #[test]
    fn a_program_of_another_package_is_not_the_tool() {
        for (command, held) in [
            ("uvx --from bandit bandit -r src", ""),
            ("uvx --from bandit[toml]==1.8 bandit -r src", ""),
            ("uvx --from evil bandit -r src", "!void"),
            ("uvx --from ./tools/b bandit -r src", "!void"),
            ("uvx --from git+https://example.org/b bandit -r src", "!unknown"),
            ("pipx run --spec=evil bandit", "!void"),
            ("pipx run --spec bandit==1.8 bandit", ""),
            ("npx -p evil eslint .", "!void"),
            ("npx -p eslint@9 -p eslint-plugin-security eslint .", ""),
            ("npx eslint -p x", ""),
            ("uvx --from evil other", ""),
            // The package is the word itself.
            ("npx evil/eslint .", "!unknown"),
            ("npx eslint/eslint .", ""),
            ("npx ./tools/eslint .", "!void"),
            ("npx eslint@npm:evil .", "!void"),
            ("npx eslint@npm:eslint@8 .", ""),
            ("npx eslint@file:./x .", "!void"),
            ("npx eslint@https://example.org/x.tgz .", "!unknown"),
            ("npx -y eslint@9 .", ""),
            ("npx eslint .", ""),
            ("npx biome ci .", ""),
            ("npx biome@2 ci .", "!unknown"),
            ("pnpm dlx biome ci .", "!unknown"),
            ("pnpm dlx @biomejs/biome ci .", ""),
            ("pnpm dlx next lint", ""),
            ("yarn dlx -p eslint -p typescript eslint .", ""),
            ("yarn dlx evil/eslint .", "!unknown"),
            ("bunx ./eslint .", "!void"),
            ("npx -p @angular/cli ng lint", "!unknown"),
            ("npx -p typescript tsc", ""),
            ("npx --package=evil -c 'eslint .'", "!unknown"),
            ("npx -p eslint -p x -c 'eslint .'", ""),
            ("uvx evil/bandit -r .", "!void"),
            ("uvx bandit@git+https://example.org/b -r .", "!unknown"),
            ("uvx bandit@git+https://github.com/PyCQA/bandit -r .", ""),
            ("uvx --from git+https://github.com/PyCQA/bandit bandit -r .", ""),
            ("uvx git+https://example.org/evil/bandit -r .", "!unknown"),
            ("uvx ruff@latest check", ""),
            ("uvx --with x mypy .", ""),
            ("uvx eslint .", "!unknown"),
            ("uvx prek run -a", ""),
            ("pipx run bandit -r .", ""),
            ("deno run -A npm:evil@1/eslint .", "!void"),
            ("deno run -A jsr:@evil/eslint .", "!void"),
            ("deno run -A npm:eslint@9 .", ""),
            ("corepack yarn npm audit", ""),
        ] {
            let told = told(&Launchers, &[], "", command).join("\n");
            assert_eq!(told.contains("!"), !held.is_empty(), "{command}: {told}");
            assert!(told.contains(held), "{command}: {told}");
        }
    }

    #[test]
    fn tools_of_a_go_module() {
        for (module, held) in [
            ("module a\ntool github.com/securego/gosec/v2/cmd/gosec\n", false),
            ("module a\ntool (\n\texample.org/evil/cmd/gosec\n)\n", true),
            ("module a\ntool a/cmd/gosec // ours\n", true),
            ("module a\n", false),
        ] {
            let told = told(&Launchers, &[("go.mod", module)], "", "go tool gosec ./...").join("\n");
            assert_eq!(told.contains("!void go.mod"), held, "{module}: {told}");
        }
    }
}
