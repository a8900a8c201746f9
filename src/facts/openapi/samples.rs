//! Owns which documents among the documentation are samples: what nothing in the product has anything to do with. Refuses to
//! judge documents that lie with the product, and those of a tree without code.

use memchr::memmem::Finder;

use super::{ApiDescription, ApiKind};
use crate::doc::{Format, Value};
use crate::facts::components::Scope;
use crate::facts::components::scope::Scoping;
use crate::facts::runners::World;
use crate::terms::Terms;
use crate::text::{Place, RepoPath};

/// How many files of the product are looked at, and how many segments of a document's paths are looked for.
const MOST_FILES: usize = 3_000;
const MOST_SEGMENTS: usize = 50;

/// Takes the samples out of `all`, and says what they are.
pub(super) fn set_aside(
    world: &World<'_>,
    scoping: &Scoping<'_>,
    all: &mut Vec<ApiDescription>,
    terms: &Terms,
) -> Vec<(Place, String)> {
    let documentation =
        |one: &ApiDescription| one.kind == ApiKind::Document && one.valid && scoping.of(&one.path) == Some(Scope::Development);
    let named = terms.service.openapi.as_deref().map(|text| text.trim_start_matches('/'));
    let mut samples = Vec::new();
    if !all.iter().any(documentation) {
        return samples;
    }
    let product = Product::new(world, scoping);
    all.retain(|one| {
        let sample = documentation(one) && named != Some(one.path.as_str()) && !product.knows(world, &one.path);
        if sample {
            samples.push((one.place.clone(), format!("nothing in the product has the paths that {} describes", one.path)));
        }
        !sample
    });
    samples
}

/// The files that may tie a document to the product.
struct Product<'a> {
    code: Vec<&'a RepoPath>,
    /// Build files, workflows, settings: what may name the document.
    others: Vec<&'a RepoPath>,
}

impl<'a> Product<'a> {
    fn new(world: &World<'a>, scoping: &Scoping<'_>) -> Self {
        let languages = world.catalog.languages.language.iter().filter(|language| language.code);
        let extensions: Vec<&str> = languages.flat_map(|language| &language.extensions).map(String::as_str).collect();
        let paths = world.snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
        let production = paths.filter(|path| scoping.of(path) == Some(Scope::Production));
        let is_code = |path: &&RepoPath| path.file_name().rsplit_once('.').is_some_and(|(_, end)| extensions.contains(&end));
        let (code, others) = production.partition(is_code);
        Self { code, others }
    }

    /// Whether a file names the document, or some code has a segment of one of its paths. Without code nothing can be held
    /// against the document.
    fn knows(&self, world: &World<'_>, document: &RepoPath) -> bool {
        if self.code.is_empty() {
            return true;
        }
        let segments = segments(world, document);
        let marks: Vec<Finder<'_>> = segments.iter().map(|segment| Finder::new(segment.as_bytes())).collect();
        let name = Finder::new(document.as_str().as_bytes());
        let read = |path: &&&RepoPath| world.snapshot.peek(path).ok();
        let named = |text: &str| name.find(text.as_bytes()).is_some();
        let tied = |text: &str| named(text) || marks.iter().any(|mark| mark.find(text.as_bytes()).is_some());
        segments.is_empty()
            || self.code.iter().take(MOST_FILES).any(|path| read(&path).is_none_or(|file| tied(&file.text)))
            || self.others.iter().take(MOST_FILES).any(|path| read(&path).is_some_and(|file| named(&file.text)))
    }
}

/// The literal segments of the document's paths that are long enough to mean something.
fn segments(world: &World<'_>, document: &RepoPath) -> Vec<String> {
    let format = if document.file_name().ends_with(".json") { Format::Json } else { Format::Yaml };
    let Ok(parsed) = world.snapshot.peek_document(document, format) else { return Vec::new() };
    let paths =
        parsed.root().get("paths").into_iter().flat_map(Value::entries).filter_map(|entry| entry.name().map(str::to_owned));
    let mut all: Vec<String> = paths
        .flat_map(|path| path.split('/').map(str::to_owned).collect::<Vec<_>>())
        .filter(|segment| segment.len() >= 4 && !segment.contains(['{', '}']))
        .collect();
    all.sort();
    all.dedup();
    all.truncate(MOST_SEGMENTS);
    all
}
