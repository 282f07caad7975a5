package net.alexnet.cli;

import module java.base;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Dense;
import net.alexnet.nn.Layer.Weighted;

/// Computes how training would scale to many hosts with one rank each, from the times of one rank. Nothing of this is measured
/// with that many hosts.
///
/// A step is played through: each layer's gradient is sent when the backward pass has it, one after the other over one link,
/// while the pass goes on. A ring of P ranks sends `2 (P − 1) / P` times the bytes of a gradient, in `2 (P − 1)` hops. A step
/// ends when all is computed and all has arrived. What is computed takes as long as on the slowest rank, of which
/// [#efficiency] takes an upper bound.
///
/// @param layers in the order of the backward pass, so the last layer first
/// @param forwardSeconds of a rank's batch
/// @param otherSeconds of a step: the update, and the upload of the pictures
/// @param batch pictures of each rank in a step, at least 1
/// @param deviation of a step's time from step to step, as a fraction of the mean; ranks vary independently of each other
/// @param onCpu whether the processor that computes also has the work of communicating
record ScalingModel(List<Pass> layers, double forwardSeconds, double otherSeconds, int batch, double deviation,
        boolean onCpu) {
    /// What arrives of a link's nominal rate: 244 MB over 1 Gb/s were read at 2.05 to 2.15 s.
    private static final double LINK = 0.94;

    /// CPU seconds of a rank for each byte of a float32 gradient: .15 s for 244 MB were read, with Gloo.
    private static final double CPU = 0.15 / 244e6;

    /// The same in bfloat16: .1 s for the sum, and .3 s for the conversions there and back.
    private static final double CPU_BFLOAT16 = 0.4 / 244e6;

    /// Seconds of a hop: a barrier of two ranks, which is two hops, was read at 80 µs.
    private static final double HOP = 40e-6;

    ScalingModel {
        layers = List.copyOf(layers);
    }

    /// How ranks exchange gradients.
    enum Exchange {
        /// Sums of float32 values.
        FLOAT32,
        /// Sums of bfloat16 values.
        BFLOAT16,
        /// Factors of the gradients of dense layers, and sums of the others.
        FACTORS,
        /// Inputs and outputs of dense layers, whose units the ranks share, and sums of the others.
        HYBRID
    }

    /// A layer's backward pass of a rank's batch.
    ///
    /// @param gradientBytes of its weight and bias in float32, 0 for a layer without
    /// @param factorBytes of one picture's factors in float32, 0 for a layer that is not dense
    /// @param inputBytes of them those of the layer's input
    /// @param weightSeconds of the gradient by the weights
    /// @param dataSeconds of the gradient by the inputs
    record Pass(long gradientBytes, long factorBytes, long inputBytes, double weightSeconds, double dataSeconds) {
        /// Of a row.
        static Pass of(Row row, double weightSeconds, double dataSeconds) {
            long inputs = row.layer() instanceof Dense ? row.in().elements() : 0;
            long factors = inputs == 0 ? 0 : inputs + row.out().elements();
            long values = row.layer() instanceof Weighted ? row.parameters() : 0;
            return new Pass(Float.BYTES * values, Float.BYTES * factors, Float.BYTES * inputs, weightSeconds,
                    dataSeconds);
        }
    }

    /// The rate of many ranks over as many times the rate of one.
    ///
    /// @param ranks at least 1, one on each host
    /// @param gigabits of each host's link in a second, nominal
    /// @return above 0; 1 for a single rank
    double efficiency(int ranks, double gigabits, Exchange exchange) {
        if (ranks == 1) {
            return 1;
        }
        double alone = forwardSeconds + otherSeconds
                + layers.stream().mapToDouble(it -> it.weightSeconds + it.dataSeconds).sum();
        double bytesPerSecond = LINK * gigabits * 1e9 / 8;
        double ring = 2 * (ranks - 1.0) / ranks;
        double hops = 2 * (ranks - 1.0) * HOP;
        // the greatest of P normal values is at most about sqrt(2 ln P) deviations above their mean
        double slowest = 1 + deviation * Math.sqrt(2 * Math.log(ranks));
        double computed = slowest * forwardSeconds;
        if (exchange == Exchange.HYBRID) { // the inputs of dense layers, and the logits, before the next layer
            List<Pass> dense = layers.stream().filter(layer -> layer.factorBytes > 0).toList();
            double bytes = (dense.getFirst().factorBytes + dense.stream().skip(1).mapToLong(Pass::inputBytes).sum())
                    * (ranks - 1.0) * batch;
            computed += hops / 2 * (dense.size() + 1) + bytes / bytesPerSecond + cost(CPU) * bytes;
        }
        double sent = 0;
        for (Pass layer : layers) {
            computed += slowest * layer.weightSeconds;
            if (exchange == Exchange.FACTORS && layer.factorBytes > 0) {
                double others = ranks - 1.0;
                double bytes = others * batch * layer.factorBytes;
                // the pass waits for them, and then multiplies those of all ranks
                computed = Math.max(computed, sent) + 2 * hops + bytes / bytesPerSecond + cost(CPU) * bytes
                        + slowest * others * layer.weightSeconds;
                sent = computed;
            } else if (exchange == Exchange.HYBRID && layer.factorBytes > 0) {
                // P times the pictures and 1/P of the units; each rank gets the gradient by its own inputs
                double bytes = (ranks - 1.0) * batch * layer.inputBytes;
                computed += hops / 2 + bytes / bytesPerSecond + cost(CPU) * bytes;
            } else {
                boolean half = exchange == Exchange.BFLOAT16;
                int tensors = layer.gradientBytes > 0 ? 2 : 0; // the weight and the bias
                sent = Math.max(sent, computed) + tensors * hops
                        + ring * layer.gradientBytes / (half ? 2 : 1) / bytesPerSecond;
                computed += cost(half ? CPU_BFLOAT16 : CPU) * layer.gradientBytes;
            }
            computed += slowest * layer.dataSeconds;
        }
        return alone / (Math.max(computed, sent) + slowest * otherSeconds);
    }

    private double cost(double seconds) {
        return onCpu ? seconds : 0;
    }
}
