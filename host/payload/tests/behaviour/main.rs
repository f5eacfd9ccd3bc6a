//! What the check promises beyond accept and reject: places, several findings at once, hostile files, whole lists.

mod demands;
mod files;
mod lists;
mod places;
mod sandbox;
mod signature;
mod tree;
mod watched;
