package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.LayerListener.Pass;
import net.alexnet.nn.TinyNetworks;
import org.junit.jupiter.api.Test;

class LayerTimerTest {
    private static final Architecture TINY = TinyNetworks.of(2).architecture();

    @Test
    void eachLapIsTheTimeSinceTheOneBefore() {
        Iterator<Long> clock = List.of(1_000_000_000L, 3_000_000_000L, 3_500_000_000L, 7_500_000_000L, 7_500_000_000L)
                .iterator();
        List<String> waits = new ArrayList<>();
        LayerTimer laps = new LayerTimer(() -> waits.add("waited"), clock::next);
        Row first = TINY.rows().get(0);
        Row second = TINY.rows().get(1);
        laps.start();
        laps.done(first, Pass.FORWARD);
        assertThat(laps.split()).isEqualTo(0.5);
        laps.done(second, Pass.BACKWARD_DATA);
        laps.done(second, Pass.BACKWARD_WEIGHTS);
        assertThat(laps.laps()).containsExactly(new LayerTimer.Lap(first, Pass.FORWARD, 2),
                new LayerTimer.Lap(second, Pass.BACKWARD_DATA, 4),
                new LayerTimer.Lap(second, Pass.BACKWARD_WEIGHTS, 0));
        assertThat(waits).as("for the device, before every look at the clock").hasSize(5);
    }

    @Test
    void aStartForgetsTheLapsBefore() {
        LayerTimer laps = new LayerTimer(() -> {}, System::nanoTime);
        laps.start();
        laps.done(TINY.rows().getFirst(), Pass.FORWARD);
        laps.start();
        assertThat(laps.laps()).isEmpty();
    }
}
