//! Owns the workflow files of a tree: which there are, and lowering them beside one another. Refuses to let one decide how much of
//! another is read: where they could have, they are read one after the other, from one budget.

use std::sync::{Mutex, PoisonError};

use super::budget::{Budget, Spent};
use super::draft::{Files, Rejections};
use super::home::{AskedFor, Home};
use super::scope::Repository;
use super::{DIRECTORY, GithubActions};
use crate::abreast;
use crate::doc::Format;
use crate::facts::ci::{Cause, CiFacts, CiWorld, Unreadable};
use crate::facts::meter::Meter;
use crate::text::{Place, RepoPath};

/// All of them, lowered.
pub(super) fn read(world: &CiWorld<'_>) -> CiFacts {
    let paths = all(world);
    by(abreast::threads(paths.len()), &paths, world)
}

/// All of them, lowered by so many threads.
fn by(threads: usize, paths: &[RepoPath], world: &CiWorld<'_>) -> CiFacts {
    let rejections = Rejections::default();
    let home = home(world, paths);
    let parts = Some(threads).filter(|threads| *threads > 1).and_then(|threads| {
        let (left, spent) = (world.meter.left(), Mutex::new(Spent::default()));
        let order: Vec<usize> = (0..paths.len()).collect();
        let parts = abreast::each(&order, threads, |number| {
            let meter = Meter::of(left);
            let files = files(world, &meter, &home, &rejections);
            let mut own = CiFacts::default();
            lower(&files, &paths[number], &mut own);
            let mut spent = spent.lock().unwrap_or_else(PoisonError::into_inner);
            spent.add(&files.repository.budget, left);
            spent.is_no_matter(left, world.snapshot.limits()).then_some(own)
        })?;
        let spent = spent.into_inner().unwrap_or_else(PoisonError::into_inner);
        world.meter.spend(spent.steps());
        Some(parts)
    });
    let mut facts = CiFacts::default();
    match parts {
        Some(parts) => parts.into_iter().for_each(|part| {
            facts.pipelines.extend(part.pipelines);
            facts.unreadable.extend(part.unreadable);
        }),
        None => {
            let files = files(world, world.meter, &home, &rejections);
            paths.iter().for_each(|path| lower(&files, path, &mut facts));
        }
    }
    // A called file is met in every file that calls it.
    facts.unreadable.sort();
    facts.unreadable.dedup();
    facts
}

fn files<'w>(world: &CiWorld<'w>, meter: &'w Meter, home: &'w Home<'w>, rejections: &'w Rejections) -> Files<'w> {
    let budget = Budget::new(world.snapshot.limits(), meter);
    Files::new(world.snapshot, Repository { home, default_branch: world.default_branch, budget }, rejections)
}

fn lower(files: &Files<'_>, path: &RepoPath, facts: &mut CiFacts) {
    match files.snapshot.document(path, Format::Yaml) {
        Ok(document) => GithubActions.pipeline(files, path.clone(), &document, facts),
        Err(unread) => {
            let place = unread.place.unwrap_or_else(|| Place::file(path.clone()));
            facts.unreadable.push(Unreadable { place, why: unread.why, cause: Cause::of(unread.kind) });
        }
    }
}

/// What the repository is called.
fn home<'w>(world: &CiWorld<'w>, paths: &[RepoPath]) -> Home<'w> {
    if let Some(name) = world.snapshot.subject().repository.as_deref() {
        return Home::Told(name);
    }
    let mut asked = AskedFor::default();
    for path in paths {
        if let Ok(document) = world.snapshot.document(path, Format::Yaml) {
            asked.read(document.root());
        }
    }
    Home::Asked(Box::new(asked))
}

/// The workflow files, sorted; a link or a submodule of such a name is listed and found unreadable.
fn all(world: &CiWorld<'_>) -> Vec<RepoPath> {
    let Some(directory) = RepoPath::new(DIRECTORY) else { return Vec::new() };
    let names = world
        .snapshot
        .children(&directory)
        .filter(|(name, is_directory)| !is_directory && (name.ends_with(".yml") || name.ends_with(".yaml")));
    names.filter_map(|(name, _)| directory.join(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::snapshot::Snapshot;
    use crate::terms::Terms;

    /// Workflows of different size that share an action and call one another; one is refused.
    fn tree() -> Vec<(String, String)> {
        let action = "runs:\n  using: composite\n  steps:\n    - run: echo ${{ inputs.a }}\n      shell: bash\n      if: inputs.a == 'b'\n";
        let mut files = vec![(".github/actions/own/action.yml".to_owned(), action.to_owned())];
        for number in 0..9_usize {
            let step = "      - uses: ./.github/actions/own\n        with: {a: '${{ matrix.v }}'}\n      - run: echo ${{ github.event_name }}\n";
            let call = format!("  again:\n    uses: ./.github/workflows/w{}.yml\n", (number + 1) % 9);
            let job = format!(
                "  own:\n    runs-on: ubuntu-latest\n    strategy: {{matrix: {{v: [a, b, c]}}}}\n    steps:\n      - uses: actions/checkout@v4\n{}",
                step.repeat(1 + number % 4)
            );
            let call = if number % 3 == 0 { call.as_str() } else { "" };
            let key = if number == 4 { "runs_on: x\n" } else { "" };
            let text = format!("on: [pull_request, push, workflow_call]\n{key}jobs:\n{job}{call}");
            files.push((format!(".github/workflows/w{number}.yml"), text));
        }
        files
    }

    /// What is read with these limits by so many threads, in words, and how much was left.
    fn told(limits: Limits, threads: usize) -> (String, usize) {
        let snapshot = Snapshot::in_memory(tree()).with_limits(limits);
        let (terms, meter) = (Terms::default(), Meter::new(snapshot.limits()));
        let default_branch = snapshot.default_branch(None).expect("memory has a branch");
        let world = CiWorld { snapshot: &snapshot, default_branch: &default_branch, terms: &terms, meter: &meter };
        let facts = by(threads, &all(&world), &world);
        let units: Vec<_> = facts.pipelines.iter().map(|one| format!("{:?} {:?} {:?}", one.path, one.jobs, one.units)).collect();
        (format!("{units:?}\n{:?}", facts.unreadable), meter.left())
    }

    #[test]
    fn the_number_of_threads_decides_nothing() {
        let alone = told(Limits::default(), 1);
        assert!(alone.0.contains("echo ") && alone.0.contains("runs_on"), "{}", alone.0);
        for threads in 2..=6 {
            assert!(told(Limits::default(), threads) == alone, "{threads}");
        }
    }

    #[test]
    fn what_unfolds_too_far_is_read_from_one_budget() {
        let few = || Limits { trace_commands: 40, ..Limits::default() };
        let little = || Limits { work_steps: 60_000, ..Limits::default() };
        for (limits, name) in [(&few as &dyn Fn() -> Limits, "trace-commands"), (&little, "work-steps")] {
            let alone = told(limits(), 1);
            assert!(alone.0.contains(&format!("than the limit `{name}` allows")), "{}", alone.0);
            for threads in 2..=6 {
                assert!(told(limits(), threads) == alone, "{name} {threads}");
            }
        }
    }
}
