package net.alexnet.train.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import module java.base;
import net.alexnet.nn.AlexNet;
import net.alexnet.tensor.Check;
import net.alexnet.tensor.Precision;
import org.jspecify.annotations.Nullable;

/// A training run as an immutable value. Keys that a recipe file leaves out have the values of [#standard()].
///
/// @param name run folders are named after it
/// @param seed of all random numbers
/// @param network which AlexNet; the number of classes follows from the images
/// @param pictures how images are prepared
/// @param data where images come from
/// @param batch images per step over all ranks, 1 to 65536
/// @param microBatch the most images that a rank computes at a time, 1 to `batch`, or all ranks of a divided network together; the gradients of a step's micro-batches are
///     added up before its update (gradient accumulation), so a batch needs the memory of a micro-batch. Null to compute a
///     rank's part of the batch at once
/// @param parallel how several ranks divide the work; a single rank trains alike with each
/// @param epochs how often every training image is seen, 1 to 1000000
/// @param precision of products and maps; `bfloat16` is faster on GPUs and on CPUs with AMX
/// @param optimizer the update rule
/// @param schedule changes the learning rate over time
/// @param checkpoints when the state is saved
/// @param monitor how often the loss is logged and checked
/// @param finetune the trained network that the run starts from, and how; null for fresh weights
public record Recipe(String name, long seed, AlexNet network, Pictures pictures, Data data, int batch,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer microBatch, Parallel parallel, int epochs,
        Precision precision, SgdConfig optimizer, Schedule schedule, Checkpoints checkpoints, Monitor monitor,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable FineTuneConfig finetune) {
    /// The most epochs of a run.
    public static final int MOST_EPOCHS = 1_000_000;

    public Recipe {
        Check.that(!name.isBlank(), "name", name, "a word");
        Check.that(batch >= 1 && batch <= 65_536, "batch", batch, "1 to 65536");
        if (microBatch != null) {
            Check.that(microBatch >= 1 && microBatch <= batch, "micro_batch", microBatch, "1 to batch, " + batch);
        }
        Check.that(epochs >= 1 && epochs <= MOST_EPOCHS, "epochs", epochs, "1 to " + MOST_EPOCHS);
        Check.that(pictures.resize >= network.input(), "pictures.resize", pictures.resize,
                "at least the network's input of " + network.input());
        Check.that(parallel != Parallel.FACTORS || microBatch == null, "micro_batch", String.valueOf(microBatch),
                "left out with parallel: factors, which need a whole step");
        Check.that(
                !(schedule.needsValidation() && finetune != null && finetune.average() > 0),
                "finetune.average", "above 0 with the schedule plateau",
                "0, because nobody knows before which epoch of such a schedule is the last");
        network.architecture(); // refuses a geometry that does not fit
    }

    /// How images are prepared.
    ///
    /// @param resize the side in pixels to which images are resized and cropped; the part that exceeds the network's input
    ///     is room for random crops. 1 to 8192
    /// @param randomCrop whether training crops at a random place (§4.1), and not at the center
    /// @param cropArea the least share of an image's area in a random crop, above 0. At 1, crops have the size of the
    ///     network's input, as in the paper. Below 1, they have a random size and are resized to the input (Szegedy et al.,
    ///     Going Deeper with Convolutions, 2015, §6, without the change of aspect ratio)
    /// @param mirror whether training mirrors an image with probability 1/2 (§4.1)
    /// @param colorNoise the standard deviation of the PCA color noise of training images (§4.1), 0 to 10
    /// @param mean what is subtracted from pixels (§2)
    /// @param values the scale of pixels
    public record Pictures(
            int resize, boolean randomCrop, double cropArea, boolean mirror, double colorNoise, Mean mean,
            Values values) {
        public Pictures {
            Check.that(cropArea > 0 && cropArea <= 1, "crop_area", cropArea, "above 0, and at most 1");
            Check.that(resize >= 1 && resize <= 8192, "resize", resize, "1 to 8192");
            Check.that(colorNoise >= 0 && colorNoise <= 10, "color_noise", colorNoise, "0 to 10");
        }

        private Pictures with(int newResize, Mean newMean, Values newValues) {
            return new Pictures(newResize, randomCrop, cropArea, mirror, colorNoise, newMean, newValues);
        }
    }

    /// How several ranks divide the work of a step.
    public enum Parallel {
        /// Each rank has the whole network and a part of the images; gradients are added up.
        DATA,
        /// As [#DATA], but for dense layers the ranks exchange what their gradients are products of: fewer bytes where all
        /// ranks together have fewer than some 4,000 images a step. All ranks need the same engine, number of threads and
        /// kind of processor: each computes these gradients by itself. Every checkpoint compares the ranks' weights.
        FACTORS,
        /// Each of two ranks has one tower and all images (§3.2); the towers exchange outputs.
        TOWERS,
        /// Each rank computes the convolutions of its part of the images and its units of the dense layers for all images
        /// (Krizhevsky 2014). Every rank reads every image.
        HYBRID
    }

    /// What is subtracted from every pixel.
    public enum Mean {
        /// The mean of the pixel's place in all training images, as in the paper.
        IMAGE,
        /// The mean of its channel.
        CHANNEL
    }

    /// The scale of the network's input. It must fit the initialization of the weights.
    public enum Values {
        /// 0..255 minus the mean, as in the paper; for the initializations of paper, source and caffe.
        RAW,
        /// The same, divided by the standard deviation of the pixels; for the initialization of He et al.
        STANDARDIZED
    }

    /// Where images come from, and which of them validate.
    ///
    /// @param source a folder or files, an address on the web, `sample` for the images that come with the program, or
    ///     empty: `--data` names it
    /// @param holdOut the share of each class for validation if the source has no split of its own; 0 to train on all
    ///     images without validation
    /// @param classNames names for a source that only has numbers; empty if it has names
    /// @param shuffleWindow how many images are shuffled at a time, for prepared images on a slow disk; 0 shuffles all
    /// @param folds cross-validation divides all images into this many parts; 0 for the usual split
    /// @param fold which of the parts validates, from 1; 0 without folds
    public record Data(
            String source, double holdOut, List<String> classNames, int shuffleWindow, int folds, int fold) {
        public Data {
            classNames = List.copyOf(classNames);
            Check.that(holdOut >= 0 && holdOut < 1, "hold_out", holdOut, "at least 0 and below 1");
            Check.that(shuffleWindow >= 0, "shuffle_window", shuffleWindow, "at least 0");
            Check.that(folds == 0 || folds >= 2, "folds", folds, "at least 2, or 0 for none");
            Check.that(folds == 0 ? fold == 0 : fold >= 1 && fold <= folds, "fold", fold,
                    folds == 0 ? "0 without folds" : "1 to folds, " + folds);
        }
    }

    /// When the state is saved, in addition to the end of the run and a stop.
    ///
    /// @param everyEpochs after every so many epochs, at least 1
    /// @param everySteps after every so many steps, 0 for never
    /// @param keep how many of the newest checkpoints are kept, at least 1; the best is kept too
    public record Checkpoints(int everyEpochs, int everySteps, int keep) {
        public Checkpoints {
            Check.that(everyEpochs >= 1, "every_epochs", everyEpochs, "at least 1");
            Check.that(everySteps >= 0, "every_steps", everySteps, "at least 0");
            Check.that(keep >= 1, "keep", keep, "at least 1");
        }
    }

    /// How often the loss is logged and checked.
    ///
    /// @param logEverySteps steps per line in `log.jsonl`, at least 1
    /// @param checkEverySteps steps per check that the loss is a number, at least 1; a check waits for the device
    /// @param flatAfterSteps a loss that is still `ln(classes)` after so many steps causes a warning, at least 1
    /// @param stopAtTrainingError the run ends after the first epoch whose top-1 training error, a fraction, is not above
    ///     this; 0 trains all epochs
    public record Monitor(int logEverySteps, int checkEverySteps, int flatAfterSteps, double stopAtTrainingError) {
        public Monitor {
            Check.that(logEverySteps >= 1, "log_every_steps", logEverySteps, "at least 1");
            Check.that(checkEverySteps >= 1, "check_every_steps", checkEverySteps, "at least 1");
            Check.that(flatAfterSteps >= 1, "flat_after_steps", flatAfterSteps, "at least 1");
            Check.that(stopAtTrainingError >= 0 && stopAtTrainingError < 1, "stop_at_training_error",
                    stopAtTrainingError, "at least 0 and below 1");
        }
    }

    /// The default of every key: the paper's values, §4 and §5, on a machine where reading the loss costs nothing.
    /// `recipes/paper.yaml` is the run itself.
    public static Recipe standard() {
        return new Recipe("paper", 2012, AlexNet.paper(),
                new Pictures(256, true, 1, true, 0.1, Mean.IMAGE, Values.RAW), new Data("", 0.2, List.of(), 0, 0, 0),
                128, null, Parallel.DATA, 90, Precision.FLOAT32, SgdConfig.paper(),
                new Schedule.Plateau(5, 0.1, 0.001, 3),
                new Checkpoints(1, 0, 3), new Monitor(20, 1, 2000, 0), null);
    }

    /// The most images that a rank computes at a time: a micro-batch, or the whole batch.
    public int picturesAtOnce() {
        return microBatch == null ? batch : microBatch;
    }

    /// The configuration of fine-tuning; empty for a run from scratch.
    public Optional<FineTuneConfig> fineTuning() {
        return Optional.ofNullable(finetune);
    }

    /// The same run for this many classes.
    public Recipe withClasses(int classes) {
        return with(network.withClasses(classes), pictures, data, batch, epochs, finetune);
    }

    /// The same run with this many epochs.
    public Recipe withEpochs(int count) {
        return with(network, pictures, data, batch, count, finetune);
    }

    /// The same run on images from another source.
    public Recipe withSource(String source) {
        return with(network, pictures,
                new Data(source, data.holdOut, data.classNames, data.shuffleWindow, data.folds, data.fold), batch,
                epochs,
                finetune);
    }

    /// The same run, validated by one of several parts of all images.
    ///
    /// @param fold which part, from 1
    /// @param folds how many parts, at least 2
    public Recipe withFold(int fold, int folds) {
        return with(network, pictures,
                new Data(data.source, data.holdOut, data.classNames, data.shuffleWindow, folds, fold), batch, epochs,
                finetune);
    }

    /// The same run with another size of network, images, batch and number of epochs.
    public Recipe fitted(AlexNet other, int resize, int newBatch, int newEpochs) {
        return with(other, pictures.with(resize, pictures.mean, pictures.values), data, newBatch, newEpochs, finetune);
    }

    /// The same run from a trained network.
    ///
    /// @param base its network, for the classes of this run's images
    /// @param resize the side of the images that it was trained on
    /// @param mean what was subtracted from their pixels
    /// @param values the scale of its inputs
    public Recipe onBase(AlexNet base, int resize, Mean mean, Values values, FineTuneConfig from) {
        return with(base, pictures.with(resize, mean, values), data, batch, epochs, from);
    }

    private Recipe with(AlexNet newNetwork, Pictures newPictures, Data newData, int newBatch, int newEpochs,
            @Nullable FineTuneConfig newFinetune) {
        return new Recipe(name, seed, newNetwork, newPictures, newData, newBatch,
                microBatch == null || microBatch >= newBatch ? null : microBatch, parallel, newEpochs, precision,
                optimizer,
                schedule, checkpoints, monitor, newFinetune);
    }
}
