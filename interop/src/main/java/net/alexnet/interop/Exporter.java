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
    static final String DIALECT = "dialect";

    private Exporter() {}

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
    /// which is PyTorch's `pt`, and with its `dialect` and the order of colours of its `conv1` besides; a mean image stays
    /// beside the weights, as `mean_image`.
    ///
    /// @param model as it lies in its file
    /// @throws ImportException if the dialect is about another network, so that who reads the names would compute something
    ///     else; or an ONNX file is to have other names than its graph's
    public static void write(Path target, Model.Stored model, WeightLayout dialect, ExportFormat format)
            throws IOException {
        ModelCard card = model.card();
        requireSameNetwork(card, dialect);
        if (format == ExportFormat.ONNX && dialect != WeightLayout.PAPER) {
            throw new ImportException(
                    "the tensors of an ONNX graph have this program's names; leave --net " + dialect.key()
                            + " away");
        }
        switch (format) {
            case SAFETENSORS -> Safetensors.write(target, metadata(card, dialect),
                    Stream.concat(entries(model, dialect).stream(), Model.entries(card).stream()).toList());
            case PYTORCH -> PyTorchWriter.write(target, entries(model, dialect));
            case ONNX -> OnnxWriter.write(target, card, entries(model, dialect));
        }
    }

    private static void requireSameNetwork(ModelCard card, WeightLayout dialect) {
        difference(card.network(), dialect).ifPresent(difference -> {
            throw new ImportException("the names of " + dialect.key() + " stand for the table "
                    + Tables.spelled(dialect.table()) + " as it was published, but the model's " + difference
                    + ", so that it computes something else; leave --net away, or say --net "
                    + WeightLayout.PAPER.key());
        });
    }

    /// What keeps a network from being a dialect's, but for its classes and its width, which the shapes tell, and what
    /// matters in training only.
    private static Optional<String> difference(AlexNet network, WeightLayout dialect) {
        if (dialect == WeightLayout.PAPER) {
            return Optional.empty();
        }
        AlexNet usual = AlexNet.of(dialect.table());
        int input = dialect.conventions().map(WeightLayout.Conventions::crop).orElse(usual.input());
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

    private static Map<String, String> metadata(ModelCard card, WeightLayout dialect) {
        Map<String, String> metadata = new HashMap<>(Model.metadata(card));
        if (dialect != WeightLayout.PAPER) {
            metadata.put("format", "pt");
            metadata.put(DIALECT, dialect.key());
            metadata.put(Model.COLOR_ORDER, dialect.colorOrder());
        }
        return metadata;
    }

    /// The parameters under a dialect's names.
    static List<NamedTensor> entries(Model.Stored model, WeightLayout dialect) throws WeightFileException {
        List<NamedTensor> entries = new ArrayList<>();
        for (Row row : ArchitectureInference.weighted(model.card().network().architecture()).toList()) {
            entries.add(entry(model.weights(), row.name() + ".weight", row.weightShape(), dialect));
            entries.add(entry(model.weights(), row.name() + ".bias", Shape.of(row.weightShape().dim(0)), dialect));
        }
        return entries;
    }

    private static NamedTensor entry(WeightFile weights, String name, Shape shape, WeightLayout dialect)
            throws WeightFileException {
        weights.values(name, shape); // is there, before anything is written
        return new NamedTensor(dialect.theirs(name), shape, () -> {
            try {
                MemorySegment values = weights.values(name, shape);
                return Channels.areTurned(dialect, name) ? Channels.turned(values, shape) : values;
            } catch (WeightFileException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
