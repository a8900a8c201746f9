//! Owns the tests of what the event decides in a script, and of what a script never comes to.

use super::*;

#[test]
fn what_the_event_decides_decides_in_scripts() {
    let rows = [
        ("bandit", "if [[ $GITHUB_REF == refs/heads/main ]]; then bandit -r src; fi", "configured"),
        ("bandit", "if [[ $GITHUB_REF == refs/pull/* ]]; then bandit -r src; fi", "gates"),
        ("bandit", "if [[ $GITHUB_REF == refs/pull/?/merge ]]; then bandit -r src; fi", "configured (gates)"),
        ("bandit", "if [[ $GITHUB_REF == *main ]]; then bandit -r src; fi", "configured"),
        ("bandit", "if [[ $GITHUB_REF != *main ]]; then bandit -r src; fi", "gates"),
        ("bandit", "if [ \"$GITHUB_REF_NAME\" = main ]; then bandit -r src; fi", "configured"),
        ("bandit", "if [ \"$GITHUB_REF_NAME\" = 7/merge ]; then bandit -r src; fi", "configured (gates)"),
        ("bandit", "if [ \"${{ github.ref }}\" = refs/heads/main ]; then bandit -r src; fi", "configured"),
        ("bandit", "if [ -n \"$GITHUB_HEAD_REF\" ]; then bandit -r src; fi", "gates"),
        ("bandit", "if [ \"$GITHUB_HEAD_REF\" = x ]; then bandit -r src; fi", "configured (gates)"),
        ("bandit", "[ \"$GITHUB_HEAD_REF\" != '' ] || exit 0\nbandit -r src", "gates"),
        ("bandit", "if [ $RUNNER_OS = Linux ]; then bandit -r src; fi", "gates"),
        ("bandit", "case $GITHUB_REF in refs/heads/*) bandit -r src;; esac", "configured"),
        ("bandit", "case $GITHUB_REF in refs/tags/*) ;; *) bandit -r src;; esac", "gates"),
    ];
    check(&rows, &[]);
}

/// What a script of a step never comes to is a run that does not happen, with the line that keeps it from happening.
#[test]
fn what_a_script_never_comes_to_has_its_line() {
    let held = |script: &str| {
        let lines: String = script.lines().map(|line| format!("          {line}\n")).collect();
        let workflow = format!(
            "on: pull_request\njobs:\n  x:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n{lines}"
        );
        let files = BASE.iter().chain(&[("ci.sh", "case $1 in lint) bandit -r src;; esac\n")]);
        let all = files.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let snapshot = Snapshot::in_memory(all.chain([(".github/workflows/ci.yml".to_owned(), workflow)]));
        let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
        let bandit = facts.standings.iter().find(|standing| standing.tool == "bandit");
        let holds = bandit.into_iter().flat_map(|standing| &standing.components).flat_map(|component| &component.held_by);
        let told: Vec<String> = holds.map(|hold| format!("{}: {}", hold.place.line - 7, hold.why)).collect();
        (told.join("; "), facts.trace.opaque.len())
    };
    let never = "runs only when `[ \"$GITHUB_EVENT_NAME\" = push ]` succeeds, and here that is never so";
    let rows = [
        ("if [ \"$GITHUB_EVENT_NAME\" = push ]; then\n  bandit -r src\nfi", format!("1: {never}")),
        ("[ \"$GITHUB_EVENT_NAME\" = push ] && bandit -r src", format!("1: {never}")),
        ("true\nif true; then\n  exit 0\nfi\nbandit -r src", "3: `exit 0` ends it: nothing behind it runs".to_owned()),
        ("exec ls\nbandit -r src", "1: `exec ls` ends it: nothing behind it runs".to_owned()),
        ("case x in\n  y) bandit -r src;;\nesac", "2: runs only when `x` is `y`, and here that is never so".to_owned()),
        (
            "if true; then true; else make x; $X; bandit -r src; fi",
            "1: runs only when `true` fails, and here that is never so".to_owned(),
        ),
        // A script in a file is there for other calls too.
        ("./ci.sh test", String::new()),
        ("f() { if false; then bandit -r src; fi; }; f", String::new()),
    ];
    for (script, expected) in rows {
        assert_eq!(held(script), (expected, 0), "{script}");
    }
}
