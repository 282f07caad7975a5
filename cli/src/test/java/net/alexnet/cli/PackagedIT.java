package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program as it is packaged, started as the launcher does: what a library needs at run time is there, also where the
/// tests' own class path would have it anyway.
class PackagedIT {
    private static final Path JAR = Path.of("target/alexnet.jar").toAbsolutePath();

    @TempDir
    static Path root;

    private static Path pictures;
    private static Path model;

    @BeforeAll
    static void train() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 4, 1);
        Path runs = root.resolve("runs");
        Result.done("train", "--data", pictures, "--recipe", ToyRecipe.in(root), "--epochs", 1, "--runs", runs,
                "--progress", "none");
        model = runs.resolve("latest");
    }

    /// Runs a command in a process of its own, on this class path alone.
    private static Result program(String classPath, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-cp", classPath,
                "net.alexnet.cli.Main"));
        Arrays.stream(arguments).map(String::valueOf).forEach(command::add);
        Path out = Files.createTempFile(root, "out", ".txt");
        Path err = Files.createTempFile(root, "err", ".txt");
        int code = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start()
                .waitFor();
        return new Result(code, Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    /// Root builds, and others run it.
    @Test
    void othersMayReadEveryJar() throws Exception {
        try (Stream<Path> jars = Files.walk(JAR.resolveSibling("lib"))) {
            List<Path> all = jars.filter(path -> path.toString().endsWith(".jar")).toList();
            assertThat(all).isNotEmpty().allSatisfy(jar -> assertThat(Files.getPosixFilePermissions(jar))
                    .contains(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ));
        }
    }

    @Test
    void aTableForOtherPrograms() throws Exception {
        Path table = root.resolve("features.npy");
        Result result = program(JAR.toString(), "features", model, "--data", pictures, "--out", table, "--json");
        assertThat(result.exitCode()).as("%s", result).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.json().get("rows").asInt()).isEqualTo(12);
        assertThat(Files.readString(table, StandardCharsets.ISO_8859_1)).startsWith("\u0093NUMPY");
    }

    @Test
    void nearestNeighbors() throws Exception {
        Result result = program(JAR.toString(), "similar", model, pictures.resolve("rows/1.jpg"), "--in", pictures,
                "--top", 2, "--json");
        assertThat(result.exitCode()).as("%s", result).isZero();
        assertThat(result.err()).isEmpty();
        JsonNode found = new JsonMapper().readTree(result.out());
        assertThat(found.get(0).get("similar")).hasSize(2);
    }

    @Test
    void aMissingPartIsToldWithoutAStackTrace() throws Exception {
        List<String> classPath = new ArrayList<>(List.of(Path.of("target/classes").toAbsolutePath().toString()));
        try (Stream<Path> jars = Files.list(JAR.resolveSibling("lib"))) {
            jars.map(Path::toString).filter(jar -> !jar.contains("jackson-dataformat-csv")).forEach(classPath::add);
        }
        Path table = root.resolve("none.csv");
        Result result = program(String.join(File.pathSeparator, classPath), "features", model, "--data", pictures,
                "--out",
                table);
        result.isRefused(1, "a part of the program is missing", "com/fasterxml/jackson/dataformat/csv",
                "Build it again", "report");
        assertThat(result.err()).doesNotContain("\tat ");
        assertThat(table).doesNotExist();
    }
}
