//! That hostile noxfiles and command lines end. Refuses to judge what they lead to.

use super::{TWO, led};
use proptest::prelude::*;

#[test]
fn hostile_noxfiles_end() {
    let session = "import nox\n@nox.session\ndef s(session):\n";
    let many: String = (0..4000).map(|n| format!("@nox.session\ndef s{n}(session):\n    session.run('t', '{n}')\n")).collect();
    let many = led(&format!("import nox\n{many}"), "nox", &[]);
    assert_eq!(many.matches(" | ").count(), 3999);
    let notify: String = (0..500)
        .map(|n| format!("@nox.session\ndef s{n}(s):\n    s.run('t{n}')\n    s.notify('s{}')\n", (n + 1) % 500))
        .collect();
    assert_eq!(led(&format!("import nox\n{notify}"), "nox -s s0", &[]).matches(" | ").count(), 499);
    let requires: String =
        (0..2000).map(|n| format!("@nox.session(requires=['s{}'])\ndef s{n}(s):\n    s.run('t')\n", (n + 1) % 2000)).collect();
    assert_eq!(led(&format!("import nox\n{requires}"), "nox -s s0", &[]).matches(" | ").count(), 1999);
    let doubling: String = (0..60).map(|_| "    a = a + a\n").collect();
    let calls: String = (0..40).map(|n| format!("def f{n}(s):\n    f{0}(s)\n    f{0}(s)\n", n + 1)).collect();
    let nested: String = (0..30).map(|n| format!("{}for i{n} in range(500):\n", " ".repeat(n + 4))).collect();
    // As deep as anything may lie, on the smallest stack that is used.
    let ifs: String = (0..40).map(|n| format!("{}if X:\n", " ".repeat(n + 4))).collect();
    let inner = format!("{}x = {}f{{}}(s){}\n", " ".repeat(50), "[str(".repeat(20), ")]".repeat(20));
    let deepest: String = (0..16).map(|n| format!("def f{n}(s):\n{ifs}{}", inner.replace("{}", &(n + 1).to_string()))).collect();
    let branches: String = (0..2000).map(|n| format!("    x{n} = {n}\n    if X: y = {n}\n")).collect();
    for text in [
        format!("{deepest}{session}    f0(session)\n"),
        format!("{session}    a = ['x']\n{doubling}    session.run(*a)\n"),
        format!("{session}    a = 'x'\n{doubling}    session.run(a)\n"),
        format!("{calls}def f40(s): s.run('t')\n{session}    f0(session)\n"),
        format!("{session}{nested}{}session.run('t')\n", " ".repeat(40)),
        format!("{session}{branches}    session.run('t')\n"),
        format!("{session}    a = []\n    for i in range(500): a = [a]\n    session.run(*a)\n"),
        format!("{session}    for i in range(500):\n        def f(g=i): return g\n    session.run('t')\n"),
        format!("{session}    session.run('t', {})\n", "'a', ".repeat(100_000)),
        format!("{session}    session.run('t'{})\n", " + 'a'".repeat(100_000)),
        format!("{session}    x = {}1{}\n", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{session}    x = '{}\n", "a".repeat(1_000_000)),
        format!(
            "import nox\n{}@nox.session\ndef s(a): pass\n",
            (0..12).map(|n| format!("@nox.parametrize('a{n}', [1, 2, 3])\n")).collect::<String>()
        ),
        "import nox\nnox.session(nox.session)\n@nox.session()()\ndef s(): session.run()\n".to_owned(),
        format!("{session}    f = session.run\n    f = f.run\n    f(f)\n    session.session.session()\n"),
    ] {
        assert_ne!(led(&text, "nox -s s $X", &[]), "none");
        assert_ne!(led(&text, "nox", &[]), "none");
    }
}

proptest! {
    #[test]
    fn no_noxfile_panics(text in "(    |session|\\.run|\\.notify|\\(|\\)|'t'|\\[|\\]|, |\\*a|a|if |for |in |while |try:|except:|with |:|\n    |\n|=|return|def f|else:|\\+|[0-9]|\\{|\\}|f'|é){0,60}") {
        led(&format!("import nox\n@nox.session\ndef s(session, a=1):\n    {text}\n"), "nox", &[]);
        led(&text, "nox -s s", &[]);
    }

    #[test]
    fn no_command_line_panics(call in "nox( (-{0,2}[a-zA-Z=$é:/]{0,8}|-s|-k|-p|--|lint|tests)){0,6}") {
        led(TWO, &call, &[]);
    }
}
