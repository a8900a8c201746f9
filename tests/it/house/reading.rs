//! Owns reading this repository's own Rust files: text with comments, strings and test code blanked out, so that a search finds
//! code only. Refuses to parse more than that.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// One file of `src/` that is part of the product.
pub(crate) struct Source {
    /// Its path below `src/`, with `/`.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
    /// Its text with comments, strings and test code replaced by spaces; same length, same lines.
    pub(crate) code: String,
}

impl Source {
    /// Its module path: `src/facts/ci/mod.rs` is `facts`, `ci`.
    pub(crate) fn module(&self) -> Vec<&str> {
        let path = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        let path = path.strip_suffix("/mod").unwrap_or(path);
        if path == "lib" { Vec::new() } else { path.split('/').collect() }
    }

    /// `path:line` of a byte offset.
    pub(crate) fn at(&self, offset: usize) -> String {
        let line = self.text[..offset].matches('\n').count() + 1;
        format!("src/{}:{line}", self.path)
    }
}

/// The root of this repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of this repository.
pub(crate) fn file(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|problem| panic!("{path} should be there: {problem}"))
}

/// All Rust files below a folder, relative to it, sorted.
pub(crate) fn rust_files(folder: &str) -> Vec<String> {
    let (base, mut found) = (root().join(folder), Vec::new());
    let mut folders = vec![base.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(relative(&base, &path));
            }
        }
    }
    found.sort();
    found
}

fn relative(base: &Path, path: &Path) -> String {
    path.strip_prefix(base).expect("below").to_string_lossy().replace('\\', "/")
}

/// The files of `src/` without those that only tests compile.
pub(crate) fn product() -> Vec<Source> {
    let paths = rust_files("src");
    let mut tests = BTreeSet::new();
    let mut sources = Vec::new();
    for path in paths {
        let text = file(&format!("src/{path}"));
        let (code, modules) = without_tests(&blanked(&text));
        for module in modules {
            tests.insert(below(&path, &module));
        }
        sources.push(Source { path, text, code });
    }
    let is_test = |path: &str| {
        let path = Path::new(path.strip_suffix(".rs").unwrap_or(path));
        path.ancestors().any(|folder| tests.contains(folder))
    };
    sources.retain(|source| !is_test(&source.path));
    sources
}

/// Where `mod name;` of a file looks, without `.rs`.
fn below(path: &str, name: &str) -> PathBuf {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let folder = path.strip_suffix("/mod").unwrap_or(path);
    Path::new(if folder == "lib" { "" } else { folder }).join(name)
}

/// The text with comments and the insides of strings replaced by spaces.
pub(crate) fn blanked(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match &bytes[at..] {
            [b'/', b'/', ..] => text[at..].find('\n').map_or(bytes.len(), |line| at + line),
            [b'/', b'*', ..] => block_comment(bytes, at),
            [b'"', ..] => string(bytes, at),
            [b'r', b'"' | b'#', ..] if at == 0 || !is_word(bytes[at - 1]) || bytes[at - 1] == b'b' => raw_string(text, at),
            [b'\'', ..] => character(bytes, at),
            _ => at,
        };
        for byte in out.iter_mut().take(end).skip(at).filter(|byte| **byte != b'\n') {
            *byte = b' ';
        }
        at = end.max(at + 1);
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn block_comment(bytes: &[u8], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (at, depth) = (at + 2, depth + 1),
            [b'*', b'/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn string(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

fn raw_string(text: &str, from: usize) -> usize {
    let hashes = text[from + 1..].bytes().take_while(|byte| *byte == b'#').count();
    let open = from + 1 + hashes;
    if text.as_bytes().get(open) != Some(&b'"') {
        return from;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    text[open + 1..].find(&close).map_or(text.len(), |end| open + 1 + end + close.len())
}

/// `'x'` and `'\n'` are characters, `'a` is a lifetime.
fn character(bytes: &[u8], from: usize) -> usize {
    if bytes.get(from + 1) == Some(&b'\\') {
        let rest = &bytes[(from + 3).min(bytes.len())..];
        return rest.iter().position(|byte| *byte == b'\'').map_or(bytes.len(), |end| from + 3 + end + 1);
    }
    let width = bytes.get(from + 1).map_or(1, |byte| match byte {
        0..0x80 => 1,
        0x80..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    });
    if bytes.get(from + 1 + width) == Some(&b'\'') { from + width + 2 } else { from }
}

/// Code without the items behind `#[cfg(test)]`, and the names of modules among them that are files.
fn without_tests(code: &str) -> (String, Vec<String>) {
    const MARK: &str = "#[cfg(test)]";
    let (mut out, mut modules, mut from) = (code.to_owned(), Vec::new(), 0);
    while let Some(found) = out[from..].find(MARK) {
        let start = from + found;
        let item = start + MARK.len();
        let end = end_of_item(&out, item);
        let words: Vec<&str> = out[item..end].split_whitespace().collect();
        if let ["mod", name] | ["pub(crate)", "mod", name] = words.as_slice() {
            modules.extend(name.strip_suffix(';').map(str::to_owned));
        }
        let blank: String = out[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        out.replace_range(start..end, &blank);
        from = start + blank.len();
    }
    (out, modules)
}

/// The end of an item: its `;`, or its closing brace.
fn end_of_item(code: &str, from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && byte == b'}' {
                    return at + 1;
                }
            }
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

#[test]
fn only_code_is_left() {
    let text = "use a; // crate::b\n/* crate::c /* */ */ let d = \"crate::e\\\"\"; let f = r#\"crate::\"g\"#; let h: &'static str = '\"';\n";
    let code = blanked(text);
    assert_eq!(code.len(), text.len());
    assert!(!code.contains("crate"), "{code}");
    assert!(code.contains("let h: &'static str =") && code.ends_with(";\n"), "{code}");
    let (code, modules) = without_tests("mod a;\n#[cfg(test)]\nmod b;\n#[cfg(test)]\nmod c {\n fn d() {}\n}\nfn e() {}\n");
    assert_eq!(modules, ["b"]);
    assert!(code.contains("mod a;") && code.contains("fn e") && !code.contains("mod b") && !code.contains("fn d"), "{code}");
}
