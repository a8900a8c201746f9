//! Owns which branch is the default one, and which branches exist. Refuses the configuration, which the repository's owner
//! did not write.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultBranch {
    /// This one.
    Known(String),
    /// Nothing decides between these, so each of them counts.
    OneOf(Vec<String>),
}

impl DefaultBranch {
    /// The names that count.
    #[must_use]
    pub fn names(&self) -> &[String] {
        match self {
            Self::Known(name) => std::slice::from_ref(name),
            Self::OneOf(names) => names,
        }
    }
}
