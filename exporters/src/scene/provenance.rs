//! Where the takes of a scene come from, for a file that says it once for all of them.

use ropar_core::provenance::Provenance;

use super::Take;

/// What all of `takes` say of where they come from; none where they differ or say nothing.
pub(crate) fn common_provenance(takes: &[Take]) -> Option<&Provenance> {
    let first = &takes.first()?.provenance;
    let is_common = !first.is_empty() && takes.iter().all(|take| take.provenance == *first);
    is_common.then_some(first)
}
