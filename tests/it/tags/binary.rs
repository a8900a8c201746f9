//! Owns nothing yet; a placeholder while the table of cases is made.
