//! Owns what makes a rendering harmless, format by format, by the rules of whoever reads it: the runner, a browser, a parser. Refuses what has
//! a line, a tag, an element or a command of somebody else.

use serde_json::Value;
use tollgate::report::Neutral;
use tollgate::text::escape::is_steering;

use crate::gate::runner;

/// Pieces that names, scripts, tags and policies are made of; each breaks out of something.
pub(super) const PIECES: [&str; 47] = [
    "a",
    "b.yml",
    " ",
    "/",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "::error::x",
    "::stop-commands::t",
    "##[group]",
    "##[error]",
    "\u{1b}[31m",
    "\u{1b}]0;t\u{7}",
    "\u{202e}",
    "\u{2028}",
    "\u{85}",
    "\u{feff}",
    "|",
    "`",
    "```",
    "\n```\n",
    "<img src=x>",
    "</script>",
    "</details>",
    "<!--",
    "-->",
    "@all",
    "#1",
    "[x](http://x)",
    "%0A",
    "%2C",
    ",",
    "::",
    "\u{8}",
    "\u{1}",
    "\u{1f}",
    "\u{7f}",
    "]]>",
    "<![CDATA[",
    "&#10;",
    "\"",
    "'",
    "\\",
    "=",
    "<<E\n",
    "\nforged[x]: y\n --> a:1:1\n",
];

/// What is wrong with a rendering, if anything; outside of the log, where nothing reads commands.
pub(super) fn sound(format: &str, text: &str) -> Result<(), String> {
    if let Some(c) = text.chars().find(|c| is_steering(*c) && *c != '\n' && *c != '\u{200b}') {
        return Err(format!("{format}: {c:?} came through:\n{text:?}"));
    }
    if let Some(line) = text.lines().find(|line| line.trim_start().starts_with("forged[")) {
        return Err(format!("{format}: {line:?} is a line of its own:\n{text}"));
    }
    match format {
        "json" | "sarif" | "gitlab" => json(text),
        "in-toto" => serde_json::Deserializer::from_str(text)
            .into_iter::<Value>()
            .try_for_each(|one| one.map(drop))
            .map_err(|problem| problem.to_string()),
        "junit" => xml(text),
        "markdown" => page(text),
        "github" => annotations(text),
        _ => Ok(()),
    }
    .map_err(|why| format!("{format}: {why}:\n{text}"))
}

/// The same in the log of a run, where the runner reads along.
pub(super) fn sound_in_log(format: &str, text: &str) -> Result<(), String> {
    let mut bytes = Vec::new();
    let mut neutral = Neutral::new(&mut bytes);
    std::io::Write::write_all(&mut neutral, text.as_bytes()).expect("a vector");
    neutral.finish().expect("a vector");
    let text = String::from_utf8_lossy(&bytes);
    match runner::commands(&text).first() {
        Some(command) => Err(format!("{format}: {command:?} is obeyed")),
        None => match text.lines().find(|line| line.trim_start().starts_with("::") || line.contains("##[")) {
            Some(line) => Err(format!("{format}: {line:?} is a command")),
            None => Ok(()),
        },
    }
}

fn json(text: &str) -> Result<(), String> {
    serde_json::from_str::<Value>(text).map(drop).map_err(|problem| problem.to_string())
}

fn xml(text: &str) -> Result<(), String> {
    const ELEMENTS: [&str; 6] = ["testsuites", "testsuite", "testcase", "failure", "skipped", "system-out"];
    let document = roxmltree::Document::parse(text).map_err(|problem| problem.to_string())?;
    let foreign = |node: &roxmltree::Node<'_, '_>| {
        node.is_comment() || node.is_pi() || node.is_element() && !ELEMENTS.contains(&node.tag_name().name())
    };
    document.descendants().find(foreign).map_or(Ok(()), |node| Err(format!("{node:?} is none of ours")))
}

fn annotations(text: &str) -> Result<(), String> {
    const PROPERTIES: [&str; 6] = ["file", "line", "endLine", "col", "endColumn", "title"];
    let all = runner::commands(text);
    if all.len() != text.lines().count() || runner::annotations(&all).len() != all.len() {
        return Err(format!("{} commands in {} lines", all.len(), text.lines().count()));
    }
    let foreign = all.iter().find(|one| {
        one.text.is_empty()
            || one.properties.keys().any(|key| !PROPERTIES.contains(&key.as_str()))
            || !one.properties.contains_key("title")
    });
    foreign.map_or(Ok(()), |one| Err(format!("{one:?} is none of ours")))
}

/// A page of Markdown: outside of code no tag but our own, no link, no mention, no heading, and rows of as many cells as their head.
fn page(text: &str) -> Result<(), String> {
    let outside = without_spans(&without_fences(text)?);
    let plain = without_escapes(&outside);
    let mut bare = plain.clone();
    for own in ["<details>", "</details>", "<summary>", "</summary>", "<br>"] {
        bare = bare.replace(own, "");
    }
    if bare.contains('<') || bare.contains("](") || bare.contains("<!--") {
        return Err("a tag or a link of somebody else".to_owned());
    }
    if plain.matches("<details>").count() != plain.matches("</details>").count() {
        return Err("what is closed stays open".to_owned());
    }
    let plain = plain.replace("&#8203;", "\u{200b}");
    let mention = |at: usize| plain[at + 1..].starts_with(|c: char| c.is_ascii_alphanumeric());
    if plain.match_indices(['@', '#']).any(|(at, _)| mention(at)) {
        return Err("somebody or something is mentioned".to_owned());
    }
    let mut cells = None;
    for line in plain.lines() {
        let heading = line.starts_with('#') && !line.starts_with("## tollgate: ") && !line.starts_with("### ");
        let pipes = line.matches('|').count();
        if heading || !line.starts_with('|') && pipes > 0 || line.starts_with('|') && *cells.get_or_insert(pipes) != pipes {
            return Err(format!("{line:?} is no line of ours"));
        }
        if !line.starts_with('|') {
            cells = None;
        }
    }
    Ok(())
}

/// By CommonMark: a fence is closed by a line of as many of its marks, and nothing else.
fn without_fences(text: &str) -> Result<String, String> {
    let (mut out, mut open): (String, Option<usize>) = (String::new(), None);
    for line in text.lines() {
        let marks = line.trim_start().bytes().take_while(|byte| *byte == b'`').count();
        let rest = line.trim_start()[marks..].trim();
        match open {
            Some(wide) if marks >= wide && rest.is_empty() => open = None,
            Some(_) => {}
            None if marks >= 3 && !rest.contains('`') => open = Some(marks),
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    if open.is_some() { Err("a fence stays open".to_owned()) } else { Ok(out) }
}

/// Without code spans: as many marks again end one.
fn without_spans(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('`') {
        let escaped = rest[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
        out.push_str(&rest[..at]);
        let ticks = rest[at..].bytes().take_while(|byte| *byte == b'`').count();
        if escaped {
            out.push('`');
            rest = &rest[at + 1..];
            continue;
        }
        rest = &rest[at + ticks..];
        let mut from = 0;
        while let Some(next) = rest[from..].find('`').map(|next| from + next) {
            let run = rest[next..].bytes().take_while(|byte| *byte == b'`').count();
            from = next + run;
            if run == ticks {
                break;
            }
        }
        rest = &rest[from..];
    }
    out + rest
}

fn without_escapes(text: &str) -> String {
    let (mut out, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else {
            out.push(c);
        }
    }
    out
}
