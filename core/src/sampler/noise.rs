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
    pub fn from_seed(seed: u64, cells: usize, latent_size: usize) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let order = StandardUniform.sample_iter(&mut generator).take(cells).collect();
        let latents = StandardNormal.sample_iter(&mut generator).take(cells * latent_size).collect();
        Self { latents, order }
    }
}

#[cfg(test)]
mod tests {
    use super::Noise;

    #[test]
    fn seeds_repeat_and_differ_and_moments_are_those_of_the_normal() {
        let noise = Noise::from_seed(7, 2000, 32);
        assert_eq!(noise, Noise::from_seed(7, 2000, 32));
        assert_ne!(noise.latents, Noise::from_seed(8, 2000, 32).latents);
        let count = noise.latents.len() as f32;
        let mean = noise.latents.iter().sum::<f32>() / count;
        let variance = noise.latents.iter().map(|value| value * value).sum::<f32>() / count;
        // Five standard errors of the mean (1/sqrt(n)) and the variance (sqrt(2/n)).
        assert!(mean.abs() < 5.0 / count.sqrt(), "{mean}");
        assert!((variance - 1.0).abs() < 5.0 * (2.0 / count).sqrt(), "{variance}");
        assert!(noise.order.iter().all(|score| (0.0..1.0).contains(score)));
    }
}
