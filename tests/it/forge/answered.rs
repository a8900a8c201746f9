//! Owns what answers decide: the default branch, and the rung `required`.

use super::*;

#[test]
fn a_required_check_of_a_protected_workflow_is_required() {
    let folder = tree(&TREE);
    let server = serve(&forge());
    let said = facts(folder.path(), &server);
    assert_eq!(said.status, 0, "{}", said.text());
    assert_eq!(rung(&said.json(), "bandit"), ("required".to_owned(), None), "{}", said.text());
    assert_eq!(said.json()["subject"]["repository"], "acme/kestrel");
    assert!(server.asked().iter().all(|(_, token)| token.as_deref() == Some(format!("Bearer {TOKEN}").as_str())));
}
