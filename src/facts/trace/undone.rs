//! Owns which change undoes a hold of the shell's: where in its text an option is to be written, and how commands are joined
//! where the text has no line for one. Refuses to weigh the hold.

use crate::facts::hold::Remedy;
use crate::facts::shell::{self, Dialect, Hold, ShellMode};
use crate::text::MappedText;

/// Characters of a command that a fix repeats.
const SHOWN: usize = 120;

/// The script that a failure is lost in.
pub(super) struct Losing<'a> {
    pub(super) text: &'a MappedText,
    /// The options that its shell starts with.
    pub(super) mode: ShellMode,
    /// It is all of its file.
    pub(super) whole: bool,
    /// It is the text of a step, whose shell the CI system starts.
    pub(super) of_step: bool,
}

impl Losing<'_> {
    pub(super) fn undoes(&self, hold: &Hold) -> Remedy {
        let why = hold.why.as_str();
        if why.starts_with(shell::NO_PIPEFAIL) {
            return if self.of_step { Remedy::StrictShell } else { self.pipefail() };
        }
        let or = why.strip_suffix(" lets it pass").and_then(|text| text.strip_prefix('`')?.strip_suffix('`'));
        if let Some(or) = or {
            return Remedy::Drop(or.to_owned());
        }
        if shell::NO_ERREXIT.iter().any(|said| why.contains(said)) {
            return if self.of_step { Remedy::StrictShell } else { self.errexit() };
        }
        let row = shell::UNDONE.iter().find(|(said, _)| why.contains(said));
        row.map_or(Remedy::Remove, |(_, change)| Remedy::Change((*change).to_owned()))
    }

    fn errexit(&self) -> Remedy {
        if let Some(first) = self.first_line() {
            return Remedy::Write(format!("write `set -e` {first}"));
        }
        // `set -e` stops neither on the left of `&&`, nor does a program that is no shell know it.
        let nested = self.words().any(|word| matches!(word, "do" | "then" | "{" | "in"));
        let start = self.text.place(0..0);
        let at = format!("at {}:{}", start.path, start.line);
        Remedy::Write(if nested {
            format!("begin the command line {at} with `set -e;`")
        } else {
            format!("join the commands of the line {at} with `&&` instead of `;`")
        })
    }

    fn pipefail(&self) -> Remedy {
        let options = if self.mode.errexit || self.sets_errexit() { "-o" } else { "-eo" };
        let posix = self.mode.dialect == Dialect::Posix;
        match self.first_line() {
            Some(first) if posix => Remedy::Write(format!(
                "write `set {options} pipefail` {first} and run it with `bash` instead of `sh`, which need not know that option"
            )),
            Some(first) => Remedy::Write(format!("write `set {options} pipefail` {first}")),
            None => {
                let text = self.text.text().trim();
                let plain = text.len() <= SHOWN && !text.contains(['\'', '\\', '$', shell::UNKNOWN_CHAR]);
                let start = self.text.place(0..0);
                let at = format!("at {}:{}", start.path, start.line);
                // As it is written: what a runner puts in before the shell sees it stays in.
                let span = self.text.span(0..self.text.text().trim_end().len());
                let written = self.text.file().text.get(span.start..span.end).unwrap_or_default().trim();
                let plain = plain && written.len() <= SHOWN && !written.contains(['\'', '\\', '\n']);
                let shown = if plain { written } else { "..." };
                Remedy::Write(format!("let bash run the pipe, as `bash {options} pipefail -c '{shown}'`, {at}"))
            }
        }
    }

    /// Where the first line of its own stands that an option can be written on; none in a text of one line.
    fn first_line(&self) -> Option<String> {
        let text = self.text.text();
        if self.whole {
            let path = &self.text.file().path;
            let shebang = text.trim_start_matches('\u{FEFF}').starts_with("#!");
            return Some(format!("as line {} of {path}", if shebang { 2 } else { 1 }));
        }
        // A line that goes on is no line of its own.
        let lines = text.trim().replace("\\\n", "");
        lines.contains('\n').then(|| {
            let blank = text.len() - text.trim_start().len();
            let start = self.text.place(blank..blank);
            format!("above the first command at {}:{}", start.path, start.line)
        })
    }

    /// Whether it sets `errexit` itself, somewhere.
    fn sets_errexit(&self) -> bool {
        let mut words = self.words();
        std::iter::from_fn(|| words.find(|word| *word == "set")).count() > 0
            && self
                .words()
                .any(|word| word == "errexit" || (word.starts_with('-') && !word.starts_with("--") && word.contains('e')))
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.text.text().split(|c: char| c.is_whitespace() || c == ';')
    }
}
