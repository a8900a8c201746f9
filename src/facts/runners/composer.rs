//! Owns scripts of `composer.json` (`composer run-script NAME`, `composer NAME`, what an install dispatches), as composer 2.9 runs them
//! (`EventDispatcher::doDispatch`, `Console/Application.php`). Refuses PHP that a script names by class: it is code of the
//! project or of a package.

use std::sync::Arc;

use super::script_words::{with_arguments, word_at};
use super::{Call, Next, Runner, Target, World};
use crate::answer::{Reason, Why};
use crate::catalog;
use crate::doc::{Document, Format, Kind, Value};
use crate::facts::hold::Hop;
use crate::facts::matching;
use crate::facts::pipeline::Env;
use crate::facts::shell::{Dialect, ShellMode, Word};
use crate::facts::workdir::Workdir;
use crate::snapshot::UnreadKind;
use crate::text::{MappedText, Place};

/// Scripts of `composer.json`.
pub(super) struct Composer;

impl Runner for Composer {
    fn name(&self) -> &'static str {
        "composer scripts"
    }

    fn reads(&self, file_name: &str) -> bool {
        file_name == "composer.json"
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        let program = matching::program_name(call.program()?);
        if !matches!(program, "composer" | "composer.phar") {
            return None;
        }
        let request = Request::read(call)?;
        if catalog::lists(&catalog::commands().composer.own, request.command) {
            return None;
        }
        let file = match call.env.get("COMPOSER") {
            None => "composer.json",
            Some(Some(name)) if !name.is_empty() => name,
            Some(_) => return Some(vec![opaque(call, Why::new(Reason::Dynamic, "which composer.json is read is computed"))]),
        };
        let project = match open(&request.workdir, file, world) {
            Ok(document) => Project { document: document?, call, workdir: &request.workdir },
            Err(why) => return Some(vec![opaque(call, why)]),
        };
        let mut out = Vec::new();
        if request.silent {
            return Some(out);
        }
        let mut rows = world.catalog.commands.composer.dispatch.iter();
        let dispatched = rows.find(|row| catalog::lists(&row.commands, request.command)).map(|row| &row.events);
        match (request.command, dispatched) {
            (_, Some(events)) => events.iter().for_each(|event| project.script(event, &[], &mut out)),
            ("run-script" | "run", _) => {
                project.script(request.arguments.first()?.value.as_deref()?, &request.arguments[1..], &mut out)
            }
            (name, _) if project.has(name) => project.script(name, &request.arguments, &mut out),
            _ => return None,
        }
        Some(out)
    }
}

/// What a command line of composer asks for.
struct Request<'c> {
    command: &'c str,
    /// Words behind the command that are no options of composer.
    arguments: Vec<Word>,
    workdir: Workdir,
    /// No script runs.
    silent: bool,
}

impl<'c> Request<'c> {
    fn read(call: &Call<'c>) -> Option<Self> {
        let mut request = Self { command: "", arguments: Vec::new(), workdir: call.workdir.clone(), silent: false };
        let own = &catalog::commands().composer;
        let mut words = call.words[1..].iter();
        while let Some(word) = words.next() {
            let text = word.value.as_deref();
            let flag = text.filter(|text| text.starts_with('-'));
            match (flag, text) {
                // What follows is the script's.
                (Some("--"), _) => {
                    request.arguments.extend(words.by_ref().cloned());
                }
                (Some(flag), _) => {
                    request.silent |= catalog::lists(&own.idle_flags, flag);
                    let (name, attached) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
                    let next = || words.clone().next().and_then(|word| word.value.as_deref());
                    if catalog::lists(&own.directory_flags, name) {
                        let directory = attached.or_else(next);
                        request.workdir =
                            directory.map_or_else(|| request.workdir.unknown(), |directory| request.workdir.enter(directory));
                    }
                    if catalog::lists(&own.value_flags, name) && attached.is_none() {
                        words.next();
                    }
                }
                (None, Some(text)) if request.command.is_empty() => request.command = text,
                (None, _) if request.command.is_empty() => return None,
                (None, _) => request.arguments.push(word.clone()),
            }
        }
        (!request.command.is_empty()).then_some(request)
    }
}

/// The manifest; `None` when there is none, an error when it cannot be read.
fn open(workdir: &Workdir, file: &str, world: &World<'_>) -> Result<Option<Arc<Document>>, Why> {
    let Some(path) = workdir.resolve(file) else { return Ok(None) };
    if !world.snapshot.is_file(&path) {
        return Ok(None);
    }
    match world.snapshot.document(&path, Format::Json) {
        Ok(document) => Ok(Some(document)),
        Err(unread) if unread.kind == UnreadKind::Missing => Ok(None),
        Err(unread) => Err(Why::new(unread.reason(), unread.why)),
    }
}

fn opaque(call: &Call<'_>, why: Why) -> Next {
    let mut next = Next::argv(call, Vec::new());
    next.target = Target::Opaque(why.at(call.place.clone()));
    next
}

struct Project<'p> {
    document: Arc<Document>,
    call: &'p Call<'p>,
    workdir: &'p Workdir,
}

impl Project<'_> {
    fn has(&self, name: &str) -> bool {
        self.document.root().get("scripts").is_some_and(|scripts| scripts.get(name).is_some())
    }

    /// All listeners of an event, in order: the first that fails ends the run with its status.
    fn script(&self, name: &str, arguments: &[Word], out: &mut Vec<Next>) {
        let Some(value) = self.document.root().get("scripts").and_then(|scripts| scripts.get(name)) else { return };
        let mut next = Next { workdir: self.workdir.clone(), ..Next::argv(self.call, Vec::new()) };
        if let Some(why) = value.disputed() {
            next.target = Target::Opaque(why);
            out.push(next);
            return;
        }
        let listeners: Vec<Value<'_>> = if value.kind() == Kind::Sequence { value.items().collect() } else { vec![value] };
        let mut env = next.env.clone();
        for listener in listeners {
            let Some(text) = listener.mapped().filter(|_| listener.as_str().is_some()) else { continue };
            next.hops = vec![Hop::new(listener.place(), text.text())];
            next.env = env.clone();
            if let Some(target) = listened(&text, &listener.place(), arguments, &mut env) {
                out.push(Next { target, ..next.clone() });
            }
        }
    }
}

/// What one listener runs.
fn listened(text: &MappedText, place: &Place, arguments: &[Word], env: &mut Env) -> Option<Target> {
    let whole = text.text();
    if let Some(assignment) = whole.strip_prefix("@putenv ") {
        let (name, value) = assignment.split_once('=').unwrap_or((assignment, ""));
        env.insert(name.to_owned(), Some(value.to_owned()));
        return None;
    }
    if let Some(at) = whole.find("@no_additional_args") {
        // Cut out, and the arguments with it.
        let before = whole[..at].strip_suffix(' ').map_or(at, str::len);
        let mut rest = text.slice(0..before);
        rest.push_part(text, at + "@no_additional_args".len()..whole.len());
        return listened(&rest, place, &[], env);
    }
    let cut = |from: usize| text.slice(from..whole.len());
    let script = |text: &MappedText| {
        let mode = ShellMode { errexit: false, pipefail: false, dialect: Dialect::Posix };
        Some(Target::Script { text: with_arguments(text, arguments), mode, args: Some(Vec::new()) })
    };
    if whole.starts_with("@php ") {
        return script(&cut(1));
    }
    if let Some(reference) = whole.strip_prefix('@') {
        // Split at blanks, no quotes (`explode(' ', …)`).
        let named = reference.split(' ').filter(|word| !word.is_empty());
        let head: &[&str] = if reference.starts_with("composer ") { &[] } else { &["composer", "run-script"] };
        let words = head.iter().copied().chain(named).map(|word| word_at(word, place));
        return Some(Target::Argv(words.chain(arguments.iter().cloned()).collect()));
    }
    // `Class::method`, and a command class: PHP.
    let php = !whole.contains(' ') && (whole.contains("::") || whole.contains('\\'));
    if php { None } else { script(text) }
}

#[cfg(test)]
mod tests {
    use super::Composer;
    use crate::facts::runners::script_probe::told;

    const FILES: &[(&str, &str)] = &[
        (
            "composer.json",
            "{\"scripts\": {\n\
             \"stan\": \"phpstan analyse\",\n\
             \"check\": [\n\"@putenv XDEBUG_MODE=off\",\n\"@stan --no-progress\",\n\"phpcs || true\"],\n\
             \"audit\": \"true\",\n\
             \"one\": \"psalm @no_additional_args\",\n\
             \"self\": [\"@composer stan\", \"@php vendor/bin/psalm\", \"App\\\\Ci::lint\"],\n\
             \"post-install-cmd\": \"@stan\"\n}}",
        ),
        ("api/composer.json", "{\"scripts\": {\"stan\": \"psalm\"}}"),
        ("bad/composer.json", "{\"scripts\""),
    ];

    #[test]
    fn scripts_of_composer() {
        let rows: &[(&str, &str, &[&str])] = &[
            ("", "composer stan", &["phpstan analyse <- composer.json:2"]),
            ("", "composer -n stan -- --debug", &["phpstan analyse --debug <- composer.json:2"]),
            ("", "composer run-script --timeout 0 stan", &["phpstan analyse <- composer.json:2"]),
            ("", "composer run stan -d api", &["psalm <- api/composer.json:1 in api"]),
            ("api", "composer stan", &["psalm <- api/composer.json:1 in api"]),
            (
                "",
                "composer check",
                &["$ composer run-script stan --no-progress <- composer.json:5", "phpcs || true <- composer.json:6"],
            ),
            ("", "composer one x", &["psalm <- composer.json:8"]),
            ("", "composer self", &["$ composer stan <- composer.json:9", "php vendor/bin/psalm <- composer.json:9"]),
            ("", "composer install", &["$ composer run-script stan <- composer.json:10"]),
            ("", "composer install --no-scripts", &[]),
            ("", "composer run-script --list", &[]),
            ("", "composer run missing", &[]),
            ("", "composer audit", &["not known"]),
            ("", "composer missing", &["not known"]),
            ("docs", "composer stan", &["not known"]),
        ];
        for (directory, command, expected) in rows {
            assert_eq!(told(&Composer, FILES, directory, command), *expected, "{command}");
        }
        let told = told(&Composer, FILES, "bad", "composer stan");
        assert!(told.len() == 1 && told[0].starts_with("opaque Unreadable"), "{told:?}");
    }
}
