package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ThroughputTest {
    private static final long SECOND = 1_000_000_000;

    private long now = 17 * SECOND; // a clock's zero is anywhere
    private long waited = 3 * SECOND;
    private final Throughput throughput = new Throughput(() -> now, () -> waited);

    @Test
    void beforeTheFirstStepThereIsNoSpeed() {
        assertThat(throughput.whole().imagesPerSecond()).isZero();
        assertThat(throughput.recent().imagesPerSecond()).isZero();
        assertThat(throughput.recent().waitShare()).isZero();
    }

    @Test
    void countsPicturesOverTimeAndTheShareOfWaiting() {
        step(2 * SECOND, SECOND / 2, 128);
        step(2 * SECOND, SECOND / 2, 64); // the smaller last batch of an epoch
        assertThat(throughput.recent().imagesPerSecond()).isEqualTo(48, within(1e-9));
        assertThat(throughput.whole().imagesPerSecond()).isEqualTo(48, within(1e-9));
        assertThat(throughput.recent().waitShare()).isEqualTo(0.25, within(1e-9));
    }

    @Test
    void aMarkRestartsTheRecentSpanOnly() {
        step(SECOND, SECOND, 10);
        throughput.mark();
        assertThat(throughput.recent().imagesPerSecond()).isZero();
        step(SECOND, 0, 30);
        assertThat(throughput.recent().imagesPerSecond()).isEqualTo(30, within(1e-9));
        assertThat(throughput.recent().waitShare()).isZero();
        assertThat(throughput.whole().imagesPerSecond()).isEqualTo(20, within(1e-9));
    }

    @Test
    void aPauseDoesNotCount() {
        step(SECOND, 0, 10);
        now += 100 * SECOND; // a validation, which waits for its own data
        waited += 5 * SECOND;
        throughput.resume();
        step(SECOND, SECOND / 10, 10);
        assertThat(throughput.whole().imagesPerSecond()).isEqualTo(10, within(1e-9));
        assertThat(throughput.recent().waitShare()).isEqualTo(0.05, within(1e-9));
    }

    @Test
    void noElapsedTimeGivesNoSpeed() {
        step(0, 0, 10);
        assertThat(throughput.whole().imagesPerSecond()).isZero();
        assertThat(throughput.recent().waitShare()).isZero();
    }

    private void step(long nanos, long wait, int pictures) {
        now += nanos;
        waited += wait;
        throughput.step(pictures);
    }
}
