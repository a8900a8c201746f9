//! Owns building the repository of a case, and asking about it as the command does.
#![expect(clippy::disallowed_methods, reason = "it writes the repository of a test")]

use std::fs;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Repository};
use tempfile::TempDir;
use tollgate::catalog::Catalog;
use tollgate::error::{Error, Kind};
use tollgate::inspect::Moment;
use tollgate::inspect::tags::{Expected, TagRequest, verify};
use tollgate::limits::Limits;
use tollgate::report::tags::{TagReport, Word};
use tollgate::signing::state_log::Entry;
use tollgate::signing::trust::Trust;
use tollgate::terms::Reading;

use super::case::{Case, folder};
use super::history::History;
use super::planting;

/// References that every repository has.
const BASE: [(&str, &str); 7] = [
    ("HEAD", "-> refs/heads/main"),
    ("refs/heads/main", "commit:tip"),
    ("refs/remotes/origin/main", "commit:tip"),
    ("refs/remotes/origin/HEAD", "-> refs/remotes/origin/main"),
    ("refs/tags/v1.0", "v1.0"),
    ("refs/tags/v1.1", "v1.1"),
    ("refs/tags/v2.0", "v2.0"),
];

/// A repository as a case wants it.
pub(super) struct Built {
    pub(super) directory: TempDir,
    /// What `--repo` names.
    pub(super) path: PathBuf,
    /// Its git directory.
    pub(super) git: PathBuf,
    pub(super) history: &'static History,
    pub(super) repository: Repository,
    /// The state log, when the case has one.
    pub(super) log: Option<PathBuf>,
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) verdict: String,
    pub(super) step: Option<String>,
    /// Reason, remedy, notes.
    pub(super) text: String,
    pub(super) remedies: Vec<String>,
    pub(super) commit: Option<String>,
    pub(super) signers: Vec<String>,
    pub(super) report: Option<TagReport>,
}

/// Asks again while the log is locked: other tests start programs, and between fork and exec a child holds every lock of this process.
pub(super) fn unlocked<T>(ask: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
    for _ in 0..400 {
        match ask() {
            Err(error) if error.message.contains("another verification holds it") => {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            answer => return answer,
        }
    }
    ask()
}

/// The bytes of a file in `tags/`.
pub(super) fn tag_bytes(file: &str) -> Vec<u8> {
    fs::read(folder().join("tags").join(file)).unwrap_or_else(|problem| panic!("tags/{file}: {problem}"))
}

impl Built {
    pub(super) fn new(case: &Case) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("work");
        let bare = case.plant.iter().any(|word| word == "bare");
        let repository = if bare { Repository::init_bare(&path) } else { Repository::init(&path) }.expect("a repository");
        let git = repository.path().to_path_buf();
        let history = History::get();
        history.write(&git);
        let mut built = Self { directory, path, git, history, repository, log: None };
        for (name, value) in BASE {
            built.point(name, value);
        }
        if let (Some(tag), Some(name)) = (&case.tag, case.arguments.first()) {
            built.point(&format!("refs/tags/{name}"), tag);
        }
        for (name, value) in &case.refs {
            let full = if name.starts_with("refs/") { name.clone() } else { format!("refs/tags/{name}") };
            built.point(&full, value);
        }
        for word in &case.plant {
            planting::plant(&mut built, word);
        }
        if let Some(lines) = &case.log {
            let path = built.directory.path().join("log");
            let text: String = lines.iter().map(|line| built.line(line) + "\n").collect();
            fs::write(&path, text).expect("a log");
            built.log = Some(path);
        }
        built
    }

    /// The file that planted programs would leave.
    pub(super) fn ran(&self) -> PathBuf {
        self.directory.path().join("ran")
    }

    fn line(&self, line: &super::case::Logged) -> String {
        let bytes = tag_bytes(&line.object);
        let entry = Entry {
            schema: 1,
            tag: line.tag.clone(),
            object: oid(&bytes).to_string(),
            payload: Some(sha256(&bytes[..payload(&bytes)])),
            commit: self.history.id("c2").to_string(),
            policy: line.policy.as_ref().map(|name| self.history.id(name).to_string()),
            countersigned: line
                .countersigned
                .as_ref()
                .map(|files| files.iter().map(|file| oid(&tag_bytes(file)).to_string()).collect()),
            signed: line.signed.clone(),
            time: line.time.clone(),
        };
        serde_json::to_string(&entry).expect("a line")
    }

    /// Writes a loose reference, whatever it says.
    pub(super) fn point(&self, name: &str, value: &str) {
        let text = match (value.strip_prefix("-> "), value.strip_prefix("commit:")) {
            (Some(target), _) => format!("ref: {target}\n"),
            (_, Some(commit)) => format!("{}\n", self.history.id(commit)),
            _ => format!("{}\n", write_tag(&self.repository, &tag_bytes(value))),
        };
        self.plant_file(name, text.as_bytes());
    }

    /// Writes a file below the git directory.
    pub(super) fn plant_file(&self, name: &str, bytes: &[u8]) {
        let path = self.git.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, bytes).expect("written");
    }

    /// Where the object's loose file is.
    pub(super) fn loose(&self, id: Oid) -> PathBuf {
        let name = id.to_string();
        self.git.join("objects").join(&name[..2]).join(&name[2..])
    }

    /// The request of a case.
    pub(super) fn request(&self, case: &Case) -> TagRequest {
        let policies = folder().join("policies");
        let file = (case.policy != "@" && !case.policy.starts_with("refs/")).then(|| match case.policy.strip_prefix("inside:") {
            Some(inside) => self.path.join(inside),
            None => policies.join(format!("{}.toml", case.policy)),
        });
        let mut expected = Vec::new();
        if case.expect_commit.is_some() || case.expect_version.is_some() {
            let commit = case.expect_commit.as_ref().map(|name| self.history.id(name).to_string());
            expected.push(Expected { by: "version.json".to_owned(), tag: None, commit, version: case.expect_version.clone() });
        }
        TagRequest {
            repository: self.path.clone(),
            tags: if case.all { Vec::new() } else { case.arguments.clone() },
            all: case.all,
            policy_file: file,
            policy_ref: case.policy.starts_with("refs/").then(|| case.policy.clone()),
            org_policy: None,
            require_branch: case.require_branch.clone(),
            expected,
            state: self.log.clone(),
            allow_rollback: case.allow_rollback,
            now: Moment { at: case.now.parse().expect("a time"), given: true },
            limits: Limits::default(),
            started_by: None,
            default_branch: None,
            actions: case.actions,
            ignored_variables: Vec::new(),
        }
    }

    /// Whom the case's policy trusts.
    pub(super) fn trust(&self, case: &Case) -> Trust {
        let request = self.request(case);
        let directory = folder().join("policies");
        let open = |name: &str| tollgate::source::file_beside(&directory, name, request.limits.file_bytes);
        let file = tollgate::source::read_named_file(&policy(&case.policy), request.limits.file_bytes).expect("a policy");
        let reading = Reading { catalog: Catalog::builtin(), today: request.now.date(), open: &open, org: None };
        let policy = tollgate::terms::read(Some(file), &reading).expect("a policy");
        tollgate::terms::trust::trust(&policy, &open, request.now.at.as_second()).expect("keys")
    }

    /// Asks.
    pub(super) fn verify(&self, case: &Case) -> Found {
        self.ask(&self.request(case))
    }

    /// Asks what no case says.
    #[expect(clippy::unused_self, reason = "the repository lives as long as what is asked about it")]
    pub(super) fn ask(&self, request: &TagRequest) -> Found {
        match unlocked(|| verify(request)) {
            Ok(report) => Found::of(report),
            Err(error) => Found {
                verdict: if error.kind == Kind::Usage { "usage" } else { "incomplete" }.to_owned(),
                step: None,
                text: error.each().map(ToString::to_string).collect::<Vec<_>>().join("; "),
                remedies: Vec::new(),
                commit: None,
                signers: Vec::new(),
                report: None,
            },
        }
    }
}

impl Found {
    /// The worst tag of a report.
    fn of(report: TagReport) -> Self {
        let rank = |word: Word| match word {
            Word::Rejected => 2,
            Word::Indeterminate => 1,
            Word::Verified => 0,
        };
        let worst = report.tags.iter().max_by_key(|tag| rank(tag.word())).expect("a tag");
        let mut text: Vec<String> = worst.notes.iter().chain(&report.notes).cloned().collect();
        if let Some(refusal) = &worst.refusal {
            text.extend([refusal.reason.clone(), refusal.remedy.clone()]);
        }
        let mut signers: Vec<String> =
            worst.signers.iter().filter(|signer| signer.counted).filter_map(|signer| signer.person.clone()).collect();
        signers.dedup();
        Self {
            verdict: match worst.word() {
                Word::Verified => "verified",
                Word::Rejected => "rejected",
                Word::Indeterminate => "indeterminate",
            }
            .to_owned(),
            step: worst.refusal.as_ref().map(|refusal| refusal.step.word().to_owned()),
            text: text.join("; "),
            remedies: report.tags.iter().filter_map(|tag| tag.refusal.as_ref()).map(|refusal| refusal.remedy.clone()).collect(),
            commit: worst.commit.clone(),
            signers,
            report: Some(report),
        }
    }
}

/// Writes an object of any bytes as a tag: git2 checks nothing here.
pub(super) fn write_tag(repository: &Repository, bytes: &[u8]) -> Oid {
    repository.odb().expect("objects").write(ObjectType::Tag, bytes).expect("written")
}

/// The id of a tag of these bytes.
pub(super) fn oid(bytes: &[u8]) -> Oid {
    Oid::hash_object(ObjectType::Tag, bytes).expect("an id")
}

/// Where the first signature block begins.
pub(super) fn payload(bytes: &[u8]) -> usize {
    let find = |marker: &str| memchr::memmem::find(bytes, format!("\n-----BEGIN {marker} SIGNATURE-----").as_bytes());
    find("PGP").or_else(|| find("SSH")).map_or(bytes.len(), |at| at + 1)
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A policy in `policies/`.
pub(super) fn policy(name: &str) -> PathBuf {
    folder().join("policies").join(format!("{name}.toml"))
}

/// Whether a file is there, for plants that prove themselves.
pub(super) fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}
