package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.alexnet.data.image.TestImages;
import org.junit.jupiter.api.Test;

class TrainValidationSplitTest {
    @Test
    void holdsOutAShareOfEveryClassAndLosesNoImage() {
        ImageDataset set = set(100, 7, 2, 1, 0);
        TrainValidationSplit.Parts parts = new TrainValidationSplit(0.2, 1).split(set);
        assertThat(perClass(parts.validation())).containsExactly(20, 1, 1, 0, 0);
        assertThat(perClass(parts.training())).containsExactly(80, 6, 1, 1, 0);
        Set<String> all = names(parts.training());
        all.addAll(names(parts.validation()));
        assertThat(all).hasSize(110).isEqualTo(names(set));
        assertThat(parts.training().classes()).isEqualTo(set.classes());
    }

    @Test
    void everyClassWithTwoImagesHasOneInEachPart() {
        for (double share : new double[] {0.001, 0.5, 0.999}) {
            TrainValidationSplit.Parts parts = new TrainValidationSplit(share, 1).split(set(2, 3));
            assertThat(perClass(parts.validation())).doesNotContain(0);
            assertThat(perClass(parts.training())).doesNotContain(0);
        }
    }

    @Test
    void dependsOnTheSeedAndOnNothingElse() {
        Set<String> once = names(new TrainValidationSplit(0.2, 1).split(set(100)).validation());
        assertThat(names(new TrainValidationSplit(0.2, 1).split(set(100)).validation())).isEqualTo(once);
        assertThat(names(new TrainValidationSplit(0.2, 2).split(set(100)).validation())).isNotEqualTo(once);
    }

    @Test
    void addingImagesMovesFewOthers() {
        Set<String> before = names(new TrainValidationSplit(0.2, 5).split(set(1000)).validation());
        Set<String> after = names(new TrainValidationSplit(0.2, 5).split(set(1010)).validation());
        Set<String> left = new HashSet<>(before);
        left.removeAll(after);
        assertThat(left).hasSizeLessThan(12);
    }

    @Test
    void aShareOfNothingHoldsNothingOut() throws Exception {
        ImageDataset set = set(3, 2, 1, 0);
        TrainValidationSplit none = new TrainValidationSplit(0, 1);
        assertThat(none.split(set).validation().size()).isZero();
        assertThat(none.split(set).validation().classes()).isEqualTo(set.classes());
        assertThat(names(none.dataset("toys", set, "").training())).isEqualTo(names(set));
        assertThat(none.sentence()).doesNotContain("%");
        assertThatIllegalArgumentException().isThrownBy(() -> new TrainValidationSplit(-0.1, 0));
    }

    @Test
    void describesItself() {
        assertThat(new TrainValidationSplit(0.2, 7).sentence()).startsWith("20 % of each class").contains("seed 7");
        assertThat(new TrainValidationSplit(0.125, 7).sentence()).startsWith("12.5 %");
        assertThatIllegalArgumentException().isThrownBy(() -> new TrainValidationSplit(1, 0))
                .withMessageContaining("1.0");
        assertThatIllegalArgumentException().isThrownBy(() -> new TrainValidationSplit(Double.NaN, 0));
    }

    private static ImageDataset set(int... sizes) {
        List<Integer> labels = new ArrayList<>();
        for (int label = 0; label < sizes.length; label++) {
            for (int i = 0; i < sizes[label]; i++) {
                labels.add(label);
            }
        }
        return ListSet.of(ClassNames.numbers(sizes.length), labels, i -> TestImages.pattern(1, 1, 1, i));
    }

    private static List<Integer> perClass(ImageDataset set) {
        List<Integer> counts = new ArrayList<>();
        for (int label = 0; label < set.classes().size(); label++) {
            int count = 0;
            for (int i = 0; i < set.size(); i++) {
                count += set.label(i) == label ? 1 : 0;
            }
            counts.add(count);
        }
        return counts;
    }

    private static Set<String> names(ImageDataset set) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < set.size(); i++) {
            names.add(set.name(i));
        }
        return names;
    }
}
