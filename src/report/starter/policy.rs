//! Owns the policy to start with: what was found, and the questions that only people can answer as comments. Refuses to trust a key.

use super::Starter;
use crate::report::{clean, counted};
use crate::signing::makers::Maker;
use crate::text::escape;

/// Lines that name keys, the last of them saying how many are left out.
const KEYS: usize = 4;

/// At most fifteen lines.
pub(super) fn text(found: &Starter) -> String {
    let branch = match &found.branch {
        Some(name) => format!("default_branch = {}", escape::toml(name)),
        None => "# default_branch = \"main\"".to_owned(),
    };
    let mut text = format!(
        "# What is agreed on here; `tollgate policy schema` has all keys, `tollgate policy check` finds mistakes.
schema = 1
profile = \"modern\"

[service]
{branch}
# owner = \"the team that answers for it\"

# Who may sign releases: nobody, until named by `tollgate keys add NAME --ssh FILE` or `--pgp FILE`.
"
    );
    if found.makers.is_empty() {
        return text;
    }
    text.push_str("# Keys of the releases here, none of them trusted; ask their owners, by another way than this repository:\n");
    let shown = if found.makers.len() > KEYS { KEYS - 1 } else { KEYS };
    for (maker, release) in found.makers.iter().take(shown) {
        text.push_str(&format!("# {}\n", key(maker, release)));
    }
    if found.makers.len() > shown {
        text.push_str(&format!("# … and {}, left out here\n", counted(found.makers.len() - shown, "more key")));
    }
    text
}

/// What a release says about a key.
pub(super) fn key(maker: &Maker, release: &str) -> String {
    let release = clean(release);
    match maker {
        Maker::Ssh(line) => format!("signed {release}: {}", clean(line)),
        Maker::OpenPgp(fingerprint) => format!("named by the signature of {release}: OpenPGP key {fingerprint} (or its subkey)"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests_of;
    use super::*;

    #[test]
    fn a_policy_to_start_with_has_fifteen_lines_at_most_and_no_waiver() {
        for (count, left) in [(0, None), (1, None), (4, None), (5, Some("2 more keys")), (900, Some("897 more keys"))] {
            let makers = (0..count).map(|n| (Maker::OpenPgp(format!("{n:040X}")), format!("v{n}.0\n[x]"))).collect();
            let found = Starter { makers, branch: Some("a\"]\n[gate]".to_owned()), ..tests_of() };
            let text = text(&found);
            assert!(text.lines().count() <= 15 && !text.contains("[[waiver]]"), "{text}");
            assert!(left.is_none_or(|left| text.contains(left)), "{text}");
            let read: toml::Table = text.parse().expect("TOML");
            assert_eq!(read["service"]["default_branch"].as_str(), Some("a\"]\n[gate]"));
            assert_eq!(read.keys().collect::<Vec<_>>(), ["profile", "schema", "service"]);
        }
    }
}
