package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.alexnet.data.Datasets;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Where the answers of `classify` go: exit codes, tables, and folders of sorted pictures.
class ClassifyTest {
    @TempDir
    static Path root;

    private static Path run;

    @TempDir
    private Path folder;

    private Path album;
    private Path notes;

    @BeforeAll
    static void train() throws Exception {
        ToyImages.write(root.resolve("pictures"), 8, 1);
        Path runs = root.resolve("runs");
        Result.done("train", "--data", root.resolve("pictures"), "--recipe", ToyRecipe.in(root), "--runs", runs,
                "--epochs", 2, "--threads", 1);
        run = RunFiles.latest(runs).folder();
    }

    @BeforeEach
    void makeAlbum() throws Exception {
        album = folder.resolve("album");
        ToyImages.write(album, 3, 2);
        notes = album.resolve("rows/notes.jpg");
        ToyImages.writeText(notes);
    }

    private static Result classify(Object... arguments) {
        List<Object> all = new ArrayList<>(List.of("classify", run));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--threads", 1));
        return Result.of(all.toArray());
    }

    // --- exit codes ------------------------------------------------------------------------------------------------

    @Test
    void failsIfAFileThatWasNamedIsNotClassified() {
        assertThat(classify(album).exitCode()).isZero();
        assertThat(classify(album, notes).exitCode()).isEqualTo(1);
        assertThat(classify(album, album.resolve("rows/none.jpg")).exitCode()).isEqualTo(1);
        assertThat(classify(album, album.resolve("rows/0.png")).exitCode()).isZero();
    }

    @Test
    void failsIfThereIsNoPicture() throws Exception {
        Path texts = folder.resolve("texts");
        ToyImages.writeText(texts.resolve("1.jpg"));
        assertThat(classify(texts).exitCode()).isEqualTo(1);
    }

    // --- tables ----------------------------------------------------------------------------------------------------

    @Test
    void writesALineForEachFileAsJson() throws Exception {
        Path table = folder.resolve("album.jsonl");
        Result result = classify(album, "--out", table);
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("9 pictures", "1 file ", table.toString()).doesNotContain("discs");
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(table)) {
            lines.add(new JsonMapper().readTree(line));
        }
        assertThat(lines).isEqualTo(List.copyOf(classify(album, "--json").json().valueStream().toList()));
    }

    @Test
    void writesALineForEachFileAsCsv() throws Exception {
        Path table = folder.resolve("album.csv");
        assertThat(classify(album, "--out", table).warnings()).singleElement().asString().contains("notes.jpg");
        List<JsonNode> rows;
        try (var read = new CsvMapper().readerFor(JsonNode.class).with(CsvSchema.emptySchema().withHeader())
                .<JsonNode>readValues(table.toFile())) {
            rows = read.readAll();
        }
        JsonNode answers = classify(album, "--json").json();
        assertThat(rows).hasSameSizeAs(answers).hasSize(10);
        for (int i = 0; i < rows.size(); i++) {
            JsonNode row = rows.get(i);
            assertThat(row.get("file")).isEqualTo(answers.get(i).get("file"));
            assertThat(row.get("error").asText()).isEqualTo(answers.get(i).path("error").asText());
            for (int place = 0; place < 3; place++) {
                JsonNode said = answers.get(i).path("predictions").path(place);
                assertThat(row.get("class_" + (place + 1)).asText()).isEqualTo(said.path("class").asText());
                assertThat(row.get("probability_" + (place + 1)).asText()).isEqualTo(said.path("probability").asText());
            }
            assertThat(row.has("class_4")).isFalse();
        }
    }

    @Test
    void refusesATableThatCannotBeMeant() throws Exception {
        classify(album, "--out", folder.resolve("album.txt")).isRefused(2, "album.txt", ".csv", ".jsonl");
        Path there = Files.writeString(folder.resolve("there.csv"), "mine");
        classify(album, "--out", there).isRefused(2, there.toString(), "--force");
        assertThat(there).hasContent("mine");
        assertThat(classify(album, "--out", there, "--force").exitCode()).isZero();
        assertThat(there).content().startsWith("file,");
        classify(album, "--link").isRefused(2, "--sort-into");
    }

    // --- pictures unlike all classes -------------------------------------------------------------------------------

    @Test
    void flagsPicturesThatTheModelIsUnsureOf() throws Exception {
        Path table = folder.resolve("unsure.csv");
        JsonNode answers = classify(album, "--unsure", "--out", table, "--json").json();
        List<String> lines = Files.readAllLines(table);
        assertThat(lines.getFirst()).endsWith(",unsure,error");
        int flagged = 0;
        for (int i = 0; i < answers.size(); i++) {
            JsonNode answer = answers.get(i);
            if (answer.has("predictions")) {
                boolean below = answer.get("predictions").get(0).get("probability").asDouble() < answer
                        .get("unsure_below").asDouble();
                assertThat(answer.get("unsure").asBoolean()).isEqualTo(below);
                assertThat(lines.get(i + 1)).endsWith("," + below + ",");
                flagged += below ? 1 : 0;
            }
        }
        assertThat(classify(album, "--unsure").out().lines().filter(line -> line.contains("unsure"))).hasSize(flagged);
        assertThat(classify(album, "--json").json().findValue("unsure")).isNull();
    }

    @Test
    void aModelFromElsewhereHasNoThreshold() {
        Path model = folder.resolve("exported.safetensors");
        Result.done("export", run, model);
        Result.of("classify", model, album, "--unsure", "--threads", 1).isRefused(1, model.toString(), "--unsure");
    }

    // --- sorted pictures -------------------------------------------------------------------------------------------

    @Test
    void copiesEachPictureIntoTheFolderOfItsClass() throws Exception {
        Path sorted = folder.resolve("sorted");
        Result result = classify(album, "--sort-into", sorted);
        assertThat(result.exitCode()).isZero();
        assertThat(result.warnings()).singleElement().asString().contains(notes.toString());
        Map<String, Path> files = files(sorted);
        assertThat(files).hasSize(9);
        int found = 0;
        for (JsonNode answer : classify(album, "--json").json()) {
            if (answer.has("predictions")) {
                Path picture = Path.of(answer.get("file").asText());
                String name = answer.get("predictions").get(0).get("class").asText();
                assertThat(files).as("%s in %s", picture, name).anySatisfy((path, file) -> {
                    assertThat(path).startsWith(name + "/");
                    assertThat(file).hasSameBinaryContentAs(picture);
                });
                found++;
            }
        }
        assertThat(found).isEqualTo(9);
        assertThat(classify(album, "--sort-into", sorted).out()).contains("0 copied", "9 there");
        assertThat(files(sorted)).isEqualTo(files);
    }

    /// The copies are not classified again.
    @Test
    void aFolderOfCopiesInTheAlbumIsLeftOut() throws Exception {
        classify(album, "--sort-into", album.resolve("sorted"));
        assertThat(files(album.resolve("sorted"))).hasSize(9);
        assertThat(classify(album, "--sort-into", album.resolve("sorted")).out()).contains("0 copied", "9 there");
    }

    /// The user's own folder stays what it is.
    @Test
    void aFolderThatWasThereIsNotMarked() throws Exception {
        Path mine = Files.createDirectories(folder.resolve("mine"));
        classify(album, "--sort-into", mine);
        assertThat(files(mine)).hasSize(9);
        assertThat(mine.resolve(Datasets.SORTED)).doesNotExist();
    }

    @Test
    void replacesNothing() throws Exception {
        Path sorted = folder.resolve("sorted");
        Path picture = album.resolve("rows/0.png");
        classify(picture, "--sort-into", sorted);
        Path copy = files(sorted).values().iterator().next();
        Files.writeString(copy, "mine");
        classify(picture, "--sort-into", sorted);
        classify(picture, "--sort-into", sorted);
        assertThat(copy).hasContent("mine");
        assertThat(files(sorted)).hasSize(2);
        assertThat(copy.resolveSibling("0-2.png")).hasSameBinaryContentAs(picture);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void linksLeadToThePictures() throws Exception {
        Path sorted = folder.resolve("sorted");
        assertThat(classify(album, "--sort-into", sorted, "--link").out()).contains("9 linked");
        assertThat(classify(album, "--sort-into", sorted, "--link").out()).contains("0 linked", "9 there");
        Map<String, Path> links = files(sorted);
        assertThat(links).hasSize(9);
        for (Path link : links.values()) {
            assertThat(link).isSymbolicLink();
            assertThat(link.toRealPath()).startsWith(album.toRealPath());
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void doesNotFollowALinkOutOfTheFolder() throws Exception {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Path sorted = Files.createDirectory(folder.resolve("sorted"));
        for (String name : List.of("discs", "columns", "rows")) {
            Files.createSymbolicLink(sorted.resolve(name), outside);
        }
        Result result = classify(album, "--sort-into", sorted);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.errLines().getLast()).contains(sorted.toString(), "--sort-into");
        assertThat(outside).isEmptyDirectory();
    }

    private static Map<String, Path> files(Path folder) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            all.filter(file -> !Files.isDirectory(file) && !file.endsWith(Datasets.SORTED))
                    .forEach(file -> files.put(folder.relativize(file).toString().replace('\\', '/'), file));
        }
        return files;
    }
}
