package net.alexnet.nn;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.train.config.SgdConfig;

/// A file of `golden/`, read whole; the README.md there says what is in it.
///
/// @param metadata the numbers of its training
/// @param tensors by name, in row-major order
record GoldenFile(Map<String, String> metadata, Map<String, float[]> tensors) {
    static GoldenFile read(String name) {
        String resource = "/golden/" + name + ".safetensors";
        try (InputStream in = GoldenFile.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing; tools/golden.py writes it");
            }
            // A file to map into memory: the resource may lie inside a jar.
            Path copy = Files.createTempFile(name, ".safetensors");
            try {
                Files.write(copy, in.readAllBytes());
                return read(copy);
            } finally {
                Files.delete(copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GoldenFile read(Path path) throws IOException {
        try (WeightFile file = SafetensorsFile.open(path)) {
            Map<String, float[]> tensors = new HashMap<>();
            for (String name : file.names()) {
                tensors.put(name, file.read(name));
            }
            return new GoldenFile(file.metadata(), tensors);
        }
    }

    float[] tensor(String name) {
        float[] values = tensors.get(name);
        if (values == null) {
            throw new IllegalArgumentException("no tensor " + name + "; there are " + tensors.keySet());
        }
        return values;
    }

    /// The update rule of its training.
    SgdConfig optimizer() {
        return new SgdConfig(
                number("rate"),
                number("momentum"),
                number("weight_decay"),
                number("bias_rate_factor"),
                text("bias_decay").equals("true"));
    }

    /// The factor on the rate at a step.
    double factor(int step) {
        return step < number("drop_at") ? 1 : number("drop_factor");
    }

    /// The dropout masks of a step.
    DropoutMasks masks(int step) {
        return new DropoutMasks(Long.parseLong(text("seed")), step);
    }

    private double number(String key) {
        return Double.parseDouble(text(key));
    }

    private String text(String key) {
        String value = metadata.get(key);
        if (value == null) {
            throw new IllegalArgumentException("no metadata " + key + "; there are " + metadata.keySet());
        }
        return value;
    }
}
