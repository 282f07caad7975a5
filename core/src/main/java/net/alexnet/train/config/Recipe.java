package net.alexnet.train.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import net.alexnet.nn.AlexNet;
import net.alexnet.tensor.Precision;
import org.jspecify.annotations.Nullable;

/// A whole run. What a recipe file leaves out is as in [#standard()].
///
/// @param name what the run folder is called after
/// @param seed of every random draw
/// @param network which AlexNet; its class count follows from the pictures
/// @param pictures how they are fed
/// @param data where they come from
/// @param batch pictures in a step, at least 1
/// @param epochs how often every training picture is seen, at least 1
/// @param precision what convolutions and fully connected layers multiply; `bfloat16` is a GPU's gain and rarely a CPU's
/// @param optimizer the update rule
/// @param schedule the rate over time
/// @param checkpoints when the state is saved
/// @param monitor how often the run checks and logs its loss
/// @param finetune what a run of fine-tuning starts from; null in any other
public record Recipe(
        String name,
        long seed,
        AlexNet network,
        Pictures pictures,
        Data data,
        int batch,
        int epochs,
        Precision precision,
        SgdConfig optimizer,
        Schedule schedule,
        Checkpoints checkpoints,
        Monitor monitor,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable FineTuneConfig finetune) {
    @JsonCreator
    public Recipe {
        check(!name.isBlank(), "name", name, "a word");
        check(batch >= 1 && batch <= 65_536, "batch", batch, "1 to 65536");
        check(epochs >= 1 && epochs <= 1_000_000, "epochs", epochs, "1 to 1000000");
        check(pictures.resize >= network.input(), "pictures.resize", pictures.resize,
                "at least the network's input of " + network.input());
        network.architecture(); // refuses a geometry that does not fit, and shows the sum
    }

    /// A run from the start.
    public Recipe(String name, long seed, AlexNet network, Pictures pictures, Data data, int batch, int epochs,
            Precision precision, SgdConfig optimizer, Schedule schedule, Checkpoints checkpoints, Monitor monitor) {
        this(name, seed, network, pictures, data, batch, epochs, precision, optimizer, schedule, checkpoints, monitor,
                null);
    }

    /// How pictures are fed to the network.
    ///
    /// @param resize the side of the square that each picture is made, in pixels; what is above the network's input is
    ///     room for random crops
    /// @param randomCrop whether training looks at a random place of the square (§4.1), else at its middle
    /// @param mirror whether training mirrors every other picture (§4.1)
    /// @param colorNoise the standard deviation of the factors by which the principal components of colour are added to
    ///     a training picture (§4.1), 0 for none
    /// @param mean what is taken away from samples (§2)
    /// @param values the scale on which the network sees samples
    public record Pictures(
            int resize, boolean randomCrop, boolean mirror, double colorNoise, Mean mean, Values values) {
        public Pictures {
            check(resize >= 1 && resize <= 8192, "resize", resize, "1 to 8192");
            check(colorNoise >= 0 && colorNoise <= 10, "color_noise", colorNoise, "0 to 10");
        }
    }

    /// What is taken away from every sample before the network sees it.
    public enum Mean {
        /// The mean of its place in the picture, as the paper does.
        IMAGE,
        /// The mean of its channel.
        CHANNEL
    }

    /// The scale of the network's input; it must fit to how the weights start.
    public enum Values {
        /// 0..255 less the mean, as in the paper; goes with the initialisations of paper, source and caffe.
        RAW,
        /// The same divided by the pixels' standard deviation; goes with the initialisation of He et al.
        STANDARDIZED
    }

    /// Where the pictures come from.
    ///
    /// @param source a folder, or `sample` for the pictures that come with the program, or empty: to be named by `--data`
    /// @param holdOut the share of each class kept for validation where the source has no split of its own
    /// @param classNames names for a source that has only numbers; empty if it has names
    /// @param shuffleWindow how many pictures are mixed at a time, for prepared pictures on a slow disk; 0 for all of them
    public record Data(String source, double holdOut, List<String> classNames, int shuffleWindow) {
        public Data {
            classNames = List.copyOf(classNames);
            check(holdOut > 0 && holdOut < 1, "hold_out", holdOut, "above 0 and below 1");
            check(shuffleWindow >= 0, "shuffle_window", shuffleWindow, "at least 0");
        }
    }

    /// When the whole state is saved, besides at the end and when the run is interrupted.
    ///
    /// @param everyEpochs after every so many epochs, at least 1
    /// @param everySteps and after every so many steps, 0 for never
    /// @param keep how many of the newest stay; the best stays as well
    public record Checkpoints(int everyEpochs, int everySteps, int keep) {
        public Checkpoints {
            check(everyEpochs >= 1, "every_epochs", everyEpochs, "at least 1");
            check(everySteps >= 0, "every_steps", everySteps, "at least 0");
            check(keep >= 1, "keep", keep, "at least 1");
        }
    }

    /// How often the run checks and logs its loss.
    ///
    /// @param logEverySteps a line in `log.jsonl` for every so many steps, at least 1
    /// @param checkEverySteps the loss is read and must be a number every so many steps, at least 1; each reading waits
    ///     for the device
    /// @param flatAfterSteps a loss that is still `ln(classes)` after so many steps is warned of, at least 1
    public record Monitor(int logEverySteps, int checkEverySteps, int flatAfterSteps) {
        public Monitor {
            check(logEverySteps >= 1, "log_every_steps", logEverySteps, "at least 1");
            check(checkEverySteps >= 1, "check_every_steps", checkEverySteps, "at least 1");
            check(flatAfterSteps >= 1, "flat_after_steps", flatAfterSteps, "at least 1");
        }
    }

    private static void check(boolean holds, String key, Object found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(key + " must be " + expected + ", found " + found);
        }
    }

    /// The standard of every key: the paper's values, §4 and §5, on a machine where reading the loss costs nothing.
    /// `recipes/paper.yaml` is the run itself.
    public static Recipe standard() {
        return new Recipe(
                "paper",
                2012,
                AlexNet.paper(),
                new Pictures(256, true, true, 0.1, Mean.IMAGE, Values.RAW),
                new Data("", 0.2, List.of(), 0),
                128,
                90,
                Precision.FLOAT32,
                SgdConfig.paper(),
                new Plateau(5, 0.1, 0.001, 3),
                new Checkpoints(1, 0, 3),
                new Monitor(20, 1, 2000));
    }

    /// The same run for pictures of so many classes.
    public Recipe withClasses(int classes) {
        return new Recipe(name, seed, network.withClasses(classes), pictures, data, batch, epochs, precision, optimizer,
                schedule, checkpoints, monitor, finetune);
    }

    /// The same run on pictures from elsewhere.
    public Recipe withSource(String source) {
        return new Recipe(name, seed, network, pictures,
                new Data(source, data.holdOut, data.classNames, data.shuffleWindow), batch,
                epochs, precision, optimizer, schedule, checkpoints, monitor, finetune);
    }

    /// The same run with another size of network, squares, batch and time.
    public Recipe fitted(AlexNet other, int resize, int pictureBatch, int epochCount) {
        return new Recipe(name, seed, other,
                new Pictures(resize, pictures.randomCrop, pictures.mirror, pictures.colorNoise, pictures.mean,
                        pictures.values),
                data, pictureBatch, epochCount, precision, optimizer, schedule, checkpoints, monitor, finetune);
    }

    /// The same run from a trained network.
    ///
    /// @param base its table, for the classes of this run's pictures
    /// @param resize the side of the squares that it was trained with
    /// @param mean what was taken away from its pictures
    /// @param values the scale of its inputs
    public Recipe onBase(AlexNet base, int resize, Mean mean, Values values, FineTuneConfig from) {
        return new Recipe(name, seed, base,
                new Pictures(resize, pictures.randomCrop, pictures.mirror, pictures.colorNoise, mean, values),
                data, batch, epochs, precision, optimizer, schedule, checkpoints, monitor, from);
    }
}
