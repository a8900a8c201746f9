//! Owns the text around a signature: the lines from BEGIN to END, base64 in them, and the checksum. Stricter than the formats
//! allow: what could be changed without breaking the signature (headers, widths) is reported, so that one payload has one
//! spelling. Refuses to know what the bytes mean.
//!
//! Sources: RFC 9580 §6 (armor, CRC-24), RFC 4648 §4 (base64), PROTOCOL.sshsig of OpenSSH.

use base64ct::{Base64, Encoding as _};

/// A decoded block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Armored {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What departs from the one spelling, as a clause for the reader; the bytes are the same with and without.
    pub unusual: Option<&'static str>,
    /// The checksum, if there is one, is that of the bytes.
    pub intact: bool,
}

/// How a kind of block is written.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// What stands between the dashes: `PGP SIGNATURE`.
    pub label: &'static str,
    /// Columns of a full line: least and most.
    pub columns: (usize, usize),
    /// Whether headers, an empty line and a checksum belong to it.
    pub openpgp: bool,
}

/// What is wrong where the checksum is not that of the bytes.
pub const CHECKSUM: &str = "the checksum of the block is wrong";
/// An OpenPGP signature.
pub const PGP_SIGNATURE: Style = Style { label: "PGP SIGNATURE", columns: (64, 64), openpgp: true };
/// An OpenPGP certificate.
pub const PGP_PUBLIC_KEY: Style = Style { label: "PGP PUBLIC KEY BLOCK", columns: (64, 64), openpgp: true };
/// An SSH signature; writers differ in the width.
pub const SSH_SIGNATURE: Style = Style { label: "SSH SIGNATURE", columns: (64, 76), openpgp: false };
/// A CMS message; gpgsm and gitsign differ in the width.
pub const CMS_MESSAGE: Style = Style { label: "SIGNED MESSAGE", columns: (64, 76), openpgp: false };

/// Decodes one block that fills `text`, from its BEGIN line to its END line.
///
/// # Errors
/// What is wrong with it, as a clause.
pub fn decode(text: &[u8], style: &Style) -> Result<Armored, &'static str> {
    let text = std::str::from_utf8(text).map_err(|_| "the block is not ASCII")?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut lines: Vec<&str> = text.split('\n').collect();
    let begin = format!("-----BEGIN {}-----", style.label);
    let end = format!("-----END {}-----", style.label);
    if lines.first() != Some(&begin.as_str()) {
        let crlf = lines.first().is_some_and(|line| line.strip_suffix('\r') == Some(&begin));
        return Err(if crlf { "its lines end in CRLF, and must end in LF" } else { "the BEGIN line is not alone on its line" });
    }
    if lines.len() < 3 || lines.last() != Some(&end.as_str()) {
        return Err("the END line is missing");
    }
    lines.pop();
    let mut lines = &lines[1..];
    let mut unusual = None;
    if style.openpgp {
        let empty = lines.iter().position(|line| line.is_empty()).ok_or("no empty line ends the headers of the block")?;
        if empty > 0 {
            unusual = Some("the block has headers that no signature covers");
        }
        lines = &lines[empty + 1..];
    }
    let mut checksum = None;
    if let Some((last, rest)) = lines.split_last()
        && let Some(digits) = last.strip_prefix('=')
        && style.openpgp
        && digits.len() == 4
    {
        (checksum, lines) = (Some(digits), rest);
    }
    let bytes = body(lines, style, &mut unusual)?;
    let mut intact = true;
    if let Some(digits) = checksum {
        let wanted = Base64::decode_vec(digits).map_err(|_| "the checksum is not base64")?;
        if wanted != crc24(&bytes) {
            intact = false;
            unusual.get_or_insert(CHECKSUM);
        }
    }
    Ok(Armored { bytes, unusual, intact })
}

fn body(lines: &[&str], style: &Style, unusual: &mut Option<&'static str>) -> Result<Vec<u8>, &'static str> {
    let (last, full) = lines.split_last().ok_or("the block is empty")?;
    let width = full.first().map_or(last.len(), |line| line.len());
    let (least, most) = style.columns;
    let regular = full.iter().all(|line| line.len() == width) && last.len() <= width && !last.is_empty();
    let wide = width <= most && (full.is_empty() || width >= least);
    if !regular || !wide {
        unusual.get_or_insert("the lines of the block have an unusual width");
    }
    // Blanks at the end of a line, other alphabets and bits after the last byte are all refused here.
    Base64::decode_vec(&lines.concat()).map_err(|_| "the block is not base64 in its one spelling")
}

/// RFC 9580 §6.1.1.
fn crc24(bytes: &[u8]) -> [u8; 3] {
    let mut crc: u32 = 0x00B7_04CE;
    for byte in bytes {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4CFB;
            }
        }
    }
    let [_, a, b, c] = crc.to_be_bytes();
    [a, b, c]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(inside: &str) -> String {
        format!("-----BEGIN PGP SIGNATURE-----\n{inside}-----END PGP SIGNATURE-----\n")
    }

    fn pgp(inside: &str) -> Result<Armored, &'static str> {
        decode(block(inside).as_bytes(), &PGP_SIGNATURE)
    }

    #[test]
    fn one_spelling_is_not_unusual() {
        let line = "QUFB".repeat(16);
        assert_eq!(
            pgp(&format!("\n{line}\nQUE=\n")).expect("decodes"),
            Armored { bytes: vec![b'A'; 50], unusual: None, intact: true }
        );
        assert_eq!(pgp("\nQUFB\n=jqBY\n").map(|armored| (armored.unusual, armored.intact)), Ok((Some(CHECKSUM), false)));
        let crlf = block("\nQUFB\n").replace('\n', "\r\n");
        assert!(decode(crlf.as_bytes(), &PGP_SIGNATURE).is_err_and(|why| why.contains("CRLF")));
        let sum = Base64::encode_string(&crc24(b"AAA"));
        assert_eq!(pgp(&format!("\nQUFB\n={sum}\n")).expect("decodes").bytes, b"AAA");
    }

    #[test]
    fn what_no_signature_covers_is_told() {
        let line = "QUFB".repeat(16);
        assert!(pgp("Version: 1\n\nQUFB\n").expect("decodes").unusual.is_some());
        assert!(pgp(&format!("\n{}\n{}\n", &line[..32], &line[32..])).expect("decodes").unusual.is_some());
        assert!(pgp(&format!("\nQUFB\n{line}\n")).expect("decodes").unusual.is_some());
        assert!(pgp(&format!("\n{line}{line}\n")).expect("decodes").unusual.is_some());
    }

    #[test]
    fn everything_else_is_refused() {
        for bad in ["QUFB\n", "\n", "", "\nQUF\n", "\nQUFB \n", "\nQUF=\n=\n", "\nQUFB\r\n", "\nQR==\n", "\nQ-FB\n", "\n=jqBY\n"]
        {
            assert!(pgp(bad).is_err(), "{bad:?}");
        }
        assert!(decode(b"-----BEGIN PGP SIGNATURE----- \n\nQUFB\n-----END PGP SIGNATURE-----\n", &PGP_SIGNATURE).is_err());
        assert!(decode(b"-----BEGIN PGP SIGNATURE-----\n\nQUFB\n", &PGP_SIGNATURE).is_err());
    }
}
