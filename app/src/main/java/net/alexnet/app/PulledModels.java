package net.alexnet.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import net.alexnet.download.Hash;
import net.alexnet.files.AtomicFiles;

/// Models that were pulled: `NAME/model.safetensors` each, and `NAME/pulled.json`, written last, with the hashes of what it
/// was made from and of the model itself.
///
/// @param root the folder of all of them; it need not be there
record PulledModels(Path root) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// What is noted of one.
    ///
    /// @param source the published file's hash, as the catalogue has it
    /// @param model SHA-256 of the model file
    private record Note(String source, String model) {}

    static PulledModels ofUser() {
        return new PulledModels(UserCache.folder("models"));
    }

    static boolean isName(String text) {
        return text.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*");
    }

    /// Where published files are downloaded to, or put by hand.
    Path downloads() {
        return root.resolve("downloads");
    }

    Path model(String name) {
        return root.resolve(name).resolve("model.safetensors");
    }

    /// A model that is named instead of a path.
    ///
    /// @return empty if the path cannot mean one
    /// @throws IOException if it is in the catalogue, but was not pulled
    Optional<Path> named(Path path) throws IOException {
        String name = path.toString();
        if (!isName(name)) {
            return Optional.empty();
        }
        if (Files.exists(note(name)) && Files.isRegularFile(model(name))) {
            return Optional.of(model(name));
        }
        if (Catalogue.standard().find(name).isPresent()) {
            throw new IOException(
                    name + " is in the catalogue, but not on this machine. Fetch it first: ./alexnet pull "
                            + name);
        }
        return Optional.empty();
    }

    /// A model that was made from this very file, every byte of it as it was.
    Optional<Path> intact(CatalogueEntry entry) throws IOException {
        Path model = model(entry.name());
        try {
            Note note = JSON.readValue(Files.readString(note(entry.name())), Note.class);
            boolean same = entry.hash().toString().equals(note.source())
                    && Hash.sha256(model).hex().equals(note.model());
            return same ? Optional.of(model) : Optional.empty();
        } catch (JsonProcessingException | NoSuchFileException | java.io.FileNotFoundException e) {
            return Optional.empty();
        }
    }

    /// Whether it was pulled, without looking at every byte.
    boolean has(CatalogueEntry entry) {
        return Files.exists(note(entry.name())) && Files.exists(model(entry.name()));
    }

    /// Notes that the model file which is there now was made from this file.
    void remember(CatalogueEntry entry) throws IOException {
        Note note = new Note(entry.hash().toString(), Hash.sha256(model(entry.name())).hex());
        AtomicFiles.writeString(note(entry.name()), JSON.writeValueAsString(note));
    }

    private Path note(String name) {
        return root.resolve(name).resolve("pulled.json");
    }
}
