//! Renderers of the one report: for people and for machines.
