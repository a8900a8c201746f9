//! Owns the tests of what a script says as it is written.

use super::*;

fn sets(text: &str) -> Vec<String> {
    outline(text).sets.into_iter().map(|set| set.name).collect()
}

#[test]
fn names_get_values_in_many_ways() {
    for text in [
        "X=a",
        "X=a make",
        "X+=a",
        "X[1]=a",
        "for X in a; do :; done",
        "select X in a; do :; done",
        ": ${X:=a}",
        "echo \"${X=a}\"",
        "((X = 7))",
        "(( X += 1 ))",
        "((X++))",
        "((--X))",
        "echo $((X=7))",
        "echo ${Y[X=7]}",
        "[[ X=7 -eq 7 ]]",
        "echo ${Y:X=1}",
        "f() { X=a; }",
        "echo $(X=a)",
        "bash -c 'X=a'",
        "sudo sh -ec 'X=a'",
        "if X=a; then :; fi",
        "(( X <<= 1 ))",
        "Y[0 + (X=1)]=a",
        "cat <<E\n$((X=1))\nE",
    ] {
        assert!(sets(text).contains(&"X".to_owned()), "{text}: {:?}", sets(text));
    }
    for text in [
        "((X == 7))",
        "((X <= 7)) && ((X != 1))",
        "echo X=a",
        "echo $((X + 1))",
        "make X=a",
        "echo '((X=7))'",
        "# X=a",
        "echo ${X:-a}",
    ] {
        assert!(sets(text).is_empty(), "{text}: {:?}", sets(text));
    }
}

#[test]
fn what_is_nested_too_deeply_is_not_read() {
    let deep = |by: usize| format!("{}a{}", "(".repeat(by).replace('(', "( "), " )".repeat(by));
    assert!(!outline(&deep(8)).unread && outline(&deep(5_000)).unread);
    let held =
        |by: usize| (0..by).fold(deep(8), |inner, _| format!("sh -c \"{}\"", inner.replace('\\', "\\\\").replace('"', "\\\"")));
    assert!(!outline(&held(2)).unread && outline(&held(3)).unread);
}

#[test]
fn arrows_in_quotes_and_comments_lead_nowhere() {
    let targets = |text: &str| {
        let all = outline(text).redirects;
        all.into_iter().map(|one| (one.writes, one.target.text().unwrap_or_default())).collect::<Vec<_>>()
    };
    assert_eq!(targets("echo 'a -> b' \"c => d\" e\\>f # > g"), []);
    for text in ["echo a ->> b", "a => b", "a >b", "a 2> b", "a &> b", "{ a; } >| b", "a <> b", "sh -c 'a > b'", "a >& b"] {
        assert_eq!(targets(text), [(true, "b".to_owned())], "{text}");
    }
    assert_eq!(targets("a < b"), [(false, "b".to_owned())]);
    assert_eq!(targets("echo a >/dev/nullx"), [(true, "/dev/nullx".to_owned())]);
}

#[test]
fn what_is_shown_is_what_nothing_takes() {
    let shown = |text: &str| {
        let all = outline(text).commands;
        all.into_iter().filter(|one| one.is_shown).map(|one| one.word(0).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(shown("a | b; c > x; d=$(e); f \"$(g)\"; (h); if i; then j; fi; f $(k >&2)"), ["b", "f", "h", "i", "j", "k", "f"]);
    assert!(outline("echo '").unread && outline("echo `echo \\`x\\``").unread);
}
