package net.alexnet.shards;

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
import net.alexnet.dataset.Dataset;
import net.alexnet.files.Hashes;
import net.alexnet.image.Encoding;
import net.alexnet.shards.Preparer.Outcome;

/// Prepares toy datasets and looks at what came of it.
final class Preparing implements PrepareProgress {
    static final int SIDE = 16;
    static final Preparation SETTINGS = new Preparation(SIDE, 3, Encoding.LOSSLESS, Preparation.MIN_SHARD_BYTES, 7);

    final List<String> warnings = new ArrayList<>();
    final List<String> stages = new ArrayList<>();
    int workers = 2;
    boolean strict;
    BooleanSupplier stop = () -> false;
    private long last;

    Outcome run(Dataset source, Path folder, Preparation settings) throws IOException, InterruptedException {
        return Preparer.prepare(source, folder, settings, tools());
    }

    Preparer.Tools tools() {
        return new Preparer.Tools(EncodedSet.CODEC, workers, strict, this, stop);
    }

    /// Prepares a dataset to its end.
    static ShardedDataset finished(Dataset source, Path folder) throws IOException, InterruptedException {
        return finished(new Preparing().run(source, folder, SETTINGS));
    }

    static ShardedDataset finished(Outcome outcome) {
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
    public void report(Stage stage, long done, long total) {
        if (stages.isEmpty() || !stages.getLast().equals(stage.name())) {
            stages.add(stage.name());
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
