package net.alexnet.interop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import net.alexnet.interop.download.Hash;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.CacheFolder.Kind;
import net.alexnet.io.LockFile;

/// Models that were pulled: `NAME/model.safetensors` each, and `NAME/pulled.json`, written last, with the hashes of what it
/// was made from and of the model itself. What is under way lies in `NAME/fetched` and `NAME/making`, and belongs to whoever
/// has the lock `NAME/lock`; what a user put in `downloads` is only read.
///
/// @param root the folder of all of them; it need not be there
public record PulledModels(Path root) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// What is noted of one.
    ///
    /// @param source the published file's hash, as the catalogue has it
    /// @param model SHA-256 of the model file
    private record Note(String source, String model) {}

    public static PulledModels ofUser() {
        return new PulledModels(CacheFolder.ofUser().folder(Kind.MODELS));
    }

    public static boolean isName(String text) {
        return text.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*");
    }

    /// Where a user may put published files.
    public Path byHand() {
        return root.resolve("downloads");
    }

    /// Where a published file is downloaded to.
    public Path fetched(String name) {
        return root.resolve(name).resolve("fetched");
    }

    public Path model(String name) {
        return root.resolve(name).resolve("model.safetensors");
    }

    /// Keeps everybody else from making the model of this name.
    ///
    /// @param waits called once if somebody is at it
    /// @param stop asked often while it waits
    public LockFile lock(String name, Runnable waits, BooleanSupplier stop) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(root.resolve(name));
        return LockFile.take(folder.resolve("lock"), waits, stop);
    }

    /// Whether a text is the name of a model in the catalogue or of one that was pulled.
    boolean knows(String name) {
        return isName(name) && (Catalogue.standard().find(name).isPresent() || Files.isRegularFile(model(name)));
    }

    /// A model that is named instead of a path.
    ///
    /// @return empty if the path cannot mean one
    /// @throws IOException if it is in the catalogue, but was not pulled
    public Optional<Path> named(Path path) throws IOException {
        String name = path.toString();
        if (!isName(name)) {
            return Optional.empty();
        }
        Optional<String> source = source(name);
        Optional<CatalogueEntry> entry = Catalogue.standard().find(name);
        if (entry.isEmpty() || entry.get().hash().toString().equals(source.orElse(""))) {
            return source.map(_ -> model(name));
        }
        throw new IOException(name + " is in the catalogue, but "
                + (source.isEmpty()
                        ? "not on this machine. Fetch it first: "
                        : "what is on this machine under this name was made from another file (" + source.get()
                                + "; the catalogue's is " + entry.get().hash() + "). To use that, name "
                                + model(name) + "; to replace it by the catalogue's: ")
                + "./alexnet pull " + name);
    }

    /// A model that was made from this very file, every byte of it as it was.
    public Optional<Path> intact(CatalogueEntry entry) throws IOException {
        Path model = model(entry.name());
        Optional<Note> note = noted(entry.name());
        try {
            boolean same = note.isPresent() && entry.hash().toString().equals(note.get().source())
                    && Hash.sha256(model).hex().equals(note.get().model());
            return same ? Optional.of(model) : Optional.empty();
        } catch (NoSuchFileException | FileNotFoundException e) {
            return Optional.empty();
        }
    }

    /// Whether it was pulled, without looking at every byte.
    public boolean has(CatalogueEntry entry) throws IOException {
        return entry.hash().toString().equals(source(entry.name()).orElse(""));
    }

    /// What the model of this name was made from; empty if there is none.
    private Optional<String> source(String name) throws IOException {
        return Files.isRegularFile(model(name)) ? noted(name).map(Note::source) : Optional.empty();
    }

    /// Makes a model and puts it in its place. The caller has the lock.
    ///
    /// @param making is given the file to write
    public void make(CatalogueEntry entry, Making making) throws IOException {
        Path folder = root.resolve(entry.name()).resolve("making");
        AtomicFiles.deleteTree(folder); // left by one that was killed
        try {
            Path made = Files.createDirectories(folder).resolve("model.safetensors");
            making.write(made);
            Note note = new Note(entry.hash().toString(), Hash.sha256(made).hex());
            Files.deleteIfExists(note(entry.name())); // it must never stand beside a model that it does not mean
            AtomicFiles.move(made, model(entry.name()));
            AtomicFiles.writeString(note(entry.name()), JSON.writeValueAsString(note));
        } finally {
            AtomicFiles.deleteTree(folder);
        }
    }

    /// Writes a model.
    @FunctionalInterface
    public interface Making {
        void write(Path file) throws IOException;
    }

    private Optional<Note> noted(String name) throws IOException {
        try {
            return Optional.ofNullable(JSON.readValue(Files.readString(note(name)), Note.class));
        } catch (JsonProcessingException | NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private Path note(String name) {
        return root.resolve(name).resolve("pulled.json");
    }
}
