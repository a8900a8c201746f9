//! Owns commands that install a package of the tree: its programs stand under their names from there on. Refuses to say what a
//! package installs: `shadow::local` does.

use super::before::{What, shown};
use super::{Frame, Tracer, installed};
use crate::answer::Reason;
use crate::facts::matching::program_name;
use crate::facts::shadow::local::{self, Kind};
use crate::facts::shell::Word;
use crate::text::{Place, RepoPath};

/// Operands of one command that are looked at.
const OPERANDS: usize = 32;

/// Lines of one list that are looked at.
const LINES: usize = 64;

/// Flags of other installers, besides those of pip, that take the next word and name no package.
const VALUES: [&str; 7] = ["--with", "--python-version", "--cache-dir", "--filter", "-C", "--dir", "--cwd"];

/// What one command installs.
struct Install<'w> {
    kind: Kind,
    operands: Vec<&'w str>,
    lists: Vec<&'w str>,
}

fn install<'w>(words: &'w [Word]) -> Option<Install<'w>> {
    let texts: Vec<&str> = words.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect();
    let (first, rest) = texts.split_first()?;
    let (kind, rest) = match (program_name(first), rest) {
        ("pip" | "pip3" | "pipx", ["install" | "inject", rest @ ..])
        | ("python", ["-m", "pip" | "pipx", "install", rest @ ..])
        | ("uv", ["pip" | "tool", "install", rest @ ..]) => (Kind::Python, rest),
        ("uvx", rest) | ("uv", ["tool", "run", rest @ ..]) | ("pipx", ["run", rest @ ..]) => {
            let at = rest.iter().position(|word| matches!(*word, "--from" | "--spec"))?;
            return Some(Install { kind: Kind::Python, operands: vec![rest.get(at + 1)?], lists: Vec::new() });
        }
        ("npm" | "pnpm" | "bun", ["install" | "i" | "add" | "link", rest @ ..])
        | ("yarn", ["global", "add", rest @ ..] | ["add" | "link", rest @ ..]) => (Kind::Npm, rest),
        ("cargo", ["install", rest @ ..]) => {
            let at = rest.iter().position(|word| *word == "--path");
            let joined = rest.iter().find_map(|word| word.strip_prefix("--path="));
            let path = joined.or_else(|| rest.get(at? + 1).copied())?;
            return Some(Install { kind: Kind::Cargo, operands: vec![path], lists: Vec::new() });
        }
        _ => return None,
    };
    let mut out = Install { kind, operands: Vec::new(), lists: Vec::new() };
    let mut rest = rest.iter().copied();
    while let Some(word) = rest.next() {
        match word {
            "-r" | "--requirement" => out.lists.extend(rest.next()),
            "-e" | "--editable" => out.operands.extend(rest.next()),
            _ if VALUES.contains(&word) || installed::SETTINGS.contains(&word) => drop(rest.next()),
            _ => {
                let list =
                    word.strip_prefix("--requirement=").or_else(|| word.strip_prefix("-r").filter(|rest| !rest.is_empty()));
                match (list, word.strip_prefix("--editable=")) {
                    (Some(list), _) => out.lists.push(list),
                    (None, Some(path)) => out.operands.push(path),
                    (None, None) if !word.starts_with('-') && word.contains(['/', '.']) => out.operands.push(word),
                    (None, None) => {}
                }
            }
        }
    }
    Some(out)
}

impl Tracer<'_> {
    /// A command that may install a package of the tree.
    pub(super) fn installs_of_tree(&mut self, words: &[Word], place: &Place, frame: &Frame) {
        self.go_installs(words, place, frame);
        self.settled(words, place, frame);
        let Some(Install { kind, operands, lists }) = install(words) else { return };
        for operand in operands.into_iter().take(OPERANDS) {
            let path = local::path_of(operand).unwrap_or(operand).split('[').next().unwrap_or_default();
            if path.contains('*') {
                let directory = path.rsplit_once('/').map_or(".", |(directory, _)| directory);
                let Some(directory) = frame.workdir.resolve(directory) else { continue };
                let archives =
                    self.world.snapshot.names_in(&directory).any(|name| name.ends_with(".whl") || name.ends_with(".tgz"));
                if archives {
                    self.unread_package(operand, place, frame);
                }
                continue;
            }
            if let Some(path) = frame.workdir.resolve(path) {
                self.package_of_tree(kind, &path, operand, place, frame);
            }
        }
        for list in lists.into_iter().take(OPERANDS) {
            let Some(path) = frame.workdir.resolve(list).filter(|path| self.world.snapshot.is_file(path)) else { continue };
            let Ok(file) = self.world.snapshot.read(&path) else { continue };
            for (requirement, span) in local::paths(&file.text).into_iter().take(LINES) {
                if let Some(path) = path.parent().join(&requirement) {
                    self.package_of_tree(kind, &path, &requirement, &file.place(span), frame);
                }
            }
        }
    }

    fn package_of_tree(&mut self, kind: Kind, path: &RepoPath, written: &str, place: &Place, frame: &Frame) {
        // The project itself: `shadow` looks at its programs.
        if path.is_root() || frame.workdir.dir().as_ref() == Some(path) {
            return;
        }
        let Some(package) = local::package(kind, path, self.world) else { return };
        if package.unread {
            self.unread_package(written, place, frame);
        }
        let itself = local::package(kind, &RepoPath::root(), self.world).map(|root| root.names).unwrap_or_default();
        for name in package.names.into_iter().filter(|name| !itself.contains(name)) {
            let why = format!("{} of the tree is installed as {}", shown(written), shown(&name));
            self.put_in_place(name, why, place, frame);
        }
    }

    fn unread_package(&mut self, written: &str, place: &Place, frame: &Frame) {
        let why = format!("which programs {} installs is not read", shown(written));
        self.change(What::Anything, Some(Reason::Unsupported), why, place, frame);
    }

    /// Only names of tools are remembered: a monorepo installs many packages.
    fn put_in_place(&mut self, name: String, why: String, place: &Place, frame: &Frame) {
        let mut rows = self.world.catalog.tools.iter().flat_map(|tool| &tool.run).filter_map(|row| row.argv.as_ref()?.first());
        if rows.any(|program| *program == name) || name == "cargo-clippy" {
            self.change(What::Name(name), None, why, place, frame);
        }
    }

    /// Settings of a machine: the shell of npm's scripts, a toolchain of the tree.
    fn settled(&mut self, words: &[Word], place: &Place, frame: &Frame) {
        let texts: Vec<&str> = words.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect();
        match texts.as_slice() {
            [client, "config" | "set", rest @ ..] if matches!(program_name(client), "npm" | "pnpm" | "yarn") => {
                let at = rest.iter().position(|word| word.starts_with("script-shell"));
                let value = at.map(|at| {
                    rest[at].split_once('=').map_or_else(|| rest.get(at + 1).copied().unwrap_or(""), |(_, value)| value)
                });
                let Some(value) = value.filter(|_| !rest.contains(&"get") && !rest.contains(&"delete")) else { return };
                let name = value.rsplit(['/', '\\']).next().unwrap_or(value).trim_end_matches(".exe");
                if !matches!(name, "bash" | "sh" | "") {
                    let why = format!("scripts are run by {}", shown(value));
                    self.change_at_once(What::Name(program_name(client).to_owned()), None, why, place, frame);
                }
            }
            ["rustup", "toolchain", "link", _, path, ..]
                if frame.workdir.resolve(path).is_some_and(|path| self.world.snapshot.is_dir(&path)) =>
            {
                let why = format!("a directory of the tree is the toolchain {}", shown(path));
                self.change_at_once(What::Name("cargo".to_owned()), Some(Reason::Unsupported), why, place, frame);
            }
            _ => {}
        }
    }

    /// `go install ./cmd/x`, `./...`, and `go build -o` among the programs.
    fn go_installs(&mut self, words: &[Word], place: &Place, frame: &Frame) {
        let texts: Vec<&str> = words.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect();
        let ["go", command @ ("install" | "build"), rest @ ..] = texts.as_slice() else { return };
        // The tool's own repository installs itself.
        let module = RepoPath::root().join("go.mod").and_then(|path| self.world.snapshot.read(&path).ok());
        let module =
            module.as_ref().and_then(|file| file.text.lines().find_map(|line| line.strip_prefix("module "))).unwrap_or("");
        if *command == "build" {
            let Some(at) = rest.iter().position(|word| *word == "-o") else { return };
            let Some((directory, name)) = words.get(at + 3).map(Word::shape).and_then(|out| {
                let (directory, name) = out.rsplit_once('/')?;
                Some((directory.to_owned(), name.to_owned()))
            }) else {
                return;
            };
            let why = format!("a program of the tree is built as {}", shown(&name));
            if self.is_searched(&directory, frame) {
                self.put_in_place(name, why, place, frame);
            } else if let Some(file) = frame.workdir.resolve(&format!("{directory}/{name}"))
                && !module.split('/').any(|part| part == name)
            {
                self.change(What::File(file), None, why, place, frame);
            }
            return;
        }
        for text in rest.iter().filter(|text| text.starts_with("./") || **text == ".") {
            let Some((below, all)) =
                frame.workdir.resolve(text.trim_end_matches("...")).map(|path| (path, text.ends_with("...")))
            else {
                continue;
            };
            let programs =
                self.world.catalog.tools.iter().flat_map(|tool| &tool.run).filter_map(|row| row.argv.as_ref()?.first());
            let named = |name: &&String| {
                let directories = self.world.snapshot.directories_named(name);
                directories.iter().any(|directory| {
                    let meant = if all { directory.ancestors().any(|above| above == below) } else { *directory == below };
                    let main = || self.world.snapshot.names_in(directory).any(|name| name.ends_with(".go"));
                    meant && main()
                })
            };
            let found: Vec<String> = programs.filter(named).cloned().collect();
            for name in found.into_iter().filter(|name| !module.split('/').any(|part| part == name)) {
                let why = format!("a program of the tree is installed as {}", shown(&name));
                let own = frame.env.get("GOBIN").and_then(|directory| frame.workdir.resolve(directory.as_deref()?)?.join(&name));
                if let Some(file) = own {
                    self.change(What::File(file), None, why.clone(), place, frame);
                }
                self.put_in_place(name, why, place, frame);
            }
        }
    }
}
