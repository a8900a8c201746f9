//! Owns reading tags from GitHub's API. Every object is kept under the id that its own bytes have. Refuses to verify.

use std::collections::BTreeMap;

use git2::{ObjectType, Oid};
use serde_json::Value;

use super::ask::Talk;
use super::connect::base;
use super::{Forge, Got, escaped, runtime};
use crate::error::Error;
use crate::signing::tag_name::{COUNTERSIGN, TAGS};

/// Countersignatures of one release.
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
        self.named(&full, &found, fetched).await?;
        let route = format!("/git/matching-refs/tags/{COUNTERSIGN}{}/?per_page={MOST}", escaped(name));
        let more = self.get(&route).await?.unwrap_or(Value::Array(Vec::new()));
        let more = more.as_array().ok_or_else(|| self.odd("a list of references is none"))?;
        if more.len() >= MOST {
            return Err(Error::incomplete(format!("{full} has {MOST} countersignatures or more")).hint("fetch them with git"));
        }
        let prefix = format!("{TAGS}{COUNTERSIGN}{name}/");
        for entry in more {
            let Some(full) = entry.get("ref").and_then(Value::as_str).filter(|full| full.starts_with(&prefix)) else { continue };
            self.named(full, entry, fetched).await?;
        }
        Ok(())
    }

    /// The reference that an answer describes, and its object when it is a tag.
    async fn named(&self, full: &str, answer: &Value, fetched: &mut Fetched) -> Result<(), Error> {
        let text =
            |key: &str| answer.get("object").and_then(|object| object.get(key)).and_then(Value::as_str).unwrap_or_default();
        let id = self.id(text("sha"))?;
        fetched.refs.insert(full.to_owned(), Some(id));
        if text("type") != "tag" {
            return Ok(());
        }
        let Some(tag) = self.get(&format!("/git/tags/{id}")).await? else {
            return Err(self.odd(&format!("it names the object {id} and does not have it")));
        };
        let part = |key: &str| tag.get("verification").and_then(|signed| signed.get(key)).and_then(Value::as_str);
        // Of a tag without a signature the answer holds no bytes: that its object is missing says so.
        let (Some(payload), Some(signature)) = (part("payload"), part("signature")) else { return Ok(()) };
        let whole = [format!("{payload}{signature}"), format!("{payload}{signature}\n"), format!("{payload}\n{signature}")];
        let same = |bytes: &&String| Oid::hash_object(ObjectType::Tag, bytes.as_bytes()).is_ok_and(|found| found == id);
        match whole.iter().find(same) {
            Some(bytes) => fetched.objects.push(bytes.clone().into_bytes()),
            None => return Err(self.odd(&format!("what it gives as the object {id} has another id"))),
        }
        Ok(())
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
            Got::Refused(_) | Got::Plan(_) => {
                let hint = "GITHUB_TOKEN needs `contents: read`; without a token few questions an hour are answered";
                Err(failed("it refuses (status 403)").hint(hint))
            }
            Got::Failed(why) => Err(failed(&why)),
        }
    }
}
