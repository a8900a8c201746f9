//! Owns what an unpacker of `rules/releasing.toml` reads from and where it puts it. Refuses to know what is in an archive.

use crate::catalog::releasing::ReleaseRow;
use crate::facts::shell::Word;

/// The words of an unpacker.
#[derive(Default)]
pub(super) struct Unpacking<'a> {
    /// It unpacks, and does nothing else with the archive.
    pub(super) unpacks: bool,
    /// The archive; `None`: a stream.
    pub(super) archive: Option<&'a Word>,
    /// Where to; `None`: here.
    pub(super) target: Option<String>,
    /// What of it; all where none is named.
    pub(super) members: Vec<&'a Word>,
}

/// Reads the words by the flags of their row. Letters stand together, with or without a `-` where they come first.
pub(super) fn read<'a>(row: &ReleaseRow, args: &'a [Word]) -> Unpacking<'a> {
    let by_flags = !row.archive_flags.is_empty();
    let mut read = Unpacking { unpacks: !by_flags, ..Unpacking::default() };
    let (mut pending, mut value_next) = (None::<bool>, false);
    for (at, word) in args.iter().enumerate() {
        let shape = word.shape();
        let is = |flags: &[String], flag: &str| flags.iter().any(|known| known == flag);
        if std::mem::take(&mut value_next) {
            continue;
        }
        if let Some(is_target) = pending.take() {
            if is_target {
                read.target = Some(shape.to_string())
            } else {
                read.archive = Some(word).filter(|_| shape != "-")
            }
            continue;
        }
        let (flag, value) = shape.split_once('=').map_or((&*shape, None), |(flag, value)| (flag, Some(value)));
        let long = flag.starts_with("--");
        if is(&row.target_flags, flag) {
            match value {
                Some(value) => read.target = Some(value.to_owned()),
                None => pending = Some(true),
            }
        } else if long && is(&row.archive_flags, flag) {
            match value {
                Some(_) => read.archive = Some(word),
                None => pending = Some(false),
            }
        } else if is(&row.value_flags, flag) {
            value_next = value.is_none();
        } else if long {
            read.unpacks |= matches!(flag, "--extract" | "--get");
        } else if by_flags && (flag.starts_with('-') || at == 0) {
            read.unpacks |= flag.contains('x');
            let short = |known: &&String| known.len() == 2;
            let named = row.archive_flags.iter().filter(short).any(|known| flag.contains(&known[1..]));
            pending = named.then_some(false);
        } else if !by_flags && !flag.starts_with('-') && read.archive.is_none() {
            read.archive = Some(word);
        } else if !flag.starts_with('-') {
            read.members.push(word);
        }
    }
    read
}
