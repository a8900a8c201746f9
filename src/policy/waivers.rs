//! Owns which waiver covers which finding. Refuses to waive what nobody named: a waiver's every field must match, and an expired
//! one covers nothing.

use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::Date;

use super::AppliedWaiver;
use crate::finding::Finding;
use crate::terms::policy::{Policy, Waiver};

/// The waivers of a policy during one run.
pub(super) struct Waivers<'a> {
    entries: Vec<Entry<'a>>,
    today: Date,
}

struct Entry<'a> {
    waiver: &'a Waiver,
    path: Option<GlobMatcher>,
    used: usize,
    days_left: i64,
}

/// A waiver after the run.
pub(super) struct Used<'a> {
    /// The waiver.
    pub waiver: &'a Waiver,
    /// How many findings it covered.
    pub used: usize,
    /// Days to its last one; negative when it is over.
    pub days_left: i64,
}

impl<'a> Waivers<'a> {
    /// The waivers of `policy` on a day.
    pub(super) fn new(policy: &'a Policy, today: Date) -> Self {
        let entry = |waiver: &'a Waiver| Entry {
            waiver,
            path: waiver
                .path
                .as_deref()
                .and_then(|glob| GlobBuilder::new(glob).literal_separator(true).build().ok().map(|glob| glob.compile_matcher())),
            used: 0,
            days_left: days(today, waiver.expires),
        };
        Self { entries: policy.waivers.iter().map(entry).collect(), today }
    }

    /// The waiver that covers a finding, used up by one; the first that matches.
    pub(super) fn cover(&mut self, finding: &Finding) -> Option<AppliedWaiver> {
        let (at, entry) = self.entries.iter_mut().enumerate().find(|(_, entry)| entry.days_left >= 0 && entry.covers(finding))?;
        entry.used += 1;
        Some(AppliedWaiver {
            at,
            counted: entry.waiver.count.is_some(),
            owner: entry.waiver.owner.clone(),
            expires: entry.waiver.expires.to_string(),
            days_left: days(self.today, entry.waiver.expires),
        })
    }

    /// None of them covers anything yet.
    pub(super) fn give_back(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.used = 0);
    }

    /// Whether a waiver that is over covered the finding.
    pub(super) fn covered(&self, finding: &Finding) -> bool {
        self.entries.iter().any(|entry| entry.days_left < 0 && entry.covers(finding))
    }

    /// What became of them.
    pub(super) fn used(&self) -> Vec<Used<'a>> {
        self.entries.iter().map(|e| Used { waiver: e.waiver, used: e.used, days_left: e.days_left }).collect()
    }
}

impl Entry<'_> {
    fn covers(&self, finding: &Finding) -> bool {
        let waiver = self.waiver;
        let language = finding.subject.split(':').next().unwrap_or("");
        waiver.rule == finding.rule
            && waiver.count.is_none_or(|count| self.used < count)
            && waiver.subject.as_ref().is_none_or(|subject| *subject == finding.subject)
            && waiver.check.as_ref().is_none_or(|check| *check == finding.cause)
            && waiver.language.as_ref().is_none_or(|wanted| wanted == language)
            && waiver.target.as_ref().is_none_or(|target| *target == finding.subject)
            && (waiver.path.is_none() || self.path_covers(finding))
    }

    /// The place to act must lie in the waived path; a finding without a place lies nowhere.
    fn path_covers(&self, finding: &Finding) -> bool {
        let place = finding.places.first().map(|evidence| evidence.place.path.as_str());
        match (&self.path, place) {
            (Some(glob), Some(path)) => glob.is_match(path),
            _ => false,
        }
    }
}

/// Days from `today` to a last day; 0 on that day, negative after it.
pub(super) fn days(today: Date, last: Date) -> i64 {
    today.until(last).map_or(0, |span| i64::from(span.get_days()))
}
