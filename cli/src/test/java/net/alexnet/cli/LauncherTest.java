package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.alexnet.io.CacheFolder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the launcher's shell decides, from its own lines.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a shell of Unix")
class LauncherTest {
    /// The value of a variable of the launcher in an environment, behind the lines that decide about it.
    private static String decided(String variable, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> all = Files.readAllLines(Path.of("../alexnet"));
        int home = all.indexOf("needed=25");
        int cache = first(all, "# ---- the user's cache");
        String lines = "set -eu\n" + String.join("\n", all.subList(home, all.indexOf("esac") + 1)) + "\n"
                + String.join("\n", all.subList(cache, first(all, "# ---- main")));
        ProcessBuilder shell = new ProcessBuilder(Stream.concat(
                Stream.of("sh", "-c", lines + "\nprintf %s \"$" + variable + "\"", "alexnet"), Stream.of(arguments))
                .toList());
        shell.environment().clear();
        shell.environment().put("PATH", System.getenv("PATH"));
        shell.environment().putAll(environment);
        Process process = shell.start();
        String value = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return value;
    }

    private static int first(List<String> lines, String beginning) {
        return lines.indexOf(lines.stream().filter(line -> line.startsWith(beginning)).findFirst().orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({"/xdg, /home/me, /xdg", "'', /home/me, /home/me/.cache", "relative, /home/me, /home/me/.cache",
        ", /home/me, /home/me/.cache", ", here,", ", ,"})
    void cachesLieWhereJavaLooksForThem(@Nullable String xdg, @Nullable String home, @Nullable Path expected)
            throws Exception {
        Map<String, String> environment = new HashMap<>();
        if (xdg != null) {
            environment.put("XDG_CACHE_HOME", xdg);
        }
        if (home != null) {
            environment.put("HOME", home);
        }
        Path caches = CacheFolder.userCaches(environment, System.getProperty("user.home"));
        assertThat(caches).isEqualTo(
                expected == null ? Path.of(System.getProperty("user.home"), ".cache") : expected);
        assertThat(Path.of(decided("natives", environment))).isEqualTo(caches.resolve("alexnet/javacpp"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-Xmx8g", "-XX:-UseGCOverheadLimit", "-XX:+UseGCOverheadLimit"})
    void theSerialCollectorBeginsSmall(String options) throws Exception {
        assertThat(options(options)).contains("-XX:+UseSerialGC", "-Xms32m", "-XX:MaxRAMPercentage=40");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseG1GC", "-Xmx8g -XX:+UseZGC", "@options", "-XX:VMOptionsFile=options"})
    void aCollectorOfTheUsersIsTheOnlyOne(String options) throws Exception {
        assertThat(options(options)).doesNotContain("-XX:+UseSerialGC", "-Xms32m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xms1g", "-XX:InitialHeapSize=1g", "-XX:InitialRAMPercentage=10"})
    void aHeapOfTheUsersBeginsAsItSays(String options) throws Exception {
        assertThat(options(options)).contains("-XX:+UseSerialGC").doesNotContain("-Xms32m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:MaxRAMPercentage=80", "@options"})
    void aHeapOfTheUsersEndsAsItSays(String options) throws Exception {
        assertThat(options(options)).doesNotContain("-XX:MaxRAMPercentage=40")
                .contains("-Dorg.bytedeco.javacpp.maxBytes=0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"train --data pictures", "finetune", "evaluate", "features", "similar", "bench"})
    void theKernelsModuleIsThereForWhatComputesForLong(String line) throws Exception {
        assertThat(decided("vectors", Map.of("HOME", "/home/me"), line.split(" ", -1)))
                .isEqualTo("--add-modules jdk.incubator.vector");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "classify", "classify / cat.jpg", "classify model cat.jpg dog.jpg", "classify model /",
        "inspect model", "prepare /"})
    void classifyAlwaysRunsWithoutIt(String line) throws Exception {
        assertThat(decided("vectors", Map.of("HOME", "/home/me"), line.split(" ", -1))).isEmpty();
    }

    /// The same for each way to give them.
    private static List<String> options(String given) throws IOException, InterruptedException {
        List<String> first = options("ALEXNET_JAVA_OPTS", given);
        assertThat(options("JDK_JAVA_OPTIONS", given)).isEqualTo(first);
        assertThat(options("JAVA_TOOL_OPTIONS", given)).isEqualTo(first);
        return first;
    }

    private static List<String> options(String variable, String given) throws IOException, InterruptedException {
        return List.of(decided("jvm", Map.of("HOME", "/home/me", variable, given)).trim().split(" ", -1));
    }
}
