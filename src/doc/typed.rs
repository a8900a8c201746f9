//! Owns the typed readings of a value. Refuses to hide which reading is whose: what YAML 1.1 and 1.2 read differently comes
//! out as disputed.

use super::reading::{Reading, core_bool, core_int, old_bool, old_int, plain_int};
use super::value::Value;
use super::{Format, Kind};
use crate::answer::{Reason, Why};

impl<'d> Value<'d> {
    /// The text of a string. A plain YAML scalar that only one YAML version takes for this integer (`010`, `0o17`) gives its
    /// text too, as `1_000` and `yes` do, which are strings in YAML 1.2.
    #[must_use]
    pub fn as_str(self) -> Option<&'d str> {
        let text = self.scalar()?;
        match self.kind() {
            Kind::String => Some(text),
            Kind::Number if self.is_plain() && core_int(text) != old_int(text) => Some(text),
            _ => None,
        }
    }

    /// The value as a boolean. YAML `yes`, `on`, `n` … are disputed; so are `yes`, `on`, `1` … in INI, where `true` and
    /// `false` in any case are booleans.
    #[must_use]
    pub fn as_bool(self) -> Reading<bool> {
        if let Some(why) = self.undecided() {
            return Reading::Disputed(why);
        }
        let Some(text) = self.scalar() else { return Reading::Absent };
        if self.document().format() == Format::Ini {
            return self.ini_bool(text);
        }
        match self.kind() {
            Kind::Bool => core_bool(text).map_or(Reading::Absent, Reading::Is),
            Kind::String if self.is_untyped("!!bool") => match old_bool(text) {
                Some(old) => {
                    let words = format!("YAML 1.1 reads `{text}` as {old}, YAML 1.2 as a string");
                    Reading::disputed(words, self.place())
                }
                None => Reading::Absent,
            },
            _ => Reading::Absent,
        }
    }

    fn ini_bool(self, text: &str) -> Reading<bool> {
        let lower = if text.len() <= 5 { text.to_ascii_lowercase() } else { String::new() };
        match lower.as_str() {
            "true" => Reading::Is(true),
            "false" => Reading::Is(false),
            "1" | "yes" | "on" | "0" | "no" | "off" => {
                let words = format!("`{text}` is a boolean to some INI readers and a string to others");
                Reading::disputed(words, self.place())
            }
            _ => Reading::Absent,
        }
    }

    /// The value as an integer. Disputed where YAML 1.1 and 1.2 differ (`010`, `1_000`, `1:30`, `0o17`) and where it does not
    /// fit 64 bits. A float is absent.
    #[must_use]
    pub fn as_int(self) -> Reading<i64> {
        if let Some(why) = self.undecided() {
            return Reading::Disputed(why);
        }
        let Some(text) = self.scalar() else { return Reading::Absent };
        let (new, old) = match self.document().format() {
            Format::Yaml if self.is_untyped("!!int") => (core_int(text), old_int(text)),
            Format::Ini => (core_int(text), core_int(text)),
            _ if self.kind() == Kind::Number => (plain_int(text), plain_int(text)),
            _ => return Reading::Absent,
        };
        if new != old {
            let words = |reading: Option<i128>| reading.map_or("a string".to_owned(), |number| number.to_string());
            let words = format!("YAML 1.1 reads `{text}` as {}, YAML 1.2 as {}", words(old), words(new));
            return Reading::disputed(words, self.place());
        }
        match new.map(i64::try_from) {
            None => Reading::Absent,
            Some(Ok(number)) => Reading::Is(number),
            Some(Err(_)) => Reading::disputed("an integer that does not fit 64 bits".to_owned(), self.place()),
        }
    }

    /// Why a typed reading is impossible: a duplicated key, or a tag that only its application knows.
    fn undecided(self) -> Option<Why> {
        if let Some(why) = self.disputed() {
            return Some(why);
        }
        let tag = self.tag().filter(|tag| !tag.starts_with("!!") && *tag != "!")?;
        self.scalar()?;
        Some(Why::new(Reason::Unreadable, format!("the tag `{tag}` decides what this is")).at(self.place()))
    }

    /// Whether the text alone decides the type: a plain scalar without a tag, or any scalar with the core tag asked for.
    fn is_untyped(self, core_tag: &str) -> bool {
        self.tag().map_or(self.is_plain(), |tag| tag == core_tag)
    }
}
