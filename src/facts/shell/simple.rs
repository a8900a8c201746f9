//! Owns simple commands: what is run, with which words, and what becomes of its status. Refuses the shell's own commands.

use crate::catalog::{Catalog, Trait};

use super::assign::Assigned;
use super::ast::{Command, Param, ParamOp, Part, RawWord, Simple};
use super::builtin::Outcome;
use super::source::Ctx;
use super::state::{Here, State, Until};
use super::trap::TrapSet;
use super::walk::{Walker, quoted};
use super::world::{ENDING, Per, Stat, Val};
use super::{ShellCommand, Word};
use crate::facts::shadow;

/// Commands of the shell that change what the next ones do: none of several that a word may be.
const OWN: [&str; 12] = ["exit", "return", "cd", "pushd", "popd", "eval", "exec", "source", ".", "set", "trap", "break"];

/// What stands before the command word.
#[derive(Clone, Copy, Default)]
struct Prefix {
    /// Words taken off.
    skip: usize,
    exec: bool,
    /// `command` and `builtin`: functions do not count.
    plain: bool,
    /// `command -v`: nothing is run.
    asks: bool,
}

/// One command about to run.
pub(super) struct Run<'r> {
    pub words: Vec<Word>,
    pub raws: &'r [RawWord],
    pub assigned: Vec<Assigned>,
    pub command: &'r Command,
}

impl Walker<'_> {
    pub(super) fn simple(&mut self, simple: &Simple, command: &Command, mut st: State, ctx: &Ctx) -> Option<State> {
        let at = command.span;
        let status = self.assignment_substitutions(simple, &st, ctx);
        for raw in &simple.words {
            let nested = raw.assign.iter().flat_map(|head| head.nested());
            let parts: Vec<&[Part]> = [raw.parts.as_slice()].into_iter().chain(nested).collect();
            match may_vanish(&simple.words) {
                true => self.vanishing_substitutions(parts.iter().copied(), &st, ctx, at),
                false => self.inner_substitutions(parts.iter().copied(), &st, ctx, at),
            }
            for parts in parts {
                self.default_values(parts, &mut st);
            }
        }
        let prefix = prefix(&simple.words, &st);
        let raws = simple.words.get(prefix.skip..).unwrap_or(&[]);
        let words = self.words(raws, &st, &ctx.source);
        let assigned: Vec<Assigned> = simple.assignments.iter().map(|raw| self.assigned(raw, &st, ctx)).collect();
        if words.is_empty() && !prefix.asks {
            let lasting = simple.words.is_empty();
            for assigned in assigned {
                if lasting {
                    self.assign(&assigned, &mut st, ctx);
                }
            }
            st.last = status.unwrap_or(Per::same(Stat::Zero));
            return self.leaf(st, ctx);
        }
        if let Some(status) = status {
            let name = words.first().map_or("the command", |word| word.raw.as_str());
            let why = format!("the status of {} counts, not that of `$( )` before it", quoted(name));
            self.lose_all(&status, None, &ctx.source.place(at), &why);
        }
        if prefix.asks {
            st.last = Per::same(Stat::Unknown);
            return self.leaf(st, ctx);
        }
        for assigned in &assigned {
            self.name_shadows(assigned, ctx);
        }
        // `"$@"` as a command: its fields are the words from here on.
        let spread: Vec<RawWord> = match raws.first() {
            Some(first) if self.fields_in(std::slice::from_ref(first), &st, None).len() != 1 => {
                words.iter().map(literal).collect()
            }
            _ => Vec::new(),
        };
        let raws = if spread.is_empty() { raws } else { spread.as_slice() };
        let run = Run { words, raws, assigned, command };
        self.dispatch(run, prefix, st, ctx)
    }

    /// The substitutions in assignments: the status of the last one is the status of a command without words.
    fn assignment_substitutions(&mut self, simple: &Simple, st: &State, ctx: &Ctx) -> Option<Per<Stat>> {
        let mut status: Option<Per<Stat>> = None;
        for raw in &simple.assignments {
            let nested = raw.assign.iter().flat_map(|head| head.nested());
            for parts in [raw.parts.as_slice()].into_iter().chain(nested) {
                let Some(next) = self.substitutions(parts, st, ctx) else { continue };
                if let Some(earlier) = status.replace(next) {
                    let place = ctx.source.place(raw.span);
                    self.lose_all(&earlier, None, &place, "the status of the last substitution counts");
                }
            }
        }
        status
    }

    /// `${X:=value}` assigns.
    fn default_values(&mut self, parts: &[Part], st: &mut State) {
        for part in parts {
            let Part::Param { param, .. } = part else { continue };
            if param.op == ParamOp::Assign {
                let value = self.parts_per(std::slice::from_ref(part), st);
                st.set_var(&param.name, value);
            } else {
                let Param { word, .. } = param.as_ref();
                self.default_values(word, st);
            }
        }
    }

    fn dispatch(&mut self, run: Run<'_>, prefix: Prefix, mut st: State, ctx: &Ctx) -> Option<State> {
        let name = run.words.first().and_then(|word| word.value.clone());
        let function = name.as_ref().filter(|_| !prefix.plain).and_then(|name| st.functions.get(name.as_str())).cloned();
        if let Some(function) = function {
            let before: Vec<(String, Per<Val>)> =
                run.assigned.iter().map(|assigned| (assigned.name.clone(), self.var(&st, &assigned.name))).collect();
            for assigned in &run.assigned {
                self.assign(assigned, &mut st, ctx);
            }
            let mut end = self.call(&function, run.raws.get(1..).unwrap_or(&[]), st, ctx, run.command.span)?;
            for (name, value) in before {
                end.set_var(&name, value);
            }
            return Some(end);
        }
        if let Some(name) = &name
            && !prefix.exec
        {
            match self.builtin(name, &run, st, ctx) {
                Outcome::Done(end) => return end.map(|end| *end),
                Outcome::NotMine(same) => st = *same,
            }
        }
        self.program(run, prefix.exec, st, ctx)
    }

    pub(super) fn program(&mut self, mut run: Run<'_>, exec: bool, mut st: State, ctx: &Ctx) -> Option<State> {
        let place = ctx.source.place(run.command.span);
        let cost = 4 + run.words.len() + st.exports.len();
        if !self.spend(cost, || place.clone()) {
            return Some(st);
        }
        let first_is_open = run.words.first().is_some_and(|word| word.value.is_none());
        let mut tails = run.raws.first().filter(|_| first_is_open).and_then(|raw| self.tails(raw, ctx));
        if tails.as_ref().is_some_and(Vec::is_empty) {
            // The script was given nothing: what is left is no command, or one without its first word.
            st.last = Per::same(Stat::Zero);
            return self.leaf(st, ctx);
        }
        let name = run.words.first().and_then(|word| word.value.clone()).unwrap_or_default();
        self.braced(run.raws, &name, &place);
        let ran = self.about_to_run(&name, run.raws, &st, ctx, place.clone());
        self.tells(&run, &st, ctx);
        let mut others = self.other_words(&mut run, &st);
        if let Some(tails) = tails.as_mut().filter(|_| others.is_empty()) {
            let behind = run.words.split_off(1);
            tails.iter_mut().for_each(|tail| tail.extend(behind.iter().cloned()));
            run.words = tails.remove(0);
            others = std::mem::take(tails);
        }
        let stdin = self.script_input(&run.words, &run.command.redirects, &st, ctx);
        let made = self.made_before(&run.words, &st);
        let usual = if asks(&run.words) { Stat::Unknown } else { Stat::Zero };
        let exported = st.exports.iter().map(|name| (name.clone(), worth(name, &self.var(&st, name).usual)));
        let command = ShellCommand {
            exported: exported.collect(),
            assignments: run.assigned.iter().map(|one| (one.name.clone(), worth(&one.name, &one.value.usual))).collect(),
            text: ctx.source.line(run.command.span, 200),
            cwd: st.cwd.as_ref().clone(),
            via: ctx.via.as_ref().clone(),
            holds: Vec::new(),
            condition: None,
            unread: st.unread.clone(),
            words: run.words,
            others,
            place,
            stdin,
            made,
        };
        self.pay(bytes(&command) / 64);
        let fail = self.emit(command, &st, ctx);
        st.last = Per::same(usual);
        if let Some(fail) = fail {
            st.last.set(fail, Stat::Nonzero);
        }
        self.program_flow(&ran, fail, &mut st, ctx);
        if !exec {
            return self.leaf(st, ctx);
        }
        let ending = st.reach.follows(ENDING);
        if self.in_trap > 0 && ending != Here::Never {
            self.endings
                .push((if ending == Here::Yes { usual } else { Stat::Unknown }, Some(ctx.source.place(run.command.span))));
        }
        // The shell is replaced: its traps do not run, and nothing follows.
        st.exit_trap = TrapSet::only(None);
        let text = quoted(&ctx.source.line(run.command.span, 40));
        if st.reach.usual != Here::Yes || st.reach.condition().is_some() {
            self.divert(&st, Until::Shell, ctx.source.place(run.command.span), &text);
        }
        self.end_shell(&st, &st.last.clone());
        if let Some(frame) = self.frames.last_mut() {
            let stat = frame.usual.map_or(usual, |known| if known == usual { usual } else { Stat::Unknown });
            frame.usual = Some(stat);
        }
        None
    }

    /// A program word that is one of a few known texts: the first becomes the words, the rest are given back.
    fn other_words(&self, run: &mut Run<'_>, st: &State) -> Vec<Vec<Word>> {
        let (Some(first), Some(raw)) = (run.words.first(), run.raws.first()) else { return Vec::new() };
        if first.value.is_some() {
            return Vec::new();
        }
        let val = self.parts_val(&raw.parts, st, None);
        let quoted = raw.parts.iter().all(|part| {
            matches!(part, Part::Literal { .. } | Part::Param { quoted: true, .. } | Part::Command { quoted: true, .. })
        });
        let mut all = Vec::new();
        for text in val.texts() {
            let made = |text: &str| Word { value: Some(text.to_owned()), partial: None, ..first.clone() };
            let mut words: Vec<Word> = if quoted { vec![made(text)] } else { text.split_whitespace().map(made).collect() };
            words.extend(run.words.iter().skip(1).cloned());
            let shells_own = |name: &str| OWN.contains(&name) || st.functions.contains_key(name);
            if words.first().is_none_or(|word| word.value.as_deref().is_none_or(shells_own)) {
                return Vec::new();
            }
            all.push(words);
        }
        if all.len() < 2 {
            return Vec::new();
        }
        run.words = all.remove(0);
        all
    }
}

/// Takes `command`, `builtin` and `exec` off, with their options.
fn prefix(words: &[RawWord], st: &State) -> Prefix {
    let mut out = Prefix::default();
    let bare = |at: usize| words.get(at).and_then(RawWord::bare);
    // A function of such a name comes before the shell's own command.
    let own = |name: &&str| !st.functions.contains_key(*name);
    loop {
        match bare(out.skip).filter(own) {
            Some("command") => {
                let mut at = out.skip + 1;
                while let Some(option) = bare(at).filter(|word| word.starts_with('-')) {
                    out.asks |= option.contains(['v', 'V']);
                    at += 1;
                }
                if words.len() <= at && !out.asks {
                    return out;
                }
                (out.skip, out.plain) = (at, true);
                if out.asks {
                    return out;
                }
            }
            Some("builtin") if words.len() > out.skip + 1 => (out.skip, out.plain) = (out.skip + 1, true),
            Some("exec") => {
                out.skip += 1;
                while let Some(option) = bare(out.skip).filter(|word| word.starts_with('-')) {
                    out.skip += 1 + usize::from(option.ends_with('a'));
                }
                (out.exec, out.plain) = (true, true);
            }
            _ => return out,
        }
    }
}

fn asks(words: &[Word]) -> bool {
    let value = |at: usize| words.get(at).and_then(|word| word.value.as_deref());
    let name = value(0).map(|name| name.rsplit('/').next().unwrap_or(name));
    match name {
        Some("git") => {
            let asking =
                |word: &str| matches!(word, "diff" | "rev-parse" | "show-ref" | "merge-base" | "cat-file" | "ls-files" | "grep");
            words.iter().skip(1).take(4).filter_map(|word| word.value.as_deref()).any(asking)
        }
        Some(name) => Catalog::builtin().programs.is(name, Trait::Asks),
        None => true,
    }
}

/// Whether the command is nothing but a substitution, or leaves with one: if that prints nothing, its own status counts.
fn may_vanish(words: &[RawWord]) -> bool {
    let lone = match words {
        [only] => only,
        [first, status] if matches!(first.bare(), Some("exit" | "return")) => status,
        _ => return false,
    };
    matches!(lone.parts.as_slice(), [Part::Command { quoted: false, .. }])
}

/// What a variable of a command's environment is worth, as far as its readers make something of it.
fn worth(name: &str, value: &Val) -> Option<String> {
    match value {
        Val::Part(text) if shadow::is_told_by_parts(name) => Some(text.to_string()),
        _ => value.known().map(str::to_owned),
    }
}

/// Bytes of the values that are kept with a command.
fn bytes(command: &ShellCommand) -> usize {
    let words = command.words.iter().filter_map(|word| word.value.as_ref());
    let set = command.exported.iter().chain(&command.assignments).filter_map(|(_, value)| value.as_ref());
    words.chain(set).map(String::len).sum()
}

/// A word that is already expanded, to be read again.
fn literal(word: &Word) -> RawWord {
    let text = word.shape().into_owned();
    RawWord { span: word.span, parts: vec![Part::Literal { text, quoted: true }], assign: None }
}
