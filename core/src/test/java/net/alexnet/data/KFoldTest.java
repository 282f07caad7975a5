package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.alexnet.data.image.Image;
import org.junit.jupiter.api.Test;

class KFoldTest {
    private static final List<String> CLASSES = List.of("ant", "bee");
    private static final int FOLDS = 4;

    @Test
    void foldsAreDisjointCoverAllAndAreStratified() throws Exception {
        List<String> validated = new ArrayList<>();
        for (int fold = 1; fold <= FOLDS; fold++) {
            Dataset split = new KFold(fold, FOLDS, 1).of(dataset(13, 9));
            List<String> here = names(split.validation());
            assertThat(names(split.training())).doesNotContainAnyElementsOf(here).hasSize(22 - here.size());
            assertThat(here).hasSizeBetween(5, 6);
            assertThat(IntStream.range(0, here.size()).filter(i -> split.validation().label(i) == 0).count())
                    .isBetween(3L, 4L);
            validated.addAll(here);
        }
        assertThat(validated).hasSize(22).doesNotHaveDuplicates();
    }

    @Test
    void aFoldIsAFunctionOfTheNames() throws Exception {
        KFold fold = new KFold(2, FOLDS, 1);
        Dataset whole = dataset(13, 9);
        Dataset swapped = new Dataset("pictures", CLASSES, whole.validation(), whole.training(), "");
        assertThat(names(fold.of(swapped).validation()))
                .containsExactlyInAnyOrderElementsOf(names(fold.of(whole).validation()));
    }

    @Test
    void refusesMoreFoldsThanAClassHasPictures() {
        assertThatThrownBy(() -> new KFold(1, 5, 1).of(dataset(8, 4)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContainingAll("4 pictures of bee", "5 folds");
    }

    private static Dataset dataset(int ants, int bees) {
        return new Dataset("pictures", CLASSES, set(0, ants + 2, ants), set(ants + 2, ants + bees, ants), "");
    }

    /// Pictures of these numbers, which are their names; those from `bees` on are bees.
    private static ImageDataset set(int from, int end, int bees) {
        List<Integer> labels = IntStream.range(from, end).mapToObj(i -> i < bees ? 0 : 1).toList();
        return ListSet.map(ListSet.of(CLASSES, labels, i -> new Image(1, 1, 1, new byte[1])),
                sample -> new Sample(sample.source(), sample.label(), "picture "
                        + (from + Integer.parseInt(sample.name().substring("picture-".length())))));
    }

    private static List<String> names(ImageDataset set) {
        return IntStream.range(0, set.size()).mapToObj(set::name).toList();
    }
}
