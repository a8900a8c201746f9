//! Owns which package managers are told apart and which scripts their commands run by themselves. Refuses to read a command line,
//! and to list flags: those are in `rules/commands.toml`.

use crate::catalog::{self, command::Command};

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Client {
    /// npm.
    Npm,
    /// pnpm.
    Pnpm,
    /// yarn, of either kind.
    Yarn,
    /// bun.
    Bun,
}

/// What an install runs.
pub(super) const INSTALL: &[&str] =
    &["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare", "dependencies"];
/// What packing runs.
pub(super) const PACK: &[&str] = &["prepack", "prepare", "postpack"];
/// What publishing runs.
pub(super) const PUBLISH: &[&str] = &["prepublishOnly", "prepack", "prepare", "postpack", "publish", "postpublish"];

impl Client {
    /// What is known of its command line.
    pub(super) fn command(self) -> &'static Command {
        let commands = catalog::commands();
        match self {
            Self::Npm => &commands.npm,
            Self::Pnpm => &commands.pnpm,
            Self::Yarn => &commands.yarn,
            Self::Bun => &commands.bun,
        }
    }
}
