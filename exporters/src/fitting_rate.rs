//! The one rate that all takes of an FBX file have.

use std::borrow::Cow;
use std::path::Path;

use crate::scene::Take;
use crate::{Error, fbx, in_fbx, resampled};

/// `take` as it can stand in the FBX file `bytes`: at the rate of the other takes there, with words where that is another.
/// `path` is the file that a message names.
pub(crate) fn fitting_rate<'a>(
    path: &Path,
    bytes: &[u8],
    take: &'a Take,
) -> Result<(Cow<'a, Take>, Option<String>), Error> {
    let rate = fbx::rate_of_others(bytes, &take.name).map_err(in_fbx(path))?;
    let Some(fps) = rate.filter(|fps| *fps != take.fps) else { return Ok((Cow::Borrowed(take), None)) };
    let from = take.fps;
    let words =
        format!("the take is resampled from {from} to {fps} frames per second, the rate of the file's other takes");
    Ok((Cow::Owned(resampled(path, take, fps)?), Some(words)))
}
