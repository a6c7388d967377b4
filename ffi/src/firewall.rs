//! What surrounds every call: no panic leaves it, and its outcome goes into the caller's error struct.

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Once,
};

use crate::{
    failure::{Failure, ropar_error},
    log, sized,
    status::{ROPAR_ERROR_ARGUMENT, ROPAR_ERROR_INTERNAL, ROPAR_OK, ropar_status},
};

thread_local! {
    /// How many calls of this library are running on this thread, one inside of the other.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Runs the body of an exported function.
///
/// # Safety
/// `error` is null, misaligned, or points to as many writable bytes as its `size` says.
pub(crate) unsafe fn entry(
    function: &'static str,
    error: *mut ropar_error,
    body: impl FnOnce() -> Result<(), Failure>,
) -> ropar_status {
    // Whatever goes wrong here was not foreseen; there is a status for it all the same.
    catch_unwind(AssertUnwindSafe(|| {
        let target = if error.is_null() {
            None
        } else {
            // SAFETY: as the caller promises.
            match unsafe { sized::target(error) } {
                Ok(target) => Some(target),
                // The struct cannot be trusted to have room for the words.
                Err(_) => return ROPAR_ERROR_ARGUMENT,
            }
        };
        let outcome = contain(function, body);
        if let Some(target) = target {
            target.fill(&ropar_error::of(&outcome));
        }
        outcome.map_or_else(|failure| failure.status, |()| ROPAR_OK)
    }))
    .unwrap_or(ROPAR_ERROR_INTERNAL)
}

fn contain(function: &'static str, body: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    quiet_panics();
    DEPTH.set(DEPTH.get() + 1);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        log::refuse_inside_callback()?;
        #[cfg(test)]
        crate::panics::panic_if_asked(function);
        body()
    }));
    DEPTH.set(DEPTH.get() - 1);
    outcome
        .unwrap_or_else(|payload| Err(Failure::internal(format!("{function} broke down: {}", words(payload.as_ref())))))
}

/// As a call, for a part of its work on another thread.
pub(crate) fn contain_work<T>(body: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    DEPTH.set(DEPTH.get() + 1);
    let outcome = catch_unwind(AssertUnwindSafe(body));
    DEPTH.set(DEPTH.get() - 1);
    outcome
        .unwrap_or_else(|payload| Err(Failure::internal(format!("the work broke down: {}", words(payload.as_ref())))))
}

fn words(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("for no stated reason")
}

/// Panics inside of a call are answered as errors, so they are logged and not printed: stderr belongs to the host.
fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if DEPTH.get() > 0 {
                ::log::error!(target: "ropar", "{info}");
            } else {
                previous(info);
            }
        }));
    });
}
