//! Owns building whom a verification trusts from a policy and the key files beside it. Refuses to verify anything, and to take a
//! certificate from anywhere but the policy's own source.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::policy::{Key, Person, Policy};
use super::read::Open;
use crate::error::Error;
use crate::signing::material::Material;
use crate::signing::openpgp::{self, Certificate};
use crate::signing::ssh::{self, SshKey};
use crate::signing::trust::{OpenPgpKey, Person as Trusted, Trust, Window};
use crate::text::{Place, SourceFile};

/// The role whose signature counts for a release.
pub const RELEASER: &str = "release";
/// The role that may approve a weaker policy.
pub const POLICY_OWNER: &str = "policy-owner";

/// Whom the policy trusts at `now` (seconds since the epoch). `open` hands over files of the policy's own source.
///
/// # Errors
/// One usage error that carries every problem of keys and certificates; an incomplete error when a file cannot be read.
pub fn trust(policy: &Policy, open: &Open<'_>, now: i64) -> Result<Trust, Error> {
    let mut building = Building { open, problems: Vec::new(), owners: BTreeMap::new() };
    let mut people = Vec::new();
    for (name, person) in &policy.people {
        people.push(building.person(name, person)?);
    }
    if let Some(path) = &policy.release.allowed_signers {
        building.allowed_signers(path, policy, &mut people)?;
    }
    building.one_owner_each(&people, policy);
    if let Some(error) = Error::all(building.problems) {
        return Err(error);
    }
    let formats = &policy.release.formats;
    Ok(Trust {
        people,
        no_openpgp: !formats.iter().any(|format| format == "openpgp"),
        no_ssh: !formats.iter().any(|format| format == "ssh"),
        sha1_self_signatures: policy.release.sha1_self_signatures,
        lenient_armor: policy.release.lenient_armor,
        timestamps: policy.release.timestamps,
        max_skew: policy.release.max_skew_days.map(|days| days.saturating_mul(86_400)),
        now,
    })
}

/// Paths of the files that whom a policy trusts is read from, whether they are there or not.
#[must_use]
pub fn named_files(policy: &Policy) -> Vec<String> {
    let keys = policy.people.values().flat_map(|person| &person.pgp);
    keys.map(certificate_file).chain(policy.release.allowed_signers.clone()).collect()
}

/// Where a key's certificate lies.
fn certificate_file(key: &Key) -> String {
    key.cert.clone().unwrap_or_else(|| format!(".tollgate/keys/{}.asc", key.id.to_ascii_uppercase()))
}

struct Building<'a> {
    open: &'a Open<'a>,
    problems: Vec<Error>,
    owners: BTreeMap<Material, String>,
}

impl Building<'_> {
    fn person(&mut self, name: &str, person: &Person) -> Result<Trusted, Error> {
        let own = Window { after: person.valid_after.map(start), before: person.valid_before.map(start) };
        let mut trusted = Trusted {
            name: name.to_owned(),
            counts: person.roles.iter().any(|role| role == RELEASER),
            openpgp: Vec::new(),
            ssh: Vec::new(),
        };
        for key in &person.pgp {
            let fingerprint = key.id.to_ascii_uppercase();
            let certificate = self.certificate(key, &fingerprint)?;
            let window = own.and(window(key));
            trusted.openpgp.push(OpenPgpKey { fingerprint, certificate, window, compromised: key.compromised });
        }
        let entry = |at: usize| (&trusted.openpgp[at].fingerprint, trusted.openpgp[at].window, person.pgp[at].cert.as_ref());
        for at in 0..person.pgp.len() {
            let (key, window, cert) = entry(at);
            let clash = (0..at).map(entry).find(|(other, held, file)| *other == key && (*file != cert || meet(*held, window)));
            if clash.is_some() {
                self.twice(name, key, &person.pgp[at].place);
            }
        }
        for key in &person.ssh {
            match SshKey::parse(&key.id) {
                Ok(parsed) => {
                    let window = own.and(window(key));
                    if trusted.ssh.iter().any(|held| held.is_same_entry(&parsed) && meet(held.window, window)) {
                        self.twice(name, &parsed.fingerprint, &key.place);
                    }
                    trusted.ssh.push(parsed.limited(window, key.compromised));
                }
                Err(why) => self.wrong(&key.place, format!("this SSH key is refused: {why}"), "the line of the .pub file"),
            }
        }
        Ok(trusted)
    }

    /// Two entries for one key say two things of the same day.
    fn twice(&mut self, name: &str, key: &str, place: &Place) {
        let hint = "keep one entry; two are for two times that lie apart (valid_after, valid_before), with the same certificate";
        self.wrong(place, format!("`{name}` lists the key {key} twice"), hint);
    }

    fn wrong(&mut self, place: &Place, message: String, hint: &str) {
        self.problems.push(Error::usage(message).at(place.clone()).hint(hint));
    }

    /// The certificate of a pinned key; a file that the policy names must be there, the default one may be missing.
    fn certificate(&mut self, key: &Key, fingerprint: &str) -> Result<Option<Certificate>, Error> {
        let named = key.cert.is_some();
        let path = certificate_file(key);
        let Some(file) = self.file(&path)? else {
            if named {
                let hint = "commit the output of `gpg --export --armor FINGERPRINT` there";
                self.wrong(&key.place, format!("there is no certificate `{path}`"), hint);
            }
            return Ok(None);
        };
        match openpgp::load(file.text.as_bytes(), fingerprint) {
            Ok(certificate) => Ok(Some(certificate)),
            Err(why) => {
                let hint = "a certificate file is the output of `gpg --export --armor FINGERPRINT` for exactly one key";
                self.wrong(&key.place, format!("the certificate `{path}` is refused: {why}"), hint);
                Ok(None)
            }
        }
    }

    fn file(&self, path: &str) -> Result<Option<Arc<SourceFile>>, Error> {
        (self.open)(path)
    }

    /// Signers of an `allowed_signers` file, given to the people whose mail address is a principal of theirs.
    fn allowed_signers(&mut self, path: &str, policy: &Policy, people: &mut [Trusted]) -> Result<(), Error> {
        let place = policy.values.route("release.allowed_signers").map(|node| node.place.clone());
        let place = place.or_else(|| policy.place()).unwrap_or_else(|| Place::file(crate::text::RepoPath::root()));
        let Some(file) = self.file(path)? else {
            self.wrong(&place, format!("there is no file `{path}`"), "its path is taken from the policy file");
            return Ok(());
        };
        let signers = match ssh::allowed_signers(&file.text) {
            Ok(signers) => signers,
            Err((line, why)) => {
                self.wrong(&place, format!("{path}:{line}: {why}"), "the format of ssh-keygen(1), ALLOWED SIGNERS");
                return Ok(());
            }
        };
        for trusted in people {
            let Some(person) = policy.people.get(&trusted.name) else { continue };
            let own = Window { after: person.valid_after.map(start), before: person.valid_before.map(start) };
            // What the policy itself says of a key goes before the file; of several lines any may hold, as in ssh-keygen(1).
            let listed = trusted.ssh.clone();
            for signer in &signers {
                let by_policy = listed.iter().any(|key| key.is_same_key(&signer.key));
                if let Some(key) = signer.key_of(&person.email).filter(|_| !by_policy) {
                    trusted.ssh.push(key.limited(own.and(signer.key.window), false));
                }
            }
        }
        Ok(())
    }

    /// One key belongs to one person: two people who hold it would count twice. Two keys that are made of the same are one, whatever their
    /// formats and times; so is a subkey that two certificates hold.
    fn one_owner_each(&mut self, people: &[Trusted], policy: &Policy) {
        let place = policy.values.route("people").map(|node| node.place.clone());
        let place = place.unwrap_or_else(|| Place::file(crate::text::RepoPath::root()));
        for person in people {
            let pinned = person.openpgp.iter().map(|key| (key.fingerprint.clone(), Material::of_fingerprint(&key.fingerprint)));
            let certified = person.openpgp.iter().filter_map(|key| key.certificate.as_ref()).flat_map(Certificate::signing_keys);
            let ssh = person.ssh.iter().filter(|key| key.options.authority.is_none());
            let ssh = ssh.map(|key| (key.fingerprint.clone(), key.material()));
            let mut told = false;
            for (shown, key) in pinned.chain(certified).chain(ssh) {
                let Some(other) = self.owners.insert(key, person.name.clone()).filter(|other| *other != person.name && !told)
                else {
                    continue;
                };
                told = true;
                self.wrong(
                    &place,
                    format!("`{other}` and `{}` hold the same key {shown}", person.name),
                    "a key belongs to one person",
                );
            }
        }
        // Whoever holds an authority can sign as everybody whom it stands for.
        for person in people {
            for key in person.ssh.iter().filter(|key| key.options.authority.is_some()) {
                let Some(other) = self.owners.get(&key.material()).filter(|other| **other != person.name) else { continue };
                let message = format!(
                    "`{other}` holds the key {}, which is the authority for `{}`: one holder could sign as both",
                    key.fingerprint, person.name
                );
                self.wrong(&place, message, "certify with a key of its own that nobody signs releases with");
            }
        }
    }
}

fn window(key: &Key) -> Window {
    Window { after: key.valid_after.map(start), before: key.valid_before.map(start) }
}

/// Whether two times have a moment in common.
fn meet(one: Window, two: Window) -> bool {
    !one.and(two).is_empty()
}

/// The first second of a day in UTC.
fn start(day: Date) -> i64 {
    TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_or(i64::MAX, |moment| moment.as_second())
}
