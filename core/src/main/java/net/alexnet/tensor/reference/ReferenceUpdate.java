package net.alexnet.tensor.reference;

/// One step of stochastic gradient descent, §5 of the paper, as the source has it (`weights.cu`, `Weights::update`):
///
/// ```
/// v := momentum · v − weightDecay · learningRate · w − learningRate · gradient
/// w := w + v
/// ```
///
/// The learning rate is inside the momentum buffer v: after a drop, v still carries the old rate for some steps.
final class ReferenceUpdate {
    private ReferenceUpdate() {}

    /// Changes w and v; all three arrays have one length.
    static void step(float[] w, float[] v, float[] gradient, float momentum, float weightDecay, float learningRate) {
        for (int at = 0; at < w.length; at++) {
            v[at] = momentum * v[at] - weightDecay * learningRate * w[at] - learningRate * gradient[at];
            w[at] += v[at];
        }
    }
}
