package net.alexnet.server.service;

import module java.base;
import net.alexnet.train.ModelFile;
import net.alexnet.train.ModelFile.Which;
import net.alexnet.train.RunCheckpoint;

/// Where a model comes from, and whether something else is there now.
///
/// @param path as the user named it
/// @param which of a run's checkpoints
record ModelSource(Path path, Which which) {
    /// What can be seen of a model without reading it: two equal ones are the same model.
    record FileState(Optional<Path> place, long bytes, Object changed, Object key) {}

    ModelFile open() throws IOException {
        return ModelFile.find(path, which);
    }

    private Optional<RunCheckpoint> checkpoint() throws IOException {
        if (!Files.exists(path) || (Files.isRegularFile(path) && !path.endsWith("latest"))) {
            return Optional.empty();
        }
        return Optional.of(which == Which.BEST ? RunCheckpoint.best(path) : RunCheckpoint.last(path));
    }

    /// The file of weights; empty for a published model, which is known by its name.
    Optional<Path> file() throws IOException {
        Optional<RunCheckpoint> checkpoint = checkpoint();
        return checkpoint.isPresent()
                ? Optional.of(checkpoint.get().modelFile())
                : Optional.of(path).filter(Files::exists);
    }

    /// Its state now. No weights are read.
    FileState fileState() throws IOException {
        Optional<Path> place = checkpoint().map(RunCheckpoint::folder)
                .or(() -> Optional.of(path).filter(Files::exists));
        if (place.isEmpty()) {
            return new FileState(place, 0, "", "");
        }
        BasicFileAttributes attributes = Files.readAttributes(place.get(), BasicFileAttributes.class);
        return new FileState(place.map(Path::toAbsolutePath), attributes.size(), attributes.lastModifiedTime(),
                Objects.requireNonNullElse(attributes.fileKey(), ""));
    }
}
