//! Owns the vendor-neutral facts of one tree: components, pipelines, invocations, ladder, bots, API descriptions, tags.
//! Refuses to judge.

pub mod bots;
pub mod ci;
pub mod components;
pub mod hold;
pub mod invocations;
pub mod ladder;
pub mod matching;
pub mod openapi;
pub mod pipeline;
pub mod runners;
pub mod shell;
pub mod workdir;
