package net.alexnet.bench;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.tensor.Shape;
import net.alexnet.torch.kernel.Kernels;
import net.alexnet.train.config.SgdConfig;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// What goes through parameters rather than maps: the update.
final class KernelVectors {
    private KernelVectors() {}

    /// One parameter on one side: what it is, its velocity, and the gradient that both sides share.
    private record Learned(Tensor w, Tensor v, Tensor gradient) {
        Learned copied() {
            return new Learned(w.clone(), v.clone(), gradient);
        }

        MemorySegment[] memory() {
            return new MemorySegment[] {KernelPair.memory(w), KernelPair.memory(v), KernelPair.memory(gradient)};
        }
    }

    /// All parameters of a network, beside the same in libtorch's operations in place. Its fused step is not to be had
    /// from Java, and its `SGD` keeps the rate outside the velocity.
    static KernelPair update(Architecture architecture) {
        SgdConfig optimizer = SgdConfig.paper();
        float momentum = (float) optimizer.momentum();
        float decay = (float) optimizer.decay(false);
        float rate = (float) optimizer.learningRate(false);
        List<Learned> ours = new ArrayList<>();
        for (Row row : architecture.rows()) {
            if (row.parameters() > 0) {
                ours.add(learned(row.weightShape()));
                ours.add(learned(Shape.of(row.weightShape().dim(0))));
            }
        }
        List<Learned> theirs = ours.stream().map(Learned::copied).toList();
        List<MemorySegment[]> memory = ours.stream().map(Learned::memory).toList();
        Kernels kernels = KernelPair.kernels();
        return new KernelPair(
                () -> memory.forEach(of -> kernels
                        .update(of[0], of[1], of[2], Optional.empty(), momentum, decay, rate)),
                () -> {
                    for (Learned of : theirs) {
                        of.v().mul_(new Scalar(momentum)).add_(of.w(), new Scalar(-(double) decay * rate))
                                .add_(of.gradient(), new Scalar(-(double) rate));
                        of.w().add_(of.v());
                    }
                    return tensors(theirs);
                }, ours.stream().map(Learned::gradient).toList(), tensors(ours), KernelPair.SAME_SUM);
    }

    private static Learned learned(Shape shape) {
        return new Learned(KernelPair.normal(shape), KernelPair.normal(shape), KernelPair.normal(shape));
    }

    private static List<Tensor> tensors(List<Learned> all) {
        return all.stream().flatMap(of -> List.of(of.w(), of.v()).stream()).toList();
    }
}
