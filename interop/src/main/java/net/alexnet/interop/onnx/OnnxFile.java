package net.alexnet.interop.onnx;

import module java.base;
import net.alexnet.interop.protobuf.Message;
import net.alexnet.io.MappedFile;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.WeightFileException;
import org.jspecify.annotations.Nullable;

/// An ONNX model, a ModelProto: `graph` = 7 (with `node` = 1, `initializer` = 5, `input` = 11,
/// `output` = 12), `metadata_props` = 14.
///
/// Values may lie in files beside the model (`data_location` EXTERNAL), as torch's exporter writes them; only plain files
/// in the model's own folder are read. Tensors of texts, complex numbers and numbers of less than a byte are not listed.
/// Graphs within nodes' attributes (If, Loop) are not read.
///
/// The files are taken for hostile: the layout is checked when the model is opened. Float32 values are handed out where they
/// lie in the mapped file.
///
/// @param weights the graph's initializers by their names, and the values of its Constant nodes by the names of their
///     outputs, in the file's order, with the model's `metadata_props`
/// @param nodes the graph's nodes, each after those whose outputs it uses
/// @param inputs the names of the graph's inputs, in old files also of its initializers
/// @param outputs the names of the values that the graph gives
public record OnnxFile(MappedWeights weights, List<OnnxNode> nodes, List<String> inputs,
        List<String> outputs) {
    private static final String EXPECTED = "an ONNX model";

    /// As many as the padding of a window has; other lists do not matter to a reader of weights.
    private static final int MAX_LENGTHS = 8;

    public OnnxFile {
        nodes = List.copyOf(nodes);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /// Opens and checks a file, and those beside it that it names.
    ///
    /// @throws WeightFileException if one cannot be read or breaks the format, or there is no graph
    public static OnnxFile open(Path file) throws WeightFileException {
        MemorySegment mapped = MappedFile.lasting(file, EXPECTED);
        Reader reader = new Reader(new ExternalData(file));
        try {
            reader.model(Message.file("ModelProto", mapped));
        } catch (IOException e) {
            throw new WeightFileException(file, "not " + EXPECTED + ", or damaged: " + e.getMessage(), e);
        }
        return new OnnxFile(new MappedWeights(file, reader.metadata, reader.tensors), reader.nodes,
                reader.inputs, reader.outputs);
    }

    private static final class Reader {
        private final ExternalData external;
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private final Map<String, MappedWeights.Part> tensors = new LinkedHashMap<>();
        private final List<OnnxNode> nodes = new ArrayList<>();
        private final List<String> inputs = new ArrayList<>();
        private final List<String> outputs = new ArrayList<>();

        Reader(ExternalData external) {
            this.external = external;
        }

        void model(Message model) throws IOException {
            boolean found = false;
            while (model.next()) {
                switch (model.field()) {
                    case 7 -> {
                        if (found) {
                            throw model.error("there is a second graph");
                        }
                        found = true;
                        graph(model.message("GraphProto"));
                    }
                    case 14 -> OnnxTensor.pair(model.message("StringStringEntryProto"), metadata);
                    default -> {} // versions, producer, functions
                }
            }
            if (!found) {
                throw new IOException("there is no graph");
            }
        }

        private void graph(Message graph) throws IOException {
            while (graph.next()) {
                switch (graph.field()) {
                    case 1 -> node(graph.message("NodeProto"));
                    case 5 -> {
                        OnnxTensor tensor = OnnxTensor.parse(graph.message("TensorProto"), external);
                        add(tensor.name(), tensor);
                    }
                    case 11 -> name(graph.message("ValueInfoProto"), inputs);
                    case 12 -> name(graph.message("ValueInfoProto"), outputs);
                    case 15 -> throw graph.error("the graph has sparse tensors, which are not read");
                    default -> {} // its name, documentation
                }
            }
        }

        /// A ValueInfoProto: name = 1.
        private static void name(Message info, List<String> names) throws IOException {
            while (info.next()) {
                if (info.field() == 1) {
                    names.add(info.text());
                }
            }
        }

        /// A NodeProto: input = 1, output = 2, name = 3, op_type = 4, attribute = 5.
        private void node(Message message) throws IOException {
            String type = "";
            List<String> from = new ArrayList<>();
            List<String> outputs = new ArrayList<>();
            Map<String, Object> attributes = new HashMap<>();
            while (message.next()) {
                switch (message.field()) {
                    case 1 -> from.add(message.text());
                    case 2 -> outputs.add(message.text());
                    case 4 -> type = message.text();
                    case 5 -> attribute(message.message("AttributeProto"), attributes);
                    default -> {} // name, domain, documentation
                }
            }
            Object value = attributes.remove("value");
            nodes.add(new OnnxNode(type, from, outputs, attributes));
            if (type.equals("Constant") && value instanceof OnnxTensor tensor && outputs.size() == 1) {
                add(outputs.getFirst(), tensor);
            }
        }

        /// An AttributeProto: name = 1, f = 2, i = 3, s = 4, t = 5, ints = 8.
        private void attribute(Message message, Map<String, Object> attributes) throws IOException {
            String name = "";
            List<Long> lengths = new ArrayList<>();
            Object value = lengths;
            while (message.next()) {
                switch (message.field()) {
                    case 1 -> name = message.text();
                    case 2 -> value = message.real();
                    case 3 -> value = message.number();
                    case 4 -> value = message.text();
                    case 5 -> value = OnnxTensor.parse(message.message("TensorProto"), external);
                    case 8 -> message.numbers(one -> {
                        if (lengths.size() < MAX_LENGTHS) {
                            lengths.add(one);
                        }
                    });
                    default -> {} // other types
                }
            }
            attributes.put(name, value);
        }

        private void add(String name, OnnxTensor tensor) throws IOException {
            MappedWeights.@Nullable Part part = tensor.part();
            if (part != null && tensors.put(name, part) != null) {
                throw new IOException("two tensors are named '" + name + "'");
            }
        }
    }
}
