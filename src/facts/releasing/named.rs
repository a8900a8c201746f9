//! Owns whether the words behind a verification name a tag of which more is known than that it is one: the event's, an input's. Refuses to
//! say what is deployed.

use super::meaning::{self, Follows, Meaning, Printed, Site};
use super::tree::Held;
use super::{Guard, Reading, arguments, own_place};
use crate::answer::Reason;
use crate::catalog::Catalog;
use crate::doc::Value;
use crate::facts::matching;
use crate::facts::pipeline::{ActionCall, Input};
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::facts::trace::ReleaseStep;
use crate::text::Place;

impl Reading<'_> {
    /// The tag that the words behind a verification name, as far as it is known, or what is wrong with them. Nobody who pushes it judges it.
    pub(super) fn argument(
        &self,
        verify: &ReleaseStep,
        own: &Place,
        site: &Site,
        of_tag: bool,
    ) -> Result<Option<Meaning>, Box<Guard>> {
        if !verify.row.argument {
            return Ok(None);
        }
        if let Some(call) = &verify.call {
            return self.argument_of_action(verify, call, own, site).map(Some);
        }
        let read = arguments::read(verify.row, &verify.args);
        if let Some(flag) = read.all {
            let why = format!(
                "with `{}` it verifies the release tags that are here, of which the deployed one need not be any",
                flag.raw
            );
            return Err(Box::new(Guard::Fails("all", flag.place.clone(), why)));
        }
        let unseen = |reason, place: &Place, why: &str| Err(Box::new(Guard::Unseen(reason, place.clone(), why.to_owned())));
        if let Some((flag, value)) = read.judge {
            let why = format!(
                "`{flag}` says by what it judges ({}), and whether whoever pushes a tag can write that is not in the files",
                value.raw
            );
            return unseen(Reason::Unsupported, &value.place, &why);
        }
        let Some(name) = read.names.iter().find(|name| name.value.is_none()).or(read.names.first()) else {
            return unseen(Reason::Dynamic, own, "which tag it verifies is not said");
        };
        if let Some(value) = &name.value {
            let why = format!("it verifies `{value}`, whatever tag is deployed");
            return Err(Box::new(Guard::Fails("literal", name.place.clone(), why)));
        }
        let in_action = in_action(verify);
        let meaning = Follows { snapshot: self.snapshot, printed: None }.word(name, site, own.line);
        match meaning {
            Meaning::Named(_) if in_action => {}
            Meaning::Named(_) if meaning::is_expression(&name.raw) && !meaning.is_event() => {
                let why = "the name stands in the script as it is given, so that whoever gives it writes the script: hand it over by `env`";
                return unseen(Reason::Unsupported, &name.place, why);
            }
            Meaning::Named(_) if !(meaning.is_event() || name.is_one() && read.only_names) => {
                let why = "what begins with `-` is taken for an option: quote the variable, and put `--` before it";
                return unseen(Reason::Unsupported, &name.place, why);
            }
            Meaning::Named(ref tag) if !tag.contains('?') => return Ok(Some(meaning)),
            _ => {}
        }
        if of_tag && is_whole(&name.raw) && site.text.names_the_tag(&site.job, own, &name.raw) {
            return Ok(None);
        }
        unseen(Reason::Dynamic, &name.place, "which tag it verifies cannot be read")
    }

    /// The same of an action, which is told in its inputs.
    fn argument_of_action(
        &self,
        verify: &ReleaseStep,
        call: &ActionCall,
        own: &Place,
        site: &Site,
    ) -> Result<Meaning, Box<Guard>> {
        let row = verify.row;
        let judges = row
            .judge_inputs
            .iter()
            .find_map(|judge| Some((judge, call.input(&judge.input)?)).filter(|(judge, input)| judge.fits(input.known())));
        if let Some((judge, input)) = judges {
            let why = format!(
                "`{}` says by what it judges, and whether whoever pushes a tag can write that is not in the files",
                judge.input
            );
            return Err(Box::new(Guard::Unseen(Reason::Unsupported, input.place(), why)));
        }
        let Some((name, input)) = row.tag_input.as_ref().and_then(|name| Some((name, call.input(name)?))) else {
            return Ok(Meaning::event());
        };
        match input.known() {
            Some("") => return Ok(Meaning::event()),
            Some(value) => {
                let why = format!("it verifies `{value}`, whatever tag is deployed");
                return Err(Box::new(Guard::Fails("literal", input.place(), why)));
            }
            None => {}
        }
        let written = site.text.step(&site.job, own.line).filter(|_| !in_action(verify));
        let written = written.and_then(|step| step.route(&["with", name])).and_then(Value::scalar);
        match written.map(|text| Follows { snapshot: self.snapshot, printed: None }.text(text, site, own.line)) {
            Some(meaning @ Meaning::Named(_)) if !matches!(&meaning, Meaning::Named(tag) if tag.contains('?')) => Ok(meaning),
            _ => {
                let why = "which tag it verifies cannot be read".to_owned();
                Err(Box::new(Guard::Unseen(Reason::Dynamic, input.place(), why)))
            }
        }
    }
}

impl Reading<'_> {
    /// What is deployed by a name has to be told by that of the verified tag or commit, and by no other; where nothing tells it, it has to be a
    /// path of the job.
    pub(super) fn another_tag(&self, held: &Held<'_>, deploy: &ReleaseStep, site: &Site) -> Option<Guard> {
        if !deploy.row.by_name {
            return None;
        }
        let unseen = |place: Place, why: &str| Some(Guard::Unseen(Reason::Unsupported, place, why.to_owned()));
        let told = self.told(held, deploy, site);
        for (meanings, place) in &told {
            match meanings.iter().find(|meaning| !held.is_of(meaning)) {
                Some(Meaning::Sha) => {
                    let why = "what is deployed is named by the commit that the run is of, and not by the verified one";
                    return unseen(place.clone(), why);
                }
                None if !meanings.is_empty() => {}
                _ => return unseen(place.clone(), "what is deployed is named by something else than the tag that is verified"),
            }
        }
        let is_path = |name: &String| {
            let value = deploy.call.as_ref().and_then(|call| call.input(name)).and_then(Input::known);
            value.is_some_and(|value| {
                !value.is_empty() && !value.starts_with(['/', '~']) && !value.contains([':', '@', '?']) && !value.contains("..")
            })
        };
        let path = deploy.row.path_inputs.iter().any(|name| is_path(name) || is_rendered(deploy, site, name));
        let nothing = told.is_empty() && !path && !deploy.files.names_path;
        let why = "which of what was made before it deploys is not said there";
        nothing.then(|| unseen(own_place(deploy), why)).flatten()
    }

    /// Follows texts to what a verification printed.
    pub(super) fn follows<'h>(&'h self, held: &'h Held<'_>) -> Follows<'h> {
        let printed = Printed { site: held.site, line: held.at.line, output: held.verify.row.commit_output.as_deref() };
        Follows { snapshot: self.snapshot, printed: Some(printed) }
    }

    /// All parts of a word of a script that are not known stand for the verified tag or commit.
    pub(super) fn is_told_by(&self, held: &Held<'_>, site: &Site, line: usize, word: &Word) -> bool {
        let meanings = of_word(&self.follows(held), site, line, word);
        !meanings.is_empty() && meanings.iter().all(|meaning| held.is_of(meaning))
    }

    /// The same of the value of an input.
    pub(super) fn is_text_told_by(&self, held: &Held<'_>, site: &Site, line: usize, text: &str) -> bool {
        let follows = self.follows(held);
        meaning::expressions(text).all(|part| held.is_of(&follows.text(part, site, line)))
    }

    /// Where a deployment says which of what was made before it is, and what stands for that there.
    fn told(&self, held: &Held<'_>, deploy: &ReleaseStep, site: &Site) -> Vec<(Vec<Meaning>, Place)> {
        let line = own_place(deploy).line;
        let follows = self.follows(held);
        let made = |name: &str, text: &str| Catalog::builtin().releasing.says_what_is_made(name, text);
        let mut told = Vec::new();
        let mut flag = String::new();
        let images = deploy.argv.last().is_some_and(|last| last == "image");
        let last = deploy.args.iter().rposition(|word| !word.head().starts_with('-')).filter(|_| deploy.row.under_last);
        for (at, word) in deploy.args.iter().enumerate() {
            let shape = word.shape();
            let behind = std::mem::replace(&mut flag, if shape.starts_with('-') { shape.to_string() } else { String::new() });
            let is_flag = shape.starts_with('-') && !shape.contains('=');
            let under = |flag: &str| deploy.row.under_flags.iter().any(|known| known == flag);
            let names_a_place = under(&behind) || shape.split_once('=').is_some_and(|(flag, _)| under(flag));
            if is_flag || names_a_place || last == Some(at) || !(made(&behind, &shape) || images && shape.contains('=')) {
                continue;
            }
            told.push((of_word(&follows, site, line, word), word.place.clone()));
        }
        let inputs = deploy.call.iter().filter_map(|_| site.text.step(&site.job, line)).filter_map(|step| step.get("with"));
        for input in inputs.flat_map(Value::entries) {
            let (name, text) = (input.name().unwrap_or_default(), input.value.scalar().unwrap_or_default());
            let path = deploy.row.path_inputs.iter().any(|own| own.eq_ignore_ascii_case(name));
            let meanings: Vec<Meaning> = meaning::expressions(text).map(|text| follows.text(text, site, line)).collect();
            let open = !path && meaning::expressions(text).any(|text| !is_secret(text));
            if made(name, text) && !path || open {
                told.push((meanings, input.value.place()));
            }
        }
        told
    }
}

/// The value of an input is what an earlier step of the job printed that renders such a file. What that one is given is asked of it.
fn is_rendered(deploy: &ReleaseStep, site: &Site, name: &str) -> bool {
    let written = || site.text.step(&site.job, own_place(deploy).line)?.route(&["with", name])?.scalar();
    let inner = written().and_then(|text| text.trim().strip_prefix("${{")?.strip_suffix("}}"));
    let parts: Vec<&str> = inner.unwrap_or_default().trim().split('.').collect();
    let ["steps", id, "outputs", _] = parts.as_slice() else { return false };
    let steps = site.value().and_then(|job| job.get("steps"));
    let is = |step: &Value<'_>| step.get("id").and_then(Value::scalar).is_some_and(|own| own.eq_ignore_ascii_case(id));
    let uses = steps.into_iter().flat_map(Value::items).find(is).and_then(|step| step.get("uses")).and_then(Value::scalar);
    let name = uses.and_then(|uses| uses.split_once('@')).map_or("", |(name, _)| name);
    deploy.row.rendered_by.iter().any(|known| matching::same_action(known, name))
}

impl Held<'_> {
    /// It stands for what is verified.
    pub(super) fn is_of(&self, meaning: &Meaning) -> bool {
        match (meaning, self.named) {
            (Meaning::Verified, _) => true,
            (Meaning::Sha, _) => self.of_tag,
            (Meaning::Named(name), Some(Meaning::Named(verified))) => name == verified,
            (meaning, _) => self.of_tag && meaning.is_event(),
        }
    }
}

/// It says who deploys, or where to, and nothing of what.
pub(super) fn is_secret(text: &str) -> bool {
    ["secrets.", "vars.", "github.token"].iter().any(|known| text.contains(known))
}

/// What the parts of a word stand for that are not known.
fn of_word(follows: &Follows<'_>, site: &Site, line: usize, word: &Word) -> Vec<Meaning> {
    let own = word.place.path == *site.text.path() && word.raw.contains(UNKNOWN_CHAR);
    let written = own.then(|| site.text.expressions(word.place.line)).into_iter().flatten();
    let written = written.map(|text| follows.text(text, site, line));
    written.chain(meaning::variables(&word.raw).map(|name| follows.named(name, site, line))).collect()
}

/// It is a step of an action of the tree, whose variables and inputs are its own.
fn in_action(verify: &ReleaseStep) -> bool {
    verify.chain.iter().any(|hop| matches!(hop.place.path.file_name(), "action.yml" | "action.yaml"))
}

/// A word that is one variable, or the event's reference without what stands before a tag's name.
fn is_whole(raw: &str) -> bool {
    let inner = meaning::unquoted(raw);
    let inner = inner.strip_prefix("refs/tags/").unwrap_or(inner);
    meaning::variable(inner).is_some()
        || meaning::is_expression(inner)
        || matches!(inner, "${GITHUB_REF#refs/tags/}" | "${GITHUB_REF##*/}" | "${GITHUB_REF##refs/tags/}")
}
