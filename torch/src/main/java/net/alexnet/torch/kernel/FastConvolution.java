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
        int sums = new WinogradWeightGradient(geometry).sumsLength();
        for (Scratch each : scratch) {
            each.expect(Use.SHARE, sums); // the way forward meets all convolutions before the way back needs it
        }
    }

    /// Prepared weights belong to one form: equal forms read them alike, whatever the batch and the map.
    public record Form(int groups, int kernel, int stride) {}

    /// What [#prepare] prepares for.
    public Form form() {
        return new Form(geometry.groups(), geometry.kernel(), geometry.stride());
    }

    /// How many floats [#prepare] writes.
    public int preparedLength() {
        return new WinogradWeights(geometry, false).length();
    }

    /// What [#forward] reads in place of the weight.
    ///
    /// @param weight `(K, kernel, kernel, C/groups)` in memory
    /// @param prepared at least [#preparedLength] floats
    public void prepare(MemorySegment weight, float[] prepared) {
        new WinogradWeights(geometry, false).transform(weight, prepared, workers, scratch);
    }

    /// The output, with bias.
    ///
    /// @param x `(N, H, W, C)` in memory
    /// @param bias one value per output channel
    /// @param relu whether negative outputs become 0
    /// @param y `(N, H', W', K)` in memory, overwritten
    public void forward(MemorySegment x, float[] prepared, float[] bias, boolean relu, MemorySegment y) {
        new WinogradConvolution(geometry)
                .run(x, prepared, bias, relu, Optional.empty(), y, workers, scratch);
    }

    /// Whether the gradient by the input is faster here as well.
    public boolean hasInputGradient() {
        return geometry.adjoint().isPresent();
    }

    /// How many floats [#prepareInputGradient] writes.
    public int inputGradientPreparedLength() {
        return new WinogradWeights(geometry.adjoint().orElseThrow(), true).length();
    }

    /// What [#inputGradient] reads in place of the weight.
    public void prepareInputGradient(MemorySegment weight, float[] prepared) {
        new WinogradWeights(geometry.adjoint().orElseThrow(), true).transform(weight, prepared, workers, scratch);
    }

    /// The gradient by the input.
    ///
    /// @param dy `(N, H', W', K)` in memory
    /// @param gate the convolution's input, if it came out of a ReLU and the gradient is to go on through it: 0 where it is 0
    /// @param dx `(N, H, W, C)` in memory, overwritten
    public void inputGradient(MemorySegment dy, float[] prepared, Optional<MemorySegment> gate, MemorySegment dx) {
        new WinogradConvolution(geometry.adjoint().orElseThrow())
                .run(dy, prepared, new float[geometry.channels()], false, gate, dx, workers, scratch);
    }

    /// The gradients by the weight and the bias.
    ///
    /// @param dweight `(K, kernel, kernel, C/groups)` in memory, overwritten
    /// @param dbias `(K)`, overwritten
    public void parameterGradients(MemorySegment x, MemorySegment dy, MemorySegment dweight, MemorySegment dbias) {
        new WinogradWeightGradient(geometry).run(x, dy, dweight, dbias, workers, scratch);
    }
}
