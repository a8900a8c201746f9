//! Owns signatures: the grammar of tag objects, the blocks in them, OpenPGP and SSH. Everything is computed from bytes. Refuses
//! input and output, and to decide whom to trust.

pub mod approval;
pub mod armor;
pub mod blocks;
mod cms;
pub mod makers;
pub mod material;
pub mod openpgp;
pub mod refusal;
pub mod signed;
pub mod signed_commit;
pub mod ssh;
pub mod state_log;
pub mod tag_name;
pub mod tag_object;
pub mod trust;
