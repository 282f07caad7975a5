package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import net.alexnet.inference.LabelSuspects.Suspect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelSuspectsTest {
    @Test
    void suspectsWhatIsAsSureOfAnotherClassAsThatClassesOwn() {
        float[] probabilities = {
            0.9f, 0.1f, 0, // class 0, as it should be
            0.7f, 0.3f, 0, // likewise: the threshold of class 0 is the mean of 0.9, 0.7, 0.35 and 0.05, 0.5
            0.35f, 0.65f, 0, // another class is more probable, but not as sure as that class's own 0.8
            0.05f, 0.85f, 0.1f, // suspect
            0.55f, 0.35f, 0.1f, // class 1: suspect of class 0, whose threshold it reaches
            0, 1, 0, // class 1, as it should be
            0, 1, 0,
        };
        int[] labels = {0, 0, 0, 0, 1, 1, 1};
        assertThat(LabelSuspects.of(probabilities, labels, 3))
                .containsExactly(new Suspect(3, 0, 1, 0.05f, 0.85f), new Suspect(4, 1, 0, 0.35f, 0.55f));
    }

    @Test
    void namesTheMostProbableOfSeveralClasses() {
        float[] probabilities = {0.1f, 0.4f, 0.5f, 0.6f, 0.4f, 0, 0.6f, 0.4f, 0, 0.6f, 0, 0.4f};
        assertThat(LabelSuspects.of(probabilities, new int[] {0, 0, 1, 2}, 3).getFirst())
                .isEqualTo(new Suspect(0, 0, 2, 0.1f, 0.5f));
    }

    /// Two clouds of scores; one label in ten is flipped.
    @Test
    void findsFlippedLabels() {
        Random random = new Random(1);
        int[] labels = new int[1000];
        float[] probabilities = new float[2 * labels.length];
        for (int i = 0; i < labels.length; i++) {
            double score = (i % 2 == 0 ? 2 : -2) + random.nextGaussian();
            probabilities[2 * i] = (float) (1 / (1 + Math.exp(-score)));
            probabilities[2 * i + 1] = 1 - probabilities[2 * i];
            labels[i] = i % 10 == 0 ? 1 - i % 2 : i % 2;
        }
        List<Suspect> suspects = LabelSuspects.of(probabilities, labels, 2);
        long right = suspects.stream().filter(one -> one.index() % 10 == 0).count();
        assertThat(right).as("of 100 flipped ones").isGreaterThan(60);
        assertThat(right / (double) suspects.size()).as("precision").isGreaterThan(0.9);
        assertThat(suspects.subList(0, 50)).as("the most suspicious").allMatch(one -> one.index() % 10 == 0);
    }

    @Test
    void writesATableAndNoneWithoutSuspects(@TempDir Path folder) throws Exception {
        List<Suspect> suspects = List.of(new Suspect(7, 0, 1, 0.05f, 0.85f));
        LabelSuspects.write(folder, suspects, index -> "ants/" + index + ".jpg", List.of("ants", "bees"));
        assertThat(Files.readAllLines(folder.resolve("suspects.tsv"))).containsExactly(
                "file\tclass\tlikelier_class\tclass_probability\tlikelier_probability",
                "ants/7.jpg\tants\tbees\t0.0500\t0.8500");
        LabelSuspects.write(folder, List.of(), String::valueOf, List.of());
        assertThat(folder.resolve("suspects.tsv")).doesNotExist();
    }

    @Test
    void refusesProbabilitiesOfAnotherNumber() {
        assertThatIllegalArgumentException().isThrownBy(() -> LabelSuspects.of(new float[5], new int[2], 3))
                .withMessageContaining("6").withMessageContaining("5");
    }
}
