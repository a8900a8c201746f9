//! Owns where text stands: repository paths, byte spans, lines and columns, decoded text mapped back to its file, and the
//! escaping of hostile text for every output. Refuses to know what any text means.

pub mod escape;
pub mod extglob;
pub mod lines;
pub mod mapped;
pub mod path;
pub mod place;
pub mod shell;

pub use lines::{LineIndex, SourceFile};
pub use mapped::MappedText;
pub use path::RepoPath;
pub use place::{Place, Span};
