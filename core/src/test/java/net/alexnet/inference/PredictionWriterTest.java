package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.alexnet.inference.Prediction.Score;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionWriterTest {
    private static final List<String> CLASSES = List.of("cat", "dog, hot", "the \"owl\"", "pig", "gnu", "élan");

    @TempDir
    private Path folder;

    @Test
    void writesATableWithAHeaderAndQuotesWhereNeeded() throws Exception {
        Path file = folder.resolve("predictions.csv");
        try (PredictionWriter predictions = PredictionWriter.predictions(file, CLASSES)) {
            predictions.accept(prediction("cat/1.jpg", 0, 1, 2, 0, 3, 4));
            predictions
                    .accept(prediction("dog, hot/a very long name that has no need of quotes.jpg", 1, 5, 4, 3, 2, 1));
            predictions.finish();
        }
        assertThat(Files.readString(file)).isEqualTo("""
                file,class,class_1,probability_1,class_2,probability_2,class_3,probability_3,class_4,probability_4,\
                class_5,probability_5
                cat/1.jpg,cat,"dog, hot",0.5,"the ""owl""\",0.25,cat,0.125,pig,0.0625,gnu,0.03125
                "dog, hot/a very long name that has no need of quotes.jpg","dog, hot",élan,0.5,gnu,0.25,pig,0.125,\
                "the ""owl""\",0.0625,"dog, hot",0.03125
                """);
        assertThat(names()).containsExactly("predictions.csv");
    }

    @Test
    void fewClassesMakeFewColumns() throws Exception {
        Path file = folder.resolve("predictions.csv");
        try (PredictionWriter predictions = PredictionWriter.predictions(file, List.of("a", "b"))) {
            predictions.accept(prediction("1", 1, 1, 0));
            predictions.finish();
        }
        assertThat(Files.readAllLines(file))
                .containsExactly("file,class,class_1,probability_1,class_2,probability_2", "1,b,b,0.5,a,0.25");
    }

    @Test
    void writesASubmissionWithTheIdsOfTheClasses() throws Exception {
        Path file = folder.resolve("submission.txt");
        try (PredictionWriter submission = PredictionWriter.submission(file, List.of(101, 7, 1000, 1, 2, 3))) {
            submission.accept(prediction("x", 0, 0, 1, 2, 3, 4));
            submission.accept(prediction("y", 0, 5, 4, 3, 2, 1));
            submission.finish();
        }
        assertThat(Files.readString(file)).isEqualTo("101 7 1000 1 2\n3 2 1 1000 7\n");
    }

    @Test
    void whatIsNotFinishedIsRemovedAndAnOldFileStays() throws Exception {
        Path file = folder.resolve("submission.txt");
        Files.writeString(file, "before");
        try (PredictionWriter submission = PredictionWriter.submission(file, List.of(1, 2, 3, 4, 5, 6))) {
            submission.accept(prediction("x", 0, 0, 1, 2, 3, 4));
            assertThat(names()).hasSize(2).contains("submission.txt");
        }
        assertThat(names()).containsExactly("submission.txt");
        assertThat(Files.readString(file)).isEqualTo("before");
    }

    @Test
    void twoWritersOfOneNameDoNotCollide() throws Exception {
        Path file = folder.resolve("submission.txt");
        Files.writeString(folder.resolve("submission.txt.tmp"), "a user's own");
        try (PredictionWriter one = PredictionWriter.submission(file, List.of(1, 2, 3, 4, 5, 6));
                PredictionWriter other = PredictionWriter.submission(file, List.of(1, 2, 3, 4, 5, 6))) {
            one.accept(prediction("x", 0, 0, 1, 2, 3, 4));
            other.accept(prediction("x", 0, 4, 3, 2, 1, 0));
            other.finish();
            assertThat(Files.readString(file)).isEqualTo("5 4 3 2 1\n");
            one.finish();
        }
        assertThat(Files.readString(file)).isEqualTo("1 2 3 4 5\n");
        assertThat(Files.readString(folder.resolve("submission.txt.tmp"))).isEqualTo("a user's own");
        assertThat(names()).containsExactly("submission.txt", "submission.txt.tmp");
    }

    @Test
    void saysWhatCannotBeWritten() {
        Path nowhere = folder.resolve("none/predictions.csv");
        assertThatIOException()
                .isThrownBy(() -> PredictionWriter.predictions(nowhere, CLASSES).close())
                .withMessageContaining("cannot write " + nowhere);
        assertThatIOException()
                .isThrownBy(() -> PredictionWriter.submission(folder, List.of(1)).close())
                .withMessageContaining("cannot write " + folder)
                .withMessageContaining("it is a folder");
    }

    private static Prediction prediction(String name, int label, int... best) {
        return new Prediction(name, label, 0.25f, IntStream.range(0, best.length)
                .mapToObj(place -> new Score(best[place], (float) Math.scalb(0.5, -place)))
                .toList());
    }

    private List<String> names() throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
        }
    }
}
