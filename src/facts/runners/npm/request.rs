//! Owns the command lines of npm, pnpm, yarn and bun: which scripts are asked for, in which packages, with which arguments.
//! Refuses to look at the tree.

pub(super) use super::clients::Client;
use super::clients::{INSTALL, PACK, PUBLISH};
use super::filters;
use crate::catalog;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::runners::script_words::literal;
use crate::facts::shell::Word;
use crate::text::Place;

/// What is asked for.
#[derive(Clone, Debug)]
pub(super) enum Verb {
    /// A script by name, which may be computed; `or_program` when a program of that name is run without one.
    Script {
        /// The name.
        name: Word,
        /// Run it as a program when there is no such script.
        or_program: bool,
    },
    /// The word that says what to do is computed: a script, or something else.
    Computed,
    /// `restart`: its own script, or stop and start.
    Restart,
    /// Life cycle scripts, in order.
    Lifecycle(&'static [&'static str]),
    /// Life cycle scripts, then the script `test`.
    InstallAndTest,
}

/// Which packages are meant.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    /// All members of the workspace.
    pub(super) all: bool,
    /// The root too.
    pub(super) root_too: bool,
    /// Only the root.
    pub(super) root_only: bool,
    /// Members by name, directory or filter; `None` when computed.
    pub(super) filters: Vec<Option<String>>,
    /// The note that of all these only those are meant that changed, where a change is what is looked at.
    pub(super) changed: Option<Hold>,
}

impl Selection {
    /// The nearest package is meant.
    pub(super) fn is_plain(&self) -> bool {
        !self.all && !self.root_only && self.filters.is_empty()
    }
}

/// That of the packages only those are looked at that changed: what a change breaks is among them.
pub(super) fn only_changed(place: &Place) -> Hold {
    Hold::new(HoldEffect::Note, place.clone(), "only packages that changed are looked at")
}

/// One command line, read.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// What is asked for.
    pub(super) verb: Verb,
    /// `--prefix` and the like; `None` inside when computed.
    pub(super) directory: Option<Option<String>>,
    /// In which packages.
    pub(super) selection: Selection,
    /// Arguments for the script.
    pub(super) arguments: Vec<Word>,
    /// `--ignore-scripts`
    pub(super) ignore_scripts: bool,
    /// `--global`: the tree is not what it is about.
    pub(super) global: bool,
    /// `--script-shell`
    pub(super) shell: Option<(String, Place)>,
}

/// What of a command line is not tied to a position.
struct Reader<'w> {
    client: Client,
    request: Request,
    /// Positional words before the arguments.
    positional: Vec<&'w Word>,
}

impl Reader<'_> {
    fn new(client: Client) -> Self {
        let request = Request {
            verb: Verb::Restart,
            directory: None,
            selection: Selection::default(),
            arguments: Vec::new(),
            ignore_scripts: false,
            global: false,
            shell: None,
        };
        Self { client, request, positional: Vec::new() }
    }
}

/// The packages that are meant, and the words that are no flags of the manager's: before the first `--`, and all behind it.
pub(super) fn left(client: Client, words: &[Word]) -> (Selection, Vec<Word>) {
    let mut reader = Reader::new(client);
    let (mut at, mut left) = (0, Vec::new());
    while let Some(word) = words.get(at) {
        let text = word.shape();
        if text == "--" {
            left.extend(words[at + 1..].iter().cloned());
            break;
        }
        if text.starts_with('-') && text.len() > 1 {
            at += reader.flag(word, words.get(at + 1));
        } else {
            left.push(word.clone());
            at += 1;
        }
    }
    (reader.request.selection, left)
}

/// Reads the words behind the program; `None` when the command runs no script.
pub(super) fn read(client: Client, words: &[Word]) -> Option<Request> {
    let mut reader = Reader::new(client);
    let mut at = 0;
    while at < words.len() {
        let word = &words[at];
        let text = word.value.as_deref().unwrap_or(&word.raw);
        if matches!(text, "--version" | "--versions" | "-v" | "--help" | "--usage" | "-h") {
            return None;
        }
        if text == "--" {
            reader.request.arguments.extend(words[at + 1..].iter().cloned());
            break;
        }
        if text.starts_with('-') && text.len() > 1 {
            at += reader.flag(word, words.get(at + 1));
            continue;
        }
        reader.positional.push(word);
        at += 1;
        // The others hand everything behind the script's name to it.
        if client != Client::Npm && reader.is_named() {
            reader.request.arguments.extend(behind(client, &words[at..]));
            break;
        }
    }
    reader.finish()
}

/// yarn drops a `--` in front of the arguments; the others hand it on.
fn behind(client: Client, words: &[Word]) -> Vec<Word> {
    let first = words.first().and_then(|word| word.value.as_deref());
    let skip = usize::from(client == Client::Yarn && first == Some("--"));
    words[skip..].to_vec()
}

impl<'w> Reader<'w> {
    /// Takes a flag in; how many words it was.
    fn flag(&mut self, word: &Word, next: Option<&Word>) -> usize {
        let text = word.value.as_deref().unwrap_or(&word.raw);
        let (name, attached) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value.to_owned())));
        let known = word.value.is_some();
        let own = self.client.command();
        let takes = |flags: &[String]| catalog::lists(flags, name);
        let value =
            || attached.clone().map_or_else(|| next.and_then(|next| next.value.clone()), |value| Some(value).filter(|_| known));
        let width = if attached.is_some() { 1 } else { 2 };
        if takes(&own.directory_flags) {
            self.request.directory = Some(value());
            return width;
        }
        if takes(&own.filter_flags) && !(self.client == Client::Pnpm && name == "-w") {
            let value = value();
            if self.client == Client::Pnpm && value.as_deref().is_some_and(filters::means_changed) {
                self.request.selection.changed = Some(only_changed(&word.place));
            }
            self.request.selection.filters.push(value);
            return width;
        }
        if name == "--script-shell" {
            self.request.shell = Some((value().unwrap_or_default(), word.place.clone()));
            return width;
        }
        match (self.client, name) {
            (Client::Npm, "-ws" | "--workspaces") | (Client::Pnpm, "-r" | "--recursive") | (Client::Bun, "--workspaces") => {
                self.request.selection.all = attached.as_deref() != Some("false");
            }
            (Client::Npm, "-iwr" | "--include-workspace-root") | (Client::Pnpm, "--include-workspace-root") => {
                self.request.selection.root_too = true
            }
            (Client::Pnpm, "-w" | "--workspace-root") | (Client::Yarn, "-T" | "--top-level") => {
                self.request.selection.root_only = true
            }
            // Of `yarn workspaces foreach`; `--since` has a value only behind `=` (`tolerateBoolean`).
            (Client::Yarn, "--since") => self.since(attached.as_deref(), known, word),
            (Client::Yarn, "--include" | "--exclude" | "--from") => {
                self.request.selection.filters.push(None);
                return width;
            }
            (_, "--ignore-scripts") => self.request.ignore_scripts = attached.as_deref() != Some("false"),
            (_, "-g" | "--global") => self.request.global = attached.as_deref() != Some("false"),
            _ if takes(&own.value_flags) => return width,
            _ => {}
        }
        1
    }

    /// Only what changed since a commit is meant; since the one that is checked out nothing has.
    fn since(&mut self, commit: Option<&str>, known: bool, word: &Word) {
        match commit {
            Some("HEAD") => self.request.selection.filters.push(None),
            _ if !known => self.request.selection.filters.push(None),
            _ => self.request.selection.changed = Some(only_changed(&word.place)),
        }
    }

    /// Whether the positional words so far name a script.
    fn is_named(&mut self) -> bool {
        let text = |at: usize| self.positional.get(at).map(|word: &&Word| word.value.as_deref().unwrap_or(""));
        match text(0) {
            Some("run" | "run-script") => self.positional.len() > 1,
            Some("workspace") if self.client == Client::Yarn => {
                self.positional.len() > if text(2) == Some("run") { 3 } else { 2 }
            }
            Some("workspaces") if self.client == Client::Yarn => {
                self.positional.len() > if text(1) == Some("foreach") && text(2) == Some("run") { 3 } else { 2 }
            }
            Some("recursive" | "multi" | "m") if self.client == Client::Pnpm => {
                self.request.selection.all = true;
                self.positional.clear();
                false
            }
            Some("install" | "i" | "ci") => false,
            Some(_) => true,
            None => false,
        }
    }

    fn finish(mut self) -> Option<Request> {
        if self.client == Client::Yarn {
            self.yarn_workspaces()?;
        }
        let Some(first) = self.positional.first().copied() else {
            // A bare `yarn` installs; the others print help.
            self.request.verb = Verb::Lifecycle(INSTALL);
            return (self.client == Client::Yarn).then_some(self.request);
        };
        let Some(command) = first.value.as_deref() else {
            self.request.verb = Verb::Computed;
            return Some(self.request);
        };
        let extra = self.positional.len() > 1;
        let npm = self.client == Client::Npm;
        self.request.verb = match command {
            "run" | "run-script" => return self.named(),
            "rum" | "urn" if npm => return self.named(),
            "t" | "tst" if self.client != Client::Bun && self.client != Client::Yarn => script(literal("test", first), false),
            "test" | "start" | "stop" if npm => script(first.clone(), false),
            "restart" if npm => Verb::Restart,
            "ci" | "clean-install" | "ic" | "install-clean" if self.client != Client::Yarn => Verb::Lifecycle(INSTALL),
            "install" => self.installs(extra),
            "i" if self.client != Client::Yarn => self.installs(extra),
            "in" | "ins" | "inst" | "insta" | "instal" | "isnt" | "isnta" | "isntal" | "isntall" | "add" if npm => {
                self.installs(extra)
            }
            "install-test" | "it" | "install-ci-test" | "cit" | "clean-install-test" if npm => Verb::InstallAndTest,
            "pack" if npm => Verb::Lifecycle(PACK),
            "publish" if matches!(self.client, Client::Npm | Client::Pnpm) => Verb::Lifecycle(PUBLISH),
            _ if npm => return None,
            own if catalog::lists(&self.client.command().own, own) => return None,
            _ => script(first.clone(), true),
        };
        if npm && matches!(self.request.verb, Verb::Script { .. }) {
            self.positional_arguments(1);
        }
        Some(self.request)
    }

    fn installs(&self, packages: bool) -> Verb {
        // With packages named, the root's own life cycle does not run.
        Verb::Lifecycle(if packages { &[] } else { INSTALL })
    }

    fn named(mut self) -> Option<Request> {
        let name = self.positional.get(1).copied()?.clone();
        self.request.verb = Verb::Script { name, or_program: matches!(self.client, Client::Yarn | Client::Bun) };
        if self.client == Client::Npm {
            self.positional_arguments(2);
        }
        Some(self.request)
    }

    /// npm hands positional words on, in front of those behind `--`.
    fn positional_arguments(&mut self, from: usize) {
        let extra = self.positional.iter().skip(from).map(|word| (*word).clone());
        self.request.arguments = extra.chain(std::mem::take(&mut self.request.arguments)).collect();
    }

    /// `yarn workspace NAME X`, `yarn workspaces run X`, `yarn workspaces foreach [flags] run X`.
    fn yarn_workspaces(&mut self) -> Option<()> {
        let text = |at: usize| self.positional.get(at).and_then(|word: &&Word| word.value.as_deref());
        let skip = match (text(0), text(1)) {
            (Some("workspace"), _) => {
                self.request.selection.filters.push(self.positional.get(1)?.value.clone());
                2
            }
            (Some("workspaces"), Some("run")) => {
                self.request.selection.all = true;
                1
            }
            (Some("workspaces"), Some("foreach")) => {
                self.request.selection.all = true;
                self.request.selection.root_too = true;
                2
            }
            (Some("workspaces"), _) => return None,
            _ => return Some(()),
        };
        self.positional.drain(..skip);
        Some(())
    }
}

fn script(name: Word, or_program: bool) -> Verb {
    Verb::Script { name, or_program }
}
