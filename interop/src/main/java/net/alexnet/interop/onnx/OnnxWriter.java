package net.alexnet.interop.onnx;

import module java.base;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.ProtobufWriter;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;

/// Writes a model as an ONNX file, opset 17, that onnxruntime and others run at any batch size:
///
/// ```
/// pictures       (N, C, H, W) float32, preprocessed: preprocessing is not part of the graph
/// probabilities  (N, classes) float32
/// ```
///
/// The output of every other row of the network has the row's name, so that a consumer can ask for `fc7` as well. The file's
/// `metadata_props` are those of a model file (see [Model]), so that it says what its classes are and how an image is
/// preprocessed. A mean image is among them as `mean_image`: Base64 of its float32 values, little-endian, channels × height ×
/// width.
///
/// ```
/// Model       = 1: int64 ir_version   2: string producer_name   7: Graph   8: OperatorSet   14: repeated Property
/// Graph       = 1: repeated Node   2: string name   5: repeated Tensor (initializer)   11: ValueInfo (input)
///               12: ValueInfo (output)
/// Node        = 1: repeated string input    2: repeated string output    3: string name    4: string op_type
///               5: repeated Attribute
/// Attribute   = 1: string name    2: float f | 3: int64 i | 8: repeated int64 ints    20: enum type
/// Tensor      = 1: repeated int64 dims    2: int32 data_type (FLOAT = 1)    8: string name    9: bytes raw_data
/// ValueInfo   = 1: string name    2: Type
/// Type        = 1: TensorType     TensorType = 1: int32 elem_type    2: TensorShape
/// TensorShape = 1: repeated Dimension        Dimension = 1: int64 dim_value | 2: string dim_param
/// OperatorSet = 2: int64 version             Property  = 1: string key      2: string value
/// ```
public final class OnnxWriter {
    private static final String INPUT = "pictures";
    private static final String OUTPUT = "probabilities";
    private static final int IR_VERSION = 8; // that of ONNX 1.12, which brought opset 17
    private static final int OPSET = 17;
    private static final int FLOAT = 1; // of TensorProto.DataType and AttributeProto.AttributeType
    private static final int INT = 2; // of AttributeProto.AttributeType
    private static final int INTS = 7;

    private final ProtobufWriter graph = new ProtobufWriter();
    private final List<NamedTensor> initializers;

    private OnnxWriter(List<NamedTensor> parameters) {
        initializers = new ArrayList<>(parameters);
    }

    /// Writes the model whole or not at all (see [AtomicFiles]). The same arguments give the same bytes.
    ///
    /// @param card says which network it is
    /// @param parameters all of the network's, under our names, such as `conv1.weight`; each is asked for its values once,
    ///     and none is kept
    /// @throws IllegalArgumentException if the values of a parameter do not fill its shape, or ONNX has no operator for a
    ///     layer
    /// @throws WeightFileException if the file would exceed the 2 GiB that a protocol buffer may have
    /// @throws IOException naming the file and the cause, if it cannot be written
    public static void write(Path file, ModelCard card, List<NamedTensor> parameters) throws IOException {
        Architecture architecture = card.network().architecture();
        OnnxWriter writer = new OnnxWriter(parameters);
        String x = INPUT;
        for (Row row : architecture.rows()) {
            x = writer.add(row, x, row.layer() instanceof Layer.Softmax ? OUTPUT : row.name());
        }
        byte[] before = writer.graph.text(2, architecture.name()).toByteArray();
        byte[] after = new ProtobufWriter().bytes(11, valueInfo(INPUT, architecture.input()))
                .bytes(12, valueInfo(OUTPUT, Shape.of(architecture.classes()))).toByteArray();
        long graphBytes = (long) before.length + after.length;
        for (NamedTensor entry : writer.initializers) {
            graphBytes += head(entry).length + entry.bytes();
        }
        byte[] model = new ProtobufWriter().raw(model(card)).opening(7, graphBytes).toByteArray();
        if (model.length + graphBytes > Integer.MAX_VALUE) {
            throw new WeightFileException(file, "an ONNX file holds at most 2 GiB, this model needs "
                    + (model.length + graphBytes) + " bytes; write .safetensors or .pth, which have no such limit");
        }
        AtomicFiles.write(file, out -> {
            out.write(model);
            out.write(before);
            for (NamedTensor entry : writer.initializers) {
                out.write(head(entry));
                NamedTensor.write(entry.checkedValues(), out);
            }
            out.write(after);
        });
    }

    // --- the graph, in the order in which it is computed ---------------------------------------------------------------

    /// @return the name of what the next row reads
    private String add(Row row, String x, String y) {
        switch (row.layer()) {
            case Layer.Conv conv -> {
                byte[][] window = window(conv.window(), row.in());
                node("Conv", y, List.of(x, y + ".weight", y + ".bias"), window[0], window[1], window[2],
                        integer("group", conv.groups()));
            }
            case Layer.Dense _ -> node("Gemm", y, List.of(x, y + ".weight", y + ".bias"), integer("transB", 1));
            case Layer.Relu _ -> node("Relu", y, List.of(x));
            case Layer.Tanh _ -> node("Tanh", y, List.of(x));
            case Layer.ResponseNorm(LocalResponseNorm norm) -> normalize(norm, x, y);
            case Layer.MaxPool pool -> node("MaxPool", y, List.of(x), window(pool.window(), row.in()));
            case Layer.Flatten _ -> node("Flatten", y, List.of(x), integer("axis", 1));
            case Layer.L2Norm _ -> node("LpNormalization", y, List.of(x), integer("axis", 1), integer("p", 2));
            case Layer.Softmax _ -> node("Softmax", y, List.of(x), integer("axis", 1));
            case Layer.Dropout dropout -> {
                if (dropout.scaling() == Layer.DropoutScaling.AT_TRAINING) {
                    return x; // nothing is left to do at test time
                }
                String rate = y + ".kept";
                initializers.add(NamedTensor.of(rate, Shape.of(), () -> new float[] {(float) (1 - dropout.rate())}));
                node("Mul", y, List.of(x, rate));
            }
        }
        return y;
    }

    /// ONNX's operator divides alpha by the size, as [LocalResponseNorm] does, but knows no towers.
    private void normalize(LocalResponseNorm norm, String x, String y) {
        if (norm.region() == LocalResponseNorm.Region.WITHIN_CHANNEL) {
            throw new IllegalArgumentException("ONNX has no operator for the normalization within channels that " + y
                    + " is; export to .safetensors or .pth");
        }
        byte[][] attributes = {integer("size", norm.size()), real("bias", norm.k()), real("alpha", norm.alpha()),
            real("beta", norm.beta())};
        if (norm.groups() == 1) {
            node("LRN", y, List.of(x), attributes);
            return;
        }
        ProtobufWriter split = new ProtobufWriter().text(1, x);
        List<String> normalized = new ArrayList<>();
        for (int tower = 1; tower <= norm.groups(); tower++) {
            split.text(2, y + ".in" + tower);
            normalized.add(y + ".out" + tower);
        }
        split.text(3, y + ".towers").text(4, "Split").bytes(5, integer("axis", 1));
        graph.bytes(1, split.toByteArray());
        for (int tower = 1; tower <= norm.groups(); tower++) {
            node("LRN", y + ".out" + tower, List.of(y + ".in" + tower), attributes);
        }
        node("Concat", y, normalized, integer("axis", 1));
    }

    /// A node with one output, which gives it its name.
    private void node(String operator, String output, List<String> inputs, byte[]... attributes) {
        ProtobufWriter node = new ProtobufWriter();
        inputs.forEach(input -> node.text(1, input));
        node.text(2, output).text(3, output).text(4, operator);
        for (byte[] attribute : attributes) {
            node.bytes(5, attribute);
        }
        graph.bytes(1, node.toByteArray());
    }

    /// The attributes of a window. Pads are top, left, bottom, right; a window that is kept though it hangs over the edge
    /// is given the pixels that it lacks.
    private static byte[][] window(Window window, Shape in) {
        return new byte[][] {integers("kernel_shape", window.kernel(), window.kernel()),
            integers("strides", window.stride(), window.stride()),
            integers("pads", window.padding(), window.padding(),
                    Math.max(window.padding(), window.overhang(in.dim(1))),
                    Math.max(window.padding(), window.overhang(in.dim(2))))};
    }

    private static byte[] real(String name, double value) {
        return new ProtobufWriter().text(1, name).real(2, (float) value).number(20, FLOAT).toByteArray();
    }

    private static byte[] integer(String name, long value) {
        return new ProtobufWriter().text(1, name).number(3, value).number(20, INT).toByteArray();
    }

    private static byte[] integers(String name, long... values) {
        ProtobufWriter attribute = new ProtobufWriter().text(1, name);
        for (long value : values) {
            attribute.number(8, value);
        }
        return attribute.number(20, INTS).toByteArray();
    }

    // --- what is around it -------------------------------------------------------------------------------------------

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
    private static byte[] model(ModelCard card) {
        Map<String, String> properties = new TreeMap<>(Model.wholeMetadata(card));
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
