//! The GLB container: a header, a JSON chunk and a binary chunk (glTF 2.0, section 4.4).

use super::error::GlbError;

const MAGIC: &[u8; 4] = b"glTF";
const JSON_CHUNK: &[u8; 4] = b"JSON";
const BINARY_CHUNK: &[u8; 4] = b"BIN\0";
const HEADER: usize = 12;
const CHUNK_HEADER: usize = 8;

/// The two chunks of a file, without padding knowledge: `json` may end in spaces, `binary` in zeros.
#[derive(Debug)]
pub(super) struct Chunks<'a> {
    pub json: &'a [u8],
    pub binary: &'a [u8],
}

/// The chunks of any GLB file: the binary one may be missing, and others may follow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub json: &'a [u8],
    pub binary: Option<&'a [u8]>,
    /// What follows, with its own chunk headers.
    pub rest: &'a [u8],
}

/// True where a file begins as GLB files do.
pub(crate) fn is_glb(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Splits a file that RoPAR wrote into its chunks.
pub(super) fn split(bytes: &[u8]) -> Result<Chunks<'_>, GlbError> {
    let parts = split_parts(bytes)?;
    match parts.binary {
        Some(binary) => Ok(Chunks { json: parts.json, binary }),
        None => Err(truncated("the binary chunk", (bytes.len() + CHUNK_HEADER) as u64, bytes)),
    }
}

/// Splits any GLB file into its chunks.
pub(crate) fn split_parts(bytes: &[u8]) -> Result<Parts<'_>, GlbError> {
    if !bytes.starts_with(&MAGIC[..bytes.len().min(4)]) || bytes.is_empty() {
        return Err(GlbError::NotGlb);
    }
    if bytes.len() < HEADER {
        return Err(truncated("the header", HEADER as u64, bytes));
    }
    let version = u32_at(bytes, 4);
    if version != 2 {
        return Err(GlbError::Version(version));
    }
    let length = u32_at(bytes, 8) as usize;
    if bytes.len() < length {
        return Err(truncated("the file", length as u64, bytes));
    }
    if length < HEADER {
        return Err(GlbError::Container { at: 8, reason: "the stated length is shorter than the header" });
    }
    // Bytes after the stated length are no part of the file.
    let bytes = &bytes[..length];
    let (json, next) = chunk(bytes, HEADER, JSON_CHUNK, "the JSON chunk")?;
    if bytes.len() == next {
        return Ok(Parts { json, binary: None, rest: &[] });
    }
    // Chunks of other kinds may follow the JSON directly; only where it is the second chunk is one the binary.
    if bytes.get(next + 4..next + CHUNK_HEADER).is_some_and(|kind| kind != BINARY_CHUNK) {
        return Ok(Parts { json, binary: None, rest: &bytes[next..] });
    }
    let (binary, next) = chunk(bytes, next, BINARY_CHUNK, "the binary chunk")?;
    Ok(Parts { json, binary: Some(binary), rest: &bytes[next..] })
}

/// Content of the chunk at `at`, and where the next one begins.
fn chunk<'a>(bytes: &'a [u8], at: usize, kind: &[u8; 4], what: &'static str) -> Result<(&'a [u8], usize), GlbError> {
    let start = at + CHUNK_HEADER;
    if bytes.len() < start {
        return Err(truncated(what, start as u64, bytes));
    }
    if &bytes[at + 4..start] != kind {
        return Err(GlbError::Container { at: at + 4, reason: "another kind of chunk than expected" });
    }
    let end = start as u64 + u64::from(u32_at(bytes, at));
    match usize::try_from(end).ok().and_then(|end| bytes.get(start..end)) {
        Some(content) => Ok((content, start + content.len())),
        None => Err(truncated(what, end, bytes)),
    }
}

/// Joins the chunks into a file, each padded to four bytes.
pub(super) fn join(json: &[u8], binary: &[u8]) -> Result<Vec<u8>, GlbError> {
    join_parts(Parts { json, binary: Some(binary), rest: &[] })
}

/// Joins the chunks into a file, each padded to four bytes; `rest` is copied as it is.
pub(crate) fn join_parts(parts: Parts) -> Result<Vec<u8>, GlbError> {
    let chunk_length = |content: &[u8]| CHUNK_HEADER + content.len().next_multiple_of(4);
    let length = HEADER + chunk_length(parts.json) + parts.binary.map_or(0, chunk_length) + parts.rest.len();
    let Ok(stated) = u32::try_from(length) else {
        return Err(GlbError::Container { at: 8, reason: "the file would be longer than 4 GiB, which GLB cannot be" });
    };
    let mut bytes = Vec::with_capacity(length);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&2u32.to_le_bytes());
    bytes.extend_from_slice(&stated.to_le_bytes());
    for (content, kind, padding) in [(Some(parts.json), JSON_CHUNK, b' '), (parts.binary, BINARY_CHUNK, 0)] {
        let Some(content) = content else { continue };
        bytes.extend_from_slice(&(content.len().next_multiple_of(4) as u32).to_le_bytes());
        bytes.extend_from_slice(kind);
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(4), padding);
    }
    bytes.extend_from_slice(parts.rest);
    Ok(bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn truncated(what: &'static str, expected: u64, bytes: &[u8]) -> GlbError {
    GlbError::Truncated { what, expected, found: bytes.len() as u64 }
}
