//! Frameworks and generators of ecosystems that are read by their names alone, and products that are one themselves.

use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::facts::gather;
use crate::snapshot::Snapshot;
use crate::terms::Terms;

/// The frameworks seen, then what is described, each as `path:line generator`.
fn told(files: &[(&str, &str)]) -> String {
    let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("in memory");
    assert_eq!(matches!(facts.service.is_service, Answer::Yes(_)), !facts.service.frameworks.is_empty());
    let apis = facts.api.iter().map(|api| {
        let generator = api.generator.as_deref().unwrap_or("document");
        format!("{}:{} {generator}", api.path, api.place.line)
    });
    let frameworks = facts.service.frameworks.iter().cloned();
    frameworks.chain(apis).collect::<Vec<_>>().join(", ")
}

#[test]
fn frameworks_and_generators() {
    let web = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"></Project>\n";
    let library = "<Project Sdk=\"Microsoft.NET.Sdk\">\n<PackageReference Include=\"Swashbuckle.AspNetCore\" />\n</Project>\n";
    let mix = |deps: &str| {
        format!("defmodule A.MixProject do\n  def project, do: [app: :kestrel]\n  defp deps do\n    [{deps}]\n  end\nend\n")
    };
    let (phoenix, spex) = (mix("{:phoenix, \"~> 1.8\"}"), mix("{:phoenix, \"~> 1.8\"}, {:open_api_spex, \"~> 3.16\"}"));
    let tested = mix("{:phoenix, \"~> 1.8\", only: :test}");
    let armeria = "<project><dependencies><dependency><groupId>com.linecorp.armeria</groupId><artifactId>armeria</artifactId></dependency></dependencies></project>\n";
    let rest = r#"{"dependencies":{"@ts-rest/open-api":"3","trpc-to-openapi":"2"}}"#;
    for (files, wanted) in [
        (&[("a/a.csproj", web)][..], "aspnetcore"),
        (&[("a/a.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />\n")], ""),
        (
            &[("a/a.csproj", web), ("b/b.csproj", library), ("a/A.cs", "s.AddSwaggerGen(c => {});\n")],
            "aspnetcore, a/A.cs:1 swashbuckle",
        ),
        (&[("mix.exs", &phoenix)], "phoenix"),
        (&[("mix.exs", &tested)], ""),
        (
            &[("mix.exs", &spex), ("lib/spec.ex", "x\n|> OpenApiSpex.resolve_schema_modules()\n")],
            "phoenix, lib/spec.ex:2 open-api-spex",
        ),
        (&[("pom.xml", armeria), ("src/main/java/A.java", "import com.linecorp.armeria.server.Server;\n")], "armeria"),
        (&[("pom.xml", armeria), ("src/main/java/A.java", "import com.linecorp.armeria.client.WebClient;\n")], ""),
        (
            &[
                ("package.json", rest),
                ("a.ts", "export const a = generateOpenApi(x, {});\n"),
                ("b.ts", "// generateOpenApiDocument(\nexport const a = generateOpenApiDocument(x, {});\n"),
            ],
            "a.ts:1 ts-rest-open-api, b.ts:2 trpc-to-openapi",
        ),
    ] {
        assert_eq!(told(files), wanted, "{files:?}");
    }
}

#[test]
fn a_product_that_is_a_framework_is_no_application() {
    let own =
        "[project]\nname = 'litestar'\ndependencies = ['anyio']\n[project.optional-dependencies]\nfull = ['litestar[jinja]']\n";
    assert_eq!(told(&[("pyproject.toml", own), ("litestar/app.py", "class Litestar(Router):\n    pass\n")]), "");
    // The name that is made is no use of it, wherever that is.
    let uses = "[project]\nname = 'a'\ndependencies = ['litestar']\n";
    assert_eq!(told(&[("pyproject.toml", uses), ("a.py", "class Litestar(Base):\n    pass\n")]), "litestar");
    assert_eq!(told(&[("pyproject.toml", uses), ("a.py", "app = Litestar([])\n")]), "litestar, a.py:1 litestar");
    let composer = r#"{"name":"api-platform/core","require":{"symfony/framework-bundle":"7"}}"#;
    assert_eq!(told(&[("composer.json", composer)]), "");
    let pom = "<project><parent><groupId>io.dropwizard</groupId><artifactId>p</artifactId></parent><artifactId>dropwizard-core</artifactId><dependencies><dependency><groupId>org.glassfish.jersey.core</groupId><artifactId>jersey-server</artifactId></dependency></dependencies></project>";
    assert_eq!(told(&[("core/pom.xml", pom)]), "");
    assert_eq!(told(&[("core/pom.xml", &pom.replace("dropwizard-core", "a"))]), "jersey");
    let phoenix = "defmodule P do\n  def project do\n    [\n      app: :phoenix,\n      deps: [{:plug_cowboy, \"~> 2.7\"}]\n    ]\n  end\nend\n";
    assert_eq!(told(&[("mix.exs", phoenix)]), "");
    let gem = |name: &str| format!("Gem::Specification.new '{name}', VERSION do |s|\n  s.add_dependency 'rack'\nend\n");
    let beside = ("contrib/Gemfile", "gemspec\ngem 'sinatra', path: '..'\n");
    assert_eq!(told(&[("sinatra.gemspec", &gem("sinatra")), beside]), "");
    assert_eq!(
        told(&[("a.gemspec", "Gem::Specification.new do |s|\n  s.name = \"sinatra\"\n  s.add_dependency 'rack'\nend\n"), beside]),
        ""
    );
    assert_eq!(told(&[("a.gemspec", &gem("a")), beside]), "sinatra");
}

#[test]
fn a_list_that_is_for_the_documentation_or_for_tests_serves_nothing() {
    for (name, wanted) in [("checkdocs", ""), ("functests", ""), ("prod", "starlette"), ("latest", "starlette")] {
        assert_eq!(told(&[(&format!("requirements/{name}.txt"), "starlette==0.49.1\n")]), wanted, "{name}");
    }
}
