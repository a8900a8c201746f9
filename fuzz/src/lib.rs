//! Owns the bodies of the fuzz targets, so that the committed corpora are replayed by the ordinary tests too. Refuses to judge
//! anything but "no panic, no endless work".

use std::fs;
use std::sync::{Arc, LazyLock};

use base64ct::{Base64, Encoding as _};
use jiff::civil::Date;
use tollgate::catalog::Catalog;
use tollgate::doc::{Document, Format, Value};
use tollgate::error::Error;
use tollgate::facts::gather;
use tollgate::facts::meter::Meter;
use tollgate::facts::shell::{self, Dialect, Scope, ScriptInput, ShellMode};
use tollgate::inspect::judge;
use tollgate::limits::Limits;
use tollgate::signing::trust::Trust;
use tollgate::signing::{armor, blocks, openpgp, signed, ssh, state_log, tag_object};
use tollgate::snapshot::{self, Snapshot};
use tollgate::source::{self, OpenOptions};
use tollgate::terms::{self, Reading, Terms};
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
    ("neon", neon),
    ("shell", script),
    ("workflow", workflow),
    ("tag", tag),
    ("verify", signatures),
    ("armor", armored),
    ("certificate", certificate),
    ("signers", signers),
    ("log", log),
    ("make", make),
    ("just", just),
    ("nox", nox),
    ("eslint", eslint),
    ("dockerfile", dockerfile),
    ("manifest", manifest),
    ("policy", policy),
    ("git", git),
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
        let findings = judge(&facts, &Default::default(), &terms, Catalog::builtin(), &[]);
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

/// A NEON document.
pub fn neon(data: &[u8]) {
    document(data, Format::Neon);
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
            dead: true,
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
    let _ = (tag_object::parse(data), tag_object::parse_strict(data));
}

/// A policy with keys of both kinds, and its certificates.
const POLICY: &str = include_str!("../../fixtures-tags/policies/mixed.toml");
const CERTIFICATES: [(&str, &str); 3] = [
    ("keys/alice.asc", include_str!("../../fixtures-tags/policies/keys/alice.asc")),
    ("keys/bob.asc", include_str!("../../fixtures-tags/policies/keys/bob.asc")),
    ("keys/carol.asc", include_str!("../../fixtures-tags/policies/keys/carol.asc")),
];
/// 2026-06-01.
const NOW: i64 = 1_780_272_000;

static TRUST: LazyLock<Trust> = LazyLock::new(|| {
    let source = |name: &str, text: &str| SourceFile::new(RepoPath::new(name).expect("a name"), text.to_owned());
    let open = |name: &str| -> Result<Option<Arc<SourceFile>>, Error> {
        Ok(CERTIFICATES.iter().find(|(path, _)| *path == name).map(|(path, text)| source(path, text)))
    };
    let today = Date::constant(2026, 6, 1);
    let reading = Reading { catalog: Catalog::builtin(), today, open: &open, org: None };
    let policy = terms::read(Some(source("mixed.toml", POLICY)), &reading).expect("a policy");
    terms::trust::trust(&policy, &open, NOW).expect("keys")
});

/// A tag (0), or the bytes of an OpenPGP (1) or SSH (2) block at the end of one, verified by a fixed policy.
pub fn signatures(data: &[u8]) {
    let Some((kind, data)) = data.split_first() else { return };
    let before = "object 0123456789abcdef0123456789abcdef01234567\ntype commit\ntag v1\ntagger A <a@b> 1714608000 +0000\n\nm\n";
    let block = |label: &str, gap: &str| {
        let text = Base64::encode_string(data);
        let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        format!("{before}-----BEGIN {label}-----\n{gap}{}\n-----END {label}-----\n", lines.join("\n")).into_bytes()
    };
    let object = match kind {
        0 => data.to_vec(),
        1 => block("PGP SIGNATURE", "\n"),
        _ => block("SSH SIGNATURE", ""),
    };
    let Ok(tag) = tag_object::parse_strict(&object) else { return };
    if let Ok(found) = signed::verify(&object, tag.message, tag.tagger_time.unwrap_or(0), &TRUST) {
        assert!(found.payload <= object.len() && found.signers.iter().any(|signer| signer.counted));
    }
}

/// A block's armor, of each kind.
pub fn armored(data: &[u8]) {
    let Some((kind, text)) = data.split_first() else { return };
    let style = [&armor::PGP_SIGNATURE, &armor::PGP_PUBLIC_KEY, &armor::SSH_SIGNATURE][usize::from(*kind) % 3];
    if let Ok(found) = armor::decode(text, style) {
        assert!(found.bytes.len() <= text.len());
    }
    let _ = blocks::chain(text, 0);
}

/// The packets of a certificate in a policy, pinned as alice's: what is accepted is hers.
pub fn certificate(data: &[u8]) {
    let pinned = &TRUST.people[0].openpgp[0].fingerprint;
    let text = Base64::encode_string(data);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    let label = "PGP PUBLIC KEY BLOCK";
    let file = format!("-----BEGIN {label}-----\n\n{}\n-----END {label}-----\n", lines.join("\n"));
    if let Ok(found) = openpgp::load(file.as_bytes(), pinned) {
        assert_eq!(found.fingerprint(), *pinned);
        let _ = (found.standing(NOW, false), found.standing(NOW, true));
    }
    let _ = openpgp::load(data, pinned);
}

/// An `allowed_signers` file, and a key of a policy.
pub fn signers(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for signer in ssh::allowed_signers(text).into_iter().flatten() {
        let _ = signer.key_of(&["ed@example.org".to_owned()]);
    }
    let _ = ssh::SshKey::parse(text);
}

/// The log of earlier verifications.
pub fn log(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let Ok(entries) = state_log::parse(&lines) else { return };
    for entry in entries.iter().take(8) {
        let _ = state_log::judge(&entries, entry, false);
        assert!(state_log::says(&entries, entry));
        assert!(state_log::by_version(&entry.tag, &entry.tag).is_eq());
    }
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

/// Manifests of dependencies that are read by readers of their own.
const MANIFESTS: [&str; 9] =
    ["requirements.txt", "go.mod", "Gemfile", "x.gemspec", "build.gradle.kts", "build.sbt", "mix.exs", "setup.py", "pom.xml"];

/// The manifest that the first byte names.
pub fn manifest(data: &[u8]) {
    let Some((kind, text)) = data.split_first() else { return };
    one(MANIFESTS[usize::from(*kind) % MANIFESTS.len()], text, &[(".github/workflows/ci.yml", &ci("true"))]);
}

/// A policy, and what is said about it.
pub fn policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let open = |_: &str| -> Result<Option<Arc<SourceFile>>, Error> { Ok(None) };
    let reading = Reading { catalog: Catalog::builtin(), today: Date::constant(2026, 6, 1), open: &open, org: None };
    let file = SourceFile::new(RepoPath::new(".tollgate.toml").expect("a name"), text.to_owned());
    if let Ok(read) = terms::read(Some(file), &reading) {
        let _ = terms::trust::trust(&read, &open, NOW);
    }
}

/// Files of a repository that are read as data.
const GIT_FILES: [&str; 8] = [
    ".git/HEAD",
    ".git/packed-refs",
    ".git/index",
    ".git/config",
    ".gitignore",
    ".git/refs/heads/main",
    ".git/info/exclude",
    ".git/objects/e6/9de29bb2d1d6434b8b29ae775ad8c2e48c5391",
];

/// A repository on disk of which the first byte names one file: its work tree, its commit and its references.
pub fn git(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else { return };
    let Ok(dir) = tempfile::tempdir() else { return };
    let put = |path: &str, bytes: &[u8]| {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("room");
        fs::write(path, bytes).expect("room");
    };
    put(".git/HEAD", b"ref: refs/heads/main\n");
    put(".git/config", b"[core]\n\trepositoryformatversion = 0\n");
    put(".git/refs/heads/main", b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\n");
    for path in ["a", "b.py", "src/a/b/c.rs", "src/a-b.c/[x]", "doc/a b", "aaaaaaaaaaaaaaaaaaaaaaaa/b"] {
        put(path, b"");
    }
    put(GIT_FILES[usize::from(*kind) % GIT_FILES.len()], bytes);
    if let Ok(snapshot) = snapshot::open(dir.path(), &OpenOptions::default()) {
        assert!(snapshot.entries().iter().all(|entry| !entry.path.as_str().starts_with(".git/")));
    }
    let _ = snapshot::open(dir.path(), &OpenOptions { rev: Some("HEAD".to_owned()), ..OpenOptions::default() });
    if let Ok(repository) = source::open_repository(dir.path()) {
        let _ = repository.refs.list("refs/", 1000);
    }
}
