package net.alexnet.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PictureFiguresTest {
    @Test
    void theSearchTakesNoLongerThanItsNetworkAllows() {
        int small = PictureFigures.mostSearched(1000, 10_000_000);
        int large = PictureFigures.mostSearched(100, 700_000_000);
        assertThat(large).isBetween(300, 1000).isLessThan(small);
        assertThat(PictureFigures.mostSearched(900, 700_000_000)).as("as many as are evaluated").isEqualTo(900);
        assertThat(PictureFigures.mostSearched(50_000, 700_000_000)).isEqualTo(small).isLessThan(50_000);
        assertThat(PictureFigures.mostSearched(10, 0)).isEqualTo(small);
    }

    @Test
    void whatIsSearchedIsSpreadOverAll() {
        assertThat(PictureFigures.evenly(3, 5)).containsExactly(0, 1, 2);
        assertThat(PictureFigures.evenly(10, 4)).containsExactly(0, 2, 5, 7);
        int[] spread = PictureFigures.evenly(2_000_000, 3000);
        assertThat(spread).hasSize(3000).doesNotHaveDuplicates().isSorted().startsWith(0);
        assertThat(spread[2999]).isBetween(1_999_000, 1_999_999);
    }
}
