//! Owns what an extended glob stands for in plain ones. Refuses repetition, negation and nesting: those are not spelled out.

/// Plain patterns at most.
const MOST: usize = 16;

/// The plain patterns that one with `?(a|b)` and `@(a|b)` stands for; the pattern itself where it has none. `None` where it cannot be
/// spelled out. (Facts: minimatch 3 `parse` and 9 `ast.ts`.)
#[must_use]
pub fn spelled_out(pattern: &str) -> Option<Vec<String>> {
    let mut all = vec![pattern.to_owned()];
    while let Some(at) = all.iter().position(|one| one.contains('(')) {
        let one = all.swap_remove(at);
        let (head, rest) = one.split_once('(')?;
        let (inner, tail) = rest.split_once(')')?;
        let sign = head.chars().last().filter(|sign| matches!(sign, '?' | '@'))?;
        let head = head.strip_suffix(sign)?;
        if inner.contains(['(', '{', ',', '\\']) {
            return None;
        }
        all.extend(inner.split('|').map(|choice| format!("{head}{choice}{tail}")));
        all.extend((sign == '?').then(|| format!("{head}{tail}")));
        if all.len() > MOST {
            return None;
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_spelled_out() {
        let told = |pattern: &str| spelled_out(pattern).map(|all| all.join(" "));
        for (pattern, wanted) in [
            ("*.ts", Some("*.ts")),
            ("**/*.ts?(x)", Some("**/*.tsx **/*.ts")),
            ("*.@(js|ts)", Some("*.js *.ts")),
            ("*.?(c|m)?(j)s", Some("*.cjs *.cs *.mjs *.ms *.js *.s")),
            ("!(fix)", None),
            ("*.+(js|ts)", None),
            ("@(a|@(b))", None),
            ("@(a", None),
            ("(a)", None),
        ] {
            assert_eq!(told(pattern).map(sorted), wanted.map(|text| sorted(text.to_owned())), "{pattern}");
        }
        assert_eq!(spelled_out(&"?(a)".repeat(9)), None);
    }

    fn sorted(text: String) -> Vec<String> {
        let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        words.sort();
        words
    }
}
