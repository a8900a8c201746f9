//! Owns `allowed_signers` files as ssh-keygen(1) reads them: principals, options, key. A time without `Z` is taken as UTC, as no
//! verdict may depend on a machine's zone. Refuses to say which person a principal is.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::key::{self, SshKey};
use crate::signing::trust::Window;

/// Lines of a file.
const MOST_LINES: usize = 10_000;

/// One line.
#[derive(Clone, Debug)]
pub struct AllowedSigner {
    /// Patterns of principals, mail addresses by habit.
    pub principals: Vec<String>,
    /// The key, with its window and options.
    pub key: SshKey,
    /// The 1-based line.
    pub line: usize,
}

/// Reads a file. Lines for other namespaces than `git`, and keys of kinds that are not known, are left out; a key that is too weak is
/// kept, since whoever signs with it is to be told.
///
/// # Errors
/// The 1-based line and what is wrong with it.
pub fn parse(text: &str) -> Result<Vec<AllowedSigner>, (usize, String)> {
    let mut all = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if at == MOST_LINES {
            return Err((at, format!("more than {MOST_LINES} lines")));
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(signer) = signer(line, at + 1).map_err(|why| (at + 1, why))? {
            all.push(signer);
        }
    }
    Ok(all)
}

fn signer(line: &str, at: usize) -> Result<Option<AllowedSigner>, String> {
    let (principals, rest) = principals(line)?;
    let end = blank_outside_quotes(rest);
    let is_key = |text: &str| ["ssh-", "ecdsa-", "sk-"].iter().any(|kind| text.starts_with(kind));
    let (options, text) = if is_key(rest) { ("", rest) } else { (&rest[..end], rest[end..].trim_start()) };
    let mut key = match SshKey::read(text) {
        Ok(key) => key,
        // Nothing is signed by it that could be read.
        Err(_) if key::is_of_unknown_kind(text) => return Ok(None),
        Err(why) => return Err(why),
    };
    let mut window = Window::default();
    let mut for_git = true;
    for (name, value) in key::list(options)? {
        match (name.to_ascii_lowercase().as_str(), value) {
            ("cert-authority", None) => key.options.authority = Some(principals.clone()),
            ("namespaces", Some(value)) => for_git = one_of(value.split(','), "git"),
            ("valid-after", Some(value)) => window.after = Some(time(value)?),
            ("valid-before", Some(value)) => window.before = Some(time(value)?),
            ("no-touch-required", None) => key.options.no_touch = true,
            ("verify-required", None) => key.options.verify = true,
            _ => return Err(format!("`{name}` is no option of an allowed signer")),
        }
    }
    key.window = window;
    Ok(for_git.then_some(AllowedSigner { principals, key, line: at }))
}

fn principals(line: &str) -> Result<(Vec<String>, &str), String> {
    let (list, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').ok_or("a quote is not closed")?,
        None => line.split_once([' ', '\t']).ok_or("no key follows the principals")?,
    };
    let all: Vec<String> = list.split(',').map(str::to_owned).filter(|one| !one.is_empty()).collect();
    if all.is_empty() { Err("it names no principal".to_owned()) } else { Ok((all, rest.trim_start())) }
}

fn blank_outside_quotes(text: &str) -> usize {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

/// `YYYYMMDD` or `YYYYMMDDHHMM[SS]`, with or without `Z`, in seconds since the epoch.
fn time(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no time of the form YYYYMMDD or YYYYMMDDHHMM[SS]");
    let digits = text.strip_suffix('Z').unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 8 | 12 | 14) {
        return Err(wrong());
    }
    let part = |from: usize, length: usize| {
        digits.get(from..from + length).map_or(Ok(0), |text| text.parse::<i16>().map_err(|_| wrong()))
    };
    let small = |from: usize| part(from, 2).and_then(|number| i8::try_from(number).map_err(|_| wrong()));
    let moment = DateTime::new(part(0, 4)?, small(4)?, small(6)?, small(8)?, small(10)?, small(12)?, 0).map_err(|_| wrong())?;
    TimeZone::UTC.to_timestamp(moment).map(|timestamp| timestamp.as_second()).map_err(|_| wrong())
}

/// OpenSSH's lists of patterns: one of them fits, and none behind a `!` does.
pub(super) fn one_of<'a>(patterns: impl IntoIterator<Item = &'a str>, text: &str) -> bool {
    let mut fits = false;
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(excluded) if glob(excluded, text) => return false,
            Some(_) => {}
            None => fits |= glob(pattern, text),
        }
    }
    fits
}

/// OpenSSH's patterns: `*` and `?`, linear by going back to the last `*` only.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut from, mut star) = (0, 0, None);
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(c) if *c == b'?' || *c == text[from] => (at, from) = (at + 1, from + 1),
            _ => match star {
                Some((back, taken)) => {
                    star = Some((back, taken + 1));
                    (at, from) = (back + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == b'*')
}

impl AllowedSigner {
    /// The key as one of these mail addresses holds it. A plain key belongs to whom the line names in full: a pattern names nobody. An
    /// authority's patterns are narrowed to the addresses.
    #[must_use]
    pub fn key_of(&self, mails: &[String]) -> Option<SshKey> {
        let plain = self.key.options.authority.is_none();
        let named =
            |mail: &&String| self.is_for(mail) && (!plain || self.principals.contains(mail)) && !mail.contains(['*', '?', '!']);
        let named: Vec<String> = mails.iter().filter(named).cloned().collect();
        let mut key = self.key.clone();
        if !plain {
            key.options.authority = Some(named.clone());
        }
        (!named.is_empty()).then_some(key)
    }

    /// Whether one of its patterns stands for this principal.
    #[must_use]
    pub fn is_for(&self, principal: &str) -> bool {
        one_of(self.principals.iter().map(String::as_str), principal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIgHdc4KUtbbfWAZalKeUZZZ6z495VDXmoyjLOHm5vaC x";

    #[test]
    fn lines_are_principals_options_and_key() {
        let text = format!(
            "# people\n\na@b.c,d@e {KEY}\n\"x y\" namespaces=\"git,file\",valid-after=\"20200101\",valid-before=\"202101020304Z\" {KEY}\nf namespaces=\"file\" {KEY}\n*@corp cert-authority {KEY}\n"
        );
        let all = parse(&text).expect("parses");
        assert_eq!(all.iter().map(|one| one.line).collect::<Vec<_>>(), [3, 4, 6]);
        assert_eq!(all[1].key.window, Window { after: Some(1_577_836_800), before: Some(1_609_556_640) });
        assert_eq!(all[2].key.options.authority, Some(vec!["*@corp".to_owned()]));
        assert!(all[0].is_for("d@e") && !all[0].is_for("d@e2") && all[2].is_for("me@corp"));
    }

    #[test]
    fn a_pattern_names_nobody() {
        let mails = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let all = parse(&format!("* {KEY}\na@b.c,!d@e {KEY}\n*@corp cert-authority {KEY}\n")).expect("parses");
        assert!(all[0].key_of(&mails("a@b.c")).is_none());
        assert!(all[1].key_of(&mails("x@y a@b.c")).is_some() && all[1].key_of(&mails("d@e !d@e")).is_none());
        let narrowed = all[2].key_of(&mails("me@corp *@corp me@home")).expect("an authority");
        assert_eq!(narrowed.options.authority, Some(mails("me@corp")));
    }

    #[test]
    fn what_a_list_excludes_is_excluded() {
        for (list, git) in
            [("git", true), ("!git,*", false), ("*,!git", false), ("!file,*", true), ("!g*,git", false), ("!file", false)]
        {
            let all = parse(&format!("a@b.c namespaces=\"{list}\" {KEY}\n")).expect("parses");
            assert_eq!(!all.is_empty(), git, "{list}");
        }
        // A blank is a character like any other, as for OpenSSH.
        assert!(parse(&format!("a@b.c namespaces=\"file, git\" {KEY}\n")).is_ok_and(|all| all.is_empty()));
        let all = parse(&format!("\"a@b.c, d@e\" {KEY}\n")).expect("parses");
        assert!(all[0].is_for("a@b.c") && !all[0].is_for("d@e"));
    }

    #[test]
    fn a_key_that_cannot_be_used_is_no_mistake_of_the_file() {
        use base64ct::{Base64, Encoding as _};
        let line = |kind: &str, fields: &[&[u8]]| {
            let all = [kind.as_bytes()].into_iter().chain(fields.iter().copied());
            let blob: Vec<u8> =
                all.flat_map(|field| [&u32::try_from(field.len()).expect("small").to_be_bytes(), field].concat()).collect();
            format!("a@b.c {kind} {}\n", Base64::encode_string(&blob))
        };
        let modulus = |bytes: usize| [&[0][..], &vec![0xC1; bytes]].concat();
        for (bytes, usable) in [(128, false), (256, true), (1024, false)] {
            let all = parse(&line("ssh-rsa", &[&[1, 0, 1], &modulus(bytes)])).expect("a key");
            assert_eq!(all[0].key.problem().is_none(), usable, "{bytes}");
        }
        for kind in ["ssh-new", "ssh-xmss@openssh.com"] {
            let all =
                parse(&format!("{}a@b.c {KEY}\n", line(kind, &[b"XMSS_SHA2-256_W16_H10", &[7; 64]]))).expect("other keys stand");
            assert!(all.iter().any(|one| one.key.problem().is_none()), "{kind}");
        }
        let other = line("ssh-new", &[b"x"]).replace("ssh-new", "ssh-two");
        for garbage in ["a ssh-new AAAA", "a ssh-new", "a ssh-new !", "a ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", other.trim()] {
            assert!(parse(garbage).is_err(), "{garbage}");
        }
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for bad in [
            "a",
            "a x",
            &format!("a valid-after=\"2020\" {KEY}"),
            &format!("a valid-after=\"20201301\" {KEY}"),
            &format!("a foo {KEY}"),
            "\"a b",
            &format!("a valid-before=\"20200101\",valid-before=\"20300101\" {KEY}"),
            &format!("a valid-after=\"20200101\",VALID-AFTER=\"20190101\" {KEY}"),
            &format!("a namespaces=\"file\",namespaces=\"git\" {KEY}"),
            &format!("a cert-authority,cert-authority {KEY}"),
        ] {
            assert_eq!(parse(&format!("\n{bad}\n")).map_err(|(line, _)| line).err(), Some(2), "{bad}");
        }
    }

    #[test]
    fn patterns_are_those_of_openssh() {
        assert!(glob("*", "") && glob("a*c", "abc") && glob("a?c", "abc") && glob("*b*", "abc"));
        assert!(!glob("a*d", "abc") && !glob("", "a") && !glob("a", ""));
        assert!(!glob(&"*a".repeat(200), &"a".repeat(199)));
    }
}
