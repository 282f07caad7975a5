package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Weights of 2012 were trained with whole outputs for the kept half of the units, so at test all outputs are halved; later
/// ones were trained with doubled outputs, so at test nothing is done. The same weights must be read either way as their
/// table says, whatever file they come in.
class DropoutConventionsTest {
    private static final int UNITS = 8;

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"PAPER, 0.5", "CAFFE, 1", "CAFFENET, 1", "ONNX_ZOO, 1", "TORCHVISION, 1"})
    void hiddenUnitsCountAsForTheLayoutsNetwork(WeightLayout layout, double factor) throws Exception {
        AlexNet full = AlexNet.of(layout.variant());
        AlexNet network = full.withSize(layout == WeightLayout.ONNX_ZOO ? 224 : full.input(), 3, 0.001).withClasses(3);
        Path foreign = ForeignFiles.write(folder.resolve("foreign.safetensors"), network, layout, _ -> {});
        unitsCount(imported(foreign, ImportOptions.of(layout).classes(new ClassList(List.of("a", "b", "c"), List.of()))
                .mean(List.of(0.0))), factor);
    }

    /// Two towers trained by PyTorch, for example.
    @ParameterizedTest
    @CsvSource({"PAPER, AT_TRAINING, 1", "PAPER, AT_TEST, 0.5", "CAFFE, AT_TEST, 0.5", "ORIGINAL, AT_TEST, 0.5"})
    void orAsTheFileStates(Variant variant, DropoutScaling scaling, double factor) throws Exception {
        AlexNet network = ForeignFiles.narrow(AlexNet.of(variant), 3).withDropout(0.5, scaling);
        Path stated = ForeignFiles.model(folder.resolve("stated.safetensors"), new ModelCard(network,
                List.of("a", "b", "c"), new Preprocessing(3, 256, network.input(), List.of(0.0, 0.0, 0.0), 1), ""));
        Model model = imported(stated, ImportOptions.of(WeightLayout.PAPER));
        unitsCount(model, factor);
        assertThat(model.card().network().dropoutScaling()).isEqualTo(scaling);
    }

    private void unitsCount(Model model, double factor) throws Exception {
        int side = model.card().network().input();
        float[] picture = new float[3 * side * side];
        Random random = new Random(5);
        for (int i = 0; i < picture.length; i++) {
            picture[i] = (float) random.nextGaussian();
        }
        Tensor input = backend.upload(Shape.of(1, 3, side, side), picture);
        double[] expected = byHand(model, input, factor);
        assertThat(expected).doesNotContain(byHand(model, input, 1.5 - factor), within(1e-3));
        float[] found = backend.download(model.network().probabilities(input));
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).isCloseTo(expected[i], within(1e-5));
        }
    }

    private Model imported(Path foreign, ImportOptions options) throws IOException {
        Path file = folder.resolve("model.safetensors");
        try (WeightFile weights = Importer.open(foreign)) {
            Importer.read(weights, options).write(file);
        }
        return Model.read(file).on(backend);
    }

    /// The fully connected layers in plain sums, after what the network makes of its maps.
    private double[] byHand(Model model, Tensor input, double factor) throws IOException {
        List<Row> rows = model.card().network().architecture().rows();
        int flatten = IntStream.range(0, rows.size()).filter(i -> rows.get(i).name().equals("flatten")).findFirst()
                .orElseThrow();
        float[] maps = backend.download(model.network().outputs(input, 0, flatten + 1));
        double[] values = IntStream.range(0, maps.length).mapToDouble(i -> maps[i]).toArray();
        try (WeightFile weights = SafetensorsFile.open(folder.resolve("model.safetensors"))) {
            for (String layer : List.of("fc6", "fc7")) {
                values = dense(weights, layer, values, UNITS);
                for (int i = 0; i < values.length; i++) {
                    values[i] = factor * Math.max(0, values[i]);
                }
            }
            values = dense(weights, "fc8", values, 3);
        }
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.exp(values[i]);
            sum += values[i];
        }
        for (int i = 0; i < values.length; i++) {
            values[i] /= sum;
        }
        return values;
    }

    private static double[] dense(WeightFile weights, String layer, double[] in, int units) throws IOException {
        float[] weight = weights.read(layer + ".weight", Shape.of(units, in.length));
        float[] bias = weights.read(layer + ".bias", Shape.of(units));
        double[] out = new double[units];
        for (int unit = 0; unit < units; unit++) {
            out[unit] = bias[unit];
            for (int i = 0; i < in.length; i++) {
                out[unit] += weight[unit * in.length + i] * in[i];
            }
        }
        return out;
    }
}
