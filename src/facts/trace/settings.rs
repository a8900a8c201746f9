//! Owns what installers and clients are told outside of their own command: variables, files of settings, commands that set one. Refuses
//! to say what that installs.

use std::collections::BTreeSet;

use super::before::{What, shown};
use super::installer::{self, Install};
use super::local_packages::{At, OPERANDS};
use super::{Frame, Tracer};
use crate::answer::Reason;
use crate::doc::Format;
use crate::facts::matching::program_name;
use crate::facts::shell::Word;
use crate::facts::workdir::WORKSPACE;
use crate::text::{Place, RepoPath};

impl Tracer<'_> {
    /// Variables, and the file of settings that one of them names, say what flags say.
    pub(super) fn variables(&mut self, install: &Install<'_>, at: At<'_>) {
        let Some(beginning) = install.row.variables.as_deref() else { return };
        let row = install.row;
        let flags = || row.lists.iter().chain(&row.constraints).chain(&row.sources).filter_map(|flag| flag.strip_prefix("--"));
        for flag in flags() {
            let name = format!("{beginning}{}", flag.to_ascii_uppercase().replace('-', "_"));
            let value = at.frame.env.get(&name).and_then(Option::as_deref).map(str::to_owned);
            value.into_iter().for_each(|value| self.set_flag(install, flag, &value, at));
        }
        let named = row.settings.as_deref().and_then(|name| at.frame.env.get(name)?.as_deref());
        let named: Vec<&str> = named.into_iter().chain(install.settings.iter().copied()).take(OPERANDS).collect();
        for file in &named {
            let path = at.frame.workdir.resolve(file).filter(|path| self.world.snapshot.is_file(path));
            path.into_iter().for_each(|path| self.settings_in(install, &path, &[], at));
        }
        let off = |flag: &String| format!("{beginning}{}", flag.trim_start_matches('-').to_ascii_uppercase().replace('-', "_"));
        let told = install.without_settings || row.settings_off.iter().any(|flag| at.frame.env.contains_key(&off(flag)));
        if named.is_empty() && !told && !row.found.is_empty() {
            self.found_settings(install, at);
        }
    }

    /// Settings that are looked for: a file without the table is passed by.
    fn found_settings(&mut self, install: &Install<'_>, at: At<'_>) {
        let snapshot = self.world.snapshot;
        let above: Vec<RepoPath> = at.frame.workdir.dir().iter().flat_map(RepoPath::ancestors).collect();
        let mut files =
            above.iter().flat_map(|dir| install.row.found.iter().filter_map(|found| Some((dir.join(&found.file)?, found))));
        let found = files.find(|(path, found)| {
            let below: Vec<&str> = found.below.iter().map(String::as_str).collect();
            let has = || snapshot.document(path, Format::Toml).is_ok_and(|document| document.root().route(&below).is_some());
            snapshot.is_file(path) && (below.is_empty() || has())
        });
        if let Some((path, found)) = found {
            // Paths in it are meant from where it lies.
            let mut frame = at.frame.clone();
            frame.workdir = frame.workdir.enter(&format!("{WORKSPACE}/{}", path.parent()));
            self.settings_in(install, &path, &found.below, At { frame: &frame, ..at });
        }
    }

    /// What the tables of one file of settings say.
    fn settings_in(&mut self, install: &Install<'_>, path: &RepoPath, below: &[String], at: At<'_>) {
        let row = install.row;
        let flags = || row.lists.iter().chain(&row.constraints).chain(&row.sources).filter_map(|flag| flag.strip_prefix("--"));
        let format = if path.file_name().ends_with(".toml") { Format::Toml } else { Format::Ini };
        let Ok(document) = self.world.snapshot.document(path, format) else { return };
        let below: Vec<&str> = below.iter().map(String::as_str).collect();
        let Some(top) = document.root().route(&below) else { return };
        for table in &row.settings_tables {
            let table = if table.is_empty() { Some(top) } else { top.get(table) };
            for (flag, value) in
                table.into_iter().flat_map(|table| flags().filter_map(move |flag| Some((flag, table.get(flag)?))))
            {
                let place = value.place();
                let items = value.items().filter_map(|item| item.as_str().or_else(|| item.get("url")?.as_str()));
                let texts: Vec<&str> = value.as_str().into_iter().chain(items).collect();
                self.set_flag(install, flag, &texts.join(" "), At { place: &place, ..at });
            }
        }
    }

    /// A flag that stands somewhere else with its values.
    fn set_flag(&mut self, install: &Install<'_>, flag: &str, values: &str, at: At<'_>) {
        let flag = format!("--{flag}");
        for value in values.split_whitespace().take(OPERANDS) {
            self.sources(&installer::read_words(install.row, &[&flag, value]), at, &mut BTreeSet::new());
        }
    }

    /// Settings of a machine: the shell of npm's scripts, a toolchain of the tree.
    pub(super) fn settled(&mut self, words: &[Word], place: &Place, frame: &Frame) {
        let texts: Vec<&str> = words.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect();
        match texts.as_slice() {
            [client, "config" | "set", rest @ ..] if matches!(program_name(client), "npm" | "pnpm" | "yarn") => {
                let at = rest.iter().position(|word| word.starts_with("script-shell"));
                let value = at.map(|at| {
                    rest[at].split_once('=').map_or_else(|| rest.get(at + 1).copied().unwrap_or(""), |(_, value)| value)
                });
                let Some(value) = value.filter(|_| !rest.contains(&"get") && !rest.contains(&"delete")) else { return };
                let name = value.rsplit(['/', '\\']).next().unwrap_or(value).trim_end_matches(".exe");
                if !matches!(name, "bash" | "sh" | "") {
                    let why = format!("scripts are run by {}", shown(value));
                    self.change_at_once(What::Name(program_name(client).to_owned()), None, why, place, frame);
                }
            }
            ["pip" | "pip3", "config", rest @ ..] | ["python" | "python3", "-m", "pip", "config", rest @ ..] => {
                let mut operands = rest.iter().filter(|word| !word.starts_with('-'));
                let (Some(&"set"), Some(key), Some(value)) = (operands.next(), operands.next(), operands.next()) else { return };
                let asked = ["pip", "install"].map(|text| Word { value: Some(text.to_owned()), ..words[1].clone() });
                let flag = key.rsplit('.').next().unwrap_or(key);
                if let Some(install) = installer::read(&asked) {
                    self.set_flag(&install, flag, value, At { place, frame });
                }
            }
            ["rustup", "toolchain", "link", _, path, ..]
                if frame.workdir.resolve(path).is_some_and(|path| self.world.snapshot.is_dir(&path)) =>
            {
                let why = format!("a directory of the tree is the toolchain {}", shown(path));
                self.change_at_once(What::Name("cargo".to_owned()), Some(Reason::Unsupported), why, place, frame);
            }
            _ => {}
        }
    }
}
