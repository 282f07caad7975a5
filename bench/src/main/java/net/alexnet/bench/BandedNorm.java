package net.alexnet.bench;

import net.alexnet.tensor.LocalResponseNorm;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Response normalization, `x · (k + scale · Σ x²)^−3/4`, as an expert in libtorch writes it: the sum over neighboring
/// channels is a 1×1 convolution whose filters form a band about the diagonal, and the power is two roots. The filters are
/// made once.
final class BandedNorm {
    private static final long[] ONES = {1, 1};
    private static final long[] ZEROS = {0, 0};

    private final long towers;
    private final Tensor filters;
    private final TensorOptional k;
    private final TensorOptional none = new TensorOptional();

    /// @param norm across channels, with a beta of 3/4
    /// @param channels of the map
    BandedNorm(LocalResponseNorm norm, long channels) {
        if (norm.region() != LocalResponseNorm.Region.ACROSS_CHANNELS || norm.beta() != 0.75) {
            throw new IllegalArgumentException("there is a banded form across channels, with a beta of .75; found "
                    + norm);
        }
        this.towers = norm.groups();
        long tower = channels / towers;
        long reach = norm.size() / 2;
        Tensor band = torch.full(new long[] {tower, tower}, new Scalar(norm.scale())).tril(reach).triu(-reach);
        TensorVector bands = new TensorVector();
        for (int i = 0; i < towers; i++) {
            bands.push_back(band);
        }
        this.filters = torch.cat(bands, 0).view(channels, tower, 1, 1);
        this.k = new TensorOptional(torch.full(new long[] {channels}, new Scalar(norm.k())));
    }

    /// `k + scale · Σ x²`.
    Tensor denominator(Tensor x) {
        return convolve(x.square(), k);
    }

    /// `scale · Σ values` over the neighbors of each channel.
    Tensor sums(Tensor values) {
        return convolve(values, none);
    }

    private Tensor convolve(Tensor values, TensorOptional bias) {
        return torch.conv2d(values, filters, bias, ONES, ZEROS, ONES, towers);
    }

    /// The normalized values, for autograd.
    Tensor forward(Tensor x) {
        Tensor root = denominator(x).rsqrt();
        return x.mul(root.mul(root.sqrt()));
    }

    /// The same without a gradient, so intermediates may be overwritten.
    Tensor forwardInPlace(Tensor x) {
        Tensor power = denominator(x);
        toPower(power);
        power.mul_(x);
        return power;
    }

    /// Replaces d by `d^−3/4`.
    static void toPower(Tensor denominator) {
        denominator.rsqrt_();
        denominator.mul_(denominator.sqrt());
    }
}
