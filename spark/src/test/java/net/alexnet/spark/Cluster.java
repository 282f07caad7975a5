package net.alexnet.spark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import net.alexnet.Training;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A master and two workers in this JVM, whose executors are processes of one core each, and a model. All tests share them.
final class Cluster implements BeforeAllCallback {
    private static final Path TARGET = Path.of(System.getProperty("target"));

    /// What the model's file is called where it is sent along.
    static final String SENT = "sent.safetensors";

    /// A trained model, whose copy beside it is sent to the executors.
    static final Path MODEL = train();

    private static final SparkSession SESSION = start();

    /// Stops the executors after the last test.
    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL)
                .computeIfAbsent(SESSION, session -> (AutoCloseable) session::stop);
    }

    static SparkSession session() {
        return SESSION;
    }

    private static Path train() {
        try {
            Path folder = Files.createTempDirectory(TARGET, "toy");
            Path run = Training.on(Toy.pictures(folder.resolve("pictures"), 6)).recipe(Toy.recipe(folder).toString())
                    .runsIn(folder.resolve("runs")).maxSteps(3).run().run();
            try (Stream<Path> files = Files.walk(run)) {
                Path last = files.filter(file -> file.endsWith("model.safetensors")).sorted().toList().getLast();
                Files.copy(last, folder.resolve(SENT));
                return Files.copy(last, folder.resolve("toy.safetensors"));
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("cannot train the model", e);
        }
    }

    private static SparkSession start() {
        try {
            Path home = Path.of(System.getenv("SPARK_HOME"));
            Files.createDirectories(home.resolve("jars"));
            Files.writeString(home.resolve("RELEASE"), "of tests");
        } catch (IOException e) {
            throw new IllegalStateException("cannot make Spark's home", e);
        }
        return SparkSession.builder().master("local-cluster[2,1,1024]").appName("tests")
                .config("spark.ui.enabled", false)
                .config("spark.executorEnv.JAVA_HOME", System.getProperty("java.home"))
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1 -Dorg.bytedeco.javacpp.maxBytes=0"
                        + " -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.cachedir="
                        + System.getProperty("org.bytedeco.javacpp.cachedir"))
                .config("spark.files", MODEL.resolveSibling(SENT).toString())
                .config("spark.sql.shuffle.partitions", 2)
                .config("spark.sql.warehouse.dir", TARGET.resolve("warehouse").toString())
                .getOrCreate();
    }

    /// The program, in a process of its own.
    static List<String> program(Object... arguments) {
        Stream<String> java = Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Stream<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-X") || flag.startsWith("--") || flag.startsWith("-Dorg.bytedeco"));
        Stream<String> main = Stream.of("-cp", System.getProperty("java.class.path"), "net.alexnet.cli.Main");
        return Stream.of(java, flags, main, Stream.of(arguments).map(String::valueOf)).flatMap(part -> part).toList();
    }
}
