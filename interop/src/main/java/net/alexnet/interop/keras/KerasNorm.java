package net.alexnet.interop.keras;

import module java.base;
import net.alexnet.io.MappedWeights.Part;
import net.alexnet.io.NamedTensor;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Shape;

/// The constants of a response normalization whose sums a 1×1 convolution computes: `k + alpha / size · Σ x²` over neighboring
/// maps is a convolution of the squares whose kernel is a band.
///
/// @param size how many maps a sum spans, an odd number
/// @param weight alpha / size
/// @param k the convolution's bias
/// @param groups in how many groups of maps
public record KerasNorm(int size, float weight, float k, int groups) {
    /// The constants of a convolution.
    ///
    /// @return empty if it computes anything else
    static Optional<KerasNorm> of(Part kernel, Part bias) {
        Shape shape = kernel.shape();
        int inputs = shape.dim(2);
        int outputs = shape.dim(3);
        if (shape.dim(0) != 1 || shape.dim(1) != 1 || outputs % inputs != 0 || inputs < 2
                || !bias.shape().equals(Shape.of(outputs))) {
            return Optional.empty();
        }
        try {
            MemorySegment values = kernel.values();
            MemorySegment biases = bias.values();
            int half = 0; // from the first column: the first map and those after it
            while (half + 1 < inputs && value(values, (half + 1) * outputs) != 0) {
                half++;
            }
            KerasNorm norm = new KerasNorm(2 * half + 1, value(values, 0), value(biases, 0), outputs / inputs);
            for (int i = 0; i < inputs; i++) {
                for (int o = 0; o < outputs; o++) {
                    float expected = Math.abs(i - o % inputs) <= half ? norm.weight : 0;
                    if (value(values, i * outputs + o) != expected || value(biases, o) != norm.k) {
                        return Optional.empty();
                    }
                }
            }
            return Optional.of(norm);
        } catch (IOException e) {
            return Optional.empty(); // too many values for an array
        }
    }

    private static float value(MemorySegment values, int index) {
        return values.getAtIndex(NamedTensor.FLOAT, index);
    }

    /// The constants of a normalization across maps.
    static KerasNorm of(LocalResponseNorm norm) {
        return new KerasNorm(norm.size(), (float) norm.scale(), (float) norm.k(), norm.groups());
    }

    /// The kernel of the convolution, (maps / groups, maps).
    float[][] kernel(int maps) {
        int inputs = maps / groups;
        float[][] values = new float[inputs][maps];
        for (int i = 0; i < inputs; i++) {
            for (int o = 0; o < maps; o++) {
                values[i][o] = Math.abs(i - o % inputs) <= size / 2 ? weight : 0;
            }
        }
        return values;
    }
}
