//! Owns one conversation with an API: each question asked again where that can help, with all waits of a conversation bounded together; an
//! answer is bounded in bytes and pages. Refuses to follow any address that an answer names.

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use http_body_util::{BodyExt, Limited};
use octocrab::Octocrab;
use serde_json::Value;

use super::Got;
use super::connect;
use super::{Forge, Secret};
use crate::error::Error;

/// Bytes of one answer.
const ANSWER_BYTES: usize = 1024 * 1024;
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long all waits of a conversation may take together: for a limit of questions, and before a question is asked again.
const WAITING: Duration = Duration::from_secs(60);
/// How long a conversation may take as a whole.
const WHOLE: Duration = Duration::from_secs(180);
/// How often one question is asked.
const TRIES: u32 = 3;
/// The first pause before a question is asked again.
const PAUSE: Duration = Duration::from_millis(250);
/// Entries of a page.
const PAGE: usize = 100;
/// Pages of one list.
const PAGES: usize = 10;
/// Characters of the forge's words that are kept.
const WORDS: usize = 200;

/// A conversation; only inside of a runtime.
pub(super) struct Talk {
    client: Octocrab,
    waits: Cell<Duration>,
    patience: Duration,
    end: tokio::time::Instant,
    token: Option<String>,
}

/// How something is written.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// Anew.
    Post,
    /// Over what is there.
    Patch,
}

/// What one try gave.
enum Try {
    Got(Got, bool),
    /// It can be tried again, at the earliest after this.
    Again(String, Option<Duration>),
}

impl Talk {
    /// A conversation with the API at `base`.
    pub(super) fn new(forge: &Forge, base: &str) -> Result<Self, Error> {
        let client = connect::client(forge, base)?;
        let token = forge.token.as_ref().map(|Secret(token)| token.clone());
        Ok(Self { client, waits: Cell::new(WAITING), patience: PATIENCE, end: tokio::time::Instant::now() + WHOLE, token })
    }

    /// One question about one thing.
    pub(super) async fn ask(&self, route: &str) -> Got {
        self.ask_long(route, ANSWER_BYTES).await
    }

    /// The same where an answer may have so many bytes.
    pub(super) async fn ask_long(&self, route: &str, most: usize) -> Got {
        self.page(route, most).await.0
    }

    /// One question about a list: an array, or an object with one in `key`.
    pub(super) async fn list(&self, route: &str, key: Option<&str>) -> Got {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let between = if route.contains('?') { '&' } else { '?' };
            let (got, more) = self.page(&format!("{route}{between}per_page={PAGE}&page={page}"), ANSWER_BYTES).await;
            let Got::Is(mut value) = got else { return got };
            let entries = match key {
                Some(key) => value.get_mut(key).map(Value::take),
                None => Some(value),
            };
            let Some(Value::Array(entries)) = entries else { return Got::Failed("its list is none".to_owned()) };
            all.extend(entries);
            if !more {
                return Got::Is(Value::Array(all));
            }
        }
        Got::Failed(format!("it has more than {PAGES} pages of {PAGE}"))
    }

    /// One answer, and whether another page follows.
    async fn page(&self, route: &str, most: usize) -> (Got, bool) {
        let mut tries = 1;
        loop {
            let left = self.end.saturating_duration_since(tokio::time::Instant::now());
            if left.is_zero() {
                return (Got::Failed(format!("all answers together took longer than {} s", WHOLE.as_secs())), false);
            }
            let tried = tokio::time::timeout(self.patience.min(left), self.once(route, most)).await;
            let tried = tried.unwrap_or_else(|_| Try::Again("it takes too long".to_owned(), None));
            let (why, wait) = match tried {
                Try::Got(got, more) => return (got, more),
                Try::Again(why, wait) => (why, wait),
            };
            if tries >= TRIES {
                return (Got::Failed(self.without_token(&why)), false);
            }
            let wait = wait.unwrap_or_else(|| jittered(PAUSE * 4_u32.pow(tries - 1)));
            let Some(rest) = self.waits.get().checked_sub(wait) else {
                let why = format!("{why}, and waits of more than {} s are not made", WAITING.as_secs());
                return (Got::Failed(self.without_token(&why)), false);
            };
            self.waits.set(rest);
            tokio::time::sleep(wait).await;
            tries += 1;
        }
    }

    /// Writes one thing, and tries it once: of one that failed nobody knows whether it was done.
    pub(super) async fn write(&self, way: Way, route: &str, body: &Value) -> Got {
        let sent = async {
            let answer = match way {
                Way::Post => self.client._post(route, Some(body)).await,
                Way::Patch => self.client._patch(route, Some(body)).await,
            };
            self.answered(answer, ANSWER_BYTES).await
        };
        match tokio::time::timeout(self.patience, sent).await {
            Ok(Try::Got(got, _)) => got,
            Ok(Try::Again(why, _)) => Got::Failed(self.without_token(&why)),
            Err(_) => Got::Failed("it takes too long".to_owned()),
        }
    }

    async fn once(&self, route: &str, most: usize) -> Try {
        self.answered(self.client._get(route).await, most).await
    }

    async fn answered<B>(&self, answer: octocrab::Result<http::Response<B>>, most: usize) -> Try
    where
        B: BodyExt,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let answer = match answer {
            Ok(answer) => answer,
            Err(problem) => return Try::Again(clause(&problem), None),
        };
        let (head, body) = answer.into_parts();
        let status = head.status.as_u16();
        let limited = status == 429 || status == 403 && is_limit(&head.headers);
        if limited {
            return Try::Again("it answers no more questions for a time".to_owned(), Some(wait(&head.headers)));
        }
        match status {
            200..=299 | 400..=499 => {}
            304 => {
                let why = "it says that nothing has changed (status 304), which it was not asked";
                return Try::Got(Got::Failed(why.to_owned()), false);
            }
            300..=399 => {
                let why = "it sends us elsewhere, which is not followed: name the repository as it is called now, and the API as it is reached";
                return Try::Got(Got::Failed(why.to_owned()), false);
            }
            _ => return Try::Again(format!("status {status}"), None),
        }
        let failed = |why: &str| Try::Got(Got::Failed(why.to_owned()), false);
        let bytes = match Limited::new(body, most).collect().await {
            Ok(bytes) => bytes.to_bytes(),
            Err(problem) if problem.is::<http_body_util::LengthLimitError>() => return failed("its answer is too long"),
            Err(_) => return Try::Again("its answer breaks off".to_owned(), None),
        };
        if status == 204 {
            return Try::Got(Got::Is(Value::Null), false);
        }
        let value: Result<Value, _> = match std::str::from_utf8(&bytes) {
            Ok(text) => serde_json::from_str(&self.without_token(text)),
            Err(_) => return failed("its answer is no JSON"),
        };
        if let 200..=299 = status {
            let Ok(value) = value else { return failed("its answer is no JSON") };
            return Try::Got(Got::Is(value), has_next(&head.headers));
        }
        let words = value.ok().and_then(|value| Some(value.get("message")?.as_str()?.to_owned())).unwrap_or_default();
        let words: String = self.without_token(&words).chars().take(WORDS).collect();
        let got = match refusal(status, words, &head.headers) {
            Got::Refused(needs) => Got::Refused(self.without_token(&needs)),
            got => got,
        };
        Try::Got(got, false)
    }

    /// No answer may hand the token on.
    fn without_token(&self, text: &str) -> String {
        match self.token.as_deref().filter(|token| !token.is_empty()) {
            Some(token) => text.replace(token, "***"),
            None => text.to_owned(),
        }
    }
}

/// What a status of 4xx means. GitHub's documentation (troubleshooting the REST API): 404 also where the token may not see a private thing,
/// 403 where it may not ask, with the permissions that one needs in a header. A plan without the feature is a 403 that says to upgrade.
fn refusal(status: u16, words: String, headers: &HeaderMap) -> Got {
    let permissions = || {
        let named = headers.get("x-accepted-github-permissions").and_then(|value| value.to_str().ok()).unwrap_or_default();
        named.chars().take(WORDS).collect()
    };
    match status {
        401 => Got::Failed("it does not take the token".to_owned()),
        403 if words.starts_with("Upgrade to GitHub") => Got::Plan(words),
        403 => Got::Refused(permissions()),
        404 => Got::Missing(words),
        _ => Got::Failed(format!("status {status}")),
    }
}

/// A 403 is a limit of questions where these headers say so.
fn is_limit(headers: &HeaderMap) -> bool {
    headers.contains_key("retry-after") || headers.get("x-ratelimit-remaining").is_some_and(|left| left == "0")
}

/// How long the forge asks to wait; a minute where it does not say.
fn wait(headers: &HeaderMap) -> Duration {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let until = |end: u64| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // A second more: its clock counts whole ones.
        Duration::from_secs(end).saturating_sub(now) + Duration::from_secs(1)
    };
    let asked = number("retry-after").map(Duration::from_secs).or_else(|| number("x-ratelimit-reset").map(until));
    asked.unwrap_or(Duration::from_secs(60)).max(PAUSE)
}

/// Whether `Link` names a next page. Its address is not looked at.
fn has_next(headers: &HeaderMap) -> bool {
    let links = headers.get_all(http::header::LINK).iter().filter_map(|value| value.to_str().ok());
    links.flat_map(|links| links.split(',')).any(|link| link.split(';').skip(1).any(|part| part.trim() == "rel=\"next\""))
}

/// Up to as much again, by chance: many runners are turned away at the same moment.
fn jittered(pause: Duration) -> Duration {
    let chance = u32::try_from(RandomState::new().hash_one(0) % 1000).unwrap_or_default();
    pause + pause * chance / 1000
}

/// The innermost words of a failure, without addresses.
fn clause(problem: &octocrab::Error) -> String {
    let mut inner: &dyn std::error::Error = problem;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string().replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        all.iter().map(|(name, value)| ((*name).parse().expect("a name"), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn what_is_refused_is_told_apart_by_what_github_documents() {
        let none = HeaderMap::new();
        let scope = headers(&[("x-accepted-github-permissions", "administration=read")]);
        let words = || "Not Found".to_owned();
        assert_eq!(refusal(404, words(), &none), Got::Missing(words()));
        assert_eq!(refusal(403, words(), &scope), Got::Refused("administration=read".to_owned()));
        let plan = "Upgrade to GitHub Pro or make this repository public to enable this feature.".to_owned();
        assert_eq!(refusal(403, plan.clone(), &scope), Got::Plan(plan));
        assert!(matches!(refusal(401, words(), &none), Got::Failed(_)));
        assert!(matches!(refusal(422, words(), &none), Got::Failed(_)));
    }

    #[test]
    fn a_limit_says_how_long_it_lasts() {
        assert!(is_limit(&headers(&[("x-ratelimit-remaining", "0")])) && is_limit(&headers(&[("retry-after", "3")])));
        assert!(!is_limit(&headers(&[("x-ratelimit-remaining", "12")])));
        assert_eq!(wait(&headers(&[("retry-after", "3"), ("x-ratelimit-reset", "99999999999")])), Duration::from_secs(3));
        assert_eq!(wait(&headers(&[("x-ratelimit-reset", "1")])), Duration::from_secs(1));
        assert_eq!(wait(&headers(&[("retry-after", "soon")])), Duration::from_secs(60));
        assert!(wait(&headers(&[("retry-after", "18446744073709551615")])) > WAITING);
    }

    /// Whoever takes the connection and says nothing, or only begins to, is given up.
    #[test]
    fn nobody_is_waited_for_without_end() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = format!("http://{}", listener.local_addr().expect("an address"));
            let forge = Forge {
                api: address.clone(),
                repository: "a/b".to_owned(),
                token: None,
                proxy: None,
                no_proxy: String::new(),
                roots: None,
            };
            let mut talk = Talk::new(&forge, &address).expect("a conversation");
            talk.patience = Duration::from_millis(50);
            tokio::spawn(async move {
                let mut all = Vec::new();
                while let Ok((stream, _)) = listener.accept().await {
                    // Once the question is there.
                    while stream.readable().await.is_ok() && stream.try_read(&mut [0; 4096]).is_err() {}
                    if all.len() % 2 == 0 {
                        let _ = stream.try_write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[1");
                    }
                    all.push(stream);
                }
            });
            assert_eq!(talk.ask("/x").await, Got::Failed("it takes too long".to_owned()));
        });
    }

    #[test]
    fn the_next_page_is_one_that_a_link_names() {
        assert!(has_next(&headers(&[("link", "<https://x/?page=1>; rel=\"prev\", <https://x/?page=3>; rel=\"next\"")])));
        assert!(!has_next(&headers(&[("link", "<https://x/?rel=\"next\">; rel=\"last\"")])));
    }
}
