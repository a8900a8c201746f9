//! Owns the vendor-neutral facts of one tree: components, pipelines, invocations, ladder, bots, API descriptions, tags.
//! Refuses to judge.

pub mod bots;
pub mod ci;
pub mod components;
pub mod dependencies;
pub mod effects;
pub mod hold;
pub mod invocations;
pub mod ladder;
pub mod matching;
pub mod openapi;
pub mod pipeline;
pub mod rank;
pub mod runners;
pub mod settle;
pub mod shadow;
pub mod shell;
pub mod standing;
pub mod tool_config;
pub mod trace;
pub mod workdir;
