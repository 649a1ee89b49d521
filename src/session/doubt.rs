//! What sessions say when the warehouse seems to have changed under the catalog that plans were made of.

use tokio::sync::Notify;

/// A bell for whoever reads the catalog again. However often it is rung meanwhile, it is heard once.
#[derive(Debug, Default)]
pub struct CatalogDoubt(Notify);

impl CatalogDoubt {
    /// Rings.
    pub(super) fn raise(&self) {
        self.0.notify_one();
    }

    /// Waits until it was rung. Cancel safe: a ring that was not heard stays.
    pub async fn raised(&self) {
        self.0.notified().await;
    }
}
