package net.alexnet.interop;

import module java.base;
import net.alexnet.data.ProgressListener;
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
        if (Files.isDirectory(model)) {
            return OtherFiles.name(model).isPresent(); // to be told what it is
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

    @Override
    public List<String> published() {
        return PublishedModel.all().stream().map(PublishedModel::name).toList();
    }

    @Override
    public void fetchIfAbsent(Path model, ProgressListener progress, BooleanSupplier stop)
            throws IOException, InterruptedException {
        Optional<PublishedModel> named = Files.exists(model)
                ? Optional.empty()
                : PublishedModel.named(model.toString());
        if (named.isEmpty() || pulled.has(named.get())) {
            return;
        }
        PublishedModel published = named.get();
        Long bytes = published.bytes();
        progress.message("the base is " + published.name() + ": " + (bytes == null ? "" : bytes / 1_000_000 + " MB, ")
                + "license " + published.license() + ", fetched once");
        try {
            pulled.pull(published, new PulledModels.Progress(
                    (done, total) -> progress.progress("fetching " + published.name(), done, total.orElse(0)),
                    progress::message), stop);
        } catch (IOException e) {
            throw new IOException("the base " + published.name() + " cannot be fetched (" + e.getMessage()
                    + "). Download " + published.address() + " by hand, and name the file as the base (--base FILE)",
                    e);
        }
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
