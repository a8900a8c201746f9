//! Owns scripts of `package.json`: npm, pnpm, yarn, bun, and the programs that run several of them. Refuses what is installed:
//! `npx` and its like are launchers, and only what npm makes of their words is here.

mod anywhere;
mod clients;
mod exec;
mod filters;
mod package;
mod request;
mod scripts;
mod select;
#[cfg(test)]
mod space_tests;
#[cfg(test)]
mod tests;
mod together;

pub(super) use exec::{Left, npm_exec, npx, selected};
pub(super) use package::Kept;
pub(in crate::facts) use package::SETTINGS;

use super::{Call, Next, Runner, Target, World};
use crate::answer::Why;
use request::Client;

/// npm, pnpm, yarn, bun, `node --run`.
pub(super) struct Npm;

/// npm-run-all, concurrently, wireit, lerna, turbo, nx.
pub(super) struct Together;

impl Runner for Npm {
    fn name(&self) -> &'static str {
        "npm"
    }

    fn reads(&self, file_name: &str) -> bool {
        file_name == "package.json"
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        let client = match call.program()? {
            "npm" => Client::Npm,
            "pnpm" => Client::Pnpm,
            "yarn" | "yarnpkg" => Client::Yarn,
            "bun" => Client::Bun,
            "node" => return together::node_run(call, world),
            _ => return None,
        };
        let request = request::read(client, &call.words[1..])?;
        Some(scripts::run(client, call, world, &request).unwrap_or_else(|why| opaque(call, why)))
    }
}

impl Runner for Together {
    fn name(&self) -> &'static str {
        "npm-run-all"
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        let all = match call.program()? {
            "npm-run-all" | "npm-run-all2" | "run-s" | "run-p" => together::run_all(call, world),
            "concurrently" | "conc" => together::concurrently(call, world),
            "wireit" => together::wireit(call, world),
            "lerna" => together::lerna(call, world)?,
            "turbo" | "nx" => together::monorepo(call)?,
            _ => return None,
        };
        Some(all.unwrap_or_else(|why| opaque(call, why)))
    }
}

/// What is not followed, as one command.
pub(super) fn opaque(call: &Call<'_>, why: Why) -> Vec<Next> {
    let mut next = Next::argv(call, Vec::new());
    next.target = Target::Opaque(why);
    vec![next]
}
