package net.alexnet.data.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class EpochShuffleTest {
    @Test
    void isAPermutationOfTheWholeSet() {
        for (int size : new int[] {0, 1, 2, 3, 10, 1000}) {
            int[] order = EpochShuffle.WHOLE.of(size, 42, 3);
            Arrays.sort(order);
            assertThat(order).isEqualTo(IntStream.range(0, size).toArray());
        }
    }

    /// The law of every order, windowed or not.
    @Property
    void isAPermutationForEveryWindow(
            @ForAll @IntRange(min = 0, max = 300) int size, @ForAll @IntRange(min = 0, max = 330) int window) {
        int[] order = new EpochShuffle(window).of(size, 42, 3);
        Arrays.sort(order);
        assertThat(order).isEqualTo(IntStream.range(0, size).toArray());
    }

    @Test
    void aWindowKeepsNeighborsNear() {
        int window = 800;
        int[] order = new EpochShuffle(window).of(100_000, 1, 0);
        for (int from = 0; from < order.length; from += window) {
            int[] blocks = Arrays.stream(order, from, from + window).map(i -> i / (window / 8)).distinct().toArray();
            assertThat(blocks).hasSize(8); // read in eight pieces, each in a line
            assertThat(Arrays.stream(blocks).max().orElseThrow() - Arrays.stream(blocks).min().orElseThrow())
                    .isGreaterThan(100); // and they stand far apart in the set
        }
        assertThat(new EpochShuffle(window).of(100_000, 1, 1)).isNotEqualTo(order);
        assertThat(new EpochShuffle(window).of(100_000, 1, 0)).isEqualTo(order);
    }

    @Test
    void dependsOnSeedAndEpochAlone() {
        int[] order = EpochShuffle.WHOLE.of(100, 42, 3);
        assertThat(EpochShuffle.WHOLE.of(100, 42, 3)).isEqualTo(order);
        assertThat(EpochShuffle.WHOLE.of(100, 42, 4)).isNotEqualTo(order);
        assertThat(EpochShuffle.WHOLE.of(100, 43, 3)).isNotEqualTo(order);
    }

    @Test
    void everyPermutationOfThreeIsAboutEquallyFrequent() {
        int[] counts = new int[27];
        for (int epoch = 0; epoch < 6000; epoch++) {
            int[] order = EpochShuffle.WHOLE.of(3, 1, epoch);
            counts[order[0] * 9 + order[1] * 3 + order[2]]++;
        }
        assertThat(Arrays.stream(counts).filter(count -> count > 0).boxed().toList())
                .hasSize(6)
                .allMatch(count -> count > 850 && count < 1150); // 1000 ± 5 standard deviations
    }
}
