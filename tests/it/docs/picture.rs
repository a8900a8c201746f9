//! Owns `docs/picture.svg`: what the program prints in colour, in a hundred columns, its text to be selected.
//! `TOLLGATE_BLESS=1` draws it anew. Refuses every escape sequence but the colours that `src/report/paint.rs` knows.

use std::fmt::Write as _;
use std::fs;

use super::generated::blessing;
use super::{copied, tollgate};
use crate::house::reading::{file, root};

const PICTURE: &str = "docs/picture.svg";
const COLUMNS: usize = 100;
/// Pixels: of a line, of a column (half ones), around the text.
const LINE: usize = 20;
const HALF_COLUMN: usize = 17;
const MARGIN: usize = 20;

/// The classes of a select-graphic-rendition sequence.
const CLASSES: [(&str, &str); 7] =
    [("0", ""), ("1", "b"), ("1;31", "b r"), ("1;32", "b g"), ("1;33", "b y"), ("1;34", "b l"), ("1;36", "b c")];

/// Both palettes hold their text to the background at 4.5 to 1 and more.
const STYLE: &str = "\
    rect{fill:#ffffff;stroke:#d1d9e0}\
    text{fill:#1f2328;font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono','DejaVu Sans Mono',monospace;white-space:pre}\
    .b{font-weight:bold}.r{fill:#cf222e}.g{fill:#1a7f37}.y{fill:#7d4e00}.l{fill:#0550ae}.c{fill:#1b7c83}\
    @media (prefers-color-scheme:dark){rect{fill:#0d1117;stroke:#3d444d}text{fill:#f0f6fc}\
    .r{fill:#ff7b72}.g{fill:#3fb950}.y{fill:#d29922}.l{fill:#79c0ff}.c{fill:#39c5cf}}";

/// Where a continued line begins.
const INDENT: &str = "    ";

/// The text in pieces of one class each, line by line.
fn pieces(line: &str) -> Vec<(&'static str, char)> {
    let (mut out, mut class, mut rest) = (Vec::new(), "", line);
    while let Some(c) = rest.chars().next() {
        if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
            let (code, after) = sequence.split_once('m').expect("a colour");
            class = CLASSES.iter().find(|(known, _)| *known == code).unwrap_or_else(|| panic!("the colour {code}")).1;
            rest = after;
        } else {
            out.push((class, c));
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// The lines as they are drawn: a picture has no width to scroll, so that long ones are broken at a blank and go on indented.
fn shown(text: &str) -> Vec<Vec<(&'static str, char)>> {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut rest = pieces(line);
        while rest.len() > COLUMNS {
            let blank = rest[..=COLUMNS].iter().rposition(|(_, c)| *c == ' ').filter(|at| *at > COLUMNS / 2);
            let mut next = rest.split_off(blank.unwrap_or(COLUMNS));
            next.drain(..usize::from(blank.is_some()));
            lines.push(std::mem::replace(&mut rest, INDENT.chars().map(|c| ("", c)).chain(next).collect()));
        }
        lines.push(rest);
    }
    lines
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn drawn(text: &str, label: &str) -> String {
    let lines = shown(text);
    let (width, height) = (2 * MARGIN + COLUMNS * HALF_COLUMN / 2, 2 * MARGIN + lines.len() * LINE);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">\n<style>{STYLE}</style>\n<rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"8\"/>\n",
        escaped(label),
        width - 1,
        height - 1
    );
    for (number, line) in lines.iter().enumerate() {
        let _ = write!(out, "<text xml:space=\"preserve\" x=\"{MARGIN}\" y=\"{}\">", MARGIN + number * LINE + 15);
        for piece in line.chunk_by(|one, other| one.0 == other.0) {
            let text = escaped(&piece.iter().map(|(_, c)| c).collect::<String>());
            match piece[0].0 {
                "" => out.push_str(&text),
                class => {
                    let _ = write!(out, "<tspan class=\"{class}\">{text}</tspan>");
                }
            }
        }
        out.push_str("</text>\n");
    }
    out.push_str("</svg>\n");
    out
}

#[test]
fn the_picture_is_a_run_of_the_program() {
    const TREE: &str = "fixtures-repos/chain-make-tox/tree";
    let elsewhere = copied(TREE);
    let printed = tollgate(&["check", "--color", "always"], &elsewhere.path().join(TREE));
    assert!(printed.contains("\u{1b}[1;31merror[python-static-analysis]\u{1b}[0m"), "{printed}");
    let text = format!("\u{1b}[1m$ tollgate check\u{1b}[0m\n{printed}");
    let wanted = drawn(&text, "tollgate check in a terminal");
    if blessing() {
        fs::write(root().join(PICTURE), wanted).expect("writable");
        return;
    }
    assert!(file(PICTURE) == wanted, "{PICTURE} is not what the program prints; TOLLGATE_BLESS=1 draws it anew.\n{printed}");
}

#[test]
fn a_terminal_is_drawn_as_it_is() {
    let long = format!("{} y\n{}", "x".repeat(COLUMNS - 1), "z".repeat(COLUMNS + 1));
    let drawn = drawn(&format!("\u{1b}[1;31ma<b\u{1b}[0m & c\n{long}\n"), "one < two");
    assert!(drawn.contains("aria-label=\"one &lt; two\""), "{drawn}");
    assert!(drawn.contains("<tspan class=\"b r\">a&lt;b</tspan> &amp; c</text>"), "{drawn}");
    assert!(drawn.contains("x</text>") && drawn.contains(">    y</text>") && drawn.contains(">    z</text>"), "{drawn}");
    assert_eq!(drawn.matches("<text ").count(), 5, "{drawn}");
}
