//! Owns git's patterns of paths (gitignore(5), wildmatch): `*`, `**`, `?`, sets and classes over bytes, compiled once and matched
//! in steps that grow with both lengths. Refuses braces, which git takes literally, and whatever git never matches.

/// One step of a pattern.
enum Step {
    /// Exactly this byte.
    Byte(u8),
    /// One byte of a set.
    Set(Box<[bool; 256]>),
    /// Any bytes; with a slash among them only when `slash`.
    Many { slash: bool },
    /// The next steps, so many of them, may be left out.
    Optional(usize),
}

/// A pattern that is not only literal.
pub(super) struct Wild {
    /// What every match begins with.
    prefix: Vec<u8>,
    steps: Vec<Step>,
    /// For each step, it and those that are possible from it without another byte; for patterns of less than 64 steps.
    reached: Vec<u64>,
}

/// Bytes that end the literal beginning of a pattern.
pub(super) fn is_special(byte: u8) -> bool {
    matches!(byte, b'*' | b'?' | b'[' | b'\\')
}

impl Wild {
    /// Compiles a pattern; in `paths`, only `**` matches slashes. `None` when it matches nothing at all, as a set without an end.
    pub(super) fn new(pattern: &[u8], paths: bool) -> Option<Self> {
        let literal = pattern.iter().position(|byte| is_special(*byte)).unwrap_or(pattern.len());
        let (prefix, rest) = pattern.split_at(literal);
        let mut steps = Vec::new();
        let mut at = 0;
        while let Some(byte) = rest.get(at) {
            at += 1;
            match byte {
                b'\\' => {
                    steps.push(Step::Byte(*rest.get(at)?));
                    at += 1;
                }
                b'?' => steps.push(Step::Set(Box::new(std::array::from_fn(|byte| !(paths && byte == usize::from(b'/')))))),
                b'[' => steps.push(Step::Set(set(rest, &mut at, paths)?)),
                b'*' => {
                    let from = at - 1;
                    while rest.get(at) == Some(&b'*') {
                        at += 1;
                    }
                    let after = &rest[at..];
                    // Two stars count as such between slashes; where the literal beginning ends, git looks no further back.
                    let alone = (from == 0 || rest[from - 1] == b'/')
                        && (after.is_empty() || after.starts_with(b"/") || after.starts_with(b"\\/"));
                    let double = at - from > 1 && alone;
                    if paths && double && after.starts_with(b"/") {
                        // `**/` stands for no directory, too.
                        steps.extend([Step::Optional(2), Step::Many { slash: true }, Step::Byte(b'/')]);
                        at += 1;
                    } else {
                        steps.push(Step::Many { slash: !paths || double });
                    }
                }
                other => steps.push(Step::Byte(*other)),
            }
        }
        let mut wild = Self { prefix: prefix.to_vec(), steps, reached: Vec::new() };
        if wild.steps.len() < 64 {
            wild.reached = (0..=wild.steps.len()).map(|at| wild.reached_from(at)).collect();
        }
        Some(wild)
    }

    fn reached_from(&self, at: usize) -> u64 {
        let mut states = vec![false; self.steps.len() + 1];
        self.enter(at, &mut states);
        states.iter().enumerate().filter(|(_, on)| **on).fold(0, |all, (at, _)| all | 1 << at)
    }

    /// Whether a text matches, and how many steps the answer took.
    pub(super) fn matches(&self, text: &[u8]) -> (bool, usize) {
        let Some(text) = text.strip_prefix(self.prefix.as_slice()) else { return (false, 1) };
        let end = self.steps.len();
        if let Some(first) = self.reached.first() {
            let mut here = *first;
            for (at, byte) in text.iter().enumerate() {
                here = self.after(here, *byte);
                if here == 0 {
                    return (false, at + 1);
                }
            }
            return (here & (1 << end) != 0, text.len() + 1);
        }
        // The steps that may come next, all at once: no text makes it go back.
        let mut here = vec![false; end + 1];
        self.enter(0, &mut here);
        let mut work = end + 1;
        for byte in text {
            let mut next = vec![false; end + 1];
            for at in (0..end).filter(|at| here[*at]) {
                if let Some(to) = self.taken(at, *byte) {
                    self.enter(to, &mut next);
                }
            }
            work += end + 1;
            here = next;
            if !here.contains(&true) {
                return (false, work);
            }
        }
        (here[end], work)
    }

    /// The step that comes after one which takes the byte.
    fn taken(&self, at: usize, byte: u8) -> Option<usize> {
        match self.steps.get(at)? {
            Step::Byte(wanted) => (*wanted == byte).then_some(at + 1),
            Step::Set(set) => set[usize::from(byte)].then_some(at + 1),
            Step::Many { slash } => (*slash || byte != b'/').then_some(at),
            Step::Optional(_) => None,
        }
    }

    /// All steps that are possible after a byte, of a pattern of less than 64 steps.
    fn after(&self, mut here: u64, byte: u8) -> u64 {
        let mut next = 0;
        while here != 0 {
            let at = here.trailing_zeros() as usize;
            here &= here - 1;
            next |= self.taken(at, byte).and_then(|to| self.reached.get(to)).copied().unwrap_or(0);
        }
        next
    }

    /// Marks a step as possible, and those that are possible without another byte.
    fn enter(&self, at: usize, states: &mut [bool]) {
        let mut at = at;
        while !states[at] {
            states[at] = true;
            match self.steps.get(at) {
                Some(Step::Optional(left_out)) => {
                    self.enter(at + 1 + left_out, states);
                    at += 1;
                }
                Some(Step::Many { .. }) => at += 1,
                _ => return,
            }
        }
    }
}

/// A set after its bracket; `None` when it has no end, or a class that does not exist.
fn set(pattern: &[u8], at: &mut usize, paths: bool) -> Option<Box<[bool; 256]>> {
    let negated = matches!(pattern.get(*at), Some(b'!' | b'^'));
    *at += usize::from(negated);
    let mut members = Box::new([false; 256]);
    let mut before: Option<u8> = None;
    let first = *at;
    loop {
        let byte = *pattern.get(*at)?;
        match byte {
            b']' if *at > first => break,
            b'-' if before.is_some() && pattern.get(*at + 1).is_some_and(|next| *next != b']') => {
                *at += 1;
                *at += usize::from(pattern[*at] == b'\\');
                let last = *pattern.get(*at)?;
                for member in before.take()?..=last {
                    members[usize::from(member)] = true;
                }
            }
            b'[' if pattern.get(*at + 1) == Some(&b':') => {
                let name = *at + 2;
                let end = name + pattern[name..].iter().position(|byte| *byte == b']')?;
                match pattern[name..end].split_last() {
                    Some((b':', class)) => {
                        let class = class_of(class)?;
                        (0..=u8::MAX).filter(class).for_each(|byte| members[usize::from(byte)] = true);
                        (before, *at) = (None, end);
                    }
                    _ => {
                        members[usize::from(byte)] = true;
                        before = Some(byte);
                    }
                }
            }
            _ => {
                *at += usize::from(byte == b'\\');
                let member = *pattern.get(*at)?;
                members[usize::from(member)] = true;
                before = Some(member);
            }
        }
        *at += 1;
    }
    *at += 1;
    if negated {
        members.iter_mut().for_each(|member| *member = !*member);
    }
    members[usize::from(b'/')] &= !paths;
    Some(members)
}

/// The bytes of a class by its name.
fn class_of(name: &[u8]) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'),
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Wild::new(pattern.as_bytes(), true).is_some_and(|wild| wild.matches(text.as_bytes()).0)
    }

    #[test]
    fn stars_slashes_sets_and_escapes() {
        for (pattern, yes, no) in [
            ("a*c", &["ac", "abc"][..], &["a/c", "abcd"][..]),
            ("**/a", &["a", "x/a", "x/y/a"], &["xa", "a/b"]),
            ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab", "a/xb"]),
            ("a/**", &["a/b", "a/b/c"], &["a", "ab"]),
            ("{a,b}", &["{a,b}"], &["a", "b"]),
            ("[[:alpha:]]?", &["a1", "Zz"], &["11", "a/"]),
            ("[!a-c]", &["d", "]"], &["b", "/", "dd"]),
            ("[]x]", &["]", "x"], &["a"]),
            ("[a-", &[], &["a", "[a-"]),
            ("[[:nope:]]", &[], &["n", ":"]),
            ("\\*", &["*"], &["a", "\\*"]),
            ("a\\", &[], &["a", "a\\"]),
        ] {
            assert!(yes.iter().all(|text| matches(pattern, text)), "{pattern} should match {yes:?}");
            assert!(!no.iter().any(|text| matches(pattern, text)), "{pattern} should not match {no:?}");
        }
    }

    #[test]
    fn no_pattern_goes_back() {
        let wild = Wild::new("*a".repeat(200).as_bytes(), true).expect("a pattern");
        let (hit, work) = wild.matches("a".repeat(400).as_bytes());
        assert!(hit && work < 401 * 402, "{work}");
        let short = Wild::new("*a".repeat(31).as_bytes(), true).expect("a pattern");
        assert!(short.matches("a".repeat(400).as_bytes()).0 && !short.matches("a".repeat(30).as_bytes()).0);
        assert!(!wild.matches(format!("{}b", "a".repeat(400)).as_bytes()).0);
    }
}
