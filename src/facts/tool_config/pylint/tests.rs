//! Owns the tests of what Pylint's options make of it. Test code only.

use super::super::bench::{Case, Files, told};
use super::*;

#[test]
fn plugins_that_are_loaded() {
    const NAME: &str = "pylint_secure_coding_standard";
    let rc: (&str, &str) = (".pylintrc", "[MAIN]\nload-plugins=pylint.extensions.mccabe,\n    pylint_secure_coding_standard\n");
    let toml: (&str, &str) = ("pyproject.toml", "[tool.pylint.main]\nload-plugins = [\"pylint_secure_coding_standard\"]\n");
    let setup: (&str, &str) = ("setup.cfg", "[pylint.MASTER]\nload-plugins=pylint_secure_coding_standard\n");
    let off: (&str, &str) = (".pylintrc", "[MAIN]\nload-plugins=pylint_secure_coding_standard\ndisable=all\nenable=W0611\n");
    let cases: &[(Files<'_>, &str, &str)] = &[
        (&[], "src", "no"),
        (&[], "--load-plugins=pylint_secure_coding_standard src", "yes ci.yml:1"),
        (&[], "--load-plugins a,pylint_secure_coding_standard src", "yes ci.yml:1"),
        (&[], "--load-plugins=pylint_secure_coding src", "no"),
        (&[], "--load-plugins=$PLUGINS src", "unknown dynamic ci.yml:1"),
        (&[], "$(files)", "no"),
        (&[rc], "src", "yes .pylintrc:2"),
        (&[rc], "--load-plugins=other src", "yes .pylintrc:2"),
        (&[rc], "--rcfile=other src", "unknown dynamic ci.yml:1"),
        (&[rc, ("other", "[MAIN]\n")], "--rcfile=other src", "no"),
        (&[rc], "-E src", "yes .pylintrc:2"),
        (&[rc], "--disable=C,R src", "yes .pylintrc:2"),
        (&[rc], "--disable=all --enable=E src", "yes .pylintrc:2"),
        (&[rc], "--enable=avoid-eval-exec --disable=all src", "yes .pylintrc:2"),
        (&[rc], "--disable=all --enable=unused-import src", "no"),
        (&[rc], "-d E,W,R,C src", "no"),
        (&[toml], "src", "yes pyproject.toml:2"),
        (&[setup], "src", "yes setup.cfg:2"),
        (&[off], "src", "no"),
        (&[off], "--enable=E8003 src", "yes .pylintrc:2"),
    ];
    for (files, args, wanted) in cases {
        let settings = Case::new("pylint", files, args).names(&[NAME]).read(&Pylint);
        assert_eq!(told(settings.selects.get(NAME)), *wanted, "{args} {files:?}");
    }
}

#[test]
fn everything_switched_off() {
    let off: (&str, &str) = (".pylintrc", "[MESSAGES CONTROL]\ndisable=all\n");
    let some: (&str, &str) = (".pylintrc", "[MESSAGES CONTROL]\ndisable=all\nenable=E\n");
    let toml: (&str, &str) = ("pyproject.toml", "[tool.pylint.\"messages control\"]\ndisable = [\"all\"]\n");
    let cases: &[(Files<'_>, &str, &str)] = &[
        (&[], "src", "no"),
        (&[], "--disable=C,R src", "no"),
        (&[], "--disable=all src", "yes ci.yml:1"),
        (&[], "-d all src", "yes ci.yml:1"),
        (&[], "--disable C,all src", "yes ci.yml:1"),
        (&[], "--disable=all --enable=E src", "no"),
        (&[], "--enable E --disable=all src", "no"),
        (&[], "-d all -eE src", "no"),
        (&[], "-E --disable=all src", "no"),
        (&[], "--disable=all --fail-on=E src", "no"),
        (&[], "--disable=all $MORE src", "no"),
        (&[off], "src", "yes .pylintrc:2"),
        (&[off], "--enable=W src", "no"),
        (&[some], "src", "no"),
        (&[some], "--disable=all src", "yes ci.yml:1"),
        (&[off], "--rcfile=other src", "unknown dynamic ci.yml:1"),
        (&[off, ("other", "[MAIN]\n")], "--rcfile=other src", "no"),
        (&[(".pylintrc", "[MAIN]\nfail-on=E\n")], "--disable=all src", "no"),
        (&[toml], "src", "yes pyproject.toml:2"),
        (&[("pyproject.toml", "[tool.pylint]\ndisable = \"all\"\n")], "src", "yes pyproject.toml:2"),
        (&[("setup.cfg", "[pylint.x]\ndisable=all\n")], "src", "yes setup.cfg:2"),
        (&[("setup.cfg", "[pylint]\njobs=1\n[other]\ndisable=all\n")], "src", "no"),
    ];
    for (files, args, wanted) in cases {
        let settings = Case::new("pylint", files, args).read(&Pylint);
        assert_eq!(told(settings.settings.get(NOTHING)), *wanted, "{args} {files:?}");
    }
}

#[test]
fn messages_by_every_name() {
    const NAME: &str = "pylint_secure_coding_standard";
    let cases: &[(Files<'_>, &str, &str)] = &[
        (&[], "--disable=e,w,r,c src", "no"),
        (&[], "--disable=error,warning,refactor,convention src", "yes ci.yml:1"),
        (&[], "--disable=Secure-Coding-Standard src", "no"),
        (&[], "--disable=secure-coding-standard --enable=e8003 src", "yes ci.yml:1"),
        (&[], "--disable=secure-coding-standard --fail-on=E8003 src", "yes ci.yml:1"),
        (&[], "--disable=all --fail-on=E src", "no"),
        (&[], "--disable=bad-plugin-value src", "unknown unsupported ci.yml:1"),
        (&[], "--disable=e src", "unknown unsupported ci.yml:1"),
        (&[], "--disable=all --enable=W src", "yes ci.yml:1"),
        (&[(".pylintrc", "[MAIN]\nenable=E8003\ndisable=secure-coding-standard\n")], "src", "no"),
    ];
    for (files, args, wanted) in cases {
        let args = format!("--load-plugins={NAME} {args}");
        let settings = Case::new("pylint", files, &args).names(&[NAME]).read(&Pylint);
        assert_eq!(told(settings.selects.get(NAME)), *wanted, "{args} {files:?}");
    }
}

#[test]
fn files_that_are_ignored() {
    let tree = [("src/app/__init__.py", ""), ("src/app/m1.py", "import os\n"), ("src/app/m2.py", "import os\n")];
    let cases: &[(Files<'_>, &str, &str)] = &[
        (&[], "--ignore=src src", "yes ci.yml:1"),
        (&[], "--ignore=app src", "yes ci.yml:1"),
        (&[], "--ignore=tests,app .", "yes ci.yml:1"),
        (&[], "--ignore=m1.py src", "no"),
        (&[], "--ignore=tests src", "no"),
        (&[], "--ignore-patterns=.* src", "yes ci.yml:1"),
        (&[], "--ignore-patterns=m[0-9]{1,2}.* src", "yes ci.yml:1"),
        (&[], "--ignore-patterns=m1.* src", "no"),
        // Directories of packages are not asked, nor those of a target that is not walked.
        (&[], "--ignore-patterns=app src", "no"),
        (&[], "--recursive=y --ignore-patterns=app src", "yes ci.yml:1"),
        (&[], "--ignore-paths=.* src", "yes ci.yml:1"),
        (&[], "--ignore-paths=^src/ src", "yes ci.yml:1"),
        (&[], "--ignore-paths=^src/.* ./src", "yes ci.yml:1"),
        (&[], "--ignore-paths=app src", "no"),
        (&[], "--ignore-paths=^(?!docs) src", "unknown unsupported ci.yml:1"),
        (&[], "--ignore=src $MORE", "no"),
        (&[], "--from-stdin src", "unknown dynamic ci.yml:1"),
        (&[(".pylintrc", "[MAIN]\nignore=app\n")], "src", "yes .pylintrc:2"),
        (&[(".pylintrc", "[MAIN]\nignore=app\n")], "--ignore=x src", "no"),
        (&[(".pylintrc", "[MAIN]\nignore=CVS\nignore-paths=\n")], "src", "no"),
        (&[("pyproject.toml", "[tool.pylint.main]\nignore-paths = [\".*\"]\n")], "src", "yes pyproject.toml:2"),
        (&[("setup.cfg", "[pylint.MAIN]\nignore-patterns=.*\n")], "src", "yes setup.cfg:2"),
    ];
    for (files, args, wanted) in cases {
        let all: Vec<(&str, &str)> = files.iter().chain(&tree).copied().collect();
        let settings = Case::new("pylint", &all, args).read(&Pylint);
        assert_eq!(told(settings.settings.get(NOTHING)), *wanted, "{args} {files:?}");
    }
}

#[test]
fn what_its_status_tells() {
    let rc = |text: &'static str| (".pylintrc", text);
    let cases: &[(Files<'_>, &str, &str, &str)] = &[
        (&[rc("[MAIN]\nexit-zero=yes\n")], "src", NEVER, "yes .pylintrc:2"),
        (&[rc("[MAIN]\n#exit-zero=\n")], "src", NEVER, "no"),
        (&[], "--fail-under=8 --fail-on=E src", SOME, "yes ci.yml:1"),
        (&[], "--fail-on=E src", SOME, "no"),
        (&[], "--fail-under=8 src", SOME, "no"),
        (&[], "--fail-under=8 --fail-on= src", SOME, "no"),
        (&[rc("[MAIN]\nfail-under=8\nfail-on=E\n")], "src", SOME, "yes .pylintrc:3"),
        (&[rc("[MAIN]\nfail-under=8\nfail-on=E\n")], "src", MARK, "no"),
        (&[rc("[MAIN]\nfail-under=8\n")], "src", MARK, "yes .pylintrc:2"),
        (&[], "--evaluation=10 src", SCORE, "yes ci.yml:1"),
        (&[], "--evaluation=10 --fail-under=11 src", SCORE, "no"),
        (&[], "--evaluation=error src", SCORE, "unknown unsupported ci.yml:1"),
        (&[rc("[REPORTS]\nevaluation=10\n")], "src", SCORE, "yes .pylintrc:2"),
        (
            &[rc("[REPORTS]\nevaluation=10.0 - ((float(5 * error + warning + refactor + convention) / statement) * 10)\n")],
            "src",
            SCORE,
            "no",
        ),
        (
            &[rc(
                "[REPORTS]\nevaluation=max(0, 0 if fatal else 10.0 - ((float(5 * error + warning + refactor + convention) / statement) * 10))\n",
            )],
            "src",
            SCORE,
            "no",
        ),
        (
            &[rc("[REPORTS]\nevaluation=10.0 - ((float(0 * error + warning) / statement) * 10)\n")],
            "src",
            SCORE,
            "unknown unsupported .pylintrc:2",
        ),
        (&[], "--init-hook=import~sys;sys.path.append('src') src", CODE, "no"),
        (&[], "--init-hook=import~os;os._exit(0) src", CODE, "unknown unsupported ci.yml:1"),
        (&[rc("[MAIN]\ninit-hook='import sys; sys.path.append(\"src\")'\n")], "src", CODE, "no"),
        (&[rc("[MAIN]\ninit-hook='import sys; sys.setrecursionlimit(8 * sys.getrecursionlimit())'\n")], "src", CODE, "no"),
        (&[rc("[MAIN]\ninit-hook=import side\n")], "src", CODE, "unknown unsupported .pylintrc:2"),
        (&[rc("[MAIN]\ninit-hook=\n")], "src", CODE, "no"),
    ];
    for (files, args, question, wanted) in cases {
        let settings = Case::new("pylint", files, args).read(&Pylint);
        assert_eq!(told(settings.settings.get(*question)), *wanted, "{args} {files:?}");
    }
}
