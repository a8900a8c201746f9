//! Owns where parts of the tree lie inside an image or container: `COPY`, `ADD`, `RUN --mount`, bind mounts. Refuses to copy
//! what is not in the tree.

use globset::Glob;

use super::image::Image;
use super::instructions::Instruction;
use super::variables;
use crate::facts::runners::World;
use crate::facts::workdir::Workdir;
use crate::text::RepoPath;

/// Parts of the tree kept for one image.
const MOST_MOUNTS: usize = 512;

/// A virtual directory and what lies there.
type Mount = (String, RepoPath);

/// Adds mounts; one over a directory hides what lay in it.
pub(in crate::facts::runners) fn bind(mounts: &mut Vec<Mount>, at: &str, tree: RepoPath) {
    let inside =
        |path: &str| path.strip_prefix(at.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    mounts.retain(|(path, _)| !inside(path));
    if mounts.len() < MOST_MOUNTS {
        mounts.push((at.to_owned(), tree));
    }
}

/// Adds what is copied: a directory joins the one that lies there, name by name; a file replaces it.
pub(super) fn place(mounts: &mut Vec<Mount>, added: Vec<Mount>, world: &World<'_>) {
    for (at, tree) in added {
        let taken = mounts.iter().any(|(path, there)| *path == at && *there != tree && world.snapshot.is_dir(there));
        let parts: Vec<Mount> = if taken && world.snapshot.is_dir(&tree) {
            let names = world.snapshot.children(&tree).take(MOST_MOUNTS);
            names.filter_map(|(name, _)| Some((format!("{}/{name}", at.trim_end_matches('/')), tree.join(name)?))).collect()
        } else {
            vec![(at, tree)]
        };
        for (at, tree) in parts {
            mounts.retain(|(path, _)| *path != at);
            if mounts.len() < MOST_MOUNTS {
                mounts.push((at, tree));
            }
        }
    }
}

/// Of parts of the tree that are put somewhere those that lie nowhere else: what was done to them there is undone.
pub(super) fn where_they_lay(before: &[Mount], added: &[Mount]) -> Vec<RepoPath> {
    let below =
        |at: &str, rest: &str| if rest.is_empty() { at.to_owned() } else { format!("{}/{rest}", at.trim_end_matches('/')) };
    let same = |(at, tree): &Mount, (known, there): &Mount| match (there.below(tree), tree.below(there)) {
        (Some(rest), _) => below(at, rest) == *known,
        (None, Some(rest)) => below(known, rest) == *at,
        (None, None) => true,
    };
    added.iter().filter(|mount| before.iter().all(|known| same(mount, known))).map(|(_, tree)| tree.clone()).collect()
}

/// A path inside the image, seen from its directory.
fn inside(image: &Image, path: &str) -> Option<String> {
    if !path.starts_with('/') && image.directory.is_none() {
        return None;
    }
    Workdir::mounted(image.directory.as_deref().unwrap_or("/"), Vec::new()).enter(path).virtual_path().map(str::to_owned)
}

/// The mounts of one `COPY` or `ADD`.
pub(super) fn copied(
    one: &Instruction,
    image: &Image,
    other: bool,
    from: Option<&Image>,
    context: Option<&RepoPath>,
    known: &dyn Fn(&str) -> Option<String>,
    world: &World<'_>,
) -> Vec<Mount> {
    let (_, start) = one.flags();
    let words: Vec<String> = match one.exec_form(start) {
        Some(words) => words,
        None => one.rest.text()[start..].split_whitespace().map(|word| variables::unquoted(word).to_owned()).collect(),
    };
    let Some((to, sources)) = words.split_last() else { return Vec::new() };
    let Some(to_path) = variables::expand(to, known).filter(|to| !to.is_empty()) else { return Vec::new() };
    let Some(target) = inside(image, &to_path) else { return Vec::new() };
    let mut found = Vec::new();
    for source in sources.iter().take(64) {
        let Some(source) = variables::expand(source, known) else { continue };
        match (other, from) {
            (true, None) => {}
            // Another stage of the same file: what it has of the tree.
            (true, Some(from)) => found.extend(from.workdir().enter("/").resolve(&source)),
            (false, _) => found.extend(context.map_or_else(Vec::new, |context| in_context(&source, context, world))),
        }
    }
    let several = to_path.ends_with('/') || sources.len() > 1 || found.len() > 1 || matches!(to_path.as_str(), "." | "./");
    let place = |tree: RepoPath| {
        // The content of a directory is copied, a file goes into a directory under its name.
        let into = several && !world.snapshot.is_dir(&tree);
        let at = if into { format!("{}/{}", target.trim_end_matches('/'), tree.file_name()) } else { target.clone() };
        (at, tree)
    };
    found.into_iter().map(place).collect()
}

/// What a source of the context names: a path, or the names that match a pattern in its last segment.
fn in_context(source: &str, context: &RepoPath, world: &World<'_>) -> Vec<RepoPath> {
    let source = source.trim_start_matches('/');
    if !source.contains(['*', '?', '[']) {
        return context
            .join(source)
            .filter(|path| world.snapshot.is_dir(path) || world.snapshot.is_file(path))
            .into_iter()
            .collect();
    }
    let (directory, pattern) = source.rsplit_once('/').unwrap_or((".", source));
    let (Some(directory), Ok(glob)) = (context.join(directory), Glob::new(pattern)) else { return Vec::new() };
    let matcher = glob.compile_matcher();
    let names = world.snapshot.children(&directory).filter(|(name, _)| matcher.is_match(name)).take(MOST_MOUNTS);
    names.filter_map(|(name, _)| directory.join(name)).collect()
}

/// A value in `type=bind,source=.,target=/src`.
pub(super) fn option<'a>(text: &'a str, names: &[&str]) -> Option<&'a str> {
    text.split(',').filter_map(|part| part.split_once('=')).find(|(name, _)| names.contains(name)).map(|(_, value)| value)
}

/// The bind mounts of one `RUN`.
pub(super) fn bound<'s>(
    one: &Instruction,
    image: &Image,
    context: Option<&RepoPath>,
    stage: &dyn Fn(&str) -> Option<&'s Image>,
) -> Vec<Mount> {
    let mut found = Vec::new();
    for (_, value) in one.flags().0.into_iter().filter(|(name, _)| *name == "mount") {
        if option(value, &["type"]).is_some_and(|kind| kind != "bind") {
            continue;
        }
        let Some(target) = option(value, &["target", "dst", "destination"]).and_then(|target| inside(image, target)) else {
            continue;
        };
        let source = option(value, &["source", "src"]).unwrap_or(".");
        let tree = match option(value, &["from"]) {
            Some(name) => stage(name).and_then(|from| from.workdir().enter("/").resolve(source)),
            None => context.and_then(|context| context.join(source.trim_start_matches('/'))),
        };
        found.extend(tree.map(|tree| (target, tree)));
    }
    found
}
