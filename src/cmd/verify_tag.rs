//! Owns `verify-tag`: options and the CI event turned into a request, one verification, every format written from it, the outputs of
//! the step. Refuses to decide anything about a tag.

use std::path::Path;

use super::check::unknown_format;
use super::environment::{self, ActionsRun, Environment};
use super::output;
use super::{Context, event, request};
use crate::cli::VerifyTagArgs;
use crate::error::{Error, Kind};
use crate::inspect::tags::{self, Expected, TagRequest};
use crate::limits::Limits;
use crate::policy::Outcome;
use crate::report::View;
use crate::report::tags::{FORMATS, TagReport, Word};
use crate::source::forge::{self, AtForge};

/// Runs it. Whatever ends it, the outputs of the step do not say `verified`.
pub(super) fn run(context: &Context, args: &VerifyTagArgs) -> Result<u8, Error> {
    let run = ActionsRun::read(context.environment);
    let status = judged(context, args, &run);
    if let Err(error) = &status {
        unanswered(context.environment)?;
        if let (Kind::Incomplete, false, Some(path)) = (error.kind, args.all, &run.output) {
            output::append(path, &format!("outcome={}\n", Outcome::Incomplete.word()))?;
        }
    }
    status
}

/// The outputs of a step whose command line was none: whatever keeps it from an answer, they say no.
pub(super) fn unanswered(environment: Environment) -> Result<(), Error> {
    ActionsRun::read(environment).output.map_or(Ok(()), |path| output::append(&path, "verified=false\n"))
}

fn judged(context: &Context, args: &VerifyTagArgs, run: &ActionsRun) -> Result<u8, Error> {
    let formats = match (&args.format, context.environment.actions) {
        (Some(name), _) => vec![known(name)?],
        (None, true) => vec!["text", "github"],
        (None, false) => vec!["text"],
    };
    let files = output::parse_all(&args.out, |format| known(format).map(|_| ()))?;
    let request = build(context, args, run)?;
    let fetched = if args.fetch { Some(fetch(args)?) } else { None };
    let report = tags::verify_fetched(&request, fetched.as_ref())?;
    let view = request::view(context, false);
    let to_file = View { color: false, terminal: false, ..view };
    let bytes = |format: &str, view: &View| report.render(format, view).unwrap_or_default();
    output::write_all(&files, |format| Ok(bytes(format, &to_file)))?;
    for format in formats {
        let bytes = bytes(format, &view);
        if format == "github" { context.streams.command(&bytes)? } else { context.streams.print(&bytes)? }
    }
    if let Some(path) = &run.output {
        outputs(path, &report, args.all)?;
    }
    Ok(report.exit_status())
}

/// The forge, with the tags as it has them.
fn fetch(args: &VerifyTagArgs) -> Result<AtForge, Error> {
    let mut names = Vec::new();
    for argument in &args.tags {
        names.push(tags::name(argument)?);
    }
    let forge = environment::forge("--fetch", None)?;
    let tags = forge::tags(&forge, &names)?;
    Ok(AtForge { forge, tags })
}

fn known(name: &str) -> Result<&'static str, Error> {
    let mut names = FORMATS.into_iter().map(|(format, _)| format);
    names.find(|format| *format == name).ok_or_else(|| unknown_format(name, &FORMATS))
}

fn build(context: &Context, args: &VerifyTagArgs, run: &ActionsRun) -> Result<TagRequest, Error> {
    let mut limits = Limits::default();
    for assignment in &args.limit {
        limits.set(assignment)?;
    }
    let common = &context.common;
    let mut expected = Vec::new();
    if let Some(commit) = &args.expect_commit {
        expected.push(Expected { by: "--expect-commit".to_owned(), tag: None, commit: Some(full_id(commit)?), version: None });
    }
    if let Some(path) = &args.version_json {
        expected.push(version(path, &limits)?);
    }
    let named = |name: &String| args.tags.iter().any(|tag| tag.strip_prefix("refs/tags/").unwrap_or(tag) == name);
    let started_by = run.reference.as_deref().and_then(tags::of_event).filter(|name| args.all || named(name));
    // The event speaks of the tag that started the run, and of no other.
    if let (Some(name), Some(commit)) = (&started_by, &run.commit) {
        expected.push(Expected {
            by: "the event that started this run (GITHUB_SHA)".to_owned(),
            tag: Some(name.clone()),
            commit: Some(commit.clone()),
            version: None,
        });
    }
    Ok(TagRequest {
        repository: args.repo.clone(),
        tags: args.tags.clone(),
        all: args.all,
        policy_file: common.policy.clone(),
        policy_ref: common.policy_ref.clone(),
        org_policy: common.org_policy.clone(),
        require_branch: args.require_branch.clone(),
        expected,
        state: args.state.clone(),
        allow_rollback: args.allow_rollback,
        now: request::now(common.now.as_deref(), context.environment.ci, cfg!(debug_assertions))?,
        default_branch: started_by.as_ref().filter(|name| named(name)).and_then(|_| default_branch(run)),
        started_by,
        actions: context.environment.actions,
        ignored_variables: environment::git_variables(),
        limits,
    })
}

/// The default branch of the repository of the event. Only where the event is about the tag that is verified: of another repository's
/// checkout the event says nothing.
fn default_branch(run: &ActionsRun) -> Option<String> {
    event::payload(run).ok()?.pointer("/repository/default_branch")?.as_str().map(str::to_owned)
}

fn full_id(text: &str) -> Result<String, Error> {
    let full = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if full {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Error::usage(format!("`--expect-commit {text}` is no full commit id"))
        .hint("40 hexadecimal digits, as `git rev-parse` prints"))
}

/// What a version.json states. A name that stands twice is refused: of two readers one takes the first and one the last.
#[derive(serde::Deserialize)]
struct Stated {
    commit: Option<String>,
    version: Option<String>,
}

/// Dockerflow's version.json: an object with `commit` and `version`, of which one may be missing.
fn version(path: &Path, limits: &Limits) -> Result<Expected, Error> {
    let shown = path.display();
    let text = request::read_file(path, limits)?;
    let wrong = |why: &str| {
        Error::usage(format!("`{shown}` is no version.json: {why}"))
            .hint("an object with `commit` and `version`, as Dockerflow has it")
    };
    if !text.trim_start().starts_with('{') {
        return Err(wrong("it is no object"));
    }
    let Stated { commit, version } = serde_json::from_str(&text).map_err(|problem| wrong(&problem.to_string()))?;
    for (name, value) in [("commit", &commit), ("version", &version)] {
        if value.as_ref().is_some_and(String::is_empty) {
            return Err(wrong(&format!("`{name}` is empty")));
        }
    }
    let Some(commit) = commit else { return Err(wrong("it has no `commit`")) };
    let commit = full_id(&commit).map_err(|_| wrong("its `commit` is no full commit id"))?;
    Ok(Expected { by: shown.to_string(), tag: None, commit: Some(commit), version })
}

/// Appends the outputs of the step (design §4.1). Of several tags only `verified`: no output says which of them it is about. Of all releases
/// `all-verified` alone: who asks for them has named none to deploy, and gets no commit and no word that a deploy could be made to wait for.
fn outputs(path: &Path, report: &TagReport, all: bool) -> Result<(), Error> {
    let verified = report.tags.iter().all(|tag| tag.word() == Word::Verified);
    if all {
        return output::append(path, &format!("all-verified={verified}\n"));
    }
    let mut text = format!("verified={verified}\noutcome={}\n", report.outcome().word());
    if let [tag] = report.tags.as_slice() {
        // Nothing that was not verified is offered for a deploy.
        let commit = tag.commit.as_deref().filter(|_| verified).unwrap_or_default();
        let signer = tags::people(tag).join(",");
        let values = [
            ("tag", tag.name.as_str()),
            ("object", tag.object.as_deref().unwrap_or_default()),
            ("commit", commit),
            ("signer", &signer),
        ];
        for (name, value) in values {
            let value: String = value.chars().filter(|c| !c.is_control()).collect();
            text.push_str(&format!("{name}={value}\n"));
        }
    }
    output::append(path, &text)
}
