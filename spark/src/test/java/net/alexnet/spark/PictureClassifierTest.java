package net.alexnet.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import example.ClassifyPictures;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import net.alexnet.Classification;
import net.alexnet.ImageClassifier;
import net.alexnet.Training;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Executors answer as [ImageClassifier] does.
@Timeout(180)
class PictureClassifierTest {
    private static final int PICTURES = 18;

    @TempDir
    static Path root;

    private static Path pictures;
    private static Path broken;
    private static Path empty;
    private static Path model;
    private static ImageClassifier local;
    private static final SparkSession SPARK = Cluster.session();

    @BeforeAll
    static void trainModel() throws Exception {
        pictures = Toy.pictures(root.resolve("pictures"), PICTURES / 3);
        Path run = Training.on(pictures).recipe(Toy.recipe(root).toString()).runs(root.resolve("runs")).maxSteps(3)
                .run(() -> false).run().path();
        local = ImageClassifier.load(run);
        try (var files = Files.walk(run)) {
            Path last = files.filter(file -> file.endsWith("model.safetensors")).sorted().toList().getLast();
            model = Files.copy(last, root.resolve("toy.safetensors"));
        }
        broken = Files.writeString(pictures.resolve("red/broken.jpg"), "This is not a picture.\n");
        empty = Files.createFile(pictures.resolve("blue/empty.png"));
    }

    @AfterAll
    static void close() {
        local.close();
    }

    private static Dataset<Row> files() {
        return SPARK.read().format("binaryFile").option("recursiveFileLookup", true).load(pictures.toString());
    }

    private static Path file(Row row) {
        return Path.of(URI.create(row.getString(0)));
    }

    private static float[] floats(Row row, String column) {
        List<Float> values = row.getList(row.fieldIndex(column));
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i);
        }
        return floats;
    }

    /// Every picture has the answer of this process's classifier, and the two broken ones have reasons.
    private static void requireSameAnswers(List<Row> rows) throws IOException {
        assertThat(rows).hasSize(PICTURES + 2);
        assertThat(rows.stream().map(PictureClassifierTest::file)).doesNotHaveDuplicates();
        for (Row row : rows) {
            if (row.getAs("error") != null) {
                assertThat(file(row)).isIn(broken, empty);
                assertThat(row.isNullAt(1) && row.isNullAt(2) && row.isNullAt(3) && row.isNullAt(4)).isTrue();
                continue;
            }
            Classification wanted = local.classify(file(row));
            assertThat(row.<String>getAs("label")).isEqualTo(wanted.best().label());
            assertThat(row.<Float>getAs("probability")).isEqualTo(wanted.best().probability());
            assertThat(row.<String>getList(row.fieldIndex("labels")))
                    .isEqualTo(wanted.top(2).stream().map(Classification.Guess::label).toList());
            assertThat(floats(row, "probabilities"))
                    .isEqualTo(new float[] {wanted.top(2).get(0).probability(), wanted.top(2).get(1).probability()});
        }
    }

    @Test
    void picturesAreClassifiedAsInThisProcess() throws IOException {
        requireSameAnswers(
                PictureClassifier.of(model.toString()).top(2).classify(files().repartition(3)).collectAsList());
    }

    @Test
    void executorsReadFiles() throws IOException {
        requireSameAnswers(
                PictureClassifier.of(model.toString()).top(2).classify(files().select("path")).collectAsList());
        Dataset<Row> plain = SPARK.createDataset(
                Arrays.asList(pictures.resolve("red/0.png").toString(), pictures.resolve("none.jpg").toString(), null),
                Encoders.STRING()).toDF("path");
        List<Row> rows = PictureClassifier.of(model.toString()).classify(plain).collectAsList();
        assertThat(rows).extracting(row -> row.getAs("error") == null).containsExactly(true, false, false);
        assertThat(rows.getFirst().<String>getAs("label"))
                .isEqualTo(local.classify(pictures.resolve("red/0.png")).best().label());
    }

    @Test
    void featuresAreThoseOfThisProcess() throws IOException {
        List<Row> rows = PictureClassifier.of(model.toString()).features(files(), "fc7").collectAsList();
        assertThat(rows).hasSize(PICTURES + 2);
        for (Row row : rows) {
            if (row.getAs("error") == null) {
                assertThat(Arrays.equals(floats(row, "features"), local.features(file(row), "fc7"))).isTrue();
            } else {
                assertThat(row.isNullAt(1)).isTrue();
            }
        }
    }

    @Test
    void modelIsSentAlong() throws IOException {
        Path sent = Files.copy(model, root.resolve("sent.safetensors"));
        SPARK.sparkContext().addFile(sent.toString());
        requireSameAnswers(PictureClassifier.of("sent.safetensors").top(2).classify(files()).collectAsList());
    }

    /// Ends its executor after a few rows, once.
    record Dying(String once) implements MapPartitionsFunction<Row, Row> {
        @Override
        public Iterator<Row> call(Iterator<Row> rows) {
            return new Iterator<>() {
                private int given;

                @Override
                public boolean hasNext() {
                    return rows.hasNext();
                }

                @Override
                public Row next() {
                    if (TaskContext.getPartitionId() == 1 && given++ == 2 && Path.of(once).toFile().delete()) {
                        Runtime.getRuntime().halt(9);
                    }
                    return rows.next();
                }
            };
        }
    }

    @Test
    void aKilledExecutorChangesNothing() throws IOException {
        Path once = Files.createFile(root.resolve("once"));
        Dataset<Row> dying = files().select("path", "content").repartition(2);
        dying = dying.mapPartitions(new Dying(once.toString()), Encoders.row(dying.schema()));
        requireSameAnswers(PictureClassifier.of(model.toString()).top(2).classify(dying).collectAsList());
        assertThat(once).doesNotExist();
    }

    @Test
    void aMissingModelIsNamed() {
        assertThat(failure(PictureClassifier.of("none.safetensors").classify(files()))).contains("none.safetensors");
    }

    private static String failure(Dataset<Row> rows) {
        try {
            rows.collectAsList();
            return "";
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) { // Scala does not declare what it throws
            return e.toString();
        }
    }

    @Test
    void picturesNeedTheirColumns() {
        PictureClassifier classifier = PictureClassifier.of(model.toString());
        assertThatIllegalArgumentException().isThrownBy(() -> classifier.classify(SPARK.range(3).toDF()))
                .withMessageContainingAll("path", "id");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> classifier.classify(files().withColumn("content", col("length"))))
                .withMessageContainingAll("content", "binary", "bigint");
        assertThatIllegalArgumentException().isThrownBy(() -> classifier.top(0)).withMessageContaining("0");
    }

    @Test
    void theExampleRuns() {
        Path out = root.resolve("labels.parquet");
        ClassifyPictures.main(new String[] {model.toString(), pictures.toString(), out.toString()});
        assertThat(SPARK.read().parquet(out.toString()).count()).isEqualTo(PICTURES + 2);
    }
}
