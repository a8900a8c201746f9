//! Owns directories that a step goes to and that nothing seen makes: it fails there before it runs anything. Refuses to say that
//! nothing makes them: a program that is not read may.

use super::{Frame, Tracer};
use crate::answer::{Reason, Why};
use crate::facts::workdir::{WORKSPACE, Workdir};
use crate::text::RepoPath;

impl Tracer<'_> {
    /// Why it is not known whether something runs in a directory at all: the tree does not hold it, and no earlier command of the job
    /// names it.
    pub(super) fn never_made(&mut self, workdir: &Workdir, frame: &Frame) -> Option<Why> {
        // Who starts a container makes the directory that it is to work in.
        let path = workdir.virtual_path().filter(|path| path.starts_with(WORKSPACE)).and_then(|_| workdir.dir())?;
        let snapshot = self.world.snapshot;
        if path.is_root() || snapshot.is_dir(&path) {
            return None;
        }
        // The uppermost that is not there; below a link or a module of another repository nothing is known.
        let mut above: Vec<RepoPath> = path.ancestors().filter(|above| !above.is_root()).collect();
        above.reverse();
        let missing = above.into_iter().find(|above| !snapshot.is_dir(above))?;
        if snapshot.entry(&missing).is_some() || self.has_heard(missing.file_name(), frame) {
            return None;
        }
        let why = format!(
            "{} is not in the tree: unless something that is not seen makes it, the step fails before it runs anything",
            super::before::shown(path.as_str())
        );
        let place = frame.chain.last().map(|hop| hop.place.clone());
        Some(Why { place, ..Why::new(Reason::Unsupported, why) })
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::trace::tests::check;

    #[test]
    fn a_directory_that_nothing_makes() {
        check(
            &[
                ("bandit", "cd nowhere && bandit -r .", "configured"),
                ("bandit", "cd src/nowhere\nbandit -r ..", "configured (gates)"),
                ("bandit", "cd src && bandit -r .", "gates"),
                ("bandit", "mkdir -p out\ncd out\nbandit -r ../src", "gates"),
                ("bandit", "git clone https://x.test/out\n---\ncd out && bandit -r ../src", "gates"),
                (
                    "bandit",
                    "uses: actions/download-artifact@v4\n  with:\n    name: out\n---\ncd out && bandit -r ../src",
                    "gates",
                ),
                ("bandit", "cd /opt/x && bandit -r $GITHUB_WORKSPACE", "gates"),
            ],
            &[],
        );
    }
}
