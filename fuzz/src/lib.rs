//! Owns the bodies of the fuzz targets, so that the committed corpora are replayed by the ordinary tests too. Refuses to judge
//! anything but "no panic, no endless work".

use std::sync::Arc;

use tollgate::catalog::Catalog;
use tollgate::doc::{Document, Format, Value};
use tollgate::facts::gather;
use tollgate::facts::meter::Meter;
use tollgate::facts::shell::{self, Dialect, Scope, ScriptInput, ShellMode};
use tollgate::inspect::judge;
use tollgate::limits::Limits;
use tollgate::snapshot::Snapshot;
use tollgate::terms::Terms;
use tollgate::text::{MappedText, RepoPath, SourceFile, Span};

/// A fuzz target by name.
pub type Target = fn(&[u8]);

/// All targets; a folder of the same name under `corpus/` holds inputs.
pub static TARGETS: &[(&str, Target)] = &[
    ("check", check),
    ("yaml", yaml),
    ("toml", toml),
    ("json", json),
    ("ini", ini),
    ("shell", script),
    ("workflow", workflow),
    ("tag", tag),
    ("make", make),
    ("just", just),
    ("nox", nox),
    ("eslint", eslint),
    ("dockerfile", dockerfile),
];

/// `check` on an in-memory tree: `=== path` lines begin files.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("=== ") {
            Some(path) => files.push((path.trim().to_owned(), String::new())),
            None => match files.last_mut() {
                Some((_, body)) => body.push_str(line),
                None => files.push((".github/workflows/ci.yml".to_owned(), line.to_owned())),
            },
        }
    }
    tree(files);
}

fn tree(files: Vec<(String, String)>) {
    let snapshot = Snapshot::in_memory(files);
    let terms = Terms::default();
    if let Ok(facts) = gather(&snapshot, Catalog::builtin(), &terms) {
        let findings = judge(&facts, &terms, Catalog::builtin(), &[]);
        assert!(!findings.is_empty(), "every rule says something");
    }
}

fn document(data: &[u8], format: Format) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let path = RepoPath::new("fuzz").expect("a name");
    let Ok(document) = Document::parse(SourceFile::new(path, text.to_owned()), format, &Limits::default()) else { return };
    walk(document.root(), 0);
}

fn walk(value: Value<'_>, depth: usize) {
    assert!(depth < 1000, "the parser bounds nesting");
    let _ = (value.place(), value.as_bool(), value.as_int(), value.disputed(), value.path());
    if let Some(mapped) = value.mapped() {
        let _ = mapped.place(0..mapped.text().len());
    }
    for entry in value.entries() {
        walk(entry.value, depth + 1);
    }
    for item in value.items() {
        walk(item, depth + 1);
    }
}

/// A YAML document.
pub fn yaml(data: &[u8]) {
    document(data, Format::Yaml);
}

/// A TOML document.
pub fn toml(data: &[u8]) {
    document(data, Format::Toml);
}

/// A JSON, JSONC or JSON5 document.
pub fn json(data: &[u8]) {
    document(data, Format::Json);
}

/// An INI document.
pub fn ini(data: &[u8]) {
    document(data, Format::Ini);
}

/// A shell script.
pub fn script(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let file: Arc<SourceFile> = SourceFile::new(RepoPath::new("x.sh").expect("a name"), text.to_owned());
    let mapped = MappedText::verbatim(Arc::clone(&file), Span::new(0, file.text.len()));
    let (scope, limits, meter) = (Scope::new(), Limits::default(), Meter::default());
    for errexit in [true, false] {
        let mode = ShellMode { errexit, pipefail: errexit, dialect: Dialect::Bash };
        let analysis = shell::analyse(&ScriptInput {
            text: &mapped,
            mode,
            scope: &scope,
            limits: &limits,
            files: &shell::NoFiles,
            meter: &meter,
        });
        for command in &analysis.commands {
            assert!(command.place.line <= file.lines().count());
        }
    }
}

fn one(path: &str, data: &[u8], more: &[(&str, &str)]) {
    let mut files = vec![(path.to_owned(), String::from_utf8_lossy(data).into_owned())];
    files.extend(more.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    tree(files);
}

fn ci(run: &str) -> String {
    format!("on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {run}\n")
}

/// A workflow.
pub fn workflow(data: &[u8]) {
    one(".github/workflows/ci.yml", data, &[("pyproject.toml", "[project]\nname = \"x\"\n"), ("a.py", "")]);
}

/// The raw bytes of a tag object.
pub fn tag(data: &[u8]) {
    let _ = tollgate::signing::tag_object::parse(data);
}

/// A makefile that CI runs.
pub fn make(data: &[u8]) {
    one("Makefile", data, &[(".github/workflows/ci.yml", &ci("make"))]);
}

/// A justfile that CI runs.
pub fn just(data: &[u8]) {
    one("justfile", data, &[(".github/workflows/ci.yml", &ci("just"))]);
}

/// A noxfile that CI runs.
pub fn nox(data: &[u8]) {
    one("noxfile.py", data, &[(".github/workflows/ci.yml", &ci("nox -s lint $SESSION -- -q"))]);
}

/// An ESLint configuration that CI uses.
pub fn eslint(data: &[u8]) {
    one(
        "eslint.config.js",
        data,
        &[(".github/workflows/ci.yml", &ci("npx eslint .")), ("a.js", ""), ("package.json", "{\"dependencies\":{\"a\":\"1\"}}")],
    );
}

/// A Dockerfile that CI builds.
pub fn dockerfile(data: &[u8]) {
    one("Dockerfile", data, &[(".github/workflows/ci.yml", &ci("docker build ."))]);
}
