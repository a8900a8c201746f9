//! Owns the grammar of a raw tag object: what it names, when, and which kind of signature block it carries. Refuses to verify
//! anything.

use serde::Serialize;

use super::blocks::{self, BlockKind};

/// The type of the object that a tag names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetType {
    /// A commit.
    Commit,
    /// Another tag.
    Tag,
    /// A tree.
    Tree,
    /// A blob.
    Blob,
}

/// The kind of signature block, by its first line (`signature` in the JSON contract).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SignatureKind {
    /// An armored OpenPGP signature.
    OpenPgp,
    /// An SSH signature.
    Ssh,
    /// A CMS message, as gpgsm and gitsign write.
    X509,
    /// No block.
    None,
}

impl SignatureKind {
    /// The word in the facts contract.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::OpenPgp => "openpgp",
            Self::Ssh => "ssh",
            Self::X509 => "x509",
            Self::None => "none",
        }
    }
}

/// What a tag object says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagObject {
    /// The object it names, in lower-case hex.
    pub object: String,
    /// That object's type, as claimed.
    pub target: TargetType,
    /// The name in its header; may differ from the name of the reference.
    pub name: String,
    /// The tagger's time in seconds since the epoch; tags of 2005 have no tagger.
    pub tagger_time: Option<i64>,
    /// Byte offset of the message, after the empty line.
    pub message: usize,
    /// The kind of the last signature block, which is the one git verifies.
    pub signature: SignatureKind,
    /// Byte offset of that block's first line: the bytes before it are what is signed.
    pub signed_bytes: Option<usize>,
}

/// Why the bytes are not a tag object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagGrammar(pub &'static str);

impl std::fmt::Display for TagGrammar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// Parses the bytes of a tag object: `object`, `type`, `tag`, `tagger`, once each in this order, LF only, then an empty line
/// and the message. Only `tagger` may be absent.
///
/// # Errors
/// What departs from that grammar.
pub fn parse(bytes: &[u8]) -> Result<TagObject, TagGrammar> {
    let mut header = Header { rest: bytes };
    let object = header.value(b"object ", "the first line is not `object ID`")?;
    if object.len() != 40 || !object.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(TagGrammar("the object id is not 40 lower-case hex digits"));
    }
    let target = match header.value(b"type ", "the second line is not `type TYPE`")? {
        "commit" => TargetType::Commit,
        "tag" => TargetType::Tag,
        "tree" => TargetType::Tree,
        "blob" => TargetType::Blob,
        _ => return Err(TagGrammar("the type is none of commit, tag, tree, blob")),
    };
    let name = header.value(b"tag ", "the third line is not `tag NAME`")?;
    if name.is_empty() {
        return Err(TagGrammar("the name is empty"));
    }
    let tagger_time = if header.rest.starts_with(b"tagger ") { Some(ident_time(header.tagger()?)?) } else { None };
    let Some(body) = header.rest.strip_prefix(b"\n") else {
        return Err(TagGrammar("an empty line must end the header after `tagger`"));
    };
    let message = bytes.len() - body.len();
    let block = blocks::last_marker(bytes, message);
    let signed_bytes = block.map(|(at, _)| at);
    let signature = block.map_or(SignatureKind::None, |(_, kind)| match kind {
        // git takes a message for a signature, too.
        BlockKind::OpenPgp | BlockKind::OpenPgpMessage => SignatureKind::OpenPgp,
        BlockKind::Ssh => SignatureKind::Ssh,
        BlockKind::X509 => SignatureKind::X509,
    });
    Ok(TagObject { object: object.to_owned(), target, name: name.to_owned(), tagger_time, message, signature, signed_bytes })
}

/// Times below it are accepted, in seconds since the epoch: later ones overflow where others read them.
const TOO_LATE: i64 = 1 << 40;

/// Parses as [`parse`] does and asks for what a release must have: a tagger, a time that every tool reads alike, and no byte that
/// could be shown as something else.
///
/// # Errors
/// What departs from that.
pub fn parse_strict(bytes: &[u8]) -> Result<TagObject, TagGrammar> {
    let tag = parse(bytes)?;
    let Some(time) = tag.tagger_time else { return Err(TagGrammar("it has no tagger")) };
    if time >= TOO_LATE {
        return Err(TagGrammar("the tagger's time is out of range"));
    }
    if bytes.contains(&0) {
        return Err(TagGrammar("it holds a NUL byte"));
    }
    if bytes.iter().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\n' | b'\t')) || has_c1(bytes) {
        return Err(TagGrammar("it holds a control character other than LF and TAB"));
    }
    Ok(tag)
}

/// Whether it holds U+0080 to U+009F, which terminals obey as they do ESC.
fn has_c1(bytes: &[u8]) -> bool {
    memchr::memchr_iter(0xC2, bytes).any(|at| bytes.get(at + 1).is_some_and(|next| (0x80..0xA0).contains(next)))
}

struct Header<'a> {
    rest: &'a [u8],
}

impl<'a> Header<'a> {
    fn line(&mut self) -> Result<&'a [u8], TagGrammar> {
        let end = memchr::memchr(b'\n', self.rest).ok_or(TagGrammar("the header ends without an empty line"))?;
        let line = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        if line.iter().any(|byte| matches!(byte, b'\r' | 0)) {
            return Err(TagGrammar("the header holds a carriage return or a NUL byte"));
        }
        Ok(line)
    }

    fn value(&mut self, key: &[u8], otherwise: &'static str) -> Result<&'a str, TagGrammar> {
        let value = self.line()?.strip_prefix(key).ok_or(TagGrammar(otherwise))?;
        std::str::from_utf8(value).map_err(|_| TagGrammar("the header is not UTF-8"))
    }

    fn tagger(&mut self) -> Result<&'a [u8], TagGrammar> {
        let line = self.line()?;
        Ok(line.strip_prefix(b"tagger ").unwrap_or(line))
    }
}

/// The seconds of `Name <mail> SECONDS ZONE`; the name may be in any encoding.
fn ident_time(ident: &[u8]) -> Result<i64, TagGrammar> {
    const WRONG: TagGrammar = TagGrammar("the tagger is not `Name <mail> SECONDS +ZONE`");
    let end = memchr::memrchr(b'>', ident).ok_or(WRONG)?;
    if !ident[..end].contains(&b'<') {
        return Err(WRONG);
    }
    let after = ident[end + 1..].strip_prefix(b" ").ok_or(WRONG)?;
    let (seconds, zone) = std::str::from_utf8(after).ok().and_then(|text| text.split_once(' ')).ok_or(WRONG)?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(seconds) || !zone.strip_prefix(['+', '-']).is_some_and(|zone| zone.len() == 4 && digits(zone)) {
        return Err(WRONG);
    }
    seconds.parse().map_err(|_| WRONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    fn with_body(body: &str) -> Vec<u8> {
        format!("object {ID}\ntype commit\ntag v1.0\ntagger A <a@b> 1700000000 +0130\n\n{body}").into_bytes()
    }

    #[test]
    fn reads_header_and_kind_of_signature() {
        let bytes = with_body("hello\n-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n");
        let tag = parse(&bytes).expect("tag");
        assert_eq!((tag.object.as_str(), tag.target, tag.name.as_str()), (ID, TargetType::Commit, "v1.0"));
        assert_eq!((tag.tagger_time, tag.signature), (Some(1_700_000_000), SignatureKind::Ssh));
        assert!(bytes[tag.signed_bytes.expect("block")..].starts_with(b"-----BEGIN SSH"));
        let kind = |body: &str| parse(&with_body(body)).expect("tag").signature;
        assert_eq!(kind("m\n-----BEGIN PGP SIGNATURE-----\n"), SignatureKind::OpenPgp);
        assert_eq!(kind("m\n-----BEGIN SIGNED MESSAGE-----\n"), SignatureKind::X509);
        assert_eq!(kind("m\n -----BEGIN PGP SIGNATURE-----\n"), SignatureKind::None);
        assert_eq!(kind("-----BEGIN PGP SIGNATURE-----\n-----BEGIN SSH SIGNATURE-----"), SignatureKind::Ssh);
        assert_eq!(kind(""), SignatureKind::None);
    }

    #[test]
    fn a_tag_of_2005_has_no_tagger() {
        let tag = parse(format!("object {ID}\ntype tree\ntag v0.99\n\nTest\n").as_bytes()).expect("tag");
        assert_eq!((tag.tagger_time, tag.target), (None, TargetType::Tree));
    }

    #[test]
    fn refuses_every_other_header() {
        for bad in [
            String::new(),
            format!("object {ID}"),
            format!("object {ID}\ntype commit\ntag v\n"),
            format!("object {ID}\ntype commit\ntag v\ntagger A <a> 1 +0000\n"),
            format!("object {ID}\r\ntype commit\ntag v\n\n"),
            format!("object {}\ntype commit\ntag v\n\n", ID.to_uppercase()),
            format!("object {ID}\ntype commit\ntype tag\ntag v\n\n"),
            format!("type commit\nobject {ID}\ntag v\n\n"),
            format!("object {ID}\ntype note\ntag v\n\n"),
            format!("object {ID}\ntype commit\ntag \n\n"),
            format!("object {ID}\ntype commit\ntag v\0w\n\n"),
            format!("object {ID}\ntype commit\ntag v\ntagger A <a> 1 +0000\ntagger B <b> 2 +0000\n\n"),
            format!("object {ID}\ntype commit\ntag v\ntagger A <a> one +0000\n\n"),
            format!("object {ID}\ntype commit\ntag v\ntagger A <a> 1 0000\n\n"),
            format!("object {ID}\ntype commit\ntag v\ntagger A <a> 99999999999999999999 +0000\n\n"),
            format!("object {ID}\ntype commit\ntag v\ntagger nobody\n\n"),
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }
}
