//! Names that only hint at a document, templates of documents, and what a service is.

use super::tests::{Files, GOOD, found, with};
use crate::answer::{Answer, Reason};
use crate::terms::Terms;

#[test]
fn a_word_in_the_name_and_a_mark_in_the_text() {
    let json = r#"{"openapi":"3.1.0","info":{"title":"x"},"paths":{"/a":{"get":{"responses":{}}}}}"#;
    let quoted = GOOD.replace("openapi:", "\"openapi\":");
    for (path, text, wanted) in [
        ("probe_api.yaml", GOOD, "probe_api.yaml 3.0.3"),
        ("docs/api-v3.yml", quoted.as_str(), "docs/api-v3.yml 3.0.3"),
        ("docs/billing.oas3.json", json, "docs/billing.oas3.json 3.1.0"),
        ("webApi.json", json, "webApi.json 3.1.0"),
        ("apiary.yaml", GOOD, ""),
        ("tests/some_api.yaml", GOOD, ""),
        ("jvm/test-resources/openapi/a.yaml", GOOD, ""),
        ("src/jvmTest/openapi.yaml", GOOD, ""),
        ("src/testResources/openapi.yaml", GOOD, ""),
        ("contest/openapi.yaml", GOOD, "contest/openapi.yaml 3.0.3"),
        ("user.schema.json", r#"{"type": "object"}"#, ""),
        ("some_api.yaml", "a:\n  openapi: 3.0.0\n  b: [\n", ""),
    ] {
        assert_eq!(found(&[(path, text)]), wanted, "{path}");
    }
    let empty = GOOD.replace("title: A", "title: ''");
    assert_eq!(found(&[("openapi.yaml", &empty)]), "openapi.yaml 3.0.3");
    let none = GOOD.replace("title: A, ", "");
    assert_eq!(found(&[("openapi.yaml", &none)]), "openapi.yaml!2");
}

#[test]
fn a_template_of_a_document_is_unknown() {
    let template = "openapi: 3.0.3\ninfo:\n  title: A\n{{- if .Reset }}\npaths:\n  - [\n{{- end }}\n";
    let go = ("go.mod", "module x\nrequire github.com/gin-gonic/gin v1\n");
    for files in [&[("api/openapi.yml", template)][..], &[go, ("api/openapi.yml", template)]] {
        let told = with(files, &Terms::default(), |facts| {
            assert!(facts.snapshot.not_inspected().is_empty());
            facts.service.undecided.iter().map(|why| (why.reason, why.place.as_ref().map(|at| at.line))).collect::<Vec<_>>()
        });
        assert_eq!((told, found(files).as_str()), (vec![(Reason::Dynamic, Some(4))], ""));
    }
}

#[test]
fn what_is_published_as_a_package_serves_by_its_own_code_only() {
    let package = |dependency: &str| format!("[build-system]\nrequires=[]\n[project]\nname='a'\ndependencies=['{dependency}']\n");
    let (django, flask) = (package("django"), package("flask"));
    let (django, flask) = (("pyproject.toml", django.as_str()), ("pyproject.toml", flask.as_str()));
    let go = ("go.mod", "module x\nrequire github.com/valyala/fasthttp v1\n");
    let service = |files: Files<'_>| with(files, &Terms::default(), |facts| facts.service.frameworks.join(" "));
    for (files, wanted) in [
        (&[django, ("a/middleware.py", "x")][..], ""),
        (&[django, ("a/settings.py", "ROOT_URLCONF = 'a.urls'\n")], "django"),
        (&[django, ("tests/settings.py", "ROOT_URLCONF = 'a.urls'\n")], ""),
        (&[("requirements.txt", "django\n"), ("a/x.py", "x")], "django"),
        (&[flask, ("a/x.py", "from flask import Blueprint\n")], ""),
        (&[flask, ("a/x.py", "app = Flask(__name__)\n")], "flask"),
        (&[go, ("a.go", "c := fasthttp.Client{}\n")], ""),
        (&[go, ("a.go", "s := &fasthttp.Server{}\n")], "fasthttp"),
    ] {
        assert_eq!(service(files), wanted, "{files:?}");
    }
}

#[test]
fn services() {
    for (name, files, wanted) in [
        ("a framework", &[("requirements.txt", "Flask==3\n")][..], "flask"),
        ("two", &[("package.json", r#"{"dependencies":{"express":"5","koa":"2"}}"#)], "express koa"),
        ("for development", &[("package.json", r#"{"devDependencies":{"express":"5"}}"#)], ""),
        ("in tests", &[("tests/requirements.txt", "flask\n")], ""),
        (
            "an extra",
            &[("pyproject.toml", "[project]\nname='a'\ndependencies=['x']\n[project.optional-dependencies]\nd=['aiohttp']\n")],
            "",
        ),
        ("an indirect module", &[("go.mod", "module x\nrequire github.com/gin-gonic/gin v1 // indirect\n")], ""),
        ("a module", &[("go.mod", "module x\nrequire github.com/gin-gonic/gin v1\n")], "gin"),
        ("a framework itself", &[("pyproject.toml", "[project]\nname='FastAPI'\ndependencies=['starlette']\n")], ""),
        ("a client", &[("requirements.txt", "aiohttp\n"), ("a.py", "aiohttp.ClientSession()\n")], ""),
        ("a server", &[("requirements.txt", "aiohttp\n"), ("a.py", "from aiohttp import web\n")], "aiohttp"),
        ("a server in tests", &[("requirements.txt", "aiohttp\n"), ("tests/a.py", "from aiohttp import web\n")], ""),
        ("nothing", &[("README.md", "x")], ""),
    ] {
        let (service, frameworks) =
            with(files, &Terms::default(), |facts| (facts.service.is_service.clone(), facts.service.frameworks.join(" ")));
        assert_eq!(frameworks, wanted, "{name}");
        assert_eq!(matches!(service, Answer::Yes(_)), !wanted.is_empty(), "{name}");
    }
    let library = |files: Files<'_>| with(files, &Terms::default(), |facts| facts.service.graphql.is_some());
    assert!(library(&[("requirements.txt", "django\ngraphene-django\n")]));
    assert!(!library(&[("requirements.txt", "django\n"), ("requirements-dev.txt", "graphene\n")]));
    let style = |files: Files<'_>| with(files, &Terms::default(), |facts| facts.service.other_style.clone());
    assert_eq!(style(&[("package.json", r#"{"dependencies":{"@apollo/server":"4"}}"#)]).as_deref(), Some("GraphQL"));
    assert_eq!(style(&[("package.json", r#"{"dependencies":{"@apollo/server":"4","express":"5"}}"#)]), None);
}

#[test]
fn a_document_is_made_of_the_code_by_nature() {
    for (row, wanted) in [
        ("docs/** linguist-generated", "docs/openapi.yaml 3.0.3"),
        ("docs/** linguist-vendored", ""),
        ("docs/** linguist-vendored linguist-generated", ""),
    ] {
        assert_eq!(found(&[("docs/openapi.yaml", GOOD), (".gitattributes", row)]), wanted, "{row}");
    }
    let empty = "openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths: {}\n";
    assert_eq!(found(&[("docs/openapi.yaml", empty), (".gitattributes", "*.yaml linguist-generated")]), "");
}
