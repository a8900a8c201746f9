//! Owns what a task of taskipy runs (1.14.1, `task_runner.py`): its text in a shell, behind the runner of the settings and before the arguments of
//! the call. Refuses texts with variables: those are opaque.

use super::{Next, Target};
use crate::answer::{Reason, Why};
use crate::doc::{Reading, Value};
use crate::facts::hold::Hop;
use crate::facts::shell::{Dialect, ShellMode, Word};
use crate::facts::workdir::Workdir;
use crate::text::MappedText;

/// What a task leads to; `home` is the directory of its file.
pub(super) fn task(root: Value<'_>, name: &str, value: Value<'_>, arguments: &[Word], to: &Next, home: &Workdir) -> Next {
    let settings = root.route(&["tool", "taskipy", "settings"]);
    let setting = |key: &str| settings.and_then(|settings| settings.get(key));
    let command = if value.as_str().is_some() { Some(value) } else { value.get("cmd") };
    let uses_variables =
        value.get("use_vars").or_else(|| setting("use_vars")).is_some_and(|on| on.as_bool() != Reading::Is(false));
    let text = command.filter(|_| !uses_variables).and_then(Value::mapped);
    let runner = match setting("runner") {
        None => Some(""),
        Some(runner) => runner.as_str(),
    };
    let target = match (text, runner) {
        (Some(text), Some(runner)) => {
            Target::Script { text: whole(runner.trim(), text, !arguments.is_empty()), mode: MODE, args: Some(arguments.to_vec()) }
        }
        _ => {
            let why = format!("the task `{name}` of taskipy is not read by this version");
            Target::Opaque(Why::new(Reason::Unsupported, why).at(value.place()))
        }
    };
    let mut workdir = to.workdir.clone();
    if let Some(directory) = value.get("cwd").or_else(|| setting("cwd")) {
        // One that is not there is passed over.
        workdir = directory.as_str().map_or_else(|| home.unknown(), |directory| home.enter(directory));
    }
    let hop = Hop::new(value.place(), command.and_then(|command| command.as_str()).unwrap_or(name));
    Next { target, hops: vec![hop], workdir, ..to.clone() }
}

/// `sh -c`.
const MODE: ShellMode = ShellMode { errexit: false, pipefail: false, dialect: Dialect::Posix };

/// The text between what runs it and the arguments, which taskipy quotes one by one.
fn whole(runner: &str, text: MappedText, arguments: bool) -> MappedText {
    let mut out = MappedText::empty(std::sync::Arc::clone(text.file()));
    let span = text.span(0..text.text().len());
    if !runner.is_empty() {
        out.push_standing_for(span, &format!("{runner} "));
    }
    out.push_part(&text, 0..text.text().len());
    if arguments {
        out.push_standing_for(span, " \"$@\"");
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::facts::runners::project::ProjectScripts;
    use crate::facts::runners::script_probe::told;

    const FILES: &[(&str, &str)] = &[
        (
            "pyproject.toml",
            "[tool.taskipy.tasks]\nlint = 'ruff check . && task types'\npre_lint = { cmd = 'black --check .', help = 'x' }\n\
             sub = { cmd = 'ruff check', cwd = 'src' }\nvars = { cmd = 'ruff {path}', use_vars = true }\nodd = ['x']\n",
        ),
        ("src/a.py", ""),
        ("other/pyproject.toml", "[tool.taskipy.settings]\nrunner = 'poetry run'\n[tool.taskipy.tasks]\nlint = 'ruff check'\n"),
        ("bare/pyproject.toml", "[tool.black]\n"),
        ("both/pyproject.toml", "[tool.taskipy.tasks]\nlint = 'ruff check'\n"),
        ("both/Taskfile.yml", "version: '3'\n"),
    ];

    #[test]
    fn tasks_are_texts_for_the_shell() {
        let rows: &[(&str, &str, &[&str])] = &[
            (
                "",
                "task lint -q 'a b'",
                &["black --check . <- pyproject.toml:3", "ruff check . && task types \"$@\" (-q) (a b) <- pyproject.toml:2"],
            ),
            ("src", "task sub", &["ruff check <- pyproject.toml:4 in src"]),
            ("other", "task lint", &["poetry run ruff check <- other/pyproject.toml:4 in other"]),
            ("bare", "task lint", &["not known"]),
            (
                "",
                "task vars",
                &["opaque Unsupported: the task `vars` of taskipy is not read by this version <- pyproject.toml:5"],
            ),
            ("", "task odd", &["opaque Unsupported: the task `odd` of taskipy is not read by this version <- pyproject.toml:6"]),
            ("", "task -l", &["not known"]),
            ("", "task --list lint", &["not known"]),
            ("", "task -h lint", &["not known"]),
            ("both", "task lint", &["not known"]),
        ];
        for (directory, command, expected) in rows {
            assert_eq!(told(&ProjectScripts, FILES, directory, command), *expected, "{command}");
        }
    }
}
