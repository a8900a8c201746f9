//! Owns the dependencies of `pom.xml`, `*.csproj` and `packages.config`, read by a small pass over tags. Refuses entities,
//! properties, and everything else of XML: only literal names count.

use crate::snapshot::Snapshot;
use crate::text::{RepoPath, SourceFile, Span};

use super::Sink;

/// One tag, and the text behind it up to the next one.
struct Tag<'t> {
    /// The name without its prefix.
    name: &'t str,
    closing: bool,
    /// `<name …/>`
    alone: bool,
    attributes: &'t str,
    /// Where the name stands.
    at: usize,
    text: &'t str,
    text_at: usize,
}

/// All tags in order; comments, CDATA, declarations and processing instructions are passed over.
fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let open = at + memchr::memchr(b'<', text.as_bytes().get(at..)?)?;
            let rest = &text[open..];
            let skip = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")]
                .into_iter()
                .find(|(head, _)| rest.starts_with(head));
            if let Some((head, tail)) = skip {
                at = open + head.len() + rest[head.len()..].find(tail)? + tail.len();
                continue;
            }
            let close = open + memchr::memchr(b'>', rest.as_bytes())?;
            let inside = &text[open + 1..close];
            let body = inside.strip_prefix('/').unwrap_or(inside);
            let alone = body.ends_with('/');
            let body = body.strip_suffix('/').unwrap_or(body);
            let end = body.find(|c: char| c.is_whitespace()).unwrap_or(body.len());
            let (name, attributes) = body.split_at(end);
            at = close + 1;
            let next = memchr::memchr(b'<', &text.as_bytes()[at..]).map_or(text.len(), |next| at + next);
            let closing = inside.starts_with('/');
            let name = name.rsplit(':').next().unwrap_or(name);
            return Some(Tag { name, closing, alone, attributes, at: open + 1, text: text[at..next].trim(), text_at: at });
        }
    })
}

/// A `<dependency>` or `<plugin>` that is being read.
#[derive(Default)]
struct Draft {
    group: String,
    artifact: String,
    runtime: bool,
    place: Option<crate::text::Place>,
    depth: usize,
}

/// Reads a Maven project: `groupId:artifactId` of dependencies and plugins, as written. What `dependencyManagement` names
/// gives a version to those who ask for it.
pub(super) fn pom(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(file) = snapshot.read(sink.manifest) else { return };
    let (mut depth, mut managed) = (0usize, None::<usize>);
    let mut drafts: Vec<Draft> = Vec::new();
    for tag in tags(&file.text) {
        if tag.alone {
            continue;
        }
        if tag.closing {
            if matches!(tag.name, "dependency" | "plugin") && drafts.last().is_some_and(|draft| draft.depth == depth) {
                finish(drafts.pop(), sink);
            }
            if managed == Some(depth) {
                managed = None;
            }
            depth = depth.saturating_sub(1);
            continue;
        }
        depth += 1;
        match tag.name {
            "dependencyManagement" | "pluginManagement" => managed = managed.or(Some(depth)),
            "dependency" => drafts.push(Draft { runtime: managed.is_none(), depth, ..Draft::default() }),
            "plugin" => drafts.push(Draft { group: "org.apache.maven.plugins".to_owned(), depth, ..Draft::default() }),
            _ => {
                if let Some(draft) = drafts.last_mut().filter(|draft| draft.depth + 1 == depth) {
                    field(draft, &tag, &file);
                }
            }
        }
    }
}

/// `groupId:artifactId` of a Maven project itself; the group may be its parent's.
pub(crate) fn pom_name(snapshot: &Snapshot, manifest: &RepoPath) -> Option<String> {
    let file = snapshot.read(manifest).ok()?;
    let (mut way, mut group, mut parent, mut artifact) = (Vec::new(), None, None, None);
    for tag in tags(&file.text).filter(|tag| !tag.alone) {
        if tag.closing {
            way.pop();
            continue;
        }
        match (way.as_slice(), tag.name) {
            (["project"], "groupId") => group = Some(tag.text),
            (["project"], "artifactId") => artifact = Some(tag.text),
            (["project", "parent"], "groupId") => parent = Some(tag.text),
            _ => {}
        }
        way.push(tag.name);
    }
    Some(format!("{}:{}", group.or(parent)?, artifact?))
}

fn field(draft: &mut Draft, tag: &Tag<'_>, file: &SourceFile) {
    match tag.name {
        "groupId" => tag.text.clone_into(&mut draft.group),
        "artifactId" => {
            tag.text.clone_into(&mut draft.artifact);
            let from = file.text[tag.text_at..].find(tag.text).map_or(tag.text_at, |at| tag.text_at + at);
            draft.place = Some(file.place(Span::new(from, from + tag.text.len())));
        }
        // `provided` is there at run time, by other hands; `import` only gives versions.
        "scope" if matches!(tag.text, "test" | "import" | "system") => draft.runtime = false,
        _ => {}
    }
}

fn finish(draft: Option<Draft>, sink: &mut Sink<'_>) {
    let Some(Draft { group, artifact, runtime, place: Some(place), .. }) = draft else { return };
    if !group.is_empty() && !artifact.is_empty() {
        sink.add("maven", &format!("{group}:{artifact}"), place, runtime);
    }
}

/// Reads a C# project. What is private to the build (`PrivateAssets="all"`: analyzers) does not run.
pub(super) fn csproj(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(file) = snapshot.read(sink.manifest) else { return };
    for tag in tags(&file.text).filter(|tag| !tag.closing && matches!(tag.name, "PackageReference" | "Project" | "Sdk")) {
        let place = file.place(Span::new(tag.at, tag.at + tag.name.len()));
        if tag.name != "PackageReference" {
            // `Sdk="Microsoft.NET.Sdk.Web"`: what the project is built on.
            let sdks = attribute(tag.attributes, if tag.name == "Sdk" { "Name" } else { "Sdk" }).unwrap_or_default();
            for sdk in sdks.split(';').filter_map(|sdk| sdk.split('/').next()) {
                sink.add("nuget", sdk.trim(), place.clone(), true);
            }
            continue;
        }
        let private = attribute(tag.attributes, "PrivateAssets").is_some_and(|value| value.eq_ignore_ascii_case("all"));
        if let Some(name) = attribute(tag.attributes, "Include").or_else(|| attribute(tag.attributes, "Update")) {
            sink.add("nuget", name, place, !private);
        }
    }
}

/// Reads the older list of packages.
pub(super) fn packages_config(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(file) = snapshot.read(sink.manifest) else { return };
    for tag in tags(&file.text).filter(|tag| !tag.closing && tag.name == "package") {
        let runtime = attribute(tag.attributes, "developmentDependency") != Some("true");
        if let Some(name) = attribute(tag.attributes, "id") {
            sink.add("nuget", name, file.place(Span::new(tag.at, tag.at + tag.name.len())), runtime);
        }
    }
}

/// The value of an attribute.
fn attribute<'t>(attributes: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = attributes;
    loop {
        let (key, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, tail) = behind[1..].split_once(quote)?;
        if key.trim() == name {
            return Some(value.trim());
        }
        rest = tail;
    }
}
