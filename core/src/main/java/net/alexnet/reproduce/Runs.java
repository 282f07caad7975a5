package net.alexnet.reproduce;

import module java.base;
import net.alexnet.Evaluation;
import net.alexnet.Options;
import net.alexnet.Training;
import net.alexnet.TrainingListener;
import net.alexnet.data.Dataset;
import net.alexnet.data.DatasetException;
import net.alexnet.inference.Engines;
import net.alexnet.inference.ProbabilityTable;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.LockFile;
import net.alexnet.io.Texts;
import net.alexnet.report.RunLog.Epoch;
import net.alexnet.reproduce.Claim.Experiment;
import net.alexnet.train.DataSource;
import net.alexnet.train.DatasetFingerprint;
import net.alexnet.train.DivergedException;
import net.alexnet.train.RunFolder;
import net.alexnet.train.TrainingRun;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.Recipes;

/// The runs of all arms: ordinary runs in `ARM/seed-K`, made once. A run that was stopped or killed is resumed, so it ends with
/// the bits that it would have had.
///
/// A finished run may be kept without its checkpoint. If a claim needs the checkpoint, the run is set aside, as
/// `ARM/seed-K-without-checkpoint`, and trained again.
///
/// @param folder of the arms' folders
/// @param recipe the base recipe, a name or a file
/// @param pictures to train on; empty for those of the recipe
/// @param options the device, the threads and the caches
record Runs(Path folder, String recipe, Optional<String> pictures, Options options, TrainingListener listener,
        BooleanSupplier stop) {
    /// A note in the folder of a run whose loss was no longer a number.
    private static final String DIVERGED = "diverged.txt";

    /// The end of the name of a run that was set aside.
    private static final String ASIDE = "-without-checkpoint";

    /// Whether a folder's name is that of a run; beside them is the link `latest`.
    private static final Predicate<String> SEED = Pattern.compile("seed-\\d{1,9}").asMatchPredicate();

    /// What became of a planned run.
    enum Outcome {
        /// The run is finished, and evaluated if the plan asks for it.
        DONE,
        /// Another process works on it.
        BUSY,
        /// The user stopped it.
        STOPPED
    }

    Path path(Arm arm, int seed) {
        return folder.resolve(arm.name()).resolve("seed-" + seed);
    }

    /// Whether a planned run needs no more work.
    boolean isDone(PlannedRun planned) throws IOException {
        Path run = path(planned.arm(), planned.seed());
        boolean read = planned.evaluated() ? Files.exists(run.resolve(FinishedRun.PREDICTIONS)) : isTrained(run);
        boolean compared = !planned.neighbors() || Files.exists(run.resolve(Measures.NEIGHBORS));
        return diverged(run) || (read && compared);
    }

    /// Whether a run has ended: it is finished, or it diverged.
    boolean isTrained(Arm arm, int seed) throws IOException {
        return isTrained(path(arm, seed));
    }

    boolean diverged(Arm arm, int seed) {
        return diverged(path(arm, seed));
    }

    private static boolean diverged(Path run) {
        return Files.exists(run.resolve(DIVERGED));
    }

    /// What the evaluated run of an arm shows.
    FinishedRun finished(Arm arm, int seed) throws IOException {
        return FinishedRun.read(path(arm, seed), arm.name(), seed);
    }

    /// The epochs of a finished run; none if it diverged.
    List<Epoch> epochs(Arm arm, int seed) throws IOException {
        return diverged(arm, seed) ? List.of() : FinishedRun.epochs(path(arm, seed));
    }

    /// The recipe of a planned run.
    Recipe recipe(PlannedRun planned) throws IOException {
        return Recipes.read(recipe, settings(planned));
    }

    private Map<String, String> settings(PlannedRun planned) throws IOException {
        Map<String, String> settings = new LinkedHashMap<>(planned.arm().settings());
        if (planned.arm().wholePictures()) {
            Recipe base = Recipes.read(recipe, Map.of());
            settings.put("network.input", String.valueOf(base.pictures().resize()));
            settings.put("network.channels", String.valueOf(base.network().channels()));
        }
        settings.put("seed", String.valueOf(planned.seed()));
        settings.put("checkpoints.keep", "1");
        if (planned.epochs() > 0) {
            settings.put("epochs", String.valueOf(planned.epochs()));
        }
        return settings;
    }

    /// Whether a run has a checkpoint to go on with.
    boolean hasBegun(PlannedRun planned) throws IOException {
        return hasCheckpoint(path(planned.arm(), planned.seed()));
    }

    /// Whether a planned run has yet to begin: one with a checkpoint names its pictures itself.
    boolean needPictures(List<PlannedRun> missing) throws IOException {
        for (PlannedRun planned : missing) {
            if (!hasBegun(planned)) {
                return true;
            }
        }
        return false;
    }

    /// The pictures that new runs are trained on, and where they are.
    ///
    /// @throws IllegalArgumentException if neither the user nor the recipe names pictures
    /// @throws DatasetException if their folder cannot be used
    Pictures openPictures() throws IOException, InterruptedException {
        Recipe base = Recipes.read(recipe, Map.of());
        String source = pictures.map(DataSource::named).orElse(base.data().source());
        if (source.isEmpty()) {
            throw new IllegalArgumentException("the recipe " + recipe
                    + " names no pictures. Name the folder of your pictures by --data");
        }
        Recipe named = base.withSource(DataSource.absolute(source));
        return new Pictures(source, TrainingRun.split(named, DataSource.open(named, Engines.find().codec(),
                options.reporting(listener, stop).cache(), listener, stop).dataset()), base.batch());
    }

    /// Pictures, and the folder or address by which the user named them.
    ///
    /// @param batch of the recipe
    record Pictures(String source, Dataset dataset, int batch) {
        /// Refuses too few for a claim, before hours are spent.
        ///
        /// @throws DatasetException if there are too few
        void requireEnough(List<Claim> claims) throws DatasetException {
            int training = dataset.training().size();
            int validation = dataset.validation().size();
            for (Claim claim : claims) {
                Experiment test = claim.experiment();
                int least = test.trainingPictures(batch);
                if (training < least || validation < test.validationPictures()) {
                    throw new DatasetException(source + " has " + Texts.count(training, "training picture") + " and "
                            + Texts.count(validation, "validation picture") + "; the claim " + claim.id() + " needs "
                            + least + " and " + test.validationPictures()
                            + ". Add pictures, or name other claims");
                }
            }
        }

        /// A hash of the labels and names.
        String fingerprint() {
            return DatasetFingerprint.of(dataset.training(), dataset.validation());
        }
    }

    /// Trains a run or resumes it, and evaluates it. It holds a lock beside the run's folder, so that no other process works on
    /// the same run.
    Outcome work(PlannedRun planned) throws IOException, InterruptedException {
        Path run = path(planned.arm(), planned.seed());
        Files.createDirectories(run.resolveSibling(""));
        Optional<LockFile> lock = LockFile.tryTake(lock(run));
        if (lock.isEmpty()) {
            return Outcome.BUSY;
        }
        try (LockFile _ = lock.get()) {
            return isDone(planned) || complete(planned, run) ? Outcome.DONE : Outcome.STOPPED;
        } catch (InterruptedIOException e) {
            if (stop.getAsBoolean()) {
                return Outcome.STOPPED;
            }
            throw e;
        }
    }

    /// Trains a run and reads what the plan asks for, as far as that is not done.
    ///
    /// @return whether all of it is done
    private boolean complete(PlannedRun planned, Path run) throws IOException, InterruptedException {
        if (planned.evaluated() && isTrained(run) && !diverged(run) && !hasCheckpoint(run)) {
            setAside(run);
        }
        if (!isTrained(run) && !train(planned, run)) {
            return false;
        }
        if (diverged(run)) {
            return true;
        }
        if (!Files.exists(run.resolve(Build.FILE))) {
            AtomicFiles.writeString(run.resolve(Build.FILE), Build.here(options.threads()) + "\n");
        }
        if (planned.evaluated() && !Files.exists(run.resolve(FinishedRun.PREDICTIONS))) {
            evaluate(run);
        }
        if (planned.neighbors() && !Files.exists(run.resolve(Measures.NEIGHBORS))) {
            Measures.writeNeighbors(run, options, listener, stop);
        }
        return true;
    }

    /// Keeps a finished run under another name, which no claim reads.
    private void setAside(Path run) throws IOException {
        Path aside = run.resolveSibling(run.getFileName() + ASIDE);
        for (int i = 2; Files.exists(aside); i++) {
            aside = run.resolveSibling(run.getFileName() + ASIDE + "-" + i);
        }
        AtomicFiles.move(run, aside);
        listener.warning(
                run + " has no checkpoint any more, so it is trained again; what was there is kept in " + aside);
    }

    private static Path lock(Path run) {
        return run.resolveSibling(run.getFileName() + ".lock");
    }

    /// @return whether the run is finished
    private boolean train(PlannedRun planned, Path run) throws IOException, InterruptedException {
        Training training;
        if (hasCheckpoint(run)) {
            training = Training.resume(run);
        } else {
            if (Files.exists(run)) { // killed before its first checkpoint
                AtomicFiles.deleteTree(run);
            }
            training = Training.onSample().recipe(recipe).runsIn(run.resolveSibling(""))
                    .named("seed-" + planned.seed());
            settings(planned).forEach(training::set);
        }
        pictures.ifPresent(training::picturesIn);
        try {
            return training.options(options).listener(listener).run(stop).finished();
        } catch (DivergedException e) {
            listener.warning(run + " diverged, so it does not count: " + e.getMessage());
            AtomicFiles.writeString(run.resolve(DIVERGED), e.getMessage() + "\n");
            return true;
        }
    }

    private void evaluate(Path run) throws IOException, InterruptedException {
        Measures.writeTowers(run, options);
        Path probabilities = run.resolve(FinishedRun.PROBABILITIES);
        Evaluation.of(run).options(options).views(10).listener(listener).probabilitiesTo(probabilities).run(stop);
        FinishedRun.writePredictions(run.resolve(FinishedRun.PREDICTIONS), ProbabilityTable.read(probabilities));
    }

    private static boolean hasCheckpoint(Path run) throws IOException {
        return Files.exists(run.resolve("recipe.yaml"))
                && RunFolder.open(run).checkpoints(1).latest().isPresent();
    }

    private static boolean isTrained(Path run) throws IOException {
        if (Files.exists(run.resolve(DIVERGED))) {
            return true;
        }
        // A finished run may be kept without its checkpoints, which are large.
        return hasCheckpoint(run) ? RunFolder.open(run).isFinished() : Files.exists(run.resolve(Build.FILE));
    }

    /// The seeds of an arm that have a folder, in ascending order.
    List<Integer> seeds(Arm arm) throws IOException {
        Path arms = folder.resolve(arm.name());
        if (!Files.isDirectory(arms)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(arms)) {
            return all.map(path -> String.valueOf(path.getFileName())).filter(SEED)
                    .map(name -> Integer.valueOf(name.substring("seed-".length()))).sorted().toList();
        }
    }

    /// How many epochs a planned run still needs at most.
    int epochsLeft(PlannedRun planned) throws IOException {
        Path run = path(planned.arm(), planned.seed());
        int done = hasCheckpoint(run) ? FinishedRun.epochs(run).size() : 0; // without one it is trained from the start
        return Math.max(0, recipe(planned).epochs() - done);
    }

    /// The seconds that the epochs of all finished runs took, on average; empty before there is one.
    OptionalDouble secondsPerEpoch() throws IOException {
        if (!Files.isDirectory(folder)) {
            return OptionalDouble.empty();
        }
        List<Double> seconds = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder, 2)) {
            for (Path run : all.filter(path -> SEED.test(String.valueOf(path.getFileName()))).toList()) {
                FinishedRun.epochs(run).forEach(epoch -> seconds.add(epoch.seconds()));
            }
        }
        return seconds.stream().mapToDouble(d -> d).average();
    }
}
