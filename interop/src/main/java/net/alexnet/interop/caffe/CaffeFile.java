package net.alexnet.interop.caffe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import net.alexnet.interop.protobuf.Message;
import net.alexnet.io.MappedFile;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.WeightFileException;

/// The weights of a `.caffemodel`, a NetParameter of Caffe: its layers are field 100 (LayerParameter), before 2015 field 2
/// (V1LayerParameter, which may hold a V0LayerParameter).
///
/// The first blob of layer `conv1` is named `conv1.weight`, the second `conv1.bias`, further ones by their number:
/// `bn1.2`. Where the file has the four extents of old, the weights `(1, 1, K, F)` of a fully connected layer come out as
/// `(K, F)`, and a second or later blob `(1, 1, 1, K)` as `(K)`; a convolution's weights keep their four axes. With groups,
/// `(K, C/groups, H, W)` is what both Caffe and everyone else stores. Nothing is permuted: the first convolution's input
/// maps are in the order of the net's pictures, which for Caffe's own nets is blue, green, red.
///
/// The file is taken for hostile: its layout is checked when it is opened, and nothing is copied. Values that are float32 in
/// one piece, as Caffe writes them, are handed out where they lie in the mapped file.
public final class CaffeFile extends MappedWeights {
    private static final String EXPECTED = "a .caffemodel";

    private CaffeFile(Path file, Map<String, Blob> blobs) {
        super(file, blobs);
    }

    /// Opens and checks a file.
    ///
    /// @throws WeightFileException if it cannot be read, breaks the format, or holds no weights
    public static CaffeFile open(Path file) throws WeightFileException {
        MemorySegment mapped = MappedFile.lasting(file, EXPECTED);
        try {
            return new CaffeFile(file, blobs(Message.file("NetParameter", mapped)));
        } catch (IOException e) {
            throw new WeightFileException(file, "not " + EXPECTED + ", or damaged: " + e.getMessage(), e);
        }
    }

    private static Map<String, Blob> blobs(Message net) throws IOException {
        Map<String, Blob> blobs = new LinkedHashMap<>();
        while (net.next()) {
            switch (net.field()) {
                case 2 -> add(blobs, CaffeLayer.v1(net.message("V1LayerParameter")));
                case 100 -> add(blobs, CaffeLayer.current(net.message("LayerParameter")));
                default -> {} // the net's inputs and state
            }
        }
        if (blobs.isEmpty()) {
            throw new IOException("no layer has weights");
        }
        return blobs;
    }

    private static void add(Map<String, Blob> blobs, CaffeLayer layer) throws IOException {
        for (int i = 0; i < layer.blobs().size(); i++) {
            Blob blob = layer.blobs().get(i);
            String name = layer.name() + "." + (i == 0 ? "weight" : i == 1 ? "bias" : Integer.toString(i));
            if (blob != null && blobs.put(name, unfolded(blob, i, layer.convolution())) != null) {
                throw new IOException("two layers are named '" + layer.name() + "', and both have weights");
            }
        }
    }

    private static Blob unfolded(Blob blob, int index, boolean convolution) {
        if (!blob.legacy()) {
            return blob;
        }
        if (index > 0 && blob.onlyLastAxes(1)) {
            return blob.lastAxes(1);
        }
        return index == 0 && !convolution && blob.onlyLastAxes(2) ? blob.lastAxes(2) : blob;
    }
}
