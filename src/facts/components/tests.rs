//! Manifests by what they say about themselves, and the components that follow from them.

use crate::catalog::Catalog;
use crate::snapshot::Snapshot;
use crate::terms::ScopeTerms;

use super::{Inventory, Scope, take_stock};

pub(super) type Files<'t> = &'t [(&'t str, &'t str)];

pub(super) fn stock(files: Files<'_>) -> Inventory {
    let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    take_stock(&snapshot, Catalog::builtin(), &ScopeTerms::default())
}

/// `ecosystem:path`, with `~` before development and `!` before what no bot could raise.
pub(super) fn manifests(files: Files<'_>) -> String {
    let one = |manifest: &super::ManifestFact| {
        let scope = if manifest.scope == Scope::Development { "~" } else { "" };
        let nothing = if manifest.updatable { "" } else { "!" };
        format!("{scope}{nothing}{}:{}", manifest.ecosystem, manifest.path)
    };
    stock(files).manifests.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// `language:directory=files`, with `~` before development.
pub(super) fn components(files: Files<'_>) -> String {
    let one = |component: &super::Component| {
        let scope = if component.scope == Scope::Development { "~" } else { "" };
        format!("{scope}{}:{}={}", component.language, component.directory, component.files.len())
    };
    stock(files).components.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_builds_or_configures_makes_no_language_present() {
    let go: Vec<(String, String)> = (0..9).map(|at| (format!("x/a{at}.go"), String::new())).collect();
    let with = |more: &[&'static str]| {
        let mut files: Vec<(&str, &str)> = go.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        files.extend(more.iter().map(|path| (*path, "")));
        components(&files)
    };
    let scripts = [
        "commitlint.config.js",
        "release.config.cjs",
        ".eslintrc.js",
        "noxfile.py",
        "conftest.py",
        "site/conf.py",
        "site/index.rst",
        "a.gradle.kts",
        "b.gradle.kts",
        "settings.gradle.kts",
    ];
    assert_eq!(with(&scripts), "go:x=9");
    // Beside code they are code, of the directory that holds it.
    assert_eq!(with(&["a.js", "b.js", "c.js", "x.config.js"]), "go:x=9 javascript:=3");
    assert_eq!(with(&["x.config.js", "a.js"]), "go:x=9");
    assert_eq!(components(&[("package.json", r#"{"dependencies":{"a":"1"}}"#), ("x.config.js", "")]), "javascript:=1");
}

#[test]
fn lists_in_a_directory_of_their_own_are_those_of_the_code_beside_it() {
    let list = |path| (path, "flask==3.0.0\n");
    let code = [("app/a.py", ""), ("app/b.py", ""), ("app/c.py", "")];
    let declared = |more: &[(&'static str, &'static str)]| {
        let all = stock(&[&code[..], more].concat());
        let of = |component: &super::Component| {
            let lists: Vec<String> = component.declared_in.iter().map(ToString::to_string).collect();
            let manifest = component.manifest.as_ref().map_or_else(String::new, ToString::to_string);
            format!("{}: {manifest} at {} [{}]", component.directory, component.declares_at(), lists.join(" "))
        };
        all.of("python").map(of).collect::<Vec<_>>().join("; ")
    };
    let lists = [list("requirements/dev.txt"), list("requirements/prod.txt")];
    assert_eq!(declared(&lists), "app: requirements/prod.txt at requirements [requirements/dev.txt requirements/prod.txt]");
    assert_eq!(declared(&[list("requirements/dev.txt")]), "app:  at app []");
    assert_eq!(declared(&[list("other/requirements/prod.txt")]), "app:  at app []");
    assert_eq!(
        declared(&[list("requirements.txt"), lists[1]]),
        ": requirements.txt at  [requirements.txt requirements/prod.txt]"
    );
}

#[test]
fn a_package_that_others_use_may_need_nothing() {
    for (text, wanted) in [
        (r#"{"main":"a.js"}"#, "!npm:package.json"),
        (r#"{"main":"a.js","dependencies":{}}"#, "!npm:package.json"),
        (r#"{"main":"a.js","dependencies":{"b":"1"}}"#, "npm:package.json"),
        (r#"{"main":"a.js","devDependencies":{"b":"1"}}"#, "npm:package.json"),
    ] {
        assert_eq!(manifests(&[("package.json", text), ("a.js", "x")]), wanted, "{text}");
    }
}

#[test]
fn what_manifests_say_about_themselves() {
    for (path, text, wanted) in [
        ("package.json", r#"{"devDependencies":{"a":"1"}}"#, "~npm:package.json"),
        ("package.json", r#"{"devDependencies":{"a":"1"},"dependencies":{"b":"1"}}"#, "npm:package.json"),
        ("package.json", r#"{"devDependencies":{"a":"1"},"dependencies":{}}"#, "~npm:package.json"),
        ("package.json", r#"{"name":"a"}"#, ""),
        ("package.json", "{", "npm:package.json"),
        ("composer.json", r#"{"require":{"php":"^8"},"require-dev":{"a/b":"1"}}"#, "~composer:composer.json"),
        ("composer.json", r#"{"require":{"php":"^8","ext-json":"*"}}"#, "!composer:composer.json"),
        ("composer.json", r#"{"require":{"a/b":"1"}}"#, "composer:composer.json"),
        ("go.mod", "module x\n\ngo 1.25\n", "!gomod:go.mod"),
        ("go.mod", "module x\nrequire a.org/b v1 // indirect\n", "!gomod:go.mod"),
        ("go.mod", "module x\nrequire a.org/b v1\n", "gomod:go.mod"),
        ("Cargo.toml", "[package]\nname='a'\n", "!cargo:Cargo.toml"),
        ("Cargo.toml", "[package]\nname='a'\n[dependencies]\nb={path='b'}\n", "!cargo:Cargo.toml"),
        ("Cargo.toml", "[package]\nname='a'\n[dependencies]\nb={path='b',version='1'}\n", "cargo:Cargo.toml"),
        ("Cargo.toml", "[package]\nname='a'\n[target.x.dependencies]\nb='1'\n", "cargo:Cargo.toml"),
        ("Cargo.toml", "[package]\n[package.metadata]\ncargo-fuzz=true\n[dependencies]\nb='1'\n", "~cargo:Cargo.toml"),
        ("Cargo.toml", "[", "cargo:Cargo.toml"),
        ("pyproject.toml", "[project]\nname='a'\n", "!pip:pyproject.toml"),
        ("pyproject.toml", "[build-system]\nrequires=['hatchling']\n[project]\nname='a'\n", "!pip:pyproject.toml"),
        ("pyproject.toml", "[build-system]\nrequires=['hatchling==1']\n[project]\nname='a'\n", "pip:pyproject.toml"),
        ("pyproject.toml", "[build-system]\nrequires=['b']\n[project]\nname='a'\ndependencies=['c']\n", "pip:pyproject.toml"),
        (
            "pyproject.toml",
            "[build-system]\nrequires=['b']\n[project]\nname='a'\n[dependency-groups]\ndev=['b','c']\n",
            "pip:pyproject.toml",
        ),
        ("docker/test-images/x/Dockerfile", "FROM python:3.12\n", "~docker:docker/test-images/x/Dockerfile"),
        ("pyproject.toml", "[project]\nname='a'\ndynamic=['dependencies']\n", "pip:pyproject.toml"),
        ("pyproject.toml", "[project]\nname='a'\n[dependency-groups]\ndev=['b']\n", "pip:pyproject.toml"),
        ("pyproject.toml", "[dependency-groups]\ndev=['b']\n", "~pip:pyproject.toml"),
        ("pyproject.toml", "[tool.ruff]\n", ""),
        ("x.gemspec", "Gem::Specification.new do |s|\n  s.name = 'x'\n  # s.add_dependency 'a'\nend\n", "!bundler:x.gemspec"),
        ("x.gemspec", "Gem::Specification.new do |s|\n  s.add_dependency 'a'\nend\n", "bundler:x.gemspec"),
        ("setup.py", "import setuptools\n# required by a reader\nsetuptools.setup(name='a')\n", "!pip:setup.py"),
        ("setup.cfg", "[options]\ninstall_requires =\n    a>=1\n", "pip:setup.cfg"),
        ("setup.cfg", "[options]\ninstall_requires =\n[flake8]\nselect = E\n", ""),
        ("setup.py", "from setuptools import setup\nsetup(install_requires=['b'])\n", "pip:setup.py"),
        ("setup.py", "from setuptools import setup\nsetup(**made)\n", "pip:setup.py"),
        ("infra/main.tf", "module \"a\" {\n  source = \"a/b/c\"\n}\n", "terraform:infra/main.tf"),
        ("infra/main.tf", "output \"a\" {\n}\n", ""),
        (
            "chart/Chart.yaml",
            "dependencies: [{name: redis, version: 1.2.3, repository: 'https://example.org'}]\n",
            "helm:chart/Chart.yaml",
        ),
        ("chart/Chart.yaml", "dependencies: [{name: a, version: 1.2.3, repository: 'file://../a'}]\n", ""),
        ("chart/Chart.yaml", "name: a\n", ""),
        (
            ".devcontainer/devcontainer.json",
            "{\"features\": {\"ghcr.io/a/b:1\": {}}}",
            "~devcontainers:.devcontainer/devcontainer.json",
        ),
        (".devcontainer/devcontainer.json", "{\"image\": \"a:1\"}", ""),
        ("requirements.txt", "# none\n-c a.txt\n", "!pip:requirements.txt"),
        ("requirements.txt", "-r made-in-ci.txt\n", "pip:requirements.txt"),
        ("requirements.txt", "{{ a }}\n", "pip:requirements.txt"),
        ("requirements-dev.txt", "a==1\n", "~pip:requirements-dev.txt"),
        ("Gemfile", "source 'https://rubygems.org'\n\nruby '3.4'\n", "!bundler:Gemfile"),
        ("Gemfile", "gemspec\n", "bundler:Gemfile"),
        ("Dockerfile", "FROM a:1\n", "docker:Dockerfile"),
        (".docker/Dockerfile-alpine", "FROM a:1\n", "docker:.docker/Dockerfile-alpine"),
        ("build.containerfile", "FROM a:1\n", "docker:build.containerfile"),
        ("Dockerfile", "FROM scratch\n", ""),
        ("docs/dockerfile.md", "# How\n\nFROM a:1\n", "~docker:docs/dockerfile.md"),
        ("src/dockerfile.go", "package a\n", ""),
        ("compose.yaml", "services: { a: { image: 'b:1' } }\n", "~docker-compose:compose.yaml"),
        ("docker-compose.test.yml", "services: { a: { build: . } }\n", ""),
        (".gitmodules", "[submodule \"a\"]\n", "~gitsubmodule:.gitmodules"),
        (".pre-commit-config.yaml", "repos: [{ repo: local, hooks: [] }, { repo: meta }]\n", ""),
        (
            ".pre-commit-config.yaml",
            "repos: [{ repo: local }, { repo: 'https://a.org/b' }]\n",
            "~pre-commit:.pre-commit-config.yaml",
        ),
        (".pre-commit-config.yaml", "a: [\n", "~pre-commit:.pre-commit-config.yaml"),
        ("a/action.yml", "runs: { using: composite, steps: [{ run: x }, { uses: ./b }] }\n", ""),
        ("a/action.yml", "runs: { using: composite, steps: [{ uses: b/c@v1 }] }\n", "github-actions:a/action.yml"),
        (".github/workflows/a.yml", "jobs: { a: { steps: [{ run: x }] } }\n", ""),
        (".github/workflows/a.yml", "jobs: { a: { steps: [{ uses: b/c@v1 }] } }\n", "github-actions:.github/workflows/a.yml"),
        (
            ".github/workflows/a.yml",
            "jobs: { a: { uses: b/c/.github/workflows/d.yml@v1 } }\n",
            "github-actions:.github/workflows/a.yml",
        ),
        (".github/workflows/a.yml", "jobs: { a: { uses: ./.github/workflows/d.yml } }\n", ""),
    ] {
        assert_eq!(manifests(&[(path, text)]), wanted, "{path}: {text}");
    }
}

#[test]
fn path_sources_locked_with_the_root_are_its_members() {
    let root = "[project]\nname='a'\ndependencies=['b']\n[tool.uv.sources]\nb={path='b',editable=true}\n";
    let part = "[project]\nname='b'\ndependencies=['c']\n";
    let lock = "[[package]]\nname = \"b\"\nsource = { editable = \"b\" }\n";
    let poetry = "[[package]]\nname = \"b\"\n[package.source]\ntype = \"directory\"\nurl = \"b\"\n";
    let roots = |files: Files<'_>| {
        let stock = stock(files);
        stock.manifests.iter().map(|one| format!("{}:{}", one.ecosystem, one.directory)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(roots(&[("pyproject.toml", root), ("b/pyproject.toml", part), ("uv.lock", lock)]), "uv: uv:");
    assert_eq!(roots(&[("pyproject.toml", root), ("b/pyproject.toml", part), ("poetry.lock", poetry)]), "pip: pip:");
    // Not locked here, locked for itself, or outside of the root.
    for files in [
        &[("pyproject.toml", root), ("b/pyproject.toml", part), ("uv.lock", "")][..],
        &[("pyproject.toml", root), ("b/pyproject.toml", part), ("b/uv.lock", ""), ("uv.lock", lock)],
        &[("pyproject.toml", part), ("b/pyproject.toml", part), ("uv.lock", lock)],
    ] {
        assert!(roots(files).contains(":b "), "{files:?}");
    }
}

#[test]
fn components_need_code_of_their_own() {
    let project = ("pyproject.toml", "[project]\nname='a'\n");
    let list = ("requirements/base.txt", "b==1\n");
    let tools = ("package.json", r#"{"devDependencies":{"a":"1"}}"#);
    for (name, files, wanted) in [
        ("a script beside lists", &[project, list, ("requirements/sync.py", ""), ("a/b.py", "")][..], "python:=2"),
        ("lists alone", &[list, ("requirements/sync.py", "")], "python:requirements=1"),
        (
            "a service with a list",
            &[project, ("a/b.py", ""), ("s/requirements.txt", "b\n"), ("s/a.py", ""), ("s/b.py", ""), ("s/c.py", "")],
            "python:=1 python:s=3",
        ),
        ("tools", &[tools, ("webpack.config.js", "")], "~javascript:=1"),
        ("a bundle", &[tools, ("src/a.ts", ""), ("src/b.ts", ""), ("src/c.ts", ""), ("tests/d.ts", "")], "javascript:=3"),
        (
            "a fuzz crate",
            &[
                ("fuzz/Cargo.toml", "[package.metadata]\ncargo-fuzz = true\n"),
                ("fuzz/a.rs", ""),
                ("fuzz/b.rs", ""),
                ("fuzz/c.rs", ""),
            ],
            "~rust:fuzz=3",
        ),
    ] {
        assert_eq!(components(files), wanted, "{name}");
    }
}

#[test]
fn tests_by_the_names_of_directories_and_by_all_that_is_there() {
    let go = "module x\nrequire a.org/b v1\n";
    for (files, wanted) in [
        (&[("component-tests/requirements.txt", "a==1\n")][..], "~pip:component-tests/requirements.txt"),
        (&[("integration_tests/x/requirements.txt", "a==1\n")], "~pip:integration_tests/x/requirements.txt"),
        (&[("web/__tests__/package.json", "{\"dependencies\":{\"b\":\"1\"}}")], "~npm:web/__tests__/package.json"),
        (&[("speed-test/requirements.txt", "a==1\n")], "pip:speed-test/requirements.txt"),
        (&[("tests_cypress/requirements.txt", "a==1\n")], "~pip:tests_cypress/requirements.txt"),
        (&[("latest-api/requirements.txt", "a==1\n")], "pip:latest-api/requirements.txt"),
        (&[("src/Tests/requirements.txt", "a==1\n")], "~pip:src/Tests/requirements.txt"),
        (&[("src/App.Tests/requirements.txt", "a==1\n")], "~pip:src/App.Tests/requirements.txt"),
        (&[("src/App.UnitTests/requirements.txt", "a==1\n")], "~pip:src/App.UnitTests/requirements.txt"),
        (&[("AppTests/requirements.txt", "a==1\n")], "~pip:AppTests/requirements.txt"),
        (&[("App.Test/requirements.txt", "a==1\n")], "~pip:App.Test/requirements.txt"),
        (&[("suite/go.mod", go), ("suite/tests/a_test.go", "")], "~gomod:suite/go.mod"),
        (&[("suite/go.mod", go), ("suite/tests/a_test.go", ""), ("suite/a.go", "")], "gomod:suite/go.mod"),
        (&[("suite/go.mod", go)], "gomod:suite/go.mod"),
        (&[("go.mod", go), ("tests/a_test.go", "")], "gomod:go.mod"),
        (&[("a/go.mod", go), ("a/b/go.mod", go), ("a/b/x.go", ""), ("a/tests/x.go", "")], "gomod:a/b/go.mod ~gomod:a/go.mod"),
    ] {
        assert_eq!(manifests(files), wanted, "{files:?}");
    }
}

#[test]
fn a_bot_is_told_the_directory_above() {
    let text = "{\"features\": {\"ghcr.io/a/b:1\": {}}}";
    for (path, wanted) in [
        (".devcontainer/devcontainer.json", ""),
        (".devcontainer/web/devcontainer.json", ""),
        (".devcontainer.json", ""),
        ("web/.devcontainer/devcontainer.json", "web"),
    ] {
        assert_eq!(stock(&[(path, text)]).manifests[0].directory.as_str(), wanted, "{path}");
    }
}

#[test]
fn members_of_pnpm_are_folded_into_a_root_without_dependencies() {
    let member = ("apps/a/package.json", "{\"dependencies\":{\"x\":\"1\"}}");
    let code = [("apps/a/1.js", "x"), ("apps/a/2.js", "x"), ("apps/b/3.js", "x")];
    let other = ("apps/b/package.json", "{\"dependencies\":{\"x\":\"1\"}}");
    let root = ("package.json", "{\"scripts\":{\"lint\":\"x\"}}");
    let with = |workspace| {
        let mut files = vec![member, other, root, ("pnpm-workspace.yaml", workspace)];
        files.extend(code);
        components(&files)
    };
    assert_eq!(with("packages: ['apps/*']\n"), "javascript:=3");
    assert_eq!(with("packages: ['apps/*', '!apps/b']\n"), "javascript:=2 javascript:apps/b=1");
    assert_eq!(with("onlyBuiltDependencies: [x]\n"), "javascript:apps/a=2 javascript:apps/b=1");
}

#[test]
fn modules_of_modules_belong_to_the_outermost_list() {
    let list = |modules: &str| {
        format!(
            "<project><modules>{modules}</modules><dependencies><dependency><version>1</version></dependency></dependencies></project>"
        )
    };
    let (outer, inner) = (list("<module>utils</module>"), list("<module>a</module><module>b</module>"));
    let leaf = list("");
    let files: &[(&str, &str)] =
        &[("pom.xml", &outer), ("utils/pom.xml", &inner), ("utils/a/pom.xml", &leaf), ("other/pom.xml", &leaf)];
    let inventory = stock(files);
    let told: Vec<String> = inventory.manifests.iter().map(|one| format!("{}={}", one.path, one.directory)).collect();
    assert_eq!(told, ["other/pom.xml=other", "pom.xml=", "utils/a/pom.xml=", "utils/pom.xml="]);
}

#[test]
fn packages_are_named_after_domains_and_not_after_purposes() {
    let class = |name: &str| (format!("{name}/A{}.java", name.len()), "class A {}".to_owned());
    for (directory, wanted) in [
        ("src/main/java/org/example/samples/petclinic", "java:"),
        ("web/src/main/kotlin/dist/docs", "java:web/"),
        ("src/test/java/org/example", ""),
        ("samples/petclinic/src/main/java/org/example", ""),
        ("documentation/snippets/src/main/java/a", ""),
    ] {
        let files: Vec<(String, String)> = ["", "/b", "/bb"].map(|end| class(&format!("{directory}{end}"))).into();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let told = components(&files);
        assert!(told.starts_with(wanted) && told.is_empty() == wanted.is_empty(), "{directory}: {told}");
    }
}

#[test]
fn a_package_that_others_use_is_product_whatever_it_needs() {
    let tools = "{\"devDependencies\": {\"eslint\": \"9\"}}";
    let library = "{\"main\": \"parser.js\", \"devDependencies\": {\"eslint\": \"9\"}}";
    let nowhere = "{\"main\": \"index.js\", \"devDependencies\": {\"eslint\": \"9\"}}";
    let command = "{\"bin\": {\"x\": \"./parser.js\"}, \"devDependencies\": {\"eslint\": \"9\"}}";
    let builds = "{\"main\": \"gulpfile.js\", \"devDependencies\": {\"gulp\": \"9\"}}";
    let private = "{\"private\": true, \"main\": \"parser.js\", \"devDependencies\": {\"eslint\": \"9\"}}";
    let profile = "{\"main\": \"profile.js\", \"devDependencies\": {\"gulp\": \"9\"}}";
    let more = [(builds, "Development"), (private, "Development"), (profile, "Production")];
    for (manifest, scope) in more.into_iter().chain([
        (tools, "Development"),
        (library, "Production"),
        (nowhere, "Development"),
        (command, "Production"),
    ]) {
        let found = stock(&[("package.json", manifest), ("parser.js", "x"), ("gulpfile.js", "x"), ("profile.js", "x")]);
        let scopes: Vec<String> = found.components.iter().map(|one| format!("{:?}", one.scope)).collect();
        assert_eq!(scopes, [scope], "{manifest}");
    }
}
