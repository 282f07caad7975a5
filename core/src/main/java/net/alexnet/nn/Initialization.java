package net.alexnet.nn;

import static net.alexnet.tensor.CounterRng.Purpose.WEIGHTS;

import module java.base;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.tensor.CounterRng;

/// How a layer with weights starts: weights from a normal distribution around 0, constant biases.
///
/// The paper's standard deviation of .01 is for inputs of 0..255 less their mean (deviation near 70). With inputs of unit
/// deviation the signals vanish; [#HE] is for those. Mixing the two is the most frequent reason why a re-implementation
/// does not learn.
public enum Initialization {
    /// §5 of the paper: deviation .01; biases 1 in conv2, conv4, conv5, fc6 and fc7.
    PAPER,
    /// Run #145 of the source (`layer-params-145.cfg`): as the paper, but deviation .03 in conv3, conv4 and conv5.
    SOURCE,
    /// Caffe's `bvlc_alexnet`: deviation .01, in fc6 and fc7 .005; biases .1 where the paper has 1.
    CAFFE,
    /// Caffe's `bvlc_reference_caffenet`: the deviations of [#CAFFE], the biases of the paper.
    CAFFENET,
    /// The CIFAR-10 networks of cuda-convnet (`layers-19pct.cfg`): deviation .0001 in conv1, .01 elsewhere; biases 0.
    CUDA_CONVNET,
    /// He et al. (2015): deviation √(2 / fan-in), biases 0.
    HE;

    /// §5: the layers whose ReLUs get positive inputs at first, to speed up early learning.
    private static final Set<String> POSITIVE = Set.of("conv2", "conv4", "conv5", "fc6", "fc7");

    /// The standard deviation of a layer's initial weights.
    ///
    /// @param layer the layer's name, `conv1` … `fc8`
    /// @param fanIn how many inputs one of its units sees
    public double std(String layer, long fanIn) {
        return switch (this) {
            case PAPER -> 0.01;
            case SOURCE -> layer.equals("conv3") || layer.equals("conv4") || layer.equals("conv5") ? 0.03 : 0.01;
            case CAFFE, CAFFENET -> layer.equals("fc6") || layer.equals("fc7") ? 0.005 : 0.01;
            case CUDA_CONVNET -> layer.equals("conv1") ? 0.0001 : 0.01;
            case HE -> Math.sqrt(2.0 / fanIn);
        };
    }

    /// The initial value of a layer's biases.
    public double bias(String layer) {
        return switch (this) {
            case PAPER, SOURCE, CAFFENET -> POSITIVE.contains(layer) ? 1 : 0;
            case CAFFE -> POSITIVE.contains(layer) ? 0.1 : 0;
            case CUDA_CONVNET, HE -> 0;
        };
    }

    /// The initial values of a parameter, row-major: a function of the seed and of the layer's place alone. They are in
    /// native memory that the garbage collector frees.
    ///
    /// @param row the layer, one of the architecture's
    /// @param bias whether its bias is meant, not its weight
    public MemorySegment segment(Architecture architecture, Row row, boolean bias, long seed) {
        long count = bias ? row.weightShape().dim(0) : row.weightShape().elements();
        MemorySegment values = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, count);
        draw(architecture, row, bias, seed, values);
        return values;
    }

    /// Writes a parameter's initial values, as many floats as it has, into memory.
    void draw(Architecture architecture, Row row, boolean bias, long seed, MemorySegment values) {
        long count = values.byteSize() / Float.BYTES;
        String layer = row.name();
        if (bias) {
            for (long i = 0; i < count; i++) {
                values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) bias(layer));
            }
            return;
        }
        double std = std(layer, row.fanIn());
        RandomGenerator normal = CounterRng.generator(seed, WEIGHTS, architecture.rows().indexOf(row));
        for (long i = 0; i < count; i++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) normal.nextGaussian(0, std));
        }
    }
}
