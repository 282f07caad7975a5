package net.alexnet.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.alexnet.data.ImageDataset;
import net.alexnet.inference.Prediction;
import net.alexnet.inference.Prediction.Score;
import net.alexnet.inference.TopKErrors.ClassErrors;
import net.alexnet.inference.TopKErrors.Confusion;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.report.ValidationPass.Answer;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;

class ValidationPartsTest {
    private static final List<String> CLASSES = List.of("cat", "dog");

    private static Answer answer(int index, int label, float ofLabel, Score... best) {
        return Answer.of(index, new Prediction("one.jpg", label, ofLabel, List.of(best)));
    }

    private static final ValidationPass PASS = new ValidationPass(CLASSES, new ImageDataset(CLASSES, List.of()),
            new ImageDataset(CLASSES, List.of()),
            new Report(10, 4, 0, 1.5, List.of(), List.of(new ClassErrors(0, 4, 1), new ClassErrors(1, 6, 3)),
                    OptionalDouble.empty()),
            List.of(new Confusion(1, 0, 3), new Confusion(0, 0, 3), new Confusion(1, 1, 3), new Confusion(0, 1, 1)),
            List.of(answer(0, 0, 0.75f, new Score(0, 0.75f), new Score(1, 0.25f)),
                    answer(1, 0, 0.125f, new Score(1, 0.875f), new Score(0, 0.125f)),
                    answer(2, 1, 0.5f, new Score(0, 0.5f), new Score(1, 0.5f))),
            "");

    @Test
    void ranksPicturesByLossAndByMargin() {
        assertThat(PASS.worst(2)).extracting(Answer::index).containsExactly(1, 2);
        assertThat(PASS.leastSure(9)).extracting(Answer::index).containsExactly(2, 0, 1);
        assertThat(PASS.pictures().get(1).loss()).isCloseTo(Math.log(8), within(1e-6));
        assertThat(PASS.pictures().get(1).margin()).isCloseTo(0.75, within(1e-6));
    }

    @Test
    void anImpossibleClassHasAFiniteLoss() {
        assertThat(answer(0, 1, 0, new Score(0, 1)).loss()).isFinite();
    }

    @Test
    void listsOnlyMistakesAsMistakes() {
        Document page = Jsoup.parse(new ValidationParts(PASS).pairs().html());
        assertThat(page.select("tbody tr").eachText()).containsExactly("dog cat 3", "cat dog 1");
    }

    @Test
    void classesAreOrderedByTheirError() {
        Document page = Jsoup.parse(new ValidationParts(PASS).classErrors().html());
        assertThat(page.select("tbody th").eachText()).containsExactly("dog", "cat");
        assertThat(page.expectFirst("tbody tr").text()).isEqualTo("dog 50.00 % 18.8 to 81.2 3 6");
    }

    /// Of 3 classes: 30 right answers and 2 mistakes, both of the first class.
    private static final ValidationPass MOSTLY_RIGHT = new ValidationPass(PASS.classes(), PASS.images(),
            PASS.training(), PASS.report(), PASS.confusions(),
            IntStream.range(0, 32).mapToObj(i -> i < 2
                    ? answer(i, 0, 0.25f, new Score(1, 0.75f), new Score(0, 0.25f))
                    : answer(i, i % 3, 0.75f, new Score(i % 3, 0.75f), new Score((i + 1) % 3, 0.25f))).toList(),
            "");

    @Test
    void pictureFiguresShowRightAnswersAndMistakesOfAllClasses() {
        List<Answer> shown = MOSTLY_RIGHT.mixed(8);
        assertThat(shown).extracting(Answer::isRight).containsExactly(true, false, true, false, true, true, true, true);
        assertThat(shown).extracting(Answer::index).doesNotHaveDuplicates();
        assertThat(shown.stream().collect(Collectors.groupingBy(Answer::label, Collectors.counting())))
                .hasSize(3).allSatisfy((_, count) -> assertThat(count).isBetween(2L, 3L));
        assertThat(MOSTLY_RIGHT.mixed(5)).isEqualTo(shown.subList(0, 5));
        assertThat(PASS.mixed(8)).as("all that there are").hasSize(3);
    }
}
