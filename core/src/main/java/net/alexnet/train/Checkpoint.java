package net.alexnet.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Hashes;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.RegularFile;
import net.alexnet.io.Safetensors;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.ComputeEnvironment;

/// A checkpoint: a folder with the weights and the momentum as safetensors, `state.json`, and the SHA-256 of that in
/// `state.json.sha256`.
///
/// @param folder of its files
/// @param state position, schedule and seed
/// @param environment that computed it
/// @param recipe the run's whole recipe, as text
/// @param written when it was saved, ISO 8601 in UTC
/// @param files the weights and the momentum
public record Checkpoint(Path folder, TrainingState state, ComputeEnvironment environment, String recipe,
        String written, List<TensorFile> files) {
    /// Raise it when an older program would misread a checkpoint.
    private static final int FORMAT_VERSION = 1;

    private static final String MODEL = "model.safetensors";
    private static final String MOMENTUM = "momentum.safetensors";
    private static final String STATE = "state.json";
    private static final String STATE_HASH = "state.json.sha256";

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    public Checkpoint {
        files = List.copyOf(files);
    }

    /// `state.json`.
    private record StateFile(int formatVersion, String written, TrainingState state,
            ComputeEnvironment computeEnvironment, List<TensorFile> files, String recipe) {
        StateFile {
            files = List.copyOf(files); // a null in the file is refused here, as a file that cannot be read
            Objects.requireNonNull(state, "state");
            Objects.requireNonNull(computeEnvironment, "compute_environment");
            Objects.requireNonNull(recipe, "recipe");
            Objects.requireNonNull(written, "written");
        }
    }

    /// A file of tensors as it was written.
    ///
    /// @param name the file's name in the checkpoint
    /// @param bytes its size
    /// @param sha256 its SHA-256 in lower-case hexadecimal
    public record TensorFile(String name, long bytes, String sha256) {
        /// Writes the file, and hashes the bytes on their way.
        private static TensorFile write(Path file, Map<String, String> metadata, List<NamedTensor> tensors)
                throws IOException {
            var digest = Hashes.sha256();
            AtomicFiles.write(file, out -> Safetensors.write(new DigestOutputStream(out, digest), metadata, tensors));
            return new TensorFile(String.valueOf(file.getFileName()), Files.size(file), Hashes.hex(digest));
        }

        /// @throws IOException if the file in this folder is not the one that was written
        private void verify(Path folder) throws IOException {
            Path file = folder.resolve(name);
            long size = RegularFile.size(file);
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

    /// Writes all files into an empty folder.
    ///
    /// @param metadata for the weights: what they are, and how to use them
    static void write(Path folder, TrainingState state, ComputeEnvironment environment, String recipe,
            Map<String, String> metadata, List<NamedTensor> weights, List<NamedTensor> momentum) throws IOException {
        List<TensorFile> files = List.of(TensorFile.write(folder.resolve(MODEL), metadata, weights),
                TensorFile.write(folder.resolve(MOMENTUM), Map.of(), momentum));
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String json = JSON.writeValueAsString(
                new StateFile(FORMAT_VERSION, now, state, environment, files, recipe)) + "\n";
        AtomicFiles.writeString(folder.resolve(STATE), json);
        AtomicFiles.writeString(folder.resolve(STATE_HASH), hash(json.getBytes(StandardCharsets.UTF_8)));
    }

    /// A state as text, for another rank.
    static String json(TrainingState state) throws IOException {
        return JSON.writeValueAsString(state);
    }

    /// A state from [#json].
    static TrainingState state(String json) throws IOException {
        return JSON.readValue(json, TrainingState.class);
    }

    /// Reads `state.json`. The other files are not read.
    ///
    /// @throws IOException if it is missing, was changed, or is of another format version
    static Checkpoint read(Path folder) throws IOException {
        byte[] bytes = RegularFile.read(folder.resolve(STATE), RegularFile.TEXT_LIMIT);
        String expected = new String(RegularFile.read(folder.resolve(STATE_HASH), RegularFile.TEXT_LIMIT),
                StandardCharsets.ISO_8859_1);
        if (!expected.equals(hash(bytes))) {
            throw new IOException(STATE + " was changed: its SHA-256 is '" + hash(bytes).strip() + "', expected by "
                    + STATE_HASH + " '" + expected.strip() + "'");
        }
        try {
            JsonNode json = JSON.readTree(bytes);
            int version = json.path("format_version").asInt();
            if (version != FORMAT_VERSION) {
                throw new IOException(STATE + " has format version " + version + ", expected " + FORMAT_VERSION
                        + "; another version of this program wrote it");
            }
            StateFile file = JSON.treeToValue(json, StateFile.class);
            List<String> names = file.files.stream().map(TensorFile::name).toList();
            if (!names.equals(List.of(MODEL, MOMENTUM))) {
                throw new IOException(STATE + " must list " + MODEL + " and " + MOMENTUM + ", found " + names);
            }
            return new Checkpoint(folder, file.state, file.computeEnvironment, file.recipe, file.written,
                    file.files);
        } catch (JsonProcessingException e) {
            throw new IOException(STATE + " cannot be read: " + e.getOriginalMessage(), e);
        }
    }

    private static String hash(byte[] bytes) {
        return Hashes.hex(bytes) + "  " + STATE + "\n";
    }

    /// Checks every byte of the weights.
    ///
    /// @throws IOException if they are not what was written
    void verifyModel() throws IOException {
        files.getFirst().verify(folder);
    }

    /// Checks every byte of the weights and the momentum.
    void verify() throws IOException {
        for (TensorFile file : files) {
            file.verify(folder);
        }
    }

    /// The weights: a model file that can be used on its own.
    public Path modelFile() {
        return folder.resolve(MODEL);
    }

    /// Opens the weights; close them.
    public WeightFile openModel() throws WeightFileException {
        return SafetensorsFile.open(modelFile());
    }

    /// Opens the momentum buffers; close them.
    public WeightFile openMomentum() throws WeightFileException {
        return SafetensorsFile.open(folder.resolve(MOMENTUM));
    }
}
