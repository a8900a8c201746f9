//! Owns commands of a pipeline that verifies and deploys of which nothing in `rules/words.toml` says, for all of their words, what they do:
//! what becomes of what is verified or deployed is then not known. Refuses to look for them in files of the tree other than those of the CI
//! system: what a tree says is that tree's own, and of which commit it is, is asked elsewhere.

use std::sync::LazyLock;

use super::words::Odd;
use super::{Frame, Tracer};
use crate::catalog::releasing::{ReleaseRow, Verifies};
use crate::facts::hold::Hop;
use crate::facts::shell::Word;

/// The row of what has none.
static UNLISTED: LazyLock<ReleaseRow> =
    LazyLock::new(|| ReleaseRow { title: "no row".to_owned(), what: Some(Verifies::Unlisted), ..ReleaseRow::default() });

/// The row of what makes something by a name.
static MADE: LazyLock<ReleaseRow> =
    LazyLock::new(|| ReleaseRow { title: "what is made".to_owned(), what: Some(Verifies::Made), ..ReleaseRow::default() });

/// The row of what may leave something behind.
static LEFT: LazyLock<ReleaseRow> =
    LazyLock::new(|| ReleaseRow { title: "what is left".to_owned(), what: Some(Verifies::Left), ..ReleaseRow::default() });

impl Tracer<'_> {
    /// A command whose words are asked for: whether they are all known, and what stands behind them is that command's doing.
    pub(super) fn listed(&mut self, words: &[Word], deploys: bool, frame: &Frame) -> bool {
        if !self.closely || frame.listed && !deploys || !is_of_ci(&frame.chain) {
            return frame.listed;
        }
        match self.fitting(words, frame) {
            Ok(fitting) => {
                if !fitting.asked.open.is_empty() || !fitting.asked.made.is_empty() {
                    self.release_words(&UNLISTED, words, fitting.asked, frame);
                }
                if !fitting.makes.is_empty() {
                    self.release_words(&MADE, &fitting.makes, Odd::default(), frame);
                }
                if !fitting.idle && !fitting.launches {
                    self.release_words(&LEFT, words.get(..1).unwrap_or_default(), Odd::default(), frame);
                }
                !fitting.launches
            }
            Err(word) => {
                self.release_words(&UNLISTED, words, Odd { word: word.map(|word| *word), ..Odd::default() }, frame);
                false
            }
        }
    }

    /// A step of another kind than a script or an action that is read.
    pub(super) fn unlisted_step(&mut self, frame: &Frame) {
        if self.closely {
            self.release_words(&UNLISTED, &[], Odd::default(), frame);
        }
    }
}

/// The chain leads through files of the CI system alone: workflows, and actions of the tree.
fn is_of_ci(chain: &[Hop]) -> bool {
    chain.iter().all(|hop| {
        let path = &hop.place.path;
        path.as_str().starts_with(".github/workflows/") || matches!(path.file_name(), "action.yml" | "action.yaml")
    })
}
