package net.alexnet.train.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.Weighted;

/// What makes a run one of fine-tuning: it starts from a trained network, whose last layer, the head, is replaced.
///
/// @param model the file of the base's weights
/// @param sha256 of that file
/// @param freeze this layer and all before it stay as they are; `none` for no layer
/// @param learningRateFactors a layer's factor on the optimiser's rate, 0 to freeze it; a name may end in `*`. Layers that are not named
///     have 1
/// @param views how many views of each training picture are stored as features: 1 the middle, 2 its mirror image besides, 10
///     the paper's ten
/// @param augment whether pictures go through the frozen layers in every epoch, augmented anew, instead of stored features
/// @param folds into how many parts the pictures are dealt; 0 if they are split as usual
/// @param fold which of them judges, from 1; 0 without folds
public record FineTuneConfig(
        String model, String sha256, String freeze, Map<String, Double> learningRateFactors, int views, boolean augment,
        int folds,
        int fold) {
    /// What `freeze` is where nothing is.
    public static final String NONE = "none";

    public FineTuneConfig {
        learningRateFactors = new TreeMap<>(learningRateFactors);
        for (Map.Entry<String, Double> rate : learningRateFactors.entrySet()) {
            check(rate.getValue() >= 0 && rate.getValue() < Double.POSITIVE_INFINITY,
                    "learning_rate_factors." + rate.getKey(),
                    rate.getValue(), "at least 0");
        }
        check(views == 1 || views == 2 || views == 10, "views", views, "1, 2 or 10");
        check(folds == 0 || folds >= 2, "folds", folds, "at least 2, or 0 for none");
        check(folds == 0 ? fold == 0 : fold >= 1 && fold <= folds, "fold", fold,
                folds == 0 ? "0 without folds" : "1 to folds, " + folds);
    }

    private static void check(boolean holds, String key, Object found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(key + " must be " + expected + ", found " + found);
        }
    }

    /// The standard of every key.
    public static FineTuneConfig standard() {
        return new FineTuneConfig("", "", "conv5", Map.of(), 2, false, 0, 0);
    }

    /// The same from this base.
    public FineTuneConfig from(String file, String digest) {
        return new FineTuneConfig(file, digest, freeze, learningRateFactors, views, augment, folds, fold);
    }

    /// The same, judged by one of several folds.
    public FineTuneConfig fold(int number, int of) {
        return new FineTuneConfig(model, sha256, freeze, learningRateFactors, views, augment, of, number);
    }

    /// Whether training reads stored features and not pictures.
    public boolean stores(Architecture network) {
        return !augment && cut(network) > 0;
    }

    /// A layer's factor on the optimiser's rate; 0 if it is frozen.
    ///
    /// @param layer the name of a layer with weights
    public double learningRateFactor(Architecture network, String layer) {
        List<String> layers = layers(network);
        return layers.indexOf(layer) <= layers.indexOf(freeze)
                ? 0
                : given(layer).map(learningRateFactors::get).orElse(1.0);
    }

    private Optional<String> given(String layer) {
        return learningRateFactors.containsKey(layer)
                ? Optional.of(layer)
                : learningRateFactors.keySet().stream().filter(key -> names(key, layer)).max(String::compareTo);
    }

    private static boolean names(String key, String layer) {
        return key.endsWith("*") ? layer.startsWith(key.substring(0, key.length() - 1)) : key.equals(layer);
    }

    /// Where the frozen layers at the network's beginning end: the index of the first row that training walks. What stands
    /// between the last of them and the next layer with weights is frozen too, up to a dropout: that one belongs to the layer
    /// that learns, whose masks are drawn anew in every step.
    ///
    /// @return 0 if the first layer learns
    public int cut(Architecture network) {
        int cut = 0;
        for (int i = 0; i < network.rows().size(); i++) {
            switch (network.rows().get(i).layer()) {
                case Weighted layer when learningRateFactor(network, layer.name()) > 0 -> {
                    return cut;
                }
                case Weighted _ -> cut = i + 1;
                case Dropout _ -> {}
                default -> cut = cut == i && i > 0 ? i + 1 : cut;
            }
        }
        return cut;
    }

    /// The last layer, which tells the classes apart.
    public static String head(Architecture network) {
        return layers(network).getLast();
    }

    private static List<String> layers(Architecture network) {
        List<String> names = new ArrayList<>();
        for (Row row : network.rows()) {
            if (row.layer() instanceof Weighted layer) {
                names.add(layer.name());
            }
        }
        return names;
    }

    /// Refuses layers that the network does not have, and a head that does not learn.
    ///
    /// @throws RecipeException saying what is wrong and which layers there are
    public void check(Architecture network) {
        List<String> layers = layers(network);
        String head = head(network);
        if (!freeze.equals(NONE) && !layers.contains(freeze)) {
            throw unknown("finetune.freeze", freeze, layers);
        }
        if (learningRateFactor(network, head) == 0) {
            throw new RecipeException("the new head, " + head + ", must learn, but is frozen; freeze at most "
                    + layers.get(layers.size() - 2) + ", and give " + head + " a rate above 0");
        }
        for (String key : learningRateFactors.keySet()) {
            List<String> named = layers.stream().filter(layer -> names(key, layer)).toList();
            if (named.isEmpty()) {
                throw unknown("finetune.learning_rate_factors", key, layers);
            }
            if (learningRateFactors.getOrDefault(key, 0.0) > 0 && learningRateFactor(network, named.getLast()) == 0
                    && layers.indexOf(named.getLast()) <= layers.indexOf(freeze)) {
                throw new RecipeException(
                        "finetune.learning_rate_factors has a rate for " + key + ", but finetune.freeze is " + freeze
                                + ", which freezes it; freeze less, or none");
            }
        }
    }

    /// Refuses pictures that are to be fed as stored features cannot be.
    ///
    /// @throws RecipeException saying what to set instead
    public void check(Architecture network, Recipe.Pictures pictures) {
        if (!stores(network)) {
            return;
        }
        if (!pictures.mirror() && views > 1) {
            throw new RecipeException("pictures.mirror is false, but finetune.views is " + views
                    + ", and mirror images are among these; set finetune.views=1 for the middle of each picture alone, or"
                    + " finetune.augment=true");
        }
        if (pictures.colorNoise() > 0) {
            throw new RecipeException("pictures.color_noise is " + pictures.colorNoise()
                    + ", but stored features are those of the pictures as they are; set finetune.augment=true, or"
                    + " pictures.color_noise=0");
        }
    }

    private static RecipeException unknown(String key, String name, List<String> layers) {
        String nearest = DidYouMean.to(name, layers).map(layer -> "did you mean '" + layer + "'? ").orElse("");
        return new RecipeException(
                key + " names '" + name + "', which is no layer with weights; " + nearest + "There are "
                        + String.join(", ", layers) + (key.endsWith("freeze") ? ", and none" : ""));
    }
}
