//! Owns what holds of every change (design §4.7): more problems are never fewer new findings, and what changes no meaning changes no finding.
//! Trees are drawn, and judged in memory.

use proptest::prelude::*;
use tollgate::catalog::Catalog;
use tollgate::facts::Facts;
use tollgate::facts::tags::survey;
use tollgate::inspect::{Judged, Judging, decided_on};
use tollgate::policy::protected::Proposal;
use tollgate::policy::{Change, Decision};
use tollgate::signing::trust::Trust;
use tollgate::snapshot::Snapshot;
use tollgate::terms::{Policy, Reading, read};

const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 23);

/// How bad each part of a tree is: 0 is fine, more is worse.
#[derive(Clone, Copy, Debug)]
struct Parts {
    bandit: usize,
    eslint: usize,
    bot: usize,
    rights: usize,
    gate: usize,
    policy: usize,
    hidden: usize,
}

/// What changes no meaning.
#[derive(Clone, Copy, Debug, Default)]
struct Style {
    jobs_turned: bool,
    keys_turned: bool,
    above: usize,
    carriage: bool,
    renamed: bool,
}

fn parts() -> impl Strategy<Value = Parts> {
    (0..3_usize, 0..3_usize, 0..3_usize, 0..2_usize, 0..3_usize, 0..2_usize, 0..2_usize).prop_map(
        |(bandit, eslint, bot, rights, gate, policy, hidden)| Parts { bandit, eslint, bot, rights, gate, policy, hidden },
    )
}

fn style() -> impl Strategy<Value = Style> {
    (any::<bool>(), any::<bool>(), 0..3_usize, any::<bool>(), any::<bool>()).prop_map(
        |(jobs_turned, keys_turned, above, carriage, renamed)| Style { jobs_turned, keys_turned, above, carriage, renamed },
    )
}

impl Parts {
    fn at_least(self, other: Self) -> Self {
        Self {
            bandit: self.bandit.max(other.bandit),
            eslint: self.eslint.max(other.eslint),
            bot: self.bot.max(other.bot),
            rights: self.rights.max(other.rights),
            gate: self.gate.max(other.gate),
            policy: self.policy.max(other.policy),
            hidden: self.hidden.max(other.hidden),
        }
    }

    fn tree(self, style: Style) -> Vec<(String, String)> {
        let mut files = vec![
            ("pyproject.toml", "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"requests==2.0\"]\n".to_owned()),
            ("src/a.py", "import os\n".to_owned()),
            ("src/b.py", "import re\n".to_owned()),
            ("package.json", "{ \"name\": \"a\", \"dependencies\": { \"express\": \"4.0.0\" } }\n".to_owned()),
            ("eslint.config.js", "import s from 'eslint-plugin-security';\nexport default [s.configs.recommended];\n".to_owned()),
            ("web/a.js", "export const a = 1\n".to_owned()),
            (if style.renamed { "NOTES.md" } else { "README.md" }, "Words.\n".to_owned()),
            (".github/workflows/ci.yml", self.checks(style)),
            (".tollgate.toml", format!("[gate]\nstrict = {}\n", self.policy == 0)),
        ];
        files.extend((self.gate < 2).then(|| (".github/workflows/gate.yml", self.gate(style))));
        files.extend((self.bot < 2).then(|| (".github/dependabot.yml", self.bots(style))));
        files.extend((self.hidden > 0).then(|| (".gitattributes", "src/b.py linguist-vendored\n".to_owned())));
        let written = |(path, text): (&str, String)| {
            let comments = match path.rsplit_once('.') {
                Some((_, "yml" | "toml" | "py")) => "# a comment\n".repeat(style.above),
                _ => String::new(),
            };
            let text = comments + &text;
            (path.to_owned(), if style.carriage { text.replace('\n', "\r\n") } else { text })
        };
        files.into_iter().map(written).collect()
    }

    fn checks(self, style: Style) -> String {
        let job = |name: &str, run: Option<String>| {
            let keys = [
                "    runs-on: ubuntu-latest\n".to_owned(),
                format!(
                    "    steps:\n      - uses: actions/checkout@v4\n{}",
                    run.map(|run| format!("      - run: {run}\n")).unwrap_or_default()
                ),
            ];
            format!("  {name}:\n{}", turned(&keys, style.keys_turned))
        };
        let soft = |command: &str, level: usize| match level {
            0 => Some(command.to_owned()),
            1 => Some(format!("{command} || true")),
            _ => None,
        };
        let jobs = [
            job("python", soft("pipx run bandit==1.8.0 -r src", self.bandit)),
            job("script", soft("npx eslint@9.0.0 .", self.eslint)),
        ];
        let rights = if self.rights == 0 { "permissions: {}\n" } else { "" };
        let head = turned(&["on: pull_request\n".to_owned(), rights.to_owned()], style.keys_turned);
        format!("{head}jobs:\n{}", turned(&jobs, style.jobs_turned))
    }

    fn gate(self, style: Style) -> String {
        let with = if self.gate == 1 { "        with: { mode: report }\n" } else { "" };
        let keys = [
            "    runs-on: ubuntu-latest\n".to_owned(),
            format!(
                "    steps:\n      - uses: actions/checkout@{}\n        with: {{ persist-credentials: false }}\n      - uses: acme/tollgate@{}\n{with}",
                "1".repeat(40),
                "a".repeat(40)
            ),
        ];
        let more = "  more:\n    runs-on: ubuntu-latest\n    steps: [{ run: 'true' }]\n".to_owned();
        let jobs = [format!("  tollgate:\n{}", turned(&keys, style.keys_turned)), more];
        format!("on: pull_request\npermissions: {{ contents: read }}\njobs:\n{}", turned(&jobs, style.jobs_turned))
    }

    fn bots(self, style: Style) -> String {
        let entry = |ecosystem: &str| {
            format!("  - package-ecosystem: {ecosystem}\n    directory: /\n    schedule: {{ interval: weekly }}\n")
        };
        let mut entries = vec![entry("pip"), entry("github-actions")];
        entries.extend((self.bot == 0).then(|| entry("npm")));
        format!("version: 2\nupdates:\n{}", turned(&entries, style.jobs_turned))
    }
}

fn turned(parts: &[String], turn: bool) -> String {
    let mut parts = parts.to_vec();
    if turn {
        parts.reverse();
    }
    parts.concat()
}

fn policy(tree: &Snapshot) -> Policy {
    let path = tollgate::text::RepoPath::new(".tollgate.toml").expect("a path");
    let reading = Reading { catalog: Catalog::builtin(), today: TODAY, open: &|_| Ok(None), org: None };
    read(Some(tree.read(&path).expect("text")), &reading).expect("a policy")
}

fn judged(base: Vec<(String, String)>, head: Vec<(String, String)>) -> Judged {
    let (base, head) = (Snapshot::in_memory(base), Snapshot::in_memory(head));
    let (before, after) = (policy(&base), policy(&head));
    let trust = Trust::default();
    let look = |facts: &Facts<'_>| survey::survey(&head, &before, &trust, &facts.default_branch, false);
    let proposal = Proposal::Changed { from: &before, to: Some(&after) };
    decided_on(&head, &base, &before, proposal, &look, &Judging::default(), TODAY).expect("judged")
}

/// What is new and told.
fn new(judged: &Judged) -> Vec<String> {
    let told = |decision| matches!(decision, Decision::Gate | Decision::Warn | Decision::Note);
    let new = judged.decided.findings.iter().filter(|one| one.change == Some(Change::New) && told(one.decision));
    new.map(|one| format!("{} {}: {}", one.finding.rule, one.finding.subject, one.finding.message)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn more_problems_are_never_fewer_new_findings(base in parts(), head in parts(), more in parts()) {
        // A repository without a gate has none to lose.
        let base = Parts { gate: base.gate.min(1), ..base };
        let (fewer, all) = (head, head.at_least(more));
        let of = |head: Parts| new(&judged(base.tree(Style::default()), head.tree(Style::default())));
        let (fewer, all) = (of(fewer), of(all));
        prop_assert!(all.len() >= fewer.len(), "{fewer:#?}\n{all:#?}");
    }

    #[test]
    fn what_changes_no_meaning_changes_no_finding(parts in parts(), before in style(), after in style()) {
        let judged = judged(parts.tree(before), parts.tree(after));
        prop_assert_eq!(new(&judged), Vec::<String>::new());
        prop_assert_eq!(&judged.decided.fixed, &Vec::new());
    }
}
