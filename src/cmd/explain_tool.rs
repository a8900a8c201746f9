//! Owns the explanation of tools, bots and generators: how they are run, where they are configured, what changes them, what it was verified
//! against. Refuses to interpret: it prints the data.

use super::explain::{explained_examples, plain};
use crate::catalog::language::{CodeMark, Exporter};
use crate::catalog::tool::{ConfigBy, ConfigPlace, DefaultTarget, Does, Effect, Findings, Run, Security, Status, Verified};
use crate::catalog::{Bot, Tool};

/// A tool.
pub(super) fn tool(tool: &Tool) -> String {
    let mut out = format!("{}: {}\n\n", tool.id, tool.title);
    let kinds: Vec<String> = tool.kind.iter().map(|kind| format!("{kind:?}").to_lowercase()).collect();
    out.push_str(&format!("kind        {}\nlanguages   {}\n", kinds.join(", "), tool.languages.join(", ")));
    let security = match tool.security {
        Security::Always => "its findings are about security".to_owned(),
        Security::Never => "its findings are not about security".to_owned(),
        Security::Selected => format!("its findings are about security when one of these is on: {}", tool.select.join(", ")),
    };
    out.push_str(&format!("security    {security}\n"));
    out.push_str(&status(tool.status, tool.since.as_deref(), tool.why.as_deref()));
    names(&mut out, "succeeds", &tool.successor_of);
    names(&mut out, "equals", &tool.equivalent_to);
    out.push_str(&verified(&tool.verified));
    places(&mut out, &tool.config);
    section(&mut out, "What names the one that is read", config_by(&tool.config_by).into_iter());
    section(&mut out, "How it is run, and what its exit status does when it finds something", tool.run.iter().map(run));
    section(&mut out, "What changes that", tool.effect.iter().map(effect));
    if let Some(targets) = &tool.targets {
        let default = if targets.default == DefaultTarget::Cwd { "its working directory" } else { "nothing" };
        out.push_str(&format!("\nWithout a target it looks at {default}.\n"));
    }
    out.push_str(&explained_examples(&format!("tools/{}.toml", tool.id)));
    out
}

/// A bot.
pub(super) fn bot(bot: &Bot) -> String {
    let mut out = format!("{}: {}\n\nkind        dependency-update bot\n", bot.id, bot.title);
    out.push_str(&status(bot.status, bot.since.as_deref(), bot.why.as_deref()));
    names(&mut out, "succeeds", &bot.successor_of);
    out.push_str(&verified(&bot.verified));
    let mut ecosystems: Vec<String> = bot.ecosystems.clone();
    ecosystems.extend(bot.manager.iter().map(|manager| manager.ecosystem.clone()));
    ecosystems.sort();
    ecosystems.dedup();
    names(&mut out, "updates", &ecosystems);
    places(&mut out, &bot.config);
    section(
        &mut out,
        "What switches it off",
        bot.off.iter().map(|off| {
            let values: Vec<String> = off.value.iter().map(plain).collect();
            because(format!("{} = {}", off.key, values.join(" or ")), off.why.as_deref())
        }),
    );
    section(
        &mut out,
        "What limits it",
        bot.limit.iter().map(|limit| because(format!("{} ({})", limit.key, limit.means), limit.why.as_deref())),
    );
    out.push_str(&explained_examples(&format!("bots/{}.toml", bot.id)));
    out
}

/// A generator.
pub(super) fn exporter(exporter: &Exporter) -> String {
    let mut out = format!("{}: {}\n\nkind        generator of OpenAPI documents\n", exporter.id, exporter.title);
    out.push_str(&status(exporter.status, None, None));
    names(&mut out, "note", exporter.note.as_slice());
    names(&mut out, "languages", &exporter.languages);
    for (registry, packages) in &exporter.packages {
        names(&mut out, registry, packages);
    }
    out.push_str(&verified(&exporter.verified));
    let marks = |marks: &[CodeMark]| marks.iter().map(|mark| mark.code.clone()).collect::<Vec<_>>();
    section(&mut out, "Code that shows it at work", marks(&exporter.proof).into_iter());
    section(&mut out, "Code that switches it off", marks(&exporter.off).into_iter());
    out.push_str(&explained_examples(&format!("openapi/{}.toml", exporter.id)));
    out
}

fn status(status: Status, since: Option<&str>, why: Option<&str>) -> String {
    let word = match status {
        Status::Active => return String::new(),
        Status::Deprecated => "deprecated",
        Status::Retired => "retired",
    };
    let since = since.map(|since| format!(" since {since}")).unwrap_or_default();
    format!("{}\n", because(format!("status      {word}{since}"), why))
}

fn verified(verified: &Verified) -> String {
    format!("verified    version {}, read on {} at {}\n", verified.version, verified.on, verified.source)
}

fn names(out: &mut String, word: &str, list: &[String]) {
    if !list.is_empty() {
        out.push_str(&format!("{word:<11} {}\n", list.join(", ")));
    }
}

fn places(out: &mut String, list: &[ConfigPlace]) {
    section(
        out,
        "Where its configuration is read",
        list.iter().map(|place| {
            let key = place.key.as_ref().map(|key| format!(", key {key}")).unwrap_or_default();
            let mut line = format!("{}{key}", place.path);
            if !place.with.is_empty() {
                line.push_str(&format!(", only with {}", place.with.join(" or ")));
            }
            if !place.named_by.is_empty() {
                line.push_str(&format!(", only when {} names it", place.named_by.join(" or ")));
            }
            if let Some(input) = &place.named_by_input {
                line.push_str(&format!(", only when the input {} of {} names it", input.input, input.action));
            }
            because(line, place.note.as_deref())
        }),
    );
}

/// What names the configuration in place of those that are found.
fn config_by(by: &ConfigBy) -> Vec<String> {
    let flag = by.flag.iter().map(|flag| format!("flag {flag}"));
    let input = by.input.iter().map(|input| format!("input {input}"));
    let env = by.env.iter().map(|name| format!("variable {name}"));
    let over = if by.adds { ", over what is found" } else { "" };
    let named = flag.chain(input).chain(env).map(|what| format!("{what}{over}"));
    named.chain(by.none.iter().map(|flag| format!("flag {flag}: none is read"))).collect()
}

fn section(out: &mut String, title: &str, rows: impl Iterator<Item = String>) {
    let rows: Vec<String> = rows.collect();
    if !rows.is_empty() {
        out.push_str(&format!("\n{title}\n"));
        rows.iter().for_each(|row| out.push_str(&format!("  {row}\n")));
    }
}

fn because(line: String, why: Option<&str>) -> String {
    why.map_or(line.clone(), |why| format!("{line}: {why}"))
}

fn run(run: &Run) -> String {
    let command = run.argv.as_ref().map(|words| words.join(" "));
    let service = run.service.as_ref().map(|service| format!("service, told by {}", service.file));
    let what = match (&run.action, &run.hook, &run.image, &run.inside) {
        (Some(action), ..) => format!("action {action}"),
        (_, Some(hook), ..) => format!("pre-commit hook {} of {}", hook.id, hook.repo),
        (_, _, Some(image), _) => {
            command.map_or_else(|| format!("image {image}"), |command| format!("image {image} with `{command}`"))
        }
        (_, _, _, Some(inside)) => {
            let by = inside.package.as_deref().or(inside.switch.as_deref()).map(|by| format!(" by {by}")).unwrap_or_default();
            format!("inside {}{by}", inside.tool)
        }
        _ => service.unwrap_or_else(|| format!("`{}`", command.unwrap_or_default())),
    };
    let when = run.when.as_ref().map(|when| format!(", input {} = {}", when.input, when.value.join(" or ")));
    let since = run.since.as_ref().map(|since| format!(", from {since} on"));
    let before = run.before.as_ref().map(|before| format!(", before {before}"));
    let conditions: String = [when, since, before].into_iter().flatten().collect();
    let on_files = run.findings_on_files.map(|findings| format!("; given files only: {}", does(findings))).unwrap_or_default();
    let findings = because(does(run.findings).to_owned(), run.why.as_deref());
    format!("{what}{conditions}: {findings}{on_files}")
}

/// What an exit status does with findings.
fn does(findings: Findings) -> &'static str {
    match findings {
        Findings::Fail => "fails",
        Findings::Pass => "exits 0",
        Findings::Errors => "fails for error-level findings only",
        Findings::Forge => "the forge decides",
        Findings::Unknown => "not verified against its source",
    }
}

/// What a row asks of a value that is not one of a list.
fn compared(effect: &Effect) -> String {
    let mut parts = Vec::new();
    if !effect.some_of.is_empty() {
        parts.push(format!(" with {}", effect.some_of.join(" or ")));
    }
    if !effect.none_of.is_empty() {
        parts.push(format!(" without {}", effect.none_of.join(" and ")));
    }
    parts.extend(effect.below.map(|limit| format!(" below {limit}")));
    parts.join("")
}

fn effect(effect: &Effect) -> String {
    let does = match effect.does {
        Does::NotDependencies => "looks at no dependencies",
        Does::SomeDependencies => "looks at some dependencies only",
        Does::Soften => "loses the failure",
        Does::Harden => "makes findings fail",
        Does::Void => "checks nothing",
        Does::Narrow => "sees less",
        Does::Note => "worth knowing",
        Does::PassBy => "passes some files by",
        Does::Widen => "looks at nested modules too",
    };
    // One value may be written in several ways: a number, a text, a word of either case.
    let mut values: Vec<String> = Vec::new();
    for value in effect.value.iter().map(plain) {
        if !values.iter().any(|known| known.eq_ignore_ascii_case(&value)) {
            values.push(value);
        }
    }
    let value = if values.is_empty() { compared(effect) } else { format!(" = {}", values.join(" or ")) };
    let mut parts = Vec::new();
    if !effect.flag.is_empty() {
        let behind = effect.after.as_ref().map(|word| format!(" behind {word}")).unwrap_or_default();
        let value = if effect.env.is_some() || effect.input.is_some() { String::new() } else { compared(effect) };
        parts.push(format!("{}{behind}{value}", effect.flag.join(" ")));
    }
    let in_path = effect.path.as_ref().map(|path| format!(" in {path}")).unwrap_or_default();
    parts.extend(effect.env.iter().map(|name| format!("variable {name}{value}")));
    parts.extend(effect.input.iter().map(|name| format!("input {name}{value}")));
    parts.extend(effect.key.iter().map(|name| format!("key {name}{value}{in_path}")));
    parts.extend(effect.setting.iter().map(|name| format!("configuration that {name}")));
    parts.extend(effect.run.iter().map(|name| format!("run as {name}")));
    parts.extend(effect.since.iter().map(|since| format!("from {since} on")));
    parts.extend(effect.before.iter().map(|before| format!("before {before}")));
    parts.extend((!effect.unless.is_empty()).then(|| format!("unless {} is given", effect.unless.join(" or "))));
    because(format!("{}: {does}", parts.join(", ")), effect.why.as_deref())
}
