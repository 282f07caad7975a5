package net.alexnet.interop.caffe;

import module java.base;
import net.alexnet.data.image.MeanImage;
import net.alexnet.interop.protobuf.Message;
import net.alexnet.io.Dtype;
import net.alexnet.io.MappedFile;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;

/// Reads a `.caffemodel`, a NetParameter of Caffe: its layers are field 100, or in files before 2015 field 2.
///
/// ```
/// LayerParameter     name = 1   blobs = 7
/// V1LayerParameter   name = 4   blobs = 6
/// BlobProto          num = 1, channels = 2, height = 3, width = 4     int32, in files before 2014
///                    data = 5                                         repeated float, packed
///                    shape = 7                                        BlobShape { dim = 1: repeated int64 }
///                    double_data = 8                                  repeated double, packed; in place of data
/// ```
///
/// The first blob of layer `conv1` is named `conv1.weight`, the second `conv1.bias`, further ones by their number:
/// `bn1.2`. Shapes are as the file states them: in old files every blob has four axes, those that it does not need first and
/// of extent 1. Nothing is permuted: the first convolution reads the channels in the order of the net's images, which for
/// Caffe's own nets is blue, green, red.
///
/// A file is taken for hostile: its layout is checked when it is opened, and nothing is copied. Float32 values are handed
/// out where they lie in the mapped file.
public final class CaffeFile {
    private static final String EXPECTED = "a .caffemodel";
    private static final String EXPECTED_MEAN = "a mean image of Caffe (.binaryproto)";
    private static final int MAX_NAME = 200;
    private static final int MAX_BLOBS = 16;

    private CaffeFile() {}

    /// Opens and checks a file.
    ///
    /// @throws WeightFileException if it cannot be read, breaks the format, or holds no weights
    public static MappedWeights open(Path file) throws WeightFileException {
        MemorySegment mapped = MappedFile.lasting(file, EXPECTED);
        Map<String, MappedWeights.Part> blobs = new LinkedHashMap<>();
        try {
            Message net = Message.file("NetParameter", mapped);
            while (net.next()) {
                switch (net.field()) {
                    case 2 -> layer(net.message("V1LayerParameter"), 4, 6, blobs);
                    case 100 -> layer(net.message("LayerParameter"), 1, 7, blobs);
                    default -> {} // the net's inputs and state
                }
            }
            if (blobs.isEmpty()) {
                throw new IOException("no layer has weights");
            }
        } catch (IOException e) {
            throw new WeightFileException(file, "not " + EXPECTED + ", or damaged: " + e.getMessage(), e);
        }
        return new MappedWeights(file, Map.of(), blobs);
    }

    private static void layer(Message layer, int nameField, int blobsField, Map<String, MappedWeights.Part> blobs)
            throws IOException {
        String name = "";
        List<Optional<MappedWeights.Part>> found = new ArrayList<>();
        while (layer.next()) {
            if (layer.field() == nameField) {
                name = layer.text();
            } else if (layer.field() == blobsField) {
                found.add(blob(layer.message("BlobProto")));
            }
            if (name.length() > MAX_NAME || found.size() > MAX_BLOBS) {
                throw layer.error("a layer has more than " + MAX_BLOBS + " blobs, or its name more than " + MAX_NAME
                        + " characters");
            }
        }
        for (int i = 0; i < found.size(); i++) {
            String tensor = name + "." + (i == 0 ? "weight" : i == 1 ? "bias" : Integer.toString(i));
            if (found.get(i).isPresent() && blobs.put(tensor, found.get(i).get()) != null) {
                throw new IOException("two layers are named '" + name + "', and both have weights");
            }
        }
    }

    /// Empty if it holds no values.
    private static Optional<MappedWeights.Part> blob(Message blob) throws IOException {
        Long[] four = {0L, 0L, 0L, 0L};
        List<Long> extents = Arrays.asList(four);
        MemorySegment floats = MemorySegment.NULL;
        MemorySegment doubles = MemorySegment.NULL;
        while (blob.next()) {
            switch (blob.field()) {
                case 1, 2, 3, 4 -> four[blob.field() - 1] = blob.number();
                case 5 -> floats = blob.packed(Float.BYTES, floats);
                case 7 -> {
                    extents = new ArrayList<>();
                    Message shape = blob.message("BlobShape");
                    while (shape.next()) {
                        if (shape.field() == 1) {
                            shape.numbers(extents, MappedWeights.MAX_RANK);
                        }
                    }
                }
                case 8 -> doubles = blob.packed(Double.BYTES, doubles);
                default -> {} // gradients
            }
        }
        Dtype dtype = doubles.byteSize() > 0 ? Dtype.F64 : Dtype.F32;
        MemorySegment values = dtype == Dtype.F64 ? doubles : floats;
        long count = values.byteSize() / dtype.bytes();
        Optional<Shape> shape = MappedWeights.shape(extents);
        if (shape.map(Shape::elements).orElse(0L) != count) {
            throw blob.error("the shape " + extents + " does not fit the " + count + " values that are there");
        }
        return shape.map(dims -> new MappedWeights.Part(dims, dtype, values));
    }

    /// Reads a mean image, a BlobProto of shape `(C, H, W)` or `(1, C, H, W)` with blue before green before red.
    ///
    /// @throws WeightFileException if it cannot be read, breaks the format, or is not a square image of 1 or 3 channels
    ///     with values of 0 to 255
    public static MeanImage meanImage(Path file) throws WeightFileException {
        MemorySegment mapped = MappedFile.lasting(file, EXPECTED_MEAN);
        try {
            MappedWeights.Part blob = blob(Message.file("BlobProto", mapped))
                    .orElseThrow(() -> new IOException("it holds no values"));
            List<Integer> dims = blob.shape().dims();
            if (dims.size() == 4 && dims.getFirst() == 1) {
                dims = dims.subList(1, 4);
            }
            if (dims.size() != 3 || !dims.get(1).equals(dims.get(2)) || (dims.get(0) != 1 && dims.get(0) != 3)) {
                throw new IOException("it must be a square image of 1 or 3 channels, found the shape " + blob.shape());
            }
            return lastFirst(blob.values().toArray(NamedTensor.FLOAT), dims.get(0), dims.get(1));
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
