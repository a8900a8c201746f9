//! Owns the tests of the policy reader: wrong files and what is said about them, merging, what is built.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};

use super::policy::{Level, Policy};
use super::{Reading, json_schema, read, show};
use crate::catalog::{Catalog, Severity};
use crate::error::Error;
use crate::text::{RepoPath, SourceFile};

const TODAY: Date = date(2026, 11, 23);

fn file(path: &str, text: &str) -> Arc<SourceFile> {
    SourceFile::new(RepoPath::new(path).expect("a path"), text.to_owned())
}

fn parse(text: &str) -> Result<Policy, Error> {
    parse_with(text, &BTreeMap::new(), None)
}

fn parse_with(text: &str, others: &BTreeMap<&str, &str>, org: Option<&str>) -> Result<Policy, Error> {
    let open = |path: &str| Ok(others.get(path).map(|text| file(path, text)));
    let org = org.map(|text| file("org.toml", text));
    let reading = Reading { catalog: Catalog::builtin(), today: TODAY, open: &open, org };
    read(Some(file(".tollgate.toml", text)), &reading)
}

/// Text, place of the first problem, part of its message, part of its hint.
const WRONG: &[(&str, &str, &str, &str)] = &[
    ("[release]\nbranches = [\"main\", \"refs/heads/main\"]", "2:21", "`refs/heads/main` is no name of a branch", "write `main`"),
    ("[gate]\nbranches = [\"refs/heads/next\"]", "2:13", "`refs/heads/next` is no name of a branch", "write `next`"),
    ("profil = \"modern\"", "1:1", "`profil` is not a key of a policy", "did you mean `profile`?"),
    ("profile = \"modem\"", "1:11", "`profile` cannot be `modem`", "it is one of: modern, literal"),
    ("profile = 1", "1:11", "`profile` needs text, not a whole number", "for example"),
    ("schema = 2", "1:10", "`schema` cannot be 2", "it is 1"),
    ("schema = \"1\"", "1:10", "`schema` needs a whole number, not `1`", "90"),
    ("a = 1\na = 2", "2:1", "this is not TOML: duplicate key", "once"),
    ("[rules", "1:7", "this is not TOML", ""),
    ("x = ", "1:5", "this is not TOML", ""),
    ("[rules]\nhstss = \"error\"", "2:1", "there is no rule `hstss`", "tollgate rules"),
    ("[rules]\npyup-confg = \"error\"", "2:1", "there is no rule `pyup-confg`", "did you mean `pyup-config`?"),
    ("[rules]\npyup-config = \"eror\"", "2:15", "`pyup-config` cannot be `eror`", "did you mean `error`?"),
    ("[rules]\npyup-config = { severty = \"off\" }", "2:17", "`severty` is not a key of [rules.*]", "did you mean `severity`?"),
    ("[rules.pyup-config]\nargs = { require = \"runs\" }", "2:1", "`args` is not a key of [rules.*]", "no rule takes arguments"),
    ("[rules.pyup-config.args]\nfoo = 1", "1:20", "`args` is not a key of [rules.*]", "[thresholds]"),
    ("[rules]\npyup-config = true", "2:15", "`pyup-config` needs a severity or a table, not true or false", "warning"),
    ("[rules.pyup-config]\non_unknown = \"pass\"", "2:14", "`on_unknown` cannot be `pass`", "it is one of: notice, fail"),
    ("[service]\nweb = \"yes\"", "2:7", "`web` needs true or false, not `yes`", "true"),
    ("[service]\nkind = \"ap\"", "2:8", "`kind` cannot be `ap`", "did you mean `api`?"),
    ("[service]\nendpoints = [{ url = \"https://x.example\" }]", "2:14", "[[service.endpoints]] lacks `env`", "the environment"),
    ("service = 1", "1:11", "`service` needs a table", "key"),
    ("[scope]\nexclude = \"vendor\"", "2:11", "`exclude` needs a list of globs, not `vendor`", "vendor/**"),
    ("[scope]\nexclude = [\"a[\"]", "2:12", "`a[` is not a glob", "for example"),
    ("[scope]\nexclude = [1]", "2:12", "`exclude` needs a list of globs", ""),
    ("[release]\nenabled = true", "2:1", "`enabled` is not a key of [release]", "it was removed"),
    ("[release]\ntag_pattern = '(?x) v1 # x'", "2:15", "`tag_pattern` is not a regular expression", "single quotes"),
    ("[release]\ntag_pattern = 'v1)|(v2'", "2:15", "`tag_pattern` is not a regular expression", "single quotes"),
    ("[release]\ntag_pattern = '('", "2:15", "`tag_pattern` is not a regular expression", "single quotes"),
    ("[release]\nsigned_since = \"yesterday\"", "2:16", "`signed_since` needs a date or a full commit id", "2026"),
    ("[release]\nmin_signatures = 0", "2:18", "`min_signatures` cannot be 0", "from 1 to 100"),
    ("[release]\nformats = [\"pgp\"]", "2:12", "`formats` cannot be `pgp`", "openpgp"),
    ("[thresholds]\nwaiver_max_age = \"6 months\"", "2:18", "`waiver_max_age` needs a duration", "90d"),
    ("[thresholds]\nmax_body = \"20mb\"", "2:12", "`max_body` needs a number of bytes", "20MB"),
    ("[thresholds]\nmax_unknown = 3", "2:1", "`max_unknown` is not a key", "it was removed"),
    ("[thresholds]\nhsts_max_age = 1.5", "2:16", "needs a whole number, not a number with a fraction", "90"),
    ("[baseline]\ninventory = \"x\"", "1:2", "`baseline` is not a key", "it is `[scan]` now"),
    ("[[maintainer]]\nname = \"x\"", "1:3", "`maintainer` is not a key", "[people.NAME]"),
    ("[org]\nlocked = []", "1:2", "`[org]` has no place in a repository's own file", "--org-policy"),
    ("[people.a]\nroles = [\"admin\"]", "2:10", "`roles` cannot be `admin`", "release"),
    ("[people.a]\nuntil = 2026-01-01", "2:1", "`until` is not a key of [people.*]", "valid_before"),
    ("[people.a]\npgp = [{ fingerprint = \"DEADBEEF\" }]", "2:24", "`fingerprint` needs a full fingerprint of 40 or 64", "gpg"),
    ("[people.a]\nvalid_after = 2026-01-01T10:00:00Z", "2:15", "needs a date without time or quotes, not a date with a time", ""),
    (
        "[ci]\ntrusted_workflows = [{ uses = \"a/b/c.yml\", provides = [\"bandt\"] }]",
        "2:56",
        "there is no tool `bandt`",
        "`bandit`",
    ),
    ("[limits]\nfile = 5", "1:1", "`limits` needs a list of tables", "[[limits]]"),
    ("[tools.eslnt]\nargv = [[\"x\"]]", "1:8", "there is no tool `eslnt`", "did you mean `eslint`?"),
    ("[tools.eslint]\nargv = [\"x\"]", "2:9", "`argv` needs a list of commands", "make"),
    ("[[waiver]]\nrule = \"openapi-export\"\nreason = \"r\"\nexpires = 2026-12-01", "1:1", "[[waiver]] lacks `owner`", "answers"),
    ("waiver = 1", "1:10", "`waiver` needs a list of tables", ""),
    ("waiver = [1]", "1:11", "`waiver` needs a list of tables", ""),
    ("extends = [{ git = \"x\" }]", "1:12", "[[extends]] lacks", ""),
    ("extends = [{ file = \"x\", sha256 = \"12\" }]", "1:35", "`sha256` needs 64 lower-case", "sha256sum"),
    ("x = 99999999999999999999", "1:5", "too large", ""),
    ("\"*\" = 1", "1:1", "`*` is not a key", "known keys"),
    (
        "[rules]\npython-bandit = \"off\"\npython-static-analysis = \"error\"",
        "3:1",
        "`python-bandit` and `python-static-analysis` are the same rule",
        "keep `python-static-analysis`",
    ),
    ("[waiver]\nrule = \"openapi-export\"", "1:1", "`waiver` needs a list of tables, not a table", ""),
];

#[test]
fn wrong_files_are_told_with_place_message_and_hint() {
    for (text, place, message, hint) in WRONG {
        let error = parse(text).expect_err(text);
        let found = error.place.as_ref().map(|place| format!("{}:{}", place.line, place.column)).unwrap_or_default();
        assert_eq!(error.kind, crate::error::Kind::Usage, "{text}");
        assert_eq!(found, *place, "{text}\n{error}");
        assert!(error.message.contains(message), "{text}\n{}", error.message);
        assert!(error.hint.as_deref().unwrap_or("").contains(hint), "{text}\n{error}");
    }
}

const WAIVER: &str = "[people.rhea]\nroles = [\"owner\"]\n[people.sec]\nroles = [\"security-approver\"]\n[[waiver]]\nrule = \"openapi-export\"\nreason = \"r\"\n";

#[test]
fn waivers_are_held_against_people_and_time() {
    let cases = [
        ("owner = \"rhea\"\nexpires = 2026-12-01", ""),
        ("owner = \"rheo\"\nexpires = 2026-12-01", "there is no person `rheo`"),
        ("owner = \"rhea\"\napproved_by = \"rhea\"\nexpires = 2026-12-01", "has not the role `security-approver`"),
        ("owner = \"rhea\"\napproved_by = \"sec\"\nexpires = 2026-12-01", ""),
        ("owner = \"rhea\"\ncreated = 2026-01-01\nexpires = 2026-06-30", ""),
        ("owner = \"rhea\"\ncreated = 2026-01-01\nexpires = 2026-07-01", "ends 181 days after `created`, at most 180"),
        ("owner = \"rhea\"\nexpires = 2027-11-23", "ends 365 days from now; it has no `created`"),
        (
            "owner = \"rhea\"\ncreated = 2027-03-01\nexpires = 2027-06-01",
            "ends 190 days from now; its `created` has not come yet, at most 180",
        ),
        ("owner = \"rhea\"\ncreated = 2026-02-02\nexpires = 2026-02-01", "ends before it was created"),
        ("owner = \"rhea\"\npath = \"a[\"\nexpires = 2026-12-01", "is not a glob"),
        ("owner = \"rhea\"\ncount = 0\nexpires = 2026-12-01", "`count` cannot be 0"),
        ("owner = \" \"\nexpires = 2026-12-01", "`owner` is empty"),
    ];
    for (rest, message) in cases {
        match parse(&format!("{WAIVER}{rest}")) {
            Ok(policy) => assert!(message.is_empty() && policy.waivers.len() == 1, "{rest}"),
            Err(error) => assert!(!message.is_empty() && error.message.contains(message), "{rest}\n{error}"),
        }
    }
}

#[test]
fn all_problems_are_told_in_the_order_of_the_file() {
    let error = parse("profil = 1\n[rules]\nhstss = \"error\"\n[release]\nenabled = true").expect_err("three problems");
    let lines: Vec<usize> = error.each().filter_map(|one| one.place.as_ref()).map(|place| place.line).collect();
    assert_eq!(lines, [1, 3, 5]);
}

#[test]
fn hostile_files_are_refused_without_harm() {
    let deep = format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let tables = format!("a = {}1{}", "{ b = ".repeat(50_000), " }".repeat(50_000));
    let dotted = format!("{} = 1", vec!["a"; 50_000].join("."));
    let long = format!("{} = 1", "x".repeat(1_000_000));
    for text in [deep.as_str(), &tables, &dotted, &long, "a = \"\0\"", "\0", "a\r= 1", "= = ="] {
        assert!(parse(text).is_err(), "{:?}", text.get(..40));
    }
    assert!(parse("\u{FEFF}schema = 1\r\nprofile = \"literal\"\r\n").is_ok_and(|policy| policy.terms.profile == "literal"));
    assert!(parse("").is_ok_and(|policy| policy.terms.profile == "modern"));
}

#[test]
fn files_extend_others_of_their_source() {
    let org = "[rules]\npyup-config = \"warning\"\nopenapi-export = \"error\"\n[[waiver]]\nrule = \"openapi-export\"\nreason = \"r\"\nowner = \"a\"\nexpires = 2026-12-01\n";
    let digest = "b2e6c9ad9b0bb0f5d3a9c2b4a6d94bd4e3fa2db7ff2a4d8a5fdeb7a4e6b2ad48";
    let own = |digest: &str| {
        format!(
            "extends = [{{ file = \".tollgate/org.toml\", sha256 = \"{digest}\" }}]\n[people.a]\nemail = []\n[rules]\npyup-config = \"off\"\n"
        )
    };
    let others = BTreeMap::from([(".tollgate/org.toml", org)]);
    let error = parse_with(&own(digest), &others, None).expect_err("another digest");
    assert!(error.message.contains("not the file that was agreed to"), "{error}");
    let hint = error.hint.expect("the digest");
    let right = hint.split_whitespace().find(|word| word.len() >= 64).expect("hex").trim_end_matches(':');
    let policy = parse_with(&own(right), &others, None).expect("the right digest");
    assert_eq!(policy.rules["pyup-config"].severity, Some(Level::Off));
    assert_eq!(policy.rules["openapi-export"].severity, Some(Level::At(Severity::Error)));
    assert_eq!(policy.waivers.len(), 1);
    assert_eq!(policy.waivers[0].place.path.as_str(), ".tollgate/org.toml");
    let error = parse_with(&own(digest), &BTreeMap::new(), None).expect_err("no such file");
    assert!(error.message.contains("there is no file"), "{error}");
}

#[test]
fn an_organisation_sets_floors_and_locks() {
    let org = "[release]\nformats = [\"openpgp\"]\n[people.a]\n[org]\nlocked = [\"release.formats\", \"thresholds.tls\"]\nwaivable = []\n[org.floors]\npython-bandit = \"error\"\n";
    let none = BTreeMap::new();
    let policy = parse_with("[release]\nformats = [\"openpgp\"]", &none, Some(org)).expect("the same value");
    assert_eq!(policy.org.floors["python-static-analysis"], Severity::Error);
    let error = parse_with("[release]\nformats = [\"ssh\"]", &none, Some(org)).expect_err("locked");
    assert!(error.message.contains("locks `release.formats`"), "{error}");
    let error = parse_with("thresholds.tls = \"modern\"", &none, Some(org)).expect_err("locked to its default");
    assert!(error.hint.is_some_and(|hint| hint.contains("default")));
    let waiver = "[[waiver]]\nrule = \"openapi-export\"\nreason = \"r\"\nowner = \"a\"\nexpires = 2026-12-01";
    let error = parse_with(waiver, &none, Some(org)).expect_err("not waivable");
    assert!(error.message.contains("does not let `openapi-export` be waived"), "{error}");
}

#[test]
fn what_a_floor_lifts_is_shown_as_it_judges() {
    let org = "[org.floors]\npython-bandit = \"error\"\npyup-config = \"notice\"\nopenapi-export = \"warning\"\n";
    let own =
        "[rules]\npython-static-analysis = \"off\"\npyup-config = \"warning\"\nopenapi-export = { severity = \"notice\" }\n";
    let policy = parse_with(own, &BTreeMap::new(), Some(org)).expect("right");
    let lines = show::lines(&policy);
    let shown = |key: &str| {
        let line = lines.iter().find(|line| line.key == key);
        line.map(|line| format!("{} # {}", line.value, line.origin)).unwrap_or_default()
    };
    assert_eq!(shown("rules.python-static-analysis"), "\"error\" # org.toml:2");
    assert_eq!(shown("rules.pyup-config"), "\"warning\" # .tollgate.toml:3");
    assert_eq!(shown("rules.openapi-export.severity"), "\"warning\" # org.toml:4");
}

#[test]
fn keys_that_nothing_reads_yet_are_named() {
    let text = "[thresholds]\ntls = \"modern\"\nanalyzer_level = \"runs\"\n[gate]\nblock_existing_from = 2026-12-01\nstrict = true\n\
                [rules]\npyup-config = { severity = \"off\", block_existing_from = 2026-12-01 }\n[[key]]\nname = \"a\"\n\
                last_rotated = 2026-01-01\nrotate_every = \"1y\"\n";
    let unread = show::unread(&parse(text).expect("right"));
    let told: Vec<String> = unread.iter().map(|(key, place)| format!("{key} {place}")).collect();
    let wanted = ["key 9", "thresholds.tls 2"];
    assert_eq!(told, wanted.map(|one| one.replace(' ', " .tollgate.toml:")));
}

#[test]
fn aliases_become_ids_and_terms_are_filled() {
    let text = "profile = \"literal\"\n[rules]\npython-bandit = { severity = \"warning\", on_unknown = \"fail\" }\n[service]\nweb = true\nrisk = \"high\"\n\
                [thresholds]\nanalyzer_level = \"required\"\n[ci]\nexternal = [{ provides = [\"codeql\"], where = \"org ruleset\" }]\n[tools.bandit]\nargv = [[\"make\", \"scan\"]]\n";
    let policy = parse(text).expect("right");
    let rule = &policy.rules["python-static-analysis"];
    assert_eq!((rule.severity, rule.on_unknown_fail), (Some(Level::At(Severity::Warning)), true));
    assert_eq!(policy.terms.service.web, Some(true));
    assert_eq!(policy.terms.analyzer_level.as_deref(), Some("required"));
    assert_eq!(policy.terms.ci.external[0].place, "org ruleset");
    assert_eq!(policy.terms.tools["bandit"].argv, [["make", "scan"]]);
    let lines = show::lines(&policy);
    let line = lines.iter().find(|line| line.key == "ci.external[0].where").expect("shown");
    assert_eq!((line.value.as_str(), line.origin.as_str()), ("\"org ruleset\"", ".tollgate.toml:10"));
    assert!(lines.iter().any(|line| line.key == "release.check_last" && line.origin == "default"));
}

#[test]
fn one_key_belongs_to_one_person() {
    let fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";
    let text = format!(
        "[people.a]\npgp = [{{ fingerprint = \"{fingerprint}\" }}]\n[people.b]\npgp = [{{ fingerprint = \"{}\" }}]\n",
        fingerprint.to_lowercase()
    );
    let error = parse(&text).expect_err("the same key twice");
    assert!(error.message.contains("`a` and `b` list the same key"), "{error}");
}

#[test]
fn a_person_is_named_in_one_line_without_commas() {
    for bad in ["", " ", " a", "a,b", "a\\nb", "a\\u0007", "a\\u202Eb", "a\\u2028b"] {
        let error = parse(&format!("[people.\"{bad}\"]\nemail = [\"a@b.c\"]\n")).expect_err(bad);
        assert!(error.message.contains("is no name of a person") && error.place.is_some(), "{bad}: {error}");
    }
    for good in ["rhea", "Rhea M. O'Neil", "Zoë (release)", "董"] {
        assert!(parse(&format!("[people.\"{good}\"]\nemail = [\"a@b.c\"]\n")).is_ok(), "{good}");
    }
}

#[test]
fn the_published_schema_says_for_every_key_which_way_is_tighter() {
    let schema = json_schema::json_schema();
    assert!(jsonschema::meta::is_valid(&schema));
    let text = schema.to_string();
    let described = text.matches("\"description\":").count();
    assert_eq!(described, text.matches("\"x-tighter\":").count());
    assert!(described > 120, "{described}");
    assert_eq!(text.matches("\"x-unread\":true").count(), super::keys::KEYS.iter().filter(|key| key.later).count());
    let gate = &schema["properties"]["gate"]["properties"]["policy_review"];
    assert!(gate["enum"].is_array() && gate["x-unread"].is_null(), "{gate}");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let right = serde_json::json!({ "profile": "modern", "rules": { "pyup-config": "off" }, "waiver": [{ "rule": "a", "reason": "b", "owner": "c", "expires": "2026-12-01" }] });
    assert!(validator.is_valid(&right));
    assert!(!validator.is_valid(&serde_json::json!({ "profil": "modern" })));
    assert!(!validator.is_valid(&serde_json::json!({ "waiver": [{ "rule": "a" }] })));
}

#[test]
fn syntax_errors_of_a_line_are_told_once() {
    let error = parse("- = [0\"}a[a\n[\"\n_ = }\u{202e}}\"\"}a\n.a = }é]a[é\na = a=}a}a\n").expect_err("no TOML");
    let lines: Vec<usize> = error.each().map(|one| one.place.as_ref().map_or(0, |place| place.line)).collect();
    assert_eq!(lines, [1, 2, 3, 4, 5]);
    let many = parse(&"a b\n".repeat(90)).expect_err("no TOML");
    assert!(many.each().all(|one| one.place.is_some()));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_fall_over(text in "(\\[\\[?[a-z.\"*]{0,9}\\]?\\]?\n|[a-z_.\"-]{1,9} = [-0-9a-z\"'\\[\\]{},=é\u{202e} ]{0,20}\n|[^a]{0,9}){0,8}") {
        if let Err(error) = parse(&text) {
            for one in error.each() {
                proptest::prop_assert!(one.place.is_some() && one.hint.as_deref() != Some("") && !one.message.is_empty());
            }
        }
    }
}

#[test]
fn a_list_of_keys_shows_how_one_is_written() {
    let told = |text: &str| parse(text).expect_err("refused").each().map(|error| format!("{error:?}")).collect::<String>();
    assert!(told("[people.a]\npgp = [\"AB\"]\n").contains("pgp = [{ fingerprint = "), "{}", told("[people.a]\npgp = [\"AB\"]\n"));
    assert!(told("[people.a]\nssh = \"ssh-ed25519 AAAA\"\n").contains("ssh = [{ key = "));
    assert!(told("waiver = [\"x\"]\n").contains("[[waiver]]"));
}

#[test]
fn windows_and_kinds_of_signature_must_leave_something() {
    for bad in [
        "[people.a]\nvalid_after = 2026-01-01\nvalid_before = 2025-01-01\n",
        "[people.a]\nssh = [{ key = \"x\", valid_after = 2026-01-01, valid_before = 2026-01-01 }]\n",
        "[release]\naccept = []\n",
        "[release]\nformats = []\n",
    ] {
        assert!(parse(bad).is_err(), "{bad}");
    }
    let of = |text: &str| parse(text).expect("a policy").release;
    assert_eq!(of("profile = \"literal\"\n").formats, ["openpgp"]);
    assert_eq!(of("profile = \"literal\"\n[release]\nformats = [\"ssh\"]\n").formats, ["ssh"]);
    assert_eq!(of("").formats, ["openpgp", "ssh"]);
    let only = of("[release]\naccept = [\"countersign\"]\n");
    assert!(only.accept_countersign && !only.accept_tag);
}
