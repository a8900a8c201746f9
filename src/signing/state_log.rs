//! Owns what the state log says and what follows from it: one line of JSON for every verified release, oldest first. The same name
//! never means another object, the policy never goes back, and neither does the version. Refuses files and history.

use std::cmp::Ordering;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::refusal::{Refusal, Step};

/// One verified release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The version of this line's format: 1.
    pub schema: u32,
    /// The tag's name, without `refs/tags/`.
    pub tag: String,
    /// The object that the reference named.
    pub object: String,
    /// The SHA-256 of the bytes that were signed, for a tag that carries a signature.
    pub payload: Option<String>,
    /// The commit to deploy.
    pub commit: String,
    /// The commit whose policy judged.
    pub policy: Option<String>,
    /// When, RFC 3339.
    pub time: String,
}

/// The entries of a log's lines.
///
/// # Errors
/// The 1-based line that is none.
pub fn parse(lines: &[String]) -> Result<Vec<Entry>, (usize, String)> {
    let entry = |(at, line): (usize, &String)| match serde_json::from_str::<Entry>(line) {
        Ok(entry) if entry.schema == 1 => Ok(entry),
        Ok(entry) => Err((at + 1, format!("its schema is {}, not 1", entry.schema))),
        Err(problem) => Err((at + 1, problem.to_string())),
    };
    lines.iter().enumerate().map(entry).collect()
}

/// Holds a release against the log.
///
/// # Errors
/// The name was another object before, or a newer version was verified last and `rollback` is not allowed.
pub fn judge(log: &[Entry], now: &Entry, rollback: bool) -> Result<(), Refusal> {
    if let Some(earlier) = log.iter().rev().find(|entry| entry.tag == now.tag && entry.object != now.object) {
        let same = earlier.payload.is_some() && earlier.payload == now.payload;
        let how = if same { " (same payload, re-wrapped)" } else { "" };
        let reason = format!("the tag was the object {} when it was verified at {}{how}", earlier.object, earlier.time);
        return Err(Refusal::rejected(Step::State, reason, "find out who moved the tag; then tag and sign the next version"));
    }
    let (prefix, version) = split(&now.tag);
    let Some(last) = log.iter().rev().find(|entry| split(&entry.tag).0 == prefix) else { return Ok(()) };
    if rollback || last.tag == now.tag {
        return Ok(());
    }
    let older = match (split(&last.tag).1, version) {
        (Some(last), Some(now)) => now < last,
        _ => true,
    };
    if older {
        let reason = format!("{} was verified last, at {}, and {} is not known to be newer", last.tag, last.time, now.tag);
        return Err(Refusal::rejected(Step::State, reason, "deploy a newer release, or say --allow-rollback"));
    }
    Ok(())
}

/// Whether the log knows this very object under this name.
#[must_use]
pub fn knows(log: &[Entry], tag: &str, object: &str) -> bool {
    log.iter().any(|entry| entry.tag == tag && entry.object == object)
}

/// Releases of one package together, the older version first; what is no version stands before them, by name.
#[must_use]
pub fn by_version(a: &str, b: &str) -> Ordering {
    split(a).cmp(&split(b)).then_with(|| a.cmp(b))
}

/// What stands before the version (`pkg@`, `pkg/`), and the version; a missing patch or minor is zero.
fn split(tag: &str) -> (&str, Option<Version>) {
    let at = tag.rfind(['@', '/']).map_or(0, |at| at + 1);
    let (prefix, text) = tag.split_at(at);
    let text = text.strip_prefix('v').unwrap_or(text);
    let core = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, rest) = text.split_at(core);
    let padded = match numbers.bytes().filter(|byte| *byte == b'.').count() {
        0 => format!("{numbers}.0.0{rest}"),
        1 => format!("{numbers}.0{rest}"),
        _ => text.to_owned(),
    };
    (prefix, Version::parse(&padded).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(tag: &str, object: &str) -> Entry {
        let payload = Some("p".to_owned());
        let policy = Some("c".to_owned());
        Entry { schema: 1, tag: tag.into(), object: object.into(), payload, commit: "c".into(), policy, time: "t".into() }
    }

    #[test]
    fn a_name_stays_its_object() {
        let log = [entry("v1.0", "a")];
        assert!(judge(&log, &entry("v1.0", "a"), false).is_ok());
        let moved = judge(&log, &entry("v1.0", "b"), true).expect_err("moved");
        assert!(moved.reason.ends_with("re-wrapped)") && moved.step == Step::State);
    }

    #[test]
    fn a_version_does_not_go_back_unless_told() {
        let log = [entry("v1.9", "a"), entry("v1.10", "b"), entry("pkg@2.0", "c")];
        assert!(judge(&log, &entry("v1.9", "a"), false).is_err());
        assert!(judge(&log, &entry("v1.9", "a"), true).is_ok());
        assert!(judge(&log, &entry("v1.10.1", "x"), false).is_ok());
        assert!(judge(&log, &entry("v1.10.0-rc.1", "x"), false).is_err());
        assert!(judge(&log, &entry("pkg@2.1", "x"), false).is_ok() && judge(&log, &entry("other@0.1", "x"), false).is_ok());
        assert!(
            judge(&[entry("2026.01.01", "a")], &entry("2026.01.02", "b"), false).is_err(),
            "no SemVer: not known to be newer"
        );
    }

    #[test]
    fn lines_are_entries_or_mistakes() {
        let line = serde_json::to_string(&entry("v1", "a")).expect("JSON");
        assert_eq!(parse(std::slice::from_ref(&line)), Ok(vec![entry("v1", "a")]));
        assert_eq!(parse(&[line.clone(), "{}".to_owned()]).map_err(|(at, _)| at).err(), Some(2));
        assert_eq!(parse(&[line.replace("\"schema\":1", "\"schema\":2")]).map_err(|(at, _)| at).err(), Some(1));
    }
}
