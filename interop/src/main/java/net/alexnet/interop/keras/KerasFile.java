package net.alexnet.interop.keras;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.interop.pytorch.StoredZip;
import net.alexnet.io.Dtype;
import net.alexnet.io.MappedFile;
import net.alexnet.io.MappedWeights.Part;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;
import org.jspecify.annotations.Nullable;

/// Reads what Keras saves: `.weights.h5`, `.keras` (a zip file with `config.json` and `model.weights.h5`), and the `.h5` of
/// Keras 2, a whole model or weights only.
///
/// | in the file | here |
/// |---|---|
/// | kernels of convolutions, (height, width, inputs, outputs) | `conv1/kernel` …, (outputs, inputs, height, width) |
/// | kernels of dense layers, (inputs, outputs) | `fc6/kernel` …, (outputs, inputs) |
/// | of the dense layer behind the maps, whose inputs have the channels innermost | channels outermost |
/// | biases | `conv1/bias` … |
///
/// Layers are told by their kernels' axes, and numbered in the order of the file. If that order does not fit, because the
/// layers have names of their own, they are numbered so that each reads what the one before it makes. Other tensors keep the
/// names of the file, so that nothing of it is hidden; the optimizer's state is left out. A convolution that computes the sums
/// of a response normalization ([KerasNorm]) is no layer with weights.
public final class KerasFile implements WeightFile {
    /// The dataset in which our own files have the metadata of a model file, as JSON.
    static final String METADATA = "alexnet/metadata";

    private static final String EXPECTED = "a file of Keras";
    private static final List<String> CONVOLUTIONS = List.of("conv1", "conv2", "conv3", "conv4", "conv5");
    private static final List<String> DENSE = List.of("fc6", "fc7", "fc8");
    private static final Pattern NO_WEIGHTS = Pattern.compile("(optimizer|optimizer_weights|metrics)/.*");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final int MAX_JSON = 8 << 20;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// A layer as the file has it.
    private record Layer(String path, Map<String, Part> tensors) {
        Optional<Part> kernel(int rank) {
            return tensors.values().stream().filter(part -> part.shape().rank() == rank).findFirst();
        }
    }

    /// A tensor here, and how it comes out of the file.
    private record Tensor(Shape shape, Part stored, boolean kernel, boolean behindMaps) {}

    private final Path path;
    private final Map<String, String> metadata;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Optional<JsonNode> config;
    private final List<KerasNorm> norms = new ArrayList<>();

    private KerasFile(Path path, Hdf5File hdf, Optional<JsonNode> config, Map<String, String> metadata)
            throws IOException {
        this.path = path;
        this.config = config;
        this.metadata = metadata;
        List<Layer> convolutions = new ArrayList<>();
        List<Layer> dense = new ArrayList<>();
        List<Layer> others = new ArrayList<>();
        for (Layer layer : layers(hdf)) {
            Optional<KerasNorm> norm = layer.kernel(4).flatMap(kernel -> layer.kernel(1)
                    .flatMap(bias -> KerasNorm.of(kernel, bias)));
            if (norm.isPresent()) {
                norms.add(norm.get());
            } else if (layer.kernel(4).isPresent() && layer.tensors().size() <= 2) {
                convolutions.add(layer);
            } else if (layer.kernel(2).isPresent() && layer.tensors().size() <= 2) {
                dense.add(layer);
            } else {
                others.add(layer);
            }
        }
        add(chained(convolutions, 4), CONVOLUTIONS, 4, others);
        add(chained(dense, 2), dense.size() == 1 ? DENSE.subList(2, 3) : DENSE, 2, others); // a single one is the last
        for (Layer other : others) {
            other.tensors().forEach((name, part) -> tensors.put(name, new Tensor(part.shape(), part, false, false)));
        }
    }

    /// Opens and checks a file.
    ///
    /// @throws WeightFileException if it cannot be read, breaks the format, or holds no weights
    public static KerasFile open(Path file) throws WeightFileException {
        MemorySegment mapped = MappedFile.lasting(file, EXPECTED);
        try {
            MemorySegment weights = mapped;
            Optional<JsonNode> config = Optional.empty();
            if (mapped.byteSize() > 1 && mapped.get(ValueLayout.JAVA_BYTE, 0) == 'P') {
                Map<String, MemorySegment> entries = StoredZip.entries(mapped);
                MemorySegment inner = entries.get("model.weights.h5");
                if (inner == null) {
                    throw new IOException("the zip file has no entry 'model.weights.h5'");
                }
                weights = inner;
                config = json(entries.getOrDefault("config.json", MemorySegment.NULL));
            }
            Hdf5File hdf = Hdf5File.of(weights, Set.of("layer_names", "model_config"));
            if (config.isEmpty() && !hdf.texts("model_config").isEmpty()) {
                config = json(MemorySegment.ofArray(
                        hdf.texts("model_config").getFirst().getBytes(StandardCharsets.UTF_8)));
            }
            KerasFile read = new KerasFile(file, hdf, config, metadata(hdf.datasets().get(METADATA)));
            if (read.tensors.isEmpty()) {
                throw new IOException("it holds no weights");
            }
            return read;
        } catch (IOException e) {
            throw new WeightFileException(file, "not " + EXPECTED + ", or damaged: " + e.getMessage(), e);
        }
    }

    private static Optional<JsonNode> json(MemorySegment text) throws IOException {
        if (text.byteSize() > MAX_JSON) {
            throw new IOException(
                    "the model's configuration has " + text.byteSize() + " bytes; the limit is " + MAX_JSON);
        }
        if (text.byteSize() == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readTree(text.toArray(ValueLayout.JAVA_BYTE)));
        } catch (JsonProcessingException e) {
            throw new IOException("the model's configuration is damaged: " + e.getOriginalMessage(), e);
        }
    }

    private static Map<String, String> metadata(@Nullable Part stored) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (stored != null && stored.dtype() == Dtype.I8) {
            for (Map.Entry<String, JsonNode> entry : json(stored.bytes()).map(JsonNode::properties).orElse(Set.of())) {
                metadata.put(entry.getKey(), entry.getValue().asText());
            }
        }
        return metadata;
    }

    // --- which tensor is whose ---------------------------------------------------------------------------------------

    private static List<Layer> layers(Hdf5File hdf) {
        Map<String, Map<String, Part>> byLayer = new LinkedHashMap<>();
        hdf.datasets().forEach((name, part) -> {
            if (!NO_WEIGHTS.matcher(name).matches() && !name.equals(METADATA) && isReal(part.dtype())) {
                String layer = name.contains("/") ? name.substring(0, name.lastIndexOf('/')) : "";
                byLayer.computeIfAbsent(layer.replaceAll("/vars$", ""), _ -> new LinkedHashMap<>()).put(name, part);
            }
        });
        List<Layer> layers = new ArrayList<>();
        byLayer.forEach((path, tensors) -> layers.add(new Layer(path, tensors)));
        List<String> order = Stream.concat(hdf.texts("model_weights/layer_names").stream(),
                hdf.texts("layer_names").stream()).toList();
        layers.sort(Comparator.comparingInt((Layer layer) -> order.indexOf(named(layer.path())))
                .thenComparing(layer -> sortable(layer.path())));
        return layers;
    }

    private static boolean isReal(Dtype dtype) {
        return dtype == Dtype.F16 || dtype == Dtype.BF16 || dtype == Dtype.F32 || dtype == Dtype.F64;
    }

    /// A layer's name in the files of Keras 2, the first group of its path.
    private static String named(String path) {
        String below = path.startsWith("model_weights/") ? path.substring("model_weights/".length()) : path;
        return below.contains("/") ? below.substring(0, below.indexOf('/')) : below;
    }

    /// So that conv2d_9 comes before conv2d_10.
    private static String sortable(String path) {
        return NUMBER.matcher(path).replaceAll(match -> "0".repeat(9 - match.group().length()) + match.group());
    }

    /// The layers in an order in which each reads what the one before it makes; as they are if there is no such order, or more
    /// than one.
    private static List<Layer> chained(List<Layer> layers, int rank) {
        if (layers.size() > CONVOLUTIONS.size() || fits(layers, rank)) {
            return layers;
        }
        List<List<Layer>> fitting = new ArrayList<>();
        permute(new ArrayList<>(), layers, order -> {
            if (fits(order, rank)) {
                fitting.add(List.copyOf(order));
            }
        });
        return fitting.size() == 1 ? fitting.getFirst() : layers;
    }

    private static void permute(List<Layer> chosen, List<Layer> all, Consumer<List<Layer>> each) {
        if (chosen.size() == all.size()) {
            each.accept(chosen);
        }
        for (Layer layer : all) {
            if (!chosen.contains(layer)) {
                chosen.add(layer);
                permute(chosen, all, each);
                chosen.removeLast();
            }
        }
    }

    private static boolean fits(List<Layer> layers, int rank) {
        for (int i = 0; i < layers.size(); i++) {
            int inputs = dim(layers.get(i), rank, rank - 2);
            int before = i == 0 ? 0 : dim(layers.get(i - 1), rank, rank - 1);
            boolean first = i == 0 && (rank == 2 || inputs == 3 || inputs == 1);
            if (!first && inputs != before && !(rank == 4 && i > 0 && 2 * inputs == before)) {
                return false;
            }
        }
        return true;
    }

    private static int dim(Layer layer, int rank, int axis) {
        return layer.kernel(rank).orElseThrow().shape().dim(axis);
    }

    private void add(List<Layer> layers, List<String> names, int rank, List<Layer> others) {
        for (int i = 0; i < layers.size(); i++) {
            if (i >= names.size()) {
                others.add(layers.get(i));
                continue;
            }
            String name = names.get(i);
            Tensor maps = rank == 2 && i == 0 ? tensors.get("conv5/kernel") : null;
            boolean behindMaps = maps != null && dim(layers.get(i), rank, 0) % maps.shape().dim(0) == 0;
            layers.get(i).kernel(rank).ifPresent(kernel -> tensors.put(name + "/kernel",
                    new Tensor(turned(kernel.shape()), kernel, true, behindMaps)));
            layers.get(i).kernel(1).ifPresent(bias -> tensors.put(name + "/bias",
                    new Tensor(bias.shape(), bias, false, false)));
        }
    }

    private static Shape turned(Shape shape) {
        return shape.rank() == 4
                ? Shape.of(shape.dim(3), shape.dim(2), shape.dim(0), shape.dim(1))
                : Shape.of(shape.dim(1), shape.dim(0));
    }

    // --- what the file says ------------------------------------------------------------------------------------------

    /// What the model computes; empty if the file has weights only.
    ///
    /// @throws WeightFileException if it is not understood
    public Optional<KerasGraph> graph() throws WeightFileException {
        try {
            return config.isEmpty() ? Optional.empty() : Optional.of(KerasGraph.of(config.get(), norms));
        } catch (IOException e) {
            throw new WeightFileException(path, String.valueOf(e.getMessage()), e);
        }
    }

    /// The response normalizations that convolutions compute, in their order.
    public List<KerasNorm> norms() {
        return List.copyOf(norms);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    @Override
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    @Override
    public Shape shape(String name) throws WeightFileException {
        return tensor(name).shape();
    }

    @Override
    public MemorySegment values(String name) throws WeightFileException {
        Tensor tensor = tensor(name);
        try {
            MemorySegment stored = tensor.stored().values();
            if (!tensor.kernel()) {
                return stored;
            }
            Shape shape = tensor.stored().shape();
            int outputs = shape.dim(shape.rank() - 1);
            int inputs = shape.dim(shape.rank() - 2);
            int channels = tensor.behindMaps() ? shape("conv5/kernel").dim(0) : inputs;
            // positions × channels × outputs becomes outputs × channels × positions
            return turned(stored, Math.toIntExact(shape.elements() / outputs / channels), channels, outputs);
        } catch (IOException e) {
            throw e instanceof WeightFileException own
                    ? own
                    : new WeightFileException(path, "tensor '" + name + "' " + e.getMessage(), e);
        }
    }

    private static MemorySegment turned(MemorySegment stored, int positions, int channels, int outputs)
            throws IOException {
        float[] turned = Dtype.F32.array((long) positions * channels * outputs);
        int from = 0;
        for (int position = 0; position < positions; position++) {
            for (int channel = 0; channel < channels; channel++) {
                for (int output = 0; output < outputs; output++) {
                    turned[(output * channels + channel) * positions + position] = stored
                            .getAtIndex(NamedTensor.FLOAT, from++);
                }
            }
        }
        return MemorySegment.ofArray(turned);
    }

    private Tensor tensor(String name) throws WeightFileException {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new WeightFileException(path, "there is no tensor '" + name + "'; there are "
                    + WeightFileException.list(tensors.keySet()));
        }
        return tensor;
    }

    /// Does nothing: the file stays mapped for as long as anything refers to it.
    @Override
    public void close() {
        // see above
    }
}
