//! Owns what approves a weaker policy where `[gate] policy_review = "signed"`: a commit that a policy owner of the base has signed, over exactly
//! this change on exactly this base; and each way in which it does not count.

use super::checkout::{Checkout, Run};
use super::proposed::{Change, EVE, MADE, Made, NORA, OCTO, RHEA, THEO, key, lax, person, policy, strict};
use super::{CODE, GATES, MAIN, POLICY, PROJECT};

#[test]
fn what_a_policy_owner_has_signed_is_a_notice() {
    let mut change = Change::new();
    change.refused("no policy owner has signed this change");
    let (status, asked) = change.asks();
    let rule = "#   weaker: rules.python-static-analysis: \"error\" -> \"off\"";
    assert!(status == 0 && asked.contains("#   changes .tollgate.toml\n") && asked.contains(rule), "{asked}");
    assert!(asked.contains("did not write the change: nora, octo, rhea\n"), "{asked}");
    let made = Made::by(RHEA, "rhea", &change.digests());
    change.approve(&made);
    change.agreed();
    // Work goes on, and touches nothing that was approved.
    let after = lax();
    change.files(&[CODE, PROJECT, GATES, (POLICY, &after), ("src/b.py", "import re\n")]);
    change.agreed();
    // The default branch goes on as well.
    let before = strict();
    change.base = change.checkout.commit(&[CODE, PROJECT, GATES, (POLICY, &before), ("README.md", "x\n")], &[change.base]);
    change.checkout.branch(MAIN, change.base);
    change.agreed();
    // And the push of the merge, by which nobody is named.
    let merge = change.run();
    drop(merge);
    let id = change.checkout.repository.head().expect("a head").target().expect("a commit");
    let said = change.checkout.check(&Run::push("main", &change.base.to_string(), id), &["--format", "json"]);
    assert_eq!(said.status, 0, "{}{}", said.stdout, said.stderr);
}

#[test]
fn a_key_file_a_workflow_and_owners_are_part_of_what_is_signed() {
    let (before, after) = (strict(), lax());
    let gate = |with: &str| {
        format!(
            "on: pull_request\njobs:\n  tollgate:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/tollgate@0123456789abcdef0123456789abcdef01234567\n{with}"
        )
    };
    let (first, soft) = (gate(""), gate("        with: { mode: report }\n"));
    for (path, later) in [
        (".tollgate/keys/more.asc", "a key"),
        ("CODEOWNERS", "* @eve\n"),
        (".github/CODEOWNERS", "* @eve\n"),
        (".github/workflows/gate.yml", soft.as_str()),
        (".github/workflows/other.yml", "on: push\njobs: { a: { runs-on: x, steps: [{ run: echo tollgate }] } }\n"),
    ] {
        let files = |policy| -> Vec<(&str, &str)> {
            vec![CODE, PROJECT, GATES, (POLICY, policy), (".github/workflows/gate.yml", &first)]
        };
        let checkout = Checkout::new();
        let base = checkout.commit(&files(&before), &[]);
        let head = checkout.commit(&files(&after), &[base]);
        checkout.branch(MAIN, base);
        let mut change = Change { checkout, base, head };
        let made = Made::by(RHEA, "rhea", &change.digests());
        change.approve(&made);
        change.agreed();
        let mut more: Vec<(&str, &str)> = files(&after).into_iter().filter(|(one, _)| *one != path).collect();
        more.push((path, later));
        change.files(&more);
        change.refused("approves something else");
    }
}

/// How an approval is made of the digests.
type Way<'a> = &'a dyn Fn(&(String, String)) -> Made;

/// What a commit has to be to approve anything.
#[test]
fn a_commit_that_was_not_made_to_approve_this_approves_nothing() {
    let other = ("0".repeat(64), "1".repeat(64));
    let of = |digests: &(String, String)| Made::by(RHEA, "rhea", digests);
    let cases: [(&str, Way<'_>, &str); 13] = [
        ("another change", &|_| of(&other), "approves something else"),
        ("another base", &|had| of(&(other.0.clone(), had.1.clone())), "approves something else"),
        ("another outcome", &|had| of(&(had.0.clone(), other.1.clone())), "approves something else"),
        ("the digests the other way round", &|had| of(&(had.1.clone(), had.0.clone())), "approves something else"),
        (
            "two trailers",
            &|had| Made { message: of(had).message + &format!("Tollgate-Policy: {} {}\n", had.0, had.1), ..of(had) },
            "two lines",
        ),
        ("words behind the trailer", &|had| Made { message: of(had).message + "\nMore.\n", ..of(had) }, "among other words"),
        ("no signature", &|had| Made { by: None, ..of(had) }, "is not signed"),
        ("a signature over other bytes", &|had| Made { instead: Some("other bytes".to_owned()), ..of(had) }, "does not count"),
        ("signed by a releaser", &|had| Made::by(THEO, "theo", had), "theo signed it, who is no policy-owner"),
        ("signed by a stranger", &|had| Made::by(EVE, "rhea", had), "nobody's in the policy"),
        (
            "picked from somebody else",
            &|had| Made { author: format!("Eve <eve@example.org> {MADE} +0000"), ..of(had) },
            "picked, rebased",
        ),
        ("amended", &|had| Made { author: format!("rhea <rhea@example.org> {} +0000", MADE - 1), ..of(had) }, "picked, rebased"),
        (
            "a time that has not come",
            &|had| {
                let who = "rhea <rhea@example.org> 32503680000 +0000".to_owned();
                Made { author: who.clone(), committer: who, ..of(had) }
            },
            "has not come",
        ),
    ];
    for (name, made, why) in cases {
        let mut change = Change::new();
        let made = made(&change.digests());
        change.approve(&made);
        let (status, messages) = change.told();
        assert!(status == 1 && messages.contains(why), "{name}: {status}: {messages}");
        // A signed commit beside it signs nothing but itself.
        let beside = Made { message: "Work\n".to_owned(), ..of(&other) };
        change.approve(&beside);
        assert_eq!(change.told().0, 1, "{name}");
    }
    // A merge is made by whoever brings both sides together.
    let mut change = Change::new();
    let made = Made::by(RHEA, "rhea", &change.digests());
    change.head = change.write(&made, &[change.head, change.base]);
    change.refused("is a merge");
}

#[test]
fn whoever_made_the_change_does_not_approve_it_alone() {
    let mut change = Change::new();
    let digests = change.digests();
    change.approve(&Made::by(OCTO, "octo", &digests));
    change.refused("octo has signed this change in commit");
    change.refused("and has opened the pull request as well");
    // Another owner beside.
    change.approve(&Made::by(RHEA, "rhea", &digests));
    change.agreed();
    let mut change = Change::new();
    change.approve(&Made::by(NORA, "nora", &digests));
    change.refused("and may have opened the pull request: the policy names no account (people.nora.forge)");
    // By the address, and by the signature under any address.
    for made in [
        Made { by: None, message: "Work\n".to_owned(), ..Made::by(RHEA, "RHEA", &digests) },
        Made { message: "Work\n".to_owned(), ..Made::by(RHEA, "eve", &digests) },
    ] {
        let mut change = Change::new();
        let (base, after) = (change.base, lax());
        change.head = change.checkout.commit(&[CODE, PROJECT, GATES, (POLICY, &after), ("x", "x")], &[base]);
        let work = change.write(&made, &[base]);
        change.head = work;
        let digests = change.digests();
        change.approve(&Made::by(RHEA, "rhea", &digests));
        change.refused("and has written commit");
    }
}

#[test]
fn a_key_that_is_over_or_not_yet_or_of_the_head_alone_approves_nothing() {
    for (window, why) in [
        ("valid_before = 2026-01-01", "the key by which rhea signed it is over"),
        ("valid_after = 2999-01-01", "outside the time"),
        ("compromised = true", "marked compromised"),
    ] {
        let with = |policy: String| policy.replacen("[people.octo]", &format!("{window}\n[people.octo]"), 1);
        let mut change = Change::of(&with(strict()), &with(lax()));
        let made = Made::by(RHEA, "rhea", &change.digests());
        change.approve(&made);
        change.refused(why);
    }
    // The head makes an owner of whoever signs, or a key of one.
    let more = |name: &str| lax() + &person(name, EVE, "forge = \"eve\"");
    let also = lax().replacen(
        "[people.octo]",
        &format!("[[people.rhea.ssh]]\nkey = \"{}\"\n[people.octo]", key(EVE).public_key().to_openssh().expect("a key")),
        1,
    );
    for after in [more("eve"), also] {
        let mut change = Change::of(&strict(), &after);
        let made = Made::by(EVE, "rhea", &change.digests());
        change.approve(&made);
        change.refused("nobody's in the policy");
    }
    // The head gives the role.
    let promoted = lax().replace("roles = [\"release\"]", "roles = [\"release\", \"policy-owner\"]");
    let mut change = Change::of(&strict(), &promoted);
    let made = Made::by(THEO, "theo", &change.digests());
    change.approve(&made);
    change.refused("theo signed it, who is no policy-owner");
}

#[test]
fn an_approval_is_of_one_change_of_one_base_and_used_once() {
    let (before, after) = (strict(), lax());
    let tree = |policy| [CODE, PROJECT, GATES, (POLICY, policy)];
    // The branch goes on with another policy of its own.
    let mut change = Change::new();
    let made = Made::by(RHEA, "rhea", &change.digests());
    let approved = change.approve(&made);
    let noted = format!("# agreed on\n{before}");
    change.base = change.checkout.commit(&tree(&noted), &[change.base]);
    change.checkout.branch(MAIN, change.base);
    change.refused("approves something else");
    let (status, asked) = change.asks();
    assert!(status == 2 && asked.contains("has changed on the base"), "{asked}");
    // It is merged in one commit and taken back; then the same again, with the signature of then.
    let mut change = Change { head: approved, ..change };
    let first =
        change.checkout.repository.find_commit(approved).expect("a commit").parent(0).expect("one").parent_id(0).expect("one");
    let squashed = change.checkout.commit(&tree(&after), &[first]);
    change.base = change.checkout.commit(&tree(&before), &[squashed]);
    change.checkout.branch(MAIN, change.base);
    change.head = change.checkout.commit(&tree(&after), &[change.base, approved]);
    change.refused("was used");
    // The same with the commit merged as it is.
    let merged = change.checkout.commit(&tree(&after), &[first, approved]);
    change.base = change.checkout.commit(&tree(&before), &[merged]);
    change.checkout.branch(MAIN, change.base);
    change.head = change.checkout.commit(&tree(&after), &[change.base]);
    change.refused("no policy owner has signed this change");
    change.head = change.checkout.commit(&tree(&after), &[change.base, approved]);
    change.refused("no policy owner has signed this change");
    // Brought into a pull request that does something else.
    let worse = policy("python-static-analysis = \"off\"\nopenapi-export = \"off\"");
    change.base = first;
    change.checkout.branch(MAIN, change.base);
    change.head = change.checkout.commit(&tree(&worse), &[change.base, approved]);
    change.refused("approves something else");
    // From a repository that shares the policy, not the history.
    let elsewhere = change.checkout.commit(&[("README.md", "x\n"), CODE, PROJECT, GATES, (POLICY, &before)], &[]);
    change.base = elsewhere;
    change.checkout.branch(MAIN, change.base);
    change.head = change.checkout.commit(&tree(&after), &[elsewhere, approved]);
    change.refused("does not come from the base's line");
}

#[test]
fn what_cannot_be_told_or_was_not_asked_for_approves_nothing() {
    // A checkout of the merge and its parents alone.
    let mut change = Change::new();
    let made = Made::by(RHEA, "rhea", &change.digests());
    let work = change.head;
    change.approve(&made);
    let run = change.run();
    change.checkout.forget(work, &[change.base, change.head]);
    let said = change.checkout.check(&run, &["--format", "json"]);
    assert!(said.status == 1 && said.stdout.contains("fetch-depth: 0"), "{}{}", said.stdout, said.stderr);
    // Where the base does not take signatures.
    let unasked = |policy: String| policy.replace("policy_review = \"signed\"\n", "");
    let mut change = Change::of(&unasked(strict()), &unasked(lax()));
    let (status, asked) = change.asks();
    assert!(status == 0 && asked.contains("counts once the base's policy has [gate] policy_review = \"signed\""), "{asked}");
    let made = Made::by(RHEA, "rhea", &change.digests());
    change.approve(&made);
    assert_eq!(change.told().0, 1);
    // Where the head takes them first.
    let mut change = Change::of(&unasked(strict()), &lax());
    let made = Made::by(RHEA, "rhea", &change.digests());
    change.approve(&made);
    assert_eq!(change.told().0, 1);
    // Nothing to approve, and nobody to do it.
    let same = Change::of(&strict(), &strict());
    let (status, asked) = same.asks();
    assert!(status == 2 && asked.contains("nothing to approve"), "{asked}");
    let nobody = |policy: String| policy.replace("\"policy-owner\"", "\"owner\"");
    let change = Change::of(&nobody(strict()), &nobody(lax()));
    let (status, asked) = change.asks();
    assert!(status == 2 && asked.contains("names no policy-owner"), "{asked}");
}
