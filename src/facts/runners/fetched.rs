//! Owns which package a word for a launcher names: one of a registry, or what lies under an address or a path, and the program
//! that it brings. Refuses to fetch any, and the launchers' flags: those are `launched.rs`.

use crate::catalog::Catalog;
use crate::catalog::launcher::Registry;
use crate::catalog::tool::Tool;

/// Where a package comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin<'w> {
    /// A registry has it under this name.
    Registry { name: &'w str, versioned: bool },
    /// A registry that no tool of the catalogue has a package in.
    Foreign,
    /// A directory or an archive of the machine.
    Path,
    /// Something that is fetched from an address or a repository.
    Address(&'w str),
}

/// A package as it is written for a launcher.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fetched<'w> {
    pub(super) origin: Origin<'w>,
    /// The program that runs: what is written behind the version of several (`npm:typescript@5/tsc`), else the one called like
    /// the package, a scoped name kept whole.
    pub(super) program: String,
}

/// Whether a word is the specification of a package in a registry.
pub(super) fn is_specification(text: &str) -> bool {
    registry_of(text).is_some()
}

/// The registry that a specification begins with, and what stands behind its name.
fn registry_of(text: &str) -> Option<(&'static Registry, &str)> {
    Catalog::builtin().launchers.registry.iter().find_map(|row| Some((row, text.strip_prefix(row.prefix.as_str())?)))
}

/// Reads a specification as the launchers of a registry do (npm-package-arg, `lib/npa.js`; Deno, `deno_semver`; PEP 508).
pub(super) fn read<'w>(text: &'w str, registry: &str) -> Fetched<'w> {
    let named = registry_of(text);
    if named.is_some_and(|(row, _)| row.ecosystem.is_none()) {
        return Fetched { origin: Origin::Foreign, program: last(text).to_owned() };
    }
    let bare = named.map(|(_, bare)| bare.trim_start_matches('/'));
    let spec = bare.unwrap_or(text);
    let archive = [".tgz", ".tar.gz", ".whl"].iter().any(|end| spec.ends_with(end));
    if spec.starts_with(['.', '/', '~']) || spec.starts_with("file:") || (archive && !spec.contains(':')) {
        return Fetched { origin: Origin::Path, program: name_of(spec) };
    }
    let scope = if spec.starts_with('@') { spec.find('/').map_or(0, |at| at + 1) } else { 0 };
    let stop = |c: char| matches!(c, '@' | '/' | ':') || (registry == "pypi" && "[=<>~!; +#".contains(c));
    let end = spec[scope..].find(stop).map_or(spec.len(), |at| scope + at);
    let (name, rest) = spec.split_at(end);
    let inside = |rest: &str| bare.and_then(|_| rest.split_once('/')).map(|(_, program)| program.to_owned());
    match rest.chars().next() {
        None => Fetched { origin: Origin::Registry { name, versioned: false }, program: name.to_owned() },
        Some('/') if bare.is_some() => {
            let program = inside(rest).unwrap_or_default();
            Fetched { origin: Origin::Registry { name, versioned: false }, program }
        }
        Some('/') if registry == "pypi" && !is_address(spec) => Fetched { origin: Origin::Path, program: name_of(spec) },
        Some('/' | ':' | '+' | '#') => Fetched { origin: Origin::Address(spec), program: name_of(spec) },
        _ if is_address(spec) && spec.starts_with("git@") => Fetched { origin: Origin::Address(spec), program: name_of(spec) },
        Some(_) => {
            let wanted = rest[rest.find('@').map_or(0, |at| at + 1)..].trim();
            let origin = match () {
                () if is_address(wanted) || wanted.starts_with("git") && wanted.contains(':') => Origin::Address(wanted),
                () if wanted.starts_with(['.', '/', '~']) || wanted.starts_with("file:") => Origin::Path,
                () => match registry_of(wanted).filter(|(row, _)| row.ecosystem.as_deref() == Some(registry)) {
                    Some((_, alias)) => return Fetched { program: name.to_owned(), ..read(alias, registry) },
                    None if wanted.contains('/') && bare.is_none() => Origin::Address(wanted),
                    None => Origin::Registry { name, versioned: true },
                },
            };
            Fetched { origin, program: inside(rest).unwrap_or_else(|| name.to_owned()) }
        }
    }
}

fn last(text: &str) -> &str {
    let part = text.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    part.split('@').next().unwrap_or(part)
}

/// Whether a text is the address of something to fetch.
pub(in crate::facts) fn is_address(text: &str) -> bool {
    text.contains("://") || text.starts_with("git@")
}

/// The name that an address is likely to install: `#egg=NAME`, else its last part without ending, revision and version.
pub(in crate::facts) fn name_of(address: &str) -> String {
    let (path, fragment) = address.split_once('#').unwrap_or((address, ""));
    if let Some(egg) = fragment.split('&').find_map(|part| part.strip_prefix("egg=")) {
        return egg.split('[').next().unwrap_or(egg).to_ascii_lowercase();
    }
    let part = last(path);
    let bare = [".git", ".whl", ".tar.gz", ".tgz", ".zip"].iter().find_map(|end| part.strip_suffix(end)).unwrap_or(part);
    let version = bare.match_indices('-').find(|(at, _)| bare[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    version.map_or(bare, |(at, _)| &bare[..at]).to_ascii_lowercase()
}

/// Whether an address is in the tool's own repository, the one that the catalogue was verified against.
pub(in crate::facts) fn is_own(address: &str, tool: &Tool) -> bool {
    let source = tool.verified.source.trim_start_matches("https://").trim_end_matches(".git").to_ascii_lowercase();
    let parts: Vec<&str> = source.split('/').take(3).collect();
    let [host, owner, name] = parts.as_slice() else { return false };
    let ways = [format!("{host}/{owner}/{name}"), format!("{host}:{owner}/{name}"), format!("github:{owner}/{name}")];
    let address = address.to_ascii_lowercase();
    // `owner/name` is a repository of GitHub.
    let address = if address.contains(':') || address.starts_with(host) { address } else { format!("github:{address}") };
    ways.iter().filter_map(|way| address.split_once(way.as_str())).any(|(before, after)| {
        let first = before.is_empty() || before.ends_with('@') || before.ends_with("//");
        first
            && !before.trim_end_matches('/').contains('/')
            && !after.contains("..")
            && (after.is_empty() || after.starts_with(['/', '.', '@', '#']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifications() {
        let registry = |name, versioned| Origin::Registry { name, versioned };
        for (text, kind, program, origin) in [
            ("eslint", "npm", "eslint", registry("eslint", false)),
            ("eslint@9.1.0", "npm", "eslint", registry("eslint", true)),
            ("@biomejs/biome@2", "npm", "@biomejs/biome", registry("@biomejs/biome", true)),
            ("bandit[toml]==1.8", "pypi", "bandit", registry("bandit", true)),
            ("ruff>=0.5,<1", "pypi", "ruff", registry("ruff", true)),
            ("ruff@latest", "pypi", "ruff", registry("ruff", true)),
            ("npm:eslint@9", "npm", "eslint", registry("eslint", true)),
            ("npm:/@biomejs/biome@2", "npm", "@biomejs/biome", registry("@biomejs/biome", true)),
            ("npm:typescript@5/tsc", "npm", "tsc", registry("typescript", true)),
            ("npm:evil/eslint", "npm", "eslint", registry("evil", false)),
            ("jsr:@evil/eslint@1", "npm", "eslint", Origin::Foreign),
            ("npm:@evil/eslint", "npm", "@evil/eslint", registry("@evil/eslint", false)),
            ("eslint@npm:evil", "npm", "eslint", registry("evil", false)),
            ("eslint@npm:eslint@8", "npm", "eslint", registry("eslint", true)),
            ("eslint@file:./x", "npm", "eslint", Origin::Path),
            ("eslint@https://e.org/x.tgz", "npm", "eslint", Origin::Address("https://e.org/x.tgz")),
            ("eslint@evil/eslint", "npm", "eslint", Origin::Address("evil/eslint")),
            ("evil/eslint", "npm", "eslint", Origin::Address("evil/eslint")),
            ("github:evil/eslint#v1", "npm", "eslint", Origin::Address("github:evil/eslint#v1")),
            ("https://u@e.org/evil/eslint.git", "npm", "eslint", Origin::Address("https://u@e.org/evil/eslint.git")),
            ("git@e.org:evil/eslint", "npm", "eslint", Origin::Address("git@e.org:evil/eslint")),
            ("./tools/eslint", "npm", "eslint", Origin::Path),
            ("evil/bandit", "pypi", "bandit", Origin::Path),
            ("bandit@git+https://e.org/b", "pypi", "bandit", Origin::Address("git+https://e.org/b")),
            ("bandit @ git+https://e.org/b", "pypi", "bandit", Origin::Address("git+https://e.org/b")),
            ("git+https://e.org/evil/bandit", "pypi", "bandit", Origin::Address("git+https://e.org/evil/bandit")),
        ] {
            let fetched = read(text, kind);
            assert_eq!((fetched.program.as_str(), fetched.origin), (program, origin), "{text}");
        }
    }
}
