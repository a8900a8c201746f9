//! Replays the committed fuzz corpora through the same bodies that the fuzzer runs.

use std::fs;
use std::path::Path;

#[expect(unreachable_pub, reason = "the file is a crate of its own in `fuzz/`, where these are public")]
#[path = "../../fuzz/src/lib.rs"]
mod targets;

#[test]
fn every_committed_input_is_survived() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, target) in targets::TARGETS {
        let mut inputs: Vec<_> =
            fs::read_dir(root.join(name)).map(|dir| dir.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
        inputs.sort();
        assert!(!inputs.is_empty(), "fuzz/corpus/{name} has no input");
        for input in inputs {
            target(&fs::read(&input).expect("readable"));
        }
    }
}
