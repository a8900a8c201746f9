//! Owns SSH signatures: keys of the policy, `allowed_signers` files, and signatures over a tag. Refuses certificates without an
//! authority that the policy names, and every namespace but `git`.
//!
//! Sources: PROTOCOL.sshsig, PROTOCOL.u2f, PROTOCOL.certkeys and ssh-keygen(1) of OpenSSH.

mod allowed_signers;
mod certificate;
mod key;
mod sshsig;
mod verify;

pub use allowed_signers::{AllowedSigner, parse as allowed_signers};
pub use key::SshKey;
pub(super) use verify::{Verified, own_key, verify};
