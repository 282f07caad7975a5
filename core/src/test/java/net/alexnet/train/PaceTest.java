package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = 1_000_000_000;

    private long now = 17 * SECOND; // a clock's zero is anywhere
    private long waited = 3 * SECOND;
    private final Pace pace = new Pace(() -> now, () -> waited);

    @Test
    void beforeTheFirstStepThereIsNoSpeed() {
        assertThat(pace.picturesPerSecond()).isZero();
        assertThat(pace.recentPicturesPerSecond()).isZero();
        assertThat(pace.recentWaitShare()).isZero();
    }

    @Test
    void countsPicturesOverTimeAndTheShareOfWaiting() {
        step(2 * SECOND, SECOND / 2, 128);
        step(2 * SECOND, SECOND / 2, 64); // the smaller last batch of an epoch
        assertThat(pace.recentPicturesPerSecond()).isEqualTo(48, within(1e-9));
        assertThat(pace.picturesPerSecond()).isEqualTo(48, within(1e-9));
        assertThat(pace.recentWaitShare()).isEqualTo(0.25, within(1e-9));
    }

    @Test
    void aMarkBeginsTheRecentSpanAnewAndNotTheWhole() {
        step(SECOND, SECOND, 10);
        pace.mark();
        assertThat(pace.recentPicturesPerSecond()).isZero();
        step(SECOND, 0, 30);
        assertThat(pace.recentPicturesPerSecond()).isEqualTo(30, within(1e-9));
        assertThat(pace.recentWaitShare()).isZero();
        assertThat(pace.picturesPerSecond()).isEqualTo(20, within(1e-9));
    }

    @Test
    void aPauseDoesNotCount() {
        step(SECOND, 0, 10);
        now += 100 * SECOND; // a validation, which waits for its own data
        waited += 5 * SECOND;
        pace.resume();
        step(SECOND, SECOND / 10, 10);
        assertThat(pace.picturesPerSecond()).isEqualTo(10, within(1e-9));
        assertThat(pace.recentWaitShare()).isEqualTo(0.05, within(1e-9));
    }

    @Test
    void aClockThatStandsStillGivesNoInfiniteSpeed() {
        step(0, 0, 10);
        assertThat(pace.picturesPerSecond()).isZero();
        assertThat(pace.recentWaitShare()).isZero();
    }

    private void step(long nanos, long wait, int pictures) {
        now += nanos;
        waited += wait;
        pace.step(pictures);
    }
}
