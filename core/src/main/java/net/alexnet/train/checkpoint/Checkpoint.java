package net.alexnet.train.checkpoint;

import java.nio.file.Path;
import java.util.Optional;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.ComputeEnvironment;

/// A checkpoint whose files were found to be what was saved.
///
/// @param folder where it lies
/// @param state where the run stands
/// @param environment what computed it; empty where the file does not say, being of an older version
/// @param recipe the run's whole recipe, as text
/// @param written when it was saved, ISO 8601 in UTC
public record Checkpoint(Path folder, TrainingState state, Optional<ComputeEnvironment> environment, String recipe,
        String written) {
    static final String MODEL = "model.safetensors";
    static final String MOMENTUM = "momentum.safetensors";
    static final String STATE = "state.json";
    static final String STATE_SEAL = "state.json.sha256";

    /// The file of weights, which can be copied and used without the rest.
    public Path modelFile() {
        return folder.resolve(MODEL);
    }

    /// Opens the weights; close them.
    public SafetensorsFile openModel() throws WeightFileException {
        return SafetensorsFile.open(modelFile());
    }

    /// Opens the velocities; close them.
    public SafetensorsFile openMomentum() throws WeightFileException {
        return SafetensorsFile.open(folder.resolve(MOMENTUM));
    }
}
