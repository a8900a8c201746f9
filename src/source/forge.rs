//! Owns reading tags from GitHub's API, the one place of this program that uses a network, and only when asked to. Every object is kept
//! under the id that its own bytes have. A token goes to the one origin it is for, over https; redirects are refused. Refuses to verify.

use std::collections::BTreeMap;
use std::time::Duration;

use git2::{ObjectType, Oid};
use http_body_util::{BodyExt as _, Limited};
use octocrab::Octocrab;
use serde_json::Value;

use crate::error::Error;
use crate::signing::tag_name::{COUNTERSIGN, TAGS};

/// Bytes of one answer.
const ANSWER_BYTES: usize = 1024 * 1024;
/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Countersignatures of one release.
const MOST: usize = 100;
/// What to do without an answer.
const WITHOUT: &str = "try again, or fetch the tag with git and leave --fetch out";

/// A token for one origin. It has no way to be printed.
pub struct Token(String);

impl Token {
    /// A token.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }
}

/// A repository on a forge.
pub struct Forge {
    /// The address of the API, as `https://api.github.com`.
    pub api: String,
    /// `owner/name`.
    pub repository: String,
    /// What proves that one may read it.
    pub token: Option<Token>,
}

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
    let base = base(&forge.api)?;
    let parts: Vec<&str> = forge.repository.split('/').collect();
    let plain = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if parts.len() != 2 || !parts.iter().all(plain) || parts.iter().any(|part| *part == "." || *part == "..") {
        return Err(
            Error::usage(format!("`{}` is no repository on GitHub", forge.repository)).hint("GITHUB_REPOSITORY=owner/name")
        );
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|problem| Error::incomplete(format!("no connection can be made: {problem}")).hint(WITHOUT))?;
    runtime.block_on(async {
        let builder = Octocrab::builder().base_uri(base.as_str()).map_err(|_| no_address(&forge.api))?;
        let builder = match &forge.token {
            Some(token) => builder.personal_token(token.0.clone()),
            None => builder,
        };
        let client =
            builder.build().map_err(|_| Error::incomplete("no connection to the forge can be prepared").hint(WITHOUT))?;
        let asking = Asking { client, prefix: format!("/repos/{}", forge.repository), base };
        let mut fetched = Fetched::default();
        for name in names {
            asking.tag(name, &mut fetched).await?;
        }
        Ok(fetched)
    })
}

/// The address of an API: https, or plain on this very machine; nothing but a host and a path.
fn base(api: &str) -> Result<String, Error> {
    let (rest, secure) = match (api.strip_prefix("https://"), api.strip_prefix("http://")) {
        (Some(rest), _) => (rest, true),
        (_, Some(rest)) => (rest, false),
        _ => return Err(no_address(api)),
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '[' | ']' | '/');
    if host.is_empty() || !rest.chars().all(plain) || path.split('/').any(|part| part == "..") {
        return Err(no_address(api));
    }
    let loopback = host.strip_prefix("127.0.0.1").or(host.strip_prefix("[::1]"));
    let loopback =
        loopback.is_some_and(|port| port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()));
    if !secure && !loopback {
        return Err(Error::usage("a token is sent over https only").hint("GITHUB_API_URL=https://…"));
    }
    Ok(api.trim_end_matches('/').to_owned())
}

fn no_address(api: &str) -> Error {
    // What stands before an `@` is a secret.
    let shown = api.rsplit('@').next().unwrap_or(api);
    Error::usage(format!("`{shown}` is no address of an API"))
        .hint("GITHUB_API_URL=https://HOST[/PATH], without user, query or fragment")
}

struct Asking {
    client: Octocrab,
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
        let asked = format!("{}{route}", self.prefix);
        let failed = |why: String| Error::incomplete(format!("{} does not answer: {why}", self.base)).hint(WITHOUT);
        let answer = tokio::time::timeout(PATIENCE, self.client._get(asked)).await;
        let answer = answer.map_err(|_| failed("it takes too long".to_owned()))?.map_err(|problem| failed(clause(&problem)))?;
        let status = answer.status().as_u16();
        match status {
            200 => {}
            404 => return Ok(None),
            300..=399 => return Err(failed("it sends us elsewhere, which is not followed".to_owned())),
            401 | 403 => {
                let hint = "GITHUB_TOKEN needs `contents: read`; without a token few questions an hour are answered";
                return Err(failed(format!("it refuses (status {status})")).hint(hint));
            }
            _ => return Err(failed(format!("status {status}"))),
        }
        let body = tokio::time::timeout(PATIENCE, Limited::new(answer.into_body(), ANSWER_BYTES).collect()).await;
        let body = body
            .map_err(|_| failed("it takes too long".to_owned()))?
            .map_err(|_| failed("the answer breaks off, or is too long".to_owned()))?;
        serde_json::from_slice(&body.to_bytes()).map(Some).map_err(|_| self.odd("it is no JSON"))
    }
}

/// The outermost words of a failure, without addresses.
fn clause(problem: &octocrab::Error) -> String {
    let mut inner: &dyn std::error::Error = problem;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string().replace('\n', " ")
}

/// A name of a tag as part of a route.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_over_https_or_this_machine() {
        for good in ["https://api.github.com", "https://git.example/api/v3/", "http://127.0.0.1:80", "http://[::1]:8080/x"] {
            assert!(base(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "api.github.com",
            "ftp://x",
            "http://api.github.com",
            "http://127.0.0.1.evil.example",
            "http://127.0.0.1:80@evil.example",
            "https://user:secret@api.github.com",
            "https://x/?q",
            "https://x/#f",
            "https://x/../y",
            "https://",
            "https://x y",
        ] {
            let error = base(bad).expect_err(bad);
            assert!(!error.message.contains("secret"), "{}", error.message);
        }
    }

    #[test]
    fn names_stay_inside_of_their_route() {
        assert_eq!(escaped("pkg@1.0/v+2#%?"), "pkg%401.0/v%2B2%23%25%3F");
    }
}
