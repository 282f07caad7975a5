package net.alexnet.reproduce;

import module java.base;
import net.alexnet.io.DidYouMean;
import net.alexnet.reproduce.Claim.Averages;
import net.alexnet.reproduce.Claim.Elsewhere;
import net.alexnet.reproduce.Claim.EpochsTo;
import net.alexnet.reproduce.Claim.Experiment;
import net.alexnet.reproduce.Claim.Higher;
import net.alexnet.reproduce.Claim.Metric;
import net.alexnet.reproduce.Claim.Neighbors;
import net.alexnet.reproduce.Claim.TenViews;
import net.alexnet.reproduce.Claim.TowerColor;
import org.jspecify.annotations.Nullable;

/// The claims of the paper, those that resolve most for their time first.
final class Claims {
    private static final Arm LONG = Arm.of("long", "epochs", "40", "schedule",
            "{type: steps, epochs: [36], factor: 0.1}");
    private static final List<String> RATES = List.of("0.005", "0.01", "0.0025", "0.02");
    private static final List<String> RATES_OF_2012 = List.of("0.003", "0.01", "0.001", "0.0003");

    private static final List<Claim> ALL = List.of(
            claim("ten-views", "§4.1", "Averaging the predictions for ten views of a picture lowers the top-1 error",
                    "39.0 to 37.5 %", 1.5, new TenViews(Arm.BASELINE), 5,
                    "the same networks with one view and with ten"),
            claim("ensemble-2", "§6", "Averaging two networks lowers the top-1 error", "", null,
                    new Averages(Arm.BASELINE, 2), 5, "the paper averages five and seven"),
            claim("ensemble-3", "§6", "Averaging three networks lowers the top-1 error", "", null,
                    new Averages(Arm.BASELINE, 3), 5, "the paper averages five and seven"),
            claim("ensemble-5", "§6", "Averaging five networks lowers the top-1 error", "40.7 to 38.1 %", 2.6,
                    new Averages(Arm.BASELINE, 5), 5,
                    "the paper's figures are of ten views; of just five networks there is no interval over seeds"),
            claim("rate-drops", "§5", "Without dividing the learning rate the top-1 error is higher", "", null,
                    higher(Arm.of("constant-rate", "schedule", "{type: constant}")), 3,
                    "the schedule divides at set epochs; the paper's authors divided by hand"),
            claim("normalization", "§3.3", "Without response normalization the top-1 error is higher", "1.4 points",
                    1.4,
                    higher(Arm.of("no-normalization", "network.response_norm", "false")), 5,
                    "the paper's 13 % to 11 % on CIFAR-10 compares two published configurations of its source, which also"
                            + " differ in the number of local filters (32, 64) and in the weight decay of the last layer"
                            + " (.004, .01)"),
            claim("half-net", "§3.2", "One tower with half the kernels has a higher top-1 error than two towers",
                    "1.7 points", 1.7,
                    higher(Arm.of("half-net", "network.towers", "1", "network.halved", "true")), 3,
                    "conv5 and the fully connected layers keep their size, as in footnote 2"),
            claim("conv3", "§7", "Without conv3 the top-1 error is higher", "about 2 points", 2.0,
                    higher(Arm.of("no-conv3", "network.without", "[conv3]")), 3, ""),
            claim("conv4", "§7", "Without conv4 the top-1 error is higher", "about 2 points", 2.0,
                    higher(Arm.of("no-conv4", "network.without", "[conv4]")), 3, ""),
            claim("overlapping-pools", "§3.4", "Without overlap of the pooling windows the top-1 error is higher",
                    "0.4 points", 0.4, higher(Arm.of("no-overlap", "network.overlapping_pools", "false")), 3,
                    "0.4 points need about 13 seeds of each arm to be found"),
            claim("color-noise", "§4.1", "Without color noise the top-1 error is higher", "over 1 point", 1.0,
                    higher(Arm.of("no-color-noise", "pictures.color_noise", "0")), 5, ""),
            claim("weight-decay", "§5", "Without weight decay the training error is higher", "", null,
                    new Higher(Arm.of("no-weight-decay", "optimizer.weight_decay", "0"), Arm.BASELINE,
                            Metric.TRAINING_ERROR),
                    3, "the training error is that of the batches of the last epoch, with augmentation and dropout"),
            claim("dropout", "§4.2", "Without dropout the network overfits substantially", "", null,
                    new Higher(LONG.with("long-no-dropout", "network.dropout", "0"), LONG, Metric.GAP), 3,
                    "the gap between the error on validation pictures and on training batches, after 40 epochs"),
            claim("dropout-error", "§4.2", "Without dropout the top-1 error is higher", "", null,
                    new Higher(LONG.with("long-no-dropout", "network.dropout", "0"), LONG, Metric.TOP1_ERROR), 3,
                    "the same runs of 40 epochs"),
            claim("relu", "§3.1",
                    "A network with tanh needs more epochs to 25 % training error than one with ReLU", "6 times",
                    Math.log(6),
                    new EpochsTo(0.25, figure1("tanh", RATES, "he"), figure1("relu", RATES, "he")), 3,
                    "weights start as He et al. (2015); the paper does not publish its network, and this one has"
                            + " convolutions where cuda-convnet has locally connected layers"),
            claim("relu-2012", "§3.1",
                    "A network with tanh and the initial weights of 2012 needs more epochs to 25 % training error"
                            + " than one with ReLU",
                    "6 times", Math.log(6),
                    new EpochsTo(0.25, figure1("tanh", RATES_OF_2012, "cuda_convnet"),
                            figure1("relu", RATES_OF_2012, "cuda_convnet")),
                    3, "deviations of .0001 in conv1 and .01 elsewhere, for pixels that are not standardized"),
            claim("towers", "§6.1, figure 3", "The kernels of one tower see color, those of the other do not",
                    "every run", null,
                    new TowerColor(Arm.BASELINE), 5,
                    "the difference of the towers' mean color share, with a permutation test for each network"),
            claim("neighbors-fc7", "§6.1, figure 4",
                    "Pictures that are near in the features of fc7 show the same more often than those that are near"
                            + " in their pixels",
                    "", null, new Neighbors(Arm.BASELINE, "fc7"), 1,
                    "the share of the six nearest training pictures that have a validation picture's class"),
            claim("neighbors-pool5", "§6.1, figure 4",
                    "Pictures that are near in the maps of pool5 show the same more often than those that are near"
                            + " in their pixels",
                    "", null,
                    new Neighbors(Arm.BASELINE, "pool5"), 1, ""),
            elsewhere("table-1", "§6, table 1", "On ILSVRC-2010 the top-1 and top-5 errors are 37.5 % and 17.0 %",
                    "./alexnet train --recipe paper --data ilsvrc2010/"),
            elsewhere("table-2", "§6, table 2", "On ILSVRC-2012 one network errs on 40.7 % and 18.2 % of the validation"
                    + " pictures", "./alexnet train --recipe paper --data ilsvrc2012/"),
            elsewhere("pre-training", "§6, table 2", "Training on the Fall 2011 release first lowers the top-5 error",
                    "./alexnet finetune --base RUN-ON-FALL-2011 --data ilsvrc2012/"));

    private Claims() {}

    static List<Claim> all() {
        return ALL;
    }

    /// The claim of this name.
    ///
    /// @throws IllegalArgumentException if there is none
    static Claim named(String id) {
        List<String> ids = ALL.stream().map(Claim::id).toList();
        return ALL.stream().filter(claim -> claim.id().equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no claim '" + id + "'"
                        + DidYouMean.to(id, ids).map(near -> "; did you mean '" + near + "'?").orElse(".")
                        + " The claims are " + String.join(", ", ids)));
    }

    private static Claim claim(String id, String section, String statement, String paper, @Nullable Double effect,
            Experiment experiment, int seeds, String note) {
        return new Claim(id, section, statement, paper,
                effect == null ? OptionalDouble.empty() : OptionalDouble.of(effect), experiment, seeds, note);
    }

    private static Claim elsewhere(String id, String section, String statement, String command) {
        return claim(id, section, statement, "", null, new Elsewhere(command), 0, "needs other pictures");
    }

    private static Experiment higher(Arm arm) {
        return new Higher(arm, Arm.BASELINE, Metric.TOP1_ERROR);
    }

    /// The arms of figure 1 for one activation. No regularization of any kind, as the figure's text says.
    private static List<Arm> figure1(String activation, List<String> rates, String initialization) {
        return rates.stream().map(rate -> Arm.of("figure-1-" + initialization.replace('_', '-') + "-" + activation + "-"
                + rate,
                "network", "{variant: four, activation: " + activation + ", initialization: " + initialization + "}",
                "pictures.values", initialization.equals("he") ? "standardized" : "raw", "pictures.random_crop",
                "false",
                "pictures.mirror", "false", "pictures.color_noise", "0", "optimizer.weight_decay", "0",
                "optimizer.learning_rate", rate, "schedule", "{type: constant}", "epochs", "40",
                "monitor.stop_at_training_error", "0.25").ofWholePictures()).toList();
    }
}
