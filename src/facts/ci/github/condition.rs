//! Owns conditions: the text of an `if` read, and decided for one event by asking it in an ordinary run and in runs that
//! differ from it in one respect (a fork, a draft, a label, an actor …). Refuses to know the values: `scope` holds them.

use std::sync::Arc;

use super::changes::Filter;
use super::events::EventInfo;
use super::expr::{Names, Node, Unknown, eval, parse};
use super::home::{Home, Tried, any_name};
use super::imagined::{Other, others};
use super::mentions::{Mentions, TRIED};
use super::residual;
use super::scope::{Free, Imagined, Scope};
use super::template;
use super::verdict::Verdict;
use crate::answer::{Answer, Reason, Why};
use crate::doc::{Kind, Reading, Value};
use crate::facts::hold::{Hold, HoldEffect, Remedy};
use crate::facts::pipeline::{FilterPattern, PathFilter};
use crate::snapshot::DefaultBranch;
use crate::text::Place;

/// Asks a condition in one imagined run: its truth, and the changed-files filters it asked.
type Run<'a> = dyn Fn(&Imagined) -> (Result<bool, Unknown>, Vec<Filter>) + 'a;

/// The `if` of a job or a step.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    test: Test,
    mentions: Mentions,
    place: Option<Place>,
}

#[derive(Clone, Debug)]
enum Test {
    /// There is no `if`, or it is a literal.
    Constant(bool),
    /// An expression.
    Expression(Node),
    /// It cannot be read.
    Unread(Unknown),
}

impl Condition {
    /// Reads an `if`; `None` is the absence of one.
    pub(super) fn read(value: Option<Value<'_>>) -> Self {
        let Some(value) = value else { return Self::constant(true, None) };
        let place = value.place();
        let test = match (value.kind(), value.as_bool()) {
            (Kind::Bool, Reading::Is(known)) => Test::Constant(known),
            (Kind::Null, _) => Test::Constant(true),
            (Kind::String | Kind::Number | Kind::Bool, _) => read_text(value.scalar().unwrap_or_default()),
            _ => Test::Unread(Unknown::plain(Reason::Unreadable, "the condition cannot be read")),
        };
        let mut mentions = Mentions::default();
        match &test {
            Test::Expression(node) => mentions.collect(node),
            // What stands in a text asks for the status of the run all the same.
            Test::Constant(_) => mentions.status = template::expressions(value.scalar().unwrap_or_default()).any(asks_status),
            Test::Unread(_) => {}
        }
        Self { test, mentions, place: Some(place) }
    }

    fn constant(value: bool, place: Option<Place>) -> Self {
        Self { test: Test::Constant(value), mentions: Mentions::default(), place }
    }

    /// The expression, when it is one.
    pub(super) fn node(&self) -> Option<&Node> {
        match &self.test {
            Test::Expression(node) => Some(node),
            _ => None,
        }
    }

    /// Whether it was written.
    pub(super) fn is_written(&self) -> bool {
        self.place.is_some()
    }

    /// Whether it asks about other jobs.
    pub(super) fn asks_needs(&self) -> bool {
        self.mentions.needs
    }

    /// Whether it has a function that asks for the status of the run.
    pub(super) fn asks_status(&self) -> bool {
        self.mentions.status
    }

    /// Why it cannot be read.
    pub(super) fn unread(&self) -> Option<&str> {
        if let Test::Unread(unknown) = &self.test { Some(&unknown.why) } else { None }
    }

    /// Whether it holds by these names, with nothing implied.
    pub(super) fn plain_truth(&self, names: &dyn Names) -> Result<bool, Unknown> {
        match &self.test {
            Test::Constant(value) => Ok(*value),
            Test::Expression(node) => eval(node, names).truth(),
            Test::Unread(unknown) => Err(unknown.clone()),
        }
    }

    /// Whether it holds in one imagined run. Without a status function, `success()` is implied.
    pub(super) fn truth(&self, scope: &Scope<'_>) -> Result<bool, Unknown> {
        if !scope.repository.budget.evaluations(1 + self.mentions.size) {
            return Err(Unknown::plain(Reason::Unsupported, "there are too many conditions to decide"));
        }
        let own = self.plain_truth(scope);
        match scope.imagined.unsuccessful && !self.mentions.status {
            true => Ok(false),
            false => own,
        }
    }

    /// The condition with what inputs and outputs stand for in the scope: they ask about the event and the files too.
    pub(super) fn within(&self, scope: &Scope<'_>) -> Self {
        let Test::Expression(node) = &self.test else { return self.clone() };
        let node = residual::within(node, scope);
        let mut mentions = Mentions::default();
        mentions.collect(&node);
        // A status function in what was handed on is none of this condition.
        mentions.status = self.mentions.status;
        mentions.needs = self.mentions.needs;
        Self { test: Test::Expression(node), mentions, place: self.place.clone() }
    }

    /// Decides it for the event of the scope.
    pub(super) fn judge(&self, scope: &Scope<'_>) -> Verdict {
        let Some(place) = &self.place else { return Verdict::yes() };
        if let Some(verdict) = self.by_name(scope).or_else(|| self.by_home(scope)) {
            return verdict;
        }
        let ordinary = self.ordinary(scope);
        let in_run = |imagined: &Imagined| {
            let scope = Scope { imagined: imagined.clone(), asked: scope.asked.clone(), weighs_changes: true, ..scope.clone() };
            (self.truth(&scope), scope.asked.into_inner())
        };
        let mut truths = Vec::new();
        let mut asked = Vec::new();
        for imagined in &ordinary {
            let (truth, filters) = in_run(imagined);
            truths.push(truth);
            asked = filters;
        }
        if let Some(unknown) = truths.iter().find_map(|truth| truth.as_ref().err()) {
            return Verdict::of(Answer::Unknown(Why::new(unknown.reason, &*unknown.why).at(place.clone())));
        }
        let mut verdict = if truths.iter().all(|truth| *truth == Ok(true)) {
            self.yes_but(scope, &in_run)
        } else {
            self.no_but(scope, &ordinary, &in_run)
        };
        let only = |only: usize| in_run(&Imagined { only_change: Some(only), ..ordinary.first().cloned().unwrap_or_default() }).0;
        match (asked.is_empty(), &verdict.answer) {
            (false, Answer::Yes(())) => changed(&asked, place, &mut verdict, &only),
            (false, Answer::No) if (0..asked.len().min(TRIED)).any(|one| only(one) == Ok(true)) => {
                let why = "only a change that touches no file of another filter runs it";
                verdict = Verdict::yes();
                verdict.add(&Hold::new(HoldEffect::Soften, place.clone(), why).undone(Remedy::Condition));
            }
            (false, Answer::No) if only(usize::MAX) == Ok(true) => {
                let why = "a change that touches a file matched by this filter skips it";
                verdict = Verdict::yes();
                verdict.add(&Hold::new(HoldEffect::Soften, place.clone(), why).undone(Remedy::Condition));
            }
            _ => {}
        }
        verdict
    }

    /// Where the default branch may have several names: the verdict that is the same under all of them, or that of the name which
    /// the condition asks for. Whoever asks for one of them has it; whoever excludes one may have just that one.
    fn by_name(&self, scope: &Scope<'_>) -> Option<Verdict> {
        let DefaultBranch::OneOf(names) = scope.repository.default_branch else { return None };
        if scope.imagined.default_name.is_some() || names.is_empty() {
            return None;
        }
        let under = |number: usize| {
            let imagined = Imagined { default_name: Some(number), ..scope.imagined.clone() };
            self.judge(&Scope { imagined, ..scope.clone() })
        };
        let each: Vec<Verdict> = (0..names.len()).map(under).collect();
        let asked = |name: &String| {
            let mut literals = self.mentions.literals.iter().map(|text| text.strip_prefix("refs/heads/").unwrap_or(text));
            literals.any(|literal| literal == name)
        };
        let mut named = names.iter().zip(&each).filter(|(name, _)| asked(name)).map(|(_, verdict)| verdict);
        let named = named.next().filter(|_| named.next().is_none());
        let kind = |verdict: &Verdict| (verdict.answer.is_yes(), verdict.answer.is_no(), verdict.to_others);
        let one = named.or(each.first())?;
        let decided = named.is_some_and(|named| named.answer.is_yes() && !named.to_others)
            || each.iter().all(|other| kind(other) == kind(one));
        decided.then(|| one.clone())
    }

    /// Where several names are asked to be the repository's, and nobody says which is: the verdict that is the same under all of
    /// them. Whoever asks for one name alone has it.
    fn by_home(&self, scope: &Scope<'_>) -> Option<Verdict> {
        let Home::Asked(asked) = &scope.repository.home else { return None };
        if scope.imagined.home.is_some() || !self.mentions.home.compares {
            return None;
        }
        let Tried { names, whole } = asked.tried(&self.mentions.home);
        let under = |name: &Arc<str>| {
            let imagined = Imagined { home: Some(Arc::clone(name)), ..scope.imagined.clone() };
            self.judge(&Scope { imagined, ..scope.clone() })
        };
        let each: Vec<Verdict> = names.iter().map(under).collect();
        let kind = |verdict: &Verdict| (verdict.answer.is_yes(), verdict.answer.is_no());
        let one = each.first()?;
        if each.iter().all(|other| kind(other) == kind(one)) {
            // Of a name of which only a part is asked for, it is not known that none would do.
            return Some(if one.answer.is_no() && !whole { under(&any_name()) } else { one.clone() });
        }
        let place = self.place.clone()?;
        let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let why = format!("which of {} this repository is, is not known", shown.join(", "));
        Some(Verdict::of(Answer::Unknown(Why::new(Reason::Dynamic, why).at(place))))
    }

    /// The runs that all have to pass: those of the activity types that a change goes through.
    fn ordinary(&self, scope: &Scope<'_>) -> Vec<Imagined> {
        let base = scope.imagined.clone();
        let Some((_, info)) = scope.event else { return vec![base] };
        if !self.mentions.action || !info.is_pull_request() {
            return vec![base];
        }
        let usual = ["synchronize", "opened"].into_iter().filter(|usual| info.actions.iter().any(|action| action == usual));
        let runs: Vec<Imagined> = usual.map(|action| Imagined { action: Some(action.to_owned()), ..base.clone() }).collect();
        if runs.is_empty() { vec![base] } else { runs }
    }

    fn yes_but(&self, scope: &Scope<'_>, in_run: &Run<'_>) -> Verdict {
        let mut verdict = Verdict::yes();
        let Some(place) = &self.place else { return verdict };
        // That other branches are let in without it takes nothing from the default one, as with a filter of the event.
        let to_base = |other: &Other| matches!(other.imagined.free, Some((Free::Base, _)));
        for other in others(&self.mentions, scope).into_iter().filter(|other| !to_base(other)) {
            if in_run(&other.imagined).0 == Ok(false) {
                let effect = if other.imagined.fork { HoldEffect::Soften } else { HoldEffect::Note };
                // What a draft was not asked for is never asked, when nothing starts with the end of the draft.
                let ready = |(_, info): (usize, &EventInfo)| info.actions.iter().any(|action| action == "ready_for_review");
                let never = other.imagined.draft && !scope.imagined.draft && !scope.event.is_some_and(ready);
                let rest = if never {
                    ", and nothing runs it when one becomes ready: `ready_for_review` is not among the types"
                } else {
                    ""
                };
                let why = format!("{} do not run it{rest}", other.who);
                verdict.holds.push(Hold::new(effect, place.clone(), why).undone(Remedy::Condition));
            }
        }
        if self.mentions.home.compares && scope.repository.home.told().is_none() {
            let why = match self.mentions.home.is_never_wanted() {
                false => "runs only in the repository that the condition names",
                true => "does not run in the repository that the condition names",
            };
            verdict.holds.push(Hold::new(HoldEffect::Note, place.clone(), why));
        }
        verdict
    }

    fn no_but(&self, scope: &Scope<'_>, ordinary: &[Imagined], in_run: &Run<'_>) -> Verdict {
        let Some(place) = &self.place else { return Verdict::no() };
        let some_actions = ordinary.iter().filter(|imagined| imagined.action.is_some()).map(|imagined| Other {
            who: format!("pull requests with the activity `{}`", imagined.action.as_deref().unwrap_or_default()),
            imagined: imagined.clone(),
        });
        let mut maybe = None;
        let mut verdict = Verdict::yes();
        for other in some_actions.chain(others(&self.mentions, scope)) {
            match in_run(&other.imagined).0 {
                Ok(true) => {
                    verdict.forks_only |= other.imagined.fork;
                    verdict.to_others |= matches!(other.imagined.free, Some((Free::Base, _)));
                    verdict.holds.push(
                        Hold::new(HoldEffect::Soften, place.clone(), format!("only {} run it", other.who))
                            .undone(Remedy::Condition),
                    );
                }
                Ok(false) => {}
                Err(unknown) => maybe = Some(unknown),
            }
        }
        match (verdict.holds.is_empty(), maybe) {
            (false, _) => verdict,
            (true, Some(unknown)) => Verdict::of(Answer::Unknown(Why::new(unknown.reason, &*unknown.why).at(place.clone()))),
            (true, None) => Verdict::never(place),
        }
    }
}

/// Changed-files filters decide: one that suffices alone becomes a part of the start's filter.
fn changed(asked: &[Filter], place: &Place, verdict: &mut Verdict, passes: &dyn Fn(usize) -> Result<bool, Unknown>) {
    if passes(usize::MAX) == Ok(true) {
        return;
    }
    let (softened, sufficient): (Vec<&Filter>, Vec<&Filter>) = asked
        .iter()
        .enumerate()
        .filter(|(at, _)| passes(*at) == Ok(true))
        .map(|(_, filter)| filter)
        .partition(|filter| filter.softened.is_some());
    let sufficient: Vec<&PathFilter> = sufficient.iter().map(|filter| &filter.passes).collect();
    if let (true, Some(why)) = (sufficient.is_empty(), softened.first().and_then(|filter| filter.softened)) {
        return verdict.add(&Hold::new(HoldEffect::Soften, place.clone(), why));
    }
    match sufficient.as_slice() {
        [] => {
            let why = Why::new(Reason::Unsupported, "several changed-files filters decide together").at(place.clone());
            *verdict = Verdict::of(Answer::Unknown(why));
        }
        [only] => verdict.paths.push((*only).clone()),
        several => {
            let filters: Vec<PathFilter> = several.iter().map(|filter| (*filter).clone()).collect();
            verdict.paths.push(union(filters, place));
        }
    }
}

/// A filter that passes what any of the filters passes.
fn union(filters: Vec<PathFilter>, place: &Place) -> PathFilter {
    let text = filters
        .iter()
        .flat_map(|filter| filter.patterns.iter().map(|pattern| pattern.text.as_str()))
        .collect::<Vec<_>>()
        .join(", ");
    let place = filters.first().map_or_else(|| place.clone(), |filter| filter.place.clone());
    let matcher = crate::facts::pipeline::Matcher::new(move |path| {
        let mut steps = 0;
        let passes = filters.iter().any(|filter| {
            let (passes, more) = filter.test(path);
            steps += more;
            passes
        });
        (passes, steps)
    });
    PathFilter { patterns: Arc::from(vec![FilterPattern { text, negated: false, matcher }]), ignore: false, place }
}

/// An expression inside of a text asks for the status of the run; one that cannot be read may.
fn asks_status((_, inner): (std::ops::Range<usize>, &str)) -> bool {
    let Ok(node) = parse(inner) else { return true };
    let mut mentions = Mentions::default();
    mentions.collect(&node);
    mentions.status
}

/// The text of an `if`: an expression with or without `${{ }}`. With anything around `${{ }}` it is a text, and any text but
/// the empty one is true.
fn read_text(text: &str) -> Test {
    let single = template::whole_expression(text);
    if single.is_none() && text.contains("${{") {
        return Test::Constant(true);
    }
    match parse(single.unwrap_or(text)) {
        Ok(node) => Test::Expression(node),
        Err(_) if text.trim().is_empty() => Test::Constant(true),
        Err(why) => Test::Unread(Unknown::plain(Reason::Unsupported, &format!("the condition cannot be read: {why}"))),
    }
}
