//! Owns which environment of packages a command runs in: the one whose program it is, one that was activated or stands on the search
//! path, or the job's. Refuses to say what lies there.

use super::before::What;
use super::{Frame, Tracer};
use crate::catalog::Catalog;
use crate::facts::matching::same_action;
use crate::facts::pipeline::ActionCall;
use crate::facts::shell::{Stream, UNKNOWN_CHAR, Word};
use crate::facts::supplied::Home;
use crate::facts::trace::streams;
use crate::facts::workdir::Workdir;

/// What stands in front of an environment's programs, and of its script for a shell.
const PROGRAMS: [&str; 2] = ["/bin", "/Scripts"];
const ACTIVATE: &str = "/activate";

/// An environment that a shell has activated.
#[derive(Clone)]
pub(super) struct Active {
    unit: usize,
    /// The scripts around it: what they run after it, and what that runs, has it.
    seen: Vec<(String, Workdir)>,
    home: Home,
}

impl Tracer<'_> {
    /// A shell takes in what activates an environment, or leaves it.
    pub(super) fn activates(&mut self, words: &[Word], frame: &Frame) {
        let home = match words {
            [first, file, ..] if matches!(first.value.as_deref(), Some("." | "source")) => {
                let shape = file.shape();
                let Some(directory) = shape.strip_suffix(ACTIVATE) else { return };
                // What is computed in front of its end is some environment.
                directory_of(directory).map_or(Home::Somewhere, |home| at(home, &frame.workdir))
            }
            [first] if first.value.as_deref() == Some("deactivate") => Home::Job,
            _ => return,
        };
        if frame.never_starts() {
            return;
        }
        let active = Active { unit: self.number, seen: frame.seen.clone(), home };
        self.job_of(frame).active = Some(active);
    }

    /// An action that activates one for the steps to come.
    pub(super) fn activated_by_action(&mut self, call: &ActionCall, frame: &Frame) {
        let rows = &Catalog::builtin().programs.activating_input;
        let Some(row) = rows.iter().find(|row| same_action(&row.action, &call.name)) else { return };
        if call.inputs.get(&row.input).is_some_and(|input| !matches!(input.text.text().trim(), "" | "false")) {
            let home = at(&row.home, &frame.workdir);
            self.job_of(frame).standing = Some(home);
        }
    }

    /// The environment of programs that are called by their names.
    pub(super) fn around(&self, frame: &Frame) -> Home {
        if let Some(environment) = &frame.environment {
            return environment.home.clone();
        }
        self.active(frame).unwrap_or_default()
    }

    /// The environment that was activated, or whose programs stand first on the search path.
    pub(super) fn active(&self, frame: &Frame) -> Option<Home> {
        let job = self.supplied.get(&(frame.pipeline, frame.job));
        let active = job.and_then(|job| job.active.as_ref());
        if let Some(active) = active.filter(|active| active.unit == self.number && frame.seen.starts_with(&active.seen)) {
            return Some(active.home.clone());
        }
        let path = frame.env.get("PATH").and_then(Option::as_deref).and_then(|path| path.split(':').next());
        if let Some(home) = path.and_then(directory_of).filter(|home| home.starts_with(['/', '.'])) {
            return (!is_of_machine(home)).then(|| at(home, &frame.workdir));
        }
        let changes = self.before.changes.get(&(frame.pipeline, frame.job)).into_iter().flatten().rev();
        let mut added = changes.filter_map(|change| match &change.what {
            What::Directory(directory) => self.reaches(change, frame).map(|_| directory),
            _ => None,
        });
        let found = added.find_map(|directory| frame.workdir.locate(directory).filter(|place| directory_of(place).is_some()));
        if let Some(place) = found {
            return directory_of(&place).map(|home| at(home, &frame.workdir));
        }
        job.and_then(|job| job.standing.clone())
    }

    /// The environment whose program this is.
    pub(super) fn home_of(&self, program: &str, frame: &Frame) -> Home {
        home_by_path(program, &frame.workdir).unwrap_or_else(|| self.around(frame))
    }
}

/// The environment whose program a path names; `None` where it names none.
pub(in crate::facts) fn home_by_path(program: &str, workdir: &Workdir) -> Option<Home> {
    let (directory, _) = program.rsplit_once('/')?;
    let home = directory_of(directory)?;
    Some(at(home, workdir))
}

/// An environment by its directory.
pub(super) fn at(directory: &str, workdir: &Workdir) -> Home {
    if is_of_machine(directory) {
        return Home::Job;
    }
    match streams::file(directory, workdir) {
        Stream::File(path) if path.starts_with(UNKNOWN_CHAR) && !directory.starts_with(['~', '$']) => Home::Somewhere,
        Stream::File(path) => Home::At(path),
        Stream::Pipe(_) => Home::Somewhere,
    }
}

/// The environment of a directory of programs.
fn directory_of(programs: &str) -> Option<&str> {
    PROGRAMS.iter().find_map(|name| programs.trim_end_matches('/').strip_suffix(name)).filter(|home| !home.is_empty())
}

fn is_of_machine(home: &str) -> bool {
    Catalog::builtin().programs.of_machine.iter().any(|known| home == known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_by_the_path_of_its_program() {
        let here = Workdir::workspace();
        let home = |path: &str| home_by_path(path, &here);
        assert_eq!(home(".venv/bin/pip"), Some(at(".venv", &here)));
        assert_eq!(home("./.venv/bin/python"), Some(at(".venv", &here)));
        assert_eq!(home("/opt/v/bin/pip"), Some(Home::At("/opt/v".to_owned())));
        assert_eq!(home("/usr/bin/python3"), Some(Home::Job));
        assert_eq!(home("tools/pip"), None);
        assert_eq!(home("pip"), None);
        assert!(Home::At("/w/.venv".to_owned()).has("/w/.venv/lib/python3.12/site-packages"));
        assert!(!Home::At("/w/.venv".to_owned()).has("/w/.venv"));
        assert!(Home::Into("/tmp/x".to_owned()).has("/tmp/x"));
    }
}
