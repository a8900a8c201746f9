//! Owns that a change takes no product code out of sight: by attributes, a move, a link, a submodule, a share of files. Each case by `--base` at a
//! keyboard.

use super::checkout::{Checkout, Files};
use super::{GATES, PROJECT, SOFT, with};

const RULE: &str = "scope-shrunk";
const A: &str = "import os\n\n\ndef a():\n    return os.name\n";
const B: &str = "import sys\n\n\ndef b():\n    return sys.path\n";
const C: &str = "import re\n\n\ndef c():\n    return re.compile('c')\n";
const WEB: [(&str, &str); 3] = [("web/a.py", A), ("web/b.py", B), ("web/c.py", C)];

/// The subject and the place of each finding of the rule, and how many findings are told as fixed.
fn told(base: Files<'_>, head: Files<'_>) -> (Vec<String>, usize) {
    let checkout = Checkout::new();
    let base = checkout.commit(base, &[]);
    let head = checkout.commit(head, &[base]);
    checkout.branch("refs/heads/main", base);
    let said = checkout.locally(&["--base", "main", "--rev", &head.to_string(), "--format", "json"]);
    let report = said.json();
    let rows =
        report["findings"].as_array().expect("a list").iter().filter(|row| row["rule"] == RULE && row["verdict"] == "fail");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let rows: Vec<String> = rows.map(|row| format!("{} {}", text(&row["subject"]), text(&row["places"][0]["path"]))).collect();
    assert!(rows.is_empty() || said.status == 1, "{rows:?}: {}", said.stdout);
    (rows, report["fixed"].as_array().expect("a list").len())
}

#[test]
fn what_was_product_stays_so_or_is_deleted() {
    let at = |folder: &str| [format!("{folder}/a.py"), format!("{folder}/b.py"), format!("{folder}/c.py")];
    let id = format!("@ {}", "1".repeat(40));
    for folder in ["vendor/web", "third_party/web", "examples/web", "docs", "tests/web", "web/node_modules"] {
        let [a, b, c] = at(folder);
        let moved = [(a.as_str(), A), (b.as_str(), B), (c.as_str(), C)];
        let (rows, fixed) = told(&WEB, &moved);
        assert_eq!((rows, fixed), (vec![format!("web {a}")], 0), "{folder}");
        // The same with a link for the old name, and with a line more in each.
        assert_eq!(told(&WEB, &with(&moved, &[("web", &format!("-> {folder}"))])).0, ["web web"], "{folder}");
        let more = [(a.as_str(), format!("{A}# x\n")), (b.as_str(), B.to_owned()), (c.as_str(), C.to_owned())];
        let more: Vec<(&str, &str)> = more.iter().map(|(path, text)| (*path, text.as_str())).collect();
        assert_eq!(told(&WEB, &more).0, [format!("web {}", if A.lines().count() * 10 < 54 { &b } else { &a })], "{folder}");
    }
    assert_eq!(told(&WEB, &[("web", &id)]).0, ["web web"], "a submodule");
    let renamed = [("web/a_pb2.py", A), ("web/b_pb2.py", B), ("web/c_pb2.py", C)];
    assert_eq!(told(&WEB, &renamed).0, ["web web/a_pb2.py"], "a name of generated code");
    for row in ["web/** linguist-vendored", "*.py linguist-generated", "web/*.py linguist-documentation", "*.py filter=lfs"] {
        let attributes = format!("{row}\n");
        assert_eq!(told(&WEB, &with(&WEB, &[(".gitattributes", &attributes)])).0, ["web .gitattributes"], "{row}");
    }
    let stub = with(&WEB, &[("vendor/web/a.py", "x\n")]);
    let over = [("vendor/web/a.py", A), ("web/b.py", B), ("web/c.py", C)];
    assert_eq!(told(&stub, &over).0, ["web/a.py vendor/web/a.py"], "over what was there");
    let blanks = A.replace('\n', " \n");
    assert_eq!(told(&WEB, &[("vendor/web/a.py", &blanks), ("web/b.py", B), ("web/c.py", C)]).0, ["web/a.py vendor/web/a.py"]);
    let project = with(&WEB, &[("web/pyproject.toml", PROJECT.1)]);
    let folded = with(&project, &[("pyproject.toml", PROJECT.1), (".gitattributes", "web/** linguist-vendored\n")]);
    assert_eq!(told(&project, &folded).0, ["web .gitattributes"], "a component above is no cover");
}

#[test]
fn a_share_of_files_takes_no_language_away() {
    let two = &WEB[..2];
    let checkout = |head: Files<'_>| told(&WEB, head);
    assert_eq!(checkout(two).0, [""; 0]);
    let names: Vec<String> = (0..80).map(|at| format!("web/{at}.js")).collect();
    let script: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "export const a = 1\n")).collect();
    assert_eq!(checkout(&with(&script, &WEB)).0, [""; 0]);
}

#[test]
fn an_honest_change_is_no_retreat() {
    let moved = [("app/a.py", A), ("app/b.py", B), ("app/sub/c.py", C)];
    assert_eq!(told(&WEB, &moved).0, [""; 0], "moved inside the product");
    assert_eq!(told(&WEB, &with(&WEB, &[("tests/a.py", A)])).0, [""; 0], "a copy");
    assert_eq!(told(&with(&WEB, &[("web/d.py", A)]), &WEB).0, [""; 0], "deleted");
    assert_eq!(
        told(&with(&WEB, &[("web/__init__.py", "")]), &with(&WEB, &[("tests/__init__.py", "")])).0,
        [""; 0],
        "nobody's text"
    );
    let test = with(&WEB, &[("web/test_a.py", B), ("web/conftest.py", C)]);
    assert_eq!(told(&test, &with(&WEB, &[("tests/test_a.py", B), ("tests/conftest.py", C)])).0, [""; 0], "tests beside the code");
    let licence = "# one\n# two\n# three\n# four\n";
    let package = with(&WEB, &[("web/k/__init__.py", licence)]);
    assert_eq!(told(&package, &with(&WEB, &[("tests/k/__init__.py", licence)])).0, [""; 0], "a licence");
    let attributes = (".gitattributes", "gen/** linguist-generated\n");
    let generated = with(&WEB, &[attributes, ("gen/d.py", A)]);
    assert_eq!(told(&generated, &with(&WEB, &[attributes, ("gen/e.py", A)])).0, [""; 0], "generated before");
    assert_eq!(told(&generated, &with(&WEB, &[("gen/d.py", A)])).0, [""; 0], "attributes that go");
}

/// A file under a name that no language has is code all the same, and what is deleted is not there under another one.
#[test]
fn another_name_is_no_deletion() {
    for ending in [".pyw", "", ".txt"] {
        let names = ["a", "b", "c"].map(|name| format!("web/{name}{ending}"));
        let renamed: Vec<(&str, &str)> = names.iter().map(String::as_str).zip([A, B, C]).collect();
        assert_eq!(told(&WEB, &renamed).0, [format!("web web/a{ending}")], "{ending:?}");
    }
    let long = |text: &str| text.repeat(4);
    let (a, b) = (long(A), long(B));
    let script = format!("#!/usr/bin/env python3\n{a}");
    let base = [("web/a.py", a.as_str()), ("web/b.py", b.as_str()), WEB[2]];
    assert_eq!(told(&base, &with(&base[1..], &[("web/a", &script)])).0, ["web/a.py web/a"]);
    assert_eq!(told(&base, &with(&base[1..], &[("bin/run", &a)])).0, ["web/a.py bin/run"]);
    let before = [("web/a.js", A), ("web/b.js", B), ("web/c.js", C)];
    let after = [("web/a.ts", A), ("web/b.ts", B), ("web/c.ts", C)];
    assert_eq!(told(&before, &after).0, [""; 0], "another extension of the language");
    assert_eq!(told(&WEB, &with(&WEB[1..], &[("web/README.md", "a\nb\nc\n")])).0, [""; 0], "deleted");
    // With the proof that the base had, whatever becomes of the workflow.
    let gates = GATES.1.replace("-r src", "-r web");
    let base = with(&WEB, &[(GATES.0, &gates)]);
    assert_eq!(told(&base, &[("web/a.pyw", A), ("web/b.pyw", B), ("web/c.pyw", C)]).0, ["web web/a.pyw"]);
}

/// The words of the rule's findings.
fn said(base: Files<'_>, head: Files<'_>) -> String {
    let checkout = Checkout::new();
    let base = checkout.commit(base, &[]);
    let head = checkout.commit(head, &[base]);
    checkout.branch("refs/heads/main", base);
    checkout.locally(&["--base", "main", "--rev", &head.to_string(), "--only", RULE]).stdout
}

#[test]
fn what_lies_around_is_told_as_the_cause() {
    let text = "export const a = 1\n";
    let hash = |at: usize| format!("web/{at}.5f3e9c1{at}.js");
    let names = [0, 1, 2].map(hash);
    let web = [("web/a.js", text), ("web/b.js", text), (names[0].as_str(), text), ("web/lib/x/y/c.php", "<?php\n")];
    let manifest = r#"{"config":{"vendor-dir":"web/lib"},"require":{"x/y":"1"}}"#;
    for (more, wanted) in [
        (vec![("web/a.js.LICENSE.txt", "x")], "a bundler's file lies beside it, web/a.js.LICENSE.txt"),
        (vec![(names[1].as_str(), text), (names[2].as_str(), text)], "names with hashes, as bundlers give them"),
        (
            vec![("web/d.php", "<?php\n"), ("web/e.php", "<?php\n"), ("composer.json", manifest)],
            "where composer.json has packages",
        ),
    ] {
        let php = [("web/d.php", "<?php\n"), ("web/e.php", "<?php\n")];
        let base = with(&web, &php);
        let out = said(&base, &with(&base, &more));
        let flat = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(wanted) && !flat.contains("the manifests around"), "{wanted}: {out}");
    }
}

const FIVE: [(&str, &str); 5] = [
    ("src/m1.py", "import os\n\n\ndef one(a):\n    b = os.stat(a)\n    return b.st_size\n"),
    ("src/m2.py", "import sys\n\n\ndef two(c):\n    d = sys.intern(c)\n    return d.upper()\n"),
    ("src/m3.py", "import re\n\n\ndef three(e):\n    f = re.compile(e)\n    return f.pattern\n"),
    ("src/m4.py", "import json\n\n\ndef four(g):\n    h = json.loads(g)\n    return h['four']\n"),
    ("src/m5.py", "import hashlib\n\n\ndef five(i):\n    j = hashlib.sha256(i)\n    return j.hexdigest()\n"),
];

/// What fails on a change, by rule and subject.
fn failing(base: Files<'_>, head: Files<'_>) -> Vec<String> {
    let checkout = Checkout::new();
    let base = checkout.commit(base, &[]);
    let head = checkout.commit(head, &[base]);
    checkout.branch("refs/heads/main", base);
    let said = checkout.locally(&["--base", "main", "--rev", &head.to_string(), "--format", "json"]);
    let report = said.json();
    let rows = report["findings"].as_array().expect("a list").iter().filter(|row| row["decision"] == "gate");
    let rows: Vec<String> = rows
        .filter(|row| [RULE, super::RULE].iter().any(|rule| row["rule"] == *rule))
        .map(|row| format!("{} {}", row["rule"].as_str().unwrap_or("-"), row["subject"].as_str().unwrap_or("-")))
        .collect();
    assert_eq!(said.status, i32::from(!rows.is_empty()), "{rows:?}: {}", said.stdout);
    rows
}

/// However few files it lies in, and wherever they lie: a language that the base had is there while anything is written in it.
#[test]
fn a_language_of_the_base_stays() {
    let base = with(&FIVE, &[PROJECT, GATES]);
    let all: String = FIVE.iter().map(|(_, text)| *text).collect();
    let soft = |more: &[(&'static str, String)]| {
        let more: Vec<(&str, &str)> = more.iter().map(|(path, text)| (*path, text.as_str())).collect();
        failing(&base, &with(&[SOFT], &more))
    };
    let analysis = |subject: &str| format!("{} {subject}", super::RULE);
    assert_eq!(soft(&[("src/x.py", all.clone())]), [analysis("python")], "one file of the product");
    let other = "import io\n\n\ndef other():\n    return io.StringIO()\n".to_owned();
    assert_eq!(soft(&[("src/x.py", other.clone())]), [analysis("python")], "written anew");
    let both = [analysis("python"), format!("{RULE} src")];
    for path in
        ["tests/all.py", "src/x.pyx", "cython/x.pyx", "examples/app/all.py", "vendor/all.py", "src/x_pb2.py", "src/x", "bin/run"]
    {
        assert_eq!(soft(&[(path, all.clone())]), both, "{path}");
    }
    for path in ["tests/all.py", "cython/x.pyx", "vendor/all.py"] {
        assert_eq!(soft(&[(path, other.clone())]), both, "{path}, written anew");
    }
    assert_eq!(soft(&[("bin/run", format!("#!/usr/bin/env python3\n{other}"))]), both, "written anew, without an extension");
    let commented = |path: &'static str, at: usize| (path, format!("# moved\n{}", FIVE[at].1));
    let moved = [
        commented("tests/m1.py", 0),
        commented("tests/m2.py", 1),
        commented("tests/m3.py", 2),
        commented("tests/m4.py", 3),
        commented("tests/m5.py", 4),
    ];
    assert_eq!(soft(&moved), both, "a line more in each");
    // A product that is left does not cover for what goes elsewhere.
    let part = with(&FIVE[3..], &[PROJECT, GATES, ("tests/all.py", "")]);
    let text: String = FIVE[..3].iter().map(|(_, text)| *text).collect();
    let part: Vec<(&str, &str)> =
        part.into_iter().map(|(path, old)| (path, if path == "tests/all.py" { text.as_str() } else { old })).collect();
    assert_eq!(failing(&base, &part), [format!("{RULE} src")], "a part of it");
    let grown = format!("import os\n\n\ndef test():\n    assert os\n{}{}", FIVE[0].1, FIVE[1].1);
    let before = with(&base, &[("tests/t.py", "import os\n\n\ndef test():\n    assert os\n")]);
    let after = with(&FIVE[2..], &[PROJECT, GATES, ("tests/t.py", &grown)]);
    assert_eq!(failing(&before, &after), [format!("{RULE} src")], "into what was there");
}

#[test]
fn a_language_that_goes_may_go() {
    let test = ("tests/test_m.py", "import m1\n\n\ndef test():\n    assert m1.one('a')\n    assert m1\n");
    let go = ("cmd/main.go", "package main\n\nfunc main() {\n}\n");
    let base = with(&FIVE, &[PROJECT, GATES, test, go, ("scripts/x.sh", "ls\n")]);
    let left = |more: Files<'_>| failing(&base, &with(&[go], more));
    assert_eq!(left(&[]), [""; 0], "with all that was about it");
    assert_eq!(left(&[test]), [""; 0], "the tests stay behind");
    assert_eq!(left(&[("tests/unit/test_m.py", test.1)]), [""; 0], "the tests go elsewhere");
    let edited = test.1.replace("m1.one('a')", "m1.two('b')");
    assert_eq!(left(&[("tests/test_m.py", &edited)]), [""; 0], "a test is edited");
    assert_eq!(left(&[("tests/main_test.go", "package main\n"), ("docs/why.md", "We use Go now.\n")]), [""; 0]);
    // Code that was there and was never enough to be product does not become it.
    let few = with(&[("tools/a.py", "import os\nprint(os.name)\n"), GATES], &[]);
    let manifest = with(&few, &[("svc/m1.py", FIVE[0].1), ("svc/pyproject.toml", PROJECT.1)]);
    let gates = (GATES.0, GATES.1.replace("-r src", "-r svc"));
    let manifest = with(&manifest[..1], &[(gates.0, gates.1.as_str()), manifest[2], manifest[3]]);
    assert_eq!(failing(&manifest, &manifest[..1]), [""; 0], "what was too little stays so");
}

/// What an image at the base is made of stays product, or it is said that nothing uses it any more.
#[test]
fn what_nothing_uses_any_more_is_told() {
    let image = ("Dockerfile", "FROM python:3\nCOPY examples /app\nCMD python /app/m1.py\n");
    let names = ["examples/m1.py", "examples/m2.py", "examples/m3.py"];
    let code: Vec<(&str, &str)> = names.into_iter().zip(FIVE.map(|(_, text)| text)).collect();
    let base = with(&code, &[image]);
    assert_eq!(told(&base, &code).0, ["examples examples/m1.py"]);
    assert!(said(&base, &code).split_whitespace().collect::<Vec<_>>().join(" ").contains("that used it at the base does not"));
    assert_eq!(told(&base, &with(&base, &[("examples/m4.py", A)])).0, [""; 0]);
    let app = ["app/m1.py", "app/m2.py", "app/m3.py"];
    let moved: Vec<(&str, &str)> = app.into_iter().zip(FIVE.map(|(_, text)| text)).collect();
    assert_eq!(
        told(&with(&moved, &[("Dockerfile", "FROM python:3\nCOPY app /app\n")]), &base).0,
        [""; 0],
        "moved to where an image has it"
    );
    assert_eq!(told(&base, &[]).0, [""; 0], "deleted");
}
