//! Owns the way from files to a policy: parse, validate, extend, merge, build. Refuses to fetch files: a function hands them
//! over, all from the one source.

use std::sync::Arc;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::build;
use super::node::{Node, Value};
use super::policy::Policy;
use super::{meaning, validate};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::text::{Place, SourceFile};

/// Hands over a file of the policy's own source by its path from the root; `None`: there is no such file.
pub type Open<'a> = dyn Fn(&str) -> Result<Option<Arc<SourceFile>>, Error> + 'a;

/// What reading a policy needs besides its file.
pub struct Reading<'a> {
    /// Rules, tools and bots that may be named.
    pub catalog: &'a Catalog,
    /// Today, in UTC.
    pub today: Date,
    /// Files of the same source, for `extends`.
    pub open: &'a Open<'a>,
    /// The organisation's policy (`--org-policy`).
    pub org: Option<Arc<SourceFile>>,
}

/// Reads a policy: the organisation's first, then what the file extends from left to right, the file itself last.
///
/// # Errors
/// One usage error that carries all problems of all files; an incomplete error when a file cannot be read.
pub fn read(file: Option<Arc<SourceFile>>, reading: &Reading<'_>) -> Result<Policy, Error> {
    let mut problems = Vec::new();
    let mut layers: Vec<(Arc<SourceFile>, Node)> = Vec::new();
    if let Some(org) = &reading.org {
        layer(org, reading, &mut layers, &mut problems);
        if let Some(extends) = layers.first().and_then(|(_, node)| node.get("extends")) {
            let error = Error::usage("an organisation's policy extends nothing").at(extends.key.clone());
            problems.push(error.hint("write all of it into the one file"));
        }
    }
    if let Some(own) = &file {
        own_layers(own, reading, &mut layers, &mut problems)?;
    }
    if let Some(error) = Error::all(problems) {
        return Err(error);
    }
    let mut values = Policy::builtin().values;
    for (at, (_, node)) in layers.iter().enumerate() {
        if at + 1 == layers.len() && file.is_some() {
            problems_of_last(&values, node)?;
        }
        merge(&mut values, node, "");
    }
    let policy = build::policy(values, layers.into_iter().map(|(file, _)| file).collect(), reading.catalog);
    match Error::all(meaning::problems(&policy, reading.catalog, reading.today)) {
        Some(error) => Err(error),
        None => Ok(policy),
    }
}

fn problems_of_last(below: &Node, own: &Node) -> Result<(), Error> {
    Error::all(meaning::locked(below, own)).map_or(Ok(()), Err)
}

/// Parses and validates one file; a file with problems adds no layer.
fn layer(file: &Arc<SourceFile>, reading: &Reading<'_>, layers: &mut Vec<(Arc<SourceFile>, Node)>, problems: &mut Vec<Error>) {
    match Node::parse(file) {
        Err(wrong) => problems.extend(wrong),
        Ok(node) => {
            problems.extend(validate::validate(&node, reading.catalog));
            layers.push((Arc::clone(file), node));
        }
    }
}

fn own_layers(
    own: &Arc<SourceFile>,
    reading: &Reading<'_>,
    layers: &mut Vec<(Arc<SourceFile>, Node)>,
    problems: &mut Vec<Error>,
) -> Result<(), Error> {
    let mut last = Vec::new();
    layer(own, reading, &mut last, problems);
    let Some((file, node)) = last.pop() else { return Ok(()) };
    if let Some(org) = node.get("org") {
        let error = Error::usage("`[org]` has no place in a repository's own file").at(org.key.clone());
        problems.push(error.hint("an organisation's policy comes by --org-policy FILE"));
    }
    // A file with mistakes is not followed any further.
    let extends = if problems.is_empty() { node.tables_at("extends") } else { &[] };
    for entry in extends {
        if let (Some(path), Some(digest)) = (entry.text_at("file"), entry.text_at("sha256")) {
            let place = entry.get("file").map_or_else(|| entry.place.clone(), |value| value.place.clone());
            extended(&path, &digest, place, reading, layers, problems)?;
        }
    }
    layers.push((file, node));
    Ok(())
}

fn extended(
    path: &str,
    digest: &str,
    place: Place,
    reading: &Reading<'_>,
    layers: &mut Vec<(Arc<SourceFile>, Node)>,
    problems: &mut Vec<Error>,
) -> Result<(), Error> {
    let Some(file) = (reading.open)(path)? else {
        let error = Error::usage(format!("there is no file `{path}`")).at(place);
        problems.push(error.hint("`extends` takes files of the policy's own source, by their path from the root"));
        return Ok(());
    };
    let found: String = Sha256::digest(file.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    if found != digest {
        let error = Error::usage(format!("`{path}` is not the file that was agreed to")).at(place);
        problems.push(error.hint(format!("its SHA-256 is {found}: read it, then write that down")));
        return Ok(());
    }
    let before = layers.len();
    layer(&file, reading, layers, problems);
    if let Some((_, node)) = layers.get(before)
        && let Some(nested) = node.get("extends")
    {
        let error = Error::usage("a file that is extended cannot extend others").at(nested.key.clone());
        problems.push(error.hint("list them all in the first file"));
    }
    Ok(())
}

/// Lays `upper` over `lower`: tables key by key, `[[tables]]` one after the other, everything else replaced.
fn merge(lower: &mut Node, upper: &Node, path: &str) {
    let Value::Table(source) = &upper.value else { return };
    let Value::Table(target) = &mut lower.value else { return };
    for (name, value) in source {
        if name == "extends" && path.is_empty() {
            continue;
        }
        match target.get_mut(name) {
            Some(old) => match (&mut old.value, &value.value) {
                (Value::Table(_), Value::Table(_)) => merge(old, value, name),
                (Value::List(list), Value::List(more)) if is_tables(list) && is_tables(more) => list.extend(more.iter().cloned()),
                _ => *old = value.clone(),
            },
            None => drop(target.insert(name.clone(), value.clone())),
        }
    }
}

fn is_tables(list: &[Node]) -> bool {
    !list.is_empty() && list.iter().all(|item| item.table().is_some())
}
