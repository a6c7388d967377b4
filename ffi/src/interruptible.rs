//! Work that the host's progress callback can end at any moment.
//!
//! The callback runs on the caller's thread, the networks on another: a run of a large network takes a tenth of a second,
//! and on a busy engine it also waits for others. A cancelled call returns at once; what it had begun ends by itself after
//! the run that it is in, and closing the engine waits for that, because a host may unload the library next.

use std::{
    ffi::c_void,
    ops::ControlFlow,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{RecvTimeoutError, channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use ropar_core::error::Error;

use crate::{failure::Failure, firewall, generate::ropar_progress};

/// The callback is asked at least this often.
const INTERVAL: Duration = Duration::from_millis(25);

/// What the core calls while it works.
pub(crate) type Progress<'a> = &'a mut dyn FnMut(f32) -> ControlFlow<()>;

/// Threads of cancelled calls that are still in the run of a network.
#[derive(Default)]
pub(crate) struct LeftWork(Mutex<Left>);

#[derive(Default)]
struct Left {
    threads: Vec<JoinHandle<()>>,
    /// Nobody will wait for a thread that is added from now on.
    closed: bool,
}

impl LeftWork {
    /// Leaves a thread to itself; after [`close`](Self::close), waits for it here.
    fn add(&self, thread: JoinHandle<()>) {
        let mut left = self.lock();
        if left.closed {
            drop(left);
            // A panic in it was contained; there is nothing more to learn.
            let _ = thread.join();
            return;
        }
        left.threads.retain(|thread| !thread.is_finished());
        left.threads.push(thread);
    }

    /// Waits for the threads that were left.
    pub(crate) fn close(&self) {
        let threads = {
            let mut left = self.lock();
            left.closed = true;
            std::mem::take(&mut left.threads)
        };
        for thread in threads {
            // As above.
            let _ = thread.join();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Left> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What work is done with: an engine.
pub(crate) trait Owner: Send + Sync + 'static {
    /// Where the threads of its cancelled calls are kept.
    fn left(&self) -> &LeftWork;
}

/// Runs `work` with the host's callback, or right here where there is none.
pub(crate) fn run<E: Owner, T: Send + 'static>(
    engine: &Arc<E>,
    callback: ropar_progress,
    user: *mut c_void,
    work: impl FnOnce(&E, Progress<'_>) -> Result<T, Failure> + Send + 'static,
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
            engine.left().add(worker);
            return Err(Error::Cancelled.into());
        }
    }
    let outcome = made.recv().unwrap_or_else(|_| Err(Failure::internal("the work ended without a result")));
    // It has nothing left to do but to end.
    let _ = worker.join();
    outcome
}

#[cfg(test)]
mod tests {
    use std::sync::{Barrier, atomic::AtomicU32, mpsc};

    use super::*;
    use crate::status::{ROPAR_CANCELLED, ROPAR_ERROR_INTERNAL};

    #[derive(Default)]
    struct Host {
        left: LeftWork,
        begun: AtomicU32,
        ended: AtomicU32,
    }

    impl Owner for Host {
        fn left(&self) -> &LeftWork {
            &self.left
        }
    }

    /// Counts its calls and cancels at the one whose number `stop_at` is.
    struct Callback {
        calls: AtomicU32,
        stop_at: u32,
    }

    unsafe extern "C" fn count(_share: f32, user: *mut c_void) -> i32 {
        // SAFETY: the tests pass a `Callback` that outlives the call.
        let callback = unsafe { &*user.cast::<Callback>() };
        i32::from(callback.calls.fetch_add(1, Ordering::Relaxed) + 1 == callback.stop_at)
    }

    fn with_callback<T>(stop_at: u32, body: impl FnOnce(ropar_progress, *mut c_void) -> T) -> (T, u32) {
        let callback = Callback { calls: AtomicU32::new(0), stop_at };
        let answer = body(Some(count), (&raw const callback).cast_mut().cast());
        (answer, callback.calls.into_inner())
    }

    #[test]
    fn work_is_done_elsewhere_and_reported_here() {
        let host = Arc::new(Host::default());
        let here = thread::current().id();
        let (answer, calls) = with_callback(0, |callback, user| {
            run(&host, callback, user, move |host, progress| {
                assert_ne!(thread::current().id(), here);
                host.begun.fetch_add(1, Ordering::Relaxed);
                assert!(progress(0.5).is_continue() && progress(1.0).is_continue());
                Ok(7)
            })
        });
        assert_eq!(answer.expect("no failure"), 7);
        assert!(calls >= 1);
        assert_eq!(host.begun.load(Ordering::Relaxed), 1);
        assert_eq!(Arc::strong_count(&host), 1, "nothing holds the engine afterwards");
    }

    #[test]
    fn what_breaks_inside_is_an_error() {
        let host = Arc::new(Host::default());
        let (answer, _) = with_callback(0, |callback, user| {
            run(&host, callback, user, |_, _| -> Result<(), Failure> { panic!("a test asked for it") })
        });
        let failure = answer.expect_err("a panic");
        assert_eq!(failure.status, ROPAR_ERROR_INTERNAL);
        assert!(failure.message.contains("a test asked for it"), "{}", failure.message);
    }

    /// The work is in the middle of a network when the host cancels: the call is over, the engine waits for the work.
    #[test]
    fn a_cancelled_call_returns_and_closing_waits_for_its_work() {
        let host = Arc::new(Host::default());
        let (go, wait) = mpsc::channel::<()>();
        let (answer, calls) = with_callback(2, |callback, user| {
            run(&host, callback, user, move |host, progress| {
                assert!(progress(0.1).is_continue());
                let _ = wait.recv();
                assert!(progress(0.2).is_break(), "the work hears that it was cancelled");
                host.ended.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })
        });
        assert_eq!((answer.expect_err("cancelled").status, calls), (ROPAR_CANCELLED, 2));
        assert_eq!(host.ended.load(Ordering::Relaxed), 0, "it still works");
        go.send(()).expect("it listens");
        host.left.close();
        assert_eq!(host.ended.load(Ordering::Relaxed), 1);
    }

    /// The engine is closed while a call runs that is cancelled afterwards: nobody else would wait for its work.
    #[test]
    fn work_that_is_left_after_closing_is_waited_for() {
        let host = Arc::new(Host::default());
        host.left.close();
        let (answer, _) = with_callback(1, |callback, user| {
            run(&host, callback, user, |host, progress| {
                while progress(0.5).is_continue() {
                    thread::yield_now();
                }
                host.ended.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })
        });
        assert_eq!(answer.expect_err("cancelled").status, ROPAR_CANCELLED);
        assert_eq!(host.ended.load(Ordering::Relaxed), 1, "the thread has ended when the call has");
    }

    #[test]
    fn calls_are_cancelled_while_the_engine_is_closed() {
        const CALLS: u32 = 6;
        for round in 0..4 {
            let (host, start) = (Arc::new(Host::default()), Barrier::new(CALLS as usize + 1));
            thread::scope(|scope| {
                for _ in 0..CALLS {
                    scope.spawn(|| {
                        start.wait();
                        let (answer, _) = with_callback(1 + round % 2, |callback, user| {
                            run(&host, callback, user, |host, progress| {
                                host.begun.fetch_add(1, Ordering::Relaxed);
                                while progress(0.5).is_continue() {
                                    thread::yield_now();
                                }
                                host.ended.fetch_add(1, Ordering::Relaxed);
                                Ok(())
                            })
                        });
                        assert_eq!(answer.expect_err("cancelled").status, ROPAR_CANCELLED);
                    });
                }
                start.wait();
                host.left.close();
            });
            let (begun, ended) = (host.begun.load(Ordering::Relaxed), host.ended.load(Ordering::Relaxed));
            assert_eq!((begun, ended), (CALLS, CALLS), "no thread outlives call and engine");
        }
    }
}
