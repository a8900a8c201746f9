//! API descriptions: documents that count and those that do not, generators by dependency and code, and what a service is.

use crate::catalog::Catalog;
use crate::facts::{Facts, gather};
use crate::snapshot::Snapshot;
use crate::terms::Terms;

pub(super) type Files<'t> = &'t [(&'t str, &'t str)];

pub(super) fn with<T>(files: Files<'_>, terms: &Terms, look: impl FnOnce(&Facts<'_>) -> T) -> T {
    let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    look(&gather(&snapshot, Catalog::builtin(), terms).expect("in memory"))
}

/// `path version`, or `path!line` of the first problem; `path:line generator` for generated ones.
fn found_under(files: Files<'_>, terms: &Terms) -> String {
    with(files, terms, |facts| {
        let one = |api: &super::ApiDescription| match (&api.generator, api.problems.first()) {
            (Some(generator), None) => format!("{}:{} {generator}", api.path, api.place.line),
            (Some(generator), Some((place, _))) => format!("{}!{} {generator}", place.path, place.line),
            (None, None) => format!("{} {}", api.path, api.version.as_deref().unwrap_or("?")),
            (None, Some((place, _))) => format!("{}!{}", place.path, place.line),
        };
        for api in &facts.api {
            assert_eq!(api.valid, api.problems.is_empty(), "{}", api.path);
        }
        facts.api.iter().map(one).collect::<Vec<_>>().join(", ")
    })
}

pub(super) fn found(files: Files<'_>) -> String {
    found_under(files, &Terms::default())
}

pub(super) const GOOD: &str =
    "openapi: 3.0.3\ninfo: { title: A, version: '1' }\npaths:\n  /a:\n    get: { responses: { '200': { description: x } } }\n";

#[test]
fn documents_by_place() {
    for (path, wanted) in [
        ("openapi.yaml", "openapi.yaml 3.0.3"),
        ("docs/openapi.yml", "docs/openapi.yml 3.0.3"),
        ("api/MyOpenAPI-v2.yaml", "api/MyOpenAPI-v2.yaml 3.0.3"),
        ("src/swagger/api.yml", "src/swagger/api.yml 3.0.3"),
        ("spec/openapi.yaml", "spec/openapi.yaml 3.0.3"),
        ("contract/api-spec.yaml", "contract/api-spec.yaml 3.0.3"),
        ("api/service.yaml", ""),
        ("openapi.txt", ""),
        ("docs/examples/openapi.yaml", ""),
        ("samples/openapi.yaml", ""),
        ("tests/openapi.yaml", ""),
        ("clients/billing/openapi.yaml", ""),
        ("vendor-specs/openapi.yaml", ""),
        ("third_party/openapi.yaml", ""),
        ("testdata/openapi.yaml", ""),
        ("compiler/testData/openapi/a.expected.json", ""),
        ("TestData/openapi.yaml", ""),
        ("node_modules/a/openapi.yaml", ""),
    ] {
        assert_eq!(found(&[(path, GOOD)]), wanted, "{path}");
    }
}

#[test]
fn documents_by_content() {
    for (name, text, wanted) in [
        ("3.1 with webhooks only", "openapi: 3.1.0\ninfo: { title: A }\nwebhooks:\n  a: { post: {} }\n", "openapi.yaml 3.1.0"),
        ("3.0 has no webhooks", "openapi: 3.0.0\ninfo: { title: A }\nwebhooks:\n  a: { post: {} }\n", "openapi.yaml!1"),
        ("3.2", &GOOD.replace("3.0.3", "3.2.0"), "openapi.yaml 3.2.0"),
        ("swagger", "swagger: '2.0'\ninfo: { title: A }\npaths: { /a: { get: {} } }\n", "openapi.yaml 2.0"),
        ("swagger as a number", "swagger: 2.0\ninfo: { title: A }\npaths: { /a: { get: {} } }\n", "openapi.yaml 2.0"),
        ("JSON is YAML", r#"{"openapi":"3.0.0","info":{"title":"A"},"paths":{"/a":{"get":{}}}}"#, "openapi.yaml 3.0.0"),
        ("swagger 1", "swaggerVersion: '1.2'\n", ""),
        ("openapi 4", &GOOD.replace("3.0.3", "4.0.0"), "openapi.yaml!1"),
        ("something else", "a: b\n", ""),
        ("no operation", "openapi: 3.0.0\ninfo: { title: A }\npaths: {}\n", "openapi.yaml!3"),
        ("no method", "openapi: 3.0.0\ninfo: { title: A }\npaths: { /a: { parameters: [] } }\n", "openapi.yaml!3"),
        ("no title", "openapi: 3.0.0\ninfo: { version: '1' }\npaths: { /a: { get: {} } }\n", "openapi.yaml!2"),
        ("a sample", &GOOD.replace("title: A", "title: Swagger Petstore"), ""),
        ("broken", "openapi: 3.0.0\npaths: [\n", "openapi.yaml!2"),
        ("broken and something else", "a: [\n", ""),
        ("paths twice", "openapi: 3.0.0\ninfo: { title: A }\npaths: { /a: { get: {} } }\npaths: {}\n", "openapi.yaml!4"),
        (
            "only a path of its own file",
            "openapi: 3.0.0\ninfo: { title: A }\npaths: { /a: { $ref: a.yaml } }\n",
            "openapi.yaml!3",
        ),
    ] {
        assert_eq!(found(&[("openapi.yaml", text)]), wanted, "{name}");
    }
}

#[test]
fn references() {
    let file = |reference: &str| {
        format!(
            "{GOOD}  /b: {{ get: {{ x: {{ $ref: '{reference}' }} }} }}\ncomponents: {{ schemas: {{ A: {{ type: string }}, 'a/b': {{}} }}, list: [1, 2] }}\n"
        )
    };
    let other = ("parts/b.yaml", "B: { type: string }\nC: { $ref: '#/B' }\nD: { $ref: '#/none' }\n");
    for (reference, wanted) in [
        ("#/components/schemas/A", "openapi.yaml 3.0.3"),
        ("#/components/schemas/a~1b", "openapi.yaml 3.0.3"),
        // `%2F` is one step with a slash in it to most readers.
        ("#/components/schemas/a%2Fb", "openapi.yaml 3.0.3"),
        ("#/components/list/1", "openapi.yaml 3.0.3"),
        ("#/components/list/2", "openapi.yaml!6"),
        ("#/components/schemas/Z", "openapi.yaml!6"),
        ("#", "openapi.yaml 3.0.3"),
        ("gone.yaml", "openapi.yaml!6"),
        ("about.md", "openapi.yaml 3.0.3"),
        ("about.md#/a", "openapi.yaml!6"),
        ("gone.md", "openapi.yaml!6"),
        ("../../etc/passwd", "openapi.yaml!6"),
        ("https://example.org/a.yaml#/A", "openapi.yaml 3.0.3"),
        ("parts/b.yaml#/Z", "openapi.yaml!6"),
        // What is wrong in a part is wrong in the whole.
        ("parts/b.yaml#/B", "parts/b.yaml!3"),
    ] {
        let about = ("about.md", "# All: of it\n- {\n");
        assert_eq!(found(&[("openapi.yaml", &file(reference)), other, about]), wanted, "{reference}");
    }
    let data =
        format!("{GOOD}  /b: {{ get: {{ example: {{ $ref: '#/gone' }}, properties: {{ $ref: {{ type: string }} }} }} }}\n");
    assert_eq!(found(&[("openapi.yaml", &data)]), "openapi.yaml 3.0.3");
}

#[test]
fn the_policy_may_name_the_document() {
    let mut terms = Terms::default();
    terms.service.openapi = Some("/api/service.yaml".to_owned());
    assert_eq!(found_under(&[("api/service.yaml", GOOD)], &terms), "api/service.yaml 3.0.3");
    assert_eq!(found_under(&[("api/service.yaml", "a: b\n")], &terms), "api/service.yaml!1");
    assert_eq!(found_under(&[("a.txt", "")], &terms), "");
}

#[test]
fn generators() {
    let fastapi = ("requirements.txt", "fastapi\n");
    let swag = ("go.mod", "module x\nrequire github.com/swaggo/swag v1\n");
    for (name, files, wanted) in [
        ("wired", &[fastapi, ("app/main.py", "from fastapi import FastAPI\napp = FastAPI()\n")][..], "app/main.py:2 fastapi"),
        ("a dependency alone", &[fastapi, ("app/main.py", "import fastapi\n")], ""),
        ("code alone", &[("app/main.py", "app = FastAPI()\n")], ""),
        ("a comment", &[fastapi, ("app/main.py", "# app = FastAPI()\n")], ""),
        ("another name", &[fastapi, ("app/main.py", "app = NotFastAPI()\n")], ""),
        ("in tests only", &[fastapi, ("tests/main.py", "app = FastAPI()\n")], ""),
        ("a test's dependency", &[("requirements-test.txt", "fastapi\n"), ("app/main.py", "app = FastAPI()\n")], ""),
        ("switched off", &[fastapi, ("app/main.py", "app = FastAPI(openapi_url=None)\n")], "app/main.py!1 fastapi"),
        (
            "one of two switched off",
            &[fastapi, ("app/a.py", "app = FastAPI(openapi_url=None)\n"), ("app/b.py", "app = FastAPI()\n")],
            "app/b.py:1 fastapi",
        ),
        (
            "off somewhere else",
            &[fastapi, ("app/a.py", "x(openapi_url=None)\n"), ("app/b.py", "app = FastAPI()\n")],
            "app/b.py:1 fastapi",
        ),
        (
            "one of two in the same file switched off",
            &[fastapi, ("app/a.py", "inner = FastAPI(\n  openapi_url=None,\n)\napp = FastAPI()\n")],
            "app/a.py:4 fastapi",
        ),
        ("a comment behind it", &[fastapi, ("app/a.py", "app = FastAPI()  # not openapi_url=None\n")], "app/a.py:1 fastapi"),
        ("in its documentation", &[fastapi, ("app/a.py", "\"\"\"\napp = FastAPI()\n\"\"\"\nx = '\"\"\"'\n")], ""),
        ("an argument that is computed", &[fastapi, ("app/a.py", "app = FastAPI(openapi_url=settings.url)\n")], ""),
        ("a command that go runs", &[swag, ("main.go", "package main\n//go:generate swag init\n")], "main.go:2 swaggo"),
        ("a comment in go", &[swag, ("main.go", "package main\n// swag init\n")], ""),
        (
            "an attribute",
            &[
                ("Cargo.toml", "[package]\nname='a'\n[dependencies]\nutoipa='5'\n"),
                ("src/a.rs", "#[derive(OpenApi)]\nstruct A;\n"),
                ("src/b.rs", "fn b() { print(A::openapi()) }\n"),
            ],
            "src/a.rs:1 utoipa",
        ),
        (
            "a copy in the tree",
            &[
                ("setup.py", "import setuptools\nsetup()\n"),
                ("a/cornice_swagger/__init__.py", ""),
                ("a/views.py", "x = CorniceSwagger(y)\n"),
            ],
            "a/views.py:1 cornice-swagger",
        ),
        (
            "off in a setting",
            &[
                (
                    "pom.xml",
                    "<project><dependencies><dependency><groupId>org.springdoc</groupId><artifactId>springdoc-openapi-ui</artifactId></dependency></dependencies></project>",
                ),
                ("src/main/resources/application.properties", "springdoc.api-docs.enabled=false\n"),
            ],
            "src/main/resources/application.properties!1 springdoc",
        ),
    ] {
        assert_eq!(found(files), wanted, "{name}");
    }
}

#[test]
fn generators_of_several_services() {
    let on = |dir: &str| (format!("{dir}/main.py"), "app = FastAPI()\n".to_owned());
    let list = |dir: &str| (format!("{dir}/requirements.txt"), "fastapi\n".to_owned());
    let all = [on("a"), list("a"), on("b"), list("b")];
    let files: Vec<(&str, &str)> = all.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(found(&files), "a/main.py:1 fastapi, b/main.py:1 fastapi");
    let off = [("a/main.py", "app = FastAPI(openapi_url=None)\n"), files[1], files[2], files[3]];
    assert_eq!(found(&off), "a/main.py!1 fastapi, b/main.py:1 fastapi");
}

#[test]
fn what_is_declared_and_not_recognised_is_undecided() {
    let crates = ("Cargo.toml", "[package]\nname='a'\n[dependencies]\nutoipa='5'\n");
    let gateway = ("go.mod", "module x\nrequire github.com/grpc-ecosystem/grpc-gateway/v2 v2\n");
    let indirect = ("go.mod", "module x\nrequire github.com/grpc-ecosystem/grpc-gateway/v2 v2 // indirect\n");
    let install = ("scripts/proto.sh", "for i in protoc-gen-openapiv2; do go install $i; done\n");
    for (files, wanted) in [
        (&[crates, ("src/a.rs", "#[derive(utoipa::OpenApi)]\nstruct A; fn a() { A::openapi(); }\n")][..], "src/a.rs:1 utoipa"),
        (&[crates, ("src/a.rs", "#[derive(Debug, OpenApi)]\nstruct A; fn a() { A::openapi(); }\n")], "src/a.rs:1 utoipa"),
        (&[crates, ("src/a.rs", "#[derive(OpenApi, Debug)]\nstruct A; fn a() { A::openapi(); }\n")], "src/a.rs:1 utoipa"),
        (&[crates, ("src/a.rs", "fn main() {}\n")], "?Cargo.toml:4"),
        (&[crates, ("src/a.rs", "#[derive(OpenApi)]\nstruct A;\n")], "?src/a.rs:1"),
        (&[gateway, install], "?go.mod:2"),
        (&[gateway, ("buf.gen.yaml", "plugins:\n  - local: protoc-gen-openapiv2\n")], "buf.gen.yaml:2 grpc-gateway-openapiv2"),
        (&[indirect, install], ""),
        (&[("requirements-dev.txt", "fastapi\n")], ""),
    ] {
        let undecided = with(files, &Terms::default(), |facts| {
            let all = facts.service.undecided.iter().filter_map(|why| why.place.as_ref());
            let all = all.map(|place| format!("?{}:{}", place.path, place.line));
            all.collect::<Vec<_>>().join(" ")
        });
        assert_eq!(format!("{}{undecided}", found(files)), wanted, "{files:?}");
    }
}

#[test]
fn documents_of_other_services_are_undecided() {
    let stripe = GOOD.replace("paths:", "servers: [{ url: https://api.stripe.com/v1 }]\npaths:");
    let mixed = GOOD.replace("paths:", "servers: [{ url: / }, { url: https://api.stripe.com }]\npaths:");
    let own = ("pyproject.toml", "[project]\nname='stripe'\n");
    for (files, wanted) in [
        (&[("src/stripe/openapi.yaml", stripe.as_str())][..], 1),
        (&[("src/stripe_openapi.yaml", &stripe)], 1),
        (&[("src/stripe/openapi.yaml", &mixed)], 0),
        (&[("src/stripe/openapi.yaml", &stripe), own], 0),
        (&[("api/openapi.yaml", &stripe)], 0),
        (&[("src/billing_client/openapi.yaml", GOOD)], 1),
        (&[("internal/httpclient/api/openapi.yaml", GOOD)], 1),
    ] {
        let undecided = with(files, &Terms::default(), |facts| facts.service.undecided.len());
        assert_eq!(undecided, wanted, "{files:?}");
        assert_eq!(found(files).is_empty(), wanted == 1, "{files:?}");
    }
    let named = Terms {
        service: crate::terms::Service { openapi: Some("client/openapi.yaml".into()), ..Default::default() },
        ..Terms::default()
    };
    assert_eq!(found_under(&[("client/openapi.yaml", GOOD)], &named), "client/openapi.yaml 3.0.3");
}

#[test]
fn client_code_is_no_proof_of_a_description() {
    let module = ("go.mod", "module x\nrequire github.com/oapi-codegen/oapi-codegen/v2 v2\n");
    for (flags, wanted) in [
        ("client", ""),
        ("types,client", ""),
        ("client,chi-server", "a.go:1 oapi-codegen"),
        ("chi-server", "a.go:1 oapi-codegen"),
    ] {
        let text = format!("//go:generate go tool oapi-codegen -generate {flags} api.yaml\n");
        assert_eq!(found(&[module, ("a.go", &text)]), wanted, "{flags}");
    }
}

#[test]
fn names_that_say_little_are_looked_into() {
    assert_eq!(found(&[("docs/api.yaml", GOOD)]), "docs/api.yaml 3.0.3");
    assert_eq!(
        found(&[(
            "docs/api/spec.json",
            r#"{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{"/a":{"get":{"responses":{"200":{"description":"x"}}}}}}"#
        )]),
        "docs/api/spec.json 3.1.0"
    );
    assert_eq!(found(&[("lib/spec.json", r#"{"a":1}"#)]), "");
    assert_eq!(found(&[("schema.yml", GOOD)]), "schema.yml 3.0.3");
    assert_eq!(found(&[("schema.yml", "a: b\n")]), "");
    assert_eq!(found(&[("schema.json", "[")]), "");
}

#[test]
fn references_inside_examples_are_data() {
    let good = GOOD.replace("description: x", "description: x, examples: { a: { value: { $ref: '#/nowhere' } } }");
    let bad = GOOD.replace("description: x", "description: x, examples: { a: { summary: { $ref: '#/nowhere' } } }");
    assert_eq!(found(&[("openapi.yaml", &good)]), "openapi.yaml 3.0.3");
    assert_eq!(found(&[("openapi.yaml", &bad)]), "openapi.yaml!5");
}

#[test]
fn a_scan_in_ci_that_uses_the_document() {
    let ci = |step: &str| format!("on: pull_request\njobs:\n  scan:\n    runs-on: ubuntu-latest\n    steps:\n      - {step}\n");
    for (step, wanted) in [
        ("{ uses: zaproxy/action-api-scan@v0.9.0, with: { target: openapi.yaml } }", true),
        ("run: docker run --rm -t ghcr.io/zaproxy/zaproxy:stable zap-api-scan.py -t openapi.yaml -f openapi", true),
        ("run: schemathesis run openapi.yaml --url http://localhost", true),
        ("{ uses: schemathesis/action@v1, with: { schema: openapi.yaml } }", true),
        ("run: npx spectral lint openapi.yaml", false),
        ("run: zap-baseline.py -t https://stage.example", false),
        ("run: zap-baseline.py -t https://stage.example/openapi.yaml", false),
    ] {
        let text = ci(step);
        let files = [("openapi.yaml", GOOD), (".github/workflows/scan.yml", text.as_str())];
        let scanned = with(&files, &Terms::default(), |facts| facts.api[0].scanned_by.is_some());
        assert_eq!(scanned, wanted, "{step}");
    }
}

#[test]
fn samples_among_the_documentation() {
    let sample = "openapi: 3.0.0\ninfo: { title: A }\npaths: { '/songs/{id}': { get: {} } }\n";
    let document = ("docs/openapi.yaml", sample);
    for (name, files, wanted) in [
        ("nothing has the path", &[document, ("a.py", "x = '/tokens'\n")][..], ""),
        ("the code has it", &[document, ("a.py", "route('/songs/<id>')\n")], "docs/openapi.yaml 3.0.0"),
        ("the build names it", &[document, ("a.py", ""), ("Makefile", "x: docs/openapi.yaml\n")], "docs/openapi.yaml 3.0.0"),
        ("no code at all", &[document], "docs/openapi.yaml 3.0.0"),
        ("code of tests only", &[document, ("tests/a.py", "")], "docs/openapi.yaml 3.0.0"),
        ("beside the code", &[("openapi.yaml", sample), ("a.py", "")], "openapi.yaml 3.0.0"),
    ] {
        assert_eq!(found(files), wanted, "{name}");
        let undecided = with(files, &Terms::default(), |facts| facts.service.undecided.len());
        assert_eq!(undecided, usize::from(wanted.is_empty()), "{name}");
    }
}

#[test]
fn a_look_at_a_file_is_not_a_need_to_read_it() {
    let left = |files: Files<'_>| {
        let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
        let _ = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("in memory");
        snapshot.not_inspected().iter().map(|one| one.path.to_string()).collect::<Vec<_>>().join(" ")
    };
    let gateway = ("go.mod", "module x\nrequire github.com/grpc-ecosystem/grpc-gateway/v2 v2\n");
    // A NUL byte: no text.
    assert_eq!(left(&[gateway, ("data.json", "\0")]), "");
    assert_eq!(left(&[("openapi/patch.yaml", "- {{ a }}: [\n")]), "");
    assert_eq!(left(&[("openapi.yaml", GOOD), ("api/openapi.json", "\0")]), "");
    // What had to be read: nothing else describes the API, or it says what it is.
    let flask = ("requirements.txt", "flask==3\n");
    assert_eq!(left(&[flask, ("api/openapi.json", "\0")]), "api/openapi.json");
    assert_eq!(left(&[flask, ("openapi.yaml", "version https://git-lfs.github.com/spec/v1\n")]), "openapi.yaml");
    // What serves nothing needs none.
    assert_eq!(left(&[("openapi.yaml", "version https://git-lfs.github.com/spec/v1\n")]), "");
    assert_eq!(left(&[("openapi.yaml", "openapi: 3.0.0\npaths: [\n")]), "");
    assert_eq!(left(&[flask, ("openapi.yaml", "openapi: 3.0.0\npaths: [\n")]), "openapi.yaml");
}

#[test]
fn hostile_documents_end() {
    let references: String = (0..30_000).map(|at| format!("  - {{ $ref: '#/a/{at}' }}\n")).collect();
    let circle = "openapi: 3.0.0\ninfo: { title: A }\npaths: { /a: { $ref: 'openapi.yaml#/paths/~1a' } }\n";
    let deep = format!("openapi: 3.0.0\npaths: {}", "{a: ".repeat(3_000));
    for text in [&format!("{GOOD}a:\n{references}"), circle, &deep, "openapi: \u{0}", "\u{FEFF}openapi: 3.0.0\r\n"] {
        let _ = found(&[("openapi.yaml", text)]);
    }
    let many: Vec<(String, String)> = (0..700).map(|at| (format!("a{at}/openapi.yaml"), GOOD.to_owned())).collect();
    let files: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    with(&files, &Terms::default(), |facts| assert_eq!(facts.api.len(), 500));
}
