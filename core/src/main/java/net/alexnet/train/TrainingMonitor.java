package net.alexnet.train;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.nn.Network.Stage;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Backend.Statistics;
import net.alexnet.tensor.Tensor;
import net.alexnet.train.config.Recipe;

/// Looks for the usual reasons why a network does not learn, and says each of them once.
final class TrainingMonitor {
    /// What conv1's outputs may deviate at the first step. With the paper's weights and raw pixels it is about 13, with
    /// those weights and unit inputs about 0.2, and such signals die on the way; He's weights and unit inputs give 1.4, with
    /// raw pixels 100.
    private static final double LEAST_SIGNAL = 0.3;

    private static final double GREATEST_SIGNAL = 60;

    /// The share of silent units at which a layer is called dead. Units may well be silent for one batch.
    private static final double DEAD_SHARE = 0.9;

    /// A batch that is smaller tells nothing about dead units.
    private static final int FEWEST_PICTURES = 8;

    /// How near to ln(classes) a loss is flat, as a fraction of it.
    private static final double FLAT = 0.01;

    /// A mean over fewer losses tells nothing, just after a resume for one.
    private static final int FEWEST_READINGS = 10;

    /// How much of the mean loss the losses before a step make.
    private static final double MEMORY = 0.9;

    private final Recipe recipe;
    private final Backend backend;
    private final Set<String> said = new HashSet<>();
    private double meanLoss = Double.NaN;
    private int readings;

    TrainingMonitor(Recipe recipe, Backend backend) {
        this.recipe = recipe;
        this.backend = backend;
    }

    /// Whether the inputs' scale fits the initialisation, seen at the first step of a run.
    ///
    /// @param linear what conv1 gives before its neuron
    /// @return warnings that were not given before, as from every method here
    List<String> signal(Stage conv1, Tensor linear) {
        double deviation = backend.statistics(linear).std();
        if (deviation >= LEAST_SIGNAL && deviation <= GREATEST_SIGNAL) {
            return List.of();
        }
        boolean small = deviation < LEAST_SIGNAL;
        return once("signal", String.format(Locale.ROOT, """
                the inputs' scale does not fit the initialisation: %s's outputs have a standard deviation of %.3g at the \
                first step, where %.1f to %.0f is healthy, so signals will %s from layer to layer. Inputs have a deviation \
                of %.3g, weights start as '%s'. Set %s""",
                conv1.row().name(),
                deviation,
                LEAST_SIGNAL,
                GREATEST_SIGNAL,
                small ? "fade" : "grow",
                backend.statistics(conv1.in()).std(),
                spelled(recipe.network().initialization()),
                small
                        ? "'pictures.values: raw', or 'network.initialization: he'"
                        : "'pictures.values: standardized', or 'network.initialization: paper'"));
    }

    /// Refuses a loss that is not a number, before it reaches the weights.
    ///
    /// @throws DivergedException naming the first layer that went wrong
    void finite(long step, double loss, List<Stage> stages, List<Parameter> parameters) {
        if (!Double.isFinite(loss)) {
            throw diverged("the loss is " + loss + " at step " + step + ": "
                    + notFinite(parameters).orElseGet(() -> culprit(stages)));
        }
    }

    /// Refuses parameters that are not numbers, so that no checkpoint holds them: the losses of the last steps may not have
    /// been read, and the last update is seen by no loss.
    ///
    /// @throws DivergedException naming the first such parameter
    void sound(long step, List<Parameter> parameters) {
        notFinite(parameters).ifPresent(what -> {
            throw diverged("after step " + step + " " + what);
        });
    }

    private DivergedException diverged(String what) {
        return new DivergedException(
                what + ". Likely cause: a learning rate that is too high (optimizer.learning_rate is "
                        + recipe.optimizer().learningRate() + "); start again with a third of it");
    }

    private Optional<String> notFinite(List<Parameter> parameters) {
        return parameters.stream()
                .filter(parameter -> backend.statistics(parameter.value()).nonFinite() > 0)
                .findFirst()
                .map(parameter -> parameter.name() + " has values that are not finite");
    }

    private String culprit(List<Stage> stages) {
        for (Stage stage : stages) {
            Statistics statistics = backend.statistics(stage.out());
            if (statistics.nonFinite() > 0) {
                return stage.row().name() + " is the first layer whose outputs are not all finite ("
                        + statistics.nonFinite() + " of " + stage.out().shape().elements() + ")";
            }
        }
        return "all layers' outputs are finite, but those of " + stages.getLast().row().name()
                + " are too large for the softmax";
    }

    /// Whether the loss has moved at all.
    ///
    /// @param loss of the step
    List<String> flat(long step, double loss) {
        meanLoss = Double.isNaN(meanLoss) ? loss : MEMORY * meanLoss + (1 - MEMORY) * loss;
        double chance = Math.log(recipe.network().classes());
        readings++;
        if (step < recipe.monitor().flatAfterSteps() || readings < FEWEST_READINGS
                || Math.abs(meanLoss - chance) > FLAT * chance) {
            return List.of();
        }
        return once("flat", String.format(Locale.ROOT, """
                the loss is still %.3f after %d steps, and ln(%d classes) is %.3f: the network says the same of every picture. \
                Likely cause: inputs and initialisation that do not fit together (pictures.values is '%s', \
                network.initialization is '%s'), or a learning rate far off (optimizer.learning_rate is %s). Try 'values: standardized' \
                with 'initialization: he', then three times and a third of the rate""",
                meanLoss,
                step,
                recipe.network().classes(),
                chance,
                spelled(recipe.pictures().values()),
                spelled(recipe.network().initialization()),
                recipe.optimizer().learningRate()));
    }

    /// Whether a layer's rectified units have gone silent, seen on one training batch. Only the first such layer is told of:
    /// those behind it see nothing and fall silent too.
    List<String> dead(List<Stage> stages) {
        String weighted = "the input";
        for (Stage stage : stages) {
            if (stage.row().layer() instanceof Weighted layer) {
                weighted = layer.name();
            }
            if (stage.row().layer() instanceof Relu && stage.in().shape().dim(0) >= FEWEST_PICTURES) {
                float[] maxima = backend.unitMaxima(stage.out());
                int silent = silent(maxima);
                if (silent >= DEAD_SHARE * maxima.length) {
                    return dead(weighted, silent, maxima.length);
                }
            }
        }
        return List.of();
    }

    private static int silent(float[] maxima) {
        int silent = 0;
        for (float maximum : maxima) {
            silent += maximum > 0 ? 0 : 1;
        }
        return silent;
    }

    private List<String> dead(String weighted, int silent, int units) {
        return once("dead " + weighted, String.format(Locale.ROOT, """
                %d of the %d units of %s are silent for a whole batch: they get no gradient and will not recover. Likely \
                cause: a learning rate that is too high (optimizer.learning_rate is %s), or biases that are too low. Start again with a \
                third of the rate""",
                silent, units, weighted, recipe.optimizer().learningRate()));
    }

    private List<String> once(String key, String text) {
        return said.add(key) ? List.of(text) : List.of();
    }

    private static String spelled(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
