//! A rig as a tree of places: what topology and geometry can tell of it.

use glam::DVec3;

use crate::rig::{NodeKind, Rig, global_positions};

/// The nodes that can be joints, with their places at rest. Indices are those of the rig.
pub struct Bones {
    /// Parent of every node.
    pub parents: Vec<Option<usize>>,
    /// Children that can be joints.
    pub children: Vec<Vec<usize>>,
    /// World position at rest, metres.
    pub positions: Vec<DVec3>,
    /// True for nodes that can be joints.
    pub is_bone: Vec<bool>,
    /// True for tips, which only show how long their parent is.
    pub is_tip: Vec<bool>,
    /// Length of the longest way down from the node.
    pub reach: Vec<f64>,
    /// The node at the end of that way.
    pub farthest: Vec<usize>,
    /// From the lowest to the highest bone.
    pub height: f64,
    /// Height of the lowest bone.
    pub floor: f64,
}

impl Bones {
    /// The bones among the nodes of `domain`.
    ///
    /// Groups below which there is no joint (meshes, lamps) are no bones, unless the whole rig is made of groups, as
    /// avatars without skins are; leaves that lie on their parent carry something and are none either.
    pub fn new(rig: &Rig, domain: &dyn Fn(usize) -> bool) -> Self {
        let positions = global_positions(&rig.nodes, None);
        let count = rig.nodes.len();
        let parents: Vec<Option<usize>> = rig.nodes.iter().map(|node| node.parent).collect();
        // Of the whole rig, whatever the domain: control objects beside a skeleton are no bones of a second one.
        let groups_count = rig.nodes.iter().all(|node| node.kind != NodeKind::Joint);
        let extent = extent(&positions, &|node| domain(node));
        let nothing = 1e-4 * extent;

        let mut is_bone = vec![false; count];
        let mut children = vec![Vec::new(); count];
        let mut reach = vec![0.0; count];
        let mut farthest: Vec<usize> = (0..count).collect();
        // Children come after their parents: backwards, each node is complete when it is reached.
        for node in (0..count).rev() {
            if !domain(node) || !positions[node].is_finite() {
                continue;
            }
            let own = match rig.nodes[node].kind {
                NodeKind::Joint | NodeKind::Tip => true,
                NodeKind::Group => groups_count,
            };
            let offset = parents[node].map_or(0.0, |parent| positions[parent].distance(positions[node]));
            let is_leaf = children[node].is_empty();
            is_bone[node] = if is_leaf { own && (offset > nothing || parents[node].is_none()) } else { true };
            if let Some(parent) = parents[node].filter(|parent| is_bone[node] && domain(*parent)) {
                children[parent].insert(0, node);
                if reach[node] + offset > reach[parent] {
                    reach[parent] = reach[node] + offset;
                    farthest[parent] = farthest[node];
                }
            }
        }
        let is_tip = rig.nodes.iter().map(|node| node.kind == NodeKind::Tip).collect();
        let heights = (0..count).filter(|node| is_bone[*node]).map(|node| positions[node].y);
        let floor = heights.clone().fold(f64::INFINITY, f64::min);
        let height = heights.fold(f64::NEG_INFINITY, f64::max) - floor;
        Self { parents, children, positions, is_bone, is_tip, reach, farthest, height, floor }
    }

    /// Number of bones.
    pub fn count(&self) -> usize {
        self.is_bone.iter().filter(|bone| **bone).count()
    }

    /// The node and its ancestors, from the node up.
    pub fn up(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(node), |node| self.parents[*node])
    }

    /// True where `node` is `ancestor` or hangs below it.
    pub fn is_below(&self, node: usize, ancestor: usize) -> bool {
        self.up(node).any(|other| other == ancestor)
    }

    /// The nodes from `top` down to `bottom`, both included; empty where `bottom` does not hang below `top`.
    pub fn path(&self, top: usize, bottom: usize) -> Vec<usize> {
        let mut path: Vec<usize> = Vec::new();
        for node in self.up(bottom) {
            path.push(node);
            if node == top {
                path.reverse();
                return path;
            }
        }
        Vec::new()
    }

    /// The way from `node` to the farthest leaf below it.
    pub fn longest_path(&self, node: usize) -> Vec<usize> {
        self.path(node, self.farthest[node])
    }

    /// The lowest node that has both below it.
    pub fn common_ancestor(&self, one: usize, other: usize) -> Option<usize> {
        self.up(one).find(|node| self.is_below(other, *node))
    }

    /// The node and everything below it.
    pub fn subtree(&self, node: usize) -> Vec<usize> {
        let mut found = vec![node];
        let mut next = 0;
        while next < found.len() {
            found.extend(&self.children[found[next]]);
            next += 1;
        }
        found
    }

    /// Length of the bone that ends at `node`.
    pub fn length(&self, node: usize) -> f64 {
        self.parents[node].map_or(0.0, |parent| self.positions[parent].distance(self.positions[node]))
    }

    /// Distance between two nodes.
    pub fn distance(&self, one: usize, other: usize) -> f64 {
        self.positions[one].distance(self.positions[other])
    }
}

/// The largest side of the box around the positions.
fn extent(positions: &[DVec3], domain: &dyn Fn(usize) -> bool) -> f64 {
    let chosen =
        || (0..positions.len()).filter(|node| domain(*node)).map(|node| positions[node]).filter(|p| p.is_finite());
    let low = chosen().fold(DVec3::INFINITY, DVec3::min);
    let high = chosen().fold(DVec3::NEG_INFINITY, DVec3::max);
    (high - low).max_element().max(0.0)
}
