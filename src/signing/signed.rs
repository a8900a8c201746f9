//! Owns verifying all signatures of one tag object: every block over what stands before it, the outermost by someone who counts.
//! Refuses references, branches and history.

use super::blocks::{self, Block, BlockKind};
use super::material::Material;
use super::refusal::{self, COUNTERSIGN, NEXT, Refusal, Step};
use super::trust::{Trust, Window};
use super::{armor, cms, openpgp, ssh};

/// How someone signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// OpenPGP.
    OpenPgp,
    /// SSH.
    Ssh,
}

impl Kind {
    /// The word in the JSON contract.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::OpenPgp => "openpgp",
            Self::Ssh => "ssh",
        }
    }
}

/// A pinned key whose certificate the policy does not have, and which may have made a signature that nobody else made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its full fingerprint.
    pub fingerprint: String,
    /// The signature names this very key; else it names one that may be its subkey.
    pub named: bool,
    /// Its signature would count for a release.
    pub counts: bool,
}

impl Missing {
    /// Who signed cannot be told without the certificate.
    #[must_use]
    pub fn refusal(&self, claim: &str) -> Refusal {
        let key = &self.fingerprint;
        let reason = match self.named {
            true => format!("the signature names {key}, whose certificate the policy does not have"),
            false => format!(
                "the signature names the key {claim}, which may be a subkey of {key}: the policy does not have that certificate"
            ),
        };
        let remedy = format!("commit it as .tollgate/keys/{key}.asc (`gpg --export --armor`)");
        Refusal::indeterminate(Step::Certificate, reason, remedy)
    }
}

/// One signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The person of the policy whose key verified; `None`: nobody of the policy, and then `primary` is a mere claim.
    pub person: Option<String>,
    /// The pinned key without certificate that may have made it; only where no key of the policy did.
    pub missing: Option<Missing>,
    /// How.
    pub kind: Kind,
    /// The full fingerprint of the primary key, or of the SSH key.
    pub primary: String,
    /// The full fingerprint of the subkey, when one signed.
    pub subkey: Option<String>,
    /// What the key that signed is made of; `None`: a stranger's.
    pub material: Option<Material>,
    /// When, in seconds since the epoch: the signature's own time, for SSH the tagger's.
    pub time: i64,
    /// It counts: the person has the role.
    pub counted: bool,
    /// The end of the key's or the person's time, when it has one, in seconds since the epoch.
    pub ends: Option<i64>,
    /// When the key itself ended, by its own expiry or retirement, when that is past.
    pub over: Option<i64>,
    /// The newest time stated by what lies under the signature and was there before it, in seconds since the epoch: no signature over
    /// that is older, whatever it claims.
    pub covers: Option<i64>,
    /// The object of the countersignature that carries it, in hex; `None`: the release's own signature.
    pub countersign: Option<String>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// All signatures of a tag object, the outermost block first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Who signed.
    pub signers: Vec<Signer>,
    /// The bytes that the innermost block signs.
    pub payload: usize,
    /// What a reader should know about the blocks.
    pub notes: Vec<String>,
}

/// Verifies the blocks of `object`, whose message begins at `message`; `tagger` is its tagger's time.
///
/// # Errors
/// The first thing, outermost block first, that keeps the tag from being verified.
pub fn verify(object: &[u8], message: usize, tagger: i64, trust: &Trust) -> Result<Signed, Refusal> {
    let blocks = blocks::chain(object, message)?;
    let mut signed =
        Signed { signers: Vec::new(), payload: blocks.last().map_or(0, |block| block.signed.len()), notes: Vec::new() };
    if blocks.iter().any(|block| block.timestamped) {
        if !trust.timestamps {
            return Err(Refusal::rejected(
                Step::Block,
                "an OpenTimestamps proof follows the signature, which nothing signs",
                NEXT,
            ));
        }
        signed.notes.push("an OpenTimestamps proof follows the signature; it was not checked".to_owned());
    }
    for (at, block) in blocks.iter().enumerate() {
        let signers = verify_block(block, tagger, trust, &mut signed.notes)
            .and_then(|signers| match at == 0 && !signers.iter().any(|signer| signer.counted) {
                true => Err(uncounted(&signers)),
                false => Ok(signers),
            })
            .map_err(|refusal| worst(refusal, &blocks[at + 1..], tagger, trust))?;
        // An outer block is over those before it: it is no older than any of them.
        let inner = [tagger].into_iter().chain(proven(&signers)).max();
        for outer in &mut signed.signers {
            outer.covers = outer.covers.max(inner);
        }
        signed.signers.extend(signers);
    }
    Ok(signed)
}

/// What is the worst of a block's refusal and of those of the blocks under it: another may vouch for what nobody knows or can verify, never
/// for a signature that does not fit.
fn worst(refusal: Refusal, below: &[Block<'_>], tagger: i64, trust: &Trust) -> Refusal {
    let weight = |refusal: &Refusal| (refusal.rejected && refusal.step == Step::Block, refusal.rejected);
    let all = below.iter().filter_map(|block| verify_block(block, tagger, trust, &mut Vec::new()).err());
    all.fold(refusal, |worst, next| if weight(&next) > weight(&worst) { next } else { worst })
}

/// The times at which people of the policy signed. What a stranger's signature claims proves nothing.
pub fn proven(signers: &[Signer]) -> impl Iterator<Item = i64> {
    signers.iter().filter(|signer| signer.person.is_some()).map(|signer| signer.time)
}

/// The times that the signatures of a tag object claim, whatever is wrong with them: to be held against whoever signs over them, never for
/// anybody. An SSH signature has none.
#[must_use]
pub fn claimed(object: &[u8], message: usize) -> Vec<i64> {
    let blocks = blocks::chain(object, message).unwrap_or_default();
    let times = |block: &Block<'_>| -> Vec<i64> {
        let decoded = |style| armor::decode(block.text, style).map(|armored| armored.bytes).unwrap_or_default();
        match block.kind {
            BlockKind::OpenPgp => openpgp::times(&decoded(&armor::PGP_SIGNATURE)),
            BlockKind::X509 => cms::times(&decoded(&armor::CMS_MESSAGE)),
            BlockKind::OpenPgpMessage | BlockKind::Ssh => Vec::new(),
        }
    };
    blocks.iter().flat_map(times).collect()
}

pub(super) fn verify_block(
    block: &Block<'_>,
    tagger: i64,
    trust: &Trust,
    notes: &mut Vec<String>,
) -> Result<Vec<Signer>, Refusal> {
    let refused = |what: &str| {
        let reason = format!("it is signed with {what}, which [release].formats does not list");
        Refusal::rejected(Step::Algorithm, reason, format!("{COUNTERSIGN} with a listed kind of key"))
    };
    match block.kind {
        BlockKind::X509 => {
            return Err(Refusal::indeterminate(
                Step::Algorithm,
                "it is signed with X.509 (gpgsm or gitsign), which is not verified",
                format!("{COUNTERSIGN} with an OpenPGP or SSH key"),
            ));
        }
        BlockKind::OpenPgpMessage => {
            return Err(Refusal::rejected(Step::Block, "the block is an OpenPGP message, not a signature over the tag", NEXT));
        }
        BlockKind::OpenPgp if trust.no_openpgp => return Err(refused("OpenPGP")),
        BlockKind::Ssh if trust.no_ssh => return Err(refused("SSH")),
        BlockKind::OpenPgp | BlockKind::Ssh => {}
    }
    let style = block.kind.style().unwrap_or(&armor::PGP_SIGNATURE);
    let refuse = |why| Refusal::rejected(Step::Block, format!("the signature block is refused: {why}"), NEXT);
    let armored = armor::decode(block.text, style).map_err(refuse)?;
    let spaced = block.spaced.then_some("empty lines follow the signature block, which nothing signs");
    let unusual = armored.unusual.or(spaced);
    let verified = match block.kind {
        BlockKind::Ssh => ssh::verify(&armored.bytes, block.signed, tagger, trust)
            .and_then(|verified| ssh_signer(verified, tagger, trust))
            .map(|signer| vec![signer]),
        _ => openpgp::verify(&armored.bytes, block.signed, trust)
            .and_then(|all| all.into_iter().map(|verified| openpgp_signer(verified, tagger, trust)).collect()),
    };
    let (signers, note) = refusal::spelled("the signature block", unusual, trust.lenient_armor, verified)?;
    notes.extend(note.map(str::to_owned));
    Ok(signers)
}

fn ssh_signer(verified: ssh::Verified, tagger: i64, trust: &Trust) -> Result<Signer, Refusal> {
    let mut signer = Signer {
        person: None,
        missing: None,
        kind: Kind::Ssh,
        primary: verified.fingerprint,
        subkey: None,
        material: verified.material,
        time: tagger,
        counted: false,
        ends: None,
        over: verified.over,
        covers: None,
        countersign: None,
        notes: verified.notes,
    };
    if let Some((person, entry)) = verified.key {
        if trust.is_future(tagger) {
            return Err(Refusal::future());
        }
        let key = |(person, entry): (usize, usize)| &trust.people[person].ssh[entry];
        let compromised = verified.limits.iter().any(|limit| key(*limit).compromised);
        let own = key((person, entry));
        let window = verified.limits.iter().fold(own.window, |window, limit| window.and(key(*limit).window));
        counts(&mut signer, trust, person, window, own.compromised || compromised)?;
        signer.notes.push("an SSH signature has no time of its own; the tagger's is taken".to_owned());
    }
    Ok(signer)
}

fn openpgp_signer(verified: openpgp::Verified, tagger: i64, trust: &Trust) -> Result<Signer, Refusal> {
    let mut signer = Signer {
        person: None,
        missing: verified.missing,
        kind: Kind::OpenPgp,
        primary: verified.primary,
        subkey: verified.subkey,
        material: verified.material,
        time: verified.time,
        counted: false,
        ends: None,
        over: verified.over,
        covers: None,
        countersign: None,
        notes: verified.notes,
    };
    if let Some((person, entry)) = verified.key {
        let key = &trust.people[person].openpgp[entry];
        counts(&mut signer, trust, person, key.window, key.compromised)?;
        signer.notes.extend(skew(signer.time, tagger, trust)?);
    }
    Ok(signer)
}

/// A note when the signature's time and the tagger's are far apart: one of two clocks, or of two claims, is wrong.
fn skew(time: i64, tagger: i64, trust: &Trust) -> Result<Option<String>, Refusal> {
    const NOTED: i64 = 3600;
    let apart = time.saturating_sub(tagger).saturating_abs();
    if trust.max_skew.is_some_and(|most| apart > most) {
        let reason =
            format!("the times of the tagger and of the signature are {apart} seconds apart, more than [release].max_skew");
        return Err(Refusal::rejected(Step::Time, reason, COUNTERSIGN));
    }
    Ok((apart > NOTED).then(|| format!("the times of the tagger and of the signature are {apart} seconds apart")))
}

/// Fills in who it was, after asking whether that key counts at that time.
fn counts(signer: &mut Signer, trust: &Trust, person: usize, window: Window, compromised: bool) -> Result<(), Refusal> {
    let person = &trust.people[person];
    if compromised {
        let reason = format!("the key of {} is marked compromised in the policy", person.name);
        return Err(Refusal::rejected(Step::Signer, reason, COUNTERSIGN));
    }
    if !window.holds(signer.time) {
        let reason =
            format!("the time of the signature is outside the time for which the policy trusts this key of {}", person.name);
        return Err(Refusal::rejected(Step::Time, reason, COUNTERSIGN));
    }
    signer.person = Some(person.name.clone());
    signer.counted = person.counts;
    signer.ends = window.before;
    Ok(())
}

/// The people who count: one of several that cannot be told apart, since one key signed for them, whoever certified it.
#[must_use]
pub fn people<'a>(signers: impl IntoIterator<Item = &'a Signer>) -> Vec<&'a str> {
    /// Who signed with these keys, the first name first.
    struct Group<'a>(Vec<&'a str>, Vec<&'a Material>);
    let mut groups: Vec<Group<'_>> = Vec::new();
    for signer in signers.into_iter().filter(|signer| signer.counted) {
        let Some(name) = signer.person.as_deref() else { continue };
        let mut own = Group(vec![name], signer.material.iter().collect());
        let is_one = |group: &mut Group<'_>| {
            group.0.contains(&name) || signer.material.as_ref().is_some_and(|material| group.1.contains(&material))
        };
        for group in groups.extract_if(.., is_one) {
            own.0.extend(group.0);
            own.1.extend(group.1);
        }
        own.0.sort_unstable();
        groups.push(own);
    }
    let mut names: Vec<&str> = groups.iter().filter_map(|group| group.0.first().copied()).collect();
    names.sort_unstable();
    names
}

/// That somebody counts cannot be told, since a certificate is missing by which one of these might.
#[must_use]
pub fn unclear(signers: &[Signer]) -> Option<Refusal> {
    let missing = |signer: &Signer| {
        signer.missing.as_ref().filter(|missing| missing.counts).map(|missing| missing.refusal(&signer.primary))
    };
    signers.iter().find_map(missing)
}

/// Nobody of the outermost block counts.
fn uncounted(signers: &[Signer]) -> Refusal {
    if let Some(refusal) = unclear(signers) {
        return refusal;
    }
    let reason = match signers.first() {
        Some(Signer { person: Some(person), .. }) => format!("{person} signed, who has no release role in the policy"),
        Some(signer) => format!("the signature names the key {}, which is nobody's in the policy", signer.primary),
        None => "nobody signed".to_owned(),
    };
    Refusal::rejected(
        Step::Signer,
        reason,
        format!("{COUNTERSIGN} with a key of a person with the release role; or add this key by a reviewed change of the policy"),
    )
}
