package net.alexnet.torch;

import net.alexnet.tensor.Backend.Statistics;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// What one sees of a tensor without printing it.
final class TorchStatistics {
    private TorchStatistics() {}

    static Statistics of(Tensor x) {
        Tensor finite = torch.isfinite(x);
        long count = finite.sum().item_long();
        long nonFinite = x.numel() - count;
        if (count == 0) {
            return new Statistics(Double.NaN, Double.NaN, nonFinite);
        }
        Tensor values = nonFinite == 0 ? x : x.masked_select(finite);
        T_TensorTensor_T moments = torch.var_mean(values, false);
        return new Statistics(moments.get1().item_float(), Math.sqrt(moments.get0().item_float()), nonFinite);
    }

    /// The greatest value of each unit, `(C)` or `(F)`.
    ///
    /// @param x `(N, C, H, W)` or `(N, F)`
    static Tensor unitMaxima(Tensor x) {
        long[] others = x.dim() == 4 ? new long[] {0, 2, 3} : new long[] {0};
        return x.amax(others, false);
    }
}
