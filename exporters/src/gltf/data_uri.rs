//! Bytes inside of a URI (RFC 2397).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The bytes of a base64 `data:` URI; `None` for a URI of another kind.
pub(super) fn decode(uri: &str) -> Option<Result<Vec<u8>, String>> {
    let (header, content) = uri.strip_prefix("data:")?.split_once(',')?;
    if !header.ends_with(";base64") {
        return Some(Err("the data: URI is not in base64".to_owned()));
    }
    Some(STANDARD.decode(content.trim_end()).map_err(|error| format!("the data: URI is damaged: {error}")))
}

/// `bytes` as a URI of the type that glTF has for buffers.
pub(super) fn encode(bytes: &[u8]) -> String {
    format!("data:application/octet-stream;base64,{}", STANDARD.encode(bytes))
}
