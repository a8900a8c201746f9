//! Owns writes into packages that are installed: from there on another program stands under the tool's name. Refuses packages that
//! are no tool's, and those below another package, which only that one uses.

use super::before::{What, placing, shown};
use super::edited::Edit;
use super::laid_over::operands;
use super::{Frame, Tracer};
use crate::answer::Reason;
use crate::catalog::{self, Catalog, Tool};
use crate::facts::matching::program_name;
use crate::facts::shell::Word;
use crate::text::Place;

/// Where packages lie once they are installed, by their ecosystem.
const HOMES: [(&str, &str); 2] = [("npm", "node_modules"), ("pypi", "site-packages")];

/// The directory of npm's programs, beside the packages.
const PROGRAMS: &str = ".bin";

/// Places in code that are looked at.
const PLACES: usize = 64;

/// The program that applies the patches of a directory, the flag that names it, and its name without one (patch-package, README).
const PATCHER: (&str, &str, &str) = ("patch-package", "--patch-dir", "patches");

/// What a path leads into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside<'t> {
    Package(&'static str, &'t str),
    Program(&'t str),
}

impl Tracer<'_> {
    /// What is written to a path in the package of a tool.
    pub(super) fn write_to_package(&self, path: &str) -> Option<Edit> {
        let found = inside(path)?;
        self.world.catalog.tools.iter().any(|tool| is_of(tool, found)).then(|| Edit::Package(path.to_owned()))
    }

    /// What a command writes there by its words.
    pub(super) fn writes_to_packages(&self, words: &[Word], frame: &Frame) -> Vec<Edit> {
        let Some(program) = words.first().and_then(|word| word.value.as_deref()).map(program_name) else { return Vec::new() };
        if program == PATCHER.0 {
            return self.patches(&words[1..], frame);
        }
        if !catalog::lists(&placing().programs, program) {
            return Vec::new();
        }
        let Some((sources, target, _)) = operands(&words[1..]) else { return Vec::new() };
        let target = target.shape();
        let whole = self.write_to_package(&target);
        let below = sources.iter().filter_map(|source| {
            let source = source.shape();
            let name = source.trim_end_matches('/').rsplit('/').next()?;
            self.write_to_package(&format!("{}/{name}", target.trim_end_matches('/')))
        });
        // Links among the programs are told where those are placed.
        let is_program = |edit: &Edit| matches!(edit, Edit::Package(path) if matches!(inside(path), Some(Inside::Program(_))));
        whole.map_or_else(|| below.take(1).collect(), |edit| vec![edit]).into_iter().filter(|edit| !is_program(edit)).collect()
    }

    /// The packages for which there is a patch: `NAME+VERSION.patch`, with `+` in the place of a slash.
    fn patches(&self, words: &[Word], frame: &Frame) -> Vec<Edit> {
        let texts: Vec<&str> = words.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect();
        let apart = texts.windows(2).find(|pair| pair[0] == PATCHER.1).map(|pair| pair[1]);
        let joined = || texts.iter().find_map(|text| text.strip_prefix(PATCHER.1)?.strip_prefix('='));
        let Some(directory) = frame.workdir.resolve(apart.or_else(joined).unwrap_or(PATCHER.2)) else { return Vec::new() };
        let named = self.world.snapshot.names_in(&directory).filter_map(|name| {
            let bare = name.strip_suffix(".patch").filter(|bare| !bare.contains("++"))?;
            let mut parts = bare.split('+');
            let first = parts.next()?;
            let package = if first.starts_with('@') { format!("{first}/{}", parts.next()?) } else { first.to_owned() };
            self.write_to_package(&format!("{}/{package}", HOMES[0].1))
        });
        named.take(PLACES).collect()
    }

    /// What code that writes to files names there.
    pub(super) fn code_writes_into(&self, code: &str, writes: &[String]) -> Vec<Edit> {
        if !writes.iter().any(|mark| code.contains(mark.as_str())) {
            return Vec::new();
        }
        let places = HOMES.iter().flat_map(|(_, home)| code.match_indices(home).map(|(at, _)| at)).take(PLACES);
        let found = places.filter_map(|at| {
            let rest = &code[at..];
            let end = rest.find(|c: char| c.is_whitespace() || "'\"`),;".contains(c)).unwrap_or(rest.len());
            let edit = self.write_to_package(&rest[..end])?;
            // Programs are often called where they lie.
            let from = code[..at].rfind('\n').map_or(0, |end| end + 1);
            let line = code[from..].lines().next().unwrap_or_default();
            let is_program = matches!(inside(&rest[..end]), Some(Inside::Program(_)));
            (!is_program || writes.iter().any(|mark| line.contains(mark.as_str()))).then_some(edit)
        });
        found.collect()
    }

    /// Whether a program of this name starts a tool.
    pub(super) fn is_program_of(&self, id: &str, program: &str) -> bool {
        let tool = self.world.catalog.tool(id);
        tool.is_some_and(|tool| tool.run.iter().any(|row| row.argv.as_ref().is_some_and(|argv| argv[0] == program)))
    }

    /// From here on the programs of the package may be other ones.
    pub(super) fn changes_package(&mut self, path: &str, by: &str, place: &Place, frame: &Frame) {
        let Some(found) = inside(path) else { return };
        let why = format!("{by} writes to {}, where an installed tool lies", shown(path));
        if let Inside::Program(name) = found {
            return self.change(What::Name(name.to_owned()), Some(Reason::Unsupported), why, place, frame);
        }
        for tool in Catalog::builtin().tools.iter().filter(|tool| is_of(tool, found)) {
            self.change(What::Tool(&tool.id), Some(Reason::Unsupported), why.clone(), place, frame);
        }
    }
}

fn is_of(tool: &Tool, found: Inside<'_>) -> bool {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['_', '.'], "-");
    match found {
        Inside::Program(name) => tool.run.iter().any(|row| row.argv.as_ref().is_some_and(|argv| argv[0] == name)),
        Inside::Package("pypi", name) => {
            tool.packages.get("pypi").is_some_and(|packages| packages.iter().any(|package| plain(package) == plain(name)))
        }
        Inside::Package(ecosystem, name) => {
            tool.packages.get(ecosystem).is_some_and(|packages| packages.iter().any(|package| package == name))
        }
    }
}

/// The package, or the program, that a path leads into: the first one on it.
fn inside(path: &str) -> Option<Inside<'_>> {
    HOMES.iter().find_map(|(ecosystem, home)| {
        let (before, rest) = path.split_once(&format!("{home}/"))?;
        if !(before.is_empty() || before.ends_with(['/', crate::facts::shell::UNKNOWN_CHAR])) {
            return None;
        }
        let rest = rest.trim_start_matches('/');
        if let Some(program) = rest.strip_prefix(PROGRAMS).and_then(|rest| rest.strip_prefix('/')) {
            return (!program.is_empty() && !program.contains('/')).then_some(Inside::Program(program));
        }
        let segments = if rest.starts_with('@') { 2 } else { 1 };
        let end = rest.match_indices('/').nth(segments - 1).map_or(rest.len(), |(at, _)| at);
        let (name, below) = (&rest[..end], &rest[end..]);
        (!name.is_empty() && !below.contains(&format!("/{home}/"))).then_some(Inside::Package(ecosystem, name))
    })
}

#[cfg(test)]
mod tests {
    use super::{Inside, inside};

    #[test]
    fn paths_into_packages() {
        for (path, expected) in [
            ("node_modules/eslint/bin/eslint.js", Some(Inside::Package("npm", "eslint"))),
            ("./a/node_modules/@biomejs/biome/bin/biome", Some(Inside::Package("npm", "@biomejs/biome"))),
            ("node_modules/eslint", Some(Inside::Package("npm", "eslint"))),
            ("node_modules/.bin/eslint", Some(Inside::Program("eslint"))),
            ("/usr/lib/python3/site-packages/bandit/cli/main.py", Some(Inside::Package("pypi", "bandit"))),
            ("node_modules/a/node_modules/eslint/x", None),
            ("my_node_modules/eslint/x", None),
            ("node_modules/", None),
            ("src/eslint", None),
        ] {
            assert_eq!(inside(path), expected, "{path}");
        }
    }
}
