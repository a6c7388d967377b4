//! A panic is a bug, and is told as every other failure.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::failure::{Failure, Kind};

/// Does `work`; a panic in it becomes a failure.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = format!("this is a bug in ropar: {}", words(panic.as_ref()));
        Err(Failure::new(Kind::Internal, message, "please report it with the command line and its files"))
    })
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("for no stated reason")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_with_its_words() {
        let failure = guarded::<()>(|| panic!("number {}", 7)).expect_err("panics");
        assert_eq!(failure.exit_code(), 1);
        assert!(failure.message.contains("bug in ropar: number 7"), "{}", failure.message);
        assert_eq!(guarded(|| Ok(3)), Ok(3));
    }
}
