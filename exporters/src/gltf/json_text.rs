//! JSON text changed in places: what is not replaced stays byte for byte as it was, with its order, its spacing and its
//! way of writing numbers.
//!
//! The text is known to be valid JSON (it was parsed before); on anything else the functions give empty results.

use std::ops::Range;

/// A member of an object: from the opening quote of its key to the end of its value.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub key: String,
    pub whole: Range<usize>,
    pub value: Range<usize>,
}

/// The value that the text consists of.
pub(super) fn root(text: &[u8]) -> Range<usize> {
    let start = skip_space(text, 0);
    start..value_end(text, start)
}

/// The members of the object at `object`.
pub(super) fn members(text: &[u8], object: &Range<usize>) -> Vec<Member> {
    let mut found = Vec::new();
    let mut at = skip_space(text, object.start + 1);
    while text.get(at) == Some(&b'"') {
        let key_end = value_end(text, at);
        let colon = skip_space(text, key_end);
        let start = skip_space(text, colon + 1);
        let end = value_end(text, start);
        let key = text.get(at..key_end).and_then(|key| serde_json::from_slice(key).ok()).unwrap_or_default();
        found.push(Member { key, whole: at..end, value: start..end });
        at = skip_space(text, end);
        if text.get(at) == Some(&b',') {
            at = skip_space(text, at + 1);
        }
    }
    found
}

/// The elements of the array at `array`.
pub(super) fn elements(text: &[u8], array: &Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = skip_space(text, array.start + 1);
    while text.get(at).is_some_and(|byte| *byte != b']') {
        let end = value_end(text, at);
        found.push(at..end);
        at = skip_space(text, end);
        if text.get(at) != Some(&b',') {
            break;
        }
        at = skip_space(text, at + 1);
    }
    found
}

fn skip_space(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Where the value that starts at `at` ends.
fn value_end(text: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at = string_end(text, at),
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b',' | b':' => at += 1,
            byte if byte.is_ascii_whitespace() => at += 1,
            _ => {
                let is_scalar = |byte: &u8| !byte.is_ascii_whitespace() && !b",:]}".contains(byte);
                while text.get(at).is_some_and(is_scalar) {
                    at += 1;
                }
            }
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Replacements in a text, collected and made at once.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    /// Puts `new` where `old` is. Ranges may touch but not overlap; equal empty ones keep their order.
    pub fn replace(&mut self, old: Range<usize>, new: String) {
        self.0.push((old, new));
    }

    /// Keeps the first `keep` elements of the root's array `key` and puts `new` behind them; makes the array where there
    /// is none.
    pub fn set_tail(&mut self, text: &[u8], top: &[Member], key: &str, keep: usize, new: &[String]) {
        let joined = new.join(",");
        let Some(member) = top.iter().find(|member| member.key == key) else {
            if let (Some(last), false) = (top.last(), new.is_empty()) {
                self.replace(last.whole.end..last.whole.end, format!(",\"{key}\":[{joined}]"));
            }
            return;
        };
        let elements = elements(text, &member.value);
        // White space before the closing bracket stays where it is.
        let end_of = |count: usize| match count.checked_sub(1).and_then(|last| elements.get(last)) {
            Some(last) => last.end,
            None => elements.first().map_or(member.value.start + 1, |first| first.start),
        };
        let start = end_of(keep);
        let end = if keep < elements.len() { end_of(elements.len()) } else { start };
        let separator = if keep > 0 && !new.is_empty() { "," } else { "" };
        if end > start || !new.is_empty() {
            self.replace(start..end, format!("{separator}{joined}"));
        }
    }

    /// The text with all replacements made.
    pub fn apply(mut self, text: &[u8]) -> Vec<u8> {
        self.0.sort_by_key(|(old, _)| (old.start, old.end));
        let added: usize = self.0.iter().map(|(_, new)| new.len()).sum();
        let mut output = Vec::with_capacity(text.len() + added);
        let mut copied = 0;
        for (old, new) in self.0 {
            output.extend_from_slice(&text[copied..old.start]);
            output.extend_from_slice(new.as_bytes());
            copied = old.end;
        }
        output.extend_from_slice(&text[copied..]);
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#" { "a\"]" : [ 1 , {"x":"]}"} , "\\" , -1.50e+1 ] , "b":{} , "c":[] , "d" : true }
"#;

    fn top() -> Vec<Member> {
        members(TEXT.as_bytes(), &root(TEXT.as_bytes()))
    }

    #[test]
    fn values_are_found() {
        let keys: Vec<String> = top().into_iter().map(|member| member.key).collect();
        assert_eq!(keys, ["a\"]", "b", "c", "d"]);
        let values: Vec<&str> = top().iter().map(|member| &TEXT[member.value.clone()]).collect();
        assert_eq!(values[1..], ["{}", "[]", "true"]);
        let inner: Vec<&str> =
            elements(TEXT.as_bytes(), &top()[0].value).into_iter().map(|range| &TEXT[range]).collect();
        assert_eq!(inner, ["1", r#"{"x":"]}"}"#, r#""\\""#, "-1.50e+1"]);
        assert!(elements(TEXT.as_bytes(), &top()[2].value).is_empty());
    }

    #[test]
    fn arrays_grow_shrink_and_appear_and_the_rest_stays() {
        let edited = |key: &str, keep: usize, new: &[&str]| {
            let new: Vec<String> = new.iter().map(|text| (*text).to_owned()).collect();
            let mut edits = Edits::default();
            edits.set_tail(TEXT.as_bytes(), &top(), key, keep, &new);
            String::from_utf8(edits.apply(TEXT.as_bytes())).unwrap()
        };
        assert_eq!(edited("a\"]", 4, &["5"]), TEXT.replace("e+1 ]", "e+1,5 ]"));
        assert_eq!(edited("a\"]", 0, &["5"]), TEXT.replace(r#"1 , {"x":"]}"} , "\\" , -1.50e+1"#, "5"));
        assert_eq!(edited("a\"]", 1, &["5", "6"]), TEXT.replace(r#" , {"x":"]}"} , "\\" , -1.50e+1"#, ",5,6"));
        assert_eq!(edited("a\"]", 4, &[]), TEXT);
        assert_eq!(edited("c", 0, &["7"]), TEXT.replace("[]", "[7]"));
        assert_eq!(edited("e", 0, &["7"]), TEXT.replace("true", "true,\"e\":[7]"));
    }
}
