package net.alexnet.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import net.alexnet.net.Architecture;
import net.alexnet.net.Architecture.Row;
import net.alexnet.net.Meter.Pass;
import net.alexnet.net.TinyNetworks;
import org.junit.jupiter.api.Test;

class LapsTest {
    private static final Architecture TINY = TinyNetworks.of(2).architecture();

    @Test
    void eachLapIsTheTimeSinceTheOneBefore() {
        Iterator<Long> clock = List.of(1_000_000_000L, 3_000_000_000L, 3_500_000_000L, 7_500_000_000L, 7_500_000_000L)
                .iterator();
        List<String> waits = new ArrayList<>();
        Laps laps = new Laps(() -> waits.add("waited"), clock::next);
        Row first = TINY.rows().get(0);
        Row second = TINY.rows().get(1);
        laps.start();
        laps.done(first, Pass.FORWARD);
        assertThat(laps.split()).isEqualTo(0.5);
        laps.done(second, Pass.BACKWARD_DATA);
        laps.done(second, Pass.BACKWARD_WEIGHTS);
        assertThat(laps.laps()).containsExactly(new Laps.Lap(first, Pass.FORWARD, 2),
                new Laps.Lap(second, Pass.BACKWARD_DATA, 4), new Laps.Lap(second, Pass.BACKWARD_WEIGHTS, 0));
        assertThat(waits).as("for the device, before every look at the clock").hasSize(5);
    }

    @Test
    void aStartForgetsTheLapsBefore() {
        Laps laps = new Laps(() -> {}, System::nanoTime);
        laps.start();
        laps.done(TINY.rows().getFirst(), Pass.FORWARD);
        laps.start();
        assertThat(laps.laps()).isEmpty();
    }
}
