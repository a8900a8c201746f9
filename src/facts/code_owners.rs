//! Owns how a file of code owners is written: where forges look for one, and its lines of a pattern and whom its files belong to. Refuses to
//! match a pattern: forges differ, and who asks knows which one counts.
//!
//! Sources: GitHub's and GitLab's documentation of CODEOWNERS: places, comments, escaped blanks; the last match wins.

/// Where GitHub looks, the first file that is there alone.
pub const OF_GITHUB: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
/// Where GitLab looks beside the root and `docs/`.
pub const OF_GITLAB: &str = ".gitlab/CODEOWNERS";

/// One line: a pattern, and its owners as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'t> {
    /// The line, from 1.
    pub line: usize,
    /// The pattern as it is written, blanks escaped.
    pub pattern: &'t str,
    /// Accounts, teams, roles and mail addresses; none where the line takes files from everybody.
    pub owners: Vec<&'t str>,
}

/// The lines that say something, in their order. GitLab's heads of sections are lines like others.
pub fn rows(text: &str) -> impl Iterator<Item = Row<'_>> {
    text.lines().enumerate().filter_map(|(at, line)| {
        let line = line.trim_ascii_start();
        let (pattern, rest) = line.split_at(end_of_pattern(line));
        if pattern.is_empty() || pattern.starts_with('#') {
            return None;
        }
        let owners = rest.split_ascii_whitespace().take_while(|word| !word.starts_with('#')).collect();
        Some(Row { line: at + 1, pattern, owners })
    })
}

/// Where the first blank of ASCII is that no backslash escapes.
fn end_of_pattern(line: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in line.char_indices() {
        if letter.is_ascii_whitespace() && !escaped {
            return at;
        }
        escaped = letter == '\\' && !escaped;
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_pattern_and_its_owners() {
        let text = "# all\n\n* @first\n  docs/my\\ file.md @Ada bea@example.org # why @nobody\n/build/\n\\#x @acme/team\n";
        let of = |line, pattern, owners: &[&'static str]| Row { line, pattern, owners: owners.to_vec() };
        assert_eq!(
            rows(text).collect::<Vec<_>>(),
            [
                of(3, "*", &["@first"]),
                of(4, "docs/my\\ file.md", &["@Ada", "bea@example.org"]),
                of(5, "/build/", &[]),
                of(6, "\\#x", &["@acme/team"]),
            ]
        );
        assert_eq!(rows("x\\").count() + rows("\\").count() + rows(" \t").count(), 2);
    }
}
