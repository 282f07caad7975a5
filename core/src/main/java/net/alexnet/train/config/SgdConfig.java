package net.alexnet.train.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import net.alexnet.tensor.Check;

/// The constants of stochastic gradient descent with momentum, §5 of the paper:
///
/// ```
/// buffer := momentum · buffer − weightDecay · learningRate · parameter − learningRate · gradient
/// parameter := parameter + buffer
/// ```
///
/// The gradient is the mean over the batch. The learning rate is inside the buffer, as in the paper's source (`weights.cu`,
/// `Weights::update`), so a new rate affects new gradients only. In PyTorch it is outside, and a new rate affects the whole
/// buffer at once.
///
/// From the source, not the paper: biases learn at twice the rate of the weights (`epsB` .02, `epsW` .01) and do not decay
/// (`layer.cu`).
///
/// @param learningRate the base learning rate of the weights, above 0; a [Schedule]'s factor multiplies it
/// @param momentum the share of the buffer that is kept, at least 0 and below 1
/// @param weightDecay at least 0
/// @param biasLearningRateFactor the biases' learning rate over the weights', at least 0; 0 freezes the biases
/// @param biasDecay whether biases decay too
/// @param larsTrust the trust coefficient of LARS (You, Gitman, Ginsburg 2017, 1708.03888), at least 0, such as .001: each
///     weight learns at the rate times `larsTrust · ‖w‖ / (‖gradient‖ + weightDecay · ‖w‖)`, for batches of thousands. 0 for
///     the paper's rule
public record SgdConfig(@JsonProperty(required = true) double learningRate,
        @JsonProperty(required = true) double momentum, @JsonProperty(required = true) double weightDecay,
        @JsonProperty(required = true) double biasLearningRateFactor,
        @JsonProperty(required = true) boolean biasDecay, @JsonProperty(required = true) double larsTrust) {
    public SgdConfig {
        Check.that(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY, "learning_rate", learningRate,
                "above 0");
        Check.that(momentum >= 0 && momentum < 1, "momentum", momentum, "at least 0 and below 1");
        Check.that(weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY, "weight_decay", weightDecay,
                "at least 0");
        Check.that(biasLearningRateFactor >= 0 && biasLearningRateFactor < Double.POSITIVE_INFINITY,
                "bias_learning_rate_factor", biasLearningRateFactor, "at least 0");
        Check.that(larsTrust >= 0 && larsTrust < Double.POSITIVE_INFINITY, "lars_trust", larsTrust, "at least 0");
    }

    /// Without LARS.
    public SgdConfig(double learningRate, double momentum, double weightDecay, double biasLearningRateFactor,
            boolean biasDecay) {
        this(learningRate, momentum, weightDecay, biasLearningRateFactor, biasDecay, 0);
    }

    /// The values of the paper's run: .01, .9, .0005, biases at twice the rate without decay.
    public static SgdConfig paper() {
        return new SgdConfig(0.01, 0.9, 0.0005, 2, false);
    }

    /// The base learning rate of biases or weights.
    public double learningRate(boolean bias) {
        return bias ? learningRate * biasLearningRateFactor : learningRate;
    }

    /// The weight decay of biases or weights.
    public double decay(boolean bias) {
        return bias && !biasDecay ? 0 : weightDecay;
    }
}
