//! Owns how much of a text has to be known so that what it does is: all of it, or all but the values of settings that decide nothing.
//! Refuses to read what it says.

use crate::catalog::{self, Catalog};
use crate::facts::runners::NPM_SETTINGS;
use crate::facts::shell::UNKNOWN_CHAR;
use crate::facts::tool_config::places::format_of;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Whether a text is known well enough in a file of this name: what is not known of it decides nothing.
pub(super) fn is_enough(text: &str, path: &RepoPath, catalog: &Catalog) -> bool {
    // Both end a line (npm's `ini`, `decode`).
    let mut open = text.split(['\n', '\r']).filter(|line| line.contains(UNKNOWN_CHAR));
    open.all(|line| path.file_name() == NPM_SETTINGS[0] && is_idle(line, catalog))
}

/// A value behind a key of npm's that no script and no program is chosen by.
fn is_idle(line: &str, catalog: &Catalog) -> bool {
    let Some((key, _)) = line.split_once('=') else { return false };
    let key = key.trim();
    let bare = match key.strip_prefix("//") {
        Some(of_registry) => of_registry.rsplit_once(':').map_or(key, |(_, bare)| bare),
        None => key.strip_prefix('@').and_then(|of_scope| of_scope.split_once(':')).map_or(key, |(_, bare)| bare),
    };
    !key.contains(UNKNOWN_CHAR) && catalog::lists(&catalog.programs.laid.idle_keys, bare)
}

/// Whether a file can be read as what its name promises, if it promises something.
pub(super) fn parses(path: &RepoPath, snapshot: &Snapshot) -> bool {
    format_of(path).is_none_or(|format| snapshot.peek_document(path, format).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_decide_nothing() {
        for (path, text, known) in [
            (".npmrc", "//x.test/:_authToken=?", true),
            ("sub/.npmrc", "a=b\n//x.test/y/:_password = ?\nemail=?@x.test", true),
            (".npmrc", "@x:registry=https://?/", true),
            (".npmrc", "//?/:_authToken=x", false),
            (".npmrc", "script-shell=?", false),
            (".npmrc", "node-options=?", false),
            (".npmrc", "script-?=x", false),
            (".npmrc", "\"_auth\"=?", false),
            (".npmrc", "_auth[]=?", false),
            (".npmrc", "_auth=x\r?", false),
            (".npmrc", "?", false),
            (".npmrc", "a=b", true),
            (".yarnrc", "registry=?", false),
            (".yarnrc.yml", "registry=?", false),
            (".cargo/config.toml", "registry=?", false),
        ] {
            let path = RepoPath::new(path).unwrap_or_default();
            let text = text.replace('?', &UNKNOWN_CHAR.to_string());
            assert_eq!(is_enough(&text, &path, Catalog::builtin()), known, "{path}: {text}");
        }
    }
}
