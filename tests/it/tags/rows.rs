//! Owns that every row of the two catalogues of attacks has a case: of exactly its id, or by a table that names the case of another row,
//! whose words say so.

use std::collections::{BTreeMap, BTreeSet};

use super::case;

/// The rows of the catalogue of release tags.
const TAGS: &str = "a02 a03 a39 a04a a04b a04c a05a a05b a05c a06 a21 a07 a08 a09a a09b a10 a11a a11b a11c a12a a12b a12c a12d a12e a13 \
    a14b a14c a15a a15b a15c a15d a16a a16b a16c a17a a17b a17c a17d a19 a20 a22 a23a a23b a23c a23d a24 a26 a28a a28b a29 a31 a40 \
    removed window twice cross-repository short-fingerprint shallow rollback";
/// The rows of the catalogue of threats.
const THREATS: &str = "b02 b2b b03 b04 b05 b06 b07 b08 b09 b10 b11 b2a b12 b13 b14 b16 b17 b18 b19 b20 b22 b22b b23 b25 b26 b27 b28 b31 \
    b32 b33 b34 b35 b36 b37 b41 b45 b46 b47 b48 b49 b4a b4b b50 b51 b62 b63 b64 b66 b68 b69 b6a b70 b71 b72 b73 b74 b75 b76 b77 b78 \
    b79 b7a b7b";
/// Rows that are no tag in a repository, each with the test that holds it.
const ELSEWHERE: [(&str, &str, &str); 3] = [
    ("a18", include_str!("../../../fixtures-tags/README.md"), "No fixture shows a collision of SHA-1 (a18)"),
    ("a30", include_str!("binary.rs"), "fn the_environment_leads_nowhere_else"),
    ("b1", include_str!("../../../rules/checklist/deploy-tag-verified.toml"), "it verifies one tag for ever"),
];

/// Rows that a case of another id shows.
const SHOWN_BY: [(&str, &str); 3] = [("b28", "a11c"), ("b37", "b36"), ("b6a", "b69")];

#[test]
fn every_row_of_the_catalogues_has_a_case() {
    let ids: BTreeSet<String> = case::all().into_iter().map(|case| case.id).collect();
    let rows = || TAGS.split_whitespace().chain(THREATS.split_whitespace());
    let by_another: BTreeMap<&str, &str> = SHOWN_BY.into_iter().collect();
    let held = |row: &&str| ids.contains(*row) || by_another.get(row).is_some_and(|case| ids.contains(*case));
    let missing: Vec<&str> = rows().filter(|row| !held(row)).collect();
    assert!(missing.is_empty(), "rows without a case of exactly their id: {missing:?}");
    // And back: what the table says is needed, and of rows that there are.
    for (row, case) in SHOWN_BY {
        assert!(rows().any(|other| other == row) && !ids.contains(row), "{row} is no row, or has a case of its own");
        assert!(case::named(case).what.contains(&format!("({row})")), "{case} does not say that it shows {row}");
    }
    for (row, text, what) in ELSEWHERE {
        assert!(text.contains(what), "{row}: `{what}` is gone");
    }
}
