package net.alexnet.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochOrderTest {
    @Test
    void isAPermutationOfTheWholeSet() {
        for (int size : new int[] {0, 1, 2, 3, 10, 1000}) {
            int[] order = EpochOrder.of(size, 42, 3);
            Arrays.sort(order);
            assertThat(order).isEqualTo(IntStream.range(0, size).toArray());
        }
    }

    @Test
    void dependsOnSeedAndEpochAlone() {
        int[] order = EpochOrder.of(100, 42, 3);
        assertThat(EpochOrder.of(100, 42, 3)).isEqualTo(order);
        assertThat(EpochOrder.of(100, 42, 4)).isNotEqualTo(order);
        assertThat(EpochOrder.of(100, 43, 3)).isNotEqualTo(order);
    }

    @Test
    void everyPermutationOfThreeIsAboutEquallyFrequent() {
        int[] counts = new int[27];
        for (int epoch = 0; epoch < 6000; epoch++) {
            int[] order = EpochOrder.of(3, 1, epoch);
            counts[order[0] * 9 + order[1] * 3 + order[2]]++;
        }
        assertThat(Arrays.stream(counts).filter(count -> count > 0).boxed().toList())
                .hasSize(6)
                .allMatch(count -> count > 850 && count < 1150); // 1000 ± 5 standard deviations
    }
}
