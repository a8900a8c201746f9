//! Owns which of the files that were not read leave a run incomplete. Refuses to read them: `snapshot` has tried.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::error::Error;
use crate::facts::components::Scope;
use crate::facts::components::manifests::Rows;
use crate::facts::components::scope::Scoping;
use crate::policy;
use crate::snapshot::{NotInspected, Snapshot};
use crate::terms::Terms;
use crate::text::{Place, RepoPath};

/// The files that a rule had to read and that were not read, each with the reason. A manifest among tests, fixtures and samples
/// may be broken on purpose, and nothing of the product depends on it; a chain that leads through it is unknown by itself. One that a
/// generator has yet to fill in is none, and no package manager reads it.
pub(super) fn by_rules(snapshot: &Snapshot, terms: &Terms, catalog: &Catalog) -> BTreeMap<RepoPath, Error> {
    let all = snapshot.not_inspected();
    if all.is_empty() {
        return BTreeMap::new();
    }
    let (rows, scoping) = (Rows::new(&catalog.languages), Scoping::new(snapshot, &catalog.languages, &terms.scope));
    let is_sample = |one: &NotInspected| {
        let product = || scoping.of_manifest(&one.path) == Some(Scope::Production) && !is_template(snapshot, one);
        rows.of(&one.path).is_some() && !product()
    };
    let gap = |one: NotInspected| (one.path.clone(), policy::gap(&one.path, &one.why, one.place(), one.next));
    all.into_iter().filter(|one| !is_sample(one)).map(gap).collect()
}

/// What cannot be read of the file is a mark of a template, at the start of a line. A manifest that merely holds one, and is read, is no template.
fn is_template(snapshot: &Snapshot, one: &NotInspected) -> bool {
    // The repository's own is read by its package manager as it stands.
    if one.path.parent().is_root() {
        return false;
    }
    let line = |place: &Place| snapshot.peek(&one.path).ok().map(|file| file.line_text(place.line).trim_start().to_owned());
    let line = one.place.as_ref().and_then(line).unwrap_or_default();
    ["{%", "{{", "<%"].iter().any(|mark| line.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::gather;

    #[test]
    fn a_broken_sample_is_no_gap() {
        let broken = "[project\n";
        let files = ["pyproject.toml", "lib/pyproject.toml", "tests/packages/bad/pyproject.toml", "examples/a/Cargo.toml"];
        let snapshot = Snapshot::in_memory(files.map(|path| (path.to_owned(), broken.to_owned())));
        let terms = Terms::default();
        gather(&snapshot, Catalog::builtin(), &terms).expect("facts");
        let read: Vec<RepoPath> = snapshot.not_inspected().into_iter().map(|one| one.path).collect();
        assert!(read.iter().any(|path| path.as_str() == "tests/packages/bad/pyproject.toml"), "{read:?}");
        let gaps: Vec<String> = by_rules(&snapshot, &terms, Catalog::builtin()).keys().map(RepoPath::to_string).collect();
        assert_eq!(gaps, ["lib/pyproject.toml", "pyproject.toml"]);
    }

    #[test]
    fn a_manifest_that_is_to_be_filled_in_is_no_gap() {
        let gaps = |text: &str| -> Vec<String> {
            let files = [("package.json", "{}"), ("sdk/model/package.json", text)];
            let snapshot = Snapshot::in_memory(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
            gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
            by_rules(&snapshot, &Terms::default(), Catalog::builtin()).keys().map(RepoPath::to_string).collect()
        };
        assert!(gaps("{\n  \"name\": \"a\"\n  {% for a in b %}\n}\n").is_empty());
        let root = Snapshot::in_memory([("package.json".to_owned(), "{\n{% for a in b %}\n}\n".to_owned())]);
        gather(&root, Catalog::builtin(), &Terms::default()).expect("facts");
        assert_eq!(by_rules(&root, &Terms::default(), Catalog::builtin()).len(), 1);
        assert_eq!(gaps("{\n  \"name\": \"a\"\n  \"{% for a in b %}\"\n}\n"), ["sdk/model/package.json"]);
    }

    #[test]
    fn what_a_line_merely_names_is_not_to_be_read() {
        let ci = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n";
        let lines = [
            "SHA=$(sha256sum logo.png)",
            "X=$(unzip -p a.jar V)",
            "ls -l a.jar | head",
            "cat big.txt | wc -l",
            "python x.py",
            "./logo.png",
            "node x.js < a.jar",
            "cargo run -- run --config app.yaml",
        ];
        let ci = format!("{ci}{}", lines.map(|line| format!("          {line}\n")).concat());
        let by_clock = "on: { schedule: [{ cron: '0 1 * * 1' }] }\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          ./up big.txt\n          git push\n";
        let files = [
            (".github/workflows/ci.yml", ci),
            (".github/workflows/up.yml", by_clock.to_owned()),
            ("package.json", "{ \"dependencies\": { \"a\": \"1\" } }".to_owned()),
            ("logo.png", "\0PNG".to_owned()),
            ("a.jar", "PK\0".to_owned()),
            ("dockerfile.png", "\0".to_owned()),
            ("big.txt", "x".repeat(3 << 20)),
            ("x.py", "Path(\"./logo.png\")\nopen('big.txt')\n".to_owned()),
            ("x.js", "x = './logo.png'".to_owned()),
            ("app.yaml", "a: b\n".to_owned()),
            ("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\n".to_owned()),
        ];
        let snapshot = Snapshot::in_memory(files.map(|(path, text)| (path.to_owned(), text)));
        gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
        assert!(snapshot.not_inspected().is_empty(), "{:?}", snapshot.not_inspected());
    }
}
