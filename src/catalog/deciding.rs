//! Owns which part of a word, by its flag or its setting, says which of what was made before is meant, and of which source something is made.
//! Refuses to know what that part stands for.

use std::ops::Range;

use super::releasing::Releasing;

/// Which part of a value says which of what was made before is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deciding {
    /// It says nothing of it.
    Nothing,
    /// It has to, and does not.
    Nowhere,
    /// These bytes of it.
    Part {
        /// Which.
        range: Range<usize>,
        /// They are a digest, which only what is made itself has.
        digest: bool,
    },
}

/// The parts of a name: `image_tag` as `imageTag`, and of `-DimageTag` those behind the letter.
fn name_parts(name: &str) -> Vec<String> {
    let glued = name.strip_prefix('-').filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    let name = glued.and_then(|rest| rest.get(1..)).unwrap_or(name);
    let mut parts = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() || lower && c.is_ascii_uppercase() {
            parts.push(String::new());
        }
        lower = c.is_ascii_lowercase();
        if c.is_ascii_alphanumeric() {
            parts.iter_mut().last().into_iter().for_each(|part| part.push(c.to_ascii_lowercase()));
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// A name and what it is set to.
#[must_use]
pub fn setting(text: &str) -> Option<(&str, &str)> {
    let plain = |c: char| !matches!(c, '/' | ':' | '@') && !c.is_whitespace();
    text.split_once('=').filter(|(key, _)| !key.is_empty() && key.chars().all(plain))
}

/// A version as tools have them: numbers with dots.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    let short = || text.len() <= 4 && text.chars().all(|c| c.is_ascii_digit());
    text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(plain) && (text.contains('.') || short())
}

impl Releasing {
    /// Whether a word, or the value of a flag or of an input, says which of what was made before is deployed: an image with what stands behind
    /// its name, or the value of a flag or setting that is called so. The version of a tool (`NODE_VERSION=20`) is no such.
    #[must_use]
    pub fn says_what_is_made(&self, name: &str, text: &str) -> bool {
        let (key, value) = setting(text).unwrap_or(("", text));
        let of_tool = |name: &str| {
            let parts = name_parts(name);
            parts.len() > 1
                && is_number(value)
                && parts.iter().filter(|part| self.made_words.contains(part)).all(|part| part == "version")
        };
        let name = if of_tool(name) { "" } else { name };
        let key = if of_tool(key) { "" } else { key };
        [key, name].iter().any(|name| self.deciding(name, value) != Deciding::Nothing)
    }

    /// Which part of a value says which of what was made before is meant: of an image's name its digest, else its tag; else all of what is
    /// called so.
    #[must_use]
    pub fn deciding(&self, name: &str, value: &str) -> Deciding {
        // By the name of a registry (`docker://`) it is an image as well.
        let scheme = ["docker://", "oci://"].into_iter().find(|scheme| value.starts_with(scheme)).map_or(0, str::len);
        let text = value.get(scheme..).unwrap_or_default();
        let last = text.rfind('/').map_or(0, |at| at + 1);
        let (begins, end) = (scheme + last, value.len());
        let part = |mark: char| text.get(last..)?.find(mark).filter(|at| *at > 0).map(|at| begins + at + 1);
        if !text.contains("://") {
            // The digest stands behind the tag, and is what counts.
            if let Some(start) = part('@') {
                return Deciding::Part { range: start..end, digest: true };
            }
            if let Some(start) = part(':') {
                return Deciding::Part { range: start..end, digest: false };
            }
        }
        let parts = name_parts(name);
        let called: Vec<&String> = parts.iter().filter(|part| self.made_words.contains(part)).collect();
        match called.is_empty() {
            true => Deciding::Nothing,
            // An image without either is the newest one.
            false if text.contains('/') && called.iter().all(|part| self.image_words.contains(part)) => Deciding::Nowhere,
            false => Deciding::Part { range: 0..end, digest: false },
        }
    }

    /// Whether what is written out says of which source something is made: a flag or setting that is called so, with a value that is no version.
    #[must_use]
    pub fn says_of_which_source(&self, name: &str, text: &str) -> bool {
        text.split(',').any(|text| {
            let (key, value) = setting(text).unwrap_or(("", text));
            self.is_of_source(name) && key.is_empty() && !is_number(value) || self.is_of_source(key) && !is_number(value)
        })
    }

    /// Whether a flag, a setting or an input is called as one that says of which source something is made.
    #[must_use]
    pub fn is_of_source(&self, name: &str) -> bool {
        name_parts(name).iter().any(|part| self.source_words.contains(part))
    }
}
