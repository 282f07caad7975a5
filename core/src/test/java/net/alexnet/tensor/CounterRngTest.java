package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import net.alexnet.tensor.CounterRng.Purpose;
import org.junit.jupiter.api.Test;

class CounterRngTest {
    private static final int MANY = 100_000;

    /// Computed in Python. If these numbers change, so does every run, and no checkpoint resumes as before.
    @Test
    void theNumbersAreFixed() {
        // No counters, seed 0: the first number of SplitMix64 from 0, as its authors publish it.
        assertThat(CounterRng.bits(0, Purpose.WEIGHTS)).isEqualTo(0xe220a8397b1dcdafL);
        assertThat(CounterRng.bits(42, Purpose.DROPOUT, 7, 18)).isEqualTo(0x37991e9a664afa29L);
        assertThat(CounterRng.bits(-1, Purpose.SPLIT, -5)).isEqualTo(0x4719a1db5bc2a785L);
        assertThat(CounterRng.bits(Long.MIN_VALUE, Purpose.ORDER, 0, 1, 2)).isEqualTo(0xee1dcab5f10a0264L);
        long start = CounterRng.bits(42, Purpose.DROPOUT, 7, 18);
        assertThat(
                new float[] {CounterRng.uniform(start, 0), CounterRng.uniform(start, 1), CounterRng.uniform(start, 2)})
                .containsExactly(15606169 * 0x1p-24f, 12023748 * 0x1p-24f, 16074038 * 0x1p-24f);
    }

    @Test
    void everySeedPurposeAndCounterGivesOtherBits() {
        Set<Long> seen = new HashSet<>();
        for (Purpose purpose : Purpose.values()) {
            for (long seed = 0; seed < 20; seed++) {
                seen.add(CounterRng.bits(seed, purpose));
                for (long first = 0; first < 20; first++) {
                    seen.add(CounterRng.bits(seed, purpose, first));
                    for (long second = 0; second < 20; second++) {
                        seen.add(CounterRng.bits(seed, purpose, first, second));
                    }
                }
            }
        }
        assertThat(seen).hasSize(Purpose.values().length * 20 * (1 + 20 + 20 * 20));
    }

    @Test
    void uniformNumbersFillTheUnitInterval() {
        long start = CounterRng.bits(1, Purpose.DROPOUT, 2, 3);
        int[] tenths = new int[10];
        double sum = 0;
        double product = 0;
        for (int i = 0; i < MANY; i++) {
            float value = CounterRng.uniform(start, i);
            assertThat(value).isGreaterThanOrEqualTo(0).isLessThan(1);
            tenths[(int) (10 * value)]++;
            sum += value;
            product += (value - 0.5) * (CounterRng.uniform(start, i + 1) - 0.5);
        }
        assertThat(sum / MANY).isCloseTo(0.5, within(0.004)); // its deviation is .0009
        assertThat(product / MANY).isCloseTo(0, within(0.0011)); // neighbors are independent; its deviation is .00026
        for (int count : tenths) {
            assertThat(count).isBetween(MANY / 10 - 400, MANY / 10 + 400); // its deviation is 95
        }
    }

    @Test
    void aGeneratorFollowsFromItsCountersAlone() {
        long[] numbers = CounterRng.generator(1, Purpose.ORDER, 5).longs(100).toArray();
        assertThat(CounterRng.generator(1, Purpose.ORDER, 5).longs(100).toArray()).isEqualTo(numbers);
        assertThat(numbers).doesNotHaveDuplicates().doesNotContain(
                CounterRng.generator(1, Purpose.ORDER, 6).nextLong(),
                CounterRng.generator(2, Purpose.ORDER, 5).nextLong(),
                CounterRng.generator(1, Purpose.AUGMENTATION, 5).nextLong());
    }
}
