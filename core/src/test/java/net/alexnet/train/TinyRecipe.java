package net.alexnet.train;

import java.util.List;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.Precision;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.Recipe.Mean;
import net.alexnet.train.config.Recipe.Values;
import net.alexnet.train.config.Schedule.Constant;
import net.alexnet.train.config.SgdConfig;

/// A recipe for grey pictures of 10 × 10 pixels and two classes.
final class TinyRecipe {
    private TinyRecipe() {}

    static Recipe named(String name, int epochs) {
        return new Recipe(name, 4, TinyNetworks.of(2),
                new Recipe.Pictures(TinyNetworks.INPUT + 2, true, 1, true, 0.1, Mean.IMAGE, Values.STANDARDIZED),
                new Recipe.Data("nowhere", 0.25, List.of(), 0, 0, 0), 4, null, Recipe.Parallel.DATA, epochs,
                Precision.FLOAT32,
                SgdConfig.paper(),
                new Constant(),
                new Recipe.Checkpoints(1, 0, 9), new Recipe.Monitor(1, 1, 1000, 0), null);
    }
}
