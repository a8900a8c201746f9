//! Owns that the pages for release engineers are what happens: every command of both is run in order, from nothing, with the real git, gpg
//! and ssh-keygen, and what tollgate prints is what stands there. Ids, keys, days and times differ; what is done by somebody else in
//! between (a merge, another's tag) stands in `BETWEEN`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

use super::differential::compared;
use crate::docs::reading;

/// What happens between two commands of the pages: the beginning of the one it stands before, and a script.
const BETWEEN: [(&str, &str); 14] = [
    (
        "cd ~/kestrel",
        "git init -q --bare forge.git; git clone -q forge.git kestrel 2>/dev/null; cd kestrel; mkdir k8s; echo x >k8s/app.yaml; git add k8s; git commit -qm service",
    ),
    (
        "TAG=v1.0.1",
        "git -c gpg.format=ssh tag -s -u ~/theo.pub -m v1.1.0 v1.1.0; git tag v1.0.1; git push -q origin v1.1.0 v1.0.1",
    ),
    ("git tag -s -m v1.2.0", PUBLISH),
    ("tollgate --now 2026-12-06", LATER),
    ("tollgate policy diff #had", "sed -i '/people.theo/,/^$/d' .tollgate.toml"),
    (
        "tollgate policy diff #stolen",
        "git tag -d v1.3.0 >/dev/null; git push -q origin :refs/tags/v1.3.0; git reset -q --soft HEAD~1; git push -qf origin main",
    ),
    ("tollgate countersign v1.1.0", PUBLISH),
    ("tollgate verify-tag v1.1.0", "tollgate countersign v1.1.0 >../lines; . ../lines 2>/dev/null"),
    ("tollgate keys add iris", "git checkout -q .; ssh-keygen -t ed25519 -f ~/iris"),
    (
        "tollgate verify-tag -q v1.4.0",
        "git -c gpg.format=ssh tag -s -u ~/iris.pub -m v1.4.0 v1.4.0; git commit -qam iris; git push -q origin main v1.4.0",
    ),
    ("tollgate verify-tag v1.2.0", PUBLISH),
    ("sed 's/^:---", ""),
    ("tollgate policy diff        #", ""),
    ("tollgate verify-tag v9.0.0", ""),
];
const PUBLISH: &str = "git add .tollgate.toml .tollgate; git commit -qm policy; git push -q origin main";
/// A leaver tags what was committed after the end, with a date set back.
const LATER: &str = "git commit -qam policy; git push -q origin main; GIT_AUTHOR_DATE=2026-12-04T00:00:00Z GIT_COMMITTER_DATE=2026-12-04T00:00:00Z \
    git commit -q --allow-empty -m later; git push -q origin main; git -c gpg.format=ssh tag -s -u ~/theo.pub -m v1.3.0 v1.3.0; git push -q origin v1.3.0";

/// A new user's machine.
struct Machine {
    home: tempfile::TempDir,
    directory: PathBuf,
    /// What stands in the pages, and what it is here.
    names: Vec<(String, String)>,
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.run("gpgconf --kill gpg-agent");
    }
}

impl Machine {
    fn new() -> Self {
        let home = tempfile::Builder::new().prefix("tg").tempdir().expect("a folder");
        let bin = home.path().join("bin");
        fs::create_dir(&bin).expect("a folder");
        // A person types a passphrase, or none.
        let real = |program: &str| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file()).expect("it is here")
        };
        let gpg = format!(
            "#!/bin/sh\nexec {} --batch --quiet --pinentry-mode loopback --passphrase '' \"$@\"\n",
            real("gpg").display()
        );
        let keygen = format!(
            "#!/bin/sh\ncase \"$1\" in -t) shift; exec {0} -q -N '' -C 'a comment' -t \"$@\";; esac\nexec {0} \"$@\"\n",
            real("ssh-keygen").display()
        );
        for (name, text) in [("gpg", gpg), ("ssh-keygen", keygen)] {
            let path = bin.join(name);
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("executable");
        }
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tollgate"), bin.join("tollgate")).expect("a link");
        let machine = Self { directory: home.path().to_path_buf(), home, names: Vec::new() };
        let who = "git config --global user.name Rhea; git config --global user.email rhea@example.org; git config --global init.defaultBranch main";
        assert_eq!(machine.run(who).0, 0);
        machine
    }

    /// Runs a line of shell; status and both streams.
    fn run(&self, line: &str) -> (i32, String) {
        let mut command = Command::new("sh");
        let bin = self.home.path().join("bin");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([bin].into_iter().chain(std::env::split_paths(&path))).expect("a path");
        command.env_clear().env("PATH", path).env("HOME", self.home.path()).env("GIT_CONFIG_NOSYSTEM", "1").env("TERM", "dumb");
        command.env("URL", self.home.path().join("forge.git")).env("STATE", self.home.path().join("state"));
        let output =
            command.args(["-c", &format!("exec 2>&1\n{line}")]).current_dir(&self.directory).output().expect("it starts");
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The text of a page as it is on this machine.
    fn here(&self, text: &str) -> String {
        // Through marks: a day of here may be another day of the pages.
        let marked = |number: usize| format!("\u{1}{number}\u{2}");
        let all = self.names.iter().enumerate();
        let text = all.clone().fold(text.to_owned(), |text, (number, (from, _))| text.replace(from, &marked(number)));
        all.fold(text, |text, (number, (_, to))| text.replace(&marked(number), to))
    }

    /// Keys that were made since: the pages name them by the fingerprints that they had when they were written.
    fn learn(&mut self, written: &[&str]) {
        let (_, listed) = self.run("gpg --list-keys --with-colons rhea@example.org");
        let keys = listed.lines().filter_map(|line| line.strip_prefix("fpr:::::::::")?.strip_suffix(':'));
        let keys: Vec<String> = keys.map(str::to_owned).collect();
        self.names.retain(|(_, to)| !keys.contains(to));
        self.names.extend(written.iter().map(|written| (*written).to_owned()).zip(keys));
        if let Ok(text) = fs::read_to_string(self.home.path().join("theo.pub")) {
            self.names.push(("ssh-ed25519 AAAA… theo".to_owned(), text.trim().to_owned()));
        }
    }

    /// Puts the lines of a sample into the policy; what it does not name stays.
    fn merge(&self, sample: &str) {
        let path = self.directory.join(".tollgate.toml");
        let mut policy: toml::Table = fs::read_to_string(&path).expect("a policy").parse().expect("TOML");
        put(&mut policy, self.here(sample).parse().expect("TOML"));
        // The deletion of a table above goes by the empty line behind it.
        fs::write(&path, toml::to_string(&policy).expect("TOML")).expect("written");
    }
}

fn put(into: &mut toml::Table, from: toml::Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(toml::Value::Table(into)), toml::Value::Table(from)) => put(into, from),
            (_, value) => drop(into.insert(key, value)),
        }
    }
}

/// What differs at every place.
fn masked(text: &str) -> Vec<String> {
    const MASKS: [(&str, &str); 8] = [
        (r"SHA256:[A-Za-z0-9+/]{43}", "<SSH>"),
        (r#"ssh-ed25519 [^"]+"#, "<KEY>"),
        (r"\b[0-9A-F]{40}\b", "<FPR>"),
        (r"\b[0-9a-f]{40}\b", "<OID>"),
        (r"\b[0-9a-f]{7}\b", "<ID>"),
        (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<TIME>"),
        (r"\d{4}-\d\d-\d\d", "<DAY>"),
        (r"\(\d+ days? old\)", "<AGE>"),
    ];
    let text = MASKS
        .iter()
        .fold(text.to_owned(), |text, (mask, to)| Regex::new(mask).expect("a mask").replace_all(&text, *to).into_owned());
    text.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// Whether the lines are those of the page, where `…` stands for any number of them.
fn alike(page: &[String], found: &[String]) -> bool {
    match page.split_first() {
        None => found.is_empty(),
        Some((line, rest)) if line == "…" => (0..=found.len()).any(|skip| alike(rest, &found[skip..])),
        Some((line, rest)) => found.split_first().is_some_and(|(first, more)| first == line && alike(rest, more)),
    }
}

/// The fenced blocks of a page, each with its language.
fn blocks(page: &str) -> Vec<(String, String)> {
    reading::blocks(page).into_iter().map(|block| (block.language, block.text)).collect()
}

/// The commands of a block, each with what is printed.
fn commands(block: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), found.last_mut()) {
            (Some(command), _) => found.push((command.to_owned(), String::new())),
            (None, Some((_, printed))) => printed.push_str(&format!("{line}\n")),
            (None, None) => panic!("a block without a command: {block}"),
        }
    }
    found
}

/// `policy diff` is run several times; what was done before it differs.
fn occasion(command: &str, block: usize, blocks: &[(String, String)]) -> String {
    let before = blocks.get(block.wrapping_sub(1)).map_or("", |(_, text)| text.as_str());
    match command {
        "tollgate policy diff" if before.contains("v1.3.0") => "tollgate policy diff #had".to_owned(),
        "tollgate policy diff" if before.contains("compromised = true") => "tollgate policy diff #stolen".to_owned(),
        other => other.to_owned(),
    }
}

#[test]
fn every_command_of_the_pages_does_what_they_say() {
    if !compared(&["git", "gpg", "gpgconf", "ssh-keygen", "sh", "jq", "sed"]) {
        return;
    }
    const KEYS: [&str; 2] = ["A39F67776B71277DAC3D427257C68BD360E91EED", "1B12B37C70903D1AD0E780C2670D4409A8BBA1C2"];
    let mut machine = Machine::new();
    let today = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date();
    for (written, days) in [("2026-11-30", 1), ("2026-12-04", 5), ("2026-12-05", 6), ("2026-12-06", 7)] {
        let day = today.checked_add(jiff::Span::new().days(days)).expect("a day");
        machine.names.push((written.to_owned(), day.to_string()));
    }
    let mut used = [false; BETWEEN.len()];
    let mut ran = 0;
    for page in ["docs/release-tags.md", "docs/release-recipes.md"] {
        let all = blocks(page);
        for (number, (language, text)) in all.iter().enumerate() {
            match language.as_str() {
                "toml" => machine.merge(text),
                "sh" => fs::write(machine.directory.join("deploy.sh"), text).expect("written"),
                "console" => {}
                _ => continue,
            }
            let found = if language == "console" { commands(text) } else { Vec::new() };
            for (command, printed) in found {
                machine.learn(&KEYS);
                let when = occasion(&command, number, &all);
                for (at, (_, script)) in BETWEEN.iter().enumerate().filter(|(_, (before, _))| when.starts_with(before)) {
                    if !used[at] || *script == PUBLISH {
                        let (_, told) = machine.run(&machine.here(script));
                        assert!(!told.contains("fatal:") && !told.contains("error:"), "before `{command}`: {told}");
                        used[at] = true;
                    }
                }
                if let Some(folder) = command.strip_prefix("cd ~/") {
                    machine.directory = machine.home.path().join(folder);
                    continue;
                }
                let (status, told) = machine.run(&machine.here(&command));
                ran += 1;
                let page_lines = masked(&printed);
                let by_tollgate = command.contains("tollgate ") || command.contains("deploy.sh");
                if by_tollgate {
                    assert!(
                        alike(&page_lines, &masked(&told)),
                        "{page}: `{command}` printed\n{told}\nand the page says\n{printed}"
                    );
                } else {
                    assert_eq!(status, 0, "{page}: `{command}`: {told}");
                    assert!(printed.is_empty(), "{page}: only what tollgate prints is shown: {command}");
                }
                if command.starts_with("tollgate policy diff") && when.ends_with("#had") {
                    assert_eq!(machine.run("git checkout -q .tollgate.toml").0, 0);
                }
            }
        }
    }
    let unused: Vec<&str> = BETWEEN.iter().zip(used).filter(|(_, used)| !used).map(|((before, _), _)| *before).collect();
    assert!(unused.is_empty() && ran > 30, "{ran} commands; nothing stands behind {unused:?}");
    // The end of the last recipe: the other one signs, and both count.
    let other = "git config gpg.format ssh; git config user.signingKey ~/iris.pub; tollgate countersign v1.2.0 >../lines; . ../lines; tollgate verify-tag v1.2.0";
    let (status, told) = machine.run(other);
    assert!(status == 0 && told.contains("signer  rhea ") && told.contains("signer  iris "), "{told}");
    workflows(&machine);
}

/// The workflows of the page as `check` reads them: the one of the default branch, the one of another repository, and who calls that.
fn workflows(machine: &Machine) {
    let all = blocks("docs/release-tags.md");
    let workflows: Vec<&String> =
        all.iter().filter(|(language, text)| language == "yaml" && text.starts_with("on:")).map(|(_, text)| text).collect();
    let path = machine.directory.join(".github/workflows/deploy.yml");
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("folders");
    assert_eq!(workflows.len(), 3);
    for (text, verdict) in workflows.into_iter().zip(["pass", "not-applicable", "unknown"]) {
        // Who reads it puts an address and a commit there.
        let text = text.replace(" URL ", " https://forge.example/acme/tollgate ");
        let text = text.replace(" COMMIT ", " 0123456789abcdef0123456789abcdef01234567 ");
        fs::write(&path, &text).expect("written");
        let (_, told) = machine.run("tollgate check --format json --only deploy-tag-verified | jq -r '.findings[0].verdict'");
        assert_eq!(told.trim(), verdict, "{text}");
    }
}
