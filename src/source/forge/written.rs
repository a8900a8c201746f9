//! Owns writing the bytes of commits and trees down from what GitHub's API says of them. The API leaves out what their id depends on (time
//! zones, line ends), so that every way to write them is tried, and only bytes of the id that was asked for are an answer.
//!
//! Sources: GitHub's REST API ("Git commits", "Git trees"); git's own formats, where a signature is the last header of a commit.

use std::fmt::Write as _;

use git2::{ObjectType, Oid};
use serde_json::Value;

use super::base::Kind;

/// The offsets of clocks from UTC, in quarters of an hour: the forge tells moments without them.
pub(super) const OFFSETS: std::ops::RangeInclusive<i32> = -48..=56;
/// Bytes of an unsigned commit whose two clocks may differ, which is written down eleven thousand times.
const APART_BYTES: usize = 16 * 1024;
/// Entries of a directory.
const MOST_ENTRIES: usize = 100_000;

/// What stands in a directory.
pub(super) struct Entry {
    /// What it is; [`Kind::Commit`] is a submodule.
    pub(super) kind: Kind,
    /// Its id.
    pub(super) id: Oid,
    /// Bytes of a file, as the forge says.
    pub(super) size: Option<usize>,
}

/// The bytes of the commit `id` that an answer describes; `None`: it describes another one.
pub(super) fn commit(answer: &Value, id: Oid) -> Option<Vec<u8>> {
    let is_it = |text: &str| Oid::hash_object(ObjectType::Commit, text.as_bytes()).is_ok_and(|found| found == id);
    let part = |key: &str| answer.get("verification")?.get(key)?.as_str();
    let found = match (part("payload"), part("signature")) {
        (Some(payload), Some(signature)) => signed(payload, signature).into_iter().find(|text| is_it(text)),
        _ => unsigned(answer, is_it),
    };
    found.map(String::into_bytes)
}

/// A signature is a header of its own behind all others, of which every further line begins with a blank.
fn signed(payload: &str, signature: &str) -> Vec<String> {
    let Some((headers, message)) = payload.split_once("\n\n") else { return Vec::new() };
    let plain = signature.trim_end_matches('\n').replace('\n', "\n ");
    // Signatures that GitHub makes itself end in an empty line.
    let headers = ["", "\n "].map(|end| format!("{headers}\ngpgsig {plain}{end}"));
    let whole = |head: &String| ["", "\n"].map(|end| format!("{head}\n\n{message}{end}"));
    headers.iter().flat_map(whole).collect()
}

/// An unsigned commit: both clocks are tried alike first, since one person usually is both.
fn unsigned(answer: &Value, is_it: impl Fn(&str) -> bool) -> Option<String> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut head = format!("tree {}\n", text(answer.get("tree")?, "sha")?);
    for parent in answer.get("parents")?.as_array()? {
        writeln!(head, "parent {}", text(parent, "sha")?).ok()?;
    }
    let person = |key: &str| {
        let person = answer.get(key)?;
        let date: jiff::Timestamp = text(person, "date")?.parse().ok()?;
        Some(format!("{key} {} <{}> {}", text(person, "name")?, text(person, "email")?, date.as_second()))
    };
    let (author, committer, message) = (person("author")?, person("committer")?, text(answer, "message")?);
    let written = |one: i32, other: i32| {
        let head = format!("{head}{author} {}\n{committer} {}", offset(one), offset(other));
        ["\n", ""].map(|end| format!("{head}\n\n{message}{end}")).into_iter().find(|text| is_it(text))
    };
    let alike = || OFFSETS.into_iter().find_map(|one| written(one, one));
    let apart = || OFFSETS.into_iter().find_map(|one| OFFSETS.into_iter().find_map(|other| written(one, other)));
    // Every pair of clocks is tried for what is soon tried.
    alike().or_else(|| if head.len() + message.len() <= APART_BYTES { apart() } else { None })
}

/// An offset as git writes it.
pub(super) fn offset(quarters: i32) -> String {
    let (sign, minutes) = (if quarters < 0 { '-' } else { '+' }, quarters.unsigned_abs() * 15);
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

/// The bytes of the directory `id` that an answer lists, and what stands in it; `None`: it lists another one.
pub(super) fn tree(answer: &Value, id: Oid) -> Option<(Vec<u8>, Vec<Entry>)> {
    let rows = answer.get("tree")?.as_array()?;
    if rows.len() > MOST_ENTRIES {
        return None;
    }
    let (mut bytes, mut entries) = (Vec::new(), Vec::new());
    for row in rows {
        let text = |key: &str| row.get(key).and_then(Value::as_str);
        let (name, mode, entry) = (text("path")?, text("mode")?, Oid::from_str(text("sha")?).ok()?);
        // The API writes six digits; git writes none that is not needed.
        bytes.extend(mode.trim_start_matches('0').bytes().chain([b' ']).chain(name.bytes()).chain([0]));
        bytes.extend(entry.as_bytes());
        let kind = match mode {
            "040000" => Kind::Tree,
            "160000" => Kind::Commit,
            _ => Kind::Blob,
        };
        let size = row.get("size").and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
        entries.push(Entry { kind, id: entry, size });
    }
    let found = Oid::hash_object(ObjectType::Tree, &bytes).ok()?;
    (found == id).then_some((bytes, entries))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id(text: &str) -> Oid {
        Oid::hash_object(ObjectType::Commit, text.as_bytes()).expect("an id")
    }

    /// What the API says of a commit without its signature.
    fn told(message: &str) -> Value {
        json!({
            "tree": { "sha": "4b825dc642cb6eb9a060e54bf8d69288fbee4904" },
            "parents": [{ "sha": "1".repeat(40) }, { "sha": "2".repeat(40) }],
            "author": { "name": "A", "email": "a@example.org", "date": "2025-10-09T08:53:20Z" },
            "committer": { "name": "C", "email": "c@example.org", "date": "2025-10-09T08:53:21Z" },
            "message": message,
            "verification": { "verified": false, "reason": "unsigned", "signature": null, "payload": null },
        })
    }

    fn text(author: &str, committer: &str, header: &str, message: &str) -> String {
        format!(
            "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent {}\nparent {}\nauthor A <a@example.org> 1760000000 {author}\n\
             committer C <c@example.org> 1760000001 {committer}\n{header}\n{message}",
            "1".repeat(40),
            "2".repeat(40)
        )
    }

    #[test]
    fn the_time_zones_of_a_commit_are_found_by_its_id() {
        for (author, committer) in [("+0000", "+0000"), ("-0330", "-0330"), ("+0545", "-0800"), ("+1400", "-1200")] {
            for (message, answered) in [("work\n", "work"), ("work\n\nmore\n", "work\n\nmore\n"), ("", "")] {
                let text = text(author, committer, "", message);
                assert_eq!(commit(&told(answered), id(&text)), Some(text.into_bytes()), "{author} {committer} {message:?}");
            }
        }
        assert_eq!(commit(&told("work"), id("another")), None);
        assert_eq!(commit(&json!({}), id("another")), None);
    }

    #[test]
    fn a_signature_goes_back_to_its_header() {
        let payload = text("+0200", "+0200", "", "work\n");
        let plain = "-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----";
        for end in ["", "\n "] {
            let header = format!("gpgsig {}{end}\n", plain.replace('\n', "\n "));
            let whole = text("+0200", "+0200", &header, "work\n");
            let mut answer = told("work");
            let signature = format!("{plain}\n");
            answer["verification"] = json!({ "verified": true, "reason": "valid", "signature": signature, "payload": payload });
            assert_eq!(commit(&answer, id(&whole)), Some(whole.into_bytes()), "{end:?}");
        }
    }

    #[test]
    fn a_directory_is_its_entries_and_nothing_else() {
        let row = |path: &str, mode: &str| json!({ "path": path, "mode": mode, "type": "x", "sha": "3".repeat(40), "size": 7 });
        let answer = json!({ "tree": [row("a.b", "100644"), row("a", "040000"), row("m", "160000"), row("x", "100755")] });
        let mut bytes = Vec::new();
        for head in ["100644 a.b", "40000 a", "160000 m", "100755 x"] {
            bytes.extend(head.bytes().chain([0]).chain([0x33; 20]));
        }
        let root = Oid::hash_object(ObjectType::Tree, &bytes).expect("an id");
        let (found, entries) = tree(&answer, root).expect("the directory");
        assert_eq!(found, bytes);
        let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
        assert_eq!(kinds, [Kind::Blob, Kind::Tree, Kind::Commit, Kind::Blob]);
        assert!(tree(&answer, id("another")).is_none() && tree(&json!({ "tree": 1 }), root).is_none());
    }
}
