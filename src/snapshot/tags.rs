//! Owns the list of all tags with what their objects say. Refuses to verify signatures and to choose releases.

use git2::{ObjectType, Oid};

use crate::error::Error;
use crate::signing::tag_object::{self, SignatureKind};
use crate::source::refs::Ref;
use crate::source::{Repository, commit};

use super::Snapshot;

/// Where tags are.
const TAGS: &str = "refs/tags/";

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name without `refs/tags/`.
    pub name: String,
    /// The object that the reference names, in lower-case hex; empty when the reference cannot be read.
    pub object: String,
    /// What it stands for once all tag objects are parsed: a commit, but for a tag of a tree or blob; where an object on the
    /// way is missing, the id that the last one read names.
    pub target: Option<String>,
    /// Whether the reference names a tag object.
    pub annotated: bool,
    /// The kind of signature block, unverified.
    pub signature: SignatureKind,
    /// Tagger's time, of a lightweight tag the commit's committer time, in seconds since the epoch.
    pub date: Option<i64>,
    /// What is wrong with it, when something is.
    pub problem: Option<String>,
}

impl Snapshot {
    /// All tags of the repository as they are now, newest first by date, then by name descending; none for a plain folder.
    ///
    /// # Errors
    /// The references cannot be listed. A tag that cannot be read is listed with its problem.
    pub fn tags(&self) -> Result<Vec<Tag>, Error> {
        let Some(repository) = self.repository() else { return Ok(Vec::new()) };
        let mut tags = Vec::new();
        for (name, held) in repository.refs.list(TAGS, self.limits().paths)? {
            tags.push(self.tag(repository, &name, held));
        }
        tags.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| b.name.cmp(&a.name)));
        Ok(tags)
    }

    fn tag(&self, repository: &Repository, full_name: &str, held: Result<Ref, Error>) -> Tag {
        let mut tag = Tag {
            name: full_name.strip_prefix(TAGS).unwrap_or(full_name).to_owned(),
            object: String::new(),
            target: None,
            annotated: false,
            signature: SignatureKind::None,
            date: None,
            problem: None,
        };
        let resolved = held.and_then(|held| match held {
            Ref::Direct(id) => Ok(Some(id)),
            Ref::Symbolic(target) => {
                tag.problem = Some(format!("it is a symbolic reference to {target}"));
                repository.refs.resolve(&target)
            }
        });
        match resolved {
            Ok(Some(id)) => {
                tag.object = id.to_string();
                tag.target = Some(id.to_string());
                if let Err(problem) = self.describe(repository, id, &mut tag) {
                    tag.problem = Some(problem);
                }
            }
            Ok(None) => tag.problem = Some("it leads to no object".to_owned()),
            Err(error) => tag.problem = Some(error.message),
        }
        tag
    }

    fn describe(&self, repository: &Repository, id: Oid, tag: &mut Tag) -> Result<(), String> {
        let tag_bytes = self.limits().tag_bytes;
        let objects = &repository.objects;
        let (_, kind) = objects.header(id).map_err(|error| format!("object {id} {error}"))?;
        if kind == ObjectType::Tag {
            tag.annotated = true;
            let object = objects.read(id, ObjectType::Tag, tag_bytes).map_err(|error| format!("object {id} {error}"))?;
            let parsed = tag_object::parse(object.data()).map_err(|why| format!("object {id} is no tag object: {why}"))?;
            tag.signature = parsed.signature;
            tag.date = parsed.tagger_time;
            // What the tag object names is known even where that object is not here (a shallow or partial copy).
            tag.target = Some(parsed.object.clone());
        }
        let (target, kind) = objects.peel(id, tag_bytes).map_err(|(missing, error)| {
            tag.target = tag.annotated.then(|| missing.to_string());
            format!("object {missing} {error}")
        })?;
        tag.target = Some(target.to_string());
        if kind != ObjectType::Commit {
            return Err(format!("it stands for a {}, not a commit", kind.str()));
        }
        if !tag.annotated {
            tag.date = commit::read(objects, target).map_err(|error| format!("commit {target} {error}"))?.time;
        }
        Ok(())
    }
}
