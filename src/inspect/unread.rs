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
use crate::text::RepoPath;

/// The files that a rule had to read and that were not read, each with the reason. A manifest among tests, fixtures and samples
/// may be broken on purpose, and nothing of the product depends on it; a chain that leads through it is unknown by itself.
pub(super) fn by_rules(snapshot: &Snapshot, terms: &Terms, catalog: &Catalog) -> BTreeMap<RepoPath, Error> {
    let all = snapshot.not_inspected();
    if all.is_empty() {
        return BTreeMap::new();
    }
    let (rows, scoping) = (Rows::new(&catalog.languages), Scoping::new(snapshot, &catalog.languages, &terms.scope));
    let is_sample = |path: &RepoPath| rows.of(path).is_some() && scoping.of_manifest(path) != Some(Scope::Production);
    let gap = |one: NotInspected| (one.path.clone(), policy::gap(&one.path, &one.why, one.place(), one.next));
    all.into_iter().filter(|one| !is_sample(&one.path)).map(gap).collect()
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
        ];
        let snapshot = Snapshot::in_memory(files.map(|(path, text)| (path.to_owned(), text)));
        gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
        assert!(snapshot.not_inspected().is_empty(), "{:?}", snapshot.not_inspected());
    }
}
