//! Owns the workflows to start with. What they are filled with is checked letters: no text of a repository can become YAML or an
//! expression. Refuses events that a change could stay clear of.

use super::{Action, Starter};

/// The checkout, pinned; a test holds it to be the one of this repository's own workflow.
pub(super) const CHECKOUT: &str = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";

const GATE: &str = "\
# Holds every change against the policy of its base (.tollgate.toml). Started by `tollgate init`, yours from here on.
name: tollgate

on:
  pull_request:
    # `edited`: the base may be another one. No filter of branches: whoever opens a pull request chooses its base.
    types: [opened, synchronize, reopened, edited]
  merge_group:
{push}
permissions:
  contents: read
{rights}
jobs:
  # Alone in its job, without conditions: what runs beside the gate may change what it reads, and a skipped job counts as passed.
  tollgate:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: {checkout}
        with:
          fetch-depth: 0 # to prove that the base lies on its branch
          persist-credentials: false
      - uses: {action}
{asks}";

/// What the gate may read beside the files where a review approves a weaker policy.
const RIGHTS: &str = "  pull-requests: read # the reviews that approve a weaker policy
  issues: read # since when the pull request has its base
";
/// How the gate asks for reviews.
const ASKS: &str = "        with:
          forge: true # a policy owner's review approves a weaker policy
";

const REVIEW: &str = "\
# Runs the gate again when a review comes or is dismissed, so that what it says then stands at the same check: the policy has
# [gate] policy_review = \"forge\". Started by `tollgate init`, yours from here on.
name: tollgate-review

on:
  pull_request_review:
    types: [submitted, dismissed]

permissions: {}

jobs:
  again:
    # A comment approves nothing. For a fork the token may start nothing: there somebody runs the gate again by hand.
    if: github.event.review.state != 'commented' && github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    permissions:
      actions: write # to run it again
    steps:
      - run: |
          runs=$(gh api \"repos/$REPOSITORY/actions/workflows/tollgate.yml/runs?event=pull_request&head_sha=$HEAD\" --jq '.workflow_runs[].id')
          for run in $runs; do
            for wait in 0 30 60 120 240; do # one that has not ended yet cannot be started again
              sleep \"$wait\"
              if gh api --silent --method POST \"repos/$REPOSITORY/actions/runs/$run/rerun\"; then continue 2; fi
            done
            exit 1
          done
        env:
          GH_TOKEN: ${{ github.token }}
          REPOSITORY: ${{ github.repository }}
          HEAD: ${{ github.event.pull_request.head.sha }}
";

const RELEASE: &str = "\
# Names the commit of a release to deploy, if its tag is signed by those whom the default branch's .tollgate.toml lists; as long as it
# lists nobody, no tag is verified. Started by `tollgate init`, yours from here on.
#
# On the push of a tag this file is the tagged commit's own: whoever may push a tag may push one without the verification. Such a run
# tells early, and must not hold credentials. What deploys is started by hand from the default branch, whose file no tag can replace,
# in an environment that only the default branch may use.
name: tollgate-release

on:
  push:
    tags: [{tags}]
  workflow_dispatch:
    inputs:
      tag:
        description: The release to deploy
        required: true
        type: string

permissions:
  contents: read

jobs:
  verify:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    outputs:
      commit: ${{ steps.tag.outputs.commit }}
    steps:
      - uses: {checkout}
        with:
          fetch-depth: 0 # all branches and tags
          persist-credentials: false
      - run: git remote set-head origin \"$BRANCH\" # a checkout does not say which branch is the default one
        env:
          BRANCH: ${{ github.event.repository.default_branch }}
      - id: tag
        uses: {action}
        with:
          command: verify-tag
          tag: ${{ inputs.tag }} # on the push of a tag: that tag
  # deploy:
  #   needs: verify
  #   if: github.event_name == 'workflow_dispatch'
  #   runs-on: ubuntu-24.04
  #   environment: production # its deployment branches: the default branch alone
  #   steps:
  #     - uses: {checkout}
  #       with:
  #         ref: ${{ needs.verify.outputs.commit }} # never the name of the tag, which may lead elsewhere a second later
  #         persist-credentials: false
";

/// The gate: every pull request, the merge queue, pushes to the default branch.
pub(super) fn gate(found: &Starter, action: &Action) -> String {
    let push = match &found.branch {
        Some(name) if is_plain(name) => format!("  push:\n    branches: [\"{name}\"]\n"),
        // Of a name with other letters a filter would be a pattern: what is left out here gates nothing.
        Some(_) => String::new(),
        None => "  push:\n    branches: [\"main\", \"master\"]\n".to_owned(),
    };
    let (rights, asks) = if found.reviews { (RIGHTS, ASKS) } else { ("", "") };
    filled(GATE, action).replace("{push}", &push).replace("{rights}\n", &format!("{rights}\n")).replace("{asks}", asks)
}

/// What runs the gate again when a review comes.
pub(super) fn review() -> String {
    REVIEW.to_owned()
}

/// The verification of releases.
pub(super) fn release(found: &Starter, action: &Action) -> String {
    filled(RELEASE, action).replace("{tags}", &tags(found))
}

fn filled(template: &str, action: &Action) -> String {
    template.replace("{checkout}", CHECKOUT).replace("{action}", &action.to_string())
}

/// A name of a branch that means itself in a filter, and nothing in YAML's quotes.
pub(super) fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
}

/// Patterns of GitHub for the ways in which the releases here are called; `v1.2.3` where there is none.
fn tags(found: &Starter) -> String {
    let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let version = |text: &str| digit(text) || text.strip_prefix('v').is_some_and(digit);
    let names = || found.facts.release_tags.iter().map(|row| row.name.as_str());
    let behind = |name: &str, mark: char| name.rsplit_once(mark).is_some_and(|(_, rest)| version(rest));
    let mut patterns = Vec::new();
    for (pattern, is) in [
        ("v[0-9]*", names().any(|name| name.strip_prefix('v').is_some_and(digit)) || names().next().is_none()),
        ("[0-9]*", names().any(digit)),
        ("**/v[0-9]*", names().any(|name| behind(name, '/') && name.contains("/v"))),
        ("**/[0-9]*", names().any(|name| behind(name, '/') && !name.contains("/v"))),
        ("**@v[0-9]*", names().any(|name| behind(name, '@') && name.contains("@v"))),
        ("**@[0-9]*", names().any(|name| behind(name, '@') && !name.contains("@v"))),
    ] {
        patterns.extend(is.then(|| format!("\"{pattern}\"")));
    }
    if patterns.is_empty() {
        patterns.push("\"**\"".to_owned());
    }
    patterns.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::tests_of;
    use super::*;
    use crate::report::facts::TagRow;

    #[test]
    fn only_a_plain_name_of_a_branch_gets_into_a_workflow() {
        let of = |branch: Option<&str>| gate(&Starter { branch: branch.map(str::to_owned), ..tests_of() }, &Action::unnamed());
        assert!(of(Some("release/2.0")).contains("\n  push:\n    branches: [\"release/2.0\"]\n\npermissions:"));
        assert!(of(None).contains("branches: [\"main\", \"master\"]\n"));
        for name in ["x\"]\nevil: y", "${{ secrets.X }}", "c++", "a'b", "!main", "a b", "é", "{action}", "a#b"] {
            let text = of(Some(name));
            assert!(!text.contains(name) && !text.contains("push:") && text.contains("  merge_group:\n\npermissions:"), "{text}");
        }
    }

    #[test]
    fn releases_are_told_by_patterns_of_our_own() {
        let of = |names: &[&str]| {
            let mut found = tests_of();
            found.facts.release_tags = names.iter().map(|name| row(name)).collect();
            tags(&found)
        };
        assert_eq!(of(&[]), "\"v[0-9]*\"");
        assert_eq!(of(&["v1.0", "2.0"]), "\"v[0-9]*\", \"[0-9]*\"");
        assert_eq!(of(&["api/v1.0", "${{ x }}/1.0"]), "\"**/v[0-9]*\", \"**/[0-9]*\"");
        assert_eq!(of(&["pkg@1.0"]), "\"**@[0-9]*\"");
        assert_eq!(of(&["release-1.0\"]"]), "\"**\"");
    }

    fn row(name: &str) -> TagRow {
        let id = "0".repeat(40);
        TagRow { name: name.to_owned(), object: id.clone(), target: id, annotated: false, signature: "none".to_owned() }
    }

    #[test]
    fn the_checkout_is_pinned_as_in_our_own_workflow() {
        let own = include_str!("../../../.github/workflows/ci.yml");
        assert!(own.contains(&format!("- uses: {CHECKOUT}\n")), "{CHECKOUT}");
    }
}
