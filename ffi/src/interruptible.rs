//! Work that the host's progress callback can end at any moment.
//!
//! The callback runs on the caller's thread, the networks on another: a run of a large network takes a tenth of a second,
//! and on a busy engine it also waits for others. A cancelled call returns at once; what it had begun ends by itself after
//! the run that it is in, and closing the engine waits for that.

use std::{
    ffi::c_void,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use ropar_core::error::Error;

use crate::{engine::OpenEngine, failure::Failure, firewall, generate::ropar_progress};

/// The callback is asked at least this often.
const INTERVAL: Duration = Duration::from_millis(25);

/// What the core calls while it works.
pub(crate) type Progress<'a> = &'a mut dyn FnMut(f32) -> ControlFlow<()>;

/// Runs `work` with the host's callback, or right here where there is none.
pub(crate) fn run<T: Send + 'static>(
    engine: &Arc<OpenEngine>,
    callback: ropar_progress,
    user: *mut c_void,
    work: impl FnOnce(&OpenEngine, Progress<'_>) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let Some(callback) = callback else {
        return work(engine, &mut |_| ControlFlow::Continue(()));
    };
    let cancelled = Arc::new(AtomicBool::new(false));
    let (shares, reported) = channel::<f32>();
    let (result, made) = channel::<Result<T, Failure>>();
    let worker = {
        let (engine, cancelled) = (Arc::clone(engine), Arc::clone(&cancelled));
        let body = move || {
            let mut report = |share: f32| {
                // Nobody listens any more: the call was cancelled.
                if cancelled.load(Ordering::Relaxed) || shares.send(share).is_err() {
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            };
            let outcome = firewall::contain_work(|| work(&engine, &mut report));
            drop(engine);
            // The same: a result that nobody waits for is dropped.
            let _ = result.send(outcome);
        };
        thread::Builder::new()
            .name("ropar".to_owned())
            .spawn(body)
            .map_err(|error| Failure::internal(format!("no thread can be started: {error}")))?
    };
    let mut share = 0.0;
    loop {
        match reported.recv_timeout(INTERVAL) {
            Ok(first) => share = reported.try_iter().last().unwrap_or(first),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        // SAFETY: the host's own function, on the host's thread, with what it asked to be passed.
        if unsafe { callback(share, user) } != 0 {
            cancelled.store(true, Ordering::Relaxed);
            engine.leave(worker);
            return Err(Error::Cancelled.into());
        }
    }
    let outcome = made.recv().unwrap_or_else(|_| Err(Failure::internal("the work ended without a result")));
    // It has nothing left to do but to end.
    let _ = worker.join();
    outcome
}
