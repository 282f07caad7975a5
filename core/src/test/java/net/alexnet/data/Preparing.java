package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import net.alexnet.data.DatasetPreparer.Outcome;
import net.alexnet.data.image.Encoding;
import net.alexnet.io.Hashes;

/// Prepares toy datasets and keeps what it is told.
final class Preparing implements ProgressListener {
    static final int SIDE = 16;
    static final PreparationSettings SETTINGS = new PreparationSettings(SIDE, 3, Encoding.LOSSLESS,
            PreparationSettings.MIN_SHARD_BYTES, 7);

    final List<String> warnings = new ArrayList<>();
    final List<String> stages = new ArrayList<>();
    int workers = 2;
    boolean strict;
    BooleanSupplier stop = () -> false;
    private long last;

    Outcome run(Dataset source, Path folder, PreparationSettings settings) throws IOException, InterruptedException {
        return DatasetPreparer.prepare(source, folder, settings, resources());
    }

    DatasetPreparer.Resources resources() {
        return new DatasetPreparer.Resources(EncodedSet.CODEC, workers, strict, this, stop);
    }

    /// Prepares a dataset to its end.
    static PreparedDataset finished(Dataset source, Path folder) throws IOException, InterruptedException {
        return finished(new Preparing().run(source, folder, SETTINGS));
    }

    static PreparedDataset finished(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Finished.class);
        return ((Outcome.Finished) outcome).dataset();
    }

    /// Every file of a folder with its SHA-256, by name.
    static Map<String, String> files(Path folder) throws IOException {
        TreeMap<String, String> files = new TreeMap<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.toList()) {
                files.put(entry.getFileName().toString(), Hashes.hex(entry));
            }
        }
        return files;
    }

    @Override
    public void progress(String task, long done, long total) {
        if (stages.isEmpty() || !stages.getLast().equals(task)) {
            stages.add(task);
            last = 0;
        }
        assertThat(done).isBetween(last, total);
        last = done;
    }

    @Override
    public void warning(String text) {
        warnings.add(text);
    }
}
