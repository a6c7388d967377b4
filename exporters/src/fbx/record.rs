//! The records that an FBX file consists of: a name, values, and records inside.
//!
//! Values stay as the file has them, borrowed from it, until someone asks for them. So a record that nobody changes is
//! written again byte for byte, packed arrays are never unpacked, and value types that came after this was written do no
//! harm.

use std::borrow::Cow;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::text_values;

/// Arrays from this many bytes on are packed.
const PACK_FROM: usize = 256;

/// A record of an FBX file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record<'a> {
    pub name: Cow<'a, [u8]>,
    /// Number of values.
    pub count: u64,
    /// The values, as `spelling` says.
    pub values: Cow<'a, [u8]>,
    pub spelling: Spelling<'a>,
    pub children: Vec<Record<'a>>,
    /// True where a null record or a brace ends the children; some records without children have one, too.
    pub closed: bool,
}

/// How a record is spelled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Spelling<'a> {
    /// As in binary files, and as all records are that do not come from a file.
    Encoded,
    /// As in text files.
    Written {
        /// What stands before the name: line breaks, comments.
        lead: &'a [u8],
        /// What stands before the closing brace, where the file has braces here.
        tail: Option<&'a [u8]>,
    },
}

/// A decoded value; arrays and raw data stay closed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'r> {
    Integer(i64),
    Real(f64),
    Text(Cow<'r, [u8]>),
    Other,
}

impl<'a> Record<'a> {
    /// A record without values.
    pub fn new(name: &str) -> Record<'static> {
        Record {
            name: Cow::Owned(name.as_bytes().to_vec()),
            count: 0,
            values: Cow::Owned(Vec::new()),
            spelling: Spelling::Encoded,
            children: Vec::new(),
            closed: false,
        }
    }

    fn push(mut self, kind: u8, bytes: &[u8]) -> Self {
        let values = self.values.to_mut();
        values.push(kind);
        values.extend_from_slice(bytes);
        self.count += 1;
        self
    }

    /// With a 32-bit number.
    pub fn int(self, value: i32) -> Self {
        self.push(b'I', &value.to_le_bytes())
    }

    /// With a 64-bit number.
    pub fn long(self, value: i64) -> Self {
        self.push(b'L', &value.to_le_bytes())
    }

    /// With a real number.
    pub fn real(self, value: f64) -> Self {
        self.push(b'D', &value.to_le_bytes())
    }

    /// With a text. Names of objects are `name, 0, 1, class`, see [`object_name`].
    pub fn text(self, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        let length = (value.len() as u32).to_le_bytes();
        self.push(b'S', &[&length, value].concat())
    }

    /// With raw bytes.
    pub fn raw(self, value: &[u8]) -> Self {
        let length = (value.len() as u32).to_le_bytes();
        self.push(b'R', &[&length, value].concat())
    }

    /// With an array that is already encoded.
    pub fn array(self, value: &EncodedArray) -> Self {
        self.push(value.kind, &value.bytes)
    }

    /// With a record inside.
    pub fn child(mut self, child: Record<'a>) -> Self {
        self.children.push(child);
        self.closed = true;
        self
    }

    /// With records inside.
    pub fn children(mut self, children: impl IntoIterator<Item = Record<'a>>) -> Self {
        self.children.extend(children);
        self.closed = true;
        self
    }

    /// Appends a record to one that may come from a file.
    pub fn append(&mut self, child: Record<'a>) {
        self.children.push(child);
        self.closed = true;
    }

    pub fn is(&self, name: &str) -> bool {
        *self.name == *name.as_bytes()
    }

    /// The first record inside with this name.
    #[cfg(test)]
    pub fn find(&self, name: &str) -> Option<&Record<'a>> {
        self.children.iter().find(|child| child.is(name))
    }

    /// The first record inside with this name.
    pub fn find_mut(&mut self, name: &str) -> Option<&mut Record<'a>> {
        self.children.iter_mut().find(|child| child.is(name))
    }

    /// The value at `index`, if it is there and whole.
    pub fn value(&self, index: u64) -> Option<Value<'_>> {
        if index >= self.count {
            return None;
        }
        if let Spelling::Written { .. } = self.spelling {
            return text_values::value(&self.values, index);
        }
        let mut rest: &[u8] = &self.values;
        for _ in 0..index {
            rest = decode(rest)?.1;
        }
        Some(decode(rest)?.0)
    }

    /// The whole number at `index`.
    pub fn integer(&self, index: u64) -> Option<i64> {
        match self.value(index)? {
            Value::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// The text at `index`.
    pub fn bytes(&self, index: u64) -> Option<Cow<'_, [u8]>> {
        match self.value(index)? {
            Value::Text(value) => Some(value),
            _ => None,
        }
    }

    /// A single 32-bit or 64-bit number that replaces all values, in the type that the first one has.
    pub fn set_integer(&mut self, value: i64) {
        self.count = 1;
        if let Spelling::Written { .. } = self.spelling {
            self.values = Cow::Owned(format!(" {value}").into_bytes());
            return;
        }
        let (kind, bytes) = match (self.values.first(), i32::try_from(value)) {
            (Some(b'L'), _) | (_, Err(_)) => (b'L', value.to_le_bytes().to_vec()),
            (_, Ok(value)) => (b'I', value.to_le_bytes().to_vec()),
        };
        self.values = Cow::Owned([&[kind], bytes.as_slice()].concat());
    }
}

/// The first value of `bytes` and what comes after it.
pub(super) fn decode(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    fn fixed<const N: usize>(bytes: &[u8]) -> Option<([u8; N], &[u8])> {
        let (head, tail) = bytes.split_first_chunk::<N>()?;
        Some((*head, tail))
    }
    let (kind, rest) = bytes.split_first()?;
    match kind {
        b'C' | b'B' | b'Z' => fixed::<1>(rest).map(|(value, rest)| (Value::Integer(i64::from(value[0])), rest)),
        b'Y' => fixed(rest).map(|(value, rest)| (Value::Integer(i64::from(i16::from_le_bytes(value))), rest)),
        b'I' => fixed(rest).map(|(value, rest)| (Value::Integer(i64::from(i32::from_le_bytes(value))), rest)),
        b'L' => fixed(rest).map(|(value, rest)| (Value::Integer(i64::from_le_bytes(value)), rest)),
        b'F' => fixed(rest).map(|(value, rest)| (Value::Real(f64::from(f32::from_le_bytes(value))), rest)),
        b'D' => fixed(rest).map(|(value, rest)| (Value::Real(f64::from_le_bytes(value)), rest)),
        b'S' | b'R' => {
            let (length, rest) = fixed(rest)?;
            let (value, rest) = rest.split_at_checked(u32::from_le_bytes(length) as usize)?;
            Some((if *kind == b'S' { Value::Text(Cow::Borrowed(value)) } else { Value::Other }, rest))
        }
        b'f' | b'd' | b'l' | b'i' | b'b' | b'c' => {
            let (head, rest) = fixed::<12>(rest)?;
            let length = u32::from_le_bytes([head[8], head[9], head[10], head[11]]) as usize;
            Some((Value::Other, rest.get(length..)?))
        }
        _ => None,
    }
}

/// What stands between an object's name and its class in binary files.
pub(super) const NAME_END: &[u8; 2] = b"\0\x01";

/// The name of an object as binary files spell it.
pub(super) fn object_name(name: &str, class: &str) -> Vec<u8> {
    [name.as_bytes(), NAME_END, class.as_bytes()].concat()
}

/// An array value, packed where that pays.
#[derive(Debug, Clone)]
pub(super) struct EncodedArray {
    kind: u8,
    bytes: Vec<u8>,
}

impl EncodedArray {
    pub fn longs(values: &[i64]) -> Self {
        Self::encode(b'l', values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    pub fn floats(values: &[f32]) -> Self {
        Self::encode(b'f', values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    pub fn ints(values: &[i32]) -> Self {
        Self::encode(b'i', values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    pub fn reals(values: &[f64]) -> Self {
        Self::encode(b'd', values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    fn encode(kind: u8, count: usize, plain: Vec<u8>) -> Self {
        let packed = if plain.len() < PACK_FROM { None } else { pack(&plain) };
        let (encoding, data) = match packed {
            Some(packed) if packed.len() < plain.len() => (1_u32, packed),
            _ => (0, plain),
        };
        let head = [count as u32, encoding, data.len() as u32];
        let bytes = head.iter().flat_map(|number| number.to_le_bytes()).chain(data).collect();
        EncodedArray { kind, bytes }
    }
}

fn pack(plain: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}
