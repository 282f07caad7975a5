package net.alexnet.train.config;

/// A recipe that cannot be read or does not make sense; the message names the file, the key, and what was expected.
public class RecipeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public RecipeException(String message) {
        super(message);
    }
}
