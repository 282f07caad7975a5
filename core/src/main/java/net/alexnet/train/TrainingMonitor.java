package net.alexnet.train;

import module java.base;
import net.alexnet.nn.Initialization;
import net.alexnet.nn.Network.Stage;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Backend.Statistics;
import net.alexnet.tensor.Tensor;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.Recipe.Values;

/// Checks for the usual reasons why a network does not learn, and reports each of them once.
final class TrainingMonitor {
    /// The healthy standard deviation of conv1's outputs at the first step. The paper's weights give about 13 with raw
    /// pixels and 0.2 with standardized ones, which then fade from layer to layer. He's weights give 1.4 with standardized
    /// pixels and 100 with raw ones.
    private static final double LEAST_SIGNAL = 0.3;

    private static final double GREATEST_SIGNAL = 60;

    /// A layer is dead if this share of its units is 0 for a whole batch. Single units may well be 0 for a batch.
    private static final double DEAD_SHARE = 0.9;

    /// A loss is flat if it differs from ln(classes) by less than this fraction.
    private static final double FLAT = 0.01;

    /// A mean of fewer losses says nothing, for example after a resume.
    private static final int FEWEST_LOSSES = 10;

    /// The weight of earlier losses in the running mean.
    private static final double MEMORY = 0.9;

    private final Recipe recipe;
    private final Backend backend;
    private final Set<String> reported = new HashSet<>();
    private double meanLoss = Double.NaN;
    private int losses;

    TrainingMonitor(Recipe recipe, Backend backend) {
        this.recipe = recipe;
        this.backend = backend;
    }

    /// Checks at the first step that the scale of the inputs fits the initialization.
    ///
    /// @param linear conv1's outputs before the activation
    /// @return new warnings, as from every method here
    List<String> signal(Stage conv1, Tensor linear) {
        double std = backend.statistics(linear).std();
        if (std >= LEAST_SIGNAL && std <= GREATEST_SIGNAL) {
            return List.of();
        }
        boolean small = std < LEAST_SIGNAL;
        return once("signal", """
                the scale of the inputs does not fit the initialization: %s's outputs have a standard deviation of %.3g at \
                the first step, expected %.1f to %.0f, so signals will %s from layer to layer. Inputs have a standard \
                deviation of %.3g, and the initialization is '%s'; %s""",
                conv1.row().name(), std, LEAST_SIGNAL, GREATEST_SIGNAL, small ? "fade" : "grow",
                backend.statistics(conv1.in()).std(), spelled(recipe.network().initialization()),
                advice(small ? Values.RAW : Values.STANDARDIZED, small ? Initialization.HE : Initialization.PAPER));
    }

    /// What the user can do; what is set already does not help.
    private String advice(Values values, Initialization initialization) {
        List<String> keys = new ArrayList<>();
        if (recipe.pictures().values() != values) {
            keys.add("'pictures.values: " + spelled(values) + "'");
        }
        if (recipe.network().initialization() != initialization) {
            keys.add("'network.initialization: " + spelled(initialization) + "'");
        }
        return keys.isEmpty() ? "look at the pictures" : "set " + String.join(", or ", keys);
    }

    /// Checks the loss before it reaches the weights.
    ///
    /// @param cause asked for if it is not finite, as from [#cause]
    /// @throws DivergedException if it is not finite; the message has the cause
    void finite(long step, double loss, Supplier<String> cause) {
        if (!Double.isFinite(loss)) {
            throw diverged("the loss is " + loss + " at step " + step + ": " + cause.get());
        }
    }

    /// Why the loss of a forward pass is not finite; it names the first layer that went wrong.
    String cause(List<Stage> stages, List<Parameter> parameters) {
        return notFinite(parameters).orElseGet(() -> firstNotFinite(stages));
    }

    /// Checks the parameters before they are saved: the last losses may not have been read, and no loss depends on the last
    /// update.
    ///
    /// @throws DivergedException if a parameter is not finite; the message names the first one
    void sound(long step, List<Parameter> parameters) {
        notFinite(parameters).ifPresent(what -> {
            throw diverged("after step " + step + " " + what);
        });
    }

    private DivergedException diverged(String what) {
        return new DivergedException(what + ". The learning rate is probably too high (optimizer.learning_rate is "
                + recipe.optimizer().learningRate() + "); start again with a third of it");
    }

    private Optional<String> notFinite(List<Parameter> parameters) {
        return parameters.stream()
                .filter(parameter -> backend.statistics(parameter.value()).nonFinite() > 0)
                .findFirst()
                .map(parameter -> parameter.name() + " has values that are not finite");
    }

    private String firstNotFinite(List<Stage> stages) {
        for (Stage stage : stages) {
            Statistics statistics = backend.statistics(stage.out());
            if (statistics.nonFinite() > 0) {
                return stage.row().name() + " is the first layer with outputs that are not finite ("
                        + statistics.nonFinite() + " of " + stage.out().shape().elements() + ")";
            }
        }
        return "all layers have finite outputs, but those of " + stages.getLast().row().name()
                + " are too large for the softmax";
    }

    /// Checks that the loss has moved from its first value, ln(classes).
    ///
    /// @param loss of the step
    List<String> flat(long step, double loss) {
        meanLoss = Double.isNaN(meanLoss) ? loss : MEMORY * meanLoss + (1 - MEMORY) * loss;
        double chance = Math.log(recipe.network().classes());
        losses++;
        if (step < recipe.monitor().flatAfterSteps() || losses < FEWEST_LOSSES
                || Math.abs(meanLoss - chance) > FLAT * chance) {
            return List.of();
        }
        return once("flat", """
                the loss is still %.3f after %d steps, near ln(%d classes) = %.3f: the network gives every picture the same \
                probabilities. The inputs may not fit the initialization (pictures.values is '%s', network.initialization is \
                '%s'), or the learning rate is far off (optimizer.learning_rate is %s); try 'values: standardized' with \
                'initialization: he', then three times and a third of the learning rate""",
                meanLoss, step, recipe.network().classes(), chance, spelled(recipe.pictures().values()),
                spelled(recipe.network().initialization()), recipe.optimizer().learningRate());
    }

    /// Warns of the first layer with dead ReLUs; the layers after it die of it.
    ///
    /// @param dead the share of dead units by the layer's name, from [UnitMaxima]
    List<String> dead(SequencedMap<String, Double> dead) {
        return dead.entrySet().stream().filter(layer -> layer.getValue() >= DEAD_SHARE).findFirst()
                .map(layer -> once("dead " + layer.getKey(), """
                        %.0f %% of the units of %s are 0 for a whole batch: they get no gradient and will not recover. \
                        The learning rate is probably too high (optimizer.learning_rate is %s), or biases are too low; \
                        start again with a third of the learning rate""",
                        100 * layer.getValue(), layer.getKey(), recipe.optimizer().learningRate()))
                .orElse(List.of());
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
    private List<String> once(String key, String text, Object... values) {
        return reported.add(key) ? List.of(String.format(Locale.ROOT, text, values)) : List.of();
    }

    private static String spelled(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
