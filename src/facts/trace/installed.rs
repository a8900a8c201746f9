//! Owns which packages commands put beside a tool: installers into the job's environment, launchers that make one for a single
//! command. Refuses versions and sources.

use super::supplied::bare_name;
use super::{Frame, Tracer, installer};
use crate::catalog::Bare;
use crate::facts::matching;
use crate::facts::shell::Word;

impl Tracer<'_> {
    /// Remembers what a command surely puts into the environment of its job.
    pub(super) fn puts_beside(&mut self, words: &[Word], frame: &Frame) {
        let names = by(words);
        if !names.is_empty() && frame.conditions.is_empty() && !frame.never_starts() {
            self.job_of(frame).packages.extend(names);
        }
    }
}

impl Tracer<'_> {
    /// Remembers which programs that a fix would bring a job has already: it calls them, or installs them.
    pub(super) fn has_program(&mut self, words: &[Word], frame: &Frame) {
        if frame.workdir.is_images() || frame.never_starts() {
            return;
        }
        let called = words.first().and_then(|word| word.value.as_deref()).map(matching::program_name);
        let install = installer::read(words);
        let installed: Vec<&str> = install.iter().flat_map(|install| &install.bare).map(|name| bare_name(name)).collect();
        let rows = self.world.catalog.programs.brought.iter().flat_map(|row| &row.commands).filter_map(|words| words.first());
        let there = rows.filter(|name| called == Some(name.as_str()) || installed.contains(&name.as_str()));
        self.out.there.extend(there.cloned());
    }
}

/// The packages that an installer puts into the environment of the job; of Go's programs, their versions with them.
fn by(words: &[Word]) -> Vec<String> {
    if let Some(taken) = matching::take_row(&["go", "install"].map(str::to_owned), words, &[]) {
        let paths = words[taken..].iter().filter_map(|word| word.value.clone());
        return paths.filter(|path| !path.starts_with('-') && path.contains('@')).collect();
    }
    let Some(install) = installer::read(words).filter(|install| ["pypi", "npm"].contains(&install.row.ecosystem.as_str())) else {
        return Vec::new();
    };
    if install.row.apart || install.row.bare != Bare::Package {
        return Vec::new();
    }
    // A release of npm's is named with the package; without one it says nothing that the manifest does not.
    let says = |name: &&str| install.row.ecosystem != "npm" || name.rfind('@').is_some_and(|at| at > 0);
    install.bare.into_iter().filter(says).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// For a launcher that makes an environment of its own for the command: what is in it beside the command's own package. `None`
/// for others, and where a file says what is in it.
pub(super) fn own_environment(words: &[Word]) -> Option<Vec<String>> {
    let install = installer::read(words)?;
    let launches = install.row.apart && install.row.bare == Bare::Command;
    if !launches || !install.lists.is_empty() || words.iter().any(|word| word.head().starts_with("--with-editable")) {
        return None;
    }
    Some(install.flagged.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Place, RepoPath, Span};

    fn words(line: &str) -> Vec<Word> {
        let place = Place::file(RepoPath::root());
        let word = |text: &str| Word {
            raw: text.to_owned(),
            value: Some(text.to_owned()),
            partial: None,
            span: Span::default(),
            place: place.clone(),
            glob: false,
        };
        line.split_whitespace().map(word).collect()
    }

    #[test]
    fn packages_beside_a_tool() {
        assert_eq!(by(&words("pip install -U flake8 flake8-bandit==4.1 -r dev.txt")), ["flake8", "flake8-bandit==4.1"]);
        assert_eq!(by(&words("python3 -m pip install flake8-bandit")), ["flake8-bandit"]);
        assert_eq!(by(&words("uv pip install --python 3.12 x")), ["x"]);
        assert_eq!(by(&words("npm i --no-save eslint@8 @a/b c")), ["eslint@8"]);
        assert!(by(&words("pip uninstall flake8-bandit")).is_empty());
        assert_eq!(own_environment(&words("uvx flake8 src")), Some(vec![]));
        assert_eq!(own_environment(&words("uvx --with a,b --with=c flake8")), Some(vec!["a".into(), "b".into(), "c".into()]));
        assert_eq!(own_environment(&words("pipx run --spec flake8-bandit flake8")), Some(vec!["flake8-bandit".into()]));
        assert_eq!(own_environment(&words("uvx --with-requirements dev.txt flake8")), None);
        assert_eq!(own_environment(&words("uv run flake8")), None);
    }
}
