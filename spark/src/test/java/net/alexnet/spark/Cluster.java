package net.alexnet.spark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/// A master and two workers in this JVM, whose executors are processes of one core each. All tests share it.
final class Cluster {
    static final Path TARGET = Path.of(System.getProperty("target"));

    private static final SparkSession SESSION = start();

    private Cluster() {}

    static SparkSession session() {
        return SESSION;
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
                .config("spark.executor.extraJavaOptions", "-Dorg.bytedeco.javacpp.maxBytes=0"
                        + " -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.cachedir="
                        + System.getProperty("org.bytedeco.javacpp.cachedir"))
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
