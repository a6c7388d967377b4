//! How many cells each round commits, and how strong its guidance is.

use std::f64::consts::FRAC_PI_2;

/// Cells to commit in each of `iterations` rounds: after round i the share cos(pi/2 * (i + 1) / iterations) is still
/// masked (MaskGIT, Chang et al. 2022, section 3.3), and every round commits at least one cell while there are any.
pub fn commit_counts(cells: usize, iterations: usize) -> Vec<usize> {
    let mut left = cells;
    (1..=iterations)
        .map(|round| {
            let share = (FRAC_PI_2 * round as f64 / iterations as f64).cos();
            let keep = if round == iterations { 0 } else { (cells as f64 * share).floor() as usize };
            let keep = keep.min(left.saturating_sub(1));
            let count = left - keep;
            left = keep;
            count
        })
        .collect()
}

/// The guidance scale of a round, 0 the first: its excess over 1 falls in a straight line, by the share `decay` of it
/// until the last round. Early rounds decide what is done, late ones fill in how, which too much guidance makes rough.
pub fn guidance_of_round(guidance: f32, decay: f32, round: usize, iterations: usize) -> f32 {
    let progress = if iterations > 1 { round as f32 / (iterations - 1) as f32 } else { 0.0 };
    1.0 + (guidance - 1.0) * (1.0 - decay * progress)
}

#[cfg(test)]
mod tests {
    use super::{commit_counts, guidance_of_round};

    #[test]
    fn guidance_falls_to_none_and_stays_where_it_shall() {
        let falling: Vec<f32> = (0..5).map(|round| guidance_of_round(5.0, 1.0, round, 5)).collect();
        assert_eq!(falling, [5.0, 4.0, 3.0, 2.0, 1.0]);
        assert_eq!(guidance_of_round(3.0, 0.0, 7, 8), 3.0);
        assert_eq!(guidance_of_round(3.0, 0.5, 7, 8), 2.0);
        assert_eq!(guidance_of_round(3.0, 1.0, 0, 1), 3.0, "a single round has no later one");
    }

    #[test]
    fn commits_every_cell_once_and_late_rounds_more() {
        for (cells, iterations) in [(1, 8), (5, 8), (8, 8), (125, 8), (200, 1), (200, 30)] {
            let counts = commit_counts(cells, iterations);
            assert_eq!(counts.len(), iterations);
            assert_eq!(counts.iter().sum::<usize>(), cells, "{cells} cells, {iterations} rounds");
        }
        let counts = commit_counts(120, 8);
        assert!(counts[0] < counts[7], "{counts:?}");
        // 120 cos(pi/16) = 117.69..., so the first round commits 3.
        assert_eq!(counts[0], 3);
    }
}
