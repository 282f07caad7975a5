package net.alexnet.torch;

import net.alexnet.tensor.LocalResponseNorm;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/// Local response normalization, §3.3 of the paper, composed of operations that every device has:
///
/// ```
/// d  = k + scale · Σ x²                                 Σ over the neighborhood
/// y  = x · d^−beta
/// dx = dy · d^−beta − 2 · beta · x · (scale · Σ dy · y / d)
/// ```
///
/// Channels-last memory is a matrix of N·H·W pixels by C channels, so the sum across channels is a product with a C × C
/// matrix that has `scale` in a band along its diagonal and zeros between towers. libtorch's `local_response_norm` pools
/// over a padded copy instead, which takes nearly half of a training step on a CPU.
record TorchResponseNorm(LocalResponseNorm norm) {
    /// The output y, of the shape of x, `(N, C, H, W)`.
    Tensor forward(Tensor x) {
        return power(denominator(x)).mul_(x);
    }

    /// The gradient dx, of the shape of x.
    Tensor gradient(Tensor x, Tensor y, Tensor dy) {
        Tensor denominator = denominator(x);
        Tensor shares = scaledSums(torch.mul(dy, y).div_(denominator));
        return power(denominator).mul_(dy).addcmul_(x, shares, new Scalar(-2 * norm.beta()));
    }

    private Tensor denominator(Tensor x) {
        return scaledSums(x.square()).add_(new Scalar(norm.k()));
    }

    /// `d^−beta`, in new memory; the paper's .75 by two roots, several times faster than a power.
    private Tensor power(Tensor denominator) {
        if (norm.beta() != 0.75) {
            return denominator.pow(new Scalar(-norm.beta()));
        }
        Tensor root = denominator.rsqrt(); // d^-1/2
        return root.mul_(root.sqrt()); // · d^-1/4
    }

    /// `scale · Σ values` over the neighborhood of each value, in new memory.
    private Tensor scaledSums(Tensor values) {
        return switch (norm.region()) {
            case ACROSS_CHANNELS -> acrossChannels(values);
            case WITHIN_CHANNEL -> withinChannel(values);
        };
    }

    private Tensor acrossChannels(Tensor values) {
        long channels = values.size(1);
        Tensor pixels = Layout.ordered(values).permute(0, 2, 3, 1); // (N, H, W, C)
        Tensor sums = torch.mm(pixels.view(-1, channels), band(channels, values.options())); // (N·H·W, C)
        return sums.view(values.size(0), values.size(2), values.size(3), channels).permute(0, 3, 1, 2);
    }

    /// `scale` where row and column are neighbors: a band for one tower, repeated along the diagonal. It takes microseconds,
    /// the product milliseconds.
    private Tensor band(long channels, TensorOptions options) {
        long tower = channels / norm.groups();
        long reach = norm.size() / 2;
        Tensor one = torch.full(new long[] {tower, tower}, new Scalar(norm.scale()), options).tril_(reach)
                .triu_(-reach);
        return torch.kron(torch.eye(norm.groups(), options), one);
    }

    /// The mean over a window that counts the zeros outside the map, times alpha: scale is alpha over the window.
    private Tensor withinChannel(Tensor values) {
        long reach = norm.size() / 2;
        Tensor means = torch.avg_pool2d(values, new long[] {norm.size(), norm.size()}, new long[] {1, 1},
                new long[] {reach, reach}, false, true, new LongOptional());
        return means.mul_(new Scalar(norm.alpha()));
    }
}
