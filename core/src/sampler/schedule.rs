//! How many cells each iteration commits.

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

#[cfg(test)]
mod tests {
    use super::commit_counts;

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
