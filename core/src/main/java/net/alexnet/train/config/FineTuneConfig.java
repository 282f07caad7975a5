package net.alexnet.train.config;

import module java.base;
import net.alexnet.io.DidYouMean;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.tensor.Check;

/// Fine-tuning: a run starts from a trained network, the base. Its last layer, the head, is replaced by a new one.
///
/// @param model the file of the base's weights
/// @param sha256 of that file
/// @param freeze this layer and all before it do not learn; `none` freezes no layer
/// @param learningRateFactors a layer's factor on the learning rate, 0 to freeze it; a name may end in `*`. Other layers have 1
/// @param linear whether the head starts as a linear classifier that is fitted to features of the layers before it, and not
///     with random weights
/// @param average the result of the run has the weights `average · start + (1 − average) · end`, 0 to below 1; 0 where
///     `linear` is false, because a random head is no start. Such a mean often errs less than the end (Wortsman et al.,
///     Robust fine-tuning of zero-shot models, 2022; readings in LOG.md)
public record FineTuneConfig(String model, String sha256, String freeze, Map<String, Double> learningRateFactors,
        boolean linear, double average) {
    /// The value of `freeze` that freezes no layer.
    public static final String NONE = "none";

    public FineTuneConfig {
        learningRateFactors = new TreeMap<>(learningRateFactors);
        learningRateFactors.forEach((layer, factor) -> Check.that(factor >= 0 && factor < Double.POSITIVE_INFINITY,
                "learning_rate_factors." + layer, factor, "at least 0"));
        Check.that(average >= 0 && average < 1, "average", average, "0 to below 1");
        Check.that(linear || average == 0, "average", average, "0 without finetune.linear");
    }

    /// The default of every key.
    public static FineTuneConfig standard() {
        return new FineTuneConfig("", "", NONE, Map.of(), true, 0);
    }

    /// The same configuration with this base.
    public FineTuneConfig from(String file, String digest) {
        return new FineTuneConfig(file, digest, freeze, learningRateFactors, linear, average);
    }

    /// Where a model of this run comes from, for its model card.
    ///
    /// @param recipe the recipe's name
    public String origin(String recipe) {
        return "fine-tuned as " + recipe + " from " + model + ", SHA-256 " + sha256;
    }

    /// A layer's factor on the learning rate; 0 if it is frozen.
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
                : learningRateFactors.keySet().stream().filter(key -> matches(key, layer)).max(String::compareTo);
    }

    private static boolean matches(String key, String layer) {
        return key.endsWith("*") ? layer.startsWith(key.substring(0, key.length() - 1)) : key.equals(layer);
    }

    /// How many rows at the beginning of the network are frozen: the index of the first row that a training step computes.
    ///
    /// Rows without weights that follow the last frozen layer are frozen too, but a dropout is not: its masks change in
    /// every step, so it belongs to the layer that learns, and so do the rows after it.
    public int frozenRows(Architecture network) {
        int frozen = 0;
        for (int i = 0; i < network.rows().size(); i++) {
            switch (network.rows().get(i).layer()) {
                case Weighted layer when learningRateFactor(network, layer.name()) > 0 -> {
                    return frozen;
                }
                case Weighted _ -> frozen = i + 1;
                case Dropout _ -> {}
                default -> frozen = frozen == i && i > 0 ? i + 1 : frozen;
            }
        }
        return frozen;
    }

    /// The name of the last layer, which is specific to the classes.
    public static String head(Architecture network) {
        return layers(network).getLast();
    }

    /// The names of the layers with weights, in their order.
    public static List<String> layers(Architecture network) {
        return network.rows().stream().map(Architecture.Row::layer).filter(Weighted.class::isInstance)
                .map(layer -> ((Weighted) layer).name()).toList();
    }

    /// Checks that this configuration fits a network.
    ///
    /// @throws RecipeException if a layer does not exist, or the head does not learn
    public void check(Architecture network) {
        List<String> layers = layers(network);
        String head = head(network);
        if (!freeze.equals(NONE) && !layers.contains(freeze)) {
            throw unknown("finetune.freeze", freeze, layers);
        }
        if (learningRateFactor(network, head) == 0) {
            throw new RecipeException("the new head, " + head + ", is frozen, but must learn; freeze at most "
                    + layers.get(layers.size() - 2) + ", and give " + head + " a factor above 0");
        }
        learningRateFactors.forEach((key, factor) -> {
            String last = layers.stream().filter(layer -> matches(key, layer)).reduce((_, later) -> later)
                    .orElseThrow(() -> unknown("finetune.learning_rate_factors", key, layers));
            if (factor > 0 && layers.indexOf(last) <= layers.indexOf(freeze)) {
                throw new RecipeException("finetune.learning_rate_factors has a factor for " + key
                        + ", but finetune.freeze is " + freeze + " and freezes it; freeze fewer layers, or none");
            }
        });
    }

    private static RecipeException unknown(String key, String name, List<String> layers) {
        return new RecipeException(key + " names '" + name + "', which is not a layer with weights; "
                + DidYouMean.question(name, layers) + "The layers are " + String.join(", ", layers)
                + (key.endsWith("freeze") ? ", or none" : ""));
    }
}
