//! Owns the only look at environment variables and at the terminal. Of most it asks whether they are set, never what they hold; the one
//! secret among them is read when the forge is to be asked, into a type that cannot be printed.

use std::io::IsTerminal;

use crate::catalog::Catalog;
use crate::error::Error;
use crate::source::forge::{Forge, Secret};

/// What the surroundings say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Environment {
    /// A CI variable is set.
    pub ci: bool,
    /// GitHub Actions reads the output.
    pub actions: bool,
    /// Colours are unwanted.
    pub plain: bool,
    /// Standard output is a terminal.
    pub terminal: bool,
}

impl Environment {
    /// Looks once.
    pub(super) fn read() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            ci: Catalog::builtin().runners.ci_variables.iter().any(|name| set(name)),
            actions: set("GITHUB_ACTIONS"),
            plain: set("NO_COLOR") || dumb,
            terminal: std::io::stdout().is_terminal(),
        }
    }
}

/// Variables by which git and gpg can be led to other objects, settings or keys.
const GIT: [&str; 15] = [
    "GIT_DIR",
    "GIT_COMMON_DIR",
    "GIT_WORK_TREE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_REPLACE_REF_BASE",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_CONFIG",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GNUPGHOME",
];

/// Those of them that are set.
pub(super) fn git_variables() -> Vec<String> {
    GIT.iter().filter(|name| std::env::var_os(name).is_some()).map(|name| (*name).to_owned()).collect()
}

/// The repository on GitHub that was named, else the one that variables name; and how it is reached.
///
/// # Errors
/// Nothing names it.
pub(super) fn forge(option: &str, named: Option<&str>) -> Result<Forge, Error> {
    let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let either = |upper: &str, lower: &str| text(upper).or_else(|| text(lower));
    let repository = named.map(str::to_owned).or_else(|| text("GITHUB_REPOSITORY"));
    let repository = repository
        .ok_or_else(|| Error::usage(format!("{option} does not know the repository")).hint("set GITHUB_REPOSITORY=owner/name"))?;
    Ok(Forge {
        api: text("GITHUB_API_URL").unwrap_or_else(|| "https://api.github.com".to_owned()),
        repository,
        token: either("GITHUB_TOKEN", "GH_TOKEN").map(Secret::new),
        proxy: either("HTTPS_PROXY", "https_proxy").map(Secret::new),
        no_proxy: either("NO_PROXY", "no_proxy").unwrap_or_default(),
        roots: std::env::var_os("SSL_CERT_FILE").filter(|path| !path.is_empty()).map(std::path::PathBuf::from),
    })
}

/// What GitHub Actions says about the run, each only inside of it.
#[derive(Clone, Debug, Default)]
pub(super) struct ActionsRun {
    /// It is one.
    pub inside: bool,
    /// What started it.
    pub name: Option<String>,
    /// The reference that started it, in full.
    pub reference: Option<String>,
    /// The commit that it is about.
    pub commit: Option<String>,
    /// `owner/name` of the repository that it is a run of.
    pub repository: Option<String>,
    /// The file that step outputs are appended to.
    pub output: Option<std::path::PathBuf>,
    /// The file that holds the event.
    pub event: Option<std::path::PathBuf>,
}

impl ActionsRun {
    /// Reads the variables that the runner documents.
    pub(super) fn read(environment: Environment) -> Self {
        if !environment.actions {
            return Self::default();
        }
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let path = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(std::path::PathBuf::from);
        let (output, event) = (path("GITHUB_OUTPUT"), path("GITHUB_EVENT_PATH"));
        let name = text("GITHUB_EVENT_NAME");
        Self {
            inside: true,
            name,
            reference: text("GITHUB_REF"),
            commit: text("GITHUB_SHA"),
            repository: text("GITHUB_REPOSITORY"),
            output,
            event,
        }
    }
}
