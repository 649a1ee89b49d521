//! The connections of one warehouse: never more than its limit over all grants, handed on in the order in which they were asked for.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use tokio::sync::{OnceCell, oneshot};
use tokio::time::timeout;
use tracing::{debug, warn};

use crate::runtime::{Clock, task};

use super::checkout::Checkout;
use super::connection::Connection;
use super::error::UpstreamError;
use super::facts::ServerFacts;
use super::lane::{Introduction, Lane};
use super::login;
use super::target::Target;

/// How many connections, and how long they may wait for work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLimits {
    pub max_connections: usize,
    /// Idle connections that are kept however long they wait.
    pub min_idle: usize,
    pub max_idle_time: Duration,
    /// The longest that a session waits for a connection.
    pub connection_wait: Duration,
}

/// The pool of one warehouse. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Pool(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    target: Arc<Target>,
    limits: PoolLimits,
    clock: Clock,
    facts: ArcSwapOption<ServerFacts>,
    /// Set by the connection that told them first.
    is_introduced: OnceCell<()>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Connections that are open or being opened.
    open: usize,
    /// The longest idle first.
    idle: VecDeque<Idle>,
    waiters: VecDeque<Waiter>,
    is_closed: bool,
}

#[derive(Debug)]
struct Idle {
    lane: Arc<Lane>,
    connection: Connection,
    since: Instant,
}

#[derive(Debug)]
struct Waiter {
    lane: Arc<Lane>,
    sender: oneshot::Sender<Turn>,
}

/// What a session gets when it is its turn.
#[derive(Debug)]
enum Turn {
    /// A connection of the same lane.
    Reuse(Box<Connection>),
    /// The right to open one.
    Open(Slot),
}

/// One of the connections that the limit allows. Dropping it lets the next one have it.
#[derive(Debug)]
pub(super) struct Slot(Arc<Inner>);

/// How busy a pool is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolUse {
    pub open: usize,
    pub idle: usize,
    pub waiting: usize,
}

impl Pool {
    /// An empty pool. Must be called within a runtime: a task closes what is idle for too long, and ends with the pool.
    pub fn new(target: Target, limits: PoolLimits, clock: Clock) -> Self {
        let inner = Inner {
            target: Arc::new(target),
            limits,
            clock,
            facts: ArcSwapOption::empty(),
            is_introduced: OnceCell::new(),
            state: Mutex::new(State::default()),
        };
        let inner = Arc::new(inner);
        task::spawn("pool reaper", reap(Arc::downgrade(&inner), limits.max_idle_time));
        Self(inner)
    }

    /// The warehouse.
    pub fn target(&self) -> &Arc<Target> {
        &self.0.target
    }

    /// What the warehouse said at the latest login; `None` before the first.
    pub fn facts(&self) -> Option<Arc<ServerFacts>> {
        self.0.facts.load_full()
    }

    /// The same, from a connection of this lane where there was none yet. However many ask at once, one connection is opened for it.
    ///
    /// Cancel safe: dropped, the next that asks opens it.
    ///
    /// # Errors
    /// As [`Pool::take`].
    pub async fn introduced(&self, lane: &Arc<Lane>) -> Result<Arc<ServerFacts>, UpstreamError> {
        let introduce = || async {
            self.take(lane, &Introduction::default()).await?.give_back().await;
            Ok::<(), UpstreamError>(())
        };
        if self.facts().is_none() {
            self.0.is_introduced.get_or_try_init(introduce).await?;
        }
        self.facts().ok_or(UpstreamError::PoolClosed)
    }

    /// How busy the pool is now.
    pub fn usage(&self) -> PoolUse {
        let state = self.0.state();
        PoolUse { open: state.open, idle: state.idle.len(), waiting: state.waiters.len() }
    }

    /// A connection of this lane, introduced: an idle one, a new one, or the first that becomes free.
    ///
    /// Cancel safe: dropped, it gives up its place and whatever it held.
    ///
    /// # Errors
    /// [`UpstreamError::PoolExhausted`] after `connection_wait`, [`UpstreamError::PoolClosed`], and whatever opening a connection gives.
    pub async fn take(&self, lane: &Arc<Lane>, introduction: &Introduction) -> Result<Checkout, UpstreamError> {
        loop {
            match self.turn(lane).await? {
                Turn::Reuse(mut connection) => {
                    // The server may have ended it meanwhile; then its slot is free for the next round.
                    if connection.is_quiet().await && connection.introduce(introduction).await.is_ok() {
                        return Ok(Checkout::new(*connection, Arc::clone(lane), self.clone()));
                    }
                    debug!(warehouse = %self.0.target.warehouse, "an idle warehouse connection had ended");
                }
                Turn::Open(slot) => {
                    let connection = self.open(lane, introduction, slot).await?;
                    return Ok(Checkout::new(connection, Arc::clone(lane), self.clone()));
                }
            }
        }
    }

    /// Takes nothing new: idle connections are closed, who waits gets an error, what is in use is closed when it comes back.
    pub fn close(&self) {
        let (idle, waiters) = {
            let mut state = self.0.state();
            state.is_closed = true;
            (std::mem::take(&mut state.idle), std::mem::take(&mut state.waiters))
        };
        // After the lock is gone: slots take it when they are dropped.
        drop((idle, waiters));
    }

    async fn open(&self, lane: &Lane, introduction: &Introduction, slot: Slot) -> Result<Connection, UpstreamError> {
        let opened = login::connect(&self.0.target, &lane.pinned).await;
        let mut connection = opened.inspect_err(|error| {
            warn!(warehouse = %self.0.target.warehouse, error = %Chain(error), "cannot open a warehouse connection");
        })?;
        connection.occupy(slot);
        self.0.facts.store(Some(Arc::new(connection.facts().clone())));
        connection.introduce(introduction).await.inspect_err(|error| {
            warn!(warehouse = %self.0.target.warehouse, error = %Chain(error), "cannot introduce a session to the warehouse");
        })?;
        Ok(connection)
    }

    pub(super) fn give_back(&self, lane: Arc<Lane>, connection: Connection) {
        self.0.give_back(lane, connection);
    }

    async fn turn(&self, lane: &Arc<Lane>) -> Result<Turn, UpstreamError> {
        let receiver = match self.0.begin_turn(lane)? {
            Begun::Now(turn) => return Ok(turn),
            Begun::Later(receiver) => receiver,
        };
        match timeout(self.0.limits.connection_wait, receiver).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) => Err(UpstreamError::PoolClosed),
            Err(_) => Err(UpstreamError::PoolExhausted),
        }
    }
}

enum Begun {
    Now(Turn),
    Later(oneshot::Receiver<Turn>),
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin_turn(self: &Arc<Self>, lane: &Arc<Lane>) -> Result<Begun, UpstreamError> {
        let mut state = self.state();
        if state.is_closed {
            return Err(UpstreamError::PoolClosed);
        }
        // The one that worked last: its caches are the warmest.
        if let Some(at) = state.idle.iter().rposition(|idle| idle.lane == *lane)
            && let Some(idle) = state.idle.remove(at)
        {
            return Ok(Begun::Now(Turn::Reuse(Box::new(idle.connection))));
        }
        if state.open < self.limits.max_connections {
            state.open += 1;
            return Ok(Begun::Now(Turn::Open(Slot(Arc::clone(self)))));
        }
        // Another grant's idle connection makes room.
        if let Some(mut idle) = state.idle.pop_front()
            && let Some(slot) = idle.connection.leave_slot()
        {
            return Ok(Begun::Now(Turn::Open(slot)));
        }
        let (sender, receiver) = oneshot::channel();
        state.waiters.retain(|waiter| !waiter.sender.is_closed());
        state.waiters.push_back(Waiter { lane: Arc::clone(lane), sender });
        Ok(Begun::Later(receiver))
    }

    /// A connection comes back, clean: to the one who waits longest, else it rests.
    fn give_back(&self, lane: Arc<Lane>, connection: Connection) {
        let mut connection = Box::new(connection);
        loop {
            let waiter = {
                let mut state = self.state();
                if state.is_closed {
                    break;
                }
                let Some(waiter) = state.waiters.pop_front() else {
                    state.idle.push_back(Idle { lane, connection: *connection, since: self.clock.monotonic() });
                    return;
                };
                waiter
            };
            if waiter.lane != lane {
                // Another grant's session opens its own: the slot goes to it, or on to the next when it has stopped waiting.
                if let Some(slot) = connection.leave_slot() {
                    drop(waiter.sender.send(Turn::Open(slot)));
                }
                return;
            }
            match waiter.sender.send(Turn::Reuse(connection)) {
                Ok(()) => return,
                Err(Turn::Reuse(unwanted)) => connection = unwanted,
                Err(Turn::Open(_)) => return,
            }
        }
    }

    /// Idle for too long, beyond those that are kept; the surplus of a burst sooner.
    fn take_overdue(&self) -> Vec<Idle> {
        let now = self.clock.monotonic();
        let mut state = self.state();
        let beyond = |kept: usize| state.idle.len().saturating_sub(kept);
        let (spare, surplus) = (beyond(self.limits.min_idle), beyond(self.limits.min_idle.max(WARM)));
        let is_overdue = |(at, idle): &(usize, &Idle)| {
            let limit = if *at < surplus { SURPLUS_TIME.min(self.limits.max_idle_time) } else { self.limits.max_idle_time };
            now.saturating_duration_since(idle.since) >= limit
        };
        let overdue = state.idle.iter().take(spare).enumerate().take_while(is_overdue).count();
        state.idle.drain(..overdue).collect()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let waiter = {
            let mut state = self.0.state();
            let waiter = state.waiters.pop_front();
            if waiter.is_none() {
                state.open = state.open.saturating_sub(1);
            }
            waiter
        };
        if let Some(waiter) = waiter {
            // When nobody listens any more, the slot comes back here and goes to the next.
            drop(waiter.sender.send(Turn::Open(Slot(Arc::clone(&self.0)))));
        }
    }
}

/// After a burst so many idle connections stay warm; the others are closed soon.
const WARM: usize = 4;
const SURPLUS_TIME: Duration = Duration::from_secs(3);

/// Closes what is idle for too long, until the pool is gone.
async fn reap(pool: Weak<Inner>, max_idle_time: Duration) {
    let pause = (max_idle_time / 4).clamp(Duration::from_millis(100), Duration::from_secs(1));
    loop {
        tokio::time::sleep(pause).await;
        let Some(pool) = pool.upgrade() else { return };
        for idle in pool.take_overdue() {
            idle.connection.close().await;
        }
    }
}

/// An error with its causes, for the operator's log.
struct Chain<'a>(&'a UpstreamError);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = std::error::Error::source(self.0);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
