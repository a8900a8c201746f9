//! Owns whether what is deployed by a name is the verified one, as the words of a command and the inputs of an action say it. Refuses to know
//! what else a deployment does.

use super::meaning::{Follows, Meaning, Printed};
use super::said::Says;
use super::site::Site;
use super::spelled::Spelled;
use super::tree::Held;
use super::{Guard, Reading, own_place};
use crate::answer::Reason;
use crate::doc::Value;
use crate::facts::matching;
use crate::facts::pipeline::Input;
use crate::facts::shell::Word;
use crate::facts::trace::ReleaseStep;
use crate::text::Place;

impl Reading<'_> {
    /// What is deployed by a name has to be told by that of the verified tag or commit, and by no other; where nothing tells it, it has to be a
    /// path of the job.
    pub(super) fn another_tag(&self, held: &Held<'_>, deploy: &ReleaseStep, site: &Site) -> Option<Guard> {
        if !deploy.row.by_name {
            return None;
        }
        let unseen = |place: Place, why: &str| Some(Guard::Unseen(Reason::Unsupported, place, why.to_owned()));
        let told = self.told(held, deploy, site);
        for (says, place) in &told {
            match says {
                Says::Run => {
                    let why = "what is deployed is named by the commit that the run is of, and not by the verified one";
                    return unseen(place.clone(), why);
                }
                Says::Other => {
                    return unseen(place.clone(), "what is deployed is named by something else than the tag that is verified");
                }
                Says::Nothing | Says::Verified => {}
            }
        }
        let is_path = |name: &String| {
            let value = deploy.call.as_ref().and_then(|call| call.input(name)).and_then(Input::known);
            value.is_some_and(|value| {
                !value.is_empty() && !value.starts_with(['/', '~']) && !value.contains([':', '@', '?']) && !value.contains("..")
            })
        };
        let path = deploy.row.path_inputs.iter().any(|name| is_path(name) || is_rendered(deploy, site, name));
        let nothing = !told.iter().any(|(says, _)| *says == Says::Verified) && !path && !deploy.files.names_path;
        let why = "which of what was made before it deploys is not said there";
        nothing.then(|| unseen(own_place(deploy), why)).flatten()
    }

    /// Follows texts to what a verification printed.
    pub(super) fn follows<'h>(&'h self, held: &'h Held<'_>) -> Follows<'h> {
        let printed = Printed { site: held.site, line: held.at.line, output: held.output() };
        Follows::new(self.snapshot, Some(printed))
    }

    /// How a word of a step is put together, where it stands: in the workflow, or in an action of the tree that is used there.
    pub(super) fn spelled_word(&self, follows: &Follows<'_>, step: &ReleaseStep, site: &Site, word: &Word) -> Spelled {
        let own = own_place(step);
        let (mut site, mut line) = (site.clone(), own.line);
        let behind = step.chain.iter().skip_while(|hop| hop.place != own).skip(1);
        for hop in behind.filter(|hop| matches!(hop.place.path.file_name(), "action.yml" | "action.yaml")) {
            if hop.place.path != *site.text.path() {
                let Some(inner) = site.within(self.snapshot, &hop.place.path, line) else { return Spelled::unclear() };
                site = inner;
            }
            line = hop.place.line;
        }
        follows.spelled_word(word, &site, line)
    }

    /// Where a deployment says which of what was made before it is, and whether that is the verified one.
    fn told(&self, held: &Held<'_>, deploy: &ReleaseStep, site: &Site) -> Vec<(Says, Place)> {
        let line = own_place(deploy).line;
        let follows = self.follows(held);
        let mut told = Vec::new();
        let mut flag = String::new();
        let images = deploy.argv.last().is_some_and(|last| last == "image");
        let last = deploy.args.iter().rposition(|word| !word.head().starts_with('-')).filter(|_| deploy.row.under_last);
        let under = |flag: &str| deploy.row.under_flags.iter().any(|known| known == flag);
        for (at, word) in deploy.args.iter().enumerate() {
            let shape = word.shape();
            let behind = std::mem::replace(&mut flag, if shape.starts_with('-') { shape.to_string() } else { String::new() });
            let is_flag = shape.starts_with('-') && !shape.contains('=');
            let names_a_place = under(&behind) || shape.split_once('=').is_some_and(|(flag, _)| under(flag));
            if is_flag || names_a_place || last == Some(at) {
                continue;
            }
            let image = images && !shape.starts_with('-') && behind.is_empty() && shape.contains('=');
            let spelled = self.spelled_word(&follows, deploy, site, word);
            told.extend(self.says(held, &behind, &spelled, image).into_iter().map(|says| (says, word.place.clone())));
        }
        let inputs = deploy.call.iter().filter_map(|_| site.text.step(&site.job, line)).filter_map(|step| step.get("with"));
        for input in inputs.flat_map(Value::entries) {
            let (name, text) = (input.name().unwrap_or_default(), input.value.scalar().unwrap_or_default());
            if deploy.row.path_inputs.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                continue;
            }
            let spelled = follows.spelled(text, site, line);
            told.extend(self.input_says(held, name, under(name), &spelled).into_iter().map(|says| (says, input.value.place())));
        }
        told
    }

    /// What the lines of an input say: flags among them are those of a command.
    fn input_says(&self, held: &Held<'_>, name: &str, under: bool, spelled: &Spelled) -> Vec<Says> {
        let mut told = Vec::new();
        for line in spelled.split(|c| c == '\n') {
            if under {
                continue;
            }
            if !line.text().trim_start().starts_with('-') {
                told.extend(self.says(held, name, &line, false));
                continue;
            }
            let mut flag = String::new();
            for word in line.split(char::is_whitespace) {
                let is_flag = word.text().starts_with('-') && !word.text().contains('=');
                let behind = std::mem::replace(&mut flag, if is_flag { word.text().to_owned() } else { String::new() });
                if !is_flag {
                    told.extend(self.says(held, &behind, &word, false));
                }
            }
        }
        let open = |meaning: &Meaning| !meaning.is_place() && !self.is_of(held, meaning);
        if spelled.parts().iter().any(open) {
            told.push(Says::Other);
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
