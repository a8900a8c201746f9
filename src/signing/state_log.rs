//! Owns what the state log says and what follows from it: one line of JSON for every verified release, oldest first. The same name
//! never means another object, the policy never goes back, and neither does the version. Refuses files and history.

use std::cmp::Ordering;

use jiff::Timestamp;
use semver::Version;
use serde::{Deserialize, Deserializer, Serialize};

use super::refusal::{Refusal, Step};
use super::tag_name;

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
    /// The SHA-256 of the bytes that were signed, for a tag that carries a signature. The key is always there.
    #[serde(deserialize_with = "stated")]
    pub payload: Option<String>,
    /// The commit to deploy.
    pub commit: String,
    /// The commit whose policy judged. The key is always there.
    #[serde(deserialize_with = "stated")]
    pub policy: Option<String>,
    /// The objects of the countersignatures that counted, sorted. `None`: a line of a version that did not record them, by which no
    /// countersignature is known.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "listed")]
    pub countersigned: Option<Vec<String>>,
    /// The keys of the release's own signatures that counted, full fingerprints, sorted. `None`: a line of a version that did not
    /// record them.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "listed")]
    pub signed: Option<Vec<String>>,
    /// When, RFC 3339.
    pub time: String,
}

/// A field that may be null and may not be missing: a line that lost it is damaged.
fn stated<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(from)
}

/// A field that may be missing and may not be null.
fn listed<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    Vec::deserialize(from).map(Some)
}

impl Entry {
    /// Whether every field says what it is for: a line that was damaged must not pass for one that asks less.
    fn sound(&self) -> Result<(), String> {
        let hex = |text: &str, digits: usize| {
            text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        };
        if self.schema != 1 {
            return Err(format!("its schema is {}, not 1", self.schema));
        }
        tag_name::check(&self.tag).map_err(|why| format!("its tag is no name: {why}"))?;
        let ids = [("object", Some(&self.object)), ("commit", Some(&self.commit)), ("policy", self.policy.as_ref())];
        if let Some((name, _)) = ids.iter().find(|(_, id)| id.is_some_and(|id| !hex(id, 40))) {
            return Err(format!("its {name} is no object id"));
        }
        if self.countersigned.iter().flatten().any(|id| !hex(id, 40)) {
            return Err("one of its countersignatures is no object id".to_owned());
        }
        let is_key = |key: &String| (1..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if !self.signed.iter().flatten().all(is_key) {
            return Err("one of its keys is no fingerprint".to_owned());
        }
        if self.payload.as_ref().is_some_and(|payload| !hex(payload, 64)) {
            return Err("its payload is no SHA-256".to_owned());
        }
        self.time.parse::<Timestamp>().map(drop).map_err(|problem| format!("its time is none: {problem}"))
    }
}

/// The entries of a log's lines.
///
/// # Errors
/// The 1-based line that is none.
pub fn parse(lines: &[String]) -> Result<Vec<Entry>, (usize, String)> {
    let entry = |(at, line): (usize, &String)| match serde_json::from_str::<Entry>(line) {
        Ok(entry) => entry.sound().map(|()| entry).map_err(|why| (at + 1, why)),
        Err(problem) => Err((at + 1, problem.to_string())),
    };
    lines.iter().enumerate().map(entry).collect()
}

/// Whether bytes behind the last line are the beginning of an entry, as a process leaves it that is killed while it writes: what is anything
/// else was written by somebody else.
#[must_use]
pub fn is_torn(bytes: &[u8]) -> bool {
    match bytes.first() {
        None => true,
        Some(b'{') => {
            let read = serde_json::from_slice::<Entry>(bytes);
            read.map_or_else(|problem| problem.is_eof(), |entry| entry.sound().is_ok())
        }
        Some(_) => false,
    }
}

/// Holds a release against the log.
///
/// # Errors
/// The name was another object before, or the log knows a newer version of the same package and `rollback` is not allowed.
pub fn judge(log: &[Entry], now: &Entry, rollback: bool) -> Result<(), Refusal> {
    if let Some(earlier) = log.iter().rev().find(|entry| entry.tag == now.tag && entry.object != now.object) {
        let same = earlier.payload.is_some() && earlier.payload == now.payload;
        let how = if same { " (same payload, re-wrapped)" } else { "" };
        let reason = format!("the tag was the object {} when it was verified at {}{how}", earlier.object, earlier.time);
        return Err(Refusal::rejected(Step::State, reason, "find out who moved the tag; then tag and sign the next version"));
    }
    let (prefix, version) = split(&now.tag);
    // What was deployed last is no way back, whatever its name is; of versions the newest decides below.
    let last = log.iter().rev().find(|entry| split(&entry.tag).0 == prefix);
    if version.is_none() && last.is_some_and(|last| last.tag == now.tag) {
        return Ok(());
    }
    let others = || log.iter().rev().filter(|entry| entry.tag != now.tag && split(&entry.tag).0 == prefix);
    let Some(last) = others().next().filter(|_| !rollback) else { return Ok(()) };
    // Of versions the newest counts, in whatever order they came: who asked for every release has appended old ones.
    let newest = others().filter_map(|entry| Some((split(&entry.tag).1?, entry))).max_by(|a, b| a.0.cmp_precedence(&b.0));
    let newer = match (newest, version) {
        // Build metadata is none of the order (SemVer 2.0.0, 10).
        (Some((newest, _)), Some(version)) if version.cmp_precedence(&newest).is_ge() => return Ok(()),
        (Some((_, newest)), _) => newest,
        (None, _) => last,
    };
    let reason = format!("{} was verified at {}, and {} is not known to be newer", newer.tag, newer.time, now.tag);
    Err(Refusal::rejected(Step::State, reason, "deploy a newer release, or say --allow-rollback"))
}

/// Whether the log knows that the release's own signature by this key counted for this very object under this name. Of a line that does
/// not say whose did, it is known while the key's time, which ended at `end`, was not over.
#[must_use]
pub fn knows(log: &[Entry], tag: &str, object: &str, key: &str, end: i64) -> bool {
    lines_of(log, tag, object).any(|entry| match &entry.signed {
        Some(keys) => keys.iter().any(|known| known == key),
        None => entry.time.parse::<Timestamp>().is_ok_and(|time| time.as_second() < end),
    })
}

/// Whether the log knows that this countersignature counted for this very object under this name.
#[must_use]
pub fn knows_countersignature(log: &[Entry], tag: &str, object: &str, countersignature: &str) -> bool {
    lines_of(log, tag, object).filter_map(|entry| entry.countersigned.as_ref()).flatten().any(|id| id == countersignature)
}

/// Whether the log has all that a line would say about who signed this very object under this name.
#[must_use]
pub fn says(log: &[Entry], line: &Entry) -> bool {
    let has = |told: fn(&Entry) -> &Option<Vec<String>>| {
        let mut wanted = told(line).iter().flatten();
        wanted.all(|one| {
            lines_of(log, &line.tag, &line.object).filter_map(|entry| told(entry).as_ref()).flatten().any(|id| id == one)
        })
    };
    lines_of(log, &line.tag, &line.object).next().is_some() && has(|entry| &entry.countersigned) && has(|entry| &entry.signed)
}

fn lines_of<'a>(log: &'a [Entry], tag: &'a str, object: &'a str) -> impl Iterator<Item = &'a Entry> {
    log.iter().filter(move |entry| entry.tag == tag && entry.object == object)
}

/// Releases of one package together, the older version first; what is no version stands before them, by name.
#[must_use]
pub fn by_version(a: &str, b: &str) -> Ordering {
    split(a).cmp(&split(b)).then_with(|| a.cmp(b))
}

/// What stands before the version (`pkg@`, `pkg/`), and the version; a missing patch or minor is zero.
fn split(tag: &str) -> (&str, Option<Version>) {
    let (prefix, text) = tag_name::package(tag);
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
        let (tag, object) = (tag.into(), object.into());
        Entry { schema: 1, tag, object, payload, commit: "c".into(), policy, countersigned: None, signed: None, time: "t".into() }
    }

    #[test]
    fn a_name_stays_its_object() {
        let log = [entry("v1.0", "a")];
        assert!(judge(&log, &entry("v1.0", "a"), false).is_ok());
        let moved = judge(&log, &entry("v1.0", "b"), true).expect_err("moved");
        assert!(moved.reason.ends_with("re-wrapped)") && moved.step == Step::State);
    }

    /// Wherever a process is killed while it writes an entry, and nothing else.
    #[test]
    fn only_the_beginning_of_an_entry_is_torn() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let whole =
            Entry { commit: id.into(), policy: None, payload: None, time: "2026-01-01T00:00:00Z".into(), ..entry("v1.0-ü", id) };
        let text = serde_json::to_vec(&whole).expect("an entry");
        for length in 0..=text.len() {
            assert!(is_torn(&text[..length]), "{length}");
        }
        for other in ["dear diary", "ssh-ed25519 AAAA rhea", "{}", "{\"schema\":2}", "[", "0", "{\"name\":\"a package\"", "\u{0}"]
        {
            assert!(!is_torn(other.as_bytes()), "{other}");
        }
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
    fn build_metadata_is_no_version() {
        let log = [entry("v1.9.0", "a"), entry("v2.0.0+b", "b")];
        for same in ["v2.0.0+a", "v2.0.0", "v2.0.0+c"] {
            assert!(judge(&log, &entry(same, "x"), false).is_ok(), "{same}");
        }
        assert!(
            judge(&log, &entry("v2.0.0-rc.1+z", "x"), false).is_err() && judge(&log, &entry("v1.9.9+z", "x"), false).is_err()
        );
    }

    /// Whoever asked for every release on a log in use left old ones at its end.
    #[test]
    fn the_newest_version_that_the_log_knows_counts_in_whatever_order() {
        let log =
            [entry("v3.1.0", "a"), entry("2026.01.01", "x"), entry("v2.9.9", "b"), entry("v3.0.0", "c"), entry("pkg@1.0", "d")];
        for older in ["v3.0.0", "v3.0.1", "v2.9.9", "v2.9.10", "v3.1.0-rc.1", "2026.01.01", "2026.02.01"] {
            let object = log.iter().find(|entry| entry.tag == older).map_or("new", |entry| &entry.object);
            let refusal = judge(&log, &entry(older, object), false).expect_err(older);
            assert!(refusal.reason.starts_with("v3.1.0 was verified at"), "{older}: {}", refusal.reason);
            assert!(judge(&log, &entry(older, object), true).is_ok(), "{older}");
        }
        assert!(judge(&log, &entry("v3.1.0", "a"), false).is_ok() && judge(&log, &entry("v3.1.1", "n"), false).is_ok());
        assert!(judge(&[entry("2026.01.01", "a")], &entry("2026.01.01", "a"), false).is_ok(), "again what alone is known");
        let log = [entry("v3.1.0", "a"), entry("2026.01.01", "x"), entry("pkg@1.0", "d")];
        assert!(judge(&log, &entry("2026.01.01", "x"), false).is_ok(), "again what was deployed last, after a word for it");
        assert!(judge(&log, &entry("2026.01.01", "y"), false).is_err() && judge(&log, &entry("2026.01.02", "n"), false).is_err());
    }

    #[test]
    fn lines_are_entries_or_mistakes() {
        let (id, digest) = ("0123456789abcdef0123456789abcdef01234567", "0123456789abcdef".repeat(4));
        let whole = Entry {
            schema: 1,
            tag: "v1".into(),
            object: id.into(),
            payload: Some(digest.clone()),
            commit: id.into(),
            policy: Some(id.into()),
            countersigned: Some(vec![id.into()]),
            signed: Some(vec!["SHA256:abc".into()]),
            time: "2026-05-01T00:00:00Z".into(),
        };
        let line = serde_json::to_string(&whole).expect("JSON");
        assert_eq!(parse(std::slice::from_ref(&line)), Ok(vec![whole.clone()]));
        // Each field is one, or the whole log is damaged: nothing is passed over.
        let short = &id[..39];
        for damaged in [
            Entry { tag: "v 1".into(), ..whole.clone() },
            Entry { tag: String::new(), ..whole.clone() },
            Entry { object: format!("{short}G"), ..whole.clone() },
            Entry { object: short.into(), ..whole.clone() },
            Entry { commit: id.to_uppercase(), ..whole.clone() },
            Entry { policy: Some(format!("{short}g")), ..whole.clone() },
            Entry { policy: Some(String::new()), ..whole.clone() },
            Entry { payload: Some(digest[1..].to_owned()), ..whole.clone() },
            Entry { countersigned: Some(vec![id.into(), short.into()]), ..whole.clone() },
            Entry { signed: Some(vec!["a b".into()]), ..whole.clone() },
            Entry { signed: Some(vec![String::new()]), ..whole.clone() },
            Entry { time: "yesterday".into(), ..whole.clone() },
        ] {
            let lines = [line.clone(), serde_json::to_string(&damaged).expect("JSON")];
            assert_eq!(parse(&lines).map_err(|(at, _)| at).err(), Some(2), "{damaged:?}");
        }
        for more in [line.replace("\"time\"", "\"tag\":\"v2\",\"time\""), line.replace("\"time\"", "\"x\":1,\"time\"")] {
            assert_eq!(parse(&[more]).map_err(|(at, _)| at).err(), Some(1));
        }
        // A key that is gone is damage, even where its value may be null; but one that older versions did not write.
        let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&line).expect("an object");
        for key in object.keys() {
            let mut less = object.clone();
            less.remove(key);
            let read = parse(&[serde_json::to_string(&less).expect("JSON")]);
            assert_eq!(read.is_ok(), matches!(key.as_str(), "countersigned" | "signed"), "without {key}: {read:?}");
        }
        for (key, good) in [("policy", true), ("payload", true), ("countersigned", false), ("signed", false), ("tag", false)] {
            let mut null = object.clone();
            null.insert(key.to_owned(), serde_json::Value::Null);
            assert_eq!(parse(&[serde_json::to_string(&null).expect("JSON")]).is_ok(), good, "{key}");
        }
        assert_eq!(parse(&[line.clone(), "{}".to_owned()]).map_err(|(at, _)| at).err(), Some(2));
        assert_eq!(parse(&[line.replace("\"schema\":1", "\"schema\":2")]).map_err(|(at, _)| at).err(), Some(1));
    }
}
