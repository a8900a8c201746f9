//! Owns the reading of a justfile: settings, assignments, aliases, imports, modules, recipes with their attributes and bodies.
//! Refuses to evaluate expressions.

use std::collections::HashMap;
use std::sync::Arc;

use super::scan::{outside, pieces, without_comment};
use crate::text::{Place, SourceFile, Span};

/// A parameter of a recipe.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    /// Its name.
    pub(super) name: String,
    /// The expression it has without an argument.
    pub(super) default: Option<String>,
    /// `+`: one or more; `*`: any number.
    pub(super) variadic: Option<char>,
    /// `$`
    pub(super) export: bool,
}

/// A recipe that must run before or after another.
#[derive(Clone, Debug)]
pub(super) struct Dependency {
    /// The recipe.
    pub(super) name: String,
    /// Expressions for its parameters.
    pub(super) arguments: Vec<String>,
    /// Behind `&&`.
    pub(super) after: bool,
}

/// Attributes that matter here.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    /// `[no-cd]`
    pub(super) no_cd: bool,
    /// `[working-directory: 'x']`: the expression.
    pub(super) directory: Option<String>,
    /// `[script]`, `[script('bash')]`: expressions of the interpreter.
    pub(super) script: Option<Vec<String>>,
    /// `[windows]` or `[macos]` without `[linux]` or `[unix]`.
    pub(super) elsewhere: bool,
    /// `[default]`
    pub(super) default: bool,
    /// `[positional-arguments]`
    pub(super) positional: bool,
}

/// A recipe.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    /// Its name.
    pub(super) name: String,
    /// Its parameters.
    pub(super) parameters: Vec<Parameter>,
    /// What runs before and after it.
    pub(super) dependencies: Vec<Dependency>,
    /// Its lines, indentation left out.
    pub(super) body: Vec<Span>,
    /// Its attributes.
    pub(super) attributes: Attributes,
    /// The line of its name.
    pub(super) place: Place,
    /// The text of that line.
    pub(super) header: String,
    /// The file it stands in.
    pub(super) file: Arc<SourceFile>,
}

/// A variable, its expression not evaluated.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    /// The expression.
    pub(super) expression: String,
    /// `export`
    pub(super) export: bool,
}

/// A setting's expression and place; the expression is empty for `set x`.
pub(super) type Setting = (String, Place);

/// What one file says.
#[derive(Clone, Debug, Default)]
pub(super) struct Justfile {
    /// Recipes in order; a later one of the same name wins.
    pub(super) recipes: Vec<Recipe>,
    /// Variables.
    pub(super) variables: HashMap<String, Assignment>,
    /// Aliases.
    pub(super) aliases: HashMap<String, String>,
    /// Settings.
    pub(super) settings: HashMap<String, Setting>,
    /// Modules: name and path expression.
    pub(super) modules: Vec<(String, String)>,
    /// Imports: path expressions.
    pub(super) imports: Vec<String>,
}

/// Reads one file in one pass.
pub(super) fn read(file: &Arc<SourceFile>) -> Justfile {
    let mut reader = Reader { file, at: 0, broken: false, attributes: Attributes::default(), out: Justfile::default() };
    if file.text.starts_with('\u{FEFF}') {
        reader.at = 3;
    }
    while reader.at < file.text.len() {
        reader.item();
    }
    reader.out
}

struct Reader<'f> {
    file: &'f Arc<SourceFile>,
    at: usize,
    /// A literal never ended: from there on lines are taken one by one.
    broken: bool,
    attributes: Attributes,
    out: Justfile,
}

impl<'f> Reader<'f> {
    /// The statement that starts here: up to the first line end outside of literals and brackets.
    fn statement(&mut self) -> (Span, &'f str) {
        let file: &'f SourceFile = self.file;
        let rest = &file.text[self.at..];
        let line_end = rest.find('\n').unwrap_or(rest.len());
        let mut end = line_end;
        let line = &rest[..line_end];
        // Only literals and lists go on over lines, and comments may hold a lone quote.
        let open = !line.trim_start().starts_with('#')
            && (outside(without_comment(line), |_, _, _| false).is_err() || line.trim_end().ends_with(['[', '(', ',', '\\']));
        if open && !self.broken {
            match outside(rest, |_, byte, depth| byte == b'\n' && depth == 0) {
                Ok(at) => end = at.unwrap_or(rest.len()),
                Err(()) => self.broken = true,
            }
        }
        let span = Span::new(self.at, self.at + end);
        self.at = (span.end + 1).min(file.text.len().max(span.end));
        if span.end == file.text.len() {
            self.at = span.end;
        }
        (span, &file.text[span.start..span.end])
    }

    fn item(&mut self) {
        let (span, text) = self.statement();
        let text = text.trim_end();
        if text.trim().is_empty() || text.starts_with('#') || text.starts_with([' ', '\t']) {
            return;
        }
        if text.starts_with('[') && !text.contains("]:") {
            self.attribute(without_comment(text).trim());
            return;
        }
        let text = without_comment(text).trim_end();
        let attributes = std::mem::take(&mut self.attributes);
        let sign = outside(text, |at, byte, depth| byte == b':' && depth == 0 && text.as_bytes().get(at + 1) == Some(&b'='));
        let Ok(sign) = sign else { return self.recipe(span, text, attributes) };
        let value = sign.map_or("", |at| text[at + 2..].trim()).to_owned();
        match (pieces(&text[..sign.unwrap_or(text.len())]).as_slice(), sign.is_some()) {
            (["set", name], _) => {
                self.out.settings.insert((*name).to_owned(), (value, self.file.place(span)));
            }
            (["alias", name], true) => {
                self.out.aliases.insert((*name).to_owned(), value);
            }
            (["import" | "import?", path, ..], false) => self.out.imports.push((*path).to_owned()),
            (["mod" | "mod?", name], false) => self.out.modules.push(((*name).to_owned(), String::new())),
            (["mod" | "mod?", name, path], false) if path.starts_with(['\'', '"']) => {
                self.out.modules.push(((*name).to_owned(), (*path).to_owned()));
            }
            (["export" | "eager", name], true) => {
                let export = text.starts_with("export");
                self.out.variables.insert((*name).to_owned(), Assignment { expression: value, export });
            }
            ([name], true) => {
                self.out.variables.insert((*name).to_owned(), Assignment { expression: value, export: false });
            }
            (["unexport", _], false) => {}
            _ => self.recipe(span, text, attributes),
        }
    }

    fn attribute(&mut self, text: &str) {
        let inner = text.trim_start_matches('[').trim_end_matches(']');
        let mut start = 0;
        let mut cuts = Vec::new();
        let _ = outside(inner, |at, byte, depth| {
            if byte == b',' && depth == 0 {
                cuts.push(at);
            }
            false
        });
        cuts.push(inner.len());
        for cut in cuts {
            let one = inner[start..cut].trim();
            start = (cut + 1).min(inner.len());
            let name = one.split([':', '(']).next().unwrap_or("").trim();
            let value = one[name.len()..].trim_start_matches([':', ' ', '(']).trim_end_matches(')').trim();
            let attributes = &mut self.attributes;
            match name {
                "no-cd" => attributes.no_cd = true,
                "working-directory" => attributes.directory = Some(value.to_owned()),
                "script" => {
                    attributes.script =
                        Some(value.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect())
                }
                "windows" | "macos" | "openbsd" | "freebsd" => attributes.elsewhere = true,
                "linux" | "unix" => attributes.elsewhere = false,
                "default" => attributes.default = true,
                "positional-arguments" => attributes.positional = true,
                _ => {}
            }
        }
    }

    fn recipe(&mut self, span: Span, text: &str, attributes: Attributes) {
        let colon = outside(text, |at, byte, depth| byte == b':' && depth == 0 && text.as_bytes().get(at + 1) != Some(&b'='));
        let Ok(Some(colon)) = colon else { return };
        let head = pieces(text[..colon].trim_start_matches('@'));
        let Some((name, parameters)) = head.split_first() else { return };
        let parameters = parameters.iter().take(64).filter_map(|text| parameter(text)).collect();
        let dependencies = dependencies(&text[colon + 1..]);
        let first_line = text.lines().next().unwrap_or("");
        let place = self.file.place(Span::new(span.start, span.start + first_line.len()));
        let recipe = Recipe {
            name: (*name).to_owned(),
            parameters,
            dependencies,
            body: self.body(),
            attributes,
            place,
            header: first_line.to_owned(),
            file: Arc::clone(self.file),
        };
        self.out.recipes.push(recipe);
    }

    /// Indented and blank lines below a header; the first one's indentation is taken off all.
    fn body(&mut self) -> Vec<Span> {
        let mut lines = Vec::new();
        let mut indent: Option<&str> = None;
        let file: &'f SourceFile = self.file;
        while self.at < file.text.len() {
            let rest = &file.text[self.at..];
            let (line, width) = rest.find('\n').map_or((rest, rest.len()), |end| (&rest[..end], end + 1));
            let line = line.strip_suffix('\r').unwrap_or(line);
            let blank = line.trim().is_empty();
            if !blank && !line.starts_with([' ', '\t']) {
                break;
            }
            let taken = match indent {
                _ if blank => line.len(),
                Some(indent) => line.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count(),
                None => {
                    let own = line.len() - line.trim_start().len();
                    indent = Some(&line[..own]);
                    own
                }
            };
            lines.push(Span::new(self.at + taken, self.at + line.len()));
            self.at += width;
        }
        while lines.last().is_some_and(|span| span.start == span.end) {
            lines.pop();
        }
        lines
    }
}

fn parameter(text: &str) -> Option<Parameter> {
    let variadic = text.chars().next().filter(|c| matches!(c, '+' | '*'));
    let text = text.trim_start_matches(['+', '*']);
    let export = text.starts_with('$');
    let text = text.trim_start_matches('$');
    let (name, default) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value.to_owned())));
    (!name.is_empty()).then(|| Parameter { name: name.to_owned(), default, variadic, export })
}

fn dependencies(text: &str) -> Vec<Dependency> {
    let mut after = false;
    let mut out = Vec::new();
    for piece in pieces(text).into_iter().take(10_000) {
        if piece == "&&" {
            after = true;
            continue;
        }
        let inner = piece.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(piece);
        let words = pieces(inner);
        if let Some((name, arguments)) = words.split_first() {
            let arguments = arguments.iter().map(|text| (*text).to_owned()).collect();
            out.push(Dependency { name: (*name).to_owned(), arguments, after });
        }
    }
    out
}
