package net.alexnet.io;

import java.io.IOException;
import java.nio.file.Path;

/// A file of weights that breaks its format, or holds what cannot be used; the message names the file and the tensor.
public class WeightFileException extends IOException {
    private static final long serialVersionUID = 1;

    public WeightFileException(Path file, String problem) {
        super(file + ": " + problem);
    }

    public WeightFileException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
