//! Owns whether a Terraform file names a provider or a module that a bot could raise. Refuses everything else in it.
//!
//! Dependabot takes every module whose source is not a path, and every entry of `required_providers`
//! (dependabot-core, terraform/lib/dependabot/terraform/file_parser.rb).

use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Whether there is one; a file that cannot be read counts as one that has.
pub(super) fn has_sources(snapshot: &Snapshot, path: &RepoPath) -> bool {
    snapshot.read(path).map_or(true, |file| named(&file.text))
}

/// One pass over the lines: which block each stands in, by its braces.
fn named(text: &str) -> bool {
    let mut blocks: Vec<&str> = Vec::new();
    let mut comment = false;
    for line in text.lines() {
        let line = line.trim();
        if comment || line.starts_with("/*") {
            comment = !line.contains("*/");
            continue;
        }
        if line.starts_with('#') || line.starts_with("//") {
            continue;
        }
        let module = blocks.last() == Some(&"module");
        let source = line.strip_prefix("source").map(str::trim_start).and_then(|rest| rest.strip_prefix('='));
        let source = source.map(|value| value.trim().trim_start_matches('"'));
        if module && source.is_some_and(|value| !value.starts_with(['.', '/']) && !value.starts_with("${")) {
            return true;
        }
        let in_providers = blocks.contains(&"required_providers");
        let mut rest = line;
        while let Some(at) = rest.find(['{', '}']) {
            if rest[at..].starts_with('{') {
                let head = rest[..at].trim().trim_end_matches('=').trim_end();
                if in_providers && !head.is_empty() {
                    return true;
                }
                blocks.push(head.split([' ', '"']).next().unwrap_or_default());
            } else {
                blocks.pop();
            }
            rest = &rest[at + 1..];
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn what_a_bot_could_raise() {
        for (text, expected) in [
            ("terraform {\n  required_providers {\n    aws = {\n      source = \"hashicorp/aws\"\n    }\n  }\n}\n", true),
            ("terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\", version = \"5\" }\n  }\n}\n", true),
            ("terraform {\n  required_providers {\n  }\n}\nlocals {\n  a = {\n  }\n}\n", false),
            ("module \"a\" {\n  source  = \"terraform-aws-modules/vpc/aws\"\n}\n", true),
            ("module \"a\" {\n  source = \"git::https://example.org/a.git?ref=v1\"\n}\n", true),
            ("module \"a\" {\n  source = \"../a\"\n}\n", false),
            ("module \"a\" {\n  source = \"./a\"\n  x = {\n    source = \"b/c/d\"\n  }\n}\n", false),
            ("# module \"a\" {\n#  source = \"a/b/c\"\n", false),
            ("resource \"x\" \"y\" {\n  source = \"a/b/c\"\n}\n", false),
            ("}}}{{{\n/*\n", false),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }
}
