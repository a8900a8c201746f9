//! Owns what the tree tells a launcher to put in front of every program that it starts: another yarn, code that Node loads first, a
//! plugin of tox, settings on cargo's command line. Refuses shells of scripts: those are found where scripts are run.

use crate::answer::Reason;
use crate::doc::{Format, Value};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::matching::program_name;
use crate::facts::pipeline::Env;
use crate::facts::runners::World;
use crate::facts::shell::Word;
use crate::facts::workdir::Workdir;
use crate::text::{Place, RepoPath, Span};

/// Options of Node behind which stands code that it loads first (node, `doc/api/cli.md`).
const LOADS: &[&str] = &["--require", "-r", "--import", "--loader", "--experimental-loader"];

/// The settings of yarn, of its first release too.
const YARN: &str = ".yarnrc.yml";
const FIRST_YARN: &str = ".yarnrc";

/// A plugin of tox (tox, "extending").
const TOX_PLUGIN: &str = "toxfile.py";

/// What launchers look for by themselves.
pub(super) const FILES: [&str; 3] = [YARN, FIRST_YARN, TOX_PLUGIN];

/// Launchers that start programs of Node.
const NODE: &[&str] = &["npm", "npx", "pnpm", "pnpx", "yarn", "bun", "bunx"];

/// What the tree makes of all that a launcher starts.
pub(in crate::facts) fn of_launcher(words: &[Word], workdir: &Workdir, world: &World<'_>) -> Vec<Hold> {
    let Some(program) = words.first().and_then(|word| word.value.as_deref()).map(program_name) else { return Vec::new() };
    let here = || workdir.dir().unwrap_or_else(RepoPath::root);
    let mut out = Vec::new();
    match program {
        "tox" => out.extend(plugin(&here(), world)),
        "cargo" => {
            out.extend(settings(words, workdir, world));
            out.extend(toolchain(words.get(1), "+", workdir, world));
        }
        "rustup" if words.get(1).is_some_and(|word| word.value.as_deref() == Some("run")) => {
            out.extend(toolchain(words[2..].iter().find(|word| !word.head().starts_with('-')), "", workdir, world));
        }
        _ if NODE.contains(&program) => {
            if program == "yarn" {
                out.extend(yarn(&here(), world));
            }
            out.extend(npmrc(&here(), world));
        }
        _ => {}
    }
    out
}

/// A toolchain of the tree that stands on the command line: `cargo +PATH`, `rustup run PATH` (rustup, src/cli/proxy_mode.rs).
fn toolchain(word: Option<&Word>, mark: &str, workdir: &Workdir, world: &World<'_>) -> Option<Hold> {
    let word = word?;
    let named = word.value.as_deref()?.strip_prefix(mark)?;
    let why = "the toolchain is a directory of the tree";
    super::is_toolchain(named, workdir, world).then(|| Hold::new(HoldEffect::Void, word.place.clone(), why))
}

/// Variables by which a file of the tree runs before the tool, or its packages come from the tree.
pub(in crate::facts) fn of_variables(
    ecosystems: &[&str],
    env: &Env,
    workdir: &Workdir,
    world: &World<'_>,
    place: &Place,
) -> Option<Hold> {
    let value = |name: &str| env.get(name).and_then(Option::as_deref);
    if ecosystems.contains(&"npm")
        && let Some(file) = value("NODE_OPTIONS").and_then(|options| loaded(options, workdir, world))
    {
        let why = format!("`NODE_OPTIONS` makes Node run `{file}` of the tree first");
        return Some(Hold::new(HoldEffect::Void, place.clone(), why));
    }
    if ecosystems.contains(&"pypi") {
        for name in ["PYTHONUSERBASE", "PYTHONHOME"] {
            let directory = value(name).filter(|value| !value.is_empty()).and_then(|value| workdir.resolve(value));
            if directory.is_some_and(|path| world.snapshot.is_dir(&path)) {
                let why = format!("`{name}` makes Python take packages from the tree");
                return Some(Hold::new(HoldEffect::Unknown(Reason::Unsupported), place.clone(), why));
            }
        }
    }
    None
}

/// The first file of the tree that options of Node load.
fn loaded(options: &str, workdir: &Workdir, world: &World<'_>) -> Option<RepoPath> {
    let words: Vec<&str> = options.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
    let joined =
        words.iter().filter_map(|word| word.split_once('=').filter(|(flag, _)| LOADS.contains(flag)).map(|(_, file)| file));
    let apart = words.windows(2).filter(|pair| LOADS.contains(&pair[0])).map(|pair| pair[1]);
    joined.chain(apart).find_map(|file| {
        let file = file.strip_prefix("file://").unwrap_or(file);
        // A bare name is a package.
        let path = workdir.resolve(file).filter(|_| file.starts_with(['.', '/']))?;
        let ends = ["", ".js", ".cjs", ".mjs", "/index.js"];
        ends.iter().filter_map(|end| RepoPath::new(&format!("{path}{end}"))).find(|path| world.snapshot.is_file(path))
    })
}

/// `yarnPath`: the release that yarn itself commits is yarn, another file is another program.
fn yarn(directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let snapshot = world.snapshot;
    for dir in directory.ancestors() {
        let place_of = |path: String, place: Place| {
            let file = dir.join(&path).filter(|file| snapshot.is_file(file))?;
            let release = file.as_str().contains(".yarn/releases/yarn-");
            (!release).then(|| Hold::new(HoldEffect::Void, place, format!("yarn is the file `{file}` of the tree")))
        };
        if let Some(path) = dir.join(YARN).filter(|path| snapshot.is_file(path))
            && let Ok(document) = snapshot.document(&path, Format::Yaml)
            && let Some(value) = document.root().get("yarnPath")
        {
            return place_of(value.as_str().unwrap_or_default().to_owned(), value.place());
        }
        if let Some(path) = dir.join(FIRST_YARN).filter(|path| snapshot.is_file(path))
            && let Ok(file) = snapshot.read(&path)
            && let Some((text, span)) = line(&file.text, "yarn-path")
        {
            return place_of(text.trim_matches('"').to_owned(), file.place(span));
        }
    }
    None
}

/// `node-options` of npm's own settings.
fn npmrc(directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    directory.ancestors().find_map(|dir| {
        let path = dir.join(".npmrc").filter(|path| world.snapshot.is_file(path))?;
        let file = world.snapshot.read(&path).ok()?;
        let (options, span) = line(&file.text, "node-options")?;
        let loaded = loaded(options, &Workdir::workspace().enter(dir.as_str()), world)?;
        Some(Hold::new(HoldEffect::Void, file.place(span), format!("`node-options` makes Node run `{loaded}` of the tree first")))
    })
}

/// What stands behind a key at the beginning of a line.
fn line<'t>(text: &'t str, key: &str) -> Option<(&'t str, Span)> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        if let Some(rest) = line.trim().strip_prefix(key).filter(|rest| rest.starts_with([' ', '=', '\t', ':'])) {
            let span = Span::new(start, start + line.trim_end().len());
            return Some((rest.trim_start_matches([' ', '=', '\t', ':']), span));
        }
    }
    None
}

/// `toxfile.py` is a plugin, and so may be what `requires` takes from the tree.
fn plugin(directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let held = |place: Place| {
        Hold::new(HoldEffect::Unknown(Reason::Unsupported), place, "a plugin of the tree, which is not read, changes tox")
    };
    if let Some(path) = directory.join(TOX_PLUGIN).filter(|path| world.snapshot.is_file(path)) {
        return Some(held(Place::file(path)));
    }
    let path = directory.join("tox.ini").filter(|path| world.snapshot.is_file(path))?;
    let document = world.snapshot.document(&path, Format::Ini).ok()?;
    let requires = document.root().route(&["tox", "requires"])?;
    let local = requires.as_str()?.lines().any(|line| super::local::path_of(line.trim()).is_some());
    local.then(|| held(requires.place()))
}

/// `cargo --config KEY=VALUE` or `--config FILE`: an alias of the command's name, another compiler.
fn settings(words: &[Word], workdir: &Workdir, world: &World<'_>) -> Option<Hold> {
    // Behind `--` the words are the program's own.
    let texts = words.iter().map(|word| word.value.as_deref().unwrap_or_default());
    let texts: Vec<&str> = texts.take_while(|word| *word != "--").collect();
    for (at, word) in texts.iter().enumerate() {
        let value = match word.strip_prefix("--config=") {
            Some(value) => value,
            None if *word == "--config" => texts.get(at + 1)?,
            None => continue,
        };
        let of_file = workdir.resolve(value).filter(|path| !value.contains('=') && world.snapshot.is_file(path));
        let text = match of_file {
            Some(path) => match world.snapshot.document(&path, Format::Toml) {
                Ok(document) => {
                    let root = document.root();
                    let alias = root
                        .get("alias")
                        .into_iter()
                        .flat_map(Value::entries)
                        .filter_map(|entry| Some(format!("alias.{}=", entry.name()?)));
                    let build = ["rustc", "rustc-wrapper"]
                        .iter()
                        .filter_map(|key| Some(format!("build.{key}={}", root.route(&["build", key])?.as_str()?)));
                    alias.chain(build).collect::<Vec<_>>().join("\n")
                }
                Err(_) => continue,
            },
            None => (*value).to_owned(),
        };
        let odd = text.lines().find(|line| {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            let key = key.trim();
            let alias = key.strip_prefix("alias.").is_some_and(|name| texts.contains(&name.trim_matches('"')));
            alias || (matches!(key, "build.rustc" | "build.rustc-wrapper") && value.contains('/'))
        });
        if odd.is_some() {
            return Some(Hold::new(HoldEffect::Void, words[at].place.clone(), "`--config` puts another program in place"));
        }
    }
    None
}
