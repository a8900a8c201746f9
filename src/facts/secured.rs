//! Owns whether a tool's security rules are in force for one component's files. Refuses to rank.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::components::Component;
use super::pipeline::Env;
use super::rank::{self, Ranked};
use super::runners::World;
use super::tool_config::{self, Deciding, Query, Settings};
use crate::answer::{Answer, Reason, Why};
use crate::catalog::Tool;
use crate::catalog::tool::Security;
use crate::text::{Place, RepoPath};

/// Answers of one invocation by the directory whose configuration gives them, and the component they are about where there are
/// several.
pub(super) type ByHome = RefCell<BTreeMap<(RepoPath, Option<RepoPath>), Decided>>;

/// An answer, and where it is no: the line that decides it, and what turns it.
pub(super) type Decided = (Answer, Told);

/// The line that decides why security rules are not in force, and what puts them there.
#[derive(Clone, Default)]
pub(super) struct Told {
    pub(super) deciding: Option<Deciding>,
    pub(super) to_select: Option<String>,
}

/// Whether security rules are in force for a component's files: of a tool that takes the configuration nearest to each file,
/// for all of those that it looks at.
pub(super) fn on_component(
    world: &World<'_>,
    tool: &Tool,
    ranked: &Ranked<'_>,
    by_home: &ByHome,
    component: &Component,
    several: bool,
) -> Decided {
    let invocation = ranked.invocation;
    if tool.security != Security::Selected || tool.run[invocation.row].inside.is_some() {
        return (ranked.security.clone(), Told::default());
    }
    let directory = invocation.workdir.dir().unwrap_or_default();
    let here = rank::place_of(invocation);
    let looked_at = if several { ranked.of_files(component) } else { Vec::new() };
    let query = Query {
        world,
        tool,
        args: &invocation.args,
        env: &invocation.env,
        directory: &directory,
        run: Some(invocation),
        packages: &invocation.packages,
        here: &here,
        names: &tool.select,
        files: &looked_at,
    };
    let mut files = component.files.iter().filter(|file| ranked.looks_at(file));
    let homes = tool_config::homes(&query, &mut files);
    let mut known = by_home.borrow_mut();
    let answers = homes.iter().map(|home| {
        let read = || {
            let settings = tool_config::settings(&Query { directory: home, ..query });
            let told = Told { deciding: settings.deciding.clone(), to_select: settings.to_select.clone() };
            (ranked.security_in(tool, &settings), told)
        };
        let about = several.then(|| component.directory.clone());
        known.entry((home.clone(), about)).or_insert_with(read).clone()
    });
    let decided: Vec<Decided> = answers.collect();
    // The line is told of the directory that decides for most of the files.
    let nearest = |file: &RepoPath| {
        let above = homes.iter().enumerate().filter(|(_, home)| file.is_in(home));
        above.max_by_key(|(_, home)| home.segments().count()).map(|(at, _)| at)
    };
    let mut counts = vec![0_usize; homes.len()];
    let looked_at = component.files.iter().filter(|file| homes.len() > 1 && ranked.looks_at(file));
    looked_at.filter_map(nearest).for_each(|at| counts[at] += 1);
    let most = (0..homes.len()).filter(|at| decided[*at].0.is_no()).max_by_key(|at| counts[*at]);
    let told = most.map(|at| decided[at].1.clone()).unwrap_or_default();
    let answers: Vec<Answer> = decided.into_iter().map(|(answer, _)| answer).collect();
    let unknown = answers.iter().find(|answer| matches!(answer, Answer::Unknown(_)));
    let answer = match (answers.iter().any(Answer::is_yes), answers.iter().position(Answer::is_no), unknown) {
        _ if answers.is_empty() => ranked.security.clone(),
        (_, None, Some(unknown)) => unknown.clone(),
        (true, None, None) => Answer::Yes(()),
        (true, Some(at), _) => {
            let place = homes.get(at).map(|home| Place::file(home.clone())).unwrap_or(here);
            let why =
                format!("only some files of the component are checked with security rules, those below `{}` without", place.path);
            Answer::Unknown(Why::new(Reason::Unsupported, why).at(place))
        }
        (false, Some(_), Some(unknown)) => unknown.clone(),
        (false, ..) => Answer::No,
    };
    (answer, told)
}

/// What the configuration says of security rules where nothing runs the tool.
pub(super) fn configured(world: &World<'_>, tool: &Tool, component: &Component) -> Answer {
    if tool.security != Security::Selected {
        return rank::security(tool, &Settings::default(), false);
    }
    let here = component.manifest.clone().unwrap_or_else(|| component.directory.clone());
    let query = Query {
        world,
        tool,
        args: &[],
        env: &Env::new(),
        directory: &component.directory,
        run: None,
        packages: &[],
        here: &Place::file(here),
        names: &tool.select,
        files: &[],
    };
    rank::security(tool, &tool_config::settings(&query), false)
}
