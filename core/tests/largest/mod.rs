//! The largest of some values, for bounds that a value which is no number must not pass.

/// The largest of `values`, 0 at least.
///
/// # Panics
/// Where a value is no number; `max` would pass over it.
pub fn largest<T: Copy + Default + PartialOrd>(values: impl IntoIterator<Item = T>) -> T {
    values.into_iter().fold(T::default(), |most, value| {
        assert!(value.partial_cmp(&most).is_some(), "a value is no number");
        if value > most { value } else { most }
    })
}
