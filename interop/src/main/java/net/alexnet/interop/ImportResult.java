package net.alexnet.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.WeightFile;
import net.alexnet.tensor.Shape;

/// Weights that were understood and can be written as a model file. They lie in the file that they come from until then.
///
/// @param card of the model
/// @param entries the network's parameters under our names
/// @param layers where each layer comes from
public record ImportResult(ModelCard card, List<NamedTensor> entries, List<LayerOrigin> layers) {
    /// Where a layer comes from.
    ///
    /// @param layer such as `conv1`
    /// @param weight the extents of its weight
    /// @param tensor the name that its weight has in the file; nothing if the layer was initialised
    public record LayerOrigin(String layer, Shape weight, Optional<String> tensor) {}

    public ImportResult {
        entries = List.copyOf(entries);
        layers = List.copyOf(layers);
    }

    /// The model without writing it. Its weights are read from the file of foreign weights.
    Model.Stored stored(WeightFile file) {
        return new Model.Stored(card, new ImportedWeights(file.path(), entries));
    }

    /// Writes the model file, whole or not at all; the same import gives the same bytes.
    public void write(Path target) throws IOException {
        List<NamedTensor> all = new ArrayList<>(entries);
        all.addAll(Model.entries(card));
        Safetensors.write(target, Model.metadata(card), all);
    }
}
