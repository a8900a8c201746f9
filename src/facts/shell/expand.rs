//! Owns what words become: parameters, quotes removed, fields split, braces and arrays. Refuses to run substitutions; their
//! output is unknown.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Word;
use super::ast::{Index, Param, ParamOp, Part, RawWord};
use super::fields::{Field, MAX_FIELDS, Split, braces};
use super::lex::is_name;
use super::source::Source;
use super::state::State;
use super::substitute::{cut, longer};
use super::walk::Walker;
use super::world::{Fail, Join, Per, Stat, Val};

impl Walker<'_> {
    /// The words of a command in the ordinary run.
    pub(super) fn words(&self, raws: &[RawWord], st: &State, source: &Source) -> Vec<Word> {
        let mut out = Vec::with_capacity(raws.len());
        for raw in raws {
            let place = source.place(raw.span);
            let of_env = out.first().is_some_and(|first: &Word| first.value.as_deref() == Some("env"));
            if of_env && let Some(listed) = self.listed_words(raw, st) {
                for text in listed {
                    let known = !text.contains(super::UNKNOWN_CHAR);
                    let (value, partial) = if known { (Some(text), None) } else { (None, Some(text)) };
                    let (raw, span) = (source.raw(raw.span).to_owned(), source.span(raw.span));
                    out.push(Word { raw, value, partial, span, place: place.clone(), glob: false });
                }
                continue;
            }
            for field in self.fields(raw, st, None) {
                out.push(Word {
                    raw: source.raw(raw.span).to_owned(),
                    value: field.val.known().map(str::to_owned),
                    // What was not found is no word; the program of a command was, or it fails.
                    partial: match field.val {
                        Val::Found(_) if !out.is_empty() => None,
                        _ => field.val.program(),
                    },
                    span: source.span(raw.span),
                    place: place.clone(),
                    glob: field.glob,
                });
            }
        }
        out
    }

    /// The fields of several words in one run.
    pub(super) fn fields_in(&self, raws: &[RawWord], st: &State, world: Option<Fail>) -> Vec<Field> {
        raws.iter().flat_map(|raw| self.fields(raw, st, world)).collect()
    }

    fn fields(&self, raw: &RawWord, st: &State, world: Option<Fail>) -> Vec<Field> {
        if let [Part::Param { param, quoted }] = raw.parts.as_slice()
            && let Some(many) = self.many(param, *quoted, st, world)
        {
            return many;
        }
        if let Some(braced) = braces(raw) {
            return braced;
        }
        let mut split = Split::default();
        let home_first = self.home(&raw.parts, st, world);
        for (index, part) in raw.parts.iter().enumerate() {
            if index == 0 && home_first {
                split.literal("~", false);
                continue;
            }
            let val = self.part_val(part, st, world);
            let quoted =
                matches!(part, Part::Literal { .. } | Part::Param { quoted: true, .. } | Part::Command { quoted: true, .. });
            match (part, val) {
                (Part::Literal { quoted, .. }, Val::Text(text)) => split.literal(&text, *quoted),
                (_, Val::Text(text)) if quoted => split.literal(&text, true),
                (_, Val::Text(text)) if !st.vars.contains_key("IFS") => split.unquoted(&text),
                (_, Val::Text(text)) if text.bytes().all(is_name) => split.literal(&text, true),
                (_, val) if raw.parts.len() == 1 => return vec![Field { val, glob: false }],
                (_, val @ (Val::Nonzero | Val::Job(_))) => split.odd(val),
                (_, val) => split.computed(&val.piece()),
            }
        }
        split.finish()
    }

    /// `$@`, `$*` and whole arrays: several fields at once.
    fn many(&self, param: &Param, quoted: bool, st: &State, world: Option<Fail>) -> Option<Vec<Field>> {
        if param.op != ParamOp::Plain {
            return None;
        }
        let unknown = || vec![Field { val: Val::Unknown, glob: false }];
        let items: Vec<Val> = match (param.name.as_str(), param.index) {
            ("@", _) | ("*", _) if param.name == "@" || !quoted => match &st.args {
                Some(args) => args.iter().map(|arg| arg.get(world).clone()).collect(),
                None => return Some(unknown()),
            },
            ("PIPESTATUS", Index::All) => match &st.pipe {
                Some(pipe) => pipe.iter().map(|status| Val::from_stat(*status.get(world))).collect(),
                None => vec![Val::from_stat(*st.last.get(world))],
            },
            (name, Index::All) => match self.var(st, name).get(world) {
                Val::Array(items) => items.as_ref().clone(),
                Val::Unset => Vec::new(),
                vague if vague.is_vague() => return Some(unknown()),
                other => vec![other.clone()],
            },
            _ => return None,
        };
        let mut out = Vec::new();
        for val in items.into_iter().take(MAX_FIELDS) {
            match (&val, quoted) {
                (Val::Text(text), false) => {
                    let mut split = Split::default();
                    split.unquoted(text);
                    out.extend(split.finish());
                }
                _ => out.push(Field { val, glob: false }),
            }
        }
        Some(out)
    }

    /// Whether a word begins with an unknown `$HOME` and goes on with `/`: it is written `~` then.
    fn home(&self, parts: &[Part], st: &State, world: Option<Fail>) -> bool {
        let [Part::Param { param, .. }, Part::Literal { text, .. }, ..] = parts else { return false };
        param.name == "HOME"
            && param.op == ParamOp::Plain
            && text.starts_with('/')
            && *self.var(st, "HOME").get(world) == Val::Unknown
    }

    /// The value of parts that are not split: an assignment, a word in quotes.
    pub(super) fn parts_val(&self, parts: &[Part], st: &State, world: Option<Fail>) -> Val {
        if let [part] = parts {
            return self.part_val(part, st, world);
        }
        let mut split = Split::default();
        let mut texts: Vec<String> = vec![String::new()];
        let home_first = self.home(parts, st, world);
        for (index, part) in parts.iter().enumerate() {
            if index == 0 && home_first {
                split.literal("~", true);
                texts.iter_mut().for_each(|text| text.push('~'));
                continue;
            }
            let val = self.part_val(part, st, world);
            texts = longer(&texts, &val);
            match val {
                Val::Text(text) => split.literal(&text, true),
                val @ (Val::Nonzero | Val::Job(_)) => split.odd(val),
                val => split.computed(&val.piece()),
            }
        }
        if texts.len() > 1 {
            return Val::one_of(texts.iter().map(|text| Rc::from(text.as_str())).collect());
        }
        split.finish().into_iter().next().map_or(Val::text(""), |field| field.val)
    }

    /// Text in which no words are told apart, with what is not known of it.
    pub(super) fn pieces(&self, parts: &[Part], st: &State) -> String {
        parts.iter().map(|part| self.part_val(part, st, None).piece().to_string()).collect()
    }

    /// [`Self::parts_val`] in every run that changes it.
    pub(super) fn parts_per(&self, parts: &[Part], st: &State) -> Per<Val> {
        let mut worlds = BTreeSet::new();
        self.mentions(parts, st, &mut worlds);
        let mut out = Per::same(self.parts_val(parts, st, None));
        for world in worlds {
            out.set(world, self.parts_val(parts, st, Some(world)));
        }
        out
    }

    fn part_val(&self, part: &Part, st: &State, world: Option<Fail>) -> Val {
        match part {
            Part::Literal { text, .. } => Val::text(text),
            Part::Param { param, .. } => self.param_val(param, st, world),
            Part::Arithmetic { parts } => self.arithmetic(parts, st, world).0.into_val(),
            Part::Command { list, .. } => self.substituted(list, st, world),
            Part::Unread { .. } | Part::Process { .. } => Val::Unknown,
        }
    }

    pub(super) fn param_val(&self, param: &Param, st: &State, world: Option<Fail>) -> Val {
        let base = self.base(param, st, world);
        let missing = match &base {
            Val::Unset => Some(true),
            Val::Text(text) => Some(param.colon && text.is_empty()),
            Val::OneOf(texts) if param.colon && texts.iter().any(|text| text.is_empty()) => None,
            Val::Unknown | Val::Found(_) => None,
            _ => Some(false),
        };
        match (param.op, missing) {
            (ParamOp::Plain | ParamOp::Error, _) | (ParamOp::Default | ParamOp::Assign, Some(false)) => base.as_word(),
            (ParamOp::Default | ParamOp::Assign, Some(true)) | (ParamOp::Alternative, Some(false)) => {
                self.parts_val(&param.word, st, world)
            }
            (ParamOp::Alternative, Some(true)) => Val::text(""),
            (ParamOp::Other, Some(false)) => cut(&base, &param.word),
            (ParamOp::Length, _) => match (&base, param.index) {
                (Val::Array(items), Index::All) => Val::text(&items.len().to_string()),
                (Val::Unset, _) => Val::text("0"),
                (Val::Text(text), Index::None) => Val::text(&text.chars().count().to_string()),
                _ => Val::Unknown,
            },
            _ => Val::Unknown,
        }
    }

    fn base(&self, param: &Param, st: &State, world: Option<Fail>) -> Val {
        match param.name.as_str() {
            "?" => Val::from_stat(*st.last.get(world)),
            "#" => st.args.as_ref().map_or(Val::Unknown, |args| Val::text(&args.len().to_string())),
            "!" => st.job.map_or(Val::Unknown, Val::Job),
            "@" | "*" => st.args.as_ref().map_or(Val::Unknown, |args| joined(args.iter().map(|arg| arg.get(world)))),
            "0" => self.input.scope.name().map_or(Val::Unknown, Val::text),
            "-" | "$" | "" => Val::Unknown,
            "PWD" if !st.vars.contains_key("PWD") => self.directory(st),
            "BASH_SOURCE" if element(param) == Some(0) => self.file_name(st),
            name if name.as_bytes()[0].is_ascii_digit() => match &st.args {
                Some(args) => {
                    let index = name.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                    index.and_then(|index| args.get(index)).map_or(Val::Unset, |arg| arg.get(world).clone())
                }
                None => Val::Unknown,
            },
            "PIPESTATUS" => match (element(param), &st.pipe) {
                (Some(0), None) => Val::from_stat(*st.last.get(world)),
                (Some(index), Some(pipe)) => pipe.get(index).map_or(Val::Unknown, |status| Val::from_stat(*status.get(world))),
                _ => Val::Unknown,
            },
            name => match (self.var(st, name).get(world), param.index) {
                (Val::Array(items), Index::At(index)) => items.get(index).cloned().unwrap_or(Val::Unset),
                (_, Index::Other | Index::At(_)) => Val::Unknown,
                (Val::Array(items), Index::All) if param.op != ParamOp::Length => joined(items.iter()),
                (val, _) => val.clone(),
            },
        }
    }

    /// Failures that change what these parts become.
    pub(super) fn mentions(&self, parts: &[Part], st: &State, out: &mut BTreeSet<Fail>) {
        for part in parts {
            match part {
                Part::Param { param, .. } => {
                    match param.name.as_str() {
                        "?" => out.extend(st.last.failed.keys()),
                        "PIPESTATUS" => {
                            out.extend(self.pipe_statuses(st).flat_map(|status| status.failed.keys()));
                        }
                        name if st.tainted.contains(name) => out.extend(self.var(st, name).failed.keys()),
                        name if !name.bytes().all(is_name) || name.bytes().all(|byte| byte.is_ascii_digit()) => {
                            for arg in st.args.iter().flat_map(|args| args.iter()) {
                                out.extend(arg.failed.keys());
                            }
                        }
                        _ => {}
                    }
                    self.mentions(&param.word, st, out);
                }
                Part::Arithmetic { parts } => {
                    self.mentions(parts, st, out);
                    self.mentions_in_arithmetic(parts, st, out);
                }
                Part::Command { list, .. } | Part::Process { list, .. } => self.flow.of_substitution(list, out),
                Part::Literal { .. } | Part::Unread { .. } => {}
            }
        }
    }

    fn pipe_statuses<'s>(&self, st: &'s State) -> impl Iterator<Item = &'s Per<Stat>> {
        st.pipe.iter().flat_map(|pipe| pipe.iter()).chain([&st.last])
    }

    pub(super) fn mentions_in_arithmetic(&self, parts: &[Part], st: &State, out: &mut BTreeSet<Fail>) {
        for part in parts {
            let Part::Literal { text, .. } = part else { continue };
            for name in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
                if st.tainted.contains(name) {
                    out.extend(self.var(st, name).failed.keys());
                } else if name == "PIPESTATUS" {
                    out.extend(self.pipe_statuses(st).flat_map(|status| status.failed.keys()));
                }
            }
        }
    }
}

/// The literal subscript of `${A[0]}`; without one it is the first element.
fn element(param: &Param) -> Option<usize> {
    match param.index {
        Index::None => Some(0),
        Index::At(at) => Some(at),
        _ => None,
    }
}

fn joined<'v>(items: impl Iterator<Item = &'v Val>) -> Val {
    let mut out = String::new();
    for (index, item) in items.enumerate() {
        let Val::Text(text) = item else { return Val::Unknown };
        if index > 0 {
            out.push(' ');
        }
        out.push_str(text);
        if out.len() > 65_536 {
            return Val::Unknown;
        }
    }
    Val::text(&out)
}
