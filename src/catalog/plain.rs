//! Owns the types of `rules/plain.toml`: what of a job and of its scripts is followed where a tag is verified and deployed. Refuses to
//! read any.

use serde::Deserialize;

/// `rules/plain.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plain {
    /// Keys of a job with which its commands may be others than they are called.
    pub job_keys: Vec<String>,
    /// Labels of machines that are made new for each job.
    pub hosted: Vec<String>,
    /// Shells that may be named.
    pub shells: Vec<String>,
    /// What an expression in a script may name.
    pub expressions: Vec<String>,
    /// Commands to the runner by which a script says what later steps are given.
    pub runner_commands: Vec<String>,
    /// The same of what the step gives.
    pub output_commands: Vec<String>,
    /// Beginnings of commands that print nothing that others have written.
    pub quiet: Vec<Vec<String>>,
    /// The command to the runner by which outputs of a job that hold a text are not handed on.
    pub masking: String,
    /// Commands that print a number.
    pub numbers: Vec<Vec<String>>,
    /// Commands that print their words.
    pub printing: Vec<String>,
    /// Words by which a script makes other commands of its own.
    pub ruling_words: Vec<String>,
    /// Functions that a shell runs in place of what is called.
    pub ruling_functions: Vec<String>,
    /// Files that are nobody's.
    pub nowhere: Vec<String>,
    /// Variables that name a file in which the runner is told what nothing on the way trusts.
    pub told_files: Vec<String>,
    /// Files in which a program looks for who it is.
    pub credentials: Vec<String>,
    /// The one whose file holds variables for later steps.
    pub variables_file: String,
    /// The one whose file holds directories of programs.
    pub programs_file: String,
    /// Variables that change what programs do.
    pub ruling_variables: Vec<String>,
    /// Variables by which a shell is ruled, or that the machine gives to programs already.
    pub shell_variables: Vec<String>,
    /// Programs after whose names variables are called that are none of theirs.
    pub everyday: Vec<String>,
    /// Last parts of names of variables that change what programs do.
    pub ruling_ends: Vec<String>,
    /// The same, but where the value is a plain path of the tree.
    pub ruling_places: Vec<String>,
    /// Variables that do none of it.
    pub harmless: Vec<String>,
    /// The same, but where a part of the name says what is deployed.
    pub told_variables: Vec<String>,
    /// Parts of names that say which of what was made is meant.
    pub naming_parts: Vec<String>,
    /// Those of them that may only name an image.
    pub image_parts: Vec<String>,
    /// Last parts with which a name says what something is called, or where it lies.
    pub place_parts: Vec<String>,
    /// The last part with which it says a version.
    pub version_part: String,
    /// Programs and languages that have versions, beside those that a row knows.
    pub languages: Vec<String>,
}

/// Whether a list of names, in which a `*` stands for anything, has this one.
#[must_use]
pub fn has(list: &[String], name: &str) -> bool {
    list.iter().any(|known| fits(known, name))
}

/// Whether a name fits one in which each `*` stands for anything.
fn fits(known: &str, name: &str) -> bool {
    let mut pieces = known.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_anything() {
        for (known, name, is) in [
            ("A", "A", true),
            ("A", "AB", false),
            ("A*", "AB", true),
            ("*B", "AB", true),
            ("*B", "B", true),
            ("A*B", "AB", true),
            ("A*B", "A", false),
            ("needs.*.result", "needs.x.result", true),
            ("needs.*.result", "needs.x.outputs", false),
            ("*", "", true),
        ] {
            assert_eq!(fits(known, name), is, "{known} {name}");
        }
    }
}
