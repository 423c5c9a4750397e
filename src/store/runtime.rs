//! The runtime of all database work. Statements must never run on an actix worker: its runtime has one thread, on which
//! diesel-async's SQLite panics, and its futures are dropped in the middle.
use super::error::{StoreError, StoreErrorKind};
use prometheus::Histogram;
use std::{future::Future, sync::Arc, time::Duration};
use tokio::runtime::{Builder, Handle, Runtime};

/// A handle to the database runtime; the runtime ends with its last handle.
#[derive(Clone)]
pub struct DatabaseRuntime {
    handle: Handle,
    pool_wait: Option<Histogram>,
    _owner: Arc<Owner>,
}

struct Owner(Option<Runtime>);

impl Drop for Owner {
    fn drop(&mut self) {
        // A runtime may not wait for its end inside another runtime.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl DatabaseRuntime {
    /// Starts the runtime with two worker threads.
    ///
    /// # Errors
    ///
    /// When the system refuses the threads.
    pub fn start() -> std::io::Result<Self> {
        let runtime =
            Builder::new_multi_thread().worker_threads(2).thread_name("drawbridge-db").enable_all().build()?;
        Ok(Self { handle: runtime.handle().clone(), pool_wait: None, _owner: Arc::new(Owner(Some(runtime))) })
    }

    /// The same runtime; whoever opens a database on it has its waits for connections counted here, in seconds.
    #[must_use]
    pub fn measured_by(&self, pool_wait: Histogram) -> Self {
        Self { pool_wait: Some(pool_wait), ..self.clone() }
    }

    /// Counts one wait for a connection.
    pub(crate) fn waited(&self, wait: Duration) {
        if let Some(pool_wait) = &self.pool_wait {
            pool_wait.observe(wait.as_secs_f64());
        }
    }

    /// The runtime itself, for what runs in the background.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Starts a task that goes on when nobody waits for it any more.
    pub fn spawn<F>(&self, task: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.handle.spawn(task)
    }

    /// Starts a task that ends with what it returns.
    pub fn background<F>(&self, task: F) -> Background
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Background(self.handle.spawn(task))
    }

    /// Runs a task of its own and waits for it.
    ///
    /// # Errors
    ///
    /// The task's own, or `Connection` when it broke off.
    pub async fn run<T, F>(&self, task: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        self.spawn(task)
            .await
            .unwrap_or_else(|_| Err(StoreError::new(StoreErrorKind::Connection, "the database task broke off")))
    }
}

/// A task in the background; it ends when this is dropped.
pub struct Background(tokio::task::JoinHandle<()>);

impl Drop for Background {
    fn drop(&mut self) {
        self.0.abort();
    }
}
