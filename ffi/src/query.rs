//! What this build can do, and how far.

use crate::{
    failure::{Failure, ropar_error},
    firewall, handles, pointers,
    status::ropar_status,
    texts,
};

pub const ROPAR_QUERY_EMBEDDED_BACKEND: i32 = 1;
pub const ROPAR_QUERY_MAPPING: i32 = 2;
pub const ROPAR_QUERY_RETARGET: i32 = 3;
pub const ROPAR_QUERY_COMMAND_LINE: i32 = 4;
pub const ROPAR_QUERY_MAX_FRAMES: i32 = 100;
pub const ROPAR_QUERY_MAX_NODES: i32 = 101;
pub const ROPAR_QUERY_MAX_FILE_BYTES: i32 = 102;
pub const ROPAR_QUERY_MAX_TEXT_BYTES: i32 = 103;
pub const ROPAR_QUERY_JOINTS: i32 = 104;
pub const ROPAR_QUERY_LIVE_HANDLES: i32 = 200;
pub const ROPAR_QUERY_LIVE_TEXTS: i32 = 201;

/// Two hours at 120 frames per second.
pub(crate) const MAX_FRAMES: u64 = 1_000_000;
/// As many as scene files may have.
pub(crate) const MAX_NODES: u64 = 65_536;

/// # Safety
/// Pointers are null, misaligned or valid; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_query(what: i32, value: *mut u64, error: *mut ropar_error) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let value = unsafe { pointers::out(value, "value") }?;
        value.set(match what {
            ROPAR_QUERY_EMBEDDED_BACKEND => cfg!(feature = "embedded").into(),
            ROPAR_QUERY_MAPPING | ROPAR_QUERY_RETARGET => 1,
            ROPAR_QUERY_COMMAND_LINE => cfg!(feature = "command-line").into(),
            ROPAR_QUERY_MAX_FRAMES => MAX_FRAMES,
            ROPAR_QUERY_MAX_NODES => MAX_NODES,
            ROPAR_QUERY_MAX_FILE_BYTES => ropar_exporters::MAX_FILE_BYTES,
            ROPAR_QUERY_MAX_TEXT_BYTES => pointers::MAX_TEXT_BYTES as u64,
            ROPAR_QUERY_JOINTS => ropar_core::skeleton::JOINT_COUNT as u64,
            ROPAR_QUERY_LIVE_HANDLES => handles::live() as u64,
            ROPAR_QUERY_LIVE_TEXTS => texts::live() as u64,
            _ => {
                return Err(Failure::unsupported(
                    format!("this version knows no query {what}"),
                    "use a newer library, or do without",
                ));
            }
        });
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_query", error, body) }
}
