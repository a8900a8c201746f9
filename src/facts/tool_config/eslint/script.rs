//! Owns reading a JavaScript or TypeScript configuration: imports, top-level names, the export, as nodes. Refuses to run
//! anything, and to follow what functions compute.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    Argument, ArrayExpressionElement, AssignmentTarget, BindingPattern, Declaration, ExportDefaultDeclarationKind, Expression,
    ImportDeclarationSpecifier, ObjectPropertyKind, Program, PropertyKind, Statement, VariableDeclaration,
};
use oxc_parser::Parser;
use oxc_parser::config::TokensParserConfig;
use oxc_span::{GetSpan, SourceType};

mod statements;

use self::statements::{Push, is_harmless_call, places};
use super::changes;
use super::guard;
use super::node::{Binding, Member, Module, Node, What};
use crate::answer::{Reason, Why};
use crate::text::{Place, SourceFile, Span};

/// Nesting that is followed; what lies deeper is taken for computed.
const DEPTH: usize = 64;

/// Reads a script, on a stack of its own.
pub(super) fn read(file: &Arc<SourceFile>) -> Result<Module, Why> {
    guard::admit(file)?;
    let failed = |text: &str| Why::new(Reason::Unreadable, text).at(Place::file(file.path.clone()));
    let source = Arc::clone(file);
    let thread = std::thread::Builder::new().stack_size(guard::STACK).spawn(move || parse(&source));
    let thread = thread.map_err(|_| failed("there is no memory to parse the configuration"))?;
    thread.join().unwrap_or_else(|_| Err(failed("the configuration made the parser fail")))
}

fn source_type(name: &str) -> SourceType {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "ts" | "mts" | "cts" => SourceType::ts(),
        "mjs" => SourceType::mjs(),
        "cjs" => SourceType::cjs(),
        _ => SourceType::unambiguous(),
    }
}

fn parse(file: &Arc<SourceFile>) -> Result<Module, Why> {
    let allocator = Allocator::default();
    let parser = Parser::new(&allocator, &file.text, source_type(file.path.file_name())).with_config(TokensParserConfig);
    let parsed = parser.parse();
    if parsed.panicked || parsed.diagnostics.has_errors() {
        let label = parsed.diagnostics.errors().find_map(|error| error.labels.first().map(|label| label.offset()));
        let place = label.map_or_else(|| Place::file(file.path.clone()), |at| file.place(Span::new(at as usize, at as usize)));
        return Err(Why::new(Reason::Unreadable, "the configuration is not a script that parses").at(place));
    }
    let words = parsed.tokens.iter().map(|token| Span::new(token.start() as usize, token.end() as usize));
    let words: Vec<(&str, Span)> = words.filter_map(|at| Some((file.text.get(at.start..at.end)?, at))).collect();
    let changes = changes::read(&words);
    let mut module = Module::empty(file);
    (module.touched, module.exits, module.sources) = (changes.touched, changes.exits, changes.sources);
    let seen = places(&words);
    let mut reader = Reader { module, aliases: BTreeMap::new(), functions: BTreeSet::new(), called: Vec::new(), seen };
    reader.program(&parsed.program);
    Ok(reader.finish())
}

fn span(of: &impl GetSpan) -> Span {
    let span = of.span();
    Span::new(span.start as usize, span.end as usize)
}

struct Reader {
    module: Module,
    /// Names whose value is a part of another name's.
    aliases: BTreeMap<String, String>,
    /// Functions, classes, and names without a value.
    functions: BTreeSet<String>,
    /// Names that statements change or call, and where.
    called: Vec<(String, Span)>,
    /// Where each word stands.
    seen: BTreeMap<String, Vec<usize>>,
}

impl Reader {
    /// What is known when everything is read: a change of a part changes the whole, and what no name of this file stands for may
    /// change anything.
    fn finish(mut self) -> Module {
        let names = &self.module.names;
        let foreign = self.called.iter().find(|(name, _)| !names.contains_key(name) && !self.functions.contains(name));
        self.module.loose = self.module.loose.or(foreign.map(|(_, at)| *at));
        let called = self.called.iter().map(|(name, _)| name.clone());
        let mut open: Vec<String> = self.module.touched.iter().cloned().chain(called).collect();
        let mut touched = BTreeSet::new();
        while let Some(name) = open.pop() {
            open.extend(self.aliases.get(&name).filter(|whole| !touched.contains(*whole)).cloned());
            touched.insert(name);
        }
        // The linter itself is changed.
        let linter = |name: &&String| self.module.names.get(*name).and_then(Binding::source) == Some("eslint");
        if self.module.loose.is_none() && touched.iter().any(|name| linter(&name)) {
            self.module.loose = Some(Span::default());
        }
        self.module.touched = touched;
        self.module
    }

    fn program(&mut self, program: &Program<'_>) {
        let mut pushed: Vec<Push> = Vec::new();
        for statement in &program.body {
            match self.pushes(statement) {
                Some(more) => pushed.extend(more),
                None => self.statement(statement),
            }
        }
        self.add(pushed);
    }

    fn statement(&mut self, statement: &Statement<'_>) {
        match statement {
            Statement::ImportDeclaration(import) => {
                for specifier in import.specifiers.iter().flatten() {
                    let part = match specifier {
                        ImportDeclarationSpecifier::ImportSpecifier(one) => Some(one.imported.name().to_string()),
                        _ => None,
                    };
                    let part = part.filter(|part| part != "default");
                    let source = import.source.value.to_string();
                    self.module.names.insert(specifier.local().name.to_string(), Binding::Import { source, part });
                }
            }
            Statement::VariableDeclaration(declaration) => self.variables(declaration),
            Statement::ExportDeclaration(export) => {
                if let Declaration::VariableDeclaration(declaration) = &export.declaration {
                    self.variables(declaration);
                }
            }
            Statement::ExportDefaultDeclaration(export) => {
                let node = match &export.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(_)
                    | ExportDefaultDeclarationKind::ClassDeclaration(_)
                    | ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => computed(span(export.as_ref())),
                    other => other.as_expression().map_or_else(|| computed(span(export.as_ref())), |one| expression(one, 0)),
                };
                self.module.export = Some(node);
            }
            Statement::TSExportAssignment(export) => self.module.export = Some(expression(&export.expression, 0)),
            Statement::ExportNamedDeclaration(export) => {
                // `export { config as default }`
                let default = export.specifiers.iter().find(|one| one.exported.name() == "default");
                self.module.export = default
                    .map(|one| Node { what: What::Name(one.local.name().to_string()), span: span(one) })
                    .or_else(|| self.module.export.take());
            }
            Statement::ExportFromDeclaration(export) => {
                if let Some(one) = export.specifiers.iter().find(|one| one.exported.name() == "default") {
                    let module = Node { what: What::Module(export.source.value.to_string()), span: span(one) };
                    let part = one.local.name().to_string();
                    let what = if part == "default" { module.what } else { What::Of(Box::new(module), part) };
                    self.module.export = Some(Node { what, span: span(one) });
                }
            }
            Statement::ExpressionStatement(statement) => self.effect(&statement.expression),
            Statement::FunctionDeclaration(function) => {
                self.functions.extend(function.id.iter().map(|id| id.name.to_string()));
            }
            Statement::ClassDeclaration(class) => self.functions.extend(class.id.iter().map(|id| id.name.to_string())),
            Statement::IfStatement(_) | Statement::BlockStatement(_) if self.is_harmless(statement) => {}
            Statement::EmptyStatement(_)
            | Statement::ExportAllDeclaration(_)
            | Statement::TSTypeAliasDeclaration(_)
            | Statement::TSInterfaceDeclaration(_) => {}
            other => self.module.loose = self.module.loose.or(Some(span(other))),
        }
    }

    fn variables(&mut self, declaration: &VariableDeclaration<'_>) {
        for one in &declaration.declarations {
            let Some(init) = &one.init else {
                self.functions.extend(bound_name(&one.id));
                continue;
            };
            let value = expression(init, 0);
            let whole = root(init);
            let mut alias = |part: &str| drop(whole.as_ref().map(|whole| self.aliases.insert(part.to_owned(), whole.clone())));
            match &one.id {
                BindingPattern::BindingIdentifier(name) => {
                    alias(&name.name);
                    self.module.names.insert(name.name.to_string(), Binding::Value(value));
                }
                BindingPattern::ObjectPattern(pattern) => {
                    for property in &pattern.properties {
                        let (Some(key), Some(name)) = (property.key.static_name(), bound_name(&property.value)) else { continue };
                        alias(&name);
                        let part = Node { what: What::Of(Box::new(value.clone()), key.into_owned()), span: value.span };
                        self.module.names.insert(name, Binding::Value(part));
                    }
                }
                _ => {}
            }
        }
    }

    /// A statement that is run for its effect: an export, or a change of something that has a name.
    fn effect(&mut self, effect: &Expression<'_>) {
        match effect.get_inner_expression() {
            Expression::AssignmentExpression(assignment) => {
                if let AssignmentTarget::StaticMemberExpression(target) = &assignment.left
                    && target.property.name == "exports"
                    && target.object.is_specific_id("module")
                {
                    self.module.export = Some(expression(&assignment.right, 0));
                    self.module.common = true;
                    return;
                }
                let target = self.source(span(&assignment.left)).to_owned();
                if !changes::is_of_a_rule(&target) {
                    self.touch(&target, span(assignment.as_ref()));
                }
            }
            Expression::CallExpression(call) => {
                let (callee, at) = (self.source(span(&call.callee)).to_owned(), span(call.as_ref()));
                if is_harmless_call(&callee) {
                    return;
                }
                // `require("dotenv").config()`, but not what is done to ESLint or to a file of this tree.
                let source = callee.strip_prefix("require(").map(|rest| rest.trim_start_matches(['"', '\'', '`']));
                match source {
                    Some(source) if source.starts_with('.') || source.contains("eslint") => {
                        self.module.loose = self.module.loose.or(Some(at));
                    }
                    Some(_) => {}
                    None => self.touch(&callee, at),
                }
                let given = call.arguments.iter().filter_map(|one| match one {
                    Argument::SpreadElement(spread) => root(&spread.argument),
                    other => other.as_expression().and_then(root),
                });
                let given: Vec<String> = given.collect();
                self.module.touched.extend(given);
            }
            Expression::UnaryExpression(unary) if self.source(span(unary.as_ref())).starts_with("delete require.cache") => {}
            Expression::StringLiteral(_) => {}
            other => self.module.loose = self.module.loose.or(Some(span(other))),
        }
    }

    fn source(&self, at: Span) -> &str {
        self.module.file.text.get(at.start..at.end).unwrap_or_default()
    }

    /// Marks the name that a target text begins with as changed; `module.exports.rules = …` changes the export.
    fn touch(&mut self, target: &str, at: Span) {
        let end = target.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$')).unwrap_or(target.len());
        match &target[..end] {
            // What ends the process is told by its words, wherever it stands.
            "process" => {}
            "" | "module" | "exports" => self.module.loose = self.module.loose.or(Some(at)),
            name => self.called.push((name.to_owned(), at)),
        }
    }
}

/// The name that an expression is, or is a part of.
fn root(of: &Expression<'_>) -> Option<String> {
    let mut of = of.get_inner_expression();
    loop {
        of = match of {
            Expression::Identifier(name) => return Some(name.name.to_string()),
            Expression::StaticMemberExpression(member) => member.object.get_inner_expression(),
            Expression::ComputedMemberExpression(member) => member.object.get_inner_expression(),
            Expression::AwaitExpression(awaited) => awaited.argument.get_inner_expression(),
            _ => return None,
        };
    }
}

fn bound_name(pattern: &BindingPattern<'_>) -> Option<String> {
    match pattern {
        BindingPattern::BindingIdentifier(name) => Some(name.name.to_string()),
        _ => None,
    }
}

fn computed(span: Span) -> Node {
    Node { what: What::Computed, span }
}

/// An expression as a node.
fn expression(from: &Expression<'_>, depth: usize) -> Node {
    let from = from.get_inner_expression();
    let here = span(from);
    if depth > DEPTH {
        return computed(here);
    }
    let deeper = |one: &Expression<'_>| Box::new(expression(one, depth + 1));
    let what = match from {
        Expression::StringLiteral(text) => What::Text(text.value.to_string()),
        Expression::TemplateLiteral(text) => text.single_quasi().map_or(What::Computed, |text| What::Text(text.to_string())),
        Expression::NumericLiteral(number) => What::Number(number.value.to_string()),
        Expression::BooleanLiteral(boolean) => What::Bool(boolean.value),
        Expression::NullLiteral(_) => What::Nothing,
        Expression::Identifier(name) if name.name == "undefined" => What::Nothing,
        Expression::Identifier(name) => What::Name(name.name.to_string()),
        Expression::ArrayExpression(list) => What::List(list.elements.iter().filter_map(|one| element(one, depth + 1)).collect()),
        Expression::ObjectExpression(map) => {
            What::Map(last_of_each(map.properties.iter().map(|one| property(one, depth + 1)).collect()))
        }
        Expression::StaticMemberExpression(of) => What::Of(deeper(&of.object), of.property.name.to_string()),
        Expression::ComputedMemberExpression(of) => match of.expression.get_inner_expression() {
            Expression::StringLiteral(key) => What::Of(deeper(&of.object), key.value.to_string()),
            _ => What::Computed,
        },
        Expression::AwaitExpression(awaited) => return expression(&awaited.argument, depth + 1),
        Expression::ImportExpression(import) => match import.source.get_inner_expression() {
            Expression::StringLiteral(source) => What::Module(source.value.to_string()),
            _ => What::Computed,
        },
        Expression::CallExpression(call) => match call.common_js_require() {
            Some(source) => What::Module(source.value.to_string()),
            None => What::Call(deeper(&call.callee), arguments(&call.arguments, depth + 1)),
        },
        Expression::ConditionalExpression(one) => What::Either(vec![*deeper(&one.consequent), *deeper(&one.alternate)]),
        // The left side of `&&` is a condition.
        Expression::LogicalExpression(one) if one.operator.is_and() => What::Either(vec![*deeper(&one.right)]),
        Expression::LogicalExpression(one) => What::Either(vec![*deeper(&one.left), *deeper(&one.right)]),
        Expression::NewExpression(call) => What::Call(deeper(&call.callee), arguments(&call.arguments, depth + 1)),
        _ => What::Computed,
    };
    Node { what, span: here }
}

fn element(from: &ArrayExpressionElement<'_>, depth: usize) -> Option<Node> {
    match from {
        ArrayExpressionElement::SpreadElement(spread) => {
            let inner = expression(&spread.argument, depth);
            Some(Node { span: span(spread.as_ref()), what: What::Spread(Box::new(inner)) })
        }
        ArrayExpressionElement::Elision(_) => None,
        other => other.as_expression().map(|one| expression(one, depth)),
    }
}

/// Of a key that is written twice the last value counts.
fn last_of_each(members: Vec<Member>) -> Vec<Member> {
    let mut seen = BTreeSet::new();
    let mut kept: Vec<Member> =
        members.into_iter().rev().filter(|member| member.key.as_ref().is_none_or(|key| seen.insert(key.clone()))).collect();
    kept.reverse();
    kept
}

fn arguments(from: &[Argument<'_>], depth: usize) -> Vec<Node> {
    let each = from.iter().map(|one| match one {
        Argument::SpreadElement(spread) => {
            Node { span: span(spread.as_ref()), what: What::Spread(Box::new(expression(&spread.argument, depth))) }
        }
        other => other.as_expression().map_or_else(|| computed(span(other)), |one| expression(one, depth)),
    });
    each.collect()
}

fn property(from: &ObjectPropertyKind<'_>, depth: usize) -> Member {
    match from {
        ObjectPropertyKind::SpreadProperty(spread) => {
            let at = span(spread.as_ref());
            let inner = expression(&spread.argument, depth);
            Member { key: None, span: at, value: Node { what: What::Spread(Box::new(inner)), span: at } }
        }
        ObjectPropertyKind::ObjectProperty(property) => {
            let plain = property.kind == PropertyKind::Init && !property.method;
            let key = property
                .key
                .static_name()
                .filter(|_| !property.computed || matches!(&property.key, oxc_ast::ast::PropertyKey::StringLiteral(_)));
            let value = if plain { expression(&property.value, depth) } else { computed(span(property.as_ref())) };
            Member { key: key.map(std::borrow::Cow::into_owned), span: span(&property.key), value }
        }
    }
}
