//! Ctrl+C: asks the running work to stop; a second time, ends the process.

use std::{
    ops::ControlFlow,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
};

use signal_hook::{consts::SIGINT, flag};

static ASKED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Starts listening. Where the system refuses, Ctrl+C ends the process at once, which leaves no partial file either.
pub fn listen() {
    // In this order: the first Ctrl+C finds the flag down and raises it, the second finds it up and ends the process.
    let result = flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&ASKED))
        .and_then(|_| flag::register(SIGINT, Arc::clone(&ASKED)));
    if let Err(error) = result {
        log::debug!("Ctrl+C will end the process at once: {error}");
    }
}

/// What a progress callback answers.
pub fn control() -> ControlFlow<()> {
    if ASKED.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
