//! Log messages to a callback of the host.

use std::{
    cell::Cell,
    ffi::{c_char, c_void},
    sync::{Once, PoisonError, RwLock},
};

use ::log::{Level, LevelFilter, Metadata, Record};

use crate::{
    failure::{Failure, ropar_error},
    firewall,
    status::{ROPAR_ERROR_BUSY, ropar_status},
    texts::c_text,
};

pub const ROPAR_LOG_OFF: i32 = 0;
pub const ROPAR_LOG_ERROR: i32 = 1;
pub const ROPAR_LOG_WARN: i32 = 2;
pub const ROPAR_LOG_INFO: i32 = 3;
pub const ROPAR_LOG_DEBUG: i32 = 4;

/// Called with a message.
pub type ropar_log =
    Option<unsafe extern "C" fn(level: i32, target: *const c_char, message: *const c_char, user: *mut c_void)>;

struct Callback {
    function: unsafe extern "C" fn(i32, *const c_char, *const c_char, *mut c_void),
    user: *mut c_void,
}

// SAFETY: the header says that the callback runs on any thread, so what it is passed must bear it.
unsafe impl Send for Callback {}
// SAFETY: as above.
unsafe impl Sync for Callback {}

/// Read while the callback runs: whoever replaces it waits until the old one is done.
static CALLBACK: RwLock<Option<Callback>> = RwLock::new(None);

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// A callback that calls this library could wait for itself.
pub(crate) fn refuse_inside_callback() -> Result<(), Failure> {
    if INSIDE.get() {
        return Err(Failure::new(
            ROPAR_ERROR_BUSY,
            "the library was called from inside of the log callback",
            "keep the message and act on it after the callback has returned",
        ));
    }
    Ok(())
}

struct ToCallback;

impl ::log::Log for ToCallback {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // ONNX Runtime's own messages are for its developers; its errors are not.
        let runtime = metadata.target() == "onnxruntime";
        (runtime && metadata.level() == Level::Error) || metadata.target().starts_with("ropar")
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) || INSIDE.replace(true) {
            return;
        }
        if let Some(callback) = CALLBACK.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            let level = match record.level() {
                Level::Error => ROPAR_LOG_ERROR,
                Level::Warn => ROPAR_LOG_WARN,
                Level::Info => ROPAR_LOG_INFO,
                Level::Debug | Level::Trace => ROPAR_LOG_DEBUG,
            };
            let target = c_text(record.target());
            let message = c_text(record.args().to_string().replace(['\n', '\r'], " "));
            // SAFETY: the host's own function, with what it asked to be passed.
            unsafe { (callback.function)(level, target.as_ptr(), message.as_ptr(), callback.user) };
        }
        INSIDE.set(false);
    }

    fn flush(&self) {}
}

/// # Safety
/// `callback` is null or a function that may be called on any thread until another takes its place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_set_log(
    callback: ropar_log,
    user: *mut c_void,
    level: i32,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        let filter = match level {
            ROPAR_LOG_OFF => LevelFilter::Off,
            ROPAR_LOG_ERROR => LevelFilter::Error,
            ROPAR_LOG_WARN => LevelFilter::Warn,
            ROPAR_LOG_INFO => LevelFilter::Info,
            ROPAR_LOG_DEBUG => LevelFilter::Debug,
            _ => {
                return Err(Failure::argument(
                    format!("{level} is no level of log messages"),
                    "pass one of ROPAR_LOG_OFF to ROPAR_LOG_DEBUG",
                ));
            }
        };
        static ONCE: Once = Once::new();
        // Fails where a Rust program that links this crate has its own logger, which then gets the messages.
        ONCE.call_once(|| drop(::log::set_logger(&ToCallback)));
        let none = callback.is_none();
        *CALLBACK.write().unwrap_or_else(PoisonError::into_inner) =
            callback.map(|function| Callback { function, user });
        ::log::set_max_level(if none { LevelFilter::Off } else { filter });
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_set_log", error, body) }
}
