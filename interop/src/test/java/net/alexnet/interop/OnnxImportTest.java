package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.interop.pytorch.PyTorchFile;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Layer.DropoutScaling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The network of [TorchvisionTest] as graphs (`tools/weights.py onnx`).
class OnnxImportTest {
    private static final Path FIXTURES = Path.of("src/test/resources/weights/torchvision");
    private static final ClassList CLASSES = new ClassList(List.of("a", "b", "c", "d", "e", "f", "g"), List.of());

    @TempDir
    private Path folder;

    private Path imported(String name, String only) throws IOException {
        Path model = folder.resolve("model.safetensors");
        try (WeightFile weights = Importer.open(FIXTURES.resolve(name))) {
            assertThat(Importer.layout(weights)).isEqualTo(WeightLayout.TORCHVISION);
            Importer.read(weights, ImportOptions.of(WeightLayout.TORCHVISION).classes(CLASSES).only(List.of(only)))
                    .write(model);
        }
        return model;
    }

    /// As PyTorch exports it now, as it did, and with fc7 and fc8 the other way round.
    @ParameterizedTest
    @ValueSource(strings = {"dynamo.onnx", "script.onnx", "dense.onnx"})
    void weightsAreOrientedByTheirNodes(String name) throws Exception {
        MappedWeights expected = PyTorchFile.open(FIXTURES.resolve("narrow.pth"));
        try (WeightFile found = Importer.open(imported(name, "*"))) {
            for (String parameter : WeightLayout.TORCHVISION.parameters()) {
                String theirs = WeightLayout.TORCHVISION.theirs(parameter);
                assertThat(found.values(parameter, expected.shape(theirs)).mismatch(expected.values(theirs)))
                        .as(parameter).isEqualTo(-1);
            }
        }
    }

    @Test
    void anotherActivationIsAnotherNetwork() throws Exception {
        assertThatThrownBy(() -> imported("tanh.onnx", "*")).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("operator 2 is Tanh, expected Relu");
        assertThat(imported("tanh.onnx", "conv*")).as("kernels alone").exists();
    }

    /// A graph that says nothing of itself is told by its steps: norms, pools and the halving of 2012 among them.
    @ParameterizedTest
    @CsvSource({
        "CAFFE, AT_TRAINING, CAFFENET, 'is LRN of 5, alpha 1.0E-4, beta 0.75, k 1.0, expected MaxPool of 3, stride 2'",
        "CAFFENET, AT_TRAINING, CAFFE, 'is MaxPool of 3, stride 2, padding 0'",
        "CAFFE, AT_TEST, CAFFE, 'is Mul by 0.5, expected Gemm fc7'"})
    void graphOfAnotherNetworkIsRefused(Variant table, DropoutScaling scaling, Variant other, String said)
            throws Exception {
        AlexNet network = ForeignFiles.narrow(AlexNet.of(table), 7).withDropout(0.5, scaling);
        Path graph = Files.write(folder.resolve("graph.onnx"), graphOf(network));
        try (WeightFile weights = Importer.open(graph)) {
            requireComputes(weights, network);
            AlexNet another = ForeignFiles.narrow(AlexNet.of(other), 7)
                    .withDropout(0.5, DropoutScaling.AT_TRAINING);
            assertThatThrownBy(() -> requireComputes(weights, another)).isInstanceOf(WeightFileException.class)
                    .hasMessageContaining(said);
        }
    }

    private static void requireComputes(WeightFile graph, AlexNet network) throws WeightFileException {
        ((GraphWeights) graph).requireComputes(network.architecture(), WeightLayout.PAPER, List.of(), true);
    }

    /// Pools that hang over, as for an input of 224, and padding that changes no window, are the table's.
    @ParameterizedTest
    @CsvSource({"0 0 0 0, ''", "0 0 1 1, ''", "0 0 2 2, ''",
        "0 0 3 3, 'is Conv conv1 of 11, stride 4, padding 0, 55 outputs'", "1 0 0 0, 'not the same along'",
        "0 0 0 3, 'not the same along both axes'", "1 1 1 1, 'is Conv conv1 of 11, stride 4, padding 1'"})
    void equivalentPaddingIsAccepted(String pads, String said) throws Exception {
        byte[] conv1 = padding("0 0 0 0");
        byte[] graph = caffe224();
        int at = indexOf(graph, conv1); // conv1 is the first node
        System.arraycopy(padding(pads), 0, graph, at, conv1.length);
        assertThat(indexOf(graph, padding("0 0 1 1"))).as("a pool that hangs over").isPositive();
        assertRead(graph, said);
    }

    /// Attribute `pads` from its name on.
    private static byte[] padding(String four) {
        StringBuilder text = new StringBuilder("pads");
        for (String one : four.split(" ", -1)) {
            text.append('@').append((char) Integer.parseInt(one)); // a varint of field 8
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /// What is behind an Identity is looked at as well.
    @ParameterizedTest
    @CsvSource({"Identity, ''", "Sub, 'operator 1 is Sub, expected Conv conv1'",
        "Constant, 'operator 1 is nothing, expected Conv conv1'"})
    void operatorBeforeTheFirstConvolutionIsCompared(String type, String said) throws Exception {
        byte[] graph = caffe224();
        int input = indexOf(graph, bytes("pictures"));
        System.arraycopy(bytes("identity"), 0, graph, input, 8);
        String read = type.equals("Constant") ? "" : "pictures";
        assertRead(withNodes(graph, false, node("before", type, read),
                node("identity", "Identity", "before")), said);
    }

    /// Nodes behind the last one that read a value from before it, and other outputs.
    @ParameterizedTest
    @CsvSource({"Sigmoid, fc8, anotherOutput, 'reads ''fc8'', expected the value of that'",
        "Sigmoid, fc7, probabilities, 'Sigmoid after operator 21 reads ''fc7'''",
        "Sigmoid, pictures, probabilities, 'reads ''pictures'''",
        "Constant, '', anotherOutput, 'it gives anotherOutput, expected the value of'",
        "Identity, probabilities, anotherOutput, ''", "Constant, '', probabilities, ''",
        "Shape, pictures, probabilities, ''"})
    void branchesAndOtherOutputsAreRefused(String type, String input, String output, String said)
            throws Exception {
        byte[] graph = caffe224();
        int declared = new String(graph, StandardCharsets.ISO_8859_1).lastIndexOf("probabilities");
        System.arraycopy(bytes(output), 0, graph, declared, output.length());
        assertRead(withNodes(graph, true, node("anotherOutput", type, input)), said);
    }

    /// A MatMul and the Add of its bias are one operator, but another node can read between them.
    @Test
    void productBeforeItsBiasIsAnEarlierValue() throws Exception {
        byte[] graph = Files.readAllBytes(FIXTURES.resolve("dense.onnx"));
        Path file = folder.resolve("branch.onnx");
        Files.write(file, withNodes(graph, true, node("branch", "Sigmoid", "product")));
        try (WeightFile weights = Importer.open(file)) {
            ImportOptions options = ImportOptions.of(WeightLayout.TORCHVISION).classes(CLASSES);
            assertThatThrownBy(() -> Importer.read(weights, options))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessageContaining("reads 'product'");
        }
    }

    private void assertRead(byte[] graph, String said) throws IOException {
        Path file = folder.resolve("changed.onnx");
        Files.write(file, graph);
        AlexNet network = ForeignFiles.narrow(AlexNet.of(Variant.CAFFE).withSize(224, 3, 0.001), 7);
        try (WeightFile weights = Importer.open(file)) {
            if (said.isEmpty()) {
                requireComputes(weights, network);
            } else {
                assertThatThrownBy(() -> requireComputes(weights, network)).isInstanceOf(WeightFileException.class)
                        .hasMessageContaining("does not compute").hasMessageContaining(said);
            }
        }
    }

    /// Caffe's network for 224 pixels, whose first pool hangs over by one.
    private byte[] caffe224() throws IOException {
        return graphOf(ForeignFiles.narrow(AlexNet.of(Variant.CAFFE).withSize(224, 3, 0.001), 7));
    }

    /// What the exporter writes of a network, without its card.
    private byte[] graphOf(AlexNet network) throws IOException {
        ModelCard card = new ModelCard(network, CLASSES.names(),
                new Preprocessing(3, 256, network.input(), List.of(0.0, 0.0, 0.0), 1), "trained");
        Path own = ForeignFiles.write(folder.resolve("own.safetensors"), network, WeightLayout.PAPER, _ -> {});
        Path graph = folder.resolve("exported.onnx");
        Exporter.write(graph, new Model.Stored(card, SafetensorsFile.openLasting(own)), WeightLayout.PAPER,
                Exporter.Format.ONNX);
        return withoutCard(Files.readAllBytes(graph));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static int indexOf(byte[] all, byte[] part) {
        return new String(all, StandardCharsets.ISO_8859_1).indexOf(new String(part, StandardCharsets.ISO_8859_1));
    }

    /// A NodeProto.
    private static byte[] node(String output, String type, String input) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        if (!input.isEmpty()) {
            out.writeString(1, input);
        }
        out.writeString(2, output);
        out.writeString(4, type);
        out.flush();
        return bytes.toByteArray();
    }

    /// With nodes before or behind those of the graph, field 7 of the outermost message.
    private static byte[] withNodes(byte[] model, boolean behind, byte[]... nodes)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        CodedInputStream in = CodedInputStream.newInstance(model);
        while (!in.isAtEnd()) {
            int start = in.getTotalBytesRead();
            int tag = in.readTag();
            if (tag >>> 3 == 7) {
                byte[] graph = in.readByteArray();
                ByteArrayOutputStream longer = new ByteArrayOutputStream();
                CodedOutputStream more = CodedOutputStream.newInstance(longer);
                if (behind) {
                    more.writeRawBytes(graph);
                }
                for (byte[] node : nodes) {
                    more.writeByteArray(1, node);
                }
                if (!behind) {
                    more.writeRawBytes(graph);
                }
                more.flush();
                out.writeByteArray(7, longer.toByteArray());
            } else {
                in.skipField(tag);
                out.writeRawBytes(Arrays.copyOfRange(model, start, in.getTotalBytesRead()));
            }
        }
        out.flush();
        return bytes.toByteArray();
    }

    /// Without field 14 of the outermost message, `metadata_props`.
    private static byte[] withoutCard(byte[] model) throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        CodedInputStream in = CodedInputStream.newInstance(model);
        while (!in.isAtEnd()) {
            int start = in.getTotalBytesRead();
            int tag = in.readTag();
            in.skipField(tag);
            if (tag >>> 3 != 14) {
                rest.write(model, start, in.getTotalBytesRead() - start);
            }
        }
        return rest.toByteArray();
    }
}
