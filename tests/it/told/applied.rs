//! Owns a reader of fixes who does what they say, word by word. Refuses those that ask for a decision.

use tollgate::finding::Finding;

type Tree = Vec<(String, String)>;

/// The tree after all changes of a finding's fix; `None` when one of them is not mechanical.
pub(super) fn applied(tree: &[(&str, &str)], finding: &Finding) -> Option<Tree> {
    let mut tree: Tree = tree.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let own = finding.places.first().map(|one| (one.place.path.to_string(), one.place.line))?;
    for change in finding.fix.as_deref()?.split("\nand ") {
        one(&mut tree, change, &own)?;
    }
    Some(tree)
}

/// One imperative. What stands between backticks are its operands.
fn one(tree: &mut Tree, change: &str, own: &(String, usize)) -> Option<()> {
    let pieces: Vec<&str> = change.split('`').collect();
    if let Some((_, other)) = change.split_once(" to the command, or ") {
        return one(tree, other, own);
    }
    let (verb, first) = (pieces[0], pieces.get(1).copied());
    let said = |words: &str| change.contains(words);
    if let Some(file) = change.strip_prefix("rename or delete ") {
        let file = file.split([',', ' ']).next()?;
        tree.retain(|(path, _)| path != file);
        return Some(());
    }
    if said("` as line ") {
        let (line, rest) = change.split_once("` as line ")?.1.split_once(" of ")?;
        let path = rest.split([',', ' ']).next()?;
        edit(tree, path, |lines| lines.insert(line.parse::<usize>().expect("a line") - 1, first.expect("text").to_owned()))?;
        if said("with `bash` instead of `sh`") {
            for (_, text) in tree.iter_mut() {
                *text = text.replace("sh ci.sh", "bash ci.sh").replace("#!/bin/sh", "#!/bin/bash");
            }
        }
        return Some(());
    }
    let (path, line) = place(change).unwrap_or_else(|| own.clone());
    let on = |tree: &mut Tree, change: &mut dyn FnMut(&str) -> String| {
        edit(tree, &path, |lines| {
            let new = change(&lines[line - 1]);
            if new.trim().is_empty() { drop(lines.remove(line - 1)) } else { lines[line - 1] = new }
        })
    };
    match verb {
        "write " if said("` above the first command") => edit(tree, &path, |lines| {
            let indent: String = lines[line - 1].chars().take_while(|c| c.is_whitespace()).collect();
            lines.insert(line - 1, format!("{indent}{}", first.expect("text")));
        }),
        "write " if said(" instead of ") => on(tree, &mut |text| text.replacen(pieces[3], pieces[1], 1)),
        "delete " | "remove " if said("` before the command") => on(tree, &mut |text| text.replacen(first.expect("text"), "", 1)),
        "delete " | "remove " => on(tree, &mut |text| {
            let word = first.expect("text");
            let whole = [format!("{word}, "), format!(", {word}"), format!(" {word}"), word.to_owned()];
            let found = whole.iter().find(|word| text.contains(*word));
            let left = found.map_or_else(|| keyed(text, word), |word| text.replacen(word, "", 1));
            // A key goes with its value.
            if left.trim_start().starts_with(['=', ':']) { String::new() } else { left }
        }),
        "delete the " if said("sends it to the background") => on(tree, &mut |text| text.replacen(" &", "", 1)),
        "let its own status count: delete the " => on(tree, &mut |text| text.replacen("! ", "", 1)),
        "write the command on a line of its own, without the " => on(tree, &mut |text| text.replacen(" && ", "\n", 1)),
        "set " if said("on this step") => edit(tree, &path, |lines| {
            lines.retain(|text| !text.trim_start().starts_with("shell:"));
            let at = (0..line).rev().find(|at| lines[*at].trim_start().starts_with("- run:")).expect("a step");
            lines[at] = lines[at].replacen("- run:", "- shell: bash\n        run:", 1);
        }),
        "set " if said("under `with:`") => {
            edit(tree, &path, |lines| lines[line - 1].push_str(&format!("\n        with:\n          {}", first.expect("text"))))
        }
        "add " if said("to the command") => on(tree, &mut |text| {
            let end = text.rfind(['"', '\'']).filter(|_| text.trim_start().starts_with('"')).unwrap_or(text.len());
            format!("{} {}{}", &text[..end], first.expect("text"), &text[end..])
        }),
        "add " if said("` behind `--`") => on(tree, &mut |text| text.replacen(" -- ", &format!(" -- {} ", pieces[1]), 1)),
        _ if said("with `&&` instead of `;`") => on(tree, &mut |text| text.replace("; ", " && ")),
        _ if said("with `set -e;`") => on(tree, &mut |text| text.replacen("for ", "set -e; for ", 1)),
        "let bash run the pipe, as " => {
            let command = first?;
            let inner = command.split_once('\'')?.1.strip_suffix('\'')?;
            on(tree, &mut |text| text.replacen(inner, command, 1))
        }
        "take " if said("off the search path") => on(tree, &mut |text| text.replacen(&format!("{}:", pieces[1]), "", 1)),
        "end the branch for its failure with " => edit(tree, &path, |lines| {
            let at = (line - 1..lines.len()).find(|at| lines[*at].contains("fi")).expect("fi");
            lines[at] = lines[at].replacen("fi", "else exit 1; fi", 1);
        }),
        "take the " if said("out of the trap") => on(tree, &mut |text| text.replacen("exit 0", "true", 1)),
        _ => None,
    }
}

/// A key with its value, from a line in which the value is written in another way.
fn keyed(text: &str, word: &str) -> String {
    let key = word.split(':').next().unwrap_or(word);
    if text.trim_start().starts_with(key) { String::new() } else { text.to_owned() }
}

/// The place that a change names: ` at PATH:LINE`.
fn place(change: &str) -> Option<(String, usize)> {
    let rest = change.split(" at ").skip(1).find(|rest| rest.contains(':'))?;
    let word = rest.split([' ', ',', '\n']).next()?;
    let (path, line) = word.rsplit_once(':')?;
    Some((path.to_owned(), line.trim_end_matches(';').parse().ok()?))
}

fn edit(tree: &mut Tree, path: &str, change: impl FnOnce(&mut Vec<String>)) -> Option<()> {
    let (_, text) = tree.iter_mut().find(|(other, _)| other == path)?;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    change(&mut lines);
    *text = lines.join("\n") + "\n";
    Some(())
}
