//! Owns which packages of a workspace a command means: all, by name, by directory, by pnpm's filters. Refuses to ask git which
//! packages changed.

use globset::Glob;

use super::package::Package;
use super::request::{Client, Selection};
use crate::answer::{Reason, Why};
use crate::facts::workdir::Workdir;
use crate::snapshot::Snapshot;

/// A package that is meant.
pub(super) struct Chosen {
    /// It.
    pub(super) package: Package,
    /// Set when it may not be.
    pub(super) condition: Option<Why>,
}

/// What a filter says of a package.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    Yes,
    No,
    Perhaps,
}

/// The packages that are meant, in order.
pub(super) fn choose(snapshot: &Snapshot, workdir: &Workdir, client: Client, selection: &Selection) -> Result<Vec<Chosen>, Why> {
    let sure = |package: Package| Chosen { package, condition: None };
    let filtered = !selection.filters.is_empty();
    if !selection.all && !filtered && !selection.root_only {
        return Ok(Package::nearest(snapshot, workdir)?.map(sure).into_iter().collect());
    }
    let Some(root) = Package::workspace_root(snapshot, workdir)? else {
        // Without a workspace the package itself is all there is.
        let own = Package::nearest(snapshot, workdir)?;
        return Ok(own.into_iter().filter(|_| !filtered || client == Client::Pnpm).map(sure).collect());
    };
    if selection.root_only && !filtered {
        return Ok(vec![sure(root)]);
    }
    let mut out = Vec::new();
    let members = root.members(snapshot);
    let with_root = selection.root_too || (filtered && client == Client::Pnpm);
    for package in std::iter::once(root.clone()).filter(|_| with_root).chain(members) {
        let verdict = if filtered { matched(&selection.filters, &package, &root, workdir) } else { Match::Yes };
        let why = || Why::new(Reason::Dynamic, "which packages of the workspace are meant could not be decided");
        match verdict {
            Match::No => {}
            Match::Yes => out.push(sure(package)),
            Match::Perhaps => out.push(Chosen { package, condition: Some(why()) }),
        }
    }
    Ok(out)
}

fn matched(filters: &[Option<String>], package: &Package, root: &Package, workdir: &Workdir) -> Match {
    let mut best = Match::No;
    let only_negative = filters.iter().flatten().all(|filter| filter.starts_with('!')) && filters.iter().all(Option::is_some);
    if only_negative {
        best = Match::Yes;
    }
    for filter in filters {
        let Some(filter) = filter else {
            best = if best == Match::Yes { best } else { Match::Perhaps };
            continue;
        };
        if let Some(excluded) = filter.strip_prefix('!') {
            if one(excluded, package, root, workdir) == Match::Yes {
                return Match::No;
            }
            continue;
        }
        best = match (one(filter, package, root, workdir), best) {
            (Match::Yes, _) | (_, Match::Yes) => Match::Yes,
            (Match::Perhaps, _) | (_, Match::Perhaps) => Match::Perhaps,
            _ => Match::No,
        };
    }
    best
}

fn one(filter: &str, package: &Package, root: &Package, workdir: &Workdir) -> Match {
    let core = filter.trim_start_matches("...").trim_start_matches('^');
    let core = core.trim_end_matches("...").trim_end_matches('^');
    // `[origin/main]`: the packages that a change touched; `…x`, `x…`: those that depend on it or it depends on.
    if core.contains('[') {
        return Match::Perhaps;
    }
    let extended = core != filter;
    let core = core.trim_start_matches('{').trim_end_matches('}');
    let is_path = core.starts_with('.') || core.contains('/') && !core.starts_with('@');
    let by_path = [workdir, &root.workdir]
        .iter()
        .any(|from| from.resolve(core).is_some_and(|path| package.directory.is_in(&path) && !path.is_root()));
    let name = package.name().unwrap_or("");
    let glob = || Glob::new(core).is_ok_and(|glob| glob.compile_matcher().is_match(name));
    let unscoped = !core.starts_with('@') && name.rsplit('/').next() == Some(core);
    let hit =
        name == core || unscoped || by_path && (is_path || package.directory.file_name() == core) || core.contains('*') && glob();
    match (hit, extended) {
        (true, _) => Match::Yes,
        (false, true) => Match::Perhaps,
        (false, false) => Match::No,
    }
}
