//! Owns the programs that run several package scripts or commands at once. Refuses to model their caches and task graphs:
//! those are said to be not read.

use super::package::Package;
use super::request::{Client, Request, Selection, Verb, only_changed};
use super::scripts::{self, Run};
use crate::answer::{Reason, Why};
use crate::catalog;
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::runners::script_words::{literal, text_of, word_at};
use crate::facts::runners::{Call, Next, Target, World};
use crate::facts::shell::{Dialect, ShellMode, Word};
use crate::text::extglob;

type Runs = Result<Vec<Next>, Why>;

fn request(name: Word, arguments: Vec<Word>) -> Request {
    let verb = Verb::Script { name, or_program: false };
    Request {
        verb,
        directory: None,
        selection: Selection::default(),
        arguments,
        ignore_scripts: false,
        global: false,
        shell: None,
    }
}

/// `node --run X -- args`: the script alone, nothing around it.
pub(super) fn node_run(call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
    let first = call.words.get(1)?;
    let text = first.value.as_deref()?;
    let (name, from) = match text.strip_prefix("--run=") {
        Some(name) => (literal(name, first), 2),
        None if text == "--run" => (call.words.get(2)?.clone(), 3),
        None => return None,
    };
    let rest = call.words.get(from..).unwrap_or(&[]);
    let arguments = rest.iter().skip_while(|word| word.value.as_deref() != Some("--")).skip(1).cloned().collect();
    let mut request = request(name, arguments);
    request.ignore_scripts = true;
    Some(scripts::run(Client::Npm, call, world, &request).unwrap_or_else(|why| super::opaque(call, why)))
}

/// `npm-run-all`, `run-s`, `run-p`: tasks are names, patterns, and names with arguments.
///
/// `--continue-on-error` runs the rest and still exits non-zero (npm-run-all, `docs/npm-run-all.md`); `--race` ends all when
/// one succeeds, so that another's failure may never be seen.
pub(super) fn run_all(call: &Call<'_>, world: &World<'_>) -> Runs {
    if !call.workdir.is_known() {
        return Err(Why::new(Reason::Dynamic, "package scripts run in a directory that is computed").at(call.place.clone()));
    }
    let run = Run { client: Client::Npm, call, world, ignore_scripts: false, shell: None };
    let chosen = scripts::here(world.snapshot, call.workdir)?;
    let Some(package) = chosen.first().map(|chosen| &chosen.package) else { return Ok(Vec::new()) };
    let (mut out, mut race, mut open, mut may_be_flag) = (Vec::new(), None, false, None);
    let words = call.words.get(1..).unwrap_or(&[]);
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let Some(text) = word.value.as_deref() else {
            // It may be a flag as well: `--race`, `--help`.
            if word.is_open() || word.head().starts_with('-') {
                may_be_flag.get_or_insert_with(|| word.place.clone());
            }
            // A pattern, a name with arguments, several of them: any script may be meant, and further such words mean no more.
            if !std::mem::replace(&mut open, true) {
                run.computed(package, None, &[], &word.place, &mut out);
            }
            continue;
        };
        match text {
            "--" => break,
            "--max-parallel" | "--npm-path" => at += 1,
            "--race" => race = Some(word.place.clone()),
            flag if flag.starts_with('-') && !flag.starts_with("--") && flag.contains('r') => race = Some(word.place.clone()),
            flag if flag.starts_with('-') => {}
            task => tasks(&run, package, task, word, &mut out),
        }
    }
    if let Some(place) = race {
        let hold = Hold::new(HoldEffect::Soften, place, "`--race` ends the others as soon as one succeeds");
        out.iter_mut().for_each(|next| next.holds.push(hold.clone()));
    }
    if let Some(place) = may_be_flag {
        let why = "an argument is computed and could be any flag";
        let hold = Hold::new(HoldEffect::Unknown(Reason::Dynamic), place, why);
        out.iter_mut().for_each(|next| next.holds.push(hold.clone()));
    }
    Ok(out)
}

fn tasks(run: &Run<'_>, package: &Package, task: &str, word: &Word, out: &mut Vec<Next>) {
    let (pattern, arguments) = task.split_once(' ').map_or((task, ""), |(name, rest)| (name, rest));
    let arguments: Vec<Word> =
        arguments.split_ascii_whitespace().filter(|text| *text != "--").map(|text| literal(text, word)).collect();
    match fitting(package, pattern, ':') {
        Some(names) => names.iter().for_each(|name| run.script(package, name, &arguments, out)),
        None => perhaps(run, package, word, pattern, &arguments, out),
    }
}

/// Any of the scripts that begin as a pattern does which is not read.
fn perhaps(run: &Run<'_>, package: &Package, word: &Word, pattern: &str, arguments: &[Word], out: &mut Vec<Next>) {
    let head = pattern.split(['*', '?', '[', '{', '(', '!', '+', '@']).next().unwrap_or("");
    let why = Why::new(Reason::Unsupported, "which scripts this pattern means is not read").at(word.place.clone());
    let before = out.len();
    for name in package.script_names().into_iter().filter(|name| name.starts_with(head)) {
        run.script(package, name, arguments, out);
    }
    out[before..].iter_mut().for_each(|next| next.condition = Some(why.clone()));
}

/// Script names that a pattern means; in npm-run-all `*` stops at `separator`, as in a path. `None` where the pattern is not read.
/// (npm-run-all `lib/match-tasks.js`, which has minimatch 3 match.)
fn fitting(package: &Package, pattern: &str, separator: char) -> Option<Vec<String>> {
    if !pattern.contains(['*', '?', '[', '{', '(']) {
        return Some(vec![pattern.to_owned()]);
    }
    let swap = |text: &str| text.replace('/', "\u{1}").replace(separator, "/");
    let matcher = |pattern: &str| {
        let mut set = globset::GlobSetBuilder::new();
        for plain in extglob::spelled_out(&swap(pattern))? {
            set.add(globset::GlobBuilder::new(&plain).literal_separator(true).build().ok()?);
        }
        set.build().ok()
    };
    // `lint:!(a|b)`: the last part is any that is none of these.
    let (wanted, unwanted) = match pattern.split_once("!(") {
        None => (pattern.to_owned(), None),
        Some((head, rest)) => {
            let inner = rest.strip_suffix(')').filter(|_| head.is_empty() || head.ends_with(separator))?;
            (format!("{head}*"), Some(format!("{head}@({inner})")))
        }
    };
    let wanted = matcher(&wanted)?;
    let unwanted = match unwanted {
        Some(pattern) => Some(matcher(&pattern)?),
        None => None,
    };
    let fits = |name: &&str| {
        let name = swap(name);
        wanted.is_match(&name) && unwanted.as_ref().is_none_or(|unwanted| !unwanted.is_match(&name))
    };
    Some(package.script_names().into_iter().filter(fits).map(str::to_owned).collect())
}

/// `concurrently "npm:lint" "tsc -w"`: every word is a command for a shell; all must succeed unless `--success` says
/// otherwise (concurrently, `docs/cli/success.md`).
pub(super) fn concurrently(call: &Call<'_>, world: &World<'_>) -> Runs {
    let words = call.words.get(1..).unwrap_or(&[]);
    let (mut commands, mut names, mut success) = (Vec::new(), Vec::new(), None);
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let text = word.value.as_deref().unwrap_or(&word.raw);
        if text == "--" {
            break;
        }
        if !text.starts_with('-') {
            commands.push(word);
            continue;
        }
        let (flag, attached) = text.split_once('=').map_or((text, None), |(flag, value)| (flag, Some(value.to_owned())));
        if !catalog::lists(&catalog::commands().concurrently.value_flags, flag) {
            continue;
        }
        let value = attached.or_else(|| {
            at += 1;
            words.get(at - 1).map(|word| word.value.clone().unwrap_or_default())
        });
        match flag {
            "-s" | "--success" => success = value.map(|value| (value, word.place.clone())),
            "-n" | "--names" => names = value.unwrap_or_default().split(',').map(str::to_owned).collect(),
            _ => {}
        }
    }
    let mut out = Vec::new();
    for (index, word) in commands.iter().enumerate() {
        let before = out.len();
        one_of_many(call, world, word, &mut out)?;
        let label = names.get(index).map_or("", String::as_str);
        let counts = success.as_ref().is_none_or(|(rule, _)| counts(rule, index, label));
        if let Some((rule, place)) = success.as_ref().filter(|_| !counts) {
            let hold = Hold::new(HoldEffect::Soften, place.clone(), format!("`--success {rule}` lets it fail"))
                .mended(format!("delete `--success {rule}`"));
            out[before..].iter_mut().for_each(|next| next.holds.push(hold.clone()));
        }
    }
    Ok(out)
}

/// Whether a success rule looks at one command's exit status.
fn counts(rule: &str, index: usize, label: &str) -> bool {
    let is_it = |name: &str| name == label && !label.is_empty() || name.parse() == Ok(index);
    if let Some(name) = rule.strip_prefix("command-") {
        return is_it(name);
    }
    if let Some(name) = rule.strip_prefix("!command-") {
        return !is_it(name);
    }
    rule == "all"
}

fn one_of_many(call: &Call<'_>, world: &World<'_>, word: &Word, out: &mut Vec<Next>) -> Result<(), Why> {
    let text = word.value.as_deref().unwrap_or("");
    let clients = [("npm:", Client::Npm), ("pnpm:", Client::Pnpm), ("yarn:", Client::Yarn), ("bun:", Client::Bun)];
    let short = clients.iter().find_map(|(head, client)| Some((text.strip_prefix(head)?, *client)));
    let Some((script, client)) = short else {
        let text = text_of(word, world.snapshot);
        let mode = ShellMode { errexit: false, pipefail: false, dialect: Dialect::Posix };
        let mut next = Next::argv(call, Vec::new());
        next.target = match text {
            Some(text) => Target::Script { text, mode, args: Some(Vec::new()) },
            None => Target::Opaque(Why::new(Reason::Unreadable, "the command's text could not be read").at(word.place.clone())),
        };
        out.push(next);
        return Ok(());
    };
    let (pattern, arguments) = script.split_once(' ').unwrap_or((script, ""));
    let arguments: Vec<Word> = arguments.split_ascii_whitespace().map(|text| literal(text, word)).collect();
    let chosen = scripts::here(world.snapshot, call.workdir)?;
    let Some(package) = chosen.first().map(|chosen| &chosen.package) else { return Ok(()) };
    let run = Run { client, call, world, ignore_scripts: false, shell: None };
    // `npm:lint-*(!fix)`: a tail of names that are left out.
    let (pattern, left_out) = pattern.split_once("(!").map_or((pattern, ""), |(head, tail)| (head, tail.trim_end_matches(')')));
    let Some(names) = fitting(package, pattern, '\u{2}') else {
        perhaps(&run, package, word, pattern, &arguments, out);
        return Ok(());
    };
    for name in names {
        let tail = pattern.split_once('*').and_then(|(head, _)| name.strip_prefix(head)).unwrap_or("");
        if left_out.is_empty() || !left_out.split('|').any(|out| out == tail) {
            run.script(package, &name, &arguments, out);
        }
    }
    Ok(())
}

/// `wireit` as the text of a script: the command and dependencies of that script's entry.
pub(super) fn wireit(call: &Call<'_>, world: &World<'_>) -> Runs {
    let unsupported = |why: &str| Why::new(Reason::Unsupported, why).at(call.place.clone());
    let script =
        call.env.get("npm_lifecycle_event").cloned().flatten().ok_or_else(|| unsupported("wireit runs outside of a script"))?;
    let Some(package) = Package::nearest(world.snapshot, call.workdir)? else { return Ok(Vec::new()) };
    let Some(entry) = package.document.root().get("wireit").and_then(|table| table.get(&script)) else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for dependency in entry.get("dependencies").into_iter().flat_map(crate::doc::Value::items) {
        let named = dependency.get("script").unwrap_or(dependency);
        let name = named.as_str().filter(|name| !name.contains([':', '.', '<']) || package.script(name).is_some());
        let mut next = Next { workdir: package.workdir.clone(), ..Next::argv(call, Vec::new()) };
        next.hops = vec![Hop::new(named.place(), named.as_str().unwrap_or(""))];
        next.target = match name {
            Some(name) => Target::Argv(["npm", "run", name].iter().map(|text| word_at(text, &named.place())).collect()),
            None => Target::Opaque(Why::new(Reason::Unsupported, "wireit depends on another package's script").at(named.place())),
        };
        out.push(next);
    }
    if let Some((value, text)) = entry.get("command").and_then(|value| Some((value, value.mapped()?))) {
        let mut next = Next { workdir: package.workdir.clone(), ..Next::argv(call, Vec::new()) };
        next.hops = vec![Hop::new(value.place(), text.text())];
        let mode = ShellMode { errexit: false, pipefail: false, dialect: Dialect::Posix };
        next.target = Target::Script { text, mode, args: Some(Vec::new()) };
        out.push(next);
    }
    Ok(out)
}

/// `lerna run X`: the script in every member, or in every one that changed; with other filters it is not followed.
pub(super) fn lerna(call: &Call<'_>, world: &World<'_>) -> Option<Runs> {
    let words = call.words.get(1..).unwrap_or(&[]);
    let lerna = &catalog::commands().lerna;
    let (mut positional, mut simple, mut changed) = (Vec::new(), true, None);
    let mut own = words.iter().take_while(|word| word.raw != "--").peekable();
    while let Some(word) = own.next() {
        if !word.raw.starts_with('-') {
            positional.push(word);
            continue;
        }
        let (flag, attached) = word.raw.split_once('=').map_or((word.raw.as_str(), None), |(flag, value)| (flag, Some(value)));
        let mut value = attached;
        let takes = catalog::lists(&lerna.value_flags, flag) && attached.is_none();
        if takes && let Some(next) = own.next_if(|next| !next.raw.starts_with('-')) {
            value = Some(next.value.as_deref().unwrap_or("HEAD"));
        }
        // Since the commit that is checked out nothing changed; of one that is not known it is not known.
        let since = flag == "--since" && word.value.is_some() && value != Some("HEAD");
        if since {
            changed = Some(only_changed(&word.place));
        }
        simple &=
            since || (flag != "--since" && catalog::lists(&lerna.value_flags, flag)) || catalog::lists(&lerna.switches, flag);
    }
    match positional.first()?.value.as_deref() {
        // Several scripts stand with commas between them.
        Some("run") if simple && positional.len() == 2 && !positional[1].raw.contains(',') => {
            let arguments = words.iter().skip_while(|word| word.raw != "--").skip(1).cloned().collect();
            let mut request = request(positional[1].clone(), arguments);
            request.selection.all = true;
            request.selection.changed = changed;
            Some(scripts::run(Client::Npm, call, world, &request))
        }
        Some("run" | "exec") => {
            Some(Err(Why::new(Reason::Unsupported, "which packages lerna means is not read").at(call.place.clone())))
        }
        _ => None,
    }
}

/// turbo and nx: their task graphs are not read; what they do besides running tasks runs nothing of the tree.
pub(super) fn monorepo(call: &Call<'_>) -> Option<Runs> {
    let words = call.words.get(1..).unwrap_or(&[]);
    let first = words.iter().find(|word| !word.raw.starts_with('-'))?;
    if first.value.as_deref().is_some_and(|command| {
        catalog::lists(&catalog::commands().monorepo.idle, command)
            || command.starts_with("format:")
            || command.starts_with("sync:")
    }) {
        return Some(Ok(Vec::new()));
    }
    let program = call.program().unwrap_or("the task runner");
    Some(Err(Why::new(Reason::Unsupported, format!("the tasks of {program} are not read")).at(call.place.clone())))
}
