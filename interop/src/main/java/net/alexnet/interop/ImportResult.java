package net.alexnet.interop;

import module java.base;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.WeightFile;
import net.alexnet.tensor.Shape;

/// A foreign file of weights that was understood and can be written as a model file. The weights stay in the foreign file
/// until then.
///
/// @param card of the model
/// @param weights those that the file has, under our names
/// @param entries all parameters of the network
/// @param layers where each layer comes from
public record ImportResult(
        ModelCard card, WeightFile weights, List<NamedTensor> entries, List<LayerOrigin> layers) {
    /// Where a layer comes from.
    ///
    /// @param layer such as `conv1`
    /// @param weight the extents of its weight
    /// @param tensor the name that its weight has in the file; empty if the layer was initialized
    public record LayerOrigin(String layer, Shape weight, Optional<String> tensor) {}

    /// The model, with initial values where the file has none.
    public Model.Stored stored() {
        return new Model.Stored(card, card.untrained().isEmpty()
                ? weights
                : new CompletedWeights(weights, entries));
    }

    public ImportResult {
        entries = List.copyOf(entries);
        layers = List.copyOf(layers);
    }

    /// Writes the model file, whole or not at all; the same import gives the same bytes.
    public void write(Path target) throws IOException {
        List<NamedTensor> all = new ArrayList<>(entries);
        all.addAll(Model.entries(card));
        Safetensors.write(target, Model.metadata(card), all);
    }
}
