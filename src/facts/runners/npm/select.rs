//! Owns which packages of a workspace a command means: all, by name, by directory; pnpm's filters have a grammar of their own. Refuses to ask
//! git which packages changed.

use globset::Glob;

use super::filters::{self, Directories, Match};
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

/// The packages that are meant, in order.
pub(super) fn choose(snapshot: &Snapshot, workdir: &Workdir, client: Client, selection: &Selection) -> Result<Vec<Chosen>, Why> {
    let sure = |package: Package| Chosen { package, condition: None };
    let filtered = !selection.filters.is_empty();
    if selection.is_plain() {
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
    let packages: Vec<Package> = std::iter::once(root.clone()).filter(|_| with_root).chain(members).collect();
    let verdicts = match (filtered, client) {
        (false, _) => vec![Match::Yes; packages.len()],
        (true, Client::Pnpm) => filters::picked(&selection.filters, &packages, workdir, Directories::of(&root, snapshot)),
        (true, _) => packages.iter().map(|package| matched(&selection.filters, package, &root, workdir)).collect(),
    };
    for (package, verdict) in packages.into_iter().zip(verdicts) {
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
    let is_path = filter.starts_with('.') || filter.contains('/') && !filter.starts_with('@');
    let by_path = [workdir, &root.workdir]
        .iter()
        .any(|from| from.resolve(filter).is_some_and(|path| package.directory.is_in(&path) && !path.is_root()));
    let name = package.name().unwrap_or("");
    let glob = || Glob::new(filter).is_ok_and(|glob| glob.compile_matcher().is_match(name));
    let unscoped = !filter.starts_with('@') && name.rsplit('/').next() == Some(filter);
    let in_place = by_path && (is_path || package.directory.file_name() == filter);
    if name == filter || unscoped || in_place || filter.contains('*') && glob() { Match::Yes } else { Match::No }
}
