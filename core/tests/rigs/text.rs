//! The text of a rig file: header and tree.

/// A line of the tree, once per side where it has one.
#[derive(Debug, Clone)]
pub struct Line {
    pub name: String,
    /// Index of the parent among the lines.
    pub parent: Option<usize>,
    /// The truth, in words.
    pub label: Vec<String>,
    /// Where the node lies, in words; empty for the point of its joint.
    pub place: Vec<String>,
    pub side: Side,
    /// `joint`, `tip` or `group`.
    pub kind: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Middle,
    Left,
    Right,
}

impl Side {
    pub fn mirror(self) -> f64 {
        if self == Side::Right { -1.0 } else { 1.0 }
    }

    /// The name of a joint on this side.
    pub fn of(self, joint: &str) -> String {
        match self {
            Side::Middle => joint.to_owned(),
            Side::Left => format!("left_{joint}"),
            Side::Right => format!("right_{joint}"),
        }
    }
}

/// Header fields and the raw tree lines as (depth, text).
pub fn parse(text: &str) -> (Vec<(String, String)>, Vec<Line>) {
    let (header, tree) = text.split_once("\n---\n").expect("a line ---");
    let header = header
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let (key, value) = line.split_once(':').unwrap_or_else(|| panic!("no colon in `{line}`"));
            (key.trim().to_owned(), value.trim().to_owned())
        })
        .collect();
    let raw: Vec<(usize, &str)> = tree
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| ((line.len() - line.trim_start().len()) / 2, line.trim()))
        .collect();
    let mut lines = Vec::new();
    expand(&raw, None, Side::Middle, &mut lines);
    (header, lines)
}

/// Adds the forest `raw`, below `parent`, to `lines`.
fn expand(raw: &[(usize, &str)], parent: Option<usize>, side: Side, lines: &mut Vec<Line>) {
    let mut start = 0;
    while start < raw.len() {
        let (depth, text) = raw[start];
        let end = (start + 1..raw.len()).find(|other| raw[*other].0 <= depth).unwrap_or(raw.len());
        let sides: &[Side] =
            if side == Side::Middle && text.contains('{') { &[Side::Left, Side::Right] } else { &[side] };
        for side in sides {
            let index = lines.len();
            lines.push(line(text, parent, *side));
            expand(&raw[start + 1..end], Some(index), *side, lines);
        }
        start = end;
    }
}

fn line(text: &str, parent: Option<usize>, side: Side) -> Line {
    let (name, rest) = text.rsplit_once(" = ").unwrap_or_else(|| panic!("no ` = ` in `{text}`"));
    let mut words: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
    let kind = match words.last().map(String::as_str) {
        Some("tip") => "tip",
        Some("group") => "group",
        _ => "joint",
    };
    if kind != "joint" {
        words.pop();
    }
    let (label, place) = match words.iter().position(|word| word == "at") {
        Some(at) => (words[..at].to_vec(), words[at + 1..].to_vec()),
        None => (words.clone(), Vec::new()),
    };
    Line { name: sided(name, side), parent, label, place, side, kind }
}

/// The name with `{left|right}` replaced by one of both.
fn sided(name: &str, side: Side) -> String {
    let mut result = name.to_owned();
    while let Some(open) = result.find('{') {
        let close = result[open..].find('}').expect("a closing brace") + open;
        let (left, right) = result[open + 1..close].split_once('|').expect("left and right");
        let chosen = if side == Side::Right { right } else { left }.to_owned();
        result.replace_range(open..=close, &chosen);
    }
    result
}
