//! Owns the files that a shell reads before the script that it is given: those of a login or an interactive shell (bash(1), dash(1),
//! INVOCATION). Refuses variables that name such a file: whoever starts the shell looks at those.

use super::{Call, World};
use crate::answer::Reason;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::matching::program_name;
use crate::facts::shell::ShellOptions;

/// What stands in the way of the script: a file that the options name, or one in a home that lies in the tree.
pub(super) fn read_first(options: &ShellOptions, call: &Call<'_>, world: &World<'_>) -> Option<Hold> {
    if options.interactive && options.names_first {
        let why = "an interactive shell reads the file that its options name first";
        return Some(Hold::new(HoldEffect::Unknown(Reason::Unsupported), call.place.clone(), why));
    }
    let home = call.env.get("HOME")?.as_deref().filter(|home| !home.is_empty())?;
    let names: &[&str] = match call.program().map(program_name)? {
        "zsh" => &[".zshenv"],
        "bash" if options.login => &[".bash_profile", ".bash_login", ".profile"],
        "bash" if options.interactive => &[".bashrc"],
        _ if options.login => &[".profile"],
        _ => return None,
    };
    let file = names
        .iter()
        .filter_map(|name| call.workdir.resolve(&format!("{home}/{name}")))
        .find(|path| world.snapshot.is_file(path))?;
    let why = format!("the shell reads `{file}` of the tree first, since `HOME` leads there");
    Some(Hold::new(HoldEffect::Void, call.place.clone(), why))
}

#[cfg(test)]
mod tests {
    use crate::facts::runners::script::Script;
    use crate::facts::runners::script_probe::told;

    #[test]
    fn files_of_a_home_in_the_tree() {
        let tree = [("h/.bash_profile", "alias bandit=true\n"), ("h/.bashrc", "x\n"), ("y.sh", "bandit -r .\n")];
        for (command, held) in [
            ("HOME=h bash -l y.sh", true),
            ("HOME=./h bash --login -c 'bandit'", true),
            ("HOME=/workspace/h bash -el y.sh", true),
            ("HOME=h bash -i y.sh", true),
            ("HOME=h bash y.sh", false),
            ("HOME=h sh -l y.sh", false),
            ("HOME=/root bash -l y.sh", false),
            ("bash -l y.sh", false),
        ] {
            let tree: Vec<_> = tree.iter().copied().chain([("ci.yml", command)]).collect();
            let told = told(&Script, &tree, "", command).join("\n");
            assert_eq!(told.contains("!void"), held, "{command}: {told}");
        }
    }
}
