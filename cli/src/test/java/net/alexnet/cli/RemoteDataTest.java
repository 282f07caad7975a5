package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import com.sun.net.httpserver.SimpleFileServer.OutputLevel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.CacheFolder.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tars of a server on this machine, given to the commands by their address.
@Timeout(120)
class RemoteDataTest {
    private static final String TARS = "{train,val}-000000.tar";

    @TempDir
    static Path root;

    private static HttpServer server;

    @BeforeAll
    static void serve() throws Exception {
        Path pictures = root.resolve("pictures");
        ToyImages.write(pictures, 20, 1);
        Result.done("prepare", pictures, root.resolve("served"), "--size", 32);
        server = SimpleFileServer.createFileServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                root.resolve("served").toRealPath(), OutputLevel.NONE);
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    private static String address(String name) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + name;
    }

    private static RunFiles train(String data, String runs, Object... more) throws IOException {
        Path folder = root.resolve(runs);
        Result.done("train", "--data", data, "--recipe", ToyRecipe.in(root), "--runs", folder, "--epochs", 2,
                "--threads", 1, "--max-steps", more.length == 0 ? 1000 : more[0]);
        return RunFiles.latest(folder);
    }

    @Test
    void aRunIsResumedToTheBitsOfLocalFilesThoughTheCacheIsEmptied() throws Exception {
        RunFiles local = train(root.resolve("served") + "/" + TARS, "local");
        RunFiles run = train(address(TARS), "remote", 3);
        assertThat(Files.readString(run.folder().resolve("recipe.yaml"))).contains(address(TARS));
        AtomicFiles.deleteTree(CacheFolder.ofUser().folder(Kind.DOWNLOADS));
        AtomicFiles.deleteTree(CacheFolder.ofUser().folder(Kind.DATASETS));
        Result.done("train", "--resume", run.folder(), "--threads", 1);
        long last = local.steps("step").getLast();
        assertThat(run.weights(last)).isEqualTo(local.weights(last));

        Result validated = Result.of("evaluate", run.folder(), "--json");
        Result named = Result.of("evaluate", run.folder(), "--data", address(TARS), "--json");
        assertThat(validated.exitCode()).as("%s", validated).isZero();
        assertThat(named.exitCode()).as("%s", named).isZero();
        assertThat(named.json().get("models")).isEqualTo(validated.json().get("models"));
        Result tuned = Result.of("finetune", "--data", address(TARS), "--base", run.folder(), "--runs",
                root.resolve("tuned"), "--epochs", 1, "--json");
        assertThat(tuned.exitCode()).as("%s", tuned).isZero();
    }

    @Test
    void preparesWhatAnAddressNames() throws Exception {
        Result prepared = Result.of("prepare", address(TARS), root.resolve("prepared"), "--size", 16, "--json");
        assertThat(prepared.exitCode()).as("%s", prepared).isZero();
        assertThat(prepared.json().get("training").asInt() + prepared.json().get("validation").asInt())
                .isEqualTo(60);
    }

    @Test
    void warnsOfTrainingPicturesThatWerePreparedFromTheAddress() throws Exception {
        String address = address("train-000000.tar");
        Path prepared = root.resolve("prepared-training");
        Result.done("prepare", address, prepared, "--size", 20);
        RunFiles run = train(prepared.toString(), "from-prepared", 1);
        assertThat(Result.done("evaluate", run.folder(), "--data", address, "--threads", 1).warnings())
                .singleElement().asString().contains("trained on pictures of " + address);
    }

    @Test
    void aRunIsTestedOnThePicturesOfAnAddress() throws Exception {
        Path runs = root.resolve("tested");
        Result stopped = Result.done("train", "--data", root.resolve("pictures"), "--recipe", ToyRecipe.in(root),
                "--runs", runs, "--epochs", 1, "--threads", 1, "--max-steps", 2, "--test", address(TARS));
        assertThat(stopped.err()).contains(" --test '" + address(TARS) + "'");
        RunFiles run = RunFiles.latest(runs);
        Result resumed = Result.done("train", "--resume", run.folder(), "--threads", 1, "--test", address(TARS),
                "--json");
        assertThat(resumed.json().get("test").get("n").asInt()).isEqualTo(12);
        assertThat(run.log("test")).singleElement()
                .satisfies(line -> assertThat(line.get("data").asText()).isEqualTo(address(TARS)));
    }

    @Test
    void whatTheServerDoesNotHaveIsNamed() {
        Result missing = Result.of("train", "--data", address("none-{0..1}.tar"));
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).contains(address("none-0.tar"), "404");
        assertThat(Result.of("train", "--data", address("pictures.zip")).err()).contains(".tar", ".parquet");
    }
}
