//! Owns how the lines of a recipe reach a shell: parameters, interpolation, prefixes, shebang recipes. Refuses to read shell.

use std::rc::Rc;
use std::sync::Arc;

use super::expression::{self, Names, Parameters};
use super::load::Loaded;
use super::reader::Recipe;
use super::scan::outside;
use super::{Run, Way};
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::pipeline::Env;
use crate::facts::runners::env_file::{self, Lines};
pub(super) use crate::facts::runners::make::expand::UNKNOWN;
use crate::facts::runners::make::expand::UNKNOWN_TEXT;
use crate::facts::runners::make::shell_mode::shell_mode;
use crate::facts::runners::{Next, Target};
use crate::facts::shell::{Interpreter, ShellMode, Word, shebang_mode};
use crate::facts::workdir::Workdir;
use crate::text::{MappedText, Place, Span};

/// The value of an expression in a justfile.
pub(super) fn value(run: &Run<'_>, loaded: &Loaded, text: &str, parameters: &Parameters) -> String {
    let home = loaded.home.virtual_path().unwrap_or(UNKNOWN_TEXT);
    let invoked = run.call.workdir.virtual_path().unwrap_or(UNKNOWN_TEXT);
    let names = Names {
        variables: &loaded.justfile.variables,
        given: &run.options.given,
        env: run.call.env,
        directories: (home, invoked),
        fuel: &run.fuel,
    };
    expression::evaluate(text, &names, parameters)
}

/// The values of a recipe's parameters.
pub(super) fn bind(run: &Run<'_>, loaded: &Loaded, recipe: &Recipe, arguments: &[Option<String>]) -> Parameters {
    let mut bound = Parameters::new();
    let mut rest = arguments.iter();
    let text = |argument: &Option<String>| argument.clone().unwrap_or_else(|| UNKNOWN_TEXT.to_owned());
    for parameter in &recipe.parameters {
        let given: Vec<String> =
            rest.by_ref().take(if parameter.variadic.is_some() { usize::MAX } else { 1 }).map(text).collect();
        let found = match &parameter.default {
            _ if !given.is_empty() => given.join(" "),
            Some(default) => value(run, loaded, default, &bound),
            None => String::new(),
        };
        bound.insert(parameter.name.clone(), found);
    }
    bound
}

/// What a file of variables adds: the nearest of its name from the directory upward. A variable that is there keeps its value, unless
/// the settings say otherwise (just, `src/load_dotenv.rs`).
fn dotenv(run: &Run<'_>, loaded: &Loaded, env: &mut Env) {
    let setting = |name: &str| loaded.justfile.settings.get(name).map(|(value, _)| value.trim_matches(['"', '\'']));
    let on = |name: &str| setting(name).is_some_and(|value| value != "false");
    let [filename, path] = ["dotenv-filename", "dotenv-path"].map(setting);
    if !["dotenv-load", "dotenv-override", "dotenv-required"].iter().any(|name| on(name)) && filename.or(path).is_none() {
        return;
    }
    let is_there = |home: &Workdir, name: &str| home.resolve(name).is_some_and(|path| run.world.snapshot.is_file(&path));
    let name = filename.unwrap_or(".env");
    let above = std::iter::successors(Some(loaded.workdir.clone()), |home| {
        home.dir().filter(|dir| !dir.is_root()).map(|_| home.enter(".."))
    });
    let found = path.filter(|path| is_there(&loaded.workdir, path)).map(|path| (loaded.workdir.clone(), path));
    let found = found.or_else(|| above.take(64).find(|home| is_there(home, name)).map(|home| (home, name)));
    let Some((home, name)) = found else { return };
    let mut read = Env::new();
    env_file::add(&mut read, name, &home, Lines::Quoted, env, run.world);
    let over = on("dotenv-override");
    // A search path and a home are always there.
    for (name, value) in &read {
        if over || !(env.contains_key(name) || ["PATH", "HOME"].contains(&name.as_str())) {
            env.insert(name.clone(), value.clone());
        }
    }
}

/// The environment of recipes: exported variables added.
pub(super) fn environment(run: &Run<'_>, loaded: &Loaded) -> Env {
    let mut env = run.call.env.clone();
    dotenv(run, loaded, &mut env);
    let all = loaded.justfile.settings.get("export").is_some_and(|(value, _)| value != "false");
    for (name, assignment) in loaded.justfile.variables.iter().filter(|(_, assignment)| all || assignment.export) {
        let text = value(run, loaded, name, &Parameters::new());
        let _ = assignment;
        env.insert(name.clone(), Some(text).filter(|text| !text.contains(UNKNOWN)));
    }
    env
}

/// Adds what a recipe's own lines run.
pub(super) fn lines(run: &mut Run<'_>, loaded: &Rc<Loaded>, recipe: &Recipe, parameters: &Parameters, way: &Way) {
    let Some(first) = recipe.body.first() else { return };
    let first_text = &recipe.file.text[first.start..first.end];
    let mut env = environment(run, loaded);
    for parameter in recipe.parameters.iter().filter(|parameter| parameter.export) {
        let text = parameters.get(&parameter.name).cloned().unwrap_or_default();
        env.insert(parameter.name.clone(), Some(text).filter(|text| !text.contains(UNKNOWN)));
    }
    let frame = Frame { run, loaded, recipe, parameters, way, env, workdir: directory(run, loaded, recipe, parameters) };
    let nexts = if first_text.starts_with("#!") {
        frame.shebang()
    } else if let Some(interpreter) = &recipe.attributes.script {
        frame.script(interpreter)
    } else {
        frame.linewise()
    };
    run.out.extend(nexts);
}

fn directory(run: &Run<'_>, loaded: &Loaded, recipe: &Recipe, parameters: &Parameters) -> Workdir {
    let settings = &loaded.justfile.settings;
    let on = |name: &str| settings.get(name).is_some_and(|(value, _)| value != "false");
    let own = recipe.attributes.directory.as_ref();
    if own.is_none() && (recipe.attributes.no_cd || on("no-cd")) {
        return run.call.workdir.clone();
    }
    let mut workdir = loaded.workdir.clone();
    for text in settings.get("working-directory").map(|(value, _)| value).into_iter().chain(own) {
        let to = value(run, loaded, text, parameters);
        workdir = if to.contains(UNKNOWN) { workdir.unknown() } else { workdir.enter(&to) };
    }
    workdir
}

/// Everything that is the same for all lines of a recipe.
struct Frame<'f, 'a> {
    run: &'f Run<'a>,
    loaded: &'f Loaded,
    recipe: &'f Recipe,
    parameters: &'f Parameters,
    way: &'f Way,
    env: Env,
    workdir: Workdir,
}

impl Frame<'_, '_> {
    fn next(&self, text: MappedText, mode: ShellMode, span: Span, holds: Vec<Hold>) -> Next {
        let mut holds = holds;
        if let Some(place) = self.run.options.dry.clone() {
            holds.push(Hold::new(HoldEffect::Void, place, "just only shows what it would run"));
        }
        let mut hops = self.way.hops.clone();
        hops.push(Hop::new(self.recipe.file.place(span), &self.recipe.file.text[span.start..span.end]));
        Next {
            target: Target::Script { text, mode, args: Some(self.positional()) },
            hops,
            holds,
            condition: self.way.condition.clone(),
            workdir: self.workdir.clone(),
            env: self.env.clone(),
            packages: Vec::new(),
        }
    }

    /// `$1` and on, with `set positional-arguments`.
    fn positional(&self) -> Vec<Word> {
        let on = self.loaded.justfile.settings.get("positional-arguments").is_some_and(|(value, _)| value != "false");
        if !on && !self.recipe.attributes.positional {
            return Vec::new();
        }
        let values = self.recipe.parameters.iter().filter_map(|parameter| self.parameters.get(&parameter.name));
        let word = |value: &String| Word {
            raw: value.clone(),
            value: Some(value.clone()).filter(|value| !value.contains(UNKNOWN)),
            partial: Some(value.clone()).filter(|value| value.contains(UNKNOWN)),
            span: Span::default(),
            place: self.recipe.place.clone(),
            glob: false,
        };
        values.map(word).collect()
    }

    /// One line with its `{{…}}` replaced.
    fn interpolated(&self, span: Span, out: &mut MappedText) {
        let text = &self.recipe.file.text[span.start..span.end];
        let mut at = 0;
        while let Some(open) = text[at..].find("{{").map(|found| at + found) {
            out.push_verbatim(Span::new(span.start + at, span.start + open));
            let inside = &text[open + 2..];
            if inside.starts_with("{{") {
                out.push_verbatim(Span::new(span.start + open, span.start + open + 2));
                at = open + 4;
                continue;
            }
            let end =
                outside(inside, |at, byte, depth| byte == b'}' && depth == 0 && inside.as_bytes().get(at + 1) == Some(&b'}'));
            let Ok(Some(end)) = end else {
                out.push_standing_for(Span::new(span.start + open, span.end), UNKNOWN_TEXT);
                return;
            };
            let found = value(self.run, self.loaded, &inside[..end], self.parameters);
            at = open + 2 + end + 2;
            let found = if self.run.fuel.get() > found.len() { found } else { UNKNOWN_TEXT.to_owned() };
            out.push_standing_for(Span::new(span.start + open, span.start + at), &found);
        }
        out.push_verbatim(Span::new(span.start + at, span.end));
    }

    /// Every line in a shell of its own; the first that fails ends the recipe.
    fn linewise(&self) -> Vec<Next> {
        let (mode, hold) = self.shell();
        let mut out = Vec::new();
        let mut lines = self.recipe.body.iter().copied().peekable();
        let file = &self.recipe.file;
        while let Some(first) = lines.next() {
            let mut text = MappedText::empty(Arc::clone(file));
            let mut span = first;
            // A backslash at the end joins the next line, its own blanks dropped.
            while file.text[span.start..span.end].ends_with('\\') && lines.peek().is_some() {
                self.interpolated(Span::new(span.start, span.end - 1), &mut text);
                let Some(next) = lines.next() else { break };
                let raw = &file.text[next.start..next.end];
                span = Span::new(next.end - raw.trim_start().len(), next.end);
            }
            self.interpolated(span, &mut text);
            let prefix = text.text().find(|c| !matches!(c, '@' | '-')).unwrap_or(text.text().len());
            let mut holds: Vec<Hold> = hold.iter().cloned().collect();
            if let Some(at) = text.text()[..prefix].find('-') {
                holds.push(
                    Hold::new(HoldEffect::Soften, text.place(at..at + 1), "the `-` prefix drops the failure")
                        .mended("delete the `-` before the command"),
                );
            }
            let rest = text.slice(prefix..text.text().len());
            if !rest.text().trim().is_empty() {
                out.push(self.next(rest, mode, first, holds));
            }
        }
        out
    }

    /// The shell of lines: the command line's, `set shell`, or `sh -cu`.
    fn shell(&self) -> (ShellMode, Option<Hold>) {
        let setting = self.loaded.justfile.settings.get("shell");
        let (words, place): (Vec<String>, Place) = match (&self.run.options.shell, setting) {
            (Some((program, place)), _) => (
                std::iter::once(program.clone()).chain(self.run.options.shell_arguments.iter().cloned()).collect(),
                place.clone(),
            ),
            (None, Some((list, place))) => (self.list(list), place.clone()),
            (None, None) => (vec!["sh".to_owned(), "-cu".to_owned()], self.recipe.place.clone()),
        };
        shell_mode(words.first().map_or("", String::as_str), &words[1.min(words.len())..].join(" "), &place)
    }

    fn list(&self, text: &str) -> Vec<String> {
        let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
        let items = inner.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(|item| value(self.run, self.loaded, item, self.parameters)).collect()
    }

    /// The whole body as one text.
    fn whole(&self) -> (MappedText, Span) {
        let mut text = MappedText::empty(Arc::clone(&self.recipe.file));
        for (index, span) in self.recipe.body.iter().enumerate() {
            if index > 0 {
                text.push_standing_for(Span::new(span.start, span.start), "\n");
            }
            self.interpolated(*span, &mut text);
        }
        (text, self.recipe.body.first().copied().unwrap_or_default())
    }

    fn shebang(&self) -> Vec<Next> {
        let (text, span) = self.whole();
        match shebang_mode(text.text()) {
            Some(Interpreter::Shell(mode)) => vec![self.next(text, mode, span, Vec::new())],
            _ => Vec::new(),
        }
    }

    /// `[script]`: `set script-interpreter`, or `sh -eu`.
    fn script(&self, interpreter: &[String]) -> Vec<Next> {
        let setting = self.loaded.justfile.settings.get("script-interpreter");
        let words = match (interpreter, setting) {
            ([], Some((list, _))) => self.list(list),
            ([], None) => vec!["sh".to_owned(), "-eu".to_owned()],
            (own, _) => own.iter().map(|item| value(self.run, self.loaded, item, self.parameters)).collect(),
        };
        let (text, span) = self.whole();
        match shebang_mode(&format!("#!{}", words.join(" "))) {
            Some(Interpreter::Shell(mode)) => vec![self.next(text, mode, span, Vec::new())],
            _ => Vec::new(),
        }
    }
}
