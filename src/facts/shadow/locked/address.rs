//! Owns which addresses in a lock file are of a registry: a mirror hands out many packages, each under its own name. Refuses to
//! ask who runs it.

use crate::catalog::Catalog;

/// Bytes of one address.
const LONGEST: usize = 2_048;

/// One in how many archives of a lock file a host hands out that is taken for a registry.
const SHARE: usize = 10;

/// How archives of packages end.
const ARCHIVES: [&str; 5] = [".tgz", ".whl", ".tar.gz", ".zip", ".tar.bz2"];

/// Whether an address is where a registry keeps an npm package of this name: `HOST/…/NAME/-/FILE`, with `download` in the place of the
/// dash or in front of the name at some (npm, "registry"; cnpmjs.org; GitHub Packages).
pub(super) fn is_of_npm(address: &str, name: &str, lock: &str) -> bool {
    let Some((host, path)) = parts(address) else { return false };
    let path = path.replace("%2f", "/").replace("%2F", "/").replace("%40", "@");
    if path.contains('%') {
        return false;
    }
    let segments: Vec<&str> = path.split('/').collect();
    let wanted: Vec<&str> = name.split('/').collect();
    let known = is_known(host);
    let stands = |at: usize| {
        let before = at.checked_sub(1).map(|before| segments[before]);
        let behind = segments.get(at + wanted.len()).copied();
        // The registry itself has nothing in front of the name, and a scope is part of another one.
        let alone = if known { at == 0 } else { !before.is_some_and(|before| before.starts_with('@')) };
        alone && (matches!(behind, Some("-" | "download")) || before == Some("download") && behind.is_some())
    };
    let named = segments.windows(wanted.len()).enumerate().any(|(at, window)| window == wanted && stands(at));
    named && (known || hands_out_others(host, name, lock))
}

/// Whether an address is where an index keeps a Python package of this name: `…/NAME-VERSION…`.
pub(super) fn is_of_python(address: &str, name: &str, lock: &str) -> bool {
    let Some((host, path)) = parts(address) else { return false };
    let file = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase().replace(['_', '.'], "-");
    let rest = file.strip_prefix(&name.to_ascii_lowercase().replace(['_', '.'], "-")).and_then(|rest| rest.strip_prefix('-'));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        && (is_known(host) || hands_out_others(host, name, lock))
}

/// Host and path of an address that is plain.
fn parts(address: &str) -> Option<(&str, &str)> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let rest = rest.split(['?', '#']).next()?;
    let (host, path) = rest.split_once('/')?;
    let plain = !host.contains(['@', '\\']) && !path.contains('\\') && !path.split('/').any(|part| matches!(part, "." | ".."));
    plain.then_some((host, path))
}

fn is_known(host: &str) -> bool {
    Catalog::builtin().programs.registries.iter().any(|known| known == host)
}

/// Whether a host hands out a fair part of all that is locked, but for the package itself.
fn hands_out_others(host: &str, name: &str, lock: &str) -> bool {
    let own = format!("/{name}");
    let (mut all, mut of_host) = (0_usize, 0_usize);
    let plain = lock.match_indices("://").map(|(at, mark)| &lock[at + mark.len()..]);
    // yarn puts the address behind the name, with its signs as numbers.
    let encoded = lock.match_indices("%3A%2F%2F").map(|(at, mark)| &lock[at + mark.len()..]);
    for (rest, divider) in plain.map(|rest| (rest, "/")).chain(encoded.map(|rest| (rest, "%2F"))) {
        let end = rest.bytes().take(LONGEST).position(|byte| b"\"', \n}#?".contains(&byte)).unwrap_or(0);
        let address = &rest[..end];
        if address.replace("%2F", "/").contains(&own) {
            continue;
        }
        // Some name no archive: what stands in front of it is the same.
        let of_this = address.strip_prefix(host).is_some_and(|rest| rest.starts_with(divider));
        let archive = ARCHIVES.iter().any(|end| address.ends_with(end));
        all += usize::from(archive || of_this);
        of_host += usize::from(of_this);
    }
    of_host > 0 && of_host * SHARE >= all
}
