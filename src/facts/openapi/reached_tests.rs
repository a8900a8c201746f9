//! Which operations a document reaches by its own references.

use crate::catalog::Catalog;
use crate::facts::gather;
use crate::snapshot::Snapshot;
use crate::terms::Terms;

#[test]
fn operations_are_reached_inside_the_tree() {
    let (yes, no, unseen): (&[bool], &[bool], &[bool]) = (&[true], &[false], &[]);
    for (paths, valid) in [
        ("paths: { /a: { $ref: '#/paths/~1a' } }", no),
        ("paths: { /a: { $ref: 'https://x/y.yaml' } }", unseen),
        ("paths: { /a: { $ref: '#/x-a' } }\nx-a: { get: {} }", yes),
        ("paths: { /a: { $ref: 'a.yaml#/b' } }", yes),
        ("paths: { x-foo: { get: {} } }", no),
    ] {
        let text = format!("openapi: 3.0.0\ninfo: {{ title: A }}\n{paths}\n");
        let files = [("openapi.yaml", text.as_str()), ("a.yaml", "b: { get: {} }\n")];
        let snapshot = Snapshot::in_memory(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
        let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("in memory");
        assert_eq!(facts.service.undecided.len(), usize::from(valid.is_empty()), "{paths}");
        assert_eq!(facts.api.iter().map(|api| api.valid).collect::<Vec<_>>(), valid, "{paths}");
    }
}
