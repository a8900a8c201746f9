//! Owns which of Oxlint's rules a project has chosen, and whether any of them is an error: the configuration nearest, what it
//! extends, flags in their order. Refuses what is on by default, which changes with the version and is nobody's choice. (Facts: config/{oxlintrc,rules,plugins,categories}.rs
//! of oxc_linter, command/lint.rs of 1.79.)

use std::collections::BTreeMap;

use super::wish::{Wanted, Wish};
use super::{Query, Reader, Settings, arguments};
use crate::answer::{Answer, Reason, Why};
use crate::catalog::{self, Knows};
use crate::doc::{Format, Kind, Value};
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Oxlint;

/// Whether a rule or a category is an error: those that are on by default are warnings.
const ERRORS: &str = "errors";

/// Files of one configuration.
const FILES: usize = 16;

fn knows() -> &'static Knows {
    catalog::knows("oxlint")
}

/// How findings of a rule count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Off,
    Warn,
    Error,
}

/// What the files and flags say.
#[derive(Default)]
struct Config {
    files: Vec<Place>,
    /// By rule, category, or `all`.
    levels: BTreeMap<String, (Level, Place)>,
    /// Plugins that are on beside the default ones, of both kinds.
    plugins: Vec<String>,
    /// Rules that are set for some files only.
    partly: BTreeMap<String, Place>,
    /// The first of them that is an error.
    error_in_some: Option<Place>,
    doubt: Option<Why>,
}

impl Reader for Oxlint {
    fn id(&self) -> &'static str {
        "oxlint"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        judge(query).unwrap_or_else(|why| Settings::undecided(query.names, &[ERRORS], &why))
    }

    fn homes(&self, query: &Query<'_>, files: &mut dyn Iterator<Item = &RepoPath>) -> Vec<RepoPath> {
        let named = arguments::switch(query.args, &["-c", "--config", "--disable-nested-config"]).is_some();
        if named { Vec::new() } else { super::nearest_homes(query, files, |directory| own(query, directory).is_some()) }
    }
}

/// The configuration that lies in exactly this directory.
fn own(query: &Query<'_>, directory: &RepoPath) -> Option<RepoPath> {
    let names = query.tool.config.iter().filter_map(|row| directory.join(&row.path));
    names.into_iter().find(|path| query.world.snapshot.is_file(path))
}

/// The configuration of Vite+ in a directory, whose `lint` block Oxlint takes: code, which is not read.
fn vite_plus(query: &Query<'_>, directory: &RepoPath) -> Option<Why> {
    let names = ["vite.config.ts", "vite.config.mts", "vite.config.js", "vite.config.mjs"];
    let path = names.iter().filter_map(|name| directory.join(name)).find(|path| query.world.snapshot.is_file(path))?;
    let file = query.world.snapshot.peek(&path).ok()?;
    let why = || Why::new(Reason::Unsupported, "what the configuration of Vite+ says under `lint` is not read");
    file.text.contains("vite-plus").then(|| why().at(Place::file(path)))
}

fn judge(query: &Query<'_>) -> Result<Settings, Why> {
    let mut config = Config::default();
    let given = arguments::values(query.args, &["-c", "--config"]).pop();
    let path = match &given {
        Some(given) => {
            let why = |reason| Why::new(reason, "the configuration it names is not in this tree").at(given.place.clone());
            let value = given.value.ok_or_else(|| why(Reason::Dynamic))?;
            Some(query.path(value).filter(|path| query.world.snapshot.is_file(path)).ok_or_else(|| why(Reason::Dynamic))?)
        }
        None => query.directory.ancestors().find_map(|directory| own(query, &directory)),
    };
    match path {
        Some(path) => read(query, &path, &mut config)?,
        None => query.directory.ancestors().find_map(|directory| vite_plus(query, &directory)).map_or(Ok(()), Err)?,
    }
    flags(query, &mut config)?;
    let mut settings = Settings { config: config.files.clone(), ..Settings::default() };
    for name in query.names {
        let answer = match config.level(name) {
            Some((Level::Error, place)) if !config.partly.contains_key(name) => Answer::Yes(place),
            found => match (config.partly.get(name), &config.doubt) {
                (Some(place), _) => Answer::Unknown(
                    Why::new(Reason::Unsupported, "it is set for some files only, and which is not read").at(place.clone()),
                ),
                (None, Some(why)) => Answer::Unknown(why.clone()),
                (None, None) => {
                    if let Some((Level::Warn, place)) = found {
                        settings.warned.insert(name.clone(), place);
                    }
                    Answer::No
                }
            },
        };
        settings.selects.insert(name.clone(), answer);
    }
    settings.to_select = to_select(query, &config);
    settings.answer(ERRORS, config.errors());
    Ok(settings)
}

/// What chooses a security rule: one of the core, in the file that is read.
fn to_select(query: &Query<'_>, config: &Config) -> Option<String> {
    let rule = query.names.iter().find(|name| !name.contains('/') && !name.starts_with("eslint-plugin-"))?;
    // What a flag says goes over the file.
    let by_flag =
        |name: &str| config.levels.get(name).is_some_and(|(_, place)| config.files.iter().all(|file| file.path != place.path));
    if by_flag(rule) || by_flag("all") {
        return None;
    }
    let keys = ["rules", rule.as_str()];
    let wish =
        Wish { aim: "make one of Oxlint's security rules an error", keys: &keys, wanted: Wanted::Value("\"error\""), head: "" };
    match config.files.first() {
        Some(file) => Some(wish.in_file(&*query.document(&file.path, Format::Json).ok()?)),
        None => Some(wish.in_new_file(&query.directory.join(".oxlintrc.json")?, Format::Json)),
    }
}

impl Config {
    /// The first rule or category that is an error, of a plugin that is on.
    fn errors(&self) -> Answer<Place> {
        let on = |plugin: &str| match self.plugins.is_empty() {
            true => catalog::lists(&knows().default_set, plugin),
            false => self.plugins.iter().any(|loaded| loaded == plugin),
        };
        // `@typescript-eslint/x` is `typescript/x`.
        let loaded = |name: &str| name.split_once('/').is_none_or(|(plugin, _)| plugin == "@typescript-eslint" || on(plugin));
        let errors = self.levels.iter().filter(|(name, (level, _))| *level == Level::Error && loaded(name));
        if let Some(place) = errors.map(|(_, (_, place))| place).min() {
            return Answer::Yes(place.clone());
        }
        let some = |place: &Place| {
            Why::new(Reason::Unsupported, "rules are errors for some files only, and which is not read").at(place.clone())
        };
        let doubt = self.error_in_some.as_ref().map(some).or_else(|| self.doubt.clone());
        doubt.map_or(Answer::No, Answer::Unknown)
    }

    /// The level of a rule by its name, or of the rules of a plugin by its package.
    fn level(&self, name: &str) -> Option<(Level, Place)> {
        if let Some(plugin) = name.strip_prefix("eslint-plugin-") {
            let prefix = format!("{plugin}/");
            let mine = self.levels.iter().filter(|(rule, _)| rule.starts_with(&prefix)).map(|(_, level)| level);
            let loaded = self.plugins.iter().any(|loaded| loaded == plugin);
            let best = mine.filter(|(level, _)| *level != Level::Off).max_by_key(|(level, _)| *level == Level::Error);
            return best.filter(|_| loaded).cloned();
        }
        let plugin = name.split_once('/').map(|(plugin, _)| plugin);
        if plugin.is_some_and(|plugin| !self.plugins.iter().any(|loaded| loaded == plugin)) {
            return None;
        }
        let category = knows().presets.get(name).and_then(|categories| categories.first());
        self.levels.get(name).or_else(|| self.levels.get(category?)).or_else(|| self.levels.get("all")).cloned()
    }

    fn set(&mut self, name: &str, level: Level, place: Place) {
        // A whole category, set later on the command line, goes over its rules.
        if name == "all" {
            self.levels.clear();
        }
        for (rule, _) in knows().presets.iter().filter(|(_, categories)| catalog::lists(categories, name)) {
            self.levels.remove(rule);
        }
        self.levels.insert(name.to_owned(), (level, place));
    }
}

/// `eslint/no-eval` is `no-eval`.
fn plain(name: &str) -> &str {
    name.strip_prefix("eslint/").unwrap_or(name)
}

/// `eslint-plugin-no-unsanitized` is the plugin `no-unsanitized`.
fn plugin(name: &str) -> &str {
    ["eslint-plugin-", "oxlint-plugin-"].iter().find_map(|head| name.strip_prefix(head)).unwrap_or(name)
}

fn wrong(value: Value<'_>, text: &str) -> Why {
    value.disputed().unwrap_or_else(|| Why::new(Reason::Unreadable, text).at(value.place()))
}

fn level(value: Value<'_>) -> Result<Level, Why> {
    let first = if value.kind() == Kind::Sequence { value.items().next() } else { Some(value) };
    match first.and_then(Value::scalar) {
        Some("off" | "allow" | "0") => Ok(Level::Off),
        Some("warn" | "1") => Ok(Level::Warn),
        Some("error" | "deny" | "2") => Ok(Level::Error),
        _ => Err(wrong(value, "no level of this name is known")),
    }
}

/// Reads a file over what it extends.
fn read(query: &Query<'_>, path: &RepoPath, config: &mut Config) -> Result<(), Why> {
    let seen = config.files.iter().any(|place| place.path == *path);
    if seen || config.files.len() >= FILES {
        return Err(Why::new(Reason::Unreadable, "`extends` goes in a circle, or on for too long").at(Place::file(path.clone())));
    }
    config.files.push(Place::file(path.clone()));
    if !path.as_str().ends_with(".json") && !path.as_str().ends_with(".jsonc") {
        let why = Why::new(Reason::Dynamic, "its configuration is a program").at(Place::file(path.clone()));
        config.doubt = config.doubt.take().or(Some(why));
        return Ok(());
    }
    let document = query.document(path, Format::Json)?;
    let root = document.root();
    for item in root.get("extends").into_iter().flat_map(Value::items) {
        let target = item.scalar().and_then(|text| path.parent().join(text)).filter(|path| query.world.snapshot.is_file(path));
        match target {
            Some(target) => read(query, &target, config)?,
            None => {
                let why = Why::new(Reason::Remote, "what it extends is not in this tree").at(item.place());
                config.doubt = config.doubt.take().or(Some(why));
            }
        }
    }
    for key in ["plugins", "jsPlugins"] {
        let items = root.get(key).into_iter().flat_map(Value::items);
        let named =
            items.filter_map(|item| item.scalar().or_else(|| item.get("name").or(item.get("specifier")).and_then(Value::scalar)));
        config.plugins.extend(named.map(|name| plugin(name).to_owned()));
    }
    for key in ["categories", "rules"] {
        for entry in root.get(key).into_iter().flat_map(Value::entries) {
            let Some(name) = entry.name() else { continue };
            config.levels.insert(plain(name).to_owned(), (level(entry.value)?, entry.value.place()));
        }
    }
    for item in root.get("overrides").into_iter().flat_map(Value::items) {
        for entry in item.get("rules").into_iter().flat_map(Value::entries) {
            let Some(name) = entry.name() else { continue };
            config.partly.insert(plain(name).to_owned(), entry.value.place());
            if matches!(level(entry.value), Ok(Level::Error)) {
                config.error_in_some.get_or_insert_with(|| entry.value.place());
            }
            let package = name.split_once('/').map(|(plugin, _)| format!("eslint-plugin-{plugin}"));
            config.partly.extend(package.map(|package| (package, entry.value.place())));
        }
    }
    Ok(())
}

/// `-D`, `-W` and `-A` in their order, and the switches of plugins.
fn flags(query: &Query<'_>, config: &mut Config) -> Result<(), Why> {
    if arguments::switch(query.args, &["--react-plugin"]).is_some() {
        config.plugins.push("react".to_owned());
    }
    for given in arguments::values(query.args, &["-D", "--deny", "-W", "--warn", "-A", "--allow"]) {
        let why = || Why::new(Reason::Dynamic, "which rule a flag sets is computed").at(given.place.clone());
        let name = given.value.ok_or_else(why)?;
        let level = [Level::Error, Level::Warn, Level::Off][given.flag / 2];
        config.set(plain(name), level, given.place.clone());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Case, told};
    use super::*;

    #[test]
    fn rules_that_a_project_has_chosen() {
        let rules = |rules: &str| format!("{{ \"rules\": {{ {rules} }} }}");
        let react = |rules: &str| format!("{{ \"plugins\": [\"react\"], \"rules\": {{ {rules} }} }}");
        let unsanitized = |plugins: &str| {
            format!("{{ \"jsPlugins\": [{plugins}], \"rules\": {{ \"no-unsanitized/method\": [\"error\", {{}}] }} }}")
        };
        let (name, danger) = ("no-eval", "react/no-danger");
        let package = "eslint-plugin-no-unsanitized";
        for (text, args, name, wanted) in [
            (rules("\"no-eval\": \"error\""), "", name, "yes .oxlintrc.json:1"),
            (rules("\"eslint/no-eval\": [2]"), "", name, "yes .oxlintrc.json:1"),
            (rules("\"no-eval\": \"off\""), "", name, "no"),
            (rules(""), "-D no-eval", name, "yes ci.yml:1"),
            (rules("\"no-eval\": \"error\""), "-A no-eval", name, "no"),
            (rules("\"no-eval\": \"error\""), "-A all -D correctness", name, "no"),
            (rules(""), "-D correctness", name, "no"),
            (rules("\"no-eval\": \"error\""), "-D $RULE", name, "unknown dynamic ci.yml:1"),
            (rules("\"react/no-danger\": \"error\""), "", danger, "no"),
            (rules("\"react/no-danger\": \"error\""), "--react-plugin", danger, "yes .oxlintrc.json:1"),
            (react("\"react/no-danger\": \"error\""), "", danger, "yes .oxlintrc.json:1"),
            (react(""), "-D restriction", danger, "yes ci.yml:1"),
            (unsanitized("\"eslint-plugin-no-unsanitized\""), "", package, "yes .oxlintrc.json:1"),
            (unsanitized(""), "", package, "no"),
            (
                "{ \"overrides\": [{ \"files\": [\"a\"], \"rules\": { \"no-eval\": \"error\" } }] }".to_owned(),
                "",
                name,
                "unknown unsupported .oxlintrc.json:1",
            ),
            ("{ \"extends\": [\"./other.json\"] }".to_owned(), "", name, "yes other.json:1"),
            ("{ \"extends\": [\"./gone.json\"] }".to_owned(), "", name, "unknown remote .oxlintrc.json:1"),
            ("{ \"extends\": [\"./.oxlintrc.json\"] }".to_owned(), "", name, "unknown unreadable .oxlintrc.json:1"),
        ] {
            let files = [(".oxlintrc.json", text.as_str()), ("other.json", "{ \"rules\": { \"no-eval\": \"error\" } }")];
            let case = Case::new("oxlint", &files, args).names(&[name]);
            assert_eq!(told(case.read(&Oxlint).selects.get(name)), wanted, "{text} {args}");
        }
        for (text, args, wanted) in [
            (rules("\"no-var\": \"error\""), "", "yes .oxlintrc.json:1"),
            (rules("\"no-var\": \"warn\""), "", "no"),
            (rules("\"no-var\": \"error\""), "-A all", "no"),
            (rules("\"typescript/no-var\": \"error\""), "", "yes .oxlintrc.json:1"),
            (rules("\"react/no-danger\": \"error\""), "", "no"),
            (react("\"react/no-danger\": [\"error\"]"), "", "yes .oxlintrc.json:1"),
            ("{ \"categories\": { \"suspicious\": \"error\" } }".to_owned(), "", "yes .oxlintrc.json:1"),
            (rules(""), "-D no-var", "yes ci.yml:1"),
            (rules(""), "", "no"),
            (
                "{ \"overrides\": [{ \"files\": [\"a\"], \"rules\": { \"no-eval\": \"error\" } }] }".to_owned(),
                "",
                "unknown unsupported .oxlintrc.json:1",
            ),
        ] {
            let case = Case::new("oxlint", &[(".oxlintrc.json", text.as_str())], args);
            assert_eq!(told(case.read(&Oxlint).settings.get(ERRORS)), wanted, "{text} {args}");
        }
        let warned = [(".oxlintrc.json", "{ \"rules\": { \"no-eval\": \"warn\" } }")];
        assert!(Case::new("oxlint", &warned, "").read(&Oxlint).warned.contains_key("no-eval"));
        let program = [("oxlint.config.ts", "export default {}")];
        assert_eq!(told(Case::new("oxlint", &program, "").read(&Oxlint).selects.get(name)), "unknown dynamic oxlint.config.ts:1");
    }
}
