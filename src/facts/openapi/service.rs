//! Owns whether the repository is a service: a server framework among the runtime dependencies of the product, unless the
//! product is such a framework itself. Refuses to look at code: a program that serves HTTP without a framework is not seen.

use super::ServiceFact;
use super::generators::is_package;
use crate::answer::Answer;
use crate::doc::{Format, Value};
use crate::facts::components::{Inventory, ManifestFact, Scope};
use crate::facts::dependencies::{Dependency, normalised};
use crate::facts::runners::World;
use crate::terms::Terms;

/// Frameworks whose only interface is not described by OpenAPI.
const GRAPHQL: &[&str] = &["apollo-server"];

/// The frameworks among what the product's manifests declare.
pub(super) fn gather(world: &World<'_>, inventory: &Inventory, dependencies: &[&Dependency], terms: &Terms) -> ServiceFact {
    let (mut places, mut frameworks) = (Vec::new(), Vec::new());
    for dependency in dependencies.iter().filter(|dependency| dependency.runtime && !dependency.optional) {
        let framework = world.catalog.frameworks.framework.iter().find(|framework| {
            framework.packages.get(dependency.registry).is_some_and(|names| names.iter().any(|name| is_package(dependency, name)))
        });
        if let Some(framework) = framework {
            places.push(dependency.place.clone());
            frameworks.push(framework.id.clone());
        }
    }
    if !places.is_empty() && is_framework(world, inventory) {
        (places, frameworks) = (Vec::new(), Vec::new());
    }
    places.sort();
    frameworks.sort();
    frameworks.dedup();
    let graphql = !frameworks.is_empty() && frameworks.iter().all(|id| GRAPHQL.contains(&id.as_str()));
    let declared = match terms.service.api_style.as_deref() {
        Some("graphql") => Some("GraphQL"),
        Some("grpc") => Some("gRPC"),
        Some(_) => None,
        None => graphql.then_some("GraphQL"),
    };
    let is_service = if places.is_empty() { Answer::No } else { Answer::Yes(places) };
    ServiceFact { is_service, frameworks, other_style: declared.map(str::to_owned) }
}

/// Whether a manifest of the product carries the name of a framework: frameworks are built on frameworks, and serve nothing.
fn is_framework(world: &World<'_>, inventory: &Inventory) -> bool {
    let own: Vec<(&str, String)> = inventory
        .manifests
        .iter()
        .filter(|manifest| manifest.scope == Scope::Production)
        .filter_map(|manifest| own_name(world, manifest))
        .collect();
    let packages = world.catalog.frameworks.framework.iter().flat_map(|framework| &framework.packages);
    packages
        .into_iter()
        .any(|(registry, names)| own.iter().any(|(mine, name)| mine == registry && names.iter().any(|known| known == name)))
}

/// The registry and name under which a manifest publishes itself.
fn own_name(world: &World<'_>, manifest: &ManifestFact) -> Option<(&'static str, String)> {
    let routes: (&str, Format, &[&[&str]]) = match manifest.path.file_name() {
        "pyproject.toml" => ("pypi", Format::Toml, &[&["project", "name"], &["tool", "poetry", "name"]]),
        "setup.cfg" => ("pypi", Format::Ini, &[&["metadata", "name"]]),
        "package.json" => ("npm", Format::Json, &[&["name"]]),
        "Cargo.toml" => ("cargo", Format::Toml, &[&["package", "name"]]),
        "go.mod" => {
            let file = world.snapshot.read(&manifest.path).ok()?;
            let module = file.text.lines().take(200).find_map(|line| line.strip_prefix("module "))?;
            return Some(("go", module.trim().trim_matches('"').to_owned()));
        }
        _ => return None,
    };
    let document = world.snapshot.document(&manifest.path, routes.1).ok()?;
    let name = routes.2.iter().find_map(|route| document.root().route(route).and_then(Value::scalar))?;
    Some((routes.0, if routes.0 == "pypi" { normalised(name) } else { name.to_owned() }))
}
