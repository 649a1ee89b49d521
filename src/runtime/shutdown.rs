//! An orderly end: first a drain signal, then a grace period, then the end of what is left.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::task::TaskSet;

/// The two signals of a shutdown. Clones share them.
///
/// *Drain* says: take nothing new, finish the running statement, then close. *End* says: stop now.
#[derive(Clone, Debug)]
pub struct Shutdown {
    drain: CancellationToken,
    end: CancellationToken,
    grace: Duration,
}

impl Shutdown {
    /// Nothing is signalled yet; `grace` is the time between drain and end.
    pub fn new(grace: Duration) -> Self {
        Self { drain: CancellationToken::new(), end: CancellationToken::new(), grace }
    }

    /// Signals drain. Calling it again changes nothing.
    pub fn begin(&self) {
        self.drain.cancel();
    }

    /// Signals drain and end at once.
    pub fn end_now(&self) {
        self.drain.cancel();
        self.end.cancel();
    }

    /// Drain was signalled.
    pub fn is_draining(&self) -> bool {
        self.drain.is_cancelled()
    }

    /// End was signalled.
    pub fn is_ended(&self) -> bool {
        self.end.is_cancelled()
    }

    /// Waits for the drain signal. Cancel safe.
    pub async fn draining(&self) {
        self.drain.cancelled().await;
    }

    /// Waits for the end signal. Cancel safe.
    pub async fn ended(&self) {
        self.end.cancelled().await;
    }

    /// Signals drain, waits for `tasks` for at most the grace period (or until [`Shutdown::end_now`]), signals end, waits until all have ended.
    /// True when the end signal was not needed.
    pub async fn finish(&self, tasks: &TaskSet) -> bool {
        self.begin();
        let in_time = tokio::select! {
            biased;
            () = tasks.wait() => true,
            () = tokio::time::sleep(self.grace) => false,
            () = self.end.cancelled() => false,
        };
        self.end.cancel();
        tasks.wait().await;
        in_time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tasks_that_heed_the_drain_signal_end_without_the_end_signal() {
        let shutdown = Shutdown::new(Duration::from_secs(3600));
        let tasks = TaskSet::new();
        let seen = shutdown.clone();
        let task = tasks.spawn("heeds", async move {
            seen.draining().await;
            seen.is_ended()
        });
        assert!(!shutdown.is_draining());
        assert!(shutdown.finish(&tasks).await);
        assert!(!task.await.unwrap());
    }

    #[tokio::test]
    async fn tasks_that_do_not_heed_it_get_the_end_signal_after_the_grace_period() {
        let shutdown = Shutdown::new(Duration::ZERO);
        let tasks = TaskSet::new();
        let seen = shutdown.clone();
        let task = tasks.spawn("stubborn", async move {
            seen.ended().await;
            seen.is_draining()
        });
        assert!(!shutdown.finish(&tasks).await);
        assert!(task.await.unwrap());
    }
}
