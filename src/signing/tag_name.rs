//! Owns which texts name a tag: git-check-ref-format over the name below `refs/tags/`. Refuses revision syntax and every other
//! way to say which object is meant.

/// Where tags are.
pub const TAGS: &str = "refs/tags/";
/// Below `refs/tags/`: signatures of others over a release.
pub const COUNTERSIGN: &str = "countersign/";

/// The name that an argument means: `NAME` or `refs/tags/NAME`.
///
/// # Errors
/// Why it is no name of a tag, as a clause.
pub fn parse(argument: &str) -> Result<&str, &'static str> {
    let name = argument.strip_prefix(TAGS).unwrap_or(argument);
    if name.starts_with("refs/") {
        return Err("it is the full name of something that is no tag");
    }
    check(name)?;
    Ok(name)
}

/// What stands before the version in a name (`pkg@`, `pkg/`; nothing where it is no package's), and the rest.
#[must_use]
pub fn package(name: &str) -> (&str, &str) {
    name.split_at(name.rfind(['@', '/']).map_or(0, |at| at + 1))
}

/// Whether a name is one that git-check-ref-format lets stand below `refs/tags/`.
///
/// # Errors
/// What it breaks, as a clause.
pub fn check(name: &str) -> Result<(), &'static str> {
    let refused = |c: char| matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\') || c.is_control();
    if name.is_empty() {
        return Err("it is empty");
    }
    if name.contains(refused) {
        return Err("it holds a blank, a control character or one of ~^:?*[\\");
    }
    if name.contains("..") || name.contains("@{") || name.ends_with('.') {
        return Err("it holds `..` or `@{`, or ends in a dot");
    }
    let wrong = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    if name.split('/').any(wrong) {
        return Err("a part of it is empty, begins with a dot or ends in `.lock`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_or_its_full_reference() {
        assert_eq!(parse("v1.0"), Ok("v1.0"));
        assert_eq!(parse("refs/tags/pkg/v1.0"), Ok("pkg/v1.0"));
        // What git's own porcelain would not make, and its grammar of references lets stand below `refs/tags/`.
        for odd in ["@", "-v1", "v1./1.0"] {
            assert_eq!(parse(odd), Ok(odd));
        }
        let bad = [
            "",
            "refs/tags/",
            "refs/heads/main",
            "refs/tags/refs/tags/v1",
            "v1^{}",
            "v1~1",
            "v1..v2",
            "v1@{1}",
            "a b",
            "v1 ",
            "v1\n",
            ".v1",
            "v1.",
            "v1.lock",
            "a//b",
            "/v1",
            "v1/",
            "v1:x",
            "v\u{7f}1",
        ];
        for bad in bad {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}
