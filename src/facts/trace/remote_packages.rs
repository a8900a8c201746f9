//! Owns commands that install a tool under its name from an address instead of the registry of its packages. Refuses to fetch
//! anything: what stands at an address is not read, so what runs under the name is not known.

use super::Tracer;
use super::before::{What, shown};
use super::frame::Frame;
use crate::answer::Reason;
use crate::catalog::Catalog;
use crate::catalog::tool::Tool;
use crate::facts::runners::{is_address, is_own, name_of};
use crate::facts::shadow;
use crate::text::{Place, RepoPath};

/// Files in which an installer looks for packages that are read for their names.
const NAMES: usize = 4_096;

impl Tracer<'_> {
    /// A package, as it is written for an installer, that may be a tool from elsewhere.
    pub(super) fn installs_from_elsewhere(&mut self, ecosystem: &str, written: &str, place: &Place, frame: &Frame) {
        if !written.contains(['@', '/', ':']) {
            return;
        }
        for tool in Catalog::builtin().tools.iter() {
            let elsewhere = |packages: &Vec<String>| is_elsewhere(ecosystem, written, packages, tool);
            if tool.packages.get(ecosystem).is_some_and(elsewhere) {
                self.stands_for(tool, written, place, frame);
            }
        }
    }

    /// A directory of the tree, or a page in it, in which an installer of Python's looks for packages: those of a tool's name.
    pub(super) fn looks_in(&mut self, path: &RepoPath, written: &str, place: &Place, frame: &Frame) {
        let snapshot = self.world.snapshot;
        let names: Vec<String> = if snapshot.is_dir(path) {
            snapshot.children(path).take(NAMES).map(|(name, _)| name_of(name)).collect()
        } else {
            let page = snapshot.read(path).ok();
            let words =
                page.iter().flat_map(|page| page.text.split(['"', '\'', '>', '<', ' ', '\n'])).filter(|word| !word.is_empty());
            words.take(NAMES).map(name_of).collect()
        };
        for tool in Catalog::builtin().tools.iter() {
            let named = |package: &String| names.iter().any(|name| name.replace('_', "-") == *package);
            if tool.packages.get("pypi").is_some_and(|packages| packages.iter().any(named)) {
                self.stands_for(tool, written, place, frame);
            }
        }
    }

    fn stands_for(&mut self, tool: &'static Tool, written: &str, place: &Place, frame: &Frame) {
        let name = tool.packages.values().flatten().next().map_or(tool.id.as_str(), |package| last(package));
        let why = format!("{} is installed from {}, which is not read", shown(name), shown(written));
        self.change(What::Tool(&tool.id), Some(Reason::Unsupported), why, place, frame);
    }
}

/// The last part of a package's name that is no version of a module.
fn last(package: &str) -> &str {
    let is_version = |part: &str| part.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    package.rsplit('/').find(|part| !is_version(part)).unwrap_or(package)
}

/// Whether a word installs something under the name of one of the tool's packages that is not that package.
fn is_elsewhere(ecosystem: &str, word: &str, packages: &[String], tool: &Tool) -> bool {
    if word.starts_with('-') && ecosystem != "cargo" {
        return false;
    }
    match ecosystem {
        "pypi" => {
            let (name, address) = match word.split_once('@') {
                Some((name, address)) if !name.contains(['/', ':', '+']) && is_address(address.trim()) => {
                    (name.split('[').next().unwrap_or(name).trim().to_ascii_lowercase(), address.trim())
                }
                _ if is_address(word) => (name_of(word), word),
                _ => return false,
            };
            packages.iter().any(|package| package.eq_ignore_ascii_case(&name.replace('_', "-"))) && !is_own(address, tool)
        }
        "npm" => {
            let after = |package: &String| word.strip_prefix(package.as_str())?.strip_prefix('@');
            let named = packages.iter().any(|package| {
                after(package).is_some_and(|spec| shadow::npm_elsewhere(spec, package).is_some() && !is_own(spec, tool))
            });
            let bare = |package: &String| name_of(word) == last(package) && (is_address(word) || word.starts_with("github:"));
            named || (packages.iter().any(bare) && !is_own(word, tool))
        }
        "go" => {
            let path = word.split('@').next().unwrap_or(word);
            let domain = path.split('/').next().is_some_and(|host| host.contains('.') && host != "." && host != "..");
            domain
                && packages.iter().any(|package| last(package) == last(path))
                && !packages.iter().any(|package| package == path)
                && !is_own(path, tool)
        }
        _ => is_address(word) && packages.iter().any(|package| *package == name_of(word)) && !is_own(word, tool),
    }
}
