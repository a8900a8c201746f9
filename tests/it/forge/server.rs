//! Owns a forge on this machine that answers by a script: each path has replies in order, of which the last one stays. Refuses every other
//! address.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// A reply, and how it arrives.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(super) status: u16,
    pub(super) headers: String,
    pub(super) body: String,
    /// Bytes of the body after which the connection ends.
    pub(super) cut: Option<usize>,
    /// How long it takes to begin.
    pub(super) after: Duration,
}

impl Reply {
    pub(crate) fn json(body: &Value) -> Self {
        Self::text(200, &body.to_string())
    }

    pub(super) fn text(status: u16, body: &str) -> Self {
        Self { status, headers: String::new(), body: body.to_owned(), cut: None, after: Duration::ZERO }
    }

    /// A refusal as GitHub words it.
    pub(crate) fn status(status: u16, message: &str) -> Self {
        Self::text(
            status,
            &json!({ "message": message, "documentation_url": "https://docs.example/rest", "status": status.to_string() })
                .to_string(),
        )
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    pub(super) fn cut(self, after: usize) -> Self {
        Self { cut: Some(after), ..self }
    }
}

/// Replies by path; a path with its query goes first.
#[derive(Clone, Default)]
pub(crate) struct Script {
    replies: BTreeMap<String, Vec<Reply>>,
    /// What it answers to; nothing to anybody else.
    only: Option<String>,
}

impl Script {
    pub(crate) fn put(&mut self, path: &str, reply: Reply) {
        self.replies.insert(path.to_owned(), vec![reply]);
    }

    pub(super) fn then(&mut self, path: &str, replies: &[Reply]) {
        self.replies.insert(path.to_owned(), replies.to_vec());
    }

    pub(super) fn first(&self, path: &str) -> Reply {
        self.replies[path][0].clone()
    }

    pub(super) fn paths(&self) -> Vec<String> {
        self.replies.keys().cloned().collect()
    }

    /// The same for whoever says this, as a private repository has it.
    pub(crate) fn behind(self, only: &str) -> Self {
        Self { only: Some(only.to_owned()), ..self }
    }

    /// The same below a prefix, as an installation of one's own has it.
    pub(super) fn below(&self, prefix: &str) -> Self {
        let replies = self.replies.iter().map(|(path, replies)| (format!("{prefix}{path}"), replies.clone())).collect();
        Self { replies, only: self.only.clone() }
    }
}

/// What was asked: path with query, and what proved that one may.
pub(crate) type Asked = (String, Option<String>);

pub(crate) struct Server {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    written: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Server {
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("a log").clone()
    }

    /// What was written: `METHOD PATH`, and its body.
    pub(crate) fn written(&self) -> Vec<(String, Value)> {
        self.written.lock().expect("a log").clone()
    }
}

/// The thread ends with the process.
pub(crate) fn serve(script: &Script) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::new(Mutex::new(Vec::new()));
    let bodies = Arc::clone(&written);
    let (log, mut script, only) = (Arc::clone(&asked), script.replies.clone(), script.only.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream);
            let (mut first, mut token, mut length, mut conditional) = (String::new(), None, 0, false);
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
                // Nothing is kept between runs: whoever asks whether something changed is told nothing.
                conditional |= line.to_ascii_lowercase().starts_with("if-");
                if let Some((name, value)) = line.split_once(':')
                    && name.eq_ignore_ascii_case("content-length")
                {
                    length = value.trim().parse().unwrap_or(0);
                }
            }
            let route = first.split(' ').nth(1).unwrap_or_default().to_owned();
            let path = route.split('?').next().unwrap_or_default().to_owned();
            let method = first.split(' ').next().unwrap_or_default().to_owned();
            if method != "GET" {
                let mut body = vec![0; length];
                let _ = reader.read_exact(&mut body);
                let body = serde_json::from_slice(&body).unwrap_or_default();
                bodies.lock().expect("a log").push((format!("{method} {path}"), body));
            }
            let refused = only.is_some() && only != token;
            log.lock().expect("a log").push((route.clone(), token));
            let missing = Reply::status(404, "Not Found");
            let known = match method.as_str() {
                "GET" if script.contains_key(&route) => route,
                "GET" => path,
                _ => format!("{method} {path}"),
            };
            let reply = match script.get_mut(&known) {
                _ if refused || conditional => missing,
                Some(replies) if replies.len() > 1 => replies.remove(0),
                Some(replies) => replies.first().cloned().unwrap_or(missing),
                None => missing,
            };
            std::thread::sleep(reply.after);
            let head = format!(
                "HTTP/1.1 {} x\r\ncontent-length: {}\r\ncontent-type: application/json\r\nconnection: close\r\n{}\r\n",
                reply.status,
                reply.body.len(),
                reply.headers
            );
            let body = &reply.body.as_bytes()[..reply.cut.unwrap_or(reply.body.len())];
            let _ = reader.get_mut().write_all(head.as_bytes());
            let _ = reader.get_mut().write_all(body);
        }
    });
    Server { address, asked, written }
}
