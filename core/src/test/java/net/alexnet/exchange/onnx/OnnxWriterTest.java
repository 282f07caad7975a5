package net.alexnet.exchange.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.alexnet.image.Preprocessing;
import net.alexnet.model.Model;
import net.alexnet.model.ModelCard;
import net.alexnet.net.AlexNet;
import net.alexnet.net.AlexNet.Activation;
import net.alexnet.net.AlexNet.Table;
import net.alexnet.net.Initialization;
import net.alexnet.net.Network;
import net.alexnet.net.Parameter;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.alexnet.weights.Entry;
import net.alexnet.weights.onnx.OnnxFile;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What onnxruntime computes by the files, beside the reference backend.
class OnnxWriterTest {
    private static final Offset<Float> CLOSE = Offset.offset(1e-4f);
    private static final int CLASSES = 5;

    @TempDir
    private Path folder;

    private final Backend backend = new ReferenceBackend();

    /// Every table and every option, at one batch size or the other.
    @ParameterizedTest
    @CsvSource({"PAPER,224,1,2,RELU,true,true", "PAPER,67,7,2,RELU,true,true", "PAPER,67,7,1,RELU,true,true",
        "PAPER,70,7,2,TANH,true,false", "PAPER,67,1,2,RELU,false,true", "ORIGINAL,67,7,2,RELU,true,true",
        "ORIGINAL,70,1,1,TANH,true,false", "CAFFE,67,7,2,RELU,true,true", "CAFFE,227,1,2,RELU,true,true",
        "CAFFENET,67,7,2,RELU,true,true", "TORCHVISION,224,1,1,RELU,true,true", "TORCHVISION,67,7,1,TANH,true,true",
        "SMALL,32,7,2,RELU,true,true", "SMALL,16,1,1,RELU,true,false"})
    void onnxruntimeGivesOurProbabilities(
            Table table, int side, int batch, int towers, Activation activation, boolean norm, boolean overlapping)
            throws Exception {
        AlexNet net = new AlexNet(table, side, 3, CLASSES, 0.01, towers, activation, norm, overlapping, 0.5,
                Initialization.HE);
        Network network = network(net);
        Path file = folder.resolve("net.onnx");
        OnnxWriter.write(file, card(net), network.entries());
        float[] pictures = pictures(batch, net);
        float[] ours;
        try (Scope _ = backend.scope()) {
            ours = backend.download(network.probabilities(backend.upload(Shape.of(batch, 3, side, side), pictures)));
        }
        float[][] theirs = run(file, pictures, new long[] {batch, 3, side, side});
        assertThat(theirs).hasDimensions(batch, CLASSES);
        float least = 1;
        for (int n = 0; n < batch; n++) {
            for (int i = 0; i < CLASSES; i++) {
                assertThat(theirs[n][i]).as("picture %d, class %d", n, i).isCloseTo(ours[n * CLASSES + i], CLOSE);
                least = Math.min(least, ours[n * CLASSES + i]);
            }
        }
        assertThat(least).as("the probabilities say something").isLessThan(0.15f);
    }

    private Network network(AlexNet net) {
        Network network = Network.initialize(net.architecture(), Initialization.HE, 3, backend);
        Random random = new Random(5);
        for (Parameter parameter : network.parameters()) {
            if (parameter.bias()) {
                float[] values = new float[Math.toIntExact(parameter.value().shape().elements())];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) random.nextGaussian() / 2;
                }
                backend.assign(parameter.value(), values);
            }
        }
        return network;
    }

    /// Large enough that response normalisation matters.
    private static float[] pictures(int batch, AlexNet net) {
        Random random = new Random(1);
        float[] values = new float[batch * 3 * net.input() * net.input()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (70 * random.nextGaussian());
        }
        return values;
    }

    private static float[][] run(Path file, float[] pictures, long[] shape) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(file.toString());
                OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pictures), shape);
                OrtSession.Result result = session.run(Map.of("pictures", input))) {
            return (float[][]) result.get(0).getValue();
        }
    }

    private static ModelCard card(AlexNet net) {
        return new ModelCard(net, List.of("a", "b", "c", "d", "e"),
                new Preprocessing(3, net.input(), net.input(), List.of(1.0, 2.0, 3.0), 1), "a test");
    }

    @Test
    void theFileSaysWhatItIsAndHoldsTheWeights() throws Exception {
        AlexNet net = AlexNet.small().withSize(16, 3, 0.01).withClasses(CLASSES);
        Network network = network(net);
        Path file = folder.resolve("net.onnx");
        OnnxWriter.write(file, card(net), network.entries());
        Path again = folder.resolve("again.onnx");
        OnnxWriter.write(again, card(net), network.entries());
        assertThat(again).hasSameBinaryContentAs(file);
        OnnxFile read = OnnxFile.open(file);
        assertThat(read.metadata()).containsAllEntriesOf(Model.metadata(card(net)));
        for (Parameter parameter : network.parameters()) {
            assertThat(read.values(parameter.name(), parameter.value().shape()).toArray(Entry.FLOAT))
                    .isEqualTo(backend.download(parameter.value()));
        }
    }

    @Test
    void aMissingParameterLeavesNoFile() throws IOException {
        AlexNet net = AlexNet.small().withSize(16, 3, 0.01).withClasses(CLASSES);
        var entries = network(net).entries();
        Path file = folder.resolve("net.onnx");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OnnxWriter.write(file, card(net), entries.subList(1, entries.size())))
                .withMessageContaining("conv1.weight");
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }
}
