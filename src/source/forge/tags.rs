//! Owns reading tags from GitHub's API. Every object is kept under the id that its own bytes have. Refuses to verify.

use std::collections::{BTreeMap, BTreeSet};

use git2::{ObjectType, Oid};
use serde_json::Value;

use super::ask::Talk;
use super::connect::base;
use super::written::{OFFSETS, offset};
use super::{Forge, Got, escaped, runtime};
use crate::error::Error;
use crate::signing::tag_name::{COUNTERSIGN, TAGS};

/// Countersignatures of one release whose objects are asked for, each of which is a question.
const MOST: usize = 100;
/// What to do without an answer.
const WITHOUT: &str = "try again, or fetch the tag with git and leave --fetch out";

/// Tags as the forge has them.
#[derive(Clone, Debug, Default)]
pub struct Fetched {
    /// References by their full name; `None`: the forge has none of that name.
    pub refs: BTreeMap<String, Option<Oid>>,
    /// The bytes of tag objects.
    pub objects: Vec<Vec<u8>>,
    /// Objects of countersignatures that it has and that were not read.
    pub unread: BTreeSet<Oid>,
    /// Releases whose countersignatures it does not list, and why.
    pub unlisted: BTreeMap<String, String>,
}

/// A forge that told tags, and may be asked about branches.
pub struct AtForge {
    /// The forge.
    pub forge: Forge,
    /// What it told.
    pub tags: Fetched,
}

/// Reads releases, by their names without `refs/tags/`, and their countersignatures.
///
/// # Errors
/// Usage: the address or the repository's name is none. Incomplete: an answer did not come, or is not what it says.
pub fn tags(forge: &Forge, names: &[String]) -> Result<Fetched, Error> {
    let (base, prefix) = (base(&forge.api)?, forge.route()?);
    runtime()?.block_on(async {
        let asking = Asking { talk: Talk::new(forge, &base)?, prefix, base };
        let mut fetched = Fetched::default();
        for name in names {
            asking.tag(name, &mut fetched).await?;
        }
        Ok(fetched)
    })
}

struct Asking {
    talk: Talk,
    prefix: String,
    base: String,
}

impl Asking {
    async fn tag(&self, name: &str, fetched: &mut Fetched) -> Result<(), Error> {
        let full = format!("{TAGS}{name}");
        let Some(found) = self.get(&format!("/git/ref/tags/{}", escaped(name))).await? else {
            // What one may not see does not exist either.
            if self.get("").await?.is_none() {
                let error = Error::incomplete(format!("{} shows no such repository", self.base));
                return Err(error.hint("GITHUB_TOKEN needs `contents: read` of it; is GITHUB_REPOSITORY right?"));
            }
            fetched.refs.insert(full, None);
            return Ok(());
        };
        if found.get("ref").and_then(Value::as_str) != Some(full.as_str()) {
            return Err(self.odd(&format!("it was asked for {full} and answers with another reference")));
        }
        if let Some(id) = self.named(&full, &found, fetched)? {
            match self.object(id).await? {
                Given::Bytes(bytes) => fetched.objects.push(bytes),
                // That its object is missing says so.
                Given::Unsigned => {}
                Given::Not(why) => return Err(self.odd(&why)),
            }
        }
        self.countersignatures(name, fetched).await
    }

    /// Whoever may push tags may push some below a release's: what cannot be had of them keeps no answer about the release back.
    async fn countersignatures(&self, name: &str, fetched: &mut Fetched) -> Result<(), Error> {
        let route = format!("{}/git/matching-refs/tags/{COUNTERSIGN}{}/", self.prefix, escaped(name));
        let listed = match self.talk.list(&route, None).await {
            Got::Is(listed) => listed,
            Got::Missing(_) => return Ok(()),
            Got::Refused(_) | Got::Plan(_) => return Err(self.refused()),
            Got::Failed(why) => {
                fetched.unlisted.insert(name.to_owned(), why);
                return Ok(());
            }
        };
        let prefix = format!("{TAGS}{COUNTERSIGN}{name}/");
        let mut ids = BTreeSet::new();
        for entry in listed.as_array().into_iter().flatten() {
            let Some(full) = entry.get("ref").and_then(Value::as_str).filter(|full| full.starts_with(&prefix)) else { continue };
            ids.extend(self.named(full, entry, fetched)?);
        }
        for (at, id) in ids.into_iter().enumerate() {
            let given = if at < MOST { self.object(id).await? } else { Given::Not(String::new()) };
            match given {
                Given::Bytes(bytes) => fetched.objects.push(bytes),
                Given::Unsigned | Given::Not(_) => drop(fetched.unread.insert(id)),
            }
        }
        Ok(())
    }

    /// Takes the reference that an answer describes; its object's id when that is a tag.
    fn named(&self, full: &str, answer: &Value, fetched: &mut Fetched) -> Result<Option<Oid>, Error> {
        let text =
            |key: &str| answer.get("object").and_then(|object| object.get(key)).and_then(Value::as_str).unwrap_or_default();
        let id = self.id(text("sha"))?;
        fetched.refs.insert(full.to_owned(), Some(id));
        Ok((text("type") == "tag").then_some(id))
    }

    /// The bytes of a tag object, put together from the answer; that they are it says their id.
    async fn object(&self, id: Oid) -> Result<Given, Error> {
        let Some(tag) = self.get(&format!("/git/tags/{id}")).await? else {
            return Ok(Given::Not(format!("it names the object {id} and does not have it")));
        };
        let part = |key: &str| tag.get("verification").and_then(|signed| signed.get(key)).and_then(Value::as_str);
        let is_it = |bytes: &String| Oid::hash_object(ObjectType::Tag, bytes.as_bytes()).is_ok_and(|found| found == id);
        let (Some(payload), Some(signature)) = (part("payload"), part("signature")) else {
            let found = unsigned(&tag).into_iter().find(is_it);
            return Ok(found.map_or(Given::Unsigned, |bytes| Given::Bytes(bytes.into_bytes())));
        };
        let whole = [format!("{payload}{signature}"), format!("{payload}{signature}\n"), format!("{payload}\n{signature}")];
        let other = Given::Not(format!("what it gives as the object {id} has another id"));
        Ok(whole.into_iter().find(is_it).map_or(other, |bytes| Given::Bytes(bytes.into_bytes())))
    }

    fn id(&self, text: &str) -> Result<Oid, Error> {
        let full = text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let id = Oid::from_str(text).ok().filter(|_| full);
        id.ok_or_else(|| self.odd("an object id is none"))
    }

    fn odd(&self, what: &str) -> Error {
        Error::incomplete(format!("the answer of {} cannot be used: {what}", self.base)).hint(WITHOUT)
    }

    /// The answer as JSON; `None`: there is no such thing.
    async fn get(&self, route: &str) -> Result<Option<Value>, Error> {
        let failed = |why: &str| Error::incomplete(format!("{} does not answer: {why}", self.base)).hint(WITHOUT);
        match self.talk.ask(&format!("{}{route}", self.prefix)).await {
            Got::Is(value) => Ok(Some(value)),
            Got::Missing(_) => Ok(None),
            Got::Refused(_) | Got::Plan(_) => Err(self.refused()),
            Got::Failed(why) => Err(failed(&why)),
        }
    }

    fn refused(&self) -> Error {
        let hint = "GITHUB_TOKEN needs `contents: read`; without a token few questions an hour are answered";
        Error::incomplete(format!("{} does not answer: it refuses (status 403)", self.base)).hint(hint)
    }
}

/// What an answer gives of an object.
enum Given {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// No signature, and no bytes of that id.
    Unsigned,
    /// No bytes of that id, and why.
    Not(String),
}

/// What an unsigned tag's bytes may be, by what the forge says of it.
fn unsigned(tag: &Value) -> Vec<String> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let parts = || {
        let (object, tagger) = (tag.get("object")?, tag.get("tagger")?);
        let date: jiff::Timestamp = text(tagger, "date")?.parse().ok()?;
        let head = format!(
            "object {}\ntype {}\ntag {}\ntagger {} <{}> {}",
            text(object, "sha")?,
            text(object, "type")?,
            text(tag, "tag")?,
            text(tagger, "name")?,
            text(tagger, "email")?,
            date.as_second()
        );
        Some((head, text(tag, "message")?))
    };
    let Some((head, message)) = parts() else { return Vec::new() };
    let ends = |offset: String| ["\n", ""].map(|end| format!("{head} {offset}\n\n{message}{end}"));
    OFFSETS.map(offset).flat_map(ends).collect()
}
