//! Owns the one-line form in which tests of runners compare what a call leads to. Refuses to run in anything but tests.

use super::{Call, Next, Runner, Target, World, quoted};
use crate::catalog::Catalog;
use crate::facts::hold::HoldEffect;
use crate::facts::pipeline::{ActionCall, Env, Input};
use crate::facts::shell::Word;
use crate::facts::workdir::Workdir;
use crate::snapshot::Snapshot;
use crate::text::{MappedText, Place, RepoPath, SourceFile, Span};

/// Files from `== path` blocks.
pub(super) fn tree(blocks: &str) -> Snapshot {
    let files = blocks.split("== ").skip(1).map(|block| {
        let (path, text) = block.split_once('\n').unwrap_or((block, ""));
        (path.trim().to_owned(), text.to_owned())
    });
    Snapshot::in_memory(files)
}

/// `NAME=value` pairs; `NAME=?` is set to something unknown.
pub(super) fn env(pairs: &[(&str, &str)]) -> Env {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value != "?").then(|| (*value).to_owned()))).collect()
}

/// A command line's words; a word that starts with `$` is computed.
pub(super) fn words(line: &str) -> Vec<Word> {
    let mut words = quoted::split(&text_of("ci.sh", line)).expect("closed quotes");
    for word in &mut words {
        if word.raw.contains('$') {
            word.value = None;
        }
    }
    words
}

fn text_of(path: &str, text: &str) -> MappedText {
    let file = SourceFile::new(RepoPath::new(path).expect("path"), text.to_owned());
    let end = file.text.len();
    MappedText::verbatim(file, Span::new(0, end))
}

/// What a command line leads to, one line each; `None` when the runner does not know it.
pub(super) fn lead(runner: &dyn Runner, snapshot: &Snapshot, line: &str, env: &Env, workdir: &Workdir) -> Option<String> {
    let world =
        World { snapshot, catalog: Catalog::builtin(), meter: &crate::facts::meter::Meter::default(), seen: &Default::default() };
    let place = Place::file(RepoPath::new("ci.sh").expect("path"));
    let call = Call { words: &words(line), env, workdir, place: &place };
    runner.expand(&call, &world).map(|nexts| render(&nexts))
}

/// What an action leads to.
pub(super) fn lead_action(runner: &dyn Runner, snapshot: &Snapshot, name: &str, inputs: &[(&str, &str)]) -> Option<String> {
    let world =
        World { snapshot, catalog: Catalog::builtin(), meter: &crate::facts::meter::Meter::default(), seen: &Default::default() };
    let input = |value: &str| Input { text: text_of("ci.yml", value), value: Some(value.to_owned()) };
    let inputs = inputs.iter().map(|(name, value)| ((*name).to_owned(), input(value))).collect();
    let place = Place::file(RepoPath::new("ci.yml").expect("path"));
    let action = ActionCall { name: name.to_owned(), reference: None, inputs, place };
    runner.expand_action(&action, &Workdir::workspace(), &Env::new(), &world).map(|nexts| render(&nexts))
}

/// `WORDS @FILE:LINE [in DIRECTORY] [~EFFECT:LINE]… [?]`.
pub(super) fn render(nexts: &[Next]) -> String {
    // What is left out has tests of its own.
    let nexts = nexts.iter().filter(|next| !matches!(next.target, Target::LeftOut(..)));
    nexts.map(one).collect::<Vec<_>>().join("\n")
}

fn one(next: &Next) -> String {
    let mut out = match next.target.of_itself() {
        Target::Argv(words) => spelled(words),
        Target::Script { text, args, mode } => {
            let args = args.as_ref().map(|args| format!(" ({})", spelled(args))).unwrap_or_default();
            format!(
                "script{}{} {:?}{args}",
                if mode.errexit { " -e" } else { "" },
                if mode.pipefail { " pipefail" } else { "" },
                text.text()
            )
        }
        Target::Hook { repo, id, args, packages, .. } => format!("hook {repo} {id} {} {packages:?}", spelled(args)),
        Target::LeftOut(_, by) => format!("left out by {}", by.why),
        Target::Image { image, argv } => format!("image {image} {}", spelled(argv)),
        Target::Opaque(why) => format!("opaque {}", why.text),
        Target::Built(..) => "built twice".to_owned(),
    };
    for hop in &next.hops {
        out.push_str(&format!(" @{}:{}", hop.place.path, hop.place.line));
    }
    match next.workdir.dir() {
        Some(directory) if directory.is_root() => {}
        Some(directory) => out.push_str(&format!(" in {directory}")),
        None => out.push_str(" in ?"),
    }
    for hold in &next.holds {
        let effect = match hold.effect {
            HoldEffect::Void => "void",
            HoldEffect::Soften => "soften",
            HoldEffect::Unknown(_) => "unknown",
            HoldEffect::Narrow => "narrow",
            HoldEffect::Note => "note",
        };
        out.push_str(&format!(" ~{effect}:{}", hold.place.line));
    }
    if next.condition.is_some() {
        out.push_str(" ?");
    }
    out
}

fn spelled(words: &[Word]) -> String {
    words.iter().map(|word| word.value.clone().unwrap_or_else(|| "<?>".to_owned())).collect::<Vec<_>>().join(" ")
}
