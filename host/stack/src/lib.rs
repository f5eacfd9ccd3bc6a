//! What the running stack must be, judged from evidence. No IO.
