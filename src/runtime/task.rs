//! Named tasks: the only caller of `tokio::spawn`.

use std::future::Future;

use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;
use tracing::error;

/// Starts a task. A panic inside is logged with the task's name and ends that task alone.
pub fn spawn<F>(name: &'static str, future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    #[expect(clippy::disallowed_methods, reason = "the one place that spawns tasks")]
    tokio::spawn(watched(name, future))
}

/// Tasks that are waited for together, such as all sessions.
#[derive(Clone, Debug, Default)]
pub struct TaskSet(TaskTracker);

impl TaskSet {
    /// An empty set.
    pub fn new() -> Self {
        Self(TaskTracker::new())
    }

    /// Starts a task of this set; otherwise as [`spawn`].
    pub fn spawn<F>(&self, name: &'static str, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.0.spawn(watched(name, future))
    }

    /// Tasks that have not ended.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// No task is running.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Waits until every task has ended, those started meanwhile included.
    ///
    /// Cancel safe.
    pub async fn wait(&self) {
        self.0.close();
        self.0.wait().await;
    }
}

async fn watched<F: Future>(name: &'static str, future: F) -> F::Output {
    let _log_panic = LogPanic { name };
    future.await
}

/// Is dropped by the unwinding when its task panics.
struct LogPanic {
    name: &'static str,
}

impl Drop for LogPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            error!(task = self.name, "task panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_panic_is_logged_with_the_name_and_ends_only_its_task() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        let _installed = tracing::subscriber::set_default(subscriber);
        let set = TaskSet::new();
        let fails = set.spawn("fails", async { panic!("on purpose") });
        let lives = set.spawn("lives", async { 7 });
        assert!(fails.await.unwrap_err().is_panic());
        assert_eq!(lives.await.unwrap(), 7);
        set.wait().await;
        assert!(set.is_empty());
        let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("task panicked") && log.contains("fails") && !log.contains("lives"), "{log}");
    }

    #[tokio::test]
    async fn a_set_waits_for_tasks_that_are_started_while_it_waits() {
        let set = TaskSet::new();
        let inner = set.clone();
        let (sender, receiver) = tokio::sync::oneshot::channel();
        set.spawn("outer", async move {
            inner.spawn("inner", async move { sender.send(()).unwrap() });
        });
        set.wait().await;
        receiver.await.unwrap();
    }
}
