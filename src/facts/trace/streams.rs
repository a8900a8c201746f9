//! Owns the streams of a command as the machine sees them: the same file is the same, whichever directory a command runs in. Refuses
//! to say what goes through them.

use std::sync::Arc;

use crate::facts::shell::{Stream, Streams, UNKNOWN_CHAR};
use crate::facts::workdir::{Workdir, normalise};

/// The names of the input and the output themselves.
const SELF: [&str; 3] = ["-", "/dev/stdin", "/dev/stdout"];

/// The streams of a command that runs in a directory; what it does not redirect is that of its script.
pub(super) fn of(own: &Streams, workdir: &Workdir, outer: &Arc<Streams>) -> Arc<Streams> {
    if own.to.is_none() && own.from.is_none() {
        return Arc::clone(outer);
    }
    let seen = |stream: &Stream| match stream {
        Stream::File(name) => file(name, workdir),
        Stream::Pipe(_) => stream.clone(),
    };
    Arc::new(Streams {
        to: own.to.as_ref().map(seen).or_else(|| outer.to.clone()),
        appends: if own.to.is_some() { own.appends } else { outer.appends },
        from: own.from.as_ref().map(seen).or_else(|| outer.from.clone()),
    })
}

/// A file by its place on the machine, as far as that is known.
pub(in crate::facts) fn file(name: &str, workdir: &Workdir) -> Stream {
    let known =
        if name.starts_with('/') { normalise("/", name) } else { workdir.virtual_path().and_then(|at| normalise(at, name)) };
    match known.filter(|_| !name.contains(UNKNOWN_CHAR)) {
        Some(path) => Stream::File(path),
        None => Stream::File(format!("{UNKNOWN_CHAR}{name}")),
    }
}

/// What a program opens by a name: of its own input and output, what those are.
pub(in crate::facts) fn opened(name: &str, workdir: &Workdir, own: Option<&Stream>) -> Option<Stream> {
    if SELF.contains(&name) { own.cloned() } else { Some(file(name, workdir)) }
}
