//! `.github/dependabot.yml`: what the service rejects, and what an entry covers.

use super::{gaps, state};

const NPM: (&str, &str) = ("package.json", r#"{"dependencies":{"a":"1"}}"#);
const WEB: (&str, &str) = ("web/package.json", r#"{"dependencies":{"a":"1"}}"#);
const PIP: (&str, &str) = ("requirements.txt", "flask\n");
const FILE: &str = ".github/dependabot.yml";

/// One npm entry for the root with more lines in it (from line 6 on).
fn entry(more: &str) -> String {
    format!("version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule: {{ interval: weekly }}\n{more}")
}

#[test]
fn the_whole_file_is_held_against_the_schema() {
    let long = entry("    reviewers: [a]\n");
    for (name, text, wanted) in [
        ("good", entry(""), "active +npm:"),
        ("version as text", entry("").replace("version: 2", "version: \"2\""), "active +npm:"),
        ("no version", entry("").replace("version: 2\n", ""), "invalid !schema@1"),
        ("version 1", entry("").replace("version: 2", "version: 1"), "invalid !schema@1"),
        ("no updates", "version: 2\n".to_owned(), "invalid !no-updates@1"),
        ("updates is a map", "version: 2\nupdates:\n  npm: /\n".to_owned(), "invalid !schema@3"),
        ("updates is empty", "version: 2\nupdates: []\n".to_owned(), "no-updates no-updates@2"),
        ("a list at the top", "- a\n".to_owned(), "invalid !no-updates@1"),
        ("empty file", String::new(), "invalid !no-updates@1"),
        ("unknown key at the top", entry("enabled: true\n"), "invalid !schema@6"),
        ("unknown key of an entry", entry("    automerge: true\n"), "invalid !schema@6"),
        ("misspelt key", entry("    ignores: []\n"), "invalid !schema@6"),
        ("retired key", long, "active +npm: retired-key@6"),
        ("unknown ecosystem", entry("").replace("npm", "yarn"), "invalid !schema@3"),
        ("no ecosystem", entry("").replace("package-ecosystem: npm", "name: x"), "invalid !schema@3"),
        ("unknown interval", entry("").replace("weekly", "hourly"), "invalid !schema@5"),
        ("cron without a job", entry("").replace("weekly", "cron"), "invalid !schema@5"),
        ("cron", entry("").replace("weekly", "cron, cronjob: '0 3 * * 1'"), "active +npm:"),
        ("unknown day", entry("").replace("weekly", "weekly, day: funday"), "invalid !schema@5"),
        ("unknown key of a schedule", entry("").replace("weekly", "weekly, ignore: 1"), "invalid !schema@5"),
        ("no interval", entry("").replace("interval: weekly", "day: monday"), "invalid !schema@5"),
        ("no schedule", entry("").replace("    schedule: { interval: weekly }\n", ""), "invalid !schema@3"),
        ("no directory", entry("").replace("    directory: /\n", ""), "invalid !schema@3"),
        ("both kinds of directory", entry("    directories: [/]\n"), "invalid !schema@4"),
        ("a pattern as directory", entry("").replace("directory: /", "directory: /*"), "invalid !schema@4"),
        ("directories is a text", entry("").replace("directory: /", "directories: /"), "invalid !schema@4"),
        ("limit is a text", entry("    open-pull-requests-limit: many\n"), "invalid !schema@6"),
        ("limit is negative", entry("    open-pull-requests-limit: -1\n"), "invalid !schema@6"),
        ("ignore is a map", entry("    ignore: { dependency-name: a }\n"), "invalid !schema@6"),
        ("an alias", entry("    labels: &a [x]\n    assignees: *a\n"), "invalid !schema@7"),
        ("version twice", entry("version: 1\n"), "no-updates ?npm: duplicate-key@6"),
        ("a second document", entry("---\na: b\n"), "no-updates ?npm:"),
        ("a limit of two readings", entry("    open-pull-requests-limit: 0b0\n"), "active ?npm:"),
        ("another one", entry("    open-pull-requests-limit: 0o0\n"), "active ?npm:"),
        ("a line for some", entry("    # x\u{85}    open-pull-requests-limit: 0\n"), "unreadable ?npm: unreadable@6"),
        ("past a bound", format!("{}x: {}\n", entry(""), "[".repeat(200)), "unreadable ?npm: unreadable@6"),
        ("a tab", entry("\t  labels: [x]\n"), "unreadable !unreadable@6"),
        ("cut off", "version: 2\nupdates: [".to_owned(), "unreadable !unreadable@2"),
        (
            "two entries for one place",
            format!("{}{}", entry(""), entry("").replace("version: 2\nupdates:\n", "")),
            "invalid !schema@7",
        ),
        ("registry without a type", entry("    registries: [a]\nregistries:\n  a: { url: x }\n"), "invalid !schema@8"),
    ] {
        let found = state("dependabot", &[NPM, (FILE, &text)]);
        assert_eq!(found, wanted, "{name}");
    }
}

/// Each row that is refused has been seen in an error message of the service, or is closed by its documentation.
#[test]
fn values_inside_the_keys() {
    let ok = "active +npm:";
    for (name, text, wanted) in [
        ("a time of one digit", entry("").replace("weekly", "weekly, time: '5:00'"), "invalid !schema@5"),
        ("a time", entry("").replace("weekly", "weekly, time: '05:00'"), ok),
        // (schemas of schemastore.org, `dependabot-2.0.json`: the hours of a day, and a name.)
        ("the last time of a day", entry("").replace("weekly", "weekly, time: '23:59'"), ok),
        ("a time of no day", entry("").replace("weekly", "weekly, time: '25:00'"), "invalid !schema@5"),
        ("a zone that is a number", entry("").replace("weekly", "weekly, timezone: 5"), "invalid !schema@5"),
        ("a zone that is an expression", entry("").replace("weekly", "weekly, timezone: '${{secrets.TZ}}'"), "invalid !schema@5"),
        ("a zone", entry("").replace("weekly", "weekly, timezone: Etc/GMT+2"), ok),
        ("a registry as text", entry("    registries: a\n"), "invalid !schema@6"),
        ("all registries", entry("    registries: '*'\nregistries:\n  a: { type: git, url: x }\n"), ok),
        ("a registry that is used", entry("    registries: [a]\nregistries:\n  a: { type: git, url: x }\n"), ok),
        ("a registry nobody uses", entry("registries:\n  a: { type: git, url: x }\n"), "invalid !schema@7"),
        ("a registry nobody defines", entry("    registries: [a]\n"), "invalid !schema@6"),
        (
            "a registry of no type that is known",
            entry("    registries: [a]\nregistries:\n  a: { type: pub-registry, url: x }\n"),
            "invalid !schema@8",
        ),
        ("an empty group", entry("    groups:\n      a: {}\n"), "invalid !schema@7"),
        ("a group of nothing", entry("    groups:\n      a:\n"), "invalid !schema@7"),
        ("a group without a rule", entry("    groups:\n      a: { applies-to: security-updates }\n"), "invalid !schema@7"),
        ("a group with another key", entry("    groups:\n      a: { patterns: [x], allow: [] }\n"), "invalid !schema@7"),
        (
            "a rule beside its group",
            entry("    groups:\n      a: { patterns: [x] }\n      update-types: [minor]\n"),
            "invalid !schema@8",
        ),
        ("a group of no update type", entry("    groups:\n      a: { update-types: [all] }\n"), "invalid !schema@7"),
        ("a group", entry("    groups:\n      a: { patterns: [x], update-types: [minor] }\n"), ok),
        ("vendor where nothing is vendored", entry("    vendor: true\n"), "invalid !schema@6"),
        ("a strategy", entry("    versioning-strategy: widen\n"), ok),
        ("no strategy", entry("    versioning-strategy: pin\n"), "invalid !schema@6"),
        ("semver days", entry("    cooldown: { default-days: 3, semver-major-days: 9 }\n"), ok),
        ("a cooldown key", entry("    cooldown: { days: 3 }\n"), "invalid !schema@6"),
        ("a key of a message", entry("    commit-message: { suffix: x }\n"), "invalid !schema@6"),
        ("a scope", entry("    commit-message: { include: deps }\n"), "invalid !schema@6"),
        ("a long prefix", entry(&format!("    commit-message: {{ prefix: {} }}\n", "x".repeat(51))), "invalid !schema@6"),
        ("a separator", entry("    pull-request-branch-name: { separator: '/-' }\n"), "invalid !schema@6"),
        ("a rebase word", entry("    rebase-strategy: never\n"), "invalid !schema@6"),
        ("a type in ignore", entry("    ignore:\n      - dependency-type: direct\n"), "invalid !schema@7"),
        ("a type that is none", entry("    allow:\n      - dependency-type: dev\n"), "invalid !schema@7"),
        // Not shown by the service or its documentation: never an error.
        ("the same label twice", entry("    labels: [a, a]\n"), ok),
        ("no label", entry("    labels: []\n"), ok),
        ("no assignee", entry("    assignees: []\n"), ok),
        ("a beta ecosystem without the switch", entry("").replace("npm", "brew"), "invalid !schema@3"),
    ] {
        assert_eq!(state("dependabot", &[NPM, (FILE, &text)]), wanted, "{name}");
    }
}

#[test]
fn some_keys_are_not_for_every_ecosystem() {
    let file = |ecosystem: &str, more: &str| entry(more).replace("npm", ecosystem);
    for (ecosystem, more, fits) in [
        ("gomod", "    vendor: true\n", true),
        ("bundler", "    vendor: true\n", true),
        ("github-actions", "    versioning-strategy: auto\n", false),
        ("pip", "    versioning-strategy: widen\n", true),
        ("pip", "    versioning-strategy: increase\n", true),
        ("mix", "    versioning-strategy: increase-if-necessary\n", true),
        ("cargo", "    versioning-strategy: lockfile-only\n", true),
        ("cargo", "    versioning-strategy: increase\n", true),
        ("cargo", "    versioning-strategy: pin\n", false),
        ("composer", "    versioning-strategy: widen\n", true),
        // On no list of the documentation: not judged.
        ("julia", "    versioning-strategy: increase\n", true),
        ("docker", "    cooldown: { semver-major-days: 9 }\n", false),
        ("docker", "    cooldown: { default-days: 9 }\n", true),
        ("pre-commit", "    cooldown: { semver-patch-days: 9 }\n", false),
        ("cargo", "    cooldown: { semver-major-days: 9 }\n", true),
    ] {
        let found = state("dependabot", &[NPM, (FILE, &file(ecosystem, more))]);
        assert_eq!(!found.starts_with("invalid"), fits, "{ecosystem} {more} {found}");
    }
}

#[test]
fn ecosystems_that_are_tried_out() {
    let text = format!(
        "enable-beta-ecosystems: true\n{}  - {{ package-ecosystem: brew, directory: /, schedule: {{ interval: daily }} }}\n",
        entry("")
    );
    assert_eq!(state("dependabot", &[NPM, (FILE, &text)]), "active +npm: beta-ecosystem@7");
}

#[test]
fn what_makes_an_entry_cover_nothing() {
    for (name, more, wanted, gap) in [
        ("limit 0", "    open-pull-requests-limit: 0\n", "active limit-0@6", "npm: limit-0@6"),
        ("limit 1", "    open-pull-requests-limit: 1\n", "active +npm:", ""),
        ("another branch", "    target-branch: develop\n", "active target-branch@6", "npm: target-branch@6"),
        ("a default branch", "    target-branch: main\n", "active +npm:", ""),
        ("everything ignored", "    ignore:\n      - dependency-name: '*'\n", "active ignored@7", "npm: ignored@7"),
        (
            "every kind of update ignored",
            "    ignore:\n      - dependency-name: '*'\n        update-types: ['version-update:semver-major', 'version-update:semver-minor', 'version-update:semver-patch']\n",
            "active ignored@7",
            "npm: ignored@7",
        ),
        (
            "every kind of update ignored, one by one",
            "    ignore:\n      - { dependency-name: '*', update-types: ['version-update:semver-major'] }\n      - { dependency-name: '*', update-types: ['version-update:semver-minor', 'version-update:semver-patch'] }\n",
            "active ignored@8",
            "npm: ignored@8",
        ),
        (
            "every version ignored",
            "    ignore:\n      - { dependency-name: '*', versions: ['>= 0'] }\n",
            "active ignored@7",
            "npm: ignored@7",
        ),
        ("some ignored", "    ignore:\n      - dependency-name: 'b*'\n", "active +npm:", ""),
        (
            "major ignored",
            "    ignore:\n      - { dependency-name: '*', update-types: ['version-update:semver-major'] }\n",
            "active +npm:",
            "",
        ),
        ("an allow list", "    allow:\n      - dependency-name: a\n", "active +npm: allow@7", ""),
        ("excluded", "    exclude-paths: ['package.json']\n", "active exclude-paths@6", "npm: ignored@6"),
        (
            "a limit twice",
            "    open-pull-requests-limit: 0\n    open-pull-requests-limit: 5\n",
            "active ?npm: duplicate-key@7",
            "npm: no-entry?",
        ),
    ] {
        let text = entry(more);
        assert_eq!(state("dependabot", &[NPM, (FILE, &text)]), wanted, "{name}");
        assert_eq!(gaps(&[NPM, (FILE, &text)]), gap, "{name}");
    }
}

#[test]
fn directories() {
    let file = |ecosystem: &str, directories: &str| {
        format!(
            "version: 2\nupdates:\n  - package-ecosystem: {ecosystem}\n    {directories}\n    schedule: {{ interval: weekly }}\n"
        )
    };
    let docker = ("docker/images/web/Dockerfile", "FROM a:1\n");
    let lock = ("uv.lock", "");
    let project = ("pyproject.toml", "[project]\nname = 'a'\ndependencies = ['x']\n");
    let workflow = (".github/workflows/ci.yml", "on: push\njobs: { a: { uses: b/c/.github/workflows/d.yml@v1 } }\n");
    let composite = ("actions/a/action.yml", "runs: { using: composite, steps: [{ uses: b/c@v1 }] }\n");
    for (ecosystem, directories, tree, wanted) in [
        ("npm", "directory: /web", &[WEB][..], "active +npm:web"),
        ("npm", "directory: web/", &[WEB], "active +npm:web"),
        ("npm", "directory: /", &[WEB], "active !missing-directory@4"),
        ("npm", "directory: /gone", &[WEB], "active !missing-directory@4"),
        ("npm", "directories: [/web, /gone]", &[WEB], "active +npm:web !stale-directory@4"),
        ("npm", "directories: [/here, /gone]", &[WEB], "active !missing-directory@4 !missing-directory@4"),
        ("npm", "directory: '/{{ name }}'", &[("{{ name }}/package.json", NPM.1)], "active +npm:{{ name }}"),
        ("npm", "directories: ['/*']", &[WEB, NPM], "active +npm:web"),
        ("npm", "directories: ['**/*']", &[WEB, NPM], "active +npm: +npm:web"),
        ("npm", "directories: ['/apps/*']", &[WEB], "active !missing-directory@4"),
        ("docker", "directories: ['/docker/images/*']", &[docker], "active +docker:docker/images/web"),
        ("docker", "directories: ['/docker/*']", &[docker], "active !missing-directory@4"),
        ("docker", "directory: /docker/images/web", &[docker], "active +docker:docker/images/web"),
        ("docker", "directory: /", &[docker, ("a.yml", "a: 1\n"), (".b.yml", "")], "active !missing-directory@4"),
        ("pip", "directory: /", &[("requirements/dev.txt", "x\n")], "active +pip:requirements"),
        ("pip", "directory: /", &[("a/requirements/dev.txt", "x\n")], "active !missing-directory@4"),
        ("pip", "directory: /", &[("a/setup.py", "x\n")], "active !missing-directory@4"),
        ("pip", "directory: /.github/workflows", &[(".github/workflows/constraints.txt", "x\n"), workflow], "active"),
        ("pip", "directory: /", &[project, lock], "active +uv: other-ecosystem@3"),
        ("uv", "directory: /", &[project, lock], "active +uv:"),
        ("uv", "directory: /", &[project, lock, ("docs/requirements.txt", "x\n")], "active +pip:docs +uv:"),
        ("npm", "directory: /", &[NPM, ("bun.lock", "")], "active +bun: other-ecosystem@3"),
        ("github-actions", "directory: /", &[workflow], "active +github-actions:"),
        ("github-actions", "directory: /.github/workflows", &[workflow], "active +github-actions:"),
        ("github-actions", "directory: /", &[workflow, composite], "active +github-actions:"),
        (
            "github-actions",
            "directories: [/, /actions/*]",
            &[workflow, composite],
            "active +github-actions: +github-actions:actions/a",
        ),
        ("github-actions", "directory: /", &[NPM], "active !missing-directory@4"),
        // What lies there besides is the bot's own file.
        ("github-actions", "directory: /.github", &[workflow], "active !missing-directory@4"),
        ("elm", "directory: /", &[NPM], "active !missing-directory@4"),
        ("terraform", "directory: /infra", &[NPM], "active !missing-directory@4"),
        ("npm", "directory: /vendor/x", &[("vendor/x/package.json", "{}")], "active"),
    ] {
        let text = file(ecosystem, directories);
        let mut files = tree.to_vec();
        files.push((FILE, &text));
        assert_eq!(state("dependabot", &files), wanted, "{ecosystem} {directories}");
    }
}

#[test]
fn a_workspace_root_covers_its_members() {
    let root = ("package.json", r#"{"workspaces":["packages/*"],"dependencies":{"a":"1"}}"#);
    let member = ("packages/a/package.json", r#"{"dependencies":{"a":"1"}}"#);
    let text = entry("");
    assert_eq!(gaps(&[root, member, (FILE, &text)]), "");
    let text = text.replace("directory: /", "directory: /packages/a");
    assert_eq!(state("dependabot", &[root, member, (FILE, &text)]), "active");
    assert_eq!(gaps(&[root, member, (FILE, &text)]), "npm: no-entry");
}

#[test]
fn a_root_reaches_the_projects_that_it_names() {
    let file = |ecosystem: &str| entry("").replace("npm", ecosystem);
    let gradle = "dependencies { implementation 'a:b:1' }\n";
    let module = "module a\nrequire b v1.0.0\n";
    let project = "<Project><ItemGroup><PackageReference Include='a' Version='1' /></ItemGroup></Project>";
    for (name, ecosystem, tree, wanted) in [
        (
            "subprojects",
            "gradle",
            &[
                ("settings.gradle", "rootProject.name = 'a'\n// include 'no'\ninclude 'app', ':lib:core'\n"),
                ("app/build.gradle", gradle),
                ("lib/core/build.gradle", gradle),
                ("no/build.gradle", gradle),
            ][..],
            "gradle:no no-entry",
        ),
        (
            "a project that lies elsewhere, an included build, buildSrc",
            "gradle",
            &[
                (
                    "settings.gradle.kts",
                    "include(\"app\")\nproject(\":app\").projectDir = file(\"apps/one\")\nincludeBuild(\"logic\")\n",
                ),
                ("build.gradle.kts", gradle),
                ("apps/one/build.gradle.kts", gradle),
                ("logic/settings.gradle.kts", "include(\"rules\")\n"),
                ("logic/rules/build.gradle.kts", gradle),
                ("buildSrc/build.gradle.kts", gradle),
                ("app/build.gradle.kts", gradle),
            ],
            "gradle:app no-entry",
        ),
        (
            "a Go workspace",
            "gomod",
            &[
                ("go.work", "go 1.24\nuse (\n\t./a\n\t./b // x\n)\nuse ./c\n"),
                ("a/go.mod", module),
                ("b/go.mod", module),
                ("c/go.mod", module),
                ("d/go.mod", module),
            ],
            "gomod:d no-entry",
        ),
        (
            "a root that depends on nothing",
            "npm",
            &[
                ("package.json", "{}"),
                ("pnpm-workspace.yaml", "packages: ['packages/*']\n"),
                ("packages/a/package.json", NPM.1),
                WEB,
            ],
            "npm:web no-entry",
        ),
        (
            "a solution",
            "nuget",
            &[
                ("all.sln", "Project(\"{F}\") = \"App\", \"src\\App\\App.csproj\", \"{A}\"\nEndProject\n"),
                ("src/App/App.csproj", project),
                ("src/Lone/Lone.csproj", project),
            ],
            "nuget:src/Lone no-entry",
        ),
        ("a project without a lock file", "uv", &[("pyproject.toml", "[project]\nname = 'a'\ndependencies = ['x']\n")], ""),
    ] {
        let text = file(ecosystem);
        let mut files = tree.to_vec();
        files.push((FILE, &text));
        assert_eq!(gaps(&files), wanted, "{name}");
        assert!(!state("dependabot", &files).contains("missing-directory"), "{name}");
    }
}

#[test]
fn a_directory_given_twice_is_not_known() {
    let text = entry("").replace("directory: /", "directory: /web\n    directory: /");
    assert_eq!(gaps(&[NPM, WEB, PIP, (FILE, &text)]), "npm: no-entry?, npm:web no-entry?, pip: no-entry");
}

#[test]
fn the_branch_of_a_group_over_ecosystems_counts() {
    let file = |more: &str| {
        format!(
            "version: 2\nmulti-ecosystem-groups:\n  all: {{ schedule: {{ interval: weekly }}, {more} }}\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    multi-ecosystem-group: all\n    patterns: ['react*']\n"
        )
    };
    assert_eq!(gaps(&[NPM, (FILE, &file("target-branch: develop"))]), "npm: target-branch@3");
    assert_eq!(gaps(&[NPM, (FILE, &file("target-branch: main"))]), "");
    assert_eq!(gaps(&[NPM, (FILE, &file("open-pull-requests-limit: 0"))]), "npm: no-entry?");
    assert_eq!(state("dependabot", &[NPM, (FILE, &file("labels: [x]"))]), "active +npm: patterns@8");
}

#[test]
fn groups_over_ecosystems_need_patterns() {
    let file = |group: &str, more: &str| {
        format!(
            "version: 2\nmulti-ecosystem-groups:\n  all: {{ schedule: {{ interval: weekly }} }}\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    multi-ecosystem-group: {group}\n{more}"
        )
    };
    for (group, more, wanted) in [
        ("all", "    patterns: ['*']\n", "active +npm:"),
        ("all", "", "invalid !schema@7"),
        ("none", "    patterns: ['*']\n", "invalid !schema@7"),
    ] {
        assert_eq!(state("dependabot", &[NPM, (FILE, &file(group, more))]), wanted, "{group} {more}");
    }
}

#[test]
fn gaps_name_their_reason() {
    let text = entry("");
    assert_eq!(gaps(&[NPM, PIP]), "npm: no-bot, pip: no-bot");
    assert_eq!(gaps(&[NPM, PIP, (FILE, &text)]), "pip: no-entry");
    // A file that the service rejects is no bot.
    assert_eq!(gaps(&[NPM, (FILE, "version: 1\nupdates: []\n")]), "npm: disabled@1");
    assert_eq!(gaps(&[NPM, (FILE, "version: 2\nupdates: []\n")]), "npm: disabled@2");
    // Another bot that lives is the one that has no entry.
    assert_eq!(gaps(&[NPM, PIP, (FILE, &text), ("renovate.json", r#"{"enabled":false}"#)]), "pip: no-entry");
}
