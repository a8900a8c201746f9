//! Owns whether the repository is a service: a server framework among the runtime dependencies of the product, unless the
//! product is such a framework itself. Refuses to look at code, but for packages that are more than a server: a program that
//! serves HTTP without a framework is not seen.

use std::collections::{BTreeMap, BTreeSet};

use super::generators::{MOST_FILES, is_package};
use super::marks::Mark;
use super::{ServiceFact, ServiceRoot};
use crate::answer::Answer;
use crate::catalog::language::Framework;
use crate::doc::{Format, Value};
use crate::facts::components::scope::Scoping;
use crate::facts::components::{Inventory, ManifestFact, Scope};
use crate::facts::dependencies::{self, Dependency, normalised};
use crate::facts::runners::World;
use crate::terms::Terms;
use crate::text::RepoPath;

/// The frameworks among what the product's manifests declare.
pub(super) fn gather(
    world: &World<'_>,
    scoping: &Scoping<'_>,
    inventory: &Inventory,
    dependencies: &[&Dependency],
    terms: &Terms,
) -> ServiceFact {
    let (mut places, mut frameworks, mut unused, mut roots) = (Vec::new(), Vec::new(), Vec::new(), BTreeMap::new());
    let mut code = Code { world, scoping, known: BTreeMap::new() };
    let (harnesses, mut asked) = (harnesses(world, dependencies), BTreeSet::new());
    for dependency in dependencies.iter().filter(|dependency| dependency.runtime && !dependency.optional) {
        let framework = world.catalog.frameworks.framework.iter().find(|framework| {
            framework.packages.get(dependency.registry).is_some_and(|names| names.iter().any(|name| is_package(dependency, name)))
        });
        let Some(framework) = framework else { continue };
        if code.proves(framework, &dependency.manifest) {
            places.push(dependency.place.clone());
            frameworks.push(framework.id.clone());
            let directory = dependency.manifest.parent();
            let is_component =
                inventory.components.iter().any(|one| one.language == framework.language && one.directory == directory);
            // Each framework of a component once: a list may name one many times.
            if is_component && asked.insert((directory.clone(), framework.id.as_str())) {
                let has_interface = !harnesses.contains(&directory) && !serves_pages(world, framework, &directory);
                let root = ServiceRoot { framework: framework.id.clone(), place: dependency.place.clone(), has_interface };
                // Of several frameworks the one that has an interface is told.
                let known: &mut ServiceRoot = roots.entry(directory).or_insert_with(|| root.clone());
                if has_interface && !known.has_interface {
                    *known = root;
                }
            }
        } else {
            unused.push((framework.id.clone(), dependency.place.clone()));
        }
    }
    if !places.is_empty() && is_framework(world, inventory) {
        (places, frameworks, roots) = (Vec::new(), Vec::new(), BTreeMap::new());
    }
    places.sort();
    frameworks.sort();
    frameworks.dedup();
    let known = &world.catalog.frameworks;
    let graphql_only = !frameworks.is_empty()
        && known.framework.iter().filter(|one| frameworks.contains(&one.id)).all(|one| known.is_graphql(one));
    let declared = match terms.service.api_style.as_deref() {
        Some("graphql") => Some("GraphQL"),
        Some("grpc") => Some("gRPC"),
        Some(_) => None,
        None => graphql_only.then_some("GraphQL"),
    };
    let is_service = if places.is_empty() { Answer::No } else { Answer::Yes(places) };
    let library = |dependency: &&&Dependency| {
        let names = world.catalog.frameworks.graphql.get(dependency.registry);
        dependency.runtime && names.is_some_and(|names| names.iter().any(|name| is_package(dependency, name)))
    };
    let graphql = dependencies.iter().find(library).map(|dependency| dependency.place.clone());
    let other_style = declared.map(str::to_owned);
    ServiceFact { is_service, frameworks, unused, other_style, graphql_only, graphql, undecided: Vec::new(), roots }
}

/// Whether no file of a component answers with something else than a page of its framework.
fn serves_pages(world: &World<'_>, framework: &Framework, directory: &RepoPath) -> bool {
    if framework.handles("").is_none() {
        return false;
    }
    let own = world.catalog.languages.language.iter().find(|one| one.id == framework.language);
    let is_code = |path: &RepoPath| {
        let extension = path.file_name().rsplit_once('.').map_or("", |(_, extension)| extension);
        own.is_some_and(|language| language.extensions.iter().any(|known| known == extension))
    };
    let entries = world.snapshot.under(directory);
    let files = entries.iter().filter(|entry| entry.is_file() && is_code(&entry.path));
    // What lies below a directory of handlers is one, whatever it is called: its name is a part of an address.
    let mut handled = files.filter_map(|entry| framework.handles(entry.path.below(directory)?)).peekable();
    handled.peek().is_some() && handled.all(|handles| !handles)
}

/// The directories whose manifests declare what feeds made-up input to code.
fn harnesses(world: &World<'_>, dependencies: &[&Dependency]) -> BTreeSet<RepoPath> {
    let known = &world.catalog.frameworks.harness;
    let is_harness = |one: &&&Dependency| {
        let names = known.get(one.registry).filter(|_| one.runtime && !one.optional);
        names.is_some_and(|names| names.iter().any(|name| is_package(one, name)))
    };
    dependencies.iter().filter(is_harness).map(|one| one.manifest.parent()).collect()
}

/// Whether the product's code uses packages as servers, each asked once.
struct Code<'a> {
    world: &'a World<'a>,
    scoping: &'a Scoping<'a>,
    known: BTreeMap<&'a str, bool>,
}

impl<'a> Code<'a> {
    /// Whether the framework needs no proof where a manifest declares it, or has one.
    fn proves(&mut self, framework: &'a Framework, declared_in: &RepoPath) -> bool {
        if framework.proof.is_empty() || framework.of_packages && !is_package_of_python(self.world, declared_in) {
            return true;
        }
        if let Some(known) = self.known.get(framework.id.as_str()) {
            return *known;
        }
        let world = self.world;
        let languages = [framework.language.clone()];
        let marks: Vec<Mark<'_>> = framework.proof.iter().map(|mark| Mark::new(world, &languages, mark)).collect();
        let paths = world.snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
        let is_for = |path: &&RepoPath| {
            let extension = path.file_name().rsplit_once('.').map_or("", |(_, extension)| extension);
            marks.iter().any(|mark| mark.is_for(extension)) && self.scoping.of(path) == Some(Scope::Production)
        };
        let mut files = paths.filter(is_for).take(MOST_FILES).filter_map(|path| world.snapshot.peek(path).ok());
        let found = files.any(|file| marks.iter().any(|mark| mark.find(&file).is_some()));
        self.known.insert(&framework.id, found);
        found
    }
}

/// Whether a manifest of Python builds a package for others (PEP 517: a table `build-system`; what came before has `setup.py`).
fn is_package_of_python(world: &World<'_>, manifest: &RepoPath) -> bool {
    match manifest.file_name() {
        "setup.py" | "setup.cfg" => true,
        "pyproject.toml" => {
            let document = world.snapshot.document(manifest, Format::Toml);
            document.is_ok_and(|document| document.root().get("build-system").is_some())
        }
        _ => false,
    }
}

/// Whether a manifest of the product carries the name of a framework: frameworks are built on frameworks, and serve nothing.
fn is_framework(world: &World<'_>, inventory: &Inventory) -> bool {
    let own = own_names(world, inventory);
    let packages = world.catalog.frameworks.framework.iter().flat_map(|framework| &framework.packages);
    packages
        .into_iter()
        .any(|(registry, names)| own.iter().any(|(mine, name)| mine == registry && names.iter().any(|known| known == name)))
}

/// The registries and names under which the product's manifests publish themselves.
pub(super) fn own_names(world: &World<'_>, inventory: &Inventory) -> Vec<(&'static str, String)> {
    let product = inventory.manifests.iter().filter(|manifest| manifest.scope == Scope::Production);
    product.filter_map(|manifest| own_name(world, manifest)).collect()
}

/// The name of a gem on a line of its specification: `Gem::Specification.new "a", VERSION do |s|`, `s.name = "a"`.
fn gem_name(line: &str) -> Option<&str> {
    let line = line.trim();
    let after = line.strip_prefix("Gem::Specification.new").or_else(|| {
        let (of, value) = line.split_once(".name")?;
        let plain = of.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        value.trim_start().strip_prefix('=').filter(|_| plain)
    })?;
    let text = after.trim_start_matches(['(', ' ']);
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let (name, _) = text[1..].split_once(quote)?;
    (!name.is_empty() && !name.contains('#')).then_some(name)
}

/// The registry and name under which a manifest publishes itself.
fn own_name(world: &World<'_>, manifest: &ManifestFact) -> Option<(&'static str, String)> {
    let routes: (&str, Format, &[&[&str]]) = match manifest.path.file_name() {
        "pyproject.toml" => ("pypi", Format::Toml, &[&["project", "name"], &["tool", "poetry", "name"]]),
        "setup.cfg" => ("pypi", Format::Ini, &[&["metadata", "name"]]),
        "package.json" => ("npm", Format::Json, &[&["name"]]),
        "Cargo.toml" => ("cargo", Format::Toml, &[&["package", "name"]]),
        "composer.json" => ("composer", Format::Json, &[&["name"]]),
        "pom.xml" => return dependencies::pom_name(world.snapshot, &manifest.path).map(|name| ("maven", name)),
        "mix.exs" => return dependencies::mix_app(world.snapshot, &manifest.path).map(|name| ("hex", name)),
        name if name.ends_with(".csproj") => return Some(("nuget", name.trim_end_matches(".csproj").to_owned())),
        "go.mod" => {
            let file = world.snapshot.read(&manifest.path).ok()?;
            let module = file.text.lines().take(200).find_map(|line| line.strip_prefix("module "))?;
            return Some(("go", module.trim().trim_matches('"').to_owned()));
        }
        name if name.ends_with(".gemspec") => {
            let file = world.snapshot.read_code(&manifest.path).ok()?;
            return file.text.lines().take(200).find_map(gem_name).map(|name| ("gem", name.to_owned()));
        }
        _ => return None,
    };
    let document = world.snapshot.document(&manifest.path, routes.1).ok()?;
    let name = routes.2.iter().find_map(|route| document.root().route(route).and_then(Value::scalar))?;
    Some((routes.0, if routes.0 == "pypi" { normalised(name) } else { name.to_owned() }))
}
