package net.alexnet.server.studio;

import module java.base;
import net.alexnet.data.RejectedImage;
import net.alexnet.io.RegularFile;
import net.alexnet.report.HtmlReport;
import net.alexnet.train.RunFolder;

/// Checks that the files of a run are its own. A folder of runs may come from others, and a link in
/// it may lead to any file of this machine, which the page would then show.
final class RunFiles {
    private static final long MOST_LOG = 1L << 30;
    private static final List<String> TEXTS = List.of("recipe.yaml", HtmlReport.FILE, RejectedImage.FILE);
    private static final List<String> OF_CHECKPOINTS = List.of("state.json", "state.json.sha256", "model.safetensors");

    private RunFiles() {}

    /// Checks the files that pages are made of: they are missing, or regular files in the run's
    /// folder of bounded size.
    ///
    /// @throws IOException if one is not; the message says which
    static void check(RunFolder run) throws IOException {
        Path real = run.path().toRealPath();
        for (String name : TEXTS) {
            checkFile(run.path().resolve(name), real, RegularFile.TEXT_LIMIT);
        }
        checkFile(run.log(), real, MOST_LOG);
        Path checkpoints = run.path().resolve("checkpoints");
        if (Files.exists(checkpoints, LinkOption.NOFOLLOW_LINKS)) {
            requireInside(checkpoints, real);
        }
    }

    /// Checks the files of a checkpoint.
    ///
    /// @throws IOException as from [#check]
    static void checkCheckpoint(RunFolder run, Path checkpoint) throws IOException {
        Path real = run.path().toRealPath();
        requireInside(checkpoint, real);
        for (String name : OF_CHECKPOINTS) {
            checkFile(checkpoint.resolve(name), real, Long.MAX_VALUE);
        }
    }

    /// Whether a run has a checkpoint, and files of its own.
    static boolean hasCheckpoint(RunFolder run) {
        try {
            check(run);
            return run.checkpoints(1).latest().isPresent();
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private static void checkFile(Path file, Path folder, long most) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            requireInside(file, folder);
            long size = RegularFile.size(file);
            if (size > most) {
                throw new FileSystemException(file.toString(), null, "it has " + size + " bytes; the limit is " + most);
            }
        }
    }

    private static void requireInside(Path file, Path folder) throws IOException {
        if (!file.toRealPath().startsWith(folder)) {
            throw new FileSystemException(file.toString(), null,
                    "it is a link that leads out of the run's folder. Put the file itself there");
        }
    }
}
