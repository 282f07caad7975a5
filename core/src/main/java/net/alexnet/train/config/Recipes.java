package net.alexnet.train.config;

import module java.base;
import net.alexnet.io.DidYouMean;
import net.alexnet.io.RegularFile;

/// The recipes that come with the program (the project's `recipes/`), and a user's own.
public final class Recipes {
    /// The committed recipes, without `.yaml`.
    public static final List<String> NAMES = List.of("cifar10", "fashion-mnist", "finetune", "large-batch", "paper",
            "paper-two-gpus", "photographs", "pictures", "quickstart", "tiny-imagenet");

    private Recipes() {}

    /// Reads a recipe by name, or from a file.
    ///
    /// @param settings further keys, which win
    /// @throws RecipeException if there is none; it names the nearest
    public static Recipe read(String nameOrFile, Map<String, String> settings) throws IOException {
        if (NAMES.contains(nameOrFile)) {
            return RecipeReader.read("recipe " + nameOrFile, resource(nameOrFile), settings);
        }
        Path file = Path.of(nameOrFile);
        if (Files.isRegularFile(file)) {
            return RecipeReader.read(nameOrFile, RegularFile.text(file), settings);
        }
        throw new RecipeException("there is no recipe '" + nameOrFile + "', neither by name nor as a file. "
                + DidYouMean.question(nameOrFile, NAMES) + "Known: " + String.join(", ", NAMES));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Recipes.class.getResourceAsStream("recipes/" + name + ".yaml")) {
            if (in == null) {
                throw new IOException("the program was built without its recipe " + name + "; build it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
