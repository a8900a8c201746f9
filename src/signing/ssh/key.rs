//! Owns one SSH key of the policy: a line as in `authorized_keys`, its options, and how strong it is. Refuses weak and retired
//! kinds of key.

use ssh_key::public::KeyData;
use ssh_key::{Algorithm, HashAlg, PublicKey};

use crate::signing::material::{Material, RSA_BITS};
use crate::signing::trust::Window;

/// A key that a person of the policy signs with.
#[derive(Clone, Debug)]
pub struct SshKey {
    pub(super) data: KeyData,
    /// `SHA256:…`, as ssh-keygen prints it.
    pub fingerprint: String,
    /// When it counts.
    pub window: Window,
    /// It verifies nothing any more.
    pub compromised: bool,
    /// What stands before the key.
    pub options: Options,
}

/// Options of a key line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// A security key need not have been touched.
    pub no_touch: bool,
    /// A security key must have checked its user (a PIN).
    pub verify: bool,
    /// The key signs certificates, and counts for nothing itself. Principals whose certificates count; none: no certificate.
    pub authority: Option<Vec<String>>,
}

impl SshKey {
    /// Reads `[options] type base64 [comment]`, of a key that is strong enough; of one with which nothing here computes
    /// [`Self::problem`] tells.
    ///
    /// # Errors
    /// What is wrong with the line, as a clause.
    pub fn parse(line: &str) -> Result<Self, String> {
        let key = Self::read(line)?;
        match strength(&key.data) {
            Err(Unfit::Weak(why)) => Err(why),
            Ok(()) | Err(Unfit::Unsupported(_)) => Ok(key),
        }
    }

    /// Reads a line as [`Self::parse`] does, and a key that is too weak as well: [`Self::problem`] tells.
    ///
    /// # Errors
    /// What is wrong with the line, as a clause.
    pub(super) fn read(line: &str) -> Result<Self, String> {
        if line.trim().contains(|c: char| c.is_control() && c != '\t') {
            return Err("it is more than one line".to_owned());
        }
        let (options, key) = split(line)?;
        let public = PublicKey::from_openssh(key).map_err(|problem| format!("it is no SSH public key: {problem}"))?;
        let data = public.key_data().clone();
        let fingerprint = data.fingerprint(HashAlg::Sha256).to_string();
        Ok(Self { data, fingerprint, window: Window::default(), compromised: false, options: Options::parse(options)? })
    }

    /// Why no signature by it is believed, as a clause; `None`: it can be used.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        strength(&self.data).err().map(|(Unfit::Weak(why) | Unfit::Unsupported(why))| why)
    }

    /// The key as an entry of the policy limits it.
    #[must_use]
    pub fn limited(self, window: Window, compromised: bool) -> Self {
        Self { window, compromised, ..self }
    }

    /// Fingerprint, window and options in one line, for comparing.
    #[must_use]
    pub fn line(&self) -> String {
        let at = |bound: Option<i64>| bound.map_or_else(|| "-".to_owned(), |time| time.to_string());
        let options = &self.options;
        let mut line = format!("{} {}..{}", self.fingerprint, at(self.window.after), at(self.window.before));
        for (set, word) in [(options.no_touch, " no-touch-required"), (options.verify, " verify-required")] {
            line.push_str(if set { word } else { "" });
        }
        if let Some(principals) = &options.authority {
            line.push_str(&format!(" cert-authority {}", principals.join(",")));
        }
        line
    }

    /// Whether both are the same key, and both or neither as an authority.
    #[must_use]
    pub fn is_same_entry(&self, other: &Self) -> bool {
        self.data == other.data && self.options.authority.is_some() == other.options.authority.is_some()
    }

    /// What it is made of.
    #[must_use]
    pub fn material(&self) -> Material {
        Material::of_ssh(&self.data)
    }

    /// Whether both are the same key, whatever their options.
    #[must_use]
    pub fn is_same_key(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

/// Options and key of a line: the options end at the first blank outside quotes, when the line does not begin with a key.
fn split(line: &str) -> Result<(&str, &str), String> {
    let line = line.trim();
    let is_key = |text: &str| ["ssh-", "ecdsa-", "sk-"].iter().any(|kind| text.starts_with(kind));
    if is_key(line) {
        return Ok(("", line));
    }
    let mut quoted = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => {
                let key = line[at..].trim_start();
                return if is_key(key) { Ok((&line[..at], key)) } else { Err("no key follows its options".to_owned()) };
            }
            _ => {}
        }
    }
    Err("it is no SSH public key (`type base64 [comment]`, as in a .pub file)".to_owned())
}

/// Whether a line `type base64 [comment]` is a key of a kind that nothing here knows: the bytes begin with the name of that kind.
pub(super) fn is_of_unknown_kind(key: &str) -> bool {
    use base64ct::{Base64, Encoding as _};
    let mut words = key.split([' ', '\t']);
    let (Some(kind), Some(bytes)) = (words.next(), words.next().and_then(|text| Base64::decode_vec(text).ok())) else {
        return false;
    };
    let named =
        bytes.split_first_chunk::<4>().and_then(|(length, rest)| rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?));
    Algorithm::new(kind).map_or(true, |kind| matches!(kind, Algorithm::Other(_))) && named == Some(kind.as_bytes())
}

impl Options {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut options = Self::default();
        let mut principals = None;
        for (name, value) in list(text)? {
            match (name.to_ascii_lowercase().as_str(), value) {
                ("no-touch-required", None) => options.no_touch = true,
                ("verify-required", None) => options.verify = true,
                ("cert-authority", None) => options.authority = Some(Vec::new()),
                ("principals", Some(value)) => principals = Some(value.split(',').map(|one| one.trim().to_owned()).collect()),
                _ => {
                    return Err(format!(
                        "the option `{name}` is not one of no-touch-required, verify-required, cert-authority, principals=\"…\""
                    ));
                }
            }
        }
        match (&mut options.authority, principals) {
            (Some(slot), Some(names)) => *slot = names,
            (Some(_), None) => return Err("`cert-authority` needs `principals=\"…\"`".to_owned()),
            (None, Some(_)) => return Err("`principals` goes with `cert-authority`".to_owned()),
            (None, None) => {}
        }
        Ok(options)
    }
}

/// `name,name="value"`: commas in quotes belong to the value; no name stands twice.
pub(super) fn list(text: &str) -> Result<Vec<(&str, Option<&str>)>, String> {
    let mut all: Vec<(&str, Option<&str>)> = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, c) in text.char_indices().chain([(text.len(), ',')]) {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted || at == text.len() => {
                let one = text[start..at].trim();
                start = at + 1;
                if one.is_empty() {
                    continue;
                }
                let (name, value) = option(one)?;
                if all.iter().any(|(held, _)| held.eq_ignore_ascii_case(name)) {
                    return Err(format!("the option `{name}` stands there twice"));
                }
                all.push((name, value));
            }
            _ => {}
        }
    }
    if quoted { Err("a quote of its options is not closed".to_owned()) } else { Ok(all) }
}

fn option(text: &str) -> Result<(&str, Option<&str>), String> {
    let Some((name, value)) = text.split_once('=') else { return Ok((text, None)) };
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    value.map(|value| (name, Some(value))).ok_or_else(|| format!("the value of the option `{name}` needs quotes"))
}

/// Why no signature by a key is believed, as a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Others may make one.
    Weak(String),
    /// Nothing here computes with it.
    Unsupported(String),
}

/// Refuses what OpenSSH's signatures no longer use, and RSA that is short, or longer than is computed with.
pub(super) fn strength(key: &KeyData) -> Result<(), Unfit> {
    match key {
        KeyData::Ed25519(_) | KeyData::Ecdsa(_) | KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_) => Ok(()),
        KeyData::Rsa(rsa) => {
            let modulus = rsa.n.as_positive_bytes().unwrap_or_default();
            let first = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
            let bits = modulus.len() * 8 - first.min(modulus.len() * 8);
            match bits {
                bits if RSA_BITS.contains(&bits) => Ok(()),
                bits if bits > *RSA_BITS.end() => {
                    Err(Unfit::Unsupported(format!("it uses RSA of {bits} bits, which is not supported")))
                }
                bits => {
                    let sizes = format!("from {} to {}", RSA_BITS.start(), RSA_BITS.end());
                    Err(Unfit::Weak(format!("an RSA key of {bits} bits is refused: {sizes}")))
                }
            }
        }
        other => Err(Unfit::Weak(format!("keys of the kind {} are refused", other.algorithm()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIgHdc4KUtbbfWAZalKeUZZZ6z495VDXmoyjLOHm5vaC someone";

    #[test]
    fn a_line_is_options_key_and_comment() {
        let plain = SshKey::parse(KEY).expect("a key");
        assert!(plain.fingerprint.starts_with("SHA256:") && plain.options == Options::default());
        let with = SshKey::parse(&format!("cert-authority,principals=\"a@b, c\" {KEY}")).expect("a key");
        assert_eq!(with.options.authority, Some(vec!["a@b".to_owned(), "c".to_owned()]));
        assert!(with.is_same_key(&plain));
        assert!(
            SshKey::parse(&format!("no-touch-required,verify-required {KEY}"))
                .is_ok_and(|key| key.options.no_touch && key.options.verify)
        );
    }

    #[test]
    fn rsa_keys_are_of_a_size_that_is_computed_with() {
        use base64ct::{Base64, Encoding as _};
        let of = |bits: usize| {
            let modulus = [&[0][..], &vec![0xC1; bits / 8]].concat();
            let fields = [&b"ssh-rsa"[..], &[1, 0, 1], &modulus]
                .map(|field| [&u32::try_from(field.len()).expect("small").to_be_bytes(), field].concat());
            SshKey::parse(&format!("ssh-rsa {} x", Base64::encode_string(&fields.concat())))
        };
        assert_eq!([1024, 2048, 4096, 8192].map(|bits| of(bits).is_ok()), [false, true, true, true]);
        assert!(of(1024).is_err_and(|why| why.contains("from 2048 to 4096")));
        assert_eq!(of(4096).map(|key| key.problem()), Ok(None));
        let long = of(8192).map(|key| key.problem());
        assert_eq!(long, Ok(Some("it uses RSA of 8192 bits, which is not supported".to_owned())));
    }

    #[test]
    fn other_lines_say_what_is_wrong() {
        for bad in [
            "",
            "ssh-ed25519",
            "ssh-ed25519 AAAA",
            "zone ssh-",
            &format!("cert-authority {KEY}"),
            &format!("principals=\"a\" {KEY}"),
            &format!("principals=a,cert-authority {KEY}"),
            &format!("touch {KEY}"),
            &format!("principals=\"a {KEY}"),
            &format!("no-touch-required,no-touch-required {KEY}"),
            &format!("cert-authority,principals=\"a\",principals=\"b\" {KEY}"),
            &format!("{KEY}\n{KEY}"),
            &format!("{KEY}\r{KEY}"),
        ] {
            assert!(SshKey::parse(bad).is_err(), "{bad}");
        }
    }
}
