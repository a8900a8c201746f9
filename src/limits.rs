//! Owns every bound on hostile input, in one place. Refuses clocks: bounds count bytes, nodes and steps.

use crate::error::Error;

/// What a bound may be set to: far from where sums of bounds would wrap.
const MOST: usize = 1 << 40;
/// What nests on the stack may be this deep.
const STACK_DEPTH: usize = 512;

/// The bounds in force. `--limit NAME=N` overrides one by the field's name in kebab-case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an ordinary file.
    pub file_bytes: usize,
    /// Bytes of a lock file, read only when a rule needs it.
    pub lock_file_bytes: usize,
    /// Bytes of a tag object.
    pub tag_bytes: usize,
    /// Nesting depth of a document.
    pub depth: usize,
    /// Nodes of a document.
    pub nodes: usize,
    /// Nodes visited through YAML aliases.
    pub alias_nodes: usize,
    /// Bytes of one shell script text.
    pub shell_bytes: usize,
    /// Nested openers (`(`, `{`, `$(`, `if` …) of one shell script text.
    pub shell_openers: usize,
    /// Paths of a tree.
    pub paths: usize,
    /// Hops of one chain from trigger to command.
    pub chain_steps: usize,
    /// Commands looked at in one repository, over all chains.
    pub trace_commands: usize,
    /// Variants of one job's matrix.
    pub matrix_variants: usize,
    /// Steps of work for the facts of one repository: about as many characters looked at.
    pub work_steps: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 2 * 1024 * 1024,
            lock_file_bytes: 64 * 1024 * 1024,
            tag_bytes: 64 * 1024,
            depth: 128,
            nodes: 500_000,
            alias_nodes: 10_000,
            shell_bytes: 64 * 1024,
            shell_openers: 200,
            paths: 500_000,
            chain_steps: 64,
            trace_commands: 100_000,
            matrix_variants: 256,
            work_steps: 600_000_000,
        }
    }
}

impl Limits {
    /// Names and current values of all bounds, in the order they are documented.
    #[must_use]
    pub fn names(&self) -> Vec<(&'static str, usize)> {
        let mut copy = self.clone();
        copy.fields().into_iter().map(|(name, value)| (name, *value)).collect()
    }

    fn fields(&mut self) -> Vec<(&'static str, &mut usize)> {
        vec![
            ("file-bytes", &mut self.file_bytes),
            ("lock-file-bytes", &mut self.lock_file_bytes),
            ("tag-bytes", &mut self.tag_bytes),
            ("depth", &mut self.depth),
            ("nodes", &mut self.nodes),
            ("alias-nodes", &mut self.alias_nodes),
            ("shell-bytes", &mut self.shell_bytes),
            ("shell-openers", &mut self.shell_openers),
            ("paths", &mut self.paths),
            ("chain-steps", &mut self.chain_steps),
            ("trace-commands", &mut self.trace_commands),
            ("matrix-variants", &mut self.matrix_variants),
            ("work-steps", &mut self.work_steps),
        ]
    }

    /// Applies one `NAME=N` from the command line.
    ///
    /// # Errors
    /// A usage error for an unknown name or a value that is not a positive number.
    pub fn set(&mut self, assignment: &str) -> Result<(), Error> {
        let (name, value) = assignment.split_once('=').unwrap_or((assignment, ""));
        let known = self.names();
        let Some((_, slot)) = self.fields().into_iter().find(|(field, _)| *field == name) else {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            return Err(Error::usage(format!("there is no limit `{name}`")).hint(format!("limits are: {}", names.join(", "))));
        };
        match value.replace('_', "").parse::<usize>() {
            Ok(number) if (1..=MOST).contains(&number) => *slot = number,
            _ => {
                return Err(Error::usage(format!("`--limit {name}={value}` needs a whole number from 1 to {MOST}"))
                    .hint(format!("for example --limit {name}=100")));
            }
        }
        // Documents and chains nest on the stack, below these depths only.
        for (name, value, most) in [("depth", self.depth, STACK_DEPTH), ("chain-steps", self.chain_steps, STACK_DEPTH)] {
            if value > most {
                return Err(Error::usage(format!("`--limit {name}={value}` is more than the stack holds"))
                    .hint(format!("{name} is at most {most}")));
            }
        }
        Ok(())
    }
}
