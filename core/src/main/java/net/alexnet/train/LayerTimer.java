package net.alexnet.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.LayerListener;

/// Stops the time of every layer's pass in a walk through a network.
final class LayerTimer implements LayerListener {
    private final Runnable wait;
    private final LongSupplier clock;
    private final List<Lap> laps = new ArrayList<>();
    private long last;

    /// @param row whose pass it was
    /// @param seconds since the lap before
    record Lap(Row row, Pass pass, double seconds) {}

    /// @param wait returns when the device has done what was asked of it
    /// @param clock in nanoseconds
    LayerTimer(Runnable wait, LongSupplier clock) {
        this.wait = wait;
        this.clock = clock;
    }

    /// Forgets the laps so far. The first lap begins now.
    void start() {
        laps.clear();
        split();
    }

    @Override
    public void done(Row row, Pass pass) {
        laps.add(new Lap(row, pass, split()));
    }

    /// Ends a lap that no layer is the cause of.
    ///
    /// @return its seconds
    double split() {
        wait.run();
        long now = clock.getAsLong();
        double seconds = (now - last) / 1e9;
        last = now;
        return seconds;
    }

    /// Those since the start, in order.
    List<Lap> laps() {
        return List.copyOf(laps);
    }
}
