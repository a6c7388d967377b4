//! Where a file's numbers lie: in the GLB's binary chunk, in a `data:` URI, or in a file beside it.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use super::data_uri;
use super::document::Document;
use super::error::GltfError;
use super::limits;

/// The buffers of a file. One that cannot be had is an error only when something in it is needed.
pub(super) struct Buffers<'a>(Vec<Result<Cow<'a, [u8]>, String>>);

impl<'a> Buffers<'a> {
    /// Opens every buffer; `folder` is where relative URIs are looked for.
    pub fn open(document: &Document, binary: Option<&'a [u8]>, folder: Option<&Path>) -> Self {
        let mut left = limits::BUFFER_BYTES;
        let mut binary = binary;
        let buffers = document.buffers.iter().enumerate().map(|(index, buffer)| -> Result<Cow<'a, [u8]>, String> {
            let bytes: Cow<[u8]> = match &buffer.uri {
                // Only the first buffer can be the binary chunk.
                None if index == 0 => Cow::Borrowed(binary.take().ok_or("it has no URI and the file no binary part")?),
                None => return Err("it has no URI".to_owned()),
                Some(uri) => match data_uri::decode(uri) {
                    Some(bytes) => Cow::Owned(bytes?),
                    None => Cow::Owned(read_beside(uri, folder, left)?),
                },
            };
            left = left.saturating_sub(bytes.len());
            if bytes.len() < buffer.byte_length {
                return Err(format!("it should have {} bytes and has {}", buffer.byte_length, bytes.len()));
            }
            Ok(bytes)
        });
        Self(buffers.collect())
    }

    /// `length` bytes from `offset` on in a buffer view.
    pub fn slice(
        &self,
        document: &Document,
        view: usize,
        offset: usize,
        length: usize,
        at: &str,
    ) -> Result<&[u8], GltfError> {
        let found = document
            .buffer_views
            .get(view)
            .ok_or_else(|| GltfError::content(at, format!("bufferViews[{view}] does not exist")))?;
        let at = format!("bufferViews[{view}]");
        if found.extensions.ext_meshopt.is_some() || found.extensions.khr_meshopt.is_some() {
            let reason = "the animation is compressed with meshopt, which cannot be read; \
                          export the file without it or unpack it with gltfpack";
            return Err(GltfError::Unsupported { at, reason: reason.to_owned() });
        }
        let buffer = self
            .0
            .get(found.buffer)
            .ok_or_else(|| GltfError::content(&at, format!("buffers[{}] does not exist", found.buffer)))?;
        let buffer = buffer
            .as_ref()
            .map_err(|reason| GltfError::content(format!("buffers[{}]", found.buffer), reason.as_str()))?;
        let end = offset.checked_add(length).filter(|end| *end <= found.byte_length);
        let range =
            end.and_then(|end| Some(found.byte_offset.checked_add(offset)?..found.byte_offset.checked_add(end)?));
        range.and_then(|range| buffer.get(range)).ok_or_else(|| {
            let reason = format!("{length} bytes from {offset} on are not in it");
            GltfError::content(at, reason)
        })
    }
}

/// Reads the file that a relative URI names. Only files in the folder or below it: a downloaded scene has no business
/// elsewhere.
fn read_beside(uri: &str, folder: Option<&Path>, limit: usize) -> Result<Vec<u8>, String> {
    let shown: String = uri.chars().take(80).collect();
    let name = unescaped(uri).ok_or_else(|| format!("`{shown}` is not a valid URI"))?;
    let path = PathBuf::from(&name);
    let is_below = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !is_below || name.contains("://") || name.contains('\\') {
        return Err(format!("`{shown}` is not a file beside this one"));
    }
    let folder = folder.ok_or_else(|| format!("it is in another file, `{shown}`"))?;
    let unreadable = |error: std::io::Error| format!("`{shown}` cannot be read: {error}");
    let path = folder.join(path);
    if !std::fs::metadata(&path).map_err(unreadable)?.is_file() {
        return Err(format!("`{shown}` is not a file"));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() > limit {
        return Err(format!("`{shown}` makes the buffers larger than {} bytes together", limits::BUFFER_BYTES));
    }
    Ok(bytes)
}

/// A URI with its `%xx` escapes resolved.
fn unescaped(uri: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}
