//! Owns reading `history.fi`, the part of git's fast-import language that it uses, so that no git is needed to build it.
#![expect(clippy::disallowed_methods, reason = "it writes the repository of a test")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use git2::{ObjectType, Oid, Repository, Signature, Time, Tree};

/// The commits of a history by name.
pub(super) struct History {
    commits: BTreeMap<String, Oid>,
    /// Every object's type and bytes.
    objects: Vec<(ObjectType, Vec<u8>)>,
    /// All of them in one pack: its name and bytes, and those of its index.
    pack: Vec<(String, Vec<u8>)>,
}

static HISTORY: LazyLock<History> = LazyLock::new(History::read);

impl History {
    /// The history, read once.
    pub(super) fn get() -> &'static Self {
        &HISTORY
    }

    fn read() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = Repository::init_bare(folder.path()).expect("a repository");
        let text = std::fs::read(super::case::folder().join("history.fi")).expect("history.fi");
        let mut reading = Reading { rest: &text, repository: &repository, marks: BTreeMap::new(), commits: BTreeMap::new() };
        while !reading.rest.is_empty() {
            reading.commit();
        }
        let commits = reading.commits;
        let odb = repository.odb().expect("objects");
        let mut ids = Vec::new();
        odb.foreach(|id| {
            ids.push(*id);
            true
        })
        .expect("listed");
        let mut builder = repository.packbuilder().expect("a builder");
        let mut objects = Vec::new();
        for id in ids {
            builder.insert_object(id, None).expect("inserted");
            let object = odb.read(id).expect("an object");
            objects.push((object.kind(), object.data().to_vec()));
        }
        let out = folder.path().join("objects/pack");
        builder.write(&out, 0).expect("written");
        let files = std::fs::read_dir(out).expect("packs").flatten();
        let pack = files
            .map(|file| (file.file_name().to_string_lossy().into_owned(), std::fs::read(file.path()).expect("read")))
            .collect();
        Self { commits, objects, pack }
    }

    /// Writes all objects into a git directory, as one pack.
    pub(super) fn write(&self, git: &Path) {
        for (name, bytes) in &self.pack {
            std::fs::write(git.join("objects/pack").join(name), bytes).expect("written");
        }
    }

    /// Takes the pack away and writes all objects but one, each in a file of its own.
    pub(super) fn write_without(&self, git: &Path, left_out: Oid) {
        for (name, _) in &self.pack {
            std::fs::remove_file(git.join("objects/pack").join(name)).expect("removed");
        }
        let repository = Repository::open(git).expect("opens");
        let odb = repository.odb().expect("objects");
        for (kind, bytes) in &self.objects {
            if Oid::hash_object(*kind, bytes).expect("an id") != left_out {
                odb.write(*kind, bytes).expect("written");
            }
        }
    }

    /// The id of a commit by its name.
    pub(super) fn id(&self, name: &str) -> Oid {
        *self.commits.get(name).unwrap_or_else(|| panic!("history.fi has no commit {name}"))
    }
}

struct Reading<'a> {
    rest: &'a [u8],
    repository: &'a Repository,
    marks: BTreeMap<String, Oid>,
    commits: BTreeMap<String, Oid>,
}

impl Reading<'_> {
    fn line(&mut self) -> String {
        let end = self.rest.iter().position(|byte| *byte == b'\n').expect("a line");
        let line = String::from_utf8(self.rest[..end].to_vec()).expect("text");
        self.rest = &self.rest[end + 1..];
        line
    }

    fn after(&mut self, key: &str) -> String {
        let line = self.line();
        line.strip_prefix(key).unwrap_or_else(|| panic!("`{line}` is not `{key}…`")).to_owned()
    }

    fn maybe(&mut self, key: &str) -> Option<String> {
        self.rest.starts_with(key.as_bytes()).then(|| self.after(key))
    }

    fn data(&mut self) -> Vec<u8> {
        let length: usize = self.after("data ").parse().expect("a length");
        let data = self.rest[..length].to_vec();
        self.rest = &self.rest[length..];
        if self.rest.first() == Some(&b'\n') {
            self.rest = &self.rest[1..];
        }
        data
    }

    fn commit(&mut self) {
        let name = self.after("# ");
        let _branch = self.after("commit ");
        let mark = self.after("mark ");
        let author = ident(&self.after("author "));
        let committer = ident(&self.after("committer "));
        let message = String::from_utf8(self.data()).expect("text");
        let mut parents = Vec::new();
        while let Some(parent) = self.maybe("from ").or_else(|| self.maybe("merge ")) {
            parents.push(self.marks[&parent]);
        }
        let repository = self.repository;
        let parents: Vec<_> = parents.iter().map(|id| repository.find_commit(*id).expect("a parent")).collect();
        let mut tree = parents.first().map(|parent| parent.tree().expect("a tree"));
        while let Some(line) = self.maybe("M ") {
            let mut words = line.splitn(3, ' ');
            let (mode, what, path) = (words.next().expect("mode"), words.next().expect("what"), words.next().expect("path"));
            let mode = i32::from_str_radix(mode, 8).expect("a mode");
            let id = match what {
                "inline" => {
                    let data = self.data();
                    repository.blob(&data).expect("a blob")
                }
                id => Oid::from_str(id).expect("an id"),
            };
            tree = Some(with(repository, tree.as_ref(), path, id, mode));
        }
        while self.rest.first() == Some(&b'\n') {
            self.rest = &self.rest[1..];
        }
        let refs: Vec<_> = parents.iter().collect();
        let id = repository.commit(None, &author, &committer, &message, &tree.expect("a tree"), &refs).expect("a commit");
        self.marks.insert(mark, id);
        self.commits.insert(name, id);
    }
}

/// The tree with one entry put in its place.
fn with<'r>(repository: &'r Repository, tree: Option<&Tree<'r>>, path: &str, id: Oid, mode: i32) -> Tree<'r> {
    let mut builder = repository.treebuilder(tree).expect("a builder");
    match path.split_once('/') {
        None => drop(builder.insert(path, id, mode).expect("an entry")),
        Some((folder, rest)) => {
            let inner = tree.and_then(|tree| tree.get_name(folder).and_then(|entry| repository.find_tree(entry.id()).ok()));
            let inner = with(repository, inner.as_ref(), rest, id, mode);
            builder.insert(folder, inner.id(), 0o040_000).expect("an entry");
        }
    }
    repository.find_tree(builder.write().expect("written")).expect("a tree")
}

/// `Name <mail> SECONDS +0000`.
fn ident(text: &str) -> Signature<'static> {
    let (name, rest) = text.split_once(" <").expect("a name");
    let (mail, time) = rest.split_once("> ").expect("a mail");
    let seconds: i64 = time.split(' ').next().expect("a time").parse().expect("seconds");
    Signature::new(name, mail, &Time::new(seconds, 0)).expect("an identity")
}
