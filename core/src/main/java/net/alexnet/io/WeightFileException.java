package net.alexnet.io;

import module java.base;

/// A file of weights that breaks its format, or holds what cannot be used; the message names the file and the tensor.
public class WeightFileException extends IOException {
    private static final long serialVersionUID = 1;
    private static final int MAX_LISTED = 40;

    public WeightFileException(Path file, String problem) {
        super(file + ": " + problem);
    }

    public WeightFileException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /// Texts for a message, with commas between them: the first 40, and how many more there are.
    public static String list(Collection<String> texts) {
        return Texts.listed(texts, MAX_LISTED);
    }
}
