//! Renovate's configuration: where it lies, what switches it off, what its managers serve.

use super::{facts, gaps, state};

const NPM: (&str, &str) = ("package.json", r#"{"dependencies":{"a":"1"}}"#);
const WEB: (&str, &str) = ("web/package.json", r#"{"dependencies":{"a":"1"}}"#);
const PIP: (&str, &str) = ("requirements.txt", "flask\n");
const PROJECT: (&str, &str) = ("pyproject.toml", "[project]\nname = 'a'\ndependencies = ['x']\n");
const DOCKER: (&str, &str) = ("Dockerfile", "FROM a:1\n");
const WORKFLOW: (&str, &str) = (".github/workflows/ci.yml", "on: push\njobs: { a: { uses: b/c/.github/workflows/d.yml@v1 } }\n");

#[test]
fn settings() {
    for (name, config, tree, wanted) in [
        ("empty", "{}", &[NPM, WEB][..], "active +npm: +npm:web"),
        ("nothing at all", "", &[NPM], "active +npm:"),
        ("comments and a comma", "// x\n/* y */ { \"extends\": [\"config:recommended\"], }", &[NPM], "active +npm:"),
        ("no quotes", "{\n extends: []}", &[NPM], "invalid !syntax@2"),
        ("other quotes", "{\n \"extends\": ['a']}", &[NPM], "invalid !syntax@2"),
        ("off as text", r#"{"enabled":"false"}"#, &[NPM], "disabled disabled@1"),
        ("on as text", r#"{"enabled":"true"}"#, &[NPM], "active +npm:"),
        ("neither", r#"{"enabled":"no"}"#, &[NPM], "invalid !schema@1"),
        ("managers as text", r#"{"enabledManagers":"npm"}"#, &[NPM], "invalid !schema@1"),
        ("a misspelt key", r#"{"enabeld":false}"#, &[NPM], "active ?npm: unknown-key@1"),
        ("an older key", r#"{"regexManagers":[],"$schema":"x"}"#, &[NPM], "active +npm:"),
        ("off", r#"{"enabled":false}"#, &[NPM], "disabled disabled@1"),
        (
            "every kind off",
            r#"{"major":{"enabled":false},"minor":{"enabled":false},"patch":{"enabled":false}}"#,
            &[NPM],
            "disabled disabled@1",
        ),
        ("two kinds off", r#"{"major":{"enabled":false},"minor":{"enabled":false}}"#, &[NPM], "active +npm:"),
        ("off by a preset", r#"{"extends":["config:base",":disableRenovate"]}"#, &[NPM], "disabled disabled@1"),
        ("on again", r#"{"extends":[":disableRenovate"],"enabled":true}"#, &[NPM], "active +npm:"),
        ("silent", r#"{"mode":"silent"}"#, &[NPM], "disabled disabled@1"),
        ("forced off", r#"{"enabled":true,"force":{"enabled":false}}"#, &[NPM], "disabled disabled@1"),
        ("never", r#"{"schedule":["on the 31st day of february"]}"#, &[NPM], "disabled disabled@1"),
        ("never or on Mondays", r#"{"schedule":["* * 31 2 *", "* * * * 1"]}"#, &[NPM], "active +npm:"),
        ("no JSON", "{", &[NPM], "unreadable !unreadable@1"),
        ("a list", "[]", &[NPM], "invalid !schema@1"),
        (
            "neutral presets",
            r#"{"extends":["config:best-practices","group:all",":label(x)","schedule:weekly","default:semanticCommits"]}"#,
            &[NPM],
            "active +npm:",
        ),
        ("a preset as text", r#"{"extends":"config:base"}"#, &[NPM], "active +npm:"),
        ("a remote preset", r#"{"extends":["config:base","github>acme/presets"]}"#, &[NPM], "active ?npm: preset-unknown@1"),
        ("a preset of a package", r#"{"extends":["acme"]}"#, &[NPM], "active ?npm: preset-unknown@1"),
        (
            "a preset taken out",
            r#"{"extends":["config:base","github>acme/presets"],"ignorePresets":["github>acme/presets"]}"#,
            &[NPM],
            "active +npm:",
        ),
        ("an unknown built-in preset", r#"{"extends":[":noSuchThing"]}"#, &[NPM], "active ?npm: preset-unknown@1"),
        ("asked for by hand", r#"{"dependencyDashboardApproval":true}"#, &[NPM], "active +npm: on-request@1"),
        ("asked for by a preset", r#"{"extends":[":dependencyDashboardApproval"]}"#, &[NPM], "active +npm: on-request@1"),
        ("asked for in its older name", r#"{"masterIssueApproval":true}"#, &[NPM], "active +npm: on-request@1"),
        ("no pull request of its own", r#"{"prCreation":"approval"}"#, &[NPM], "active +npm: on-request@1"),
        ("late pull requests", r#"{"prCreation":"not-pending"}"#, &[NPM], "active +npm:"),
        (
            "asked for by a preset, and not",
            r#"{"extends":[":dependencyDashboardApproval"],"dependencyDashboardApproval":false}"#,
            &[NPM],
            "active +npm:",
        ),
        ("only security updates", r#"{"extends":["security:only-security-updates"]}"#, &[NPM], "active +npm: only-security@1"),
        ("managers", r#"{"enabledManagers":["npm"]}"#, &[NPM, PIP], "active +npm:"),
        ("an older manager", r#"{"enabledManagers":["yarn"]}"#, &[NPM], "active +npm:"),
        ("a manager of one's own", r#"{"enabledManagers":["npm","custom.regex"]}"#, &[NPM], "active +npm:"),
        ("no manager", r#"{"enabledManagers":["npm","docker"]}"#, &[NPM], "active ?npm: unknown-manager@1"),
        ("minutes", r#"{"schedule":["0 3 * * 1"]}"#, &[NPM], "invalid !schema@1"),
        (
            "minutes of a rule",
            r#"{"packageRules":[{"matchManagers":["npm"],"schedule":"*/5 * * * *"}]}"#,
            &[NPM],
            "invalid !schema@1",
        ),
        ("no minutes", r#"{"schedule":["* 3 * * 1","before 5am on monday"]}"#, &[NPM], "active +npm:"),
        ("no managers named", r#"{"enabledManagers":[]}"#, &[NPM], "active +npm:"),
        ("a manager off", r#"{"npm":{"enabled":false}}"#, &[NPM, PIP], "active +pip:"),
        ("a category off", r#"{"docker":{"enabled":false}}"#, &[NPM, DOCKER], "active +npm:"),
        ("docker off by a preset", r#"{"extends":["docker:disable"]}"#, &[NPM, DOCKER], "active +npm:"),
        ("one of two readers off", r#"{"poetry":{"enabled":false}}"#, &[PROJECT], "active +pip:"),
        ("one of two files unread", r#"{"pip_requirements":{"enabled":false}}"#, &[PROJECT, PIP], "active"),
        ("paths ignored", r#"{"ignorePaths":["web/**"]}"#, &[NPM, WEB], "active +npm:"),
        ("a piece of a path ignored", r#"{"ignorePaths":["eb/pack"]}"#, &[NPM, WEB], "active +npm:"),
        ("paths included", r#"{"includePaths":["web/**"]}"#, &[NPM, WEB], "active +npm:web"),
        ("tests are ignored by the preset", r#"{"extends":["config:base"]}"#, &[("tests/package.json", NPM.1)], "active"),
        ("and not without it", "{}", &[("tests/package.json", NPM.1)], "active +npm:tests"),
        (
            "own ignored paths replace the preset's",
            r#"{"extends":["config:base"],"ignorePaths":["x/**"]}"#,
            &[("tests/package.json", NPM.1)],
            "active +npm:tests",
        ),
        (
            "actions and containers anywhere",
            "{}",
            &[
                WORKFLOW,
                DOCKER,
                ("a/b/Dockerfile.web", "FROM a:1\n"),
                ("x/action.yml", "runs: {using: composite, steps: [{ uses: b/c@v1 }]}\n"),
            ],
            "active +docker: +docker:a/b +github-actions: +github-actions:x",
        ),
        ("another base branch", r#"{"baseBranches":["develop"]}"#, &[NPM], "active target-branch@1"),
        ("the default branch among them", r#"{"baseBranchPatterns":["develop","main"]}"#, &[NPM], "active +npm:"),
        ("a pattern of branches", r#"{"baseBranchPatterns":["/^ma/"]}"#, &[NPM], "active +npm:"),
        ("a pattern that cannot be read", r#"{"baseBranchPatterns":["/\\Qx/"]}"#, &[NPM], "active ?npm:"),
        ("a key twice", r#"{"ignorePaths":[],"ignorePaths":["**"]}"#, &[NPM], "invalid !duplicate-key@1"),
    ] {
        let mut files = tree.to_vec();
        files.push(("renovate.json", config));
        assert_eq!(state("renovate", &files), wanted, "{name}");
    }
}

#[test]
fn package_rules() {
    for (name, rules, wanted) in [
        ("everything off", r#"[{"matchPackageNames":["*"],"enabled":false}]"#, "active"),
        ("everything off by a pattern", r#"[{"matchPackageNames":["/.*/"],"enabled":false}]"#, "active"),
        ("everything off in the old way", r#"[{"matchPackagePatterns":["*"],"enabled":false}]"#, "active"),
        ("a manager off", r#"[{"matchManagers":["npm"],"enabled":false}]"#, "active +pip:"),
        ("a category off", r#"[{"matchCategories":["python"],"enabled":false}]"#, "active +npm: +npm:web"),
        ("a file off", r#"[{"matchFileNames":["web/**"],"enabled":false}]"#, "active +npm: +pip:"),
        ("a file off by an expression", r#"[{"matchFileNames":["/^web\\//"],"enabled":false}]"#, "active +npm: +pip:"),
        ("all but one file off", r#"[{"matchFileNames":["!web/**"],"enabled":false}]"#, "active +npm:web"),
        ("one package off", r#"[{"matchPackageNames":["b"],"enabled":false}]"#, "active +npm: +npm:web +pip:"),
        (
            "one kind of update off",
            r#"[{"matchManagers":["npm"],"matchUpdateTypes":["major"],"enabled":false}]"#,
            "active +npm: +npm:web +pip:",
        ),
        (
            "on again",
            r#"[{"matchPackageNames":["*"],"enabled":false},{"matchManagers":["npm"],"enabled":true}]"#,
            "active +npm: +npm:web",
        ),
        ("a group", r#"[{"matchPackageNames":["*"],"groupName":"all"}]"#, "active +npm: +npm:web +pip:"),
        ("a pattern that cannot be read", r#"[{"matchFileNames":["/\\Qweb/"],"enabled":false}]"#, "active ?npm: ?npm:web ?pip:"),
        ("no rules", "3", "invalid !schema@1"),
        ("a rule for nothing", r#"[{"enabled":false}]"#, "invalid !schema@1"),
        ("a rule that extends", r#"[{"extends":["x"],"enabled":false}]"#, "active +npm: +npm:web +pip:"),
        ("a source off", r#"[{"matchDatasources":["npm"],"enabled":false}]"#, "active +pip:"),
        ("one source of several off", r#"[{"matchDatasources":["github-tags"],"enabled":false}]"#, "active +npm: +npm:web +pip:"),
        ("a manager off in older words", r#"[{"managers":["npm"],"enabled":false}]"#, "active +pip:"),
        (
            "every kind of update off",
            r#"[{"matchManagers":["npm"],"matchUpdateTypes":["major","minor","patch"],"enabled":false}]"#,
            "active +pip:",
        ),
        (
            "a package that is not there on again",
            r#"[{"matchPackageNames":["*"],"enabled":false},{"matchPackageNames":["react"],"enabled":true}]"#,
            "active",
        ),
        (
            "a package that is there on again",
            r#"[{"matchPackageNames":["*"],"enabled":false},{"matchPackageNames":["/^flask/"],"enabled":true}]"#,
            "active +pip:",
        ),
        ("every manager off", r#"[{"matchManagers":["*"],"enabled":false}]"#, "active"),
        ("all managers but one off", r#"[{"matchManagers":["!npm"],"enabled":false}]"#, "active +npm: +npm:web"),
        ("managers off by an expression", r#"[{"matchManagers":["/^pip_|^n/"],"enabled":false}]"#, "active"),
        ("managers off in any case", r#"[{"matchManagers":["NPM"],"enabled":false}]"#, "active +pip:"),
        ("all names but those of nothing here off", r#"[{"matchPackageNames":["!react"],"enabled":false}]"#, "active"),
        ("all names but one off", r#"[{"matchPackageNames":["!flask"],"enabled":false}]"#, "active +pip:"),
        ("all names but one off in older words", r#"[{"excludePackageNames":["a"],"enabled":false}]"#, "active +npm: +npm:web"),
        ("every name off by any character", r#"[{"matchDepNames":["/./"],"enabled":false}]"#, "active"),
        ("all names of two patterns off", r#"[{"matchPackagePrefixes":["fl"],"enabled":false}]"#, "active +npm: +npm:web"),
        ("all that there is off by name", r#"[{"matchPackageNames":["a"],"enabled":false}]"#, "active +pip:"),
        ("all categories but one off", r#"[{"matchCategories":["!js"],"enabled":false}]"#, "active +npm: +npm:web"),
        ("all categories off", r#"[{"matchCategories":["*"],"enabled":false}]"#, "active"),
        ("all sources but one off", r#"[{"matchDatasources":["!pypi"],"enabled":false}]"#, "active +pip:"),
        ("the kind of dependency off", r#"[{"matchDepTypes":["dependencies"],"enabled":false}]"#, "active +pip:"),
        (
            "another kind of dependency off",
            r#"[{"matchDepTypes":["devDependencies"],"enabled":false}]"#,
            "active +npm: +npm:web +pip:",
        ),
        (
            "all kinds of updates but pins off",
            r#"[{"matchManagers":["npm"],"matchUpdateTypes":["!pin"],"enabled":false}]"#,
            "active +pip:",
        ),
        (
            "each kind of update off by a rule of its own",
            r#"[{"matchManagers":["npm"],"matchUpdateTypes":["major"],"enabled":false},{"matchManagers":["npm"],"matchUpdateTypes":["minor","patch"],"enabled":false}]"#,
            "active +pip:",
        ),
        (
            "each kind of update off in one rule",
            r#"[{"matchManagers":["npm"],"major":{"enabled":false},"minor":{"enabled":false},"patch":{"enabled":false}}]"#,
            "active +pip:",
        ),
        ("forced off", r#"[{"matchManagers":["npm"],"force":{"enabled":false}}]"#, "active +pip:"),
        ("forced on", r#"[{"matchManagers":["npm"],"force":{"enabled":true},"enabled":false}]"#, "active +npm: +npm:web +pip:"),
        ("off as text", r#"[{"matchManagers":["npm"],"enabled":"false"}]"#, "active +pip:"),
        ("another branch off", r#"[{"matchBaseBranches":["next"],"enabled":false}]"#, "active +npm: +npm:web +pip:"),
        ("the default branch off", r#"[{"matchBaseBranches":["main"],"enabled":false}]"#, "active"),
        ("never", r#"[{"matchManagers":["npm"],"schedule":["* * 31 2 *"]}]"#, "active +pip:"),
    ] {
        let config = format!("{{\"packageRules\":{rules}}}");
        assert_eq!(state("renovate", &[NPM, WEB, PIP, ("renovate.json", &config)]), wanted, "{name}");
    }
}

#[test]
fn places() {
    let config = r#"{"extends":["config:recommended"]}"#;
    for path in
        ["renovate.json", "renovate.json5", ".github/renovate.json5", ".renovaterc", ".renovaterc.json", ".gitlab/renovate.json"]
    {
        assert_eq!(state("renovate", &[NPM, (path, config)]), "active +npm:", "{path}");
    }
    let key = ("package.json", r#"{"dependencies":{"a":"1"},"renovate":{"enabled":false}}"#);
    assert_eq!(state("renovate", &[key]), "disabled disabled@1");
    assert_eq!(state("renovate", &[key, ("renovate.json", "{}")]), "active +npm: second-file@1");
    assert_eq!(state("renovate", &[NPM]), "none");
}

#[test]
fn json5_may_be_written_freely() {
    let json5 = |text: &'static str| state("renovate", &[NPM, ("renovate.json5", text)]);
    assert_eq!(json5("// x\n{ extends: ['config:recommended'], }"), "active +npm:");
    // The last one counts there, which other readers do otherwise.
    assert_eq!(json5("{ ignorePaths: [], ignorePaths: ['**'] }"), "active ?npm:");
}

#[test]
fn a_text_in_the_manifest_is_a_preset() {
    let key = |text: &str| format!("{{\"dependencies\":{{\"a\":\"1\"}},\"renovate\":{text}}}");
    assert_eq!(state("renovate", &[("package.json", &key("\"config:base\""))]), "active +npm:");
    assert_eq!(state("renovate", &[("package.json", &key("\"acme\""))]), "active ?npm: preset-unknown@1");
    assert_eq!(state("renovate", &[("package.json", &key("3"))]), "invalid !schema@1");
}

#[test]
fn managers_read_the_files_that_their_patterns_name() {
    for (name, tree, config, wanted) in [
        ("requirements", &["requirements.txt"][..], "{}", ""),
        ("with a suffix", &["requirements-dev.txt", "dev-requirements.txt"], "{}", ""),
        ("in a directory", &["requirements/base.txt"], "{}", "pip:requirements no-entry@1"),
        ("uncompiled", &["requirements.in"], "{}", "pip: no-entry@1"),
        ("compiled beside it", &["requirements.in", "requirements.txt"], "{}", ""),
        ("a package of Ruby", &["a.gemspec"], "{}", "bundler: no-entry@1"),
        ("an old project", &["packages.config"], "{}", "nuget: no-entry@1"),
        (
            "patterns of its own",
            &["requirements/base.txt"],
            r#"{"pip_requirements":{"managerFilePatterns":["/^requirements\\/.*\\.txt$/"]}}"#,
            "",
        ),
        ("the older key", &["requirements/base.txt"], r#"{"pip_requirements":{"fileMatch":["^requirements/.*\\.txt$"]}}"#, ""),
        (
            "a compiler switched on",
            &["requirements.in"],
            r#"{"pip-compile":{"managerFilePatterns":["/requirements\\.in$/"]}}"#,
            "",
        ),
    ] {
        let mut files: Vec<(&str, &str)> = tree.iter().map(|path| (*path, "flask==3\n")).collect();
        files.push(("renovate.json", config));
        assert_eq!(gaps(&files), wanted, "{name}");
    }
}

#[test]
fn remedies_are_in_the_words_of_the_file() {
    let remedy = |config: &str| {
        let (_, uncovered) = facts(&[("tests/package.json", NPM.1), ("renovate.json", config)]);
        uncovered[0].remedy.clone().map(|remedy| format!("{} / {}", remedy.words, remedy.fix)).unwrap_or_default()
    };
    let preset = remedy(r#"{"extends":["config:recommended"]}"#);
    assert!(preset.starts_with("`config:recommended` skips `**/tests/**` / "), "{preset}");
    assert!(preset.contains("\"ignorePaths\": [\"**/node_modules/**\"") && !preset.contains("\"**/tests/**\""), "{preset}");
    assert_eq!(remedy(r#"{"ignorePaths":["tests/**"]}"#), "`ignorePaths` has `tests/**` / take `tests/**` out of `ignorePaths`");
}

#[test]
fn gaps_point_at_the_line() {
    let file = |config: &'static str| ("renovate.json", config);
    assert_eq!(gaps(&[NPM, file("{\n\"npm\":{\"enabled\":false}}")]), "npm: disabled@2");
    assert_eq!(gaps(&[NPM, file("{\n\"ignorePaths\":[\"package.json\"]}")]), "npm: ignored@2");
    assert_eq!(gaps(&[NPM, file("{\n\"baseBranches\":[\"x\"]}")]), "npm: target-branch@2");
    assert_eq!(gaps(&[NPM, file("{\n\"extends\":[\"acme\"]}")]), "npm: no-entry?");
    assert_eq!(gaps(&[NPM, file("{\n\"packageRules\":[\n{\"matchManagers\":[\"npm\"],\"enabled\":false}]}")]), "npm: disabled@3");
}

#[test]
fn one_live_bot_is_enough() {
    let dependabot = (
        ".github/dependabot.yml",
        "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule: { interval: weekly }\n",
    );
    assert_eq!(gaps(&[NPM, dependabot, ("renovate.json", r#"{"enabled":false}"#)]), "");
    assert_eq!(gaps(&[NPM, WEB, dependabot, ("renovate.json", r#"{"ignorePaths":["package.json"]}"#)]), "npm:web ignored@1");
    assert_eq!(gaps(&[NPM, WEB, dependabot, ("renovate.json", r#"{"includePaths":["web/**"]}"#)]), "");
}

#[test]
fn run_in_ci_without_a_file() {
    let workflow =
        |on: &str| format!("on: {on}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: renovatebot/github-action@v43\n");
    assert_eq!(
        state("renovate", &[NPM, (".github/workflows/r.yml", &workflow("{ schedule: [{ cron: '0 3 * * 1' }] }"))]),
        "no-updates ?github-actions: ?npm: no-file@6"
    );
    assert_eq!(
        gaps(&[NPM, (".github/workflows/r.yml", &workflow("{ schedule: [{ cron: '0 3 * * 1' }] }"))]),
        "github-actions: no-entry?, npm: no-entry?"
    );
    assert_eq!(state("renovate", &[NPM, (".github/workflows/r.yml", &workflow("workflow_dispatch"))]), "none");
}

#[test]
fn what_a_preset_skips_is_said_with_a_remedy() {
    let files = [NPM, ("examples/a/package.json", NPM.1), ("renovate.json", r#"{"extends":["config:base"]}"#)];
    let (_, uncovered) = facts(&files);
    let remedy = uncovered[0].remedy.as_ref().expect("a preset's path");
    assert!(remedy.words.contains("examples/**"), "{}", remedy.words);
    assert!(remedy.fix.contains("\"ignorePaths\": [") && !remedy.fix.contains("example"), "{}", remedy.fix);
    // One list for all that is skipped: the second of two would take the first one's place.
    let (_, uncovered) = facts(&[files[0], files[1], ("tests/b/package.json", NPM.1), files[2]]);
    let fixes: Vec<&str> = uncovered.iter().filter_map(|gap| Some(gap.remedy.as_ref()?.fix.as_str())).collect();
    assert!(fixes.len() == 2 && fixes[0] == fixes[1] && !fixes[0].contains("**/tests/**"), "{fixes:?}");
}

#[test]
fn hooks_that_pre_commit_ci_may_update() {
    let hooks = |more: &str| format!("repos: [{{ repo: 'https://a.org/b', rev: v1 }}]\n{more}");
    let config = ("renovate.json", "{}");
    for (more, wanted) in [("", "pre-commit: disabled@1"), ("ci: { autofix_prs: false }\n", "pre-commit: disabled@1?")] {
        assert_eq!(gaps(&[NPM, (".pre-commit-config.yaml", &hooks(more)), config]), wanted, "{more}");
    }
}

#[test]
fn places_of_another_forge() {
    const CI: (&str, &str) = (".github/workflows/a.yml", "on: push\njobs: {}\n");
    let (lab, rc) = ((".gitlab/renovate.json", "{}"), (".renovaterc", "{}"));
    assert_eq!(state("renovate", &[NPM, lab]), "active +npm:");
    assert_eq!(state("renovate", &[NPM, lab, CI]), "no-updates ?npm: other-forge@1");
    assert_eq!(state("renovate", &[NPM, lab, CI, (".gitlab-ci.yml", "a: {}\n")]), "active +npm:");
    assert_eq!(state("renovate", &[NPM, lab, CI, rc]), "active +npm: second-file@1");
}

#[test]
fn what_a_rule_leaves_is_some() {
    let two = ("package.json", r#"{"dependencies":{"a":"1","b":"1"}}"#);
    for (rules, some) in [
        (r#"[{"matchPackageNames":["!a"],"enabled":false}]"#, 1),
        (r#"[{"matchPackageNames":["*"],"enabled":false},{"matchPackageNames":["a"],"enabled":true}]"#, 1),
        (r#"[{"matchPackageNames":["a"],"enabled":false}]"#, 0),
    ] {
        let config = format!("{{\"packageRules\":{rules}}}");
        let (bots, _) = facts(&[two, ("renovate.json", &config)]);
        assert_eq!((bots[0].covers.len(), bots[0].some_only.len()), (1, some), "{rules}");
    }
}

#[test]
fn a_sample_built_with_the_product_may_be_left_out() {
    let root = ("pom.xml", "<project><modules><module>core</module><module>docs/examples/a</module></modules></project>");
    let member =
        "<project><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId></dependency></dependencies></project>";
    let config = ("renovate.json", r#"{"extends":["config:base"]}"#);
    let tree = [root, ("core/pom.xml", member), ("docs/examples/a/pom.xml", member), config];
    assert_eq!(state("renovate", &tree), "active +maven:");
    let (bots, _) = facts(&tree);
    let less: Vec<&str> = bots[0].entries.iter().flat_map(|entry| &entry.less).map(|(_, words)| words.as_str()).collect();
    assert_eq!(less, ["`config:base` skips `**/examples/**`"]);
    // A member that is part of the product is not left out.
    let own = ("renovate.json", r#"{"ignorePaths":["core/**"]}"#);
    assert_eq!(state("renovate", &[root, ("core/pom.xml", member), own]), "active");
}
