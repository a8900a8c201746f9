//! Owns who owns everything of a repository by its files of owners, and which of them the policy lists no key of. Refuses teams, whose
//! members are not in the tree, files that divide a repository among many, and to say so where the policy does not tell who has which
//! account.
//!
//! Sources: GitHub's and GitLab's documentation of CODEOWNERS; the Kubernetes project's of OWNERS and OWNERS_ALIASES (`approvers` of the
//! root approve everything); the head of Linux's MAINTAINERS (lines of a letter and a colon, by subsystem).

use std::collections::BTreeSet;

use crate::doc::{Format, Value};
use crate::facts::code_owners::{OF_GITHUB, OF_GITLAB, rows};
use crate::signing::trust::Trust;
use crate::snapshot::Snapshot;
use crate::terms::policy::Policy;
use crate::text::{Place, RepoPath, SourceFile, Span};

/// Patterns of everything.
const EVERYTHING: [&str; 4] = ["*", "**", "/", "/**"];
/// Names of the files that list maintainers in words.
const IN_WORDS: [&str; 3] = ["MAINTAINERS", "MAINTAINERS.md", "MAINTAINERS.txt"];
/// Words of a heading below which stands who is no maintainer any more.
const FORMER: [&str; 6] = ["emerit", "former", "past", "retired", "inactive", "alumni"];

/// An owner as a file writes it, and where.
type Owner = (String, Place);

/// The people who own everything and of whom the policy has no key, as the files write them, each once.
pub(super) fn without_key(snapshot: &Snapshot, policy: &Policy, trust: &Trust) -> Vec<Owner> {
    let keyed: Vec<_> = policy
        .people
        .iter()
        .filter(|(name, _)| trust.people.iter().any(|one| one.name == **name && !(one.openpgp.is_empty() && one.ssh.is_empty())))
        .collect();
    let lists = |owner: &str| {
        keyed.iter().any(|(name, person)| match owner.strip_prefix('@') {
            // Whose account the policy does not say may be this one.
            Some(login) => person.forge.as_ref().unwrap_or(name).eq_ignore_ascii_case(login) || person.forge.is_none(),
            None => person.email.iter().any(|mail| mail.eq_ignore_ascii_case(owner)) || person.email.is_empty(),
        })
    };
    let mut seen = BTreeSet::new();
    let all = of_code(snapshot).into_iter().chain(approvers(snapshot)).chain(in_words(snapshot));
    all.filter(|(owner, _)| !lists(owner) && seen.insert(owner.to_ascii_lowercase())).collect()
}

fn first<'n>(snapshot: &Snapshot, names: impl IntoIterator<Item = &'n str>) -> Option<std::sync::Arc<SourceFile>> {
    names.into_iter().find_map(|path| snapshot.peek(&RepoPath::new(path)?).ok())
}

/// An owner on a line, from 1, of a file.
fn on_line(file: &SourceFile, line: usize, shown: &str, owner: String) -> Owner {
    let start = file.lines().start_of(line).unwrap_or(0) + file.line_text(line).find(shown).unwrap_or(0);
    (owner, file.place(Span { start, end: start + shown.len() }))
}

/// The people on the last line of CODEOWNERS that is about everything.
fn of_code(snapshot: &Snapshot) -> Vec<Owner> {
    let [first_place, rest @ ..] = OF_GITHUB;
    let Some(file) = first(snapshot, [first_place, OF_GITLAB].into_iter().chain(rest)) else { return Vec::new() };
    let Some(row) = rows(&file.text).filter(|row| EVERYTHING.contains(&row.pattern)).last() else { return Vec::new() };
    let people = row.owners.iter().filter(|owner| is_person(owner));
    people.map(|owner| on_line(&file, row.line, owner, (*owner).to_owned())).collect()
}

/// An account or a mail address; `@org/team` is a team, `@@role` a role of GitLab, and bots sign nothing.
fn is_person(owner: &str) -> bool {
    match owner.strip_prefix('@') {
        Some(login) => is_login(login),
        None => owner.contains('@'),
    }
}

/// An account of GitHub or GitLab: letters, digits, and marks between them.
fn is_login(name: &str) -> bool {
    let marks = |letter: char| matches!(letter, '-' | '_' | '.');
    !name.is_empty() && name.len() < 256 && name.chars().all(|letter| letter.is_ascii_alphanumeric() || marks(letter))
}

/// Who approves everything by OWNERS of the root; a name of OWNERS_ALIASES is all whom it stands for.
fn approvers(snapshot: &Snapshot) -> Vec<Owner> {
    let document = |name: &str| snapshot.peek_document(&RepoPath::new(name)?, Format::Yaml).ok();
    let Some(owners) = document("OWNERS") else { return Vec::new() };
    let aliases = document("OWNERS_ALIASES");
    let group = |name: &str| aliases.as_ref()?.root().get("aliases")?.get(name);
    let listed = owners.root().get("approvers").into_iter().flat_map(Value::items);
    let mut found: Vec<Owner> = Vec::new();
    let mut add = |value: Value<'_>| {
        let login = value.scalar().filter(|name| is_login(name) || is_person(name));
        found.extend(login.map(|login| (format!("@{}", login.trim_start_matches('@')), value.place())));
    };
    for value in listed {
        match value.scalar().and_then(group) {
            Some(members) => members.items().for_each(&mut add),
            None => add(value),
        }
    }
    found
}

/// Whom a file of maintainers names by an account or a mail address, up to where it tells of former ones.
fn in_words(snapshot: &Snapshot) -> Vec<Owner> {
    let Some(file) = first(snapshot, IN_WORDS) else { return Vec::new() };
    let (mut found, mut former) = (Vec::new(), false);
    for (at, line) in file.text.lines().enumerate() {
        if is_by_part(line) {
            return Vec::new();
        }
        let named = named(line);
        if named.is_empty() && is_heading(line) {
            former = FORMER.iter().any(|word| line.to_ascii_lowercase().contains(word));
        }
        found.extend(named.into_iter().filter(|_| !former).map(|owner| on_line(&file, at + 1, owner, owner.to_owned())));
    }
    found
}

/// In Markdown, or as people write one in plain text.
fn is_heading(line: &str) -> bool {
    line.starts_with('#') || line.starts_with("**") || line.trim_end().ends_with(':')
}

/// The accounts on a line, as `@login`; where there are none, the mail addresses between angle brackets.
fn named(line: &str) -> Vec<&str> {
    let accounts = line.split(|letter: char| letter.is_whitespace() || "()[]|,;".contains(letter)).filter_map(|word| {
        let login = word.strip_prefix('@')?.trim_end_matches(['.', ':', '*']);
        is_login(login).then(|| &word[..=login.len()])
    });
    let accounts: Vec<&str> = accounts.collect();
    if !accounts.is_empty() {
        return accounts;
    }
    let mails = line.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(mail, _)| mail));
    mails.filter(|mail| mail.contains('@') && !mail.contains(['/', ' '])).collect()
}

/// Linux's form: `M: Name <mail>`, `F: files`.
fn is_by_part(line: &str) -> bool {
    matches!(line.as_bytes(), [letter, b':', b'\t' | b' ', ..] if letter.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(owners: Vec<Owner>) -> Vec<String> {
        owners.into_iter().map(|(owner, place)| format!("{owner} {}:{}", place.path, place.line)).collect()
    }

    fn tree(files: &[(&str, &str)]) -> Snapshot {
        Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())))
    }

    #[test]
    fn the_last_line_about_everything_counts() {
        let of = |text| names(of_code(&tree(&[("CODEOWNERS", text)])));
        let text =
            "# all\n* @first\n/src/ @other\n* @Ada @acme/team bea@example.org @@maintainers @x[bot] # why\ndocs/* @writer\n";
        assert_eq!(of(text), ["@Ada CODEOWNERS:4", "bea@example.org CODEOWNERS:4"]);
        assert!(of("/src/ @other\n#* @nobody\n").is_empty() && of("[Section][2]\n*\n").is_empty());
    }

    #[test]
    fn approvers_of_the_root_are_owners_and_reviewers_are_not() {
        let owners = ("OWNERS", "approvers:\n- ada\n- releasers\nreviewers: [writer]\n");
        let aliases = ("OWNERS_ALIASES", "aliases:\n  releasers: [bea, cleo]\n  others: [dora]\n");
        assert_eq!(
            names(approvers(&tree(&[owners, aliases]))),
            ["@ada OWNERS:2", "@bea OWNERS_ALIASES:2", "@cleo OWNERS_ALIASES:2"]
        );
        assert!(approvers(&tree(&[("OWNERS", "Ada Lovelace\n"), aliases])).is_empty());
    }

    #[test]
    fn a_file_of_maintainers_names_accounts_or_mail_addresses_but_no_former_ones() {
        let of = |text| names(in_words(&tree(&[("MAINTAINERS.md", text)])));
        let text = "# Maintainers\n- Ada (@ada-l) <ada@example.org>\n| Bea | [@bea](https://x.example/@bea) |\n- Cleo <cleo@example.org>\n\n## Emeritus\n- Dora (@dora)\n## Security\n@eve.\n";
        assert_eq!(
            of(text),
            ["@ada-l MAINTAINERS.md:2", "@bea MAINTAINERS.md:3", "cleo@example.org MAINTAINERS.md:4", "@eve MAINTAINERS.md:9"]
        );
        assert!(of("NETWORK\nM:\tAda <ada@example.org>\nF:\tnet/\n").is_empty(), "by part");
    }
}
