//! Owns whether the words behind a verification name a tag of which more is known than that it is one: the event's, an input's. Refuses to
//! say what is deployed.

use super::meaning::{self, Follows, Meaning};
use super::site::Site;
use super::{Guard, Reading, arguments};
use crate::answer::Reason;
use crate::doc::Value;
use crate::facts::pipeline::ActionCall;
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
        let meaning = Follows::new(self.snapshot, None).word(name, site, own.line);
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
        match written.map(|text| Follows::new(self.snapshot, None).text(text, site, own.line)) {
            Some(meaning @ Meaning::Named(_)) if !matches!(&meaning, Meaning::Named(tag) if tag.contains('?')) => Ok(meaning),
            _ => {
                let why = "which tag it verifies cannot be read".to_owned();
                Err(Box::new(Guard::Unseen(Reason::Dynamic, input.place(), why)))
            }
        }
    }
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
