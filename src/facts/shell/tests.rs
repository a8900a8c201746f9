//! Owns the tests of the shell analysis. The table in `cases.txt` says for each script what it runs and what holds each
//! command; `real.rs` checks every row against bash and dash.

#[cfg(target_os = "linux")]
mod real;

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::text::{RepoPath, SourceFile, Span};

fn text(script: &str) -> MappedText {
    let file = SourceFile::new(RepoPath::new("script.sh").expect("path"), script.to_owned());
    MappedText::verbatim(Arc::clone(&file), Span::new(0, script.len()))
}

fn mode(flags: &str) -> ShellMode {
    let dialect = if flags.contains("posix") { Dialect::Posix } else { Dialect::Bash };
    ShellMode { errexit: flags.contains("-e"), pipefail: flags.contains("pipefail"), dialect }
}

fn run(flags: &str, script: &str, scope: &Scope) -> Analysis {
    let (limits, meter) = (Limits::default(), Meter::default());
    analyse(&ScriptInput {
        text: &text(script),
        mode: mode(flags),
        scope,
        limits: &limits,
        files: &Library,
        meter: &meter,
        dead: true,
    })
}

/// Files that the rows take in.
struct Library;

impl Files for Library {
    fn text(&self, path: &str) -> Option<MappedText> {
        let found = match path {
            "/workspace/strict.sh" => "set -euo pipefail\n",
            "/workspace/loose.sh" => "set +e\n",
            "/workspace/lib.sh" => "lint() {\n  bandit \"$@\"\n}\n[ -n \"$1\" ] && return\nruff\n",
            "/workspace/self.sh" => "x\n. ./self.sh\n",
            _ => return None,
        };
        let file = SourceFile::new(RepoPath::new(path.strip_prefix("/workspace/")?)?, found.to_owned());
        Some(MappedText::verbatim(file, Span::new(0, found.len())))
    }
}

fn scope() -> Scope {
    let file = Some("/workspace/scripts/check".to_owned());
    let here = Some("/workspace".to_owned());
    let scope = Scope::new().with("KNOWN", VarValue::Known("yes".to_owned())).with("UNSET", VarValue::Unset);
    scope.standing_in(here, vec!["/workspace".to_owned()]).of_file(file, false)
}

/// One line per command, then what could not be read, then shadows.
fn render(analysis: &Analysis) -> Vec<String> {
    let mut out = Vec::new();
    for command in &analysis.commands {
        let words: Vec<String> =
            command.words.iter().map(|word| word.value.clone().unwrap_or_else(|| format!("<{}>", word.raw))).collect();
        let others = command.others.iter().map(|words| words.first().map_or("", |word| word.value.as_deref().unwrap_or("")));
        let words: Vec<String> = words.into_iter().chain(others.map(|other| format!("(or {other})"))).collect();
        let mut line = words.join(" ");
        if let Some(why) = &command.condition {
            line.push_str(&format!(" ? {}", why.text));
        }
        match command.holds.as_slice() {
            [] => line.push_str(" : fails"),
            holds => {
                for hold in holds {
                    let kind = if hold.kind == HoldKind::Soft { "soft" } else { "unknown" };
                    line.push_str(&format!(" : {kind} {}: {}", hold.place.line, hold.why));
                }
            }
        }
        match &command.cwd {
            Cwd::Known(steps) if steps.is_empty() => {}
            Cwd::Known(steps) => line.push_str(&format!(" @ {}", steps.join(" "))),
            Cwd::Unknown(_) => line.push_str(" @ ?"),
        }
        out.push(line);
    }
    out.extend(analysis.opaque.iter().map(|opaque| format!("opaque {}: {}", opaque.place.line, opaque.why.text)));
    out.extend(analysis.shadows.iter().map(|shadow| format!("shadow {} {}: {}", shadow.place.line, shadow.name, shadow.why)));
    // Any file that is written to is no news for a table of what fails.
    out.extend(analysis.handed.iter().filter(|handed| !matches!(handed.to, HandedTo::File | HandedTo::Emptied)).map(|handed| {
        let text = handed.text.as_deref().map_or("?".to_owned(), |text| text.replace('\n', "|").replace(UNKNOWN_CHAR, "…"));
        format!("hands {} {:?}: {text}{}", handed.place.line, handed.to, if handed.doubtful { " ?" } else { "" })
    }));
    out
}

#[test]
fn table() {
    let mut wrong = String::new();
    let mut rows = 0;
    for row in include_str!("cases.txt").split("\n#### ").skip(1) {
        let (head, rest) = row.split_once('\n').expect("a head");
        let (script, expected) = rest.split_once("\n====\n").expect("a script and what is expected");
        let actual = render(&run(head, script, &scope())).join("\n");
        rows += 1;
        if actual != expected.trim_end() {
            wrong.push_str(&format!("#### {head}\n{script}\n====\n{actual}\n"));
        }
    }
    assert!(rows >= 80, "{rows} rows");
    assert!(wrong.is_empty(), "these rows came out so:\n{wrong}");
}

#[test]
fn words_and_places() {
    let script = "X='a b'\nbandit -r \"src/$X\" $X *.py x{1,2} ~/y \\\n  $HOME/bin \u{E000}z é'q'\n";
    let analysis = run("-e", script, &scope());
    let command = analysis.commands.first().expect("a command");
    let values: Vec<_> = command.words.iter().map(|word| word.value.as_deref().unwrap_or("?")).collect();
    assert_eq!(values, ["bandit", "-r", "src/a b", "a", "b", "*.py", "x1", "x2", "~/y", "~/bin", "?", "éq"]);
    let globs: Vec<_> = command.words.iter().filter(|word| word.glob).map(|word| word.raw.as_str()).collect();
    assert_eq!(globs, ["*.py"]);
    for word in &command.words {
        assert_eq!(&script[word.span.start..word.span.end], word.raw);
    }
    assert_eq!((command.place.line, command.place.column, command.place.end_line), (2, 1, 3));
    let last = command.words.last().expect("a word");
    assert_eq!((last.place.line, last.place.column, last.place.end_column), (3, 16, 20));
}

#[test]
fn environment_and_assignments() {
    let script = "export A=1 B\nB=$KNOWN C=3\nKNOWN=no\nD=\"$X\" E=5 bandit\nset -a; F=6\neslint\n";
    let analysis = run("-e", script, &scope());
    let pair = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
    let bandit = &analysis.commands[0];
    assert_eq!(bandit.assignments, [("D".to_owned(), None), pair("E", "5")]);
    assert_eq!(bandit.exported, [pair("A", "1"), pair("B", "yes"), pair("KNOWN", "no")]);
    assert!(analysis.commands[1].exported.contains(&pair("F", "6")));
}

#[test]
fn here_documents_for_shells() {
    let script = "sudo bash -eu -o pipefail <<-'EOF' # why\n\tbandit $X\n\t\teslint\n\tEOF\nsh <<E\nruff $KNOWN\nmypy $X\nE\ncat <<E\nx\nE\nsh run.sh <<E\nE\n";
    let analysis = run("", script, &scope());
    let inputs: Vec<_> =
        analysis.commands.iter().map(|command| command.stdin.as_ref().map(|stdin| stdin.text().to_owned())).collect();
    let second = "ruff yes\n\u{E000}\n".to_owned();
    assert_eq!(inputs, [Some("bandit $X\neslint\n".to_owned()), Some(second), None, None]);
    let first = analysis.commands[0].stdin.as_ref().expect("stdin");
    let at = first.text().find("eslint").expect("eslint");
    assert_eq!((first.place(at..at + 6).line, first.place(at..at + 6).column), (3, 3));
}

#[test]
fn a_word_as_a_script_keeps_its_places() {
    let script = "sh -c 'bandit; eslint' \"a\\\"b\"\n";
    let analysis = run("", script, &scope());
    let whole = text(script);
    let inner = analysis.commands[0].words[2].text(&whole).expect("text");
    assert_eq!(inner.text(), "bandit; eslint");
    assert_eq!(inner.place(8..14).column, 16);
    let escaped = analysis.commands[0].words[3].text(&whole).expect("text");
    assert_eq!((escaped.text(), escaped.place(0..1).column), ("a\"b", 24));
}

#[test]
fn known_arguments_choose_the_function() {
    let script = "lint() { bandit; }\ntest() { pytest; }\n\"$@\"\n[ $# -eq 1 ] && ruff\n";
    let argument = Word {
        raw: "lint".to_owned(),
        value: Some("lint".to_owned()),
        partial: None,
        span: Span::new(0, 4),
        place: Place::file(RepoPath::new("x").expect("path")),
        glob: false,
    };
    let analysis = run("-e", script, &scope().positional(vec![argument]));
    let names: Vec<_> = analysis.commands.iter().filter_map(|command| command.words[0].value.as_deref()).collect();
    assert_eq!(names, ["bandit", "ruff"]);
    assert!(analysis.commands.iter().all(|command| command.holds.is_empty() && command.condition.is_none()));
}

#[test]
fn what_is_no_shell_is_said() {
    for script in [
        "if ($x) { Write-Host 'a' }",
        "def f(x):\n    return (x",
        "echo 'a",
        "a ) b",
        "for x in; do",
        "a |",
        "case x in",
        "`",
        "${",
        "$(",
    ] {
        let analysis = run("", script, &scope());
        assert!(analysis.commands.is_empty(), "{script:?}");
        let opaque = analysis.opaque.first().expect("said");
        assert_eq!(opaque.why.reason, Reason::Unsupported, "{script:?}");
    }
}

/// Texts made to cost much: each must come out, read or refused, in bounded time and without a panic.
#[test]
fn hostile_texts() {
    let many = |unit: &str| unit.repeat(30_000 / unit.len());
    let mut texts: Vec<String> = [
        "(",
        "((",
        "$((",
        "( ( a && ",
        "\"${x:-",
        "<<E",
        "cat <<E\n",
        "{ ",
        "if x; then ",
        "`",
        "a||r=1;",
        "a && ",
        "a | ",
        "!",
        "$(",
        "x=$(a)\n",
    ]
    .iter()
    .map(|unit| many(unit))
    .collect();
    texts.push(format!("{}a;b{}", "( ( a && ".repeat(100), "; ) )".repeat(100)));
    texts.push(format!("{}a{}", "for i in 1 2 3; do ".repeat(100), "; done".repeat(100)));
    texts.push(format!("{}a{}", "while x; do ".repeat(100), "; done".repeat(100)));
    texts.push((0..200).map(|i| format!("f{i}() {{ f{}; f{}; }}\n", i + 1, i + 1)).collect::<String>() + "f0\n");
    texts.push("x=aaaaaaaa\n".to_owned() + &"x=$x$x\n".repeat(5000));
    texts.push("echo 99999999999999999999>x a\0b \u{FEFF} \r\n\r x\r".to_owned());
    texts.push("eval \"eval 'eval eval eval eval a'\"".to_owned());
    texts.push("x".repeat(70_000));
    for text in texts {
        for flags in ["", "-e pipefail"] {
            let analysis = run(flags, &text, &scope());
            assert!(analysis.commands.len() <= 20_000);
        }
    }
}

#[test]
fn nesting_within_the_limit_is_read() {
    for (open, close) in [("{ ", "; }"), ("( ", ")"), ("if x; then ", "; fi"), ("echo $(", ")"), ("for i in 1; do ", "; done")] {
        let script = format!("{}bandit{}", open.repeat(150), close.repeat(150));
        let analysis = run("-e", &script, &scope());
        let last = analysis.commands.iter().any(|command| command.words[0].value.as_deref() == Some("bandit"));
        assert!(last && analysis.opaque.is_empty(), "{open}");
    }
}

proptest! {
    // `PROPTEST_CASES` may ask for more.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        run("-e", &text, &scope());
    }

    #[test]
    fn shell_like_text_is_survived_and_places_lie_in_it(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "a", "bandit ", "if ", "then ", "else ", "fi ", ";", "\n", " && ", " || ", " | ", "(", ")", "((", "))", "{ ", "} ",
                "$(", "`", "'", "\"", "$x", "${x:-", "}", "<<E\n", "E\n", "for i in ", "do ", "done ", "while ", "case x in ",
                ";; ", "esac ", "! ", "[[ ", " ]]", "=~ ", "x=", "$?", "exit ", "1 ", "f() ", "return ", "trap 'exit 0' EXIT;",
                "set +e;", "\\", "#", "é", "\u{E000}", " & ", ">", "<", "eval 'a;b'", "wait ", "break ", "local ", "A=(", "${A[@]}",
                ">> $GITHUB_PATH ", "echo ", "tee -a $GITHUB_ENV ", "cat ", "printf '%s' ",
            ]),
            0..40,
        ),
    ) {
        let script = pieces.concat();
        let lines = script.split('\n').count();
        let analysis = run("-e", &script, &scope());
        let mut places: Vec<&Place> = analysis.opaque.iter().map(|opaque| &opaque.place).collect();
        for command in &analysis.commands {
            places.push(&command.place);
            places.extend(command.words.iter().map(|word| &word.place));
            places.extend(command.holds.iter().map(|hold| &hold.place));
            prop_assert!(command.text.chars().count() <= 200);
            for word in &command.words {
                prop_assert!(script.get(word.span.start..word.span.end).is_some());
            }
        }
        for place in places {
            prop_assert!(place.line >= 1 && place.line <= place.end_line && place.end_line <= lines, "{:?}", place);
        }
    }
}
