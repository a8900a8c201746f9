//! Owns the typed policy: what its file says, after validation. Judges nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::Terms;
use super::node::{Node, Value};
use crate::catalog::Severity;
use crate::text::{Place, SourceFile};

/// A policy in force: the built-in defaults with what the files say on top.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What facts and checks may read.
    pub terms: Terms,
    /// `[rules]`, by rule id (aliases resolved).
    pub rules: BTreeMap<String, RuleTerms>,
    /// `[[waiver]]`, in the order of the files.
    pub waivers: Vec<Waiver>,
    /// `[[attestation]]`, in the order of the files.
    pub attestations: Vec<Attestation>,
    /// `[gate]`.
    pub gate: Gate,
    /// `[thresholds]`.
    pub thresholds: Thresholds,
    /// `[people]`.
    pub people: BTreeMap<String, Person>,
    /// `[release]`.
    pub release: Release,
    /// `[commits]`.
    pub commits: Commits,
    /// `[org]`.
    pub org: Org,
    /// Every value that a file sets, merged, with its place: for `policy show` and for keys that no rule reads yet.
    pub values: Node,
    /// The files it was read from, the weakest first; none for the built-in defaults.
    pub files: Vec<Arc<SourceFile>>,
}

/// What the policy says about one rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleTerms {
    /// Its severity; `None` inside: off.
    pub severity: Option<Level>,
    /// What follows from unknown.
    pub on_unknown_fail: bool,
    /// From this day on old findings close the gate, too.
    pub block_existing_from: Option<Date>,
}

/// A severity, or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The rule does not decide anything.
    Off,
    /// It has this severity.
    At(Severity),
}

impl Level {
    /// The level of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "off" => Some(Self::Off),
            _ => [Severity::Notice, Severity::Warning, Severity::Error].into_iter().find(|s| s.word() == word).map(Self::At),
        }
    }

    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::At(severity) => severity.word(),
        }
    }
}

/// `[[waiver]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    /// The rule's id.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// Its last day.
    pub expires: Date,
    /// The day it was written.
    pub created: Option<Date>,
    /// `false-positive | risk-accepted | not-applicable`.
    pub kind: Option<String>,
    /// Where it is discussed.
    pub issue: Option<String>,
    /// How many findings it covers at most.
    pub count: Option<usize>,
    /// Only findings in files that match.
    pub path: Option<String>,
    /// Only findings about this subject.
    pub subject: Option<String>,
    /// Only findings with this cause code.
    pub check: Option<String>,
    /// Only findings about this language.
    pub language: Option<String>,
    /// Only findings about this address or operation.
    pub target: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// `[[attestation]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Attestation {
    /// The rule's id.
    pub rule: String,
    /// What is stated.
    pub statement: String,
    /// Who states it.
    pub owner: String,
    /// Who reviewed it.
    pub reviewer: Option<String>,
    /// Where it can be read.
    pub evidence: Option<String>,
    /// The day it was stated.
    pub date: Date,
    /// Its last day.
    pub expires: Date,
    /// Only findings about this subject.
    pub subject: Option<String>,
    /// The commit that brought it.
    pub signed_commit: Option<String>,
    /// Globs it depends on.
    pub covers: Vec<String>,
    /// What it is about.
    pub topics: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// `[gate]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gate {
    /// Further branches that pull requests may target.
    pub branches: Vec<String>,
    /// From this day on old findings close the gate, too.
    pub block_existing_from: Option<Date>,
    /// Who may approve a weaker policy.
    pub policy_review: Option<String>,
    /// The loosest threshold that options may set.
    pub fail_on: Option<Severity>,
    /// What cannot be decided closes the gate.
    pub strict: bool,
}

/// `[thresholds]`, those that something reads; durations in days.
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds {
    /// How long a waiver may hold.
    pub waiver_max_age_days: i64,
    /// How long a statement may hold.
    pub attestation_max_age_days: i64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { waiver_max_age_days: 180, attestation_max_age_days: 365 }
    }
}

/// `[people.NAME]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    /// The account on the forge.
    pub forge: Option<String>,
    /// Mail addresses.
    pub email: Vec<String>,
    /// `release`, `owner`, `security-approver`, `policy-owner`.
    pub roles: Vec<String>,
    /// OpenPGP keys.
    pub pgp: Vec<Key>,
    /// SSH keys.
    pub ssh: Vec<Key>,
    /// First day.
    pub valid_after: Option<Date>,
    /// First day gone.
    pub valid_before: Option<Date>,
}

/// A person's key.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The fingerprint (OpenPGP) or the public key (SSH), as written.
    pub id: String,
    /// The certificate's path from the policy file (OpenPGP).
    pub cert: Option<String>,
    /// First day of validity.
    pub valid_after: Option<Date>,
    /// First day without.
    pub valid_before: Option<Date>,
    /// Known to others.
    pub compromised: bool,
    /// Where it stands.
    pub place: Place,
}

/// From when on something is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// From the beginning of this day, in UTC.
    Day(Date),
    /// From this commit on, in lower-case hex.
    Commit(String),
}

/// `[release]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    /// Which tags are releases, over the whole name.
    pub tag_pattern: String,
    /// Somebody wrote that pattern down, so that it may name what git names rarely hold.
    pub own_pattern: bool,
    /// Branches that a release must lie on; `None`: the default branch; empty: reachability is not asked.
    pub branches: Option<Vec<String>>,
    /// `openpgp`, `ssh`.
    pub formats: Vec<String>,
    /// How many people must sign.
    pub min_signatures: usize,
    /// Releases from here on must be signed; `None`: all.
    pub signed_since: Option<Since>,
    /// How many releases `check` looks at.
    pub check_last: usize,
    /// How far a signature's time may lie from the tagger's, in days.
    pub max_skew_days: Option<i64>,
    /// How old a signature may be, in days.
    pub max_age_days: Option<i64>,
    /// How old the judging policy may be, in days.
    pub max_policy_age_days: Option<i64>,
    /// The commit must lie on the line of first parents.
    pub first_parent: bool,
    /// A tag's own signatures count.
    pub accept_tag: bool,
    /// A countersignature may stand for a tag that carries none.
    pub accept_countersign: bool,
    /// Certificates may be signed by themselves with SHA-1.
    pub sha1_self_signatures: bool,
    /// OpenTimestamps proofs may follow a signature.
    pub timestamps: bool,
    /// A signature block spelled unusually is noted, not rejected.
    pub lenient_armor: bool,
    /// Verification needs the log of earlier releases.
    pub state_required: bool,
    /// A file of SSH signers, its path from the policy file.
    pub allowed_signers: Option<String>,
}

impl Default for Release {
    fn default() -> Self {
        Self {
            tag_pattern: r"^(.+[@/])?v?\d+\.\d+(\.\d+)?([-.+].+)?$".to_owned(),
            own_pattern: false,
            branches: None,
            formats: vec!["openpgp".to_owned(), "ssh".to_owned()],
            min_signatures: 1,
            signed_since: None,
            check_last: 5,
            max_skew_days: None,
            max_age_days: None,
            max_policy_age_days: None,
            first_parent: false,
            accept_tag: true,
            accept_countersign: false,
            sha1_self_signatures: false,
            timestamps: true,
            lenient_armor: false,
            state_required: false,
            allowed_signers: None,
        }
    }
}

/// `[commits]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Commits {
    /// `none | default-branch | all`.
    pub require: String,
    /// Merges made by the forge may carry its signature.
    pub allow_forge_merges: bool,
}

impl Default for Commits {
    fn default() -> Self {
        Self { require: "none".to_owned(), allow_forge_merges: true }
    }
}

/// `[org]`; groups and exemptions stay in [`Policy::values`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Org {
    /// The lowest severity of a rule, by rule id.
    pub floors: BTreeMap<String, Severity>,
    /// Keys that a repository may not set otherwise.
    pub locked: Vec<String>,
    /// The only rules that may be waived; `None`: all.
    pub waivable: Option<Vec<String>>,
}

/// The profile that takes the checklist by its letter: signatures are OpenPGP's.
const LITERAL: &str = "literal";

impl Policy {
    /// The policy where nobody wrote one.
    #[must_use]
    pub fn builtin() -> Self {
        let nowhere = Place::file(crate::text::RepoPath::root());
        Self {
            terms: Terms { profile: "modern".to_owned(), ..Terms::default() },
            rules: BTreeMap::new(),
            waivers: Vec::new(),
            attestations: Vec::new(),
            gate: Gate::default(),
            thresholds: Thresholds::default(),
            people: BTreeMap::new(),
            release: Release::default(),
            commits: Commits::default(),
            org: Org::default(),
            values: Node { place: nowhere.clone(), key: nowhere, value: Value::Table(BTreeMap::new()) },
            files: Vec::new(),
        }
    }

    /// The policy under this profile, its own or another in its place: what it leaves open is what that profile says.
    #[must_use]
    pub fn under(mut self, profile: &str) -> Self {
        profile.clone_into(&mut self.terms.profile);
        if self.values.route("release.formats").is_none() {
            self.release.formats = match profile {
                LITERAL => vec!["openpgp".to_owned()],
                _ => Release::default().formats,
            };
        }
        self
    }

    /// What holds for a rule that the policy states something about: the severity of `[rules]`, and never less than the
    /// organisation's floor; `None` where neither says.
    #[must_use]
    pub fn level(&self, id: &str) -> Option<Level> {
        let stated = self.rules.get(id).and_then(|terms| terms.severity);
        stated.max(self.org.floors.get(id).copied().map(Level::At))
    }

    /// The place of the policy file that judges, for findings about the policy itself.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.files.last().map(|file| Place::file(file.path.clone()))
    }
}

/// `tag_pattern` as it is held against a name: the whole of it.
///
/// # Errors
/// It is no regular expression, or none any more once it is anchored.
pub fn whole_name(pattern: &str) -> Result<regex::Regex, regex::Error> {
    // By itself first: `a)|(b` is none, and would become one whose halves are not anchored.
    regex::RegexBuilder::new(pattern).size_limit(1 << 20).build()?;
    regex::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(1 << 20).build()
}
