//! Names that say what a file is for, and places where they say nothing.

use super::tests::{components, stock};

#[test]
fn names_of_directories_take_no_language_from_the_manifest_that_is_of_it() {
    let composer = ("composer.json", "{\"require\": {\"a/b\": \"1\"}}");
    let python = ("pyproject.toml", "[project]\nname='a'\ndependencies=['b']\n");
    for (files, wanted) in [
        (&[composer, ("src/Example/A.php", ""), ("src/Example/B.php", "")][..], "php:=2"),
        (&[composer, ("Spec/A.php", "")], "php:=1"),
        (&[composer, ("tests-api/A.php", "")], "php:=1"),
        // Where there is other code, or the name is plain, it says what it says.
        (&[composer, ("src/Example/A.php", ""), ("src/B.php", "")], "php:=1"),
        (&[composer, ("examples/A.php", ""), ("component-tests/A.php", "")], "php:=0"),
        (&[python, ("src/example/a.py", ""), ("tests/a.py", "")], "python:=1"),
        (&[python, ("tests/test_a.py", ""), ("Docs/conf.py", ""), ("Tests/test_b.py", ""), ("src/tests/x.py", "")], "python:=0"),
        (&[("Spec/a.py", ""), ("Spec/b.py", ""), ("Spec/c.py", "")], ""),
    ] {
        assert_eq!(components(files), wanted, "{files:?}");
    }
}

#[test]
fn names_of_scripts_are_those_of_modules_elsewhere() {
    let manifest = ("package.json", "{\"dependencies\":{\"a\":\"1\"}}");
    let go = ["x/a.go", "x/b.go", "x/c.go"].map(|path| (path, ""));
    let with = |more: &[(&'static str, &'static str)]| components(&[&go[..], more].concat());
    let nest = ["api/src/config/database.config.ts", "api/src/app.config.ts", "api/src/auth.config.ts"].map(|path| (path, ""));
    assert_eq!(with(&nest), "go:x=3 javascript:api/src=3");
    let tools = ["a.config.ts", "b.config.js", "web/c.config.js", "web/d.config.mjs"].map(|path| (path, ""));
    assert_eq!(with(&[&tools[..], &[("web/package.json", "{\"name\":\"x\"}")]].concat()), "go:x=3");
    let django = ["shop/conf.py", "blog/conf.py", "core/conf.py"].map(|path| (path, ""));
    assert_eq!(with(&django), "go:x=3 python:=3");
    assert_eq!(with(&[&django[..], &[("core/index.rst", "")]].concat()), "go:x=3");
    assert_eq!(components(&[manifest, ("src/app/app.config.ts", "")]), "javascript:=1");
}

#[test]
fn whatever_is_exported_is_product() {
    for (exports, scope) in [
        (r#"{".": {"node": {"import": "./src/a.js"}}}"#, "Production"),
        (r#"{"./x": [{"types": "./src/a.js"}, "./src/b.js"]}"#, "Production"),
        (r#"{"./x": {"types": "./src/b.js", "default": "./dist/b.js"}}"#, "Development"),
        (r#"{"./package.json": "./package.json"}"#, "Development"),
        (r#"{"./*": "./src/*.js"}"#, "Production"),
        (r#"{"./*": "./lib/*.js"}"#, "Development"),
    ] {
        let manifest = format!(r#"{{"exports": {exports}, "devDependencies": {{"eslint": "9"}}}}"#);
        let found = stock(&[("package.json", &manifest), ("src/a.js", "x"), ("src/b.js", "x")]);
        let scopes: Vec<String> = found.components.iter().map(|one| format!("{:?}", one.scope)).collect();
        assert_eq!(scopes, [scope], "{exports}");
    }
}

#[test]
fn names_that_hide_do_so_whatever_their_case() {
    let composer = ("composer.json", "{\"require\": {\"a/b\": \"1\"}}");
    for (path, wanted) in [
        ("plugin/testData/A.php", "php:=0"),
        ("Test_Data/A.php", "php:=0"),
        ("Third_Party/A.php", "php:=0"),
        ("ThirdParty/A.php", "php:=0"),
        ("vendor/A.php", "php:=0"),
        // A shop has vendors, a league has fixtures.
        ("src/Vendor/A.php", "php:=1"),
        ("src/Fixtures/A.php", "php:=1"),
    ] {
        assert_eq!(components(&[composer, (path, "")]), wanted, "{path}");
    }
    assert_eq!(super::tests::manifests(&[composer, ("x/testData/composer.json", composer.1)]), "composer:composer.json");
}

#[test]
fn chunks_of_a_bundler_are_no_code_of_the_product() {
    let python = [("a.py", ""), ("b.py", ""), ("c.py", "")];
    let with = |more: &[&'static str]| {
        let more: Vec<(&str, &str)> = more.iter().map(|path| (*path, "x")).collect();
        components(&[&python[..], &more].concat())
    };
    let chunks = ["panel/10.02c74d8ffd9bf568.js", "panel/app.5f3e9c1a.chunk.js", "panel/application-0c74d8ffd9bf568a.js"];
    assert_eq!(with(&chunks), "python:=3");
    assert_eq!(with(&["panel/a.js", "panel/a.js.gz", "panel/b.js", "panel/b.js.LICENSE.txt", "panel/c.js"]), "python:=3");
    // Migrations have dates, and one hash alone is somebody's own name.
    let migrations = ["db/users-20200101120000.js", "db/roles-20200102120000.js", "db/x.20200103.js"];
    assert_eq!(with(&migrations), "javascript:db=3 python:=3");
    assert_eq!(with(&["x/a.02c74d8f.js", "x/b.js", "x/c.js"]), "javascript:x=3 python:=3");
}

#[test]
fn what_lies_with_the_forge_is_tooling() {
    let requirements = (".github/requirements.txt", "a==1\n");
    let manifest = ("pyproject.toml", "[project]\nname='a'\ndependencies=['b']\n");
    let action = (".github/actions/x/action.yml", "runs: { using: composite, steps: [{ uses: a/b@v1 }] }\n");
    let own = (".github/linters/x/pyproject.toml", manifest.1);
    assert_eq!(super::tests::manifests(&[requirements]), "~pip:.github/requirements.txt");
    assert_eq!(super::tests::manifests(&[action]), "github-actions:.github/actions/x/action.yml");
    assert_eq!(
        components(&[manifest, ("a.py", ""), own, (".github/linters/x/b.py", "")]),
        "python:=1 ~python:.github/linters/x=1"
    );
}

#[test]
fn what_composer_installs_elsewhere_is_vendored() {
    let told = |directory: &str| {
        let root = format!(r#"{{"require": {{"acme/opml": "1", "php": "8"}}, "config": {{"vendor-dir": "{directory}"}}}}"#);
        let lock = r#"{"packages": [{"name": "acme/opml"}, {"name": "acme/more"}]}"#;
        let inner = r#"{"require": {"a/b": "1"}}"#;
        let files = [
            ("lib/composer.json", root.as_str()),
            ("lib/composer.lock", lock),
            ("lib/acme/opml/composer.json", inner),
            ("lib/acme/more/composer.json", inner),
            ("lib/acme/own/composer.json", inner),
            ("lib/packages/acme/opml/composer.json", inner),
        ];
        super::tests::manifests(&files).replace("composer:lib/", "").replace("/composer.json", "")
    };
    assert_eq!(told("./"), "acme/own composer.json packages/acme/opml");
    assert_eq!(told("packages/"), "acme/more acme/opml acme/own composer.json");
    assert_eq!(told("../../elsewhere"), "acme/more acme/opml acme/own composer.json packages/acme/opml");
}
