//! Owns asking a forge about the actions that a change pins anew in a workflow which runs the gate. Refuses to ask about any other action: which
//! ones are asked about is told to whoever reads the forge's log.

use super::opened::Opened;
use super::{CheckRequest, compared, watched};
use crate::error::Error;
use crate::source::forge::pins::{self, Pin};

/// Asks, where a forge is asked anyway and something is held against a base; the answers lie with the others.
///
/// # Errors
/// The forge's address or repository is none.
pub(super) fn ask(request: &CheckRequest, opened: &mut Opened) -> Result<(), Error> {
    let compare = opened.chosen.as_ref().and_then(|chosen| chosen.compare);
    let (Some(at), Some(commit)) = (&request.forge, compare) else { return Ok(()) };
    // A base that cannot be opened is said where it is needed.
    let Ok(base) = compared::open(request, commit, &opened.snapshot) else { return Ok(()) };
    let pins: Vec<Pin> = watched::new_pins(&opened.snapshot, &base).into_iter().collect();
    drop(base);
    if !pins.is_empty() {
        opened.snapshot.learn(pins::ask(&at.forge, &pins)?);
    }
    Ok(())
}
