//! Parts of the documentation that are made from the tables in the code.
