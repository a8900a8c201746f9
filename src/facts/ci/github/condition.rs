//! Owns conditions: the text of an `if` read, and decided for one event by asking it in an ordinary run and in runs that
//! differ from it in one respect (a fork, a draft, a label, an actor …). Refuses to know the values: `scope` holds them.

use std::sync::Arc;

use super::changes::Filter;
use super::events::{EventInfo, Refs};
use super::expr::{Node, Unknown, eval, parse};
use super::mentions::{Mentions, TRIED};
use super::residual;
use super::scope::{Free, Imagined, Scope};
use super::template;
use super::verdict::Verdict;
use crate::answer::{Answer, Reason, Why};
use crate::doc::{Kind, Reading, Value};
use crate::facts::hold::{Hold, HoldEffect, Remedy};
use crate::facts::pipeline::{FilterPattern, PathFilter, Trigger};
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
        if let Test::Expression(node) = &test {
            mentions.collect(node);
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

    /// Whether it holds in one imagined run. Without a status function, `success()` is implied.
    pub(super) fn truth(&self, scope: &Scope<'_>) -> Result<bool, Unknown> {
        if !scope.repository.budget.evaluations(1 + self.mentions.size) {
            return Err(Unknown::plain(Reason::Unsupported, "there are too many conditions to decide"));
        }
        let own = match &self.test {
            Test::Constant(value) => Ok(*value),
            Test::Expression(node) => eval(node, scope).truth(),
            Test::Unread(unknown) => Err(unknown.clone()),
        };
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
        if let Some(verdict) = self.by_name(scope) {
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
                verdict.add(&Hold::new(HoldEffect::Soften, place.clone(), why));
            }
            (false, Answer::No) if only(usize::MAX) == Ok(true) => {
                let why = "a change that touches a file matched by this filter skips it";
                verdict = Verdict::yes();
                verdict.add(&Hold::new(HoldEffect::Soften, place.clone(), why));
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
        let kind = |verdict: &Verdict| (verdict.answer.is_yes(), verdict.answer.is_no());
        let one = named.or(each.first())?;
        let decided = named.is_some_and(|named| named.answer.is_yes()) || each.iter().all(|other| kind(other) == kind(one));
        decided.then(|| one.clone())
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
        for other in self.others(scope) {
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
        if self.mentions.repository && scope.repository.name.is_none() {
            let why = "runs only in the repository that the condition names";
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
        for other in some_actions.chain(self.others(scope)) {
            match in_run(&other.imagined).0 {
                Ok(true) => {
                    verdict.forks_only |= other.imagined.fork;
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

    /// Runs that differ from an ordinary one in one respect that the condition asks about.
    fn others(&self, scope: &Scope<'_>) -> Vec<Other> {
        let Some((_, info)) = scope.event else { return Vec::new() };
        let base = scope.imagined.clone();
        let mut others = Vec::new();
        let mut add = |who: String, imagined: Imagined| others.push(Other { who, imagined });
        let pull = info.refs == Refs::Pull;
        if pull && self.mentions.fork {
            add("pull requests from forks".to_owned(), Imagined { fork: true, ..base.clone() });
        }
        if pull && self.mentions.draft {
            add("drafts".to_owned(), Imagined { draft: true, ..base.clone() });
        }
        if pull && self.mentions.merged {
            add("merged pull requests".to_owned(), Imagined { merged: true, ..base.clone() });
        }
        if pull && self.mentions.action {
            let unusual = info.actions.iter().filter(|action| !matches!(action.as_str(), "opened" | "synchronize" | "reopened"));
            for action in unusual.take(TRIED) {
                add(
                    format!("pull requests with the activity `{action}`"),
                    Imagined { action: Some(action.clone()), ..base.clone() },
                );
            }
        }
        if info.event.trigger == Trigger::Push && self.mentions.refs {
            if info.refs == (Refs::Branches { tags: true }) {
                add("tags".to_owned(), Imagined { tag: true, ..base.clone() });
            }
            let name = match scope.repository.default_branch {
                DefaultBranch::Known(name) => format!("pushes to `{name}`"),
                DefaultBranch::OneOf(_) => "pushes to the default branch".to_owned(),
            };
            let starts = |name: &String| info.refs.holds(name);
            if scope.repository.default_branch.names().iter().any(starts) {
                add(name, Imagined { default_branch: true, ..base.clone() });
            }
        }
        if pull
            && self.mentions.free.contains(&Free::Label)
            && !self.mentions.literals.iter().any(|text| text.contains(char::is_alphanumeric))
        {
            let some: Arc<str> = Arc::from("a label");
            add("pull requests with a label".to_owned(), Imagined { free: Some((Free::Label, some)), ..base.clone() });
        }
        for kind in &self.mentions.free {
            for literal in &self.mentions.literals {
                // The default branch was imagined above.
                let bare = literal.strip_prefix("refs/heads/").unwrap_or(literal);
                let is_default = scope.repository.default_branch.names().iter().any(|name| name == bare);
                if *kind == Free::Branch && (is_default || !info.refs.holds(bare)) {
                    continue;
                }
                if *kind == Free::Branch && literal.starts_with("refs/tags/") {
                    if !matches!(info.refs, Refs::Tags | Refs::Branches { tags: true }) {
                        continue;
                    }
                    let free = Some((Free::Branch, Arc::clone(literal)));
                    let name = literal.strip_prefix("refs/tags/").filter(|name| !name.is_empty());
                    let who = name.map_or_else(|| "tags".to_owned(), |name| format!("tags like `{name}`"));
                    add(who, Imagined { tag: true, free, ..base.clone() });
                    continue;
                }
                if let Some(who) = who(*kind, literal, info.refs == Refs::Pull) {
                    add(who, Imagined { free: Some((*kind, Arc::clone(literal))), ..base.clone() });
                }
            }
        }
        others
    }
}

/// A run out of the ordinary.
struct Other {
    /// Whose it is, in the plural.
    who: String,
    imagined: Imagined,
}

fn who(kind: Free, name: &str, pull: bool) -> Option<String> {
    if !name.contains(char::is_alphanumeric) || name.contains('\n') || name.len() > 100 {
        return None;
    }
    match kind {
        Free::Actor => Some(format!("runs of the actor `{name}`")),
        Free::HeadRef if pull => Some(format!("pull requests from a branch named like `{name}`")),
        Free::Label if pull => Some(format!("pull requests with the label `{name}`")),
        Free::Words => Some(format!("changes whose text holds `{name}`")),
        // Event names, actions and the like are no branches.
        Free::Branch if !pull => Some(format!("pushes to refs like `{name}`")),
        _ => None,
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
