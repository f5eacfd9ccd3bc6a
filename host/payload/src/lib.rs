//! The payload contract, checked natively from files alone.
