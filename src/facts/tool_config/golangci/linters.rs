//! Owns the set of linters: the default group, presets, what is enabled and disabled, and in which order that counts in
//! versions 1 and 2. Refuses exclusions.

use super::tree::{Item, Tree};
use crate::answer::{Reason, Why};
use crate::catalog::{self, Knows};
use crate::facts::tool_config::{Deciding, Query, arguments};
use crate::text::Place;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Standard,
    All,
    None,
    Fast,
}

/// What decides which linters run.
pub(super) struct Linters {
    two: bool,
    group: Group,
    /// Where the group is chosen.
    chosen: Option<Place>,
    presets: Vec<Item>,
    enable: Vec<Item>,
    disable: Vec<Item>,
    /// Where the slow ones are left out.
    fast: Option<Place>,
}

fn knows() -> &'static Knows {
    catalog::knows("golangci-lint")
}

fn is(item: &Item, name: &str) -> bool {
    item.text == name || knows().renamed.get(&item.text).is_some_and(|names| catalog::lists(names, name))
}

/// Whether a linter loads types, which makes it slow; of those that rules ask about only ineffassign does not.
fn is_slow(name: &str) -> bool {
    name != "ineffassign"
}

impl Linters {
    /// From the configuration and the flags.
    pub(super) fn read(tree: &Tree<'_>, query: &Query<'_>) -> Result<Self, Why> {
        let two = tree.text("version")?.is_some_and(|version| version.text == "2");
        let own = tree.table("linters")?;
        let mut linters = Self {
            two,
            group: Group::Standard,
            chosen: None,
            presets: if two { Vec::new() } else { own.list("presets")? },
            enable: own.list("enable")?,
            disable: own.list("disable")?,
            fast: own.flag(if two { "fast-only" } else { "fast" })?,
        };
        if two {
            if let Some(default) = own.text("default")? {
                linters.choose(&default.text, &default.place)?;
            }
        } else {
            for (key, group) in [("enable-all", Group::All), ("disable-all", Group::None)] {
                if let Some(place) = own.flag(key)? {
                    (linters.group, linters.chosen) = (group, Some(place));
                }
            }
        }
        linters.flags(query)?;
        if linters.group != Group::None && !linters.presets.is_empty() {
            linters.group = Group::None;
            linters.chosen = linters.presets.first().map(|preset| preset.place.clone());
        }
        Ok(linters)
    }

    fn choose(&mut self, group: &str, place: &Place) -> Result<(), Why> {
        self.group = match group {
            "standard" | "" => Group::Standard,
            "all" => Group::All,
            "none" => Group::None,
            "fast" => Group::Fast,
            _ => return Err(Why::new(Reason::Unreadable, format!("`{group}` is no group of linters")).at(place.clone())),
        };
        self.chosen = Some(place.clone());
        Ok(())
    }

    fn flags(&mut self, query: &Query<'_>) -> Result<(), Why> {
        let lists = |flags: &[&str]| -> Result<Vec<Item>, Why> {
            let mut all = Vec::new();
            for given in arguments::values(query.args, flags) {
                let why =
                    || Why::new(Reason::Dynamic, format!("the value of `{}` is computed", flags[0])).at(given.place.clone());
                let text = given.value.ok_or_else(why)?;
                all.extend(arguments::listed(text).map(|(_, name)| Item { text: name.to_owned(), place: given.place.clone() }));
            }
            Ok(all)
        };
        for (flag, group) in [("--enable-all", Group::All), ("--disable-all", Group::None)] {
            if let Some(word) = on(query, flag) {
                (self.group, self.chosen) = (group, Some(word));
            }
        }
        if let Some(default) = lists(&["--default"])?.pop() {
            self.choose(&default.text, &default.place)?;
        }
        self.presets.extend(lists(&["-p", "--presets"])?);
        self.enable.extend(lists(&["-E", "--enable"])?);
        self.disable.extend(lists(&["-D", "--disable"])?);
        self.two |= on(query, "--fast-only").is_some();
        self.fast = self.fast.take().or_else(|| on(query, "--fast-only")).or_else(|| on(query, "--fast"));
        let only = lists(&["--enable-only"])?;
        if let Some(first) = only.first() {
            (self.group, self.chosen) = (Group::None, Some(first.place.clone()));
            (self.enable, self.disable, self.presets, self.fast) = (only, Vec::new(), Vec::new(), None);
        }
        Ok(())
    }

    /// `Some` when the linter runs, with the place that makes it so; the standard ones have none.
    pub(super) fn in_force(&self, name: &str) -> Option<Option<&Place>> {
        if self.disable.iter().any(|item| is(item, name)) || (self.two && self.fast.is_some() && is_slow(name)) {
            return None;
        }
        if let Some(item) = self.enable.iter().find(|item| is(item, name)) {
            return Some(Some(&item.place));
        }
        if self.fast.is_some() && is_slow(name) {
            return None;
        }
        let preset = || {
            let (_, holding) = knows().presets.get_key_value(name)?;
            self.presets.iter().find(|preset| catalog::lists(holding, &preset.text))
        };
        match self.group {
            Group::All => Some(self.chosen.as_ref()),
            Group::Fast => (!is_slow(name)).then_some(self.chosen.as_ref()),
            Group::Standard => catalog::lists(&knows().default_set, name).then_some(self.chosen.as_ref()),
            Group::None => preset().map(|preset| Some(&preset.place)),
        }
    }

    /// The line that keeps a linter from running: where it is disabled, else the list of those enabled.
    pub(super) fn deciding(&self, name: &str) -> Option<Deciding> {
        if let Some(item) = self.disable.iter().find(|item| is(item, name)) {
            let change = format!("take `{}` out of what is disabled", item.text);
            return Some(Deciding::TakesOut { place: item.place.clone(), how: "disabled", change });
        }
        if let Some(place) = self.fast.as_ref().filter(|_| self.two && is_slow(name)) {
            let change = "let slow linters run as well: take `fast-only` away".to_owned();
            return Some(Deciding::TakesOut { place: place.clone(), how: "left out, as slow ones are,", change });
        }
        let absent = self.in_force(name).is_none();
        self.enable.first().filter(|_| absent).map(|first| Deciding::Selects(first.place.clone()))
    }

    /// Whether no linter runs.
    pub(super) fn is_empty(&self) -> bool {
        let kept = |item: &&Item| !self.disable.iter().any(|other| other.text == item.text);
        let enabled = self.enable.iter().any(|item| kept(&item));
        let standard =
            || knows().default_set.iter().any(|name| (!self.two || name != "gosimple") && self.in_force(name).is_some());
        match self.group {
            Group::All | Group::Fast => false,
            Group::Standard => !enabled && !standard(),
            Group::None => !enabled && self.presets.is_empty(),
        }
    }

    /// Where the set is emptied.
    pub(super) fn place(&self) -> Option<&Place> {
        self.chosen.as_ref().or_else(|| self.disable.last().map(|item| &item.place))
    }
}

/// A boolean flag that is on.
fn on(query: &Query<'_>, flag: &str) -> Option<Place> {
    let word = arguments::switch(query.args, &[flag])?;
    let off = word
        .value
        .as_deref()
        .is_some_and(|value| matches!(value.split_once('='), Some((_, "false" | "0" | "f" | "F" | "FALSE" | "False"))));
    (!off).then(|| word.place.clone())
}
