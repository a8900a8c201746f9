//! Owns the types of `rules/runners.toml`: task runners whose files are not read, interpreters of code in the tree,
//! programs that print an environment. Refuses
//! runners that are read: those are `facts::runners`.

use serde::Deserialize;

/// `rules/runners.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runners {
    /// Actions that check the repository out.
    #[serde(default)]
    pub checkout_actions: Vec<String>,
    /// Actions that put no file of a repository into the workspace.
    #[serde(default)]
    pub idle_actions: Vec<String>,
    /// How the labels of machines begin that the forge itself runs.
    pub hosted: Vec<String>,
    /// Variables that CI systems set, by which a run knows that it is one.
    pub ci_variables: Vec<String>,
    /// How the names of others begin that CI systems set.
    pub ci_variable_heads: Vec<String>,
    /// Programs that run tasks of the tree which this version does not read.
    pub unread: Vec<UnreadRunner>,
    /// CI systems whose files are not read.
    pub unread_ci: Vec<UnreadCi>,
    /// Actions that run a command they are given.
    pub action: Vec<CommandAction>,
    /// Programs that run code of the tree.
    pub interpreter: Vec<CodeRunner>,
    /// Programs that print the settings of an environment for a shell to read, and nothing that it would run.
    pub environment: Vec<EnvironmentPrinter>,
    /// Ends of the names of files outside the tree that set up a shell: nothing in them gives a tool another meaning.
    pub sets_up: Vec<String>,
    /// Beginnings of the names of files that are no part of the tree, likewise.
    pub of_machine: Vec<String>,
    /// Managers of programs, whose files of the tree may put others on the search path.
    pub manager: Vec<Manager>,
}

impl Runners {
    /// Whether a label is one of machines that the forge itself runs.
    #[must_use]
    pub fn is_hosted(&self, label: &str) -> bool {
        self.hosted.iter().any(|start| label.starts_with(start.as_str()))
    }
}

/// A manager of programs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manager {
    /// Its program name.
    pub program: String,
    /// Its commands that print what a shell takes in.
    #[serde(default)]
    pub prints: Vec<String>,
    /// Its commands that run the rest of their line.
    #[serde(default)]
    pub runs: Vec<String>,
    /// Actions that set it up for the steps to come.
    #[serde(default)]
    pub actions: Vec<String>,
    /// The input of those that keeps them from it with `false`.
    #[serde(default)]
    pub off_input: Option<String>,
    /// Its files, from a directory above where it runs.
    pub files: Vec<String>,
    /// Directories all of whose files are its own.
    #[serde(default)]
    pub directories: Vec<String>,
}

/// A program that prints assignments.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentPrinter {
    /// Its program name.
    pub program: String,
    /// Words with which it prints them, each somewhere behind the program; none: it does nothing else.
    #[serde(default)]
    pub words: Vec<String>,
}

/// A task runner that is not read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnreadRunner {
    /// The words that make it this program.
    pub argv: Vec<Vec<String>>,
    /// Base names of its task files, `*.x` by ending; none: it needs no file.
    #[serde(default)]
    pub files: Vec<String>,
    /// Words with which no task of the tree runs.
    #[serde(default)]
    pub no_task: Vec<String>,
    /// Of task files of one name only that nearest to the directory it runs in is run.
    #[serde(default)]
    pub one_file: bool,
    /// Flags that name another directory or another file.
    #[serde(default)]
    pub elsewhere: Vec<String>,
    /// It is opaque only if a task file runs a tool or a task runner, or holds one of these words.
    #[serde(default)]
    pub only_if: Vec<String>,
    /// Actions that run it.
    #[serde(default)]
    pub actions: Vec<String>,
}

/// A CI system whose files are not read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnreadCi {
    /// Its id.
    pub system: String,
    /// Paths of its files; a trailing `/` means any YAML file right below.
    pub files: Vec<String>,
    /// Lists of keys: a YAML file at the root with all keys of one of them at its top is one of its files, whatever it is called.
    #[serde(default)]
    pub root_keys: Vec<Vec<String>>,
    /// Patterns of file names, with one `*` or a part of a name between two (in upper or lower case): such a file of the product
    /// is one of its files wherever it lies, when one of `said` stands in it.
    #[serde(default)]
    pub names: Vec<String>,
    /// Patterns of such names that are of something about the system: its documentation, its own code.
    #[serde(default)]
    pub not_names: Vec<String>,
    /// Texts of which one stands in every file of the system.
    #[serde(default)]
    pub said: Vec<String>,
}

/// An interpreter of code in the tree.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeRunner {
    /// Its program name.
    pub program: String,
    /// Its flags that take the next word.
    #[serde(default)]
    pub value_flags: Vec<String>,
    /// Flags behind which no file of the tree is run.
    #[serde(default)]
    pub no_file_flags: Vec<String>,
    /// Those of `value_flags`, or beginnings of one word, that load other code before the file.
    #[serde(default)]
    pub preloads: Vec<String>,
    /// Those of them that take code as the next word.
    #[serde(default)]
    pub code_flags: Vec<String>,
    /// The flag that names a module instead of a file.
    #[serde(default)]
    pub module_flag: Option<String>,
    /// The ending of its files.
    pub extension: String,
    /// It is a shell: every line of its code is commands.
    #[serde(default)]
    pub shell: bool,
    /// What code holds that writes to files, moves them or takes them away.
    #[serde(default)]
    pub writes: Vec<String>,
    /// Words at the beginning of a line that load another file by its path from this one.
    #[serde(default)]
    pub loads: Vec<String>,
    /// What its code starts anything with, as far as it says it in words, in lower case; none: it is not told that way.
    #[serde(default)]
    pub starts: Vec<String>,
    /// The file of a package manager that makes classes known: loading it starts nothing.
    #[serde(default)]
    pub autoload: Option<String>,
    /// Directories that package managers put programs into.
    #[serde(default)]
    pub programs: Vec<String>,
    /// The ending of programs that are packed into one file.
    #[serde(default)]
    pub packed: Option<String>,
    /// A file, and the key in it, that names one more directory of [`Self::programs`].
    #[serde(default)]
    pub programs_by: Option<ProgramsBy>,
    /// Modules of its own that programs commonly import, and that a file beside a module run by name stands in for.
    #[serde(default)]
    pub standard: Vec<String>,
    /// A program of the tree whose commands are files.
    #[serde(default)]
    pub commands: Option<CommandFiles>,
}

/// Where a project says which directory a package manager puts programs into.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramsBy {
    /// The file, of JSON.
    pub file: String,
    /// The keys that lead to the directory.
    pub key: Vec<String>,
    /// A file whose text names each program with its path.
    pub listed_in: Vec<String>,
}

/// A program of the tree whose commands are files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandFiles {
    /// The base name of the program.
    pub file: String,
    /// The end of the directories in which its commands lie.
    pub below: String,
}

/// An action that runs what an input says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandAction {
    /// `owner/repository[/path]`.
    pub action: String,
    /// The input that holds the command.
    pub input: String,
    /// Words in front of what the input holds; none: it is a script for a shell.
    #[serde(default)]
    pub argv: Vec<String>,
    /// The shell stops at the first line that fails.
    #[serde(default)]
    pub errexit: bool,
    /// The input is code in another language.
    #[serde(default)]
    pub code: bool,
    /// The input that names the shell.
    #[serde(default)]
    pub shell_input: Option<String>,
    /// The input that names the directory.
    #[serde(default)]
    pub directory_input: Option<String>,
    /// Inputs with which a failure may not reach the job.
    #[serde(default)]
    pub softened_by: Vec<Softener>,
    /// What of it is not read, so that what it runs is doubted.
    #[serde(default)]
    pub doubt: Option<String>,
}

/// An input by which a failing command does not fail the action.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Softener {
    /// The input.
    pub input: String,
    /// The value with which it is so; none: with any value it may be so.
    #[serde(default)]
    pub value: Option<String>,
    /// What happens.
    pub why: String,
}
