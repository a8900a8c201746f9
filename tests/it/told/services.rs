//! Owns the tests of what is told of each service of a repository, where one of them describes its interface and others do not.
//! Refuses repositories with one service.

use super::*;

const API: (&str, &str) = ("api/package.json", "{\"name\": \"api\", \"dependencies\": {\"express\": \"4\"}}");
const DESCRIBED: (&str, &str) = (
    "api/openapi.yaml",
    "openapi: 3.0.3\ninfo: {title: Kestrel, version: '1'}\npaths:\n  /a:\n    get:\n      responses: {'200': {description: ok}}\n",
);

/// The services beside `api` of which something is told, with the framework.
fn told_of(more: &[(&str, &str)]) -> Vec<String> {
    let mut tree = vec![API, DESCRIBED, ("api/src/a.js", "x\n")];
    tree.extend(more);
    let snapshot = Snapshot::in_memory(tree.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let catalog = Catalog::builtin();
    let facts = gather(&snapshot, catalog, &Terms::default()).expect("facts");
    let bench = checks::Bench { facts: &facts, terms: &Terms::default(), catalog, signing: &Default::default(), literal: false };
    let all = checks::run(catalog.rule("openapi-export"), &bench);
    assert_eq!(all.iter().find(|one| one.subject == "repository").map(|one| one.verdict), Some(Verdict::Pass));
    let others = all.into_iter().filter(|one| one.subject != "repository");
    others.map(|one| one.message.split(" and has").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn what_serves_pages_only_or_tries_others_out_has_no_interface_to_describe() {
    let with = |dependency: &str| format!("{{\"name\": \"web\", \"dependencies\": {{{dependency}}}}}");
    let page = ("web/app/page.tsx", "x\n");
    for (dependency, file, told) in [
        ("\"next\": \"15\"", "web/app/about/page.tsx", ""),
        ("\"next\": \"15\"", "web/app/things/route.ts", "web serves HTTP (next)"),
        ("\"next\": \"15\"", "web/src/app/things/route.page.ts", "web serves HTTP (next)"),
        ("\"next\": \"15\"", "web/src/pages/api/things.ts", "web serves HTTP (next)"),
        ("\"next\": \"15\"", "web/pages/api.ts", "web serves HTTP (next)"),
        ("\"next\": \"15\"", "web/pages/apiary.ts", ""),
        // What lies below a directory of pages is an address, whatever it is called.
        ("\"next\": \"15\"", "web/app/api/docs/route.ts", "web serves HTTP (next)"),
        ("\"next\": \"15\"", "web/cypress/pages/api/x.ts", ""),
        ("\"next\": \"15\"", "web/src/lib/route.ts", ""),
        ("\"next\": \"15\"", "web/src/app/x/route.test.ts", ""),
        ("\"@sveltejs/kit\": \"2\"", "web/src/hooks.client.ts", ""),
        ("\"@sveltejs/kit\": \"2\"", "web/src/lib/hooks.ts", ""),
        ("\"@sveltejs/kit\": \"2\"", "web/src/hooks.server.ts", "web serves HTTP (sveltekit)"),
        ("\"next\": \"15\", \"express\": \"4\"", "web/app/about/page.tsx", "web serves HTTP (express)"),
        // Where its endpoints lie is configured.
        ("\"nuxt\": \"3\"", "web/app/pages/a.ts", "web serves HTTP (nuxt)"),
        ("\"@sveltejs/kit\": \"2\"", "web/src/routes/+page.ts", ""),
        ("\"@sveltejs/kit\": \"2\"", "web/src/routes/a/+server.ts", "web serves HTTP (sveltekit)"),
        // An endpoint of it is called like a page.
        ("\"astro\": \"5\"", "web/src/pages/a.ts", "web serves HTTP (astro)"),
        ("\"express\": \"4\"", "web/src/a.ts", "web serves HTTP (express)"),
        ("\"express\": \"4\", \"@jazzer.js/core\": \"2\"", "web/src/a.ts", ""),
        // A service that is fuzzed is none of these.
        ("\"express\": \"4\"}, \"devDependencies\": {\"@jazzer.js/core\": \"2\"", "web/src/a.ts", "web serves HTTP (express)"),
    ] {
        let manifest = with(dependency);
        let found = told_of(&[("web/package.json", &manifest), page, (file, "x\n")]);
        assert_eq!(found.join("\n"), told, "{dependency} {file}");
    }
}
