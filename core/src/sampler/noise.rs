//! The random numbers of one sampling run, all drawn from the seed before it starts.

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use rand_distr::{Distribution, StandardNormal, StandardUniform};

/// One noise latent per cell and the order in which cells are committed.
///
/// Every cell is committed once, so one latent of noise each is all the randomness there is; a reference
/// implementation that is given the same numbers must reach the same latents.
#[derive(Debug, Clone, PartialEq)]
pub struct Noise {
    /// Standard normal values `[tokens][parts][latent_size]`.
    pub latents: Vec<f32>,
    /// A score per cell `[tokens][parts]`; lower scores are committed earlier.
    pub order: Vec<f32>,
}

impl Noise {
    /// Draws for a grid from a seed. The generator (ChaCha8) gives the same numbers on every platform.
    pub fn from_seed(seed: u64, tokens: usize, parts: usize, latent_size: usize) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let cells = tokens * parts;
        let random: Vec<f32> = StandardUniform.sample_iter(&mut generator).take(cells).collect();
        let latents = StandardNormal.sample_iter(&mut generator).take(cells * latent_size).collect();
        Self { latents, order: spread(&random, parts) }
    }
}

/// Bits of a place in the sequence that spreads a part's tokens; its period is longer than any window.
const PLACE_BITS: u32 = 6;

/// Scores that keep a part's cells of one round apart in time, from uniform ones `[tokens][parts]`.
///
/// Cells of one round do not see each other, so neighbours in time would be made blind to each other. A part's scores
/// follow the van der Corput sequence, begun at a random place, whose values differ by a quarter or more from one token
/// to the next (the idea of the Halton scheduler, Besnier et al. 2025, arXiv 2503.17076, in one dimension).
fn spread(random: &[f32], parts: usize) -> Vec<f32> {
    let places = 1_u32 << PLACE_BITS;
    (random.iter().enumerate())
        .map(|(cell, jitter)| {
            let (token, begin) = (cell / parts, (random[cell % parts] * places as f32) as u32);
            let place = (token as u32 + begin) % places;
            let value = place.reverse_bits() >> (u32::BITS - PLACE_BITS);
            (value as f32 + jitter) / places as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::commit_counts, Noise};

    #[test]
    fn cells_of_one_round_are_no_neighbours_in_time() {
        let (parts, iterations) = (5, 8);
        for (tokens, seed) in [4, 7, 15, 25, 40].into_iter().flat_map(|tokens| (0..20).map(move |seed| (tokens, seed)))
        {
            let order = Noise::from_seed(seed, tokens, parts, 1).order;
            let mut queue: Vec<usize> = (0..order.len()).collect();
            queue.sort_by(|a, b| order[*a].total_cmp(&order[*b]));
            let mut queue = queue.into_iter();
            for count in commit_counts(order.len(), iterations) {
                let now: Vec<usize> = queue.by_ref().take(count).collect();
                let beside = now.iter().find(|cell| now.contains(&(*cell + parts)));
                assert_eq!(beside, None, "{tokens} tokens, seed {seed}: {now:?}");
            }
        }
    }

    #[test]
    fn seeds_repeat_and_differ_and_moments_are_those_of_the_normal() {
        let noise = Noise::from_seed(7, 400, 5, 32);
        assert_eq!(noise, Noise::from_seed(7, 400, 5, 32));
        assert_ne!(noise.latents, Noise::from_seed(8, 400, 5, 32).latents);
        let count = noise.latents.len() as f32;
        let mean = noise.latents.iter().sum::<f32>() / count;
        let variance = noise.latents.iter().map(|value| value * value).sum::<f32>() / count;
        // Five standard errors of the mean (1/sqrt(n)) and the variance (sqrt(2/n)).
        assert!(mean.abs() < 5.0 / count.sqrt(), "{mean}");
        assert!((variance - 1.0).abs() < 5.0 * (2.0 / count).sqrt(), "{variance}");
        assert!(noise.order.iter().all(|score| (0.0..1.0).contains(score)));
    }
}
