package net.alexnet.train;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.List;
import java.util.Map;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Hashes;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.tensor.ComputeEnvironment;
import org.jspecify.annotations.Nullable;

/// `state.json`, with its SHA-256 in `state.json.sha256`.
///
/// @param formatVersion [#FORMAT_VERSION] in files of this program
/// @param written when, ISO 8601 in UTC
/// @param state position, schedule and seed
/// @param computeEnvironment that computed the state; null in files of old versions
/// @param files sizes and hashes of the checkpoint's other files
/// @param recipe the run's recipe, as text
record StateFile(int formatVersion, String written, TrainingState state,
        @JsonAlias(OLD_ENVIRONMENT) @Nullable ComputeEnvironment computeEnvironment, List<TensorFile> files,
        String recipe) {
    /// Raise it when an older program would misread a checkpoint.
    static final int FORMAT_VERSION = 1;

    private static final String ENVIRONMENT = "compute_environment";
    private static final String OLD_ENVIRONMENT = "numerics"; // in files of version 0.1

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    StateFile {
        files = List.copyOf(files);
    }

    /// A file of tensors as it was written.
    ///
    /// @param name the file's name in the checkpoint
    /// @param bytes its size
    /// @param sha256 its SHA-256 in lower-case hexadecimal
    record TensorFile(String name, long bytes, String sha256) {
        /// Writes the file, and hashes the bytes on their way.
        static TensorFile write(Path file, Map<String, String> metadata, List<NamedTensor> tensors)
                throws IOException {
            var digest = Hashes.sha256();
            AtomicFiles.write(file, out -> Safetensors.write(new DigestOutputStream(out, digest), metadata, tensors));
            return new TensorFile(String.valueOf(file.getFileName()), Files.size(file), Hashes.hex(digest));
        }

        /// Checks the file in this folder.
        ///
        /// @throws IOException if it is not the file that was written
        void verify(Path folder) throws IOException {
            Path file = folder.resolve(name);
            long size = Files.size(file);
            if (size != bytes) {
                throw new IOException(name + " has " + size + " bytes, expected " + bytes
                        + (size < bytes ? ": it is truncated" : ": it was changed"));
            }
            String found = Hashes.hex(file);
            if (!found.equals(sha256)) {
                throw new IOException(name + " was changed: its SHA-256 is " + found + ", expected " + sha256);
            }
        }
    }

    void write(Path folder) throws IOException {
        String json = JSON.writeValueAsString(this) + "\n";
        AtomicFiles.writeString(folder.resolve(Checkpoint.STATE), json);
        AtomicFiles.writeString(folder.resolve(Checkpoint.STATE_HASH), hash(json.getBytes(StandardCharsets.UTF_8)));
    }

    /// @throws IOException if it is missing, was changed, or is of another format version
    static StateFile read(Path folder) throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve(Checkpoint.STATE));
        String expected = new String(Files.readAllBytes(folder.resolve(Checkpoint.STATE_HASH)),
                StandardCharsets.ISO_8859_1);
        if (!expected.equals(hash(bytes))) {
            throw new IOException(Checkpoint.STATE + " was changed: its SHA-256 is '" + hash(bytes).strip()
                    + "', expected by " + Checkpoint.STATE_HASH + " '" + expected.strip() + "'");
        }
        try {
            JsonNode json = JSON.readTree(bytes);
            int version = json.path("format_version").asInt();
            if (version != FORMAT_VERSION) {
                throw new IOException(Checkpoint.STATE + " has format version " + version + ", expected "
                        + FORMAT_VERSION + "; another version of this program wrote it");
            }
            if (!json.has(ENVIRONMENT) && !json.has(OLD_ENVIRONMENT)) {
                ((ObjectNode) json).putNull(ENVIRONMENT);
            }
            StateFile file = JSON.treeToValue(json, StateFile.class);
            List<String> names = file.files.stream().map(TensorFile::name).toList();
            if (!names.equals(List.of(Checkpoint.MODEL, Checkpoint.MOMENTUM))) {
                throw new IOException(Checkpoint.STATE + " must list " + Checkpoint.MODEL + " and "
                        + Checkpoint.MOMENTUM + ", found " + names);
            }
            return file;
        } catch (JsonProcessingException e) {
            throw new IOException(Checkpoint.STATE + " cannot be read: " + e.getOriginalMessage(), e);
        }
    }

    private static String hash(byte[] bytes) {
        return Hashes.hex(bytes) + "  " + Checkpoint.STATE + "\n";
    }
}
