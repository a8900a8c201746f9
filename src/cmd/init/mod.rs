//! Owns `init`: one look at the repository, and the files to start with, printed or written. Refuses to change a file that is there.

mod place;

use super::{Context, request};
use crate::cli::{InitArgs, InspectArgs};
use crate::error::Error;
use crate::facts::code_owners::OF_GITHUB;
use crate::inspect::{self, CheckRequest};
use crate::report::starter::{Action, Place, Placed};
use crate::source;

/// Runs it.
pub(super) fn run(context: &Context, args: &InitArgs) -> Result<u8, Error> {
    let action = args.action.as_deref().map(named).transpose()?.or_else(Action::released).unwrap_or_else(Action::unnamed);
    let look = InspectArgs { path: args.path.clone(), ..InspectArgs::default() };
    // The files themselves are looked at, wherever this runs: they are what is added to.
    let request = CheckRequest { judge_commit: false, ..request::build(context, &look, None)? };
    let root = source::files_root(&args.path)?;
    let found = inspect::starter::starter(&request)?;
    // A new file of code owners in front of another one would take its owners away, whether that one could be listed or not.
    let shadows =
        |path: &str| OF_GITHUB.contains(&path) && OF_GITHUB.iter().any(|known| *known != path && root.join(known).exists());
    let files = found.files(&action).into_iter().filter(|file| !shadows(file.path));
    let mut placed: Vec<Placed> = files.map(|file| Placed { place: place::of(&root, &file), file }).collect();
    if args.write {
        write(&root, &mut placed, &action)?;
    }
    context.streams.print(found.told(&placed, &action).as_bytes())?;
    Ok(0)
}

fn named(text: &str) -> Result<Action, Error> {
    Action::parse(text).ok_or_else(|| {
        Error::usage(format!("`--action {text}` is no action at a commit")).hint(
            "OWNER/NAME@ and the commit's 40 hexadecimal digits, for example acme/tollgate@0123456789abcdef0123456789abcdef01234567",
        )
    })
}

/// Writes what is not there, all of it or nothing.
fn write(root: &std::path::Path, placed: &mut [Placed], action: &Action) -> Result<(), Error> {
    for one in placed.iter() {
        if let Place::Barred(why) = &one.place {
            let error = Error::usage(format!("{} cannot be written: {why}; nothing was written", one.file.path));
            return Err(error.hint("make way for it; without --write its text is printed"));
        }
    }
    let mut free: Vec<&mut Placed> = placed.iter_mut().filter(|one| one.place == Place::Free).collect();
    if action.is_unnamed() && free.iter().any(|one| one.file.runs) {
        let error = Error::usage("which action the workflows run is not known: this version is not published anywhere");
        return Err(error.hint(
            "name it, at a commit: --action OWNER/NAME@COMMIT, for example --action acme/tollgate@0123456789abcdef0123456789abcdef01234567",
        ));
    }
    place::write(root, free.iter().map(|one| &one.file))?;
    free.iter_mut().for_each(|one| one.place = Place::Written);
    Ok(())
}
