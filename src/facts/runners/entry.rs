//! Owns programs that a Python project installs from its own code (`[project.scripts]`, `console_scripts`): judged as code of the
//! tree. Refuses names that are a tool of the catalogue: those are shadows.

use super::{Call, InCode, Next, Runner, World, code};
use crate::facts::shadow;

/// Console scripts of the project.
pub(super) struct Entry;

impl Runner for Entry {
    fn name(&self) -> &'static str {
        "console script of the project"
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        let program = call.words.first()?.value.as_deref().filter(|program| !program.is_empty() && !program.contains('/'))?;
        let (target, project) = shadow::console_script(program, &call.workdir.dir()?, world)?;
        let module = target.split([':', '"', '\'', ' ']).next()?.replace('.', "/");
        let files = code::of_module(&module, |name| project.join(name), world);
        (!files.is_empty()).then(|| code::judged(call, world, &files))
    }

    fn in_code(&self) -> InCode {
        InCode::Passed
    }
}

#[cfg(test)]
mod tests {
    use super::Entry;
    use crate::facts::runners::script_probe::told;

    const STARTS: &str = "import subprocess\ndef main():\n    subprocess.call(['bandit', '-r', 'src'])\n";
    const FILES: &[(&str, &str)] = &[
        (
            "pyproject.toml",
            "[project.scripts]\nlint = 'x.lint:main'\napp = 'x.app:main'\ngone = 'y:main'\n\
             [tool.poetry.scripts]\ncheck = { reference = 'x.lint:main', type = 'console' }\n",
        ),
        ("src/x/lint.py", STARTS),
        ("src/x/app.py", "print(1)\n"),
        ("old/setup.py", "setup(entry_points={'console_scripts': [\n  'old-lint = old.cli:main',\n]})\n"),
        ("old/old/cli/__init__.py", STARTS),
    ];

    #[test]
    fn programs_of_the_project_are_code_of_the_tree() {
        let starts =
            |path: &str| vec![format!("opaque Unsupported: {path} starts tools or tasks; its code is not read by this version")];
        assert_eq!(told(&Entry, FILES, "", "lint --all"), starts("src/x/lint.py"));
        assert_eq!(told(&Entry, FILES, "", "check"), starts("src/x/lint.py"));
        assert_eq!(told(&Entry, FILES, "old", "old-lint").first().map(|line| line.starts_with("opaque")), Some(true));
        assert!(told(&Entry, FILES, "", "app").is_empty());
        for command in ["gone", "other", "./lint", "lint.py"] {
            assert_eq!(told(&Entry, FILES, "", command), ["not known"], "{command}");
        }
    }
}
