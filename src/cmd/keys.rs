//! Owns `keys add`: a maintainer's key into the policy file and its certificate beside it. Nothing is written unless the whole policy
//! holds with it. Refuses to write anywhere but below the policy's own folder.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::policy::standing;
use super::{Context, output, request};
use crate::catalog::Catalog;
use crate::cli::{KeysAddArgs, KeysArgs, KeysCommand};
use crate::error::Error;
use crate::limits::Limits;
use crate::policy::origin::POLICY_FILE;
use crate::signing::{openpgp, ssh::SshKey};
use crate::source;
use crate::terms::add_key::{self, KeyLine, NewKey};
use crate::terms::{self, Reading, read};
use crate::text::{RepoPath, SourceFile, escape};

/// Runs it.
pub(super) fn run(context: &Context, args: &KeysArgs) -> Result<u8, Error> {
    let KeysCommand::Add(args) = &args.command;
    let text = add(context, args)?;
    context.streams.print(text.as_bytes())?;
    Ok(0)
}

/// A certificate that goes beside the policy.
struct Beside {
    name: String,
    text: String,
}

impl Beside {
    /// Takes in what the file that is there says and this one does not; whether there was such.
    ///
    /// # Errors
    /// The file that is there says what would be lost.
    fn keep(&mut self, directory: &Path, limits: &Limits) -> Result<bool, Error> {
        let Some(old) = source::file_beside(directory, &self.name, limits.file_bytes)? else { return Ok(false) };
        let merged = openpgp::merged(&old.text, &self.text).map_err(|lost| {
            let error =
                Error::usage(format!("`{}` cannot be put together with the newer certificate without losing {lost}", self.name));
            error.hint("keep the file; or, if what it says counts no more, delete it first and have that reviewed")
        })?;
        let more = merged.is_some();
        self.text = merged.unwrap_or_else(|| std::mem::take(&mut self.text));
        Ok(more)
    }
}

fn add(context: &Context, args: &KeysAddArgs) -> Result<String, Error> {
    if context.common.policy_ref.is_some() {
        return Err(Error::usage("--policy-ref does not go with `keys add`, which writes a file").hint("name one with --policy"));
    }
    let limits = Limits::default();
    let own = own_policy();
    let policy = context.common.policy.clone().unwrap_or_else(|| own.clone());
    let before = if policy.exists() { request::read_file(&policy, &limits)? } else { "schema = 1\n".to_owned() };
    let directory = policy.parent().map(Path::to_path_buf).unwrap_or_default();
    let (key, mut beside) = given(args, &limits)?;
    let kept = beside.as_mut().map_or(Ok(false), |beside| beside.keep(&directory, &limits))?;
    let person = args.person.clone();
    if let Some(why) = terms::name_problem(&person) {
        return Err(Error::usage(format!("`{person}` is no name of a person: {why}")).hint(terms::NAME));
    }
    let new = NewKey {
        person: person.clone(),
        roles: args.role.clone(),
        email: args.email.clone(),
        key: key.clone(),
        valid_after: args.valid_after.clone(),
        valid_before: args.valid_before.clone(),
    };
    let (after, added) = add_key::add(&before, &new)?;
    let now = request::now(context.common.now.as_deref(), context.environment.ci, cfg!(debug_assertions))?;
    let open = |name: &str| match beside.as_ref().filter(|beside| beside.name == name) {
        Some(beside) => Ok(Some(file(&beside.name, beside.text.clone()))),
        None => source::file_beside(&directory, name, limits.file_bytes),
    };
    // As a whole, before anything is written.
    let whole = file(&policy.to_string_lossy(), after.clone());
    let reading = Reading { catalog: Catalog::builtin(), today: now.date(), open: &open, org: None };
    let judged = read(Some(whole), &reading)?;
    let trust = terms::trust::trust(&judged, &open, now.at.as_second())?;
    let mut out = String::new();
    let held = trust.people.iter().find(|trusted| trusted.name == person);
    let what = match &key {
        KeyLine::OpenPgp(fingerprint) => {
            let own = judged
                .people
                .get(&person)
                .and_then(|person| person.pgp.iter().find(|key| key.id.eq_ignore_ascii_case(fingerprint)));
            if let (Some(cert), Some(beside)) = (own.and_then(|key| key.cert.as_ref()), &beside)
                && *cert != beside.name
            {
                let error = Error::usage(format!("the policy keeps the certificate of this key in `{cert}`"));
                return Err(error.hint("write the new one there; `tollgate policy check` reads it"));
            }
            format!("OpenPGP key {fingerprint}")
        }
        KeyLine::Ssh(line) => format!("SSH key {}", SshKey::parse(line).map(|key| key.fingerprint).unwrap_or_default()),
    };
    let mut written = Vec::new();
    if let Some(beside) = &beside
        && !source::file_beside(&directory, &beside.name, limits.file_bytes)
            .is_ok_and(|old| old.is_some_and(|old| old.text == beside.text))
    {
        write_beside(&directory, beside)?;
        written.push(directory.join(&beside.name));
    }
    let new = after != before || !policy.exists();
    if new {
        output::replace(&policy, after.as_bytes())?;
    }
    let counts = is_same(&policy, &own);
    if new {
        written.insert(0, policy);
    }
    let word = if added { "added" } else { "was there already" };
    let roles = judged.people.get(&person).map(|person| person.roles.join(", ")).unwrap_or_default();
    out.push_str(&format!("{word}: {}, {what}; roles: {roles}\n", escape::line(&person)));
    if kept {
        out.push_str("  what the older file said of the key is kept beside the newer: releases are judged by what it said when they were signed\n");
    }
    written.iter().for_each(|path| out.push_str(&format!("  {}\n", escape::line(&path.to_string_lossy()))));
    if let KeyLine::OpenPgp(fingerprint) = &key
        && let Some(key) = held
            .and_then(|person| person.keys(trust.now, trust.sha1_self_signatures).into_iter().find(|key| key.key == *fingerprint))
    {
        out.push_str(&format!("  {}\n", standing(&key)));
    }
    out.push_str(match (written.is_empty(), counts) {
        (true, _) => "nothing changed\n",
        (false, true) => "next: commit this, and have the change reviewed; it counts from the day it is on the default branch\n",
        (false, false) => "next: have the change reviewed; it counts only where --policy names this file\n",
    });
    Ok(out)
}

/// The policy that counts: of a work tree the one at its root, wherever in it this runs; else the one here.
fn own_policy() -> PathBuf {
    let here = Path::new(".");
    let below = source::work_tree(here).zip(here.canonicalize().ok());
    let below = below.and_then(|(root, here)| here.strip_prefix(root).map(Path::to_path_buf).ok());
    below.iter().flat_map(|below| below.components()).map(|_| "..").collect::<PathBuf>().join(POLICY_FILE)
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// The key that was named, and the certificate to write.
fn given(args: &KeysAddArgs, limits: &Limits) -> Result<(KeyLine, Option<Beside>), Error> {
    if let Some(path) = &args.pgp {
        const ARMOR: &str = "the output of `gpg --export --armor FINGERPRINT` for exactly one key";
        let text = content(path, limits).map_err(|error| {
            let binary = error.message.ends_with("is not UTF-8");
            if binary { error.hint(ARMOR) } else { error }
        })?;
        let shown = path.display();
        let fingerprint =
            openpgp::primary(text.as_bytes()).map_err(|why| Error::usage(format!("`{shown}` is refused: {why}")).hint(ARMOR))?;
        let beside = Beside { name: format!(".tollgate/keys/{fingerprint}.asc"), text };
        return Ok((KeyLine::OpenPgp(fingerprint), Some(beside)));
    }
    let Some(path) = &args.ssh else { return Err(Error::usage("no key is named").hint("--pgp FILE or --ssh FILE")) };
    let text = content(path, limits)?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return Err(
            Error::usage(format!("`{}` is not one SSH public key in one line", path.display())).hint("name the .pub file")
        );
    };
    if line.contains("PRIVATE KEY") {
        return Err(Error::usage(format!("`{}` is a private key", path.display())).hint("name the .pub file beside it"));
    }
    let refused = |why: String| Error::usage(format!("`{}` is refused: {why}", path.display()));
    let key = SshKey::parse(line).map_err(|why| refused(why).hint("name the .pub file"))?;
    if let Some(why) = key.problem() {
        return Err(refused(why).hint("make another one: ssh-keygen -t ed25519"));
    }
    Ok((KeyLine::Ssh(line.to_owned()), None))
}

/// A named file; `-` is the standard input.
fn content(path: &Path, limits: &Limits) -> Result<String, Error> {
    if path.as_os_str() != "-" {
        return request::read_file(path, limits);
    }
    let mut text = String::new();
    let most = limits.file_bytes as u64;
    let read = std::io::stdin().take(most + 1).read_to_string(&mut text);
    match read {
        Ok(length) if length as u64 > most => {
            Err(Error::usage(format!("the standard input has more than {most} bytes")).hint("give it one key"))
        }
        Ok(_) => Ok(text),
        Err(problem) => {
            Err(Error::usage(format!("the standard input cannot be read: {problem}"))
                .hint("give it a key in armor, or name a file"))
        }
    }
}

fn file(name: &str, text: String) -> Arc<SourceFile> {
    SourceFile::new(RepoPath::from_git_bytes(name.as_bytes()), text)
}

/// Writes the certificate; a folder on the way that is a link to elsewhere is refused.
fn write_beside(directory: &Path, beside: &Beside) -> Result<(), Error> {
    let here = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let path = here.join(&beside.name);
    let folder = path.parent().unwrap_or(here);
    let failed = |problem: std::io::Error| {
        Error::incomplete(format!("{} cannot be written: {problem}", path.display())).hint("see who may write there")
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let (folder, root) = (folder.canonicalize().map_err(failed)?, here.canonicalize().map_err(failed)?);
    if !folder.starts_with(root) {
        return Err(Error::usage(format!("{} lies elsewhere than the policy: a folder on the way is a link", path.display()))
            .hint("make it a folder of its own"));
    }
    output::replace(&path, beside.text.as_bytes())
}
