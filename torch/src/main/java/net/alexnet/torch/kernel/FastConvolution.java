package net.alexnet.torch.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import net.alexnet.torch.kernel.Scratch.Use;

/// A convolution of one geometry by [WinogradConvolution], forward and backward.
public final class FastConvolution {
    private final WinogradGeometry geometry;
    private final Workers workers;
    private final Scratch[] scratch;

    FastConvolution(WinogradGeometry geometry, Workers workers, Scratch[] scratch) {
        this.geometry = geometry;
        this.workers = workers;
        this.scratch = scratch;
        for (Scratch each : scratch) { // the forward pass comes to all convolutions before the backward pass needs this
            each.expect(Use.SHARE, geometry.weightsLength());
        }
    }

    /// Transforms the weight for [#forward].
    public WinogradWeights weights() {
        return new WinogradWeights(geometry, false, workers, scratch);
    }

    /// The output, with bias.
    ///
    /// @param x `(N, H, W, C)` in memory
    /// @param weights from [#weights]
    /// @param bias one value for each output channel
    /// @param relu whether negative outputs become 0
    /// @param y `(N, H', W', K)` in memory, overwritten
    public void forward(MemorySegment x, float[] weights, float[] bias, boolean relu, MemorySegment y) {
        new WinogradConvolution(geometry, x, weights, bias, relu, Optional.empty(), y).run(workers, scratch);
    }

    /// Whether the gradient by the input is faster here, too.
    public boolean hasInputGradient() {
        return geometry.adjoint().isPresent();
    }

    /// Transforms the weight for [#inputGradient].
    public WinogradWeights inputGradientWeights() {
        return new WinogradWeights(geometry.adjoint().orElseThrow(), true, workers, scratch);
    }

    /// The gradient by the input.
    ///
    /// @param dy `(N, H', W', K)` in memory
    /// @param weights from [#inputGradientWeights]
    /// @param gate the convolution's input if it is the output of a ReLU; the gradient is then 0 where it is 0
    /// @param dx `(N, H, W, C)` in memory, overwritten
    public void inputGradient(MemorySegment dy, float[] weights, Optional<MemorySegment> gate, MemorySegment dx) {
        float[] noBias = new float[geometry.channels()];
        new WinogradConvolution(geometry.adjoint().orElseThrow(), dy, weights, noBias, false, gate, dx)
                .run(workers, scratch);
    }

    /// The gradients by the weight and the bias.
    ///
    /// @param dweight `(K, kernel, kernel, C/groups)` in memory, overwritten
    /// @param dbias `(K)`, overwritten
    public void parameterGradients(MemorySegment x, MemorySegment dy, MemorySegment dweight, MemorySegment dbias) {
        new WinogradWeightGradient(geometry).run(x, dy, dweight, dbias, workers, scratch);
    }
}
