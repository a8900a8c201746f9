//! Owns files that a person names on the command line: policies and reports of trusted runs. Refuses directories, devices and
//! files past the bound.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use crate::error::Error;
use crate::text::{RepoPath, SourceFile};

/// The text of a named file, UTF-8, at most `max_bytes` bytes.
///
/// # Errors
/// A usage error when there is no such regular file, an incomplete one when it cannot be read.
pub fn read_named_file(path: &Path, max_bytes: usize) -> Result<Arc<SourceFile>, Error> {
    let shown = path.display().to_string();
    let meta =
        fs::metadata(path).map_err(|problem| Error::usage(format!("{shown}: {problem}")).hint("name a file that exists"))?;
    if !meta.is_file() {
        return Err(Error::usage(format!("{shown} is no regular file")));
    }
    let unread = |problem: &dyn std::fmt::Display| Error::incomplete(format!("{shown} could not be read: {problem}"));
    let file = fs::File::open(path).map_err(|problem| unread(&problem))?;
    let mut bytes = Vec::new();
    file.take(max_bytes as u64 + 1).read_to_end(&mut bytes).map_err(|problem| unread(&problem))?;
    if bytes.len() > max_bytes {
        return Err(unread(&format!("it is larger than {max_bytes} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|problem| unread(&problem.utf8_error()))?;
    Ok(SourceFile::new(RepoPath::new(&shown).unwrap_or_else(|| RepoPath::from_git_bytes(shown.as_bytes())), text))
}

/// Whether `file`, links resolved, lies in the work tree that `inspected` belongs to, or in its `.git`. When that cannot be
/// told it does: a judge from an unknown place is no judge.
#[must_use]
pub fn lies_in(file: &Path, inspected: &Path) -> bool {
    let (Ok(file), Ok(inspected)) = (fs::canonicalize(file), fs::canonicalize(inspected)) else { return true };
    let root = inspected.ancestors().find(|dir| dir.join(".git").exists()).unwrap_or(&inspected);
    file.starts_with(root)
}
