//! Owns what stands near a verification and its deployment and is not known to leave alone what is verified, who verifies, and what is
//! deployed. Refuses to guess by names: what no row lists may change any of it.

use std::collections::BTreeSet;

use super::meaning;
use super::site::Site;
use super::spelled::Spelled;
use super::tree::Held;
use super::{Guard, Reading, own_place, step_place};
use crate::answer::Reason;
use crate::catalog::Catalog;
use crate::catalog::releasing::Verifies;
use crate::catalog::words::Class;
use crate::doc::{Entry, Value};
use crate::facts::ci::fetches_the_tree;
use crate::facts::matching;
use crate::facts::pipeline::Start;
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::facts::trace::{Open, ReachedAction, ReleaseStep, is_of_a_host, is_plain};
use crate::text::Place;

impl Reading<'_> {
    /// The first command, action or other step in the way from the verification to the deployment, or before it, that no row lists.
    pub(super) fn unlisted(&self, held: &Held<'_>, deploy: &ReleaseStep, under: &Start) -> Option<Guard> {
        let jobs = self.on_the_way(held, deploy);
        let until = self.order(deploy);
        let counts = |job: usize, at: (usize, usize)| jobs.contains(&job) && (job != deploy.job || at < until);
        let command = || {
            let mut steps = self.own.iter().filter(|step| step.row.what == Some(Verifies::Unlisted));
            let of_way = |step: &ReleaseStep| counts(step.job, self.order(step)) && runs(step, under);
            steps.find_map(|step| if of_way(step) { self.odd(held, step) } else { None })
        };
        let action = || {
            let mut actions = self.trace.actions.iter().filter(|action| action.pipeline == self.number);
            actions.find_map(|action| {
                let hop = action.chain.iter().rev().find(|hop| hop.place.path.as_str().starts_with(".github/workflows/"));
                let line = hop.map_or(0, |hop| hop.place.line);
                if counts(action.job, (line, 0)) { self.odd_action(held, action, line) } else { None }
            })
        };
        let kept = || {
            let takes = |step: &&&ReleaseStep| {
                let here = step.job == held.verify.job && self.order(step) < self.order(held.verify);
                here && step.row.what == Some(Verifies::Unpacked) && runs(step, under)
            };
            let step = self.own.iter().find(takes)?;
            Some((Reason::Unsupported, own_place(step), "what this brings before the verification".to_owned()))
        };
        let local = || {
            let place = self.local_action(held)?;
            Some((Reason::Unsupported, place, "what this action, which the tag brings, does".to_owned()))
        };
        let found: Option<(Reason, Place, String)> = command().or_else(action).or_else(kept).or_else(local);
        let Some((reason, place, what)) = found else {
            let (place, why) = self.not_plain(held, deploy, &jobs)?;
            return Some(Guard::Unseen(Reason::Unsupported, place, why));
        };
        Some(Guard::Unseen(reason, place, format!("{what} to what is verified, or to what is deployed, is not known")))
    }

    /// A command that is not known to leave everything alone: where, and what of it.
    fn odd(&self, held: &Held<'_>, step: &ReleaseStep) -> Option<(Reason, Place, String)> {
        let place = || step.chain.last().map_or_else(|| own_place(step), |hop| hop.place.clone());
        let program = step.args.first().map_or("", |word| word.raw.as_str());
        let with =
            |word: &Word| Some((Reason::Unsupported, word.place.clone(), format!("what `{program}` does with `{}`", word.raw)));
        if let Some(word) = &step.odd.word {
            return with(word);
        }
        if step.odd.open.is_empty() && step.odd.made.is_empty() {
            let what = if program.is_empty() { "what this step does".to_owned() } else { format!("what `{program}` does there") };
            return Some((Reason::Unsupported, place(), what));
        }
        let site = self.site(step.job);
        let follows = self.follows(held);
        let told = |open: Open, word: &Word| {
            let spelled = site.as_ref().map(|site| self.spelled_word(&follows, step, site, word));
            spelled.is_some_and(|spelled| self.is_open_as(held, open, "", &spelled))
        };
        let made = |word: &&Word| self.is_made(step, word);
        let open = step.odd.open.iter().find(|(open, word)| !told(*open, word)).map(|(_, word)| word);
        open.or_else(|| step.odd.made.iter().find(|word| !made(word))).and_then(with)
    }

    /// An earlier command of the same job gives something this name, or runs what the tree says, which may.
    fn is_made(&self, user: &ReleaseStep, word: &Word) -> bool {
        let written = |word: &Word| {
            let site = self.site(user.job).filter(|site| word.place.path == *site.text.path());
            site.map(|site| site.text.expressions(word.place.line).map(str::to_owned).collect::<Vec<_>>())
        };
        let same = |made: &Word| {
            let value = made.raw.split_once('=').map_or(made.raw.as_str(), |(_, value)| value);
            let known = !word.raw.contains(UNKNOWN_CHAR);
            meaning::unquoted(value) == meaning::unquoted(&word.raw) && (known || written(made) == written(word))
        };
        if !self.spends(self.own.len()) {
            return false;
        }
        let earlier = |step: &&&ReleaseStep| step.job == user.job && self.order(step) < self.order(user);
        self.own.iter().filter(earlier).any(|step| match step.row.what {
            Some(Verifies::Made) => step.args.iter().any(same),
            // What containers are started of may be pulled.
            Some(Verifies::Code) => !step.files.apart && step.argv.first().is_none_or(|program| program != "docker"),
            _ => false,
        })
    }

    /// An action that no row lists, or that is given what no row lets it have.
    fn odd_action(&self, held: &Held<'_>, action: &ReachedAction, line: usize) -> Option<(Reason, Place, String)> {
        let (call, rows) = (&action.call, &Catalog::builtin().words);
        let same = |name: &String| matching::same_action(name, &call.name);
        let listed = rows.harmless.iter().any(same)
            || Catalog::builtin().releasing.is_own_action(&call.name)
            || fetches_the_tree(&format!("{}@", call.name));
        if listed {
            return None;
        }
        let whole = Some((Reason::Remote, call.place.clone(), format!("what the action `{}` does there", call.name)));
        let Some(row) = rows.words.iter().find(|row| row.action.iter().any(same)) else { return whole };
        if row.every {
            return None;
        }
        let site = self.site(action.job);
        let step = site.as_ref().and_then(|site| site.text.step(&site.job, line));
        let Some((site, step)) = site.as_ref().zip(step).filter(|(site, _)| call.place.path == *site.text.path()) else {
            return whole;
        };
        let odd = |entry: &Entry<'_>| {
            let name = entry.name().unwrap_or_default();
            let takes = |names: &Vec<String>| names.iter().any(|known| known.eq_ignore_ascii_case(name));
            let text = entry.value.scalar().unwrap_or_default();
            let denied = |word: &str| row.not.iter().any(|start| word.starts_with(start.as_str()));
            if text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).any(denied) {
                return true;
            }
            let mut classes = row.values.iter().filter(|(_, names)| takes(names)).map(|(class, _)| *class);
            !classes.any(|class| self.is_input(held, site, line, class, name, text))
        };
        let given = || step.get("with").into_iter().flat_map(Value::entries);
        let needed =
            |entry: Entry<'_>| row.needs.iter().any(|known| entry.name().is_some_and(|name| known.eq_ignore_ascii_case(name)));
        if let Some(needed) = row.needs.first().filter(|_| !given().any(needed)) {
            let what = format!("what the action `{}` does without `{needed}`", call.name);
            return Some((Reason::Unsupported, call.place.clone(), what));
        }
        let entry = given().find(odd)?;
        let name = entry.name().unwrap_or_default();
        Some((Reason::Unsupported, entry.key.place(), format!("what the action `{}` does with `{name}`", call.name)))
    }

    /// The value of an input is of a class. Several lines are several values.
    fn is_input(&self, held: &Held<'_>, site: &Site, line: usize, class: Class, name: &str, text: &str) -> bool {
        let releasing = &Catalog::builtin().releasing;
        let spelled = self.follows(held).spelled(text, site, line);
        let written = !text.contains("${{");
        let lines: Vec<Spelled> = spelled.split(|c| c == '\n');
        let is = |open: Open, value: &Spelled| !value.is_open() || self.is_open_as(held, open, name, value);
        let selects = |value: &Spelled| !value.is_open() && releasing.says_of_which_source(name, value.text());
        lines.iter().all(|value| {
            let text = value.text().trim();
            match class {
                Class::Any => true,
                Class::Literal => written && !selects(value),
                Class::Off => text == "false",
                Class::Address => written && text.starts_with("https://"),
                Class::Version => written && text.starts_with(|c: char| c.is_ascii_digit()),
                Class::Plain => is_plain(text) && !selects(value) && is(Open::Setting, value),
                Class::Setting => {
                    let made = !value.is_open() && releasing.says_what_is_made(name, text);
                    is_plain(text) && !made && !selects(value) && is(Open::Setting, value)
                }
                Class::Path => is_plain(text) && !text.contains(':') && !is_of_a_host(text) && is(Open::All, value),
                Class::Tag => value.is_open() && self.is_open_as(held, Open::Deciding, name, value),
                _ => false,
            }
        })
    }

    /// Something before the deployment that is not read: another workflow, or an action that is called like a verification.
    pub(super) fn unseen(&self, deploy: &ReleaseStep, needed: &BTreeSet<usize>) -> Option<Guard> {
        let near = |job: usize| job == deploy.job || needed.contains(&job);
        let at = step_place(deploy, self.pipeline);
        let ids: Vec<&str> =
            self.pipeline.jobs.iter().enumerate().filter(|(number, _)| near(*number)).map(|(_, job)| job.id.as_str()).collect();
        let opaque =
            self.trace.opaque.iter().filter(|unit| unit.pipeline == Some(self.number) && unit.place.path == self.pipeline.path);
        let before = |place: &Place| {
            ids.iter().any(|id| self.text.is_in(id, place.line))
                && (place.line <= at.line || !self.text.is_in(&self.pipeline.jobs[deploy.job].id, place.line))
        };
        if let Some(unit) = opaque.into_iter().find(|unit| before(&unit.place)) {
            return Some(Guard::Unseen(
                unit.why.reason,
                unit.place.clone(),
                format!("what runs before it is not read: {}", unit.why.text),
            ));
        }
        let actions = self.trace.actions.iter().filter(|action| action.pipeline == self.number && near(action.job));
        let named = actions.into_iter().find(|action| action.call.name.to_ascii_lowercase().contains("verif"));
        named.map(|action| {
            let why = format!("the action `{}` is not read; by its name it verifies something", action.call.name);
            Guard::Unseen(Reason::Remote, action.call.place.clone(), why)
        })
    }

    /// An action of the tree, used before the verification or as it, where that tree is not the branch's: at run time the tag says what it is.
    fn local_action(&self, held: &Held<'_>) -> Option<Place> {
        if self.is_of_branch(held) {
            return None;
        }
        let steps = held.site.value().and_then(|job| job.get("steps"));
        let uses = steps.into_iter().flat_map(Value::items).filter_map(|step| step.get("uses"));
        let of_tree = |uses: &Value<'_>| uses.scalar().is_some_and(|uses| uses.trim_start().starts_with('.'));
        uses.filter(of_tree).map(Value::place).find(|place| place.line <= held.at.line)
    }

    /// The jobs whose steps may change what is deployed: the one that verifies, the one that deploys, and of those that it needs the ones
    /// that make something for it.
    fn on_the_way(&self, held: &Held<'_>, deploy: &ReleaseStep) -> BTreeSet<usize> {
        let makes = |job: &usize| {
            let hands = |step: &&&ReleaseStep| step.job == *job && matches!(step.row.what, None | Some(Verifies::Packed));
            self.own.iter().any(|step| hands(&step))
        };
        // What was made before may be of any of them.
        let by_name = deploy.row.by_name && !deploy.files.names_path;
        let mut jobs: BTreeSet<usize> = self.needed(deploy.job).into_iter().filter(|job| by_name || makes(job)).collect();
        jobs.extend([held.verify.job, deploy.job]);
        jobs
    }
}

/// It runs on this event, or may.
fn runs(step: &ReleaseStep, under: &Start) -> bool {
    step.starts.iter().any(|start| start.event == under.event && !start.answer.is_no())
}
