package net.alexnet.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The files in the project's `recipes/`.
class CommittedRecipesTest {
    private static final Path RECIPES = Path.of("..", "recipes");

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(RECIPES)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
        }
    }

    @Test
    void areThere() throws IOException {
        assertThat(files()).extracting(file -> file.getFileName().toString())
                .contains("cifar10.yaml", "fashion-mnist.yaml", "finetune.yaml", "paper.yaml", "pictures.yaml",
                        "quickstart.yaml");
    }

    @ParameterizedTest
    @MethodSource("files")
    void areNamedAsTheirFilesAndFit(Path file) throws IOException {
        Recipe recipe = read(file, Map.of());
        assertThat(file).hasFileName(recipe.name() + ".yaml");
        assertThat(recipe.network().architecture().classes()).isEqualTo(recipe.network().classes());
    }

    @ParameterizedTest
    @MethodSource("files")
    void comeBackFromWhatARunFolderKeeps(Path file) throws IOException {
        Recipe recipe = read(file, Map.of());
        assertThat(RecipeReader.read("recipe.yaml", RecipeReader.write(recipe), Map.of())).isEqualTo(recipe);
    }

    /// A recipe that does not say `values` gets raw pixels, and `he` cannot learn from those.
    @ParameterizedTest
    @MethodSource("files")
    void haveTheScaleOfPixelsThatTheirInitializationNeeds(Path file) throws IOException {
        Recipe recipe = read(file, Map.of());
        assumeThat(recipe.fineTuning()).isEmpty(); // whose inputs are the base's
        Recipe.Values fitting = switch (recipe.network().initialization()) {
            case PAPER, SOURCE, CAFFE, CAFFENET, CUDA_CONVNET -> Recipe.Values.RAW;
            case HE -> Recipe.Values.STANDARDIZED;
        };
        assertThat(recipe.pictures().values()).isEqualTo(fitting);
    }

    @Test
    void thePapersRunOnTwoGpusIsThePapersRun() throws IOException {
        assertThat(read(RECIPES.resolve("paper-two-gpus.yaml"), Map.of("name", "paper", "parallel", "data")))
                .isEqualTo(read(RECIPES.resolve("paper.yaml"), Map.of()));
    }

    /// `paper.yaml` is [Recipe#standard()], but for the keys whose comment says what others get: `(others: 0)`.
    @Test
    void paperIsTheStandardExceptWhereItsCommentsSaySo() throws IOException {
        Path file = RECIPES.resolve("paper.yaml");
        Map<String, String> others = others(Files.readAllLines(file));
        assertThat(others).containsOnlyKeys("checkpoints.every_steps", "monitor.check_every_steps",
                "monitor.flat_after_steps");
        others.put("network", "{variant: paper}"); // others start from the defaults of their own variant
        assertThat(read(file, others)).isEqualTo(Recipe.standard());
        for (String key : others.keySet()) {
            Map<String, String> allButOne = new TreeMap<>(others);
            allButOne.remove(key);
            assertThat(read(file, allButOne)).as(key).isNotEqualTo(Recipe.standard());
        }
    }

    @Test
    void paperSpellsOutEveryKey() throws IOException {
        // what depends on the pictures (classes) or is the table's own (input, towers, …) is not a choice of the recipe
        List<String> spelled = keys(Files.readAllLines(RECIPES.resolve("paper.yaml")));
        List<String> all = keys(RecipeReader.write(Recipe.standard()).lines().toList());
        assertThat(spelled).containsAll(all.stream().filter(key -> !key.startsWith("network.")).toList());
    }

    private static Recipe read(Path file, Map<String, String> settings) throws IOException {
        return RecipeReader.read(file.toString(), Files.readString(file), settings);
    }

    private static final Pattern LINE = Pattern.compile("( *)([a-z_]+):.*?(?:\\(others: (\\S+)\\))?");

    private static Map<String, String> others(List<String> lines) {
        Map<String, String> others = new TreeMap<>();
        String group = "";
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                group = matcher.group(1).isEmpty() ? matcher.group(2) + "." : group;
                if (matcher.group(3) != null) {
                    others.put(group + matcher.group(2), matcher.group(3));
                }
            }
        }
        return others;
    }

    private static List<String> keys(List<String> lines) {
        List<String> keys = new ArrayList<>();
        String group = "";
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                boolean top = matcher.group(1).isEmpty();
                group = top ? matcher.group(2) + "." : group;
                keys.add(top ? matcher.group(2) : group + matcher.group(2));
            }
        }
        return keys;
    }
}
