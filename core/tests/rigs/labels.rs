//! A mapping as a table, to compare two of them.

use std::collections::BTreeMap;

use ropar_core::retarget::mapping::RigMapping;
use ropar_core::skeleton::JOINT_NAMES;

/// The joints of a mapping by name: canonical ones, all of spine and neck, fingers, root.
pub fn labels(mapping: &RigMapping) -> BTreeMap<String, usize> {
    let mut labels = BTreeMap::new();
    for (joint, mapped) in mapping.joints.iter().enumerate() {
        labels.extend(mapped.map(|mapped| (JOINT_NAMES[joint].to_owned(), mapped.node)));
    }
    labels.extend(mapping.spine.iter().enumerate().map(|(place, node)| (format!("spine[{place}]"), *node)));
    labels.extend(mapping.neck.iter().enumerate().map(|(place, node)| (format!("neck[{place}]"), *node)));
    labels.extend(mapping.fingers.iter().map(|(name, mapped)| (name.clone(), mapped.node)));
    labels.extend(mapping.root.map(|node| ("root".to_owned(), node)));
    labels
}
