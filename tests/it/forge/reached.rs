//! Owns where questions go: which repository and which API, through which proxy, and that no other origin hears the token.

use std::net::TcpListener;

use super::*;

const CHECK: [&str; 5] = ["check", "--forge", "--only", "branch-protection", "--format=json"];

#[test]
fn a_redirect_is_refused_and_the_other_origin_hears_nothing() {
    let folder = tree(&TREE);
    let elsewhere = serve(&forge());
    for status in [301, 302, 303, 307, 308] {
        for path in ["", "/rules/branches/main"] {
            let mut script = forge();
            let to = format!("{}{REPO}{path}", elsewhere.address);
            script.put(&format!("{REPO}{path}"), Reply::text(status, "{}").header("location", &to));
            let said = facts(folder.path(), &serve(&script));
            assert_eq!(said.status, 3, "{status} {path}: {}", said.text());
            assert!(said.stderr.contains("not followed"), "{}", said.text());
        }
    }
    // An address that an answer names is looked at by nobody: the next page is asked of the forge itself.
    let mut script = forge();
    let next = format!("<{}{REPO}/environments?page=2>; rel=\"next\"", elsewhere.address);
    let empty = Reply::json(&json!({ "total_count": 0, "environments": [] }));
    script.put(&format!("{REPO}/environments?per_page=100&page=1"), empty.clone().header("link", &next));
    let server = serve(&script);
    assert_eq!(facts(folder.path(), &server).status, 0);
    assert!(server.asked().iter().any(|(route, _)| route.ends_with("/environments?per_page=100&page=2")));
    assert!(elsewhere.asked().is_empty(), "{:?}", elsewhere.asked());
}

#[test]
fn an_installation_of_ones_own_has_a_path_in_its_address() {
    let folder = tree(&TREE);
    let server = serve(&forge().below("/api/v3"));
    let said = run(folder.path(), &format!("{}/api/v3/", server.address), &["facts", "--forge", "--format=json"], &[]);
    assert_eq!(said.status, 0, "{}", said.text());
    assert_eq!(rung(&said.json(), "bandit").0, "required");
    assert!(server.asked().iter().all(|(route, _)| route.starts_with("/api/v3/")), "{:?}", server.asked());
}

#[test]
fn the_repository_is_named_by_an_option_or_a_variable_and_never_by_the_tree() {
    let folder = tree(&TREE);
    fs::create_dir(folder.path().join(".git")).expect("made");
    fs::write(folder.path().join(".git/config"), "[remote \"origin\"]\n\turl = https://github.com/evil/other.git\n")
        .expect("written");
    let server = serve(&forge());
    let named = run(
        folder.path(),
        &server.address,
        &["facts", "--here", "--forge=acme/kestrel", "--format=json"],
        &[("GITHUB_REPOSITORY", "x/y")],
    );
    assert_eq!(rung(&named.json(), "bandit").0, "required", "{}", named.text());
    for (arguments, name) in [
        (["facts", "--here", "--forge"], ""),
        (["facts", "--here", "--forge=acme"], "x/y"),
        (["facts", "--here", "--forge=a/../b"], "x/y"),
    ] {
        let said = run(folder.path(), &server.address, &arguments, &[("GITHUB_REPOSITORY", name)]);
        assert_eq!(said.status, 2, "{arguments:?}: {}", said.text());
    }
    assert!(server.asked().iter().all(|(route, _)| !route.contains("evil")), "{:?}", server.asked());
}

#[test]
fn without_a_token_what_everybody_sees_is_asked() {
    let folder = tree(&TREE);
    let server = serve(&forge());
    let said = run(folder.path(), &server.address, &CHECK, &[("GITHUB_TOKEN", "")]);
    assert_eq!(said.status, 0, "{}", said.text());
    assert!(server.asked().iter().all(|(_, token)| token.is_none()));
    let other = run(folder.path(), &server.address, &CHECK, &[("GITHUB_TOKEN", ""), ("GH_TOKEN", TOKEN)]);
    assert_eq!(other.status, 0);
    assert!(server.asked().iter().any(|(_, token)| token.is_some()));
}

#[test]
fn a_proxy_hears_the_host_and_nothing_else() {
    let folder = tree(&TREE);
    let proxy = serve(&Script::default());
    let address = proxy.address.replace("http://", "http://ada:pr0xySecret@");
    let more = [("HTTPS_PROXY", address.as_str())];
    let said = run(folder.path(), "https://api.forge.invalid", &CHECK, &more);
    assert_eq!(said.status, 3, "{}", said.text());
    assert!(!said.text().contains("pr0xySecret"), "{}", said.text());
    let asked = proxy.asked();
    assert!(!asked.is_empty() && asked.iter().all(|one| *one == ("api.forge.invalid:443".to_owned(), None)), "{asked:?}");
    let passed = serve(&Script::default());
    let more = [("HTTPS_PROXY", passed.address.as_str()), ("NO_PROXY", "other.example, .forge.invalid")];
    assert_eq!(run(folder.path(), "https://api.forge.invalid", &CHECK, &more).status, 3);
    assert!(passed.asked().is_empty());
    // What is on this very machine needs none.
    let here = serve(&forge());
    assert_eq!(run(folder.path(), &here.address, &CHECK, &[("HTTPS_PROXY", passed.address.as_str())]).status, 0);
}

#[test]
fn what_cannot_be_used_is_said_before_anything_is_asked() {
    let folder = tree(&TREE);
    let server = serve(&forge());
    let certificates = folder.path().join("kestrel.py");
    for (variable, value) in [
        ("GITHUB_API_URL", "http://api.github.com"),
        ("GITHUB_API_URL", "https://user:pass@api.github.com"),
        ("GITHUB_API_URL", "ftp://api.github.com"),
        ("GITHUB_TOKEN", "ghs_c4nary\nX-Evil: 1"),
        ("SSL_CERT_FILE", "/no/such/file"),
        ("SSL_CERT_FILE", certificates.to_str().expect("text")),
    ] {
        let said = run(folder.path(), &server.address, &CHECK, &[(variable, value)]);
        assert_eq!(said.status, 2, "{variable}={value}: {}", said.text());
        assert!(!said.text().contains("pass@") && !said.text().contains("ghs_c4nary"), "{}", said.text());
    }
    assert!(server.asked().is_empty());
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let said = run(folder.path(), &format!("http://{closed}"), &CHECK, &[]);
    assert!(said.status == 3 && said.json()["outcome"] == "incomplete", "{}", said.text());
}
