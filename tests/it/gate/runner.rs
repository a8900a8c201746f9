//! Owns what the GitHub runner makes of what a step leaves behind: workflow commands in its log, the files of outputs and of the summary.
//! Refuses what the runner refuses, loudly.
//!
//! Source: actions/runner, `src/Runner.Common/ActionCommand.cs` (both forms of a command), `src/Runner.Worker/ActionCommandManager.cs` (which
//! are known, stopping), `FileCommandManager.cs` (files of names and values, the size of a summary), `ExecutionContext.cs` (what is kept).

use std::collections::BTreeMap;

/// Commands that the runner knows; any other word is text.
const KNOWN: [&str; 16] = [
    "set-env",
    "set-output",
    "save-state",
    "add-mask",
    "add-path",
    "add-matcher",
    "remove-matcher",
    "debug",
    "echo",
    "group",
    "endgroup",
    "error",
    "warning",
    "notice",
    "stop-commands",
    "internal-set-repo-path",
];
/// Bytes of a summary.
const SUMMARY: usize = 1024 * 1024;
/// Annotations of a level that are kept.
const KEPT: usize = 10;

/// A command as the runner understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) text: String,
}

/// All commands of a log that the runner obeys.
pub(crate) fn commands(log: &str) -> Vec<Command> {
    let (mut found, mut stopped): (Vec<Command>, Option<String>) = (Vec::new(), None);
    for line in log.lines() {
        let known = |name: &str| {
            KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name))
                || stopped.as_deref().is_some_and(|token| token.eq_ignore_ascii_case(name))
        };
        let Some(command) = colons(line, known).or_else(|| bracket(line, known)) else { continue };
        match &stopped {
            Some(token) if token.eq_ignore_ascii_case(&command.name) => stopped = None,
            Some(_) => {}
            None if command.name.eq_ignore_ascii_case("stop-commands") => {
                stopped = Some(command.text.clone());
                found.push(command);
            }
            None => found.push(command),
        }
    }
    found
}

/// `::name key=value,key=value::text`, behind blanks.
fn colons(line: &str, known: impl Fn(&str) -> bool) -> Option<Command> {
    let (head, text) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let escapes = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
    let text = undone(text, &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]);
    command(head, ',', &escapes, text, known)
}

/// `##[name key=value;key=value]text`, anywhere in a line.
fn bracket(line: &str, known: impl Fn(&str) -> bool) -> Option<Command> {
    let (head, text) = line[line.find("##[")? + 3..].split_once(']')?;
    let escapes = [("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%")];
    command(head, ';', &escapes, undone(text, &escapes), known)
}

fn command(head: &str, between: char, escapes: &[(&str, &str)], text: String, known: impl Fn(&str) -> bool) -> Option<Command> {
    let (name, rest) = head.split_once(' ').unwrap_or((head, ""));
    if !known(name) {
        return None;
    }
    let pairs = rest.trim().split(between).filter_map(|pair| pair.split_once('='));
    let pairs = pairs.filter(|(key, value)| !key.is_empty() && !value.is_empty());
    let properties = pairs.map(|(key, value)| (key.to_owned(), undone(value, escapes))).collect();
    Some(Command { name: name.to_owned(), properties, text })
}

/// In the runner's order, one after the other.
fn undone(text: &str, escapes: &[(&str, &str)]) -> String {
    escapes.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// What is shown of them as annotations.
pub(crate) fn annotations(commands: &[Command]) -> Vec<&Command> {
    let mut shown = Vec::new();
    for level in ["error", "warning", "notice"] {
        shown.extend(commands.iter().filter(|command| command.name == level).take(KEPT));
    }
    shown
}

/// `NAME=VALUE`, or `NAME<<END` and lines up to one that is END alone.
pub(crate) fn outputs(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next().map(|line| line.trim_end_matches('\n')) {
        match (line.find('='), line.find("<<")) {
            _ if line.is_empty() => {}
            (Some(at), here) if here.is_none_or(|here| at < here) => {
                found.insert(line[..at].to_owned(), line[at + 1..].to_owned());
            }
            (_, Some(at)) => {
                let end = &line[at + 2..];
                assert!(at > 0 && !end.is_empty(), "the runner refuses {line:?}");
                let mut value = String::new();
                loop {
                    let next = lines.next().unwrap_or_else(|| panic!("the runner refuses {line:?}: no end"));
                    if next.trim_end_matches('\n') == end {
                        break;
                    }
                    value.push_str(next);
                }
                found.insert(line[..at].to_owned(), value.trim_end_matches('\n').to_owned());
            }
            _ => panic!("the runner refuses {line:?}"),
        }
    }
    found
}

/// A summary, if it is not too large to be taken.
pub(crate) fn summary(text: String) -> String {
    assert!(text.len() <= SUMMARY, "{} bytes of summary", text.len());
    text
}

#[test]
fn commands_are_read_as_the_runner_reads_them() {
    let log = "  ::error file=a%2Cb,line=3,title=x%3Ay::one%0Atwo %2541\nx ::error::no\n::unknown::no\n::ERROR::yes\nx ##[warning a=b;c=d%3B]text%5D\n\
        ::stop-commands::t0\n::error::no\n::t0::\n::notice::\n::error no end\n";
    let found = commands(log);
    let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["error", "ERROR", "warning", "stop-commands", "notice"]);
    assert_eq!(found[0].text, "one\ntwo %41");
    assert_eq!(found[0].properties["file"], "a,b");
    assert_eq!((found[2].properties["c"].as_str(), found[2].text.as_str()), ("d;", "text]"));
    let read = outputs("a=1\nb<<E\nx=y\nz\nE\nc=<<d\n");
    assert_eq!((read["a"].as_str(), read["b"].as_str(), read["c"].as_str(), read.len()), ("1", "x=y\nz", "<<d", 3));
}
