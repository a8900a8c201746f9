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
        let own = |place| Why::new(Reason::Unsupported, "which rules XO's own configuration adds is not read").at(place);
        let rows = || query.tool.config.iter();
        let found = rows().find_map(|row| places::nearest(snapshot, row, query.directory)).map(|found| own(found.place));
        match found.or_else(|| rows().find_map(|row| places::unread(query, row))) {
            Some(why) => Settings::undecided(query.names, &[], &why),
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
            (&[("package.json", "{ \"xo\": {}, \"xo\": 0 }")], "unknown unsupported package.json:1"),
            (&[("package.json", "{ \"xo\": {")], "unknown unreadable package.json:1"),
        ] {
            let case = Case::new("xo", files, "");
            assert_eq!(told(case.read(&Xo).selects.values().next()), wanted);
        }
    }
}
