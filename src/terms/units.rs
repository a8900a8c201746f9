//! Owns the policy's units: durations in days, sizes in bytes. Refuses fractions and everything that depends on a calendar.

/// Days of `30d`, `2w`, `1y` (a year has 365 days); `None` for anything else.
#[must_use]
pub fn days(text: &str) -> Option<i64> {
    let (number, factor) = match text.char_indices().last()? {
        (at, 'd') => (&text[..at], 1),
        (at, 'w') => (&text[..at], 7),
        (at, 'y') => (&text[..at], 365),
        _ => return None,
    };
    digits(number)?.checked_mul(factor).filter(|days| *days <= 365_000)
}

/// Bytes of `20MB`, `500kB`, `1MiB`, `800`; `None` for anything else.
#[must_use]
pub fn bytes(text: &str) -> Option<i64> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let factor = match text[split..].trim_start() {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    digits(&text[..split].replace('_', ""))?.checked_mul(factor)
}

fn digits(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_units_and_nothing_else() {
        assert_eq!(days("30d"), Some(30));
        assert_eq!(days("2w"), Some(14));
        assert_eq!(days("1y"), Some(365));
        for wrong in ["", "d", "30", "30 d", "-1d", "1.5d", "30D", "6m", "99999999999999999999d", "é"] {
            assert_eq!(days(wrong), None, "{wrong}");
        }
        assert_eq!(bytes("20MB"), Some(20_000_000));
        assert_eq!(bytes("1 MiB"), Some(1 << 20));
        assert_eq!(bytes("500_000"), Some(500_000));
        for wrong in ["", "MB", "20mb", "1.5MB", "-1", "9999999999999999GB"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
