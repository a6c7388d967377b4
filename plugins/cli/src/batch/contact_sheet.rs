//! The contact sheet: one HTML file without anything beside it, for the eyes. Stick figures of source and result, worst
//! first. The text is XHTML as well, so that strict readers take it.

use std::fmt::Write as _;

use serde_json::Value;

use super::{
    figures::{HEIGHT, bones, pose},
    results::{Entry, Results, Status},
};

/// How many files get a picture; of the others, which are better, the table tells.
const PICTURES: usize = 400;
/// Width of a pose's cell and the room above and below the figure, in the unit of the figures.
const CELL: f64 = 90.0;
const MARGIN: f64 = 14.0;

const STYLE: &str = include_str!("contact_sheet.css");

/// Figures of a card: name in the report, label, unit, digits.
const SHOWN: [(&str, &str, &str, usize); 6] = [
    ("limb_direction_median", "limbs", "°", 1),
    ("limb_direction_largest", "largest", "°", 0),
    ("foot_slide", "foot slide", " cm/s", 1),
    ("penetration", "into floor", " mm", 0),
    ("contact_f1", "contacts F1", "", 2),
    ("jerk_ratio", "jerk", "×", 2),
];

/// The page.
pub fn html(results: &Results<'_>) -> String {
    let mut entries = results.entries();
    entries
        .sort_by(|a, b| a.status.cmp(&b.status).then(badness(b).total_cmp(&badness(a))).then(a.output.cmp(&b.output)));
    let tally = results.tally();
    let mut page = String::from(
        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\"><head><meta charset=\"utf-8\"/>\
         <meta name=\"viewport\" content=\"width=device-width\"/><title>RoPAR batch</title><style>",
    );
    page.push_str(STYLE);
    page.push_str("</style></head><body>\n<header><h1>RoPAR batch</h1><p class=\"counts\">");
    let counts = [
        (Status::Error, tally.errors),
        (Status::Failed, tally.unusable),
        (Status::NotMade, tally.open),
        (Status::LookAtIt, tally.look),
        (Status::Good, tally.good),
    ];
    for (status, count) in counts {
        let _ = write!(page, "<span class=\"{}\">{count} {}</span> ", class(status), status.word());
    }
    page.push_str(
        "</p><p class=\"key\">Above the source, scaled to the target; below the result. \
         <span class=\"l\">left</span> and <span class=\"r\">right</span> limbs. Worst first.</p>",
    );
    if let Some(note) = results.generator.and_then(super::Generator::licence_note) {
        let _ = write!(page, "<p class=\"key\">{}</p>", escaped(&note));
    }
    page.push_str("</header>\n<main>\n");
    for entry in entries.iter().take(PICTURES) {
        card(&mut page, entry);
    }
    page.push_str("</main>\n");
    if entries.len() > PICTURES {
        let _ = writeln!(
            page,
            "<footer><p>The {} worst of {} files are shown. All of them are in <a href=\"results.csv\">results.csv</a>.</p></footer>",
            PICTURES,
            entries.len()
        );
    }
    page.push_str("</body></html>\n");
    page
}

/// The larger, the sooner somebody should look.
fn badness(entry: &Entry<'_>) -> f64 {
    let report = &entry.details["report"];
    let figure = |name: &str| report[name].as_f64().unwrap_or(0.0);
    // Each over the value from which on the verdict would be another.
    [
        figure("limb_direction_median") / 3.0,
        figure("limb_direction_largest") / 35.0,
        figure("foot_slide") / 2.0,
        figure("penetration") / 10.0,
        figure("angular_velocity_ratio") / 2.0,
        figure("jerk_ratio") / 2.0,
    ]
    .into_iter()
    .fold(0.0, f64::max)
}

fn class(status: Status) -> &'static str {
    match status {
        Status::Error => "error",
        Status::Failed => "failed",
        Status::NotMade => "open",
        Status::LookAtIt => "look",
        Status::Good => "good",
    }
}

fn card(page: &mut String, entry: &Entry<'_>) {
    let name = escaped(&entry.output);
    let _ = write!(page, "<article class=\"{}\"><h2>", class(entry.status));
    let _ = match entry.status {
        Status::Error | Status::NotMade => write!(page, "{name}"),
        _ => write!(page, "<a href=\"{}\">{name}</a>", escaped(&link(&entry.output))),
    };
    let _ = write!(page, "</h2><p class=\"source\">{}</p>", escaped(&entry.source));
    let _ = write!(page, "<p><b>{}</b> {}</p>", entry.status.word(), escaped(entry.reason()));
    if entry.status == Status::Error {
        let _ = write!(page, "<p class=\"source\">{}</p>", escaped(entry.next_step()));
    }
    strip(page, &entry.details["poses"]);
    let report = &entry.details["report"];
    if report.is_object() {
        page.push_str("<dl>");
        for (figure, label, unit, digits) in SHOWN {
            if let Some(value) = report[figure].as_f64() {
                let _ = write!(page, "<div><dt>{label}</dt><dd>{value:.digits$}{unit}</dd></div>");
            }
        }
        page.push_str("</dl>");
    }
    for warning in entry.details["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let _ = write!(page, "<p class=\"warning\">{}</p>", escaped(warning));
    }
    page.push_str("</article>\n");
}

/// Two rows of poses.
fn strip(page: &mut String, rows: &Value) {
    let Some(rows) = rows.as_array().filter(|rows| !rows.is_empty()) else { return };
    let row = HEIGHT + 2.0 * MARGIN;
    let columns = rows.iter().filter_map(Value::as_array).map(Vec::len).max().unwrap_or(0).max(1);
    let (width, height) = (columns as f64 * CELL, rows.len() as f64 * row);
    let _ = write!(page, "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"poses\">");
    for (number, poses) in rows.iter().enumerate() {
        let floor = (number + 1) as f64 * row - MARGIN;
        let _ = write!(page, "<path class=\"floor\" d=\"M0 {floor}H{width}\"/>");
        for (column, value) in poses.as_array().into_iter().flatten().enumerate() {
            let places = pose(value.as_str().unwrap_or_default());
            let mut lines = [const { String::new() }; 3];
            for (from, to) in bones(&places) {
                let (Some(a), Some(b)) = (places[from], places[to]) else { continue };
                let middle = (column as f64 + 0.5) * CELL;
                let point = |(x, y): (i64, i64)| (middle + x as f64, floor - y as f64);
                let ((ax, ay), (bx, by)) = (point(a), point(b));
                let _ = write!(lines[side(to)], "M{ax} {ay}L{bx} {by}");
            }
            for (line, class) in lines.iter().zip(["m", "l", "r"]).filter(|(line, _)| !line.is_empty()) {
                let _ = write!(page, "<path class=\"{class}\" d=\"{line}\"/>");
            }
        }
    }
    page.push_str("</svg>");
}

/// 0 for the trunk, 1 for left limbs, 2 for right limbs.
fn side(joint: usize) -> usize {
    let name = ropar_core::skeleton::JOINT_NAMES[joint];
    if name.starts_with("left") {
        1
    } else if name.starts_with("right") {
        2
    } else {
        0
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // Control characters are none of XML's.
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A path as a link: what has a meaning in links is written by its code.
fn link(path: &str) -> String {
    let mut link = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => link.push(byte.into()),
            _ => {
                let _ = write!(link, "%{byte:02X}");
            }
        }
    }
    link
}
