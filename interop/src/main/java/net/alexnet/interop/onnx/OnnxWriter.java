package net.alexnet.interop.onnx;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
import net.alexnet.io.ProtobufWriter;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.tensor.Shape;

/// Writes a model as an ONNX file, opset 17, that onnxruntime and others run at any batch size:
///
/// ```
/// pictures       (N, C, H, W) float32, preprocessed: preprocessing is not part of the graph
/// probabilities  (N, classes) float32
/// ```
///
/// The file's `metadata_props` are those of a model file (see [Model]), so that it says what its classes are and how an
/// image is preprocessed. A mean image is among them as `mean_image`: Base64 of its float32 values, little-endian,
/// channels × height × width.
///
/// ```
/// Model       = 1: int64 ir_version   2: string producer_name   7: Graph   8: OperatorSet   14: repeated Property
/// Graph       = 1: repeated Node   2: string name   5: repeated Tensor (initializer)   11: ValueInfo (input)
///               12: ValueInfo (output)
/// Tensor      = 1: repeated int64 dims    2: int32 data_type (FLOAT = 1)    8: string name    9: bytes raw_data
/// ValueInfo   = 1: string name    2: Type
/// Type        = 1: TensorType     TensorType = 1: int32 elem_type    2: TensorShape
/// TensorShape = 1: repeated Dimension        Dimension = 1: int64 dim_value | 2: string dim_param
/// OperatorSet = 2: int64 version             Property  = 1: string key      2: string value
/// ```
public final class OnnxWriter {
    /// What any implementation of protocol buffers reads in one message.
    static final long LIMIT = Integer.MAX_VALUE;

    private static final int IR_VERSION = 8; // that of ONNX 1.12, which brought opset 17
    private static final int OPSET = 17;
    private static final int FLOAT = 1; // TensorProto.DataType

    private OnnxWriter() {}

    /// Writes the model whole or not at all (see [AtomicFiles]). The same arguments give the same bytes.
    ///
    /// @param card says which network it is
    /// @param parameters the network's, under our names, such as `conv1.weight`, in any order; each is asked for its values
    ///     once, and none is kept
    /// @throws IllegalArgumentException if a parameter is missing, left over or of another shape, its values do not fill
    ///     its shape, or ONNX has no operator for a layer
    /// @throws WeightFileException if the file would exceed the 2 GiB that a protocol buffer may have
    /// @throws IOException naming the file and the cause, if it cannot be written
    public static void write(Path file, ModelCard card, List<NamedTensor> parameters) throws IOException {
        Architecture architecture = card.network().architecture();
        OnnxGraph graph = new OnnxGraph(architecture);
        List<NamedTensor> initializers = new ArrayList<>(inOrder(architecture, parameters));
        initializers.addAll(graph.constants());

        ProtobufWriter nodes = new ProtobufWriter();
        graph.nodes().forEach(node -> nodes.bytes(1, node));
        byte[] before = nodes.text(2, architecture.name()).toByteArray();
        byte[] after = new ProtobufWriter().bytes(11, valueInfo(OnnxGraph.INPUT, architecture.input()))
                .bytes(12, valueInfo(OnnxGraph.OUTPUT, Shape.of(architecture.classes()))).toByteArray();
        long graphBytes = (long) before.length + after.length;
        for (NamedTensor entry : initializers) {
            graphBytes += head(entry).length + entry.bytes();
        }
        byte[] model = new ProtobufWriter().raw(model(card)).opening(7, graphBytes).toByteArray();
        if (model.length + graphBytes > LIMIT) {
            throw new WeightFileException(file, "an ONNX file holds at most 2 GiB, this model needs "
                    + (model.length + graphBytes) + " bytes; write .safetensors or .pth, which have no such limit");
        }
        AtomicFiles.write(file, out -> {
            out.write(model);
            out.write(before);
            for (NamedTensor entry : initializers) {
                out.write(head(entry));
                NamedTensor.write(entry.checkedValues(), out);
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
            throw new IllegalArgumentException("the network needs a tensor '" + name + "' of shape " + shape
                    + ", found " + (entry == null ? "none" : entry.shape()));
        }
        return entry;
    }

    /// A float32 input or output of the graph, its outermost extent left open.
    ///
    /// @param rest the other extents
    private static byte[] valueInfo(String name, Shape rest) {
        ProtobufWriter shape = new ProtobufWriter().bytes(1, new ProtobufWriter().text(2, "N").toByteArray());
        for (int dim : rest.dims()) {
            shape.bytes(1, new ProtobufWriter().number(1, dim).toByteArray());
        }
        byte[] tensor = new ProtobufWriter().number(1, FLOAT).bytes(2, shape.toByteArray()).toByteArray();
        return new ProtobufWriter().text(1, name).bytes(2, new ProtobufWriter().bytes(1, tensor).toByteArray())
                .toByteArray();
    }

    /// Everything but the graph; a message's fields may come in any order.
    private static byte[] model(ModelCard card) throws IOException {
        Map<String, String> properties = new TreeMap<>(Model.metadata(card));
        for (NamedTensor entry : Model.entries(card)) {
            ByteArrayOutputStream values = new ByteArrayOutputStream();
            NamedTensor.write(entry.checkedValues(), values);
            properties.put(entry.name(), Base64.getEncoder().encodeToString(values.toByteArray()));
        }
        ProtobufWriter model = new ProtobufWriter().number(1, IR_VERSION).text(2, "AlexNet for the JVM")
                .bytes(8, new ProtobufWriter().number(2, OPSET).toByteArray());
        properties.forEach(
                (key, value) -> model.bytes(14, new ProtobufWriter().text(1, key).text(2, value).toByteArray()));
        return model.toByteArray();
    }

    /// An initializer from its tag to where its values begin.
    private static byte[] head(NamedTensor entry) {
        ProtobufWriter tensor = new ProtobufWriter();
        for (int dim : entry.shape().dims()) {
            tensor.number(1, dim);
        }
        byte[] fields = tensor.number(2, FLOAT).text(8, entry.name()).opening(9, entry.bytes()).toByteArray();
        return new ProtobufWriter().opening(5, fields.length + entry.bytes()).raw(fields).toByteArray();
    }
}
