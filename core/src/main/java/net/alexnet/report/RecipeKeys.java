package net.alexnet.report;

import module java.base;
import net.alexnet.io.Texts;
import net.alexnet.report.Table.Cell;
import net.alexnet.train.Checkpoint;
import net.alexnet.train.config.FineTuneConfig;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.RecipeReader;
import net.alexnet.train.config.Recipes;

/// A run's recipe, and how to make the run again.
final class RecipeKeys {
    private RecipeKeys() {}

    static Section section(RunRecord run) throws IOException {
        boolean known = Recipes.NAMES.contains(run.recipe().name());
        Map<String, String> standard = RecipeReader.keys(known
                ? Recipes.read(run.recipe().name(), Map.of())
                : Recipe.standard());
        String of = known ? "the recipe " + run.recipe().name() + " of the program" : "the program's defaults";
        Table table = new Table("Recipe", List.of("key", "value", "in " + of));
        RecipeReader.keys(run.recipe()).forEach((key, value) -> {
            boolean same = value.equals(standard.get(key));
            table.row(List.of(Cell.text(key).marked(same ? "" : "differs"),
                    Cell.text(value).marked(same ? "" : "differs"),
                    Cell.text(same ? "the same" : standard.getOrDefault(key, "not there"))));
        });
        return new Section("recipe", "Recipe", "<p>This command makes the run again:</p>\n<pre tabindex=\"0\"><code>"
                + Texts.markup(command(run)) + "</code></pre>\n"
                + Html.paragraph("Bold keys differ from " + of + ".") + table.html());
    }

    /// The command line that makes the same run again, with the recipe in the run's folder.
    static String command(RunRecord run) {
        Recipe recipe = run.recipe();
        String source = Texts.argument(recipe.data().source());
        String rest = " --recipe " + Texts.argument(run.folder().path().resolve("recipe.yaml").toString())
                + run.checkpoint().map(Checkpoint::environment).map(machine -> " --threads " + machine.threads())
                        .orElse("");
        return recipe.fineTuning().map(FineTuneConfig::model)
                .map(base -> "./alexnet finetune " + Texts.argument(base) + " --data " + source + rest
                        + (recipe.data().folds() > 0 ? " --folds " + recipe.data().folds() : ""))
                .orElse("./alexnet train" + rest);
    }

    /// The keys in which recipes differ, each with its value in every recipe, or with nothing where a recipe lacks it.
    static Map<String, List<String>> differing(List<Recipe> recipes) {
        List<Map<String, String>> all = recipes.stream().map(RecipeReader::keys).toList();
        Map<String, List<String>> differing = new LinkedHashMap<>();
        all.stream().flatMap(one -> one.keySet().stream()).distinct().forEach(key -> {
            List<String> values = all.stream().map(one -> one.getOrDefault(key, "")).toList();
            if (values.stream().distinct().count() > 1) {
                differing.put(key, values);
            }
        });
        return differing;
    }
}
