package net.alexnet.interop.onnx;

import static net.alexnet.interop.onnx.OnnxMessages.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.RawValues;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.tensor.Shape;

/// Writes a model as an ONNX file, opset 17, that onnxruntime and its like run at any batch size:
///
/// ```
/// pictures       (N, C, H, W) float32, preprocessed: preprocessing is not part of the graph
/// probabilities  (N, classes) float32
/// ```
///
/// The file's `metadata_props` are those of a model file (see [Model]), so that it says what its classes are and what a
/// picture goes through before it enters. A mean image stands among them as `mean_image`: Base64 of its float32 values,
/// little-endian, channels × height × width.
///
/// ```
/// Model = 1: int64 ir_version   2: string producer_name   7: Graph   8: OperatorSet   14: repeated Property
/// Graph = 1: repeated Node   2: string name   5: repeated Tensor (initializer)   11: ValueInfo (input)
///         12: ValueInfo (output)
/// ```
public final class OnnxWriter {
    /// What any implementation of protocol buffers reads in one message.
    static final long LIMIT = Integer.MAX_VALUE;

    private static final int IR_VERSION = 8; // that of ONNX 1.12, which brought opset 17
    private static final int OPSET = 17;

    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_INITIALIZER = 5;

    private OnnxWriter() {}

    /// Writes the model whole or not at all (see [AtomicFiles]). The same arguments give the same bytes.
    ///
    /// @param card says which network it is
    /// @param parameters the network's, under our names, such as `conv1.weight`, in any order; each is asked for its values
    ///     once, and none is kept
    /// @throws IllegalArgumentException if a parameter is missing, left over or of another shape, or its values do not fill
    ///     its shape
    /// @throws WeightFileException if the file would exceed the 2 GiB that a protocol buffer may have
    /// @throws IOException naming the file and the cause, if it cannot be written
    public static void write(Path file, ModelCard card, List<NamedTensor> parameters) throws IOException {
        Architecture architecture = card.network().architecture();
        OnnxGraph graph = new OnnxGraph(architecture);
        List<NamedTensor> initializers = new ArrayList<>(inOrder(architecture, parameters));
        initializers.addAll(graph.constants());

        byte[] before = nodes(graph, architecture.name());
        byte[] after = ends(architecture);
        byte[] model = model(card);
        long graphBytes = (long) before.length + after.length;
        for (NamedTensor entry : initializers) {
            graphBytes += head(entry).length + RawValues.bytes(entry);
        }
        byte[] opening = OnnxMessages.opening(MODEL_GRAPH, graphBytes);
        long bytes = model.length + opening.length + graphBytes;
        if (bytes > LIMIT) {
            throw new WeightFileException(file, "an ONNX file holds at most 2 GiB, this model needs " + bytes
                    + " bytes; write .safetensors or .pth, which have no such limit");
        }
        AtomicFiles.write(file, out -> {
            out.write(model);
            out.write(opening);
            out.write(before);
            for (NamedTensor entry : initializers) {
                writeInitializer(out, entry);
            }
            out.write(after);
        });
    }

    private static List<NamedTensor> inOrder(Architecture architecture, List<NamedTensor> parameters) {
        Map<String, NamedTensor> left = new HashMap<>();
        for (NamedTensor entry : parameters) {
            if (left.put(entry.name(), entry) != null) {
                throw new IllegalArgumentException("the tensor name '" + entry.name() + "' is given twice");
            }
        }
        List<NamedTensor> ordered = new ArrayList<>();
        for (Row row : architecture.rows()) {
            if (row.layer() instanceof Weighted weighted) {
                Shape weight = row.weightShape();
                ordered.add(take(left, weighted.name() + ".weight", weight));
                ordered.add(take(left, weighted.name() + ".bias", Shape.of(weight.dim(0))));
            }
        }
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("the network '" + architecture.name() + "' has no parameters "
                    + left.keySet().stream().sorted().toList());
        }
        return ordered;
    }

    private static NamedTensor take(Map<String, NamedTensor> left, String name, Shape shape) {
        NamedTensor entry = left.remove(name);
        if (entry == null || !entry.shape().equals(shape)) {
            throw new IllegalArgumentException(
                    "the network needs a tensor '" + name + "' of shape " + shape + ", found "
                            + (entry == null ? "none" : entry.shape()));
        }
        return entry;
    }

    private static byte[] nodes(OnnxGraph graph, String name) {
        return message(out -> {
            for (byte[] node : graph.nodes()) {
                out.writeByteArray(GRAPH_NODE, node);
            }
            out.writeString(2, name);
        });
    }

    private static byte[] ends(Architecture architecture) {
        byte[] input = OnnxMessages.valueInfo(OnnxGraph.INPUT, "N", architecture.input());
        byte[] output = OnnxMessages.valueInfo(OnnxGraph.OUTPUT, "N", Shape.of(architecture.classes()));
        return message(out -> {
            out.writeByteArray(11, input);
            out.writeByteArray(12, output);
        });
    }

    /// Everything but the graph; a message's fields may come in any order.
    private static byte[] model(ModelCard card) throws IOException {
        Map<String, String> properties = new TreeMap<>(Model.metadata(card));
        for (NamedTensor entry : Model.entries(card)) {
            ByteArrayOutputStream values = new ByteArrayOutputStream();
            RawValues.of(entry).writeTo(values);
            properties.put(entry.name(), Base64.getEncoder().encodeToString(values.toByteArray()));
        }
        return message(out -> {
            out.writeInt64(1, IR_VERSION);
            out.writeString(2, "AlexNet for the JVM");
            out.writeByteArray(8, OnnxMessages.operatorSet(OPSET));
            for (Map.Entry<String, String> property : properties.entrySet()) {
                out.writeByteArray(14, OnnxMessages.property(property.getKey(), property.getValue()));
            }
        });
    }

    /// An initializer from its tag to where its values begin.
    private static byte[] head(NamedTensor entry) {
        byte[] tensor = OnnxMessages.tensorHead(entry);
        byte[] opening = OnnxMessages.opening(GRAPH_INITIALIZER, tensor.length + RawValues.bytes(entry));
        return message(out -> {
            out.writeRawBytes(opening);
            out.writeRawBytes(tensor);
        });
    }

    private static void writeInitializer(OutputStream out, NamedTensor entry) throws IOException {
        out.write(head(entry));
        RawValues.of(entry).writeTo(out);
    }
}
