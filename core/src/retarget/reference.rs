//! Names by which a person can tell the nodes of a rig apart.

use std::collections::{BTreeMap, HashMap};

use crate::rig::Rig;

/// The reference of every node: its name where no other node has it, else the shortest end of its path that is unique
/// (`Armature.001/Hips`), else its path with a number (`Armature/Hips#2`).
#[derive(Debug, Clone)]
pub struct References {
    names: Vec<String>,
    nodes: HashMap<String, usize>,
    /// Nodes by bare name.
    bare: BTreeMap<String, Vec<usize>>,
}

impl References {
    pub fn new(rig: &Rig) -> Self {
        let count = rig.nodes.len();
        let mut names: Vec<String> = rig.nodes.iter().map(|node| node.name.clone()).collect();
        let mut bare: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        names.iter().enumerate().for_each(|(node, name)| bare.entry(name.clone()).or_default().push(node));
        // One more ancestor at a time for those that are not unique yet.
        let mut above: Vec<Option<usize>> = rig.nodes.iter().map(|node| node.parent).collect();
        loop {
            let mut owners: HashMap<&str, Vec<usize>> = HashMap::new();
            names.iter().enumerate().for_each(|(node, name)| owners.entry(name).or_default().push(node));
            let open: Vec<usize> = owners
                .into_values()
                .filter(|nodes| nodes.len() > 1)
                .flatten()
                .filter(|node| above[*node].is_some())
                .collect();
            if open.is_empty() {
                break;
            }
            for node in open {
                if let Some(parent) = above[node] {
                    names[node] = format!("{}/{}", rig.nodes[parent].name, names[node]);
                    above[node] = rig.nodes[parent].parent;
                }
            }
        }
        let mut nodes = HashMap::with_capacity(count);
        // Where to go on for each name that repeats.
        let mut next_number: HashMap<String, usize> = HashMap::new();
        for (node, name) in names.iter_mut().enumerate() {
            if nodes.contains_key(name) {
                let number = next_number.entry(name.clone()).or_insert(2);
                let mut numbered = format!("{name}#{number}");
                while nodes.contains_key(&numbered) {
                    *number += 1;
                    numbered = format!("{name}#{number}");
                }
                *name = numbered;
            }
            nodes.insert(name.clone(), node);
        }
        Self { names, nodes, bare }
    }

    /// The reference of a node.
    pub fn of(&self, node: usize) -> &str {
        &self.names[node]
    }

    /// The node of a reference; an unambiguous name counts as one.
    pub fn node(&self, reference: &str) -> Option<usize> {
        self.nodes.get(reference).copied().or_else(|| match self.bare.get(reference)?.as_slice() {
            [only] => Some(*only),
            _ => None,
        })
    }

    /// References of the nodes that have this bare name.
    pub fn namesakes(&self, name: &str) -> Vec<String> {
        self.bare.get(name).into_iter().flatten().map(|node| format!("`{}`", self.names[*node])).collect()
    }

    /// The most similar references, best first.
    pub fn near(&self, reference: &str) -> Vec<String> {
        near(reference, self.names.iter().map(String::as_str))
    }
}

/// Up to three of `candidates` that differ least from `word`, or hold it.
pub fn near<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<String> {
    let lower = word.to_lowercase();
    let word: Vec<char> = lower.chars().collect();
    let mut found: Vec<(usize, &str)> = candidates
        .map(|candidate| (candidate.to_lowercase(), candidate))
        .map(|(plain, candidate)| (edits(&word, &plain.chars().collect::<Vec<_>>()), plain.contains(&lower), candidate))
        .filter(|(edits, holds, _)| *holds && !word.is_empty() || *edits <= 2 + word.len() / 3)
        .map(|(edits, _, candidate)| (edits, candidate))
        .collect();
    found.sort();
    found.into_iter().take(3).map(|(_, name)| format!("`{name}`")).collect()
}

/// Levenshtein's distance, after Wagner and Fischer (1974).
fn edits(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[other.len()]
}
