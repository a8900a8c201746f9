//! Owns commands that install a package of the tree: its programs stand under their names from there on. Refuses to say what a
//! package installs: `shadow::local` does.

use std::collections::BTreeSet;

use super::before::{What, shown};
use super::installer::{self, Install};
use super::{Frame, Tracer};
use crate::answer::Reason;
use crate::catalog::{Catalog, Tool};
use crate::facts::shadow;
use crate::facts::shadow::local::{self, Kind};
use crate::facts::shell::Word;
use crate::text::{Place, RepoPath};

/// Operands of one command that are looked at.
pub(super) const OPERANDS: usize = 32;

/// Requirements of the tree in one list that are looked at.
const REQUIREMENTS: usize = 64;

/// Lists that one command reads, with those that they take in.
const LISTS: usize = 32;

fn kind(install: &Install<'_>) -> Option<Kind> {
    match install.row.ecosystem.as_str() {
        "pypi" => Some(Kind::Python),
        "npm" => Some(Kind::Npm),
        "cargo" => Some(Kind::Cargo),
        _ => None,
    }
}

/// What a command builds under a name.
enum Built {
    /// The tool of that name, from its own package.
    Tool,
    /// A program of the tree.
    Tree,
    /// It is not known.
    Other,
}

/// Where an installer is started, and by which line.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) place: &'a Place,
    pub(super) frame: &'a Frame,
}

impl Tracer<'_> {
    /// A command that may install a package of the tree, or a tool from elsewhere.
    pub(super) fn installs(&mut self, words: &[Word], place: &Place, frame: &Frame) {
        self.go_installs(words, place, frame);
        self.settled(words, place, frame);
        let Some(install) = installer::read(words) else { return };
        let at = At { place, frame };
        for written in install.bare.iter().chain(&install.flagged) {
            self.installs_from_elsewhere(&install.row.ecosystem, written, place, frame);
        }
        if let Some(kind) = kind(&install) {
            let bare = install.bare.iter().filter(|word| word.contains(['/', '.']));
            for operand in bare.chain(&install.flagged).take(OPERANDS) {
                self.operand(kind, operand, at);
            }
        }
        self.sources(&install, at, &mut BTreeSet::new());
        self.variables(&install, at);
    }

    fn operand(&mut self, kind: Kind, operand: &str, At { place, frame }: At<'_>) {
        let path = local::path_of(operand).unwrap_or(operand).split('[').next().unwrap_or_default();
        if path.contains('*') {
            let directory = path.rsplit_once('/').map_or(".", |(directory, _)| directory);
            let Some(directory) = frame.workdir.resolve(directory) else { return };
            let archives = self.world.snapshot.names_in(&directory).any(|name| name.ends_with(".whl") || name.ends_with(".tgz"));
            if archives {
                self.unread_package(operand, place, frame);
            }
        } else if let Some(path) = frame.workdir.resolve(path) {
            self.package_of_tree(kind, &path, operand, place, frame);
            self.declared_by(kind, &path, frame);
        }
    }

    /// The lists that an installer reads, and where it looks for packages.
    pub(super) fn sources(&mut self, install: &Install<'_>, at: At<'_>, read: &mut BTreeSet<RepoPath>) {
        for list in install.lists.iter().chain(&install.constraints).take(OPERANDS) {
            if let Some(path) = at.frame.workdir.resolve(list) {
                self.list(install, &path, at, read);
            }
        }
        for source in install.sources.iter().take(OPERANDS) {
            let path = source.strip_prefix("file://").unwrap_or(source);
            if let Some(path) = at.frame.workdir.resolve(path).filter(|_| !path.contains("://")) {
                self.looks_in(&path, source, at.place, at.frame);
            }
        }
    }

    /// A list: paths and addresses in it, and what its own flags say.
    fn list(&mut self, install: &Install<'_>, path: &RepoPath, At { frame, .. }: At<'_>, read: &mut BTreeSet<RepoPath>) {
        if read.len() == LISTS || !self.world.snapshot.is_file(path) || !read.insert(path.clone()) {
            return;
        }
        let Ok(file) = self.world.snapshot.read(path) else { return };
        self.world.meter.spend(file.text.len());
        let mut left = REQUIREMENTS;
        for (line, span) in local::lines(&file.text) {
            let place = file.place(span);
            let line = &*line;
            if line.starts_with('-') && local::path_of(line).is_none() {
                let words: Vec<&str> = line.split_whitespace().collect();
                let mut inner = installer::read_words(install.row, &words);
                // What a list takes in lies beside it.
                for list in std::mem::take(&mut inner.lists).into_iter().chain(std::mem::take(&mut inner.constraints)) {
                    if let Some(path) = path.parent().join(list) {
                        self.list(install, &path, At { place: &place, frame }, read);
                    }
                }
                self.sources(&inner, At { place: &place, frame }, read);
                inner.flagged.iter().for_each(|word| self.installs_from_elsewhere(&install.row.ecosystem, word, &place, frame));
                continue;
            }
            self.installs_from_elsewhere(&install.row.ecosystem, line, &place, frame);
            let inside = local::path_of(line).and_then(|inside| Some((inside, path.parent().join(inside)?)));
            if let (Some((written, inside)), Some(kind)) = (inside.filter(|_| left > 0), kind(install)) {
                left -= 1;
                self.package_of_tree(kind, &inside, written, &place, frame);
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
            self.put_in_place(name, None, why, place, frame);
        }
    }

    /// What a project below the directory of a tool asks for: those above it are looked at with the tool.
    fn declared_by(&mut self, kind: Kind, project: &RepoPath, frame: &Frame) {
        if kind != Kind::Python || frame.workdir.dir().is_some_and(|directory| directory.is_in(project)) {
            return;
        }
        for tool in Catalog::builtin().tools.iter() {
            let mut names = tool.packages.get("pypi").into_iter().flatten();
            if let Some(hold) = names.find_map(|name| shadow::declared(project, name, tool, self.world)) {
                self.change(What::Tool(&tool.id), Some(Reason::Unsupported), hold.why, &hold.place, frame);
            }
        }
    }

    fn unread_package(&mut self, written: &str, place: &Place, frame: &Frame) {
        let why = format!("which programs {} installs is not read", shown(written));
        self.change(What::Anything, Some(Reason::Unsupported), why, place, frame);
    }

    /// Only names of tools are remembered: a monorepo installs many packages.
    fn put_in_place(&mut self, name: String, doubt: Option<Reason>, why: String, place: &Place, frame: &Frame) {
        let packages =
            |tool: &Tool| tool.packages.get("pypi").or(tool.packages.get("npm")).is_some_and(|own| own.contains(&name));
        for tool in Catalog::builtin().tools.iter().filter(|tool| packages(tool)) {
            self.change(What::Tool(&tool.id), doubt, why.clone(), place, frame);
        }
        let mut rows = self.world.catalog.tools.iter().flat_map(|tool| &tool.run).filter_map(|row| row.argv.as_ref()?.first());
        if rows.any(|program| *program == name) || name == "cargo-clippy" {
            self.change(What::Name(name), doubt, why, place, frame);
        }
    }

    /// Whose package `go build -o …/NAME PACKAGE` builds: an import path is looked up as Go does, and the tool's own is the tool.
    fn built(&self, texts: &[&str], words: &[Word], name: &str, frame: &Frame) -> Built {
        let flags = ["-o", "-C", "-modfile", "-mod", "-tags", "-ldflags", "-gcflags", "-asmflags", "-p", "-overlay", "-pkgdir"];
        let behind = words.len().saturating_sub(texts.len());
        let operand = |at: &usize| !(texts[*at].starts_with('-') || *at > 0 && flags.contains(&texts[*at - 1]));
        let mut operands = (0..texts.len()).filter(operand);
        let Some(at) = operands.next() else { return Built::Tree };
        let package = texts[at].split('@').next().unwrap_or_default();
        if words.get(behind + at).is_none_or(|word| word.value.is_none()) {
            return Built::Other;
        }
        if package.starts_with('.') || package.starts_with('/') || package.ends_with(".go") || !package.contains('/') {
            return Built::Tree;
        }
        let rows = |tool: &Tool| tool.run.iter().any(|row| row.argv.as_ref().is_some_and(|argv| argv[0] == name));
        let packages = |tool: &Tool| tool.packages.get("go").is_some_and(|known| known.iter().any(|one| one == package));
        if self.world.catalog.tools.iter().any(|tool| rows(tool) && packages(tool)) {
            return Built::Tool;
        }
        let within = |module: String| package.strip_prefix(&module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let above = frame.workdir.dir().unwrap_or_default();
        if above.ancestors().filter_map(|directory| self.module(&directory)).any(within) { Built::Tree } else { Built::Other }
    }

    /// The module of a directory.
    fn module(&self, directory: &RepoPath) -> Option<String> {
        let file = self.world.snapshot.read(&directory.join("go.mod")?).ok()?;
        file.text.lines().find_map(|line| line.strip_prefix("module ")).map(|name| name.trim().trim_matches('"').to_owned())
    }

    /// `go install ./cmd/x`, `./...`, and `go build -o` among the programs.
    fn go_installs(&mut self, words: &[Word], place: &Place, frame: &Frame) {
        let texts: Vec<&str> = words.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect();
        let ["go", command @ ("install" | "build"), rest @ ..] = texts.as_slice() else { return };
        // The tool's own repository installs itself.
        let module = self.module(&RepoPath::root()).unwrap_or_default();
        if *command == "build" {
            let Some(at) = rest.iter().position(|word| *word == "-o") else { return };
            let Some((directory, name)) = words.get(at + 3).map(Word::shape).and_then(|out| {
                let (directory, name) = out.rsplit_once('/')?;
                Some((directory.to_owned(), name.to_owned()))
            }) else {
                return;
            };
            let built = self.built(&texts[2..], words, &name, frame);
            let (doubt, why) = match built {
                Built::Tool => return,
                Built::Tree => (None, format!("a program of the tree is built as {}", shown(&name))),
                Built::Other => (Some(Reason::Unsupported), format!("what is built as {} is not known", shown(&name))),
            };
            if self.is_searched(&directory, frame) {
                self.put_in_place(name, doubt, why, place, frame);
            } else if let Some(file) = frame.workdir.resolve(&format!("{directory}/{name}"))
                && !module.split('/').any(|part| part == name)
            {
                self.change(What::File(file), doubt, why, place, frame);
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
                self.put_in_place(name, None, why, place, frame);
            }
        }
    }
}
