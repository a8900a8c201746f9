//! Every manifest kind: what it declares, where, and whether it runs.

use super::gather;
use crate::catalog::Catalog;
use crate::facts::components::take_stock;
use crate::snapshot::Snapshot;
use crate::terms::ScopeTerms;

/// `registry:name@line:column`, with `-` before what does not run, of all manifests of a tree.
pub(super) fn listed(files: &[(&str, &str)]) -> Vec<String> {
    // What does not name its packaging library is no packaging script.
    let whole = |path: &str, text: &str| if path == "setup.py" { format!("{text}\n#setuptools setup(") } else { text.to_owned() };
    let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), whole(path, text))));
    let inventory = take_stock(&snapshot, Catalog::builtin(), &ScopeTerms::default());
    let found = gather(&snapshot, &inventory);
    found
        .iter()
        .map(|one| {
            let mark = if one.runtime { "" } else { "-" };
            format!("{mark}{}:{}@{}:{}", one.registry, one.name, one.place.line, one.place.column)
        })
        .collect()
}

fn expect(path: &str, text: &str, wanted: &[&str]) {
    let mut wanted: Vec<String> = wanted.iter().map(|one| (*one).to_owned()).collect();
    let mut found = listed(&[(path, text)]);
    wanted.sort();
    found.sort();
    assert_eq!(found, wanted, "{path}");
}

#[test]
fn pyproject_tables() {
    let text = "[build-system]\nrequires = ['hatchling']\n[project]\nname = 'a'\ndependencies = [\n  'Flask[async] >= 3; python_version > \"3.8\"',\n  'My_Pkg.x @ https://x/y.whl',\n]\n[project.optional-dependencies]\ntest = ['pytest']\nredis = ['redis>=5']\n[dependency-groups]\ndev = ['bandit', { include-group = 'x' }]\nweb = ['gunicorn']\n";
    expect(
        "pyproject.toml",
        text,
        &[
            "-pypi:hatchling@2:13",
            "pypi:flask@6:3",
            "pypi:my-pkg-x@7:3",
            "-pypi:pytest@10:9",
            "pypi:redis@11:10",
            "-pypi:bandit@13:8",
            "pypi:gunicorn@14:8",
        ],
    );
}

#[test]
fn a_group_that_installs_extras_makes_them_no_part_of_the_product() {
    let text = "[project]\nname = 'a'\ndependencies = ['flask']\n[project.optional-dependencies]\nfastapi = ['fastapi>=0.65']\nweb = ['flask']\n[dependency-groups]\nall = ['FastAPI', 'gunicorn']\n";
    let snapshot = Snapshot::in_memory([("pyproject.toml".to_owned(), text.to_owned())]);
    let mut all = Vec::new();
    let manifest = crate::text::RepoPath::new("pyproject.toml").expect("a path");
    let catalogues = super::gradle::Catalogues::default();
    let mut sink = super::Sink { manifest: &manifest, optional: false, catalogues: &catalogues, out: &mut all };
    super::python::pyproject(&snapshot, &mut sink);
    let found: Vec<(&str, bool)> = all.iter().map(|one| (one.name.as_str(), one.optional)).collect();
    assert_eq!(found, [("flask", false), ("fastapi", true), ("flask", true), ("fastapi", true), ("gunicorn", false)]);
}

#[test]
fn poetry_pdm_uv_hatch() {
    let text = "[tool.poetry.dependencies]\npython = '^3.12'\nDjango = '^5'\n[tool.poetry.group.lint.dependencies]\nruff = '*'\n[tool.poetry.group.worker.dependencies]\ncelery = { version = '5', extras = ['redis'] }\n[tool.poetry.dev-dependencies]\nmypy = '*'\n[tool.pdm.dev-dependencies]\nx = ['nose']\n[tool.uv]\ndev-dependencies = ['tox']\n[tool.hatch.envs.default]\ndependencies = ['coverage[toml]']\n";
    expect(
        "pyproject.toml",
        text,
        &[
            "pypi:django@3:1",
            "-pypi:ruff@5:1",
            "pypi:celery@7:1",
            "-pypi:mypy@9:1",
            "-pypi:nose@11:6",
            "-pypi:tox@13:21",
            "-pypi:coverage@15:17",
        ],
    );
}

#[test]
fn requirement_lines() {
    let text = "\u{FEFF}# comment\n-r base.txt\n--index-url https://x/simple\n\nflask==3.1.0 \\\n    --hash=sha256:abc \\\n    --hash=sha256:def\n  requests[socks] >= 2 # why\nuvloop; sys_platform != 'win32'\n-e git+https://x/y.git@v1#egg=Thing&subdirectory=a\ngit+ssh://git@x/y#egg=other\n./local\nhttps://x/z.whl\nname @ https://x/z.whl\n{{ jinja }}\n-c constraints.txt\nlast";
    expect(
        "requirements.txt",
        text,
        &[
            "pypi:flask@5:1",
            "pypi:requests@8:3",
            "pypi:uvloop@9:1",
            "pypi:thing@10:31",
            "pypi:other@11:23",
            "pypi:name@14:1",
            "pypi:last@17:1",
        ],
    );
}

#[test]
fn requirement_files_take_in_others() {
    let lists = [
        ("requirements.txt", "-r deps.txt\n-r requirements/b.txt\n"),
        ("deps.txt", "flask\n"),
        ("requirements/b.txt", "gunicorn\n"),
    ];
    assert_eq!(listed(&lists), ["pypi:flask@1:1", "pypi:gunicorn@1:1"]);
    assert_eq!(listed(&[("requirements.txt", "-r dev.txt\n"), ("dev.txt", "flask\n")]), ["-pypi:flask@1:1"]);
}

#[test]
fn requirement_files_by_name() {
    for (path, runtime) in [
        ("requirements.txt", true),
        ("requirements/prod.txt", true),
        ("requirements/dev.txt", false),
        ("requirements-test.txt", false),
        ("requirements_lint.txt", false),
        ("dev-requirements.txt", false),
        ("docs/requirements.txt", false),
        ("services/device/requirements.txt", true),
        ("requirements-latest.txt", true),
    ] {
        let mark = if runtime { "" } else { "-" };
        assert_eq!(listed(&[(path, "flask\r\n")]), [format!("{mark}pypi:flask@1:1")], "{path}");
    }
}

#[test]
fn a_comment_that_ends_in_a_backslash_does_not_go_on() {
    expect("requirements.txt", "# x \\\nflask\n", &["pypi:flask@2:1"]);
}

#[test]
fn setup_cfg_lists() {
    let text = "[metadata]\nname = a\n[options]\ninstall_requires =\n    Flask>=3\n    # no\n    requests ; python_version < '4'\nsetup_requires = wheel\n[options.extras_require]\ntests =\n  pytest\nsaml = pysaml2\n";
    expect(
        "setup.cfg",
        text,
        &["pypi:flask@5:5", "pypi:requests@7:5", "-pypi:wheel@8:18", "-pypi:pytest@11:3", "pypi:pysaml2@12:8"],
    );
}

#[test]
fn setup_py_literals() {
    let text = "from setuptools import setup\n# install_requires=['no']\nsetup(\n    name='x',\n    description='install_requires',\n    install_requires=['flask>=1', r\"click\", f'{x}', 'a\\'b',  # 'no'\n        'jinja2' ],\n    extras_require={'dev': ['pytest'], \"s3\": ['boto3']},\n    tests_require=('nose',),\n)\n";
    expect(
        "setup.py",
        text,
        &["pypi:flask@6:24", "pypi:click@6:37", "pypi:jinja2@7:10", "-pypi:pytest@8:30", "pypi:boto3@8:48", "-pypi:nose@9:21"],
    );
}

#[test]
fn setup_py_through_a_name() {
    expect("setup.py", "install_requires = ['flask']\nsetup(install_requires=install_requires)\n", &["pypi:flask@1:22"]);
    expect("setup.py", "REQS = ['flask']\nREQS = read()\nsetup(install_requires=REQS)\n", &[]);
    expect("setup.py", "setup(install_requires=open('r').read().split())\n", &[]);
    expect("setup.py", "setup(**{'install_requires': ['flask']})\n", &["pypi:flask@1:32"]);
    expect("setup.py", "A = B\nB = A\nsetup(install_requires=A)\n", &[]);
}

#[test]
fn pipfile_tables() {
    expect(
        "Pipfile",
        "[packages]\nflask = '*'\n[dev-packages]\npytest = '*'\n[requires]\npython_version = '3'\n",
        &["pypi:flask@2:1", "-pypi:pytest@4:1"],
    );
}

#[test]
fn pixi_tables() {
    let text = "[dependencies]\nnumpy = '*'\n[pypi-dependencies]\nflask = '*'\na = { path = '.' }\n[feature.dev.pypi-dependencies]\npytest = '*'\n";
    expect("pixi.toml", text, &["pypi:flask@4:1", "-pypi:pytest@7:1"]);
}

#[test]
fn package_json_tables() {
    let text = r#"{
  "dependencies": { "express": "^5", "old": "npm:@scope/real@1", "plain": "npm:lodash" },
  "devDependencies": { "eslint": "9" },
  "optionalDependencies": { "fsevents": "*" },
  "peerDependencies": { "react": "*" }
}"#;
    expect(
        "package.json",
        text,
        &[
            "npm:express@2:21",
            "npm:@scope/real@2:38",
            "npm:lodash@2:66",
            "-npm:eslint@3:24",
            "npm:fsevents@4:29",
            "-npm:react@5:25",
        ],
    );
}

#[test]
fn go_mod_directives() {
    let text = "module x\n\ngo 1.26\n\nrequire github.com/gin-gonic/gin v1.10.0\nrequire (\n\tgithub.com/a/b v1.0.0 // indirect\n\t\"github.com/c/d\" v1.0.0 // keep\n)\ntool github.com/swaggo/swag/cmd/swag\ntool (\n\thonnef.co/go/tools/cmd/staticcheck\n)\nreplace a => b v1\nexclude (\n\tq v1\n)\n";
    expect(
        "go.mod",
        text,
        &[
            "go:github.com/gin-gonic/gin@5:9",
            "go:github.com/c/d@8:3",
            "-go:github.com/swaggo/swag/cmd/swag@10:6",
            "-go:honnef.co/go/tools/cmd/staticcheck@12:2",
        ],
    );
}

#[test]
fn cargo_tables() {
    let text = "[package]\nname = 'x'\n[dependencies]\naxum = '0.8'\nweb = { package = 'actix-web', version = '4' }\n[dependencies.tokio]\nversion = '1'\n[dev-dependencies]\ninsta = '1'\n[build-dependencies]\ncc = '1'\n[target.'cfg(unix)'.dependencies]\nnix = '1'\n";
    expect(
        "Cargo.toml",
        text,
        &["cargo:axum@4:1", "cargo:actix-web@5:1", "cargo:tokio@6:15", "-cargo:insta@9:1", "-cargo:cc@11:1", "cargo:nix@13:1"],
    );
}

#[test]
fn a_cargo_member_inherits_the_real_name() {
    let found = listed(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = ['a']\n[workspace.dependencies]\nweb = { package = 'actix-web', version = '4' }\n",
        ),
        ("a/Cargo.toml", "[package]\nname = 'a'\n[dependencies]\nweb.workspace = true\n"),
    ]);
    assert_eq!(found, ["-cargo:actix-web@4:1", "cargo:actix-web@4:1"]);
}

#[test]
fn gemfile_groups() {
    let text = "source 'https://rubygems.org'\ngem 'rails', '~> 8'\ngem \"rspec\", group: :test\n# gem 'no'\ngroup :development, :test do\n  gem 'rubocop'\n  platforms :mri do\n    gem 'debug'\n  end\nend\nif ENV['X']\n  gem 'pg'\nend\ngroup :production do\n  gem 'puma'\nend\ngem 'last'\n";
    expect(
        "Gemfile",
        text,
        &[
            "gem:rails@2:6",
            "-gem:rspec@3:6",
            "-gem:rubocop@6:8",
            "-gem:debug@8:10",
            "gem:pg@12:8",
            "gem:puma@15:8",
            "gem:last@17:6",
        ],
    );
}

#[test]
fn gemspec_calls() {
    expect(
        "x.gemspec",
        "Gem::Specification.new do |s|\n  s.add_dependency 'rack'\n  s.add_development_dependency \"rake\"\nend\n",
        &["gem:rack@2:21", "-gem:rake@3:33"],
    );
}

#[test]
fn pom_elements() {
    let text = "<?xml version='1.0'?>\n<project>\n<!-- <dependency><groupId>no</groupId><artifactId>no</artifactId></dependency> -->\n<dependencyManagement><dependencies><dependency><groupId>m</groupId><artifactId>n</artifactId></dependency></dependencies></dependencyManagement>\n<dependencies>\n<dependency>\n<groupId>org.x</groupId>\n<artifactId>\n  web\n</artifactId><exclusions><exclusion><groupId>e</groupId><artifactId>f</artifactId></exclusion></exclusions></dependency>\n<dependency><groupId>junit</groupId><artifactId>junit</artifactId><scope>test</scope></dependency>\n</dependencies>\n<build><plugins><plugin><groupId>g</groupId><artifactId>p</artifactId><configuration><plugins><plugin><groupId>h</groupId><artifactId>q</artifactId></plugin></plugins></configuration></plugin></plugins></build>\n</project>\n";
    expect(
        "pom.xml",
        text,
        &["-maven:m:n@4:81", "maven:org.x:web@9:3", "-maven:junit:junit@11:49", "-maven:g:p@13:57", "-maven:h:q@13:135"],
    );
}

#[test]
fn gradle_lines() {
    let text = "plugins { id 'java' }\ndependencies {\n  implementation 'org.springframework.boot:spring-boot-starter-web:3.0'\n  testImplementation(\"junit:junit:4\")\n  // implementation 'a:b:1'\n  implementation(platform(\"g:bom:1\"))\n}\nurl 'https://x/y'\n";
    expect(
        "build.gradle",
        text,
        &["maven:org.springframework.boot:spring-boot-starter-web@3:19", "-maven:junit:junit@4:23", "maven:g:bom@6:28"],
    );
}

#[test]
fn sbt_lines() {
    expect(
        "build.sbt",
        "libraryDependencies += \"org.typelevel\" %% \"cats-core\" % \"2.13.0\"\n\"org.scalatest\" %% \"scalatest\" % \"3\" % Test\n",
        &["maven:org.typelevel:cats-core@1:44", "-maven:org.scalatest:scalatest@2:21"],
    );
}

#[test]
fn composer_tables() {
    expect(
        "composer.json",
        "{\"require\": {\"php\": \">=8\", \"ext-json\": \"*\", \"slim/slim\": \"4\"},\n\"require-dev\": {\"phpstan/phpstan\": \"1\"}}",
        &["composer:slim/slim@1:45", "-composer:phpstan/phpstan@2:17"],
    );
}

#[test]
fn nuget_elements() {
    expect(
        "a.csproj",
        "<Project>\n<PackageReference Include=\"Serilog\" Version=\"4\" />\n<PackageReference Include='Sonar' PrivateAssets='All'></PackageReference>\n</Project>",
        &["nuget:Serilog@2:2", "-nuget:Sonar@3:2"],
    );
    expect(
        "packages.config",
        "<packages>\n<package id=\"A\" version=\"1\" />\n<package id=\"B\" developmentDependency=\"true\" />\n</packages>",
        &["nuget:A@2:2", "-nuget:B@3:2"],
    );
}

#[test]
fn hostile_texts_declare_little_and_end() {
    let many = "install_requires=[".repeat(20_000);
    let named = format!("X = [{}]\n{}", "'-',".repeat(20_000), "install_requires=X\n".repeat(20_000));
    let open = "<dependency><groupId>a".repeat(20_000);
    let line = "a".repeat(1_000_000);
    let deep = "group :test do\n".repeat(50_000);
    for (path, text) in [
        ("setup.py", many.as_str()),
        ("setup.py", &named),
        ("pom.xml", &open),
        ("pom.xml", "<!-- <dependency>"),
        ("requirements.txt", &line),
        ("Gemfile", &deep),
        ("go.mod", "require ("),
        ("a.csproj", "<PackageReference Include=\"x"),
        ("build.gradle", "implementation 'é:ü:1' \""),
        ("setup.py", "install_requires=['\u{1F600}"),
        ("setup.py", "install_requires='''\\"),
        ("package.json", "[1]"),
        ("package.json", "{"),
        ("Cargo.toml", "dependencies = 3"),
        ("requirements.txt", "a\u{0}b"),
    ] {
        assert!(listed(&[(path, text)]).len() < 2, "{path}");
    }
}

#[test]
fn a_module_that_is_only_called_setup_is_no_manifest() {
    let files = [("app/setup.py".to_owned(), "from flask import request\n".to_owned())];
    let snapshot = Snapshot::in_memory(files);
    let inventory = take_stock(&snapshot, Catalog::builtin(), &ScopeTerms::default());
    assert!(inventory.manifests.is_empty());
}

#[test]
fn crates_that_members_reach_by_path_are_members() {
    let crate_of = |dependencies: &str| format!("[package]\nname = 'x'\n{dependencies}");
    let files = [
        ("Cargo.toml", "[workspace]\nmembers = ['a']\nexclude = ['d']\n".to_owned()),
        ("a/Cargo.toml", crate_of("[dependencies]\nb = { path = '../b' }\n[target.x.dependencies]\nd = { path = '../d' }\n")),
        ("b/Cargo.toml", crate_of("[dev-dependencies]\nc = { path = 'c' }\na = { path = '../a' }\n")),
        ("b/c/Cargo.toml", crate_of("")),
        ("d/Cargo.toml", crate_of("")),
        ("e/Cargo.toml", crate_of("")),
    ];
    let snapshot = Snapshot::in_memory(files.map(|(path, text)| (path.to_owned(), text)));
    let inventory = take_stock(&snapshot, Catalog::builtin(), &ScopeTerms::default());
    let roots: Vec<&str> =
        inventory.manifests.iter().filter(|one| one.member_of.is_none()).map(|one| one.path.as_str()).collect();
    assert_eq!(roots, ["Cargo.toml", "d/Cargo.toml", "e/Cargo.toml"]);
}

#[test]
fn mix_tuples() {
    let text = "defmodule A do\n  def project, do: [app: :a, deps: deps(), dialyzer: [plt_file: {:no_warn, \"priv/a.plt\"}]]\n  defp deps do\n    [\n      {:phoenix, \"~> 1.8\"}, # {:old, \"~> 1.0\"}\n      {:b, path: \"../b\", only: [:dev, :test]},\n      {:c, \">= 0.0.0\",\n       only: [:prod, :test]},\n      {:credo, \"~> 1.7\", runtime: false}\n    ]\n  end\n  def application, do: [mod: {A.App, []}]\nend\n";
    expect("mix.exs", text, &["hex:phoenix@5:9", "-hex:b@6:9", "hex:c@7:9", "-hex:credo@9:9"]);
    for broken in ["{:a", "{:a, \"~> 1", "{:", "{:a, {:b, {", "# {:a, \"1\"}", "\"{:a, only: :dev}\""] {
        expect("mix.exs", broken, &[]);
    }
}
