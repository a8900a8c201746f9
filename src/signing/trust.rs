//! Owns whom a verification trusts: people, their keys and the time for which each counts, as the policy builds it. Refuses to
//! read a policy file, and to believe a name or fingerprint that a signature claims.

use super::openpgp::Certificate;
use super::ssh::SshKey;

/// A time for which something counts, in seconds since the epoch: closed at the start, open at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first second; `None`: always was.
    pub after: Option<i64>,
    /// The first second that no longer counts; `None`: always will.
    pub before: Option<i64>,
}

impl Window {
    /// Whether a time lies in it.
    #[must_use]
    pub fn holds(&self, time: i64) -> bool {
        self.after.is_none_or(|after| time >= after) && self.before.is_none_or(|before| time < before)
    }

    /// Whether it holds no moment at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.after.zip(self.before).is_some_and(|(after, before)| after >= before)
    }

    /// What lies in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let before = match (self.before, other.before) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Self { after: self.after.max(other.after), before }
    }
}

/// Of the entries for one key the one that judges at a time: before all one that calls it compromised, then the one whose window holds
/// the time and ends last, then the first. `of` gives an entry's window and whether it is compromised.
pub(super) fn judging<T>(entries: impl IntoIterator<Item = T>, time: i64, of: impl Fn(&T) -> (Window, bool)) -> Option<T> {
    let rank = |entry: &T| {
        let (window, compromised) = of(entry);
        (compromised, window.holds(time).then(|| window.before.unwrap_or(i64::MAX)))
    };
    entries.into_iter().reduce(|best, next| if rank(&next) > rank(&best) { next } else { best })
}

/// Someone whose signature may count.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name in the policy: the only name that is ever shown.
    pub name: String,
    /// Whether the role makes the signature count.
    pub counts: bool,
    /// OpenPGP keys.
    pub openpgp: Vec<OpenPgpKey>,
    /// SSH keys.
    pub ssh: Vec<SshKey>,
}

/// An OpenPGP key of a person.
#[derive(Clone, Debug)]
pub struct OpenPgpKey {
    /// The pinned fingerprint of the primary key, upper-case hex.
    pub fingerprint: String,
    /// Its certificate; `None` where the policy's source has no such file.
    pub certificate: Option<Certificate>,
    /// When it counts.
    pub window: Window,
    /// It verifies nothing any more, whatever the time.
    pub compromised: bool,
}

/// One key of a person, as it stands at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStanding {
    /// Its full fingerprint.
    pub key: String,
    /// Why no signature made now would count, as a clause; `None`: it would.
    pub problem: Option<String>,
    /// It is kept for what it signed before, or to say that it verifies nothing: that it cannot sign is meant.
    pub kept: bool,
    /// The first second without it, when it can sign and has an end.
    pub ends: Option<i64>,
    /// Parts of its certificate that nothing vouches for.
    pub ignored: usize,
    /// The first moment of which its certificate tells, where it is older.
    pub speaks_since: Option<i64>,
}

impl Person {
    /// Every key as it stands at `now` (seconds since the epoch), OpenPGP first; `sha1`: certificates' own signatures may use SHA-1. Of a key with several windows the one that judges now.
    #[must_use]
    pub fn keys(&self, now: i64, sha1: bool) -> Vec<KeyStanding> {
        let judges = |key: &&OpenPgpKey| {
            let same = self.openpgp.iter().filter(|other| other.fingerprint == key.fingerprint);
            judging(same, now, |key| (key.window, key.compromised)).is_some_and(|judge| std::ptr::eq(judge, *key))
        };
        let openpgp = self.openpgp.iter().filter(judges).map(|key| {
            let standing = key.certificate.as_ref().map(|certificate| certificate.standing(now, sha1));
            let (own, expires) = match standing {
                None => (Some("no certificate is in the policy, so that tags by it cannot be verified".to_owned()), None),
                Some(standing) => (standing.problem, standing.expires),
            };
            let ignored = key.certificate.as_ref().map_or(0, |certificate| certificate.ignored);
            let speaks_since = key.certificate.as_ref().and_then(Certificate::speaks_since);
            KeyStanding { ignored, speaks_since, ..at(now, &key.fingerprint, key.window, key.compromised, own, expires) }
        });
        let judges = |key: &&SshKey| {
            let same = self.ssh.iter().filter(|other| other.is_same_entry(key));
            judging(same, now, |key| (key.window, key.compromised)).is_some_and(|judge| std::ptr::eq(judge, *key))
        };
        let ssh =
            self.ssh.iter().filter(judges).map(|key| at(now, &key.fingerprint, key.window, key.compromised, key.problem(), None));
        openpgp.chain(ssh).collect()
    }
}

/// A key under its entry's window; `own` is what its certificate says against it.
fn at(now: i64, key: &str, window: Window, compromised: bool, own: Option<String>, expires: Option<i64>) -> KeyStanding {
    let gone = window.before.is_some_and(|before| before <= now);
    let problem = match () {
        () if compromised => Some("it is marked as compromised".to_owned()),
        () if gone => Some("its time in the policy is over".to_owned()),
        () if window.after.is_some_and(|after| after > now) => Some("its time in the policy has not begun".to_owned()),
        () => own,
    };
    let ends = if problem.is_none() { [expires, window.before].into_iter().flatten().min() } else { None };
    KeyStanding { key: key.to_owned(), problem, kept: compromised || gone, ends, ignored: 0, speaks_since: None }
}

/// Whom and what a verification accepts.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Everyone in the policy, sorted by name.
    pub people: Vec<Person>,
    /// OpenPGP signatures are refused.
    pub no_openpgp: bool,
    /// SSH signatures are refused.
    pub no_ssh: bool,
    /// Self-signatures of pinned certificates may use SHA-1.
    pub sha1_self_signatures: bool,
    /// A block that is spelled unusually is noted, not rejected.
    pub lenient_armor: bool,
    /// OpenTimestamps proofs may follow a signature.
    pub timestamps: bool,
    /// How far the tagger's time and the signature's may lie apart, in seconds.
    pub max_skew: Option<i64>,
    /// The moment of the verification, in seconds since the epoch.
    pub now: i64,
}

/// How far a clock may be ahead, in seconds.
const GRACE: i64 = 5 * 60;

impl Trust {
    /// Whether a claimed time has not come yet.
    #[must_use]
    pub fn is_future(&self, time: i64) -> bool {
        time > self.now.saturating_add(GRACE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_closed_at_its_start_and_open_at_its_end() {
        let window = Window { after: Some(10), before: Some(20) };
        assert_eq!([9, 10, 19, 20].map(|time| window.holds(time)), [false, true, true, false]);
        let both = window.and(Window { after: Some(5), before: Some(15) });
        assert_eq!(both, Window { after: Some(10), before: Some(15) });
        assert_eq!(window.and(Window::default()), window);
        assert!(Window::default().holds(i64::MIN));
        assert!(window.and(Window { after: Some(20), before: None }).is_empty() && !window.is_empty());
    }

    #[test]
    fn of_several_entries_the_strictest_fitting_one_judges() {
        let window = |after, before| Window { after, before };
        let entries = [(window(None, Some(10)), false), (window(Some(20), None), false), (window(Some(5), Some(30)), false)];
        let at = |time| judging(entries.iter().enumerate(), time, |(_, entry)| **entry).map(|(at, _)| at);
        assert_eq!([1, 7, 15, 25, 40].map(at), [Some(0), Some(2), Some(2), Some(1), Some(1)]);
        let stolen = [entries[1], (window(None, Some(1)), true)];
        assert_eq!(judging(stolen.iter(), 25, |entry| **entry), Some(&stolen[1]));
    }
}
