//! Manifests of pixi: what they declare, and whose.

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
    let code = ["app/a.py", "app/b.py", "app/c.py"].map(|path| (path, ""));
    let all = stock(&[&code[..], &[pixi, ("pixi.lock", "")]].concat());
    let [one] = all.components.as_slice() else { panic!("one component") };
    assert_eq!((one.directory.as_str(), one.manifest.as_ref().map(|path| path.as_str())), ("app", Some("pixi.toml")));
    assert!(all.declares_any(one) && one.declares_at().is_root());
}
