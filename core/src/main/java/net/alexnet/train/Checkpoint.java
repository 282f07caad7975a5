package net.alexnet.train;

import java.nio.file.Path;
import java.util.Optional;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.ComputeEnvironment;

/// A checkpoint whose files were checked.
///
/// @param folder of its files
/// @param state position, schedule and seed
/// @param environment that computed it; empty in checkpoints of old versions
/// @param recipe the run's whole recipe, as text
/// @param written when it was saved, ISO 8601 in UTC
public record Checkpoint(Path folder, TrainingState state, Optional<ComputeEnvironment> environment, String recipe,
        String written) {
    static final String MODEL = "model.safetensors";
    static final String MOMENTUM = "momentum.safetensors";
    static final String STATE = "state.json";
    static final String STATE_HASH = "state.json.sha256";

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
