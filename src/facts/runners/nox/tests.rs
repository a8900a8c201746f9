//! Tables of noxfiles and what calls lead to, clause by clause, and that hostile noxfiles end.

use super::Nox;
use crate::facts::pipeline::Env;
use crate::facts::runners::rendering::{env, lead, tree};
use crate::facts::workdir::Workdir;
use proptest::prelude::*;

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

/// The body of a session `s` (its definition on line 3, its body from line 4 on) and what `nox` leads to.
fn body(lines: &str) -> String {
    let indented: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    led(
        &format!(
            "import nox, os, sys, contextlib, subprocess\nfrom pathlib import Path\n@nox.session\ndef s(session):\n{indented}"
        ),
        "nox",
        &[],
    )
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
        // Decorators that are not read.
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

#[test]
fn bodies() {
    let mut wrong = Vec::new();
    for (lines, expected) in [
        // What runs, and how its failure counts.
        ("session.run('t', 'a')", "t a @3 @5"),
        ("session.run_always('t')\nsession.run_install('u')", "t @3 @5 | u @3 @6"),
        ("session.run('t', silent=True, external=True, log=False)", "t @3 @5"),
        ("session.run('t', success_codes=[0, 1])", "t @3 @5 ~soften:5"),
        ("session.run('t', success_codes=[0])", "t @3 @5"),
        ("session.run('t', success_codes=[0, 5])", "t @3 @5 ~unknown:5"),
        ("session.run('t', success_codes=range(0, 256))", "t @3 @5 ~soften:5"),
        ("session.run('t', success_codes=CODES)", "t @3 @5 ~unknown:5"),
        ("session.run(['t'])\nsession.run('u')", ""),
        ("out = session.run('t', silent=True)\nsession.run('u', out.strip())", "t @3 @5 | u <?> @3 @6"),
        ("session.log('x')\nsession.conda_install('x')\nsession.poetry.installroot()\nsession.run('t')", "t @3 @8"),
        ("session.frobnicate('x')", "opaque what `session.frobnicate` does is not known @3 @5"),
        ("session.install_and_run_script('x.py', 'a')", "python x.py a @3 @5"),
        // Words.
        ("a = ['b', 'c']\nsession.run('t', *a, 'd')", "t b c d @3 @6"),
        ("a = session.posargs or ['b', 'c']\nsession.run('t', *a)", "t b c @3 @6"),
        ("a = session.posargs if session.posargs else ('b',)\nsession.run('t', *a)", "t b @3 @6"),
        ("if session.posargs:\n  a = session.posargs\nelse:\n  a = ['b']\nsession.run('t', *a)", "t b @3 @9"),
        ("a = ['b']\na.append('c')\na += ['d']\na.extend(x for x in 'e f'.split())\nsession.run('t', *a)", "t b c d e f @3 @9"),
        ("a = ['b']\nif sys.platform=='x':\n  a.append('c')\nsession.run('t', *a)", "t b <?> @3 @8"),
        (
            "a = 'x'\nsession.run('t', f'{a}-{session.python}', f'{a}{os.sep}', a + 'y', str(Path('p') / a))",
            "t x-None <?> xy p/x @3 @6",
        ),
        ("d = {'a': ['b'], 'c': 'e'}\nd['f'] = 'g'\nsession.run('t', *d['a'], d['c'], d.get('f'), d['h'])", "t b e g <?> @3 @7"),
        ("session.run(*(['t'] if session.python else ['u']), *[], *('v' + w for w in ['1']))", "u v1 @3 @5"),
        ("session.run('t', os.environ.get('FOO', 'bar'), os.environ['CI'], os.getenv('CI_X', 'y'))", "t bar true <?> @3 @5"),
        ("session.run('t', *os.listdir())", "t <?> @3 @5"),
        ("session.run(PROGRAM, 'x')", "<?> x @3 @5"),
        (
            "session.run(sys.executable, '-m', 't')\nsession.run(f'{session.bin}/t')",
            "/.nox/bin/python -m t @3 @5 | /.nox/s/bin/t @3 @6",
        ),
        ("a, b = 'x', 'y'\nsession.run('t', b, a)", "t y x @3 @6"),
        ("a = ['x', 'y', 'z']\nsession.run('t', *a[1:], a[0], a[-1])", "t y z x z @3 @6"),
        // Directory and environment.
        (
            "session.chdir('a')\nsession.run('t')\nwith session.chdir('b'):\n  session.run('u')\nsession.run('v')",
            "t @3 @6 in a | u @3 @8 in a/b | v @3 @9 in a",
        ),
        ("session.cd(SOMEWHERE)\nsession.run('t')", "t @3 @6 in ?"),
        ("os.chdir(Path(__file__).parent / 'a')\nsession.run('t')", "t @3 @6 in a"),
        // Branches.
        ("if sys.platform=='x':\n  session.run('t')\nsession.run('u')", "t @3 @6 ? | u @3 @7"),
        ("if not session.posargs:\n  session.run('t')\nelse:\n  session.run('u')", "t @3 @6"),
        ("if X:\n  session.run('t')\nelif True:\n  session.run('u')\nelse:\n  session.run('v')", "t @3 @6 ? | u @3 @8 ?"),
        ("if X:\n  session.skip('no')\nsession.run('t')", "t @3 @7 ?"),
        ("if X:\n  return\nsession.run('t')", "t @3 @7 ?"),
        ("if X:\n  session.error('no')\nsession.run('t')", "t @3 @7"),
        ("if X:\n  raise ValueError\nsession.run('t')", "t @3 @7"),
        ("if X:\n  sys.exit(1)\nsession.run('t')", "t @3 @7"),
        ("if X:\n  sys.exit()\nsession.run('t')", "t @3 @7 ?"),
        ("session.skip('no')\nsession.run('t')", ""),
        ("return\nsession.run('t')", ""),
        ("X and session.run('t')", "t @3 @5 ?"),
        ("match X:\n  case 1:\n    session.run('t')", "t @3 @7 ?"),
        ("if session.python=='3.9' or 'CI' not in os.environ:\n  session.run('t')", ""),
        // Loops.
        ("for a in ('x', 'y'):\n  session.run('t', a)\nsession.run('u')", "t x @3 @6 | t y @3 @6 | u @3 @7"),
        ("for a in Path('x').glob('*'):\n  session.run('t', str(a))\nsession.run('u')", "t <?> @3 @6 ? | u @3 @7"),
        (
            "for a in ('x', 'y'):\n  if X:\n    continue\n  session.run('t', a)\nsession.run('u')",
            "t x @3 @8 ? | t y @3 @8 ? | u @3 @9",
        ),
        ("for a in ('x', 'y'):\n  if a=='x':\n    continue\n  session.run('t', a)\n  break", "t y @3 @8"),
        ("on = False\nfor a in X:\n  if on:\n    session.run('t')\n  on = True", "t @3 @8 ?"),
        ("while X:\n  session.run('t')\n  break\nsession.run('u')", "t @3 @6 ? | u @3 @8"),
        ("a = ['t']\nfor b in X:\n  a.append(b)\nsession.run(*a)", "t <?> @3 @8"),
        ("[session.run('t', a) for a in 'x y'.split()]", "t x @3 @5 | t y @3 @5"),
        // Failures that are caught.
        ("try:\n  session.run('t')\nexcept Exception:\n  pass\nsession.run('u')", "t @3 @6 ~soften:7 | u @3 @9"),
        ("try:\n  session.run('t')\nexcept:\n  session.warn('x')\n  return", "t @3 @6 ~soften:7"),
        ("try:\n  session.run('t')\nexcept nox.command.CommandFailed as e:\n  session.error('x')", "t @3 @6"),
        ("try:\n  session.run('t')\nexcept Exception:\n  session.run('u')\n  raise", "t @3 @6 ~unknown:7 | u @3 @8 ?"),
        ("try:\n  session.run('t')\nexcept Exception:\n  failed = True", "t @3 @6 ~unknown:7"),
        ("try:\n  session.run('t')\nexcept FileNotFoundError:\n  pass", "t @3 @6"),
        ("try:\n  session.run('t')\nexcept Strange:\n  pass", "t @3 @6 ~unknown:7"),
        ("try:\n  session.run('t')\nexcept (ValueError, Exception):\n  pass", "t @3 @6 ~soften:7"),
        ("try:\n  session.run('t')\nfinally:\n  session.run('u')", "t @3 @6 | u @3 @8"),
        ("try:\n  session.run('t')\nfinally:\n  return", "t @3 @6 ~soften:7"),
        ("with contextlib.suppress(Exception):\n  session.run('t')\nsession.run('u')", "t @3 @6 ~soften:5 | u @3 @7"),
        ("with contextlib.suppress(OSError), open('x') as f:\n  session.run('t')", "t @3 @6"),
        // Functions.
        (
            "def inner(s, *words):\n  s.run('t', *words)\n  return 'x'\nsession.run(inner(session, 'a', 'b'))",
            "t a b @3 @8 @6 | x @3 @8",
        ),
        ("other.lint(session)", "opaque `other.lint` is given the session, and is not read @3 @5"),
        ("print(session)\nx = lambda: session.run('t')", "t @3 @6 ?"),
        ("run = session.run\nrun('t')", "t @3 @6"),
        // Past the session.
        ("subprocess.run(['t', 'a'], check=True)", "t a @3 @5"),
        ("subprocess.check_call(['t'], cwd='a')", "t @3 @5 in a"),
        ("subprocess.run(['t'])", "t @3 @5 ~unknown:5"),
        ("os.system('t; u')", "script \"t; u\" () @3 @5 ~unknown:5"),
        ("subprocess.run(X)", "opaque what `subprocess.run` starts is computed @3 @5 ~unknown:5"),
        ("x = 1.5 +* 2\nsession.run('t')", "opaque this statement of the noxfile is not read @3 @5 | t @3 @6"),
    ] {
        let found = body(lines);
        if found != expected {
            wrong.push(format!("{lines}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn environments() {
    let noxfile = "import nox, os\nos.environ['A'] = '1'\nos.environ.update({'B': '2'})\n@nox.session\ndef s(session):\n    session.env['C'] = '3'\n    session.env.update(D='4')\n    session.run('t', env={'E': '5', 'F': X})\n    session.run('u')\n";
    let snapshot = tree(&format!("== noxfile.py\n{noxfile}"));
    let world = crate::facts::runners::World {
        snapshot: &snapshot,
        catalog: crate::catalog::Catalog::builtin(),
        meter: &crate::facts::meter::Meter::default(),
    };
    let words = crate::facts::runners::rendering::words("nox");
    let place = crate::text::Place::file(crate::text::RepoPath::root());
    let (env, workdir) = (Env::new(), Workdir::workspace());
    let call = crate::facts::runners::Call { words: &words, env: &env, workdir: &workdir, place: &place };
    let all = crate::facts::runners::Runner::expand(&Nox, &call, &world).expect("nox");
    let shown: Vec<String> = all.iter().map(|next| format!("{:?}", next.env)).collect();
    assert_eq!(
        shown,
        [
            r#"{"A": Some("1"), "B": Some("2"), "C": Some("3"), "D": Some("4"), "E": Some("5"), "F": None}"#,
            r#"{"A": Some("1"), "B": Some("2"), "C": Some("3"), "D": Some("4")}"#
        ]
    );
}

#[test]
fn sessions_lead_to_others() {
    let head = "import nox\n@nox.session\ndef a(s):\n    ";
    let rest = "\n@nox.session(default=False)\ndef b(s):\n    s.run('u', *s.posargs)\n    s.notify('b')\n    s.notify('a')\n";
    for (line, expected) in [
        ("s.notify('b')", "u @5 @7"),
        ("s.notify('b', posargs=['x'])", "u x @5 @7"),
        ("if X: s.notify('b')", "u @5 @7 ?"),
        ("s.notify('missing')", ""),
        // A session is a function of the noxfile as well.
        ("b(s)", "u @2 @4 @7 | u @5 @7"),
        ("a(s)", "opaque `a` calls itself, or is called deeper than is followed @2 @4"),
    ] {
        assert_eq!(led(&format!("{head}{line}{rest}"), "nox -s a", &[]), expected, "{line}");
    }
}

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
    let branches: String = (0..2000).map(|n| format!("    x{n} = {n}\n    if X: y = {n}\n")).collect();
    for text in [
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
