//! Owns that every row of the two catalogues of attacks has a case with the answer that the row asks for: of exactly its id, or by a table
//! that names the case of another row, whose words say so.
//!
//! A row is `id:answer`: `+` verified, a step at which it is rejected, `?` and a step at which it cannot be told, `usage` and `incomplete` of
//! the whole run. It stands here and in the case, so that no case grows laxer alone.

use std::collections::{BTreeMap, BTreeSet};

use super::case::{self, Case};

/// The rows of the catalogue of release tags.
const TAGS: &str = "a02:grammar a03:+ a39:name a04a:target a04b:target a04c:target a05a:target a05b:target a05c:object a06:signer a21:signer a07:+ \
    a08:certificate a09a:+ a09b:certificate a10:certificate a11a:+ a11b:certificate a11c:certificate a12a:+ a12b:+ a12c:+ \
    a12d:signer a12e:block a13:block a14b:block a14c:signer a15a:block a15b:+ a15c:+ a15d:block a16a:grammar a16b:block a16c:grammar \
    a17a:grammar a17b:grammar a17c:grammar a17d:grammar a19:incomplete a20:branch a22:state a23a:time a23b:+ a23c:time a23d:block \
    a24:block a26:object a28a:+ a28b:+ a29:block a31:+ a40:block removed:signer window:+ twice:threshold cross-repository:name \
    short-fingerprint:usage shallow:?branch rollback:state";
/// The rows of the catalogue of threats.
const THREATS: &str = "b02:usage b2b:usage b03:usage b04:certificate b05:certificate b06:+ b07:certificate b08:usage b09:+ b10:+ b11:usage \
    b2a:certificate b12:algorithm b13:algorithm b14:algorithm b16:block b17:block b18:block b19:block b20:block b22:block b22b:block \
    b23:block b25:block b26:threshold b27:certificate b28:certificate b31:threshold b32:threshold b33:threshold b34:block b35:name \
    b36:threshold b37:threshold b41:usage b45:name b46:grammar b47:grammar b48:grammar b49:grammar b4a:grammar b4b:name b50:+ b51:+ \
    b62:+ b63:signer b64:block b66:signer b68:time b69:time b6a:time b70:name b71:name b72:+ b73:object b74:object b75:branch \
    b76:branch b77:+ b78:?object b79:+ b7a:incomplete b7b:name";
/// Rows that are no tag in a repository, each with the test that holds it.
const ELSEWHERE: [(&str, &str, &str); 3] = [
    ("a18", include_str!("../../../fixtures-tags/README.md"), "No fixture shows a collision of SHA-1 (a18)"),
    ("a30", include_str!("binary.rs"), "fn the_environment_leads_nowhere_else"),
    ("b1", include_str!("../../../rules/checklist/deploy-tag-verified.toml"), "it verifies one tag for ever"),
];

/// Rows that a case of another id shows.
const SHOWN_BY: [(&str, &str); 3] = [("b28", "a11c"), ("b37", "b36"), ("b6a", "b69")];

/// The answer that a case asks for, as a row writes it.
fn asked(case: &Case) -> String {
    let step = case.step.clone().unwrap_or_default();
    match case.verdict.as_str() {
        "verified" => "+".to_owned(),
        "rejected" => step,
        "indeterminate" => format!("?{step}"),
        whole => whole.to_owned(),
    }
}

#[test]
fn every_row_of_the_catalogues_has_a_case() {
    let ids: BTreeSet<String> = case::all().into_iter().map(|case| case.id).collect();
    let rows = || TAGS.split_whitespace().chain(THREATS.split_whitespace()).filter_map(|row| row.split_once(':'));
    let by_another: BTreeMap<&str, &str> = SHOWN_BY.into_iter().collect();
    let case_of = |row: &str| if ids.contains(row) { Some(row.to_owned()) } else { by_another.get(row).map(ToString::to_string) };
    let missing: Vec<&str> = rows().filter(|(row, _)| case_of(row).is_none()).map(|(row, _)| row).collect();
    assert!(missing.is_empty(), "rows without a case of exactly their id: {missing:?}");
    assert_eq!(rows().count(), TAGS.split_whitespace().count() + THREATS.split_whitespace().count(), "a row without an answer");
    for (row, answer) in rows() {
        let case = case::named(&case_of(row).expect("a case"));
        assert_eq!(asked(&case), answer, "{row}: its case {} asks for something else than the row does", case.id);
    }
    // And back: what the table says is needed, and of rows that there are.
    for (row, case) in SHOWN_BY {
        assert!(rows().any(|(other, _)| other == row) && !ids.contains(row), "{row} is no row, or has a case of its own");
        assert!(case::named(case).what.contains(&format!("({row})")), "{case} does not say that it shows {row}");
    }
    for (row, text, what) in ELSEWHERE {
        assert!(text.contains(what), "{row}: `{what}` is gone");
    }
}
