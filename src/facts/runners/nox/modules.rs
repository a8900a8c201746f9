//! Owns what a noxfile leads to beside its sessions: modules of the tree, commands that are started past nox, and exits. Refuses to
//! follow code of other files.

use super::interpret::Run;
use super::parametrize::MODULES;
use super::state::State;
use super::value::{Given, Value};
use crate::answer::Reason;
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::python::tree::{Expr, Kind, Trailer};
use crate::facts::runners::{Target, started};
use crate::facts::shell::{Dialect, ShellMode, UNKNOWN_CHAR};
use crate::snapshot::UnreadKind;
use crate::text::{MappedText, RepoPath, Span};

/// Functions of `subprocess` that raise when the command fails.
const RAISING: &[&str] = &["subprocess.check_call", "subprocess.check_output"];
/// Functions of `subprocess` whose caller decides.
const STARTING: &[&str] = &["subprocess.run", "subprocess.call", "subprocess.Popen"];
/// Functions that start a text in a shell.
const SHELLING: &[&str] = &["os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"];

/// Whether a function of a module starts a command.
pub(super) fn starts(path: &str) -> bool {
    RAISING.contains(&path) || STARTING.contains(&path) || SHELLING.contains(&path)
}

impl Run<'_> {
    /// A function of a module that may lie in the tree.
    pub(super) fn elsewhere(&mut self, path: &str, given: &Given, span: Span, state: &State) -> Value {
        if given.all().any(Value::holds_session) {
            return self.unread_call(given, span, state);
        }
        let Some(module) = self.module(path) else { return Value::Unknown };
        let starts = match self.world.snapshot.read(&module) {
            Ok(file) => {
                self.world.meter.spend(file.text.len());
                started::starts(&file.text, self.call, self.world)
            }
            Err(unread) => !matches!(unread.kind, UnreadKind::Missing | UnreadKind::NotText),
        };
        if starts && self.is_news(path.split('.').next().unwrap_or(path), state) {
            let text = format!("{module} starts tools or tasks; its code is not read by this version");
            let why = self.why(Reason::Unsupported, span, text);
            self.opaque(why, state);
        }
        Value::Unknown
    }

    /// The file of the tree that a dotted path leads to, beside the noxfile.
    pub(super) fn module(&self, path: &str) -> Option<RepoPath> {
        let home = self.file.path.parent();
        let parts: Vec<&str> = path.trim_start_matches('.').split('.').take(8).collect();
        (1..=parts.len()).rev().find_map(|length| {
            let base = parts[..length].join("/");
            let known = [format!("{base}.py"), format!("{base}/__init__.py")];
            known.iter().filter_map(|name| home.join(name)).find(|path| self.world.snapshot.is_file(path))
        })
    }

    /// A module that is imported: it may define sessions too.
    pub(super) fn imported(&mut self, path: &str, span: Span) {
        let root = path.split('.').next().unwrap_or(path);
        // In the tree of nox itself, or of what comes beside it, the module lies beside the noxfile.
        if MODULES.contains(&root) || self.elsewhere.is_some() {
            return;
        }
        let Some(module) = self.module(path) else { return };
        let Ok(file) = self.world.snapshot.read(&module) else { return };
        self.burn(file.text.len() / 64);
        let imports = |needle: &str| memchr::memmem::find(file.text.as_bytes(), needle.as_bytes()).is_some();
        if imports("import nox") || imports("from nox") {
            let text = format!("{module} may define sessions of nox, and is not read by this version");
            self.elsewhere = Some(self.why(Reason::Unsupported, span, text));
        }
    }

    /// A command that is started past the session.
    pub(super) fn started(&mut self, path: &str, given: &Given, span: Span, state: &State) -> Value {
        let shell = SHELLING.contains(&path) || given.by_name("shell").is_some_and(|value| value.truth() != Some(false));
        let raises = RAISING.contains(&path) || given.by_name("check").is_some_and(|value| value.truth() == Some(true));
        let hold = (!raises).then(|| {
            let why = format!("what becomes of the status of `{}` is not read", self.callee(span));
            Hold::new(HoldEffect::Unknown(Reason::Unsupported), self.place(span), why)
        });
        let hop = Hop::new(self.place(span), &self.source(span));
        let target = match (given.get("args", 0), shell) {
            (Some(Value::List(list)), false) => Target::Argv(list.items.iter().map(|item| self.argument(item, span)).collect()),
            (Some(Value::Text(text)), true) if !text.text.contains(UNKNOWN_CHAR) => {
                let text = MappedText::standing_for(self.file.clone(), span, &text.text);
                let mode = ShellMode { errexit: false, pipefail: false, dialect: Dialect::Posix };
                Target::Script { text, mode, args: Some(Vec::new()) }
            }
            _ => Target::Opaque(self.why(Reason::Dynamic, span, format!("what `{}` starts is computed", self.callee(span)))),
        };
        let mut moved = state.clone();
        if let Some(directory) = given.by_name("cwd") {
            self.change_directory(Some(directory), &mut moved);
        }
        self.push(target, Some(hop), hold.into_iter().collect(), &moved);
        Value::Unknown
    }

    /// `raise SystemExit`, `raise SystemExit(0)`: nox ends, and passes.
    pub(super) fn passing_exit(&mut self, value: &Expr, state: &mut State) -> bool {
        if let Kind::Postfix(base, trailers) = &value.kind
            && matches!(&base.kind, Kind::Name(name) if &**name == "SystemExit")
            && let [Trailer::Call(arguments, _)] = trailers.as_slice()
        {
            let items = self.items(arguments, state);
            return Self::passing_code(items.first());
        }
        let raised = self.value(value, state);
        matches!(&raised, Value::Outside(path) if &**path == "builtins.SystemExit")
    }

    pub(super) fn passing_code(code: Option<&Value>) -> bool {
        match code {
            None | Some(Value::None | Value::Int(0) | Value::Bool(false)) => true,
            Some(Value::Int(_) | Value::Text(_) | Value::Bool(true)) => false,
            Some(_) => true,
        }
    }
}
