package net.alexnet.inference;

import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import net.alexnet.nn.Network;

/// Evaluates a network in training at the end of each epoch, on examples that it does not learn
/// from.
@FunctionalInterface
public interface Validation {
    /// Evaluates a network.
    ///
    /// @param stop asked after every batch whether to give up
    /// @return the counts over all examples, or nothing if it was stopped
    Optional<TopKErrors.Report> evaluate(Network network, Evaluator.Listener listener, BooleanSupplier stop)
            throws IOException, InterruptedException;
}
