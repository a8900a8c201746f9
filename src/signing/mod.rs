//! Owns signatures: the grammar of tag objects now, verification later. Refuses input and output, and to decide whom to trust.

pub mod tag_object;
