//! What manifests declare that name others, or that are of any language: lists in lists, pixi.

use super::tests::{components, manifests, stock};

#[test]
fn tables_of_pixi_are_dependencies() {
    for (path, text, wanted) in [
        ("pyproject.toml", "[tool.pixi.dependencies]\nnumpy='*'\n", "pixi:pyproject.toml"),
        (
            "pyproject.toml",
            "[project]\nname='a'\n[tool.pixi.pypi-dependencies]\na={path='.',editable=true}\n",
            "!pip:pyproject.toml",
        ),
        ("pyproject.toml", "[project]\nname='a'\n[tool.pixi.feature.x.pypi-dependencies]\nb='*'\n", "pixi:pyproject.toml"),
        ("pyproject.toml", "[project]\nname='a'\n[tool.pixi.target.linux.dependencies]\nb='*'\n", "pixi:pyproject.toml"),
        ("pyproject.toml", "[project]\ndependencies=['a']\n[tool.pixi.dependencies]\nb='*'\n", "pip:pyproject.toml"),
        ("pyproject.toml", "[tool.pixi.workspace]\nplatforms=['linux-64']\n", "!pip:pyproject.toml"),
        ("pixi.toml", "[dependencies]\npython='3.12'\n", "pixi:pixi.toml"),
        ("pixi.toml", "[tasks]\nlint='ruff check'\n", "!pixi:pixi.toml"),
        ("pixi.toml", "[feature.x.target.win.dependencies]\nb='1'\n", "pixi:pixi.toml"),
    ] {
        assert_eq!(manifests(&[(path, text)]), wanted, "{text}");
    }
}

#[test]
fn a_workspace_of_conda_packages_makes_no_language_present() {
    let pixi = ("pixi.toml", "[dependencies]\ncmake='*'\n");
    let rust = ["x/a.rs", "x/b.rs", "x/c.rs"].map(|path| (path, ""));
    assert_eq!(components(&[&rust[..], &[pixi, ("x/tool.py", "")]].concat()), "rust:x=3");
    let table = ("pyproject.toml", "[tool.pixi.dependencies]\ncmake='*'\n");
    assert_eq!(components(&[&rust[..], &[table, ("x/tool.py", "")]].concat()), "rust:x=3");
    let code = ["app/a.py", "app/b.py", "app/c.py"].map(|path| (path, ""));
    let all = stock(&[&code[..], &[pixi, ("pixi.lock", "")]].concat());
    let [one] = all.components.as_slice() else { panic!("one component") };
    assert_eq!((one.directory.as_str(), one.manifest.as_ref().map(|path| path.as_str())), ("app", Some("pixi.toml")));
    assert!(all.declares_any(one) && one.declares_at().is_root());
}

#[test]
fn a_list_declares_what_the_lists_that_it_takes_in_declare() {
    let of = |name: &str, text: &str| {
        manifests(&[("requirements.txt", text), (name, "flask==3\n"), ("deep/none.txt", "-r none.txt\n")])
    };
    for (name, text, wanted) in [
        ("deep/web.txt", "-r deep/web.txt\n", "pip:requirements.txt"),
        ("deep/web.txt", "--requirement=./deep/web.txt # it\n", "pip:requirements.txt"),
        ("deep/web.txt", "-c deep/web.txt\n--requirements-of x\n", "!pip:requirements.txt"),
        ("deep/web.txt", "-r deep/none.txt\n", "!pip:requirements.txt"),
        ("vendor/web.txt", "-rvendor/web.txt\n", "pip:requirements.txt"),
        // A list that is a manifest speaks for itself.
        ("requirements/web.txt", "-r requirements/web.txt\n", "!pip:requirements.txt pip:requirements/web.txt"),
    ] {
        assert_eq!(of(name, text), wanted, "{text}");
    }
}

#[test]
fn what_lists_below_declare_is_the_components() {
    let list = ("requirements/base.txt", "flask==3.0.0\n");
    let code = ["a.py", "b.py", "c.py"].map(|path| (path, ""));
    let at = |more: &[(&'static str, &'static str)]| {
        let all = stock(&[&code[..], more].concat());
        let of = |one: &super::Component| {
            let by = one.declaring().map_or("nothing", |path| path.as_str());
            format!("{}: {by} at {}", one.directory, one.declares_at())
        };
        all.of("python").map(of).collect::<Vec<_>>().join("; ")
    };
    let below = ": requirements/base.txt at requirements";
    assert_eq!(at(&[list]), below);
    // A project that names nothing leaves it to the lists.
    for project in ["[project]\nrequires-python = '>=3.12'\n", "[project]\nname = 'a'\n", "[tool.ruff]\nline-length = 100\n"] {
        assert_eq!(at(&[list, ("pyproject.toml", project)]), below, "{project}");
        assert_eq!(at(&[list, ("requirements/base.in", "flask\n"), ("pyproject.toml", project)]), below, "{project}");
    }
    let own = "[project]\nname = 'a'\ndependencies = ['flask']\n";
    assert_eq!(at(&[list, ("pyproject.toml", own)]), ": pyproject.toml at ");
}
