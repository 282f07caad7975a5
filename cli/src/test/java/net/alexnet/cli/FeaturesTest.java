package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `features` and `similar` as a user runs them.
class FeaturesTest {
    private static final int PICTURES = 24;

    @TempDir
    static Path root;

    private static Path pictures;
    private static Path model;

    @TempDir
    Path folder;

    private Path own; // a copy of the pictures that a test may change

    @BeforeAll
    static void train() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 8, 1);
        Path recipe = Files.writeString(root.resolve("toy.yaml"), ToyRecipe.TEXT.replace("epochs: 8", "epochs: 2"));
        Path runs = root.resolve("runs");
        Result.done("train", "--data", pictures, "--recipe", recipe, "--runs", runs, "--progress", "none");
        model = runs.resolve("latest");
    }

    @BeforeEach
    void copy() throws Exception {
        own = folder.resolve("own");
        try (Stream<Path> files = Files.walk(pictures)) {
            for (Path file : files.toList()) {
                Files.copy(file, own.resolve(pictures.relativize(file).toString()));
            }
        }
    }

    // --- features ----------------------------------------------------------------------------------------------------

    private static List<JsonNode> rows(Path table) throws Exception {
        try (MappingIterator<JsonNode> rows = new CsvMapper().readerFor(JsonNode.class)
                .with(CsvSchema.emptySchema().withHeader()).readValues(table.toFile())) {
            return rows.readAll();
        }
    }

    private static Map<String, String> features(List<JsonNode> rows) {
        Map<String, String> features = new HashMap<>();
        rows.forEach(row -> {
            List<String> cells = new ArrayList<>();
            row.elements().forEachRemaining(cell -> cells.add(cell.asText()));
            features.put(row.get("file").asText(), String.join(",", cells.subList(1, cells.size())));
        });
        return features;
    }

    @Test
    void everyPictureHasARowAndBrokenOnesShiftNone() throws Exception {
        Path whole = folder.resolve("whole.csv");
        Result.done("features", model, "--data", own, "--out", whole, "--device", "reference");
        Map<String, String> expected = features(rows(whole));
        assertThat(expected).hasSize(PICTURES);
        ToyImages.writeText(own.resolve("discs/00-broken.jpg"));
        ToyImages.writeText(own.resolve("rows/3-broken.png"));
        Files.copy(own.resolve("rows/4.png"), own.resolve("loose.png"));
        Path table = folder.resolve("table.csv");
        Result result = Result.done("features", model, "--data", own, "--out", table, "--device", "reference",
                "--json");
        assertThat(result.warnings()).hasSize(2)
                .anyMatch(line -> line.contains("left out discs/00-broken.jpg"))
                .anyMatch(line -> line.contains("left out rows/3-broken.png"));
        JsonNode report = result.json();
        assertThat(report.get("rows").asInt()).isEqualTo(PICTURES + 1);
        assertThat(report.get("layer").asText()).isEqualTo("fc7");
        assertThat(report.get("rejected")).hasSize(2);
        List<JsonNode> rows = rows(table);
        assertThat(rows).extracting(row -> row.get("file").asText()).isSorted();
        Map<String, String> found = features(rows);
        String loose = found.remove("loose.png");
        assertThat(found).isEqualTo(expected);
        assertThat("rows" + loose).isEqualTo(expected.get("rows/4.png"));
    }

    @Test
    void softmaxIsWhatClassifySays() throws Exception {
        Path table = folder.resolve("p.csv");
        Path picture = own.resolve("rows/1.jpg");
        Result.done("features", model, "--data", picture, "--layer", "softmax", "--out", table, "--views", 10);
        JsonNode said = Result.done("classify", model, picture, "--views", 10, "--json").json().get(0);
        double best = said.get("predictions").get(0).get("probability").asDouble();
        List<JsonNode> rows = rows(table);
        assertThat(rows).hasSize(1);
        assertThat(rows.getFirst().get("label").asText()).isEmpty();
        double largest = Stream.of("f0", "f1", "f2").mapToDouble(f -> rows.getFirst().get(f).asDouble()).max()
                .orElseThrow();
        assertThat(largest).isCloseTo(best, within(1e-5));
    }

    @Test
    void preparedPicturesAndBothPartsOfASplitAreAllTaken() throws Exception {
        Path prepared = folder.resolve("prepared");
        Result.done("prepare", own, prepared, "--size", 20);
        Path table = folder.resolve("prepared.csv");
        Result.done("features", model, "--data", prepared, "--out", table);
        assertThat(features(rows(table))).hasSize(PICTURES);
        Files.createDirectories(folder.resolve("split/train"));
        Files.move(own.resolve("discs"), folder.resolve("split/train/discs"));
        Files.move(own, folder.resolve("split/val"));
        Result.done("features", model, "--data", folder.resolve("split"), "--out", table, "--force");
        List<JsonNode> rows = rows(table);
        assertThat(rows).hasSize(PICTURES)
                .allMatch(row -> row.get("file").asText().matches("(train|val)/" + row.get("label").asText() + "/.*"));
    }

    @Test
    void theOtherFormats() throws Exception {
        for (String name : List.of("f.npy")) {
            Path file = folder.resolve(name);
            Files.writeString(file, "an older file");
            Result result = Result.done("features", model, "--data", own, "--layer", "conv5", "--out", file,
                    "--force");
            assertThat(result.out()).startsWith(file + ": 24 pictures × ").contains("conv5");
            assertThat(Files.size(file)).isGreaterThan(PICTURES * 4L);
        }
        assertThat(Files.readAllLines(folder.resolve("f.npy.files.tsv"))).hasSize(PICTURES + 1);
    }

    @Test
    void misuseOfFeatures() throws Exception {
        Path out = folder.resolve("f.csv");
        Result.of("features", model, "--data", own, "--out", out, "--layer", "fc9")
                .isRefused(2, "the network has no layer 'fc9'; it has conv1, relu1", "fc8, softmax");
        Result.of("features", model, "--data", own, "--out", folder.resolve("f.txt"))
                .isRefused(2, ".npy", ".csv");
        Result.of("features", model, "--data", own, "--out", folder.resolve("f.parquet"))
                .isRefused(2, "f.parquet", ".csv", "Parquet");
        Result.of("features", model, "--data", own).isRefused(2, "--out");
        Result.of("features", model, "--data", folder.resolve("gone"), "--out", out)
                .isRefused(1, "there is no file or folder");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Result.of("features", model, "--data", empty, "--out", out).isRefused(1, "empty holds no pictures");
        Result.of("features", model, "--data", own, "--out", Files.createDirectory(folder.resolve("d.csv")))
                .isRefused(2, "--out: ", "is a folder");
        Path kept = Files.writeString(folder.resolve("kept.csv"), "kept");
        ToyImages.writeText(empty.resolve("text.jpg"));
        Result none = Result.of("features", model, "--data", empty, "--out", kept, "--force");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).contains("none of the 1 files can be read as a picture");
        assertThat(kept).hasContent("kept");
        assertThat(out).doesNotExist();
    }

    @Test
    void whatIsNamedTwiceIsTakenOnce() throws Exception {
        Path table = folder.resolve("once.csv");
        Path link = Files.createSymbolicLink(folder.resolve("link"), own);
        Result.done("features", model, "--data", own, "--data", own.resolve("../own"), "--data", link, "--out", table);
        assertThat(rows(table)).hasSize(PICTURES);
        JsonNode found = similar(own.resolve("rows/1.jpg"), own.resolve("rows/1.jpg"));
        assertThat(found).hasSize(1);
    }

    @Test
    void dataTakesOneFolderEachAndTheModelMayStandBehind() throws Exception {
        Path table = folder.resolve("table.csv");
        Result.done("features", "--data", own.resolve("rows"), model, "--data", own.resolve("discs"), "--out", table);
        assertThat(rows(table)).hasSize(PICTURES * 2 / 3);
        Result.of("features", "--data", own, "--out", folder.resolve("f.csv")).isRefused(2, "MODEL");
    }

    @Test
    void noFileIsReplacedUnasked() throws Exception {
        Path query = own.resolve("rows/1.jpg");
        byte[] picture = Files.readAllBytes(query);
        Path table = Files.writeString(folder.resolve("f.npy.files.tsv"), "names");
        Result.of("features", model, "--data", own, "--out", folder.resolve("f.npy"))
                .isRefused(2, "--out: " + table + " exists; --force replaces it");
        Result.of("features", model, "--data", query, "--out", query).isRefused(2, ".npy or .csv");
        Path odd = Files.copy(query, folder.resolve("picture.csv"));
        Result.of("features", model, "--data", odd, "--out", odd, "--force").isRefused(2,
                odd + " is the file that is read");
        assertThat(odd).hasBinaryContent(picture);
        assertThat(table).hasContent("names");
    }

    // --- similar -----------------------------------------------------------------------------------------------------

    private JsonNode similar(Object... more) throws Exception {
        List<Object> arguments = new ArrayList<>(List.of("similar", model, "--in", own, "--json"));
        arguments.addAll(List.of(more));
        return Result.done(arguments.toArray()).json();
    }

    private String nearest(JsonNode found, int place) {
        return own.relativize(Path.of(found.get("similar").get(place).get("file").asText())).toString()
                .replace('\\', '/');
    }

    @Test
    void plantedCopiesComeFirst() throws Exception {
        Files.copy(own.resolve("discs/2.png"), own.resolve("rows/copy.png"));
        JsonNode both = similar(own.resolve("discs/2.png"), own.resolve("rows/1.jpg"), "--top", 3);
        assertThat(both).hasSize(2);
        JsonNode disc = both.get(0);
        assertThat(disc.get("similar")).hasSize(3);
        assertThat(nearest(disc, 0)).isEqualTo("rows/copy.png");
        assertThat(disc.get("similar").get(0).get("distance").asDouble()).isZero();
        assertThat(disc.get("similar").get(0).get("class").asText()).isEqualTo("rows");
        assertThat(disc.toString())
                .doesNotContain("similar\":[{\"distance\":0.0,\"file\":\"" + own + "/discs/2.png");
        assertThat(nearest(both.get(1), 0)).isNotEqualTo("rows/1.jpg");
        for (JsonNode one : both) {
            assertThat(one.get("similar")).extracting(like -> like.get("distance").asDouble()).isSorted();
        }
    }

    @Test
    void aPictureFromElsewhereFindsItsCopy() throws Exception {
        Path outside = Files.copy(own.resolve("columns/5.jpg"), folder.resolve("outside.jpg"));
        JsonNode found = similar(outside, "--views", 10).get(0);
        assertThat(nearest(found, 0)).isEqualTo("columns/5.jpg");
        assertThat(found.get("similar").get(0).get("distance").asDouble()).isZero();
        assertThat(found.get("similar")).hasSize(6);
    }

    @Test
    void ofSeveralPicturesNoneFindsItself() throws Exception {
        JsonNode found = similar(own.resolve("discs"), own.resolve("rows/1.jpg"), own.resolve("columns"), "--top", 1);
        assertThat(found).hasSize(8 + 1 + 8);
        List<String> asked = new ArrayList<>();
        found.forEach(one -> asked.add(one.get("file").asText()));
        for (int i = 0; i < found.size(); i++) {
            String itself = i < 8 ? "discs/" + asked.get(i) : i == 8 ? "rows/1.jpg" : "columns/" + asked.get(i);
            assertThat(own.resolve(itself)).exists();
            assertThat(nearest(found.get(i), 0)).isNotEqualTo(itself);
        }
    }

    @Test
    void aPreparedPictureWhoseFileHasGoneIsNoLongerItself() throws Exception {
        Path prepared = folder.resolve("prepared");
        Result.done("prepare", own, prepared, "--size", 20);
        Path query = Files.move(own.resolve("rows/1.jpg"), folder.resolve("1.jpg"));
        JsonNode found = Result.done("similar", model, query, prepared, "--in", prepared, "--json", "--top", 1).json();
        assertThat(nearest(found.get(0), 0)).isEqualTo("rows/1.jpg");
        assertThat(found).hasSize(1 + PICTURES);
    }

    @Test
    void featuresAreComputedOnceUntilAPictureChanges() throws Exception {
        Path query = Files.copy(own.resolve("columns/5.jpg"), folder.resolve("outside.jpg"));
        Object[] command = {"similar", model, query, "--in", own, "--progress", "plain"};
        String first = said(Result.done(command));
        assertThat(said(Result.done(command))).isEqualTo(first);
        Path matrix = Path.of(first).resolve("features.npy");
        byte[] whole = Files.readAllBytes(matrix);
        byte[] damaged = whole.clone();
        damaged[damaged.length - 3] ^= 1;
        Files.write(matrix, damaged);
        String answer = Result.done(command).out();
        assertThat(Files.readAllBytes(matrix)).as("computed again").isEqualTo(whole);
        Files.copy(own.resolve("rows/2.png"), own.resolve("columns/6.png"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(said(Result.done(command))).isNotEqualTo(first);
        Files.delete(own.resolve("columns/5.jpg"));
        assertThat(Result.done(command).out()).doesNotContain("columns/5.jpg").isNotEqualTo(answer);
    }

    private static String said(Result result) {
        return result.errLines().stream().filter(line -> line.startsWith("stored features")).findFirst().orElseThrow()
                .replaceFirst("^stored features(, used again)?: ", "");
    }

    @Test
    void featuresAndSimilarShareWhatIsTheSame() throws Exception {
        Files.copy(own.resolve("rows/2.png"), own.resolve("discs/extra-" + System.nanoTime() + ".png"));
        Path prepared = folder.resolve("prepared");
        Result.done("prepare", own, prepared, "--size", 20, "--seed", System.nanoTime() & 0xFFFFFF);
        Result.done("finetune", model, "--data", prepared, "--freeze", "fc7", "--epochs", 1,
                "--runs", folder.resolve("runs"));
        Path table = folder.resolve("shared.csv");
        Result features = Result.done("features", model, "--data", prepared, "--out", table, "--progress", "plain");
        assertThat(features.err()).contains("stored features: ").doesNotContain("used again");
        Path query = own.resolve("rows/2.png");
        Result similar = Result.done("similar", model, query, "--in", prepared, "--progress", "plain");
        assertThat(similar.err()).contains("stored features, used again: ");
        assertThat(rows(table)).hasSize(PICTURES + 1);
        Result other = Result.done("similar", model, query, "--in", prepared, "--progress", "plain", "--layer", "fc6");
        assertThat(other.err()).contains("stored features: ").doesNotContain("used again");
        Path tunedRun = folder.resolve("runs/latest");
        assertThat(Result.done("similar", tunedRun, query, "--in", prepared, "--progress", "plain").err())
                .as("the fine-tuned net is the same up to here").contains("stored features, used again: ");
    }

    @Test
    void misuseOfSimilar() throws Exception {
        Path picture = own.resolve("rows/1.jpg");
        Result.of("similar", model, picture).isRefused(2, "--in");
        Result.of("similar", model, picture, "--in", own, "--top", 0).isRefused(2, "--top must be at least 1, found 0");
        Result.of("similar", model, picture, "--in", own, "--layer", "x").isRefused(2, "no layer 'x'");
        Result.of("similar", model, picture, "--in", Files.createDirectory(folder.resolve("empty")))
                .isRefused(1, "holds no pictures");
        ToyImages.writeText(folder.resolve("text.jpg"));
        Result none = Result.of("similar", model, folder.resolve("text.jpg"), "--in", own);
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.warnings()).singleElement().asString().contains("text.jpg");
    }
}
