//! Owns what golangci-lint's exclusions take away as a whole: every file, every finding of a linter, most rules of gosec.
//! Refuses exclusions of a part: they are ordinary.

use regex::{Regex, RegexBuilder};

use super::tree::{Item, Tree};
use crate::answer::{Answer, Reason, Why};
use crate::catalog;
use crate::facts::tool_config::{Deciding, Query, coverage};
use crate::text::{Place, RepoPath};

/// Patterns compiled at most.
const PATTERNS: usize = 200;

/// Where `includes` and `excludes` leave less than half of gosec's rules.
pub(super) fn few_rules(tree: &Tree<'_>) -> Result<Option<Deciding>, Why> {
    let mut tables = vec![tree.route(&["linters-settings", "gosec"])?];
    tables.push(tree.route(&["linters", "settings", "gosec"])?);
    for table in tables {
        let (includes, excludes) = (table.list("includes")?, table.list("excludes")?);
        let has = |list: &[Item], code: &str| list.iter().any(|item| item.text == code);
        let all = &catalog::knows("golangci-lint").security_rules;
        let left = all.iter().filter(|code| (includes.is_empty() || has(&includes, code)) && !has(&excludes, code)).count();
        if left * 2 < all.len() {
            let (key, how, list) = match excludes.first() {
                Some(first) => ("excludes", "excluded, most of them,", first),
                None => ("includes", "left out but for these few, which are included", &includes[0]),
            };
            let change = format!("delete gosec's `{key}`, or most of it");
            return Ok(Some(Deciding::TakesOut { place: list.place.clone(), how, change }));
        }
    }
    Ok(None)
}

/// A rule that drops findings.
struct Rule {
    /// The linters it is about; none: all.
    linters: Vec<String>,
    path: Option<Regex>,
    except: Option<Regex>,
    place: Place,
}

/// All exclusions.
pub(super) struct Exclusions {
    subjects: Vec<String>,
    rules: Vec<Rule>,
    doubt: Option<Why>,
}

impl Exclusions {
    /// From the configuration; `config` is the directory it lies in.
    pub(super) fn read(tree: &Tree<'_>, query: &Query<'_>, config: Option<RepoPath>) -> Result<Self, Why> {
        let mut all = Self { subjects: Vec::new(), rules: Vec::new(), doubt: None };
        let exclusions = tree.route(&["linters", "exclusions"])?;
        let (issues, run) = (tree.table("issues")?, tree.table("run")?);
        for item in exclusions.list("paths")? {
            all.add_path(&item);
        }
        let excepts = exclusions.list("paths-except")?;
        if let Some(first) = excepts.first() {
            let joined = excepts.iter().map(|item| format!("(?:{})", item.text)).collect::<Vec<_>>().join("|");
            let except = all.compile(&joined, &first.place);
            all.rules.extend(except.map(|except| Rule {
                linters: vec![],
                path: None,
                except: Some(except),
                place: first.place.clone(),
            }));
        }
        for (table, key) in [(issues, "exclude-dirs"), (run, "skip-dirs"), (issues, "exclude-files"), (run, "skip-files")] {
            for item in table.list(key)? {
                all.add_path(&item);
            }
        }
        for item in issues.list("exclude")? {
            if all.takes_everything(&item) {
                all.rules.push(Rule { linters: vec![], path: None, except: None, place: item.place });
            }
        }
        for (table, key) in [(exclusions, "rules"), (issues, "exclude-rules")] {
            for rule in table.tables(key)? {
                all.add_rule(rule)?;
            }
        }
        if !all.rules.is_empty() {
            let base = match run.text("relative-path-mode")?.map(|mode| mode.text).as_deref() {
                Some("wd") => query.directory.clone(),
                Some("gitroot") => RepoPath::root(),
                _ => config.unwrap_or_default(),
            };
            all.subjects = coverage::subjects(query, &["go"], &base);
        }
        Ok(all)
    }

    fn compile(&mut self, pattern: &str, place: &Place) -> Option<Regex> {
        let fits = self.rules.len() < PATTERNS && pattern.len() <= 4096;
        let regex = fits.then(|| RegexBuilder::new(pattern).case_insensitive(false).size_limit(1 << 20).build().ok()).flatten();
        if regex.is_none() && self.doubt.is_none() {
            self.doubt = Some(Why::new(Reason::Unsupported, "a pattern of an exclusion is not understood").at(place.clone()));
        }
        regex
    }

    fn add_path(&mut self, item: &Item) {
        let path = self.compile(&item.text, &item.place);
        self.rules.extend(path.map(|path| Rule { linters: vec![], path: Some(path), except: None, place: item.place.clone() }));
    }

    fn takes_everything(&mut self, item: &Item) -> bool {
        let pattern = format!("(?i){}", item.text);
        self.compile(&pattern, &item.place)
            .is_some_and(|regex| catalog::knows("golangci-lint").findings.iter().all(|text| regex.is_match(text)))
    }

    fn add_rule(&mut self, rule: Tree<'_>) -> Result<(), Why> {
        let Some(place) = rule.place() else { return Ok(()) };
        for key in ["text", "source"] {
            if let Some(item) = rule.text(key)?.filter(|item| !item.text.is_empty())
                && !self.takes_everything(&item)
            {
                return Ok(());
            }
        }
        let given = |key: &str| Ok::<_, Why>(rule.text(key)?.filter(|item| !item.text.is_empty()));
        let (path, except) = (given("path")?, given("path-except")?);
        let compiled = path.as_ref().map(|item| self.compile(&item.text, &item.place));
        let compiled_except = except.as_ref().map(|item| self.compile(&item.text, &item.place));
        let linters: Vec<String> = rule.list("linters")?.into_iter().map(|item| item.text).collect();
        if let (None | Some(Some(_)), None | Some(Some(_))) = (&compiled, &compiled_except) {
            self.rules.push(Rule { linters, path: compiled.flatten(), except: compiled_except.flatten(), place });
        }
        Ok(())
    }

    /// Where every finding is dropped.
    pub(super) fn everything(&self) -> Option<Place> {
        self.covering(|rule| rule.linters.is_empty())
    }

    /// Whether every finding of a linter is dropped.
    pub(super) fn of(&self, name: &str) -> Answer<Place> {
        let about = |rule: &Rule| rule.linters.is_empty() || rule.linters.iter().any(|linter| linter == name);
        match (self.covering(about), &self.doubt) {
            (Some(place), _) => Answer::Yes(place),
            (None, Some(why)) => Answer::Unknown(why.clone()),
            (None, None) => Answer::No,
        }
    }

    fn covering(&self, about: impl Fn(&Rule) -> bool) -> Option<Place> {
        let rules: Vec<&Rule> = self.rules.iter().filter(|rule| about(rule)).collect();
        let first = rules.first()?;
        let takes = |rule: &Rule, path: &str| {
            let own = rule.path.as_ref().is_none_or(|regex| regex.is_match(path));
            own && rule.except.as_ref().is_none_or(|regex| !regex.is_match(path))
        };
        coverage::all(&self.subjects, |path| rules.iter().any(|rule| takes(rule, path))).then(|| first.place.clone())
    }
}
