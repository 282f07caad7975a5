package net.alexnet.interop.onnx;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.interop.protobuf.Message;
import net.alexnet.io.MappedFile;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.WeightFileException;

/// The tensors of an ONNX model, a ModelProto: `graph` = 7, `metadata_props` = 14. They are the graph's initializers by their
/// names, and the values of its Constant nodes by the names of their outputs, in the file's order.
///
/// What a weight means depends on the node that uses it: [#nodes] lists them, with the attributes that matter.
///
/// Values may lie in files beside the model (`data_location` EXTERNAL), as torch's exporter writes them; only plain files in
/// the model's own folder are read. Tensors of texts, complex numbers and numbers of less than a byte are not listed.
///
/// The files are taken for hostile: the layout is checked when the model is opened, and nothing is copied. Values that are
/// float32 in one piece are handed out where they lie in the mapped file.
public final class OnnxFile extends MappedWeights {
    private static final String EXPECTED = "an ONNX model";

    private final Map<String, String> metadata;
    private final List<OnnxNode> nodes;

    private OnnxFile(Path file, Graph graph, Map<String, String> metadata) {
        super(file, graph.tensors());
        this.metadata = Collections.unmodifiableMap(metadata);
        this.nodes = List.copyOf(graph.nodes());
    }

    /// Opens and checks a file, and those beside it that it names.
    ///
    /// @throws WeightFileException if one cannot be read or breaks the format, or there is no graph
    public static OnnxFile open(Path file) throws WeightFileException {
        MemorySegment mapped = MappedFile.lasting(file, EXPECTED);
        try {
            return read(file, Message.file("ModelProto", mapped));
        } catch (IOException e) {
            throw new WeightFileException(file, "not " + EXPECTED + ", or damaged: " + e.getMessage(), e);
        }
    }

    private static OnnxFile read(Path file, Message model) throws IOException {
        Graph graph = new Graph(new ExternalData(file));
        Map<String, String> metadata = new LinkedHashMap<>();
        boolean found = false;
        while (model.next()) {
            switch (model.field()) {
                case 7 -> {
                    if (found) {
                        throw model.error("there is a second graph");
                    }
                    found = true;
                    graph.read(model.message("GraphProto"));
                }
                case 14 -> {
                    Map.Entry<String, String> pair = OnnxTensor.pair(model.message("StringStringEntryProto"));
                    metadata.put(pair.getKey(), pair.getValue());
                }
                default -> {} // versions, producer, functions
            }
        }
        if (!found) {
            throw new IOException("there is no graph");
        }
        return new OnnxFile(file, graph, metadata);
    }

    /// Its `metadata_props`.
    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    /// The graph's nodes, each after those whose outputs it uses.
    public List<OnnxNode> nodes() {
        return nodes;
    }
}
