//! The encoding that a client speaks now.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::base::Encoding;

/// What both directions of a connection look at: whoever changes the client's settings changes it here. UTF-8 until then, the login included.
#[derive(Clone, Debug)]
pub struct Spoken(Arc<AtomicU8>);

impl Default for Spoken {
    fn default() -> Self {
        Self(Arc::new(AtomicU8::new(Encoding::UTF8.number())))
    }
}

impl Spoken {
    /// The encoding.
    pub fn encoding(&self) -> Encoding {
        Encoding::of_number(self.0.load(Ordering::Relaxed))
    }

    /// From the next message on.
    pub fn change(&self, encoding: Encoding) {
        self.0.store(encoding.number(), Ordering::Relaxed);
    }
}
