//! Owns reading our own Markdown: pages, fenced blocks, spans of code, links, headings. Refuses whatever the pages do not use.

use std::fs;

use crate::house::reading::{file, root};

/// The pages below `docs/`, sorted, `docs/…`.
pub(super) fn pages() -> Vec<String> {
    let entries = fs::read_dir(root().join("docs")).expect("a folder").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut pages: Vec<String> = names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}")).collect();
    pages.sort();
    assert!(pages.len() > 8, "{pages:?}");
    pages
}

/// The README and the pages.
pub(super) fn readme_and_pages() -> Vec<String> {
    std::iter::once("README.md".to_owned()).chain(pages()).collect()
}

/// A fenced block.
pub(crate) struct Block {
    pub(super) page: String,
    pub(super) line: usize,
    pub(crate) language: String,
    pub(crate) text: String,
}

impl Block {
    pub(super) fn at(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }
}

/// The fenced blocks of a page.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (number, line) in file(page).lines().enumerate() {
        match (open, line.strip_prefix("```")) {
            (false, Some(language)) => {
                found.push(Block { page: page.to_owned(), line: number + 1, language: language.to_owned(), text: String::new() });
                open = true;
            }
            (true, Some(_)) => open = false,
            (true, None) => {
                if let Some(block) = found.last_mut() {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
            }
            (false, None) => {}
        }
    }
    assert!(!open, "{page}: a block without an end");
    found
}

/// The text without fenced blocks, on one line each.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// Spans between single backticks, fenced blocks left out.
pub(super) fn code_spans(text: &str) -> Vec<String> {
    prose(text).replace('\n', " ").split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Targets of links and pictures, fenced blocks and code left out.
pub(super) fn links(text: &str) -> Vec<String> {
    let without: String = prose(text).split('`').step_by(2).collect();
    without.split("](").skip(1).filter_map(|rest| rest.split(')').next()).map(str::to_owned).collect()
}

/// The anchors of the headings of a page: lower case, words and hyphens alone, as GitHub and mdBook make them.
pub(super) fn anchors(text: &str) -> Vec<String> {
    let text = prose(text);
    let titles = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |title: &str| -> String {
        let kept = title.to_lowercase();
        kept.chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect()
    };
    let all: Vec<String> = titles.map(anchor).collect();
    // The second of two equal ones is called otherwise, and differently so: none is to be linked to.
    all.iter().filter(|one| all.iter().filter(|other| other == one).count() == 1).cloned().collect()
}

/// The words of a command line: quotes taken away, a comment left out.
pub(super) fn words(line: &str) -> Vec<String> {
    let (mut out, mut word, mut quote, mut begun) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match (quote, c) {
            (None, '"' | '\'') => (quote, begun) = (Some(c), true),
            (Some(open), _) if open == c => quote = None,
            (None, '#') if !begun => break,
            (None, _) if c.is_whitespace() => {
                if begun {
                    out.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            _ => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        out.push(word);
    }
    out
}
