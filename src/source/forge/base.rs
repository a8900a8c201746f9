//! Owns reading from GitHub's API what a shallow checkout lacks of the commits that a change is held against: tips of branches, commits, trees
//! and files, each kept under the id that its own bytes have, and whether a commit lies in a branch's history, which is the forge's word.
//! Refuses to say which are needed and what follows from them.
//!
//! Sources: GitHub's REST API ("Git database", "Compare two commits"); the formats of commits and trees are git's (`git help hash-object`,
//! `git-mktree`).

use std::collections::{BTreeMap, BTreeSet};

use base64ct::{Base64, Encoding as _};
use git2::{ObjectType, Oid};
use serde_json::Value;

use super::ask::Talk;
use super::connect;
use super::written::{commit, tree};
use super::{Forge, Got, escaped, runtime};
use crate::error::Error;
use crate::source::objects::Objects;

/// Objects that are asked for, each of which is a question.
const MOST: usize = 500;
/// Bytes of all objects together.
const ALL_BYTES: usize = 64 << 20;
/// Bytes of an answer about a directory: some 25,000 entries.
const TREE_BYTES: usize = 8 << 20;
/// Bytes of an answer about a commit.
const COMMIT_BYTES: usize = 4 << 20;
/// What stands around the text of a file in its answer.
const AROUND: usize = 4096;

/// What is to be had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Commits with their trees and all files of them.
    pub commits: Vec<Oid>,
    /// Branches, without prefix: their tips, the same.
    pub branches: BTreeSet<String>,
    /// Whether this commit lies in the history of that branch.
    pub on_branch: Option<(Oid, String)>,
    /// Whether the first commit lies in the history of the second.
    pub before: Option<(Oid, Oid)>,
}

/// What a forge told of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// Tips by branch, without prefix.
    pub tips: BTreeMap<String, Oid>,
    /// The bytes of objects.
    pub objects: Vec<(Kind, Vec<u8>)>,
    /// A commit and a later one in whose history it lies.
    pub within: BTreeSet<(Oid, Oid)>,
    /// Why something is lacking.
    pub failed: Option<String>,
    /// The commit of which only a part came.
    pub partial: Option<Oid>,
}

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A commit.
    Commit,
    /// A directory.
    Tree,
    /// A file.
    Blob,
}

/// Reads what is wanted and not here. What does not come is said in the answer.
///
/// # Errors
/// Usage: the address, the name, the token, the proxy or the certificates cannot be used.
pub fn base(forge: &Forge, wanted: &Wanted, here: &Objects, file_bytes: usize) -> Result<Base, Error> {
    let (address, prefix) = (connect::base(&forge.api)?, forge.route()?);
    runtime()?.block_on(async {
        let talk = Talk::new(forge, &address)?;
        let (had, base) = (BTreeSet::new(), Base::default());
        let mut asking = Asking { talk, prefix, here, wanted, file_bytes, left: MOST, had, base };
        if let Err(why) = asking.all().await {
            asking.base.failed = Some(why);
        }
        Ok(asking.base)
    })
}

struct Asking<'a> {
    talk: Talk,
    prefix: String,
    here: &'a Objects,
    wanted: &'a Wanted,
    file_bytes: usize,
    left: usize,
    had: BTreeSet<Oid>,
    base: Base,
}

impl Asking<'_> {
    async fn all(&mut self) -> Result<(), String> {
        let wanted = self.wanted;
        for commit in &wanted.commits {
            self.commit(*commit).await?;
        }
        for branch in &wanted.branches {
            let found = self.get(&format!("/git/ref/heads/{}", escaped(branch)), COMMIT_BYTES).await?;
            let full = format!("refs/heads/{branch}");
            if found.get("ref").and_then(Value::as_str) != Some(full.as_str()) {
                return Err(format!("it was asked for {full} and answers with another reference"));
            }
            let tip = id(found.pointer("/object/sha"))?;
            self.base.tips.insert(branch.clone(), tip);
        }
        for branch in &wanted.branches {
            self.commit(self.base.tips[branch]).await?;
        }
        let on_branch = wanted.on_branch.as_ref().and_then(|(commit, branch)| Some((*commit, *self.base.tips.get(branch)?)));
        for (old, new) in on_branch.into_iter().chain(wanted.before) {
            self.compare(old, new).await?;
        }
        Ok(())
    }

    /// Whether one commit lies in the history of another: then it is where they meet. Of the second page on an answer lists no files.
    async fn compare(&mut self, old: Oid, new: Oid) -> Result<(), String> {
        if old != new {
            let found = self.get(&format!("/compare/{old}...{new}?per_page=1&page=2"), COMMIT_BYTES).await?;
            if id(found.pointer("/merge_base_commit/sha"))? != old {
                return Ok(());
            }
        }
        self.base.within.insert((old, new));
        Ok(())
    }

    /// A commit, its trees, and its files.
    async fn commit(&mut self, id: Oid) -> Result<(), String> {
        self.base.partial = Some(id);
        self.tree_of(id).await?;
        self.base.partial = None;
        Ok(())
    }

    async fn tree_of(&mut self, id: Oid) -> Result<(), String> {
        let root = match crate::source::commit::read(self.here, id) {
            Ok(read) => read.tree,
            Err(_) => {
                let found = self.get(&format!("/git/commits/{id}"), COMMIT_BYTES).await?;
                let bytes = commit(&found, id).ok_or_else(|| format!("what it gives as the commit {id} has another id"))?;
                let read = crate::source::commit::parse(&bytes).ok_or_else(|| format!("the commit {id} is none"))?;
                self.base.objects.push((Kind::Commit, bytes));
                read.tree
            }
        };
        let mut pending = vec![root];
        while let Some(id) = pending.pop() {
            if self.has(id) {
                continue;
            }
            let found = self.get(&format!("/git/trees/{id}"), TREE_BYTES).await?;
            let (bytes, entries) =
                tree(&found, id).ok_or_else(|| format!("what it gives as the directory {id} has another id"))?;
            self.base.objects.push((Kind::Tree, bytes));
            for entry in entries {
                match entry.kind {
                    Kind::Tree => pending.push(entry.id),
                    Kind::Blob if entry.size.is_none_or(|size| size <= self.file_bytes) => self.blob(entry.id).await?,
                    // A file that is too large to be read, and a submodule.
                    Kind::Blob | Kind::Commit => {}
                }
            }
        }
        Ok(())
    }

    async fn blob(&mut self, blob: Oid) -> Result<(), String> {
        if self.has(blob) {
            return Ok(());
        }
        let found = self.get(&format!("/git/blobs/{blob}"), self.file_bytes * 2 + AROUND).await?;
        let text: String = found.get("content").and_then(Value::as_str).unwrap_or_default().split_ascii_whitespace().collect();
        let bytes = Base64::decode_vec(&text).ok().filter(|_| found.get("encoding").and_then(Value::as_str) == Some("base64"));
        let is_it = |bytes: &Vec<u8>| Oid::hash_object(ObjectType::Blob, bytes).is_ok_and(|found| found == blob);
        let bytes = bytes.filter(is_it).ok_or_else(|| format!("what it gives as the file {blob} has another id"))?;
        self.base.objects.push((Kind::Blob, bytes));
        Ok(())
    }

    /// Whether it is here, or was asked for.
    fn has(&mut self, id: Oid) -> bool {
        self.here.header(id).is_ok() || !self.had.insert(id)
    }

    async fn get(&mut self, route: &str, most: usize) -> Result<Value, String> {
        let had: usize = self.base.objects.iter().map(|(_, bytes)| bytes.len()).sum();
        if had > ALL_BYTES {
            return Err(format!("more than {} MiB would have to be read", ALL_BYTES >> 20));
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| format!("more than {MOST} objects would have to be asked for"))?;
        match self.talk.ask_long(&format!("{}{route}", self.prefix), most).await {
            Got::Is(value) => Ok(value),
            Got::Missing(_) => Err(format!("it shows nothing at {route}")),
            Got::Refused(_) | Got::Plan(_) => Err("it refuses (status 403): the token needs `contents: read`".to_owned()),
            Got::Failed(why) => Err(why),
        }
    }
}

fn id(value: Option<&Value>) -> Result<Oid, String> {
    let text = value.and_then(Value::as_str).unwrap_or_default();
    let full = text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    Oid::from_str(text).ok().filter(|_| full).ok_or_else(|| "an object id of its answer is none".to_owned())
}
