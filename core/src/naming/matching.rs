//! Names of a skeleton against the tables.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::family::{FINGER_JOINTS, NamingFamily, Part};
use super::plain::{plain, without_serial};
use super::{built_in, missing};
use crate::skeleton::{JOINT_COUNT, JOINT_NAMES, MIRRORED};

/// A family on a list of names.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The family.
    pub family: &'static NamingFamily,
    /// What all names begin with, in plain form; empty as a rule.
    pub prefix: String,
    /// For each canonical joint its place in the list of names.
    pub joints: [Option<usize>; JOINT_COUNT],
    /// The same with those that the family's `misplaced` lists.
    pub rig_joints: [Option<usize>; JOINT_COUNT],
    plain: HashMap<String, usize>,
    /// Names count without the numbers that programs append.
    numbered: bool,
}

impl Match {
    /// Number of canonical joints that a rig has.
    pub fn count(&self) -> usize {
        self.rig_joints.iter().flatten().count()
    }

    /// Number of canonical joints that a rig has or should have: one with a left wrist has a right one, too.
    fn expected(&self) -> usize {
        (0..JOINT_COUNT).filter(|joint| self.rig_joints[*joint].or(self.rig_joints[MIRRORED[*joint]]).is_some()).count()
    }

    /// True where the family has a name for a canonical joint.
    pub fn lists(&self, joint: &str) -> bool {
        self.family.joints.contains_key(joint) || self.family.misplaced.contains_key(joint)
    }

    /// True where the family's tables have this name, for whatever joint.
    pub fn knows(&self, name: &str) -> bool {
        let family = self.family;
        let plain_name = plain(if self.numbered { without_serial(name) } else { name });
        let Some(name) = plain_name.strip_prefix(&self.prefix) else { return false };
        let joints = family.joints.values().chain(family.misplaced.values()).flatten();
        let chains = family.spine.iter().chain(&family.neck).chain(&family.root);
        let fingers = family
            .fingers
            .values()
            .flatten()
            .flat_map(|finger| family.sides.iter().flatten().map(move |side| finger.replace("{}", side)));
        joints.chain(chains).any(|other| plain(other) == name) || { fingers }.any(|other| plain(&other) == name)
    }

    /// The places of a part's names that are there, in the table's order.
    pub fn part(&self, part: Part) -> Vec<usize> {
        self.family.names_of(part).iter().filter_map(|name| self.plain.get(&plain(name)).copied()).collect()
    }

    /// Finger joints by VRM 1.0 name.
    pub fn fingers(&self) -> BTreeMap<String, usize> {
        let mut found = BTreeMap::new();
        let Some(sides) = &self.family.sides else { return found };
        for (side, name) in sides.iter().zip(["left", "right"]) {
            // Families share names between joints (`ThumbProximal` is VRM 1.0's second and Unity's first); each node is
            // used once, from the root of a finger to its tip.
            let mut used = BTreeSet::new();
            for joint in FINGER_JOINTS {
                let names = self.family.fingers.get(joint).into_iter().flatten();
                let place = names
                    .filter_map(|name| self.plain.get(&plain(&name.replace("{}", side))).copied())
                    .find(|place| !used.contains(place));
                if let Some(place) = place {
                    used.insert(place);
                    found.insert(format!("{name}{joint}"), place);
                }
            }
        }
        found
    }
}

/// Names in plain form to their places; of equal names the first.
fn index<'a>(names: impl Iterator<Item = (usize, &'a str)>, prefix: &str) -> HashMap<String, usize> {
    let mut places = HashMap::new();
    for (place, name) in names {
        if let Some(rest) = plain(name).strip_prefix(prefix) {
            places.entry(rest.to_owned()).or_insert(place);
        }
    }
    places
}

fn try_family(family: &'static NamingFamily, prefix: String, names: &[(usize, &str)]) -> Option<Match> {
    let found = look_up(family, prefix, names);
    family.requires.iter().all(|name| found.plain.contains_key(&plain(name))).then_some(found)
}

/// What of a family is among the names, whether they are of this family or not.
fn look_up(family: &'static NamingFamily, prefix: String, names: &[(usize, &str)]) -> Match {
    let plain_names = index(names.iter().copied(), &prefix);
    let find = |table: &BTreeMap<String, Vec<String>>, canonical: usize| {
        let candidates = table.get(JOINT_NAMES[canonical])?;
        candidates.iter().find_map(|name| plain_names.get(&plain(name)).copied())
    };
    let joints: [Option<usize>; JOINT_COUNT] = std::array::from_fn(|canonical| find(&family.joints, canonical));
    let rig_joints = std::array::from_fn(|canonical| joints[canonical].or_else(|| find(&family.misplaced, canonical)));
    Match { family, prefix, joints, rig_joints, plain: plain_names, numbered: false }
}

/// The family under its own prefixes, or without one.
fn try_as_listed(family: &'static NamingFamily, names: &[(usize, &str)]) -> Vec<Match> {
    let plain_prefixes: Vec<String> = match family.prefixes.as_slice() {
        [] => vec![String::new()],
        prefixes => prefixes.iter().map(|prefix| plain(prefix)).collect(),
    };
    plain_prefixes.into_iter().filter_map(|prefix| try_family(family, prefix, names)).collect()
}

/// Most prefixes that are tried: bounds the work on thousands of names that end like a pelvis.
const MOST_PREFIXES: usize = 16;

/// Names that must share a prefix; a body has more.
const LEAST_SHARED: usize = JOINT_COUNT / 4;

/// The family under any prefix that its pelvis has in the list (`Hero_Hips`), of many the most common.
fn try_any_prefix(family: &'static NamingFamily, names: &[(usize, &str)]) -> Vec<Match> {
    let hips: Vec<String> = family.joints.get(JOINT_NAMES[0]).into_iter().flatten().map(|name| plain(name)).collect();
    let names_in_plain: Vec<String> = names.iter().map(|(_, name)| plain(name)).collect();
    let mut shared: BTreeMap<&str, usize> = names_in_plain
        .iter()
        .filter_map(|name| hips.iter().find_map(|hip| name.strip_suffix(hip.as_str())))
        .filter(|prefix| !prefix.is_empty())
        .map(|prefix| (prefix, 0))
        .collect();
    for name in &names_in_plain {
        for (end, _) in name.char_indices() {
            if let Some(count) = shared.get_mut(&name[..end]) {
                *count += 1;
            }
        }
    }
    let mut prefixes: Vec<(&str, usize)> = shared.into_iter().filter(|(_, count)| *count > LEAST_SHARED).collect();
    prefixes.sort_by_key(|(_, count)| Reverse(*count));
    prefixes.truncate(MOST_PREFIXES);
    // Of equal matches the first in the order of letters.
    prefixes.sort_unstable();
    prefixes.into_iter().filter_map(|(prefix, _)| try_family(family, prefix.to_owned(), names)).collect()
}

/// The first family, in the tables' order, that finds every limb, the pelvis and the neck among `names`.
pub fn first_complete<S: AsRef<str>>(names: &[S]) -> Option<Match> {
    let names: Vec<(usize, &str)> = names.iter().map(AsRef::as_ref).enumerate().collect();
    let complete = |found: &Match| missing(&found.joints).is_empty();
    let listed = || built_in().iter().flat_map(|family| try_as_listed(family, &names));
    let prefixed = || {
        built_in().iter().filter(|family| family.prefixes.is_empty()).flat_map(|family| try_any_prefix(family, &names))
    };
    listed().find(complete).or_else(|| prefixed().find(complete))
}

/// The family that finds most canonical joints, complete or not.
pub fn nearest<S: AsRef<str>>(names: &[S]) -> Option<Match> {
    best(&names.iter().map(AsRef::as_ref).enumerate().collect::<Vec<_>>())
}

/// The family that finds most canonical joints, even where it lacks what it requires: for messages about half a body.
pub fn closest(names: &[(usize, &str)]) -> Option<Match> {
    let found = built_in().iter().map(|family| look_up(family, String::new(), names));
    // Of equals the first.
    found.reduce(|best, other| if other.count() > best.count() { other } else { best })
}

/// Fewest canonical joints by which a family is recognised that lacks a name which it requires.
const MOST_OF_A_BODY: usize = 12;

/// [`best`], or a family that finds more joints though it lacks what it requires, or its pelvis has no name by which a
/// prefix is known: for rigs of which some names say nothing.
pub fn best_or_most(names: &[(usize, &str)]) -> Option<Match> {
    let best = best(names);
    let mut most: Option<Match> = None;
    for family in built_in() {
        let mut prefixes: BTreeSet<String> = family.prefixes.iter().map(|prefix| plain(prefix)).collect();
        if prefixes.is_empty() {
            prefixes.extend([String::new()]);
            prefixes.extend(common_prefix(family, names));
        }
        for prefix in prefixes {
            let candidate = look_up(family, prefix, names);
            if most.as_ref().is_none_or(|most| candidate.expected() > most.expected()) {
                most = Some(candidate);
            }
        }
    }
    let known = best.as_ref().map_or(0, Match::expected);
    most.filter(|most| most.count() >= MOST_OF_A_BODY && most.expected() > known).or(best)
}

/// What most of the joints of a family have before their names.
fn common_prefix(family: &NamingFamily, names: &[(usize, &str)]) -> Option<String> {
    let joints: BTreeSet<String> = family.joints.values().flatten().map(|name| plain(name)).collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, name) in names {
        let name = plain(name);
        for prefix in joints.iter().filter_map(|joint| name.strip_suffix(joint.as_str())).filter(|p| !p.is_empty()) {
            *counts.entry(prefix.to_owned()).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .filter(|(_, count)| *count > LEAST_SHARED)
        .map(|(prefix, _)| prefix)
}

/// The family that finds most canonical joints among `names`, each with its place. Of equals the first in the tables'
/// order.
pub fn best(names: &[(usize, &str)]) -> Option<Match> {
    let serial_free: Vec<(usize, &str)> = names.iter().map(|(place, name)| (*place, without_serial(name))).collect();
    let mut best: Option<Match> = None;
    for (names, numbered) in [(names, false), (&serial_free, true)] {
        for family in built_in() {
            let mut found = try_as_listed(family, names);
            if family.prefixes.is_empty() {
                found.extend(try_any_prefix(family, names));
            }
            for candidate in found {
                if best.as_ref().is_none_or(|best| candidate.expected() > best.expected()) {
                    best = Some(Match { numbered, ..candidate });
                }
            }
        }
    }
    best.filter(|best| best.count() > 0)
}
