//! A text FBX file: the records of a binary one, spelled as `Name: values { records }`.
//!
//! What nobody changes is written again byte for byte, comments and line breaks included.

use std::borrow::Cow;

use super::record::{Record, Spelling};
use super::{FbxError, limits, text_values};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The records of a text file, and what comes after the last one.
pub(super) fn parse(bytes: &[u8]) -> Result<(Vec<Record<'_>>, &[u8]), FbxError> {
    Parser { bytes, at: 0, records: 0 }.list(0)
}

/// The text of records, of which some come from the file that `end` ends.
pub(super) fn write(records: &[Record<'_>], end: &[u8]) -> Result<Vec<u8>, FbxError> {
    let leads = records.iter().filter_map(|record| match record.spelling {
        Spelling::Written { lead, .. } => Some(lead),
        Spelling::Encoded => None,
    });
    let windows = leads.chain([end]).any(|lead| lead.windows(2).any(|pair| pair == b"\r\n"));
    let mut out = Vec::new();
    for record in records {
        write_record(record, if windows { b"\r\n" } else { b"\n" }, &mut out)?;
    }
    out.extend_from_slice(end);
    Ok(out)
}

/// `line` is a line break and the indentation of the record.
fn write_record(record: &Record<'_>, line: &[u8], out: &mut Vec<u8>) -> Result<(), FbxError> {
    out.extend_from_slice(if let Spelling::Written { lead, .. } = record.spelling { lead } else { line });
    out.extend_from_slice(&record.name);
    out.push(b':');
    let tail = match record.spelling {
        Spelling::Written { tail, .. } => {
            out.extend_from_slice(&record.values);
            tail
        }
        Spelling::Encoded => {
            text_values::write(record, line, out)?;
            None
        }
    };
    if record.closed {
        out.extend_from_slice(if tail.is_some() { b"{" } else { b" {" });
        let inside = [line, b"\t"].concat();
        for child in &record.children {
            write_record(child, &inside, out)?;
        }
        out.extend_from_slice(tail.unwrap_or(line));
        out.push(b'}');
    }
    Ok(())
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    records: usize,
}

impl<'a> Parser<'a> {
    /// Records up to a closing brace or the end of the file, and what stands before that.
    fn list(&mut self, depth: usize) -> Result<(Vec<Record<'a>>, &'a [u8]), FbxError> {
        if depth > limits::RECORD_DEPTH {
            let (found, limit) = (depth as u64, limits::RECORD_DEPTH as u64);
            return Err(FbxError::Limit { what: "records inside one another", found, limit });
        }
        let mut records = Vec::new();
        loop {
            let lead = self.space();
            match self.peek() {
                None if depth == 0 => return Ok((records, lead)),
                Some(b'}') if depth > 0 => return Ok((records, lead)),
                None => return Err(self.truncated("a closing brace")),
                Some(_) => records.push(self.record(lead, depth)?),
            }
        }
    }

    fn record(&mut self, lead: &'a [u8], depth: usize) -> Result<Record<'a>, FbxError> {
        self.records += 1;
        if self.records > limits::RECORDS {
            let limit = limits::RECORDS as u64;
            return Err(FbxError::Limit { what: "records", found: limit + 1, limit });
        }
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-|.".contains(&byte)) {
            self.at += 1;
        }
        let name = &self.bytes[start..self.at];
        match self.peek() {
            Some(b':') if !name.is_empty() => self.at += 1,
            None => return Err(self.truncated("a colon after a name")),
            _ => return Err(FbxError::Record { at: start, reason: "there should be a name and a colon here" }),
        }
        let start = self.at;
        let (count, end) = self.values()?;
        self.at = end;
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        if self.peek() != Some(b'{') {
            self.at = end;
            return Ok(Record {
                name: Cow::Borrowed(name),
                count,
                values: Cow::Borrowed(&self.bytes[start..end]),
                spelling: Spelling::Written { lead, tail: None },
                children: Vec::new(),
                closed: false,
            });
        }
        let values = &self.bytes[start..self.at];
        self.at += 1;
        let (children, tail) = self.list(depth + 1)?;
        self.at += 1;
        Ok(Record {
            name: Cow::Borrowed(name),
            count,
            values: Cow::Borrowed(values),
            spelling: Spelling::Written { lead, tail: Some(tail) },
            children,
            closed: true,
        })
    }

    /// How many values come next, and where the last one ends. Lists go on over line breaks after and before a comma.
    fn values(&self) -> Result<(u64, usize), FbxError> {
        let (mut count, mut end) = (0, self.at);
        let blank = |at: usize| self.bytes[at..].iter().take_while(|byte| b" \t".contains(byte)).count();
        let space = |at: usize| self.bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let mut at = self.at + blank(self.at);
        loop {
            match self.bytes.get(at) {
                // An empty value before a comma, as in `Content: , "..."`.
                Some(b',') => at += 1,
                None | Some(b'{' | b'}' | b';' | b'\r' | b'\n') => return Ok((count, end)),
                Some(_) => {
                    let (token, rest) =
                        text_values::token(&self.bytes[at..]).ok_or_else(|| self.truncated("a text in quotes"))?;
                    debug_assert!(!token.is_empty());
                    count += 1;
                    end = self.bytes.len() - rest.len();
                    at = end + space(end);
                    if self.bytes.get(at) != Some(&b',') {
                        return Ok((count, end));
                    }
                    at += 1;
                }
            }
            at += space(at);
        }
    }

    /// Skips white space and comments.
    fn space(&mut self) -> &'a [u8] {
        let start = self.at;
        if start == 0 && self.bytes.starts_with(BYTE_ORDER_MARK) {
            self.at = BYTE_ORDER_MARK.len();
        }
        while let Some(byte) = self.peek() {
            if byte == b';' {
                let rest = &self.bytes[self.at..];
                self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            } else if byte.is_ascii_whitespace() {
                self.at += 1;
            } else {
                break;
            }
        }
        &self.bytes[start..self.at]
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn truncated(&self, what: &str) -> FbxError {
        FbxError::Truncated { bytes: self.bytes.len(), reason: format!("{what} is missing after byte {}", self.at) }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::fbx::record::Value;

    #[test]
    fn untouched_files_are_written_byte_for_byte() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/fbx");
        let mut texts = 0;
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "fbx") {
                let bytes = fs::read(&path).unwrap();
                if !bytes.starts_with(b"Kaydara") {
                    let (records, end) = parse(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                    assert!(records.iter().any(|record| record.is("Objects")), "{}", path.display());
                    assert_eq!(write(&records, end).unwrap(), bytes, "{}", path.display());
                    texts += 1;
                }
            }
        }
        assert!(texts > 20, "{texts}");
    }

    #[test]
    fn values_are_what_they_look_like() {
        let text = b"\xEF\xBB\xBF; x: 1\nA: -3, 1.5e3,\n\"a, &quot;b&quot; {\" , T\nB:  {\n\tC: *2 {\n\t\ta: 1,\n2\n\t}\n\tD: , \"x\"\n\tE:\n}";
        let (records, end) = parse(text).unwrap();
        assert_eq!(write(&records, end).unwrap(), text);
        let values: Vec<_> = (0..5).map(|index| records[0].value(index)).collect();
        let quoted = Value::Text(Cow::Borrowed(b"a, \"b\" {".as_slice()));
        let expected = [Some(Value::Integer(-3)), Some(Value::Real(1500.0)), Some(quoted), Some(Value::Other), None];
        assert_eq!(values, expected);
        let [array, content, empty] = records[1].children.as_slice() else { panic!("{records:?}") };
        assert_eq!((array.children[0].integer(0), array.children[0].integer(1)), (Some(1), Some(2)));
        assert_eq!(content.bytes(0).as_deref(), Some(b"x".as_slice()));
        assert_eq!((empty.count, empty.closed), (0, false));
    }

    #[test]
    fn what_is_no_record_is_an_error_with_its_place() {
        for (text, place) in
            [("A: 1\n}", "5"), ("A: 1 2", "6"), ("{", "0"), ("A: {B: 1", "8"), ("A: \"x", "2"), ("A", "1")]
        {
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(&format!("byte {place}")), "{text:?}: {error}");
        }
        let deep = "A: {".repeat(100_000);
        assert!(matches!(parse(deep.as_bytes()), Err(FbxError::Limit { .. })));
    }
}
