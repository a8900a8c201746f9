//! Owns the fixes for JavaScript: which rules, for which files, in which form of configuration. Refuses to write a second
//! `export default`, and rules for browsers where nothing runs in one.

use super::Bench;
use super::component_view::View;
use super::snippets::{beside, run_in};
use crate::catalog::Catalog;
use crate::catalog::language::Clients;
use crate::facts::components::{Component, ManifestFact};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::tool_config::Deciding;
use crate::text::RepoPath;

/// What of a component's files decides about rules and parsers.
struct Code {
    /// Markup is made: JSX, single-file components.
    browser: bool,
    /// TypeScript needs its own parser.
    typescript: bool,
    /// Some file is a plain script that ESLint reads without a plugin for its language.
    scripts: bool,
    /// Endings of files that ESLint is used for.
    endings: Vec<&'static str>,
}

impl Code {
    fn of(component: &Component) -> Self {
        let any = |extensions: &[&str]| {
            let ends = |name: &str| name.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension));
            component.files.iter().any(|file| ends(file.file_name()))
        };
        let known = ["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue"];
        Self {
            endings: known.into_iter().filter(|one| any(&[one])).collect(),
            browser: any(&["jsx", "tsx", "vue", "svelte", "astro", "html"]),
            typescript: any(&["ts", "mts", "cts", "tsx"]),
            scripts: component.files.is_empty() || any(&["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"]),
        }
    }

    /// The flag without which releases up to 8 look only at `.js`; nothing where there is nothing else.
    fn extensions(&self, bench: &Bench<'_>) -> String {
        // A plugin reads components; without one they are errors.
        let reads =
            |extension: &str| extension != "vue" || bench.facts.dependencies.iter().any(|one| one.name == "eslint-plugin-vue");
        let all: Vec<String> = self.endings.iter().filter(|one| reads(one)).map(|one| format!(".{one}")).collect();
        if all.iter().all(|one| one == ".js") { String::new() } else { format!("--ext {} ", all.join(",")) }
    }

    fn plugin(&self) -> &'static str {
        if self.browser { "no-unsanitized" } else { "security" }
    }

    fn packages(&self) -> String {
        let parser = if self.typescript { " typescript-eslint" } else { "" };
        format!("eslint-plugin-{}{parser}", self.plugin())
    }

    /// The lines that load the packages, in the form that the file is written in.
    fn imports(&self, requires: bool) -> String {
        let load = |name: &str, package: &str| match requires {
            true => format!("const {name} = require(\"{package}\");"),
            false => format!("import {name} from \"{package}\";"),
        };
        let plugin = load("plugin", &format!("eslint-plugin-{}", self.plugin()));
        if self.typescript { format!("{plugin}\n{}", load("tseslint", "typescript-eslint")) } else { plugin }
    }

    /// One object of a flat configuration: what it is about, and rules at `error`.
    fn object(&self) -> String {
        let name = self.plugin();
        let parser = if self.typescript {
            "\n  files: [\"**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}\"],\n  languageOptions: { parser: tseslint.parser },"
        } else {
            ""
        };
        let rules: Vec<String> = self.rules().iter().map(|rule| format!("\"{name}/{rule}\": \"error\"")).collect();
        format!("{{{parser}\n  plugins: {{ \"{name}\": plugin }},\n  rules: {{ {} }},\n}}", rules.join(", "))
    }

    fn rules(&self) -> &'static [&'static str] {
        if self.browser { &["method", "property"] } else { &["detect-eval-with-expression", "detect-child-process"] }
    }
}

/// The smallest step that gates JavaScript.
pub(super) fn step(component: &Component, all: &[View<'_>], bench: &Bench<'_>) -> String {
    let code = Code::of(component);
    if !code.scripts {
        return run_in("pipx run semgrep scan --error --config p/javascript .", component);
    }
    let eslint = all.iter().find(|view| view.tool.id == "eslint");
    let checked = |install: &str| run_in(&format!("{install} && npx eslint --max-warnings 0 ."), component);
    if let Some((view, file)) = eslint.and_then(|view| Some((view, configuration(view, component, bench)?))) {
        let release = if needs_release(view, &file, component, bench) { LAST_TO_READ } else { "" };
        let (install, named) =
            (installed(component, bench), if is_legacy(&file) { code.extensions(bench) } else { String::new() });
        return run_in(&format!("{install}npx eslint{release} {named}--max-warnings 0 ."), component);
    }
    let file = beside(component, "eslint.config.mjs");
    let (packages, imports, object) = (code.packages(), code.imports(false), code.object());
    // Without a manifest there is nothing to lock: the step brings what it needs.
    if component.manifest.is_none() {
        let step = checked(&format!("npm install --no-save eslint {packages}"));
        return format!("{step}\nafter adding {file}:\n{imports}\nexport default [{object}];");
    }
    let step = checked(locked(component, bench));
    let install = install(component, bench, &format!("eslint {packages}"));
    format!("{step}\nafter `{install}`, and with {file}:\n{imports}\nexport default [{object}];")
}

/// Where and how the security rules of a gating ESLint are switched on.
pub(super) fn rules(view: &View<'_>, component: &Component, all: &[View<'_>], bench: &Bench<'_>) -> String {
    let code = Code::of(component);
    let Some(file) = configuration(view, component, bench) else {
        // `standard` and `xo` bring their own rules and read no others.
        return format!("run ESLint itself beside it:\n{}", step(component, all, bench));
    };
    let install = |packages: &str| install(component, bench, packages);
    let name = file.rsplit('/').next().unwrap_or_default();
    if is_legacy(&file) {
        let place = if name == "package.json" { "under `eslintConfig` in" } else { "in" };
        let (plugin, is_yaml) = (code.plugin(), name.ends_with(".yml") || name.ends_with(".yaml"));
        let (item, between) = if is_yaml { ("- ", "\n") } else { ("", ",\n") };
        let rules: Vec<String> = code.rules().iter().map(|rule| format!("\"{plugin}/{rule}\": \"error\"")).collect();
        // The file may have both keys, and a second one of a name would take the place of the first.
        return format!(
            "{}, and {place} {file} add to the list `plugins`:\n{item}\"{plugin}\"\nand to `rules`:\n{}",
            install(&format!("eslint-plugin-{plugin}")),
            rules.join(between)
        );
    }
    let (requires, called) = match view.on.deciding {
        Some(Deciding::Writes { requires, called, .. }) => (requires, called),
        _ => (false, false),
    };
    let place = if called { "as the last argument of the call that it exports" } else { "to the exported array" };
    let (imports, object) = (code.imports(requires), code.object());
    let install = install(&code.packages());
    format!("{install}, and in {file} add the imports and one more object {place}:\n{imports}\n\n{object}")
}

/// The last release that reads an `.eslintrc` by itself (docs/src/use/configure/migration-guide.md of ESLint 9).
const LAST_TO_READ: &str = "@8";

/// Whether a configuration is one that newer releases do not read.
fn is_legacy(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or_default();
    name.starts_with(".eslintrc") || name == "package.json"
}

/// Whether what would run, called by its name alone, does not read the configuration: nothing says which release it is, or one that does
/// not is asked for.
fn needs_release(view: &View<'_>, file: &str, component: &Component, bench: &Bench<'_>) -> bool {
    let own = |manifest: &RepoPath| component.declared_in.contains(manifest) || component.manifest.as_ref() == Some(manifest);
    let declared = bench.facts.dependencies.iter().any(|one| one.name == "eslint" && own(&one.manifest));
    let refused = |hold: &Hold| hold.effect == HoldEffect::Void && hold.place.path.as_str() == file;
    is_legacy(file) && (!declared || view.standing.invocations.iter().flat_map(|one| &one.held_by).any(refused))
}

/// The configuration that ESLint itself reads, as a path: not a dependency that only proves it is there.
fn configuration(view: &View<'_>, component: &Component, bench: &Bench<'_>) -> Option<String> {
    let place = view.judged().or_else(|| view.configured_for(component))?;
    let dependency = bench.facts.dependencies.iter().any(|dependency| dependency.place == *place);
    (!dependency && view.chain().last().is_none_or(|hop| hop.place != *place)).then(|| place.path.to_string())
}

fn clients() -> &'static Clients {
    &Catalog::builtin().languages.client
}

/// The command that installs what is locked: a configuration imports its plugins, a script starts what is installed.
pub(super) fn locked(component: &Component, bench: &Bench<'_>) -> &'static str {
    locked_at(&component.directory, bench)
}

/// The same in front of a command; nothing where nothing says what to install.
pub(super) fn installed(component: &Component, bench: &Bench<'_>) -> String {
    let here = |one: &ManifestFact| one.path.file_name() == "package.json" && one.path.parent() == component.directory;
    let any = component.manifest.is_some() || bench.facts.inventory.manifests.iter().any(here);
    if any { format!("{} && ", locked(component, bench)) } else { String::new() }
}

/// The same, in a directory with a manifest.
pub(super) fn locked_at(directory: &RepoPath, bench: &Bench<'_>) -> &'static str {
    let Some((home, lock)) = bench.facts.locks.nearest_in(directory, "javascript") else { return &clients().otherwise.install };
    let client = clients().of(Some(lock));
    // A lock above locks what lies in its workspace, and nothing else.
    let member = |manifest: &ManifestFact| manifest.member_of.is_some() && manifest.path.parent() == *directory;
    if home != *directory && !bench.facts.inventory.manifests.iter().any(member) {
        return &client.install;
    }
    &client.frozen
}

/// The command that installs for development, by the lock file.
fn install(component: &Component, bench: &Bench<'_>, packages: &str) -> String {
    let lock = bench.facts.locks.nearest(&component.directory, "javascript");
    format!("{} {packages}", clients().of(lock).add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::components::Scope;
    use crate::text::RepoPath;

    fn code(files: &[&str]) -> Code {
        let files = files.iter().map(|file| RepoPath::new(file).expect("a path")).collect();
        Code::of(&Component {
            directory: RepoPath::root(),
            language: "javascript".to_owned(),
            ecosystem: None,
            manifest: None,
            declared_by: None,
            members: Vec::new(),
            scope: Scope::Production,
            files,
            declared_in: Vec::new(),
        })
    }

    #[test]
    fn rules_fit_the_code() {
        assert_eq!(code(&["src/server.js"]).packages(), "eslint-plugin-security");
        assert_eq!(code(&["src/server.ts"]).packages(), "eslint-plugin-security typescript-eslint");
        assert!(code(&["src/server.ts"]).object().contains("files: [\"**/*.{js"));
        assert_eq!(code(&["src/App.jsx"]).packages(), "eslint-plugin-no-unsanitized");
        assert!(!code(&["src/App.svelte"]).scripts);
    }
}
