//! Components are written here byte by byte, so that the tests need no toolchain.
