//! Owns the table of a workflow file: which keys each mapping takes, which it needs, what each value is, and which contexts its
//! expressions see. The names are those of `workflow-v1.0.json` in `actions/runner` (src/Sdk/WorkflowParser) and, where it is
//! newer, in `actions/languageservices` (workflow-parser/src); what either of them takes is taken. Refuses to check.

/// What may stand in one place.
pub(super) struct Def {
    /// As a scalar.
    pub(super) scalar: Scalar,
    /// As a list: each item.
    pub(super) list: Option<&'static Def>,
    /// As a mapping: one of these.
    pub(super) maps: &'static [Map],
    /// Contexts and functions that expressions see, besides those of the places around it.
    pub(super) sees: u32,
}

/// One shape of a mapping.
pub(super) struct Map {
    /// Keys with what stands under them.
    pub(super) keys: &'static [(&'static str, &'static Def)],
    /// Keys that must be there.
    pub(super) needs: &'static [&'static str],
    /// What stands under any other key; none: there is no other.
    pub(super) rest: Option<&'static Def>,
}

/// What a scalar may be. Numbers, booleans and null are texts too where a text is wanted.
#[derive(Clone, Copy)]
pub(super) enum Scalar {
    /// None at all.
    Nothing,
    /// Null.
    Null,
    /// Null or a boolean.
    NullOrBool,
    /// A boolean.
    Bool,
    /// A number.
    Number,
    /// Any text.
    Text,
    /// A text that is not empty.
    Filled,
    /// One of these words.
    Words(&'static [&'static str]),
    /// An expression, with or without `${{ }}`.
    If,
    /// Whatever it is, and what looks like an expression in it is none.
    Raw,
    /// Anything, lists and mappings too: it is read elsewhere.
    Elsewhere,
}

pub(super) const GITHUB: u32 = 1;
pub(super) const INPUTS: u32 = 1 << 1;
pub(super) const VARS: u32 = 1 << 2;
pub(super) const NEEDS: u32 = 1 << 3;
pub(super) const STRATEGY: u32 = 1 << 4;
pub(super) const MATRIX: u32 = 1 << 5;
pub(super) const SECRETS: u32 = 1 << 6;
pub(super) const STEPS: u32 = 1 << 7;
pub(super) const JOB: u32 = 1 << 8;
pub(super) const RUNNER: u32 = 1 << 9;
pub(super) const ENV: u32 = 1 << 10;
pub(super) const JOBS: u32 = 1 << 11;
/// `hashFiles`.
pub(super) const HASH: u32 = 1 << 12;
/// The status functions of a step.
pub(super) const STATUS: u32 = 1 << 13;
/// Those of a job, which take names of jobs.
pub(super) const JOB_STATUS: u32 = 1 << 14;

const START: u32 = GITHUB | INPUTS | VARS;
const PLAN: u32 = START | NEEDS;
const VARIANT: u32 = PLAN | STRATEGY | MATRIX;
const RUNNING: u32 = VARIANT | SECRETS | STEPS | JOB | RUNNER | ENV;
const STEP: u32 = RUNNING | HASH;

const fn scalar(scalar: Scalar, sees: u32) -> Def {
    Def { scalar, list: None, maps: &[], sees }
}

const fn map(maps: &'static [Map], sees: u32) -> Def {
    Def { scalar: Scalar::Nothing, list: None, maps, sees }
}

const fn keys(keys: &'static [(&'static str, &'static Def)], needs: &'static [&'static str]) -> Map {
    Map { keys, needs, rest: None }
}

const fn any_key(rest: &'static Def) -> Map {
    Map { keys: &[], needs: &[], rest: Some(rest) }
}

static ELSEWHERE: Def = scalar(Scalar::Elsewhere, 0);
static RAW: Def = scalar(Scalar::Raw, 0);
static TEXT: Def = scalar(Scalar::Text, 0);
static FILLED: Def = scalar(Scalar::Filled, 0);
static BOOL: Def = scalar(Scalar::Bool, 0);
static NUMBER: Def = scalar(Scalar::Number, 0);
static FILLED_LIST: Def = Def { scalar: Scalar::Nothing, list: Some(&FILLED), maps: &[], sees: 0 };
static FILLED_OR_LIST: Def = Def { scalar: Scalar::Filled, list: Some(&FILLED), maps: &[], sees: 0 };
static ANY: Def = Def { scalar: Scalar::Text, list: Some(&ANY), maps: &[any_key(&ANY)], sees: 0 };

static START_TEXT: Def = scalar(Scalar::Text, START);
static VARIANT_TEXT: Def = scalar(Scalar::Text, VARIANT);
static VARIANT_BOOL: Def = scalar(Scalar::Bool, VARIANT);
static VARIANT_NUMBER: Def = scalar(Scalar::Number, VARIANT);
static RUNNING_TEXT: Def = scalar(Scalar::Text, RUNNING);
static STEP_TEXT: Def = scalar(Scalar::Text, STEP);
static STEP_BOOL: Def = scalar(Scalar::Bool, STEP);
static STEP_NUMBER: Def = scalar(Scalar::Number, STEP);

/// The whole file.
pub(super) static ROOT: Def = map(
    &[keys(
        &[
            ("on", &ON),
            ("name", &RAW),
            ("description", &RAW),
            ("run-name", &START_TEXT),
            ("defaults", &DEFAULTS),
            ("env", &ENV_OF_WORKFLOW),
            ("permissions", &PERMISSIONS),
            ("concurrency", &CONCURRENCY_OF_WORKFLOW),
            ("jobs", &ALL_JOBS),
        ],
        // That `on` and `jobs` are there is looked at where they are read.
        &[],
    )],
    0,
);

/// GitHub takes unknown keys below an event without a word, so only what a call declares is held against a shape.
static ON: Def = Def {
    scalar: Scalar::Raw,
    list: Some(&ELSEWHERE),
    maps: &[Map { keys: &[("workflow_call", &CALL)], needs: &[], rest: Some(&ELSEWHERE) }],
    sees: 0,
};
static CALL: Def = Def {
    scalar: Scalar::Null,
    list: None,
    maps: &[keys(&[("inputs", &CALL_INPUTS), ("secrets", &CALL_SECRETS), ("outputs", &CALL_OUTPUTS)], &[])],
    sees: 0,
};
static CALL_INPUTS: Def = map(&[any_key(&CALL_INPUT)], 0);
static CALL_INPUT: Def = map(
    &[keys(
        &[
            ("description", &RAW),
            ("type", &CALL_INPUT_TYPE),
            ("required", &BOOL),
            ("default", &START_TEXT),
            ("deprecationMessage", &RAW),
        ],
        &["type"],
    )],
    0,
);
static CALL_INPUT_TYPE: Def = scalar(Scalar::Words(&["string", "boolean", "number"]), 0);
static CALL_SECRETS: Def = map(&[any_key(&CALL_SECRET)], 0);
static CALL_SECRET: Def =
    Def { scalar: Scalar::Null, list: None, maps: &[keys(&[("description", &RAW), ("required", &BOOL)], &[])], sees: 0 };
static CALL_OUTPUTS: Def = map(&[any_key(&CALL_OUTPUT)], 0);
static CALL_OUTPUT: Def = map(&[keys(&[("description", &RAW), ("value", &CALL_OUTPUT_VALUE)], &["value"])], 0);
static CALL_OUTPUT_VALUE: Def = scalar(Scalar::Text, START | JOBS);

static DEFAULTS: Def = map(&[keys(&[("run", &DEFAULTS_RUN)], &[])], 0);
static DEFAULTS_RUN: Def = map(&[keys(RUN_SETTINGS, &[])], 0);
static DEFAULTS_OF_JOB: Def = map(&[keys(&[("run", &DEFAULTS_RUN_OF_JOB)], &[])], 0);
static DEFAULTS_RUN_OF_JOB: Def = map(&[keys(RUN_SETTINGS, &[])], VARIANT | ENV);
static RUN_SETTINGS: &[(&str, &Def)] = &[("shell", &FILLED), ("working-directory", &FILLED)];

static ENV_OF_WORKFLOW: Def = map(&[any_key(&TEXT)], START | SECRETS);
static ENV_OF_JOB: Def = map(&[any_key(&TEXT)], VARIANT | SECRETS);
static ENV_OF_STEP: Def = map(&[any_key(&TEXT)], STEP);

static PERMISSIONS: Def = Def {
    scalar: Scalar::Words(&["read-all", "write-all"]),
    list: None,
    maps: &[keys(
        &[
            ("actions", &LEVEL),
            ("artifact-metadata", &LEVEL),
            ("attestations", &LEVEL),
            ("checks", &LEVEL),
            ("code-quality", &LEVEL),
            ("contents", &LEVEL),
            ("copilot-requests", &WRITE_OR_NONE),
            ("deployments", &LEVEL),
            ("discussions", &LEVEL),
            ("drives", &LEVEL),
            ("id-token", &WRITE_OR_NONE),
            ("issues", &LEVEL),
            ("models", &READ_OR_NONE),
            ("packages", &LEVEL),
            ("pages", &LEVEL),
            ("pull-requests", &LEVEL),
            ("repository-projects", &LEVEL),
            ("security-events", &LEVEL),
            ("statuses", &LEVEL),
            ("vulnerability-alerts", &READ_OR_NONE),
        ],
        &[],
    )],
    sees: 0,
};
static LEVEL: Def = scalar(Scalar::Words(&["read", "write", "none"]), 0);
static READ_OR_NONE: Def = scalar(Scalar::Words(&["read", "none"]), 0);
static WRITE_OR_NONE: Def = scalar(Scalar::Words(&["write", "none"]), 0);

static CONCURRENCY_OF_WORKFLOW: Def =
    Def { scalar: Scalar::Text, list: None, maps: &[keys(CONCURRENCY, &["group"])], sees: START };
static CONCURRENCY_OF_JOB: Def =
    Def { scalar: Scalar::Filled, list: None, maps: &[keys(CONCURRENCY, &["group"])], sees: VARIANT };
static CONCURRENCY: &[(&str, &Def)] = &[("group", &FILLED), ("cancel-in-progress", &BOOL), ("queue", &FILLED)];

static ALL_JOBS: Def = map(&[any_key(&ONE_JOB)], 0);
static ONE_JOB: Def = map(
    &[
        keys(
            &[
                ("needs", &FILLED_OR_LIST),
                ("if", &IF_OF_JOB),
                ("strategy", &STRATEGY_OF_JOB),
                ("name", &VARIANT_TEXT),
                ("runs-on", &RUNS_ON),
                ("timeout-minutes", &VARIANT_NUMBER),
                ("cancel-timeout-minutes", &VARIANT_NUMBER),
                ("continue-on-error", &VARIANT_BOOL),
                ("container", &CONTAINER),
                ("services", &SERVICES),
                ("env", &ENV_OF_JOB),
                ("environment", &ENVIRONMENT),
                ("permissions", &PERMISSIONS),
                ("concurrency", &CONCURRENCY_OF_JOB),
                ("outputs", &OUTPUTS),
                ("defaults", &DEFAULTS_OF_JOB),
                ("steps", &ALL_STEPS),
                ("snapshot", &SNAPSHOT),
            ],
            &["runs-on"],
        ),
        keys(
            &[
                ("name", &VARIANT_TEXT),
                ("uses", &FILLED),
                ("with", &CALL_WITH),
                ("secrets", &CALL_WITH_SECRETS),
                ("needs", &FILLED_OR_LIST),
                ("if", &IF_OF_JOB),
                ("permissions", &PERMISSIONS),
                ("concurrency", &CONCURRENCY_OF_JOB),
                ("strategy", &STRATEGY_OF_JOB),
            ],
            &["uses"],
        ),
    ],
    0,
);
static IF_OF_JOB: Def = scalar(Scalar::If, PLAN | JOB_STATUS);
static CALL_WITH: Def = map(&[any_key(&VARIANT_TEXT)], 0);
static CALL_WITH_SECRETS: Def =
    Def { scalar: Scalar::Words(&["inherit"]), list: None, maps: &[any_key(&CALL_SECRET_VALUE)], sees: 0 };
static CALL_SECRET_VALUE: Def = scalar(Scalar::Text, VARIANT | SECRETS);

static STRATEGY_OF_JOB: Def =
    map(&[keys(&[("fail-fast", &BOOL), ("max-parallel", &NUMBER), ("matrix", &MATRIX_OF_JOB)], &[])], PLAN);
static MATRIX_OF_JOB: Def =
    map(&[Map { keys: &[("include", &MATRIX_FILTER), ("exclude", &MATRIX_FILTER)], needs: &[], rest: Some(&MATRIX_VECTOR) }], 0);
static MATRIX_VECTOR: Def = Def { scalar: Scalar::Nothing, list: Some(&ANY), maps: &[], sees: 0 };
static MATRIX_FILTER: Def = Def { scalar: Scalar::Nothing, list: Some(&MATRIX_FILTER_ITEM), maps: &[], sees: 0 };
static MATRIX_FILTER_ITEM: Def = map(&[any_key(&ANY)], 0);

static RUNS_ON: Def = Def {
    scalar: Scalar::Filled,
    list: Some(&FILLED),
    maps: &[keys(&[("group", &FILLED), ("labels", &FILLED_OR_LIST)], &[])],
    sees: VARIANT,
};

static CONTAINER: Def = Def { scalar: Scalar::Text, list: None, maps: &[keys(IMAGE, &[])], sees: VARIANT };
static IMAGE: &[(&str, &Def)] = &[
    ("image", &TEXT),
    ("options", &TEXT),
    ("env", &ENV_OF_CONTAINER),
    ("ports", &FILLED_LIST),
    ("volumes", &FILLED_LIST),
    ("credentials", &CREDENTIALS),
];
static SERVICES: Def = map(&[any_key(&SERVICE)], VARIANT);
static SERVICE: Def = Def {
    scalar: Scalar::Text,
    list: None,
    maps: &[keys(
        &[
            ("image", &TEXT),
            ("options", &TEXT),
            ("entrypoint", &TEXT),
            ("command", &TEXT),
            ("env", &ENV_OF_CONTAINER),
            ("ports", &FILLED_LIST),
            ("volumes", &FILLED_LIST),
            ("credentials", &CREDENTIALS),
        ],
        &[],
    )],
    sees: VARIANT,
};
static ENV_OF_CONTAINER: Def = map(&[any_key(&RUNNING_TEXT)], 0);
static CREDENTIALS: Def = map(&[keys(&[("username", &FILLED), ("password", &FILLED)], &[])], START | SECRETS | ENV);

static ENVIRONMENT: Def = Def {
    scalar: Scalar::Text,
    list: None,
    maps: &[keys(&[("name", &VARIANT_TEXT), ("url", &ENVIRONMENT_URL), ("deployment", &BOOL)], &["name"])],
    sees: VARIANT,
};
static ENVIRONMENT_URL: Def = scalar(Scalar::Text, VARIANT | STEPS | JOB | RUNNER | ENV);
static OUTPUTS: Def = map(&[any_key(&RUNNING_TEXT)], 0);

static SNAPSHOT: Def = Def {
    scalar: Scalar::Filled,
    list: None,
    maps: &[keys(&[("image-name", &FILLED), ("if", &IF_OF_STEP), ("version", &FILLED)], &["image-name"])],
    sees: VARIANT,
};

static ALL_STEPS: Def = Def { scalar: Scalar::Nothing, list: Some(&ONE_STEP), maps: &[], sees: 0 };
static ONE_STEP: Def = map(
    &[
        keys(
            &[
                ("name", &STEP_TEXT),
                ("id", &FILLED),
                ("if", &IF_OF_STEP),
                ("timeout-minutes", &STEP_NUMBER),
                ("run", &STEP_TEXT),
                ("continue-on-error", &STEP_BOOL),
                ("env", &ENV_OF_STEP),
                ("working-directory", &STEP_TEXT),
                ("shell", &FILLED),
                ("background", &BOOL),
            ],
            &["run"],
        ),
        keys(
            &[
                ("name", &STEP_TEXT),
                ("id", &FILLED),
                ("if", &IF_OF_STEP),
                ("continue-on-error", &STEP_BOOL),
                ("timeout-minutes", &STEP_NUMBER),
                ("uses", &FILLED),
                ("with", &ENV_OF_STEP),
                ("env", &ENV_OF_STEP),
                ("background", &BOOL),
            ],
            &["uses"],
        ),
        keys(&[("name", &STEP_TEXT), ("id", &FILLED), ("continue-on-error", &STEP_BOOL), ("wait", &FILLED_OR_LIST)], &["wait"]),
        keys(&[("name", &STEP_TEXT), ("id", &FILLED), ("continue-on-error", &STEP_BOOL), ("wait-all", &WAIT_ALL)], &["wait-all"]),
        keys(&[("name", &STEP_TEXT), ("id", &FILLED), ("continue-on-error", &STEP_BOOL), ("cancel", &FILLED)], &["cancel"]),
        keys(&[("parallel", &ALL_STEPS)], &["parallel"]),
    ],
    0,
);
static IF_OF_STEP: Def = scalar(Scalar::If, VARIANT | STEPS | JOB | RUNNER | ENV | STATUS | HASH);
static WAIT_ALL: Def = scalar(Scalar::NullOrBool, 0);
