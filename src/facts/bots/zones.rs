//! Owns what can be the name of a time zone of the IANA database. Refuses to hold its list, which changes: within an area that there
//! is, and among names without one, every name may be one.

/// The areas that names begin with, today's and those of older names that are still taken.
const AREAS: &[&str] = &[
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Brazil",
    "Canada",
    "Chile",
    "Etc",
    "Europe",
    "Indian",
    "Mexico",
    "Mideast",
    "Pacific",
    "SystemV",
    "US",
    "posix",
    "right",
];

/// Whether a text may name a time zone, or an offset from UTC.
pub(super) fn possible(text: &str) -> bool {
    let plain =
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+' | b':'));
    let area = text.split_once('/').map(|(area, _)| area);
    plain && area.is_none_or(|area| AREAS.iter().any(|known| known.eq_ignore_ascii_case(area)))
}

#[cfg(test)]
mod tests {
    use super::possible;

    #[test]
    fn zones_that_may_be() {
        for text in [
            "Europe/Berlin",
            "europe/berlin",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+5",
            "UTC",
            "utc+3:00",
            "EST5EDT",
            "GB-Eire",
        ] {
            assert!(possible(text), "{text}");
        }
        for text in ["Mars/X", "Europe Berlin", "", "{{zone}}", "Berlin/Europe", "US_Pacific/New"] {
            assert!(!possible(text), "{text}");
        }
    }
}
