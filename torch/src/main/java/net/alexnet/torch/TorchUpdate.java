package net.alexnet.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// One step of stochastic gradient descent, §5 of the paper, as the source has it (`weights.cu`, `Weights::update`):
///
/// ```
/// v := momentum · v − weightDecay · learningRate · w − learningRate · gradient
/// w := w + v
/// ```
///
/// In place, four passes over memory; libtorch's own fused step keeps the learning rate outside the momentum buffer.
final class TorchUpdate {
    private TorchUpdate() {}

    static void step(Tensor w, Tensor v, Tensor gradient, float momentum, float weightDecay, float learningRate) {
        v.mul_(new Scalar(momentum));
        v.add_(w, new Scalar(-(double) weightDecay * learningRate));
        v.add_(gradient, new Scalar(-learningRate));
        w.add_(v);
    }
}
