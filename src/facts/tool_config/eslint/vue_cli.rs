//! Owns what `lintOnSave` of Vue CLI makes of the ESLint that its builds run. Refuses what else a configuration does to the build: where it
//! names ESLint there, that is unknown. (Facts: cli-plugin-eslint/index.js, cli-service/lib/options.js and loadFileConfig.js of 5.)

use super::node::{Node, What};
use super::resolve::Files;
use crate::answer::{Answer, Reason, Why};
use crate::doc::Format;
use crate::facts::tool_config::{Query, Settings};
use crate::text::{Place, RepoPath};

/// The build does not lint.
const OFF: &str = "vue-lints-nothing";
/// What it finds is a warning.
const WARNS: &str = "vue-warns";
/// Warnings fail too.
const FAILS: &str = "vue-fails-on-warnings";

/// What the value says.
enum Says {
    Off,
    Warns,
    Errors,
    Default,
}

/// Answers what a build does with what it finds.
pub(super) fn answer(settings: &mut Settings, query: &Query<'_>) {
    for question in [OFF, WARNS, FAILS] {
        settings.answer(question, Answer::No);
    }
    match said(query) {
        Ok((Says::Off, place)) => settings.answer(OFF, Answer::Yes(place)),
        Ok((Says::Warns, place)) => settings.answer(WARNS, Answer::Yes(place)),
        Ok((Says::Errors, place)) => settings.answer(FAILS, Answer::Yes(place)),
        Ok((Says::Default, _)) => {}
        Err(why) => settings.answer(OFF, Answer::Unknown(why)),
    }
}

fn said(query: &Query<'_>) -> Result<(Says, Place), Why> {
    let snapshot = query.world.snapshot;
    let names = ["vue.config.js", "vue.config.cjs", "vue.config.mjs"];
    let mut candidates = names.iter().filter_map(|name| query.directory.join(name));
    if let Some(path) = candidates.find(|path| snapshot.is_file(path)) {
        return in_script(query, &path);
    }
    let manifest = query.directory.join("package.json").filter(|path| snapshot.is_file(path));
    let document = manifest.and_then(|path| snapshot.document(&path, Format::Json).ok());
    let value = document.as_ref().and_then(|document| document.root().route(&["vue", "lintOnSave"]));
    let Some(value) = value else { return Ok((Says::Default, query.here.clone())) };
    match value.scalar() {
        Some(text) => word(text).map(|says| (says, value.place())).ok_or_else(|| computed(value.place())),
        None => Err(computed(value.place())),
    }
}

fn in_script(query: &Query<'_>, path: &RepoPath) -> Result<(Says, Place), Why> {
    let snapshot = query.world.snapshot;
    let module = Files::new(snapshot).module(path)?;
    let whole = || computed(Place::file(path.clone()));
    if module.loose.is_some() || !module.touched.is_empty() {
        return Err(whole());
    }
    let export = module.export.as_ref().ok_or_else(whole)?;
    // `defineConfig({ … })`
    let object = match &export.what {
        What::Call(_, arguments) => arguments.first().ok_or_else(whole)?,
        _ => export,
    };
    let What::Map(members) = &object.what else { return Err(whole()) };
    let spread = members.iter().any(|member| member.key.is_none());
    let changes = ["chainWebpack", "configureWebpack"].iter().any(|key| object.get(key).is_some());
    let names_it = || snapshot.read(path).map_or(true, |file| file.text.to_ascii_lowercase().contains("eslint"));
    if spread || changes && names_it() {
        return Err(whole());
    }
    match object.get("lintOnSave") {
        None => Ok((Says::Default, Place::file(path.clone()))),
        Some(node) => literal(node).map(|says| (says, module.place(node.span))).ok_or_else(|| computed(module.place(node.span))),
    }
}

fn literal(node: &Node) -> Option<Says> {
    match &node.what {
        What::Text(text) => word(text),
        What::Bool(on) => word(if *on { "true" } else { "false" }),
        _ => None,
    }
}

fn word(text: &str) -> Option<Says> {
    match text {
        "false" => Some(Says::Off),
        "true" | "warning" => Some(Says::Warns),
        "error" => Some(Says::Errors),
        "default" => Some(Says::Default),
        _ => None,
    }
}

fn computed(place: Place) -> Why {
    Why::new(Reason::Dynamic, "whether the build lints, by `lintOnSave`, is not seen").at(place)
}
