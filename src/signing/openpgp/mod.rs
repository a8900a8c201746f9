//! Owns OpenPGP: certificates of the policy, detached signatures, and whether a key might make one when it did. Refuses keyrings,
//! servers, the web of trust, and every claim in an area that no signature covers.
//!
//! Sources: RFC 9580, RFC 4880; what was measured of peers stands in the tests.

mod certificate;
mod certify;
mod merge;
mod revocation;
mod rsa;
mod signature;
mod unread;
mod verify;

pub use certificate::{Certificate, Standing, load, primary};
pub use merge::merged;
pub(super) use signature::{issuers, times};
pub(super) use verify::{Verified, verify};

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds since the epoch as the library's time; OpenPGP has no time before it.
fn moment(seconds: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

/// The library's time in seconds since the epoch.
fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_secs()).ok()).unwrap_or(0)
}
