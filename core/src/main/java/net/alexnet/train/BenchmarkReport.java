package net.alexnet.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.LayerListener.Pass;
import net.alexnet.nn.MemoryPlan;

/// What [Benchmark] has read. Operations are those of direct convolution and plain products, a multiply-add being two: a
/// cleverer algorithm shows as a higher rate, and may pass the rate of the plain product.
///
/// @param architecture what was measured
/// @param batch pictures in a step
/// @param rounds readings of each figure; of the plain product and of single pictures there are several a round
/// @param warmUp training steps before the first round
/// @param engine what computed
/// @param sgemmSide of the square matrices of the plain product
/// @param sgemm its rate in 10⁹ operations a second; shares are of the median
/// @param step seconds of a whole training step: handing over pictures, forward with dropout, loss, backward, update
/// @param inference seconds of a batch at test time, its probabilities read back
/// @param single seconds of one picture at test time, likewise
/// @param layers in the order of the network, from steps that stop after every pass
/// @param passes the same summed over the layers
/// @param update seconds of the optimiser in such a step
/// @param rest seconds of such a step outside all layers and the optimiser: handing over and freeing
/// @param stopped seconds of such a step
/// @param plan the bytes that training was expected to hold
/// @param resident what it held; empty where the system does not tell
/// @param faults page faults of a whole step; empty where the system does not tell
public record BenchmarkReport(
        Architecture architecture,
        int batch,
        int rounds,
        int warmUp,
        String engine,
        int sgemmSide,
        Summary sgemm,
        Summary step,
        Summary inference,
        Summary single,
        List<LayerCosts> layers,
        Map<Pass, Cost> passes,
        Summary update,
        Summary rest,
        Summary stopped,
        MemoryPlan plan,
        Optional<Resident> resident,
        Optional<Summary> faults) {

    /// A layer's passes.
    ///
    /// @param passes those that the layer has
    public record LayerCosts(Row row, Map<Pass, Cost> passes) {
        /// The median seconds of a pass, 0 if the layer has none.
        public double seconds(Pass pass) {
            Cost cost = passes.get(pass);
            return cost == null ? 0 : cost.seconds().median();
        }
    }

    /// What a pass takes.
    ///
    /// @param seconds for the batch
    /// @param operations counted in it, 0 for layers other than convolutions and dense ones
    public record Cost(Summary seconds, long operations) {
        /// 10⁹ operations a second by the median; empty if none are counted, or it took no time because another layer's
        /// kernel does its work.
        public OptionalDouble gigaflops() {
            double rate = operations / seconds.median() / 1e9;
            return operations > 0 && Double.isFinite(rate) ? OptionalDouble.of(rate) : OptionalDouble.empty();
        }
    }

    /// Bytes of physical memory that the process held.
    ///
    /// @param before with the engine open and nothing made
    /// @param made with the network, its velocities and the input
    /// @param peak the most, from then on through the training steps of the warm-up
    /// @param heapBefore of [#before], Java's heap, whether or not it was touched
    /// @param heapAfter of [#peak], the same
    public record Resident(long before, long made, long peak, long heapBefore, long heapAfter) {
        /// What training added, Java's heap included.
        public long grown() {
            return peak - before;
        }
    }

    /// Training, in pictures a second.
    public Summary trainingRate() {
        return rate(step, batch);
    }

    /// Inference by batches, in pictures a second.
    public Summary inferenceRate() {
        return rate(inference, batch);
    }

    private static Summary rate(Summary seconds, int pictures) {
        return new Summary(pictures / seconds.median(), pictures / seconds.greatest(), pictures / seconds.least());
    }

    /// 10⁹ operations of one picture's training step.
    public double trainingGigaflop() {
        return 2e-9 * architecture.trainingMultiplyAdds();
    }

    /// 10⁹ operations of one picture's forward pass.
    public double inferenceGigaflop() {
        return 2e-9 * architecture.multiplyAdds();
    }

    /// The training's rate of operations over that of the plain product.
    public double trainingShare() {
        return share(trainingRate().median() * trainingGigaflop());
    }

    /// The same of inference by batches.
    public double inferenceShare() {
        return share(inferenceRate().median() * inferenceGigaflop());
    }

    /// A rate over that of the plain product.
    ///
    /// @param gigaflops 10⁹ operations a second
    public double share(double gigaflops) {
        return gigaflops / sgemm.median();
    }
}
