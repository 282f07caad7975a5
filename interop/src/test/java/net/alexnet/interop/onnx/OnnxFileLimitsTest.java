package net.alexnet.interop.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import net.alexnet.data.image.MeanImage;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.nn.Network;
import net.alexnet.nn.Parameter;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What goes into an ONNX file besides the graph, and what does not.
class OnnxFileLimitsTest {
    private static final AlexNet TABLE = TinyNetworks.of(3);

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();
    private final Network network = Network.initialize(TABLE.architecture(), TABLE.initialization(), 7, backend);
    private final ModelCard card = new ModelCard(TABLE, List.of("größer", "\"b\"", "猫"),
            new Preprocessing(1, 10, 8, List.of(72.9), 0.5), "a test");

    @TempDir
    private Path folder;
    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = folder.resolve("model.onnx");
    }

    @Test
    void carriesTheMetadataOfAModelFile() throws Exception {
        OnnxWriter.write(file, card, network.entries());
        try (OnnxRun run = new OnnxRun(file)) {
            assertThat(run.metadata()).isEqualTo(Model.metadata(card));
        }
    }

    @Test
    void holdsTheWeights() throws Exception {
        OnnxWriter.write(file, card, network.entries());
        WeightFile read = OnnxFile.open(file).weights();
        for (Parameter parameter : network.parameters()) {
            assertThat(read.values(parameter.name(), parameter.value().shape()).toArray(NamedTensor.FLOAT))
                    .isEqualTo(backend.download(parameter.value()));
        }
    }

    @Test
    void carriesAMeanImage() throws Exception {
        float[] means = new float[8 * 8];
        for (int i = 0; i < means.length; i++) {
            means[i] = i / 3f;
        }
        ModelCard withImage = new ModelCard(TABLE, card.classes(),
                new Preprocessing(1, 10, 8, List.of(72.9), 0.5, Optional.of(new MeanImage(8, 1, means))), "a test");
        OnnxWriter.write(file, withImage, network.entries());
        try (OnnxRun run = new OnnxRun(file)) {
            assertThat(run.metadata()).containsAllEntriesOf(Model.metadata(withImage));
            byte[] image = Base64.getDecoder().decode(Objects.requireNonNull(run.metadata().get("mean_image")));
            float[] found = new float[means.length];
            ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(found);
            assertThat(image).hasSize(Float.BYTES * means.length);
            assertThat(found).isEqualTo(means);
        }
    }

    @Test
    void theSameModelGivesTheSameBytes() throws Exception {
        OnnxWriter.write(file, card, network.entries());
        Path other = folder.resolve("other.onnx");
        OnnxWriter.write(other, card, network.entries());
        assertThat(other).hasSameBinaryContentAs(file);
    }

    @Test
    void refusesWhatAProtocolBufferCannotHold() {
        AlexNet wide = AlexNet.paper().withSize(224, 3, 16);
        List<NamedTensor> entries = new ArrayList<>();
        for (Row row : wide.architecture().rows()) {
            if (row.layer() instanceof Weighted weighted) {
                entries.add(unasked(weighted.name() + ".weight", row.weightShape()));
                entries.add(unasked(weighted.name() + ".bias", Shape.of(row.weightShape().dim(0))));
            }
        }
        ModelCard large = new ModelCard(wide, Collections.nCopies(1000, "x"),
                new Preprocessing(3, 256, 224, List.of(0.0, 0.0, 0.0), 1), "a test");
        assertThatThrownBy(() -> OnnxWriter.write(file, large, entries)).isInstanceOf(WeightFileException.class)
                .hasMessageContainingAll(file.toString(), "2 GiB", ".safetensors");
        assertThat(folder).isEmptyDirectory();
    }

    private static NamedTensor unasked(String name, Shape shape) {
        return new NamedTensor(name, shape, () -> {
            throw new IllegalStateException(name + " was asked for its values");
        });
    }

    @Test
    void failureKeepsThePreviousFile() throws Exception {
        OnnxWriter.write(file, card, network.entries());
        byte[] before = Files.readAllBytes(file);
        List<NamedTensor> broken = new ArrayList<>(network.entries());
        NamedTensor last = broken.removeLast();
        broken.add(unasked(last.name(), last.shape()));

        assertThatThrownBy(() -> OnnxWriter.write(file, card, broken))
                .hasMessage("fc8.bias was asked for its values");

        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
    }
}
