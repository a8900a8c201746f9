//! Owns which documents may describe the API of another service, which this one only calls. Refuses to decide it: what lies
//! with a client, or names another product's host, is told as undecided.

use super::{ApiDescription, ApiKind, service};
use crate::doc::{Format, Value};
use crate::facts::components::Inventory;
use crate::facts::runners::World;
use crate::terms::Terms;
use crate::text::{Place, RepoPath};

/// How many servers of a document are looked at.
const MOST_SERVERS: usize = 50;

/// Takes such documents out of `all`, and says why.
pub(super) fn set_aside(
    world: &World<'_>,
    inventory: &Inventory,
    all: &mut Vec<ApiDescription>,
    terms: &Terms,
) -> Vec<(Place, String)> {
    let named = terms.service.openapi.as_deref().map(|text| text.trim_start_matches('/'));
    let own: Vec<String> = service::own_names(world, inventory).into_iter().map(|(_, name)| name.to_ascii_lowercase()).collect();
    let mut aside = Vec::new();
    all.retain(|one| {
        if one.kind != ApiKind::Document || named == Some(one.path.as_str()) {
            return true;
        }
        let why = with_client(&one.path).or_else(|| elsewhere(world, &one.path, &own));
        let stays = why.is_none();
        aside.extend(why.map(|why| (one.place.clone(), why)));
        stays
    });
    aside
}

/// A document in a client's directory, or named like one.
fn with_client(path: &RepoPath) -> Option<String> {
    let stem = path.file_name().split('.').next().unwrap_or_default();
    let directory = path.parent();
    let mut names = directory.segments().chain([stem]).map(str::to_ascii_lowercase);
    let client = |name: &String| name == "client" || ["_client", "-client", "httpclient"].iter().any(|end| name.ends_with(end));
    names.any(|name| client(&name)).then(|| format!("{path} lies with a client and may describe the service that it calls"))
}

/// A document whose servers are all at a host of the name that its directory or file has, where no manifest of the product
/// has that name: `src/stripe/openapi.json` with `https://api.stripe.com`.
fn elsewhere(world: &World<'_>, path: &RepoPath, own: &[String]) -> Option<String> {
    let hosts = hosts(world, path)?;
    let stem = path.file_name().split(['.', '_', '-']).next().unwrap_or_default();
    let directory = path.parent();
    let names: Vec<String> = directory.segments().chain([stem]).map(str::to_ascii_lowercase).collect();
    let foreign = |host: &&String| {
        let mut labels = host.rsplit('.').skip(1);
        let label = labels.next().unwrap_or_default();
        names.iter().any(|name| name == label) && !own.iter().any(|name| name.contains(label))
    };
    let all = !hosts.is_empty() && hosts.iter().all(|host| foreign(&host));
    all.then(|| format!("{path} names the servers of another product ({})", hosts.join(", ")))
}

/// The hosts of a document's servers; `None` when one of them has none of its own.
fn hosts(world: &World<'_>, path: &RepoPath) -> Option<Vec<String>> {
    let format = if path.file_name().ends_with(".json") { Format::Json } else { Format::Yaml };
    let document = world.snapshot.peek_document(path, format).ok()?;
    let root = document.root();
    if let Some(host) = root.get("host").and_then(Value::scalar) {
        return Some(vec![host.to_ascii_lowercase()]);
    }
    let servers = root.get("servers").into_iter().flat_map(Value::items).take(MOST_SERVERS);
    let host = |server: Value<'_>| {
        let url = server.get("url").and_then(Value::scalar)?;
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let host = rest.split(['/', ':', '?']).next()?;
        (!host.contains('{')).then(|| host.to_ascii_lowercase())
    };
    let mut all = servers.map(host).collect::<Option<Vec<String>>>()?;
    all.sort();
    all.dedup();
    Some(all)
}
