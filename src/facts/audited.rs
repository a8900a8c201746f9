//! Owns which components an audit sees that looks at lists, at a project, or at the environment it runs in. Refuses tools that
//! look for manifests below a directory: `rank` places those.

use std::collections::BTreeSet;

use super::components::Component;
use super::dependencies::{self, normalised};
use super::hold::{Hold, HoldEffect};
use super::invocations::Invocation;
use super::matching::find_flag;
use super::rank::place_of;
use super::standing::Evidence;
use super::supplied::{Supplied, Supply};
use crate::answer::{Reason, Why};
use crate::catalog::Tool;
use crate::catalog::tool::Audits;
use crate::text::RepoPath;

/// Lines of a list that are looked at for the project itself.
const LINES: usize = 20_000;

/// Whether what is looked at has what a component declares.
enum Has {
    /// All of it.
    Yes,
    /// Not this package of it, or nothing.
    No(Option<String>),
    /// Not known.
    Perhaps(Why),
}

/// What keeps an audit from seeing what a component declares, or may.
pub(super) fn unseen(evidence: &Evidence<'_>, tool: &Tool, invocation: &Invocation, component: &Component) -> Option<Hold> {
    let audits = tool.audits.as_ref().filter(|_| !invocation.wrapped)?;
    let row = tool.run.get(invocation.row)?;
    if !audits.runs.is_empty() && row.name.as_ref().is_none_or(|name| !audits.runs.contains(name)) {
        return None;
    }
    let (supplied, declaring) = (invocation.supplied.as_deref()?, component.declaring()?);
    let here = place_of(invocation);
    let named = named(audits, tool, invocation, supplied, evidence);
    let by_name = named.is_some();
    let looked_at = named.unwrap_or_else(|| environment(audits, invocation, supplied, evidence));
    let (mut missing, mut perhaps) = (None, None);
    for supply in &looked_at {
        match has(supply, component, declaring, evidence) {
            Has::Yes => return None,
            Has::No(package) => missing = missing.or(package),
            Has::Perhaps(why) => perhaps = perhaps.or(Some(why)),
        }
    }
    if let Some(why) = perhaps {
        let said = format!("whether it sees what `{declaring}` declares: {}", why.text);
        return Some(Hold::new(HoldEffect::Unknown(why.reason), why.place.unwrap_or(here), said));
    }
    let why = match (missing, by_name) {
        (Some(package), true) => format!("what it is given does not name `{package}`, which `{declaring}` does"),
        (None, true) => format!("what it is given is not `{declaring}`"),
        (Some(package), false) => {
            format!("what was installed where it looks does not name `{package}`, which `{declaring}` does")
        }
        (None, false) => format!("nothing that `{declaring}` declares was installed where it looks"),
    };
    let list = is_list(declaring).then(|| audits.lists.first()).flatten();
    let mended = match list {
        Some(flag) => format!("give it `{flag} {declaring}`"),
        None => format!("install what `{declaring}` declares into the environment it runs in, or give it a list of that"),
    };
    Some(Hold::new(HoldEffect::Void, here, why).mended(mended))
}

/// What its words and inputs name; `None` where they name nothing.
fn named(
    audits: &Audits,
    tool: &Tool,
    invocation: &Invocation,
    supplied: &Supplied,
    evidence: &Evidence<'_>,
) -> Option<Vec<Supply>> {
    let mut out = Vec::new();
    let mut words = invocation.args.iter();
    while let Some(word) = words.next() {
        let Some(value) = word.value.as_deref() else {
            // A flag may stand in front of what is computed: `--requirement=$LIST`.
            let head = word.head();
            if audits.lists.iter().any(|flag| head.starts_with(flag.as_str())) || (!head.starts_with('-') && audits.projects) {
                out.extend(made(supplied, "what it is given is computed", invocation));
            }
            continue;
        };
        let list = audits.lists.iter().find_map(|flag| {
            let rest = value.strip_prefix(flag.as_str())?;
            match rest.strip_prefix('=') {
                Some(list) => Some(Some(list)),
                None if rest.is_empty() => Some(None),
                None => (flag.len() == 2).then_some(Some(rest)),
            }
        });
        match list {
            Some(Some(list)) => out.extend(one(list, supplied, invocation, evidence)),
            Some(None) => match words.next().and_then(|word| word.value.as_deref()) {
                Some(list) => out.extend(one(list, supplied, invocation, evidence)),
                None => out.extend(made(supplied, "the list that it is given is computed", invocation)),
            },
            None if tool.value_flags.iter().any(|flag| flag == value) => {
                words.next();
            }
            None if value.starts_with('-') && value != "-" => {}
            None if audits.projects => out.extend(one(value, supplied, invocation, evidence)),
            None => {}
        }
    }
    for input in audits.inputs.iter().filter_map(|name| invocation.inputs.get(name)) {
        match input.value.as_deref() {
            Some(value) => out.extend(value.split_whitespace().flat_map(|word| one(word, supplied, invocation, evidence))),
            None => out.extend(made(supplied, "what it is given is computed", invocation)),
        }
    }
    if find_flag(&audits.stdin, None, &invocation.args).is_some() {
        let piped = supplied.written.iter().chain(&supplied.here).cloned().collect::<Vec<_>>();
        out.extend(if piped.is_empty() { made(supplied, "it reads what another program writes", invocation) } else { piped });
    }
    (!out.is_empty()).then_some(out)
}

/// One list or project by its name: of the tree, or written before.
fn one(name: &str, supplied: &Supplied, invocation: &Invocation, evidence: &Evidence<'_>) -> Vec<Supply> {
    let snapshot = evidence.world.snapshot;
    match invocation.workdir.resolve(name) {
        Some(path) if snapshot.is_file(&path) && is_of_project(&path, evidence) => vec![Supply::Project(path.parent())],
        // One of the tree may be written anew.
        Some(path) if snapshot.is_file(&path) => supplied.written.iter().cloned().chain([Supply::List(path)]).collect(),
        Some(path) if snapshot.is_dir(&path) => vec![Supply::Project(path)],
        _ => made(supplied, &format!("`{name}` is not in the tree, and nothing that was seen writes it"), invocation),
    }
}

/// What was written to a list, where one is not of the tree.
fn made(supplied: &Supplied, otherwise: &str, invocation: &Invocation) -> Vec<Supply> {
    if supplied.written.is_empty() {
        return vec![Supply::Perhaps(Why::new(Reason::Dynamic, otherwise).at(place_of(invocation)))];
    }
    supplied.written.clone()
}

/// What lies in the environment that it looks at.
fn environment(audits: &Audits, invocation: &Invocation, supplied: &Supplied, evidence: &Evidence<'_>) -> Vec<Supply> {
    let unknown = |text: &str| Supply::Perhaps(Why::new(Reason::Unsupported, text).at(place_of(invocation)));
    let flag = find_flag(&audits.elsewhere, None, &invocation.args).is_some()
        || invocation
            .args
            .iter()
            .any(|word| word.value.is_none() && audits.elsewhere.iter().any(|flag| word.head().starts_with(flag.as_str())));
    if flag || audits.variables.iter().any(|name| invocation.env.contains_key(name)) {
        let all: Vec<Supply> = supplied.anywhere().cloned().collect();
        return if all.is_empty() { vec![unknown("what the environment that it is told holds is not known")] } else { all };
    }
    let mut here = supplied.here.clone();
    if supplied.managed.iter().any(|supply| !here.contains(supply)) && !supplied.own {
        here.push(unknown("what was installed lies in an environment of its own, and whether it runs in that one is not known"));
    }
    let pipeline = evidence.pipelines.get(invocation.pipeline);
    let in_image = pipeline.and_then(|pipeline| pipeline.jobs.get(invocation.job)).is_some_and(|job| job.in_image);
    if (in_image || invocation.workdir.is_images()) && !supplied.own {
        here.push(unknown("which packages the image brings is not known"));
    }
    here
}

/// Whether something that is looked at has what the component declares.
fn has(supply: &Supply, component: &Component, declaring: &RepoPath, evidence: &Evidence<'_>) -> Has {
    let snapshot = evidence.world.snapshot;
    match supply {
        Supply::Perhaps(why) => Has::Perhaps(why.clone()),
        Supply::Project(directory) if is_list(declaring) => {
            let setup = directory.join("setup.py").filter(|path| snapshot.is_file(path));
            setup.map_or(Has::No(None), |path| {
                let why = format!("whether `{path}` takes it in is not read");
                Has::Perhaps(Why::new(Reason::Unsupported, why))
            })
        }
        Supply::Project(directory) => {
            let homes = [&component.directory, &declaring.parent()];
            if homes.contains(&directory) { Has::Yes } else { Has::No(None) }
        }
        Supply::List(list) => list_has(list, component, declaring, evidence),
    }
}

/// Whether a list is what declares, takes it in, or names all that it names.
fn list_has(list: &RepoPath, component: &Component, declaring: &RepoPath, evidence: &Evidence<'_>) -> Has {
    let snapshot = evidence.world.snapshot;
    let taken_in = dependencies::nested(snapshot, list, &|_| false);
    if list == declaring || taken_in.lists.contains(declaring) {
        return Has::Yes;
    }
    let here = component.directory == list.parent() || declaring.parent() == list.parent();
    if !is_list(declaring) && here && snapshot.read_marked(list).is_ok_and(|file| takes_project_in(&file.text)) {
        return Has::Yes;
    }
    let given = dependencies::declared_whole(snapshot, list);
    let given: BTreeSet<String> = given.into_iter().flatten().map(|one| normalised(&one.name)).collect();
    let own = evidence.dependencies.iter().filter(|one| one.manifest == *declaring && one.runtime && !one.optional);
    let mut own = own.filter(|one| one.registry == "pypi").peekable();
    if own.peek().is_none() {
        let known = component.declared_in.contains(list);
        let why = format!("`{declaring}` names no package that is read");
        return if known { Has::Yes } else { Has::Perhaps(Why::new(Reason::Unsupported, why)) };
    }
    match own.find(|one| !given.contains(&one.name)) {
        None => Has::Yes,
        Some(_) if taken_in.elsewhere || given.is_empty() => {
            Has::Perhaps(Why::new(Reason::Unsupported, format!("what `{list}` names is not read in full")))
        }
        Some(missing) => Has::No(Some(missing.name.clone())),
    }
}

/// `.`, `-e .`, `-e .[dev]`: the project beside the list.
fn takes_project_in(text: &str) -> bool {
    let lines = text.lines().take(LINES).map(|line| line.split('#').next().unwrap_or_default().trim());
    lines
        .map(|line| {
            line.strip_prefix("-e").or_else(|| line.strip_prefix("--editable")).unwrap_or(line).trim_start_matches(['=', ' '])
        })
        .any(|path| matches!(path.split('[').next(), Some("." | "./" | "file:.")))
}

fn is_list(path: &RepoPath) -> bool {
    path.file_name().ends_with(".txt") || path.file_name().ends_with(".in")
}

/// A manifest or a lock file that stands for the project beside it.
fn is_of_project(path: &RepoPath, evidence: &Evidence<'_>) -> bool {
    let name = path.file_name();
    let rows = &evidence.world.catalog.languages.manifest;
    !is_list(path) && rows.iter().any(|row| row.name == name || row.locks.iter().any(|lock| lock == name))
}
