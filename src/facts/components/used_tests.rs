//! What an image, a manifest or an entry point is made of is product wherever it lies; what only accompanies it is not.

use super::tests::components;

const APP: [(&str, &str); 4] =
    [("examples/app.py", ""), ("examples/db.py", ""), ("examples/api.py", ""), ("examples/tests/test_app.py", "")];

fn with(more: &[(&'static str, &'static str)]) -> String {
    components(&[&APP[..], more].concat())
}

/// The components that are not of container files.
fn code(more: &[(&'static str, &'static str)]) -> String {
    let all = with(more);
    all.split(' ').filter(|one| one.starts_with("python")).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_an_image_is_made_of_is_product() {
    for file in [
        "FROM python:3\nWORKDIR /app\nCOPY examples /app\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3\nCOPY ./examples/ /app/\n",
        "FROM python:3\nADD --chown=a:b [\"examples\", \"/app\"]\n",
        "FROM python:3\nARG FROM_DIR=examples\nCOPY $FROM_DIR /app\n",
        "FROM python:3 AS base\nCOPY examples /app\nFROM base\nCMD app\n",
        "FROM python:3\nCOPY examples/*.py /app/\n",
        "FROM python:3\nWORKDIR /srv\nCOPY . .\nCMD [\"python\", \"examples/app.py\"]\n",
        "FROM python:3\nCOPY . /srv/\nENTRYPOINT exec python /srv/examples/app.py --port 80\n",
        "FROM python:3\nWORKDIR /srv\nCOPY . ./\nCMD gunicorn -b :80 examples.app:application\n",
        "FROM python:3\nWORKDIR /srv\nCOPY . ./\nCMD [\"python\", \"-m\", \"examples.app\"]\n",
        "FROM python:3 AS build\nWORKDIR /src\nCOPY examples ./\nFROM python:3\nCOPY --from=build /src /app\nCMD python /app/app.py\n",
    ] {
        assert_eq!(code(&[("Dockerfile", file)]), "python:examples=3", "{file}");
    }
    let copies = "FROM python:3\nCOPY examples /app\n";
    for path in ["Dockerfile.prod", "docker/Dockerfile", "build/api.dockerfile", "Containerfile"] {
        assert_eq!(code(&[(path, copies)]), "python:examples=3", "{path}");
    }
}

#[test]
fn what_an_image_is_not_made_of_is_none() {
    for file in [
        "FROM python:3\nWORKDIR /app\nCOPY . .\nCMD [\"python\", \"main.py\"]\n",
        "FROM python:3\nCOPY ./ /app\n",
        "FROM python:3 AS test\nCOPY examples /app\nFROM python:3\nCMD app\n",
        "FROM python:3 AS build\nCOPY examples /app\nFROM python:3\nCOPY --from=build /bin/x /x\n",
        "FROM python:3\nCOPY . .\nFROM python:3 AS unit-tests\nCOPY examples /app\n",
        "FROM python:3\nCOPY --from=other examples /app\n",
        "FROM python:3\nRUN ls examples\n",
        "FROM python:3\nCOPY $DIR /app\n",
    ] {
        assert_eq!(code(&[("Dockerfile", file)]), "", "{file}");
    }
    let copies = "FROM python:3\nCOPY examples /app\n";
    for path in [
        "Dockerfile.test",
        "Dockerfile.dev",
        "tests/Dockerfile",
        "e2e-ruby.dockerfile",
        "ci/Dockerfile",
        "load-testing/Dockerfile",
    ] {
        assert_eq!(code(&[(path, copies)]), "", "{path}");
    }
    // Tests are copied to be run; what the image starts among them is its program.
    let tests = [("tests/a.py", ""), ("tests/b.py", ""), ("tests/svc/c.py", ""), ("tests/svc/d.py", ""), ("tests/svc/e.py", "")];
    let told = |file: &'static str| {
        let all = components(&[&tests[..], &[("Dockerfile", file)]].concat());
        all.split(' ').filter(|one| one.starts_with("python")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(told("FROM python:3\nCOPY tests /tests\nCMD pytest /tests\n"), "");
    assert_eq!(told("FROM python:3\nCOPY tests/svc /svc\nCMD python /svc/c.py\n"), "python:tests/svc=3");
}

#[test]
fn what_a_manifest_or_a_process_starts_is_product() {
    let python = "[project]\nname = \"a\"\ndependencies = [\"b\"]\n";
    let project = |more: &str| components(&[&APP[..], &[("pyproject.toml", &format!("{python}{more}"))]].concat());
    assert_eq!(project(""), "python:=0");
    assert_eq!(project("[project.scripts]\na = \"examples.app:main\"\n"), "python:=3");
    assert_eq!(project("[tool.poetry.scripts]\na = \"examples.app:main\"\n"), "python:=3");
    assert_eq!(project("[tool.setuptools]\npackages = [\"examples\"]\n"), "python:=3");
    assert_eq!(project("[tool.hatch.build.targets.wheel]\npackages = [\"examples\"]\n"), "python:=3");
    assert_eq!(project("[[tool.poetry.packages]]\ninclude = \"examples\"\n"), "python:=3");
    assert_eq!(project("[project.scripts]\na = \"examples.tests.test_app:main\"\n"), "python:=0");
    assert_eq!(code(&[("Procfile", "web: gunicorn examples.app:app\n")]), "python:examples=3");
    assert_eq!(code(&[("Procfile", "web: python examples/app.py\n")]), "python:examples=3");
    assert_eq!(code(&[("Procfile", "web: python app.py\n")]), "");
    let js = ["examples/app.js", "examples/x.js", "examples/y.js"].map(|path| (path, ""));
    let node = |manifest: &'static str| components(&[&js[..], &[("package.json", manifest)]].concat());
    assert_eq!(node(r#"{"dependencies": {"a": "1"}}"#), "javascript:=0");
    assert_eq!(node(r#"{"dependencies": {"a": "1"}, "main": "./examples/app.js"}"#), "javascript:=3");
    assert_eq!(node(r#"{"dependencies": {"a": "1"}, "bin": {"x": "examples/app"}}"#), "javascript:=3");
    assert_eq!(node(r#"{"dependencies": {"a": "1"}, "scripts": {"start": "node examples/app.js"}}"#), "javascript:=3");
    assert_eq!(node(r#"{"dependencies": {"a": "1"}, "scripts": {"demo": "node examples/app.js"}}"#), "javascript:=0");
    let cargo = "[package]\nname = \"a\"\n[dependencies]\nb = \"1\"\n";
    let rust = |more: &str| {
        let manifest = format!("{cargo}{more}");
        components(&[("examples/a.rs", ""), ("examples/b.rs", ""), ("Cargo.toml", &manifest)])
    };
    assert_eq!(rust(""), "rust:=0");
    assert_eq!(rust("[[bin]]\nname = \"a\"\npath = \"examples/a.rs\"\n"), "rust:=1");
    assert_eq!(rust("[[example]]\nname = \"a\"\npath = \"examples/a.rs\"\n"), "rust:=0");
}
