//! Owns the dependencies of Gradle builds: one text (`"group:artifact:version"`), named parts (`group: "g", name: "a"`), and aliases of
//! the catalogue `libs` in `gradle/libs.versions.toml`. Refuses to run the build: only literal names count.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::catalog::{self, Catalog};
use crate::doc::{Format, Value};
use crate::snapshot::Snapshot;
use crate::text::{RepoPath, SourceFile, Span};

use super::Sink;
use super::lines::{lines, offset_in, quoted};

/// Where the catalogue that every build knows as `libs` lies, from the root of the build (Gradle, "Version catalogs").
const CATALOGUE: &str = "gradle/libs.versions.toml";

/// Aliases that are read out of one catalogue.
const MOST: usize = 8192;

/// Catalogues that were read, by the file.
#[derive(Default)]
pub(super) struct Catalogues(RefCell<BTreeMap<RepoPath, Rc<Catalogue>>>);

/// Accessors (`spring.web`) to what they stand for.
type Catalogue = BTreeMap<String, Vec<String>>;

impl Catalogues {
    /// The catalogue of the build that a file belongs to: the nearest one above it.
    fn of(&self, snapshot: &Snapshot, file: &RepoPath) -> Option<Rc<Catalogue>> {
        let above = file.parent();
        let path = above.ancestors().find_map(|dir| dir.join(CATALOGUE).filter(|path| snapshot.is_file(path)))?;
        let mut read = self.0.borrow_mut();
        Some(Rc::clone(read.entry(path.clone()).or_insert_with(|| Rc::new(catalogue(snapshot, &path)))))
    }
}

fn catalogue(snapshot: &Snapshot, path: &RepoPath) -> Catalogue {
    let Ok(document) = snapshot.document(path, Format::Toml) else { return Catalogue::new() };
    let mut all = Catalogue::new();
    let table = |key: &str| document.root().get(key);
    for entry in table("libraries").iter().flat_map(|table| table.entries()).take(MOST) {
        if let (Some(alias), Some(module)) = (entry.name(), module(entry.value())) {
            all.insert(accessor(alias), vec![module]);
        }
    }
    let mut bundles = Vec::new();
    for entry in table("bundles").iter().flat_map(|table| table.entries()).take(MOST) {
        let Some(alias) = entry.name() else { continue };
        let members = entry.value().items().take(MOST).filter_map(Value::scalar);
        let known: Vec<String> = members.filter_map(|member| all.get(&accessor(member))).flatten().cloned().collect();
        bundles.push((format!("bundles.{}", accessor(alias)), known));
    }
    all.extend(bundles);
    all
}

/// What a row of `[libraries]` stands for: `group:artifact`.
fn module(value: Value<'_>) -> Option<String> {
    let said = |key: &str| value.get(key).and_then(Value::scalar);
    match (said("module"), said("group"), said("name"), value.scalar()) {
        (Some(module), ..) => Some(module.to_owned()),
        (_, Some(group), Some(name), _) => Some(format!("{group}:{name}")),
        (.., Some(text)) => coordinates(text).map(str::to_owned),
        _ => None,
    }
}

/// The name of an alias in a build: `-`, `_` and `.` all become `.`.
fn accessor(alias: &str) -> String {
    alias.replace(['-', '_'], ".")
}

/// `group:artifact` at the beginning of a text.
fn coordinates(text: &str) -> Option<&str> {
    let mut parts = text.split(':');
    let (group, artifact) = (parts.next()?, parts.next()?);
    let named = plain(group) && plain(artifact) && group.contains(|c: char| c.is_ascii_alphabetic());
    named.then(|| &text[..group.len() + 1 + artifact.len()])
}

fn plain(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

/// One statement that goes over several lines: `implementation(` or a line that ends with a comma.
#[derive(Default)]
struct Open {
    runtime: bool,
    group: Option<String>,
}

/// Reads a Gradle build in either language.
pub(super) fn read(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(file) = snapshot.read(sink.manifest) else { return };
    let mut open: Option<Open> = None;
    for (from, line) in lines(&file) {
        let code = line.trim_start();
        if code.starts_with("//") || code.starts_with('*') || code.starts_with("/*") {
            continue;
        }
        // A block may open and close on one line.
        let inside = code.strip_prefix("dependencies").map(str::trim_start).and_then(|rest| rest.strip_prefix('{'));
        let head = inside.unwrap_or(code).trim_start();
        let word = head.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let mut statement = open
            .take()
            .unwrap_or_else(|| Open { runtime: catalog::lists(&Catalog::builtin().languages.gradle_runtime, word), group: None });
        if word.is_empty() && statement.group.is_none() {
            continue;
        }
        for text in quoted(line) {
            let at = from + offset_in(line, text);
            match named(line, text) {
                Some("group") => statement.group = Some(text.to_owned()).filter(|group| plain(group)),
                Some("name") => {
                    if let Some(group) = statement.group.take().filter(|_| plain(text)) {
                        sink.add(
                            "maven",
                            &format!("{group}:{text}"),
                            file.place(Span::new(at, at + text.len())),
                            statement.runtime,
                        );
                    }
                }
                _ => {
                    if let Some(name) = coordinates(text) {
                        sink.add("maven", name, file.place(Span::new(at, at + name.len())), statement.runtime);
                    }
                }
            }
        }
        aliases(snapshot, sink, &file, (from, line), statement.runtime);
        if code.trim_end().ends_with([',', '(']) {
            open = Some(statement);
        }
    }
}

/// The name of the part that a quoted text is the value of: `group: 'x'`, `group = "x"`.
fn named<'l>(line: &'l str, text: &str) -> Option<&'l str> {
    let before = line.get(..offset_in(line, text).checked_sub(1)?)?.trim_end();
    let before = before.strip_suffix([':', '='])?.trim_end();
    Some(before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default())
}

/// What the aliases of the catalogue on one line stand for.
fn aliases(snapshot: &Snapshot, sink: &mut Sink<'_>, file: &Arc<SourceFile>, (from, line): (usize, &str), runtime: bool) {
    for (at, _) in line.match_indices("libs.") {
        let begins =
            !line[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '"' | '\'' | '/' | '-'));
        let rest = &line[at + "libs.".len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_')).unwrap_or(rest.len());
        let alias = rest[..end].strip_suffix(".get").unwrap_or(&rest[..end]);
        let Some(known) = sink.catalogues.of(snapshot, sink.manifest).filter(|_| begins) else { continue };
        for module in known.get(&accessor(alias)).into_iter().flatten() {
            let place = file.place(Span::new(from + at, from + at + "libs.".len() + alias.len()));
            sink.add("maven", module, place, runtime);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::dependencies::tests::listed;

    const CATALOGUE: (&str, &str) = (
        "gradle/libs.versions.toml",
        "[libraries]\nspring-web = { module = \"org.springframework.boot:spring-boot-starter-web\", version = \"3\" }\nspring_doc = { group = \"org.springdoc\", name = \"springdoc-openapi\" }\nplain = \"a.b:c:1\"\n[bundles]\nweb = [\"spring-web\", \"plain\"]\n",
    );

    #[test]
    fn named_parts() {
        let text = "dependencies {\n  implementation group: 'a.b', name: 'web', version: '1'\n  api(group = \"a.b\", name = \"doc\")\n  testImplementation(\n    group: 'junit',\n    name: 'junit',\n  )\n  exclude group: 'x.y'\n  runtimeOnly name: 'flat'\n}\n";
        let wanted = ["maven:a.b:doc@3:30", "maven:a.b:web@2:39", "-maven:junit:junit@6:12"];
        assert_eq!(listed(&[("build.gradle", text)]), wanted);
    }

    #[test]
    fn aliases_of_the_catalogue() {
        let text = "dependencies {\n  implementation libs.spring.web\n  testImplementation(libs.plain)\n  api(libs.spring.doc.get())\n  implementation(mylibs.plain)\n  runtimeOnly(libs.none)\n}\n";
        let wanted = [
            "-maven:a.b:c@3:22",
            "maven:org.springdoc:springdoc-openapi@4:7",
            "maven:org.springframework.boot:spring-boot-starter-web@2:18",
        ];
        assert_eq!(listed(&[CATALOGUE, ("app/build.gradle.kts", text)]), wanted);
        let bundle = "dependencies { implementation(libs.bundles.web) }\n";
        let wanted = ["maven:a.b:c@1:31", "maven:org.springframework.boot:spring-boot-starter-web@1:31"];
        assert_eq!(listed(&[CATALOGUE, ("build.gradle", bundle)]), wanted);
        assert!(listed(&[("build.gradle", bundle)]).is_empty());
    }
}
