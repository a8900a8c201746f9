//! Owns which languages a run of a tool is about, where something lists them: an input of its action, or the file of a service. Refuses
//! to ask what it looks at.

use super::ci::services;
use super::invocations::Invocation;
use super::standing::Evidence;
use super::tool_config;
use super::trace::ReachedAction;
use crate::catalog::Tool;

/// Whether the invocation is about the language at all: an action that lists languages must list it. The list may be an input
/// of an earlier step of the same job (`init` of CodeQL).
pub(super) fn speaks(evidence: &Evidence<'_>, tool: &Tool, language: &str, invocation: &Invocation) -> bool {
    if !tool_config::has_rules_for(tool, &invocation.args, language) {
        return false;
    }
    let row = &tool.run[invocation.row];
    let listed = |value: &str| {
        let names = value.split([',', '\n', ' ', '[', ']', '"', '\'']).filter(|name| !name.is_empty());
        names.into_iter().any(|name| tool.language_names.get(name).map_or(name, String::as_str) == language)
    };
    if row.service.is_some() {
        let names = invocation.inputs.get(services::NAMES).and_then(|input| input.value.as_deref());
        return names.is_none_or(listed);
    }
    let Some(of) = &row.languages_input else { return true };
    let same_job = |reached: &&ReachedAction| {
        let same = reached.pipeline == invocation.pipeline && reached.job == invocation.job;
        same && super::matching::same_action(&of.action, &reached.call.name)
    };
    let earlier = evidence.trace.actions.iter().filter(same_job).map(|reached| &reached.call.inputs);
    let mut lists = std::iter::once(&invocation.inputs).chain(earlier).filter_map(|inputs| inputs.get(&of.input)).peekable();
    if lists.peek().is_none() {
        return true;
    }
    lists.any(|input| input.value.as_deref().is_none_or(listed))
}
