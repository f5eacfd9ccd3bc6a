//! The cases as a table, with what each took.
