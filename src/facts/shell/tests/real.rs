//! Owns the comparison of the table with real shells: every row is run by bash (and by dash, when it is for `sh`) with programs
//! that do nothing but end as they are told, first all well, then each of them failing. Refuses rows that wait for something.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::*;

/// Every program of the rows: says in `$LOG` that it ran, and fails where `$FAIL` names this run (which of the equal ones first).
const PROGRAM: &str = r#"#!/bin/sh
line=${0##*/}
for word; do line="$line $word"; done
count=1
while read -r earlier; do [ "$earlier" != "$line" ] || count=$((count + 1)); done < "$LOG"
printf '%s\n' "$line" >> "$LOG"
[ "$FAIL" != "$count $line" ]
"#;

/// What a run came to: its status, and the programs that ran.
struct Real {
    passed: bool,
    ran: Vec<String>,
}

struct Bench {
    home: tempfile::TempDir,
}

impl Bench {
    fn new(script: &str, builtins: &BTreeSet<String>) -> Self {
        let bench = Self { home: tempfile::tempdir().expect("a directory") };
        for directory in ["bin", "tree", "tree/scripts", "tree/src"] {
            fs::create_dir(bench.path(directory)).expect("a directory");
        }
        for name in ["strict.sh", "loose.sh", "lib.sh", "self.sh"] {
            let text = Library.text(&format!("/workspace/{name}")).expect("a text");
            fs::write(bench.path("tree").join(name), text.text()).expect("a file");
        }
        let program = bench.path("program");
        fs::write(&program, PROGRAM).expect("a file");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("permissions");
        let names = |text: &str| {
            let word = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            // A file with an ending is none of the programs: `source` looks for it on the path first.
            let program = |name: &&str| name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.contains('.');
            text.split(word).filter(program).map(str::to_owned).collect()
        };
        let mut all: BTreeSet<String> = names(script);
        all.extend(["bandit".to_owned(), "ruff".to_owned()]);
        for name in all.iter().filter(|name| !builtins.contains(name.as_str())) {
            std::os::unix::fs::symlink(&program, bench.path("bin").join(name)).expect("a link");
        }
        fs::write(bench.path("tree/scripts/check"), script).expect("a file");
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// `None` when it does not end.
    fn run(&self, shell: &Shell, head: &str, fail: &str) -> Option<Real> {
        let log = self.path("log");
        fs::write(&log, "").expect("a file");
        let mut command = Command::new(shell.path);
        command.arg0(shell.name).process_group(0).current_dir(self.path("tree")).env_clear();
        command
            .env("PATH", self.path("bin"))
            .env("LOG", &log)
            .env("FAIL", fail)
            .env("KNOWN", "yes")
            .env("HOME", self.path("tree"));
        if head.contains("-e") {
            command.arg("-e");
        }
        if head.contains("pipefail") {
            command.args(["-o", "pipefail"]);
        }
        command.arg("scripts/check").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("a shell");
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child") {
                break status;
            }
            if begun.elapsed() > Duration::from_secs(5) {
                child.kill().expect("a child");
                child.wait().expect("a child");
                return None;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        let ran = fs::read_to_string(&log).expect("a log").lines().map(str::to_owned).collect();
        Some(Real { passed: status.success(), ran })
    }
}

#[derive(Clone, Copy)]
struct Shell {
    path: &'static str,
    name: &'static str,
}

const BASH: Shell = Shell { path: "/usr/bin/bash", name: "bash" };
const BASH_AS_SH: Shell = Shell { path: "/usr/bin/bash", name: "sh" };
const DASH: Shell = Shell { path: "/usr/bin/dash", name: "sh" };

/// A command as its run is logged; `None` when a word of it is not known.
fn logged(command: &ShellCommand) -> Option<String> {
    let words: Option<Vec<&str>> = command.words.iter().map(|word| word.value.as_deref()).collect();
    words.map(|words| words.join(" "))
}

/// What the analysis claims and a real shell denies.
fn denied(bench: &Bench, shell: &Shell, head: &str, analysis: &Analysis, builtins: &BTreeSet<String>) -> Vec<String> {
    let Some(well) = bench.run(shell, head, "") else { return Vec::new() };
    let mut out = Vec::new();
    let firsts = analysis.commands.iter().flat_map(|command| command.others.iter().chain([&command.words]));
    let known: Option<BTreeSet<&str>> = firsts.map(|words| words.first()?.value.as_deref()).collect();
    if let Some(known) = known
        && analysis.opaque.is_empty()
    {
        let unseen = well.ran.iter().filter(|line| !known.contains(line.split(' ').next().unwrap_or("")));
        out.extend(unseen.map(|line| format!("`{line}` runs")));
    }
    let mut seen: Vec<String> = Vec::new();
    for command in &analysis.commands {
        let Some(line) = logged(command) else { continue };
        seen.push(line.clone());
        let nth = seen.iter().filter(|earlier| **earlier == line).count();
        let count = |lines: &[String]| lines.iter().filter(|other| **other == line).count();
        let alike = analysis.commands.iter().filter(|other| logged(other).as_ref() == Some(&line)).count();
        let first = line.split(' ').next().unwrap_or("");
        let settled = command.condition.is_none() && command.holds.is_empty();
        let elsewhere = head.contains("posix") && analysis.shadows.is_empty();
        if elsewhere && well.passed && settled && count(&well.ran) == 0 && !builtins.contains(first) {
            out.push(format!("`{line}` never runs"));
        }
        if !well.passed || count(&well.ran) != alike || command.holds.iter().any(|hold| hold.kind != HoldKind::Soft) {
            continue;
        }
        let Some(failed) = bench.run(shell, head, &format!("{nth} {line}")) else { continue };
        if failed.passed == command.holds.is_empty() {
            out.push(format!("when run {nth} of `{line}` fails, the script {}", if failed.passed { "passes" } else { "fails" }));
        }
    }
    out
}

#[test]
fn rows_hold_in_real_shells() {
    if !Path::new(BASH.path).exists() {
        return;
    }
    let listed = Command::new(BASH.path).args(["-c", "compgen -bk"]).output().expect("bash");
    let builtins: BTreeSet<String> = String::from_utf8_lossy(&listed.stdout).lines().map(str::to_owned).collect();
    let mut wrong = Vec::new();
    for row in include_str!("../cases.txt").split("\n#### ").skip(1) {
        let (head, rest) = row.split_once('\n').expect("a head");
        let (script, _) = rest.split_once("\n====\n").expect("a script");
        let shells: &[Shell] = if head.contains("posix") { &[BASH_AS_SH, DASH] } else { &[BASH] };
        let bench = Bench::new(script, &builtins);
        let analysis = run(head, script, &scope());
        for shell in shells.iter().filter(|shell| Path::new(shell.path).exists()) {
            // A machine under load may end a pipe early: only what is denied again counts.
            let found =
                (0..3).map(|_| denied(&bench, shell, head, &analysis, &builtins)).take_while(|found| !found.is_empty()).last();
            for what in found.into_iter().flatten() {
                wrong.push(format!("{} as {}: {what}\n#### {head}\n{script}\n", shell.path, shell.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} claims are denied:\n{}", wrong.len(), wrong.join("\n"));
}
