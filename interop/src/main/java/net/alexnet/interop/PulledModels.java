package net.alexnet.interop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.CacheFolder.Kind;
import net.alexnet.io.Hashes;
import net.alexnet.io.LockFile;
import net.alexnet.io.PrivateFolder;
import net.alexnet.io.RegularFile;
import net.alexnet.io.WeightFile;

/// Models that were pulled, in `models` of the user's cache folder: each has a folder `NAME` with `model.safetensors` and
/// `pulled.json`, written last, with the hashes of the published file and of the model. A process that pulls a model holds
/// the lock `NAME/lock`, and downloads to `NAME/fetched`.
///
/// @param root the folder of all of them; it need not exist
public record PulledModels(Path root) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// What `pulled.json` says.
    ///
    /// @param source the published file's hash
    /// @param model SHA-256 of the model file
    private record Note(String source, String model) {}

    /// A model that was pulled.
    ///
    /// @param file the model file
    /// @param already whether it was there before
    public record Pulled(Path file, boolean already) {}

    /// Listeners to a pull, called on the thread that asked for it.
    ///
    /// @param bytes gets the number of bytes that have arrived, those of earlier runs included, and the file's size if known
    /// @param note gets messages for the user, such as that the download is resumed or tried again
    public record Progress(BiConsumer<Long, OptionalLong> bytes, Consumer<String> note) {}

    /// The models of the user who runs this JVM.
    public static PulledModels ofUser() {
        return new PulledModels(CacheFolder.ofUser().folder(Kind.MODELS));
    }

    /// Where the model file of a name is, or would be.
    public Path model(String name) {
        return root.resolve(name).resolve("model.safetensors");
    }

    /// The model file of a published name, if the path can only mean that.
    ///
    /// @return empty if it is not the name of published weights
    /// @throws IOException if it is, but they were not pulled
    public Optional<Path> named(Path path) throws IOException {
        Optional<PublishedModel> published = PublishedModel.named(path.toString());
        if (published.isPresent() && !has(published.get())) {
            throw new IOException(path + " is the name of published weights that are not on this machine. Fetch them"
                    + " first: ./alexnet pull " + path);
        }
        return published.map(model -> model(model.name()));
    }

    /// Whether weights were pulled. The bytes of the model are not checked.
    public boolean has(PublishedModel published) throws IOException {
        if (Files.exists(root)) {
            PrivateFolder.require(root); // or another user may have put a model there
        }
        Optional<Note> note = note(published.name());
        return Files.isRegularFile(model(published.name()))
                && note.isPresent() && note.get().source().equals(published.hash());
    }

    /// Downloads published weights and makes a model file of them, or takes the model that was made before if every byte
    /// of it is as it was. Where two processes do this at once, one waits and takes the other's model.
    ///
    /// @param stop asked often; once it says yes, what has arrived stays for the next call
    /// @throws IOException if the file cannot be downloaded, or is not what was published
    /// @throws InterruptedException if it was stopped
    public Pulled pull(PublishedModel published, Progress progress, BooleanSupplier stop)
            throws IOException, InterruptedException {
        PrivateFolder.make(root);
        Path folder = root.resolve(published.name());
        PrivateFolder.make(folder);
        Path model = model(published.name());
        try (LockFile _ = LockFile.take(folder.resolve("lock"),
                () -> progress.note().accept("waiting for another pull of " + published.name()), stop)) {
            if (isIntact(published)) {
                return new Pulled(model, true);
            }
            progress.note().accept("fetching " + published.address());
            Path fetched = folder.resolve("fetched");
            PrivateFolder.make(fetched);
            make(published, Downloader.fetch(Downloader.Settings.DEFAULT, Downloader.Wanted.of(published), fetched,
                    progress, stop));
            AtomicFiles.deleteTree(fetched);
            return new Pulled(model, false);
        }
    }

    private boolean isIntact(PublishedModel published) throws IOException {
        return has(published)
                && note(published.name()).orElseThrow().model().equals(Hashes.hex(model(published.name())));
    }

    private void make(PublishedModel published, Path file) throws IOException {
        Path model = model(published.name());
        Path note = note(model);
        Files.deleteIfExists(note); // it must never be beside a model that it does not mean
        WeightLayout layout = WeightLayout.of(published.layout()).orElseThrow();
        try (WeightFile weights = Importer.open(file)) {
            Importer.read(weights, ImportOptions.of(layout).order(published.classOrder()).source(published))
                    .write(model);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is not what " + published.name() + " should be: " + e.getMessage(), e);
        }
        AtomicFiles.writeString(note, JSON.writeValueAsString(new Note(published.hash(), Hashes.hex(model))));
    }

    private Optional<Note> note(String name) throws IOException {
        try {
            return Optional.ofNullable(JSON.readValue(RegularFile.text(note(model(name))), Note.class));
        } catch (JsonProcessingException | NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static Path note(Path model) {
        return model.resolveSibling("pulled.json");
    }
}
