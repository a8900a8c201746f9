//! Owns what the policy file says, parsed and validated. Judges nothing.

pub mod add_key;
mod build;
pub mod change;
pub mod json_schema;
pub mod keys;
mod meaning;
pub mod nearest;
pub mod node;
pub mod policy;
pub mod read;
pub mod schema;
pub mod show;
pub mod trust;
pub mod units;
mod validate;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::text::{Place, RepoPath};

pub use meaning::{NAME, name_problem};
pub use policy::{Level, Policy};
pub use read::{Reading, read};

/// The parts of the policy that facts and checks may read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terms {
    /// `profile`.
    pub profile: String,
    /// `[service]`.
    pub service: Service,
    /// `[scope]`.
    pub scope: ScopeTerms,
    /// `[ci]`.
    pub ci: CiTerms,
    /// `[tools.X]`.
    pub tools: BTreeMap<String, ToolTerms>,
    /// `[bots] external`: bots that are run from outside the repository.
    pub external_bots: Vec<String>,
    /// `[release] tag_pattern`; default: [`policy::Release`]'s.
    pub tag_pattern: Option<String>,
    /// `[thresholds] analyzer_level`, a rung's word; default `gates`.
    pub analyzer_level: Option<String>,
}

/// `[service]`: declared facts; `None` means inferred.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Service {
    /// The service's name.
    pub name: Option<String>,
    /// Whether it serves HTTP.
    pub web: Option<bool>,
    /// `api | html | both | none`.
    pub kind: Option<String>,
    /// `openapi | graphql | grpc`.
    pub api_style: Option<String>,
    /// The API document or the route that serves it.
    pub openapi: Option<String>,
    /// The branch that counts as default.
    pub default_branch: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// `low | medium | high | maximum`.
    pub risk: Option<String>,
    /// Where each of them is said: the places of the values, by key.
    pub places: BTreeMap<String, Place>,
}

impl Service {
    /// Whether it is stated that there is an HTTP interface, whatever the tree shows: by itself, or by what it serves.
    #[must_use]
    pub fn states_api(&self) -> bool {
        let api = matches!(self.kind.as_deref(), Some("api" | "both"));
        self.web == Some(true) || (api && self.web.is_none())
    }

    /// Takes over what `proposed`, which nobody agreed to yet, states and what can only make rules apply.
    pub fn adopt(&mut self, proposed: &Self) {
        let applies = |text: &Option<String>| text.clone().filter(|word| word != "none" && word != "html");
        if proposed.web == Some(true) {
            self.web = Some(true);
            self.places.extend(proposed.places.get_key_value("web").map(|(key, place)| (key.clone(), place.clone())));
        }
        let mut taken = Vec::new();
        if proposed.states_api() && self.kind.is_none() {
            self.kind = applies(&proposed.kind);
            taken.push("kind");
        }
        if self.owner.is_none() {
            self.owner.clone_from(&proposed.owner);
            taken.push("owner");
        }
        let of = |key: &str| proposed.places.get_key_value(key).map(|(key, place)| (key.clone(), place.clone()));
        self.places.extend(taken.into_iter().filter_map(of));
    }
}

/// `[scope]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScopeTerms {
    /// Globs of paths that are not judged.
    pub exclude: Vec<String>,
    /// Globs of paths that are production wherever they lie.
    pub production: Vec<String>,
    /// Of a head that is held against a base: what that one says. No policy sets it.
    pub base: Option<Arc<BaseScope>>,
}

/// What a base says about the scope of a head: whoever changes the head cannot take more out of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BaseScope {
    /// Its `.gitattributes` files: path and text.
    pub attributes: Vec<(RepoPath, String)>,
    /// Its source files that are product code.
    pub product: BTreeSet<RepoPath>,
    /// Its components of the product that have source files, by language and directory: whether it is one without a manifest.
    pub components: BTreeMap<(String, RepoPath), bool>,
    /// Source files that lie where product code does and were too few to be any.
    pub aside: BTreeSet<RepoPath>,
}

impl BaseScope {
    /// Whether a language was part of the product.
    #[must_use]
    pub fn has(&self, language: &str) -> bool {
        self.components.keys().any(|(own, _)| own == language)
    }

    /// Whether a language was part of the product where no manifest of it is.
    #[must_use]
    pub fn has_bare(&self, language: &str) -> bool {
        self.components.iter().any(|((own, _), bare)| own == language && *bare)
    }
}

/// `[ci]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CiTerms {
    /// Remote reusable workflows whose content is vouched for.
    pub trusted_workflows: Vec<TrustedWorkflow>,
    /// Tools that run in CI outside the repository.
    pub external: Vec<ExternalCi>,
    /// Checks that the forge requires, declared.
    pub required_checks: Vec<String>,
}

/// `[ci] trusted_workflows`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrustedWorkflow {
    /// `owner/repository/path`.
    pub uses: String,
    /// The revision it is vouched for at.
    pub rev: Option<String>,
    /// Tools that it gates with; may be empty.
    pub provides: Vec<String>,
}

/// `[ci] external`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExternalCi {
    /// Tools.
    pub provides: Vec<String>,
    /// Where.
    pub place: String,
}

/// `[tools.X]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToolTerms {
    /// Own wrappers that stand for the tool.
    pub argv: Vec<Vec<String>>,
}
