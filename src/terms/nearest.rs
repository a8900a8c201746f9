//! Owns "did you mean": the nearest of some known names. Refuses long names, so that the cost stays small.

/// The candidate with the smallest edit distance to `name`, when it is near enough to be a slip.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = name.chars().take(65).collect();
    if typed.is_empty() || typed.len() > 64 {
        return None;
    }
    let allowed = (typed.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let Some(distance) = distance(&typed, candidate, allowed) else { continue };
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `did you mean …?`, or the list of what there is when nothing is near.
pub fn hint<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str> + Clone, list: &str) -> String {
    match nearest(name, candidates.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let names: Vec<&str> = candidates.into_iter().collect();
            format!("{list}: {}", names.join(", "))
        }
    }
}

/// Edit distance (insert, delete, replace, swap of neighbours), `-` and `_` alike and case ignored; `None` above `allowed`.
fn distance(typed: &[char], candidate: &str, allowed: usize) -> Option<usize> {
    let fold = |c: char| if c == '_' { '-' } else { c.to_ascii_lowercase() };
    let known: Vec<char> = candidate.chars().map(fold).collect();
    if known.len().abs_diff(typed.len()) > allowed {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=known.len()).collect();
    for (row, c) in typed.iter().copied().map(fold).enumerate() {
        let mut line = vec![row + 1];
        for (column, k) in known.iter().enumerate() {
            let mut least = (last[column] + usize::from(c != *k)).min(last[column + 1] + 1).min(line[column] + 1);
            if row > 0 && column > 0 && c == known[column - 1] && fold(typed[row - 1]) == *k {
                least = least.min(before[column - 1] + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut last, line);
    }
    last.last().copied().filter(|distance| *distance <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_nothing_else() {
        let names = ["severity", "on_unknown", "block_existing_from"];
        assert_eq!(nearest("severty", names), Some("severity"));
        assert_eq!(nearest("seveirty", names), Some("severity"));
        assert_eq!(nearest("on-unknown", names), Some("on_unknown"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest(&"x".repeat(1_000_000), names), None);
    }
}
