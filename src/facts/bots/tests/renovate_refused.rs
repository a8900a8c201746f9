//! What Renovate refuses in its file before it looks at anything, and what only looks as if it did: both as its own
//! `validateConfig` says of what `migrateConfig` and `massageConfig` make of the file.

use super::state;

const NPM: (&str, &str) = ("package.json", r#"{"dependencies":{"a":"1"}}"#);
const TAKEN: &str = "active +npm:";

/// The state with one setting on the second line.
fn with(setting: &str) -> String {
    state("renovate", &[NPM, ("renovate.json", &format!("{{\n{setting}\n}}"))])
}

#[test]
fn a_setting_of_another_type_stops_the_bot_at_every_depth() {
    for refused in [
        r#""prHourlyLimit":"two""#,
        r#""prHourlyLimit":-1"#,
        r#""branchPrefix":5"#,
        r#""labels":{}"#,
        r#""labels":"deps""#,
        r#""minimumReleaseAge":3"#,
        r#""dependencyDashboard":"yes""#,
        r#""automergeType":5"#,
        r#""automerge":{}"#,
        r#""semanticCommits":5"#,
        r#""fetchChangeLogs":[]"#,
        r#""timezone":5"#,
        r#""schedule":{}"#,
        r#""lockFileMaintenance":"weekly""#,
        r#""npm":"on""#,
        r#""npm":{"enabled":"no"}"#,
        r#""packageRules":[{"matchPackageNames":["a"],"groupName":5}]"#,
        r#""packageRules":[{"matchPackageNames":["a"],"major":{"labels":{}}}]"#,
        r#""packageRules":[{"matchPackageNames":["a"],"npm":{"enabled":false}}]"#,
        r#""hostRules":[{"timeout":"long"}]"#,
        r#""customManagers":[{"customType":"regex","managerFilePatterns":["a"],"matchStrings":["b"],"enabled":true}]"#,
        r#""matchUpdateTypes":["major"],"enabled":true"#,
        r#""npm":{"matchDepTypes":["dependencies"]}"#,
    ] {
        assert_eq!(with(refused), "invalid !schema@2", "{refused}");
    }
    for taken in [
        r#""npm":true"#,
        r#""lockFileMaintenance":true"#,
        r#""dependencyDashboard":"true""#,
        r#""branchPrefix":["a/"]"#,
        r#""description":"a""#,
        r#""labels":null"#,
        r#""prPriority":-1"#,
        r#""semanticCommits":true"#,
        r#""composerIgnorePlatformReqs":true"#,
        r#""automerge":"minor""#,
        r#""platform":5"#,
        r#""constraints":{"node":"20"}"#,
        r#""registryAliases":{"a":"b"}"#,
        r#""hostRules":[{"hostName":"a","token":"b"}]"#,
        r#""regexManagers":[{"fileMatch":["a"],"matchStrings":["b (?<depName>c)@(?<currentValue>d)"],"datasourceTemplate":"npm"}]"#,
        r#""customManagers":[{"fileMatch":["a"],"matchStrings":["b (?<depName>c)@(?<currentValue>d)"],"datasourceTemplate":"npm","description":["c"]}]"#,
        r#""packageRules":[{"matchPackageNames":["b"],"major":{"matchDepTypes":["x"],"labels":["y"]}}]"#,
    ] {
        assert_eq!(with(taken), TAKEN, "{taken}");
    }
}

#[test]
fn a_schedule_or_zone_that_is_certainly_none_stops_the_bot() {
    for refused in [
        r#""schedule":["someday"]"#,
        r#""schedule":"someday""#,
        r#""schedule":["before 5am on monday","on moonday"]"#,
        r#""schedule":["monday"]"#,
        r#""schedule":["weekly"]"#,
        r#""schedule":["* 3 * *"]"#,
        r#""schedule":["5 3 * * 1"]"#,
        r#""schedule":[5]"#,
        r#""packageRules":[{"matchPackageNames":["b"],"schedule":["someday"]}]"#,
        r#""timezone":"Mars/X""#,
        r#""timezone":"Europe Berlin""#,
        r#""timezone":"Berlin""#,
        r#""timezone":"CEST""#,
        r#""timezone":"GMT+3""#,
        r#""extends":[":timezone(Mars/X)"]"#,
        r#""extends":[":timezone(Berlin)"]"#,
        r#""extends":["global:safeEnv"]"#,
    ] {
        assert_eq!(with(refused), "invalid !schema@2", "{refused}");
    }
    for taken in [
        r#""schedule":["at any time"]"#,
        r#""schedule":["at any time","someday"]"#,
        r#""schedule":[]"#,
        r#""schedule":null"#,
        r#""schedule":"monthly""#,
        r#""schedule":["every weekend"]"#,
        r#""schedule":["after 10pm every weekday","before 5am every weekday"]"#,
        r#""schedule":["before 5:00am on Mondays"]"#,
        r#""schedule":["on the first day of the month"]"#,
        r#""schedule":["after 10pm and before 5am every weekday"]"#,
        r#""schedule":["on monday, wednesday and friday"]"#,
        r#""schedule":["every 2 weeks on monday"]"#,
        r#""schedule":["before 6am on the 1st through 7th day of the month on friday"]"#,
        r#""schedule":["* 0-3 * * MON-FRI"]"#,
        r#""schedule":["* 0-3 * * 1#2"]"#,
        r#""timezone":"Europe/Berlin""#,
        r#""timezone":"america/new_york""#,
        r#""timezone":"UTC+3""#,
        r#""timezone":"utc""#,
        r#""timezone":"EST""#,
        r#""timezone":"EST5EDT""#,
        r#""timezone":"GB-Eire""#,
        r#""timezone":"local""#,
        r#""timezone":"+02:00""#,
        r#""timezone":null"#,
        r#""extends":[":timezone(Asia/Tokyo)"]"#,
    ] {
        assert_eq!(with(taken), TAKEN, "{taken}");
    }
}

#[test]
fn rules_that_the_bot_refuses_and_rules_that_it_drops() {
    let rules = |rule: &str| with(&format!(r#""packageRules":[{rule}]"#));
    for refused in [
        r#"{"matchUpdateTypes":["minor"],"allowedVersions":"<2"}"#,
        r#"{"updateTypes":["minor"],"rangeStrategy":"pin"}"#,
        r#"{"matchPackageNames":["b"],"minor":{"allowedVersions":"<2"}}"#,
        r#"{"description":"b"}"#,
        r#"{"major":{"labels":["b"]},"automerge":true}"#,
        r#""b""#,
        r#"null"#,
    ] {
        assert_eq!(rules(refused), "invalid !schema@2", "{refused}");
    }
    for taken in [
        r#"{"matchUpdateTypes":["minor"],"automerge":true}"#,
        r#"{"matchUpdateTypes":[],"allowedVersions":"<2"}"#,
        r#"{"matchPackageNames":["b"],"allowedVersions":"<2","minor":{"automerge":true}}"#,
        r#"{"major":{"labels":["b"]}}"#,
        r#"{"matchPackagePatterns":["b"],"paths":["c"],"labels":["d"]}"#,
        "{}",
        "5",
    ] {
        assert_eq!(rules(taken), TAKEN, "{taken}");
    }
}

#[test]
fn a_name_that_another_version_may_know_is_unknown_at_every_depth() {
    for unknown in [
        r#""packageRules":[{"matchPackageNames":["b"],"enabeld":false}]"#,
        r#""npm":{"enabeld":false}"#,
        r#""packageRules":[{"matchPackageNames":["b"],"major":{"enabeld":false}}]"#,
        r#""hostRules":[{"matchhost":"b"}]"#,
        r#""hostName":"b""#,
    ] {
        assert_eq!(with(unknown), "active ?npm: unknown-key@2", "{unknown}");
    }
}

#[test]
fn what_is_no_text_is_no_preset() {
    for dropped in [r#""extends":5"#, r#""extends":[5]"#, r#""extends":["config:recommended",true]"#] {
        assert_eq!(with(dropped), "active +npm: preset-dropped@2", "{dropped}");
    }
}

#[test]
fn a_regular_expression_that_does_not_compile_stops_the_bot() {
    for refused in [
        r#""packageRules":[{"matchPackageNames":["/^(a/"],"enabled":true}]"#,
        r#""packageRules":[{"matchPackageNames":["!/a)/i"],"enabled":true}]"#,
        r#""packageRules":[{"matchDepNames":"/*a/","enabled":true}]"#,
        r#""packageRules":[{"matchPackageNames":["/^(?!a)/"],"enabled":true}]"#,
        r#""packageRules":[{"matchPackageNames":["a"],"allowedVersions":"/^(1/"}]"#,
        r#""packageRules":[{"matchPackagePatterns":["^(a"],"enabled":true}]"#,
        r#""npm":{"fileMatch":["[a-z"]}"#,
        r#""npm":{"managerFilePatterns":["/[a-z/"]}"#,
        r#""baseBranchPatterns":["main","/^release\\/"]"#,
        r#""packageRules":[{"matchPackageNames":["*","!a"],"groupName":"x"}]"#,
        r#""includePaths":["**","!a/**"]"#,
    ] {
        assert_eq!(with(refused), "invalid !schema@2", "{refused}");
    }
    assert_eq!(with("\"packageRules\":[{\"matchPackageNames\":[\n\"/a/\",\n\"/(b/\"],\"enabled\":true}]"), "invalid !schema@4");
    for taken in [
        r#""packageRules":[{"matchPackageNames":["/^(a|b)$/i","!/[)(]/","@types/{/,}**","(c"],"groupName":"x"}]"#,
        r#""packageRules":[{"matchPackagePatterns":["*"],"groupName":"x"}]"#,
        r#""packageRules":[{"matchPackageNames":["a"],"allowedVersions":"<(2"}]"#,
        r#""ignorePaths":["**/(gen/**"]"#,
        r#""packageRules":[{"matchPackageNames":["*"],"groupName":"x"}]"#,
        // A rule that only selects is taken out before.
        r#""packageRules":[{"matchPackageNames":["/^(a/"]},{"matchPackageNames":["*","!a"],"excludePackageNames":["b"]}]"#,
        r#""packageRules":[{"packagePatterns":["^(a"]},{"updateTypes":["major"],"matchPackageNames":["/^(a/"]}]"#,
        // Characters by their number.
        r#""packageRules":[{"matchPackageNames":["/a\\40b/","/(a)\\101/"],"groupName":"x"}]"#,
        r#""packageRules":[{"matchPackageNames":["**/a","!b"],"groupName":"x"}]"#,
    ] {
        assert_eq!(with(taken), TAKEN, "{taken}");
    }
}

#[test]
fn a_custom_manager_has_files_something_to_find_and_what_it_finds() {
    let custom = |text: &str| with(&format!("\"customManagers\":[{{{text}}}]"));
    const FILES: &str = r#""customType":"regex","managerFilePatterns":["/a/"]"#;
    const FOUND: &str = r#""matchStrings":["(?<depName>b)@(?<currentValue>c)"]"#;
    const SOURCE: &str = r#""datasourceTemplate":"npm""#;
    for (refused, count) in [
        (format!("{FOUND},{SOURCE}"), 1),
        (format!(r#""customType":"","fileMatch":["a"],{FOUND},{SOURCE}"#), 1),
        (format!(r#""customType":"regex","managerFilePatterns":[],{FOUND},{SOURCE}"#), 1),
        (format!("{FILES},{SOURCE}"), 3),
        (format!(r#"{FILES},"matchStrings":[],"currentValueTemplate":"1","depNameTemplate":"x",{SOURCE}"#), 1),
        (format!("{FILES},{FOUND}"), 1),
        (format!(r#"{FILES},"matchStrings":["(?<depName>b)"],{SOURCE}"#), 1),
        (format!(r#"{FILES},"matchStrings":["(?<currentValue>b)"],{SOURCE}"#), 1),
        (format!(r#"{FILES},"matchStrings":["(?<depName>b)@(?<currentValue>c"],{SOURCE}"#), 1),
        (format!(r#"{FILES},{FOUND},"datasourceTemplate":"""#), 1),
        (
            r#""customType":"jsonata","managerFilePatterns":["a"],"matchStrings":["{depName, currentValue, datasource}"]"#
                .to_owned(),
            1,
        ),
    ] {
        let told = custom(&refused);
        assert_eq!(told, format!("invalid{}", " !schema@2".repeat(count)), "{refused}");
    }
    for taken in [
        format!("{FILES},{FOUND},{SOURCE}"),
        format!(r#"{FILES},"matchStrings":["(?<currentValue>b)"],"lookupNameTemplate":"x",{SOURCE}"#),
        format!(r#"{FILES},"matchStrings":["(?<lookupName>b)@(?<currentValue>c)"],{SOURCE}"#),
        format!(r#"{FILES},"matchStrings":["(?<datasource>d)/(?<packageName>b)@(?<currentValue>c)"]"#),
        format!(r#""fileMatch":"a","matchStrings":["(?<packageName>b)"],"currentValueTemplate":"1",{SOURCE}"#),
        r#""customType":"jsonata","fileFormat":"json","managerFilePatterns":["a"],"matchStrings":["{depName, currentValue, datasource}"]"#
            .to_owned(),
        r#""customType":"another","managerFilePatterns":["a"]"#.to_owned(),
    ] {
        assert_eq!(custom(&taken), TAKEN, "{taken}");
    }
}
