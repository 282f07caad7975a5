package net.alexnet.train;

import module java.base;
import net.alexnet.data.loader.DataLoader;
import net.alexnet.data.loader.ImageBatch;
import net.alexnet.distributed.Group;
import net.alexnet.inference.FilterTiles;
import net.alexnet.inference.Model;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.inference.Validation;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.nn.DropoutMasks;
import net.alexnet.nn.Network;
import net.alexnet.nn.Network.Stage;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Backend.Loss;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Tensor;
import net.alexnet.train.RunListener.Epoch;
import net.alexnet.train.RunListener.LayerHealth;
import net.alexnet.train.RunListener.Step;
import net.alexnet.train.TrainingState.Reading;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.RecipeReader;
import org.jspecify.annotations.Nullable;

/// The training loop, §5 of the paper. It receives all parts of a run and decides the order of events.
public final class Trainer {
    private final Parts parts;
    private final Recipe recipe;
    private final Network network;
    private final Backend backend;
    private final Group group;
    private final Group apart; // the ranks with other pictures; those of a divided network have the same
    private final @Nullable MetricsLogger logger; // of the rank that leads
    private final TrainingMonitor monitor;
    private final Throughput throughput;
    private TrainingState state;
    private long epochStarted = System.nanoTime();
    private Optional<Report> report = Optional.empty();
    private SequencedMap<String, Double> dead = new LinkedHashMap<>();

    /// The parts of a run.
    ///
    /// @param network with the parameters to start from
    /// @param from the first row that learns; the rows before it are frozen
    /// @param optimizer of the same network
    /// @param state position of the run
    /// @param batches for training from that position on
    /// @param batchesPerEpoch how many batches an epoch has
    /// @param validation evaluates the network after every epoch; empty in a run without validation pictures
    /// @param start a model file whose weights the result has a share of; empty if the result is what the last step leaves
    /// @param store the run's checkpoints
    /// @param metadata of its model files
    /// @param constants tensors of its model files in addition to the network's parameters
    /// @param folder of the run
    /// @param progress is told how the run goes
    /// @param group of the ranks that train; only the one that leads writes files
    /// @param stop called before every step, and during validation, with the number of steps done; if it returns true on any
    ///     rank, the trainer saves and ends
    public record Parts(Network network, int from, SgdOptimizer optimizer, Recipe recipe, TrainingState state,
            DataLoader batches, int batchesPerEpoch, Optional<Validation> validation, Optional<Path> start,
            CheckpointStore store,
            Map<String, String> metadata, List<NamedTensor> constants, Path folder, RunListener progress, Group group,
            LongPredicate stop) {}

    /// How a run ended.
    ///
    /// @param state at the end
    /// @param finished whether it is complete; if not, it was stopped and can be resumed
    /// @param report of the last validation in this process; empty if there was none
    /// @param imagesPerSecond over all steps of this process
    /// @param linear the linear classifier that the head started as; empty where there was none in this process
    public record Outcome(TrainingState state, boolean finished, Optional<Report> report, double imagesPerSecond,
            Optional<Linear> linear) {
        Outcome with(Optional<Linear> before) {
            return new Outcome(state, finished, report, imagesPerSecond, before);
        }
    }

    /// The linear classifier that a fine-tuned head starts as.
    ///
    /// @param outOfFoldError the top-1 error on training pictures by cross-validation, a fraction
    /// @param validation its errors on the validation pictures, if there are any
    public record Linear(double outOfFoldError, Optional<Report> validation) {}

    private Trainer(Parts parts, @Nullable MetricsLogger logger) {
        this.parts = parts;
        this.group = parts.group();
        this.apart = parts.network().isDivided() ? Group.SOLO : group;
        this.recipe = parts.recipe();
        this.network = parts.network();
        this.backend = network.backend();
        this.logger = logger;
        this.state = parts.state();
        this.monitor = new TrainingMonitor(recipe, backend);
        this.throughput = new Throughput(System::nanoTime, parts.batches()::waitNanos);
    }

    /// Trains until the recipe's last epoch, the schedule's end, or a stop. Saves the state at the end, at a stop, and when
    /// images can no longer be read. After a failure within a step, earlier checkpoints remain.
    ///
    /// @throws DivergedException if the loss is no longer a number; earlier checkpoints remain
    /// @throws IOException if a checkpoint or a log cannot be written
    public static Outcome run(Parts parts) throws IOException, InterruptedException {
        if (!parts.group().isRankZero()) {
            return new Trainer(parts, null).run();
        }
        try (MetricsLogger logger = new MetricsLogger(parts.folder(), parts.state().step(), parts.progress())) {
            Trainer trainer = new Trainer(parts, logger);
            try {
                return trainer.run();
            } catch (DivergedException e) {
                logger.diverged(trainer.state.step() + 1, String.valueOf(e.getMessage()));
                throw e;
            }
        }
    }

    private Outcome run() throws IOException, InterruptedException {
        if (state.step() == 0) {
            filters();
        }
        while (!finished()) {
            if (group.any(parts.stop().test(state.step()))) {
                save();
                break;
            }
            if (state.batchInEpoch() < parts.batchesPerEpoch()) {
                step();
            } else {
                closeEpoch();
            }
        }
        return new Outcome(state, finished(), report, throughput.whole().imagesPerSecond(),
                Optional.empty());
    }

    /// The next micro-batch. If a rank cannot read its images any more, the state is saved first. The ranks tell each other once
    /// a step, before the last micro-batch of each: they may have different numbers of them. Those of a divided network have as
    /// many and tell each other before each. Nothing has been updated by then.
    private ImageBatch next() throws IOException, InterruptedException {
        ImageBatch batch = null;
        IOException failure = null;
        try {
            batch = parts.batches().next();
        } catch (IOException e) {
            failure = e;
        }
        if (batch != null && !batch.last() && !network.isDivided()) { // its ranks exchange within each micro-batch
            return batch;
        }
        if (group.any(failure != null)) {
            IOException reported = failure != null
                    ? failure
                    : new IOException("another rank cannot read its pictures any more; its message says which");
            try {
                save();
            } catch (IOException | RuntimeException alsoFailed) {
                reported.addSuppressed(alsoFailed);
            }
            throw reported;
        }
        return Objects.requireNonNull(batch);
    }

    private boolean finished() {
        return state.finished(recipe.epochs());
    }

    private void step() throws IOException, InterruptedException {
        Optional<Reading> reading;
        int total;
        TrainingStep step = new TrainingStep(network, parts.from(), parts.optimizer(), group,
                recipe.parallel() == Recipe.Parallel.FACTORS);
        StepSums sums = new StepSums(network, monitor);
        UnitMaxima units = new UnitMaxima(backend);
        double factor = factor(state.batchInEpoch());
        try (Scope _ = backend.scope()) {
            ImageBatch batch = next();
            while (!batch.last()) {
                ImageBatch part = batch;
                step.add(() -> inputs(part), part.labels(), part.total(), masks(part),
                        (stages, loss) -> observe(part, sums, units, stages, loss));
                batch = next();
            }
            ImageBatch last = batch;
            total = last.total();
            if (last.count() == 0) {
                reading = isRead(state.step() + 1) ? Optional.of(sums.shared(apart)) : Optional.empty();
                step.runWithoutExamples(factor);
            } else {
                reading = step.run(inputs(last), last.labels(), total, masks(last), factor,
                        (stages, loss) -> observe(last, sums, units, stages, loss));
            }
        }
        state = state.afterStep(reading);
        throughput.step(total);
        if (logged(state.step())) {
            record(reading.orElseThrow().loss());
        }
        if (recipe.checkpoints().everySteps() > 0 && state.step() % recipe.checkpoints().everySteps() == 0) {
            save();
        }
    }

    private Tensor inputs(ImageBatch batch) {
        Tensor inputs = batch.on(backend);
        return parts.from() == 0
                ? inputs
                : network.outputs(inputs, 0, parts.from()); // as at test time: frozen dropout drops nothing
    }

    private DropoutMasks masks(ImageBatch batch) {
        return new DropoutMasks(recipe.seed(), state.step(), batch.first());
    }

    /// The schedule's factor for a step of the current epoch.
    ///
    /// @param batch how many batches of the epoch come before it
    private double factor(int batch) {
        double epoch = state.epoch() + (double) batch / parts.batchesPerEpoch();
        return recipe.schedule().factor(epoch, recipe.epochs(), state.schedule());
    }

    /// Checks a step before its update can spoil the weights. Returns the loss and the mistakes of a step that is checked or
    /// logged, with its last micro-batch; for other steps it returns nothing, so that they need not wait for the device.
    private Optional<Reading> observe(ImageBatch batch, StepSums sums, UnitMaxima units, List<Stage> stages, Loss loss)
            throws IOException {
        long step = state.step() + 1;
        if (step == 1 && parts.from() == 0 && batch.first() == apart.rank().begin(batch.total())) {
            Stage conv1 = stages.getFirst();
            Tensor linear = network.linear(conv1.row(), conv1.in());
            warn(monitor.signal(conv1, linear));
            backend.free(linear);
        }
        if (state.batchInEpoch() + 1 == Math.max(1, parts.batchesPerEpoch() - 1)) { // the last batch may be small
            units.add(stages, batch.count());
            if (batch.last()) {
                dead = units.dead(network, group);
                warn(monitor.dead(dead));
            }
        }
        if (!isRead(step)) {
            return Optional.empty();
        }
        sums.add(stages, loss, batch.labels());
        if (!batch.last()) {
            return Optional.empty();
        }
        Reading reading = sums.shared(apart);
        monitor.finite(step, reading.loss(),
                () -> sums.cause().orElse("it is not finite on another rank, whose message says where"));
        warn(monitor.flat(step, reading.loss()));
        return Optional.of(reading);
    }

    /// Whether the loss of a step is checked or logged.
    private boolean isRead(long step) {
        return step % recipe.monitor().checkEverySteps() == 0 || logged(step);
    }

    /// How the layers are after the last step of an epoch.
    private List<LayerHealth> layers() {
        List<LayerHealth> layers = new ArrayList<>();
        for (Parameter parameter : network.parameters()) {
            if (!parameter.bias()) {
                Double share = dead.get(parameter.layer());
                layers.add(new LayerHealth(parameter.layer(), meanMagnitude(parameter.value()),
                        parts.optimizer().lastUpdate(parameter).map(this::meanMagnitude).orElse(0.0),
                        share == null ? OptionalDouble.empty() : OptionalDouble.of(share)));
            }
        }
        return layers;
    }

    /// Of all ranks' values, if the network is divided.
    private double meanMagnitude(Tensor tensor) {
        MemorySegment values = backend.view(tensor);
        long count = tensor.shape().elements();
        double sum = 0;
        for (long i = 0; i < count; i++) {
            sum += Math.abs(values.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        double[] all = network.isDivided() ? group.sum(sum, (double) count) : new double[] {sum, (double) count};
        return all[0] / all[1];
    }

    /// Writes conv1's filters for TensorBoard.
    private void filters() throws IOException {
        Optional<FilterTiles> tiles = FilterTiles.of(network);
        if (tiles.isPresent() && logger != null) {
            logger.filters(state.step(), tiles.get());
        }
    }

    private void warn(List<String> texts) throws IOException {
        if (logger != null) {
            for (String text : texts) {
                logger.warning(state.step() + 1, text);
            }
        }
    }

    private boolean logged(long step) {
        return step == 1 || step % recipe.monitor().logEverySteps() == 0;
    }

    private void record(double loss) throws IOException {
        long steps = (long) recipe.epochs() * parts.batchesPerEpoch();
        Throughput.Span recent = throughput.recent();
        double speed = recent.imagesPerSecond();
        if (logger != null) {
            logger.step(new Step(state.step(), steps, state.epoch() + 1, recipe.epochs(), loss,
                    recipe.optimizer().learningRate() * factor(state.batchInEpoch() - 1), speed, recent.waitShare(),
                    (steps - state.step()) * recipe.batch() / speed));
        }
        throughput.mark();
    }

    /// Validates, updates the schedule, and saves. If a stop is requested meanwhile, the epoch stays open, and the resumed
    /// run closes it.
    private void closeEpoch() throws IOException, InterruptedException {
        List<LayerHealth> layers = layers();
        List<float[]> trained = state.epoch() + 1 == recipe.epochs() ? average() : List.of();
        if (parts.validation().isPresent()) {
            Optional<Report> validation = parts.validation().get().evaluate(network,
                    (done, total) -> parts.progress().progress("validating", done, total),
                    () -> parts.stop().test(state.step()));
            throughput.resume();
            if (validation.isEmpty()) {
                for (int i = 0; i < trained.size(); i++) {
                    backend.assign(network.parameters().get(i).value(), trained.get(i));
                }
                return;
            }
            report = validation;
        }
        OptionalDouble error = number(Report::top1);
        double learningRate = recipe.optimizer().learningRate() * factor(parts.batchesPerEpoch() - 1);
        double loss = state.meanLoss();
        double trainingError = state.trainingError();
        boolean best = error.isPresent() && error.getAsDouble() < state.schedule().best();
        state = state.afterEpoch(recipe.schedule(), error, recipe.monitor().stopAtTrainingError());
        dead = new LinkedHashMap<>();
        long now = System.nanoTime();
        if (logger != null) {
            logger.epoch(state.step(), new Epoch(state.epoch(), recipe.epochs(), loss,
                    Double.isNaN(trainingError) ? OptionalDouble.empty() : OptionalDouble.of(trainingError), layers,
                    number(Report::loss), error,
                    number(Report::top5), learningRate, (now - epochStarted) / 1e9), report);
        }
        epochStarted = now;
        if (finished()) {
            filters();
        }
        if (finished() || best || state.epoch() % recipe.checkpoints().everyEpochs() == 0) {
            save();
        }
    }

    /// Moves the weights towards those of the start, as the result of the run.
    ///
    /// @return the weights before that, for a run that is stopped before it has saved its result; empty if nothing moved
    private List<float[]> average() throws IOException {
        if (parts.start().isEmpty()) {
            return List.of();
        }
        double share = recipe.fineTuning().orElseThrow().average();
        List<float[]> trained = new ArrayList<>();
        try (WeightFile start = SafetensorsFile.open(parts.start().get())) {
            for (Parameter parameter : network.parameters()) {
                float[] end = backend.download(parameter.value());
                float[] mean = start.read(parameter.name(), parameter.value().shape());
                for (int i = 0; i < mean.length; i++) {
                    mean[i] = (float) (share * mean[i] + (1 - share) * end[i]);
                }
                backend.assign(parameter.value(), mean);
                trained.add(end);
            }
        }
        return trained;
    }

    private OptionalDouble number(ToDoubleFunction<Report> ofReport) {
        return report.stream().mapToDouble(ofReport).findFirst();
    }

    /// The metadata of a checkpoint's model, at the end of an epoch with what its validation tells.
    private Map<String, String> metadata() {
        Map<String, String> metadata = new TreeMap<>(parts.metadata());
        report.filter(_ -> state.batchInEpoch() == 0).map(Report::unsureBelow).filter(OptionalDouble::isPresent)
                .ifPresent(threshold -> metadata.put(Model.UNSURE_BELOW, String.valueOf(threshold.getAsDouble())));
        return metadata;
    }

    private void save() throws IOException {
        requireSound();
        if (recipe.parallel() == Recipe.Parallel.FACTORS) { // each rank computes the gradients of dense layers by itself
            group.requireSame("the checksum of the weights after step " + state.step(), checksum());
        }
        IOException failure = null;
        List<NamedTensor> entries = new ArrayList<>(network.entries());
        entries.addAll(parts.constants());
        List<NamedTensor> momentum = parts.optimizer().entries().stream().map(network::whole).toList();
        if (group.isRankZero()) {
            try {
                parts.progress().saved(parts.store().save(state, backend.computeEnvironment(),
                        RecipeReader.write(recipe), metadata(), entries, momentum));
            } catch (IOException e) {
                failure = e;
            }
        }
        if (group.any(failure != null)) { // the other ranks wait here for the one that writes
            throw failure != null ? failure : new IOException("rank 0 could not save the run");
        }
        throughput.resume();
    }

    private String checksum() throws IOException {
        CRC32C sum = new CRC32C();
        OutputStream summed = new CheckedOutputStream(OutputStream.nullOutputStream(), sum);
        for (Parameter parameter : network.parameters()) {
            NamedTensor.write(backend.view(parameter.value()), summed);
        }
        return Long.toHexString(sum.getValue());
    }

    /// Ends all ranks if one has a parameter that is not finite: a tower's are its own.
    private void requireSound() {
        DivergedException found = null;
        try {
            monitor.sound(state.step(), network.parameters());
        } catch (DivergedException e) {
            found = e;
        }
        if (group.any(found != null)) {
            throw found != null
                    ? found
                    : new DivergedException("after step " + state.step()
                            + " another rank has values that are not finite; its message says where");
        }
    }
}
