//! Owns reading an object from a file of its own (git's "loose" objects: zlib over `TYPE SIZE NUL BYTES`, as
//! gitformat-loose(5) has it). Refuses to hand such a file to libgit2, which never comes back from a stream that ends early,
//! and the format that git gave up in 2007.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::bufread::ZlibDecoder;
use git2::{ObjectType, Oid};

use super::disk::{self, DiskError};
use super::objects::ObjectError;

/// Bytes of a header: the longest type, a blank, the digits of a size and NUL.
const HEADER_BYTES: usize = 32;

/// An opened object whose header is read, not verified by hash yet.
pub(super) struct Loose {
    stream: ZlibDecoder<BufReader<File>>,
    /// The type that the header names.
    pub(super) kind: ObjectType,
    /// The bytes that the header names.
    pub(super) size: usize,
}

/// Opens the object in `file`; `None` when there is no such file.
pub(super) fn open(file: &Path) -> Result<Option<Loose>, ObjectError> {
    let file = match disk::open(file) {
        Ok((file, _)) => file,
        Err(DiskError::Missing) => return Ok(None),
        Err(DiskError::Link | DiskError::NotAFile) => return Err(broken("its file is no regular file")),
        Err(error) => return Err(ObjectError::Broken(format!("its file cannot be read: {error}"))),
    };
    let mut stream = ZlibDecoder::new(BufReader::with_capacity(4096, file));
    let mut header = Vec::with_capacity(HEADER_BYTES);
    loop {
        let mut byte = [0];
        stream.read_exact(&mut byte).map_err(|error| inflating(&error))?;
        match byte[0] {
            0 => break,
            _ if header.len() == HEADER_BYTES => return Err(broken("its header is malformed")),
            byte => header.push(byte),
        }
    }
    let (kind, size) = parse(&header).ok_or_else(|| broken("its header is malformed"))?;
    Ok(Some(Loose { stream, kind, size }))
}

/// Type and size in a header: a size is decimal without leading zeros.
fn parse(header: &[u8]) -> Option<(ObjectType, usize)> {
    let (kind, digits) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    let kind = match kind {
        "blob" => ObjectType::Blob,
        "tree" => ObjectType::Tree,
        "commit" => ObjectType::Commit,
        "tag" => ObjectType::Tag,
        _ => return None,
    };
    let canonical = digits == "0" || !digits.starts_with('0');
    let size = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
    canonical.then_some((kind, size))
}

impl Loose {
    /// The bytes, which are those that `id` names: no more than the header says, none left over, the same hash.
    ///
    /// # Errors
    /// It is damaged. The caller has compared the size with its bound.
    pub(super) fn read(mut self, id: Oid) -> Result<Vec<u8>, ObjectError> {
        let mut bytes = Vec::new();
        let most = self.size as u64 + 1;
        self.stream.by_ref().take(most).read_to_end(&mut bytes).map_err(|error| inflating(&error))?;
        if bytes.len() != self.size {
            return Err(broken("its size is not the one that its header names"));
        }
        let mut rest = self.stream.into_inner();
        if rest.read(&mut [0]).map_err(|error| inflating(&error))? != 0 {
            return Err(broken("something follows its end"));
        }
        match Oid::hash_object(self.kind, &bytes) {
            Ok(hash) if hash == id => Ok(bytes),
            Ok(hash) => Err(ObjectError::Broken(format!("its hash is {hash}"))),
            Err(error) => Err(ObjectError::Broken(error.message().to_owned())),
        }
    }
}

fn broken(why: &str) -> ObjectError {
    ObjectError::Broken(why.to_owned())
}

fn inflating(error: &std::io::Error) -> ObjectError {
    ObjectError::Broken(format!("its file does not inflate: {error}"))
}
