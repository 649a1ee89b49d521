//! Compiling a policy: what is exposed, what is told.
