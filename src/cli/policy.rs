//! Owns the shape of `policy` and its commands. Refuses to act on any of it: `cmd` does.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::examples;

/// Options of `policy`.
#[derive(Debug, Clone, Args)]
pub struct PolicyArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: PolicyCommand,
}

/// What to do with the policy file.
#[derive(Debug, Clone, Subcommand)]
pub enum PolicyCommand {
    /// Find mistakes, and print what the file declares
    #[command(after_help = examples::POLICY_CHECK)]
    Check(PolicyFile),
    /// Print the values in force
    #[command(after_help = examples::POLICY_SHOW)]
    Show {
        /// Which file.
        #[command(flatten)]
        file: PolicyFile,
        /// Print where each value comes from
        #[arg(long)]
        origin: bool,
    },
    /// Print the JSON Schema of the policy file
    #[command(after_help = examples::POLICY_SCHEMA)]
    Schema,
    /// Tell which way a change of policy goes, and which releases get another verdict
    #[command(after_help = examples::POLICY_DIFF)]
    Diff(PolicyDiffArgs),
    /// Print the commit by which a policy owner approves what is checked out
    #[command(after_help = examples::POLICY_APPROVE)]
    Approve(PolicyApproveArgs),
}

/// Options of `policy diff`.
#[derive(Debug, Clone, Default, Args)]
pub struct PolicyDiffArgs {
    /// The policy before: a file, a full reference or a commit id [default: the default branch's]
    pub from: Option<String>,
    /// The policy after [default: .tollgate.toml here]
    pub to: Option<String>,
    /// The repository whose releases are looked at again
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub repo: PathBuf,
}

/// Options of `policy approve`.
#[derive(Debug, Clone, Default, Args)]
pub struct PolicyApproveArgs {
    /// What the change is to be merged into: a full reference or a commit id [default: the default branch]
    pub base: Option<String>,
    /// The repository whose HEAD is the change
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub repo: PathBuf,
}

/// A policy file.
#[derive(Debug, Clone, Default, Args)]
pub struct PolicyFile {
    /// The file [default: --policy, else .tollgate.toml]
    pub file: Option<PathBuf>,
}
