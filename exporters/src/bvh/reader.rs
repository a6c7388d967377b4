//! Text to [`BvhClip`], for the files that exist rather than for those that ought to.
//!
//! Accepted beyond the usual form: a byte-order mark, any line ends, tabs, braces on the keyword's line, keywords in any
//! letter case, `Frame Time :`, scientific notation, names with colons and spaces, a joint without an End Site, several
//! roots, frames wrapped over lines, and a frame count that differs from the frames found (with a warning).

use std::ops::Range;

use glam::DVec3;

use super::clip::{BvhClip, BvhJoint, Channel};
use super::error::BvhError;
use super::frame_time;

/// Limits of the reader, far above real files, so that a hostile one cannot exhaust the machine.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Joints and End Sites.
    pub joints: usize,
    /// Depth of the joint tree.
    pub nesting: usize,
    /// Frames.
    pub frames: usize,
    /// Channel values, over all frames.
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { joints: 4096, nesting: 256, frames: 2_000_000, values: 200_000_000 }
    }
}

/// Reads a BVH file.
pub fn read(bytes: &[u8]) -> Result<BvhClip, BvhError> {
    read_with(bytes, &Limits::default())
}

/// Reads a BVH file within the given limits.
pub fn read_with(bytes: &[u8], limits: &Limits) -> Result<BvhClip, BvhError> {
    parse(bytes, limits, Keep::Values).map(|parsed| parsed.clip)
}

/// A clip and where in the file each of its values stands.
pub(super) struct Parsed {
    pub clip: BvhClip,
    /// Byte range of every element of `clip.frames`; empty unless asked for.
    pub spans: Vec<Range<usize>>,
}

/// What is kept of the values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Values,
    /// Also where in the file they stand.
    Spans,
}

pub(super) fn parse(bytes: &[u8], limits: &Limits, keep: Keep) -> Result<Parsed, BvhError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(malformed(1, "the file is UTF-16 text; save it as UTF-8"));
    }
    let start = if bytes.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
    let mut text = Text { bytes, at: start, line: 1 };
    let joints = hierarchy(&mut text, limits)?;
    motion(&mut text, joints, limits, keep)
}

fn malformed(line: usize, reason: impl Into<String>) -> BvhError {
    BvhError::Malformed { line, reason: reason.into() }
}

/// The file as bytes with a reading position. Bytes rather than `str`, because old files carry Latin-1 or Shift-JIS
/// names; everything but names is ASCII.
struct Text<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> Text<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Moves past one byte and counts lines: `\n`, `\r\n` and a lone `\r` end one.
    fn advance(&mut self) {
        match self.peek() {
            Some(b'\n') => self.line += 1,
            Some(b'\r') if self.bytes.get(self.at + 1) != Some(&b'\n') => self.line += 1,
            _ => {}
        }
        self.at += 1;
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' => self.at += 1,
                _ if byte.is_ascii_whitespace() || byte == 0 => self.advance(),
                _ => break,
            }
        }
    }

    /// The next word: up to white space or a brace; a brace is a word of its own. `None` at the end of the file.
    fn word(&mut self) -> Option<&'a [u8]> {
        self.skip_space();
        let start = self.at;
        if matches!(self.peek()?, b'{' | b'}') {
            self.at += 1;
        } else {
            let rest = &self.bytes[start..];
            self.at += rest.iter().position(|byte| ENDS_WORD[usize::from(*byte)]).unwrap_or(rest.len());
        }
        Some(&self.bytes[start..self.at])
    }

    /// The rest of the line up to an opening brace, trimmed: a joint's name.
    fn rest_of_line(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(|byte| !matches!(byte, b'\n' | b'\r' | b'{')) {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.bytes[start..self.at]).trim().to_owned()
    }

    fn expect(&mut self, wanted: &str, context: &str) -> Result<(), BvhError> {
        self.skip_space();
        let line = self.line;
        match self.word() {
            Some(word) if word.eq_ignore_ascii_case(wanted.as_bytes()) => Ok(()),
            found => Err(malformed(line, format!("expected `{wanted}` {context}, found {}", show(found)))),
        }
    }

    fn number(&mut self, what: &str) -> Result<f64, BvhError> {
        self.skip_space();
        let line = self.line;
        let word = self.word();
        parse_number(word, line, what)
    }

    fn vector(&mut self, what: &str) -> Result<DVec3, BvhError> {
        Ok(DVec3::new(self.number(what)?, self.number(what)?, self.number(what)?))
    }
}

/// The bytes that end a word: white space, braces, zero. A table, because most of a file's bytes are asked about here.
const ENDS_WORD: [bool; 256] = {
    let mut ends = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        ends[byte] = (byte as u8).is_ascii_whitespace() || matches!(byte as u8, b'{' | b'}' | 0);
        byte += 1;
    }
    ends
};

/// A word as it appears in a message: quoted, and cut where it is long.
fn show(word: Option<&[u8]>) -> String {
    match word {
        None => "the end of the file".to_owned(),
        Some(word) => {
            let text = String::from_utf8_lossy(word);
            let cut: String = text.chars().take(40).collect();
            let dots = if cut.len() < text.len() { "..." } else { "" };
            format!("`{cut}{dots}`")
        }
    }
}

/// A finite number; Rust's parser would accept `nan` and `inf`, which no pose contains.
fn parse_number(word: Option<&[u8]>, line: usize, what: &str) -> Result<f64, BvhError> {
    let number = word.and_then(|word| std::str::from_utf8(word).ok()).and_then(|word| word.parse::<f64>().ok());
    match number {
        Some(number) if number.is_finite() => Ok(number),
        Some(_) => Err(malformed(line, format!("{what} is {}, not a finite number", show(word)))),
        None => Err(malformed(line, format!("{what} should be a number, found {}", show(word)))),
    }
}

fn hierarchy(text: &mut Text, limits: &Limits) -> Result<Vec<BvhJoint>, BvhError> {
    text.expect("HIERARCHY", "at the start of the file")?;
    let mut joints: Vec<BvhJoint> = Vec::new();
    // Indices of the joints whose braces are open. A stack instead of recursion: depth cannot overflow.
    let mut open: Vec<usize> = Vec::new();
    loop {
        text.skip_space();
        let line = text.line;
        let word = text.word();
        let keyword = word.map(|word| word.to_ascii_uppercase()).unwrap_or_default();
        match (keyword.as_slice(), open.last().copied()) {
            (b"ROOT" | b"JOINT", parent) => {
                if keyword == b"JOINT" && parent.is_none() {
                    return Err(malformed(line, "a JOINT stands outside of any ROOT"));
                }
                if let Some(parent) = parent.filter(|_| keyword == b"ROOT") {
                    let name = &joints[parent].name;
                    return Err(malformed(line, format!("a ROOT stands inside of `{name}`; a `}}` is missing")));
                }
                let name = text.rest_of_line();
                if name.is_empty() {
                    return Err(malformed(line, "the joint has no name"));
                }
                begin_joint(text, &mut joints, &mut open, limits, line, name, false)?;
            }
            (b"END", Some(parent)) => {
                // What follows is `Site`, sometimes with a name; the parent's name says more.
                text.rest_of_line();
                let name = format!("{}_end", joints[parent].name);
                begin_joint(text, &mut joints, &mut open, limits, line, name, true)?;
            }
            (b"OFFSET", Some(joint)) => joints[joint].offset = text.vector("an OFFSET")?,
            (b"CHANNELS", Some(joint)) => {
                if !joints[joint].channels.is_empty() {
                    return Err(malformed(line, format!("`{}` has CHANNELS twice", joints[joint].name)));
                }
                if joints[joint].is_end_site {
                    return Err(malformed(line, "an End Site has CHANNELS"));
                }
                joints[joint].channels = channels(text)?;
            }
            (b"}", Some(_)) => {
                open.pop();
            }
            (b"MOTION", None) if !joints.is_empty() => return Ok(joints),
            (b"MOTION", None) => return Err(malformed(line, "the file has no joints")),
            (b"MOTION", Some(joint)) => {
                let name = &joints[joint].name;
                return Err(malformed(line, format!("MOTION begins inside of `{name}`; a `}}` is missing")));
            }
            (b"", Some(joint)) => {
                let name = &joints[joint].name;
                return Err(malformed(line, format!("the file ends inside of `{name}`; it is cut off")));
            }
            (b"", None) => return Err(malformed(line, "the file ends before MOTION; it is cut off")),
            _ => {
                let expected =
                    if open.is_empty() { "ROOT or MOTION" } else { "OFFSET, CHANNELS, JOINT, End Site or `}`" };
                return Err(malformed(line, format!("expected {expected}, found {}", show(word))));
            }
        }
    }
}

fn begin_joint(
    text: &mut Text,
    joints: &mut Vec<BvhJoint>,
    open: &mut Vec<usize>,
    limits: &Limits,
    line: usize,
    name: String,
    is_end_site: bool,
) -> Result<(), BvhError> {
    if joints.len() == limits.joints {
        return Err(BvhError::Limit { line, what: "joints", limit: limits.joints });
    }
    if open.len() == limits.nesting {
        return Err(BvhError::Limit { line, what: "nested joints", limit: limits.nesting });
    }
    text.expect("{", &format!("after `{name}`"))?;
    let parent = open.last().copied();
    open.push(joints.len());
    joints.push(BvhJoint { name, parent, offset: DVec3::ZERO, channels: Vec::new(), is_end_site });
    Ok(())
}

fn channels(text: &mut Text) -> Result<Vec<Channel>, BvhError> {
    text.skip_space();
    let line = text.line;
    let word = text.word();
    let count = word.and_then(|word| std::str::from_utf8(word).ok()).and_then(|word| word.parse::<usize>().ok());
    let Some(count) = count.filter(|count| *count <= 6) else {
        return Err(malformed(line, format!("the number of CHANNELS should be 0 to 6, found {}", show(word))));
    };
    let mut channels = Vec::with_capacity(count);
    for _ in 0..count {
        text.skip_space();
        let line = text.line;
        let word = text.word();
        let name = String::from_utf8_lossy(word.unwrap_or_default());
        let Some(channel) = Channel::from_name(&name) else {
            return Err(malformed(line, format!("expected a channel such as Xposition, found {}", show(word))));
        };
        if channels.contains(&channel) {
            return Err(malformed(line, format!("the channel `{name}` is listed twice")));
        }
        channels.push(channel);
    }
    Ok(channels)
}

/// `Frames: N` and `Frame Time: T`, with or without a space before the colon.
fn motion_header(text: &mut Text, wanted: &str) -> Result<(usize, f64), BvhError> {
    text.skip_space();
    let line = text.line;
    let rest = text.rest_of_line();
    let (key, value) = match rest.split_once(':') {
        Some((key, value)) => (key, value),
        None => rest.rsplit_once(char::is_whitespace).unwrap_or((rest.as_str(), "")),
    };
    let squeezed: String = key.split_whitespace().collect();
    let expected: String = wanted.split_whitespace().collect();
    if !squeezed.eq_ignore_ascii_case(&expected) {
        let found = show((!rest.is_empty() || text.peek().is_some()).then_some(rest.as_bytes()));
        return Err(malformed(line, format!("expected `{wanted}:`, found {found}")));
    }
    Ok((line, parse_number(Some(value.trim().as_bytes()), line, &format!("`{wanted}`"))?))
}

fn motion(text: &mut Text, joints: Vec<BvhJoint>, limits: &Limits, keep: Keep) -> Result<Parsed, BvhError> {
    let (line, declared) = motion_header(text, "Frames")?;
    if declared < 0.0 || declared.fract() != 0.0 {
        return Err(malformed(line, format!("`Frames` is {declared}, not a count")));
    }
    if declared > limits.frames as f64 {
        return Err(BvhError::Limit { line, what: "frames", limit: limits.frames });
    }
    let declared = declared as usize;
    let (line, frame_time) = motion_header(text, "Frame Time")?;
    frame_time::check(frame_time).map_err(|reason| malformed(line, reason))?;

    let mut clip = BvhClip { joints, frames: Vec::new(), frame_count: 0, frame_time, warnings: Vec::new() };
    let width = clip.channel_count();
    if width == 0 {
        return Err(malformed(line, "no joint has any channel, so there is no motion"));
    }
    // Not reserved from the declared count: the header may lie.
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut lines = LineWidths::new(width);
    loop {
        text.skip_space();
        let line = text.line;
        let Some(word) = text.word() else { break };
        lines.count(line)?;
        if clip.frames.len() == limits.values.min(limits.frames.saturating_mul(width)) {
            return Err(BvhError::Limit { line, what: "channel values", limit: clip.frames.len() });
        }
        let channel = clip.frames.len() % width;
        let value = parse_number(Some(word), line, "a channel value").map_err(|error| match error {
            BvhError::Malformed { line, reason } => {
                let name = owner_of_channel(&clip.joints, channel);
                malformed(line, format!("frame {}, joint `{name}`: {reason}", clip.frames.len() / width))
            }
            other => other,
        })?;
        clip.frames.push(value);
        if keep == Keep::Spans {
            spans.push(text.at - word.len()..text.at);
        }
    }
    lines.close(true)?;

    clip.frame_count = clip.frames.len() / width;
    if clip.frame_count == 0 {
        return Err(malformed(text.line, format!("there is no complete frame; a frame has {width} values")));
    }
    let rest = clip.frames.len() % width;
    if rest != 0 {
        clip.warnings.push(format!("the last frame has {rest} of {width} values and is left out"));
        clip.frames.truncate(clip.frame_count * width);
        spans.truncate(clip.frame_count * width);
    }
    if clip.frame_count != declared {
        clip.warnings.push(format!(
            "the header says {declared} frames but the file has {}; all that are there are used",
            clip.frame_count
        ));
    }
    let roots = clip.joints.iter().filter(|joint| joint.parent.is_none()).count();
    if roots > 1 {
        clip.warnings.push(format!("the file has {roots} roots"));
    }
    Ok(Parsed { clip, spans })
}

/// Watches that lines hold whole frames, once the first has shown that they do. Where it has not (frames are wrapped over
/// lines, or several stand on one), each frame still begins on a new line or behind a whole one: lines that are all short
/// of a value would otherwise read as frames that drift through the channels.
struct LineWidths {
    width: usize,
    /// Known after the first line.
    one_frame_a_line: Option<bool>,
    /// Values that the lines before have of the frame in which the line begins.
    before: usize,
    /// The line being read and the values found on it.
    line: usize,
    count: usize,
}

impl LineWidths {
    fn new(width: usize) -> Self {
        LineWidths { width, one_frame_a_line: None, before: 0, line: 0, count: 0 }
    }

    /// Counts a value on `line`, and fails when the line before it turns out to be no whole frame.
    fn count(&mut self, line: usize) -> Result<(), BvhError> {
        if line != self.line {
            if self.count > 0 {
                self.close(false)?;
            }
            (self.line, self.count) = (line, 0);
        }
        self.count += 1;
        Ok(())
    }

    /// Ends a line. The last line of a file may be short: the recorder was stopped while it wrote.
    fn close(&mut self, is_last: bool) -> Result<(), BvhError> {
        let wrong = match self.one_frame_a_line {
            Some(true) => self.count != self.width && !(is_last && self.count < self.width),
            None | Some(false) => {
                let is_whole = self.before == 0 && self.count.is_multiple_of(self.width);
                self.before + self.count > self.width && !is_whole
            }
        };
        if wrong {
            let lines = if self.before == 0 { "" } else { " up to the end of the line" };
            let (count, width) = (self.before + self.count, self.width);
            let reason = format!("the frame has {count} values{lines}, the joints have {width} channels");
            return Err(malformed(self.line, reason));
        }
        self.before = (self.before + self.count) % self.width;
        self.one_frame_a_line.get_or_insert(self.count == self.width);
        Ok(())
    }
}

fn owner_of_channel(joints: &[BvhJoint], channel: usize) -> &str {
    let mut first = 0;
    for joint in joints {
        first += joint.channels.len();
        if channel < first {
            return &joint.name;
        }
    }
    ""
}
