//! What the check promises beyond accept and reject: places, several findings at once, hostile files, whole lists.
