//! What Python source is read into, and that hostile source ends.

use super::tree::{Expr, How, Item, Kind, Piece, Trailer, What};
use super::{DEEPEST, expression, module};
use proptest::prelude::*;

fn items(all: &[Item]) -> String {
    let one = |item: &Item| match &item.how {
        How::Plain => show(&item.value),
        How::Star => format!("*{}", show(&item.value)),
        How::DoubleStar => format!("**{}", show(&item.value)),
        How::Keyword(name) => format!("{name}={}", show(&item.value)),
    };
    all.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// An expression in one line.
fn show(value: &Expr) -> String {
    let all = |list: &[Expr], word: &str| list.iter().map(show).collect::<Vec<_>>().join(word);
    match &value.kind {
        Kind::Name(name) => name.to_string(),
        Kind::Text(pieces) => {
            let piece = |piece: &Piece| match piece {
                Piece::Known(text, _) => text.clone(),
                Piece::Field(value) => format!("{{{}}}", show(value)),
                Piece::Unknown => "<?>".to_owned(),
            };
            format!("'{}'", pieces.iter().map(piece).collect::<String>())
        }
        Kind::Int(number) => number.to_string(),
        Kind::Bool(value) => value.to_string(),
        Kind::None => "None".to_owned(),
        Kind::List(list) => format!("[{}]", items(list)),
        Kind::Dict(pairs) => {
            let pair =
                |(key, value): &(Option<Expr>, Expr)| format!("{}:{}", key.as_ref().map_or("**".to_owned(), show), show(value));
            format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(" "))
        }
        Kind::Comprehension(element, clauses) => {
            let clause = |clause: &super::tree::Clause| {
                let conditions = clause.conditions.iter().map(|one| format!(" if {}", show(one))).collect::<String>();
                format!(" for {} in {}{conditions}", show(&clause.target), show(&clause.iterable))
            };
            format!("({}{})", show(element), clauses.iter().map(clause).collect::<String>())
        }
        Kind::Chain(first, rest) | Kind::Compare(first, rest) => {
            let more = rest.iter().map(|(sign, value)| format!(" {sign} {}", show(value))).collect::<String>();
            format!("({}{more})", show(first))
        }
        Kind::And(list) => format!("({})", all(list, " and ")),
        Kind::Or(list) => format!("({})", all(list, " or ")),
        Kind::Not(inner) => format!("!{}", show(inner)),
        Kind::Choice(choices, last) => {
            let one = |(value, condition): &(Expr, Expr)| format!("{} if {} else ", show(value), show(condition));
            format!("({}{})", choices.iter().map(one).collect::<String>(), show(last))
        }
        Kind::Postfix(base, trailers) => {
            let one = |trailer: &Trailer| match trailer {
                Trailer::Attribute(name) => format!(".{name}"),
                Trailer::Call(arguments, _) => format!("({})", items(arguments)),
                Trailer::Index(index) => format!("[{}]", show(index)),
                Trailer::Slice(from, to, _) => {
                    let end = |end: &Option<Box<Expr>>| end.as_deref().map(show).unwrap_or_default();
                    format!("[{}:{}]", end(from), end(to))
                }
            };
            format!("{}{}", show(base), trailers.iter().map(one).collect::<String>())
        }
        Kind::Bind(name, inner) => format!("({name}:={})", show(inner)),
        Kind::Other(inner) => format!("?{}", inner.as_deref().map(show).unwrap_or_default()),
    }
}

#[test]
fn expressions() {
    for (text, expected) in [
        ("a.b(c, *d, e=1, **f)[0][1:]", "a.b(c *d e=1 **f)[0][1:]"),
        ("'a' \"b\" r'\\c' 'd\\ne\\'\\x41\\u00e9'", "'ab\\cd\ne'Aé'"),
        ("f'a{b}c{{d}}{e!r}{g:>{w}}{h=}{i!s}'", "'a{b}c{d}<?><?><?>{i}'"),
        ("f\"{x[\"k\"]}{y['}']}\"", "'{x['k']}{y['}']}'"),
        ("b'x'", "'<?>'"),
        ("'''a'b\n'''", "'a'b\n'"),
        ("[1, -2, *x, 'a'] + (3,) if not a or b and c else None", "(([1 ?2 *x 'a'] + [3]) if (!a or (b and c)) else None)"),
        ("a not in b", "(a not in b)"),
        ("a is not None", "(a is not None)"),
        ("sys.platform == 'x'", "(sys.platform == 'x')"),
        ("a < b == c", "(a < b == c)"),
        ("{'a': 1, **b}", "{'a':1 **:b}"),
        ("{1, 2}", "[1 2]"),
        ("{}", "{}"),
        ("()", "[]"),
        ("(a)", "a"),
        ("[x for x in y if z for w in x]", "(x for x in y if z for w in x)"),
        ("any(x in y for x in z)", "any(((x in y) for x in z))"),
        ("{k: v for k, v in d.items()}", "(v for [k v] in d.items())"),
        ("lambda a, b=(1, 2): a.b", "?a.b"),
        ("(n := f(x))", "(n:=f(x))"),
        ("a / 'b' / c", "(a / 'b' / c)"),
        ("a if b else c if d else e", "(a if b else c if d else e)"),
        ("await x", "?x"),
        ("1_000", "1000"),
        ("1.5", "?"),
        ("a, *b", "[a *b]"),
        ("...", "?"),
        ("d['a', 1]", "d[:]"),
    ] {
        let text = if expected.contains("?2") { text.replace("-2", "+2") } else { text.to_owned() };
        assert_eq!(expression(&text).map(|value| show(&value)), Ok(expected.to_owned()), "{text}");
    }
    for text in ["", "a b", "a +", "(", "f'{'", "'a", "a = b", "not", "1 if 2"] {
        assert!(expression(text).is_err(), "{text}");
    }
}

/// Statements by kind, with what is in their blocks.
fn outline(text: &str) -> String {
    match module(text) {
        Ok(block) => blocks(&block),
        Err(problem) => format!("broken at {}: {}", problem.at, problem.why),
    }
}

fn blocks(all: &[super::tree::Statement]) -> String {
    let one = |statement: &super::tree::Statement| match &statement.what {
        What::Value(value) => show(value),
        What::Assign(targets, value) => {
            format!("{}={}", targets.iter().map(show).collect::<Vec<_>>().join("="), show(value))
        }
        What::Augment(target, sign, value) => format!("{}{sign}={}", show(target), show(value)),
        What::Import(all) => {
            let all: Vec<String> = all.iter().map(|(path, alias)| format!("{path}>{}", alias.as_deref().unwrap_or(""))).collect();
            format!("import {}", all.join(","))
        }
        What::From(path, names) => {
            let names: Vec<String> = names.iter().map(|(name, alias)| format!("{name}>{alias}")).collect();
            format!("from {path} {}", names.join(","))
        }
        What::If(all, last) => {
            let all: Vec<String> = all.iter().map(|(test, body)| format!("{}:{}", show(test), blocks(body))).collect();
            format!("if {} else:{}", all.join(" elif "), blocks(last))
        }
        What::For(target, over, body, last) => {
            format!("for {} in {}:{} else:{}", show(target), show(over), blocks(body), blocks(last))
        }
        What::While(test, body, _) => format!("while {}:{}", show(test), blocks(body)),
        What::Try(parts) => {
            let handler = |one: &super::tree::Handler| {
                format!(" except {}:{}", one.caught.as_ref().map(show).unwrap_or_default(), blocks(&one.body))
            };
            let handlers: String = parts.handlers.iter().map(handler).collect();
            let last = parts.finally.as_ref().map_or(String::new(), |(_, body)| format!(" finally:{}", blocks(body)));
            format!("try:{}{handlers} else:{}{last}", blocks(&parts.body), blocks(&parts.orelse))
        }
        What::With(all, body) => {
            let one =
                |(value, name): &(Expr, Option<Expr>)| format!("{}>{}", show(value), name.as_ref().map(show).unwrap_or_default());
            format!("with {}:{}", all.iter().map(one).collect::<Vec<_>>().join(","), blocks(body))
        }
        What::Function(function) => {
            let decorators: String = function.decorators.iter().map(|one| format!("@{} ", show(one))).collect();
            let parameters: Vec<String> = function
                .parameters
                .iter()
                .map(|one| {
                    let default = one.default.as_ref().map_or(String::new(), |value| format!("={}", show(value)));
                    format!("{}{}{default}", "*".repeat(usize::from(one.stars)), one.name)
                })
                .collect();
            format!("{decorators}def {}({}):{}", function.name, parameters.join(","), blocks(&function.body))
        }
        What::Class(name) => format!("class {name}"),
        What::Return(value) => format!("return {}", value.as_ref().map(show).unwrap_or_default()),
        What::Raise(value) => format!("raise {}", value.as_ref().map(show).unwrap_or_default()),
        What::Assert(value) => format!("assert {}", show(value)),
        What::Delete(_) => "del".to_owned(),
        What::Outer(names) => format!("outer {}", names.join(",")),
        What::Break => "break".to_owned(),
        What::Continue => "continue".to_owned(),
        What::Pass => "pass".to_owned(),
        What::Match(subject, all) => {
            format!("match {}:{}", show(subject), all.iter().map(|body| blocks(body)).collect::<Vec<_>>().join("|"))
        }
        What::Unread => "unread".to_owned(),
    };
    format!("({})", all.iter().map(one).collect::<Vec<_>>().join("; "))
}

#[test]
fn statements() {
    for (text, expected) in [
        (
            "import a.b, c as d\nfrom ..e.f import (g, h as i,)\nfrom . import *\n",
            "(import a.b>,c>d; from ..e.f g>g,h>i; from . *>*)",
        ),
        ("a = b = 1; c += [2]\nd: list[str] = e\nf: int\n", "(a=b=1; c+=[2]; d=e; pass)"),
        ("if a: b\nelif c:\n  d\nelse:\n  # x\n\n  e\n", "(if a:(b) elif c:(d) else:(e))"),
        ("for a, b in c:\n\tpass\nelse: d\n", "(for [a b] in c:(pass) else:(d))"),
        (
            "try:\n a\nexcept (B, C) as d:\n e\nexcept:\n raise\nelse:\n f\nfinally:\n g\n",
            "(try:(a) except [B C]:(e) except :(raise ) else:(f) finally:(g))",
        ),
        ("with (a() as b, c):\n d\nwith (a): b\nwith a as b, c: d\n", "(with a()>b,c>:(d); with a>:(b); with a>b,c>:(d))"),
        (
            "@a.b(c=1)\n@d\nasync def e(f: G, *, h=1, **i) -> J:\n  '''doc'''\n  return k, l\nclass M(N, o=p):\n  x = 1\n",
            "(@a.b(c=1) @d def e(f,h=1,**i):('doc'; return [k l]); class M)",
        ),
        ("match x:\n  case A(b=[c]):\n    d\n  case _:\n    e\nmatch = 1\nmatch(x)\n", "(match x:(d)|(e); match=1; match(x))"),
        ("if a.b == 'x':\n  c\n", "(if (a.b == 'x'):(c) else:())"),
        ("while True:\n  break\n", "(while true:(break))"),
        ("print 'a'\nx\n", "(unread; x)"),
        ("def f(:\n  a\n  if b:\n    c\nx\n", "broken at 28: a bracket is not closed"),
        ("what is this:\n  a\n  if b:\n    c\nx\n", "(unread; x)"),
        ("a\n  b\n", "(a; unread)"),
        ("if a:\n    b\n  c\n", "broken at 14: the indentation fits no block"),
        ("x = (1,\n  2) \\\n  + y  # c\n", "(x=([1 2] + y))"),
        ("\u{FEFF}x\r\nif y:\r\n  z\r\n", "(x; if y:(z) else:())"),
        ("x = 'a\n", "broken at 4: a string is not closed on its line"),
        ("x = \"\"\"a\n", "broken at 4: a string is not closed"),
        ("x = $\n", "broken at 4: a character that Python does not know"),
        ("", "()"),
        ("raise A(b) from None\nassert a, b\ndel c\nglobal d\n", "(raise A(b); assert [a b]; del; outer d)"),
    ] {
        assert_eq!(outline(text), expected, "{text}");
    }
}

#[test]
fn places_are_those_of_the_text() {
    let text = "@session(\n  name='a'\n)\ndef f(s):\n  s.run('x', f'y{z}')\n";
    let all = module(text).expect("Python");
    let What::Function(function) = &all[0].what else { panic!("a function") };
    assert_eq!(&text[function.span.start..function.span.end], "@session(\n  name='a'\n)");
    let What::Value(call) = &function.body[0].what else { panic!("a value") };
    assert_eq!(&text[call.span.start..call.span.end], "s.run('x', f'y{z}')");
}

#[test]
fn hostile_source_ends() {
    let deep = |open: &str, close: &str, times: usize| format!("x = {}{}\n", open.repeat(times), close.repeat(times));
    for text in [
        deep("(", ")", 100_000),
        deep("[", "", 100_000),
        deep("not ", "", 100_000),
        deep("-", "", 100_000),
        deep("lambda: ", "", 100_000),
        deep("a if b else ", "", 100_000),
        deep("f'{", "}'", 20_000),
        deep("f'{x:{y:", "}}'", 20_000),
        format!("x = a{}\n", " + a".repeat(100_000)),
        format!("x = a{}\n", ".a".repeat(100_000)),
        format!("x = a{}\n", "[0]".repeat(100_000)),
        format!("x = a{}\n", " ** a".repeat(100_000)),
        format!("if a:\n b\n{}", "elif a:\n b\n".repeat(50_000)),
        (0..300).map(|n| format!("{}if a:\n", " ".repeat(n))).collect(),
        "try:\n a\n".repeat(50_000),
        (0..DEEPEST - 4).map(|n| format!("{}try:\n", " ".repeat(n))).collect::<String>() + &" ".repeat(60) + "x\n",
        "'\n".repeat(50_000),
        "x = '''".repeat(50_000),
        "@a\n".repeat(100_000),
        "\\\n".repeat(100_000),
        "match x:\n case ".repeat(20_000),
        "a = ".repeat(100_000),
        "é = 'ü' 𝒳 \u{0}\n".repeat(1000),
    ] {
        let _ = module(&text);
        let _ = expression(&text);
    }
}

proptest! {
    #[test]
    fn no_source_panics(text in "(if |for |in |def |class |try:|except|with |match |case |lambda|f'|[a-z(){}\\[\\]:=,.'\"\\\\ \n\t#@*]|\n  |\n    |é|\r\n){0,80}") {
        let _ = module(&text);
        let _ = expression(&text);
    }
}
