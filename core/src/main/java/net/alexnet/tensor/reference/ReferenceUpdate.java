package net.alexnet.tensor.reference;

/// One step of stochastic gradient descent, §5 of the paper, as the source has it (`weights.cu`, `Weights::update`):
///
/// ```
/// v := momentum · v − weightDecay · rate · w − rate · gradient
/// w := w + v
/// ```
///
/// The rate stands inside the velocity, so after the rate drops the velocity still carries the old one for some steps.
final class ReferenceUpdate {
    private ReferenceUpdate() {}

    /// Changes w and v; all three arrays have one length.
    static void step(float[] w, float[] v, float[] gradient, float momentum, float weightDecay, float rate) {
        for (int at = 0; at < w.length; at++) {
            v[at] = momentum * v[at] - weightDecay * rate * w[at] - rate * gradient[at];
            w[at] += v[at];
        }
    }
}
