//! Owns programs that are named by a path into the tree where the tree holds none: whether something in the chain is known to install
//! the tool there. Refuses what lies outside of the tree, and to follow any installer.

use super::{Frame, Tracer};
use crate::answer::Reason;
use crate::catalog::program::{Home, Told};
use crate::catalog::tool::Tool;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::matching::RowMatch;
use crate::facts::shell::Word;
use crate::text::RepoPath;

/// Commands of one job that are remembered, and bytes of one.
const COMMANDS: usize = 2_048;
const LONGEST: usize = 1_024;

/// Files of Go modules that are looked into for a tool.
const MODULES: usize = 32;

/// What stands before the names of a repository where it is fetched from.
const HOSTS: &[&str] = &["github.com", "githubusercontent.com", "api.github.com/repos", "ghcr.io", "gitlab.com", "repos"];

/// Flags that say where an installer puts what it installs.
const INTO: &[&str] = &["--root", "--prefix", "--target", "-t"];

impl Tracer<'_> {
    /// Remembers what may bring a tool into the tree: what names a place, an address or a package.
    pub(super) fn may_bring(&mut self, words: &[Word], frame: &Frame) {
        let commands = self.heard.entry((frame.pipeline, frame.job)).or_default();
        if words.len() < 2 || commands.len() >= COMMANDS || frame.never_starts() {
            return;
        }
        let mut text = String::new();
        for shape in words.iter().map(Word::shape) {
            if text.len() + shape.len() > LONGEST {
                break;
            }
            text.push_str(&shape);
            text.push(' ');
        }
        if commands.last() != Some(&text) {
            commands.push(text);
        }
    }

    /// What a tool's name means where the program is named by a path that the tree does not hold.
    pub(super) fn not_there(&self, program: &str, hit: &RowMatch<'_>, frame: &Frame) -> Option<Hold> {
        let tool = hit.tool;
        let listed = hit.wrapped || tool.run[hit.row].argv.as_ref().is_some_and(|argv| argv[0] == program);
        if listed || !program.contains('/') || program.starts_with('@') || !frame.workdir.is_known() {
            return None;
        }
        let path = frame.workdir.resolve(program);
        let snapshot = self.world.snapshot;
        if path.as_ref().map_or(!program.starts_with("../"), |path| snapshot.entry(path).is_some()) {
            return None;
        }
        let nothing = Vec::new();
        let commands = self.heard.get(&(frame.pipeline, frame.job)).unwrap_or(&nothing);
        self.world.meter.spend(commands.iter().map(|text| text.len() / 8).sum());
        let at_home = path.as_ref().is_some_and(|path| {
            let rows = &self.world.catalog.programs.home;
            rows.iter().any(|home| tool.packages.contains_key(&home.ecosystem) && self.is_home(home, path, commands))
        });
        let named = Names::of(tool);
        let files = frame.chain.iter().map(|hop| &hop.place.path);
        let in_chain = || files.clone().any(|path| snapshot.peek(path).is_ok_and(|file| named.stand_in(&file.text)));
        let root = RepoPath::root();
        // The tool's own repository builds it.
        let manifests = &self.world.catalog.languages.manifest;
        let at_root = || snapshot.names_in(&root).filter(|name| manifests.iter().any(|row| row.name == *name));
        let own = || at_root().filter_map(|name| root.join(name));
        let modules =
            || ["tools.go", "go.mod"].iter().flat_map(|name| self.named(name)).take(MODULES).map(|path| (*path).clone());
        let in_module = || modules().chain(own()).any(|path| snapshot.peek(&path).is_ok_and(|file| named.stand_in(&file.text)));
        if at_home || commands.iter().any(|text| named.stand_in(text) || installs(text, tool)) || in_chain() || in_module() {
            return None;
        }
        let place = frame.chain.last()?.place.clone();
        let why =
            format!("{} is not in the tree, and nothing is known to install {} there", super::before::shown(program), tool.title);
        Some(Hold::new(HoldEffect::Unknown(Reason::Remote), place, why))
    }

    /// Whether a manager of packages puts programs there.
    fn is_home(&self, home: &Home, path: &RepoPath, commands: &[String]) -> bool {
        let directory = path.parent();
        let ends = |end: &String| directory.as_str() == end || directory.as_str().ends_with(&format!("/{end}"));
        if !home.directories.iter().any(ends) {
            return false;
        }
        let is_said = |word: &str| home.said.iter().any(|said| word.rsplit('/').next() == Some(said));
        let said = home.said.is_empty() || commands.iter().any(|text| text.split(' ').any(is_said));
        let says = |path: &&RepoPath, text: &str| self.world.snapshot.peek(path).is_ok_and(|file| file.text.contains(text));
        let told = |manifest: &Told| self.named(&manifest.file).iter().take(MODULES).any(|path| says(path, &manifest.says));
        said && home.manifest.as_ref().is_none_or(told)
    }
}

/// What a tool is called where it is fetched from: its repository, the paths of its packages.
struct Names(Vec<String>);

impl Names {
    fn of(tool: &Tool) -> Self {
        let source = tool.verified.source.trim_start_matches("https://").trim_end_matches(".git");
        let repository = source.split('/').skip(1).take(2).collect::<Vec<_>>().join("/");
        let paths = tool.packages.values().flatten().filter(|package| package.contains('/') && !package.starts_with('@'));
        let all = std::iter::once(repository).chain(paths.cloned()).map(|name| name.to_ascii_lowercase());
        Self(all.filter(|name| name.contains('/')).collect())
    }

    fn stand_in(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        self.0.iter().any(|name| {
            text.match_indices(name.as_str()).any(|(at, _)| {
                let before = &text[..at];
                match before.strip_suffix('/') {
                    // What lies below the same names at another host is another's.
                    Some(host) => {
                        name.split('/').next().is_some_and(|first| first.contains('.'))
                            || HOSTS.iter().any(|own| host.ends_with(own))
                    }
                    None => !before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')),
                }
            })
        })
    }
}

/// Whether a command installs a package of the tool where a flag says, or where its manager puts programs of the tree.
fn installs(text: &str, tool: &Tool) -> bool {
    let words = || text.split(' ');
    let into = words().any(|word| INTO.contains(&word.split('=').next().unwrap_or(word)));
    let asked = words().any(|word| matches!(word, "install" | "add" | "i"));
    let packages = tool.packages.iter().filter(|(ecosystem, _)| into || matches!(ecosystem.as_str(), "go" | "cargo"));
    let names = |word: &str, name: &String| word.split(['@', '=', '[']).next() == Some(name) || word == name;
    asked && packages.flat_map(|(_, names)| names).any(|name| words().any(|word| names(word, name)))
}

#[cfg(test)]
mod tests {
    use crate::facts::trace::tests::check;

    #[test]
    fn a_program_of_the_tree_that_is_not_there() {
        for steps in [
            "./bandit -r src",
            "tools/bandit -r src",
            "vendor/bin/bandit -r src",
            "$PWD/bandit -r src",
            "../bandit -r src",
            "curl -o bandit https://x.test/bandit && chmod +x bandit && ./bandit -r src",
            "curl -o bandit https://x.test/pycqa/bandit\n---\n./bandit -r src",
            "curl https://x.test/y.tgz | tar xz\n./bandit -r src",
            "pip install bandit\n./bandit -r src",
        ] {
            check(&[("bandit", steps, "configured (gates)")], &[]);
        }
        let make = [("Makefile", "bin/golangci-lint:\n\tprintf '' > $@; chmod +x $@\n")];
        check(&[("golangci-lint", "make bin/golangci-lint\nbin/golangci-lint run", "configured (gates)")], &make);
    }

    #[test]
    fn what_installs_it_is_known() {
        for (tool, steps) in [
            ("bandit", "python -m venv .venv\n. .venv/bin/activate\n.venv/bin/pip install bandit\n.venv/bin/bandit -r src"),
            ("bandit", "virtualenv deps\ndeps/bin/pip install bandit\n---\ndeps/bin/bandit -r src"),
            ("bandit", "pip install --target ci/x bandit\n---\nci/x/bin/bandit -r src"),
            ("bandit", "/opt/venv/bin/bandit -r src"),
            ("bandit", "~/.local/bin/bandit -r src"),
            ("bandit", "\"$RUNNER_TEMP\"/bandit -r src"),
            (
                "golangci-lint",
                "curl -sSfL https://raw.githubusercontent.com/golangci/golangci-lint/HEAD/install.sh | sh -s v2.1\n./bin/golangci-lint run",
            ),
            (
                "golangci-lint",
                "wget https://github.com/golangci/golangci-lint/releases/download/v1/x.tgz\ntar xzf x.tgz\n---\n./golangci-lint run",
            ),
            ("golangci-lint", "gh release download -R golangci/golangci-lint\n./golangci-lint run"),
            (
                "golangci-lint",
                "GOBIN=$PWD/bin go install github.com/golangci/golangci-lint/cmd/golangci-lint@v1.60.0\nbin/golangci-lint run",
            ),
        ] {
            check(&[(tool, steps, "gates")], &[]);
        }
        let text = "T := github.com/golangci/golangci-lint/v2/cmd/golangci-lint\nbin/golangci-lint:\n\tGOBIN=$(PWD)/bin go install $(T)@v2\nlint: bin/golangci-lint\n\tbin/golangci-lint run\n";
        check(&[("golangci-lint", "make lint", "gates")], &[("Makefile", text)]);
    }
}
