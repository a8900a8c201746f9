//! Owns filling the typed policy from validated values. Refuses to find problems: what is wrong never gets here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::node::{Node, Value};
use super::policy::{Attestation, Commits, Gate, Key, Level, Org, Person, Policy, Release, RuleTerms, Since, Thresholds, Waiver};
use super::{CiTerms, ExternalCi, ScopeTerms, Service, Terms, ToolTerms, TrustedWorkflow, meaning};
use crate::catalog::{Catalog, Severity};
use crate::text::SourceFile;

/// The policy that validated values make.
pub(super) fn policy(values: Node, files: Vec<Arc<SourceFile>>, catalog: &Catalog) -> Policy {
    let terms = terms(&values);
    let profile = terms.profile.clone();
    let policy = Policy {
        terms,
        rules: rules(&values, catalog),
        waivers: values.tables_at("waiver").iter().filter_map(|node| waiver(node, catalog)).collect(),
        attestations: values.tables_at("attestation").iter().filter_map(|node| attestation(node, catalog)).collect(),
        gate: values.get("gate").map(gate).unwrap_or_default(),
        thresholds: Thresholds {
            waiver_max_age_days: meaning::days_at(&values, "thresholds.waiver_max_age", 180),
            attestation_max_age_days: meaning::days_at(&values, "thresholds.attestation_max_age", 365),
        },
        people: pairs(values.get("people")).map(|(name, node)| (name.clone(), person(node))).collect(),
        release: values.get("release").map(release).unwrap_or_default(),
        commits: values.get("commits").map(commits).unwrap_or_default(),
        org: values.get("org").map(|node| org(node, catalog)).unwrap_or_default(),
        values,
        files,
    };
    policy.under(&profile)
}

fn pairs(node: Option<&Node>) -> impl Iterator<Item = (&String, &Node)> {
    node.and_then(Node::table).into_iter().flatten()
}

fn rule_id(name: &str, catalog: &Catalog) -> String {
    catalog.rule(name).map_or_else(|| name.to_owned(), |rule| rule.id.clone())
}

fn terms(values: &Node) -> Terms {
    Terms {
        profile: values.text_at("profile").unwrap_or_else(|| "modern".to_owned()),
        service: values.get("service").map(service).unwrap_or_default(),
        scope: values
            .get("scope")
            .map(|node| ScopeTerms { exclude: node.texts_at("exclude"), production: node.texts_at("production"), base: None })
            .unwrap_or_default(),
        ci: values.get("ci").map(ci).unwrap_or_default(),
        tools: pairs(values.get("tools")).map(|(name, node)| (name.clone(), tool(node))).collect(),
        external_bots: values.route("bots.external").map(Node::texts).unwrap_or_default(),
        tag_pattern: values.route("release.tag_pattern").and_then(Node::text).map(str::to_owned),
        analyzer_level: values.route("thresholds.analyzer_level").and_then(Node::text).map(str::to_owned),
    }
}

fn service(node: &Node) -> Service {
    Service {
        name: node.text_at("name"),
        web: node.flag_at("web"),
        kind: node.text_at("kind"),
        api_style: node.text_at("api_style"),
        openapi: node.text_at("openapi"),
        default_branch: node.text_at("default_branch"),
        owner: node.text_at("owner"),
        risk: node.text_at("risk"),
        places: pairs(Some(node)).map(|(key, value)| (key.clone(), value.place.clone())).collect(),
    }
}

fn ci(node: &Node) -> CiTerms {
    let trusted = node.tables_at("trusted_workflows").iter().map(|entry| TrustedWorkflow {
        uses: entry.text_at("uses").unwrap_or_default(),
        rev: entry.text_at("rev"),
        provides: entry.texts_at("provides"),
    });
    let external = node
        .tables_at("external")
        .iter()
        .map(|entry| ExternalCi { provides: entry.texts_at("provides"), place: entry.text_at("where").unwrap_or_default() });
    CiTerms {
        trusted_workflows: trusted.collect(),
        external: external.collect(),
        required_checks: node.texts_at("required_checks"),
    }
}

fn tool(node: &Node) -> ToolTerms {
    ToolTerms { argv: node.tables_at("argv").iter().map(Node::texts).collect() }
}

fn rules(values: &Node, catalog: &Catalog) -> BTreeMap<String, RuleTerms> {
    let entry = |(name, node): (&String, &Node)| {
        let terms = match &node.value {
            Value::Text(word) => RuleTerms { severity: Level::parse(word), ..RuleTerms::default() },
            _ => RuleTerms {
                severity: node.get("severity").and_then(Node::text).and_then(Level::parse),
                on_unknown_fail: node.get("on_unknown").and_then(Node::text) == Some("fail"),
                block_existing_from: node.date_at("block_existing_from"),
            },
        };
        (rule_id(name, catalog), terms)
    };
    pairs(values.get("rules")).map(entry).collect()
}

fn waiver(node: &Node, catalog: &Catalog) -> Option<Waiver> {
    Some(Waiver {
        rule: rule_id(node.get("rule")?.text()?, catalog),
        reason: node.text_at("reason")?,
        owner: node.text_at("owner")?,
        approved_by: node.text_at("approved_by"),
        expires: node.date_at("expires")?,
        created: node.date_at("created"),
        kind: node.text_at("kind"),
        issue: node.text_at("issue"),
        count: node.number_at("count").and_then(|count| usize::try_from(count).ok()),
        path: node.text_at("path"),
        subject: node.text_at("subject"),
        check: node.text_at("check"),
        language: node.text_at("language"),
        target: node.text_at("endpoint").or_else(|| node.text_at("operation")),
        place: node.get("rule")?.place.clone(),
    })
}

fn attestation(node: &Node, catalog: &Catalog) -> Option<Attestation> {
    Some(Attestation {
        rule: rule_id(node.get("rule")?.text()?, catalog),
        statement: node.text_at("statement")?,
        owner: node.text_at("owner")?,
        reviewer: node.text_at("reviewer"),
        evidence: node.text_at("evidence"),
        date: node.date_at("date")?,
        expires: node.date_at("expires")?,
        subject: node.text_at("subject"),
        signed_commit: node.text_at("signed_commit"),
        covers: node.texts_at("covers"),
        topics: node.texts_at("topics"),
        place: node.get("rule")?.place.clone(),
    })
}

fn gate(node: &Node) -> Gate {
    Gate {
        branches: node.texts_at("branches"),
        block_existing_from: node.date_at("block_existing_from"),
        policy_review: node.text_at("policy_review"),
        fail_on: node.get("fail_on").and_then(Node::text).and_then(severity),
        strict: node.flag_at("strict").unwrap_or(false),
    }
}

fn severity(word: &str) -> Option<Severity> {
    match Level::parse(word)? {
        Level::At(severity) => Some(severity),
        Level::Off => None,
    }
}

fn person(node: &Node) -> Person {
    let keys = |list: &str, id: &str| -> Vec<Key> {
        let key = |entry: &Node| {
            Some(Key {
                id: entry.text_at(id)?,
                cert: entry.text_at("cert"),
                valid_after: entry.date_at("valid_after"),
                valid_before: entry.date_at("valid_before"),
                compromised: entry.flag_at("compromised").unwrap_or(false),
                place: entry.get(id)?.place.clone(),
            })
        };
        node.tables_at(list).iter().filter_map(key).collect()
    };
    Person {
        forge: node.text_at("forge"),
        email: node.texts_at("email"),
        roles: node.texts_at("roles"),
        pgp: keys("pgp", "fingerprint"),
        ssh: keys("ssh", "key"),
        valid_after: node.date_at("valid_after"),
        valid_before: node.date_at("valid_before"),
    }
}

fn release(node: &Node) -> Release {
    let default = Release::default();
    let word = |key: &str| node.get(key).and_then(Node::text);
    let days = |key: &str| word(key).and_then(super::units::days);
    let count = |key: &str, otherwise: usize| {
        node.number_at(key).map_or(otherwise, |number| usize::try_from(number).unwrap_or(otherwise))
    };
    let lists = |key: &str, item: &str| node.get(key).map(|list| list.texts().iter().any(|text| text == item));
    Release {
        own_pattern: node.get("tag_pattern").is_some(),
        tag_pattern: node.text_at("tag_pattern").unwrap_or(default.tag_pattern),
        branches: node.get("branches").map(Node::texts),
        formats: node.get("formats").map_or(default.formats, Node::texts),
        min_signatures: count("min_signatures", default.min_signatures),
        signed_since: node.date_at("signed_since").map(Since::Day).or_else(|| node.text_at("signed_since").map(Since::Commit)),
        check_last: count("check_last", default.check_last),
        max_skew_days: days("max_skew"),
        max_age_days: days("max_age"),
        max_policy_age_days: days("max_policy_age"),
        first_parent: word("reach") == Some("first-parent"),
        accept_tag: lists("accept", "tag").unwrap_or(default.accept_tag),
        accept_countersign: lists("accept", "countersign").unwrap_or(default.accept_countersign),
        sha1_self_signatures: node.flag_at("allow_sha1_self_signatures").unwrap_or(default.sha1_self_signatures),
        timestamps: lists("trailers", "opentimestamps").unwrap_or(default.timestamps),
        lenient_armor: word("armor") == Some("lenient"),
        state_required: word("state") == Some("required"),
        allowed_signers: node.text_at("allowed_signers"),
    }
}

fn commits(node: &Node) -> Commits {
    let default = Commits::default();
    Commits {
        require: node.text_at("require").unwrap_or(default.require),
        allow_forge_merges: node.flag_at("allow_forge_merges").unwrap_or(default.allow_forge_merges),
    }
}

fn org(node: &Node, catalog: &Catalog) -> Org {
    let floor = |(name, value): (&String, &Node)| Some((rule_id(name, catalog), severity(value.text()?)?));
    Org {
        floors: pairs(node.get("floors")).filter_map(floor).collect(),
        locked: node.texts_at("locked"),
        waivable: node.get("waivable").map(|list| list.texts().iter().map(|name| rule_id(name, catalog)).collect()),
    }
}
