//! Values as text files spell them: `12, "Model::Hips", "LimbNode"`.
//!
//! In words that programs agree on without a specification: quotes are `&quot;` in texts, line breaks `&lf;` and `&cr;`; the
//! class of an object stands before its name, `Model::Hips`; an array is `*3 { a: 1,2,3 }`.

use std::borrow::Cow;
use std::fmt::{Display, LowerExp};
use std::io::{Read, Write};

use flate2::read::ZlibDecoder;

use super::FbxError;
use super::record::{NAME_END, Record, Value, decode};

/// What stands between an object's class and its name in text files.
pub(super) const CLASS_END: &[u8; 2] = b"::";
/// Arrays go on in another line from here on, as in Autodesk's files.
const LONGEST_LINE: usize = 2_000;
const ESCAPES: [(&[u8], u8); 3] = [(b"&quot;", b'"'), (b"&lf;", b'\n'), (b"&cr;", b'\r')];

/// The value at `index` in the values of a text record.
pub(super) fn value(values: &[u8], index: u64) -> Option<Value<'_>> {
    let mut rest = values;
    for _ in 0..index {
        rest = token(rest)?.1;
    }
    let (token, _) = token(rest)?;
    if let Some(text) = token.strip_prefix(b"\"") {
        return Some(Value::Text(unescaped(text.strip_suffix(b"\"")?)));
    }
    let word = std::str::from_utf8(token).ok()?;
    Some(match (word.parse(), word.parse()) {
        (Ok(integer), _) => Value::Integer(integer),
        (_, Ok(real)) => Value::Real(real),
        _ => Value::Other,
    })
}

/// The first value of `bytes`, quotes included, and what comes after it.
pub(super) fn token(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_between = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',';
    let bytes = &bytes[bytes.iter().position(|byte| !is_between(byte))?..];
    let length = if bytes[0] == b'"' {
        bytes[1..].iter().position(|byte| *byte == b'"')? + 2
    } else {
        let ends = |byte: &u8| is_between(byte) || matches!(*byte, b'{' | b'}' | b';' | b'"');
        bytes.iter().position(ends).unwrap_or(bytes.len())
    };
    (length > 0).then(|| bytes.split_at(length))
}

fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'&') {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let escape = ESCAPES.iter().find(|(escape, _)| rest.starts_with(escape));
        plain.push(escape.map_or(*first, |(_, byte)| *byte));
        rest = escape.map_or(after, |(escape, _)| &rest[escape.len()..]);
    }
    Cow::Owned(plain)
}

/// Writes the values of a record that does not come from a text file, and the braces of an array; `line` starts a line.
pub(super) fn write(record: &Record<'_>, line: &[u8], out: &mut Vec<u8>) -> Result<(), FbxError> {
    let broken = || FbxError::Malformed(format!("`{}` has values of no known type", record.name.escape_ascii()));
    let mut rest: &[u8] = &record.values;
    for index in 0..record.count {
        out.extend_from_slice(if index == 0 { b" " } else { b", " });
        let (value, after) = decode(rest).ok_or_else(broken)?;
        match value {
            Value::Integer(integer) => out.extend(integer.to_string().bytes()),
            Value::Real(real) => out.extend(number(real).bytes()),
            Value::Text(text) => quote(&text, out),
            Value::Other => array(&rest[..rest.len() - after.len()], line, out).ok_or_else(broken)?,
        }
        rest = after;
    }
    Ok(())
}

/// A number as short as it comes back the same; neither a hair's breadth nor a galaxy is spelled out in zeros.
fn number<T: Copy + Into<f64> + Display + LowerExp>(number: T) -> String {
    let size = number.into().abs();
    if size == 0.0 || (1e-4..1e15).contains(&size) { format!("{number}") } else { format!("{number:e}") }
}

fn quote(text: &[u8], out: &mut Vec<u8>) {
    let parts = text.windows(2).position(|pair| pair == NAME_END);
    let parts = parts.map_or(vec![text], |at| vec![&text[at + 2..], CLASS_END, &text[..at]]);
    out.push(b'"');
    for byte in parts.concat() {
        match ESCAPES.iter().find(|(_, plain)| *plain == byte) {
            Some((escape, _)) => out.extend_from_slice(escape),
            None => out.push(byte),
        }
    }
    out.push(b'"');
}

/// Writes an encoded array of numbers.
fn array(encoded: &[u8], line: &[u8], out: &mut Vec<u8>) -> Option<()> {
    fn numbers<const N: usize>(data: &[u8], line: &[u8], out: &mut Vec<u8>, show: impl Fn([u8; N]) -> String) {
        let line_break = line.split(|byte| *byte == b'\t').next().unwrap_or_default();
        let (numbers, _) = data.as_chunks::<N>();
        let mut start = out.len();
        for (index, bytes) in numbers.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            if out.len() - start > LONGEST_LINE {
                out.extend_from_slice(line_break);
                start = out.len();
            }
            out.extend(show(*bytes).bytes());
        }
    }
    let (kind, rest) = encoded.split_first()?;
    let (head, data) = rest.split_first_chunk::<12>()?;
    let field = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let mut plain = Vec::new();
    match field(4) {
        0 => plain.extend_from_slice(data),
        _ => drop(ZlibDecoder::new(data).read_to_end(&mut plain).ok()?),
    }
    write!(out, "*{} {{", field(0)).ok()?;
    out.extend_from_slice(line);
    out.extend_from_slice(b"\ta: ");
    match kind {
        b'f' => numbers(&plain, line, out, |bytes| number(f32::from_le_bytes(bytes))),
        b'd' => numbers(&plain, line, out, |bytes| number(f64::from_le_bytes(bytes))),
        b'i' => numbers(&plain, line, out, |bytes| i32::from_le_bytes(bytes).to_string()),
        b'l' => numbers(&plain, line, out, |bytes| i64::from_le_bytes(bytes).to_string()),
        _ => return None,
    }
    out.extend_from_slice(line);
    out.push(b'}');
    Some(())
}
