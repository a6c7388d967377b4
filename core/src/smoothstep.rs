//! A step without a kink at either end, in the precision of its arguments.

use std::ops::{Div, Mul, Sub};

/// 0 below `low`, 1 above `high`, along Hermite's cubic between.
pub(crate) fn smoothstep<T>(low: T, high: T, value: T) -> T
where
    T: Copy + PartialOrd + From<u8> + Sub<Output = T> + Mul<Output = T> + Div<Output = T>,
{
    let [zero, one, two, three] = [0, 1, 2, 3].map(T::from);
    let t = (value - low) / (high - low);
    let t = if t < zero {
        zero
    } else if t > one {
        one
    } else {
        t
    };
    t * t * (three - two * t)
}

#[cfg(test)]
mod tests {
    use super::smoothstep;

    #[test]
    fn it_is_level_at_both_ends_and_in_the_middle_half_way() {
        assert_eq!([1.0, 2.0, 3.0, 4.0, 9.0].map(|value| smoothstep(2.0_f64, 4.0, value)), [0.0, 0.0, 0.5, 1.0, 1.0]);
        assert_eq!(smoothstep(0.0_f32, 1.0, 0.25), 0.15625);
    }
}
