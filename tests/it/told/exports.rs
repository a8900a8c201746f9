//! Owns the tests of setups that export an API document: the package, the code and the step are added as they are told, and the finding
//! has to go. Refuses generators whose setup is not known.

use super::steps;
use super::*;

/// A server of one framework: its manifest before and after the generator's package is added, a file of code and what it holds.
type Server = (&'static str, &'static str, &'static str, &'static str, &'static str);

const SERVERS: &[Server] = &[
    (
        "django-rest-framework",
        "requirements.txt",
        "django\ndjangorestframework\n",
        "site/settings.py",
        "ROOT_URLCONF = 'site.urls'\n",
    ),
    ("flask", "requirements.txt", "flask\n", "app.py", "from flask import Flask\napp = Flask(__name__)\n"),
    (
        "express",
        "package.json",
        "{\"dependencies\": {\"express\": \"4\"MORE}}\n",
        "src/a.js",
        "const app = require('express')();\n",
    ),
    ("nestjs", "package.json", "{\"dependencies\": {\"@nestjs/core\": \"11\"MORE}}\n", "src/main.ts", "import '@nestjs/core';\n"),
    (
        "gin",
        "go.mod",
        "module a\n\ngo 1.24\n\nrequire github.com/gin-gonic/gin v1.10.0\n",
        "main.go",
        "package main\n\nimport \"github.com/gin-gonic/gin\"\n\nfunc main() { gin.Default().Run() }\n",
    ),
    (
        "axum",
        "Cargo.toml",
        "[package]\nname = \"a\"\nversion = \"1.0.0\"\n[dependencies]\naxum = \"0.8\"\n",
        "src/main.rs",
        "use axum::Router;\nfn main() {}\n",
    ),
];

/// The manifest with the package that a command adds.
fn added(manifest: &str, text: &str, install: &str) -> String {
    let package = install.rsplit(' ').next().unwrap_or_default();
    match manifest {
        "package.json" => text.replace("MORE", &format!(", \"{package}\": \"1\"")),
        "go.mod" => format!("{text}require github.com/swaggo/swag v1.16.6\n"),
        "Cargo.toml" => format!("{text}{package} = \"5\"\n"),
        _ => format!("{text}{package}\n"),
    }
}

#[test]
fn what_exports_a_document_is_told_as_a_setup() {
    for (framework, manifest, text, path, code) in SERVERS {
        let plain = text.replace("MORE", "");
        let told = finding(&[(manifest, &plain), (path, code)], "openapi-export", "repository");
        assert_eq!(told.verdict, Verdict::Fail, "{framework}: {}", told.message);
        let fix = told.fix.unwrap_or_default();
        let (_, rest) = fix.split_once("\nafter `").unwrap_or_else(|| panic!("{framework}: no setup in {fix}"));
        let (install, rest) = rest.split_once("`, add to ").expect("a file");
        let (into, rest) = rest.split_once(":\n").expect("code");
        let (more, _) = rest.split_once("\nand\n").expect("a step");
        let manifest_after = added(manifest, text, install);
        // A file that is not there is new; else the code belongs to what is.
        let is_new = into.contains('.') && !into.contains(' ') && into != *path;
        let own = if is_new { (*code).to_owned() } else { format!("{code}{more}\n") };
        let ci = steps::pasted(&fix);
        let mut tree =
            vec![(*manifest, manifest_after.as_str()), (*path, own.as_str()), (".github/workflows/ci.yml", ci.as_str())];
        tree.extend(is_new.then_some((into, more)));
        let after = finding(&tree, "openapi-export", "repository");
        assert_eq!(after.verdict, Verdict::Pass, "{framework}: {}\n{tree:?}", after.message);
    }
}

#[test]
fn a_document_that_is_switched_off_can_be_dumped() {
    let app = ("main.py", "from fastapi import FastAPI\n\napp = FastAPI(openapi_url=None)\n");
    let told = finding(&[("requirements.txt", "fastapi\n"), app], "openapi-export", "repository");
    let fix = told.fix.unwrap_or_default();
    assert!(fix.starts_with("let it serve the document again, at main.py:3, or dump it in CI"), "{fix}");
    assert!(fix.contains("\n- run: python -c 'import json; from main import app;"), "{fix}");
}
