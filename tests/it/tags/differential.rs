//! Owns the comparison with `git verify-tag`, gpg, ssh-keygen and sqv where they are on the machine: they agree on every case but those
//! that `cases.toml` documents. `TOLLGATE_MEASURE=FILE` writes what git says of every case instead.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use super::case::{self, Case, folder};
use super::repository::Built;

/// Programs without which nothing is compared.
const NEEDED: [&str; 3] = ["git", "gpg", "ssh-keygen"];
/// Plants after which git cannot be asked, or would run what is planted.
const NOT_FOR_GIT: [&str; 3] = ["gpg-program", "reftable", "sha256"];

/// Whether a comparison with these programs can be made; where it cannot, the run says so.
pub(crate) fn compared(programs: &[&str]) -> bool {
    let missing: Vec<&str> = programs.iter().copied().filter(|program| !is_here(program)).collect();
    if !missing.is_empty() {
        // Not by a macro, whose words the test's harness keeps to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED, not compared: {} is not on this machine", missing.join(", "));
    }
    missing.is_empty()
}

pub(super) fn is_here(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// A folder with a keyring of every certificate that the policies use.
fn keyring() -> tempfile::TempDir {
    let home = tempfile::Builder::new().prefix("gpg").tempdir().expect("a folder");
    #[cfg(unix)]
    std::fs::set_permissions(home.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("private");
    let keys = std::fs::read_dir(folder().join("policies/keys")).expect("keys").flatten().map(|entry| entry.path());
    let public: Vec<_> = keys.filter(|path| !path.ends_with("secret.asc")).collect();
    let mut command = Command::new("gpg");
    command.env("GNUPGHOME", home.path()).args(["--batch", "--quiet", "--no-autostart", "--import"]).args(public);
    let _ = command.output().expect("gpg starts");
    home
}

fn git_accepts(built: &Built, name: &str, home: &Path) -> bool {
    let mut command = Command::new("git");
    let real = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", real).env("HOME", home).env("GNUPGHOME", home).env("GIT_CONFIG_NOSYSTEM", "1");
    let signers = format!("gpg.ssh.allowedSignersFile={}", folder().join("signers-for-git").display());
    command.arg("-C").arg(&built.path).args(["-c", "safe.directory=*", "-c", &signers, "verify-tag", name]);
    command.output().expect("git starts").status.success()
}

fn can_be_asked(case: &Case) -> bool {
    let whole = matches!(case.verdict.as_str(), "verified" | "rejected" | "indeterminate");
    let plants = !case.plant.iter().any(|word| NOT_FOR_GIT.contains(&word.as_str()));
    whole && plants && !case.all && case.arguments.len() == 1
}

#[test]
fn git_disagrees_exactly_where_the_table_says_so() {
    if !compared(&NEEDED) {
        return;
    }
    let file = std::env::var_os("TOLLGATE_MEASURE");
    let (measuring, mut measured) = (file.is_some(), String::new());
    let home = keyring();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for case in case::all().iter().filter(|case| can_be_asked(case)) {
        if case.git.is_none() && !measuring {
            continue;
        }
        asked += 1;
        let name = case.arguments[0].strip_prefix("refs/tags/").unwrap_or(&case.arguments[0]);
        let says = if git_accepts(&Built::new(case), name, home.path()) { "accepts" } else { "rejects" };
        if measuring {
            measured.push_str(&format!("{} {says} {}\n", case.id, case.verdict));
        } else if case.git.as_deref() != Some(says) {
            wrong.push(format!("{} ({}): git {says}, the table says {:?}", case.id, case.what, case.git));
        }
    }
    if let Some(file) = file {
        std::fs::write(file, measured).expect("written");
    }
    assert!(measuring || wrong.is_empty(), "{} of {asked} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// Without any program: where git's answer differs from the verdict, the table says why; elsewhere it says nothing.
#[test]
fn every_disagreement_has_a_reason() {
    let mut wrong = Vec::new();
    let mut accepted = 0;
    for case in case::all() {
        let Some(git) = &case.git else {
            if case.git_because.is_some() {
                wrong.push(format!("{}: a reason and no answer of git", case.id));
            }
            continue;
        };
        let agrees = (git == "accepts") == (case.verdict == "verified");
        accepted += usize::from(git == "accepts" && !agrees);
        if agrees == case.git_because.is_some() || !matches!(git.as_str(), "accepts" | "rejects") {
            wrong.push(format!("{}: git {git}, verdict {}, because {:?}", case.id, case.verdict, case.git_because));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(accepted > 40, "git accepts only {accepted} of what must not be accepted");
}

/// The bytes before the last OpenPGP block of the tag that is asked for, and that block.
fn last_block(built: &Built, case: &Case) -> Option<(Vec<u8>, Vec<u8>)> {
    const BEGIN: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
    let name = case.arguments[0].strip_prefix("refs/tags/").unwrap_or(&case.arguments[0]);
    let id = built.repository.find_reference(&format!("refs/tags/{name}")).ok()?.target()?;
    let bytes = built.repository.odb().ok()?.read(id).ok()?.data().to_vec();
    let at = bytes.windows(BEGIN.len()).rposition(|window| window == BEGIN)?;
    let block = bytes[at..].to_vec();
    Some((bytes[..at].to_vec(), block))
}

/// The certificates that the case's policy names; those of the default branch are alice's and bob's.
fn certificates(case: &Case) -> Vec<std::path::PathBuf> {
    let policies = folder().join("policies");
    let text = std::fs::read_to_string(policies.join(format!("{}.toml", case.policy)));
    let text = text.unwrap_or_else(|_| "cert = \"keys/alice.asc\"\ncert = \"keys/bob.asc\"\n".to_owned());
    // A certificate of version 6 keeps sqv 1.1 from reading any.
    let named = text
        .lines()
        .filter(|line| !line.contains("six.asc"))
        .filter_map(|line| line.strip_prefix("cert = \"")?.strip_suffix('"'));
    named.map(|name| policies.join(name)).collect()
}

/// sqv is asked about what it can know: the block, the certificate, the algorithms and the times. Which people, branches and names a policy
/// means it does not know.
#[test]
fn sqv_disagrees_exactly_where_the_table_says_so() {
    if !compared(&["sqv"]) {
        return;
    }
    let scratch = tempfile::tempdir().expect("a folder");
    let (signature, data) = (scratch.path().join("signature"), scratch.path().join("data"));
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for case in case::all().iter().filter(|case| can_be_asked(case)) {
        let known = matches!(case.step.as_deref(), None | Some("block" | "certificate" | "algorithm" | "time"));
        let Some((signed, block)) = last_block(&Built::new(case), case).filter(|_| known) else { continue };
        std::fs::write(&data, signed).expect("written");
        std::fs::write(&signature, block).expect("written");
        let mut command = Command::new("sqv");
        command.args([&signature, &data]);
        for path in certificates(case) {
            command.arg("--keyring").arg(path);
        }
        let says = if command.output().expect("sqv starts").status.success() { "accepts" } else { "rejects" };
        asked += 1;
        let ours = if case.verdict == "verified" { "accepts" } else { "rejects" };
        let expected = case.sqv.as_ref().map_or(ours, |other| other.says.as_str());
        if says != expected || case.sqv.as_ref().is_some_and(|other| other.because.is_empty() || other.says == ours) {
            wrong.push(format!("{} ({}): sqv {says}, the table {expected}, we {ours}", case.id, case.what));
        }
    }
    assert!(wrong.is_empty(), "{} of {asked} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 60, "only {asked} cases are compared");
}
