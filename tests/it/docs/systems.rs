//! Owns that the gate of each CI system on `docs/start.md` is green for a change that takes nothing away, and red for one that does: the commands of
//! its block are run in a clone as that system makes one.

use std::fs;

use super::reading::blocks;
use super::scratch::Scratch;

/// The commands of a block that fetch and check: in YAML the items of lists and the lines of texts, in Groovy what `sh` is given.
fn commands(text: &str) -> Vec<String> {
    let bare = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("- run: ").or_else(|| line.strip_prefix("- ")).unwrap_or(line);
        line.strip_prefix("sh '").and_then(|rest| rest.strip_suffix('\'')).unwrap_or(line).to_owned()
    };
    text.lines().map(bare).filter(|line| line.starts_with("tollgate ") || line.starts_with("git ")).collect()
}

#[test]
fn every_gate_lets_through_what_is_fine_and_nothing_else() {
    let Some(scratch) = Scratch::new() else { return };
    let all: Vec<_> =
        blocks("docs/start.md").into_iter().filter(|block| matches!(block.language.as_str(), "yaml" | "groovy")).collect();
    let mut ran = Vec::new();
    for (number, block) in all.iter().enumerate() {
        let script = commands(&block.text).join("\n");
        // In a run on `pull_request` the runner has checked out the forge's merge: tests/it/gate is about that.
        let of_base = block.text.contains("pull_request_target");
        if !script.contains("tollgate check --") {
            continue;
        }
        for (branch, wanted) in [("fine", 0), ("worse", 1)] {
            let (base, head) = (scratch.commit("main"), scratch.commit(branch));
            let here = scratch.cloned(if of_base { "main" } else { branch }, &format!("{branch}-{number}"));
            let event = format!(
                r#"{{"pull_request":{{"base":{{"ref":"main","sha":"{base}"}},"head":{{"sha":"{head}"}}}},"repository":{{"default_branch":"main"}}}}"#
            );
            let event_path = scratch.path().join("event.json");
            fs::write(&event_path, event).expect("written");
            let event_path = event_path.to_string_lossy();
            let mut variables = vec![("CI", "true"), ("CI_DEFAULT_BRANCH", "main"), ("HEAD", head.as_str())];
            if of_base {
                variables.extend([
                    ("GITHUB_ACTIONS", "true"),
                    ("GITHUB_EVENT_NAME", "pull_request_target"),
                    ("GITHUB_EVENT_PATH", event_path.as_ref()),
                    ("GITHUB_SHA", base.as_str()),
                    ("GITHUB_REF", "refs/heads/main"),
                    ("GITHUB_REPOSITORY", "acme/kestrel"),
                ]);
            }
            let (status, told) = scratch.sh(&here, &script, &variables);
            assert_eq!(status, wanted, "{}, {branch}: {told}", block.at());
            assert_eq!(told.contains("error[python-static-analysis]"), wanted == 1, "{}, {branch}: {told}", block.at());
            if of_base {
                // Nothing of the head has come to lie in the work tree.
                let (status, told) = scratch.sh(&here, "git status --porcelain; git rev-parse HEAD", &[]);
                assert!(status == 0 && told.trim() == base, "{}: {told}", block.at());
            }
        }
        ran.push(block.at());
    }
    assert_eq!(ran.len(), 4, "the base's workflow, GitLab, CircleCI and Jenkins: {ran:?}");
}
