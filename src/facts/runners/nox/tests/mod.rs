//! Tables of noxfiles and what calls lead to: command lines, variables, definitions. Refuses the bodies of sessions.

mod bodies;
mod hostile;

use super::Nox;
use crate::facts::pipeline::Env;
use crate::facts::runners::rendering::{env, lead, tree};
use crate::facts::workdir::Workdir;

/// What a call leads to, lines joined by ` | `; places in the noxfile without its name.
fn led(noxfile: &str, call: &str, variables: &[(&str, &str)]) -> String {
    let snapshot = tree(&format!("== noxfile.py\n{noxfile}"));
    let mut env = env(variables);
    if !variables.iter().any(|(name, _)| *name == "CI") {
        env.insert("CI".to_owned(), Some("true".to_owned()));
    }
    let led = lead(&Nox, &snapshot, call, &env, &Workdir::workspace());
    led.map_or("none".to_owned(), |text| text.replace("noxfile.py:", "").replace('\n', " | ").replace('\u{E000}', "<?>"))
}

const TWO: &str = "\
import nox
nox.options.sessions = ['lint']
@nox.session(tags=['check'])
def lint(session):
    session.install('bandit', '-c', 'x')
    session.run('bandit', '-r', 'src', *session.posargs)
@nox.session(name='py-tests', python=['3.11', '3.12'])
def tests(session: nox.Session) -> None:
    session.run('pytest', f'--py={session.python}')
";

#[test]
fn command_lines() {
    let lint = "python -m pip install bandit -c x @3 @5 | bandit -r src @3 @6";
    for (call, expected) in [
        ("nox", lint),
        ("nox -s lint", lint),
        ("nox -rs lint", lint),
        ("nox -slint", lint),
        ("nox --session=lint", lint),
        ("nox -e lint -f noxfile.py", lint),
        ("nox -s lint -- -q 'a b'", "python -m pip install bandit -c x @3 @5 | bandit -r src -q a b @3 @6"),
        ("nox -s lint -- $X", "python -m pip install bandit -c x @3 @5 | bandit -r src <?> @3 @6"),
        ("nox -s py-tests", "pytest --py=3.11 @7 @9 | pytest --py=3.12 @7 @9"),
        ("nox -s py-tests-3.12", "pytest --py=3.12 @7 @9"),
        ("nox -s tests", ""),
        ("nox -s lint py-tests -p 3.12", "pytest --py=3.12 @7 @9"),
        ("nox -p 3.12 -s py-tests", "pytest --py=3.12 @7 @9"),
        ("nox -s py-tests -P 3.13", "pytest --py=3.13 @7 @9"),
        ("nox -s lint -s py-tests-3.11", "pytest --py=3.11 @7 @9"),
        ("nox -t check", lint),
        ("nox -t other", ""),
        ("nox -k 'lint or nothing'", lint),
        ("nox -k 'not lint and x.y'", "pytest --py=3.11 @7 @9 ? | pytest --py=3.12 @7 @9 ?"),
        ("nox -k 'tests and not lint'", "pytest --py=3.11 @7 @9 | pytest --py=3.12 @7 @9"),
        ("nox -l", ""),
        ("nox --list-sessions -s lint", ""),
        ("nox --version", ""),
        ("nox lint", ""),
        ("nox -f missing.py", ""),
        ("nox -f $F", "opaque the noxfile's name is computed"),
        ("nox --install-only", "python -m pip install bandit -c x @3 @5"),
        (
            "nox --no-error-on-missing-interpreters -s py-tests-3.11 lint",
            "pytest --py=3.11 @7 @9 ? | python -m pip install bandit -c x @3 @5 | bandit -r src @3 @6",
        ),
        ("nox -x --verbose -R --no-venv -s lint", lint),
        ("nox -fb none -s py-tests", "pytest --py=False @7 @9"),
        ("tox -e lint", "none"),
    ] {
        assert_eq!(led(TWO, call, &[]), expected, "{call}");
    }
    let all =
        "python -m pip install bandit -c x @3 @5 ? | bandit -r src @3 @6 ? | pytest --py=3.11 @7 @9 ? | pytest --py=3.12 @7 @9 ?";
    for call in ["nox -s $S", "nox $ARGS"] {
        assert_eq!(led(TWO, call, &[]), all, "{call}");
    }
    assert_eq!(led(TWO, "nox -s py-tests -p $P", &[]), "pytest --py=3.11 @7 @9 ? | pytest --py=3.12 @7 @9 ?");
}

#[test]
fn variables_select() {
    let tests = "pytest --py=3.11 @7 @9 | pytest --py=3.12 @7 @9";
    let lint = "python -m pip install bandit -c x @3 @5 | bandit -r src @3 @6";
    for (pairs, expected) in [
        (&[("NOXSESSION", "py-tests")][..], tests),
        (&[("NOXSESSION", "")][..], lint),
        (&[("NOXSESSION", "py-tests,lint"), ("NOXPYTHON", "3.12")][..], "pytest --py=3.12 @7 @9"),
        (&[("NOXSESSION", "lint"), ("NOXFORCEPYTHON", "3.9")][..], lint),
        (&[("NOXSESSION", "lint"), ("CI", "?")][..], lint),
        (
            &[("NOXSESSION", "py-tests"), ("NOXEXTRAPYTHON", "3.13")][..],
            "pytest --py=3.11 @7 @9 | pytest --py=3.12 @7 @9 | pytest --py=3.13 @7 @9",
        ),
    ] {
        assert_eq!(led(TWO, "nox", pairs), expected, "{pairs:?}");
    }
    let snapshot = tree(&format!("== noxfile.py\n{TWO}"));
    // Outside of a CI system a missing interpreter skips.
    let led = lead(&Nox, &snapshot, "nox -s py-tests-3.11", &Env::new(), &Workdir::workspace());
    assert_eq!(led.as_deref(), Some("pytest --py=3.11 @noxfile.py:7 @noxfile.py:9 ?"));
    let led = lead(&Nox, &snapshot, "nox", &Env::new(), &Workdir::workspace().unknown());
    assert_eq!(led.as_deref(), Some("opaque the directory nox runs in is not known in ?"));
}

#[test]
fn sessions_are_defined() {
    for (noxfile, call, expected) in [
        ("from nox import session as s\n@s\ndef a(x): x.run('t')\n", "nox", "t @2 @3"),
        ("import nox as n\n@n.session(default=False)\ndef a(x): x.run('t')\n", "nox", ""),
        ("import nox as n\n@n.session(default=False)\ndef a(x): x.run('t')\n", "nox -s a", "t @2 @3"),
        ("from nox_poetry import session\n@session(name='b')\ndef a(x): x.run('t')\n", "nox -s b", "t @2 @3"),
        (
            "import nox, functools\nmine = functools.partial(nox.session, tags=['q'])\n@mine(name='b')\ndef a(x): x.run('t')\n",
            "nox -t q",
            "t @3 @4",
        ),
        // A later session of the same name takes its place.
        ("import nox\n@nox.session\ndef a(x): x.run('t')\n@nox.session\ndef a(x): x.run('u')\n", "nox", "u @4 @5"),
        // Conditions on definitions.
        ("import nox, sys\nif sys.platform=='linux':\n  @nox.session\n  def a(x): x.run('t')\n", "nox", "t @3 @4 ?"),
        ("import nox, os\nif 'CI' in os.environ:\n  @nox.session\n  def a(x): x.run('t')\n", "nox", "t @3 @4"),
        (
            "import nox\nfor n in ('a', 'b'):\n  @nox.session(name=f'lint-{n}')\n  def f(x, n=n): x.run('t', n)\n",
            "nox -s lint-b",
            "t b @3 @4",
        ),
        ("import nox, names\n@nox.session(name=names.NAME)\ndef f(x): x.run('t')\n", "nox -s b", "t @2 @3 ?"),
        // Parameters.
        (
            "import nox\n@nox.session\n@nox.parametrize('a', [1, 'b'])\ndef f(x, a): x.run('t', f'{a}')\n",
            "nox",
            "t 1 @2 @4 | t b @2 @4",
        ),
        (
            "import nox\n@nox.session\n@nox.parametrize('a', [1, 'b'])\ndef f(x, a): x.run('t', f'{a}')\n",
            "nox -s \"f(a='b')\"",
            "t b @2 @4",
        ),
        (
            "import nox\n@nox.parametrize('a', [1, 2], ids=['one', 'two'])\n@nox.session(python='3.12')\ndef f(x, a): x.run('t', f'{a}')\n",
            "nox -s 'f-3.12(two)'",
            "t 2 @2 @4",
        ),
        (
            "import nox\n@nox.session\n@nox.parametrize('a', ['x', 'y'])\n@nox.parametrize('b, c', [('1', '2'), nox.param('3', '4', id='q')])\ndef f(s, a, b, c): s.run('t', a, b, c)\n",
            "nox -s \"f(q, a='y')\"",
            "t y 3 4 @2 @5",
        ),
        (
            "import nox\n@nox.session\n@nox.parametrize('python', ['3.8', '3.9'])\ndef f(s): s.run('t', s.python)\n",
            "nox -p 3.9",
            "t 3.9 @2 @4",
        ),
        ("import nox, x\n@nox.session\n@nox.parametrize('a', x.ALL)\ndef f(s, a): s.run('t', a)\n", "nox", "t <?> @2 @4"),
        (
            "import nox, x\n@nox.session\n@nox.parametrize('a', ['1'], ids=x.IDS)\ndef f(s, a): s.run('t', a)\n",
            "nox -s 'f(one)'",
            "t <?> @2 @4 ?",
        ),
        (
            "import nox, x\n@nox.session\n@nox.parametrize('a', ['1'], tags=x.TAGS)\ndef f(s, a): s.run('t', a)\n",
            "nox -t lint",
            "t 1 @2 @4 ?",
        ),
        (
            "import nox, x\n@nox.session\n@nox.parametrize('a', [nox.param('1', tags=x.TAGS)])\ndef f(s, a): s.run('t', a)\n",
            "nox -t lint",
            "t 1 @2 @4 ?",
        ),
        // What is required runs first, once; and what is not there.
        (
            "import nox\n@nox.session(requires=['b'])\ndef a(x): x.run('t')\n@nox.session(default=False)\ndef b(x): x.run('u')\n",
            "nox",
            "u @4 @5 | t @2 @3",
        ),
        (
            "import nox\n@nox.session(requires=['b'])\ndef a(x): x.run('t')\n@nox.session(requires=['a'])\ndef b(x): x.run('u')\n",
            "nox --no-dependencies -s a",
            "t @2 @3",
        ),
        // Options of the noxfile.
        ("import nox\nfrom nox import options\noptions.sessions = []\n@nox.session\ndef a(x): x.run('t')\n", "nox", ""),
        ("import nox, x\nnox.options.sessions = x.ALL\n@nox.session\ndef a(x): x.run('t')\n", "nox", "t @3 @4 ?"),
        (
            "import nox\nnox.options.sessions = ['a']\nnox.options.sessions += ['b']\n@nox.session\ndef b(x): x.run('t')\n",
            "nox",
            "t @4 @5",
        ),
        (
            "import nox\nnox.options.keywords = 'b'\n@nox.session\ndef a(x): x.run('t')\n@nox.session\ndef b(x): x.run('u')\n",
            "nox",
            "u @5 @6",
        ),
        (
            "import nox\nnox.options.error_on_missing_interpreters = False\n@nox.session(python='3.9')\ndef a(x): x.run('t')\n",
            "nox",
            "t @3 @4 ?",
        ),
        (
            "import nox\nnox.options.default_venv_backend = 'none'\n@nox.session(python=['3.9'])\ndef a(x): x.run('t')\n",
            "nox -s a",
            "t @3 @4",
        ),
        ("import nox\ndef a(x): x.run('t')\nnox.session(name='b', default=False)(a)\n", "nox -s b", "t @2 @2"),
        // Decorators that are not read.
        (
            "import nox, x\n@x.session\ndef a(s): s.run('t')\n@nox.session\ndef b(s): s.run('u')\n",
            "nox -s b a",
            "opaque `x.session` may define a session, and is not read @2 | u @4 @5",
        ),
        ("import nox, x\n@x.session\ndef a(s): s.run('t')\n@nox.session\ndef b(s): s.run('u')\n", "nox -s b", "u @4 @5"),
        ("import nox\nfrom x import *\n", "nox", "opaque `x` may define sessions of nox, and is not read by this version @2"),
        ("import nox, x\n@nox.session\n@x.wrapped\ndef a(s): s.run('t')\n", "nox", "t @2 @4 ~unknown:3"),
        ("import nox\ndef w(f): return f\n@nox.session\n@w\ndef a(s): s.run('t')\n", "nox", "t @3 @5 ~unknown:4"),
        // A module that fails runs nothing; one that is no Python is not read.
        ("import nox\n@nox.session\ndef a(s): s.run('t')\nraise SystemExit('no')\n", "nox", ""),
        (
            "try:\n  from nox_poetry import session\nexcept ImportError:\n  raise SystemExit('no')\n@session\ndef a(s): s.run('t')\n",
            "nox",
            "t @5 @6",
        ),
        (
            "import nox\n@nox.session\ndef a(s):\n    s.run('t'\n",
            "nox",
            "opaque the noxfile is not read: a bracket is not closed",
        ),
        (
            "import nox\nprint 'x'\n@nox.session\ndef a(s): s.run('t')\n",
            "nox",
            "opaque this statement of the noxfile is not read @2 | t @3 @4",
        ),
    ] {
        assert_eq!(led(noxfile, call, &[]), expected, "{call} in\n{noxfile}");
    }
}

#[test]
fn sessions_elsewhere_are_opaque() {
    let files = "== noxfile.py\nimport nox\nfrom ci.lint import *\n@nox.session\ndef a(s): s.run('t')\n== ci/lint.py\nimport nox\n@nox.session\ndef lint(s): s.run('bandit')\n";
    for (call, expected) in [
        (
            "nox",
            "opaque ci/lint.py may define sessions of nox, and is not read by this version @noxfile.py:2\nt @noxfile.py:3 @noxfile.py:4",
        ),
        ("nox -s a", "t @noxfile.py:3 @noxfile.py:4"),
        ("nox -s lint", "opaque ci/lint.py may define sessions of nox, and is not read by this version @noxfile.py:2"),
    ] {
        let led = lead(&Nox, &tree(files), call, &env(&[("CI", "true")]), &Workdir::workspace());
        assert_eq!(led.as_deref(), Some(expected), "{call}");
    }
    let own = format!("== noxfile.py\n{TWO}== nox/__init__.py\nfrom nox.x import session\n");
    let led = lead(&Nox, &tree(&own), "nox -s py-tests-3.11", &env(&[("CI", "true")]), &Workdir::workspace());
    assert_eq!(led.as_deref(), Some("pytest --py=3.11 @noxfile.py:7 @noxfile.py:9"));
    let files = "== ci/noxfile.py\nimport nox, tool\n@nox.session\ndef a(s):\n  tool.lint()\n  s.run('t', __file__)\n== ci/tool.py\nrun(['bandit'])\n";
    let led = lead(&Nox, &tree(files), "nox -f ci/noxfile.py", &env(&[("CI", "true")]), &Workdir::workspace());
    let expected = "opaque ci/tool.py starts tools or tasks; its code is not read by this version @ci/noxfile.py:2 @ci/noxfile.py:4 in ci\nt /workspace/ci/noxfile.py @ci/noxfile.py:2 @ci/noxfile.py:5 in ci";
    assert_eq!(led.as_deref(), Some(expected));
}

#[test]
fn code_that_runs_nox_again_ends() {
    let files = "== noxfile.py\nimport nox, tool\n@nox.session\ndef a(s):\n  tool.lint()\n== tool.py\nrun(['nox', '-s', 'a'])\n";
    let led = lead(&Nox, &tree(files), "nox", &env(&[("CI", "true")]), &Workdir::workspace());
    let expected = "opaque tool.py starts tools or tasks; its code is not read by this version @noxfile.py:2 @noxfile.py:4";
    assert_eq!(led.as_deref(), Some(expected));
}
