//! Owns what configurations that gems bring say of the security cops, as the catalogue has it. Refuses gems and files it does not have.

use std::sync::Arc;

use super::super::Query;
use crate::answer::{Reason, Why};
use crate::doc::{Document, Format, Value};
use crate::text::{RepoPath, SourceFile};

/// What a gem's file says, under a path that stands for it.
///
/// # Errors
/// The catalogue does not know it.
pub(super) fn document(query: &Query<'_>, gem: &str, file: Value<'_>) -> Result<(RepoPath, Arc<Document>), Why> {
    let unknown = || Why::new(Reason::Unsupported, "what it inherits from a gem is not in this tree").at(file.place());
    let name = file.scalar().map(|name| name.trim_start_matches("./")).ok_or_else(unknown)?;
    let known = query.tool.preset.iter().find(|one| one.package == gem && one.paths.iter().any(|path| path == name));
    let known = known.ok_or_else(unknown)?;
    let path = RepoPath::new(&format!("{gem}/{name}")).ok_or_else(unknown)?;
    let source = SourceFile::new(path.clone(), known.says.clone());
    let document = Document::parse(source, Format::Yaml, query.world.snapshot.limits()).map_err(|_| unknown())?;
    Ok((path, Arc::new(document)))
}
