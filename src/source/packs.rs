//! Owns whether what a pack file builds an object from comes to an end: libgit2, as git, follows a delta to its base without
//! counting, and in a pack written by hand deltas can name each other in a circle (gitformat-pack(5)). Refuses to inflate anything.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use git2::Oid;

use super::disk;
use super::objects::ObjectError;

/// Deltas in a row. git makes chains of 50, and `repack --depth` takes at most 4,095.
const CHAIN: usize = 10_000;
/// Bytes of an id.
const ID: usize = 20;
/// Where names begin in an index of version 2: behind its magic, its version and 256 counts.
const NAMES: u64 = 8 + 256 * 4;
/// Bytes of an entry's header that are looked at: a size, a distance or an id.
const HEADER: usize = 32;
/// How often a directory of packs is listed again in which some have other names meanwhile.
const LISTINGS: usize = 8;
/// So many names are read at once; more are halved before.
const AT_ONCE: u32 = 256;

/// The packs of an object database.
pub(super) struct Packs(Vec<Pack>);

struct Pack {
    data: File,
    index: File,
    /// How many names begin with each byte or a smaller one.
    counts: Box<[u32; 256]>,
    /// Version 1 keeps an offset before each name.
    old: bool,
    /// Offsets from which a chain ends.
    sound: Mutex<HashSet<u64>>,
}

impl Packs {
    /// Opens the packs of these directories.
    ///
    /// # Errors
    /// An index cannot be read, or a pack is named by `multi-pack-index` alone.
    pub(super) fn open<'d>(directories: impl Iterator<Item = &'d Path>) -> Result<Self, String> {
        let mut packs = Vec::new();
        for directory in directories.map(|directory| directory.join("pack")) {
            let mut tries = 0..LISTINGS;
            let listed = loop {
                match (listed(&directory), tries.next()) {
                    (Err(Unlisted::Moved(_)), Some(_)) => {}
                    (listed, _) => break listed,
                }
            };
            packs.extend(listed.map_err(|error| match error {
                Unlisted::Moved(why) | Unlisted::Broken(why) => why,
            })?);
        }
        Ok(Self(packs))
    }

    /// That every chain of deltas which may stand for the object ends.
    pub(super) fn end(&self, id: Oid) -> Result<(), ObjectError> {
        let endless = || ObjectError::Broken("its deltas in a pack file do not come to an end".to_owned());
        for pack in &self.0 {
            if let Some(offset) = pack.find(id.as_bytes())
                && !pack.ends(offset)
            {
                return Err(endless());
            }
        }
        Ok(())
    }
}

/// Why the packs of a directory are not all opened.
enum Unlisted {
    /// One was there and is no more: git is writing them anew, and gives them their names when they are whole.
    Moved(String),
    Broken(String),
}

fn listed(directory: &Path) -> Result<Vec<Pack>, Unlisted> {
    let Ok(entries) = fs::read_dir(directory) else { return Ok(Vec::new()) };
    let together = directory.join("multi-pack-index").exists();
    let is_pack = |path: &PathBuf| path.extension().is_some_and(|end| end == "pack");
    let mut packs = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()).filter(is_pack) {
        let index = path.with_extension("idx");
        if !index.exists() {
            if together && path.exists() {
                return Err(Unlisted::Broken(format!("{} has no index of its own", path.display())));
            }
            continue;
        }
        let why = || format!("{} cannot be read", index.display());
        match Pack::open(&path, &index) {
            Some(pack) => packs.push(pack),
            // A link that leads nowhere is no pack that has gone.
            None if path.symlink_metadata().is_err() || index.symlink_metadata().is_err() => return Err(Unlisted::Moved(why())),
            None => return Err(Unlisted::Broken(why())),
        }
    }
    Ok(packs)
}

impl Pack {
    fn open(pack: &Path, index: &Path) -> Option<Self> {
        // A link to a pack is used by some mirrors.
        let [data, index] = [pack, index].map(|path| fs::canonicalize(path).ok().and_then(|path| disk::open(&path).ok()));
        let (data, index) = (data?.0, index?.0);
        let old = bytes_at::<4>(&index, 0)? != [0xff, b't', b'O', b'c'];
        let table = bytes_at::<1024>(&index, if old { 0 } else { 8 })?;
        let mut counts = Box::new([0; 256]);
        for (count, bytes) in counts.iter_mut().zip(table.as_chunks::<4>().0) {
            *count = u32::from_be_bytes(*bytes);
        }
        Some(Self { data, index, counts, old, sound: Mutex::default() })
    }

    /// Bytes of an entry of the index that has a name, and where in it that stands; where the first begins.
    fn rows(&self) -> (u64, usize, u64) {
        if self.old { (24, 4, 1024) } else { (ID as u64, 0, NAMES) }
    }

    fn name(&self, at: u32) -> Option<[u8; ID]> {
        let (width, before, start) = self.rows();
        bytes_at(&self.index, start + u64::from(at) * width + before as u64)
    }

    /// The offset of an object. Halves as libgit2 does, so that in an index whose names are in disorder it comes to the same one.
    fn find(&self, id: &[u8]) -> Option<u64> {
        let first = usize::from(*id.first()?);
        let mut low = if first == 0 { 0 } else { self.counts[first - 1] };
        let mut high = self.counts[first];
        let mut near: Option<(u32, Vec<u8>)> = None;
        while low < high {
            if near.is_none() && high - low <= AT_ONCE {
                near = Some((low, self.names(low, high)?));
            }
            let middle = low + (high - low) / 2;
            let order = match &near {
                Some((start, rows)) => self.name_in(rows, middle - start)?.cmp(id),
                None => self.name(middle)?.as_slice().cmp(id),
            };
            match order {
                std::cmp::Ordering::Equal => return self.offset(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The entries from one to another as they stand in the index.
    fn names(&self, low: u32, high: u32) -> Option<Vec<u8>> {
        let (width, _, start) = self.rows();
        let mut rows = vec![0; usize::try_from(u64::from(high - low) * width).ok()?];
        fill(&self.index, &mut rows, start + u64::from(low) * width)?;
        Some(rows)
    }

    /// The name in one of some entries.
    fn name_in<'r>(&self, rows: &'r [u8], at: u32) -> Option<&'r [u8]> {
        let (width, before, _) = self.rows();
        let from = usize::try_from(u64::from(at) * width).ok()? + before;
        rows.get(from..from + ID)
    }

    fn offset(&self, at: u32) -> Option<u64> {
        let (at, all) = (u64::from(at), u64::from(self.counts[255]));
        if self.old {
            return bytes_at(&self.index, 1024 + at * 24).map(|bytes| u64::from(u32::from_be_bytes(bytes)));
        }
        let short = NAMES + all * (ID as u64 + 4);
        let offset = u32::from_be_bytes(bytes_at(&self.index, short + at * 4)?);
        if offset < 1 << 31 {
            return Some(u64::from(offset));
        }
        let long = short + all * 4 + u64::from(offset & !(1 << 31)) * 8;
        bytes_at(&self.index, long).map(u64::from_be_bytes)
    }

    /// Whether the chain from an offset ends. What cannot be followed ends: libgit2 finds the same and says so.
    fn ends(&self, from: u64) -> bool {
        let Ok(mut sound) = self.sound.lock() else { return false };
        let mut passed = Vec::new();
        let mut at = from;
        while !sound.contains(&at) {
            if passed.len() == CHAIN {
                return false;
            }
            passed.push(at);
            match self.base(at) {
                Some(base) => at = base,
                None => break,
            }
        }
        sound.extend(passed);
        true
    }

    /// The offset of the base of a delta; `None` for what is none.
    fn base(&self, at: u64) -> Option<u64> {
        let mut header = [0; HEADER];
        let read = read_at(&self.data, &mut header, at).ok()?;
        let bytes = header.get(..read)?;
        let size = bytes.iter().position(|byte| byte & 0x80 == 0)? + 1;
        let rest = bytes.get(size..)?;
        match (bytes.first()? >> 4) & 7 {
            6 => {
                let end = rest.iter().position(|byte| byte & 0x80 == 0)?;
                let first = u64::from(rest.first()? & 0x7f);
                let more = rest.get(1..=end)?.iter();
                let back = more.fold(first, |back, byte| back.wrapping_add(1).wrapping_shl(7) | u64::from(byte & 0x7f));
                at.checked_sub(back).filter(|base| *base < at)
            }
            7 => self.find(rest.get(..ID)?),
            _ => None,
        }
    }
}

fn bytes_at<const N: usize>(file: &File, at: u64) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    fill(file, &mut bytes, at).map(|()| bytes)
}

/// Reads as many bytes as there is room for.
fn fill(file: &File, bytes: &mut [u8], at: u64) -> Option<()> {
    let mut read = 0;
    while read < bytes.len() {
        match read_at(file, bytes.get_mut(read..)?, at.checked_add(read as u64)?) {
            Ok(0) | Err(_) => return None,
            Ok(more) => read += more,
        }
    }
    Some(())
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> std::io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> std::io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, at)
}

#[cfg(test)]
mod tests {
    use git2::ObjectType;

    use super::*;

    #[test]
    fn a_pack_that_gets_its_name_meanwhile_is_no_damage() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = git2::Repository::init_bare(folder.path()).expect("a repository");
        let id = writer.odb().and_then(|odb| odb.write(ObjectType::Blob, b"text")).expect("written");
        let mut builder = writer.packbuilder().expect("a builder");
        builder.insert_object(id, None).expect("inserted");
        let objects = folder.path().join("objects");
        builder.write(&objects.join("pack"), 0).expect("written");
        let packs = || Packs::open(std::iter::once(objects.as_path()));
        assert_eq!(packs().map(|packs| packs.0.len()), Ok(1));
        let find = |end: &str| {
            let paths = fs::read_dir(objects.join("pack")).expect("listed").flatten().map(|entry| entry.path());
            paths.into_iter().find(|path| path.extension().is_some_and(|own| own == end)).expect("there")
        };
        let pack = find("pack");
        let done = std::sync::atomic::AtomicBool::new(false);
        let last = std::thread::scope(|scope| {
            let renames = scope.spawn(|| {
                let mut from = pack.clone();
                for number in 0.. {
                    if done.load(std::sync::atomic::Ordering::Relaxed) {
                        break;
                    }
                    let to = objects.join(format!("pack/pack-{number}.pack"));
                    for end in ["pack", "idx"] {
                        fs::rename(from.with_extension(end), to.with_extension(end)).expect("renamed");
                    }
                    from = to;
                    std::thread::sleep(std::time::Duration::from_micros(300));
                }
                from
            });
            let wrong = (0..2000).find_map(|_| packs().err());
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(wrong, None);
            renames.join().expect("a name")
        });
        // What stays and is no index is damage.
        fs::write(last.with_extension("idx"), "none").expect("written");
        assert!(packs().is_err_and(|why| why.ends_with("cannot be read")));
    }
}
