//! Owns what the words and inputs of a deployment say of which of what was made before it deploys: each image, setting and line by itself, and
//! of each the part that decides. Refuses to know where it was made.

use super::Reading;
use super::meaning::Meaning;
use super::own_place;
use super::spelled::Spelled;
use super::tree::Held;
use crate::catalog::Catalog;
use crate::catalog::deciding::{Deciding, setting};
use crate::facts::shell::UNKNOWN_CHAR;
use crate::facts::trace::Open;

/// What a text says of which of what was made is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// Nothing, and nothing that matters in another way.
    Nothing,
    /// The verified one.
    Verified,
    /// The one of the run's own commit, which is not known to be it.
    Run,
    /// Something else.
    Other,
}

impl Reading<'_> {
    /// It stands for what is verified, or for what a step of this workflow makes, whose tree is asked for elsewhere.
    pub(super) fn is_of(&self, held: &Held<'_>, meaning: &Meaning) -> bool {
        match (meaning, held.named) {
            (Meaning::Verified, _) => true,
            (Meaning::Sha, _) => held.of_tag,
            (Meaning::Built(place), _) => self.own.iter().any(|step| {
                let own = own_place(step);
                step.row.what.is_none() && own.path == place.path && own.line >= place.line && {
                    let site = self.site(step.job);
                    site.is_some_and(|site| site.step_at(own.line) == place.line)
                }
            }),
            (Meaning::Named(name), Some(Meaning::Named(verified))) => name == verified,
            (meaning, _) => held.of_tag && meaning.is_event(),
        }
    }

    /// A part says nothing of what is made, or the verified one.
    fn is_harmless(&self, held: &Held<'_>, meaning: &Meaning) -> bool {
        meaning.is_place() || self.is_of(held, meaning)
    }

    /// The parts of a word that are not known stand for what they have to.
    pub(super) fn is_open_as(&self, held: &Held<'_>, open: Open, flag: &str, spelled: &Spelled) -> bool {
        let all = |is: &dyn Fn(&Meaning) -> bool| spelled.parts().iter().all(is);
        let own = |meaning: &Meaning| self.is_of(held, meaning) && !matches!(meaning, Meaning::Built(_));
        let says = || self.says(held, flag, spelled, false);
        match open {
            Open::Own => spelled.single() == Some(&Meaning::Here),
            Open::All => spelled.is_open() && all(&own),
            Open::Harmless => all(&|meaning| self.is_harmless(held, meaning)),
            Open::Setting => {
                // What is written out beside is asked for where it stands.
                let wrong = |says: &Says| matches!(says, Says::Other | Says::Run);
                all(&|meaning| self.is_harmless(held, meaning)) && !says().iter().any(wrong)
            }
            Open::Deciding => {
                let says = says();
                let image = says.iter().any(|says| *says != Says::Nothing);
                let newest = spelled.text().contains('/') && !image;
                let whole = || spelled.is_open() && !newest && all(&own);
                says.iter().all(|says| matches!(says, Says::Verified | Says::Nothing)) && (image || whole())
            }
        }
    }

    /// What each setting of a word, or of a line, says.
    pub(super) fn says(&self, held: &Held<'_>, flag: &str, spelled: &Spelled, image: bool) -> Vec<Says> {
        let text = spelled.text();
        let (flag, value) = match text.split_once('=').filter(|(name, _)| name.starts_with("--") && !name.contains(UNKNOWN_CHAR))
        {
            Some((name, _)) => (name, spelled.slice(name.len() + 1..text.len())),
            None => (flag, spelled.clone()),
        };
        if value.text().starts_with(['{', '[']) {
            return match strings(value.text()) {
                Some(found) => found.into_iter().map(|(key, range)| self.of(held, "", &key, &value.slice(range))).collect(),
                None => vec![Says::Other],
            };
        }
        let mut says = Vec::new();
        for piece in settings(value.text()) {
            let piece = value.slice(piece);
            let key = setting(piece.text()).map(|(key, _)| key.to_owned());
            let inner = key.as_ref().map_or_else(|| piece.clone(), |key| piece.slice(key.len() + 1..piece.text().len()));
            // The key of an image is what it is for.
            let key = if image { Some("image".to_owned()) } else { key };
            says.push(self.of(held, flag, key.as_deref().unwrap_or_default(), &inner));
        }
        says
    }

    fn of(&self, held: &Held<'_>, flag: &str, key: &str, value: &Spelled) -> Says {
        let releasing = &Catalog::builtin().releasing;
        let text = value.text();
        let mut deciding = releasing.deciding(key, text);
        if deciding == Deciding::Nothing {
            deciding = releasing.deciding(flag, text);
        }
        // Of a setting of the tree's own it is for the tree to say what that is for.
        if deciding == Deciding::Nothing && key.is_empty() && releasing.is_of_source(flag) {
            if !value.is_open() && !releasing.says_of_which_source(flag, text) {
                return Says::Nothing;
            }
            deciding = Deciding::Part { range: 0..text.len(), digest: false };
        }
        let (range, digest) = match deciding {
            Deciding::Nothing => return Says::Nothing,
            Deciding::Nowhere => return Says::Other,
            Deciding::Part { range, digest } => (range, digest),
        };
        let whole = range.len() == text.len();
        let part = value.slice(range);
        let built = |meaning: &Meaning| matches!(meaning, Meaning::Built(_));
        let counts = |meaning: &Meaning| self.is_of(held, meaning) && (whole || built(meaning) == digest);
        let plain = part
            .text()
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, UNKNOWN_CHAR | '.' | '_' | '-' | '+' | '/' | ':'));
        let one = !text.contains(char::is_whitespace);
        // What an input says is neither a place nor the verified one.
        let around = value.parts().iter().all(|meaning| self.is_harmless(held, meaning));
        if part.is_open() && plain && one && around && part.parts().iter().all(counts) {
            return Says::Verified;
        }
        if part.parts().contains(&Meaning::Sha) { Says::Run } else { Says::Other }
    }
}

/// The settings of a word: behind a comma only where another key follows.
fn settings(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(',') {
        if text.get(at + 1..).is_some_and(|rest| setting(rest.split(',').next().unwrap_or_default()).is_some()) {
            found.push(start..at);
            start = at + 1;
        }
    }
    found.push(start..text.len());
    found
}

/// The values of a text of JSON that are strings, each with its key; `None` where it is none.
fn strings(text: &str) -> Option<Vec<(String, std::ops::Range<usize>)>> {
    let mut found: Vec<(String, std::ops::Range<usize>)> = Vec::new();
    let (mut rest, mut key) = (0, String::new());
    let mut path = String::new();
    while let Some(c) = text.get(rest..).and_then(|rest| rest.chars().next()) {
        match c {
            '"' => {
                let start = rest + 1;
                let mut end = start;
                loop {
                    match text.get(end..)?.chars().next()? {
                        '\\' => return None,
                        '"' => break,
                        c => end += c.len_utf8(),
                    }
                }
                rest = end + 1;
                let string = text.get(start..end)?;
                if text.get(rest..)?.trim_start().starts_with(':') {
                    string.clone_into(&mut key);
                } else if key == "path" {
                    // Of a patch by operations it says what its value is.
                    string.rsplit('/').next().unwrap_or_default().clone_into(&mut path);
                } else {
                    found.push((if key == "value" { path.clone() } else { key.clone() }, start..end));
                }
            }
            c if c.is_whitespace() || matches!(c, '{' | '}' | '[' | ']' | ':' | ',') => rest += c.len_utf8(),
            _ => {
                let behind = text.get(rest..)?;
                let end =
                    behind.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'))).unwrap_or(behind.len());
                let token = behind.get(..end).filter(|token| !token.is_empty())?;
                // Without quotes it may be a text of YAML.
                let number =
                    token.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit()) && token.parse::<f64>().is_ok();
                if !matches!(token, "true" | "false" | "null") && !number {
                    return None;
                }
                rest += end;
            }
        }
    }
    Some(found)
}
