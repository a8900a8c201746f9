//! Owns commands of a pipeline that verifies and deploys of which no row of `rules/releasing.toml` says anything: what they do to what is
//! verified or deployed is not known. Refuses to look for them in files of the tree other than those of the CI system: what a tree says is
//! that tree's own, and of which commit it is, is asked elsewhere.

use std::sync::LazyLock;

use super::{Frame, Tracer, files};
use crate::catalog::Catalog;
use crate::catalog::releasing::{HarmlessRow, ReleaseRow, Verifies};
use crate::facts::hold::Hop;
use crate::facts::matching;
use crate::facts::shell::Word;

/// The row of what has none.
static UNLISTED: LazyLock<ReleaseRow> =
    LazyLock::new(|| ReleaseRow { title: "no row".to_owned(), what: Some(Verifies::Unlisted), ..ReleaseRow::default() });

impl Tracer<'_> {
    /// A command that no row fits; one that is known to change nothing is none.
    pub(super) fn unlisted(&mut self, words: &[Word], frame: &Frame) {
        if self.closely
            && !frame.listed
            && is_of_ci(&frame.chain)
            && !Catalog::builtin().releasing.harmless.iter().any(|row| fits(row, words))
        {
            self.release_words(&UNLISTED, words, frame);
        }
    }

    /// A step of another kind than a script or an action that is read.
    pub(super) fn unlisted_step(&mut self, frame: &Frame) {
        if self.closely {
            self.release_words(&UNLISTED, &[], frame);
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

/// A command that changes nothing: its first words are the row's, and none of the others makes it another.
fn fits(row: &HarmlessRow, words: &[Word]) -> bool {
    let taken = row.argv.iter().any(|argv| matching::take_row(argv, words, &row.value_flags).is_some());
    let changes = |word: &Word| {
        let shape = word.shape();
        row.literal && word.value.is_none()
            || row.not_flags.iter().any(|flag| shape.starts_with(flag.as_str()))
            || row.not_holding.iter().any(|text| shape.contains(text.as_str()))
    };
    taken && !words.iter().skip(1).any(changes)
}

/// Whether a row that fits says all that matters of a command: an interpreter does where it is given a file of the tree, and a program by
/// its path where that lies in the tree. What stands behind a flag of an interpreter may be code: of a plain path that is none.
pub(super) fn says_all(row: &ReleaseRow, program: &str, args: &[Word], frame: &Frame) -> bool {
    let names_one = || {
        let file = args.iter().find(|word| !word.head().starts_with('-'));
        let plain = |text: &str| {
            text.contains('/') && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-'))
        };
        let behind_flag = args.first().is_some_and(|word| word.head().starts_with('-'));
        files::names_a_file(args, frame) && (!behind_flag || file.and_then(|word| word.value.as_deref()).is_some_and(plain))
    };
    (!row.file_of_tree || names_one()) && (!row.of_tree || frame.workdir.resolve(program).is_some())
}
