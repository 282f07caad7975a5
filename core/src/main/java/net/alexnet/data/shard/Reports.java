package net.alexnet.data.shard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.RejectedImage;
import net.alexnet.io.AtomicFiles;

/// The tables beside a prepared dataset, one line a picture. A table without lines is not written.
final class Reports {
    static final String REJECTED = "rejected.tsv";
    static final String DUPLICATES = "duplicates.tsv";

    private Reports() {}

    /// What [#writeRejected] wrote; nothing where nothing was rejected.
    static List<RejectedImage> readRejected(Path folder) throws IOException {
        Path file = folder.resolve(REJECTED);
        if (!Files.exists(file)) {
            return List.of();
        }
        List<RejectedImage> rejected = new ArrayList<>();
        for (String line : Files.readAllLines(file).stream().skip(1).toList()) {
            int tab = line.indexOf('\t');
            rejected.add(new RejectedImage(line.substring(0, Math.max(0, tab)), line.substring(tab + 1)));
        }
        return rejected;
    }

    /// What was left out and why.
    static void writeRejected(Path folder, List<RejectedImage> rejected) throws IOException {
        write(folder.resolve(REJECTED), line("file", "reason"),
                rejected.stream().map(one -> line(one.name(), one.reason())).toList());
    }

    /// Equal pictures, each group under a number.
    static void writeDuplicates(Path folder, Dataset source, List<List<Duplicates.Copy>> groups) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int group = 0; group < groups.size(); group++) {
            for (Duplicates.Copy copy : groups.get(group)) {
                lines.append(line(String.valueOf(group + 1), copy.split().prefix(),
                        source.classes().get(copy.label()), name(source, copy)));
            }
        }
        write(folder.resolve(DUPLICATES), line("group", "split", "class", "file"),
                lines.isEmpty() ? List.of() : List.of(lines.toString()));
    }

    static String name(Dataset source, Duplicates.Copy copy) {
        ImageDataset set = copy.split() == Split.TRAINING ? source.training() : source.validation();
        return set.name(copy.index());
    }

    private static void write(Path file, String header, List<String> lines) throws IOException {
        if (lines.isEmpty()) {
            Files.deleteIfExists(file); // of an earlier attempt
            return;
        }
        AtomicFiles.write(file, out -> {
            out.write(header.getBytes(StandardCharsets.UTF_8));
            for (String line : lines) {
                out.write(line.getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    private static String line(String... cells) {
        return Arrays.stream(cells).map(cell -> cell.replaceAll("[\\t\\r\\n]", " "))
                .collect(Collectors.joining("\t", "", "\n"));
    }
}
