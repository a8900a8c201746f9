//! Owns the few command substitutions whose output the text settles (where the script stands, where it lies, parts of a
//! path), and the cutting of known values. Refuses to run anything else: its output is not known.

use std::rc::Rc;

use super::ast::{Chain, ChainOp, Command, CommandKind, List, Part, Pipeline};
use super::builtin::entered;
use super::state::State;
use super::walk::Walker;
use super::world::{Fail, Join, Val};
use super::{Cwd, UNKNOWN_CHAR};
use crate::facts::workdir::normalise;

/// Substitutions inside substitutions that are followed.
const MAX_NESTED: usize = 6;

/// What a made directory is called: somewhere below `/tmp`.
pub(super) fn temporary() -> Val {
    Val::text(&format!("/tmp/{UNKNOWN_CHAR}"))
}

/// Options that change nothing of the path that is printed here, where links are not followed.
const PATH_OPTIONS: [&str; 14] = [
    "-f",
    "-e",
    "-m",
    "-n",
    "-s",
    "-P",
    "-L",
    "-q",
    "--canonicalize",
    "--canonicalize-existing",
    "--canonicalize-missing",
    "--no-newline",
    "--strip",
    "--no-symlinks",
];

impl Walker<'_> {
    /// The directory of this point, as an absolute path.
    pub(super) fn directory(&self, st: &State) -> Val {
        let Cwd::Known(steps) = st.cwd.as_ref() else { return Val::Unknown };
        let mut path = self.input.scope.directory().map(str::to_owned);
        for step in steps {
            path = match &path {
                _ if step.starts_with('/') => normalise("/", step),
                Some(from) => normalise(from, step),
                None => None,
            };
        }
        path.map_or(Val::Unknown, |path| Val::text(&path))
    }

    /// The output of `$( )`, where it is one of the known few.
    pub(super) fn substituted(&self, list: &List, st: &State, world: Option<Fail>) -> Val {
        if list.items.is_empty() {
            // Nothing but a comment.
            return Val::text("");
        }
        if self.nested.get() >= MAX_NESTED || list.items.len() > 3 {
            return Val::Unknown;
        }
        self.nested.set(self.nested.get() + 1);
        let out = self.output(list, st, world);
        self.nested.set(self.nested.get() - 1);
        out.unwrap_or(Val::Unknown)
    }

    fn output(&self, list: &List, st: &State, world: Option<Fail>) -> Option<Val> {
        let mut inner = st.clone();
        let mut printed = Ways { ok: Some(None), ended: None };
        for item in &list.items {
            printed = self.links(&item.chain, printed, &mut inner, world)?;
        }
        let Ways { ok, ended } = printed;
        ok.flatten().into_iter().chain(ended).reduce(|one, other| one.join(&other))
    }

    /// What has been printed behind a chain of commands: a word behind `||` runs, and prints, where the ones before it failed.
    fn links(&self, chain: &Chain, before: Ways, st: &mut State, world: Option<Fail>) -> Option<Ways> {
        let (mut ok, mut failed, mut ended) = (before.ok, None::<Option<Val>>, before.ended);
        let rest = chain.rest.iter().map(|(op, _, pipeline)| (*op, pipeline));
        for (op, pipeline) in std::iter::once((ChainOp::And, &chain.first)).chain(rest) {
            let from = match op {
                ChainOp::And => ok.take(),
                ChainOp::Or => failed.take(),
            };
            let Some(from) = from else { continue };
            let mut elsewhere = st.clone();
            // What an earlier failure changes of the directory is not followed.
            let step = self.step(pipeline, if op == ChainOp::And { &mut *st } else { &mut elsewhere }, world)?;
            if step.may_fail {
                failed = Some(either(failed.take(), from.clone()));
            }
            let now = match (from, step.prints) {
                (Some(_), Some(_)) => return None,
                (from, prints) => from.or(prints),
            };
            if step.leaves {
                ended = either(Some(ended), now);
            } else {
                ok = Some(either(ok.take(), now));
            }
        }
        // The next command runs whatever this one returned.
        let ok = [ok, failed].into_iter().flatten().reduce(|one, other| either(Some(one), other));
        Some(Ways { ok, ended })
    }

    /// One command of a substitution; `None` when it is not one of the known few.
    fn step(&self, pipeline: &Pipeline, st: &mut State, world: Option<Fail>) -> Option<Step> {
        let ([command], None) = (pipeline.commands.as_slice(), pipeline.bang) else { return None };
        if let CommandKind::Group(list) = &command.kind {
            return self.group(list, st, world).map(|step| step.into(command));
        }
        let CommandKind::Simple(simple) = &command.kind else { return None };
        if !simple.assignments.is_empty() || simple.words.len() > 8 {
            return None;
        }
        let fields = self.fields_in(&simple.words, st, world);
        let name = fields.first()?.val.known()?.to_owned();
        if st.functions.contains_key(name.as_str()) || fields.iter().any(|field| field.glob) {
            return None;
        }
        let options = |known: &[&str]| {
            let rest = fields.iter().skip(1).map(|field| &field.val);
            let operands = rest.filter(|val| val.known() != Some("--") && !val.known().is_some_and(|text| known.contains(&text)));
            let operands: Vec<&Val> = operands.collect();
            match operands.as_slice() {
                [only] if !only.piece().starts_with('-') && (only.known().is_some() || matches!(only, Val::Part(_))) => {
                    Some(only.piece())
                }
                _ => None,
            }
        };
        let prints = match name.as_str() {
            "cd" => {
                let to = options(&["-P", "-L", "-e"])?;
                st.cwd = Rc::new(Cwd::Known(entered(&st.cwd, &to)?));
                return Some(Step { prints: None, may_fail: true, leaves: false });
            }
            "true" | ":" => return Some(Step { prints: None, may_fail: false, leaves: false }),
            "exit" => return Some(Step { prints: None, may_fail: false, leaves: true }),
            "pwd" => self.directory(st),
            "dirname" => Val::text(&parent(&options(&[])?)?),
            "basename" => Val::text(&last_segment(&options(&[])?)?),
            "realpath" | "readlink" => {
                let to = options(&PATH_OPTIONS)?;
                match self.directory(st) {
                    Val::Text(from) => Val::text(&normalise(&from, &to)?),
                    _ if to.starts_with('/') => Val::text(&to),
                    _ => return None,
                }
            }
            "git" => {
                let words: Vec<&str> = fields.iter().skip(1).filter_map(|field| field.val.known()).collect();
                let (["rev-parse", "--show-toplevel"], Val::Text(here)) = (words.as_slice(), self.directory(st)) else {
                    return None;
                };
                Val::text(self.input.scope.top_of(&here)?)
            }
            "mktemp" => temporary(),
            "command" | "which" | "type" => {
                let words: Option<Vec<&str>> = fields.iter().skip(1).map(|field| field.val.known()).collect();
                let program = match (name.as_str(), words?.as_slice()) {
                    ("command", ["-v", program]) | ("which", [program]) | ("type", ["-p" | "-P", program]) => *program,
                    _ => return None,
                };
                let named =
                    !program.is_empty() && program.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte));
                let own = program.starts_with('-') || st.functions.contains_key(program);
                if !named || own {
                    return None;
                }
                Val::Found(Rc::from(program))
            }
            "echo" => {
                let words: Option<Vec<&str>> = fields.iter().skip(1).map(|field| field.val.known()).collect();
                let words = words.filter(|words| !words.first().is_some_and(|word| word.starts_with('-')))?;
                Val::text(words.join(" ").trim_end_matches('\n'))
            }
            _ => return None,
        };
        let may_fail = matches!(prints, Val::Found(_)) || name == "readlink";
        Some(Step { prints: Some(prints), may_fail, leaves: false }.into(command))
    }

    /// `{ echo missing >&2; exit 1; }`
    fn group(&self, list: &List, st: &mut State, world: Option<Fail>) -> Option<Step> {
        let mut all = Step { prints: None, may_fail: false, leaves: false };
        for item in list.items.iter().take(MAX_NESTED) {
            if !item.chain.rest.is_empty() || all.leaves {
                return None;
            }
            let step = self.step(&item.chain.first, st, world)?;
            if all.prints.is_some() && step.prints.is_some() {
                return None;
            }
            all = Step { prints: all.prints.or(step.prints), may_fail: step.may_fail, leaves: step.leaves };
        }
        (list.items.len() <= MAX_NESTED).then_some(all)
    }
}

/// What a substitution has printed so far: where it goes on, and where it was left.
struct Ways {
    ok: Option<Option<Val>>,
    ended: Option<Val>,
}

/// One command of a substitution.
struct Step {
    prints: Option<Val>,
    /// It may fail, and prints nothing then.
    may_fail: bool,
    /// Nothing runs behind it.
    leaves: bool,
}

impl Step {
    /// What a command sends elsewhere is not printed.
    fn into(self, command: &Command) -> Self {
        let away = command.redirects.iter().any(|redirect| redirect.stdout);
        Self { prints: self.prints.filter(|_| !away), ..self }
    }
}

/// What was printed on one of two ways; on one of them that prints nothing, the word may be empty as well.
fn either(one: Option<Option<Val>>, other: Option<Val>) -> Option<Val> {
    match (one.flatten(), other) {
        (Some(one), Some(other)) => Some(one.join(&other)),
        (one, other) => one.or(other),
    }
}

/// `dirname`.
fn parent(path: &str) -> Option<String> {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit_once('/') {
        Some((_, name)) if name.contains(UNKNOWN_CHAR) => None,
        Some(("", _)) => Some("/".to_owned()),
        Some((head, _)) => Some(head.trim_end_matches('/').to_owned()),
        None if trimmed.contains(UNKNOWN_CHAR) => None,
        None => Some(if trimmed.is_empty() && !path.is_empty() { "/" } else { "." }.to_owned()),
    }
}

/// `basename`.
fn last_segment(path: &str) -> Option<String> {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    (!name.contains(UNKNOWN_CHAR) && !name.is_empty()).then(|| name.to_owned())
}

/// `${X%/*}`, `${X##*/}`, `${X%.sh}`: the patterns that cut a path, a text with one `*` at its end or beginning.
pub(super) fn cut(base: &Val, word: &[Part]) -> Val {
    let mut rule = String::new();
    for part in word {
        let Part::Literal { text, .. } = part else { return Val::Unknown };
        rule.push_str(text);
    }
    let rules = [("%%", true, true), ("%", true, false), ("##", false, true), ("#", false, false)];
    let Some((pattern, behind, longest)) =
        rules.iter().find_map(|(op, behind, longest)| Some((rule.strip_prefix(op)?, *behind, *longest)))
    else {
        return Val::Unknown;
    };
    let texts: Option<Vec<Rc<str>>> =
        base.texts().iter().map(|text| trimmed(text, pattern, behind, longest).map(Rc::from)).collect();
    texts.filter(|texts| !texts.is_empty()).map_or(Val::Unknown, Val::one_of)
}

fn trimmed<'t>(text: &'t str, pattern: &str, behind: bool, longest: bool) -> Option<&'t str> {
    let star = if behind { pattern.strip_suffix('*') } else { pattern.strip_prefix('*') };
    let fixed = star.unwrap_or(pattern);
    if fixed.is_empty() || fixed.contains(['*', '?', '[', '\\', '(']) {
        return None;
    }
    Some(match (behind, star.is_some()) {
        (true, false) => text.strip_suffix(fixed).unwrap_or(text),
        (false, false) => text.strip_prefix(fixed).unwrap_or(text),
        (true, true) => {
            let at = if longest { text.find(fixed) } else { text.rfind(fixed) };
            at.map_or(text, |at| &text[..at])
        }
        (false, true) => {
            let at = if longest { text.rfind(fixed) } else { text.find(fixed) };
            at.map_or(text, |at| &text[at + fixed.len()..])
        }
    })
}

/// Every text with every text of the value behind it; one that is not known stands for itself as a mark.
pub(super) fn longer(texts: &[String], val: &Val) -> Vec<String> {
    let more = val.texts();
    if more.is_empty() || texts.len() * more.len() > 4 || texts.iter().any(|text| text.len() > 4096) {
        let piece =
            if matches!(val, Val::OneOf(_)) || texts.len() > 4 { Rc::from(UNKNOWN_CHAR.to_string()) } else { val.piece() };
        return texts.iter().map(|text| format!("{text}{piece}")).collect();
    }
    texts.iter().flat_map(|text| more.iter().map(move |more| format!("{text}{more}"))).collect()
}
