//! Owns `set` and `shopt`. Refuses options that change nothing modelled here.

use crate::text::Place;

use super::ast::RawWord;
use super::source::Ctx;
use super::state::{Opt, State};
use super::walk::Walker;

impl Walker<'_> {
    /// `set …`.
    pub(super) fn set(&mut self, args: &[RawWord], st: &mut State, ctx: &Ctx, place: &Place) {
        let words = self.words(args, st, &ctx.source);
        let mut at = 0;
        while let Some(word) = words.get(at) {
            at += 1;
            let Some(value) = word.value.as_deref() else {
                // It may set any option, or the arguments.
                st.options.errexit = Opt { on: None, place: Some(place.clone()) };
                st.options.pipefail = Opt { on: None, place: Some(place.clone()) };
                st.args = None;
                return;
            };
            let on = value.starts_with('-');
            if value == "--" || value == "-" || !(on || value.starts_with('+')) {
                let first = if value == "--" || value == "-" { at } else { at - 1 };
                if value != "-" || words.len() > at {
                    // Options are literal words, one field each.
                    let literal = args.iter().take(first).all(|raw| raw.bare().is_some());
                    st.args = args.get(first..).filter(|_| literal).and_then(|rest| self.arguments(rest, st));
                }
                return;
            }
            for flag in value.chars().skip(1) {
                match flag {
                    'e' => self.option("errexit", on, st, place),
                    'E' => st.options.errtrace = on,
                    'n' if on => self.doubt(st, place.clone(), "`set -n`"),
                    // After one more command the shell ends, as if all was well.
                    't' if on => self.doubt(st, place.clone(), "`set -t`"),
                    'a' => st.options.allexport = on,
                    'o' => {
                        if let Some(name) = words.get(at).and_then(|word| word.value.clone()) {
                            at += 1;
                            self.option(&name, on, st, place);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn option(&mut self, name: &str, on: bool, st: &mut State, place: &Place) {
        let opt = Opt { on: Some(on), place: Some(place.clone()) };
        match name {
            "errexit" => st.options.errexit = opt,
            "pipefail" => {
                st.options.pipefail = opt;
            }
            "errtrace" => st.options.errtrace = on,
            "allexport" => st.options.allexport = on,
            "noexec" if on => self.doubt(st, place.clone(), "`set -o noexec`"),
            "onecmd" if on => self.doubt(st, place.clone(), "`set -o onecmd`"),
            "posix" if on => (st.options.inherit_errexit, st.options.aliases) = (true, true),
            _ => {}
        }
    }

    /// `shopt …`.
    pub(super) fn shopt(&mut self, args: &[RawWord], st: &mut State, ctx: &Ctx, place: &Place) {
        let words = self.words(args, st, &ctx.source);
        let flag = |flag: &str| words.iter().any(|word| word.value.as_deref() == Some(flag));
        let (on, off, set) = (flag("-s") || flag("-so"), flag("-u") || flag("-uo"), flag("-o") || flag("-so") || flag("-uo"));
        if !on && !off {
            return;
        }
        for name in words.iter().filter_map(|word| word.value.as_deref()) {
            match name {
                "inherit_errexit" => st.options.inherit_errexit = on,
                "expand_aliases" => st.options.aliases = on,
                _ if set => self.option(name, on, st, place),
                _ => {}
            }
        }
    }
}
