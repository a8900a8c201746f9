//! Owns the question "does the service export an OpenAPI description?". Refuses repositories without an API of their own.

use super::snippets::run;
use super::{Bench, Check, openapi_roots};
use crate::answer::{Answer, Reason, Why};
use crate::catalog::Rule;
use crate::catalog::language::{Exporter, Setup};
use crate::facts::openapi::{ApiDescription, ApiKind};
use crate::finding::{Finding, Verdict};
use crate::text::Place;

/// The check.
pub(super) struct OpenapiExport;

impl Check for OpenapiExport {
    fn kind(&self) -> &'static str {
        "openapi"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        super::question::<std::collections::BTreeMap<String, String>>(rule)
            .and_then(|rest| if rest.is_empty() { Ok(()) } else { Err("takes no keys".to_owned()) })
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        let facts = bench.facts;
        let declared_off = bench.terms.service.web == Some(false) || bench.terms.service.kind.as_deref() == Some("none");
        // One that a scan uses tells more than the others.
        let usable = || facts.api.iter().filter(|description| description.valid);
        let good = usable().find(|description| description.scanned_by.is_some()).or_else(|| usable().next());
        let html = bench.terms.service.kind.as_deref() == Some("html") && !bench.literal;
        let finding = match (good, &facts.service.is_service, declared_off) {
            (Some(description), ..) => pass(rule, description),
            (None, ..) if html => {
                Finding::new(rule, "repository", Verdict::NotApplicable, "the policy says that it serves pages and no API")
                    .cause("no-api")
            }
            (None, ..) if route(bench).is_some() => declared(rule, bench),
            (None, _, true) => Finding::new(rule, "repository", Verdict::NotApplicable, "the policy says that it serves no HTTP")
                .cause("no-service"),
            (None, Answer::No, _) if !bench.terms.service.states_api() => no_service(rule, &facts.service.unused),
            (None, Answer::Unknown(why), _) => {
                let finding = Finding::new(
                    rule,
                    "repository",
                    Verdict::Unknown,
                    format!("whether it serves an API cannot be seen: {}", why.text),
                )
                .reason(why.reason)
                .cause("unknown-service");
                match &why.place {
                    Some(place) => finding.at(place.clone(), why.text.clone()),
                    None => finding,
                }
            }
            (None, service, _) => missing(rule, bench, service),
        };
        let described = good.is_some() && !declared_off && !html;
        let others = if described { openapi_roots::without_one(rule, bench) } else { Vec::new() };
        std::iter::once(finding).chain(others).collect()
    }
}

/// Nothing serves: no framework is there, or none that the product's code serves with.
fn no_service(rule: &Rule, unused: &[(String, Place)]) -> Finding {
    let Some((id, _)) = unused.first() else {
        let message = "no server framework that this version knows among the runtime dependencies";
        return Finding::new(rule, "repository", Verdict::NotApplicable, message).cause("no-service");
    };
    let message = format!("{id} is among the runtime dependencies, and no code of the product was seen to serve with it");
    let finding = Finding::new(rule, "repository", Verdict::NotApplicable, message).cause("no-service");
    unused.iter().fold(finding, |finding, (id, place)| finding.at(place.clone(), format!("{id} is declared")))
}

/// The route at which the policy says that the service serves its description (a path that is no file of the tree).
fn route<'t>(bench: &Bench<'t>) -> Option<&'t str> {
    bench.terms.service.openapi.as_deref().filter(|text| text.starts_with('/') || text.starts_with("https://"))
}

fn declared(rule: &Rule, bench: &Bench<'_>) -> Finding {
    let route = route(bench).unwrap_or_default();
    let message = format!("the policy says that the service serves its description at `{route}`");
    Finding::new(rule, "repository", Verdict::Declared, message).cause("declared")
}

fn pass(rule: &Rule, description: &ApiDescription) -> Finding {
    let what = match (description.kind, &description.generator, &description.version) {
        (ApiKind::Document, _, Some(version)) => format!("a valid OpenAPI {version} document"),
        (ApiKind::Document, ..) => "a valid API document".to_owned(),
        (ApiKind::Generated, Some(generator), _) => format!("{generator} generates the description"),
        (ApiKind::Generated, None, _) => "the description is generated".to_owned(),
    };
    let scan = match &description.scanned_by {
        Some(_) => "; a scan in CI uses it",
        None => "; no scan in CI was seen to use it",
    };
    let mut finding = Finding::new(rule, "repository", Verdict::Pass, format!("{what}{scan}"))
        .cause("exported")
        .at(description.place.clone(), what);
    if let Some(place) = &description.scanned_by {
        finding = finding.at(place.clone(), "a scan uses it here");
    }
    finding
}

fn missing(rule: &Rule, bench: &Bench<'_>, service: &Answer<Vec<Place>>) -> Finding {
    if let Some(broken) = bench.facts.api.iter().find(|description| description.kind == ApiKind::Document) {
        let (place, why) =
            broken.problems.first().cloned().unwrap_or_else(|| (broken.place.clone(), "it describes no operation".to_owned()));
        let finding =
            Finding::new(rule, "repository", Verdict::Fail, format!("the API document is not usable: {why}")).cause("invalid");
        let fix = mend(broken);
        return finding.at(place, why).fix(fix);
    }
    if let Some((place, why)) = bench.facts.api.iter().flat_map(|description| &description.problems).next() {
        let finding = Finding::new(rule, "repository", Verdict::Fail, format!("an OpenAPI generator is there, but {why}"));
        let finding = finding.cause("switched-off").at(place.clone(), why.clone());
        let place = place.clone();
        return finding.fix(serve_again(bench, &place));
    }
    if let Some(style) = bench.facts.service.other_style.as_ref().filter(|_| !bench.literal) {
        return Finding::new(
            rule,
            "repository",
            Verdict::NotApplicable,
            format!("its interface is {style}, which has a description of its own"),
        )
        .cause("other-style");
    }
    if !bench.facts.service.undecided.is_empty() {
        return undecided(rule, &bench.facts.service.undecided);
    }
    let frameworks = bench.facts.service.frameworks.join(", ");
    let serves = if frameworks.is_empty() {
        "the policy says that it serves HTTP".to_owned()
    } else {
        format!("it serves HTTP ({frameworks})")
    };
    let message = format!("{serves}, but no OpenAPI document or generator was found");
    let mut finding = Finding::new(rule, "repository", Verdict::Fail, message).cause("absent");
    if let Answer::Yes(places) = service {
        for place in places {
            finding = finding.at(place.clone(), "a server framework");
        }
    } else if let Some(place) = ["web", "kind"].iter().find_map(|key| bench.terms.service.places.get(*key)) {
        finding = finding.at(place.clone(), "the policy says so here");
    } else if let Some(manifest) = bench.facts.inventory.manifests.first() {
        finding = finding.at(Place::file(manifest.path.clone()), "no server framework is declared");
    }
    finding.reason = None::<Reason>;
    finding.searched = vec![
        "**/*openapi*".to_owned(),
        "**/*swagger*".to_owned(),
        "**/*api-spec*".to_owned(),
        "generators in the catalogue".to_owned(),
    ];
    if let Some(place) = &bench.facts.service.graphql {
        finding = finding.at(place.clone(), "a library that serves GraphQL");
    }
    finding.fix(help(bench))
}

/// What is wrong with a document, each at its line.
pub(super) fn mend(broken: &ApiDescription) -> String {
    let told = |(place, why): &(Place, String)| format!("mend {}:{}: {why}", place.path, place.line);
    let all: Vec<String> = broken.problems.iter().take(3).map(told).collect();
    let more = broken.problems.len().saturating_sub(3);
    let rest = if more > 0 { format!("\nand {more} more") } else { String::new() };
    if all.is_empty() { format!("describe an operation in {}", broken.path) } else { format!("{}{rest}", all.join("\n")) }
}

/// Something may describe the API; what was seen of it proves neither.
fn undecided(rule: &Rule, all: &[Why]) -> Finding {
    let words: Vec<&str> = all.iter().map(|why| why.text.as_str()).collect();
    let message = format!("whether an OpenAPI description is exported cannot be seen: {}", words.join("; "));
    let reason = all.first().map_or(Reason::Unsupported, |why| why.reason);
    let mut finding = Finding::new(rule, "repository", Verdict::Unknown, message).reason(reason).cause("undecided");
    for why in all {
        if let Some(place) = &why.place {
            finding = finding.at(place.clone(), why.text.clone());
        }
    }
    finding.fix("commit the document that it writes, or name it in the policy: `[service] openapi = \"<path>\"`")
}

/// What exports the document of a generator that is switched off.
fn serve_again(bench: &Bench<'_>, place: &Place) -> String {
    let id =
        bench.facts.api.iter().find(|one| !one.valid && one.kind == ApiKind::Generated).and_then(|one| one.generator.as_ref());
    let exporter = id.and_then(|id| bench.catalog.exporters.iter().find(|exporter| exporter.id == *id));
    let dump = exporter.and_then(|exporter| exporter.setup.as_ref()).map(|setup| format!(":\n{}", run(&setup.dump)));
    format!(
        "let it serve the document again, at {}:{}, or dump it in CI and commit it{}",
        place.path,
        place.line,
        dump.unwrap_or_default()
    )
}

/// The generators of the frameworks that were seen, when the catalogue knows some: the smallest setup of the first that has one.
pub(super) fn help(bench: &Bench<'_>) -> String {
    let known = |id: &String| bench.catalog.frameworks.framework.iter().find(|framework| framework.id == *id)?.exporter.as_ref();
    let exporter = |id: &String| bench.catalog.exporters.iter().find(|exporter| exporter.id == *id);
    let mut generators: Vec<(&String, &Exporter)> = Vec::new();
    for id in &bench.facts.service.frameworks {
        let found = known(id).and_then(exporter);
        generators.extend(found.filter(|one| generators.iter().all(|(_, other)| other.id != one.id)).map(|one| (id, one)));
    }
    let does =
        |(id, exporter): &(&String, &Exporter)| format!("for {id} {} does it ({})", exporter.title, exporter.verified.source);
    let own = match generators.as_slice() {
        [] => "your framework's generator".to_owned(),
        all => all.iter().map(does).collect::<Vec<_>>().join(", "),
    };
    let style = bench
        .facts
        .service
        .graphql
        .as_ref()
        .map(|_| "; when its interface is GraphQL, say so in the policy: `[service] api_style = \"graphql\"`");
    let style = style.unwrap_or_default();
    let setup = generators.iter().find_map(|(id, exporter)| {
        // Of several it is told whose it is.
        let whose = if generators.len() > 1 { format!("\nfor {id}:") } else { String::new() };
        exporter.setup.as_ref().map(|setup| format!("{whose}{}", steps(setup)))
    });
    let setup = setup.unwrap_or_default();
    format!("export an OpenAPI document ({own}), dumped in CI, and commit it or publish it as an artefact{style}{setup}")
}

/// A setup as it is pasted: the package, the code and the step that writes the document.
fn steps(setup: &Setup) -> String {
    let mut out = String::new();
    if let (Some(into), Some(code)) = (&setup.into, &setup.code) {
        let after = setup.install.as_ref().map(|install| format!("after `{install}`, ")).unwrap_or_default();
        out.push_str(&format!("\n{after}add to {into}:\n{}\nand", code.trim_end()));
    }
    out.push_str(&format!("\nadd to a workflow, behind what installs the service:\n{}", run(&setup.dump)));
    out
}
