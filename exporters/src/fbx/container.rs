//! An FBX file: the records, and around them the signature and the footer of a binary one.

use std::borrow::Cow;

use super::record::{Record, Spelling};
use super::{FbxError, limits, text};

const SIGNATURE: &[u8; 23] = b"Kaydara FBX Binary  \0\x1A\0";
/// Signature and version.
const HEADER_BYTES: usize = SIGNATURE.len() + 4;
/// From this version on, lengths and offsets have 64 bits.
const WIDE_FROM: u32 = 7500;
const FOOTER_END: [u8; 16] =
    [0xF8, 0x5A, 0x8C, 0x6A, 0xDE, 0xF5, 0xD9, 0x7E, 0xEC, 0xE9, 0x0C, 0xE3, 0x75, 0x8F, 0x29, 0x0B];
/// The footer's identifier that belongs to [`CREATION_TIME`] and [`FILE_ID`]; how it is computed is not published.
const FOOTER_ID: [u8; 16] =
    [0xFA, 0xBC, 0xAB, 0x09, 0xD0, 0xC8, 0xD4, 0x66, 0xB1, 0x76, 0xFB, 0x83, 0x1C, 0xF7, 0x26, 0x7E];
/// The identifier of a new file.
pub(super) const FILE_ID: [u8; 16] =
    [0x28, 0xB3, 0x2A, 0xEB, 0xB6, 0x24, 0xCC, 0xC2, 0xBF, 0xC8, 0xB0, 0x2A, 0xA9, 0x2B, 0xFC, 0xF1];
/// The time of a new file: always the same, so that equal content gives equal bytes.
pub(super) const CREATION_TIME: &str = "1970-01-01 10:00:00:000";

/// The content of an FBX file.
#[derive(Debug, Clone)]
pub(super) struct Container<'a> {
    pub version: u32,
    pub records: Vec<Record<'a>>,
    form: Form<'a>,
}

#[derive(Debug, Clone)]
enum Form<'a> {
    Binary {
        footer_id: [u8; 16],
    },
    /// With what comes after the last record.
    Text {
        end: &'a [u8],
    },
}

impl<'a> Container<'a> {
    /// A new binary file.
    pub fn new(version: u32, records: Vec<Record<'a>>) -> Self {
        Container { version, records, form: Form::Binary { footer_id: FOOTER_ID } }
    }

    /// Reads the records of a file. Memory stays within a small multiple of the file's size, as nothing is unpacked.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FbxError> {
        if bytes.len() > limits::BYTES {
            return Err(FbxError::Limit { what: "bytes", found: bytes.len() as u64, limit: limits::BYTES as u64 });
        }
        if !bytes.starts_with(&SIGNATURE[..21]) {
            return Self::parse_text(bytes);
        }
        let version = version_of(bytes)?;
        let mut parser = Parser { bytes, at: HEADER_BYTES, wide: version >= WIDE_FROM, records: 0 };
        let (records, _) = parser.list(bytes.len(), 0)?;
        let footer_id = bytes.get(parser.at..parser.at + 16).and_then(|id| id.try_into().ok()).unwrap_or(FOOTER_ID);
        Ok(Container { version, records, form: Form::Binary { footer_id } })
    }

    fn parse_text(bytes: &'a [u8]) -> Result<Self, FbxError> {
        let (records, end) = text::parse(bytes)?;
        let mut container = Container { version: 0, records, form: Form::Text { end } };
        let header = container.find("FBXHeaderExtension").map(|header| header.children.as_slice()).unwrap_or_default();
        let version = header.iter().find(|record| record.is("FBXVersion")).and_then(|version| version.integer(0));
        let version = version.and_then(|version| u32::try_from(version).ok());
        let no_version = || FbxError::NotFbx("it has neither the signature nor the version of an FBX file".to_owned());
        container.version = insertable(version.ok_or_else(no_version)?)?;
        Ok(container)
    }

    /// The first record with this name.
    pub fn find(&self, name: &str) -> Option<&Record<'a>> {
        self.records.iter().find(|record| record.is(name))
    }

    /// The first record with this name.
    pub fn find_mut(&mut self, name: &str) -> Option<&mut Record<'a>> {
        self.records.iter_mut().find(|record| record.is(name))
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FbxError> {
        let footer_id = match self.form {
            Form::Binary { footer_id } => footer_id,
            Form::Text { end } => return text::write(&self.records, end),
        };
        let mut out = SIGNATURE.to_vec();
        out.extend(self.version.to_le_bytes());
        let wide = self.version >= WIDE_FROM;
        for record in &self.records {
            write_record(record, wide, &mut out)?;
        }
        out.resize(out.len() + null_record_bytes(wide), 0);
        out.extend(footer_id);
        // As Autodesk's files have it: at least one byte of padding, then four zeros, so that the length is even by 16.
        out.resize(out.len() + 16 - out.len() % 16, 0);
        out.extend([0; 4]);
        out.extend(self.version.to_le_bytes());
        out.extend([0; 120]);
        out.extend(FOOTER_END);
        Ok(out)
    }
}

/// The version of a binary file into which a take can be inserted.
fn version_of(bytes: &[u8]) -> Result<u32, FbxError> {
    if bytes.get(21..23) != Some(&SIGNATURE[21..]) {
        return Err(FbxError::NotInsertable { found: "of another byte order".to_owned() });
    }
    let Some(version) = bytes.get(23..HEADER_BYTES).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes)
    else {
        return Err(FbxError::Truncated { bytes: bytes.len(), reason: "the version is missing".to_owned() });
    };
    insertable(version)
}

/// The version, if takes can be inserted into files of it.
fn insertable(version: u32) -> Result<u32, FbxError> {
    if !(7100..7800).contains(&version) {
        let found = format!("of version {}.{}", version / 1000, version % 1000 / 100);
        return Err(FbxError::NotInsertable { found });
    }
    Ok(version)
}

fn null_record_bytes(wide: bool) -> usize {
    if wide { 25 } else { 13 }
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    wide: bool,
    records: usize,
}

impl<'a> Parser<'a> {
    /// Records up to a null record or `end`; and whether there was a null record.
    fn list(&mut self, end: usize, depth: usize) -> Result<(Vec<Record<'a>>, bool), FbxError> {
        if depth > limits::RECORD_DEPTH {
            return Err(FbxError::Limit {
                what: "records inside one another",
                found: depth as u64,
                limit: limits::RECORD_DEPTH as u64,
            });
        }
        let mut records = Vec::new();
        while self.at < end {
            match self.record(end, depth)? {
                Some(record) => records.push(record),
                None => return Ok((records, true)),
            }
        }
        if depth == 0 {
            return Err(self.truncated("the record that ends the file"));
        }
        Ok((records, false))
    }

    /// The next record, or nothing for a null record.
    fn record(&mut self, limit: usize, depth: usize) -> Result<Option<Record<'a>>, FbxError> {
        let start = self.at;
        let wrong = |reason| FbxError::Record { at: start, reason };
        let end = self.number()?;
        let count = self.number()?;
        let value_bytes = self.number()?;
        let name_bytes = usize::from(self.take(1, "a record's name")?[0]);
        if end == 0 && count == 0 && value_bytes == 0 && name_bytes == 0 {
            return Ok(None);
        }
        let end = usize::try_from(end).map_err(|_| wrong("it ends beyond the file"))?;
        let value_bytes = usize::try_from(value_bytes).map_err(|_| wrong("its values go beyond the file"))?;
        if end > self.bytes.len() {
            return Err(self.truncated("a record"));
        }
        if end > limit {
            return Err(wrong("the record ends outside the one that it is in"));
        }
        self.records += 1;
        if self.records > limits::RECORDS {
            let limit = limits::RECORDS as u64;
            return Err(FbxError::Limit { what: "records", found: limit + 1, limit });
        }
        let name = self.take(name_bytes, "a record's name")?;
        let values = self.take(value_bytes, "a record's values")?;
        if self.at > end {
            return Err(wrong("the record is shorter than its values"));
        }
        if count > value_bytes as u64 {
            return Err(wrong("the record says that it has more values than bytes"));
        }
        let (children, closed) = if self.at < end { self.list(end, depth + 1)? } else { (Vec::new(), false) };
        if self.at != end {
            return Err(wrong("the record's content ends before the record does"));
        }
        let (name, values) = (Cow::Borrowed(name), Cow::Borrowed(values));
        Ok(Some(Record { name, count, values, spelling: Spelling::Encoded, children, closed }))
    }

    fn number(&mut self) -> Result<u64, FbxError> {
        let bytes = self.take(if self.wide { 8 } else { 4 }, "a record's head")?;
        let mut number = [0; 8];
        number[..bytes.len()].copy_from_slice(bytes);
        Ok(u64::from_le_bytes(number))
    }

    fn take(&mut self, count: usize, what: &str) -> Result<&'a [u8], FbxError> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.bytes.len());
        let Some(end) = end else { return Err(self.truncated(what)) };
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn truncated(&self, what: &str) -> FbxError {
        FbxError::Truncated { bytes: self.bytes.len(), reason: format!("{what} at byte {} is incomplete", self.at) }
    }
}

fn write_record(record: &Record<'_>, wide: bool, out: &mut Vec<u8>) -> Result<(), FbxError> {
    let start = out.len();
    let width = if wide { 8 } else { 4 };
    let number = |value: u64| value.to_le_bytes()[..width].to_vec();
    // The end is filled in when it is known.
    out.extend(number(0));
    out.extend(number(record.count));
    out.extend(number(record.values.len() as u64));
    out.push(record.name.len() as u8);
    out.extend_from_slice(&record.name);
    out.extend_from_slice(&record.values);
    for child in &record.children {
        write_record(child, wide, out)?;
    }
    if record.closed {
        out.resize(out.len() + null_record_bytes(wide), 0);
    }
    if !wide && out.len() > u32::MAX as usize {
        return Err(FbxError::Unfit("the file would be larger than 4 GiB, which this version cannot be".to_owned()));
    }
    let end = number(out.len() as u64);
    out[start..start + width].copy_from_slice(&end);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fbx::record::{EncodedArray, Value};

    fn sample(version: u32) -> Vec<u8> {
        let inner = Record::new("Inner").real(0.5).text("x").array(&EncodedArray::longs(&[1, 2, 3]));
        let outer = Record::new("Outer").long(7).child(inner);
        let mut empty = Record::new("Empty");
        empty.closed = true;
        Container::new(version, vec![outer, empty]).to_bytes().unwrap()
    }

    #[test]
    fn an_untouched_file_is_written_byte_for_byte() {
        for version in [7100, 7400, 7500, 7700] {
            let bytes = sample(version);
            let container = Container::parse(&bytes).unwrap();
            assert_eq!(container.to_bytes().unwrap(), bytes);
            let inner = container.records[0].find("Inner").unwrap();
            assert_eq!(inner.value(0), Some(Value::Real(0.5)));
            assert_eq!(inner.value(1), Some(Value::Text(Cow::Borrowed(b"x"))));
            assert_eq!(inner.value(2), Some(Value::Other));
            assert_eq!(inner.value(3), None);
        }
    }

    #[test]
    fn every_cut_is_an_error() {
        let bytes = sample(7400);
        let footer = 176; // at most
        for length in 0..bytes.len() - footer {
            assert!(Container::parse(&bytes[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn records_deeper_than_any_file_are_an_error() {
        let deep = (0..200).fold(Record::new("Leaf"), |inner, _| Record::new("Deep").child(inner));
        let bytes = Container::new(7400, vec![deep]).to_bytes().unwrap();
        assert!(matches!(Container::parse(&bytes), Err(FbxError::Limit { .. })));
    }
}
