//! Owns whether a container file or a compose file names an image that a bot could raise. Refuses everything else in them.
//!
//! Dependabot's docker parser takes an image with a tag or a digest and passes over every other `FROM`
//! (dependabot-core, docker/lib/dependabot/docker/file_parser.rb, `version_from`).

use std::collections::{HashMap, HashSet};

use crate::doc::{Format, Value};
use crate::snapshot::{Snapshot, UnreadKind};
use crate::text::RepoPath;

/// Whether there is such an image; a file that cannot be read counts as one that has.
pub(super) fn has_image(snapshot: &Snapshot, path: &RepoPath, ecosystem: &str) -> bool {
    if ecosystem == "docker-compose" {
        let Ok(document) = snapshot.document(path, Format::Yaml) else { return true };
        let services: Vec<Value<'_>> =
            document.root().get("services").into_iter().flat_map(Value::entries).map(|entry| entry.value).collect();
        return services.into_iter().any(|one| one.get("image").and_then(Value::scalar).is_some_and(composed));
    }
    match snapshot.read_code(path) {
        Ok(file) => in_container_file(&file.text),
        // `dockerfile.png`
        Err(unread) => unread.kind != UnreadKind::NotText,
    }
}

/// An image of a compose file: one that is a variable is its default (docker_compose/file_parser.rb, `service_image`).
fn composed(image: &str) -> bool {
    if image.starts_with("${") { has_version(&filled(image, &HashMap::new())) } else { has_version(image) }
}

/// An image with a literal tag or digest.
fn has_version(image: &str) -> bool {
    if let Some((name, digest)) = image.split_once('@') {
        return !name.is_empty() && !digest.is_empty();
    }
    let last = image.rsplit('/').next().unwrap_or(image);
    let Some((name, tag)) = last.split_once(':') else { return false };
    !name.is_empty() && tag.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
}

/// The first instruction of a container file is `FROM` or `ARG`; what starts otherwise only bears the name.
fn in_container_file(text: &str) -> bool {
    let mut arguments: HashMap<&str, &str> = HashMap::new();
    let mut stages: HashSet<String> = HashSet::new();
    let mut continued = false;
    for line in text.lines() {
        let line = line.trim_start_matches('\u{FEFF}').trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let inside = continued;
        continued = line.ends_with(['\\', '`']);
        if inside {
            continue;
        }
        let mut words = line.split_whitespace();
        let instruction = words.next().unwrap_or_default();
        let is = |name: &str| instruction.eq_ignore_ascii_case(name);
        if is("ARG") && stages.is_empty() {
            arguments.extend(
                words.filter_map(|word| word.split_once('=')).map(|(name, value)| (name, value.trim_matches(['"', '\'']))),
            );
        } else if is("FROM") {
            let mut words = words.skip_while(|word| word.starts_with("--"));
            let image = filled(words.next().unwrap_or_default(), &arguments);
            if !stages.contains(&image.to_ascii_lowercase()) && has_version(&image) {
                return true;
            }
            // Also marks that the part before the first stage, where arguments of `FROM` stand, is over.
            stages.insert(words.nth(1).unwrap_or_default().to_ascii_lowercase());
        } else if stages.is_empty() && arguments.is_empty() && !is("ARG") {
            return false;
        } else if is("COPY") && words.any(|word| word.strip_prefix("--from=").is_some_and(has_version)) {
            return true;
        }
    }
    false
}

/// The text with the defaults of arguments in it; what has none stays as it is.
pub(super) fn filled(text: &str, arguments: &HashMap<&str, &str>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (inner, next) = match after.strip_prefix('{').and_then(|braced| braced.split_once('}')) {
            Some(parts) => parts,
            None => after.split_at(after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len())),
        };
        let (name, default) = inner.split_once(":-").or_else(|| inner.split_once('-')).unwrap_or((inner, ""));
        match arguments.get(name).copied().or(Some(default).filter(|default| !default.is_empty())) {
            Some(value) => out.push_str(value),
            None => out.push('$'),
        }
        rest = next;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_can_be_raised() {
        for (text, wanted) in [
            ("FROM python:3.12\n", true),
            ("# syntax=docker/dockerfile:1\n\nfrom --platform=$BUILDPLATFORM golang:1.25 AS build\n", true),
            ("FROM scratch\nCOPY a /a\n", false),
            ("FROM ubuntu\n", false),
            ("FROM ubuntu@sha256:ab\n", true),
            ("FROM registry:5000/a\n", false),
            ("FROM registry:5000/a:1\n", true),
            ("ARG BASE\nFROM $BASE\n", false),
            ("ARG BASE\nFROM ${BASE}:latest\n", true),
            ("ARG V\nFROM python:$V\n", false),
            ("ARG V=3.12\nFROM python:${V}-slim\n", true),
            ("ARG BASE=\"debian:12\"\nFROM $BASE AS a\nFROM a\n", true),
            ("FROM scratch AS a\nFROM a\nFROM A AS b\n", false),
            ("FROM scratch\nCOPY --from=busybox:1.36 /bin/sh /\n", true),
            ("FROM scratch\nRUN x \\\n FROM y:1\n", false),
            ("package dockerfile\n\nFROM x:1\n", false),
            ("", false),
        ] {
            assert_eq!(in_container_file(text), wanted, "{text}");
        }
    }

    #[test]
    fn images_of_a_compose_file() {
        for (image, wanted) in [
            ("postgres:17", true),
            ("postgres", false),
            ("${IMAGE:-postgres:17}", true),
            ("${IMAGE}", false),
            ("${IMAGE:-postgres}", false),
            ("postgres:${TAG:-17}", false),
        ] {
            assert_eq!(composed(image), wanted, "{image}");
        }
    }
}
