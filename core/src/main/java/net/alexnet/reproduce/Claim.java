package net.alexnet.reproduce;

import module java.base;

/// A claim of the paper, and the experiment that tests it.
///
/// @param id by which a user names it
/// @param section of the paper
/// @param statement what the paper says
/// @param paper the effect that the paper states, in its words
/// @param paperEffect the same as a number in the unit of the experiment, above 0 where the claim holds, if it states one
/// @param experiment how it is tested
/// @param seeds how many seeds of each arm the experiment is planned with
/// @param note what to know when reading the result; may be empty
record Claim(String id, String section, String statement, String paper, OptionalDouble paperEffect,
        Experiment experiment,
        int seeds,
        String note) {
    /// An experiment. Each says which arms it needs.
    sealed interface Experiment {
        /// The arms whose runs the test needs.
        List<Arm> arms();

        /// The fewest seeds of each arm that show anything.
        default int leastSeeds() {
            return 1;
        }

        /// The fewest training pictures that it can be done with: one batch.
        ///
        /// @param batch of the recipe
        default int trainingPictures(int batch) {
            return batch;
        }

        /// The fewest validation pictures.
        default int validationPictures() {
            return JUDGED;
        }
    }

    /// Of so many pictures, one is a percentage point of the error that is judged.
    private static final int JUDGED = 100;

    /// What is compared between two arms, as the last epoch has it.
    enum Metric {
        /// Of the center view on validation pictures.
        TOP1_ERROR,
        /// On the training batches of the last epoch.
        TRAINING_ERROR,
        /// The training error subtracted from the validation error: how much the network overfits.
        GAP
    }

    /// The arm's metric is higher than the baseline's.
    record Higher(Arm arm, Arm baseline, Metric metric) implements Experiment {
        @Override
        public List<Arm> arms() {
            return List.of(baseline, arm);
        }

        @Override
        public int trainingPictures(int batch) {
            return metric == Metric.TOP1_ERROR ? batch : Math.max(batch, JUDGED);
        }
    }

    /// Ten views lower the top-1 error of the same networks.
    record TenViews(Arm arm) implements Experiment {
        @Override
        public List<Arm> arms() {
            return List.of(arm);
        }
    }

    /// Averaging several networks lowers the top-1 error.
    ///
    /// @param members how many are averaged
    record Averages(Arm arm, int members) implements Experiment {
        @Override
        public int leastSeeds() {
            return members;
        }

        @Override
        public List<Arm> arms() {
            return List.of(arm);
        }
    }

    /// One kind of network reaches a training error in fewer epochs than another, each with the best of some learning rates.
    ///
    /// @param slow the arms of the slower kind, one for each learning rate
    /// @param fast the arms of the faster kind
    record EpochsTo(double trainingError, List<Arm> slow, List<Arm> fast) implements Experiment {
        EpochsTo {
            slow = List.copyOf(slow);
            fast = List.copyOf(fast);
        }

        @Override
        public List<Arm> arms() {
            return Stream.concat(fast.stream(), slow.stream()).toList();
        }

        @Override
        public int trainingPictures(int batch) {
            return Math.max(batch, JUDGED);
        }

        @Override
        public int validationPictures() {
            return 0; // it is judged by the training error
        }
    }

    /// The kernels of conv1 of one tower see more color than those of the other (figure 3).
    record TowerColor(Arm arm) implements Experiment {
        @Override
        public List<Arm> arms() {
            return List.of(arm);
        }

        @Override
        public int validationPictures() {
            return 1; // it is judged by the kernels, but every network is evaluated
        }
    }

    /// The training pictures that are nearest in a layer's features have a picture's class more often than those that are
    /// nearest in its pixels (figure 4). One network is enough, because the share varies little from seed to seed.
    record Neighbors(Arm arm, String layer) implements Experiment {
        @Override
        public List<Arm> arms() {
            return List.of(arm);
        }

        @Override
        public int trainingPictures(int batch) {
            return Math.max(batch, Measures.NEAREST);
        }
    }

    /// A claim that these pictures cannot test.
    ///
    /// @param command that would test it where the pictures of the paper are
    record Elsewhere(String command) implements Experiment {
        @Override
        public List<Arm> arms() {
            return List.of();
        }
    }
}
