//! Owns what a request runs: the script with those before and after it, in every package that is meant, by the shell that
//! the settings name. Refuses to read shell.

use super::anywhere;
use super::package::{Package, Settings, Surroundings};
use super::request::{Client, Request, Selection, Verb};
use super::select::{Chosen, choose};
use crate::answer::{Reason, Why};
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::meter::COPY;
use crate::facts::pipeline::Env;
use crate::facts::runners::script_words::{literal, with_arguments};
use crate::facts::runners::{Call, Next, Target, World};
use crate::facts::shell::{Dialect, ShellMode, Word};
use crate::facts::workdir::Workdir;
use crate::text::Place;

/// How a manager treats scripts.
#[derive(Clone, Copy)]
pub(super) struct Manners {
    /// `preX` and `postX` run around `X`.
    around: bool,
    /// Which life cycle scripts an install runs.
    installs: fn(&str) -> bool,
}

/// One run of a manager.
pub(super) struct Run<'a> {
    /// Who runs.
    pub(super) client: Client,
    /// The command.
    pub(super) call: &'a Call<'a>,
    /// What may be looked at.
    pub(super) world: &'a World<'a>,
    /// `--ignore-scripts`.
    pub(super) ignore_scripts: bool,
    /// `--script-shell`, or the variable that stands for it.
    pub(super) shell: Option<(String, Place)>,
}

/// What a command leads to.
pub(super) fn run(client: Client, call: &Call<'_>, world: &World<'_>, request: &Request) -> Result<Vec<Next>, Why> {
    if request.global && matches!(request.verb, Verb::Lifecycle(_)) {
        // What is installed for the whole machine runs no script of the tree, wherever it is done.
        return Ok(Vec::new());
    }
    let workdir = match &request.directory {
        None => call.workdir.clone(),
        Some(None) => call.workdir.unknown(),
        Some(Some(to)) => call.workdir.enter(to),
    };
    if !workdir.is_known() {
        return anywhere::run(client, call, world, request);
    }
    if let Some(key) = Client::Npm
        .command()
        .settings
        .iter()
        .find(|key| setting(call, key).is_some_and(|value| value.as_deref() != Some("false")))
    {
        let why = format!("npm's setting `{key}` in the environment changes what it runs, which is not followed");
        return Err(Why::new(Reason::Unsupported, why).at(call.place.clone()));
    }
    let from_env = setting(call, "script-shell");
    let from_env = from_env.map(|value| (value.clone().unwrap_or_default(), call.place.clone()));
    let is = |value: Option<&Option<String>>, text: &str| value.is_some_and(|value| value.as_deref() == Some(text));
    let ignored = is(setting(call, "ignore-scripts"), "true") || is(call.env.get("YARN_ENABLE_SCRIPTS"), "false");
    let run =
        Run { client, call, world, ignore_scripts: request.ignore_scripts || ignored, shell: request.shell.clone().or(from_env) };
    let mut out = Vec::new();
    let all = choose(world.snapshot, &workdir, client, &request.selection)?;
    for chosen in &all {
        let before = out.len();
        run.verb(&chosen.package, request, &mut out);
        for next in &mut out[before..] {
            next.condition = next.condition.take().or_else(|| chosen.condition.clone());
            next.holds.extend(request.selection.changed.clone());
        }
    }
    if let Verb::Lifecycle(names) = request.verb {
        run.members_install(&workdir, names, &mut out)?;
    }
    if out.is_empty() && request.selection.is_plain() {
        out.extend(run.program(request, &workdir));
    } else if out.is_empty() {
        // Of a workspace in each package that is meant: where none is, nothing runs.
        for chosen in &all {
            let program = run.program(request, &chosen.package.workdir);
            out.extend(program.map(|mut next| {
                next.holds.extend(request.selection.changed.clone());
                Next { condition: chosen.condition.clone(), ..next }
            }));
        }
    }
    Ok(out)
}

/// A setting of npm in the environment, as it may be spelled there (@npmcli/config, `loadEnv`).
fn setting<'c>(call: &Call<'c>, key: &str) -> Option<&'c Option<String>> {
    let plain = key.replace('-', "_");
    let names = [format!("npm_config_{plain}"), format!("npm_config_{key}")];
    names.iter().find_map(|name| call.env.get(name).or_else(|| call.env.get(&name.to_ascii_uppercase())))
}

impl Run<'_> {
    fn verb(&self, package: &Package, request: &Request, out: &mut Vec<Next>) {
        match &request.verb {
            Verb::Script { name, .. } if name.value.is_none() => {
                self.computed(package, Some(name), &request.arguments, self.call.place, out);
            }
            Verb::Computed => self.computed(package, None, &request.arguments, self.call.place, out),
            Verb::Script { name, .. } => self.named(package, name, &request.arguments, out),
            Verb::Restart if package.script("restart").is_some() => self.script(package, "restart", &request.arguments, out),
            Verb::Restart => {
                self.script(package, "stop", &[], out);
                self.script(package, "start", &[], out);
            }
            Verb::Lifecycle(names) => self.lifecycle(package, names, out),
            Verb::InstallAndTest => {
                self.lifecycle(package, &["preinstall", "install", "postinstall", "prepublish", "prepare"], out);
                self.script(package, "test", &request.arguments, out);
            }
        }
    }

    /// Every script that a computed name may mean; all of them where it may be another word than a name.
    pub(super) fn computed(
        &self,
        package: &Package,
        word: Option<&Word>,
        arguments: &[Word],
        place: &Place,
        out: &mut Vec<Next>,
    ) {
        let why = Why::new(Reason::Dynamic, "the script's name is computed").at(place.clone());
        let names = package.script_names();
        self.world.meter.spend(names.len() / 16);
        let is_meant = word.map(Word::may_name);
        for name in names.into_iter().filter(|name| is_meant.as_ref().is_none_or(|is_meant| is_meant(name))) {
            let before = out.len();
            self.script(package, name, arguments, out);
            out[before..].iter_mut().for_each(|next| next.condition = Some(why.clone()));
        }
    }

    /// A script by name; pnpm takes `/regex/` for all that match.
    fn named(&self, package: &Package, name: &Word, arguments: &[Word], out: &mut Vec<Next>) {
        let Some(text) = name.value.as_deref() else { return };
        let pattern = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|_| self.client == Client::Pnpm);
        let Some(pattern) = pattern else { return self.script(package, text, arguments, out) };
        let Ok(pattern) = regex::Regex::new(pattern) else { return };
        for name in package.script_names() {
            if pattern.is_match(name) {
                self.script(package, name, arguments, out);
            }
        }
    }

    /// A script of a package with those around it.
    pub(super) fn script(&self, package: &Package, name: &str, arguments: &[Word], out: &mut Vec<Next>) {
        if package.script(name).is_none() {
            return;
        }
        let around = self.world.seen.packages.of(self.world.snapshot, package);
        let settings = &around.settings;
        let around = self.manners(package, &around).around && !self.ignore_scripts && !settings.ignore_scripts;
        if around {
            self.one(package, settings, &format!("pre{name}"), &[], out);
        }
        self.one(package, settings, name, arguments, out);
        if around {
            self.one(package, settings, &format!("post{name}"), &[], out);
        }
    }

    fn lifecycle(&self, package: &Package, names: &[&str], out: &mut Vec<Next>) {
        let around = self.world.seen.packages.of(self.world.snapshot, package);
        let settings = &around.settings;
        if self.ignore_scripts || settings.ignore_scripts {
            return;
        }
        let installs = self.manners(package, &around).installs;
        for name in names.iter().filter(|name| installs(name) || !names.contains(&"install")) {
            self.one(package, settings, name, &[], out);
        }
    }

    /// An install of a workspace also runs the life cycle of its members.
    fn members_install(&self, workdir: &Workdir, names: &[&str], out: &mut Vec<Next>) -> Result<(), Why> {
        if !names.contains(&"install") {
            return Ok(());
        }
        let snapshot = self.world.snapshot;
        let Some(root) = Package::nearest(snapshot, workdir)? else { return Ok(()) };
        for member in root.members(snapshot) {
            let own = ["preinstall", "install", "postinstall", "prepare"];
            self.lifecycle(&member, &own, out);
        }
        Ok(())
    }

    /// One script alone.
    fn one(&self, package: &Package, settings: &Settings, name: &str, arguments: &[Word], out: &mut Vec<Next>) {
        let Some(value) = package.script(name) else { return };
        self.world.meter.spend(COPY);
        let env = environment(self.call, name);
        let mut next = Next { workdir: package.workdir.clone(), env, ..Next::argv(self.call, Vec::new()) };
        if let Some(why) = value.disputed() {
            next.target = Target::Opaque(why);
            out.push(next);
            return;
        }
        let Some(text) = value.mapped().filter(|_| value.as_str().is_some()) else { return };
        let (mode, hold) = self.mode(settings);
        next.hops = vec![Hop::new(value.place(), text.text())];
        next.target = Target::Script { text: with_arguments(&text, arguments), mode, args: Some(Vec::new()) };
        next.holds.extend(hold);
        if let Some(place) = settings.odd.as_ref().filter(|_| self.client == Client::Npm) {
            let why = "this setting of npm changes what it runs, which is not followed";
            next.holds.push(Hold::new(HoldEffect::Unknown(Reason::Unsupported), place.clone(), why));
        }
        out.push(next);
    }

    /// The shell that runs scripts.
    fn mode(&self, settings: &Settings) -> (ShellMode, Option<Hold>) {
        let mut mode = ShellMode { errexit: false, pipefail: false, dialect: Dialect::Posix };
        let Some((shell, place)) = self.shell.as_ref().or(settings.shell.as_ref()) else { return (mode, None) };
        let name = shell.rsplit(['/', '\\']).next().unwrap_or("");
        let of_the_tree = shell.starts_with('.') || (shell.contains('/') && !shell.starts_with('/'));
        match name.trim_end_matches(".exe") {
            "bash" | "zsh" if !of_the_tree => mode.dialect = Dialect::Bash,
            "sh" | "dash" | "ash" | "ksh" if !of_the_tree => {}
            "" => {
                let why = "the shell that runs package scripts is computed";
                return (mode, Some(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), why)));
            }
            _ => {
                let why = format!("package scripts run with `{shell}`, not a shell");
                return (mode, Some(Hold::new(HoldEffect::Void, place.clone(), why)));
            }
        }
        (mode, None)
    }

    /// What the manager does of its own accord, by kind and version.
    fn manners(&self, package: &Package, around: &Surroundings) -> Manners {
        let (settings, root) = (&around.settings, &around.root);
        let all: fn(&str) -> bool = |_| true;
        let pinned = [Some(package), root.as_ref()].into_iter().flatten().find_map(Package::manager);
        let major = |client: &str| {
            pinned.filter(|(name, _)| *name == client).and_then(|(_, version)| version.split('.').next()?.parse::<u32>().ok())
        };
        match self.client {
            Client::Npm | Client::Bun => Manners { around: true, installs: all },
            // On by default since 9, off from 6 to 8 (pnpm pull requests 3285 and 7634).
            Client::Pnpm => {
                let by_version = major("pnpm").is_none_or(|major| !(6..9).contains(&major));
                Manners { around: settings.pre_post.unwrap_or(by_version), installs: all }
            }
            Client::Yarn => {
                let berry = |package: &Package| {
                    package.workdir.resolve(".yarnrc.yml").is_some_and(|path| self.world.snapshot.is_file(&path))
                };
                let modern = berry(package) || root.as_ref().is_some_and(berry) || major("yarn").is_some_and(|major| major >= 2);
                // Berry runs nothing around user scripts, and only three scripts on install.
                Manners {
                    around: !modern,
                    installs: if modern { |name| matches!(name, "preinstall" | "install" | "postinstall") } else { all },
                }
            }
        }
    }

    /// `yarn eslint`: a program, when there is no script of that name.
    fn program(&self, request: &Request, workdir: &Workdir) -> Option<Next> {
        let Verb::Script { name, or_program: true } = &request.verb else { return None };
        // A file that bun runs is JavaScript of the tree, not a tool.
        let text = name.value.as_deref()?;
        if self.client == Client::Bun
            && (text.contains('/') || [".js", ".ts", ".mjs", ".tsx"].iter().any(|end| text.ends_with(end)))
        {
            return None;
        }
        let words: Vec<Word> = std::iter::once(literal(text, name)).chain(request.arguments.iter().cloned()).collect();
        Some(Next { workdir: workdir.clone(), ..Next::argv(self.call, words) })
    }
}

/// The same commands in every package of a selection, as they are when it names none.
pub(super) fn everywhere(nexts: Vec<Next>, client: Client, selection: &Selection, world: &World<'_>) -> Result<Vec<Next>, Why> {
    if selection.is_plain() {
        return Ok(nexts);
    }
    let mut out = Vec::new();
    for next in nexts {
        for chosen in choose(world.snapshot, &next.workdir, client, selection)? {
            world.meter.spend(COPY);
            let condition = next.condition.clone().or(chosen.condition);
            let holds = next.holds.iter().chain(&selection.changed).cloned().collect();
            out.push(Next { workdir: chosen.package.workdir.clone(), condition, holds, ..next.clone() });
        }
    }
    Ok(out)
}

/// The call's environment, and the name of the script: `wireit` asks for it.
fn environment(call: &Call<'_>, name: &str) -> Env {
    let mut env = call.env.clone();
    env.insert("npm_lifecycle_event".to_owned(), Some(name.to_owned()));
    env
}

/// A selection that means the nearest package.
pub(super) fn here(snapshot: &crate::snapshot::Snapshot, workdir: &Workdir) -> Result<Vec<Chosen>, Why> {
    choose(snapshot, workdir, Client::Npm, &Selection::default())
}
