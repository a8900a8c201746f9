//! What the body of a session leads to, clause by clause. Refuses command lines.

use super::super::Nox;
use super::led;
use crate::facts::pipeline::Env;
use crate::facts::runners::rendering::tree;
use crate::facts::workdir::Workdir;

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
        (
            "other.lint(session)\nother.more(session)\nmine(session)",
            "opaque `other.lint` is given the session, and is not read @3 @5 | opaque `mine` is given the session, and is not read @3 @7",
        ),
        (
            "with contextlib.suppress(Exception):\n  other.lint(session)\nother.more(session)",
            "opaque `other.lint` is given the session, and is not read @3 @6 ~soften:5 | opaque `other.more` is given the session, and is not read @3 @7",
        ),
        (
            "try:\n  other.lint(session)\nexcept Exception:\n  pass\nother.more(session)",
            "opaque `other.lint` is given the session, and is not read @3 @6 ~soften:7 | opaque `other.more` is given the session, and is not read @3 @9",
        ),
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
        seen: &Default::default(),
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
