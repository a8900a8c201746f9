//! Owns reading a key of a YAML mapping through merge keys (`<<`). Refuses merge keys that nest past a bound.

use crate::doc::{Kind, Value};

/// Mappings looked at for one key.
const MOST: usize = 64;

/// The value of a key: the mapping's own, else the first merged mapping's that has it.
pub(super) fn field<'d>(mapping: Value<'d>, key: &str) -> Option<Value<'d>> {
    let mut waiting = vec![mapping];
    for _ in 0..MOST {
        let here = waiting.pop()?;
        if let Some(found) = here.get(key) {
            return Some(found);
        }
        if let Some(merged) = here.get("<<") {
            match merged.kind() {
                Kind::Sequence => {
                    let mut all: Vec<Value<'d>> = merged.items().take(MOST).collect();
                    all.reverse();
                    waiting.extend(all);
                }
                _ => waiting.push(merged),
            }
        }
    }
    None
}
