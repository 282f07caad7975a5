package net.alexnet.server.service;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import net.alexnet.server.HttpSettings;

/// What tests of other packages need.
public final class Fixtures {
    private Fixtures() {}

    /// A service of one small model named `tiny`.
    public static ModelService tiny(Path folder, HttpSettings http) throws IOException {
        Path model = TinyModel.write(folder.resolve("tiny.safetensors"), 1);
        return ModelService.start(ServiceFixture.settings(List.of(new ModelSpec("tiny", model)), http, 32, 256,
                Duration.ofSeconds(60)), _ -> {});
    }

    /// A picture file.
    public static byte[] picture(String format, int seed) {
        return TinyModel.picture(format, seed);
    }

    /// Elements of BYTES in binary form.
    public static byte[] elements(byte[]... elements) {
        return ServiceFixture.elements(elements);
    }

    /// Numbers in little-endian order.
    public static float[] floats(byte[] bytes) {
        return ServiceFixture.floats(bytes, 0);
    }
}
