//! Owns which releases of a tool an invocation may run, as far as the tree says so, and whether those read the configuration that is
//! there. Refuses lock files and what is installed elsewhere: then it is not known.

use super::hold::{HeldBy, Hold, HoldEffect, Remedy};
use super::invocations::Invocation;
use super::shadow::npm;
use super::tool_config::{Misread, Query, Settings};
use crate::answer::Reason;
use crate::catalog::Tool;
use crate::catalog::run::Takes;
use crate::doc::Format;

/// A release: major, minor, patch.
type Version = (u64, u64, u64);

/// From one release to another, both in it.
pub type Releases = (Version, Version);

const LAST: u64 = u64::MAX;

/// What the revision of a hook's repository is called among the inputs of its invocation.
pub const REV: &str = "rev";

/// All releases from one on, up to the last of a major.
#[must_use]
pub fn from(first: Version, last_major: Option<u64>) -> Releases {
    (first, (last_major.unwrap_or(LAST), LAST, LAST))
}

/// What keeps a tool from reading the configuration that is there: releases that end at it, or may read it otherwise.
#[must_use]
pub fn hold(tool: &Tool, invocation: &Invocation, query: &Query<'_>, settings: &Settings) -> Option<Hold> {
    if let Some(hold) = refused(tool, invocation) {
        return Some(hold);
    }
    let misread = settings.misread.as_ref()?;
    // What another program starts (`next lint`, `ng lint`) is told by it how to read.
    let program = tool.run[invocation.row].argv.as_ref().and_then(|argv| argv.first());
    if program.is_some_and(|program| *program != tool.id) {
        return None;
    }
    let runs = of(tool, invocation, query);
    let meets = |one: &Releases| runs.is_some_and(|(first, last)| first <= one.1 && one.0 <= last);
    let within = |one: &Releases| runs.is_some_and(|(first, last)| one.0 <= first && last <= one.1);
    if misread.sure && !invocation.reconfigured && misread.ends.iter().any(within) {
        let hold = Hold::new(HoldEffect::Void, misread.place.clone(), misread.why.clone());
        let hold = if misread.always { hold.by(HeldBy::Release) } else { hold };
        return Some(match (later(tool, invocation, misread), &misread.mend) {
            (Some(change), _) => hold.undone(Remedy::Write(change)),
            (None, Some(mend)) => hold.mended(mend.as_str()),
            (None, None) => hold,
        });
    }
    let open = misread.ends.iter().any(meets) || (runs.is_none() && misread.unless_known);
    let perhaps = open || misread.otherwise.iter().any(meets);
    perhaps.then(|| {
        let doubt = match (invocation.reconfigured, open) {
            (true, _) => "an earlier command writes to it",
            (false, true) => "which release runs here is not known",
            (false, false) => "an earlier release may read it otherwise",
        };
        let why = format!("{}; {doubt}", misread.why);
        Hold::new(HoldEffect::Unknown(Reason::Unsupported), misread.place.clone(), why)
    })
}

/// The releases that may run: as the action is told, as the command or an earlier one of its job names the package, else as the nearest
/// manifest asks for it.
#[must_use]
pub fn of(tool: &Tool, invocation: &Invocation, query: &Query<'_>) -> Option<Releases> {
    let row = &tool.run[invocation.row];
    let taken = takes(tool, invocation).map(|takes| from((takes.release, 0, 0), None));
    let given = row.version_input.as_ref().and_then(|name| invocation.inputs.get(name)).map(|input| input.value.as_deref());
    match given {
        Some(None) => return taken,
        Some(Some(text)) if !matches!(text.trim(), "" | "latest") => return told(text).or(taken),
        _ => {}
    }
    let asked = || in_module(tool, query).filter(|_| given.is_none_or(|text| text == Some("")));
    if let Some(own) = taken.or_else(|| brought(tool, invocation, asked)) {
        return Some(own);
    }
    // A hook of the tool's own repository is built from the revision that is named.
    if row.hook.as_ref().is_some_and(|hook| hook.repo == tool.verified.source) {
        return invocation.inputs.get(REV).and_then(|rev| tagged(rev.value.as_deref()?));
    }
    let line = invocation.chain.last().map(|hop| hop.text.as_str()).unwrap_or_default();
    let words = invocation.packages.iter().map(String::as_str).chain(line.split([' ', '"', '\'']));
    let (mut named, beside) = (None, invocation.packages.len());
    for (at, word) in words.enumerate() {
        for (registry, name) in tool.packages.iter().flat_map(|(registry, names)| names.iter().map(move |name| (registry, name)))
        {
            let Some(rest) = word.strip_prefix(name.as_str()) else { continue };
            let version = rest.strip_prefix('@').or(rest.is_empty().then_some(""));
            let found = match (registry.as_str(), version) {
                ("go", Some(version)) => go_module(name, version),
                // What is installed of all that the manifest asks for, before or after this, decides.
                ("npm", Some(version)) if at < beside && !invocation.isolated => both(range(version), in_manifest(tool, query)),
                ("npm", Some(version)) if !version.is_empty() => range(version),
                _ => continue,
            };
            named = Some(found);
        }
    }
    match named {
        Some(found) => found,
        None if row.hook.is_some() || row.image.is_some() || row.inside.is_some() || invocation.isolated => None,
        None => in_manifest(tool, query),
    }
}

/// What the action takes, in the version that is called.
fn takes<'t>(tool: &'t Tool, invocation: &Invocation) -> Option<&'t Takes> {
    let takes = by_itself(tool, invocation)?;
    let (_, major) = called(invocation)?;
    (major >= takes.from).then_some(takes)
}

/// What the action takes, unless an input that is computed may make it another row's.
fn by_itself<'t>(tool: &'t Tool, invocation: &Invocation) -> Option<&'t Takes> {
    let row = &tool.run[invocation.row];
    let mut others = tool.run.iter().filter(|other| other.action == row.action).filter_map(|other| other.when.as_ref());
    let computed = |name: &String| invocation.inputs.get(name).is_some_and(|input| input.value.is_none());
    // Its arguments may name another file, or none, and where it runs decides which file it finds.
    let own = [&row.argv_input, &row.directory_input].into_iter().flatten().any(computed);
    let is_open = own || others.any(|when| computed(&when.input));
    row.takes.as_ref().filter(|_| !is_open)
}

/// The version that an action is called in, without its `v`, and the first number of it.
fn called(invocation: &Invocation) -> Option<(&str, u64)> {
    let (_, version) = invocation.chain.last()?.text.rsplit_once('@')?;
    let version = version.strip_prefix('v')?;
    Some((version, version.split('.').next()?.parse().ok()?))
}

/// What an earlier version of the action brings where it is told no release: what the module in its directory asks for, else one that it
/// knows (src/version.ts of golangci-lint-action 3 to 6).
fn brought(tool: &Tool, invocation: &Invocation, asked: impl FnOnce() -> Option<Releases>) -> Option<Releases> {
    let takes = by_itself(tool, invocation)?;
    let (version, major) = called(invocation)?;
    let own = takes.before.get(version).or_else(|| takes.before.get(&major.to_string()))?;
    asked().or_else(|| told(own))
}

/// The release of the tool's own module that `go.mod` asks for; `None` where it names none.
fn in_module(tool: &Tool, query: &Query<'_>) -> Option<Releases> {
    let module = tool.verified.source.strip_prefix("https://")?;
    let path = query.directory.join("go.mod").filter(|path| query.world.snapshot.is_file(path))?;
    let file = query.world.snapshot.read(&path).ok()?;
    let versions =
        file.text.match_indices(module).filter_map(|(at, _)| file.text.get(at + module.len()..)?.strip_prefix([' ', '\t']));
    versions.filter_map(|rest| rest.split_whitespace().next()).find_map(told)
}

/// What has an action bring a release that its called version refuses: a later version of it.
fn later(tool: &Tool, invocation: &Invocation, misread: &Misread) -> Option<String> {
    let row = &tool.run[invocation.row];
    let (takes, action) = (row.takes.as_ref()?, row.action.as_ref()?);
    let (_, major) = called(invocation)?;
    let wanted = major < takes.from && misread.ends.iter().all(|(_, last)| last.0 < takes.release);
    let place = &invocation.chain.last()?.place;
    let input = row.version_input.as_ref().filter(|name| invocation.inputs.contains_key(*name));
    let input = input.map(|name| format!(", with a `{name}` from {} on", takes.release)).unwrap_or_default();
    wanted.then(|| format!("call `{action}@v{}`, or a later version of it, at {}:{}{input}", takes.from, place.path, place.line))
}

/// The action ends at the release that it is told to run.
fn refused(tool: &Tool, invocation: &Invocation) -> Option<Hold> {
    let (row, takes) = (&tool.run[invocation.row], takes(tool, invocation)?);
    let input = invocation.inputs.get(row.version_input.as_ref()?)?;
    let (_, last) = told(input.value.as_deref()?)?;
    (last.0 < takes.release).then(|| {
        let why = format!("the action from version {} on ends with an error at {} {}", takes.from, tool.title, last.0);
        Hold::new(HoldEffect::Void, input.text.place(0..input.text.text().len()), why)
    })
}

/// `v1.64.8`; of a version that is named in part an action takes the last.
fn told(text: &str) -> Option<Releases> {
    let (first, last) = range(text.trim())?;
    (!text.contains(['^', '~', '<', '>', '|', '*', ' '])).then_some(if first == last { (first, last) } else { (last, last) })
}

/// A tag that is a release: `v1.64.8`, `1.64`. Any other revision may be one of another major.
fn tagged(rev: &str) -> Option<Releases> {
    let numbers = rev.strip_prefix('v').unwrap_or(rev);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_release = (2..=3).contains(&numbers.split('.').count()) && numbers.split('.').all(is_number);
    told(rev).filter(|_| is_release)
}

/// The path of a module names its major; the first two majors have none.
fn go_module(name: &str, version: &str) -> Option<Releases> {
    let major = name.split('/').find_map(|part| part.strip_prefix('v')?.parse::<u64>().ok()).unwrap_or(1);
    match range(version) {
        Some(exact) if exact.0.0 == major || major == 1 => Some(exact),
        _ => Some(((major, LAST, LAST), (major, LAST, LAST))).filter(|_| matches!(version, "latest" | "")),
    }
}

/// The releases that a range of npm's lets in: alternatives of one version each, written out, in part, or with `^` or `~`.
fn range(text: &str) -> Option<Releases> {
    let each = text.split("||").map(|one| {
        let one = one.trim();
        let bare = one.trim_start_matches(['^', '~', '=', 'v']);
        let bare = bare.split(['-', '+']).next().unwrap_or(bare);
        let mut parts = bare.split('.');
        let number = |part: Option<&str>| match part {
            None | Some("x" | "*") => Some(None),
            Some(part) => part.parse::<u64>().ok().map(Some),
        };
        let (major, minor, patch) = (number(parts.next())??, number(parts.next())?, number(parts.next())?);
        let first = (major, minor.unwrap_or(0), patch.unwrap_or(0));
        let last = match (one.chars().next(), minor, patch) {
            (Some('^'), ..) | (_, None, _) => (major, LAST, LAST),
            (Some('~'), Some(minor), _) | (_, Some(minor), None) => (major, minor, LAST),
            _ => first,
        };
        parts.next().is_none().then_some((first, last))
    });
    let all = each.collect::<Option<Vec<_>>>()?;
    Some((all.iter().map(|one| one.0).min()?, all.iter().map(|one| one.1).max()?))
}

/// All from the first of two to the last; `None` where one is not known.
fn both(one: Option<Releases>, other: Option<Releases>) -> Option<Releases> {
    let (one, other) = (one?, other?);
    Some((one.0.min(other.0), one.1.max(other.1)))
}

/// What the nearest `package.json` that names the package asks for, with what overrides above it put in its place.
fn in_manifest(tool: &Tool, query: &Query<'_>) -> Option<Releases> {
    let name = tool.packages.get("npm")?.first()?;
    let snapshot = query.world.snapshot;
    let (mut asked, mut instead, mut hooked) = (None, Vec::new(), false);
    for directory in query.directory.ancestors() {
        let document = |file: &str, format| {
            let path = directory.join(file).filter(|path| snapshot.is_file(path))?;
            snapshot.document(&path, format).ok()
        };
        // Its hooks may ask for something else (pnpm, `readPackage`).
        let hooks = [".pnpmfile.cjs", ".pnpmfile.mjs"].iter().filter_map(|name| directory.join(name));
        hooked |= hooks.into_iter().any(|path| snapshot.is_file(&path));
        if let Some(document) = document("package.json", Format::Json) {
            let tables = ["devDependencies", "dependencies", "optionalDependencies"];
            let value = || tables.iter().find_map(|table| document.root().get(table)?.get(name));
            asked = asked.or_else(|| Some(value()?.scalar().unwrap_or_default().trim().to_owned()));
            for route in [&["overrides"][..], &["resolutions"][..], &["pnpm", "overrides"][..]] {
                instead.extend(document.root().route(route).into_iter().flat_map(|table| npm::instead(name, table)));
            }
        }
        if let Some(document) = document("pnpm-workspace.yaml", Format::Yaml) {
            instead.extend(document.root().get("overrides").into_iter().flat_map(|table| npm::instead(name, table)));
        }
    }
    let asked = asked?;
    // `$eslint` is what the manifest asks for.
    let others = instead.iter().filter(|text| text.strip_prefix('$') != Some(name.as_str()));
    others.map(|text| range(text.trim())).fold(range(&asked), both).filter(|_| !hooked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_range_lets_in() {
        let all = |major| Some(((major, 0, 0), (major, LAST, LAST)));
        for (text, wanted) in [
            ("^8.57.0", Some(((8, 57, 0), (8, LAST, LAST)))),
            ("~8.57", Some(((8, 57, 0), (8, 57, LAST)))),
            ("9.1.2", Some(((9, 1, 2), (9, 1, 2)))),
            ("v1.64", Some(((1, 64, 0), (1, 64, LAST)))),
            ("9", all(9)),
            ("9.x", all(9)),
            ("^8 || ^9", Some(((8, 0, 0), (9, LAST, LAST)))),
            ("9.0.0-rc.0", Some(((9, 0, 0), (9, 0, 0)))),
            ("*", None),
            (">=8", None),
            ("latest", None),
            ("workspace:*", None),
            ("", None),
        ] {
            assert_eq!(range(text), wanted, "{text}");
        }
        assert_eq!(told("v1.64"), Some(((1, 64, LAST), (1, 64, LAST))));
        assert_eq!(told("latest"), None);
    }

    #[test]
    fn the_path_of_a_module_names_its_major() {
        let (one, two) = ("example.org/t/cmd/t", "example.org/t/v2/cmd/t");
        assert_eq!(go_module(one, "v1.60.0"), Some(((1, 60, 0), (1, 60, 0))));
        assert_eq!(go_module(one, "latest"), Some(((1, LAST, LAST), (1, LAST, LAST))));
        assert_eq!(go_module(two, "v2.1.0"), Some(((2, 1, 0), (2, 1, 0))));
        assert_eq!(go_module(two, "latest"), Some(((2, LAST, LAST), (2, LAST, LAST))));
        assert_eq!(go_module(two, "$VERSION"), None);
    }
}
