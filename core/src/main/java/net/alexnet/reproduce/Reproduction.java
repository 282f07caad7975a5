package net.alexnet.reproduce;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.Options;
import net.alexnet.TrainingListener;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.LockFile;
import net.alexnet.io.RegularFile;
import net.alexnet.report.RunLog.Epoch;
import net.alexnet.train.DataSource;
import net.alexnet.train.config.RecipeReader;
import net.alexnet.train.config.Recipes;
import org.jspecify.annotations.Nullable;

/// Tests the paper's claims with runs of one's own.
///
/// ```java
/// Reproduction.in(Path.of("reproduction")).on(Path.of("cifar-10/")).claims(List.of("ten-views"))
///         .run(() -> false);
/// ```
///
/// The folder has `runs/ARM/seed-K`, which are ordinary runs that the claims share, `claims/ID/`
/// with `result.json`, `figure.csv` and `figure.svg`, `claims.md`, and `recipe.yaml` and
/// `pictures.json`, which say what all runs have in common. A reproduction that was
/// stopped or killed continues with the same results. Several processes may work in one folder;
/// each takes a run that no other has.
public final class Reproduction {
    private static final String BASE = "recipe.yaml";
    private static final String PICTURES = "pictures.json";
    private static final String RUNS = "runs";
    private static final String DAMAGED = " is damaged. Remove it: the next call writes it again";
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .defaultPropertyInclusion(JsonInclude.Value.ALL_NON_NULL)
            .enable(SerializationFeature.INDENT_OUTPUT).build();

    /// How long a process waits until it looks again for a run that no other works on.
    private static final Duration WAIT = Duration.ofSeconds(5);

    private static final Duration FOREVER = Duration.ofDays(36_500); // as nanoseconds a long

    private final Path folder;
    private String recipe = "cifar10";
    private Optional<String> pictures = Optional.empty();
    private List<Claim> claims = Claims.all();
    private OptionalInt seeds = OptionalInt.empty();
    private Duration budget = FOREVER;
    private Options options = Options.defaults();
    private TrainingListener listener = TrainingListener.NONE;

    private Reproduction(Path folder) {
        this.folder = folder;
    }

    /// Starts to describe a reproduction: a new one, or one to continue.
    ///
    /// @param folder of its runs and results, created if necessary
    public static Reproduction in(Path folder) {
        return new Reproduction(folder);
    }

    /// The pictures to train on, as for [net.alexnet.Training#on(Path)]. Default: those that the
    /// folder's runs have, else those of the recipe.
    public Reproduction on(Path source) {
        return on(source.toString());
    }

    /// The pictures to train on, as for [net.alexnet.Training#on(String)].
    public Reproduction on(String source) {
        pictures = Optional.of(source);
        return this;
    }

    /// The base recipe, whose keys each arm changes. Default: `cifar10`.
    public Reproduction recipe(String nameOrFile) {
        recipe = nameOrFile;
        return this;
    }

    /// The ids of all claims.
    public static List<String> ids() {
        return Claims.all().stream().map(Claim::id).toList();
    }

    /// The claims to test, by their ids. Default: all.
    ///
    /// @throws IllegalArgumentException if there is no such claim
    public Reproduction claims(List<String> ids) {
        claims = ids.stream().map(Claims::named).toList();
        return this;
    }

    /// How many seeds each arm has. Default: as many as each claim is planned with.
    ///
    /// @param count 1 to 100
    public Reproduction seeds(int count) {
        if (count < 1 || count > 100) {
            throw new IllegalArgumentException("seeds must be 1 to 100, found " + count);
        }
        seeds = OptionalInt.of(count);
        return this;
    }

    /// No run is started that would not end within this time, as far as earlier runs tell. A run
    /// that takes longer is saved and stopped.
    ///
    /// @param time above 0
    public Reproduction budget(Duration time) {
        if (!time.isPositive()) {
            throw new IllegalArgumentException("the budget must be above 0, found " + time);
        }
        budget = time.compareTo(FOREVER) < 0 ? time : FOREVER;
        return this;
    }

    /// The device, the threads and the cache folder.
    public Reproduction options(Options given) {
        options = given;
        return this;
    }

    /// A listener for the progress of the runs. Default: none.
    public Reproduction listener(TrainingListener given) {
        listener = given;
        return this;
    }

    /// A claim, and what is known of it.
    ///
    /// @param id by which [#claims(List)] names it
    /// @param section of the paper
    /// @param statement what the paper says
    /// @param paper the effect that the paper states; may be empty
    /// @param verdict `agrees`, `contrary` or `not resolved`; `not run` before a run is finished, and `not tested` if it needs
    ///     other pictures or more seeds
    /// @param result what the finished runs show, in a few words; for a claim that needs other pictures the command that would
    ///     show it
    /// @param runs how many runs are planned; 0 for a claim that is not tested
    /// @param done how many of them are finished
    /// @param epochs that the others have at most
    /// @param pictures of an epoch; empty where [#on(Path)] names no folder, and where the hours are known
    /// @param hours that the others will take; empty where no run has told how long an epoch takes
    public record Status(String id, String section, String statement, String paper, String verdict, String result,
            int runs,
            int done, int epochs, OptionalInt pictures, OptionalDouble hours) {}

    /// The state of every claim. Trains nothing and writes nothing.
    ///
    /// @throws IOException if what the folder holds, or the pictures that are named, cannot be read
    public List<Status> list() throws IOException {
        requireFolder();
        List<Status> all = new ArrayList<>();
        Runs runs = runs(() -> false);
        OptionalDouble seconds = runs.secondsPerEpoch();
        OptionalInt count = seconds.isPresent() ? OptionalInt.empty() : count(runs);
        for (Claim claim : claims) {
            Result result = result(claim, runs);
            if (lacksSeeds(claim) && result.comparison() == null) {
                all.add(new Status(claim.id(), claim.section(), claim.statement(), claim.paper(),
                        Verdict.NOT_TESTED.words(), "needs " + claim.experiment().leastSeeds() + " seeds", 0, 0, 0,
                        count,
                        OptionalDouble.empty()));
                continue;
            }
            Plan plan = new Plan(claim, seeds.orElse(claim.seeds()), runs);
            List<PlannedRun> missing = plan.missing();
            int epochs = epochsOfUnknown(plan, runs);
            for (PlannedRun planned : missing) {
                epochs += runs.epochsLeft(planned);
            }
            all.add(new Status(claim.id(), claim.section(), claim.statement(), claim.paper(),
                    ClaimTable.words(result),
                    ClaimTable.summary(claim, result), plan.count(), plan.done(), epochs, count,
                    hours(epochs, seconds)));
        }
        return all;
    }

    /// What is still to be trained for all chosen claims together, each run counted once, as claims share runs.
    ///
    /// @param epochs that the runs have at most
    /// @param hours as in [Status]
    public record Left(int runs, int epochs, OptionalDouble hours) {}

    /// What is still to be trained.
    ///
    /// @throws IOException if what the folder holds cannot be read
    public Left left() throws IOException {
        requireFolder();
        Runs runs = runs(() -> false);
        Map<Path, Integer> epochs = new HashMap<>();
        int unknown = 0;
        int all = 0;
        for (Claim claim : tested()) {
            Plan plan = new Plan(claim, seeds.orElse(claim.seeds()), runs);
            for (PlannedRun planned : plan.missing()) {
                epochs.merge(runs.path(planned.arm(), planned.seed()), runs.epochsLeft(planned), Math::max);
            }
            unknown += plan.unknown();
            all += epochsOfUnknown(plan, runs);
        }
        all += epochs.values().stream().mapToInt(i -> i).sum();
        return new Left(epochs.size() + unknown, all, hours(all, runs.secondsPerEpoch()));
    }

    private static OptionalDouble hours(int epochs, OptionalDouble secondsPerEpoch) {
        return secondsPerEpoch.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(epochs * secondsPerEpoch.getAsDouble() / 3600);
    }

    /// The most epochs of the runs that [Plan#unknown] counts.
    private static int epochsOfUnknown(Plan plan, Runs runs) throws IOException {
        int unknown = plan.unknown();
        if (unknown == 0) {
            return 0;
        }
        Arm any = plan.claim().experiment().arms().getFirst();
        return unknown * runs.recipe(new PlannedRun(any, 1, 0, false, false)).epochs();
    }

    /// Whether fewer seeds were asked for than the claim needs.
    private boolean lacksSeeds(Claim claim) {
        return seeds.isPresent() && seeds.getAsInt() < claim.experiment().leastSeeds();
    }

    /// The chosen claims without those that lack seeds.
    private List<Claim> tested() {
        return claims.stream().filter(claim -> !lacksSeeds(claim)).toList();
    }

    /// The training pictures of a folder that the caller named; empty without one. What an address names would have to be
    /// fetched first.
    private OptionalInt count(Runs runs) throws IOException {
        if (pictures.isEmpty() || pictures.get().contains("://")) {
            return OptionalInt.empty();
        }
        try {
            return OptionalInt.of(runs.openPictures().dataset().training().size());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the pictures were counted");
        }
    }

    /// Makes the runs that are missing, and writes the results.
    ///
    /// @param stop polled between steps; true to save and stop
    /// @return whether all runs are finished
    /// @throws IllegalArgumentException if the recipe has an unknown key or does not fit an arm, or
    ///     names no pictures where a run is still to begin
    /// @throws IOException if the folder holds other things, or runs of another recipe or of other
    ///     pictures; if the pictures are too few for a claim; or if a run fails
    public boolean run(BooleanSupplier stop) throws IOException, InterruptedException {
        List<Claim> tested = tested();
        if (tested.isEmpty() && !claims.isEmpty()) {
            throw new IllegalArgumentException(claims.getFirst().id() + " needs "
                    + claims.getFirst().experiment().leastSeeds() + " seeds, found " + seeds.orElseThrow());
        }
        requireOwnFolder();
        requireSameRecipe();
        long end = System.nanoTime() + budget.toNanos();
        Runs runs = runs(() -> stop.getAsBoolean() || System.nanoTime() - end > 0);
        List<Claim> untrained = new ArrayList<>();
        for (Claim claim : tested) { // refuses a recipe that does not fit an arm before hours are spent
            List<PlannedRun> missing = new Plan(claim, seeds.orElse(claim.seeds()), runs).missing();
            for (PlannedRun planned : missing) {
                runs.recipe(planned);
            }
            if (runs.needPictures(missing)) {
                untrained.add(claim);
            }
        }
        Optional<UsedPictures> used = Optional.empty();
        try {
            if (!untrained.isEmpty() || pictures.isPresent()) {
                Runs.Pictures opened = runs.openPictures();
                opened.requireEnough(untrained);
                used = Optional.of(new UsedPictures(
                        runs.pictures().map(DataSource::named).orElse(null), opened.fingerprint()));
                requireSamePictures(used.get(), opened.source());
            }
        } catch (IOException e) {
            if (runs.stop().getAsBoolean()) { // while they were fetched
                return false;
            }
            throw e;
        }
        begin(used);
        try {
            return work(runs, end, stop);
        } finally {
            write(runs);
        }
    }

    /// @return whether nothing is missing
    private boolean work(Runs runs, long end, BooleanSupplier stop) throws IOException, InterruptedException {
        while (!stop.getAsBoolean()) {
            List<PlannedRun> missing = new ArrayList<>();
            for (Claim claim : tested()) {
                missing.addAll(new Plan(claim, seeds.orElse(claim.seeds()), runs).missing());
            }
            if (missing.isEmpty()) {
                return true;
            }
            double epochSeconds = runs.secondsPerEpoch().orElse(0); // what the first run needs is not known
            boolean busy = false;
            boolean worked = false;
            for (PlannedRun planned : missing) {
                double left = (end - System.nanoTime()) / 1e9;
                double needed = runs.epochsLeft(planned) * epochSeconds;
                if (left <= 0 || (needed > left && !runs.hasBegun(planned))) {
                    continue;
                }
                listener.message("run " + runs.path(planned.arm(), planned.seed()));
                Runs.Outcome outcome = runs.work(planned);
                busy |= outcome == Runs.Outcome.BUSY;
                worked = outcome == Runs.Outcome.DONE;
                if (outcome != Runs.Outcome.BUSY) {
                    break; // what is missing may have changed
                }
            }
            if (worked) {
                write(runs);
            } else if (!busy) {
                return false;
            } else {
                Thread.sleep(WAIT);
            }
        }
        return false;
    }

    private Runs runs(BooleanSupplier stop) throws IOException {
        Optional<String> known = pictures.isPresent() ? pictures : usedPictures().map(UsedPictures::source);
        return new Runs(folder.resolve(RUNS), recipe, known, options, listener, stop);
    }

    /// The pictures that the folder's runs are trained on.
    ///
    /// @param source where the user said that they are; null for those of the recipe
    /// @param fingerprint of their labels and names, so that their folder may be moved
    private record UsedPictures(@Nullable String source, String fingerprint) {}

    /// Empty before the first run.
    private Optional<UsedPictures> usedPictures() throws IOException {
        Path file = folder.resolve(PICTURES);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            UsedPictures read = JSON.readValue(RegularFile.text(file), UsedPictures.class);
            if (read != null && read.fingerprint() != null) {
                return Optional.of(read);
            }
        } catch (JsonProcessingException e) {
            throw new IOException(file + DAMAGED, e);
        }
        throw new IOException(file + DAMAGED);
    }

    /// Checks that the folder's runs have the same pictures; else their errors could not be compared.
    private void requireSamePictures(UsedPictures found, String named) throws IOException {
        Optional<UsedPictures> before = usedPictures();
        if (before.isPresent() && !found.fingerprint().equals(before.get().fingerprint())) {
            String source = before.get().source();
            throw new IOException(folder + " holds runs of other pictures than " + named
                    + (source == null ? "" : ": those of " + source) + ". Name another folder, or those pictures");
        }
    }

    /// Checks that the folder is one, or can be made.
    private void requireFolder() throws IOException {
        for (Path path = folder.toAbsolutePath(); path != null; path = path.getParent()) {
            if (Files.exists(path)) {
                if (!Files.isDirectory(path)) {
                    throw new IOException(path + " is not a folder; name a folder for the runs and results");
                }
                return;
            }
        }
    }

    /// Checks that a folder with anything in it was made by this class, or holds kept runs alone.
    private void requireOwnFolder() throws IOException {
        requireFolder();
        if (Files.exists(folder.resolve(BASE)) || !Files.exists(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            Optional<String> other = entries.map(entry -> String.valueOf(entry.getFileName()))
                    .filter(name -> !name.equals(RUNS) && !name.startsWith(BASE) && !name.startsWith(".")).findFirst();
            if (other.isPresent()) {
                throw new IOException(folder + " holds other things, such as " + other.get() + "; name a new folder");
            }
        }
    }

    /// Checks that the folder's runs have the same base recipe; else arms could not be compared.
    private void requireSameRecipe() throws IOException {
        Path file = folder.resolve(BASE);
        if (Files.exists(file) && !RegularFile.text(file).equals(base())) {
            throw new IOException(folder + " holds runs of another recipe than " + recipe + " is now; " + file
                    + " has it. Name another folder, or that recipe");
        }
    }

    /// Writes the recipe and what identifies the pictures, unless another process did so since the folder was looked at.
    private void begin(Optional<UsedPictures> used) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        try (LockFile _ = LockFile.take(folder.resolve(BASE + ".lock"), () -> {}, () -> false)) {
            if (!Files.exists(folder.resolve(BASE))) {
                AtomicFiles.writeString(folder.resolve(BASE), base());
            }
            if (used.isPresent() && usedPictures().map(before -> isMoved(before, used.get())).orElse(true)) {
                AtomicFiles.writeString(folder.resolve(PICTURES), JSON.writeValueAsString(used.get()) + "\n");
            }
        }
        requireSameRecipe();
        if (used.isPresent()) {
            requireSamePictures(used.get(), Objects.requireNonNullElse(used.get().source(), "those of the recipe"));
        }
    }

    /// Whether the same pictures are at another place now.
    private static boolean isMoved(UsedPictures before, UsedPictures now) {
        return now.source() != null && now.fingerprint().equals(before.fingerprint())
                && !now.source().equals(before.source());
    }

    private String base() throws IOException {
        return RecipeReader.write(Recipes.read(recipe, Map.of()));
    }

    private Result result(Claim claim, Runs runs) throws IOException {
        ClaimCheck.Reading reading = new ClaimCheck(runs).read(claim);
        boolean oneSet = claim.experiment() instanceof Claim.Neighbors || claim.experiment() instanceof Claim.Averages;
        Verdict verdict = claim.experiment() instanceof Claim.Elsewhere
                ? Verdict.NOT_TESTED
                : reading.more().get("verdict") instanceof Verdict own
                        ? own
                        : reading.comparison().map(found -> Verdict.of(found, oneSet)).orElse(Verdict.NOT_RESOLVED);
        double seconds = 0;
        SortedSet<String> builds = new TreeSet<>();
        for (Result.Run run : reading.runs()) {
            Path path = folder.resolve(run.folder());
            seconds += FinishedRun.epochs(path).stream().mapToDouble(Epoch::seconds).sum();
            Path build = path.resolve(Build.FILE);
            if (Files.exists(build)) {
                builds.add(RegularFile.text(build).strip());
            }
        }
        int diverged = 0;
        for (Arm arm : claim.experiment().arms()) {
            for (int seed : runs.seeds(arm)) {
                diverged += runs.diverged(arm, seed) ? 1 : 0;
            }
        }
        Interval interval = reading.comparison().map(ArmDifference::seeds).orElse(null);
        Double paper = claim.paperEffect().isPresent() ? claim.paperEffect().getAsDouble() : null;
        Boolean holds = null;
        if (interval != null && interval.hasWidth() && paper != null
                && !Boolean.TRUE.equals(reading.more().get(ClaimCheck.BOUND))) {
            holds = interval.low() <= paper && paper <= interval.high();
        }
        return new Result(claim.id(), claim.section(), claim.statement(), claim.paper(), paper, reading.unit(), verdict,
                reading.comparison().orElse(null), holds, reading.judged(), reading.more(), reading.runs(),
                reading.seeds(),
                claim.seeds(), diverged, claim.note(), List.copyOf(builds), seconds);
    }

    /// The curves of a claim about epochs; none of another one.
    private List<ClaimFigure.Curve> curves(Claim claim, Result result) throws IOException {
        List<ClaimFigure.Curve> curves = new ArrayList<>();
        if (claim.experiment() instanceof Claim.EpochsTo) {
            for (Result.Run run : result.runs()) {
                curves.add(new ClaimFigure.Curve(run.arm(), run.seed(),
                        FinishedRun.epochs(folder.resolve(run.folder()))));
            }
        }
        return curves;
    }

    /// Writes the results of all claims, also of those that are not asked for now.
    private void write(Runs runs) throws IOException {
        List<Result> results = new ArrayList<>();
        for (Claim claim : Claims.all()) {
            Result result = result(claim, runs);
            results.add(result);
            if (!result.runs().isEmpty()) {
                Path own = folder.resolve("claims").resolve(claim.id());
                Files.createDirectories(own);
                AtomicFiles.writeString(own.resolve("result.json"), JSON.writeValueAsString(result) + "\n");
                List<ClaimFigure.Curve> curves = curves(claim, result);
                AtomicFiles.writeString(own.resolve("figure.csv"),
                        String.join("\n", curves.isEmpty() ? ClaimTable.runs(result) : ClaimTable.curves(curves))
                                + "\n");
                Optional<String> figure = ClaimFigure.svg(claim.experiment(), result, curves);
                if (figure.isPresent()) {
                    AtomicFiles.writeString(own.resolve("figure.svg"), figure.get());
                }
            }
        }
        AtomicFiles.writeString(folder.resolve("claims.md"), ClaimTable.markdown(results));
    }
}
