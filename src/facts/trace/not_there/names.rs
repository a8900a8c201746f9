//! Owns what a tool is called where it is fetched from: its repository, the paths of its packages, addresses of its makers. Refuses
//! what only looks alike: the same names at another host, a longer name.

use crate::catalog::{Catalog, Tool};

/// What a tool is called, in small letters.
pub(super) struct Names {
    /// `OWNER/NAME`, and paths that begin with a host.
    paths: Vec<String>,
    addresses: Vec<String>,
}

impl Names {
    pub(super) fn of(tool: &Tool) -> Self {
        let source = tool.verified.source.trim_start_matches("https://").trim_end_matches(".git");
        let repository = source.split('/').skip(1).take(2).collect::<Vec<_>>().join("/");
        let packages = tool.packages.values().flatten().filter(|package| package.contains('/') && !package.starts_with('@'));
        let all = std::iter::once(repository).chain(packages.cloned()).map(|name| name.to_ascii_lowercase());
        let addresses = tool.verified.released_at.iter().map(|address| address.to_ascii_lowercase());
        Self { paths: all.filter(|name| name.contains('/')).collect(), addresses: addresses.collect() }
    }

    /// Whether a text names one of them.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        let at_maker = |address: &String| {
            text.match_indices(address.as_str()).any(|(at, _)| text[..at].ends_with("://") && ends(&text[at + address.len()..]))
        };
        let named = |name: &String| {
            text.match_indices(name.as_str()).any(|(at, _)| is_handed_out(&text[..at], name) && ends(&text[at + name.len()..]))
        };
        self.paths.iter().any(named) || self.addresses.iter().any(at_maker)
    }
}

/// Whether a name ends here.
fn ends(rest: &str) -> bool {
    !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// Whether what stands before a name is where a repository of that name hands something out.
fn is_handed_out(before: &str, name: &str) -> bool {
    let Some(host) = before.strip_suffix('/') else {
        return !before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    };
    // At the beginning of an address, or behind the name of a subdomain.
    let begins =
        |rest: &str| rest.ends_with("://") || !rest.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/'));
    if name.split('/').next().is_some_and(|first| first.contains('.')) {
        return begins(before);
    }
    let own = |known: &String| host.strip_suffix(known.as_str()).is_some_and(begins);
    Catalog::builtin().programs.hands_out.iter().any(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_longer_one_and_stands_at_its_host() {
        let names = Names::of(Catalog::builtin().tool("golangci-lint").expect("tool"));
        for (text, found) in [
            ("curl https://raw.githubusercontent.com/golangci/golangci-lint/HEAD/install.sh", true),
            ("wget https://github.com/GolangCI/golangci-lint/releases/download/v1/x.tgz", true),
            ("https://install.goreleaser.com/github.com/golangci/golangci-lint.sh", true),
            ("go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2", true),
            ("gh release download -R golangci/golangci-lint", true),
            ("curl https://golangci-lint.run/install.sh", true),
            ("curl https://golangci-lint.runs.test/install.sh", false),
            ("curl https://x.test/golangci-lint.run/install.sh", false),
            ("curl https://x.test/golangci/golangci-lint", false),
            ("curl https://evilgithub.com/golangci/golangci-lint", false),
            ("curl https://x.test/github.com/golangci/golangci-lint", false),
            ("uses golangci/golangci-lint-action", false),
            ("curl https://github.com/not-golangci/golangci-lint", false),
        ] {
            assert_eq!(names.stand_in(text), found, "{text}");
        }
    }
}
