package net.alexnet.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds the parts of a source folder: in `train/` and `val/`, or all together in the folder itself.
///
/// A folder named like a part is a part only if both parts are there, or nothing else is; otherwise it is a class: a
/// collection of vehicles may well have a class `train`. Upper and lower case are the same, as are the other usual
/// names.
///
/// @param training the folder of class folders for training
/// @param validation the folder of class folders for validation; empty if there is none
/// @param parts all folders named like a part, these two and others, such as a `test/` beside `val/`; empty if there is no part
record SplitFolders(Path training, Optional<Path> validation, List<Path> parts) {
    private static final List<String> TRAINING = List.of("train", "training");
    private static final List<String> VALIDATION = List.of("val", "valid", "validation", "test", "testing");

    static SplitFolders of(Path source) throws IOException {
        List<String> folders = FolderScan.subfolders(source);
        Optional<Path> training = first(TRAINING, folders).map(source::resolve);
        Optional<Path> validation = first(VALIDATION, folders).map(source::resolve);
        boolean alone = folders.size() == 1;
        List<Path> parts = folders.stream().filter(SplitFolders::isPart).map(source::resolve).toList();
        if (training.isPresent() && (validation.isPresent() || alone)) {
            return new SplitFolders(training.get(), validation, parts);
        }
        return alone && validation.isPresent()
                ? new SplitFolders(source, validation, parts)
                : new SplitFolders(source, Optional.empty(), List.of());
    }

    private static boolean isPart(String folder) {
        return Stream.concat(TRAINING.stream(), VALIDATION.stream()).anyMatch(folder.toLowerCase(Locale.ROOT)::equals);
    }

    private static Optional<String> first(List<String> wanted, List<String> folders) {
        return wanted.stream()
                .flatMap(name -> folders.stream().filter(folder -> folder.toLowerCase(Locale.ROOT).equals(name)))
                .findFirst();
    }
}
