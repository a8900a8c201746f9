//! Owns the question which package a launcher takes a program from (`uvx --from`, `pipx run --spec`, `npx -p`, `go tool`). Refuses
//! programs that the catalogue does not know.

use super::{Call, Next, Target, World};
use crate::answer::Reason;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::matching;
use crate::facts::shell::Word;
use crate::text::Span;

/// Flags that name the package, by launcher.
const SOURCES: &[(&str, &[&str])] = &[
    ("uvx", &["--from"]),
    ("uv", &["--from"]),
    ("pipx", &["--spec"]),
    ("npx", &["-p", "--package"]),
    ("npm", &["--package"]),
    ("pnpm", &["--package"]),
    ("pnpx", &["--package"]),
    ("yarn", &["-p", "--package"]),
    ("bunx", &["-p", "--package"]),
    ("bun", &["-p", "--package"]),
];

/// The same launch, held when none of the packages it names is the tool's.
pub(super) fn held(mut next: Next, call: &Call<'_>, world: &World<'_>) -> Next {
    let flags = call.program().map(matching::program_name).and_then(|name| SOURCES.iter().find(|(program, _)| *program == name));
    let (Some((_, flags)), Target::Argv(words)) = (flags, &next.target) else { return next };
    let Some(program) = words.first().and_then(|word| word.value.clone()) else { return next };
    let known: Vec<&String> =
        world.catalog.tools_run_as(&program, &program).flat_map(|tool| tool.packages.values()).flatten().collect();
    if known.is_empty() {
        return next;
    }
    // What stands behind the program is the program's own; npm takes all flags before a bare `--`.
    let npm = call.program() == Some("npm");
    let end = call.words.iter().position(|word| npm && word.shape() == "--");
    let own = end.unwrap_or_else(|| if npm { call.words.len() } else { call.words.len().saturating_sub(words.len()) });
    let given = values(&call.words[..own], flags);
    let is_tools = |(_, text): &(Word, String)| known.iter().any(|name| name.as_str() == package(text));
    if given.is_empty() || given.iter().any(is_tools) {
        return next;
    }
    let (word, text) = &given[0];
    let local = text.starts_with(['.', '/']) || text.starts_with("file:");
    let address = text.contains("://");
    let effect = if address && !local { HoldEffect::Unknown(Reason::Unsupported) } else { HoldEffect::Void };
    next.holds.push(Hold::new(effect, word.place.clone(), format!("`{program}` is taken from `{text}`")));
    next
}

fn values(words: &[Word], flags: &[&str]) -> Vec<(Word, String)> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some(text) = word.value.as_deref() else { continue };
        let (name, attached) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        if !flags.contains(&name) && !flags.contains(&text) {
            continue;
        }
        let value = attached.or_else(|| words.get(at + 1).and_then(|next| next.value.as_deref()));
        found.extend(value.map(|value| (word.clone(), value.to_owned())));
    }
    found
}

/// The name in a package specification, its version and extras cut.
fn package(text: &str) -> &str {
    let head = text.split(['=', '<', '>', '~', '!', '[', ';', ' ']).next().unwrap_or(text);
    match head.char_indices().skip(1).find(|(_, c)| *c == '@') {
        Some((at, _)) => &head[..at],
        None => head,
    }
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
        if super::launchers::program_of_package(package) == name && !listed(package) {
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
