package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.Safetensors;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Network;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When `classify` loads the module that the kernels need: one picture must not wait for it, a large album gains by it. The
/// virtual machine of the tests has it from the start, so each case has one of its own.
class ClassifyKernelsTest {
    @TempDir
    static Path root;

    private static Path model;
    private static Path text;

    /// Of about 50 million multiply-adds a view.
    @BeforeAll
    static void write() throws IOException {
        AlexNet table = AlexNet.of(AlexNet.Variant.PAPER).withSize(224, 3, 0.25).withClasses(10);
        ModelCard card = new ModelCard(table, IntStream.range(0, 10).mapToObj(Integer::toString).toList(),
                new Preprocessing(3, 256, 224, List.of(128.0, 128.0, 128.0), 1), "a test");
        model = root.resolve("model.safetensors");
        try (ReferenceBackend backend = new ReferenceBackend()) {
            Network network = Network.initialize(table.architecture(), table.initialization(), 1, backend);
            Safetensors.write(model, Model.metadata(card), network.entries());
        }
        text = Files.writeString(root.resolve("not-a-picture.txt"), "What is wanted is the number of files.\n");
    }

    /// A program of its own: classifies, and says whether there was the module.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
            Cli.run(nowhere, nowhere, false, arguments);
            try {
                Class.forName("jdk.incubator.vector.FloatVector");
                System.out.println("loaded");
            } catch (ClassNotFoundException e) {
                System.out.println("not loaded");
            }
        }
    }

    private static String kernelsFor(int files, Object... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-exports", "java.base/jdk.internal.module=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), Program.class.getName(), "classify", model.toString()));
        command.addAll(Collections.nCopies(files, text.toString()));
        for (Object argument : more) {
            command.add(argument.toString());
        }
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    @Test
    void onePictureDoesNotWaitForThem() throws Exception {
        assertThat(kernelsFor(1)).isEqualTo("not loaded");
        assertThat(kernelsFor(1, "--views", 10)).isEqualTo("not loaded");
    }

    @Test
    void aSmallAlbumDoesNotEither() throws Exception {
        assertThat(kernelsFor(800)).isEqualTo("not loaded");
    }

    @Test
    void aLargeAlbumHasThem() throws Exception {
        assertThat(kernelsFor(800, "--views", 10)).isEqualTo("loaded");
    }
}
