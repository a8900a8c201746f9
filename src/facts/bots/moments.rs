//! Owns schedules of bots that name no moment that ever comes. Refuses to say when one comes next: whatever is not plainly
//! impossible may come.

use crate::doc::Value;
use crate::text::Place;

/// Days of each month, in the longest year.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

/// The line of a schedule, a text or a list of which one is enough, that never comes.
pub(super) fn never(schedule: Value<'_>) -> Option<Place> {
    let single = schedule.scalar().map(|_| schedule);
    let mut all = single.into_iter().chain(schedule.items()).peekable();
    all.peek()?;
    all.all(|one| one.scalar().is_some_and(|text| cron_never(text, Days::Both) || words_never(text))).then(|| schedule.place())
}

/// How the two fields for days go together when both are given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Days {
    Both,
    Either,
}

/// Whether five fields of cron name a day that no month has.
pub(super) fn cron_never(text: &str, days: Days) -> bool {
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    let [_, _, day, month, weekday] = fields[..] else { return false };
    if days == Days::Either && weekday != "*" && day != "*" {
        return false;
    }
    let (Some(days), Some(months)) = (least(day), numbers(month)) else { return false };
    months.iter().all(|month| DAYS.get((*month as usize).wrapping_sub(1)).is_some_and(|last| days > *last))
}

/// The least of the numbers of a field, when it is a list of numbers and ranges.
fn least(field: &str) -> Option<u32> {
    numbers(field)?.into_iter().min()
}

/// The first number of each item of a list, or each number of a short range; `None` for anything else.
fn numbers(field: &str) -> Option<Vec<u32>> {
    let mut all = Vec::new();
    for item in field.split(',') {
        let number = |text: &str| {
            let named = MONTHS.iter().position(|month| text.len() == 3 && month.starts_with(&text.to_ascii_lowercase()));
            named.map(|at| at as u32 + 1).or_else(|| text.parse::<u32>().ok().filter(|n| *n <= 31))
        };
        let (from, to) = item.split_once('-').unwrap_or((item, item));
        all.extend(number(from)?..=number(to)?);
    }
    Some(all)
}

/// Whether words name a day that the month beside it does not have: "on the 31st day of february".
fn words_never(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let day = |word: &&str| {
        let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end));
        digits.and_then(|digits| digits.parse::<u32>().ok())
    };
    let days: Vec<u32> = words.iter().filter_map(day).collect();
    let months: Vec<usize> = words.iter().filter_map(|word| MONTHS.iter().position(|month| month == word)).collect();
    // Words that make more of it than one day of named months.
    let more = ["through", "after", "before", "and", "every", "week", "weekday"].iter().any(|word| words.contains(word));
    !more && !days.is_empty() && !months.is_empty() && months.iter().all(|month| days.iter().all(|day| *day > DAYS[*month]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_no_month_has() {
        for (text, never) in [
            ("* * 31 2 *", true),
            ("* 0-3 30,31 feb *", true),
            ("* * 31 4,6,9,11 *", true),
            ("* * 31 2,3 *", false),
            ("* * 29 2 *", false),
            ("* * 28-31 2 *", false),
            ("* * * 2 *", false),
            ("* * 31 */2 *", false),
            ("* * L 2 *", false),
            ("* * 31 2", false),
        ] {
            assert_eq!(cron_never(text, Days::Both), never, "{text}");
        }
        assert!(cron_never("0 5 31 2 *", Days::Either) && cron_never("0 5 31 2 1", Days::Both));
        assert!(!cron_never("0 5 31 2 1", Days::Either));
        assert!(words_never("on the 31st day of february") && words_never("on the 30th day in February"));
        assert!(!words_never("on the 29th day of february") && !words_never("on the 31st day of the month"));
        assert!(!words_never("before 5am on the 31st day of february and march"));
    }
}
