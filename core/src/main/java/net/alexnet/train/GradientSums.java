package net.alexnet.train;

import module java.base;
import net.alexnet.distributed.Group;
import net.alexnet.nn.Network;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.Tensor;
import net.alexnet.train.SgdOptimizer.Gradient;

/// A step's gradients on their way to sums over all ranks: each sum begins as soon as the backward pass has its gradient, so it
/// hides behind the rest of the pass. No parameter changes before all sums are there.
final class GradientSums implements Network.GradientSink {
    private final Group group;
    private final List<Gradient> gradients = new ArrayList<>();
    private final List<Group.Sum> sums = new ArrayList<>();

    GradientSums(Group group) {
        this.group = group;
    }

    @Override
    public void accept(Parameter parameter, Tensor gradient) {
        gradients.add(new Gradient(parameter, gradient));
        sums.add(group.sum(gradient));
    }

    /// Waits for all sums.
    List<Gradient> await() {
        sums.forEach(Group.Sum::await);
        return gradients;
    }

    /// Waits for all sums, whatever becomes of them, before the memory of the gradients is used again.
    void abandon() {
        for (Group.Sum sum : sums) {
            try {
                sum.await();
            } catch (RuntimeException e) {
                // the failure that led here is reported
            }
        }
    }
}
