//! Owns the steps of verifying one tag, in order: name, object, grammar, target, signatures, time, branch, countersignatures.
//! What a tag is called, what it stands for and where that lies is computed from bytes, once. Refuses to choose the policy, and to
//! read or write the log of earlier verifications.

use std::collections::BTreeSet;

use git2::{ObjectType, Oid};

use super::claimed_time::{self, Past};
use super::claims;
use super::countersign::{self, Target};
use super::reach;
use super::target::{self, NEXT_OF_A_COMMIT};
use crate::limits::Limits;
use crate::signing::refusal::{NEXT, Refusal, Step};
use crate::signing::signed::{self, Signed, Signer};
use crate::signing::tag_name::{self, TAGS};
use crate::signing::tag_object::{self, TagObject, TargetType};
use crate::signing::trust::Trust;
use crate::source::objects::ObjectError;
use crate::source::refs::Ref;
use crate::source::{Repository, commit, fetching};
use crate::terms::policy::Release;
use crate::text::shell;

/// What tags are held against.
pub struct Verifying<'a> {
    /// Where they are.
    pub repository: &'a Repository,
    /// The bounds.
    pub limits: &'a Limits,
    /// Whose signatures count.
    pub trust: &'a Trust,
    /// `[release]`.
    pub release: &'a Release,
    /// `tag_pattern`, compiled over the whole name.
    pub pattern: &'a regex::Regex,
    /// Sets of branches: a release must lie on one of each.
    pub branches: &'a [reach::Branches],
    /// What was read of those branches' histories.
    pub histories: reach::Histories,
    /// Where those branches stood when keys ended, as far as that was asked.
    pub past: Past,
}

/// What was found about one tag.
#[derive(Clone, Debug)]
pub struct TagVerdict {
    /// Its name without `refs/tags/`.
    pub name: String,
    /// Verified, or where it stopped.
    pub outcome: Result<(), Refusal>,
    /// The tag object's id.
    pub object: Option<Oid>,
    /// The commit to deploy.
    pub commit: Option<Oid>,
    /// Its tree: all that is claimed.
    pub tree: Option<Oid>,
    /// The SHA-256 of the bytes that the innermost signature covers, in hex.
    pub payload: Option<String>,
    /// Who signed, the tag's own signatures first.
    pub signers: Vec<Signer>,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// The same of the branches that it lies on.
    pub lies_on: Vec<String>,
    /// Why it cannot be told who else countersigned.
    pub unclear: Option<Refusal>,
    /// Branches that only a pattern lets in, and that would show a signature to be in time if the forge protects them: it was not asked.
    pub unasked: BTreeSet<String>,
}

impl Verifying<'_> {
    /// Verifies the tag of this name (without `refs/tags/`).
    #[must_use]
    pub fn tag(&self, name: &str) -> TagVerdict {
        let mut verdict = TagVerdict {
            name: name.to_owned(),
            outcome: Ok(()),
            object: None,
            commit: None,
            tree: None,
            payload: None,
            signers: Vec::new(),
            notes: Vec::new(),
            lies_on: Vec::new(),
            unclear: None,
            unasked: BTreeSet::new(),
        };
        verdict.outcome = self.steps(name, &mut verdict);
        verdict.unasked = self.past.unasked();
        verdict
    }

    /// The branches that only a pattern lets in and by which alone this tag is verified, or would be in time: what a forge says about them
    /// decides (threats B8).
    #[must_use]
    pub fn hinges_on(&self, verdict: &TagVerdict) -> BTreeSet<String> {
        let in_time: BTreeSet<String> = verdict.unasked.iter().filter(|_| verdict.outcome.is_err()).cloned().collect();
        let commit = verdict.commit.filter(|_| verdict.outcome.is_ok() || !in_time.is_empty());
        let of = |(set, commit): (&reach::Branches, _)| -> Vec<String> {
            let names = set.through_patterns(self.repository, self.release, &self.histories, commit);
            names.into_iter().map(str::to_owned).collect()
        };
        self.branches.iter().zip(commit.into_iter().cycle()).flat_map(of).chain(in_time).collect()
    }

    fn steps(&self, name: &str, verdict: &mut TagVerdict) -> Result<(), Refusal> {
        self.name(name)?;
        let id = self.reference(name)?;
        let held = self.object(id, name, verdict)?;
        let commit = match &held {
            Held::Tag { tag, bytes } => {
                verdict.object = Some(id);
                grammar(tag, name)?;
                let commit = self.target(&tag.object, verdict)?;
                self.signatures(name, id, tag, bytes, &commit, verdict)?;
                commit
            }
            Held::Commit => {
                let commit = self.target(&id.to_string(), verdict)?;
                let target = Target { id, commit_too: false, made: None };
                self.countersigned(name, &target, &commit, verdict, lightweight(name, self.release.accept_countersign))?;
                commit
            }
        };
        for (branches, id) in self.branches.iter().zip(verdict.commit.into_iter().cycle()) {
            verdict.lies_on.extend(reach::ask(self.repository, self.release, branches, &self.histories, id)?);
        }
        self.threshold(verdict)?;
        claims::notes(&self.repository.objects, &commit, self.limits, &mut verdict.notes);
        Ok(())
    }

    /// A release by its name, spelled as git allows.
    fn name(&self, name: &str) -> Result<(), Refusal> {
        let refuse = |why: &str| {
            Refusal::rejected(Step::Name, format!("`{name}` is no release: {why}"), "give the exact name of a release tag")
        };
        tag_name::check(name).map_err(refuse)?;
        if name.starts_with(tag_name::COUNTERSIGN) {
            return Err(refuse("it is a countersignature"));
        }
        if !(name.is_ascii() || self.release.own_pattern && says_more_than_ascii(self.pattern, name)) {
            return Err(refuse("it is not ASCII, so it may look like another name ([release].tag_pattern can allow it)"));
        }
        if !self.pattern.is_match(name) {
            return Err(refuse("it does not match [release].tag_pattern"));
        }
        Ok(())
    }

    fn reference(&self, name: &str) -> Result<Oid, Refusal> {
        let full = format!("{TAGS}{name}");
        match self.repository.refs.read(&full) {
            Ok(Some(Ref::Direct(id))) => Ok(id),
            Ok(Some(Ref::Symbolic(target))) => {
                let reason = format!("{full} is a symbolic reference to {target}");
                // A fetch follows it and leaves it what it is.
                let command = shell::word(&full).zip(fetching::tag(name));
                let remedy = command.map(|(full, fetch)| format!("take the tag itself: git symbolic-ref -d {full} && {fetch}"));
                let remedy = remedy.unwrap_or_else(|| fetching::BY_HAND.to_owned());
                Err(Refusal::rejected(Step::Name, reason, remedy))
            }
            Ok(None) => Err(Refusal::rejected(
                Step::Name,
                format!("there is no tag `{name}`"),
                format!("{}, or check the spelling", fetch_it(name)),
            )),
            Err(error) => {
                Err(Refusal::indeterminate(Step::Name, error.message, error.hint.unwrap_or_else(|| "run `git fsck`".to_owned())))
            }
        }
    }

    fn object(&self, id: Oid, name: &str, verdict: &mut TagVerdict) -> Result<Held, Refusal> {
        let objects = &self.repository.objects;
        let (_, kind) = objects.header(id).map_err(|error| missing(id, name, &error, self.limits))?;
        match kind {
            ObjectType::Tag => {}
            ObjectType::Commit => return Ok(Held::Commit),
            other => {
                let reason = format!("the tag names a {}, not a commit", other.str());
                return Err(Refusal::rejected(Step::Target, reason, NEXT_OF_A_COMMIT));
            }
        }
        let object =
            objects.read(id, ObjectType::Tag, self.limits.tag_bytes).map_err(|error| missing(id, name, &error, self.limits))?;
        verdict.object = Some(id);
        let bytes = object.data().to_vec();
        let tag = tag_object::parse_strict(&bytes)
            .map_err(|why| Refusal::rejected(Step::Grammar, format!("the tag object is not well formed: {why}"), NEXT))?;
        Ok(Held::Tag { tag, bytes })
    }

    /// The commit that the tag names, read and kept.
    fn target(&self, id: &str, verdict: &mut TagVerdict) -> Result<commit::Commit, Refusal> {
        let id = Oid::from_str(id).map_err(|error| Refusal::rejected(Step::Grammar, error.message(), NEXT))?;
        let commit = target::commit(self.repository, id)?;
        verdict.commit = Some(id);
        target::tree(self.repository, id, commit.tree)?;
        verdict.tree = Some(commit.tree);
        Ok(commit)
    }

    /// The tag's own signatures; where the policy accepts that, countersignatures in their place.
    fn signatures(
        &self,
        name: &str,
        id: Oid,
        tag: &TagObject,
        bytes: &[u8],
        commit: &commit::Commit,
        verdict: &mut TagVerdict,
    ) -> Result<(), Refusal> {
        match self.signed(bytes, tag, verdict.commit.unwrap_or(id), commit, None) {
            Ok(Signed { signers, payload, notes }) => {
                let made = tag.tagger_time.into_iter().chain(signed::proven(&signers)).max();
                let target = Target { id, commit_too: !self.release.accept_tag, made };
                verdict.payload = Some(sha256(&bytes[..payload]));
                verdict.signers = signers;
                verdict.notes.extend(notes);
                if self.release.accept_tag {
                    countersign::gather(self, name, &target, commit, verdict);
                    return Ok(());
                }
                verdict.signers.iter_mut().for_each(|signer| signer.counted = false);
                let reason = "[release].accept lists no signature of the tag itself, and nobody countersigned".to_owned();
                let refusal = Refusal::rejected(Step::Signer, reason, countersign_it(name));
                self.countersigned(name, &target, commit, verdict, refusal)
            }
            // A signature that does not fit is never made good by another.
            Err(refusal) if curable(&refusal, tag) && self.release.accept_countersign => {
                let refusal = Refusal { remedy: countersign_it(name), ..refusal };
                let made = tag.tagger_time.into_iter().chain(signed::claimed(bytes, tag.message)).max();
                self.countersigned(name, &Target { id, commit_too: true, made }, commit, verdict, refusal)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// The signatures of a tag object, with their times held against the release's commit and the time at which what the tag object names
    /// was `made`.
    pub(super) fn signed(
        &self,
        bytes: &[u8],
        tag: &TagObject,
        id: Oid,
        commit: &commit::Commit,
        made: Option<i64>,
    ) -> Result<Signed, Refusal> {
        let mut signed = signed::verify(bytes, tag.message, tag.tagger_time.unwrap_or(0), self.trust)?;
        for signer in &mut signed.signers {
            signer.covers = signer.covers.max(made);
        }
        for signer in signed.signers.iter_mut().filter(|signer| signer.counted) {
            claimed_time::judge(self, signer, id, commit)?;
        }
        Ok(signed)
    }

    /// Countersignatures alone; `otherwise` when none counts.
    fn countersigned(
        &self,
        name: &str,
        target: &Target,
        commit: &commit::Commit,
        verdict: &mut TagVerdict,
        otherwise: Refusal,
    ) -> Result<(), Refusal> {
        if !self.release.accept_countersign {
            return Err(otherwise);
        }
        countersign::gather(self, name, target, commit, verdict);
        if verdict.signers.iter().any(|signer| signer.counted) {
            verdict.notes.push(format!("a countersignature stands for it: {}", otherwise.reason));
            return Ok(());
        }
        Err(verdict.unclear.clone().unwrap_or(otherwise))
    }

    /// Distinct people with keys of their own, never signatures or keys.
    fn threshold(&self, verdict: &TagVerdict) -> Result<(), Refusal> {
        let people = signed::people(&verdict.signers);
        let (have, want) = (people.len(), self.release.min_signatures);
        if have >= want {
            return Ok(());
        }
        if let Some(refusal) = verdict.unclear.clone().or_else(|| signed::unclear(&verdict.signers)) {
            return Err(refusal);
        }
        let names = people.join(", ");
        let all: BTreeSet<&str> =
            verdict.signers.iter().filter(|signer| signer.counted).filter_map(|signer| signer.person.as_deref()).collect();
        let one = if all.len() > have { "; one key that signed for several people is one" } else { "" };
        let reason = format!("{have} of {want} people signed ({names}){one}");
        let could = self.trust.people.iter().filter(|person| person.counts).count();
        let remedy = if could < want {
            format!("add people by a reviewed change of the policy: it names {could} with the release role, and asks for {want}")
        } else {
            countersigning(&verdict.name, "have another maintainer run: ")
        };
        Err(Refusal::rejected(Step::Threshold, reason, remedy))
    }
}

/// What a reference names.
enum Held {
    Tag { tag: TagObject, bytes: Vec<u8> },
    Commit,
}

fn countersign_it(name: &str) -> String {
    countersigning(name, "countersign it: ")
}

/// What prints the commands of a countersignature, after words that introduce it.
fn countersigning(name: &str, before: &str) -> String {
    shell::word(name).map_or_else(
        || fetching::BY_HAND.to_owned(),
        |word| format!("{before}tollgate countersign {}{word}", if word.starts_with('-') { "-- " } else { "" }),
    )
}

fn fetch_it(name: &str) -> String {
    fetching::tag(name).map_or_else(|| fetching::BY_HAND.to_owned(), |command| format!("fetch it: {command}"))
}

/// Whether a pattern means names beyond ASCII: by a wildcard, or by what it writes. `\d`, `\w` and `\s` mean what they mean to whoever
/// writes a version, and digits of another script are not meant by them.
fn says_more_than_ascii(pattern: &regex::Regex, name: &str) -> bool {
    match regex::bytes::RegexBuilder::new(pattern.as_str()).unicode(false).build() {
        Ok(ascii) => ascii.is_match(name.as_bytes()),
        // It names classes that there are only beyond ASCII.
        Err(_) => true,
    }
}

fn lightweight(name: &str, countersign: bool) -> Refusal {
    let reason = "the tag is lightweight: it names a commit, and nothing can be signed".to_owned();
    let otherwise = if countersign { countersign_it(name) } else { NEXT.to_owned() };
    let fetch = fetching::tag(name).map(|command| format!("if it is annotated at the origin, fetch it again: {command}; else "));
    let remedy = format!("{}{otherwise}", fetch.unwrap_or_default());
    Refusal::rejected(Step::Object, reason, remedy)
}

fn missing(id: Oid, name: &str, error: &ObjectError, limits: &Limits) -> Refusal {
    let reason = format!("the object {id} {error}");
    let fetch = fetch_it(name);
    match error {
        ObjectError::TooLarge(bytes) => {
            let most = limits.tag_bytes;
            let reason = format!("the object {id} has {bytes} bytes: a tag of more than {most} is not read");
            Refusal::rejected(Step::Object, reason, NEXT)
        }
        ObjectError::Broken(_) | ObjectError::OtherType(_) => {
            Refusal::rejected(Step::Object, reason, format!("run `git fsck`; {fetch}"))
        }
        ObjectError::Missing => Refusal::indeterminate(Step::Object, reason, fetch),
    }
}

fn grammar(tag: &TagObject, name: &str) -> Result<(), Refusal> {
    if tag.name != name {
        let reason = format!("the tag object is called `{}`, not `{name}`: it was signed for another name", tag.name);
        return Err(Refusal::rejected(
            Step::Grammar,
            reason,
            "deploy it under the name that was signed, or tag and sign the next version",
        ));
    }
    let what = match tag.target {
        TargetType::Commit => return Ok(()),
        TargetType::Tag => "another tag",
        TargetType::Tree => "a tree",
        TargetType::Blob => "a blob",
    };
    Err(Refusal::rejected(Step::Target, format!("the tag names {what}, not a commit"), NEXT_OF_A_COMMIT))
}

/// Another maintainer may vouch for it: the tag carries no signature, or one that is sound and does not count.
pub fn curable(refusal: &Refusal, tag: &TagObject) -> bool {
    match refusal.step {
        Step::Block => tag.signature == tag_object::SignatureKind::None,
        Step::Signer | Step::Certificate | Step::Algorithm | Step::Time => true,
        _ => false,
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
