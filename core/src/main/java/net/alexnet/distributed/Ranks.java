package net.alexnet.distributed;

import java.time.Duration;

/// How the ranks of a run are connected.
///
/// @param rendezvous where they meet, and which of them this process is
/// @param timeout how long a rank waits for the others before it gives up, above 0
/// @param wire how sums of gradients travel; what towers, factors and hybrid exchange is always float32. Half the bytes with
///     [Wire#BFLOAT16], at a relative error of about 3e-3 of a sum
public record Ranks(Rendezvous rendezvous, Duration timeout, Wire wire) {
    /// Long enough for a rank that saves a checkpoint. Ranks meet before they prepare pictures: if a host needs longer for
    /// that than another, prepare them first.
    public static final Duration TIMEOUT = Duration.ofMinutes(5);

    /// The number format of gradients on their way.
    public enum Wire {
        /// As they are computed.
        FLOAT32,
        /// Rounded to 8 bits of precision, sums too.
        BFLOAT16
    }

    public Ranks {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("the timeout must be above 0, found " + timeout);
        }
    }
}
