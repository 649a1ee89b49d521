//! The places where a session waits. Whatever it waits for, a signal interrupts it here and nowhere else.

use bytes::Bytes;

use crate::base::{SqlState, UserError};
use crate::upstream::{Checkout, Received, UpstreamError};
use crate::wire::{Frontend, WireError};

use super::conversation::Session;
use super::ending::Ending;
use super::signals::Signal;

enum Event {
    Client(Result<Option<Frontend>, WireError>),
    Done(Result<(), Ending>),
    Gone(WireError),
    Signal(Signal),
    Warehouse(Result<Received, UpstreamError>),
}

impl Session {
    /// The next message of the client; what the warehouse says meanwhile is passed on.
    pub(super) async fn next_message(&mut self) -> Result<Option<Frontend>, Ending> {
        if let Some(message) = self.client.take_arrived()? {
            return Ok(Some(message));
        }
        self.send_upstream().await?;
        self.flush_client().await?;
        if self.link.pending.is_empty() {
            self.rest().await?;
        }
        loop {
            let event = {
                let Self { client, signals, link, .. } = self;
                tokio::select! {
                    biased;
                    signal = signals.next() => Event::Signal(signal),
                    received = receive(&mut link.warehouse) => Event::Warehouse(received),
                    message = client.next() => Event::Client(message),
                }
            };
            match event {
                Event::Signal(signal) => self.on_signal(signal).await?,
                Event::Warehouse(received) => self.on_received(received?).await?,
                Event::Client(message) => {
                    self.signals.deadlines.not_idle();
                    return message.map_err(Ending::from);
                }
                Event::Done(_) | Event::Gone(_) => {}
            }
            if self.client.has_queued() && !self.has_arrived() {
                self.flush_client().await?;
            }
        }
    }

    /// Waits until everything that was sent to the warehouse is answered, and passes the answers on.
    pub(super) async fn settle(&mut self) -> Result<(), Ending> {
        if self.link.pending.is_empty() {
            return Ok(());
        }
        if self.link.pending.needs_flush()
            && let Some(warehouse) = &mut self.link.warehouse
        {
            warehouse.flush_request();
        }
        self.send_upstream().await?;
        while !self.link.pending.is_empty() {
            let received = self.wait_warehouse().await?;
            self.on_received(received).await?;
        }
        Ok(())
    }

    async fn wait_warehouse(&mut self) -> Result<Received, Ending> {
        loop {
            let Self { client, signals, link, .. } = self;
            if let Some(warehouse) = &mut link.warehouse
                && let Some(received) = warehouse.arrived()?
            {
                return Ok(received);
            }
            let event = tokio::select! {
                biased;
                signal = signals.next() => Event::Signal(signal),
                received = receive(&mut link.warehouse) => Event::Warehouse(received),
                error = client.gone() => Event::Gone(error),
            };
            match event {
                Event::Signal(Signal::StatementStays) => return Err(Ending::told(does_not_stop())),
                Event::Signal(signal) => self.on_signal(signal).await?,
                Event::Warehouse(received) => return received.map_err(Ending::from),
                Event::Gone(error) => return Err(Ending::from(error)),
                Event::Client(_) | Event::Done(_) => {}
            }
        }
    }

    /// Sends what is queued for the warehouse.
    pub(super) async fn send_upstream(&mut self) -> Result<(), Ending> {
        loop {
            let Self { signals, link, .. } = self;
            let Some(warehouse) = &mut link.warehouse else { return Ok(()) };
            if !warehouse.has_queued() {
                return Ok(());
            }
            let event = tokio::select! {
                biased;
                sent = warehouse.send() => Event::Done(sent.map_err(Ending::from)),
                signal = signals.next() => Event::Signal(signal),
            };
            match self.done_or_signal(event).await? {
                Some(()) => return Ok(()),
                None => continue,
            }
        }
    }

    /// Sends what is queued for the client.
    pub(super) async fn flush_client(&mut self) -> Result<(), Ending> {
        while self.client.has_queued() {
            let Self { client, signals, .. } = self;
            let event = tokio::select! {
                biased;
                sent = client.flush() => Event::Done(sent.map_err(Ending::from)),
                signal = signals.next() => Event::Signal(signal),
            };
            if self.done_or_signal(event).await?.is_some() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Passes bytes of a result on to the client. While the client does not read, nothing is read from the warehouse.
    pub(super) async fn relay(&mut self, mut bytes: Bytes) -> Result<(), Ending> {
        loop {
            let Self { client, signals, .. } = self;
            let event = tokio::select! {
                biased;
                sent = client.relay(&mut bytes) => Event::Done(sent.map_err(Ending::from)),
                signal = signals.next() => Event::Signal(signal),
            };
            if self.done_or_signal(event).await?.is_some() {
                return Ok(());
            }
        }
    }

    /// Waits for something that needs nothing of the session.
    pub(super) async fn wait_for<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Ending> {
        tokio::pin!(future);
        loop {
            let signal = tokio::select! {
                biased;
                done = &mut future => return Ok(done),
                signal = self.signals.next() => signal,
            };
            self.on_signal(signal).await?;
        }
    }

    async fn done_or_signal(&mut self, event: Event) -> Result<Option<()>, Ending> {
        match event {
            Event::Done(done) => done.map(Some),
            Event::Signal(signal) => self.on_signal(signal).await.map(|()| None),
            Event::Client(_) | Event::Gone(_) | Event::Warehouse(_) => Ok(None),
        }
    }

    fn has_arrived(&self) -> bool {
        self.link.warehouse.as_ref().is_some_and(|warehouse| warehouse.has_arrived())
    }

    /// Nothing runs: idle limits begin, and a gate that drains says goodbye.
    async fn rest(&mut self) -> Result<(), Ending> {
        if self.signals.is_draining() {
            return Err(Ending::told(administrator_command()));
        }
        if let Some(warehouse) = &mut self.link.warehouse {
            warehouse.rest();
        }
        self.begin_idle();
        Ok(())
    }
}

/// The gate stops, or another session of the person's ends this one: in both PostgreSQL's own words.
pub(super) fn administrator_command() -> UserError {
    UserError::fatal(SqlState::ADMIN_SHUTDOWN, "terminating connection due to administrator command")
}

/// What the warehouse computes then, nothing interrupts; its connection is closed, and the client is free to begin anew.
fn does_not_stop() -> UserError {
    UserError::fatal(SqlState::QUERY_CANCELED, "terminating connection due to statement timeout")
        .detail("The warehouse has not stopped the statement when it was asked to.")
}

/// Waits for ever where there is no connection.
async fn receive(warehouse: &mut Option<Checkout>) -> Result<Received, UpstreamError> {
    match warehouse {
        Some(warehouse) => warehouse.receive().await,
        None => std::future::pending().await,
    }
}
