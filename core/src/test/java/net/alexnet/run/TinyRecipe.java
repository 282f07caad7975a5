package net.alexnet.run;

import java.util.List;
import net.alexnet.net.TinyNetworks;
import net.alexnet.optim.Constant;
import net.alexnet.optim.MomentumSgd;
import net.alexnet.recipe.Recipe;
import net.alexnet.recipe.Recipe.Mean;
import net.alexnet.recipe.Recipe.Values;
import net.alexnet.tensor.Precision;

/// A recipe for grey pictures of 10 × 10 pixels and two classes.
final class TinyRecipe {
    private TinyRecipe() {}

    static Recipe named(String name, int epochs) {
        return new Recipe(name, 4, TinyNetworks.of(2),
                new Recipe.Pictures(TinyNetworks.INPUT + 2, true, true, 0.1, Mean.IMAGE, Values.STANDARDIZED),
                new Recipe.Data("nowhere", 0.25, List.of(), 0), 4, epochs, Precision.FLOAT32, MomentumSgd.paper(),
                new Constant(),
                new Recipe.Checkpoints(1, 0, 9), new Recipe.Watch(1, 1, 1000));
    }
}
