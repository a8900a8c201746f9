//! Biome's configuration, case by case.

use super::super::bench::{Case, Files, told};
use super::Biome;

fn read(files: Files<'_>, args: &str) -> [String; 5] {
    let sources = [("src/a.ts", ""), ("src/ui/b.js", ""), ("src/a.test.ts", "")];
    let all: Vec<(&str, &str)> = files.iter().chain(&sources).copied().collect();
    let settings = Case::new("biome", &all, args).read(&Biome);
    let question = |name: &str| told(settings.settings.get(name));
    // A rule that only warns does not fail the command by itself.
    let selects = |name: &str| match settings.warned.get(name) {
        Some(place) => format!("warns {}:{}", place.path, place.line),
        None => told(settings.selects.get(name)),
    };
    [
        selects("security"),
        selects("noSecrets"),
        question("linter-disabled"),
        question("selects-nothing"),
        question("warnings-only"),
    ]
}

#[test]
fn rules_in_force() {
    let yes = "yes biome.json:1";
    let warns = "warns biome.json:1";
    let cases: &[(&str, &str, [&str; 5])] = &[
        ("{}", "", [yes, "no", "no", "no", "no"]),
        ("{\"linter\": {\"enabled\": false}}", "", ["no", "no", yes, "no", "no"]),
        ("{\"linter\": {\"enabled\": true}}", "", [yes, "no", "no", "no", "no"]),
        ("{\"javascript\": {\"linter\": {\"enabled\": false}}}", "", ["no", "no", yes, "no", "no"]),
        ("{\"linter\": {\"rules\": {\"recommended\": false}}}", "", ["no", "no", "no", yes, "no"]),
        ("{\"linter\": {\"rules\": {\"preset\": \"none\"}}}", "", ["no", "no", "no", yes, "no"]),
        ("{\"linter\": {\"rules\": {\"preset\": \"all\"}}}", "", [yes, yes, "no", "no", "no"]),
        ("{\"linter\": {\"rules\": {\"all\": true}}}", "", [yes, yes, "no", "no", "no"]),
        (
            "{\"linter\": {\"rules\": {\"recommended\": false, \"security\": {\"recommended\": true}}}}",
            "",
            [yes, "no", "no", "no", "no"],
        ),
        ("{\"linter\": {\"rules\": {\"recommended\": false, \"security\": \"error\"}}}", "", [yes, yes, "no", "no", "no"]),
        ("{\"linter\": {\"rules\": {\"recommended\": false, \"security\": \"warn\"}}}", "", [warns, warns, "no", "no", yes]),
        (
            "{\"linter\": {\"rules\": {\"recommended\": false, \"security\": {\"noGlobalEval\": \"warn\"}}}}",
            "",
            [warns, "no", "no", "no", yes],
        ),
        (
            "{\"linter\": {\"rules\": {\"recommended\": false, \"style\": {\"x\": \"error\"}, \"security\": {\"noSecrets\": {\"level\": \"warn\"}}}}}",
            "",
            [warns, warns, "no", "no", "no"],
        ),
        ("{\"linter\": {\"rules\": {\"security\": \"off\"}}}", "", ["no", "no", "no", "no", "no"]),
        ("{\"linter\": {\"rules\": {\"security\": {\"recommended\": false}}}}", "", ["no", "no", "no", "no", "no"]),
        ("{\"linter\": {\"rules\": {\"security\": {\"noSecrets\": \"error\"}}}}", "", [yes, yes, "no", "no", "no"]),
        (
            "{\"linter\": {\"rules\": {\"recommended\": false}, \"domains\": {\"react\": \"all\"}}}",
            "",
            ["no", "no", "no", "no", "no"],
        ),
        ("{\"files\": {\"includes\": [\"**\", \"!**\"]}}", "", ["no", "no", "no", yes, "no"]),
        ("{\"files\": {\"includes\": [\"!src\"]}}", "", ["no", "no", "no", yes, "no"]),
        ("{\"files\": {\"includes\": [\"src/**\", \"!src/ui\"]}}", "", [yes, "no", "no", "no", "no"]),
        ("{\"files\": {\"includes\": [\"!dist\"]}}", "", ["no", "no", "no", yes, "no"]),
        ("{\"files\": {\"includes\": []}}", "", ["no", "no", "no", yes, "no"]),
        ("{\"files\": {\"includes\": [\"src\"]}}", "", ["no", "no", "no", yes, "no"]),
        ("{\"files\": {\"includes\": [\"**\", \"!!src\"]}}", "", ["no", "no", "no", yes, "no"]),
        // Of the linter's own list no directory is asked.
        ("{\"linter\": {\"includes\": [\"**\", \"!src\"]}}", "", [yes, "no", "no", "no", "no"]),
        // Version 1: at any depth, `*` over directories, nothing said is everything.
        ("{\"files\": {\"include\": [\"ui\"]}}", "", [yes, "no", "no", "no", "no"]),
        ("{\"files\": {\"include\": [\"src/*.js\"]}}", "", [yes, "no", "no", "no", "no"]),
        ("{\"files\": {\"include\": []}}", "", [yes, "no", "no", "no", "no"]),
        ("{\"files\": {\"include\": [\"lib\"]}}", "", ["no", "no", "no", yes, "no"]),
        ("{\"linter\": {\"includes\": [\"nowhere/**\"]}}", "", ["no", "no", "no", yes, "no"]),
        ("{\"linter\": {\"ignore\": [\"src\"]}}", "", ["no", "no", "no", yes, "no"]),
        ("{\"files\": {\"ignore\": [\"dist\"]}}", "", [yes, "no", "no", "no", "no"]),
        ("{\"overrides\": [{\"includes\": [\"**\"], \"linter\": {\"enabled\": false}}]}", "", ["no", "no", yes, "no", "no"]),
        (
            "{\"overrides\": [{\"includes\": [\"**/*.test.ts\"], \"linter\": {\"enabled\": false}}]}",
            "",
            [yes, "no", "no", "no", "no"],
        ),
        (
            "{\"overrides\": [{\"includes\": [\"src/**\"], \"linter\": {\"rules\": {\"security\": \"off\"}}}]}",
            "",
            ["no", "no", "no", "no", "no"],
        ),
        ("{}", "--skip=security", ["no", "no", "no", "no", "no"]),
        ("{}", "--skip=security/noGlobalEval", [yes, "no", "no", "no", "no"]),
        ("{}", "--only=style", ["no", "no", "no", "no", "no"]),
        ("{}", "--only=lint/security/noSecrets", ["yes ci.yml:1", "yes ci.yml:1", "no", "no", "no"]),
        ("{}", "--only security", ["yes ci.yml:1", "yes ci.yml:1", "no", "no", "no"]),
    ];
    for (config, args, expected) in cases {
        assert_eq!(read(&[("biome.json", config)], args), *expected, "{config} {args}");
    }
}

#[test]
fn what_is_not_understood_is_unknown() {
    let why = "unknown unreadable biome.json:1";
    for config in [
        "{\"linter\": {\"enabled\": \"no\"}}",
        "{\"linter\": {\"rules\": {\"security\": {\"noSecrets\": 3}}}}",
        "{\"linter\": {\"rules\": []}}",
        "[]",
        "{",
        "{\"linter\": {\"enabled\": true, \"enabled\": false}}",
        "{\"files\": {\"includes\": \"x\"}}",
    ] {
        assert_eq!(read(&[("biome.json", config)], ""), [why; 5], "{config}");
    }
    let deep = format!("{{\"linter\": {}1{}}}", "[".repeat(1000), "]".repeat(1000));
    assert!(read(&[("biome.json", &deep)], "")[0].starts_with("unknown unreadable"));
    assert_eq!(read(&[], "--only $RULES")[0], "unknown dynamic ci.yml:1");
}

#[test]
fn the_file_in_effect_and_what_it_extends() {
    let off = "{\"linter\": {\"enabled\": false}}";
    let cases: &[(Files<'_>, &str, &str, &str)] = &[
        (&[("biome.json", off)], "", "src/ui", "yes biome.json:1"),
        (&[("biome.json", off), ("src/ui/biome.jsonc", "// own\n{}")], "", "src/ui", "no"),
        (&[("biome.json", "{}"), ("biome.jsonc", off)], "", "", "no"),
        (&[(".biome.json", off)], "", "", "yes .biome.json:1"),
        (&[("ci/biome.json", off)], "--config-path=ci", "", "yes ci/biome.json:1"),
        (&[("ci/lint.json", off)], "--config-path ci/lint.json", "", "yes ci/lint.json:1"),
        (&[("ci/lint.json", off)], "--config-path gone.json", "", "unknown dynamic ci.yml:1"),
        (&[("biome.json", "{\"extends\": [\"./base.json\"]}"), ("base.json", off)], "", "", "yes base.json:1"),
        (
            &[("biome.json", "{\"extends\": [\"./base.json\"], \"linter\": {\"enabled\": true}}"), ("base.json", off)],
            "",
            "",
            "no",
        ),
        (&[("biome.json", off), ("src/ui/biome.json", "{\"extends\": \"//\"}")], "", "src/ui", "yes biome.json:1"),
        (&[("biome.json", off), ("src/ui/biome.json", "{\"root\": false}")], "", "src/ui", "no"),
        (&[("biome.json", "{\"extends\": [\"./biome.json\"]}")], "", "", "unknown unreadable biome.json:1"),
        (&[], "", "", "no"),
    ];
    for (files, args, directory, expected) in cases {
        let settings = Case::new("biome", files, args).at(directory).read(&Biome);
        assert_eq!(told(settings.settings.get("linter-disabled")), *expected, "{files:?} {args}");
    }
    let remote = "{\"extends\": [\"@org/biome\"], \"linter\": {\"rules\": {\"recommended\": false}}}";
    assert_eq!(
        read(&[("biome.json", remote)], ""),
        ["unknown remote biome.json:1", "unknown remote biome.json:1", "no", "no", "no"]
    );
    let mut case = Case::new("biome", &[("ci/biome.json", off)], "");
    case.env.insert("BIOME_CONFIG_PATH".to_owned(), Some("ci".to_owned()));
    assert_eq!(told(case.read(&Biome).settings.get("linter-disabled")), "yes ci/biome.json:1");
}

#[test]
fn lists_of_what_is_extended_stand_in_front() {
    let own = |extends: &str| format!("{{\"extends\": [\"{extends}\"], \"files\": {{\"includes\": [\"!dist\"]}}}}");
    let nothing = |files: Files<'_>| read(files, "")[3].clone();
    let (near, far) = (own("./base.json"), own("@org/biome"));
    assert_eq!(nothing(&[("biome.json", &near), ("base.json", "{\"files\": {\"includes\": [\"**\"]}}")]), "no");
    assert_eq!(nothing(&[("biome.json", &near), ("base.json", "{}")]), "yes biome.json:1");
    // What is not known may take everything in.
    assert_eq!(nothing(&[("biome.json", &far)]), "no");
}
