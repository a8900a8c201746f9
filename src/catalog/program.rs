//! Owns the types of `rules/programs.toml`: what is known of the programs that scripts are held together with. Refuses tools,
//! task runners and wrappers: those have tables of their own.

use serde::Deserialize;

/// `rules/programs.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programs {
    /// How directories outside any checkout begin where they are written: by variable, by the command that prints them, by path.
    #[serde(default)]
    pub tool_homes: Vec<String>,
    /// Names in code of Python that only tells where modules lie, or how deep it may call.
    #[serde(default)]
    pub python_paths: Vec<String>,
    /// What stands in front of `OWNER/NAME` in addresses of what a repository hands out.
    #[serde(default)]
    pub hands_out: Vec<String>,
    /// Sub-commands behind which names are packages.
    #[serde(default)]
    pub package_words: Vec<String>,
    /// Flags that say where an installer puts what it installs.
    #[serde(default)]
    pub into_flags: Vec<String>,
    /// Where package managers put programs, whatever the directory above: what is run there is the installed one.
    #[serde(default)]
    pub installed_in: Vec<String>,
    /// Hosts of the public registries, as lock files write them.
    #[serde(default)]
    pub registries: Vec<String>,
    /// What builds an image, in the words of any file.
    #[serde(default)]
    pub image_makers: Vec<String>,
    /// Programs that put files under other names.
    #[serde(default)]
    pub placing: Placing,
    /// Programs that write to files which their own words name.
    #[serde(default)]
    pub writer: Vec<Writer>,
    /// Where a path leads that settings of the machine are looked for in.
    #[serde(default)]
    pub settings_home: Vec<SettingsHome>,
    /// Files that steps write and that something looks for by itself.
    #[serde(default)]
    pub laid: Laid,
    /// Programs that only start another one.
    #[serde(default)]
    pub starter: Vec<Starter>,
    /// Programs of which the same is true.
    pub program: Vec<Alike>,
    /// Commands that install packages.
    #[serde(default)]
    pub installer: Vec<Installer>,
    /// Programs that look after the environment of a project.
    #[serde(default)]
    pub manager: Vec<Manager>,
    /// Programs of the forge's own machines that fixes may call as they are.
    #[serde(default)]
    pub on_machines: Vec<String>,
    /// Programs that those have not, or not as they are needed, and the steps that bring them.
    #[serde(default)]
    pub brought: Vec<Brought>,
    /// Inputs of actions by which packages are installed.
    #[serde(default)]
    pub installing_input: Vec<InstallingInput>,
    /// Where managers of packages put programs in a tree.
    #[serde(default)]
    pub home: Vec<Home>,
}

/// Programs that put files under other names.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placing {
    /// Their names.
    pub programs: Vec<String>,
    /// Flags of theirs that take the next word.
    pub value_flags: Vec<String>,
    /// Their flags with which a file that is there already may stay as it is.
    #[serde(default)]
    pub keeping_flags: Vec<String>,
}

/// Programs that write to files which their own words name: what they write is not known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Writer {
    /// Their names.
    pub programs: Vec<String>,
    /// Flags behind which the file stands: as the next word, behind `=`, or behind a letter itself.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Flags with which the file is called like the end of the address that it comes from; an empty list: where no flag names the file.
    #[serde(default)]
    pub named_by_address: Option<Vec<String>>,
}

/// What such files hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Laid {
    /// Keys of npm's settings by which nothing is chosen that runs, whatever their value.
    pub idle_keys: Vec<String>,
}

/// Paths that mean the home directory of who runs the job, or a directory in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsHome {
    /// The variable that names it.
    #[serde(default)]
    pub variable: Option<String>,
    /// How it is called on the machines of forges.
    #[serde(default)]
    pub path: Option<String>,
    /// What it is, from `~` on.
    pub is: String,
}

/// Programs that only start another one, at the beginning of what a container runs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Starter {
    /// Their names.
    pub names: Vec<String>,
    /// Flags that take the next word.
    #[serde(default)]
    pub value_flags: Vec<String>,
    /// Words that stand before the command and are none of its (a user).
    #[serde(default)]
    pub operands: usize,
}

/// A program that puts what a project declares into an environment, mostly one of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manager {
    /// Its name.
    pub name: String,
    /// Commands that install what the project in their directory declares.
    #[serde(default)]
    pub installs: Vec<Vec<String>>,
    /// Commands that run the rest of their line in that environment.
    #[serde(default)]
    pub runs: Vec<Vec<String>>,
    /// Those install it first.
    #[serde(default)]
    pub syncs: bool,
    /// Flags of both with which nothing of what the product needs is installed.
    #[serde(default)]
    pub besides: Vec<String>,
    /// Flags with which it starts a program in the environment as it is.
    #[serde(default)]
    pub as_it_is: Vec<String>,
    /// Flags that name the project of another directory, which is not told from this one.
    #[serde(default)]
    pub elsewhere: Vec<String>,
    /// Commands that write what the project declares to a list.
    #[serde(default)]
    pub exports: Vec<Vec<String>>,
    /// The environment is that of the job, after one of these commands.
    #[serde(default)]
    pub in_place: Vec<Vec<String>>,
    /// Likewise where this variable is set.
    #[serde(default)]
    pub in_place_by: Vec<String>,
    /// It installs into the environment of the job whatever is said.
    #[serde(default)]
    pub always_in_place: bool,
    /// What it installs is said in files that are not read.
    #[serde(default)]
    pub unread: bool,
}

/// A program that a new machine has not, and the steps that bring it, as they stand in a workflow.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brought {
    /// How commands begin that need it.
    pub commands: Vec<Vec<String>>,
    /// Only where this is the lock file.
    #[serde(default)]
    pub lock: Option<String>,
    /// The steps.
    pub steps: String,
    /// The program whose release `packageManager` may name.
    #[serde(default)]
    pub named: Option<String>,
    /// The steps where it does; `{manifest}` stands for the `package.json` that does so.
    #[serde(default)]
    pub steps_named: Option<String>,
}

/// An input of an action whose words are installed into the environment of the job.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstallingInput {
    /// `owner/name`.
    pub action: String,
    /// The input.
    pub input: String,
    /// The command that installs them.
    pub command: Vec<String>,
}

/// Directories of a tree in which a manager of packages puts the programs of what it installs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Home {
    /// Whose packages: a key of a tool's `packages`.
    pub ecosystem: String,
    /// How their paths end.
    pub directories: Vec<String>,
    /// Words, one of which a command of the job has that has it put them there.
    #[serde(default)]
    pub said: Vec<String>,
    /// The file that has it put them there.
    #[serde(default)]
    pub manifest: Option<Told>,
}

/// A text that a file of some name holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The name.
    pub file: String,
    /// The text.
    pub says: String,
}

/// Commands that install packages, with the same flags.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installer {
    /// Whose packages: a key of a tool's `packages`.
    pub ecosystem: String,
    /// The words of each.
    pub commands: Vec<Vec<String>>,
    /// What a word without a flag is.
    pub bare: Bare,
    /// Each package gets an environment of its own.
    #[serde(default)]
    pub apart: bool,
    /// Flags of one letter without a value: others may follow one in the same word (`-Ur`).
    #[serde(default)]
    pub switches: Vec<String>,
    /// Flags that name a package, a path or an address to install.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Flags that name a list of them.
    #[serde(default)]
    pub lists: Vec<String>,
    /// Flags that name a list which says what a package is taken from, should it be installed.
    #[serde(default)]
    pub constraints: Vec<String>,
    /// Flags that say where packages are looked for.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Other flags that take the next word.
    #[serde(default)]
    pub values: Vec<String>,
    /// How variables begin that stand for flags: `PIP_` for `--find-links`, as `PIP_FIND_LINKS`.
    #[serde(default)]
    pub variables: Option<String>,
    /// The variable that names a file of settings.
    #[serde(default)]
    pub settings: Option<String>,
    /// Flags that name it.
    #[serde(default)]
    pub settings_flags: Vec<String>,
    /// Tables of such a file in which flags stand by their names; the empty name is its top.
    #[serde(default)]
    pub settings_tables: Vec<String>,
    /// Flags, or variables in their place, with which none is looked for.
    #[serde(default)]
    pub settings_off: Vec<String>,
    /// Files of the tree that are such files where none is named: of the nearest directory with one, the first.
    #[serde(default)]
    pub found: Vec<FoundSettings>,
}

/// A file of settings that an installer looks for by itself, from the working directory upward.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundSettings {
    /// Its name.
    pub file: String,
    /// The keys down to the table in which the settings' own tables stand.
    #[serde(default)]
    pub below: Vec<String>,
}

/// What a word of an installer without a flag is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bare {
    /// A package, a path or an address.
    Package,
    /// A list of them.
    List,
    /// The command that it runs: what stands behind is that command's own.
    Command,
}

/// Programs of which the same is true.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alike {
    /// Their names.
    pub names: Vec<String>,
    /// What is true of them.
    pub is: Vec<Trait>,
}

/// Something that is known of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trait {
    /// It hands on what it reads and ends as it was read, whatever that says.
    HandsOn,
    /// Nobody asks whether it gates.
    Plumbing,
    /// Its status answers a question.
    Asks,
    /// It changes nothing of what the next program finds.
    Idle,
    /// It makes files of what it is shown.
    MakesFiles,
    /// It runs none of what it is given.
    RunsNothing,
    /// It prints nothing.
    Silent,
    /// It only looks at a file that it is given, or hands its name on.
    Looks,
    /// What it prints are names of files, directories, packages or commits, and no flags.
    ListsNames,
    /// It prints some of what it reads, or parts of it.
    Sieves,
    /// No interpreter reads it, whatever installs it.
    Native,
}

impl Programs {
    /// The programs of which this is known, each with the words that must stand behind it.
    pub fn words_of(&self, what: Trait) -> impl Iterator<Item = std::str::SplitWhitespace<'_>> {
        let rows = self.program.iter().filter(move |row| row.is.contains(&what));
        rows.flat_map(|row| &row.names).map(|name| name.split_whitespace())
    }

    /// Whether this is known of the program.
    #[must_use]
    pub fn is(&self, name: &str, what: Trait) -> bool {
        self.program.iter().any(|row| row.is.contains(&what) && row.names.iter().any(|known| known == name))
    }
}
