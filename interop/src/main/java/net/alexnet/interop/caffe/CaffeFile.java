package net.alexnet.interop.caffe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.data.image.MeanImage;
import net.alexnet.interop.protobuf.Message;
import net.alexnet.io.MappedFile;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFileException;
import org.jspecify.annotations.Nullable;

/// Reads a `.caffemodel`, a NetParameter of Caffe: its layers are field 100, or in files before 2015 field 2.
///
/// ```
/// LayerParameter     name = 1   type = 2 (text)   blobs = 7
/// V1LayerParameter   name = 4   type = 5 (enum)   blobs = 6
/// ```
///
/// The first blob of layer `conv1` is named `conv1.weight`, the second `conv1.bias`, further ones by their number:
/// `bn1.2`. Where the file has the four extents of old files, the weights `(1, 1, K, F)` of a fully connected layer come
/// out as `(K, F)`, and a second or later blob `(1, 1, 1, K)` as `(K)`; a convolution's weights keep their four axes.
/// Nothing is permuted: the first convolution reads the channels in the order of the net's images, which for Caffe's own
/// nets is blue, green, red.
///
/// A file is taken for hostile: its layout is checked when it is opened, and nothing is copied. Values that are float32 in
/// one piece, as Caffe writes them, are handed out where they lie in the mapped file.
public final class CaffeFile {
    private static final String EXPECTED = "a .caffemodel";
    private static final String EXPECTED_MEAN = "a mean image of Caffe (.binaryproto)";
    private static final int V1_CONVOLUTION = 4;
    private static final int V1_DECONVOLUTION = 39;
    private static final int MAX_NAME = 200;
    private static final int MAX_BLOBS = 16;

    private final Map<String, Blob> blobs = new LinkedHashMap<>();

    private CaffeFile() {}

    /// Opens and checks a file.
    ///
    /// @throws WeightFileException if it cannot be read, breaks the format, or holds no weights
    public static MappedWeights open(Path file) throws WeightFileException {
        MemorySegment mapped = MappedFile.lasting(file, EXPECTED);
        CaffeFile reader = new CaffeFile();
        try {
            reader.read(Message.file("NetParameter", mapped));
        } catch (IOException e) {
            throw new WeightFileException(file, "not " + EXPECTED + ", or damaged: " + e.getMessage(), e);
        }
        return new MappedWeights(file, Map.of(), reader.blobs);
    }

    private void read(Message net) throws IOException {
        while (net.next()) {
            switch (net.field()) {
                case 2 -> layer(net.message("V1LayerParameter"), 4, 5, 6);
                case 100 -> layer(net.message("LayerParameter"), 1, 2, 7);
                default -> {} // the net's inputs and state
            }
        }
        if (blobs.isEmpty()) {
            throw new IOException("no layer has weights");
        }
    }

    private void layer(Message layer, int nameField, int typeField, int blobsField) throws IOException {
        String name = "";
        boolean convolution = false;
        List<@Nullable Blob> found = new ArrayList<>();
        while (layer.next()) {
            int field = layer.field();
            if (field == nameField) {
                name = layer.text();
                if (name.length() > MAX_NAME) {
                    throw layer.error("the layer's name has more than " + MAX_NAME + " characters");
                }
            } else if (field == typeField && typeField == 2) {
                convolution = List.of("Convolution", "Deconvolution").contains(layer.text());
            } else if (field == typeField) {
                convolution = layer.number() == V1_CONVOLUTION || layer.number() == V1_DECONVOLUTION;
            } else if (field == blobsField) {
                if (found.size() == MAX_BLOBS) {
                    throw layer.error("more than " + MAX_BLOBS + " blobs");
                }
                found.add(Blob.parse(layer.message("BlobProto")));
            }
        }
        for (int i = 0; i < found.size(); i++) {
            Blob blob = found.get(i);
            String tensor = name + "." + (i == 0 ? "weight" : i == 1 ? "bias" : Integer.toString(i));
            if (blob != null && blobs.put(tensor, unfolded(blob, i, convolution)) != null) {
                throw new IOException("two layers are named '" + name + "', and both have weights");
            }
        }
    }

    private static Blob unfolded(Blob blob, int index, boolean convolution) {
        if (!blob.legacy() || (index == 0 && convolution)) {
            return blob;
        }
        return blob.lastAxes(index == 0 ? 2 : 1);
    }

    /// Reads a mean image, a BlobProto of shape `(C, H, W)` or `(1, C, H, W)` with blue before green before red.
    ///
    /// @throws WeightFileException if it cannot be read, breaks the format, or is not a square image of 1 or 3 channels
    ///     with values of 0 to 255
    public static MeanImage meanImage(Path file) throws WeightFileException {
        MemorySegment mapped = MappedFile.lasting(file, EXPECTED_MEAN);
        try {
            Blob blob = Blob.parse(Message.file("BlobProto", mapped));
            if (blob == null) {
                throw new IOException("it holds no values");
            }
            Blob image = blob.lastAxes(3);
            List<Integer> dims = image.shape().dims();
            if (dims.size() != 3 || !dims.get(1).equals(dims.get(2)) || (dims.get(0) != 1 && dims.get(0) != 3)) {
                throw new IOException("it must be a square image of 1 or 3 channels, found the shape " + blob.shape());
            }
            return lastFirst(image.values().toArray(NamedTensor.FLOAT), dims.get(0), dims.get(1));
        } catch (IOException | IllegalArgumentException e) {
            throw new WeightFileException(file, "not " + EXPECTED_MEAN + ", or damaged: " + e.getMessage(), e);
        }
    }

    /// From channels outermost, the last one first, to channels innermost.
    private static MeanImage lastFirst(float[] values, int channels, int side) {
        int pixels = side * side;
        float[] interleaved = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            interleaved[i % pixels * channels + channels - 1 - i / pixels] = values[i];
        }
        return new MeanImage(side, channels, interleaved);
    }
}
