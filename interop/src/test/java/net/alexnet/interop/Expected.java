package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import net.alexnet.io.Dtype;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;

/// What a fixture's own library reads in it: `expected.safetensors` beside it, with tensors named FILE:TENSOR, written by
/// `tools/foreign.py`.
public final class Expected {
    private Expected() {}

    /// A file among the test resources.
    public static Path fixture(String name) {
        try {
            return Path.of(Objects.requireNonNull(Expected.class.getResource("/weights/" + name), name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Asserts that a file has all the tensors that its own library reads in it, value by value, and no other weights.
    public static void check(WeightFile read) throws IOException {
        String prefix = Objects.requireNonNull(read.path().getFileName()) + ":";
        try (WeightFile all = SafetensorsFile.open(read.path().resolveSibling("expected.safetensors"))) {
            List<String> names = all.names().stream().filter(name -> name.startsWith(prefix)).toList();
            assertThat(names).isNotEmpty();
            for (String name : names) {
                String tensor = name.substring(prefix.length());
                assertThat(read.shape(tensor)).as(tensor).isEqualTo(all.shape(name));
                assertThat(read.values(tensor).toArray(NamedTensor.FLOAT)).as(tensor).isEqualTo(all.read(name));
            }
            if (read instanceof MappedWeights mapped) {
                for (String tensor : read.names()) {
                    assertThat(List.of(Dtype.F16, Dtype.BF16, Dtype.F32, Dtype.F64).contains(mapped.dtype(tensor)))
                            .as(tensor).isEqualTo(names.contains(prefix + tensor));
                }
            }
        }
    }
}
