//! Owns what a CMS message, as gpgsm and gitsign write, says of the time at which it was signed (RFC 5652, 11.3). Refuses to verify one: what
//! it says is held against whoever signs over it, and never for anybody.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use memchr::memmem;

/// `signingTime`, 1.2.840.113549.1.9.5, as DER writes an object identifier.
const SIGNING_TIME: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05";
const SET: u8 = 0x31;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The times that the attributes of a message state, in seconds since the epoch. The message is not taken apart: the attribute stands in it
/// under its own name, wherever that is.
pub(super) fn times(bytes: &[u8]) -> Vec<i64> {
    memmem::find_iter(bytes, SIGNING_TIME).filter_map(|at| stated(bytes.get(at + SIGNING_TIME.len()..)?)).collect()
}

/// A set of one time: UTCTime until 2049, of two digits for the year, else GeneralizedTime; both in UTC, to the second.
fn stated(value: &[u8]) -> Option<i64> {
    let (head, rest) = value.split_at_checked(4)?;
    let [SET, around, kind, length] = *head else { return None };
    let digits = rest.get(..usize::from(length)).filter(|_| around == length.saturating_add(2))?.strip_suffix(b"Z")?;
    let number = |from: usize| -> Option<i16> {
        let pair = digits.get(from..from + 2).filter(|pair| pair.iter().all(u8::is_ascii_digit))?;
        std::str::from_utf8(pair).ok()?.parse().ok()
    };
    let (year, from) = match (kind, digits.len()) {
        (UTC_TIME, 12) => (number(0).map(|year| if year < 50 { 2000 + year } else { 1900 + year })?, 2),
        (GENERALIZED_TIME, 14) => (number(0)? * 100 + number(2)?, 4),
        _ => return None,
    };
    let part = |at: usize| number(from + 2 * at).and_then(|number| i8::try_from(number).ok());
    let time = DateTime::new(year, part(0)?, part(1)?, part(2)?, part(3)?, part(4)?, 0).ok()?;
    TimeZone::UTC.to_timestamp(time).ok().map(|moment| moment.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(kind: u8, time: &str) -> Vec<u8> {
        let length = u8::try_from(time.len()).expect("short");
        [b"anything", SIGNING_TIME, &[SET, length + 2, kind, length], time.as_bytes(), b"\x30\x01"].concat()
    }

    #[test]
    fn a_stated_time_is_read_as_written() {
        for (kind, time, seconds) in [
            (UTC_TIME, "240701000000Z", Some(1_719_792_000)),
            (UTC_TIME, "491231235959Z", Some(2_524_607_999)),
            (UTC_TIME, "500101000000Z", Some(-631_152_000)),
            (GENERALIZED_TIME, "20240701000000Z", Some(1_719_792_000)),
            (GENERALIZED_TIME, "99990101000000Z", Some(253_370_764_800)),
            (UTC_TIME, "240731246060Z", None),
            (UTC_TIME, "2407010000Z", None),
            (UTC_TIME, "24070100000+Z", None),
            (UTC_TIME, "240701000000+", None),
            (GENERALIZED_TIME, "240701000000Z", None),
            (0x04, "240701000000Z", None),
        ] {
            assert_eq!(times(&attribute(kind, time)), seconds.into_iter().collect::<Vec<_>>(), "{time}");
        }
        let two = [attribute(UTC_TIME, "240701000000Z"), attribute(UTC_TIME, "240501000000Z")].concat();
        assert_eq!(times(&two), [1_719_792_000, 1_714_521_600]);
    }

    #[test]
    fn what_is_cut_off_states_nothing() {
        let whole = attribute(UTC_TIME, "240701000000Z");
        for end in 0..whole.len() - 2 {
            assert!(times(&whole[..end]).is_empty(), "{end}");
        }
        let mut lying = whole.clone();
        let at = lying.len() - 17;
        lying[at + 1] = 0xff;
        assert!(times(&lying).is_empty());
    }
}
