package net.alexnet.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.interop.onnx.OnnxWriter;
import net.alexnet.interop.pytorch.PyTorchWriter;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.tensor.Shape;

/// Writes a model under the names of others.
public final class Exporter {
    /// The metadata key that says whose names a file's tensors have, where they are not our own.
    private static final String LAYOUT = "layout";
    private static final String OLD_LAYOUT = "dialect";

    private Exporter() {}

    /// Whose names an exported file says its tensors have, if it says so; older files spell the key `dialect`.
    static Optional<String> layout(Map<String, String> metadata) {
        return Optional.ofNullable(metadata.get(LAYOUT)).or(() -> Optional.ofNullable(metadata.get(OLD_LAYOUT)));
    }

    /// The names that a model is exported under if nothing is said: torchvision's for torchvision's network, else our own, as
    /// always in an ONNX graph.
    public static WeightLayout usual(ModelCard card, ExportFormat format) {
        return format != ExportFormat.ONNX && difference(card.network(), WeightLayout.TORCHVISION).isEmpty()
                ? WeightLayout.TORCHVISION
                : WeightLayout.PAPER;
    }

    /// Writes a model, whole or not at all; the same model gives the same bytes.
    ///
    /// A safetensors file under our own names is a model file. Under others' it says the same of itself, but for its format,
    /// which is PyTorch's `pt`, and with its `layout` and the order of colours of its `conv1` besides; a mean image stays
    /// beside the weights, as `mean_image`.
    ///
    /// @param model as it lies in its file
    /// @throws ImportException if the layout is about another network, so that who reads the names would compute something
    ///     else; or an ONNX file is to have other names than its graph's
    public static void write(Path target, Model.Stored model, WeightLayout layout, ExportFormat format)
            throws IOException {
        ModelCard card = model.card();
        requireSameNetwork(card, layout);
        if (format == ExportFormat.ONNX && layout != WeightLayout.PAPER) {
            throw new ImportException(
                    "the tensors of an ONNX graph have this program's names; leave --net " + layout.key()
                            + " away");
        }
        switch (format) {
            case SAFETENSORS -> Safetensors.write(target, metadata(card, layout),
                    Stream.concat(entries(model, layout).stream(), Model.entries(card).stream()).toList());
            case PYTORCH -> PyTorchWriter.write(target, entries(model, layout));
            case ONNX -> OnnxWriter.write(target, card, entries(model, layout));
        }
    }

    private static void requireSameNetwork(ModelCard card, WeightLayout layout) {
        difference(card.network(), layout).ifPresent(difference -> {
            throw new ImportException("the names of " + layout.key() + " stand for the table "
                    + Tables.spelled(layout.table()) + " as it was published, but the model's " + difference
                    + ", so that it computes something else; leave --net away, or say --net "
                    + WeightLayout.PAPER.key());
        });
    }

    /// What keeps a network from being a layout's, but for its classes and its width, which the shapes tell, and what
    /// matters in training only.
    private static Optional<String> difference(AlexNet network, WeightLayout layout) {
        if (layout == WeightLayout.PAPER) {
            return Optional.empty();
        }
        AlexNet usual = AlexNet.of(layout.table());
        int input = layout.conventions().map(WeightLayout.Conventions::crop).orElse(usual.input());
        return difference("variant", Tables.spelled(network.variant()), Tables.spelled(usual.variant()))
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
            metadata.put("format", "pt");
            metadata.put(LAYOUT, layout.key());
            metadata.put(Model.COLOR_ORDER, layout.colorOrder());
        }
        return metadata;
    }

    /// The parameters under a layout's names.
    static List<NamedTensor> entries(Model.Stored model, WeightLayout layout) throws WeightFileException {
        List<NamedTensor> entries = new ArrayList<>();
        for (Row row : ArchitectureInference.weighted(model.card().network().architecture()).toList()) {
            entries.add(entry(model.weights(), row.name() + ".weight", row.weightShape(), layout));
            entries.add(entry(model.weights(), row.name() + ".bias", Shape.of(row.weightShape().dim(0)), layout));
        }
        return entries;
    }

    private static NamedTensor entry(WeightFile weights, String name, Shape shape, WeightLayout layout)
            throws WeightFileException {
        weights.values(name, shape); // is there, before anything is written
        return new NamedTensor(layout.theirs(name), shape, () -> {
            try {
                MemorySegment values = weights.values(name, shape);
                return Channels.areTurned(layout, name) ? Channels.turned(values, shape) : values;
            } catch (WeightFileException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
