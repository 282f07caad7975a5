package net.alexnet.interop;

import module java.base;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelImporter;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;

/// The importer that other modules find by [java.util.ServiceLoader]: files of PyTorch, Caffe, ONNX and Keras, safetensors files
/// of other programs, and published models by the names under which they were pulled.
public final class ForeignModels implements ModelImporter {
    private final PulledModels pulled = PulledModels.ofUser();

    @Override
    public boolean reads(Path model) {
        if (!Files.exists(model)) {
            return PublishedModel.named(model.toString()).isPresent();
        }
        try {
            WeightFormat.of(model);
            return true;
        } catch (WeightFileException e) {
            return false;
        }
    }

    @Override
    public Model.Stored open(Path model) throws IOException {
        Optional<Path> named = Files.exists(model) ? Optional.empty() : pulled.named(model);
        return named.isPresent() ? Model.read(named.get()) : imported(model);
    }

    /// A file as [Importer] understands it by what it states and by the names of its tensors.
    /// Layers that it does not have are listed as untrained.
    private static Model.Stored imported(Path file) throws IOException {
        WeightFile weights = Importer.open(file);
        try {
            return Importer.readAvailable(weights).stored();
        } catch (IllegalArgumentException e) {
            throw new WeightFileException(file, e.getMessage() + ". Import it once with ./alexnet import", e);
        }
    }
}
