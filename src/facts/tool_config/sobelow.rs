//! Owns whether Sobelow's configuration makes findings fail: `exit` in the keyword list of `.sobelow-conf`. Refuses to
//! evaluate Elixir: a value that is no plain atom, text or name is unknown. (Facts: lib/mix/tasks/sobelow.ex of 0.15.0.)

use super::{Query, Reader, Settings, arguments, unreadable};
use crate::answer::{Answer, Reason, Why};
use crate::text::{Place, Span};

/// The reader.
pub(super) struct Sobelow;

const EXITS: &str = "exits";

impl Reader for Sobelow {
    fn id(&self) -> &'static str {
        "sobelow"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        let mut settings = Settings::default();
        let answer = judge(query, &mut settings.config);
        settings.answer(EXITS, answer);
        settings
    }
}

fn judge(query: &Query<'_>, config: &mut Vec<Place>) -> Answer<Place> {
    let path = query.tool.config.first().and_then(|row| query.directory.join(&row.path));
    let Some(path) = path.filter(|path| query.world.snapshot.is_file(path)) else { return Answer::No };
    if arguments::switch(query.args, &["--no-config"]).is_some() {
        return Answer::No;
    }
    let file = match query.world.snapshot.read(&path) {
        Ok(file) => file,
        Err(unread) => return Answer::Unknown(unreadable(&unread)),
    };
    config.push(Place::file(path));
    let mut given = exits(&file.text);
    let Some((value, span)) = given.pop() else { return Answer::No };
    let place = file.place(span);
    if given.iter().any(|(other, _)| *other != value) {
        return Answer::Unknown(Why::new(Reason::Unreadable, "`exit` is given twice, with two values").at(place));
    }
    let plain = value.trim_start_matches(':').trim_matches('"').to_ascii_lowercase();
    match plain.as_str() {
        // Versions before 0.14.1 read the file only where they are told to.
        "low" | "medium" | "high" if arguments::switch(query.args, &["--config"]).is_some() => Answer::Yes(place),
        "low" | "medium" | "high" => {
            let said = "versions before 0.14.1 read `.sobelow-conf` with `--config` only";
            Answer::Unknown(Why::new(Reason::Unsupported, said).at(place))
        }
        "nil" | "false" | "true" | "none" => Answer::No,
        _ => Answer::Unknown(Why::new(Reason::Dynamic, "the value of `exit` is not plain").at(place)),
    }
}

/// The values behind the key `exit` of the outermost list, outside texts and comments.
fn exits(text: &str) -> Vec<(&str, Span)> {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut found) = (0, 0_usize, Vec::new());
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'#' => at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length),
            b'"' => at = text_end(bytes, at),
            b'[' | b'{' | b'(' => (at, depth) = (at + 1, depth + 1),
            b']' | b'}' | b')' => (at, depth) = (at + 1, depth.saturating_sub(1)),
            byte if byte.is_ascii_alphanumeric() || *byte == b'_' => {
                let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                if depth == 1 && &bytes[at..end] == b"exit" && bytes.get(end) == Some(&b':') {
                    let start = end + 1 + bytes[end + 1..].iter().take_while(|b| b.is_ascii_whitespace()).count();
                    let length = match bytes.get(start) {
                        Some(b'"') => text_end(bytes, start) - start,
                        _ => bytes[start..].iter().take_while(|b| !b",]#\n\r \t".contains(b)).count(),
                    };
                    let value = text.get(start..start + length).unwrap_or_default();
                    found.push((value, Span::new(at, start + length)));
                    at = start + length;
                    continue;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

/// Behind the quote that ends a text.
fn text_end(bytes: &[u8], start: usize) -> usize {
    let mut end = start + 1;
    while bytes.get(end).is_some_and(|byte| *byte != b'"') {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    (end + 1).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Case, told};
    use super::*;

    #[test]
    fn what_the_keyword_list_says() {
        for (text, args, wanted) in [
            ("[exit: :low]", "--config", "yes .sobelow-conf:1"),
            ("[\n  verbose: true,\n  exit: \"Medium\"\n]\n", "--config", "yes .sobelow-conf:3"),
            ("[exit: :low]", "", "unknown unsupported .sobelow-conf:1"),
            ("[exit: :low]", "--no-config", "no"),
            ("[exit: true]", "--config", "no"),
            ("[exit: :low,\n exit: false]", "--config", "unknown unreadable .sobelow-conf:2"),
            ("[exit: nil, on_exit: :low]", "--config", "no"),
            ("# exit: :low\n[ignore: [\"exit: :low\"]]", "--config", "no"),
            ("[ignore: [exit: :low]]", "--config", "no"),
            ("[exit: level()]", "--config", "unknown dynamic .sobelow-conf:1"),
            ("[exit: \"", "--config", "unknown dynamic .sobelow-conf:1"),
            ("", "--config", "no"),
        ] {
            let case = Case::new("sobelow", &[(".sobelow-conf", text)], args);
            assert_eq!(told(case.read(&Sobelow).settings.get(EXITS)), wanted, "{text} {args}");
        }
    }
}
