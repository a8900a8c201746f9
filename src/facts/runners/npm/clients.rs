//! Owns what tells the package managers apart on their command lines: flags that take a value, their own commands. Refuses
//! to read a command line.

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

/// Flags that take the next word and mean nothing here (npm, `workspaces/config/lib/definitions`: every type that is no Boolean).
const NPM_VALUES: &[&str] = &[
    "--_auth",
    "--access",
    "--also",
    "--audit-level",
    "--auth-type",
    "--before",
    "--ca",
    "--cache",
    "--cache-max",
    "--cache-min",
    "--cafile",
    "--call",
    "-c",
    "--cert",
    "--cidr",
    "--cpu",
    "--depth",
    "--diff",
    "--diff-dst-prefix",
    "--diff-src-prefix",
    "--diff-unified",
    "--editor",
    "--expect-result-count",
    "--fetch-retries",
    "--fetch-retry-factor",
    "--fetch-retry-maxtimeout",
    "--fetch-retry-mintimeout",
    "--fetch-timeout",
    "--git",
    "--globalconfig",
    "--heading",
    "--https-proxy",
    "--include",
    "--init-license",
    "--init-module",
    "--init-version",
    "--install-strategy",
    "--key",
    "--libc",
    "--local-address",
    "--location",
    "-L",
    "--lockfile-version",
    "--loglevel",
    "--logs-dir",
    "--logs-max",
    "--maxsockets",
    "--message",
    "-m",
    "--node-options",
    "--noproxy",
    "--omit",
    "--only",
    "--os",
    "--otp",
    "--package",
    "--pack-destination",
    "--preid",
    "--provenance-file",
    "--proxy",
    "--registry",
    "--reg",
    "--replace-registry-host",
    "--save-prefix",
    "--sbom-format",
    "--sbom-type",
    "--scope",
    "--searchexclude",
    "--searchlimit",
    "--searchopts",
    "--searchstaleness",
    "--shell",
    "--tag",
    "--tag-version-prefix",
    "--umask",
    "--user-agent",
    "--userconfig",
    "--viewer",
    "--which",
];
const PNPM_VALUES: &[&str] = &[
    "--loglevel",
    "--reporter",
    "--registry",
    "--workspace-concurrency",
    "--test-pattern",
    "--changed-files-ignore-pattern",
    "--resume-from",
    "--store-dir",
    "--virtual-store-dir",
    "--network-concurrency",
    "--child-concurrency",
];
const YARN_VALUES: &[&str] = &[
    "--registry",
    "--cache-folder",
    "--modules-folder",
    "--mutex",
    "--network-timeout",
    "--use-yarnrc",
    "--mode",
    "--network-concurrency",
];
const BUN_VALUES: &[&str] = &[
    "-c",
    "--config",
    "--registry",
    "--cache-dir",
    "--env-file",
    "--shell",
    "--elide-lines",
    "-r",
    "--preload",
    "-d",
    "--define",
];

/// Commands of the managers themselves: a script of that name is not what they mean.
const PNPM_OWN: &[&str] = &[
    "add",
    "approve-builds",
    "audit",
    "bin",
    "c",
    "cat-file",
    "cat-index",
    "config",
    "create",
    "dedupe",
    "deploy",
    "dlx",
    "doctor",
    "env",
    "exec",
    "fetch",
    "find-hash",
    "help",
    "import",
    "init",
    "licenses",
    "link",
    "list",
    "ln",
    "ls",
    "outdated",
    "owner",
    "pack",
    "patch",
    "patch-commit",
    "patch-remove",
    "prune",
    "publish",
    "rb",
    "rebuild",
    "remove",
    "rm",
    "root",
    "self-update",
    "server",
    "setup",
    "store",
    "un",
    "uninstall",
    "unlink",
    "up",
    "update",
    "upgrade",
    "version",
    "view",
    "why",
];
const YARN_OWN: &[&str] = &[
    "add",
    "audit",
    "autoclean",
    "bin",
    "cache",
    "check",
    "config",
    "constraints",
    "create",
    "dedupe",
    "dlx",
    "exec",
    "explain",
    "generate-lock-entry",
    "global",
    "help",
    "import",
    "info",
    "init",
    "licenses",
    "link",
    "list",
    "login",
    "logout",
    "node",
    "npm",
    "outdated",
    "owner",
    "pack",
    "patch",
    "patch-commit",
    "plugin",
    "policies",
    "publish",
    "rebuild",
    "remove",
    "search",
    "set",
    "stage",
    "tag",
    "team",
    "unlink",
    "unplug",
    "up",
    "upgrade",
    "upgrade-interactive",
    "version",
    "versions",
    "why",
];
const BUN_OWN: &[&str] = &[
    "a",
    "add",
    "audit",
    "build",
    "c",
    "completions",
    "create",
    "exec",
    "help",
    "info",
    "init",
    "link",
    "outdated",
    "patch",
    "patch-commit",
    "pm",
    "publish",
    "remove",
    "repl",
    "rm",
    "test",
    "unlink",
    "update",
    "upgrade",
    "why",
    "x",
];

impl Client {
    /// Flags that take the next word and mean nothing here.
    pub(super) fn values(self) -> &'static [&'static str] {
        match self {
            Self::Npm => NPM_VALUES,
            Self::Pnpm => PNPM_VALUES,
            Self::Yarn => YARN_VALUES,
            Self::Bun => BUN_VALUES,
        }
    }

    /// Flags that change the directory.
    pub(super) fn directory_flags(self) -> &'static [&'static str] {
        match self {
            Self::Npm => &["--prefix", "-C"],
            Self::Pnpm => &["-C", "--dir"],
            Self::Yarn | Self::Bun => &["--cwd"],
        }
    }

    /// Flags that name workspace members.
    pub(super) fn filter_flags(self) -> &'static [&'static str] {
        match self {
            Self::Npm => &["-w", "--workspace"],
            Self::Pnpm | Self::Bun => &["--filter", "-F", "--filter-prod"],
            Self::Yarn => &[],
        }
    }

    /// Commands of the manager itself: a script of that name is not what they mean.
    pub(super) fn own_commands(self) -> &'static [&'static str] {
        match self {
            Self::Npm => &[],
            Self::Pnpm => PNPM_OWN,
            Self::Yarn => YARN_OWN,
            Self::Bun => BUN_OWN,
        }
    }
}
