package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.alexnet.io.CacheFolder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the launcher's shell decides, from its own lines.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a shell of Unix")
class LauncherTest {
    /// The value of a variable of the launcher in an environment, behind the lines that decide about it.
    private static String decided(String variable, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Outcome outcome = run(environment, "printf %s \"$" + variable + "\"", arguments);
        assertThat(outcome.code()).isZero();
        return outcome.output();
    }

    private record Outcome(int code, String output, String errors) {
    }

    /// What a script does behind the launcher's functions and its lines on the environment.
    private static Outcome run(Map<String, String> environment, String script, String... arguments)
            throws IOException, InterruptedException {
        List<String> all = Files.readAllLines(Path.of("../alexnet"));
        List<String> lines = new ArrayList<>(List.of("set -eu"));
        lines.addAll(all.subList(all.indexOf("needed=25"), all.indexOf("esac") + 1));
        lines.addAll(all.subList(first(all, "find_jdk() {"), first(all, "# ---- the build")));
        lines.addAll(all.subList(first(all, "# When a process started"), first(all, "build() {")));
        lines.addAll(all.subList(first(all, "# ---- the user's cache"), first(all, "# ---- main")));
        lines.add(script);
        ProcessBuilder shell = new ProcessBuilder(
                Stream.concat(Stream.of("sh", "-c", String.join("\n", lines), "alexnet"), Stream.of(arguments))
                        .toList());
        shell.environment().clear();
        shell.environment().put("PATH", System.getenv("PATH"));
        shell.environment().putAll(environment);
        Process process = shell.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output, errors);
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
    @ValueSource(strings = {"train --data pictures", "finetune", "reproduce all", "evaluate", "report run",
        "features", "similar", "bench", "serve m", "studio runs"})
    void theKernelsModuleIsThereForWhatComputesForLong(String line) throws Exception {
        assertThat(decided("vectors", Map.of("HOME", "/home/me"), line.split(" ", -1)))
                .isEqualTo("--add-modules jdk.incubator.vector");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "classify", "classify / cat.jpg", "classify model cat.jpg dog.jpg", "classify model /",
        "inspect model", "prepare /", "train --help", "evaluate -h"})
    void classifyAlwaysRunsWithoutIt(String line) throws Exception {
        assertThat(decided("vectors", Map.of("HOME", "/home/me"), line.split(" ", -1))).isEmpty();
    }

    @Test
    void fileNamesAreUtf8WithoutALocale() throws Exception {
        assertThat(decided("LC_ALL", Map.of("HOME", "/home/me"))).isEqualTo("C.UTF-8");
        assertThat(decided("LC_ALL", Map.of("HOME", "/home/me", "LC_ALL", "POSIX"))).isEqualTo("C.UTF-8");
    }

    /// Java reads U+FFFD for the byte, and would write to a file of that name.
    @Test
    void aNameThatIsNotUtf8IsRefused() throws Exception {
        Map<String, String> environment = Map.of("HOME", "/");
        Outcome latin = run(environment, "require_utf8 train \"$(printf 'caf\\351.jpg')\" data");
        assertThat(latin.code()).isEqualTo(2);
        assertThat(latin.errors()).contains("caf?.jpg", "UTF-8");
        for (String name : List.of("cafe.jpg", "caf\u00e9.jpg", "a\tb\nc", "\ud83d\udc1c", "")) {
            assertThat(run(environment, "require_utf8 train \"$1\"", name)).isEqualTo(new Outcome(0, "", ""));
        }
    }

    @Test
    void cachesAreClosedToOtherUsers(@TempDir Path folder) throws Exception {
        Path caches = Files.createDirectory(folder.resolve("caches"));
        Path ours = caches.resolve("alexnet");
        Files.createDirectories(ours.resolve("javacpp"));
        Files.setPosixFilePermissions(ours, PosixFilePermissions.fromString("rwxr-xr-x"));
        Map<String, String> environment = Map.of("HOME", "/", "XDG_CACHE_HOME", caches.toString());
        assertThat(run(environment, "find_caches; require_caches").code()).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(ours))).isEqualTo("rwx------");
        Files.setPosixFilePermissions(caches, PosixFilePermissions.fromString("rwxrwxrwx"));
        Outcome outcome = run(environment, "find_caches; require_caches");
        assertThat(outcome.code()).as("others can rename it").isEqualTo(1);
        assertThat(outcome.errors()).contains(ours.toString(), "XDG_CACHE_HOME");
    }

    /// The launcher must not follow another user's link and change what it leads to.
    @Test
    void aLinkOfAnotherUserIsNotFollowed(@TempDir Path folder) throws Exception {
        assumeTrue("0".equals(decided("user", Map.of("HOME", "/"))), "only root can make another user's link");
        Path real = Files.createDirectory(folder.resolve("real"));
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path link = Files.createSymbolicLink(folder.resolve("alexnet"), real);
        Files.setAttribute(link, "unix:uid", 12345, LinkOption.NOFOLLOW_LINKS);
        Outcome outcome = run(Map.of("HOME", "/", "XDG_CACHE_HOME", folder.toString()), "find_caches; require_caches");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real))).isEqualTo("rwxr-xr-x");
    }

    /// Root may have the home of another user, by sudo.
    @Test
    void aJdkInAnotherUsersHomeIsNotRun(@TempDir Path home) throws Exception {
        Path jdk = Files.createDirectories(home.resolve(".jdks/25"));
        Map<String, String> environment = Map.of("HOME", home.toString());
        String found = "jdk_on_path() { :; }; fits() { case $1 in \"$HOME\"/*|/dev/null/*) [ -e \"$1\" ] ;; *) false ;; esac; }; find_jdk";
        assertThat(run(environment, found).output().strip()).isEqualTo(jdk.toString());
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(run(environment, found).output()).isEmpty();
    }

    /// A folder that is the user's own, but behind a link that another could turn.
    @Test
    void cachesAreUsedWithoutLinks(@TempDir Path folder) throws Exception {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        Outcome outcome = run(Map.of("HOME", "/", "XDG_CACHE_HOME", link.toString()),
                "find_caches; require_caches; printf %s \"$natives $XDG_CACHE_HOME\"");
        assertThat(outcome.output()).isEqualTo(real.toRealPath() + "/alexnet/javacpp " + real.toRealPath());
    }

    @Test
    void aHomeThatCannotHoldCachesIsReplacedByAPrivateFolder(@TempDir Path folder) throws Exception {
        Outcome outcome = run(Map.of("HOME", "/dev/null", "TMPDIR", folder.toString()),
                "find_caches; require_caches; printf %s \"$natives $XDG_CACHE_HOME $user\"");
        String[] found = outcome.output().split(" ", -1);
        assertThat(found[0]).isEqualTo(folder + "/alexnet-" + found[2] + "/alexnet/javacpp");
        assertThat(found[1]).isEqualTo(folder + "/alexnet-" + found[2]);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(found[1]))))
                .isEqualTo("rwx------");
    }

    /// Another user, who knows the name, makes the private folder first.
    @Test
    void aPrivateFolderOfAnotherUserIsRefused(@TempDir Path folder) throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        String user = decided("user", Map.of("HOME", "/"));
        Files.createSymbolicLink(folder.resolve("alexnet-" + user), elsewhere);
        Outcome outcome = run(Map.of("HOME", "/dev/null", "TMPDIR", folder.toString()), "find_caches; require_caches");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void aLockIsTakenFromAProcessThatHasEndedThoughItsNumberIsInUse(@TempDir Path state) throws Exception {
        String script = "state='" + state + """
                '
                me=$$-$(started $$)
                tries=0
                until take "$state/lock" || [ $tries -eq 5 ]; do
                    tries=$((tries + 1))
                done
                [ "$(readlink "$state/lock")" = "$me" ]
                """;
        Map<String, String> environment = Map.of("HOME", "/");
        Path lock = state.resolve("lock");
        for (String stale : List.of("1", "1-1", "4194300-12")) {
            Files.createSymbolicLink(lock, Path.of(stale));
            assertThat(run(environment, script).code()).as(stale).isZero();
            Files.delete(lock);
        }
        Files.createSymbolicLink(lock, Path.of("1-1"));
        Files.createDirectory(state.resolve("removal"));
        assertThat(run(environment, script).code()).isZero();
    }

    @Test
    void theLockOfARunningProcessIsLeft(@TempDir Path state) throws Exception {
        assertThat(run(Map.of("HOME", "/"), "state='" + state + "'; ln -s 1-$(started 1) \"$state/lock\"; me=$$-0;"
                + " take \"$state/lock\"").code()).isEqualTo(1);
        assertThat(Files.readSymbolicLink(state.resolve("lock")).toString()).startsWith("1-");
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
