//! Owns `policy check`, `policy show` and `policy schema`: a policy file looked at for itself. Refuses to look at a repository.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::{Context, request};
use crate::catalog::Catalog;
use crate::cli::{PolicyArgs, PolicyCommand, PolicyFile};
use crate::error::Error;
use crate::limits::Limits;
use crate::policy::origin::POLICY_FILE;
use crate::signing::trust::{OpenPgpKey, Trust};
use crate::terms::{self, Policy, Reading, json_schema, read, show};
use crate::text::escape;
use crate::text::{RepoPath, SourceFile};

/// Runs it.
pub(super) fn run(context: &Context, args: &PolicyArgs) -> Result<u8, Error> {
    let text = match &args.command {
        PolicyCommand::Check(file) => check(context, file)?,
        PolicyCommand::Show { file, origin } => shown(context, file, *origin)?,
        PolicyCommand::Schema => format!("{:#}\n", json_schema::json_schema()),
        PolicyCommand::Diff(args) => return super::policy_diff::run(context, args),
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
    for (rule, terms) in &policy.rules {
        let severity = terms.severity.map_or("its own severity", |level| level.word());
        let unknown = if terms.on_unknown_fail { ", unknown fails" } else { "" };
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
    for (name, person) in &policy.people {
        let roles = if person.roles.is_empty() { "no roles".to_owned() } else { person.roles.join(", ") };
        let keys = person.pgp.len() + person.ssh.len();
        let keys = if keys == 1 { "1 key".to_owned() } else { format!("{keys} keys") };
        out.push_str(&format!("  person {}: {roles}; {keys}\n", escape::line(name)));
        if let Some(trust) = &trust {
            certificates(trust, name, &mut out);
        }
    }
    // Who alone holds a role and is away, or lost the key, stops everybody.
    let roles: BTreeSet<&String> = policy.people.values().flat_map(|person| &person.roles).collect();
    for role in roles {
        let mut holders =
            policy.people.iter().filter(|(_, person)| person.roles.iter().any(|held| held == role)).map(|(name, _)| name);
        if let (Some(only), None) = (holders.next(), holders.next()) {
            out.push_str(&format!("  warning: {} alone holds the role {role}\n", escape::line(only)));
        }
    }
    Ok(out)
}

/// What the standard policy thinks of a person's certificates now.
fn certificates(trust: &Trust, name: &str, out: &mut String) {
    for key in trust.people.iter().filter(|person| person.name == name).flat_map(|person| &person.openpgp) {
        out.push_str(&format!("    {}: {}\n", key.fingerprint, standing(key, trust.now)));
    }
}

/// The same of one key, as a clause.
pub(super) fn standing(key: &OpenPgpKey, now: i64) -> String {
    let Some(certificate) = &key.certificate else {
        return "no certificate; tags by it cannot be verified".to_owned();
    };
    let standing = certificate.standing(now);
    let ends = standing.expires.and_then(|end| Timestamp::from_second(end).ok());
    let said = match (&standing.problem, ends) {
        (Some(problem), _) => format!("cannot sign now: {}", escape::line(problem)),
        (None, Some(end)) => format!("can sign, until {end}"),
        (None, None) => "can sign, without an end".to_owned(),
    };
    let ignored = if certificate.ignored > 0 { format!("; {} parts ignored", certificate.ignored) } else { String::new() };
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
