//! Owns the tests of changes to a tool's own configuration: the block that is told is pasted where it is said to belong, and the finding
//! has to go. Refuses changes of commands.

use super::held::{told_of, tree_of, workflow};
use super::*;

type Tree = Vec<(String, String)>;

/// The tree after a fix that tells where something is written: a block in a file, an item of a list, one word instead of another.
fn pasted(tree: &[(&str, &str)], fix: &str) -> Tree {
    let mut tree: Tree = tree.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let (said, block) = fix.split_once(":\n").unwrap_or((fix, ""));
    let at = said.rsplit(" at ").next().and_then(|rest| rest.split([',', ' ']).next()).and_then(|at| at.rsplit_once(':'));
    let line_of = |line: &str| line.parse::<usize>().expect("a line") - 1;
    let words: Vec<&str> = said.split('`').collect();
    if let (Some(("", rest)), Some((path, line))) = (said.split_once("write `"), at) {
        let [new, _, old, ..] = rest.split('`').collect::<Vec<_>>()[..] else { panic!("{fix}") };
        on(&mut tree, path, |lines| lines[line_of(line)] = lines[line_of(line)].replacen(old, new, 1));
    } else if said.starts_with("write `") {
        let path = said.split(" of ").nth(1).and_then(|rest| rest.split([',', ' ']).next()).expect("a file");
        on(&mut tree, path, |lines| lines.insert(0, words[1].to_owned()));
    } else if let (true, Some((path, line))) = (said.starts_with("delete `"), at) {
        on(&mut tree, path, |lines| {
            let (own, item) = (&mut lines[line_of(line)], format!("\"{}\"", words[1]));
            *own = own.replacen(&format!(", {item}"), "", 1).replacen(&item, "", 1);
        });
    } else if let (true, Some((path, line))) = (said.starts_with("set `"), at) {
        on(&mut tree, path, |lines| lines[line_of(line)] = lines[line_of(line)].replacen("false", words[5], 1));
    } else if let (true, Some((path, line))) = (said.starts_with("add `"), at) {
        on(&mut tree, path, |lines| {
            let own = &mut lines[line_of(line)];
            if said.contains(" and delete `") {
                *own = own.replacen(&format!("\"{}\"", words[5]), "", 1);
            }
            let quote = if path.ends_with(".toml") || path.ends_with(".json") { "\"" } else { "" };
            match own.find('[').filter(|_| !own.starts_with('[')) {
                Some(open) => {
                    let comma = if own[open..].starts_with("[]") { "" } else { ", " };
                    own.insert_str(open + 1, &format!("{quote}{}{quote}{comma}", words[1]));
                }
                None => lines.insert(line_of(line) + 1, format!("    - {}", words[1])),
            }
        });
    } else if let Some((_, within)) = said.split_once(" as the first member of ") {
        let path = at.map_or(within, |(path, _)| path);
        let key = within.split('`').nth(1).map(|name| name.rsplit('.').next().unwrap_or(name).to_owned());
        let (_, text) = tree.iter_mut().find(|(other, _)| other == path).expect("a file");
        let from = key.map_or(0, |key| text.find(&key).expect("a key"));
        let open = from + text[from..].find('{').expect("a brace");
        text.insert_str(open + 1, block);
    } else if let Some((path, line)) = said.split_once(" beside ").and_then(|(_, at)| at.rsplit_once(':')) {
        on(&mut tree, path, |lines| lines.insert(line_of(line), block.to_owned()));
    } else {
        let path = said.rsplit(" in ").next().expect("a file").to_owned();
        let under = said.split_once(" under `").map(|(_, rest)| rest.split('`').next().unwrap_or_default().to_owned());
        if tree.iter().all(|(other, _)| *other != path) {
            tree.push((path.clone(), String::new()));
        }
        on(&mut tree, &path, |lines| {
            let is_it = |line: &String| {
                under
                    .as_ref()
                    .is_some_and(|key| line.trim_end() == key || *line == format!("{}:", key.rsplit('.').next().unwrap_or(key)))
            };
            let end = lines.iter().position(is_it).map_or(lines.len(), |at| at + 1);
            assert!(under.is_none() || end > 0, "{fix}");
            lines.splice(end..end, block.lines().map(str::to_owned));
        });
    }
    tree
}

fn on(tree: &mut Tree, path: &str, change: impl FnOnce(&mut Vec<String>)) {
    let (_, text) = tree.iter_mut().find(|(other, _)| other == path).unwrap_or_else(|| panic!("{path}"));
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    change(&mut lines);
    *text = lines.join("\n") + "\n";
}

/// Pastes what is told, and asserts that nothing is told any more; the fix.
fn mended(language: &str, step: &str, more: &[(&str, &str)]) -> String {
    let ci = workflow("pull_request", step);
    let tree = tree_of(language, &ci, more);
    let before = told_of(language, &tree);
    assert_eq!(before.verdict, Verdict::Fail, "{step} {more:?}: {}", before.message);
    let fix = before.fix.unwrap_or_default();
    let after = pasted(&tree, &fix);
    let after: Vec<(&str, &str)> = after.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let told = told_of(language, &after);
    assert_eq!(told.verdict, Verdict::Pass, "{fix}\nled to: {} {:?}\n{after:?}", told.message, told.fix);
    assert!(told.message.ends_with("with security rules"), "{fix}\n{}", told.message);
    fix
}

#[test]
fn a_new_file_of_golangci_is_for_the_release_that_runs() {
    let hook = |rev: &str| {
        format!(
            "repos:\n  - repo: https://github.com/golangci/golangci-lint\n    rev: {rev}\n    hooks:\n      - id: golangci-lint-full\n"
        )
    };
    let (one, two) = (hook("v1.60.0"), hook("v2.1.0"));
    let image = "run: docker run --rm -v $PWD:/app -w /app golangci/golangci-lint:v2.1.6 golangci-lint run";
    for (step, more, is_two) in [
        ("uses: golangci/golangci-lint-action@v8", None, true),
        ("run: go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.1.6 run", None, true),
        ("run: pre-commit run --all-files", Some(two.as_str()), true),
        (image, None, true),
        ("run: golangci-lint run", None, true),
        ("{uses: golangci/golangci-lint-action@v6, with: {version: v1.60.3}}", None, false),
        ("uses: golangci/golangci-lint-action@v6", None, false),
        ("uses: golangci/golangci-lint-action@v3.7.1", None, false),
        ("{uses: golangci/golangci-lint-action@v6.5.2, with: {version: latest}}", None, false),
        ("run: go run github.com/golangci/golangci-lint/cmd/golangci-lint@v1.60.3 run", None, false),
        ("run: pre-commit run --all-files", Some(one.as_str()), false),
    ] {
        let more: Vec<(&str, &str)> = more.iter().map(|text| (".pre-commit-config.yaml", *text)).collect();
        let fix = mended("go", step, &more);
        assert!(fix.starts_with("enable gosec in .golangci.yml:\n"), "{fix}");
        assert_eq!(fix.contains("version: \"2\"\n"), is_two, "{step}: {fix}");
    }
}

#[test]
fn a_block_is_in_the_format_of_the_file_and_where_its_keys_are() {
    let run = "run: golangci-lint run";
    for (path, text, said) in [
        (".golangci.toml", "version = \"2\"\n", "enable gosec in .golangci.toml:\n[linters]\nenable = [\"gosec\"]"),
        (".golangci.toml", "version = \"2\"\n[linters]\nenable = [\"revive\"]\n", "add `gosec` to `enable` at .golangci.toml:3"),
        (
            ".golangci.toml",
            "version = \"2\"\n[linters]\ndefault = \"none\"\n[run]\ntests = true\n[linters.settings.revive]\nseverity = \"x\"\n",
            "enable gosec, under `[linters]` in .golangci.toml:\nenable = [\"gosec\"]",
        ),
        (
            ".golangci.json",
            "{\"version\": \"2\"}\n",
            "as the first member of .golangci.json:\n\"linters\": { \"enable\": [\"gosec\"] },",
        ),
        (
            ".golangci.json",
            "{\"version\": \"2\", \"linters\": {\"enable\": [\"revive\"]}}\n",
            "add `gosec` to `enable` at .golangci.json:1",
        ),
        (".golangci.yml", "version: \"2\"\n", "enable gosec in .golangci.yml:\nlinters:\n  enable:\n    - gosec"),
        (".golangci.yml", "version: \"2\"\nlinters:\n  enable:\n    - revive\n", "add `gosec` to `enable` at .golangci.yml:3"),
        (
            ".golangci.yml",
            "version: \"2\"\nlinters:\n  disable:\n    - errcheck\n",
            "enable gosec, under `linters` in .golangci.yml:\n  enable:\n    - gosec",
        ),
    ] {
        let fix = mended("go", run, &[(path, text)]);
        assert!(fix.ends_with(said), "{text}: {fix}");
    }
}

#[test]
fn ruffs_rules_are_added_where_its_list_is() {
    let project = |more: &str| format!("[project]\nname = \"kestrel\"\ndependencies = [\"requests\"]\n{more}");
    for (path, text, said) in [
        ("ruff.toml", "[lint]\nextend-select = [\"B\"]\n".to_owned(), "add `S` to `extend-select` at ruff.toml:2"),
        ("ruff.toml", "extend-select = [\"B\"]\n".to_owned(), "add `S` to `extend-select` at ruff.toml:1"),
        ("ruff.toml", "lint.select = [\"E\"]\n".to_owned(), "beside ruff.toml:1:\nlint.extend-select = [\"S\"]"),
        ("ruff.toml", "line-length = 90\n".to_owned(), "in ruff.toml:\n[lint]\nextend-select = [\"S\"]"),
        (
            "pyproject.toml",
            project("[tool.ruff.lint]\nextend-select = [\"B\"]\n"),
            "add `S` to `extend-select` at pyproject.toml:5",
        ),
        (
            "pyproject.toml",
            project("[tool.ruff]\nline-length = 90\nlint.select = [\"E\"]\n"),
            "beside pyproject.toml:6:\nlint.extend-select = [\"S\"]",
        ),
        ("pyproject.toml", project(""), "in pyproject.toml:\n[tool.ruff.lint]\nextend-select = [\"S\"]"),
    ] {
        let fix = mended("python", "run: ruff check .", &[(path, &text)]);
        assert!(fix.ends_with(said), "{text}: {fix}");
    }
}

#[test]
fn what_ignores_every_file_has_to_go() {
    let config =
        "import n from \"eslint-plugin-no-unsanitized\";\nexport default [{ ignores: [\"**\"] }, n.configs.recommended];\n";
    let fix = mended("javascript", "run: npx eslint .", &[("eslint.config.mjs", config)]);
    assert!(fix.starts_with("delete `**` from the patterns of files to ignore, at eslint.config.mjs:2"), "{fix}");
}

#[test]
fn a_file_for_the_first_version_is_migrated() {
    let step = "uses: golangci/golangci-lint-action@v8";
    let plain = [(".golangci.yml", "linters:\n  enable: [gosec]\n")];
    let fix = mended("go", step, &plain);
    assert!(fix.starts_with("write `version: \"2\"` as line 1 of .golangci.yml"), "{fix}");
    let told = |step: &str, text: &str| {
        let ci = workflow("pull_request", step);
        told_of("go", &tree_of("go", &ci, &[(".golangci.yml", text)]))
    };
    let other = told(step, "linters:\n  disable-all: true\n  enable: [gosec]\n");
    assert!(other.fix.as_deref().is_some_and(|fix| fix.starts_with("run `golangci-lint migrate`")), "{:?}", other.fix);
    // The job fails whatever a change holds, unless something else lets it pass.
    assert_eq!(other.severity, Severity::Warning);
    let soft = format!("{{{}, continue-on-error: true}}", step);
    assert_eq!(told(&soft, plain[0].1).severity, Severity::Error);
}

#[test]
fn the_hook_for_new_lines_is_changed_for_the_one_for_all() {
    let hook =
        "repos:\n  - repo: https://github.com/golangci/golangci-lint\n    rev: v1.60.0\n    hooks:\n      - id: golangci-lint\n";
    let more = [(".pre-commit-config.yaml", hook), (".golangci.yml", "linters:\n  enable: [gosec]\n")];
    let fix = mended("go", "run: pre-commit run --all-files", &more);
    assert!(fix.starts_with("write `golangci-lint-full` instead of `golangci-lint` at .pre-commit-config.yaml:5"), "{fix}");
}

#[test]
fn linters_of_javascript_are_told_which_key() {
    let oxlint = "run: npx oxlint --deny-warnings";
    let biome = "run: npx @biomejs/biome ci .";
    for (step, path, text, said) in [
        (
            biome,
            "biome.json",
            "{\n\"linter\": {\n\"rules\": {\n\"security\": \"off\"\n}}}\n",
            "write `\"error\"` instead of `\"off\"` at biome.json:4",
        ),
        (
            biome,
            "biome.json",
            "{\"linter\":{\"rules\":{\"recommended\":false}}}\n",
            "write `true` instead of `false` at biome.json:1",
        ),
        (
            biome,
            "biome.json",
            "{\"linter\":{\"rules\":{\"security\":{\"recommended\":false}}}}\n",
            "write `true` instead of `false` at biome.json:1",
        ),
        (
            biome,
            "biome.json",
            "{\"linter\":{\"rules\":{\"preset\":\"none\"}}}\n",
            "write `\"recommended\"` instead of `\"none\"` at biome.json:1",
        ),
        (
            biome,
            "biome.json",
            "{\"linter\":{\"enabled\":false}}\n",
            "set `enabled` of `linter` to `true` at biome.json:1, so that Biome itself checks this",
        ),
        (
            oxlint,
            ".oxlintrc.json",
            "{\"rules\":{\"no-console\":\"error\"}}\n",
            "as the first member of `rules` at .oxlintrc.json:1:\n\"no-eval\": \"error\",",
        ),
        (
            oxlint,
            ".oxlintrc.json",
            "{\"rules\":{\"no-eval\":\"off\"}}\n",
            "write `\"error\"` instead of `\"off\"` at .oxlintrc.json:1",
        ),
    ] {
        let fix = mended("javascript", step, &[(path, text)]);
        assert!(fix.ends_with(said), "{text}: {fix}");
    }
    let fix = mended("javascript", oxlint, &[]);
    assert!(fix.ends_with(" in .oxlintrc.json:\n{ \"rules\": { \"no-eval\": \"error\" } }"), "{fix}");
}

#[test]
fn what_goes_to_the_forge_is_not_said_to_fail_a_job() {
    let steps = "uses: github/codeql-action/init@v3\n        with: {languages: go}\n      - uses: github/codeql-action/analyze@v3\n        with:\n          upload: never";
    let ci = workflow("pull_request", steps);
    let fix = told_of("go", &tree_of("go", &ci, &[])).fix.unwrap_or_default();
    assert_eq!(
        fix,
        "delete `upload: never` at .github/workflows/ci.yml:11, so that code scanning has what CodeQL finds; and require code scanning results for merging in the ruleset of the default branch"
    );
}

#[test]
fn what_keeps_every_file_from_biome_is_changed_where_it_stands() {
    for (text, said) in [
        ("{\"files\":{\"includes\":[\"**\", \"!**\"]}}\n", "delete `!**` from `files.includes`, at biome.json:1"),
        ("{\n\"files\":\n{\"includes\":[\"!dist\"]}}\n", "add `src/**` as the first item of `files.includes`, at biome.json:3"),
        ("{\"files\":{\"includes\":[]}}\n", "add `src/**` as the first item of `files.includes`, at biome.json:1"),
        (
            "{\"files\":{\"includes\":[\"lib/**\", \"!dist\"]}}\n",
            "add `src/**` as the first item of `files.includes`, at biome.json:1",
        ),
        (
            "{\"files\":{\"includes\":[\"!src/*.js\"]}}\n",
            "add `src/**` as the first item of `files.includes` and delete `!src/*.js` from it, at biome.json:1",
        ),
        ("{\"linter\":{\"includes\":[\"lib/**\"]}}\n", "add `src/**` as the first item of `linter.includes`, at biome.json:1"),
        ("{\"files\":{\"include\":[\"lib\"]}}\n", "add `src/**` as the first item of `files.include`, at biome.json:1"),
        ("{\"files\":{\"ignore\":[\"*.js\"]}}\n", "delete `*.js` from `files.ignore`, at biome.json:1"),
    ] {
        let fix = mended("javascript", "run: npx biome ci .", &[("biome.json", text)]);
        assert_eq!(fix, said, "{text}");
    }
}

#[test]
fn an_action_that_refuses_the_release_is_called_in_a_later_version() {
    let two = (".golangci.yml", "version: \"2\"\nlinters:\n  enable: [gosec]\n");
    let told = |step: &str, more: &[(&str, &str)]| {
        let ci = workflow("pull_request", step);
        told_of("go", &tree_of("go", &ci, more))
    };
    let at = "call `golangci/golangci-lint-action@v7`, or a later version of it, at .github/workflows/ci.yml:7";
    for (step, more) in [
        ("uses: golangci/golangci-lint-action@v6", ""),
        ("{uses: golangci/golangci-lint-action@v6, with: {version: v1.64.8}}", ", with a `version` from 2 on"),
    ] {
        let fix = told(step, &[two]).fix.unwrap_or_default();
        assert_eq!(fix, format!("{at}{more}, so that golangci-lint itself checks this"), "{step}");
    }
    assert_eq!(told("uses: golangci/golangci-lint-action@v7", &[two]).verdict, Verdict::Pass);
    // The module in its directory may ask for a release that does not look for the version.
    let module = ("go.mod", "module a\n\ngo 1.22\n\nrequire github.com/golangci/golangci-lint v1.60.1\n");
    assert_eq!(told("uses: golangci/golangci-lint-action@v6", &[two, module]).verdict, Verdict::Unknown);
    // What the action takes is not what it brings.
    let first = (".golangci.yml", "linters:\n  enable: [gosec]\n");
    let step = "{uses: golangci/golangci-lint-action@v7, with: {install-mode: none}}";
    assert_eq!(told(step, &[first]).verdict, Verdict::Pass);
}
