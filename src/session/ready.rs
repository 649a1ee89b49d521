//! ReadyForQuery: the end of a message, or of a series up to Sync.

use crate::wire::Backend;

use super::conversation::{Flow, Series, Session};
use super::ending::Ending;
use super::pending::Expected;
use super::settings;
use super::transaction::Block;

impl Session {
    /// Sync: ends the implicit transaction of the series, and an error.
    pub(super) async fn sync(&mut self) -> Result<(), Ending> {
        if self.flow == Flow::Failed {
            self.settle().await?;
        }
        self.end_series(self.flow == Flow::Serving).await?;
        self.ready().await
    }

    /// Ends the implicit transaction of what the warehouse was sent since the last Sync: at the client's own, behind a Query whose statements did not reach
    /// it, at a COMMIT outside a block.
    pub(super) async fn end_series(&mut self, is_committed: bool) -> Result<(), Ending> {
        if self.link.series != Series::Clean
            && let Some(warehouse) = &mut self.link.warehouse
        {
            // The warehouse would commit what the client was told has failed.
            if !is_committed && self.link.series == Series::Open {
                warehouse.fail_transaction()?;
                self.link.pending.push(Expected::Failure);
            }
            warehouse.sync();
            self.link.pending.push(Expected::Ready);
        }
        self.settle().await
    }

    /// Tells the client that the next message may come.
    pub(super) async fn ready(&mut self) -> Result<(), Ending> {
        if self.model.transaction.block() == Block::Failed && self.is_warehouse_in_block() {
            self.fail_warehouse().await?;
        }
        if self.model.transaction.block() == Block::None {
            let is_committed = self.flow == Flow::Serving;
            self.model.settings.end(is_committed);
            self.model.portals.end_transaction(is_committed);
        }
        self.flow = Flow::Serving;
        self.check_step()?;
        self.report_settings()?;
        self.look_at_application_name();
        let status = self.model.transaction.status();
        self.signals.registration().live().activity.waits(status, self.shared.clock.now());
        self.client.queue(&Backend::ReadyForQuery(status))?;
        Ok(())
    }

    /// ParameterStatus for every reported setting that is not as the client was told last.
    pub(super) fn report_settings(&mut self) -> Result<(), Ending> {
        let version = Some(self.model.settings.version());
        if std::mem::replace(&mut self.model.reported_version, version) == version {
            return Ok(());
        }
        for setting in settings::ALL.iter().filter(|setting| setting.reported) {
            let value = self.model.settings.value(setting);
            let told = self.model.reported.iter_mut().find(|(name, _)| *name == setting.name);
            match told {
                Some((_, told)) if *told == value => continue,
                Some((_, told)) => told.clone_from(&value),
                // What the server does not report at all (its version is older) is not reported here.
                None if value.is_empty() && setting.name != "application_name" => continue,
                None => self.model.reported.push((setting.name, value.clone())),
            }
            self.client.queue(&Backend::ParameterStatus { name: setting.name, value: &value })?;
        }
        Ok(())
    }

    fn is_warehouse_in_block(&self) -> bool {
        self.link.warehouse.as_ref().is_some_and(|warehouse| warehouse.status() == crate::upstream::Status::InBlock)
    }
}
