package net.alexnet.train.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/// The constants of stochastic gradient descent with momentum, §5 of the paper:
///
/// ```
/// velocity := momentum · velocity − weightDecay · rate · parameter − rate · gradient
/// parameter := parameter + velocity
/// ```
///
/// The gradient is the mean over the batch. The rate stands inside the velocity (`weights.cu`, `Weights::update`), so a
/// new rate acts on new gradients only; where it stands outside, as in PyTorch, it acts on the whole velocity at once.
///
/// Not in the paper, but in its source: biases learn at twice the rate of the weights (`epsB` .02, `epsW` .01) and do
/// not decay (`layer.cu`).
///
/// @param learningRate the base learning rate of the weights, above 0; a [Schedule]'s factor multiplies it
/// @param momentum the share of the velocity that is kept, at least 0 and below 1
/// @param weightDecay the pull towards zero, at least 0
/// @param biasLearningRateFactor the biases' learning rate over the weights', at least 0; 0 freezes them
/// @param biasDecay whether biases decay too
public record SgdConfig(@JsonProperty(required = true) double learningRate,
        @JsonProperty(required = true) double momentum,
        @JsonProperty(required = true) double weightDecay, @JsonProperty(required = true) double biasLearningRateFactor,
        @JsonProperty(required = true) boolean biasDecay) {
    public SgdConfig {
        require(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY, "learning_rate", "above 0", learningRate);
        require(momentum >= 0 && momentum < 1, "momentum", "at least 0 and below 1", momentum);
        require(weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY, "weight_decay", "at least 0", weightDecay);
        require(biasLearningRateFactor >= 0 && biasLearningRateFactor < Double.POSITIVE_INFINITY,
                "bias_learning_rate_factor", "at least 0",
                biasLearningRateFactor);
    }

    /// The values of the paper's run: .01, .9, .0005, biases at twice the rate without decay.
    public static SgdConfig paper() {
        return new SgdConfig(0.01, 0.9, 0.0005, 2, false);
    }

    /// The base learning rate of a bias or of a weight.
    public double learningRate(boolean bias) {
        return bias ? learningRate * biasLearningRateFactor : learningRate;
    }

    /// The decay of a bias or of a weight.
    public double decay(boolean bias) {
        return bias && !biasDecay ? 0 : weightDecay;
    }

    private static void require(boolean fits, String key, String expected, double found) {
        if (!fits) {
            throw new IllegalArgumentException(key + " must be " + expected + ", found " + found);
        }
    }
}
