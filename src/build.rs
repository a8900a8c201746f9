//! Owns the embedding of `rules/`: every TOML file is parsed here (broken TOML fails the build) and written as compact JSON, by file, so that
//! no run parses TOML, and none parses a part that it does not ask for. The examples, which only `explain` reads, are deflated, and the digest
//! of all is taken here: no check pays for either. Refuses to judge meaning: that is `catalog::lint`, which runs as a test.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets this")).join("rules");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let (mut tables, mut examples) = (String::from("{"), String::from("{"));
    let (mut sources, mut parts) = (String::new(), String::new());
    for (at, path) in files.iter().enumerate() {
        println!("cargo:rerun-if-changed={}", path.display());
        let name = path.strip_prefix(&root).expect("under rules").to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("rules/{name}: {e}"));
        let mut table: toml::Table = text.parse().unwrap_or_else(|e| panic!("rules/{name}: {e}"));
        let example = table.remove("example").unwrap_or(toml::Value::Array(Vec::new()));
        let comma = if at == 0 { "" } else { "," };
        let mut part = String::new();
        json(&toml::Value::Table(table), &mut part);
        write!(tables, "{comma}{}:{part}", quote(&name)).expect("string");
        writeln!(parts, "    ({name:?}, {part:?}),").expect("string");
        write!(examples, "{comma}{}:", quote(&name)).expect("string");
        json(&example, &mut examples);
        writeln!(sources, "    ({}, include_str!({})),", quote(&name), quote(&path.to_string_lossy())).expect("string");
    }
    tables.push('}');
    examples.push('}');
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets this"));
    fs::write(out.join("digest"), digest(&tables, &examples)).expect("OUT_DIR is writable");
    fs::write(out.join("tables.rs"), format!("&[\n{parts}]\n")).expect("OUT_DIR is writable");
    fs::write(out.join("examples.deflate"), deflated(&examples)).expect("OUT_DIR is writable");
    fs::write(out.join("sources.rs"), format!("&[\n{sources}]\n")).expect("OUT_DIR is writable");
}

/// `sha256:<hex>` over the two tables, a zero byte between them.
fn digest(tables: &str, examples: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(tables.as_bytes());
    hash.update([0]);
    hash.update(examples.as_bytes());
    hash.finalize().iter().fold(String::from("sha256:"), |mut out, byte| {
        write!(out, "{byte:02x}").expect("string");
        out
    })
}

fn deflated(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

fn collect(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|e| e == "toml") {
            into.push(path);
        }
    }
}

fn json(value: &toml::Value, out: &mut String) {
    match value {
        toml::Value::String(text) => out.push_str(&quote(text)),
        toml::Value::Integer(number) => write!(out, "{number}").expect("string"),
        toml::Value::Float(number) => write!(out, "{number}").expect("string"),
        toml::Value::Boolean(flag) => write!(out, "{flag}").expect("string"),
        toml::Value::Datetime(date) => out.push_str(&quote(&date.to_string())),
        toml::Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                json(item, out);
            }
            out.push(']');
        }
        toml::Value::Table(table) => {
            out.push('{');
            for (at, (key, item)) in table.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&quote(key));
                out.push(':');
                json(item, out);
            }
            out.push('}');
        }
    }
}

fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => write!(out, "\\u{:04x}", u32::from(c)).expect("string"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
