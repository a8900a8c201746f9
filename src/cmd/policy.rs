//! Owns `policy check`, `policy show` and `policy schema`: a policy file looked at for itself. Refuses to look at a repository.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::{Context, request};
use crate::catalog::Catalog;
use crate::cli::{PolicyArgs, PolicyCommand, PolicyFile};
use crate::error::Error;
use crate::limits::Limits;
use crate::policy::origin::POLICY_FILE;
use crate::signing::trust::{KeyStanding, Trust};
use crate::terms::trust::RELEASER;
use crate::terms::{self, Level, Policy, Reading, json_schema, read, show};
use crate::text::escape;
use crate::text::{RepoPath, SourceFile};

/// Runs it.
pub(super) fn run(context: &Context, args: &PolicyArgs) -> Result<u8, Error> {
    let text = match &args.command {
        PolicyCommand::Check(file) => check(context, file)?,
        PolicyCommand::Show { file, origin } => shown(context, file, *origin)?,
        PolicyCommand::Schema => format!("{:#}\n", json_schema::json_schema()),
        PolicyCommand::Diff(args) => return super::policy_diff::run(context, args),
        PolicyCommand::Approve(args) => return super::policy_approve::run(context, args),
    };
    context.streams.print(text.as_bytes())?;
    Ok(0)
}

/// The file that was named, or the one that lies here.
fn path(context: &Context, file: &PolicyFile) -> Option<PathBuf> {
    let named = file.file.clone().or_else(|| context.common.policy.clone());
    named.or_else(|| Some(PathBuf::from(POLICY_FILE)).filter(|path| path.exists()))
}

/// The policy, and whom it trusts as the certificates beside it say; `keys` asks for the latter.
fn load(context: &Context, path: Option<&Path>, keys: bool) -> Result<(Policy, Option<Trust>), Error> {
    if context.common.policy_ref.is_some() {
        return Err(Error::usage("--policy-ref does not go with `policy`").hint("name a file"));
    }
    let limits = Limits::default();
    let file = path.map(|path| source(path, &limits)).transpose()?;
    let org = context.common.org_policy.as_deref().map(|path| source(path, &limits)).transpose()?;
    let directory = path.and_then(Path::parent).map(Path::to_path_buf).unwrap_or_default();
    let open = |name: &str| match RepoPath::new(name).map(|inside| directory.join(inside.as_str())) {
        Some(path) if path.exists() => source(&path, &limits).map(Some),
        _ => Ok(None),
    };
    let now = request::now(context.common.now.as_deref(), context.environment.ci, cfg!(debug_assertions))?;
    let policy = read(file, &Reading { catalog: Catalog::builtin(), today: now.date(), open: &open, org })?;
    let trust = keys.then(|| terms::trust::trust(&policy, &open, now.at.as_second())).transpose()?;
    Ok((policy, trust))
}

fn source(path: &Path, limits: &Limits) -> Result<Arc<SourceFile>, Error> {
    let shown = path.to_string_lossy();
    Ok(SourceFile::new(RepoPath::from_git_bytes(shown.as_bytes()), request::read_file(path, limits)?))
}

fn check(context: &Context, file: &PolicyFile) -> Result<String, Error> {
    let Some(path) = path(context, file) else {
        let error = Error::usage(format!("there is no {POLICY_FILE} here"));
        return Err(error.hint("name a file, or go without: the built-in defaults judge then"));
    };
    let (policy, trust) = load(context, Some(&path), true)?;
    let mut out = format!("{}: no mistakes\n", escape::line(&path.to_string_lossy()));
    out.push_str(&format!("  profile {}\n", policy.terms.profile));
    let ruled: BTreeSet<&String> = policy.rules.keys().chain(policy.org.floors.keys()).collect();
    for rule in ruled {
        let stated = policy.rules.get(rule).and_then(|terms| terms.severity);
        let severity = match (stated, policy.level(rule)) {
            (Some(stated), Some(held)) if stated < held => {
                format!("{}, the organisation's floor ({} is below it)", held.word(), stated.word())
            }
            (None, Some(floor)) => format!("at least {}, the organisation's floor", floor.word()),
            (_, level) => level.map_or("its own severity", Level::word).to_owned(),
        };
        let unknown = if policy.rules.get(rule).is_some_and(|terms| terms.on_unknown_fail) { ", unknown fails" } else { "" };
        out.push_str(&format!("  rule {rule}: {severity}{unknown}\n"));
    }
    for waiver in &policy.waivers {
        let path = waiver.path.as_ref().map(|path| format!(" in {}", escape::line(path))).unwrap_or_default();
        out.push_str(&format!(
            "  waiver of {}{path} by {}, until {}\n",
            waiver.rule,
            escape::line(&waiver.owner),
            waiver.expires
        ));
    }
    for statement in &policy.attestations {
        let owner = escape::line(&statement.owner);
        out.push_str(&format!("  statement on {} by {owner}, until {}\n", statement.rule, statement.expires));
    }
    let (today, sha1) = trust.as_ref().map_or((0, false), |trust| (trust.now, trust.sha1_self_signatures));
    let mut able = BTreeMap::new();
    for (name, person) in &policy.people {
        let roles = if person.roles.is_empty() { "no roles".to_owned() } else { person.roles.join(", ") };
        let trusted = trust.iter().flat_map(|trust| &trust.people).find(|trusted| trusted.name == *name);
        let keys = trusted.map(|trusted| trusted.keys(today, sha1)).unwrap_or_default();
        let signing = keys.iter().filter(|key| key.problem.is_none()).count();
        let count = if keys.len() == 1 { "1 key".to_owned() } else { format!("{} keys", keys.len()) };
        let some = match signing {
            all if all == keys.len() => String::new(),
            0 => ", none of which can sign now".to_owned(),
            some => format!(", {some} of which can sign now"),
        };
        out.push_str(&format!("  person {}: {roles}; {count}{some}\n", escape::line(name)));
        for key in &keys {
            out.push_str(&format!("    {}: {}\n", escape::line(&key.key), standing(key)));
            if let Some(since) = key.speaks_since.and_then(|since| Timestamp::from_second(since).ok()) {
                out.push_str(&format!(
                    "      warning: its self-signatures from before {since} are not in this file: an older release is judged by what it says since; an older file may have them, and `tollgate keys add` over that file keeps them\n"
                ));
            }
        }
        able.insert(name, (keys.len(), signing));
    }
    holders(&policy, &able, &mut out);
    for (key, place) in show::unread(&policy) {
        out.push_str(&format!("  note: {key} has no effect yet, no rule of this version reads it ({})\n", escape::line(&place)));
    }
    Ok(out)
}

/// Who alone holds a role and is away, or lost the key, stops everybody. Who has keys and cannot sign by any of them holds none; for
/// releases, neither does who has no key.
fn holders(policy: &Policy, able: &BTreeMap<&String, (usize, usize)>, out: &mut String) {
    let roles: BTreeSet<&String> = policy.people.values().flat_map(|person| &person.roles).collect();
    if !policy.people.is_empty() && !roles.iter().any(|role| *role == RELEASER) {
        out.push_str(&format!("  warning: nobody has the role {RELEASER}: no tag can be verified\n"));
    }
    for role in roles {
        let holds = |name: &String| match able.get(name) {
            Some((0, _)) | None => role != RELEASER,
            Some((_, signing)) => *signing > 0,
        };
        let listed = policy.people.iter().filter(|(_, person)| person.roles.iter().any(|held| held == role));
        let holders: Vec<&String> = listed.map(|(name, _)| name).filter(|name| holds(name)).collect();
        match holders.as_slice() {
            [] => out.push_str(&format!("  warning: nobody with the role {role} can sign now\n")),
            [only] => out.push_str(&format!("  warning: {} alone holds the role {role}\n", escape::line(only))),
            _ => {}
        }
        let (want, have) = (policy.release.min_signatures, holders.len());
        if role == RELEASER && have < want && have > 0 {
            let hold = if have == 1 { "1 person holds".to_owned() } else { format!("{have} people hold") };
            out.push_str(&format!("  warning: min_signatures is {want}, and {hold} the role {role} and can sign now\n"));
        }
    }
}

/// How a key stands, as a clause.
pub(super) fn standing(key: &KeyStanding) -> String {
    let ends = key.ends.and_then(|end| Timestamp::from_second(end).ok());
    let said = match (&key.problem, ends) {
        (Some(problem), _) if key.kept => format!("does not sign any more: {}", escape::line(problem)),
        (Some(problem), _) => format!("cannot sign now: {}", escape::line(problem)),
        (None, Some(end)) => format!("can sign, until {end}"),
        (None, None) => "can sign, without an end".to_owned(),
    };
    let ignored = if key.ignored > 0 { format!("; {} parts ignored", key.ignored) } else { String::new() };
    format!("{said}{ignored}")
}

fn shown(context: &Context, file: &PolicyFile, origin: bool) -> Result<String, Error> {
    let (policy, _) = load(context, path(context, file).as_deref(), false)?;
    let lines = show::lines(&policy);
    let width = lines
        .iter()
        .map(|line| line.key.chars().count() + line.value.chars().count() + 3)
        .filter(|w| *w <= 80)
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for line in lines {
        let text = format!("{} = {}", escape::line(&line.key), escape::line(&line.value));
        if origin {
            out.push_str(&format!("{text:<width$}  # {}\n", escape::line(&line.origin)));
        } else {
            out.push_str(&format!("{text}\n"));
        }
    }
    Ok(out)
}
