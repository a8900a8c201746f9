//! Owns the settings of a repository's `config` that say how its data is stored. Refuses every other setting, and
//! includes.

use crate::error::Error;
use crate::text::escape;

use super::disk::{self, DiskError};
use super::locate::GitDirs;

/// Extensions that change nothing of what is read here (git, `setup.c` and "gitrepository-layout").
const KNOWN: [&str; 6] = ["noop", "noop-v1", "preciousobjects", "partialclone", "worktreeconfig", "relativeworktrees"];
/// The newest format that git knows.
const NEWEST: u32 = 1;
/// Bytes of a `config` file.
const CONFIG_BYTES: usize = 4 * 1024 * 1024;

/// Checks that objects are SHA-1 and references are files; a repository without a `config` file is both.
///
/// # Errors
/// Another storage, with the remedy, or a `config` that cannot be read.
pub(crate) fn check(dirs: &GitDirs) -> Result<(), Error> {
    let path = dirs.common.join("config");
    let bytes = match disk::read(&path, CONFIG_BYTES) {
        Ok(bytes) => bytes,
        Err(DiskError::Missing) => return Ok(()),
        Err(error) => {
            let error = Error::incomplete(format!("{} cannot be read: {error}", path.display()));
            return Err(error.hint("see who may read it; a fresh clone mends it"));
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    let version = settings(&text, "core").into_iter().rev().find(|(key, _)| key == "repositoryformatversion");
    let version = version.map_or(Ok(0), |(_, value)| value.parse::<u32>());
    if version.as_ref().is_ok_and(|version| *version > NEWEST) || version.is_err() {
        let error = Error::incomplete(format!("{} says that the repository has a format that is not known", path.display()));
        return Err(error.hint("a fresh clone has one that is"));
    }
    for (key, value) in settings(&text, "extensions") {
        match (key.as_str(), value.as_str()) {
            ("objectformat", "sha1") | ("refstorage", "files") => {}
            ("objectformat", other) => {
                return Err(Error::incomplete(format!("object format `{other}` is not supported, only sha1")).hint(
                    "inspect the checked-out files alone with `check --here`; tags of such a repository are not verified yet",
                ));
            }
            ("refstorage", other) => {
                return Err(Error::incomplete(format!("reference storage `{other}` is not supported, only files")).hint(
                    "run `git refs migrate --ref-format=files`, or `git clone --mirror --ref-format=files` and inspect the copy",
                ));
            }
            // Of the first format git ignores what it does not know.
            (other, _) if version == Ok(NEWEST) && !KNOWN.contains(&other) => {
                let error =
                    Error::incomplete(format!("the extension `{}` of the repository's format is not known", escape::line(other)));
                return Err(error.hint("git refuses it as well, unless it is newer; a fresh clone has none"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Keys and values (lower case) of all sections of a name.
fn settings(text: &str, section: &str) -> Vec<(String, String)> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        let mut line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            let Some((name, rest)) = header.split_once(']') else { continue };
            inside = name.trim().eq_ignore_ascii_case(section);
            line = rest.trim();
        }
        if !inside || line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, "true"));
        let value = value.split(['#', ';']).next().unwrap_or("").trim().trim_matches('"');
        found.push((key.trim().to_ascii_lowercase(), value.to_ascii_lowercase()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_settings_however_they_are_written() {
        let text = "[core]\n\tobjectformat = sha256\n[Extensions] ObjectFormat = \"sha256\" ; why\n# x\n refstorage=reftable\n[extensions \"x\"]\nobjectformat = sha1\n";
        assert_eq!(
            settings(text, "extensions"),
            [("objectformat".to_owned(), "sha256".to_owned()), ("refstorage".to_owned(), "reftable".to_owned())]
        );
    }
}
