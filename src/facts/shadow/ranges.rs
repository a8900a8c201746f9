//! Owns whether a range of npm's leaves a version out, and whose package managers ask that before they link a package of the
//! tree. Refuses tags, hyphens and whatever else is no plain range: what is not read leaves nothing out.

use semver::{Version, VersionReq};

use crate::facts::runners::World;
use crate::text::RepoPath;

/// Alternatives that are read of one range.
const ALTERNATIVES: usize = 50;

/// Files that say which package manager installs: yarn and pnpm link a workspace's package only where its version is in the
/// range (yarn 1 `src/workspace-layout.js`, pnpm.io "Workspace"); npm always does (`@npmcli/arborist` `lib/node.js`).
const BY_RANGE: [&str; 3] = ["pnpm-workspace.yaml", "pnpm-lock.yaml", "yarn.lock"];
const ALWAYS: [&str; 4] = ["package-lock.json", "npm-shrinkwrap.json", "bun.lock", "bun.lockb"];

/// Whether the nearest of these files is of a package manager that asks for the version.
pub(super) fn decide_links(directory: &RepoPath, world: &World<'_>) -> bool {
    let has =
        |dir: &RepoPath, names: &[&str]| names.iter().filter_map(|name| dir.join(name)).any(|path| world.snapshot.is_file(&path));
    let said = directory.ancestors().find(|dir| has(dir, &BY_RANGE) || has(dir, &ALWAYS));
    said.is_some_and(|dir| !has(&dir, &ALWAYS))
}

/// Whether a range certainly leaves a version out.
pub(super) fn leave_out(range: &str, version: &str) -> bool {
    let Ok(version) = Version::parse(version) else { return false };
    if range.split("||").nth(ALTERNATIVES).is_some() {
        return false;
    }
    range.split("||").all(|one| requirement(one).is_some_and(|wanted| !wanted.matches(&version)))
}

/// One alternative: comparators side by side, of which one without a sign is that version itself.
fn requirement(text: &str) -> Option<VersionReq> {
    let one = |word: &str| match word.as_bytes().first() {
        Some(byte) if byte.is_ascii_digit() => format!("={word}"),
        _ => word.to_owned(),
    };
    let words: Vec<String> = text.split_whitespace().map(one).collect();
    if words.is_empty() { None } else { VersionReq::parse(&words.join(", ")).ok() }
}

#[cfg(test)]
mod tests {
    use super::leave_out;

    #[test]
    fn ranges_leave_out_what_they_do_not_name() {
        for range in ["^1.60.0", "1.60.0", ">=8 <10 || 11.x", "~9.1", "9", ">1"] {
            assert!(leave_out(range, "0.0.0"), "{range}");
        }
        for (range, version) in [
            ("^9", "9.1.0"),
            ("*", "0.0.0"),
            ("", "0.0.0"),
            ("latest", "0.0.0"),
            ("1 - 2", "0.0.0"),
            ("^1", "x"),
            ("8 || next", "0.0.0"),
        ] {
            assert!(!leave_out(range, version), "{range} {version}");
        }
    }
}
