package net.alexnet.server.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import net.alexnet.ImageClassifier;
import net.alexnet.Options;
import net.alexnet.io.Hashes;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.HttpSettings;
import net.alexnet.server.Limits;
import net.alexnet.train.ModelFile.Which;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelServiceTest {
    private static final byte[] PICTURE = TinyModel.picture("jpg", 4);

    @TempDir
    private Path folder;

    private static String sha256(ServiceFixture service) throws Exception {
        return service.get("/v2/models/tiny").at("/properties/sha256").asText();
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }

    @Test
    void aFileThatIsReplacedIsLoadedBesideTheOldOneAndNoRequestIsLost() throws Exception {
        Path model = TinyModel.write(folder.resolve("tiny.safetensors"), 1);
        try (ServiceFixture service = new ServiceFixture(model)) {
            String before = sha256(service);
            AtomicBoolean going = new AtomicBoolean(true);
            AtomicInteger answers = new AtomicInteger();
            CompletableFuture<Void> asking = CompletableFuture.runAsync(() -> {
                while (going.get()) {
                    try {
                        assertThat(service.post("/predictions/tiny", "image/jpeg", PICTURE).statusCode())
                                .isEqualTo(200);
                        answers.incrementAndGet();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }
            });
            Path next = TinyModel.write(folder.resolve("next"), 2);
            Files.move(next, model, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            String after = Hashes.hex(model);
            for (int i = 0; i < 1000 && !sha256(service).equals(after); i++) {
                Thread.sleep(10);
            }
            int seen = answers.get();
            while (answers.get() < seen + 3 && !asking.isDone()) {
                Thread.sleep(5);
            }
            going.set(false);
            asking.get();
            assertThat(sha256(service)).isEqualTo(after).isNotEqualTo(before);
            assertThat(service.messages).anyMatch(line -> line.contains(after));
        }
    }

    @Test
    void aModelWhoseFileChangedSinceTheLookHasNoHash() throws Exception {
        Path model = TinyModel.write(folder.resolve("tiny.safetensors"), 1);
        ModelSource source = new ModelSource(model, Which.LAST);
        ModelSource.FileState before = source.fileState();
        ServiceSettings settings = ServiceFixture.settings(model);
        Path next = TinyModel.write(folder.resolve("next"), 2);
        Files.move(next, model, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        try (LoadedModel stale = LoadedModel.open(source, before, settings);
                LoadedModel fresh = LoadedModel.open(source, source.fileState(), settings)) {
            assertThat(stale.sha256()).isEqualTo("unknown");
            assertThat(fresh.sha256()).isEqualTo(Hashes.hex(model));
        }
    }

    /// Features of many pictures take more than all requests have together.
    @Test
    void anAnswerCountsAgainstTheMemoryOfAll() throws Exception {
        Path model = TinyModel.write(folder.resolve("tiny.safetensors"), 1);
        try (ServiceFixture service = new ServiceFixture(ServiceFixture.settings(List.of(new ModelSpec("tiny", model)),
                HttpSettings.defaults().limits(Limits.defaults().bodies(PICTURE.length + 1000)), 4, 8,
                Duration.ofSeconds(60)))) {
            for (int i = 0; i < 2; i++) {
                assertThat(service.post("/predictions/tiny", "image/jpeg", PICTURE).statusCode()).isEqualTo(200);
                assertThat(service.binary("{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1]}],"
                        + "\"outputs\":[{\"name\":\"pool1\"}]}", ServiceFixture.elements(PICTURE), request -> request)
                        .statusCode()).isEqualTo(503);
            }
        }
    }

    @Test
    void aServiceThatStopsIsNotReadyWhileOthersStillAskIt() throws Exception {
        Path model = TinyModel.write(folder.resolve("tiny.safetensors"), 1);
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        try (ServiceFixture service = new ServiceFixture(model)) {
            assertThat(service.service.isReady()).isTrue();
            service.service.endsWith(_ -> {
                try {
                    service.service.metadata("tiny", "");
                    ready.complete(service.service.isReady());
                } catch (HttpFailure e) {
                    ready.completeExceptionally(e);
                }
            });
        }
        assertThat(ready.get()).isFalse();
    }

    @Test
    void aDelayIsShorterThanTheDeadline() {
        ServiceSettings usual = ServiceFixture.settings(folder.resolve("none"));
        assertThatThrownBy(() -> new ServiceSettings(usual.models(), usual.checkpoint(), usual.http(), 2,
                Duration.ofMillis(10), 20, Duration.ofMillis(10), 1, "auto", 1, usual.precision(), usual.look(), ""))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFileThatCannotBeLoadedLeavesTheModelAsItIs() throws Exception {
        Path model = TinyModel.write(folder.resolve("tiny.safetensors"), 1);
        try (ServiceFixture service = new ServiceFixture(model)) {
            String before = sha256(service);
            Path broken = Files.write(folder.resolve("broken"), new byte[100]);
            Files.move(broken, model, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            for (int i = 0; i < 1000 && service.messages.isEmpty(); i++) {
                Thread.sleep(10);
            }
            assertThat(service.messages).hasSize(1);
            assertThat(service.post("/predictions/tiny", "image/jpeg", PICTURE).statusCode()).isEqualTo(200);
            assertThat(sha256(service)).isEqualTo(before);
        }
    }

    @Test
    void severalModelsAnswerByTheirNames() throws Exception {
        Path one = TinyModel.write(folder.resolve("one.safetensors"), 1);
        Path two = TinyModel.write(folder.resolve("two.safetensors"), 2);
        try (ServiceFixture service = new ServiceFixture(ServiceFixture.settings(
                List.of(ModelSpec.parse(one.toString()), ModelSpec.parse("other=" + two)), HttpSettings.defaults(), 32,
                256,
                Duration.ofSeconds(60)))) {
            assertThat(service.get("/v2/models").get("models").toString()).isEqualTo("[\"one\",\"other\"]");
            String first = text(service.post("/predictions/one", "image/jpeg", PICTURE).body());
            String second = text(service.post("/predictions/other", "image/jpeg", PICTURE).body());
            assertThat(first).contains("probability").isNotEqualTo(second);
        }
    }

    @Test
    void overloadIsShedAndForgotten() throws Exception {
        Path model = TinyModel.write(folder.resolve("tiny.safetensors"), 1);
        try (ServiceFixture service = new ServiceFixture(ServiceFixture.settings(List.of(new ModelSpec("tiny", model)),
                HttpSettings.defaults(), 4, 8, Duration.ofSeconds(60)))) {
            List<CompletableFuture<HttpResponse<byte[]>>> all = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                all.add(ServiceFixture.CLIENT.sendAsync(service.to("/predictions/tiny?views=10")
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(PICTURE)).build(),
                        HttpResponse.BodyHandlers.ofByteArray()));
            }
            List<Integer> codes = all.stream().map(CompletableFuture::join).map(HttpResponse::statusCode).toList();
            assertThat(codes).allMatch(code -> code == 200 || code == 503).contains(200, 503);
            assertThat(service.post("/predictions/tiny", "image/jpeg", PICTURE).statusCode()).isEqualTo(200);
            assertThat(text(service.send(service.to("/metrics")).body()))
                    .contains("alexnet_rejected_total{reason=\"queue_full\"}",
                            "alexnet_queue_pictures{model=\"tiny\"} 0");
        }
    }

    @Test
    void theFastEngineGivesTheLibrarysBits() throws Exception {
        Path model = TinyModel.write(folder.resolve("tiny.safetensors"), 1);
        try (ServiceFixture service = new ServiceFixture(model)) {
            for (int views : List.of(1, 10)) {
                try (ImageClassifier library = ImageClassifier.load(model,
                        Options.defaults().threads(2).views(views))) {
                    JsonNode best = ServiceFixture
                            .json(service.post("/predictions/tiny?top=5&views=" + views, "image/jpeg",
                                    PICTURE));
                    for (JsonNode one : best) {
                        assertThat(Float.parseFloat(one.get("probability").asText()))
                                .isEqualTo(library.classify(PICTURE).probability(one.get("className").asText()));
                    }
                    assertThat(best).hasSize(5);
                }
            }
        }
    }

    /// Pictures share batches as they come, and no bit depends on that.
    @Test
    void manyAtOnceGetTheBitsOfOneAlone() throws Exception {
        ServiceSettings plain = ServiceFixture.settings(TinyModel.write(folder.resolve("tiny.safetensors"), 1));
        try (ServiceFixture service = new ServiceFixture(plain)) {
            List<byte[]> alone = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                alone.add(service.post("/predictions/tiny", "image/png", TinyModel.picture("png", i)).body());
            }
            List<CompletableFuture<HttpResponse<byte[]>>> all = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                all.add(ServiceFixture.CLIENT.sendAsync(service.to("/predictions/tiny")
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(TinyModel.picture("png", i % 8)))
                        .build(),
                        HttpResponse.BodyHandlers.ofByteArray()));
            }
            for (int i = 0; i < all.size(); i++) {
                assertThat(all.get(i).join().body()).isEqualTo(alone.get(i % 8));
            }
        }
    }

    @Test
    void aModelThatIsNotThereEndsTheStart() {
        assertThatThrownBy(() -> ModelService.start(ServiceFixture.settings(folder.resolve("none")), _ -> {}))
                .isInstanceOf(IOException.class).hasMessageContaining("none");
    }

    @Test
    void namesComeFromFilesAndFolders() {
        assertThat(ModelSpec.parse("a/b/flowers.v2.safetensors")).isEqualTo(
                new ModelSpec("flowers.v2", Path.of("a/b/flowers.v2.safetensors")));
        assertThat(ModelSpec.parse("x=runs/latest")).isEqualTo(new ModelSpec("x", Path.of("runs/latest")));
        assertThat(ModelSpec.parse("runs/latest").name()).isEqualTo("latest");
        assertThatThrownBy(() -> ModelSpec.parse("stats=a")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ModelSpec.parse("a/b=lin.safetensors")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a/b'").hasMessageEndingWith("NAME=lin.safetensors");
        assertThatThrownBy(() -> ModelSpec.parse("my model.onnx")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("my model");
        assertThatThrownBy(() -> ServiceFixture.settings(List.of(new ModelSpec("a", Path.of("a")),
                new ModelSpec("a", Path.of("b"))), HttpSettings.defaults(), 1, 1, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'a'");
    }
}
