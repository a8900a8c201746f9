//! Owns writing a key of a person into the text of a policy file, with everything else in it left as it is. Refuses to look at the key,
//! and to touch a file.

use toml_edit::{Array, Datetime, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::error::Error;

/// What is to be added.
#[derive(Clone, Debug, Default)]
pub struct NewKey {
    /// The person's name.
    pub person: String,
    /// Roles to have; a new person without any gets `release`.
    pub roles: Vec<String>,
    /// Mail addresses to have.
    pub email: Vec<String>,
    /// The key.
    pub key: KeyLine,
    /// The first day of the key.
    pub valid_after: Option<String>,
    /// The first day without it.
    pub valid_before: Option<String>,
}

/// A key as the policy writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyLine {
    /// The full fingerprint of the primary key, upper-case hex.
    OpenPgp(String),
    /// The line of a `.pub` file.
    Ssh(String),
}

impl Default for KeyLine {
    fn default() -> Self {
        Self::OpenPgp(String::new())
    }
}

impl KeyLine {
    fn list(&self) -> &'static str {
        if matches!(self, Self::OpenPgp(_)) { "pgp" } else { "ssh" }
    }

    fn field(&self) -> (&'static str, &str) {
        match self {
            Self::OpenPgp(fingerprint) => ("fingerprint", fingerprint),
            Self::Ssh(line) => ("key", line),
        }
    }

    /// Whether an entry is about this key; comments and options of an SSH key are not part of it.
    fn is(&self, entry: &str) -> bool {
        match self {
            Self::OpenPgp(fingerprint) => entry.eq_ignore_ascii_case(fingerprint),
            Self::Ssh(line) => match (crate::signing::ssh::SshKey::parse(entry), crate::signing::ssh::SshKey::parse(line)) {
                (Ok(one), Ok(other)) => one.is_same_key(&other),
                _ => entry == line,
            },
        }
    }
}

/// The text of the policy with the key in it, and whether the key is new there.
///
/// # Errors
/// A usage error: the text is no TOML, or what stands there has another shape.
pub fn add(text: &str, new: &NewKey) -> Result<(String, bool), Error> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|problem| Error::usage(format!("the policy file is not TOML: {problem}")).hint("`tollgate policy check`"))?;
    let people = document.entry("people").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let people = people.as_table_like_mut().ok_or_else(|| shape("people"))?;
    let known = people.contains_key(&new.person);
    let person = people.entry(&new.person).or_insert_with(|| Item::Table(Table::new()));
    let person = person.as_table_like_mut().ok_or_else(|| shape("people.NAME"))?;
    let own = ["release".to_owned()];
    let roles: &[String] = if new.roles.is_empty() && !known { &own } else { &new.roles };
    texts(person, "roles", roles)?;
    texts(person, "email", &new.email)?;
    let added = key(person, new)?;
    Ok((document.to_string(), added))
}

fn shape(key: &str) -> Error {
    Error::usage(format!("`{key}` of the policy file has another shape than a table or list")).hint("`tollgate policy check`")
}

/// Adds texts that are not there to a list.
fn texts(person: &mut dyn TableLike, name: &str, more: &[String]) -> Result<(), Error> {
    if more.is_empty() {
        return Ok(());
    }
    let list = person.entry(name).or_insert_with(|| Item::Value(Value::Array(Array::new())));
    let list = list.as_array_mut().ok_or_else(|| shape(name))?;
    for text in more {
        if !list.iter().any(|known| known.as_str() == Some(text)) {
            list.push(text.as_str());
        }
    }
    Ok(())
}

fn key(person: &mut dyn TableLike, new: &NewKey) -> Result<bool, Error> {
    let (field, id) = new.key.field();
    let mut entry = InlineTable::new();
    entry.insert(field, Value::from(id));
    for (name, day) in [("valid_after", &new.valid_after), ("valid_before", &new.valid_before)] {
        if let Some(day) = day {
            let date: Datetime = day.parse().map_err(|_| no_date(day))?;
            if date.date.is_none() || date.time.is_some() {
                return Err(no_date(day));
            }
            entry.insert(name, Value::from(date));
        }
    }
    let list = person.entry(new.key.list()).or_insert_with(|| Item::Value(Value::Array(Array::new())));
    let listed = |entry: &dyn TableLike| entry.get(field).and_then(Item::as_str).is_some_and(|known| new.key.is(known));
    let known = match &*list {
        Item::Value(Value::Array(items)) => items.iter().any(|item| item.as_inline_table().is_some_and(|entry| listed(entry))),
        Item::ArrayOfTables(tables) => tables.iter().any(|entry| listed(entry)),
        _ => return Err(shape(new.key.list())),
    };
    if known {
        return match new.valid_after.as_ref().or(new.valid_before.as_ref()) {
            None => Ok(false),
            Some(_) => Err(Error::usage(format!("the policy lists this key of {} already", new.person))
                .hint("change its window in the file, where a reviewer sees it")),
        };
    }
    match list {
        Item::Value(Value::Array(items)) => items.push(entry),
        Item::ArrayOfTables(tables) => tables.push(entry.into_table()),
        _ => return Err(shape(new.key.list())),
    }
    Ok(true)
}

fn no_date(text: &str) -> Error {
    Error::usage(format!("`{text}` is no date")).hint("a day as 2026-01-31; it begins at midnight UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pgp(person: &str) -> NewKey {
        NewKey { person: person.to_owned(), key: KeyLine::OpenPgp("A".repeat(40)), ..NewKey::default() }
    }

    #[test]
    fn what_stands_there_stays_as_it_is() {
        let text = "# ours\nschema = 1 # first\n\n[people.bob]\nroles = [\"owner\"]   # only\n\n[release]\ncheck_last = 3\n";
        let (out, new) = add(text, &pgp("alice")).expect("added");
        assert!(new && out.starts_with("# ours\nschema = 1 # first\n"), "{out}");
        assert!(out.contains("roles = [\"owner\"]   # only\n") && out.contains("\n[release]\ncheck_last = 3\n"), "{out}");
        let fingerprint = "A".repeat(40);
        assert!(
            out.contains(&format!("[people.alice]\nroles = [\"release\"]\npgp = [{{ fingerprint = \"{fingerprint}\" }}]\n")),
            "{out}"
        );
        assert_eq!(add(&out, &pgp("alice")).expect("again"), (out.clone(), false), "a second time changes nothing");
    }

    #[test]
    fn a_known_person_gets_a_key_in_the_shape_that_is_there() {
        let text = "[people.bob]\nroles = [\"owner\"]\n[[people.bob.pgp]]\nfingerprint = \"00\"\n";
        let (out, _) = add(text, &pgp("bob")).expect("added");
        assert_eq!(out.matches("[[people.bob.pgp]]").count(), 2, "{out}");
        assert!(!out.contains("release"), "roles of a known person are not widened unasked: {out}");
        let windowed = NewKey { valid_before: Some("2027-01-01".to_owned()), roles: vec!["release".to_owned()], ..pgp("bob") };
        let (out, _) = add("people = { bob = { pgp = [{ fingerprint = \"00\" }] } }\n", &windowed).expect("added");
        assert!(out.contains("valid_before = 2027-01-01") && out.contains("roles = [\"release\"]"), "{out}");
        assert!(add(&out, &windowed).is_err(), "a window is not changed behind a reviewer's back");
    }

    #[test]
    fn other_shapes_and_dates_are_refused() {
        for text in ["people = 1", "[people]\nalice = 1", "[people.alice]\npgp = 1", "["] {
            assert!(add(text, &pgp("alice")).is_err(), "{text}");
        }
        for day in ["tomorrow", "2026-01-01T00:00:00Z", "2026-13-01", ""] {
            assert!(add("", &NewKey { valid_after: Some(day.to_owned()), ..pgp("alice") }).is_err(), "{day}");
        }
        // A name that has to be quoted.
        assert!(add("", &pgp("a b\"]")).expect("added").0.contains("[people.'a b\"]']"));
    }
}
