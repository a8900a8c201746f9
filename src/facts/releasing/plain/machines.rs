//! Owns on which machine a job runs, and how often. Refuses to know what is installed there.

use super::Odd;
use crate::catalog::{Catalog, plain};
use crate::doc::Value;

/// A job that runs several times may do another thing each time: but where all values are written out, and it is not its output that says what
/// is verified, for each of them says that.
pub(super) fn several(job: Value<'_>, verifies: bool) -> Option<Odd> {
    let strategy = job.get("strategy")?;
    let why = "the job has `strategy`, with which its commands may be others";
    (verifies || !is_written_out(strategy)).then(|| (strategy.place(), why.to_owned()))
}

/// A machine that is not made new for the job.
pub(super) fn left_over(job: Value<'_>) -> Option<Odd> {
    let runs_on = job.get("runs-on")?;
    let labels: Vec<Value<'_>> = match runs_on.scalar() {
        Some(_) => vec![runs_on],
        None => runs_on.items().collect(),
    };
    if !labels.is_empty() && labels.into_iter().all(|label| is_hosted(job, label)) {
        return None;
    }
    let why = "the machine of the job is not known to be made new for it, and what an earlier run left there may be what verifies or what is deployed";
    Some((runs_on.place(), why.to_owned()))
}

fn is_hosted(job: Value<'_>, label: Value<'_>) -> bool {
    let hosted = |label: &str| plain::has(&Catalog::builtin().plain.hosted, &label.trim().to_ascii_lowercase());
    let Some(text) = label.scalar() else { return false };
    let inner = text.trim().strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).map(str::trim);
    match inner {
        Some(name) => of_matrix(job, name).is_some_and(|all| !all.is_empty() && all.into_iter().all(hosted)),
        None => hosted(text),
    }
}

/// All values that a name of the matrix may have, where they are written out.
pub(super) fn of_matrix<'d>(job: Value<'d>, name: &str) -> Option<Vec<&'d str>> {
    let mut path = name.strip_prefix("matrix.")?.split('.');
    let strategy = job.get("strategy").filter(|strategy| is_written_out(*strategy))?;
    let (matrix, key) = (strategy.get("matrix")?, path.next()?);
    let included = matrix.get("include").into_iter().flat_map(Value::items).filter_map(|item| item.get(key));
    let listed = matrix.get(key).into_iter().flat_map(Value::items);
    let mut found: Vec<Value<'_>> = listed.chain(included).collect();
    for key in path {
        found = found.into_iter().map(|value| value.get(key)).collect::<Option<_>>()?;
    }
    found.into_iter().map(Value::scalar).collect()
}

/// No value of it is computed.
fn is_written_out(value: Value<'_>) -> bool {
    match value.scalar() {
        Some(text) => !text.contains("${{"),
        None => value.entries().all(|entry| is_written_out(entry.value)) && value.items().all(is_written_out),
    }
}
