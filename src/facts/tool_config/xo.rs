//! Owns whether XO has a configuration of its own: it reads no `eslint.config.*`, and its rules without one are about style.
//! Refuses to read it: what it adds is unknown. (Facts: lib/constants.ts and lib/resolve-config.ts of XO 2.)

use super::{Query, Reader, Settings, places};
use crate::answer::{Answer, Reason, Why};

/// The reader.
pub(super) struct Xo;

impl Reader for Xo {
    fn id(&self) -> &'static str {
        "xo"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        let snapshot = query.world.snapshot;
        let found =
            query.tool.config.iter().find_map(|row| places::nearest(snapshot, row, query.directory)).map(|found| found.place);
        match found {
            Some(place) => {
                let why = Why::new(Reason::Unsupported, "which rules XO's own configuration adds is not read").at(place);
                Settings::undecided(query.names, &[], &why)
            }
            None => {
                Settings { selects: query.names.iter().map(|name| (name.clone(), Answer::No)).collect(), ..Settings::default() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Case, told};
    use super::*;

    #[test]
    fn only_its_own_configuration_counts() {
        let flat = ("eslint.config.js", "import n from 'eslint-plugin-no-unsanitized'; export default [n.configs.recommended];");
        let manifest = ("package.json", "{ \"xo\": { \"space\": true } }");
        for (files, wanted) in [
            (&[flat][..], "no"),
            (&[flat, ("xo.config.js", "export default []")], "unknown unsupported xo.config.js:1"),
            (&[manifest], "unknown unsupported package.json:1"),
        ] {
            let case = Case::new("xo", files, "");
            assert_eq!(told(case.read(&Xo).selects.values().next()), wanted);
        }
    }
}
