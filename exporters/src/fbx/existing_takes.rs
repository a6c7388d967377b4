//! What of the takes of a file matters to a new one. The records tell, not the scene: it leaves out takes that move no node.

use super::FbxError;
use super::container::Container;
use super::load::{Keep, load};
use super::removal::{animated_take_names, take_names};

/// Whether a file of version 7.1 to 7.7 has a take called `name`, be it one that moves no node.
///
/// # Errors
/// Where [`super::insert`] fails for the file itself.
pub fn has_take(bytes: &[u8], name: &str) -> Result<bool, FbxError> {
    Ok(take_names(&Container::parse(bytes)?).iter().any(|other| other == name.as_bytes()))
}

/// The rate, in frames per second, that a take called `name` has to have in the file because other takes there have it;
/// none where no other take has a curve.
///
/// # Errors
/// Where [`super::insert`] fails for the file itself.
pub fn rate_of_others(bytes: &[u8], name: &str) -> Result<Option<f64>, FbxError> {
    if animated_take_names(&Container::parse(bytes)?).iter().all(|other| other == name.as_bytes()) {
        return Ok(None);
    }
    Ok(Some(load(bytes, Keep::Scene)?.scene.settings.frames_per_second))
}
