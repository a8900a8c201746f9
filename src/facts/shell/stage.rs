//! Owns the stack a script is read on, and the start and end of reading it. Refuses to know the language.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::answer::{Reason, Why};
use crate::facts::meter::{Meter, READ_BYTE, SHELL_UNIT};
use crate::text::Place;

use super::lex::ParseError;
use super::source::{Ctx, Source};
use super::state::{Opt, Options, POSIX, Reach, State};
use super::trap::TrapSet;
use super::walk::Walker;
use super::world::{Per, Stat, Val};
use super::{Analysis, Cwd, Dialect, Opaque, ScriptInput, UNKNOWN_CHAR, parse};

/// Nesting that any stack at hand holds.
const SHALLOW: usize = 24;
/// Stack for more, in bytes; and the nesting it holds, functions and `eval` written out.
const STACK: usize = 64 * 1024 * 1024;
const DEEP: usize = 600;

/// What a script could not be read for.
enum Refusal {
    TooDeep(usize),
    Said(Box<Analysis>),
}

pub(super) fn analyse(input: &ScriptInput<'_>) -> Analysis {
    let length = input.text.text().len();
    if length > input.limits.shell_bytes {
        return opaque(input, 0, Reason::Unsupported, format!("the script has {length} bytes, more than are read"));
    }
    if !input.meter.spend(length * READ_BYTE) {
        let why = Meter::why();
        return opaque(input, 0, why.reason, why.text);
    }
    let allowed = input.limits.shell_openers;
    match read(input, allowed.min(SHALLOW), SHALLOW * 2) {
        Ok(analysis) => return analysis,
        Err(Refusal::Said(analysis)) => return *analysis,
        Err(Refusal::TooDeep(at)) if allowed <= SHALLOW => return too_deep(input, at),
        Err(Refusal::TooDeep(_)) => {}
    }
    let deep = std::thread::scope(|scope| {
        let work = || read(input, allowed.min(DEEP / 2), DEEP);
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.ok().and_then(|thread| thread.join().ok())
    });
    match deep {
        Some(Ok(analysis)) => analysis,
        Some(Err(Refusal::Said(analysis))) => *analysis,
        Some(Err(Refusal::TooDeep(at))) => too_deep(input, at),
        None => opaque(input, 0, Reason::Unsupported, "the script needs more stack than there is".to_owned()),
    }
}

fn too_deep(input: &ScriptInput<'_>, at: usize) -> Analysis {
    opaque(input, at, Reason::Unsupported, "the script is nested too deeply".to_owned())
}

fn opaque(input: &ScriptInput<'_>, at: usize, reason: Reason, text: String) -> Analysis {
    let place = place(input, at);
    let why = Why::new(reason, text).at(place.clone());
    Analysis { opaque: vec![Opaque { place, why }], ..Analysis::default() }
}

fn place(input: &ScriptInput<'_>, at: usize) -> Place {
    let length = input.text.text().len();
    // At the end the last byte is meant: what comes after it may belong to something else.
    let start = at.min(length.saturating_sub(1));
    input.text.place(start..(start + 1).min(length))
}

fn read(input: &ScriptInput<'_>, nesting: usize, max_depth: usize) -> Result<Analysis, Refusal> {
    let script = match parse::script(input.text.text(), nesting) {
        Ok(script) => script,
        Err(ParseError::TooDeep(at)) => return Err(Refusal::TooDeep(at)),
        Err(ParseError::Syntax(at, expected)) => {
            let unknown = input.text.text().contains(UNKNOWN_CHAR);
            let reason = if unknown { Reason::Dynamic } else { Reason::Unsupported };
            let text = format!("the script could not be read as shell: expected {expected}");
            return Err(Refusal::Said(Box::new(opaque(input, at, reason, text))));
        }
    };
    let bashism = script.bashism;
    let source = Rc::new(Source { text: input.text.clone(), here: script.here, outer: None });
    let mut walker = Walker::new(input, Rc::clone(&source), max_depth);
    walker.written_with(bashism, &source);
    let ctx = Ctx { source, guard: None, evals: 0, via: Rc::default() };
    let mut first = start(input);
    first.functions = Rc::new(super::call::inherited(input, nesting));
    let end = walker.list(&script.list, first, &ctx);
    let status = walker.close_with_traps(end);
    input.meter.spend(walker.worked() * SHELL_UNIT);
    if walker.too_deep {
        return Err(Refusal::TooDeep(0));
    }
    Ok(walker.finish(&status))
}

fn start(input: &ScriptInput<'_>) -> State {
    let posix = input.mode.dialect == Dialect::Posix;
    let arg = |word: &super::Word| Per::same(Val::text(&word.shape()));
    State {
        options: Options {
            errexit: Opt::new(input.mode.errexit),
            pipefail: Opt::new(input.mode.pipefail),
            inherit_errexit: posix,
            aliases: input.mode.dialect != Dialect::Bash || input.scope.sets(POSIX),
            errtrace: false,
            allexport: false,
        },
        last: Per::same(Stat::Zero),
        pipe: None,
        vars: Rc::new(BTreeMap::new()),
        tainted: Rc::new(BTreeSet::new()),
        args: input.scope.arguments().map(|words| Rc::new(words.iter().map(arg).collect())),
        cwd: Rc::new(Cwd::Known(Vec::new())),
        dirs: Rc::new(Vec::new()),
        back: Rc::new(Cwd::Unknown(Why::new(Reason::Dynamic, "`cd -` goes back to a directory that is not known"))),
        exports: Rc::new(BTreeSet::new()),
        functions: Rc::new(BTreeMap::new()),
        exit_trap: TrapSet::only(None),
        error_trap: TrapSet::only(None),
        job: None,
        unread: None,
        file: input.scope.source().map(Rc::from),
        reach: Reach::start(),
    }
}
