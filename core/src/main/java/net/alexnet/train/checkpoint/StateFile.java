package net.alexnet.train.checkpoint;

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
import java.util.List;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Hashes;
import net.alexnet.tensor.ComputeEnvironment;
import org.jspecify.annotations.Nullable;

/// `state.json`, with the checksum that proves it beside it.
///
/// @param formatVersion [#FORMAT_VERSION] in what this program writes
/// @param written when, ISO 8601 in UTC
/// @param state where the run stands
/// @param computeEnvironment what computed it; null in files of versions that did not say
/// @param files what the other files must be
/// @param recipe the run's recipe, as text
record StateFile(int formatVersion, String written, TrainingState state,
        @JsonAlias(OLD_ENVIRONMENT) @Nullable ComputeEnvironment computeEnvironment,
        List<FileSeal> files, String recipe) {
    /// Raise it when an older program would read a checkpoint wrongly.
    static final int FORMAT_VERSION = 1;

    private static final String ENVIRONMENT = "compute_environment";

    /// The same key in files of version 0.1.
    private static final String OLD_ENVIRONMENT = "numerics";

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    StateFile {
        files = List.copyOf(files);
    }

    void write(Path folder) throws IOException {
        byte[] bytes = (JSON.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8);
        AtomicFiles.write(folder.resolve(Checkpoint.STATE), out -> out.write(bytes));
        AtomicFiles.write(folder.resolve(Checkpoint.STATE_SEAL),
                out -> out.write(seal(bytes).getBytes(StandardCharsets.UTF_8)));
    }

    /// @throws IOException if it is missing, not what was written, or of another version of the format
    static StateFile read(Path folder) throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve(Checkpoint.STATE));
        String seal = new String(Files.readAllBytes(folder.resolve(Checkpoint.STATE_SEAL)),
                StandardCharsets.ISO_8859_1);
        if (!seal.equals(seal(bytes))) {
            throw new IOException(Checkpoint.STATE + " was cut or altered: its checksum is '" + seal(bytes).strip()
                    + "', " + Checkpoint.STATE_SEAL + " says '" + seal.strip() + "'");
        }
        try {
            JsonNode json = JSON.readTree(bytes);
            int version = json.path("format_version").asInt();
            if (version != FORMAT_VERSION) {
                throw new IOException(Checkpoint.STATE + " is of format version " + version + ", expected "
                        + FORMAT_VERSION + ": it was written by another version of this program");
            }
            if (!json.has(ENVIRONMENT) && !json.has(OLD_ENVIRONMENT)) {
                ((ObjectNode) json).putNull(ENVIRONMENT);
            }
            return JSON.treeToValue(json, StateFile.class);
        } catch (JsonProcessingException e) {
            throw new IOException(Checkpoint.STATE + " cannot be understood: " + e.getOriginalMessage(), e);
        }
    }

    private static String seal(byte[] bytes) {
        return Hashes.hex(bytes) + "  " + Checkpoint.STATE + "\n";
    }
}
