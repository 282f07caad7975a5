package net.alexnet.interop.keras;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.WritableGroup;
import io.jhdf.exceptions.HdfException;
import module java.base;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.ModelCard;
import net.alexnet.interop.pytorch.StoredZip;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.NamedTensor;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/// Writes a model for Keras 3.
///
/// A `.weights.h5` has the weights as `examples/keras/alexnet.py` loads them. A `.keras` has the network too, made of Keras's
/// own layers only, so that `keras.saving.load_model` needs no other code. It reads pixels of 0 to 255 in red, green, blue. A
/// response normalization `x / (k + alpha / size · Σ x²)^beta` is the layers Multiply (the squares), a 1×1 Conv2D that is not
/// trained (the sums, see [KerasNorm]), the operation Power, and Multiply.
///
/// The metadata of a model file are in the dataset `alexnet/metadata`, as JSON.
public final class KerasWriter {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ModelCard card;
    private final ArrayNode layers = JSON.createArrayNode();
    private final Map<String, Integer> names = new HashMap<>();
    private String current = "";
    private Shape shape;

    private KerasWriter(ModelCard card) {
        this.card = card;
        this.shape = card.network().architecture().input();
    }

    /// Writes the weights alone, whole or not at all. The same arguments give the same bytes on the same system.
    ///
    /// @param metadata of the model
    /// @param parameters all of the network's, under the names of [KerasFile], each weight before its bias
    /// @throws IOException naming the file and the cause, if it cannot be written
    public static void writeWeights(Path file, ModelCard card, Map<String, String> metadata,
            List<NamedTensor> parameters)
            throws IOException {
        withWeights(file, card, metadata, parameters, false, weights -> AtomicFiles.write(file,
                out -> Files.copy(weights, out)));
    }

    /// Writes the network and its weights, whole or not at all. The same arguments give the same bytes on the same system.
    ///
    /// @param metadata of the model
    /// @param parameters all of the network's, under the names of [KerasFile], each weight before its bias
    /// @throws IllegalArgumentException if Keras has no layer for one of the network's
    /// @throws IOException naming the file and the cause, if it cannot be written
    public static void writeModel(Path file, ModelCard card, Map<String, String> metadata, List<NamedTensor> parameters)
            throws IOException {
        byte[] config = JSON.writeValueAsBytes(new KerasWriter(card).model());
        byte[] version = "{\"keras_version\": \"3.0.0\", \"date_saved\": \"1980-01-01@00:00:00\"}"
                .getBytes(StandardCharsets.UTF_8);
        withWeights(file, card, metadata, parameters, true, weights -> AtomicFiles.write(file, out -> {
            ZipArchiveOutputStream zip = new ZipArchiveOutputStream(out);
            StoredZip.add(zip, "metadata.json", version.length, 0, target -> target.write(version));
            StoredZip.add(zip, "config.json", config.length, 0, target -> target.write(config));
            StoredZip.add(zip, "model.weights.h5", Files.size(weights), 0, target -> Files.copy(weights, target));
            zip.finish();
        }));
    }

    // --- the weights -------------------------------------------------------------------------------------------------

    @FunctionalInterface
    private interface Use {
        void of(Path weights) throws IOException;
    }

    /// Writes an HDF5 file beside the target, for as long as it is used.
    private static void withWeights(Path file, ModelCard card, Map<String, String> metadata,
            List<NamedTensor> parameters, boolean withNorms, Use use) throws IOException {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        Path weights = Files.createTempFile(folder, ".weights", ".h5");
        try {
            try (WritableHdfFile hdf = HdfFile.write(weights)) {
                hdf.putGroup("alexnet").putDataset("metadata", JSON.writeValueAsBytes(new TreeMap<>(metadata)));
                put(hdf.putGroup("layers"), card.network().architecture(), parameters, withNorms);
            }
            use.of(weights);
        } catch (HdfException e) {
            throw new IOException(file + ": cannot be written: " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(weights);
        }
    }

    /// Keras numbers the layers of each class in their order.
    private static void put(WritableGroup group, Architecture architecture, List<NamedTensor> parameters,
            boolean withNorms) {
        Map<String, NamedTensor> byName = new HashMap<>();
        parameters.forEach(one -> byName.put(one.name(), one));
        int convolutions = 0;
        int dense = 0;
        int maps = 0;
        for (Row row : architecture.rows()) {
            switch (row.layer()) {
                case Layer.Conv conv -> {
                    maps = conv.filters();
                    put(group, numbered("conv2d", convolutions++), kernel(byName, row, 1), bias(byName, row));
                }
                case Layer.Dense _ -> {
                    int channels = dense == 0 ? maps : row.weightShape().dim(1);
                    put(group, numbered("dense", dense++), kernel(byName, row, channels), bias(byName, row));
                }
                case Layer.ResponseNorm(LocalResponseNorm norm) when withNorms -> {
                    KerasNorm sums = KerasNorm.of(norm);
                    int all = row.in().dim(0);
                    float[] biases = new float[all];
                    Arrays.fill(biases, sums.k());
                    put(group, numbered("conv2d", convolutions++), new float[][][][] {{sums.kernel(all)}}, biases);
                }
                default -> {
                    // has no weights
                }
            }
        }
    }

    private static String numbered(String name, int number) {
        return number == 0 ? name : name + "_" + number;
    }

    private static void put(WritableGroup layers, String name, Object kernel, float[] bias) {
        WritableGroup variables = layers.putGroup(name).putGroup("vars");
        variables.putDataset("0", kernel);
        variables.putDataset("1", bias);
    }

    private static float[] bias(Map<String, NamedTensor> parameters, Row row) {
        return Objects.requireNonNull(parameters.get(row.name() + "/bias")).checkedValues().toArray(NamedTensor.FLOAT);
    }

    /// The values with the outputs innermost.
    ///
    /// @param channels of the maps before a dense layer, which are outermost here and innermost in Keras
    private static Object kernel(Map<String, NamedTensor> parameters, Row row, int channels) {
        MemorySegment values = Objects.requireNonNull(parameters.get(row.name() + "/kernel")).checkedValues();
        List<Integer> dims = row.weightShape().dims();
        int outputs = dims.get(0);
        if (dims.size() == 4) {
            int inputs = dims.get(1);
            int side = dims.get(2);
            float[][][][] kernel = new float[side][side][inputs][outputs];
            long from = 0;
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < inputs; i++) {
                    for (int y = 0; y < side; y++) {
                        for (int x = 0; x < side; x++) {
                            kernel[y][x][i][o] = values.getAtIndex(NamedTensor.FLOAT, from++);
                        }
                    }
                }
            }
            return kernel;
        }
        int positions = dims.get(1) / channels;
        float[][] kernel = new float[dims.get(1)][outputs];
        long from = 0;
        for (int o = 0; o < outputs; o++) {
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < positions; p++) {
                    kernel[p * channels + c][o] = values.getAtIndex(NamedTensor.FLOAT, from++);
                }
            }
        }
        return kernel;
    }

    // --- the network -------------------------------------------------------------------------------------------------

    private ObjectNode model() {
        ObjectNode input = JSON.createObjectNode();
        input.set("batch_shape", extents(shape));
        current = "pictures";
        ObjectNode first = layer("keras.layers", "InputLayer", current, input);
        first.putArray("inbound_nodes");
        scalePixels();
        for (Row row : card.network().architecture().rows()) {
            add(row);
        }
        ObjectNode config = JSON.createObjectNode().put("name", "alexnet");
        config.set("layers", layers);
        config.putArray("input_layers").add("pictures").add(0).add(0);
        config.putArray("output_layers").add(current).add(0).add(0);
        ObjectNode model = JSON.createObjectNode().put("module", "keras.src.models.functional")
                .put("class_name", "Functional");
        model.set("config", config);
        return model.put("registered_name", "Functional");
    }

    private void scalePixels() {
        Preprocessing how = card.preprocessing();
        ObjectNode config = JSON.createObjectNode();
        ArrayNode means = config.putArray("mean");
        ArrayNode variances = config.putArray("variance");
        how.mean().forEach(means::add);
        how.scale().forEach(scale -> variances.add(1 / (scale * scale)));
        follow("Normalization", config.put("axis", -1), shape);
    }

    private void add(Row row) {
        switch (row.layer()) {
            case Layer.Conv conv -> {
                ObjectNode config = JSON.createObjectNode().put("filters", conv.filters()).put("groups", conv.groups());
                boolean same = conv.window().stride() == 1 && 2 * conv.window().padding() == conv.window().kernel() - 1;
                if (!same) {
                    pad(conv.window());
                }
                window(config, "kernel_size", conv.window(), same);
                follow("Conv2D", config, row.out(), row.name());
            }
            case Layer.Dense dense -> follow("Dense", JSON.createObjectNode().put("units", dense.units()), row.out(),
                    row.name());
            case Layer.Relu _ -> follow("Activation", JSON.createObjectNode().put("activation", "relu"), row.out());
            case Layer.Tanh _ -> follow("Activation", JSON.createObjectNode().put("activation", "tanh"), row.out());
            case Layer.ResponseNorm(LocalResponseNorm norm) -> norm(norm, row.out());
            case Layer.MaxPool pool -> {
                Window window = pool.window();
                int side = row.in().dim(1);
                // "same" reads no more than one pixel beyond the edge here, and never zeros in place of it
                boolean same = window.overhang(side) == 1
                        && window.outputs(side) == Math.ceilDiv(side, window.stride());
                if (window.padding() > 0 || (window.overhang(side) > 0 && !same)) {
                    throw new IllegalArgumentException("Keras has no pooling like " + row.name() + ", whose windows of "
                            + window.kernel() + " hang over the edge of " + side + " by " + window.overhang(side));
                }
                ObjectNode config = JSON.createObjectNode();
                window(config, "pool_size", window, same);
                follow("MaxPooling2D", config, row.out());
            }
            case Layer.Flatten _ -> follow("Flatten", JSON.createObjectNode(), row.out());
            case Layer.Dropout dropout -> {
                follow("Dropout", JSON.createObjectNode().put("rate", dropout.rate()), row.out());
                if (dropout.scaling() == Layer.DropoutScaling.AT_TEST) {
                    // Keras divides what it keeps by the share that it keeps
                    follow("Rescaling", JSON.createObjectNode().put("scale", 1 - dropout.rate()).put("offset", 0.0),
                            row.out());
                }
            }
            case Layer.L2Norm _ -> follow("UnitNormalization", JSON.createObjectNode().put("axis", -1), row.out());
            case Layer.Softmax _ -> follow("Softmax", JSON.createObjectNode(), row.out(), "probabilities");
        }
    }

    private void norm(LocalResponseNorm norm, Shape out) {
        if (norm.region() != LocalResponseNorm.Region.ACROSS_CHANNELS) {
            throw new IllegalArgumentException("Keras has no layer that normalizes within maps, as this network does;"
                    + " write a .weights.h5");
        }
        String x = current;
        follow("Multiply", JSON.createObjectNode(), out, named("squares"), List.of(x, x));
        follow("Conv2D", JSON.createObjectNode().put("filters", out.dim(0)).put("kernel_size", 1)
                .put("groups", norm.groups()).put("trainable", false), out, named("sums"));
        String sums = current;
        current = named("power");
        ObjectNode power = layer("keras.src.ops.numpy", "Power", current, JSON.createObjectNode());
        power.put("registered_name", "Power");
        ObjectNode call = power.putArray("inbound_nodes").addObject();
        call.putArray("args").add(tensor(sums)).add(-norm.beta());
        call.putObject("kwargs");
        follow("Multiply", JSON.createObjectNode(), out, named("norm"), List.of(x, current));
    }

    private void pad(Window window) {
        int side = shape.dim(1);
        int after = window.overhang(side);
        if (window.padding() + after > 0) {
            ObjectNode config = JSON.createObjectNode();
            ArrayNode padding = config.putArray("padding");
            padding.addArray().add(window.padding()).add(after);
            padding.addArray().add(window.padding()).add(after);
            int padded = side + window.padding() + after;
            follow("ZeroPadding2D", config, Shape.of(shape.dim(0), padded, padded));
        }
    }

    private static void window(ObjectNode config, String key, Window window, boolean same) {
        config.putArray(key).add(window.kernel()).add(window.kernel());
        config.putArray("strides").add(window.stride()).add(window.stride());
        config.put("padding", same ? "same" : "valid");
    }

    private void follow(String type, ObjectNode config, Shape out) {
        follow(type, config, out, named(type.toLowerCase(Locale.ROOT)));
    }

    private void follow(String type, ObjectNode config, Shape out, String name) {
        follow(type, config, out, name, List.of(current));
    }

    /// @param read the layers that it reads; several are one argument, a list
    private void follow(String type, ObjectNode config, Shape out, String name, List<String> read) {
        ObjectNode call = layer("keras.layers", type, name, config).putArray("inbound_nodes").addObject();
        ArrayNode arguments = call.putArray("args");
        ArrayNode tensors = read.size() == 1 ? arguments : arguments.addArray();
        read.forEach(one -> tensors.add(tensor(one)));
        call.putObject("kwargs");
        current = name;
        shape = out;
    }

    private ObjectNode layer(String module, String type, String name, ObjectNode config) {
        ObjectNode layer = layers.addObject().put("module", module).put("class_name", type);
        layer.set("config", config.put("name", name));
        return layer.putNull("registered_name").put("name", name);
    }

    /// A name that no other layer has: `norm_1`, `norm_2`.
    private String named(String kind) {
        return kind + "_" + names.merge(kind, 1, Integer::sum);
    }

    private ObjectNode tensor(String layer) {
        ObjectNode tensor = JSON.createObjectNode().put("class_name", "__keras_tensor__");
        ObjectNode config = tensor.putObject("config");
        config.set("shape", extents(shape));
        config.put("dtype", "float32").putArray("keras_history").add(layer).add(0).add(0);
        return tensor;
    }

    private static ArrayNode extents(Shape shape) {
        ArrayNode extents = JSON.createArrayNode().addNull();
        if (shape.rank() == 3) {
            extents.add(shape.dim(1)).add(shape.dim(2));
        }
        return extents.add(shape.dim(0));
    }
}
