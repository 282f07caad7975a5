package net.alexnet.train.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.alexnet.io.AtomicFiles;

/// The names of checkpoint folders, and the moves between them:
///
/// ```
/// step-00001234             a checkpoint
/// .writing-step-00001234    being written, or left by a crash
/// .replaced-step-00001234   renamed before a new one of the same step; it is the checkpoint while there is no new one
/// .removed-step-00001234    being deleted, or left by a crash
/// ```
///
/// @param root the folder that holds them
record CheckpointFolders(Path root) {
    private static final String WRITING = ".writing-";
    private static final String REPLACED = ".replaced-";
    private static final String REMOVED = ".removed-";
    private static final Pattern CHECKPOINT = Pattern.compile("(?:\\.replaced-)?step-([0-9]{8,18})");

    Path of(long step) {
        return root.resolve(name(step));
    }

    private static String name(long step) {
        return String.format(Locale.ROOT, "step-%08d", step);
    }

    /// The checkpoints by step.
    NavigableMap<Long, Path> bySteps() throws IOException {
        NavigableMap<Long, Path> found = new TreeMap<>();
        for (Path path : children()) {
            OptionalLong step = stepOf(path);
            if (step.isPresent() && Files.isDirectory(path)) {
                found.merge(step.getAsLong(), path, (one, other) -> of(step.getAsLong()));
            }
        }
        return found;
    }

    /// The step in the name of a checkpoint's folder.
    static OptionalLong stepOf(Path folder) {
        Matcher matcher = CHECKPOINT.matcher(String.valueOf(folder.getFileName()));
        return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    /// Creates the root, and removes what a crash left.
    void prepare() throws IOException {
        Files.createDirectories(root);
        for (Path path : children()) {
            String name = String.valueOf(path.getFileName());
            if (name.startsWith(REPLACED) && Files.notExists(root.resolve(name.substring(REPLACED.length())))) {
                AtomicFiles.move(path, root.resolve(name.substring(REPLACED.length())));
            } else if (name.startsWith(WRITING) || name.startsWith(REPLACED) || name.startsWith(REMOVED)) {
                AtomicFiles.deleteTree(path);
            }
        }
    }

    /// Creates the folder into which a checkpoint is written.
    Path draft(long step) throws IOException {
        return Files.createDirectory(root.resolve(WRITING + name(step)));
    }

    /// Turns a complete draft into the checkpoint of its step.
    void publish(Path draft, long step) throws IOException {
        AtomicFiles.syncFolder(draft);
        Path target = of(step);
        if (Files.notExists(target)) {
            AtomicFiles.move(draft, target);
            return;
        }
        Path aside = root.resolve(REPLACED + name(step));
        AtomicFiles.move(target, aside);
        try {
            AtomicFiles.move(draft, target);
        } catch (IOException e) {
            AtomicFiles.move(aside, target);
            throw e;
        }
        AtomicFiles.deleteTree(aside);
    }

    /// Deletes a checkpoint. It is renamed first, so that no process finds half of it.
    void discard(Path checkpoint) throws IOException {
        Path removed = root.resolve(REMOVED + checkpoint.getFileName());
        AtomicFiles.move(checkpoint, removed);
        AtomicFiles.deleteTree(removed);
    }

    private List<Path> children() throws IOException {
        if (Files.notExists(root)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(root)) {
            return paths.toList();
        }
    }
}
