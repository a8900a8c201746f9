//! Owns the shape of the command line: commands, options, their help. Refuses to act on any of it: `cmd` does.

mod examples;
mod policy;

pub use policy::{PolicyApproveArgs, PolicyArgs, PolicyCommand, PolicyDiffArgs, PolicyFile};

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Makes a backend security checklist executable.
#[derive(Debug, Parser)]
#[command(name = "tollgate", version, about, after_help = examples::ALL, disable_help_subcommand = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
}

/// Commands that the design names and a later version brings, with what to do until then.
pub const LATER_COMMANDS: [(&str, &str); 3] = [
    ("attest", "no rule takes statements yet; a `[[waiver]]` in the policy accepts a finding for a time"),
    ("logs", "leave it out"),
    ("sweep", "run `tollgate check` in each repository"),
];

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Inspect a repository and decide whether the gate passes
    #[command(after_help = examples::CHECK)]
    Check(CheckArgs),
    /// Verify release tags, and name the commit to deploy
    #[command(after_help = examples::VERIFY_TAG)]
    VerifyTag(VerifyTagArgs),
    /// Print what was found, before any rule judges
    #[command(after_help = examples::FACTS)]
    Facts(FactsArgs),
    /// List the catalogue of rules
    #[command(after_help = examples::RULES)]
    Rules(RulesArgs),
    /// Explain a rule, a tool, a bot or a generator of API descriptions
    #[command(after_help = examples::EXPLAIN)]
    Explain(ExplainArgs),
    /// Work with the policy file
    #[command(after_help = examples::POLICY)]
    Policy(PolicyArgs),
    /// Print, or write, a policy and the workflows to start with
    #[command(after_help = examples::INIT)]
    Init(InitArgs),
    /// Print the waivers for what a rule closes the gate for
    #[command(after_help = examples::WAIVE)]
    Waive(WaiveArgs),
    /// Print the git command that adds one's signature to a release
    #[command(after_help = examples::COUNTERSIGN)]
    Countersign(CountersignArgs),
    /// Work with the keys of maintainers
    #[command(after_help = examples::KEYS)]
    Keys(KeysArgs),
    /// Print a completion script for a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Print the manual page
    #[command(after_help = examples::MAN)]
    Man,
}

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    /// Judge by this policy file
    #[arg(long, global = true, value_name = "FILE", help_heading = "Common options")]
    pub policy: Option<PathBuf>,
    /// Judge by the policy file at this ref
    #[arg(long, global = true, value_name = "REF", conflicts_with = "policy", help_heading = "Common options")]
    pub policy_ref: Option<String>,
    /// The organisation's policy, whose floors bind every repository
    #[arg(long, global = true, value_name = "FILE", help_heading = "Common options")]
    pub org_policy: Option<PathBuf>,
    /// Take this moment (RFC 3339) as now; refused in CI
    #[arg(long, global = true, value_name = "TIME", help_heading = "Common options")]
    pub now: Option<String>,
    /// When to colour: auto, always or never
    // Values with help of their own would make every page three times as long.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", hide_possible_values = true, help_heading = "Common options")]
    pub color: Color,
    /// Print the last line only
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Common options")]
    pub quiet: bool,
    /// Print every pass with its chain too
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Common options")]
    pub verbose: u8,
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Options of `check` and `facts`.
#[derive(Debug, Clone, Default, Args)]
pub struct InspectArgs {
    /// A work tree or a folder in one, a git directory, or a plain folder
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// The revision to inspect: an object id, HEAD, or a ref name
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,
    /// Inspect PATH alone, not the work tree it lies in
    #[arg(long)]
    pub here: bool,
    /// Write the format F to FILE too; may be given several times
    #[arg(long, value_name = "F=FILE")]
    pub out: Vec<String>,
    /// Change a bound, for example --limit file-bytes=4000000
    #[arg(long, value_name = "NAME=N")]
    pub limit: Vec<String>,
    /// Ask GitHub with GITHUB_TOKEN about GITHUB_REPOSITORY, or the one named
    #[arg(long, value_name = "OWNER/NAME", num_args = 0..=1, require_equals = true)]
    pub forge: Option<Option<String>>,
    /// Read the output of a trusted `cargo metadata` (arrives with a later version)
    #[arg(long, hide = true, value_name = "FILE")]
    pub cargo_metadata: Option<PathBuf>,
}

impl Command {
    /// In GitHub Actions it shows what it found beside its log.
    #[must_use]
    pub fn annotates(&self) -> bool {
        let format = match self {
            Self::Check(args) => &args.format,
            Self::VerifyTag(args) => &args.format,
            _ => return false,
        };
        format.as_deref().is_none_or(|format| format == "github")
    }
}

/// Options of `check`.
#[derive(Debug, Clone, Default, Args)]
pub struct CheckArgs {
    /// What to inspect.
    #[command(flatten)]
    pub inspect: InspectArgs,
    /// How to print: text, github, json, markdown, sarif, junit, gitlab or in-toto [default: text; in GitHub Actions text and github]
    #[arg(long, value_name = "F")]
    pub format: Option<String>,
    /// The profile: modern or literal [default: the policy's, else modern]
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Judge these rules only
    #[arg(long, value_name = "RULE,…", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Close the gate from error, warning, notice or never on [default: policy]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<String>,
    /// Close the gate for what could not be decided, too
    #[arg(long)]
    pub strict: bool,
    /// Print the whole checklist by section
    #[arg(long)]
    pub all: bool,
    /// Judge by this revision's policy, and close the gate only for what is new against it [default: in GitHub Actions by the event]
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Close the gate for what the base has, too
    #[arg(long)]
    pub block_existing: bool,
    /// Put what holds into SARIF, too
    #[arg(long)]
    pub sarif_all: bool,
}

/// Options of `verify-tag`.
#[derive(Debug, Clone, Default, Args)]
pub struct VerifyTagArgs {
    /// The tags: NAME or refs/tags/NAME
    #[arg(value_name = "TAG", required_unless_present = "all")]
    pub tags: Vec<String>,
    /// Verify every release tag of the repository; with --state the log then knows all of them
    #[arg(long, conflicts_with_all = ["tags", "expect_commit", "version_json"])]
    pub all: bool,
    /// The repository: a work tree, a folder in one, or a git directory
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub repo: PathBuf,
    /// The branch on which the commit must lie [default: the policy's, else the default branch]
    #[arg(long, value_name = "B")]
    pub require_branch: Option<String>,
    /// The commit that the tag must stand for
    #[arg(long, value_name = "OID")]
    pub expect_commit: Option<String>,
    /// A version.json (Dockerflow) whose commit and version must be the tag's
    #[arg(long, value_name = "FILE")]
    pub version_json: Option<PathBuf>,
    /// The log of earlier verifications, kept where only deploys write
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Let an older version than the last one pass
    #[arg(long, requires = "state")]
    pub allow_rollback: bool,
    /// Read the tags from GitHub (GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_TOKEN) instead of this copy
    #[arg(long, conflicts_with = "all")]
    pub fetch: bool,
    /// How to print: text, json, github, markdown or in-toto [default: text; in GitHub Actions text and github]
    #[arg(long, value_name = "F")]
    pub format: Option<String>,
    /// Write the format F to FILE too; may be given several times
    #[arg(long, value_name = "F=FILE")]
    pub out: Vec<String>,
    /// Change a bound, for example --limit tag-bytes=100000
    #[arg(long, value_name = "NAME=N")]
    pub limit: Vec<String>,
}

/// Options of `facts`.
#[derive(Debug, Clone, Default, Args)]
pub struct FactsArgs {
    /// What to inspect.
    #[command(flatten)]
    pub inspect: InspectArgs,
    /// How to print: text or json [default: text]
    #[arg(long, value_name = "F")]
    pub format: Option<String>,
}

/// Options of `rules`.
#[derive(Debug, Clone, Default, Args)]
pub struct RulesArgs {
    /// How to print: text, json or markdown [default: text]
    #[arg(long, value_name = "F")]
    pub format: Option<String>,
    /// Show the severities of this profile
    #[arg(long, value_name = "PROFILE", default_value = "modern")]
    pub profile: String,
}

/// Options of `explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// The id of a rule, a tool, a bot or a generator
    pub id: String,
}

/// Options of `init`.
#[derive(Debug, Clone, Default, Args)]
pub struct InitArgs {
    /// A work tree or a folder in one, or a plain folder
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Write the files that are not there
    #[arg(long)]
    pub write: bool,
    /// The action that the workflows run, pinned to a commit
    #[arg(long, value_name = "OWNER/NAME@COMMIT")]
    pub action: Option<String>,
}

/// Options of `waive`.
#[derive(Debug, Clone, Default, Args)]
pub struct WaiveArgs {
    /// The id of a rule
    #[arg(value_name = "RULE")]
    pub rule: String,
    /// What is inspected: a work tree, a git directory, or a plain folder
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Only findings about this subject, as `check --format json` has it
    #[arg(long, value_name = "S")]
    pub subject: Option<String>,
    /// Only what is new against this revision, whose policy judges
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Inspect PATH alone, not the work tree it lies in
    #[arg(long)]
    pub here: bool,
}

/// Options of `countersign`.
#[derive(Debug, Clone, Default, Args)]
pub struct CountersignArgs {
    /// The release: NAME or refs/tags/NAME
    #[arg(value_name = "TAG")]
    pub tag: String,
    /// The repository: a work tree, a folder in one, or a git directory
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub repo: PathBuf,
    /// The last part of the new tag's name, which says nothing about who signs [default: the first free number]
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
}

/// Options of `keys`.
#[derive(Debug, Clone, Args)]
pub struct KeysArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub command: KeysCommand,
}

/// What to do with keys.
#[derive(Debug, Clone, Subcommand)]
pub enum KeysCommand {
    /// Add a maintainer's key to the policy file, and a certificate beside it
    #[command(after_help = examples::KEYS_ADD)]
    Add(KeysAddArgs),
}

/// Options of `keys add`.
#[derive(Debug, Clone, Default, Args)]
pub struct KeysAddArgs {
    /// The person's name in the policy
    #[arg(value_name = "PERSON")]
    pub person: String,
    /// The OpenPGP certificate, as `gpg --export --armor FINGERPRINT` prints it; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "ssh", required_unless_present = "ssh")]
    pub pgp: Option<PathBuf>,
    /// The SSH public key, a .pub file; - reads standard input
    #[arg(long, value_name = "FILE")]
    pub ssh: Option<PathBuf>,
    /// A role to have; may be given several times [default for a new person: release]
    #[arg(long, value_name = "ROLE")]
    pub role: Vec<String>,
    /// A mail address to have; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub email: Vec<String>,
    /// The first day of the key
    #[arg(long, value_name = "DATE")]
    pub valid_after: Option<String>,
    /// The first day without it
    #[arg(long, value_name = "DATE")]
    pub valid_before: Option<String>,
}

/// Options of `completions`.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}
