package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The lines of shell and of Java on the first screen of README.md, run as they are there.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a shell of Unix")
class ReadmeIT {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    static Path root;

    private static List<String> block(String language) throws IOException {
        Matcher block = Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```")
                .matcher(Files.readString(TOP.resolve("README.md")));
        assertThat(block.find()).isTrue();
        return block.group(1).lines().toList();
    }

    private static String run(Path folder, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", List.of(command), said).isZero();
        return said;
    }

    @Test
    @Timeout(300)
    void theLinesOfTheFirstScreenRun() throws Exception {
        assumeTrue(Files.exists(TOP.resolve(".git")), "there is nothing to clone");
        List<String> shell = block("sh");
        assertThat(shell).hasSize(6);
        assertThat(shell.getFirst()).contains("<this repository>");
        run(root, "sh", "-ec", shell.getFirst().replace("<this repository>", "'" + TOP + "'"));
        Path folder = root.resolve("alexnet");
        Path launcher = folder.resolve("alexnet");
        assertThat(launcher).isExecutable();
        String java = ProgramProcess.java("").getFirst();
        String jar = Path.of("target/alexnet.jar").toAbsolutePath().toString();
        // in place of the launcher, which would build: the packaged program, with one epoch for each training, and
        // with a base that need not be fetched
        Files.writeString(launcher, """
                #!/bin/sh
                case $1 in
                    train) set -- "$@" --epochs 1 ;;
                    finetune) set -- "$@" --epochs 1 --base alexnet.safetensors ;;
                esac
                exec '%s' --add-modules jdk.incubator.vector -cp '%s' net.alexnet.cli.Main "$@"
                """.formatted(java, jar));
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        ToyImages.write(folder.resolve("pictures"), 6, 1);
        Files.copy(folder.resolve("pictures/rows/1.jpg"), folder.resolve("holiday.jpg"));

        assertThat(line(folder, shell.get(1))).contains("top-1 error ", " on 1,000 pictures",
                "use it: ./alexnet classify");
        assertThat(line(folder, shell.get(2))).contains("top-1 error ", "use it: ./alexnet classify");
        assertThat(line(folder, shell.get(3))).contains("top-1 error ", "balanced ").doesNotContain("top-5"); // of 3 classes
        assertThat(line(folder, shell.get(4))).contains("holiday.jpg", " %  rows", " %  discs", " %  columns");
        line(folder, "./alexnet export runs/latest alexnet.safetensors");
        assertThat(line(folder, shell.get(5))).contains("top-1 error ", "use it: ./alexnet classify");

        List<String> lines = block("java");
        assertThat(lines).hasSize(6);
        Files.writeString(folder.resolve("Readme.java"), """
                import net.alexnet.*;

                void main() throws Exception {
                    List<Path> paths = List.of(Path.of("holiday.jpg"), Path.of("pictures"));
                %s
                }
                """.formatted(String.join("\n", lines)));
        assertThat(run(folder, java, "--enable-native-access=ALL-UNNAMED", "--add-modules", "jdk.incubator.vector",
                "-cp", jar, "Readme.java")).containsPattern("(?m)^(rows|discs|columns) (0\\.\\d+|1\\.0)$");
    }

    private static String line(Path folder, String line) throws IOException, InterruptedException {
        return run(folder, "sh", "-ec", line);
    }
}
