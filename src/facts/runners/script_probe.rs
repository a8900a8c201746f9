//! Owns how runner tests call a runner: a command line and a tree in, one line of text for every thing that runs. Refuses to
//! trace further.

use super::{Call, Next, Runner, Target, World};
use crate::catalog::Catalog;
use crate::facts::hold::HoldEffect;
use crate::facts::pipeline::Env;
use crate::facts::shell::{Dialect, Word};
use crate::facts::workdir::Workdir;
use crate::snapshot::Snapshot;
use crate::text::{RepoPath, SourceFile, Span};

/// The words of a command: split at blanks, `'…'` quotes, `$…` makes a word unknown, `NAME=value` in front is environment.
fn words(command: &str) -> (Vec<Word>, Env) {
    let file = SourceFile::new(RepoPath::new("ci.yml").expect("path"), command.to_owned());
    let (mut words, mut env, mut at) = (Vec::new(), Env::new(), 0);
    while at < command.len() {
        let rest = &command[at..];
        if rest.starts_with(' ') {
            at += 1;
            continue;
        }
        let mut quoted = false;
        let end = rest
            .find(|c: char| {
                quoted ^= c == '\'';
                c == ' ' && !quoted
            })
            .unwrap_or(rest.len());
        let raw = &rest[..end];
        let span = Span::new(at, at + end);
        let value = (raw.starts_with('\'') || !raw.contains('$')).then(|| raw.replace('\'', ""));
        at += end;
        match raw.split_once('=') {
            Some((name, text)) if words.is_empty() && !name.starts_with('-') => {
                env.insert(name.to_owned(), Some(text.replace('\'', "")).filter(|text| !text.contains('$')));
            }
            _ => words.push(Word {
                raw: raw.to_owned(),
                value,
                partial: None,
                span,
                place: file.place(span),
                glob: raw.contains('*'),
            }),
        }
    }
    (words, env)
}

/// A tree of texts.
pub(super) fn tree(files: &[(&str, &str)]) -> Snapshot {
    Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())))
}

/// What a command leads to in a tree, one line each; `None` when the runner does not know it.
pub(super) fn expand(runner: &dyn Runner, snapshot: &Snapshot, directory: &str, command: &str) -> Option<Vec<Next>> {
    let (words, env) = words(command);
    let file = SourceFile::new(RepoPath::new("ci.yml").expect("path"), command.to_owned());
    let place = file.place(Span::new(0, command.len()));
    let workdir = if directory == "?" { Workdir::workspace().unknown() } else { Workdir::workspace().enter(directory) };
    let call = Call { words: &words, env: &env, workdir: &workdir, place: &place };
    runner.expand(
        &call,
        &World {
            snapshot,
            catalog: Catalog::builtin(),
            meter: &crate::facts::meter::Meter::default(),
            seen: &Default::default(),
        },
    )
}

/// As [`expand`], written down: `[mode] text <- hops !holds ?condition in directory`.
pub(super) fn told(runner: &dyn Runner, files: &[(&str, &str)], directory: &str, command: &str) -> Vec<String> {
    match expand(runner, &tree(files), directory, command) {
        None => vec!["not known".to_owned()],
        Some(all) => all.iter().map(tell).collect(),
    }
}

fn tell(next: &Next) -> String {
    let mut out = match &next.target {
        Target::Argv(words) => {
            format!("$ {}", words.iter().map(|w| w.value.as_deref().unwrap_or("<?>")).collect::<Vec<_>>().join(" "))
        }
        Target::Script { text, mode, args } => {
            let flags = [(mode.errexit, "e"), (mode.pipefail, "p"), (mode.dialect == Dialect::Bash, "b")];
            let flags: String = flags.iter().filter(|(on, _)| *on).map(|(_, letter)| *letter).collect();
            let args = args.as_ref().map_or(String::new(), |words| {
                words.iter().map(|w| format!(" ({})", w.value.as_deref().unwrap_or("<?>"))).collect()
            });
            let flags = if flags.is_empty() { flags } else { format!("[{flags}] ") };
            format!("{flags}{}{args}", text.text().replace('\n', "⏎").replace('\u{E000}', "<?>"))
        }
        Target::Opaque(why) => format!("opaque {:?}: {}", why.reason, why.text),
        _ => "something else".to_owned(),
    };
    let hops: Vec<String> = next.hops.iter().map(|hop| format!("{}:{}", hop.place.path, hop.place.line)).collect();
    if !hops.is_empty() {
        out.push_str(&format!(" <- {}", hops.join(" ")));
    }
    for hold in &next.holds {
        let effect = match hold.effect {
            HoldEffect::Unknown(_) => "unknown".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        };
        out.push_str(&format!(" !{effect} {}:{}", hold.place.path, hold.place.line));
    }
    if next.condition.is_some() {
        out.push_str(" ?");
    }
    match next.workdir.dir() {
        Some(dir) if dir.is_root() => {}
        Some(dir) => out.push_str(&format!(" in {dir}")),
        None => out.push_str(" in ?"),
    }
    out
}
