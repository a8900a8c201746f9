//! Owns the tests of the renderings: their look, their contracts, and that no name in a repository can break any of them.

use super::sample::{HOSTILE, bandit, decided, finding, path, report};
use super::*;
use crate::catalog::Severity;
use crate::finding::Verdict;
use crate::policy::Decision;
use crate::text::escape::is_steering;
use crate::text::{Place, RepoPath};

fn render(format: &str, report: &Report, view: &View) -> String {
    let reporter = reporters().iter().find(|reporter| reporter.format() == format).expect("a format");
    let mut bytes = Vec::new();
    reporter.write(report, view, &mut bytes).expect("a vector takes all");
    String::from_utf8(bytes).expect("text")
}

#[test]
fn text_looks_as_designed() {
    let mut only = report();
    only.findings = vec![bandit()];
    only.notes.clear();
    only.counts = Counts { pass: 38, unknown: 6, fail: 1, ..Counts::default() };
    insta::assert_snapshot!(render("text", &only, &View::default()), @r"
    error[python-static-analysis]: bandit runs on pull requests but cannot fail them
      --> tox.ini:14:26
       |
    14 | commands = bandit -r src --exit-zero
       |                          ^^^^^^^^^^^ exits 0 whatever it finds
       |
       = reached by .github/workflows/ci.yml:31 `make lint` -> Makefile:12 `tox -e lint` -> tox.ini:14
       = help: remove `--exit-zero`; settle false positives one by one in [tool.bandit]

    gate: fail · 1 error · 38 hold, 6 unknown (tollgate check --all lists them) · policy .tollgate.toml at origin/main 3f2a9c1
    ");
}

#[test]
fn literal_shows_the_names_that_the_checklist_uses() {
    let mut literal = report();
    literal.notes.clear();
    literal.findings = vec![bandit()];
    literal.policy.profile = "literal".to_owned();
    let text = render("text", &literal, &View::default());
    assert!(text.starts_with("error[python-static-analysis, python-bandit]: "), "{text}");
    assert!(render("markdown", &literal, &View::default()).contains("`python-static-analysis`, `python-bandit` |"));
    let all = render("text", &literal, &View { all: true, ..View::default() });
    assert!(all.contains("  python-static-analysis, python-bandit ("), "{all}");
}

#[test]
fn text_of_the_sample() {
    insta::assert_snapshot!(render("text", &report(), &View::default()));
    insta::assert_snapshot!("text_all", render("text", &report(), &View { all: true, verbose: true, ..View::default() }));
    insta::assert_snapshot!("text_quiet", render("text", &report(), &View { quiet: true, terminal: true, ..View::default() }));
}

#[test]
fn many_alike_about_development_are_one_line() {
    let mut only = report();
    only.notes.clear();
    only.findings = ["a", "b", "c", "d"]
        .map(|name| {
            let mut one = bandit();
            one.finding.subject = format!("python:examples/{name}");
            one.finding.development = true;
            one
        })
        .into();
    only.findings.push(bandit());
    let list = |report: &Report, verbose| {
        let text = render("text", report, &View { all: true, verbose, ..View::default() });
        text.lines().filter(|line| line.contains("python-static-analysis (")).map(str::to_owned).collect::<Vec<_>>()
    };
    let short = list(&only, false);
    assert_eq!(short.len(), 2, "{short:?}");
    assert!(short.iter().any(|line| line.contains("(4 of development, python:examples/a … python:examples/d):")), "{short:?}");
    assert_eq!(list(&only, true).len(), 5);
    only.findings.remove(0);
    assert_eq!(list(&only, false).len(), 4);
}

#[test]
fn other_formats_of_the_sample() {
    insta::assert_snapshot!("github", render("github", &report(), &View::default()));
    insta::assert_snapshot!("markdown", render("markdown", &report(), &View::default()));
    let json = render("json", &report(), &View::default());
    let digest = crate::catalog::Catalog::digest();
    insta::assert_snapshot!("json", json.replace(digest, "sha256:CATALOGUE"));
}

#[test]
fn no_name_of_a_repository_breaks_out() {
    for view in [View::default(), View { all: true, verbose: true, ..View::default() }] {
        let text = render("text", &report(), &view);
        assert!(!text.chars().any(|c| c != '\n' && is_steering(c)), "{text:?}");
        let mut neutral = Vec::new();
        let mut writer = Neutral::new(&mut neutral);
        io::Write::write_all(&mut writer, text.as_bytes()).expect("a vector");
        writer.finish().expect("a vector");
        let neutral = String::from_utf8(neutral).expect("text");
        assert!(neutral.lines().all(|line| !line.trim_start().starts_with("::")), "{neutral}");
    }
    let github = render("github", &report(), &View::default());
    assert!(github.lines().all(|line| ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start))));
    assert_eq!(github.lines().count(), 4);
    let markdown = render("markdown", &report(), &View::default());
    let outside_code = without_code(&markdown);
    assert!(!outside_code.contains("<b>") && !outside_code.contains("<script>"), "{outside_code}");
    let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.iter().all(|row| row.replace("\\|", "").matches('|').count() == 6), "{markdown}");
}

/// Markdown without its code spans, as CommonMark finds them.
fn without_code(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        out.push_str(&rest[..at]);
        if rest[..at].ends_with('\\') {
            rest = &rest[at + 1..];
            continue;
        }
        let ticks = rest[at..].bytes().take_while(|byte| *byte == b'`').count();
        rest = &rest[at + ticks..];
        let mut from = 0;
        while let Some(next) = rest[from..].find('`').map(|next| from + next) {
            let run = rest[next..].bytes().take_while(|byte| *byte == b'`').count();
            from = next + run;
            if run == ticks {
                break;
            }
        }
        rest = &rest[from..];
    }
    out + rest
}

#[test]
fn the_window_of_a_long_line_shows_what_is_marked() {
    for (before, after) in [(0, 2_000_000), (1_000_000, 1_000_000), (2_000_000, 0)] {
        let text = format!("{}MARKED{}", "é".repeat(before), "ü".repeat(after));
        let mut one = report();
        let place = Place { path: path("long"), line: 1, column: before + 1, end_line: 1, end_column: before + 7 };
        one.findings = vec![decided(finding("openapi-export", "x", Verdict::Fail, "long").at(place, "this"), Decision::Warn)];
        one.sources.insert(path("long"), SourceFile::new(path("long"), text));
        let out = render("text", &one, &View::default());
        assert!(out.len() < 2_000, "{}", out.len());
        let lines: Vec<&str> = out.lines().collect();
        let at = lines.iter().position(|line| line.contains("MARKED")).expect("shown");
        let column = |line: &str, what: &str| line.find(what).map(|at| line[..at].chars().count());
        assert_eq!(column(lines[at], "MARKED"), column(lines[at + 1], "^^^^^^ this"), "{out}");
        assert!(out.contains(&format!("long:1:{}", before + 1)));
    }
}

#[test]
fn places_that_do_not_fit_their_file_do_no_harm() {
    for (line, column, end_line, end_column) in
        [(1, 1, 1, 1), (9, 1, 9, 9), (1, 99, 1, 120), (1, 3, 4, 1), (1, 2, 1, usize::MAX), (1, 1, 9, 9)]
    {
        let mut one = report();
        let place = Place { path: path("f"), line, column, end_line, end_column };
        one.findings = vec![decided(finding("openapi-export", "x", Verdict::Fail, "m").at(place, "n"), Decision::Warn)];
        one.sources.insert(path("f"), SourceFile::new(path("f"), "\u{FEFF}añb\tc\nd\n".to_owned()));
        one.subject.kind = SubjectKind::Git;
        for format in reporters().iter().map(|reporter| reporter.format()) {
            assert!(!render(format, &one, &View::default()).is_empty());
        }
    }
}

/// What the runner keeps of one step: ten of each level. The action's own word is a warning, and comes last.
#[test]
fn annotations_stay_within_the_budget() {
    let mut many = report();
    let one = |severity: Severity| {
        move |n: usize| {
            let finding = finding("python-static-analysis", &format!("python:{n:02}"), Verdict::Fail, "m").severity(severity);
            decided(finding, if severity == Severity::Error { Decision::Gate } else { Decision::Warn })
        }
    };
    let gap = |n: usize| Error::incomplete(format!("f{n} had to be read and was not"));
    let last = |level: &str, rest: usize| {
        let word = if rest == 1 { level.to_owned() } else { format!("{level}s") };
        format!("::{level} title=tollgate::and {rest} more {word}: the log of this step lists all of them")
    };
    // Findings of a level, gaps; commands that are made of them; those that the last one counts.
    for (level, severity, findings, gaps, shown, rest) in [
        ("error", Severity::Error, 10, 0, 10, 0),
        ("error", Severity::Error, 25, 0, 10, 16),
        ("error", Severity::Error, 9, 1, 10, 0),
        ("error", Severity::Error, 14, 1, 10, 6),
        ("error", Severity::Error, 10, 30, 10, 31),
        ("error", Severity::Error, 0, 11, 10, 2),
        ("warning", Severity::Warning, 9, 0, 9, 0),
        ("warning", Severity::Warning, 10, 0, 9, 2),
        ("notice", Severity::Notice, 10, 0, 10, 0),
        ("notice", Severity::Notice, 300, 0, 10, 291),
    ] {
        many.findings = (0..findings).map(one(severity)).collect();
        many.gaps = (0..gaps).map(gap).collect();
        let out = render("github", &many, &View::default());
        let of_level: Vec<&str> = out.lines().filter(|line| line.starts_with(&format!("::{level} "))).collect();
        assert_eq!((of_level.len(), out.lines().count()), (shown, shown), "{out}");
        assert_eq!(out.contains("more"), rest > 0, "{out}");
        assert!(rest == 0 || of_level.last() == Some(&last(level, rest).as_str()), "{out}");
        assert!(
            gaps == 0 || out.contains("f0 had to be read"),
            "what keeps the run from its end is not the one that is dropped: {out}"
        );
    }
    many.gaps.clear();
    many.findings = (0..12).map(one(Severity::Error)).collect();
    many.outcome = Outcome::Incomplete;
    let out = render("github", &many, &View::default());
    assert!(out.lines().count() == 10 && out.contains("the run is incomplete"), "{out}");
    let all = Error::all((0..13).map(|n| Error::usage(format!("n{n}"))).collect()).expect("some");
    let out = annotation(&all);
    assert!(out.lines().count() == 10 && out.contains("::n0\n") && out.contains("and 4 more errors"), "{out}");
}

#[test]
fn an_annotation_tells_how_its_line_is_reached() {
    let mut only = report();
    only.findings = vec![bandit()];
    let chain = "%0Areached by .github/workflows/ci.yml:31 `make lint` -> Makefile:12 `tox -e lint` -> tox.ini:14 `bandit -r src --exit-zero`%0Aremove ";
    let out = render("github", &only, &View::default());
    assert!(out.contains(chain), "{out}");
    only.findings[0].finding.chain[0].text = "x".repeat(9_000);
    let out = render("github", &only, &View::default());
    assert!(out.contains("remove `--exit-zero`; settle") && out.chars().count() < 4_096 + 200, "the chain gives way: {out}");
}

#[test]
fn markdown_stays_below_the_limit_of_the_forge() {
    let mut many = report();
    let one = |n: usize| {
        let mut one = bandit();
        (one.finding.subject, one.finding.message) = (format!("python:{n}"), format!("{n}{}", "<".repeat(400)));
        one
    };
    for (count, notes) in [(300, 10), (1_000, 3_000_000), (20_000, 10)] {
        many.findings = (0..count).map(one).collect();
        many.notes = vec!["x".repeat(notes); 2];
        let out = render("markdown", &many, &View::default());
        assert!(out.len() <= markdown::MOST && out.len() > markdown::MOST / 2, "{}", out.len());
        assert_eq!(out.contains("left out here"), count > 300);
        assert_eq!(out.matches("<details>").count(), out.matches("</details>").count());
        // Which finding it is goes before what proves it.
        let rows = out.lines().filter(|line| line.starts_with("| **error** |")).count();
        assert!(rows == count || !out.contains("\n```text\n"), "{rows}");
    }
}

#[test]
fn markdown_has_a_table_for_each_section_and_its_evidence_closed() {
    let out = render("markdown", &report(), &View::default());
    let headings: Vec<&str> = out.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(headings[0], "## tollgate: fail");
    assert!(headings.contains(&"### Static analysis") && headings.contains(&"### Dependencies"), "{headings:?}");
    let (_, section) = out.split_once("### Static analysis\n").expect("a section");
    let (table, evidence) = section.split_once("<details>").expect("closed");
    assert!(table.contains("| **error** | `python-static-analysis` |") && !table.contains("reached by"), "{table}");
    let (evidence, _) = evidence.split_once("</details>").expect("an end");
    for shown in ["commands = bandit -r src --exit-zero", "= reached by .github/workflows/ci.yml:31 `make lint` -> Makefile:12"] {
        assert!(evidence.contains(shown), "{evidence}");
    }
}

#[test]
fn colours_come_only_when_asked_for() {
    assert!(render("text", &report(), &View { color: true, ..View::default() }).contains("\u{1b}[1m"));
    assert!(!render("text", &report(), &View::default()).contains('\u{1b}'));
}

#[test]
fn the_worst_comes_first() {
    let order: Vec<(Decision, Severity)> = report().actionable().iter().map(|one| (one.decision, one.severity)).collect();
    let warn = (Decision::Warn, Severity::Warning);
    assert_eq!(order, [(Decision::Gate, Severity::Error), warn, warn, (Decision::Note, Severity::Notice)]);
}

fn schema(name: &str) -> jsonschema::Validator {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema").join(name);
    let text = std::fs::read_to_string(file).expect("the schema is there");
    let schema: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(jsonschema::meta::is_valid(&schema), "{name} is a schema");
    jsonschema::validator_for(&schema).expect("a schema that can be used")
}

pub(super) fn check_against(validator: &jsonschema::Validator, value: &serde_json::Value) {
    let problems: Vec<String> =
        validator.iter_errors(value).map(|problem| format!("{}: {problem}", problem.instance_path())).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn check_keeps_its_published_contract() {
    let validator = schema("check.schema.json");
    let value: serde_json::Value = serde_json::from_str(&render("json", &report(), &View::default())).expect("JSON");
    check_against(&validator, &value);
    let mut full = report();
    full.base = Some(Base { revision: "a".repeat(40) });
    full.now = Some("2026-11-23T12:00:00Z".to_owned());
    full.fixed =
        vec![Fixed { rule: "a".to_owned(), subject: "b".to_owned(), message: "c".to_owned(), fingerprint: "0".repeat(64) }];
    full.findings[0].change = Some(crate::policy::Change::New);
    check_against(&validator, &serde_json::from_str(&render("json", &full, &View::default())).expect("JSON"));
    let mut wrong = value;
    wrong["findings"][0]["chain"] = serde_json::json!([]);
    assert!(!validator.is_valid(&wrong), "the contract is closed");
}

#[test]
fn facts_keep_their_published_contract() {
    let validator = schema("facts.schema.json");
    let facts = sample::facts();
    let mut bytes = Vec::new();
    facts.write_json(&mut bytes).expect("a vector");
    let value: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    check_against(&validator, &value);
    assert_eq!(value["components"].as_array().map(Vec::len), Some(2), "said once");
    assert_eq!(value["components"][0]["directory"], "");
    let mut text = Vec::new();
    facts.write_text(&View::default(), &mut text).expect("a vector");
    let text = String::from_utf8(text).expect("text");
    assert!(!text.chars().any(|c| c != '\n' && is_steering(c)) && !text.contains(HOSTILE), "{text}");
    insta::assert_snapshot!("facts_text", text);
    insta::assert_snapshot!("facts_json", String::from_utf8(bytes).expect("text"));
}

#[test]
fn an_incomplete_run_is_annotated() {
    let mut nothing = report();
    nothing.findings.clear();
    nothing.outcome = Outcome::Incomplete;
    let mut place = Place::file(RepoPath::new("ruff.toml").expect("a path"));
    (place.line, place.column) = (4, 16);
    nothing.gaps = vec![Error::incomplete("ruff.toml had to be read and was not").at(place).hint("repair it at this line")];
    let text = render("github", &nothing, &View::default());
    let told = "file=ruff.toml,line=4,col=16,title=tollgate::ruff.toml had to be read and was not%0Arepair it at this line";
    assert_eq!(text, format!("::error {told}\n"));
    for format in ["text", "markdown", "sarif"] {
        let text = render(format, &nothing, &View::default());
        assert!(text.contains("ruff.toml:4:16") && text.contains("; repair it at this line"), "{format}: {text}");
    }
}

#[test]
fn one_line_to_change_is_told_once() {
    let mut many = report();
    let of = |directory: &str, finding: &DecidedFinding| {
        let mut one = finding.clone();
        one.finding.subject = format!("python:{directory}");
        one
    };
    let mut other_line = of("e", &bandit());
    other_line.finding.places[0].place.line += 1;
    let absent = |directory: &str| {
        let message = format!("no analyzer for Python in {directory} was found");
        let mut one = finding("python-static-analysis", &format!("python:{directory}"), Verdict::Fail, &message);
        one = one.at(Place::file(path(&format!("{directory}/pyproject.toml"))), "declares Python");
        decided(one, Decision::Gate)
    };
    many.findings = ["a", "b", "c"].map(|directory| of(directory, &bandit())).to_vec();
    many.findings.extend([other_line, absent("x"), absent("y")]);
    let text = render("text", &many, &View::default());
    assert_eq!(text.matches("error[").count(), 3, "{text}");
    assert!(text.contains("= the same for python:b, python:c\n") && text.contains("= the same for python:y\n"), "{text}");
    let github = render("github", &many, &View::default());
    assert_eq!((github.lines().count(), github.matches("(the same for python:").count()), (3, 2), "{github}");
    assert_eq!(render("markdown", &many, &View::default()).matches("| **error** |").count(), 3);
    // The contract has every subject.
    let json: serde_json::Value = serde_json::from_str(&render("json", &many, &View::default())).expect("JSON");
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(6));
}
