//! Tests of what lock files say of where a tool comes from.

use crate::catalog::Catalog;
use crate::facts::hold::HoldEffect;
use crate::facts::meter::Meter;
use crate::facts::runners::World;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// What is held of a tool whose lock file has this text, asked from a directory.
fn told(file: &str, text: &str, from: &str) -> &'static str {
    let snapshot = Snapshot::in_memory([(file.to_owned(), text.to_owned()), ("a/b/x".to_owned(), String::new())]);
    let world = World { snapshot: &snapshot, catalog: Catalog::builtin(), meter: &Meter::default(), seen: &Default::default() };
    let from = RepoPath::new(from).unwrap_or_default();
    let python = !super::OF_NPM.iter().any(|(name, _)| file.ends_with(name));
    let name = if python { "bandit" } else { "eslint" };
    let tool = Catalog::builtin().tool(name).expect("a tool");
    let ask = if python { super::python } else { super::npm };
    match ask(name, tool, &from, &world).map(|hold| hold.effect) {
        None => "",
        Some(HoldEffect::Void) => "void",
        Some(HoldEffect::Unknown(_)) => "unknown",
        Some(_) => "other",
    }
}

const OTHER: &str = "\"node_modules/a\": {\"version\": \"1.0.0\", \"resolved\": \"https://npm.example.com/api/a/-/a-1.0.0.tgz\"}";

#[test]
fn entries_of_npms_lock_file() {
    let lock = |key: &str, entry: &str| format!("{{\"lockfileVersion\": 3, \"packages\": {{\"{key}\": {{{entry}}}, {OTHER}}}}}");
    let at = |address: &str| {
        format!("\"version\": \"9.1.0\", \"resolved\": \"{address}\", \"bin\": {{\"eslint\": \"bin/eslint.js\"}}")
    };
    for (entry, expected) in [
        ("\"version\": \"9.1.0\"".to_owned(), ""),
        (at("https://registry.npmjs.org/eslint/-/eslint-9.1.0.tgz"), ""),
        (at("https://npm.example.com/api/eslint/-/eslint-9.1.0.tgz"), ""),
        (at("https://npm.example.com/download/eslint/9.1.0/abc"), ""),
        (at("git+ssh://git@github.com/eslint/eslint.git#abc"), ""),
        (at("git+ssh://git@github.com/evil/eslint.git#abc"), "unknown"),
        (at("https://other.example.com/eslint/-/eslint-9.1.0.tgz"), "unknown"),
        (at("https://registry.npmjs.org/other/-/other-9.1.0.tgz"), "unknown"),
        (at("https://registry.npmjs.org/@o/eslint/-/eslint-9.1.0.tgz"), "unknown"),
        (at("https://registry.npmjs.org/eslint/-/../../other/-/other-9.1.0.tgz"), "unknown"),
        (at("https://registry.npmjs.org@other.example.com/eslint/-/eslint-9.1.0.tgz"), "unknown"),
        (at("https://npm.example.com/@o/eslint/-/eslint-9.1.0.tgz"), "unknown"),
        (at("file:tools/x"), "unknown"),
        (at("https:\\/\\/other.example.com/e.tgz"), "unknown"),
        ("\"version\": \"9.1.0\", \"name\": \"other\"".to_owned(), "unknown"),
        ("\"resolved\": \"tools/x\", \"link\": true".to_owned(), "void"),
        ("\"res\\u006flved\": \"tools/x\", \"link\": false".to_owned(), "unknown"),
    ] {
        assert_eq!(told("package-lock.json", &lock("node_modules/eslint", &entry), ""), expected, "{entry}");
    }
    let odd = at("https://other.example.com/e.tgz");
    assert_eq!(told("npm-shrinkwrap.json", &lock("node_modules/eslint", &odd), "a/b"), "unknown");
    assert_eq!(told("package-lock.json", &lock("a/node_modules/eslint", &odd), "a/b"), "unknown");
    assert_eq!(told("package-lock.json", &lock("c/node_modules/eslint", &odd), "a/b"), "");
    assert_eq!(told("package-lock.json", &lock("node_modules/x/node_modules/eslint", &odd), ""), "");
    let older = |version: &str| format!("{{\"dependencies\": {{\"eslint\": {{\"version\": \"{version}\"}}}}}}");
    assert_eq!(told("package-lock.json", &older("9.1.0"), ""), "");
    assert_eq!(told("package-lock.json", &older("file:tools/x"), ""), "unknown");
    let asked = "{\"packages\": {\"node_modules/p\": {\"peerDependencies\": {\"eslint\": \">=8\"}, \"peerDependenciesMeta\": {\"eslint\": {\"optional\": true}}}}}";
    assert_eq!(told("package-lock.json", asked, ""), "");
}

#[test]
fn entries_of_yarns_lock_file() {
    let first =
        |resolved: &str| format!("# yarn lockfile v1\n\n\n\"@s/eslint@^9\", eslint@^9.0.0:\n  version \"9.1.0\"\n  {resolved}\n");
    for (resolved, expected) in [
        ("resolved \"https://registry.yarnpkg.com/eslint/-/eslint-9.1.0.tgz#abc\"", ""),
        ("\"resolved\" \"https://other.example.com/e.tgz#abc\"", "unknown"),
        ("resolved \"file:tools/e.tgz\"", "unknown"),
    ] {
        assert_eq!(told("yarn.lock", &first(resolved), "a"), expected, "{resolved}");
    }
    let later = |key: &str, rest: &str| {
        format!("__metadata:\n  version: 8\n\n\"{key}\":\n  version: 9.1.0\n  {rest}\n  languageName: node\n")
    };
    for (key, rest, expected) in [
        ("eslint@npm:^9.0.0, eslint@npm:^9.1.0", "resolution: \"eslint@npm:9.1.0\"", ""),
        ("eslint@npm:^9.0.0", "resolution: \"other@npm:9.1.0\"", "unknown"),
        ("eslint@npm:^9.0.0", "resolution: \"eslint@portal:./x::locator=a%40workspace%3A.\"", "unknown"),
        ("eslint@npm:^9.0.0", "resolution: \"eslint@npm:9.1.0::__archiveUrl=https%3A%2F%2Fo.example.com%2Fe.tgz\"", "unknown"),
        ("eslint@npm:^9.0.0", "checksum: 1", "unknown"),
        // The manifest says so itself.
        ("eslint@workspace:packages/eslint", "resolution: \"eslint@workspace:packages/eslint\"", ""),
        ("other@npm:^9.0.0", "resolution: \"other@https://o.example.com/x.tgz\"", ""),
    ] {
        assert_eq!(told("yarn.lock", &later(key, rest), ""), expected, "{key} {rest}");
    }
    assert_eq!(told("yarn.lock", "? \"eslint@npm:^9\"\n: {resolution: \"other@npm:1\"}\n", ""), "unknown");
}

#[test]
fn entries_of_pnpms_lock_file() {
    let lock = |version: &str, resolution: &str| {
        let importer = |name: &str, version: &str| {
            format!("  {name}:\n    devDependencies:\n      eslint:\n        specifier: ^9.0.0\n        version: {version}\n")
        };
        let packages = format!("packages:\n\n  eslint@9.1.0:\n    resolution: {resolution}\n    hasBin: true\n");
        format!(
            "lockfileVersion: '9.0'\n\nimporters:\n\n{}{}\n{packages}",
            importer(".", version),
            importer("other", "link:../x")
        )
    };
    let plain = "{integrity: sha512-x}";
    for (version, resolution, expected) in [
        ("9.1.0", plain, ""),
        ("9.1.0(jiti@1.0.0)", plain, ""),
        ("link:tools/x", plain, "unknown"),
        ("other@9.1.0", plain, "unknown"),
        ("9.1.0", "{integrity: sha512-x, tarball: https://registry.npmjs.org/eslint/-/eslint-9.1.0.tgz}", ""),
        ("9.1.0", "{integrity: sha512-x, tarball: https://other.example.com/e.tgz}", "unknown"),
        ("9.1.0", "\n      tarball: file:x.tgz", "unknown"),
        ("9.1.0", "{directory: tools/x, type: directory}", "unknown"),
    ] {
        assert_eq!(told("pnpm-lock.yaml", &lock(version, resolution), "a"), expected, "{version} {resolution}");
    }
    let older = |version: &str| {
        format!("lockfileVersion: 5.4\n\nspecifiers:\n  eslint: ^8.0.0\n\ndevDependencies:\n  eslint: {version}\n")
    };
    assert_eq!(told("pnpm-lock.yaml", &older("8.1.0_abc"), ""), "");
    assert_eq!(told("pnpm-lock.yaml", &older("/other/8.1.0"), ""), "unknown");
    assert_eq!(told("pnpm-lock.yaml", "importers: {.: {devDependencies: {eslint: {version: link:x}}}}\n", ""), "unknown");
}

#[test]
fn entries_of_buns_lock_file() {
    let lock = |entry: &str| {
        format!(
            "{{\"workspaces\": {{\"\": {{\"devDependencies\": {{\"eslint\": \"^9\"}}}}}}, \"packages\": {{\"eslint\": [{entry}]}}}}"
        )
    };
    assert_eq!(told("bun.lock", &lock("\"eslint@9.1.0\", \"\", {\"bin\": {}}, \"sha512-x\""), ""), "");
    assert_eq!(told("bun.lock", &lock("\"eslint@9.1.0\", \"https://other.example.com/e.tgz\", {}, \"sha512-x\""), ""), "unknown");
    assert_eq!(told("bun.lock", &lock("\"eslint@github:evil/eslint#abc\", {}, \"x\""), ""), "unknown");
}

#[test]
fn entries_of_pythons_lock_files() {
    let block = |rest: &str| {
        format!(
            "version = 1\n\n[[package]]\nname = \"bandit\"\nversion = \"1.8.0\"\n{rest}\n\n[[package]]\nname = \"x\"\nsource = {{ git = \"https://e.example.com/x\" }}\n"
        )
    };
    let index = "source = { registry = \"https://pypi.org/simple\" }\n";
    let wheel = |host: &str| {
        format!(
            "{index}wheels = [\n    {{ url = \"https://{host}/packages/aa/bandit-1.8.0-py3-none-any.whl\", hash = \"sha256:0\" }},\n]"
        )
    };
    for (file, rest, expected) in [
        ("uv.lock", index.to_owned(), ""),
        ("uv.lock", wheel("files.pythonhosted.org"), ""),
        ("uv.lock", wheel("other.example.com"), "unknown"),
        ("uv.lock", "source = { editable = \".\" }".to_owned(), ""),
        ("uv.lock", "source = { git = \"https://github.com/PyCQA/bandit?rev=1#abc\" }".to_owned(), ""),
        ("uv.lock", "source = { git = \"https://github.com/evil/bandit\" }".to_owned(), "unknown"),
        ("uv.lock", "source = { directory = \"tools/bandit\" }".to_owned(), "unknown"),
        ("uv.lock", "source = { registry = \"wheels\" }".to_owned(), "unknown"),
        ("uv.lock", "source.git = \"x\"".to_owned(), "unknown"),
        ("poetry.lock", "[package.source]\ntype = \"legacy\"\nurl = \"https://pypi.example.com/simple\"".to_owned(), ""),
        ("poetry.lock", "[package.source]\ntype = \"directory\"\nurl = \"tools/bandit\"".to_owned(), "unknown"),
        ("pdm.lock", "path = \"./tools/bandit\"".to_owned(), "unknown"),
    ] {
        assert_eq!(told(file, &block(&rest), "a"), expected, "{file} {rest}");
    }
    let pipfile = |entry: &str| format!("{{\"default\": {{}}, \"develop\": {{\"bandit\": {{{entry}}}}}}}");
    assert_eq!(told("Pipfile.lock", &pipfile("\"version\": \"==1.8.0\", \"index\": \"pypi\""), ""), "");
    assert_eq!(told("Pipfile.lock", &pipfile("\"path\": \"./tools/bandit\""), ""), "unknown");
}
