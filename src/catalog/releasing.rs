//! Owns the types of `rules/releasing.toml`: what deploys, what verifies before, by which words a tag is meant. Refuses to know pipelines.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `rules/releasing.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Releasing {
    /// Words by which a text names the tag of the event.
    pub event_tags: Vec<String>,
    /// Words in the name of a flag, a setting or an input that says which of what was made before is deployed.
    pub made_words: Vec<String>,
    /// Those of them by which an image is meant, with its name.
    pub image_words: Vec<String>,
    /// Words in the name of one that says of which source it is made.
    pub source_words: Vec<String>,
    /// Outputs of actions that say where to, or what they have made.
    pub outputs: Vec<SaysOf>,
    /// Flags with which any of these commands does nothing but tell about itself.
    pub idle_flags: Vec<String>,
    /// Environments that are no product.
    pub preview: Vec<String>,
    /// Words in the name of an environment by which it is the product, whatever else the name says.
    pub production: Vec<String>,
    /// What the repository of this gate's own action is called. Whose it is, nobody can know: it is where a copy of it lies.
    pub own_action: String,
    /// Directories of packages whose digests the lock of a tree names.
    pub package_caches: Vec<String>,
    /// Directories in which programs lie, as scripts name them: what one command puts there by its name is a program and none of what is deployed.
    pub programs: Vec<String>,
    /// Steps that deploy or publish.
    pub deploy: Vec<ReleaseRow>,
    /// Steps that verify.
    pub verify: Vec<ReleaseRow>,
    /// Steps that put other files in place of the tree, or a program of the tree among the programs.
    pub changes: Vec<ReleaseRow>,
}

impl Releasing {
    /// Whether an action is this gate's own, by its name as written without the reference.
    #[must_use]
    pub fn is_own_action(&self, name: &str) -> bool {
        let mut parts = name.split('/').skip(1);
        parts.next().is_some_and(|part| part.eq_ignore_ascii_case(&self.own_action)) && parts.next().is_none()
    }
}

/// An output of an action that tells something of a deployment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaysOf {
    /// The action.
    pub action: String,
    /// Its output.
    pub output: String,
    /// It is the digest of what it has made; else where to.
    #[serde(default)]
    pub made: bool,
}

/// A command or an action.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRow {
    /// What people call it.
    pub title: String,
    /// The words that make it this command.
    #[serde(default)]
    pub argv: Vec<Vec<String>>,
    /// Its flags that take the next word.
    #[serde(default)]
    pub value_flags: Vec<String>,
    /// Flags with which it does nothing of the kind.
    #[serde(default)]
    pub not_flags: Vec<String>,
    /// Texts in an argument or an input that lead to a place for trying it out.
    #[serde(default)]
    pub not_holding: Vec<String>,
    /// Words of which one has to be there; of one that holds a `=` a part of a word will do.
    #[serde(default)]
    pub only_with: Vec<String>,
    /// How many words beside flags it takes at least.
    #[serde(default)]
    pub least: usize,
    /// Beginnings of the last word beside flags, which says where to, where the first has none of them.
    #[serde(default)]
    pub to: Vec<String>,
    /// Actions that do it.
    #[serde(default)]
    pub action: Vec<String>,
    /// The action does nothing of the kind where one of these is given, with a value that is known and fits.
    #[serde(default)]
    pub unless: Vec<GivenInput>,
    /// This gate's own action does it.
    #[serde(default)]
    pub own_action: bool,
    /// The action does it only where an input is given, with a value that fits.
    #[serde(default)]
    pub when: Option<GivenInput>,
    /// The action's input that names the tag; it takes the event's own where that is not given.
    #[serde(default)]
    pub tag_input: Option<String>,
    /// Its inputs that say by what, or where, it judges, unless they have one of these values.
    #[serde(default)]
    pub judge_inputs: Vec<GivenInput>,
    /// Its inputs by which its failure is lost, unless they have one of these values.
    #[serde(default)]
    pub soft_inputs: Vec<GivenInput>,
    /// Its input that names the program that it runs.
    #[serde(default)]
    pub program_input: Option<String>,
    /// Another system deploys what it is told here, and may verify the tag itself.
    #[serde(default)]
    pub hands_on: bool,
    /// What it verifies; `None`: it deploys.
    #[serde(default)]
    pub what: Option<Verifies>,
    /// The words behind it name the tag.
    #[serde(default)]
    pub argument: bool,
    /// Its flags that stand for every tag that is here, and so for none.
    #[serde(default)]
    pub all_flags: Vec<String>,
    /// Its flags that say by what, or where, it judges, so that whoever wrote what they name is who judges.
    #[serde(default)]
    pub judge_flags: Vec<String>,
    /// Of this gate: variables by which it knows the run, and what a runner gives them; nothing: it gives them as the run is.
    #[serde(default)]
    pub judge_variables: BTreeMap<String, String>,
    /// Of this gate: commands which, in the same script before it, change nothing that it reads.
    #[serde(default)]
    pub idle_before: Vec<Vec<String>>,
    /// The output in which the step says which commit it verified.
    #[serde(default)]
    pub commit_output: Option<String>,
    /// The variable that names the file of outputs.
    #[serde(default)]
    pub output_variable: Option<String>,
    /// The output in which it says `true` where all is verified, and never otherwise.
    #[serde(default)]
    pub verified_output: Option<String>,
    /// Its flags whose value is a place from which it takes what it puts among the programs.
    #[serde(default)]
    pub source_flags: Vec<String>,
    /// It is any program that lies in the tree, whatever it is called.
    #[serde(default)]
    pub of_tree: bool,
    /// It does it only where a word beside names a file of the tree.
    #[serde(default)]
    pub file_of_tree: bool,
    /// It brings something from elsewhere.
    #[serde(default)]
    pub fetches: bool,
    /// Which of its operands says where to.
    #[serde(default)]
    pub target: Option<Operand>,
    /// It puts what it brings here where nothing says where to.
    #[serde(default)]
    pub writes_here: bool,
    /// Its flags that have it put what it brings here, under a name that is not said.
    #[serde(default)]
    pub here_flags: Vec<String>,
    /// Its flags whose value is a file: of what brings something the one that it writes, of what deploys one that it deploys.
    #[serde(default)]
    pub file_flags: Vec<String>,
    /// Its flags that say where to, as a directory; with `archive_flags` it unpacks.
    #[serde(default)]
    pub target_flags: Vec<String>,
    /// It unpacks archives.
    #[serde(default)]
    pub unpacks: bool,
    /// The action's input that says what it builds; the commit of the event where that is not given.
    #[serde(default)]
    pub tree_input: Option<String>,
    /// It deploys what its words name, which was made before, where they name no path of the tree.
    #[serde(default)]
    pub by_name: bool,
    /// Its flags whose value is a name under which it is put, and not what is.
    #[serde(default)]
    pub under_flags: Vec<String>,
    /// Its last word beside flags is such a name.
    #[serde(default)]
    pub under_last: bool,
    /// The inputs of an action that name such a path.
    #[serde(default)]
    pub path_inputs: Vec<String>,
    /// Actions of whose outputs such an input may be one: they make the file of one of the tree and of what they are given.
    #[serde(default)]
    pub rendered_by: Vec<String>,
    /// It is a script's redirection into a file.
    #[serde(default)]
    pub redirects: bool,
    /// It does it but where it only brings what `origin` has, under its own names.
    #[serde(default)]
    pub refspecs: bool,
    /// It does it only with a word that holds one of these, or is not known.
    #[serde(default)]
    pub only_holding: Vec<String>,
    /// Of those that unpack, its flags that name the archive, which is a stream without them; none: the first word is it.
    #[serde(default)]
    pub archive_flags: Vec<String>,
    /// Beginnings of values of those that nobody who pushes a tag can write.
    #[serde(default)]
    pub judge_trusted: Vec<String>,
}

/// One of the words that are no flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operand {
    /// The first.
    First,
    /// The second, if there is one.
    Second,
    /// The last, behind at least one more.
    Last,
}

/// An input of an action.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenInput {
    /// Its name.
    pub input: String,
    /// Values with which the action does nothing of the kind.
    #[serde(default)]
    pub not: Vec<String>,
    /// The only values with which it does; none: any.
    #[serde(default)]
    pub only: Vec<String>,
    /// Texts of which one has to be in it; none: any.
    #[serde(default)]
    pub holding: Vec<String>,
}

impl GivenInput {
    /// Whether the action does it with this value; `None`: that is not known, and it may.
    #[must_use]
    pub fn fits(&self, value: Option<&str>) -> bool {
        let is = |one: &String| value == Some(one);
        value.is_none() || !self.not.iter().any(is) && (self.only.is_empty() || self.only.iter().any(is))
    }

    /// Whether a text that is not known as a whole says what it has to.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        self.holding.is_empty() || self.holding.iter().any(|part| text.contains(part.as_str()))
    }
}

/// What a verification looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verifies {
    /// The tag, by a pinned list of keys.
    Tag,
    /// The tag, by any key of the machine's keyring.
    Keyring,
    /// Nothing yet: it brings the keys that the keyring then holds.
    Keys,
    /// What was built, by an identity that the command names.
    Artefact,
    /// No tag: it is this gate, which judges a change.
    Gate,
    /// Nothing: it puts other files in place of those that are checked out.
    Tree,
    /// Nothing: it puts what the tree holds, or makes, among the programs: where it takes a path of the tree.
    Program,
    /// Nothing: it keeps what the tree holds for later jobs.
    Packed,
    /// Nothing: it brings what an earlier job kept.
    Unpacked,
    /// Nothing: it changes by what, or of which repository, a verification in the same place judges.
    Judge,
    /// Nothing: it runs what the tree says, which may put anything among the programs.
    Code,
    /// Nothing that is known: no row has it.
    #[serde(skip)]
    Unlisted,
    /// Nothing: it makes something by a name that a later command may deploy.
    #[serde(skip)]
    Made,
    /// Nothing: it may leave something behind, of whatever the tree then is, that is deployed.
    #[serde(skip)]
    Left,
}

impl Verifies {
    /// It verifies something.
    #[must_use]
    pub fn verifies(self) -> bool {
        matches!(self, Self::Tag | Self::Keyring | Self::Artefact)
    }
}
