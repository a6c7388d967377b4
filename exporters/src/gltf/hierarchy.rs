//! The node tree: glTF lists nodes in any order, a scene has parents before their children.

use super::document::Document;
use super::error::GltfError;
use super::limits;

/// The nodes of a file in the order of its scene.
#[derive(Debug)]
pub(super) struct Hierarchy {
    /// For each node of the scene its index in the file: depth first, roots and children as the file lists them.
    pub order: Vec<usize>,
    /// For each node of the file its index in the scene.
    pub place: Vec<usize>,
    /// For each node of the scene its parent there.
    pub parents: Vec<Option<usize>>,
}

impl Hierarchy {
    /// Checks that the nodes form trees (glTF 2.0, section 3.5.2) and puts parents first.
    pub fn of(document: &Document) -> Result<Self, GltfError> {
        let count = document.nodes.len();
        let mut has_parent = vec![false; count];
        for (index, node) in document.nodes.iter().enumerate() {
            for (slot, child) in node.children.iter().enumerate() {
                let at = || format!("nodes[{index}].children[{slot}]");
                match has_parent.get_mut(*child) {
                    None => return Err(GltfError::content(at(), format!("nodes[{child}] does not exist"))),
                    Some(true) => return Err(GltfError::content(at(), format!("nodes[{child}] has another parent"))),
                    Some(first) => *first = true,
                }
            }
        }
        let mut found = Self { order: Vec::with_capacity(count), place: vec![usize::MAX; count], parents: Vec::new() };
        let mut waiting: Vec<(usize, Option<usize>, usize)> =
            (0..count).rev().filter(|node| !has_parent[*node]).map(|node| (node, None, 1)).collect();
        while let Some((node, parent, depth)) = waiting.pop() {
            if depth > limits::NESTING {
                let at = format!("nodes[{node}]");
                return Err(GltfError::Limit { at, what: "nested nodes", limit: limits::NESTING });
            }
            let index = found.order.len();
            found.place[node] = index;
            found.order.push(node);
            found.parents.push(parent);
            waiting.extend(document.nodes[node].children.iter().rev().map(|child| (*child, Some(index), depth + 1)));
        }
        // Every node has at most one parent, so what no root leads to hangs on itself.
        match found.place.iter().position(|place| *place == usize::MAX) {
            Some(lost) => Err(GltfError::content(format!("nodes[{lost}]"), "it is its own ancestor")),
            None => Ok(found),
        }
    }
}
