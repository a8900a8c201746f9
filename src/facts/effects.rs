//! Owns what the catalogue's effect rows do to one invocation. Refuses to weigh the result: `ladder` does.

pub(super) mod origin;
mod undo;
mod values;

use super::computed_flags;
use super::hold::{Hold, HoldEffect, Remedy};
use super::invocations::Invocation;
use super::matching::find_flag;
use super::shell::Word;
use super::tool_config::{Query, Settings, places};
use crate::answer::{Answer, Reason, Why};
use crate::catalog::tool::{Does, Effect, Findings, Run, Tool};
use crate::doc::Value;
use crate::text::{Place, Span};
use values::{key_value_matches, same_scalar};

/// The variable that says that a run which changes files fails.
pub const CHANGES_FAIL: &str = "PRE_COMMIT";

/// What an invocation's own flags, inputs, environment and configuration make of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Softened, voided, narrowed, noted, or possibly so.
    pub holds: Vec<Hold>,
    /// Something makes findings fail.
    pub hardened: bool,
    /// It runs in every module of the tree.
    pub widened: bool,
    /// It makes warnings fail as well.
    pub warnings_fail: bool,
    /// What may harden it: then what passes may fail.
    pub may_harden: Option<Why>,
    /// Whether it passes some files by, which its reader names, and where or why not known.
    pub passes_by: Option<Answer<Place>>,
    /// Whether it passes the dependencies of the tree by.
    pub aside: Option<Answer>,
}

impl Outcome {
    fn set_aside(&mut self, answer: Answer) {
        self.aside = Some(self.aside.take().unwrap_or(Answer::No).or(answer));
    }
}

/// Applies every effect row of the tool to the invocation.
#[must_use]
pub fn apply(tool: &Tool, invocation: &Invocation, query: &Query<'_>, settings: &Settings) -> Outcome {
    apply_for(tool, &tool.run[invocation.row], invocation, query, settings)
}

/// What a host's own flags, configuration and exit status do to what runs inside it.
#[must_use]
pub fn own(host: &Tool, invocation: &Invocation, query: &Query<'_>, settings: &Settings) -> Vec<Hold> {
    let Some(row) = invocation.host_row.and_then(|at| host.run.get(at)) else { return Vec::new() };
    let outcome = apply_for(host, row, invocation, query, settings);
    let mut holds = outcome.holds.clone();
    if findings(row.findings, &outcome) == Findings::Pass {
        let here = invocation.chain.last().map_or_else(|| Place::file(crate::text::RepoPath::root()), |hop| hop.place.clone());
        holds.push(Hold::new(HoldEffect::Soften, here, format!("{} exits 0 whatever it finds", host.title)));
    }
    holds
}

/// What a configuration makes of some files that it does not make of all: nothing of them is looked at, or nothing fails.
#[must_use]
pub fn on_files(tool: &Tool, row: Option<&Run>, all: &Settings, some: &Settings) -> Vec<Hold> {
    let own = |effect: &&Effect| effect.run.is_none() || row.is_some_and(|row| effect.run == row.name);
    let mut holds = Vec::new();
    for effect in tool.effect.iter().filter(own).filter(|effect| effect.does == Does::Void) {
        let Some(name) = &effect.setting else { continue };
        if let (Some(Answer::Yes(place)), false) = (some.settings.get(name), all.settings.get(name).is_some_and(Answer::is_yes)) {
            holds.push(Hold::new(HoldEffect::Void, place.clone(), words(effect, tool)));
        }
    }
    holds
}

fn apply_for(tool: &Tool, row: &Run, invocation: &Invocation, query: &Query<'_>, settings: &Settings) -> Outcome {
    let here = invocation.chain.last().map_or_else(|| Place::file(crate::text::RepoPath::root()), |hop| hop.place.clone());
    let mut out = Outcome::default();
    let mut by_setting = Vec::new();
    for effect in &tool.effect {
        if effect.run.as_ref().is_some_and(|name| row.name.as_ref() != Some(name)) {
            continue;
        }
        // pre-commit and prek set it, and fail where a hook has changed a file (`commands/run.py`: `files_modified`).
        if effect.fixes && invocation.env.contains_key(CHANGES_FAIL) {
            continue;
        }
        match versioned(effect, applies(effect, row, invocation, query, settings, &here)) {
            Answer::Yes(place) => match effect.does {
                Does::Harden => {
                    out.hardened = true;
                    out.warnings_fail |= !effect.errors_only;
                }
                Does::Widen => out.widened = true,
                Does::PassBy => out.passes_by = Some(Answer::Yes(place)),
                Does::Soften if effect.setting.is_some() => {
                    let remedy = undo::of(effect, tool, invocation, &place);
                    let place = written(effect, &remedy, place, invocation, query);
                    by_setting.push(Hold::new(HoldEffect::Soften, place, words(effect, tool)).undone(remedy))
                }
                Does::NotDependencies => out.set_aside(Answer::Yes(())),
                Does::SomeDependencies => {
                    let said = effect.why.as_deref().unwrap_or("which files it looks at is said by hand");
                    let why = Why::new(Reason::Unsupported, said);
                    out.set_aside(Answer::Unknown(why.at(place)));
                }
                does => {
                    let said = named(effect, invocation, &place).map_or_else(
                        || words(effect, tool),
                        |name| words(effect, tool).replace(" with it", &format!(" with `{name}`")),
                    );
                    let remedy = undo::of(effect, tool, invocation, &place);
                    let place = written(effect, &remedy, place, invocation, query);
                    out.holds.push(Hold::new(weight(does), place, said).undone(remedy));
                }
            },
            Answer::Unknown(why) => {
                // What may harden proves nothing, but it may; what may soften is a reason to doubt.
                match effect.does {
                    Does::Harden => out.may_harden = out.may_harden.take().or(Some(why)),
                    Does::Soften if effect.setting.is_some() => by_setting.push(Hold::unknown(&why, &here)),
                    Does::Soften | Does::Void => out.holds.push(Hold::unknown(&why, &here)),
                    Does::NotDependencies | Does::SomeDependencies => out.set_aside(Answer::Unknown(why)),
                    Does::PassBy => out.passes_by = Some(Answer::Unknown(why)),
                    Does::Narrow | Does::Note | Does::Widen => {}
                }
            }
            Answer::No => {}
        }
    }
    // What a configuration softens (every rule a warning), a flag can undo (`--max-warnings 0`).
    if !out.warnings_fail {
        let doubt = out.may_harden.as_ref().map(|why| Hold::unknown(why, &here));
        out.holds.extend(by_setting.drain(..).map(|hold| doubt.clone().unwrap_or(hold)));
    }
    out.holds.extend(computed_flags::hold(tool, invocation, query));
    out.holds.dedup();
    out
}

/// Where what takes effect at a place is written: a flag may come from a variable, an input, the words behind `--`.
fn written(effect: &Effect, remedy: &Remedy, place: Place, invocation: &Invocation, query: &Query<'_>) -> Place {
    let name = match (remedy, &effect.env) {
        (Remedy::Drop(word), _) => word.split([' ', '=']).next().filter(|word| word.starts_with("--")),
        (_, name) => name.as_deref(),
    };
    name.map_or_else(|| place.clone(), |name| origin::of(name, &place, invocation, query.world.snapshot))
}

/// A row that is true of some versions only proves nothing while the version is not known.
fn versioned(effect: &Effect, answer: Answer<Place>) -> Answer<Place> {
    match answer {
        Answer::Yes(place) if effect.since.is_some() || effect.before.is_some() => {
            let why = effect.why.clone().unwrap_or_else(|| "what it does depends on the version".to_owned());
            Answer::Unknown(Why::new(Reason::Unsupported, format!("{why}, in some versions")).at(place))
        }
        other => other,
    }
}

fn weight(does: Does) -> HoldEffect {
    match does {
        Does::Soften => HoldEffect::Soften,
        Does::Void => HoldEffect::Void,
        Does::Narrow => HoldEffect::Narrow,
        Does::Harden | Does::Note | Does::PassBy | Does::Widen | Does::NotDependencies | Does::SomeDependencies => {
            HoldEffect::Note
        }
    }
}

/// What an effect stands at, in its own words: the flag, the variable, the key.
fn named<'e>(effect: &'e Effect, invocation: &'e Invocation, place: &Place) -> Option<&'e str> {
    let flag = || invocation.args.iter().find(|word| word.place == *place).and_then(|word| word.value.as_deref());
    effect.env.as_deref().or(effect.key.as_deref()).or(effect.input.as_deref()).or_else(flag)
}

fn words(effect: &Effect, tool: &Tool) -> String {
    if let Some(why) = &effect.why {
        return why.clone();
    }
    match effect.does {
        Does::Soften => "lets findings pass".to_owned(),
        Does::Void => format!("{} checks nothing with it", tool.title),
        Does::Narrow => format!("{} sees less with it", tool.title),
        Does::Harden | Does::Note | Does::PassBy | Does::Widen | Does::NotDependencies | Does::SomeDependencies => String::new(),
    }
}

/// Whether an effect row applies, and where that is said.
fn applies(
    effect: &Effect,
    row: &Run,
    invocation: &Invocation,
    query: &Query<'_>,
    settings: &Settings,
    here: &Place,
) -> Answer<Place> {
    if find_flag(&effect.unless, None, &invocation.args).is_some() {
        return Answer::No;
    }
    if let Some(name) = &effect.env {
        return match invocation.env.get(name) {
            None => Answer::No,
            Some(None) => Answer::Unknown(Why::new(Reason::Dynamic, format!("the value of `{name}` is computed"))),
            Some(Some(value)) if compares(effect) => from(fits(effect, value), here),
            Some(Some(value)) if !effect.flag.is_empty() => from(flags_in_value(effect, value), here),
            Some(Some(value)) => {
                from(effect.value.is_empty() || effect.value.iter().any(|wanted| same_scalar(wanted, value)), here)
            }
        };
    }
    if let (Some(name), Some(other)) = (&effect.input, &effect.same_as) {
        let given = |name: &str| invocation.inputs.get(name).map(|input| (input, input.value.as_deref().map(str::trim)));
        let (Some((input, Some(one))), Some((_, Some(two)))) = (given(name), given(other)) else { return Answer::No };
        return from(!one.is_empty() && one == two, &input.text.place(0..input.text.text().len()));
    }
    if let Some(name) = &effect.input {
        return match invocation.inputs.get(name) {
            None => from(effect.default.as_ref().is_some_and(|default| fits(effect, default)), here),
            Some(input) => match &input.value {
                Some(value) if compares(effect) => from(fits(effect, value), &input.text.place(0..input.text.text().len())),
                Some(value) if effect.flag.is_empty() => {
                    let hit = effect.value.iter().any(|wanted| same_scalar(wanted, value.trim()));
                    from(hit, &input.text.place(0..input.text.text().len()))
                }
                Some(value) => from(flags_in_value(effect, value), &input.text.place(0..input.text.text().len())),
                None => Answer::Unknown(Why::new(Reason::Dynamic, format!("the input `{name}` is computed"))),
            },
        };
    }
    if let Some(name) = &effect.setting {
        return settings.settings.get(name).cloned().unwrap_or(Answer::No);
    }
    if let Some(key) = &effect.key {
        let accepts = |value: Value<'_>| key_value_matches(effect, value);
        return match places::value_place(query, &invocation.inputs, effect, key, accepts) {
            Ok(place) => place.map_or(Answer::No, Answer::Yes),
            Err(why) => Answer::Unknown(why),
        };
    }
    if !effect.flag.is_empty() && compares(effect) {
        return compared_flag(effect, &invocation.args);
    }
    if !effect.flag.is_empty() {
        let word = find_flag(&effect.flag, effect.after.as_deref(), &invocation.args);
        let word = word.or_else(|| in_cluster(query.tool, effect, &invocation.args));
        return word.map_or(Answer::No, |word| Answer::Yes(word.place.clone()));
    }
    // A row that names only a `run`: it was matched above.
    from(effect.run.is_some() && effect.run == row.name, here)
}

/// A one-letter flag inside a cluster (`-qe`), for tools that do not spell long flags with one dash. Only what softens is
/// looked for so: a cluster never proves a hardening.
fn in_cluster<'w>(tool: &Tool, effect: &Effect, args: &'w [Word]) -> Option<&'w Word> {
    if !tool.switches.is_empty() {
        return in_known_cluster(tool, effect, args);
    }
    let one_dash_long = |flag: &str| {
        flag.starts_with('-') && !flag.starts_with("--") && flag.split([' ', '=']).next().is_some_and(|name| name.len() > 2)
    };
    let own_flags = tool.effect.iter().flat_map(|effect| &effect.flag).chain(&tool.value_flags).chain(&tool.no_run_flags);
    if !matches!(effect.does, Does::Soften | Does::Void) || own_flags.into_iter().any(|flag| one_dash_long(flag)) {
        return None;
    }
    let end = args.iter().position(|word| word.value.as_deref() == Some("--")).unwrap_or(args.len());
    args[..end].iter().find(|word| {
        let letters = word.value.as_deref().and_then(|value| value.strip_prefix('-')).unwrap_or_default();
        (2..=4).contains(&letters.len())
            && letters.chars().all(|c| c.is_ascii_alphabetic())
            && effect.flag.iter().any(|flag| flag.len() == 2 && flag.starts_with('-') && letters.contains(&flag[1..]))
    })
}

/// A flag inside a cluster of a tool whose letters are all known: they run up to the first that takes the rest as its value.
fn in_known_cluster<'w>(tool: &Tool, effect: &Effect, args: &'w [Word]) -> Option<&'w Word> {
    let wanted =
        |letter: char| effect.flag.iter().any(|flag| flag.strip_prefix('-').is_some_and(|rest| rest == letter.to_string()));
    let end = args.iter().position(|word| word.value.as_deref() == Some("--")).unwrap_or(args.len());
    let mut behind_value_flag = false;
    args[..end].iter().find(|word| {
        let value = word.value.as_deref().unwrap_or_default();
        let is_value = std::mem::replace(&mut behind_value_flag, tool.value_flags.iter().any(|flag| flag == value));
        let letters = value.strip_prefix('-').filter(|letters| !is_value && letters.len() > 1 && !letters.starts_with('-'));
        letters.is_some_and(|letters| letters.chars().take_while(|letter| tool.switches.contains(*letter)).any(wanted))
    })
}

/// Whether a row asks about the value and not only for one of several.
fn compares(effect: &Effect) -> bool {
    !effect.some_of.is_empty() || !effect.none_of.is_empty() || effect.below.is_some()
}

/// Whether a value is what the row asks for.
fn fits(effect: &Effect, value: &str) -> bool {
    if let Some(limit) = effect.below {
        return value.trim().parse::<f64>().is_ok_and(|number| number < limit);
    }
    let mut words = value.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    // An empty value is as good as none.
    if words.clone().next().is_none() {
        return false;
    }
    let among = |list: &[String], word: &str| list.iter().any(|known| known == word);
    let some = effect.some_of.is_empty() || words.clone().any(|word| among(&effect.some_of, word));
    some && !words.any(|word| among(&effect.none_of, word))
}

/// A flag whose value is compared; the last one given counts, as programs that take one value read it.
fn compared_flag(effect: &Effect, args: &[Word]) -> Answer<Place> {
    let end = args.iter().position(|word| word.value.as_deref() == Some("--")).unwrap_or(args.len());
    let args = &args[..end];
    let attached =
        |raw: &str| effect.flag.iter().any(|flag| raw.strip_prefix(flag.as_str()).is_some_and(|rest| rest.starts_with('=')));
    let at = args.iter().rposition(|word| {
        let text = word.value.as_deref().unwrap_or(&word.raw);
        effect.flag.iter().any(|flag| flag == text) || attached(text)
    });
    let Some(at) = at else { return Answer::No };
    let word = &args[at];
    let value = match word.value.as_deref() {
        Some(text) => match text.split_once('=') {
            Some((_, value)) => Some(value),
            None => args.get(at + 1).map_or(Some(""), |next| next.value.as_deref()),
        },
        None => None,
    };
    match value {
        Some(value) => from(fits(effect, value), &word.place),
        None => Answer::Unknown(Why::new(Reason::Dynamic, "the value of a flag is computed").at(word.place.clone())),
    }
}

fn from(yes: bool, place: &Place) -> Answer<Place> {
    if yes { Answer::Yes(place.clone()) } else { Answer::No }
}

/// Flags inside a variable or a key's text, split at blanks (and at U+001F, as `CARGO_ENCODED_RUSTFLAGS` is).
fn flags_in_value(effect: &Effect, value: &str) -> bool {
    let place = Place::file(crate::text::RepoPath::root());
    let words: Vec<Word> = value
        .split(|c: char| c.is_whitespace() || c == '\u{1f}')
        .filter(|word| !word.is_empty())
        .map(|word| Word {
            raw: word.to_owned(),
            value: Some(word.to_owned()),
            partial: None,
            span: Span::default(),
            place: place.clone(),
            glob: false,
        })
        .collect();
    find_flag(&effect.flag, None, &words).is_some()
}

/// What the exit status does with findings, effects applied.
#[must_use]
pub fn findings(own: Findings, outcome: &Outcome) -> Findings {
    match own {
        Findings::Pass | Findings::Errors | Findings::Forge if outcome.hardened => Findings::Fail,
        Findings::Pass | Findings::Errors if outcome.may_harden.is_some() => Findings::Unknown,
        other => other,
    }
}
