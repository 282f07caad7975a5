package net.alexnet.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What a run has left in its folder.
///
/// @param folder the run's
record RunFiles(Path folder) {
    private static final JsonMapper JSON = new JsonMapper();

    /// The run that `latest` points at.
    static RunFiles latest(Path runs) throws IOException {
        return new RunFiles(runs.resolve("latest").toRealPath());
    }

    /// The lines of `log.jsonl` of one kind: `step`, `epoch` or `warning`.
    List<JsonNode> log(String kind) throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("log.jsonl"))) {
            return lines.map(RunFiles::parse).filter(line -> line.get("kind").asText().equals(kind)).toList();
        }
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The steps of the lines of one kind.
    List<Long> steps(String kind) throws IOException {
        return log(kind).stream().map(line -> line.get("step").asLong()).toList();
    }

    /// The names in the run's folder.
    List<String> names() throws IOException {
        return names(folder);
    }

    /// The names of the checkpoints, oldest first.
    List<String> checkpoints() throws IOException {
        return names(folder.resolve("checkpoints"));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
        }
    }

    Path checkpoint(long step) {
        return folder.resolve("checkpoints/step-%08d".formatted(step));
    }

    byte[] weights(long step) throws IOException {
        return Files.readAllBytes(checkpoint(step).resolve("model.safetensors"));
    }

    byte[] momentum(long step) throws IOException {
        return Files.readAllBytes(checkpoint(step).resolve("momentum.safetensors"));
    }

    String text(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }
}
