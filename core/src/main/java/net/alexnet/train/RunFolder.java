package net.alexnet.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.data.RejectedImage;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.LockFile;
import net.alexnet.io.RegularFile;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.RecipeReader;

/// The folder of one run.
///
/// @param path of the folder
public record RunFolder(Path path) {
    private static final String RECIPE = "recipe.yaml";
    private static final String LOCK = "lock";
    private static final String CHECKPOINTS = "checkpoints";
    private static final Set<String> BARE = Set.of(RECIPE, RejectedImage.FILE, LOCK, "launch");
    private static final String LINEAR = "linear.safetensors";
    private static final String LATEST = "latest";
    private static final JsonMapper JSON = new JsonMapper();

    /// The launcher's name of the run, by which its ranks find it when they are started again.
    private static final String LAUNCH = "launch";
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

    /// Creates a new run's folder, named after the time and the recipe.
    ///
    /// @param runs the folder of all runs, created if necessary
    public static RunFolder create(Path runs, Recipe recipe) throws IOException {
        return create(runs, name(runs, recipe), recipe);
    }

    /// The model that fine-tuning starts from: the base with a linear classifier of its features as its last layer. It can be
    /// used while the run goes on.
    public Path linear() {
        return path.resolve(LINEAR);
    }

    /// The run among these that a launcher gave this name, if it has a checkpoint.
    ///
    /// @param name that the launcher gives all attempts; empty if it gives none
    public static Optional<RunFolder> launched(Path runs, String name) throws IOException {
        if (name.isEmpty() || !Files.isDirectory(runs)) {
            return Optional.empty();
        }
        try (Stream<Path> all = Files.list(runs)) {
            for (Path path : all.toList()) {
                Path file = path.resolve(LAUNCH);
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.readString(file).equals(name)
                        && new RunFolder(path).checkpoints(1).latest().isPresent()) {
                    return Optional.of(new RunFolder(path));
                }
            }
        }
        return Optional.empty();
    }

    /// Whether its last checkpoint is that of a finished run.
    public boolean isFinished() throws IOException {
        Optional<Path> last = checkpoints(1).latest();
        return last.isPresent() && checkpoints(1).state(last.get()).finished(recipe().epochs());
    }

    /// Notes the launcher's name of the run.
    public void launchedBy(String name) throws IOException {
        if (!name.isEmpty()) {
            AtomicFiles.writeString(path.resolve(LAUNCH), name);
        }
    }

    /// Creates the folder of a cross-validation, for runs `fold-1` and so on. It has no recipe and is not a run itself.
    ///
    /// @param runs the folder of all runs, created if necessary
    public static RunFolder createForFolds(Path runs, Recipe recipe) throws IOException {
        return new RunFolder(makeFree(runs, name(runs, recipe)));
    }

    private static String name(Path runs, Recipe recipe) throws IOException {
        RegularFile.makeFolder(runs);
        if (Files.isDirectory(runs.resolve(LATEST), LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(
                    runs.resolve(LATEST) + " is a folder, expected a link to the newest run. Move it away,"
                            + " or name another folder with --runs");
        }
        return LocalDateTime.now(ZoneId.systemDefault()).format(STAMP) + "-"
                + recipe.name().replaceAll("[^A-Za-z0-9._-]", "-");
    }

    /// Creates a new run's folder of this name, with a number at its end if the name is taken.
    ///
    /// @param runs the folder of all runs; it exists
    public static RunFolder create(Path runs, String name, Recipe recipe) throws IOException {
        Path path = makeFree(runs, name);
        AtomicFiles.writeString(path.resolve(RECIPE), RecipeReader.write(recipe));
        return new RunFolder(path);
    }

    private static Path makeFree(Path runs, String name) throws IOException {
        Path path = runs.resolve(name);
        for (int again = 2; Files.exists(path); again++) {
            path = runs.resolve(name + "-" + again);
        }
        return Files.createDirectory(path);
    }

    /// Points the link `latest` in the parent folder at this one. A file system without links gets a text file with the name.
    void becomeLatest() throws IOException {
        Path latest = path.resolveSibling(LATEST);
        Path draft = path.resolveSibling(LATEST + "." + path.getFileName());
        try {
            Files.createSymbolicLink(draft, path.getFileName());
        } catch (UnsupportedOperationException | FileSystemException e) {
            AtomicFiles.writeString(latest, path.getFileName() + "\n");
            return;
        }
        AtomicFiles.move(draft, latest);
    }

    /// Opens a run's folder. `latest` is resolved at once, so later runs do not change the result.
    ///
    /// @throws IOException if the folder does not exist or is not a run's
    public static RunFolder open(Path path) throws IOException {
        Path folder = pointedAt(path);
        if (!Files.exists(folder)) {
            throw new IOException("there is no run at " + folder + "; expected the folder of a run");
        }
        Path fold = folder.resolve("fold-1");
        if (!Files.exists(folder.resolve(RECIPE)) && Files.exists(fold.resolve(RECIPE))) {
            throw new IOException(
                    folder + " is a cross-validation with several runs; name one of them, such as " + fold);
        }
        if (!Files.isRegularFile(folder.resolve(RECIPE))) {
            throw new IOException(folder + " is not the folder of a run: it has no " + RECIPE
                    + "; expected a folder such as runs/latest");
        }
        return new RunFolder(folder);
    }

    private static Path pointedAt(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            return path.resolveSibling(Files.readSymbolicLink(path));
        }
        return Files.isRegularFile(path) && path.endsWith(LATEST)
                ? path.resolveSibling(RegularFile.text(path).strip())
                : path;
    }

    /// Locks the run for training, without waiting: two processes that train it would truncate each other's log and
    /// delete each other's checkpoints. To resume a run, lock it before reading its checkpoints. Reading needs no lock.
    ///
    /// @throws IOException if this process or another one has locked the run, or the lock cannot be created
    public Lock lock() throws IOException {
        RegularFile.requireOwnFolderOrMissing(path.resolve(CHECKPOINTS)); // or another run's would be removed
        Path file = path.resolve(LOCK);
        Optional<LockFile> taken;
        try {
            taken = LockFile.tryTake(file);
        } catch (IOException e) {
            throw new IOException("cannot write " + file + ", which keeps other processes from training this run: "
                    + AtomicFiles.reason(e), e);
        }
        return new Lock(this, taken.orElseThrow(() -> new IOException("run " + path
                + " is locked: this process or another one is training it. Wait until it ends, or stop it")));
    }

    /// Whether a process is training the run, this one included, as far as that can be told.
    boolean isLocked() {
        Path file = path.resolve(LOCK);
        if (!Files.exists(file)) {
            return false;
        }
        try {
            Optional<LockFile> taken = LockFile.tryTake(file);
            if (taken.isPresent()) {
                taken.get().close();
            }
            return taken.isEmpty();
        } catch (IOException e) {
            return false; // another user's
        }
    }

    /// Whether the log has the run's last epoch, whatever became of its checkpoints.
    boolean isLoggedToItsEnd() {
        try {
            Recipe recipe = recipe();
            double stopAt = recipe.monitor().stopAtTrainingError();
            return RegularFile.text(log()).lines().filter(line -> line.contains("\"epoch\"")).map(RunFolder::parsed)
                    .filter(line -> line.path("kind").asText().equals("epoch"))
                    .anyMatch(line -> line.path("epoch").asInt() >= recipe.epochs()
                            || line.path("training_top1_error").asDouble(1) <= stopAt);
        } catch (IOException e) {
            return false;
        }
    }

    private static JsonNode parsed(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) { // a last line that a crash cut off
            return JSON.missingNode();
        }
    }

    /// A locked run. Closing it releases the lock, and removes the folder if no run has begun in it, for example because
    /// its images cannot be read.
    public record Lock(RunFolder folder, LockFile file) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            file.close();
            folder.removeIfBare();
        }
    }

    /// Removes the folder if it has no checkpoint, no log, and no file of a user.
    private void removeIfBare() throws IOException {
        if (!Files.isDirectory(path)) {
            return;
        }
        try (Stream<Path> files = Files.list(path)) {
            if (!files.allMatch(file -> BARE.contains(String.valueOf(file.getFileName())))) {
                return;
            }
        }
        AtomicFiles.deleteTree(path);
    }

    /// The log of the run, a JSON object a line.
    public Path log() {
        return path.resolve(MetricsLogger.LOG);
    }

    /// The run's whole recipe.
    public Recipe recipe() throws IOException {
        Path file = path.resolve(RECIPE);
        return RecipeReader.read(file.toString(), RegularFile.text(file), Map.of());
    }

    /// Logs the errors of this run on test pictures. The caller holds the lock.
    ///
    /// @param step the run's last
    /// @param data names the pictures
    public void logTest(long step, String data, Report errors) throws IOException {
        MetricsLogger.test(path, step, data, errors);
    }

    /// The run's checkpoints.
    ///
    /// @param keep how many of the newest checkpoints a save keeps
    public CheckpointStore checkpoints(int keep) {
        return new CheckpointStore(path.resolve(CHECKPOINTS), keep);
    }
}
