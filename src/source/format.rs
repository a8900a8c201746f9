//! Owns the two settings of a repository's `config` that say how its data is stored. Refuses every other setting, and
//! includes.

use crate::error::Error;

use super::disk::{self, DiskError};
use super::locate::GitDirs;

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
    for (key, value) in extensions(&String::from_utf8_lossy(&bytes)) {
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
            _ => {}
        }
    }
    Ok(())
}

/// Keys (lower case) and values of all `[extensions]` sections.
fn extensions(text: &str) -> Vec<(String, String)> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        let mut line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            let Some((name, rest)) = header.split_once(']') else { continue };
            inside = name.trim().eq_ignore_ascii_case("extensions");
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
            extensions(text),
            [("objectformat".to_owned(), "sha256".to_owned()), ("refstorage".to_owned(), "reftable".to_owned())]
        );
    }
}
