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
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Executors answer as [ImageClassifier] does.
@ExtendWith(Cluster.class)
@Timeout(300)
class PictureClassifierTest {
    private static final int PICTURES = 18;

    private static final SparkSession SPARK = Cluster.session();
    private static final String MODEL = Cluster.MODEL.toString();

    @TempDir
    static Path root;

    private static Path pictures;
    private static Path broken;
    private static ImageClassifier local;

    @BeforeAll
    static void makePictures() throws Exception {
        local = ImageClassifier.load(Cluster.MODEL);
        pictures = Toy.pictures(root.resolve("pictures"), PICTURES / 3);
        broken = Files.writeString(pictures.resolve("red/broken.jpg"), "This is not a picture.\n");
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

    /// Every picture has the answer of this process's classifier, and the broken one has a reason.
    private static void requireSameAnswers(List<Row> rows) throws IOException {
        assertThat(rows).hasSize(PICTURES + 1);
        assertThat(rows.stream().map(PictureClassifierTest::file)).doesNotHaveDuplicates();
        for (Row row : rows) {
            if (row.getAs("error") != null) {
                assertThat(file(row)).isEqualTo(broken);
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
                PictureClassifier.of(MODEL).top(2).classify(files().repartition(3)).collectAsList());
    }

    @Test
    void executorsReadFiles() throws IOException {
        requireSameAnswers(
                PictureClassifier.of(MODEL).top(2).classify(files().select("path")).collectAsList());
        String good = pictures.resolve("red/0.png").toString();
        String empty = Files.createFile(root.resolve("empty.png")).toString();
        Dataset<Row> plain = SPARK.createDataset(Arrays.asList(good, empty, root.resolve("none.jpg").toString(), null,
                root.toString(), "hdfs://host/picture.jpg"), Encoders.STRING()).toDF("path").coalesce(1);
        List<Row> rows = PictureClassifier.of(MODEL).classify(plain).collectAsList();
        assertThat(rows).extracting(row -> row.getAs("error") == null)
                .containsExactly(true, false, false, false, false, false);
        assertThat(rows.getFirst().<String>getAs("label")).isEqualTo(local.classify(Path.of(good)).best().label());
    }

    @Test
    void featuresAreThoseOfThisProcess() throws IOException {
        List<Row> rows = PictureClassifier.of(MODEL).features(files(), "fc7").collectAsList();
        assertThat(rows).hasSize(PICTURES + 1);
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
        requireSameAnswers(PictureClassifier.of(Cluster.SENT).top(2).classify(files()).collectAsList());
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
        requireSameAnswers(PictureClassifier.of(MODEL).top(2).classify(dying).collectAsList());
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
        PictureClassifier classifier = PictureClassifier.of(MODEL);
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
        ClassifyPictures.main(new String[] {MODEL, pictures.toString(), out.toString()});
        assertThat(SPARK.read().parquet(out.toString()).count()).isEqualTo(PICTURES + 1);
    }
}
