package net.alexnet.interop;

import module java.base;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.interop.keras.KerasWriter;
import net.alexnet.interop.onnx.OnnxWriter;
import net.alexnet.interop.pytorch.PyTorchWriter;
import net.alexnet.io.DenseWeights;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.tensor.Shape;

/// Writes a model for other programs.
public final class Exporter {
    private static final String LAYOUT = "layout";

    /// The kinds of file that a model can be written as.
    @SuppressWarnings("ImmutableEnumChecker") // the list of extensions is unmodifiable, which its type does not say
    public enum Format {
        /// Tensors with the model card in the metadata.
        SAFETENSORS(".safetensors"),
        /// A state dict of PyTorch: tensors under their names. The model card is beside it, where PyTorch does not look.
        PYTORCH(".pth", ".pt"),
        /// The network as a graph, with its weights and its model card.
        ONNX(".onnx"),
        /// A model of Keras 3, made of its own layers.
        KERAS(".keras"),
        /// The weights alone, as the network in `examples/keras` loads them.
        KERAS_WEIGHTS(".weights.h5");

        private final List<String> extensions; // each with its dot

        Format(String... extensions) {
            this.extensions = List.of(extensions);
        }

        /// The format of a file's name.
        public static Optional<Format> of(Path file) {
            String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
            return Arrays.stream(values()).filter(format -> format.extensions.stream().anyMatch(name::endsWith))
                    .findFirst();
        }

        /// The extensions of its files, each with its dot.
        public List<String> extensions() {
            return extensions;
        }

        private boolean isKeras() {
            return this == KERAS || this == KERAS_WEIGHTS;
        }
    }

    private Exporter() {}

    /// The layout that an exported file states, if it states one.
    static Optional<String> layout(Map<String, String> metadata) {
        return Optional.ofNullable(metadata.get(LAYOUT));
    }

    /// The layout of an export if the user names none: torchvision's for torchvision's network, else our own, as always in
    /// an ONNX graph. Files of Keras have Keras's.
    public static WeightLayout usual(ModelCard card, Format format) {
        if (format.isKeras()) {
            return WeightLayout.KERAS;
        }
        return format != Format.ONNX && difference(card.network(), WeightLayout.TORCHVISION).isEmpty()
                ? WeightLayout.TORCHVISION
                : WeightLayout.PAPER;
    }

    /// Writes a model, whole or not at all; the same model gives the same bytes.
    ///
    /// A safetensors file of our own layout is a model file. Of another layout it states the same, except for its format,
    /// which is PyTorch's `pt`, and also its `layout` and the order of colors of its `conv1`; a mean image stays beside the
    /// weights, as `mean_image`.
    ///
    /// @throws IllegalArgumentException if the layout is for another network, so that programs that read the names would
    ///     compute something else; if an ONNX file would have other names than its graph's; or if ONNX has no operator for a
    ///     layer
    public static void write(Path target, Model.Stored model, WeightLayout layout, Format format) throws IOException {
        write(target, model, layout, format, DenseWeights.FLOAT32);
    }

    /// As [#write(Path, Model.Stored, WeightLayout, Format)], with the weights of fully connected layers rounded.
    ///
    /// @param dense how they are stored; other than float32 in safetensors files only
    public static void write(Path target, Model.Stored model, WeightLayout layout, Format format, DenseWeights dense)
            throws IOException {
        if (dense != DenseWeights.FLOAT32 && format != Format.SAFETENSORS) {
            throw new IllegalArgumentException("only .safetensors files hold rounded weights; omit --dense-weights, or"
                    + " name a .safetensors file");
        }
        ModelCard card = model.card();
        difference(card.network(), layout).ifPresent(difference -> {
            throw new IllegalArgumentException("the names of " + layout.key() + " stand for the network "
                    + spelled(layout.variant()) + " as it was published, but this model's " + difference
                    + "; omit --net, or say --net " + WeightLayout.PAPER.key());
        });
        if (format == Format.ONNX && layout != WeightLayout.PAPER) {
            throw new IllegalArgumentException(
                    "the tensors of an ONNX graph have this program's names; omit --net " + layout.key());
        }
        if (format.isKeras() != (layout == WeightLayout.KERAS)) {
            throw new IllegalArgumentException(
                    "the layout keras is for .keras and .weights.h5, and these have no other;"
                            + " omit --net " + layout.key());
        }
        Map<String, String> whole = new HashMap<>(Model.wholeMetadata(card));
        whole.putAll(metadata(card, layout));
        switch (format) {
            case SAFETENSORS -> Safetensors.write(target, metadata(card, layout),
                    Stream.concat(entries(model, layout).stream().flatMap(entry -> entry.shape().rank() == 2
                            ? dense.stored(entry).stream()
                            : Stream.of(entry)), Model.entries(card).stream()).toList());
            case PYTORCH -> PyTorchWriter.write(target, whole, entries(model, layout));
            case ONNX -> OnnxWriter.write(target, card, entries(model, layout));
            case KERAS -> KerasWriter.writeModel(target, card, whole, entries(model, layout));
            case KERAS_WEIGHTS -> KerasWriter.writeWeights(target, card, whole, entries(model, layout));
        }
    }

    private static String spelled(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /// The first difference between a network and a layout's. Classes and width, which the shapes tell, and what matters in
    /// training only may differ.
    private static Optional<String> difference(AlexNet network, WeightLayout layout) {
        if (layout == WeightLayout.PAPER || layout == WeightLayout.KERAS) {
            return Optional.empty();
        }
        AlexNet usual = AlexNet.of(layout.variant());
        int input = layout.conventions().map(WeightLayout.Conventions::crop).orElse(usual.input());
        return difference("variant", spelled(network.variant()), spelled(usual.variant()))
                .or(() -> difference("input", network.input(), input))
                .or(() -> difference("channels", network.channels(), usual.channels()))
                .or(() -> difference("towers", network.towers(), usual.towers()))
                .or(() -> difference("activation", network.activation(), usual.activation()))
                .or(() -> difference("response_norm", network.responseNorm(), usual.responseNorm()))
                .or(() -> difference("overlapping_pools", network.overlappingPools(), usual.overlappingPools()))
                .or(() -> network.dropout() == 0
                        ? Optional.empty()
                        : difference("dropout_scaling", network.dropoutScaling(), usual.dropoutScaling()));
    }

    private static Optional<String> difference(String key, Object found, Object expected) {
        return found.equals(expected)
                ? Optional.empty()
                : Optional.of((key + " is " + found + " and not " + expected).toLowerCase(Locale.ROOT));
    }

    private static Map<String, String> metadata(ModelCard card, WeightLayout layout) {
        Map<String, String> metadata = new HashMap<>(Model.metadata(card));
        if (layout != WeightLayout.PAPER) {
            metadata.put("format", layout == WeightLayout.KERAS ? "keras" : "pt");
            metadata.put(LAYOUT, layout.key());
            metadata.put(Model.COLOR_ORDER, layout.colorOrder());
        }
        return metadata;
    }

    /// The parameters under a layout's names.
    static List<NamedTensor> entries(Model.Stored model, WeightLayout layout) throws WeightFileException {
        List<NamedTensor> entries = new ArrayList<>();
        for (Row row : ArchitectureInference.weighted(model.card().network().architecture()).toList()) {
            for (Map.Entry<String, Shape> parameter : ArchitectureInference.parameters(row).entrySet()) {
                entries.add(entry(model.weights(), parameter.getKey(), parameter.getValue(), layout));
            }
        }
        return entries;
    }

    private static NamedTensor entry(WeightFile weights, String name, Shape shape, WeightLayout layout)
            throws WeightFileException {
        weights.values(name, shape); // is there, before anything is written
        return new NamedTensor(layout.theirs(name), shape, () -> {
            try {
                return layout.colorsSwapped(name, shape, weights.values(name, shape));
            } catch (WeightFileException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
