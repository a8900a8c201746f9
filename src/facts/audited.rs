//! Owns which components an audit sees that looks at lists, at a project, or at the environment it runs in. Refuses tools that
//! look for manifests below a directory: `rank` places those.

mod has;

use self::has::{Has, has, is_list, takes_out};
use super::components::Component;
use super::hold::{Hold, HoldEffect};
use super::invocations::Invocation;
use super::matching::find_flag;
use super::rank::place_of;
use super::shell::Stream;
use super::standing::Evidence;
use super::supplied::{Home, Supplied, Supply, list_in};
use super::trace::{homes, manages, streams};
use crate::answer::{Reason, Why};
use crate::catalog::Tool;
use crate::catalog::tool::Audits;

/// The file that holds nothing.
const NOTHING: &str = "/dev/null";

/// Something that is looked at; with a reason where it may lie elsewhere.
struct Looked {
    supply: Supply,
    apart: Option<Why>,
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
    for (at, looked) in looked_at.iter().enumerate() {
        let has = match has(&looked.supply, component, declaring, evidence) {
            Has::Yes => {
                let taken = looked_at[at + 1..].iter().find_map(|later| takes_out(&later.supply, declaring, evidence));
                looked.apart.clone().or(taken).map_or(Has::Yes, Has::Perhaps)
            }
            other => other,
        };
        match has {
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
) -> Option<Vec<Looked>> {
    let (mut out, mut any) = (Vec::new(), false);
    let computed = |why: &str| vec![unknown(Reason::Dynamic, why, invocation)];
    let mut add = |supplies: Vec<Supply>| {
        any = true;
        out.extend(supplies.into_iter().map(|supply| Looked { supply, apart: None }));
    };
    let mut words = invocation.args.iter();
    while let Some(word) = words.next() {
        let Some(value) = word.value.as_deref() else {
            // A flag may stand in front of what is computed: `--requirement=$LIST`.
            let head = word.head();
            if audits.lists.iter().any(|flag| head.starts_with(flag.as_str())) || (!head.starts_with('-') && audits.projects) {
                add(computed("what it is given is computed"));
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
            Some(Some(list)) => add(one(list, supplied, invocation, evidence)),
            Some(None) => match words.next().map(|word| (word, word.value.as_deref())) {
                Some((_, Some(list))) => add(one(list, supplied, invocation, evidence)),
                // `<(uv export)`: what that prints.
                Some((word, None)) => add(list_in(&supplied.written, &Stream::Pipe(word.place.clone()))
                    .unwrap_or_else(|| computed("the list that it is given is computed"))),
                None => add(computed("the list that it is given is computed")),
            },
            None if tool.value_flags.iter().any(|flag| flag == value) => {
                words.next();
            }
            None if value.starts_with('-') && value != "-" => {}
            None if audits.projects => add(one(value, supplied, invocation, evidence)),
            None => {}
        }
    }
    for input in audits.inputs.iter().filter_map(|name| invocation.inputs.get(name)) {
        match input.value.as_deref() {
            Some(value) => value.split_whitespace().for_each(|word| add(one(word, supplied, invocation, evidence))),
            None => add(computed("what it is given is computed")),
        }
    }
    if find_flag(&audits.stdin, None, &invocation.args).is_some() {
        add(one("-", supplied, invocation, evidence));
    }
    any.then_some(out)
}

/// One list or project by its name: as it was written before, or as it lies in the tree.
fn one(name: &str, supplied: &Supplied, invocation: &Invocation, evidence: &Evidence<'_>) -> Vec<Supply> {
    if name == NOTHING {
        return Vec::new();
    }
    let snapshot = evidence.world.snapshot;
    let Some(stream) = streams::opened(name, &invocation.workdir, supplied.reads.as_ref()) else {
        return vec![unknown(Reason::Dynamic, "it reads what another program writes", invocation)];
    };
    if let Some(written) = list_in(&supplied.written, &stream) {
        return written;
    }
    let (shown, path) = match &stream {
        Stream::File(path) => (if name.starts_with('/') { path } else { name }, invocation.workdir.resolve(path)),
        Stream::Pipe(_) => return vec![unknown(Reason::Dynamic, "it reads what another program writes", invocation)],
    };
    match path {
        Some(path) if snapshot.is_file(&path) && has::is_of_project(&path, evidence) => vec![Supply::Project(path.parent())],
        Some(path) if snapshot.is_file(&path) => vec![Supply::List(path)],
        Some(path) if snapshot.is_dir(&path) => vec![Supply::Project(path)],
        _ => vec![unknown(
            Reason::Dynamic,
            &format!("`{shown}` is not in the tree, and what is written to it was not seen"),
            invocation,
        )],
    }
}

fn unknown(reason: Reason, why: &str, invocation: &Invocation) -> Supply {
    Supply::Perhaps(Why::new(reason, why).at(place_of(invocation)))
}

/// What lies in the environment that it looks at.
fn environment(audits: &Audits, invocation: &Invocation, supplied: &Supplied, evidence: &Evidence<'_>) -> Vec<Looked> {
    let unknown = |text: &str| Why::new(Reason::Unsupported, text).at(place_of(invocation));
    let told = told(audits, invocation, supplied);
    let apart = match (&told, &supplied.own) {
        (None, None) => "what was installed lies in an environment of its own, and whether it runs in that one is not known",
        _ => "whether the environment that it is told to look at holds that is not known",
    };
    let here = |home: &Home| match &told {
        Some(Told::Directory(directory)) => home.has(directory),
        Some(Told::Home(told)) => home == told,
        Some(Told::Computed) => false,
        None => *home == supplied.home && *home != Home::Somewhere,
    };
    if let Some(own) = supplied.own.as_ref().filter(|_| told.is_none()) {
        let own = own.iter().map(|supply| Looked { supply: supply.clone(), apart: None });
        let machine = supplied
            .laid
            .iter()
            .filter(|(home, supply)| supplied.of_machine && *home == supplied.home && !matches!(supply, Supply::Without(_)));
        let which = "whether its program lies in the environment that it is started in is not known";
        return own.chain(machine.map(|(_, supply)| Looked { supply: supply.clone(), apart: Some(unknown(which)) })).collect();
    }
    let mut looked: Vec<Looked> = Vec::new();
    for (home, supply) in &supplied.laid {
        match (here(home), supply) {
            (true, _) => looked.push(Looked { supply: supply.clone(), apart: None }),
            (false, Supply::Without(_)) => {}
            (false, _) => looked.push(Looked { supply: supply.clone(), apart: Some(unknown(apart)) }),
        }
    }
    let pipeline = evidence.pipelines.get(invocation.pipeline);
    let in_image = pipeline.and_then(|pipeline| pipeline.jobs.get(invocation.job)).is_some_and(|job| job.in_image);
    let why = if told.is_some() {
        Some("what the environment that it is told to look at holds is not known")
    } else if in_image || invocation.workdir.is_images() {
        Some("which packages the image brings is not known")
    } else {
        None
    };
    looked.extend(why.map(|why| Looked { supply: Supply::Perhaps(unknown(why)), apart: None }));
    looked
}

/// The environment that it is told to look at.
enum Told {
    /// A directory of packages.
    Directory(String),
    Home(Home),
    Computed,
}

fn told(audits: &Audits, invocation: &Invocation, supplied: &Supplied) -> Option<Told> {
    let by_program = |path: Option<&str>| {
        let home = path.and_then(|path| homes::home_by_path(path, &invocation.workdir));
        home.map_or(Told::Computed, Told::Home)
    };
    let directory = |path: &str| match streams::file(path, &invocation.workdir) {
        Stream::File(path) => Told::Directory(path),
        Stream::Pipe(_) => Told::Computed,
    };
    let flag = audits.elsewhere.iter().find_map(|flag| manages::words_of(flag, &invocation.args).pop());
    let computed =
        |raw: &str| manages::home_that_tells(raw, &supplied.home, &invocation.workdir).map_or(Told::Computed, Told::Home);
    let input = || audits.homes.iter().find_map(|name| invocation.inputs.get(name));
    let variable = || audits.variables.iter().find_map(|name| invocation.env.get(name));
    match (flag, input(), variable()) {
        (Some((path, word)), ..) => Some(path.map_or_else(|| computed(&word.raw), directory)),
        (_, Some(input), _) => {
            Some(by_program(input.value.as_ref().map(|path| format!("{}/bin/python", path.trim_end_matches('/'))).as_deref()))
        }
        (.., Some(path)) => Some(by_program(path.as_deref())),
        _ => None,
    }
}
