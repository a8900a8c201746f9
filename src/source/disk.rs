//! Owns every opening of a file on disk: bounded, regular files only, no link followed below a trusted directory. Refuses
//! devices, pipes, and paths that leave their root.

use std::borrow::Cow;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Why a file on disk was not read.
#[derive(Debug)]
pub(crate) enum DiskError {
    /// Nothing stands there.
    Missing,
    /// A symbolic link stands at the path or at a directory above it.
    Link,
    /// A directory, pipe, socket or device, or a path no tree may have.
    NotAFile,
    /// It has this many bytes, more than the bound.
    TooLarge(u64),
    /// The file system failed.
    Io(io::Error),
}

impl std::fmt::Display for DiskError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such file"),
            Self::Link => f.write_str("a symbolic link, not followed"),
            Self::NotAFile => f.write_str("not a regular file"),
            Self::TooLarge(bytes) => write!(f, "{bytes} bytes are more than is read"),
            Self::Io(error) => write!(f, "{error}"),
        }
    }
}

impl From<io::Error> for DiskError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            _ => Self::Io(error),
        }
    }
}

/// The path that git's bytes name on this system; `None` where the system has no such name.
pub(crate) fn native(bytes: &[u8]) -> Option<Cow<'_, Path>> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Some(Cow::Borrowed(Path::new(std::ffi::OsStr::from_bytes(bytes))))
    }
    #[cfg(not(unix))]
    {
        std::str::from_utf8(bytes).ok().map(|text| Cow::Owned(PathBuf::from(text)))
    }
}

/// Whether two looks at a path saw the same file.
fn same(before: &Metadata, after: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        before.dev() == after.dev() && before.ino() == after.ino()
    }
    #[cfg(not(unix))]
    {
        before.len() == after.len()
    }
}

/// Whether the owner may execute the file.
pub(crate) fn is_executable(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        metadata.permissions().mode() & 0o100 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

/// Opens the regular file at `path`; only the last segment is checked for being a link.
pub(crate) fn open(path: &Path) -> Result<(File, u64), DiskError> {
    let before = fs::symlink_metadata(path)?;
    if before.is_symlink() {
        return Err(DiskError::Link);
    }
    if !before.is_file() {
        return Err(DiskError::NotAFile);
    }
    let file = File::open(path)?;
    // The check above is what keeps a pipe from being opened; this one notices a file swapped in between.
    let after = file.metadata()?;
    if !after.is_file() || !same(&before, &after) {
        return Err(DiskError::Link);
    }
    Ok((file, after.len()))
}

/// The bytes of the regular file at `path`, opened as [`open`] does.
pub(crate) fn read(path: &Path, max_bytes: usize) -> Result<Vec<u8>, DiskError> {
    let (file, size) = open(path)?;
    if size > max_bytes as u64 {
        return Err(DiskError::TooLarge(size));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0).min(max_bytes));
    file.take(max_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > max_bytes {
        return Err(DiskError::TooLarge(bytes.len() as u64));
    }
    Ok(bytes)
}

/// As [`read`] for a path below a directory, every directory on the way checked for being one and no link.
pub(crate) fn read_below(root: &Path, relative: &[u8], max_bytes: usize) -> Result<Vec<u8>, DiskError> {
    read(&locate_below(root, relative)?, max_bytes)
}

/// The text of the link at `relative` below `root`, behind no other link.
pub(crate) fn link_below(root: &Path, relative: &[u8]) -> Option<String> {
    fs::read_link(locate_below(root, relative).ok()?).ok()?.into_os_string().into_string().ok()
}

/// The path of `relative` below `root`, when every directory between them is a real one.
pub(crate) fn locate_below(root: &Path, relative: &[u8]) -> Result<PathBuf, DiskError> {
    let mut path = root.to_path_buf();
    let mut segments = relative.split(|byte| *byte == b'/').peekable();
    while let Some(segment) = segments.next() {
        if matches!(segment, b"" | b"." | b"..") || segment.contains(&0) {
            return Err(DiskError::NotAFile);
        }
        path.push(native(segment).ok_or(DiskError::Missing)?);
        if segments.peek().is_some() {
            let metadata = fs::symlink_metadata(&path)?;
            if metadata.is_symlink() {
                return Err(DiskError::Link);
            }
            if !metadata.is_dir() {
                return Err(DiskError::Missing);
            }
        }
    }
    Ok(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn links_pipes_and_ways_out_are_refused() {
        let dir = tempfile::tempdir().expect("temp");
        fs::create_dir(dir.path().join("real")).expect("dir");
        fs::write(dir.path().join("real/file"), "12345").expect("file");
        std::os::unix::fs::symlink("real", dir.path().join("link")).expect("link");
        std::os::unix::fs::symlink("real/file", dir.path().join("file")).expect("link");
        let socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).expect("socket");
        let below = |path: &str, max| read_below(dir.path(), path.as_bytes(), max);
        assert_eq!(below("real/file", 5).expect("bytes"), b"12345");
        assert!(matches!(below("real/file", 4), Err(DiskError::TooLarge(5))));
        assert!(matches!(below("link/file", 9), Err(DiskError::Link)));
        assert!(matches!(below("file", 9), Err(DiskError::Link)));
        assert!(matches!(below("socket", 9), Err(DiskError::NotAFile)));
        assert!(matches!(below("real", 9), Err(DiskError::NotAFile)));
        assert!(matches!(below("real/file/x", 9), Err(DiskError::Missing)));
        assert!(matches!(below("real/../real/file", 9), Err(DiskError::NotAFile)));
        assert!(matches!(below("/etc/passwd", 9), Err(DiskError::NotAFile)));
        drop(socket);
    }
}
