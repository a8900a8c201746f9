//! Owns which of a verification's words name tags, which stand for all of them, and which say by what it judges. Refuses to know which
//! tag is meant.

use crate::catalog::releasing::ReleaseRow;
use crate::facts::shell::Word;

/// The words behind a verification.
#[derive(Debug, Default)]
pub(in crate::facts) struct Arguments<'a> {
    /// Names of tags.
    pub(in crate::facts) names: Vec<&'a Word>,
    /// Nothing from here on is an option.
    pub(in crate::facts) only_names: bool,
    /// The flag that stands for every tag that is here.
    pub(in crate::facts) all: Option<&'a Word>,
    /// The first flag that says by what it judges, as something that is not known to be out of reach; and its value.
    pub(in crate::facts) judge: Option<(String, &'a Word)>,
}

/// Reads them by the flags of their row.
pub(in crate::facts) fn read<'a>(row: &ReleaseRow, args: &'a [Word]) -> Arguments<'a> {
    let mut read = Arguments::default();
    let mut pending = None::<String>;
    for word in args {
        let shape = word.shape();
        if let Some(flag) = pending.take() {
            read.judged(row, &flag, word, word.value.as_deref());
        } else if read.only_names || !shape.starts_with('-') || shape == "-" {
            read.names.push(word);
        } else if shape == "--" {
            read.only_names = true;
        } else if row.all_flags.iter().any(|flag| *flag == *shape) {
            read.all.get_or_insert(word);
        } else if let Some((flag, _)) = shape.split_once('=') {
            let value = word.value.as_deref().and_then(|text| text.split_once('=')).map(|(_, value)| value);
            read.judged(row, flag, word, value);
        } else if row.value_flags.iter().any(|flag| *flag == *shape) {
            pending = Some(shape.to_string());
        } else {
            read.judged(row, &shape, word, None);
        }
    }
    read
}

impl<'a> Arguments<'a> {
    fn judged(&mut self, row: &ReleaseRow, flag: &str, word: &'a Word, value: Option<&str>) {
        let trusted = |value: &str| row.judge_trusted.iter().any(|start| value.starts_with(start.as_str()));
        if row.judge_flags.iter().any(|judge| judge == flag) && !value.is_some_and(trusted) {
            self.judge.get_or_insert((flag.to_owned(), word));
        }
    }
}
