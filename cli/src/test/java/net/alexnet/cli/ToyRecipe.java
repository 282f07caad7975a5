package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A run for [ToyImages] of a second or two.
final class ToyRecipe {
    static final String TEXT = """
            name: toy
            seed: 7
            network:
              variant: small
              input: 16
              width: 0.08
            pictures:
              resize: 20
              values: standardized
            data:
              hold_out: 0.3
            batch: 8
            epochs: 8
            optimizer:
              learning_rate: 0.01
            schedule:
              type: constant
            monitor:
              log_every_steps: 1
            """;

    private ToyRecipe() {}

    /// Writes the recipe into a folder.
    static Path in(Path folder) throws IOException {
        return Files.writeString(folder.resolve("toy.yaml"), TEXT);
    }
}
