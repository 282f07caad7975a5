package net.alexnet.reproduce;

import module java.base;
import net.alexnet.reproduce.Claim.EpochsTo;
import net.alexnet.reproduce.Claim.Neighbors;

/// The runs that a claim needs.
///
/// @param seeds of each arm
record Plan(Claim claim, int seeds, Runs runs) {
    /// How many runs there are in all.
    int count() {
        return claim.experiment() instanceof EpochsTo test
                ? test.arms().size() + 2 * (seeds - 1)
                : claim.experiment().arms().size() * seeds;
    }

    /// How many of them are finished.
    int done() throws IOException {
        int done = 0;
        for (Arm arm : claim.experiment().arms()) {
            for (int seed = 1; seed <= seeds; seed++) {
                boolean evaluated = !(claim.experiment() instanceof EpochsTo);
                done += runs.isDone(new PlannedRun(arm, seed, 0, evaluated, claim.experiment() instanceof Neighbors))
                        ? 1
                        : 0;
            }
        }
        return Math.min(done, count());
    }

    /// The runs that are missing now; those that depend on the result of others come as arms of their own.
    List<PlannedRun> missing() throws IOException {
        List<PlannedRun> missing = new ArrayList<>();
        if (claim.experiment() instanceof EpochsTo test) {
            missing.addAll(search(test.fast(), test.trainingError(), false));
            missing.addAll(search(test.slow(), test.trainingError(), true));
            return missing;
        }
        for (int seed = 1; seed <= seeds; seed++) { // the first seed of every arm first
            for (Arm arm : claim.experiment().arms()) {
                PlannedRun planned = new PlannedRun(arm, seed, 0, true, claim.experiment() instanceof Neighbors);
                if (!runs.isDone(planned)) {
                    missing.add(planned);
                }
            }
        }
        return missing;
    }

    /// How many runs are not known yet: the other seeds of the best learning rate, while it is searched for.
    int unknown() throws IOException {
        return claim.experiment() instanceof EpochsTo ? Math.max(0, count() - done() - missing().size()) : 0;
    }

    /// The runs that find the best learning rate with seed 1, and then the other seeds of the best one. A run ends in the epoch
    /// in which the best so far came to the training error, as a slower one cannot be the best.
    ///
    /// @param bounded whether runs that stay above the error count, too
    private List<PlannedRun> search(List<Arm> arms, double trainingError, boolean bounded) throws IOException {
        ClaimCheck check = new ClaimCheck(runs);
        int epochs = epochsOf(check.best(arms, trainingError, false), trainingError);
        List<PlannedRun> missing = new ArrayList<>();
        for (Arm arm : arms) {
            PlannedRun planned = new PlannedRun(arm, 1, epochs, false, false);
            if (!runs.isDone(planned)) {
                missing.add(planned);
            }
        }
        Optional<Arm> best = check.best(arms, trainingError, bounded);
        if (missing.isEmpty() && best.isPresent()) {
            for (int seed = 2; seed <= seeds; seed++) {
                PlannedRun planned = new PlannedRun(best.get(), seed, 0, false, false);
                if (!runs.isDone(planned)) {
                    missing.add(planned);
                }
            }
        }
        return missing;
    }

    private int epochsOf(Optional<Arm> best, double trainingError) throws IOException {
        return best.isEmpty()
                ? 0
                : (int) Math.ceil(FinishedRun.crossing(runs.epochs(best.get(), 1), trainingError).orElseThrow());
    }
}
