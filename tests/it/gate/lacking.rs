//! Owns the tests of a checkout that is one commit deep: what it lacks of the base is read from the forge where that is asked anyway, each
//! object is what its id says or is none, and without it the run is incomplete and says what to fetch.

use base64ct::{Base64, Encoding as _};
use git2::{ObjectType, Oid};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::checkout::{Checkout, Run, Said};
use super::{CODE, GATES, LAX, PROJECT, RULE, SOFT, STRICT};
use crate::forge::server::{Reply, Script, Server, serve};

const REPO: &str = "/repos/acme/kestrel";
/// What every file is, but for the workflow and the policy.
const MORE: (&str, &str) = ("docs/deep/er/notes.md", "notes\n");

/// A forge that has a repository's branch and these commits, as GitHub's API describes them.
fn forge(checkout: &Checkout, branch: (&str, Oid), commits: &[Oid]) -> Script {
    let mut script = crate::forge::forge();
    let mut put = |path: String, body: Value| script.put(&format!("{REPO}{path}"), Reply::json(&body));
    let (name, tip) = branch;
    let found = json!({ "ref": format!("refs/heads/{name}"), "object": { "sha": tip.to_string(), "type": "commit" } });
    put(format!("/git/ref/heads/{name}"), found);
    for commit in commits {
        let found = checkout.repository.find_commit(*commit).expect("a commit");
        let who = json!({ "name": "a", "email": "a@example.org", "date": "2025-10-09T08:53:20Z" });
        let parents: Vec<Value> = found.parent_ids().map(|id| json!({ "sha": id.to_string() })).collect();
        let tree = found.tree_id();
        put(
            format!("/git/commits/{commit}"),
            json!({ "sha": commit.to_string(), "tree": { "sha": tree.to_string() }, "parents": parents, "author": who, "committer": who,
                "message": found.message().expect("text"), "verification": { "verified": false, "signature": null, "payload": null } }),
        );
        let mut trees = vec![tree];
        while let Some(id) = trees.pop() {
            let mut rows = Vec::new();
            for entry in checkout.repository.find_tree(id).expect("a tree").iter() {
                let mode = format!("{:06o}", entry.filemode());
                rows.push(json!({ "path": entry.name().expect("text"), "mode": mode, "sha": entry.id().to_string(), "size": 9 }));
                match entry.kind() {
                    Some(ObjectType::Tree) => trees.push(entry.id()),
                    _ => {
                        let blob = checkout.repository.find_blob(entry.id()).expect("a file");
                        let mut text = Base64::encode_string(blob.content());
                        text.push('\n');
                        put(format!("/git/blobs/{}", entry.id()), json!({ "encoding": "base64", "content": text }));
                    }
                }
            }
            put(format!("/git/trees/{id}"), json!({ "sha": id.to_string(), "tree": rows, "truncated": false }));
        }
    }
    script
}

/// A pull request whose checkout has the merge and nothing else.
pub(super) struct Shallow {
    pub(super) checkout: Checkout,
    pub(super) base: Oid,
    pub(super) head: Oid,
    pub(super) merge: Oid,
}

impl Shallow {
    pub(super) fn of(base: super::Files<'_>, head: super::Files<'_>) -> Self {
        let checkout = Checkout::new();
        let base = checkout.commit(base, &[]);
        let topic = checkout.commit(head, &[base]);
        let merge = checkout.commit(head, &[base, topic]);
        checkout.check_out(merge);
        Self { checkout, base, head: topic, merge }
    }

    pub(super) fn forget(&self) {
        self.checkout.forget(self.base, &[self.merge]);
        self.checkout.forget(self.head, &[self.merge]);
    }

    fn check(&self, run: &Run, server: &Server) -> Said {
        self.check_as(run, server, "json")
    }

    fn check_as(&self, run: &Run, server: &Server, format: &str) -> Said {
        let told = [("GITHUB_API_URL", server.address.as_str()), ("GITHUB_TOKEN", "ghs_ofTheRun")];
        self.checkout.check_with(run, &told, &["--format", format, "--only", RULE, "--forge"])
    }

    /// A forge that has what it lacks.
    pub(super) fn forge(&self) -> Script {
        forge(&self.checkout, ("main", self.base), &[self.base])
    }

    pub(super) fn run(&self) -> Run {
        Run::pull_request(self.merge, "main", self.base, self.head)
    }
}

#[test]
fn the_base_comes_from_the_forge_where_the_checkout_has_none() {
    let base = [CODE, PROJECT, GATES, STRICT, MORE];
    for (head, status) in [(vec![CODE, PROJECT, SOFT, LAX], 1), (vec![CODE, PROJECT, GATES, STRICT, ("x", "x")], 0)] {
        let shallow = Shallow::of(&base, &head);
        let server = serve(&forge(&shallow.checkout, ("main", shallow.base), &[shallow.base]));
        let whole = shallow.check(&shallow.run(), &server);
        let before = server.asked().len();
        shallow.forget();
        let said = shallow.check(&shallow.run(), &server);
        assert_eq!((whole.status, said.status), (status, status), "{}{}", said.stdout, said.stderr);
        assert_eq!(said.of(RULE), whole.of(RULE));
        let report = said.json();
        assert_eq!(report["base"]["revision"], shallow.base.to_string());
        // Only what is lacking is asked for: no file that the head has as well.
        let asked: Vec<String> = server.asked()[before..].iter().map(|(route, _)| route.clone()).collect();
        let text = shallow.check_as(&shallow.run(), &server, "text").stdout;
        assert!(text.contains("were read from the forge, each checked by its id"), "{text}");
        let code = Oid::hash_object(ObjectType::Blob, CODE.1.as_bytes()).expect("an id");
        assert!(asked.iter().any(|route| route.contains("/git/trees/")), "{asked:?}");
        assert!(!asked.iter().any(|route| route.ends_with(&code.to_string())), "{asked:?}");
    }
}

/// The first adoption is green at depth 1, too, and the base's findings are not blamed on the change.
#[test]
fn what_was_there_before_is_not_blamed_on_the_change() {
    let shallow = Shallow::of(&[CODE, PROJECT, SOFT], &[CODE, PROJECT, SOFT, STRICT]);
    let server = serve(&forge(&shallow.checkout, ("main", shallow.base), &[shallow.base]));
    shallow.forget();
    let said = shallow.check(&shallow.run(), &server);
    assert_eq!((said.status, said.of(RULE)[0].2.as_str()), (0, "existing"), "{}{}", said.stdout, said.stderr);
}

/// The branch moved on since the event: its policy of now judges, and that the base lies on it is the forge's word.
#[test]
fn a_base_behind_its_branch_lies_on_it_if_the_forge_says_so() {
    let shallow = Shallow::of(&[CODE, PROJECT, GATES], &[CODE, PROJECT, SOFT]);
    let between = shallow.checkout.commit(&[CODE, PROJECT, GATES, ("between", "")], &[shallow.base]);
    let newest = shallow.checkout.commit(&[CODE, PROJECT, GATES, LAX], &[between]);
    let other = shallow.checkout.commit(&[CODE, PROJECT, GATES, ("y", "y")], &[]);
    let stale = Run::pull_request(shallow.merge, "main", other, shallow.head);
    let mut script = forge(&shallow.checkout, ("main", newest), &[shallow.base, newest]);
    let route = format!("{REPO}/compare/{}...{newest}", shallow.base);
    let met = |at: Oid| Reply::json(&json!({ "status": "ahead", "merge_base_commit": { "sha": at.to_string() } }));
    shallow.forget();
    for gone in [between, newest] {
        shallow.checkout.forget(gone, &[shallow.merge]);
    }
    for (reply, status) in [(met(shallow.base), 0), (met(other), 3), (Reply::status(404, "Not Found"), 3)] {
        script.put(&route, reply);
        let said = shallow.check(&stale, &serve(&script));
        assert_eq!(said.status, status, "{}{}", said.stdout, said.stderr);
    }
}

/// A base branch beside the default one: both judge, wherever they come from.
#[test]
fn the_default_branch_judges_beside_another_base() {
    let shallow = Shallow::of(&[CODE, PROJECT, GATES], &[CODE, PROJECT, SOFT]);
    let named = ("[gate]\nbranches = [\"stable\"]\n[rules]\npython-static-analysis = \"error\"\n", 1);
    for (policy, status) in [named, ("", 3)] {
        let main = shallow.checkout.commit(&[CODE, PROJECT, GATES, (super::POLICY, policy)], &[]);
        let mut script = forge(&shallow.checkout, ("main", main), &[main, shallow.base]);
        let tip = json!({ "ref": "refs/heads/stable", "object": { "sha": shallow.base.to_string() } });
        script.put(&format!("{REPO}/git/ref/heads/stable"), Reply::json(&tip));
        let run = Run::pull_request(shallow.merge, "stable", shallow.base, shallow.head);
        let said = shallow.check(&run, &serve(&script));
        assert_eq!(said.status, status, "{}{}", said.stdout, said.stderr);
    }
}

/// A policy of several files, wherever they lie and whatever else has the same content.
#[test]
fn the_files_of_a_policy_come_with_its_branch() {
    const MORE: &str = "[rules]\nopenapi-export = \"off\"\n";
    let digest = Sha256::digest(MORE.as_bytes()).iter().fold(String::new(), |all, byte| format!("{all}{byte:02x}"));
    for file in [".tollgate/base.toml", "ci/base.toml"] {
        let policy =
            format!("[rules]\npython-static-analysis = \"error\"\n[[extends]]\nfile = \"{file}\"\nsha256 = \"{digest}\"\n");
        let shallow = Shallow::of(&[CODE, PROJECT, GATES], &[CODE, PROJECT, SOFT]);
        let files = [CODE, PROJECT, GATES, (super::POLICY, policy.as_str()), (file, MORE), ("zz/base.toml", MORE)];
        let newest = shallow.checkout.commit(&files, &[shallow.base]);
        let script = forge(&shallow.checkout, ("main", newest), &[shallow.base, newest]);
        shallow.forget();
        shallow.checkout.forget(newest, &[shallow.merge]);
        let said = shallow.check(&shallow.run(), &serve(&script));
        assert_eq!(said.status, 1, "{file}: {}{}", said.stdout, said.stderr);
        assert_eq!(said.json()["policy"]["revision"], newest.to_string());
    }
}

#[test]
fn a_push_and_a_queue_have_their_base_as_well() {
    let shallow = Shallow::of(&[CODE, PROJECT, GATES, STRICT], &[CODE, PROJECT, SOFT, STRICT]);
    let mut script = forge(&shallow.checkout, ("main", shallow.base), &[shallow.base]);
    let met = json!({ "status": "ahead", "merge_base_commit": { "sha": shallow.base.to_string() } });
    script.put(&format!("{REPO}/compare/{}...{}", shallow.base, shallow.merge), Reply::json(&met));
    let server = serve(&script);
    shallow.forget();
    for run in [
        Run::push("main", &shallow.base.to_string(), shallow.merge),
        Run::merge_group("main", shallow.base, shallow.merge),
        Run::push("topic", &"0".repeat(40), shallow.merge),
    ] {
        let said = shallow.check(&run, &server);
        assert_eq!(said.status, 1, "{}{}", said.stdout, said.stderr);
        assert_eq!(said.json()["base"]["revision"], shallow.base.to_string());
        assert_eq!(said.of(RULE), [("fail".to_owned(), "gate".to_owned(), "new".to_owned())]);
    }
    let tag = shallow.check(&Run::tag("v1", shallow.merge), &server);
    assert_eq!((tag.status, tag.json()["policy"]["source"].as_str()), (1, Some("ref")), "{}", tag.stderr);
}

/// An answer that is not what its id says is none, whoever sent it; so is a refusal.
#[test]
fn an_object_is_what_its_id_says_or_is_none() {
    let shallow = Shallow::of(&[CODE, PROJECT, GATES, STRICT, MORE], &[CODE, PROJECT, SOFT, STRICT]);
    let sound = forge(&shallow.checkout, ("main", shallow.base), &[shallow.base]);
    let gates = Oid::hash_object(ObjectType::Blob, GATES.1.as_bytes()).expect("an id");
    let tree = shallow.checkout.repository.find_commit(shallow.base).expect("a commit").tree_id();
    shallow.forget();
    let lax = json!({ "encoding": "base64", "content": Base64::encode_string(SOFT.1.as_bytes()) });
    let commit = json!({ "tree": { "sha": tree.to_string() }, "parents": [], "author": {}, "committer": {}, "message": "work" });
    let wrong: [(String, Reply); 5] = [
        (format!("/git/blobs/{gates}"), Reply::json(&lax)),
        (format!("/git/blobs/{gates}"), Reply::json(&json!({ "encoding": "utf-8", "content": GATES.1 }))),
        (format!("/git/trees/{tree}"), Reply::json(&json!({ "tree": [], "truncated": true }))),
        (format!("/git/commits/{}", shallow.base), Reply::json(&commit)),
        (format!("/git/commits/{}", shallow.base), Reply::status(404, "Not Found")),
    ];
    for (route, reply) in wrong {
        let mut script = sound.clone();
        script.put(&format!("{REPO}{route}"), reply);
        let said = shallow.check(&shallow.run(), &serve(&script));
        assert_eq!(said.status, 3, "{route}: {}{}", said.stdout, said.stderr);
        assert!(said.stderr.contains("the forge was asked for what is lacking"), "{route}: {}", said.stderr);
        assert!(said.stderr.contains("fetch-depth: 2"), "{route}: {}", said.stderr);
    }
    // The base that the event names is the branch's own: that the branch is not told as well keeps nothing back.
    let other = Reply::json(&json!({ "ref": "refs/heads/mai", "object": { "sha": "0" } }));
    for reply in [other, Reply::status(403, "Resource not accessible by integration")] {
        let mut script = sound.clone();
        script.put(&format!("{REPO}/git/ref/heads/main"), reply);
        let said = shallow.check(&shallow.run(), &serve(&script));
        assert_eq!(said.status, 1, "{}{}", said.stdout, said.stderr);
    }
}
