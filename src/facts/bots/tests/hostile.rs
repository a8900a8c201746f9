//! Files made to hurt: deep, long, broken, endless. Every reader ends, and nothing of it is a silent pass.

use super::{Catalog, Snapshot, Terms, facts, gaps, gather, state};
use crate::facts::meter::Meter;
use crate::facts::runners::{Seen, World};
use crate::facts::trace::Trace;
use crate::facts::{ci, components};
use crate::limits::Limits;

const NPM: (&str, &str) = ("package.json", r#"{"dependencies":{"a":"1"}}"#);

#[test]
fn hostile_files_cover_nothing_and_end() {
    let deep = format!("updates: {}", "[".repeat(5_000));
    let nested = "{\"a\":".repeat(5_000);
    let long = format!("version: 2\nupdates:\n  - package-ecosystem: \"{}\"\n", "x".repeat(500_000));
    let stars = format!(
        "version: 2\nupdates:\n  - package-ecosystem: npm\n    directories: ['{}']\n    schedule: {{ interval: daily }}\n",
        "*/**/{a,b}".repeat(2_000)
    );
    let many: String = (0..5_000)
        .map(|at| format!("  - {{ package-ecosystem: npm, directory: /d{at}, schedule: {{ interval: daily }} }}\n"))
        .collect();
    let many = format!("version: 2\nupdates:\n{many}");
    let bomb = "a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]\n";
    for (path, text) in [
        (".github/dependabot.yml", deep.as_str()),
        (".github/dependabot.yml", &long),
        (".github/dependabot.yml", &stars),
        (".github/dependabot.yml", &many),
        (".github/dependabot.yml", bomb),
        (".github/dependabot.yml", "\u{FEFF}version: 2\r\nupdates: \u{0}"),
        (
            ".github/dependabot.yml",
            "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: ../..\n    schedule: { interval: daily }\n",
        ),
        (".pyup.yml", &deep),
        (".pyup.yml", "requirements: [{}, [], null, 3, {a: b}]\nupdate: []\nschedule: {}\n"),
        ("renovate.json", &nested),
        ("renovate.json", "\u{0}"),
        ("renovate.json", "{\"extends\":[[\"a\"],null,3],\"enabledManagers\":[\"\"],\"packageRules\":[null,[],{}]}"),
        ("renovate.json", "{\"ignorePaths\":[\"[\",\"**\"]}"),
    ] {
        assert!(gaps(&[NPM, (path, text)]).contains("npm:"), "{path}: {}", &text[..text.len().min(60)]);
    }
}

#[test]
fn facts_are_sorted_and_repeatable() {
    let files = [NPM, ("b/requirements.txt", "x\n"), ("a/requirements.txt", "x\n"), ("renovate.json", "{}"), (".snyk", "")];
    assert_eq!(facts(&files), facts(&files));
    let (bots, _) = facts(&files);
    let names: Vec<&str> = bots.iter().map(|bot| bot.bot.as_str()).collect();
    assert_eq!(names, ["renovate", "snyk"]);
    assert!(bots[0].covers.is_sorted());
}

#[test]
fn what_costs_too_much_is_refused_aloud() {
    let patterns: Vec<String> = (0..5_100).map(|at| format!("'/d{at}/*'")).collect();
    let text = format!(
        "version: 2\nupdates:\n  - package-ecosystem: npm\n    directories: [{}]\n    schedule: {{ interval: daily }}\n",
        patterns.join(",")
    );
    let names: Vec<String> = (0..20_000).map(|at| format!("f/{at}")).collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    files.extend([NPM, (".github/dependabot.yml", text.as_str())]);
    assert_eq!(state("dependabot", &files), "unreadable ?npm: !too-large@1");
    assert_eq!(gaps(&files), "npm: no-entry?");
}

#[test]
fn rules_times_manifests_are_bounded_by_the_work_they_make() {
    // A hundredth of the default bound, and of what it is about.
    let limits = Limits { work_steps: Limits::default().work_steps / 100, ..Limits::default() };
    let names: Vec<String> = (0..50).map(|at| format!("d{at}/requirements.txt")).collect();
    let list = |n: usize| (0..n).map(|at| format!("\"**/x{at}/**\"")).collect::<Vec<_>>().join(",");
    let state_of = |path: &str, text: &str| {
        let files = names.iter().map(|name| (name.clone(), "flask\n".to_owned()));
        let snapshot = Snapshot::in_memory(files.chain([(path.to_owned(), text.to_owned())])).with_limits(limits.clone());
        let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("in memory");
        let certain = facts.uncovered.iter().filter(|gap| gap.may_be.is_none()).count();
        (facts.bots[0].covers.len(), facts.bots[0].may_cover.len(), certain)
    };
    // What a large repository has is read to the end; what nobody writes stays open, and none of it is a gap.
    for (n, wanted) in [(100, (50, 0, 0)), (2_000, (0, 50, 0))] {
        let renovate = format!("{{\"ignorePaths\":[{}]}}", list(n));
        assert_eq!(state_of("renovate.json", &renovate), wanted, "Renovate, {n}");
        let dependabot = format!(
            "version: 2\nupdates:\n  - package-ecosystem: pip\n    directories: [\"/*\"]\n    exclude-paths: [{}]\n    schedule: {{ interval: weekly }}\n",
            list(n)
        );
        assert_eq!(state_of(".github/dependabot.yml", &dependabot), wanted, "Dependabot, {n}");
    }
}

/// What CI costs before is no reason to see less of who updates.
#[test]
fn how_much_ci_there_is_decides_nothing_about_who_updates() {
    let workflow = "on: { schedule: [{ cron: '0 0 * * 1' }] }\njobs:\n  up:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          ./update-things\n          gh pr create --title Updates\n";
    let files =
        [(".github/workflows/up.yml", workflow), ("go.mod", "module x\nrequire example.org/a v1.0.0\n"), ("a.go", "package x\n")];
    let snapshot = Snapshot::in_memory(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let (catalog, terms) = (Catalog::builtin(), Terms::default());
    let default_branch = snapshot.default_branch(None).expect("in memory");
    let inventory = components::take_stock(&snapshot, catalog, &terms.scope);
    let full = Meter::default();
    let ci_world = ci::CiWorld { snapshot: &snapshot, default_branch: &default_branch, terms: &terms, meter: &full };
    let pipelines: Vec<_> = ci::ROSTER.iter().flat_map(|system| system.read(&ci_world).pipelines).collect();
    let left_with = |meter: Meter| {
        let world = World { snapshot: &snapshot, catalog, meter: &meter, seen: &Seen::default() };
        let (_, uncovered) = super::super::gather(&world, &inventory, (&Trace::default(), &pipelines), &default_branch);
        uncovered.iter().map(|gap| format!("{} {:?}", gap.ecosystem, gap.may_be)).collect::<Vec<_>>()
    };
    let all = left_with(Meter::default());
    assert!(all.iter().any(|gap| gap.starts_with("gomod Some")), "{all:?}");
    assert_eq!(left_with(Meter::of(0)), all);
}
