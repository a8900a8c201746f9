//! Owns `verify-tag --fetch` against a forge on this machine: what is asked, what is believed, where the token goes.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use assert_cmd::Command;
use serde_json::{Value, json};

use super::case::{self, Case};
use super::repository::{Built, oid, payload, policy, tag_bytes};

/// What was asked: the path, and what proved that one may.
type Asked = Arc<Mutex<Vec<(String, Option<String>)>>>;

/// Answers by path: status, further headers, body. The thread ends with the process.
pub(super) struct Server {
    pub(super) address: String,
    pub(super) asked: Asked,
}

pub(super) fn serve(answers: BTreeMap<String, (u16, String, String)>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let asked = Asked::default();
    let log = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream);
            let (mut first, mut token) = (String::new(), None);
            let _ = reader.read_line(&mut first);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                    break;
                }
                if let Some((name, value)) = line.split_once(':')
                    && name.eq_ignore_ascii_case("authorization")
                {
                    token = Some(value.trim().to_owned());
                }
            }
            let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
            let path = path.split('?').next().unwrap_or_default().to_owned();
            log.lock().expect("a log").push((path.clone(), token));
            let missing = (404, String::new(), "{}".to_owned());
            let (status, headers, body) = answers.get(&path).unwrap_or(&missing);
            let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n", body.len());
            let _ = reader.get_mut().write_all(format!("{head}{body}").as_bytes());
        }
    });
    Server { address, asked }
}

pub(super) const REPO: &str = "/repos/acme/kestrel";

/// The answers of a forge that has these tags, each by its file in `tags/` or as a commit's id.
pub(super) fn forge(tags: &[(&str, &str)]) -> BTreeMap<String, (u16, String, String)> {
    let mut answers = BTreeMap::new();
    let mut put =
        |path: String, body: Value| drop(answers.insert(format!("{REPO}{path}"), (200, String::new(), body.to_string())));
    put(String::new(), json!({ "full_name": "acme/kestrel" }));
    for (name, file) in tags {
        let full = format!("refs/tags/{name}");
        let described = if file.len() == 40 {
            json!({ "ref": full, "object": { "type": "commit", "sha": file } })
        } else {
            let bytes = tag_bytes(file);
            let (text, signature) = bytes.split_at(payload(&bytes));
            let id = oid(&bytes).to_string();
            let head = String::from_utf8_lossy(text).into_owned();
            let line = |key: &str| head.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().to_owned();
            let tagger = line("tagger ");
            let (who, when) = tagger.split_once(" <").expect("a tagger");
            let (mail, when) = when.split_once("> ").expect("a mail");
            let seconds = when.split(' ').next().and_then(|text| text.parse().ok()).expect("seconds");
            let date = jiff::Timestamp::from_second(seconds).expect("a time").to_string();
            let message = head.split_once("\n\n").map(|(_, message)| message.trim_end()).unwrap_or_default();
            let signed = (!signature.is_empty()).then(|| [text, signature].map(String::from_utf8_lossy));
            let [text, signature] = signed.map_or([Value::Null, Value::Null], |parts| parts.map(|part| json!(part)));
            put(
                format!("/git/tags/{id}"),
                json!({ "sha": id, "tag": line("tag "), "message": message,
                "object": { "sha": line("object "), "type": line("type ") },
                "tagger": { "name": who, "email": mail, "date": date },
                "verification": { "payload": text, "signature": signature } }),
            );
            json!({ "ref": full, "object": { "type": "tag", "sha": id } })
        };
        match name.strip_prefix("countersign/").and_then(|rest| rest.rsplit_once('/')) {
            Some((release, _)) => put(format!("/git/matching-refs/tags/countersign/{release}/"), json!([described])),
            None => put(format!("/git/ref/tags/{name}"), described),
        }
    }
    answers
}

pub(super) struct Ran {
    pub(super) status: i32,
    pub(super) text: String,
}

pub(super) fn fetch(case: &Case, address: &str, more: &[(&str, &str)]) -> Ran {
    let built = Built::new(case);
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.env_clear().env("TERM", "dumb").env("GITHUB_REPOSITORY", "acme/kestrel").env("GITHUB_API_URL", address);
    command.env("GITHUB_TOKEN", "s3cret").envs(more.iter().copied());
    command.args(["verify-tag", "--fetch", "--now", &case.now, "--policy"]).arg(policy(&case.policy)).arg("--repo");
    let output = command.arg(&built.path).args(&case.arguments).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!text.contains("s3cret"), "the token is told: {text}");
    Ran { status: output.status.code().expect("a status"), text }
}

/// The tag `v1.1` as actions/checkout leaves it: its commit.
fn checked_out() -> Case {
    let mut case = case::named("control");
    case.refs.insert("v1.1".to_owned(), "commit:c2".to_owned());
    case
}

#[test]
fn the_forges_tag_is_verified_where_a_checkout_left_its_commit() {
    let case = checked_out();
    let server = serve(forge(&[("v1.1", "v1.1")]));
    let ran = fetch(&case, &server.address, &[]);
    assert_eq!(ran.status, 0, "{}", ran.text);
    assert!(ran.text.contains("verified: refs/tags/v1.1") && ran.text.contains("read from the forge"), "{}", ran.text);
    let asked = server.asked.lock().expect("a log").clone();
    let object = oid(&tag_bytes("v1.1"));
    let paths: Vec<&str> = asked.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            format!("{REPO}/git/ref/tags/v1.1").as_str(),
            format!("{REPO}/git/tags/{object}").as_str(),
            format!("{REPO}/git/matching-refs/tags/countersign/v1.1/").as_str(),
        ]
    );
    assert!(asked.iter().all(|(_, token)| token.as_deref() == Some("Bearer s3cret")), "{asked:?}");
    let anonymous = serve(forge(&[("v1.1", "v1.1")]));
    assert_eq!(fetch(&case, &anonymous.address, &[("GITHUB_TOKEN", "")]).status, 0);
    assert!(anonymous.asked.lock().expect("a log").iter().all(|(_, token)| token.is_none()));
}

#[test]
fn what_the_forge_has_is_judged_as_strictly() {
    for (file, status, says) in [
        ("carol", 1, "no release role"),
        ("a13", 1, "does not fit"),
        ("unsigned", 1, "called `v1.2`"),
        ("v1.0", 1, "called `v1.0`"),
    ] {
        let server = serve(forge(&[("v1.1", file)]));
        let ran = fetch(&checked_out(), &server.address, &[]);
        assert_eq!(ran.status, status, "{file}: {}", ran.text);
        assert!(ran.text.contains(says), "{file}: {}", ran.text);
    }
    // The forge tells what an unsigned tag says, and not its bytes: they are those that have its id.
    let mut case = checked_out();
    case.arguments = vec!["v1.2".to_owned()];
    let ran = fetch(&case, &serve(forge(&[("v1.2", "unsigned")])).address, &[]);
    assert!(ran.status == 1 && ran.text.contains("step    block"), "{}", ran.text);
    let built = Built::new(&checked_out());
    let light = serve(forge(&[("v1.1", &built.history.id("c2").to_string())]));
    let ran = fetch(&checked_out(), &light.address, &[("GITHUB_ACTIONS", "true")]);
    assert!(ran.status == 1 && ran.text.contains("lightweight") && !ran.text.contains("v6.0.2"), "{}", ran.text);
    // The copy has it, and the forge does not.
    let gone = serve(forge(&[]));
    let ran = fetch(&case::named("control"), &gone.address, &[]);
    assert!(ran.status == 1 && ran.text.contains("there is no tag `v1.1`"), "{}", ran.text);
}

#[test]
fn countersignatures_are_fetched_too() {
    let mut case = checked_out();
    case.policy = "two".to_owned();
    let alone = serve(forge(&[("v1.1", "v1.1")]));
    assert_eq!(fetch(&case, &alone.address, &[]).status, 1);
    let server = serve(forge(&[("v1.1", "v1.1"), ("countersign/v1.1/bob", "cs-bob")]));
    let ran = fetch(&case, &server.address, &[]);
    assert!(ran.status == 0 && ran.text.contains("signer  bob"), "{}", ran.text);
}

/// Whoever may push tags may push any number of them below a release's countersignatures, and any bytes.
#[test]
fn junk_below_a_release_keeps_no_answer_back() {
    let full = "refs/tags/countersign/v1.1";
    let list = format!("{REPO}/git/matching-refs/tags/countersign/v1.1/");
    let entry =
        |at: usize, kind: &str, id: &str| json!({ "ref": format!("{full}/{at:04}"), "object": { "type": kind, "sha": id } });
    let commit = Built::new(&checked_out()).history.id("c2").to_string();
    let unknown: Vec<Value> = (0..150).map(|at| entry(at, "tag", &format!("{at:040x}"))).collect();
    let lists = [json!((0..900).map(|at| entry(at, "commit", &commit)).collect::<Vec<_>>()), json!(unknown), json!("no list")];
    for (policy, status, says) in [("plain", 0, "verified"), ("two", 3, "leave --fetch out")] {
        for (at, junk) in lists.iter().enumerate() {
            let mut answers = forge(&[("v1.1", "v1.1")]);
            answers.insert(list.clone(), (200, String::new(), junk.to_string()));
            let mut case = checked_out();
            case.policy = policy.to_owned();
            let server = serve(answers);
            let ran = fetch(&case, &server.address, &[]);
            // Commits are no signatures, whoever names them.
            let expected = if at == 0 && status == 3 { 1 } else { status };
            assert_eq!(ran.status, expected, "{policy} {at}: {}", ran.text);
            assert!(ran.text.contains(says) || expected == 1, "{policy} {at}: {}", ran.text);
            assert!(server.asked.lock().expect("a log").len() < 110, "bounded");
        }
    }
    let mut answers = forge(&[("v1.1", "v1.1"), ("countersign/v1.1/bob", "cs-bob")]);
    let bob = answers[&list].2.clone();
    let mut many: Vec<Value> = (0..400).map(|at| entry(at, "commit", &commit)).collect();
    many.extend(serde_json::from_str::<Vec<Value>>(&bob).expect("a list"));
    answers.insert(list, (200, String::new(), json!(many).to_string()));
    let mut case = checked_out();
    case.policy = "two".to_owned();
    let ran = fetch(&case, &serve(answers).address, &[]);
    assert!(ran.status == 0 && ran.text.contains("signer  bob"), "{}", ran.text);
}

#[test]
fn an_answer_that_is_not_its_id_is_not_believed() {
    let mut answers = forge(&[("v1.1", "v1.1")]);
    let id = oid(&tag_bytes("v1.1"));
    let other = tag_bytes("v1.0");
    let (text, signature) = other.split_at(payload(&other));
    let lie = json!({ "sha": id.to_string(), "verification": {
        "payload": String::from_utf8_lossy(text), "signature": String::from_utf8_lossy(signature), "verified": true } });
    answers.insert(format!("{REPO}/git/tags/{id}"), (200, String::new(), lie.to_string()));
    let ran = fetch(&checked_out(), &serve(answers).address, &[]);
    assert!(ran.status == 3 && ran.text.contains("has another id"), "{}", ran.text);
    for (path, body) in [
        ("/git/ref/tags/v1.1", json!({ "ref": "refs/tags/v9", "object": { "type": "tag", "sha": id.to_string() } }).to_string()),
        ("/git/ref/tags/v1.1", json!({ "ref": "refs/tags/v1.1", "object": { "type": "tag", "sha": "v1.0" } }).to_string()),
        ("/git/ref/tags/v1.1", "no JSON".to_owned()),
        ("/git/ref/tags/v1.1", "[]".repeat(1_000_000)),
    ] {
        let mut answers = forge(&[("v1.1", "v1.1")]);
        answers.insert(format!("{REPO}{path}"), (200, String::new(), body));
        let ran = fetch(&checked_out(), &serve(answers).address, &[]);
        assert_eq!(ran.status, 3, "{}", ran.text);
    }
}

#[test]
fn a_redirect_is_refused_and_the_other_origin_hears_nothing() {
    let elsewhere = serve(forge(&[("v1.1", "v1.1")]));
    for status in [301, 302, 307, 308] {
        let mut answers = forge(&[("v1.1", "v1.1")]);
        let header = format!("location: {}{REPO}/git/ref/tags/v1.1\r\n", elsewhere.address);
        answers.insert(format!("{REPO}/git/ref/tags/v1.1"), (status, header, "{}".to_owned()));
        let ran = fetch(&checked_out(), &serve(answers).address, &[]);
        assert!(ran.status == 3 && ran.text.contains("not followed"), "{status}: {}", ran.text);
    }
    assert!(elsewhere.asked.lock().expect("a log").is_empty(), "nothing is asked of it");
}

#[test]
fn what_keeps_the_forge_from_answering_is_no_verdict() {
    for status in [401, 403, 429, 500] {
        let mut answers = forge(&[("v1.1", "v1.1")]);
        // A limit that lasts longer than anybody waits.
        let headers = if status == 429 { "retry-after: 3600\r\n" } else { "" };
        answers.insert(format!("{REPO}/git/ref/tags/v1.1"), (status, headers.to_owned(), "{}".to_owned()));
        assert_eq!(fetch(&checked_out(), &serve(answers).address, &[]).status, 3, "{status}");
    }
    let hidden = fetch(&checked_out(), &serve(BTreeMap::new()).address, &[]);
    assert!(hidden.status == 3 && hidden.text.contains("no such repository"), "{}", hidden.text);
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    assert_eq!(fetch(&checked_out(), &format!("http://{closed}"), &[]).status, 3);
    for (variable, value) in [
        ("GITHUB_API_URL", "http://api.github.com"),
        ("GITHUB_API_URL", "https://user:pass@api.github.com"),
        ("GITHUB_REPOSITORY", "acme"),
        ("GITHUB_REPOSITORY", "acme/../x"),
        ("GITHUB_REPOSITORY", ""),
    ] {
        let ran = fetch(&checked_out(), "http://127.0.0.1:1", &[(variable, value)]);
        assert_eq!(ran.status, 2, "{variable}={value}: {}", ran.text);
    }
}
