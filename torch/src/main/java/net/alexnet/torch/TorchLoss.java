package net.alexnet.torch;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The loss on the 1000-way softmax, §3.5 of the paper, through the logarithm of the probabilities, which neither
/// overflows nor loses small ones.
final class TorchLoss {
    private TorchLoss() {}

    /// The mean of `−log p[label]`, a scalar, and its gradient `(p − [k = label]) / N`, `(N, classes)`.
    ///
    /// @param logits `(N, classes)`
    static Tensor[] crossEntropy(Tensor logits, int[] labels, TorchDevice device) {
        long[] indices = Arrays.stream(labels).asLongStream().toArray();
        Tensor rows = torch.tensor(indices, device.options(ScalarType.Long));
        Tensor logProbabilities = torch.log_softmax(logits, 1);
        Tensor value = torch.nll_loss(logProbabilities, rows);
        Tensor minusOnes = torch.full(new long[] {labels.length, 1}, new Scalar(-1.0f), logits.options());
        Tensor gradient = logProbabilities.exp();
        gradient.scatter_add_(1, rows.unsqueeze(1), minusOnes).div_(new Scalar((float) labels.length));
        return new Tensor[] {value, gradient};
    }
}
