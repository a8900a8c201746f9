//! Owns GitHub's filter patterns for branches, tags and paths. Refuses to backtrack: all states are walked at once.

/// A compiled pattern, without its `!`.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq)]
struct Item {
    what: What,
    how_often: Often,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Char(char),
    /// Not `/`.
    InSegment,
    Any,
    /// One of these ranges.
    Class(Vec<(char, char)>),
    /// The begin of `**/`: nothing, or what [`What::Folders`] takes.
    Skip,
    /// Anything up to and with a `/`.
    Folders,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Often {
    Once,
    /// `?`: zero or one time.
    Maybe,
    /// `+`: once or more.
    Repeat,
    /// `*`: any number of times.
    Any,
}

impl Pattern {
    /// Compiles a pattern. Nothing is refused: a bracket without an end stands for itself.
    pub(super) fn new(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        // Without this, many `[` and no `]` would be scanned to the end again and again.
        let last_close = chars.iter().rposition(|c| *c == ']').unwrap_or(0);
        let mut items: Vec<Item> = Vec::with_capacity(chars.len());
        let once = |what| Item { what, how_often: Often::Once };
        let mut at = 0;
        while let Some(&c) = chars.get(at) {
            at += 1;
            match c {
                '*' if chars.get(at) == Some(&'*') => {
                    while chars.get(at) == Some(&'*') {
                        at += 1;
                    }
                    let opens_segment = items.last().is_none_or(|item| *item == once(What::Char('/')));
                    if opens_segment && chars.get(at) == Some(&'/') {
                        at += 1;
                        items.extend([once(What::Skip), once(What::Folders)]);
                    } else {
                        items.push(Item { what: What::Any, how_often: Often::Any });
                    }
                }
                '*' => items.push(Item { what: What::InSegment, how_often: Often::Any }),
                '?' | '+' => match items.last_mut() {
                    Some(last) if last.how_often == Often::Once && !matches!(last.what, What::Skip | What::Folders) => {
                        last.how_often = if c == '?' { Often::Maybe } else { Often::Repeat };
                    }
                    _ => items.push(once(What::Char(c))),
                },
                '[' if at <= last_close => match class(&chars[at..]) {
                    Some((ranges, length)) => {
                        at += length;
                        items.push(once(What::Class(ranges)));
                    }
                    None => items.push(once(What::Char(c))),
                },
                '\\' if at < chars.len() => {
                    items.push(once(What::Char(chars[at])));
                    at += 1;
                }
                _ => items.push(once(What::Char(c))),
            }
        }
        Self { items }
    }

    /// Whether the whole of `text` matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.test(text).0
    }

    /// As [`Self::matches`], with the steps it took: at worst the product of both lengths, mostly about one for every
    /// character until nothing can match any more.
    pub(super) fn test(&self, text: &str) -> (bool, usize) {
        let end = self.items.len();
        let (mut now, mut next) = (States::new(end), States::new(end));
        let mut steps = 1 + end / 8;
        now.add(0);
        for c in text.chars() {
            let mut at = 0;
            while let Some(&state) = now.list.get(at) {
                at += 1;
                steps += self.skip(state, &mut now) + self.step(state, c, &mut next);
            }
            if next.list.is_empty() {
                return (false, steps);
            }
            std::mem::swap(&mut now, &mut next);
            next.clear();
        }
        let mut at = 0;
        while let Some(&state) = now.list.get(at) {
            at += 1;
            steps += self.skip(state, &mut now);
        }
        (now.has(end), steps)
    }

    /// What can be left out is left out.
    fn skip(&self, at: usize, now: &mut States) -> usize {
        match self.items.get(at).map(|item| (&item.what, item.how_often)) {
            Some((What::Skip, _)) => {
                now.add(at + 1);
                // `**/` takes two items.
                now.add(at + 2);
            }
            Some((_, Often::Maybe | Often::Any)) => now.add(at + 1),
            _ => {}
        }
        1
    }

    fn step(&self, at: usize, c: char, next: &mut States) -> usize {
        let Some(item) = self.items.get(at) else { return 1 };
        let mut steps = 1;
        let fits = match &item.what {
            What::Char(wanted) => *wanted == c,
            What::InSegment => c != '/',
            What::Any => true,
            What::Class(ranges) => {
                steps = ranges.len();
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&c))
            }
            What::Skip => false,
            What::Folders => {
                next.add(at);
                c == '/'
            }
        };
        if fits {
            next.add(at + 1);
            if matches!(item.how_often, Often::Any | Often::Repeat) {
                next.add(at);
            }
        }
        steps
    }
}

/// The states that are walked at once, each once.
struct States {
    list: Vec<usize>,
    there: Vec<bool>,
}

impl States {
    fn new(end: usize) -> Self {
        Self { list: Vec::new(), there: vec![false; end + 1] }
    }

    fn has(&self, state: usize) -> bool {
        self.there.get(state).copied().unwrap_or(false)
    }

    fn add(&mut self, state: usize) {
        if let Some(there) = self.there.get_mut(state)
            && !std::mem::replace(there, true)
        {
            self.list.push(state);
        }
    }

    fn clear(&mut self) {
        for state in self.list.drain(..) {
            if let Some(there) = self.there.get_mut(state) {
                *there = false;
            }
        }
    }
}

/// The ranges of a `[…]` whose `[` was read, and how many characters it took.
fn class(rest: &[char]) -> Option<(Vec<(char, char)>, usize)> {
    let end = rest.iter().position(|c| *c == ']')?;
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < end {
        if at + 2 < end && rest[at + 1] == '-' {
            ranges.push((rest[at], rest[at + 2]));
            at += 3;
        } else {
            ranges.push((rest[at], rest[at]));
            at += 1;
        }
    }
    (!ranges.is_empty()).then_some((ranges, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_as_documented() {
        let table: &[(&str, &[&str], &[&str])] = &[
            ("*", &["main", "releases"], &["all/the/branches", "a/b"]),
            ("**", &["all/the/branches", "x", ""], &[]),
            ("feature/*", &["feature/my-branch"], &["feature/beta-a/my-branch", "feature"]),
            ("feature/**", &["feature/beta-a/my-branch"], &["feature"]),
            ("releases/**-alpha", &["releases/10-alpha", "releases/a/b-alpha"], &["releases/10"]),
            ("v2*", &["v2", "v2.0", "v2.9"], &["v1", "v2/x"]),
            ("v[12].[0-9]+.[0-9]+", &["v1.10.1", "v2.0.0"], &["v3.0.0", "v1..1", "v1.0."]),
            ("v[12.x", &["v[12.x"], &["v1.x"]),
            ("*.jsx?", &["page.js", "page.jsx"], &["page.jsxx", "dir/page.js"]),
            ("**.js", &["index.js", "src/js/app.js"], &["index.ts"]),
            ("**/docs/**", &["docs/hello.md", "dir/docs/my-file.txt"], &["docs", "mydocs/x"]),
            ("**/README.md", &["README.md", "js/README.md"], &["xREADME.md"]),
            ("**/*src/**", &["a/src/app.js", "my-src/code/js/app.js"], &["srcx/app.js"]),
            ("a/**/b", &["a/b", "a/x/y/b"], &["ab", "a/xb"]),
            ("docs/*", &["docs/README.md"], &["docs/mona/octocat.txt"]),
            ("\\*", &["*"], &["x"]),
            ("+a", &["+a"], &["a"]),
            ("[", &["["], &[""]),
            ("[]", &["[]"], &[""]),
            ("", &[""], &["x"]),
        ];
        for (pattern, yes, no) in table {
            let compiled = Pattern::new(pattern);
            for text in *yes {
                assert!(compiled.matches(text), "{pattern} should match {text}");
            }
            for text in *no {
                assert!(!compiled.matches(text), "{pattern} should not match {text}");
            }
        }
    }

    proptest! {
        #[test]
        fn never_panics(pattern in "[a/*?+\\[\\]!\\\\é-]{0,24}", text in "[a/é*\\[-]{0,24}") {
            let _ = Pattern::new(&pattern).matches(&text);
        }

        #[test]
        fn a_plain_text_matches_itself_only(text in "[a-z/.]{0,20}", other in "[a-z/.]{0,20}") {
            prop_assert!(Pattern::new(&text).matches(&text));
            prop_assert_eq!(Pattern::new(&text).matches(&other), text == other);
        }
    }
}
