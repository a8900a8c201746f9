//! Which operations a document reaches by its own references.

use crate::catalog::Catalog;
use crate::facts::gather;
use crate::snapshot::Snapshot;
use crate::terms::Terms;

#[test]
fn operations_are_reached_inside_the_tree() {
    for (paths, valid) in [
        ("paths: { /a: { $ref: '#/paths/~1a' } }", false),
        ("paths: { /a: { $ref: 'https://x/y.yaml' } }", false),
        ("paths: { /a: { $ref: '#/x-a' } }\nx-a: { get: {} }", true),
        ("paths: { /a: { $ref: 'a.yaml#/b' } }", true),
        ("paths: { x-foo: { get: {} } }", false),
    ] {
        let text = format!("openapi: 3.0.0\ninfo: {{ title: A }}\n{paths}\n");
        let files = [("openapi.yaml", text.as_str()), ("a.yaml", "b: { get: {} }\n")];
        let snapshot = Snapshot::in_memory(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
        let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("in memory");
        assert_eq!(facts.api.iter().map(|api| api.valid).collect::<Vec<_>>(), [valid], "{paths}");
    }
}
