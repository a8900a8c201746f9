//! Owns the tests of the shell analysis. The table in `cases.txt` says for each script what it runs and what holds each
//! command; every row was checked against bash.

use std::sync::Arc;

use super::*;
use crate::text::{RepoPath, SourceFile};

fn text(script: &str) -> MappedText {
    let file = SourceFile::new(RepoPath::new("script.sh").expect("path"), script.to_owned());
    MappedText::verbatim(Arc::clone(&file), Span::new(0, script.len()))
}

fn mode(flags: &str) -> ShellMode {
    let dialect = if flags.contains("posix") { Dialect::Posix } else { Dialect::Bash };
    ShellMode { errexit: flags.contains("-e"), pipefail: flags.contains("pipefail"), dialect }
}

fn run(flags: &str, script: &str, scope: &Scope) -> Analysis {
    analyse(&ScriptInput { text: &text(script), mode: mode(flags), scope, limits: &Limits::default() })
}

fn scope() -> Scope {
    Scope::new().with("KNOWN", VarValue::Known("yes".to_owned())).with("UNSET", VarValue::Unset)
}

/// One line per command, then what could not be read, then shadows.
fn render(analysis: &Analysis) -> Vec<String> {
    let mut out = Vec::new();
    for command in &analysis.commands {
        let words: Vec<String> =
            command.words.iter().map(|word| word.value.clone().unwrap_or_else(|| format!("<{}>", word.raw))).collect();
        let mut line = words.join(" ").to_string();
        if let Some(why) = &command.condition {
            line.push_str(&format!(" ? {}", why.text));
        }
        match command.holds.as_slice() {
            [] => line.push_str(" : fails"),
            holds => {
                for hold in holds {
                    let kind = if hold.kind == HoldKind::Soft { "soft" } else { "unknown" };
                    line.push_str(&format!(" : {kind} {}: {}", hold.place.line, hold.why));
                }
            }
        }
        match &command.cwd {
            Cwd::Known(steps) if steps.is_empty() => {}
            Cwd::Known(steps) => line.push_str(&format!(" @ {}", steps.join(" "))),
            Cwd::Unknown(_) => line.push_str(" @ ?"),
        }
        out.push(line);
    }
    out.extend(analysis.opaque.iter().map(|opaque| format!("opaque {}: {}", opaque.place.line, opaque.why.text)));
    out.extend(analysis.shadows.iter().map(|shadow| format!("shadow {} {}: {}", shadow.place.line, shadow.name, shadow.why)));
    out
}

#[test]
fn table() {
    let mut wrong = String::new();
    let mut rows = 0;
    for row in include_str!("cases.txt").split("\n#### ").skip(1) {
        let (head, rest) = row.split_once('\n').expect("a head");
        let (script, expected) = rest.split_once("\n====\n").expect("a script and what is expected");
        let actual = render(&run(head, script, &scope())).join("\n");
        rows += 1;
        if actual != expected.trim_end() {
            wrong.push_str(&format!("#### {head}\n{script}\n====\n{actual}\n"));
        }
    }
    assert!(rows >= 80, "{rows} rows");
    assert!(wrong.is_empty(), "these rows came out so:\n{wrong}");
}
