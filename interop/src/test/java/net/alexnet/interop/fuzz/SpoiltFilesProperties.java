package net.alexnet.interop.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.alexnet.io.AtomicFiles;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/// Other spoilt files with every build; the seed of one that fails is in the report.
class SpoiltFilesProperties implements AutoCloseable {
    private static final int TRIES = 300;

    private final Path folder = Files.createTempDirectory("spoilt");

    SpoiltFilesProperties() throws IOException {}

    // A seed has no smaller one that means something.
    @Property(tries = 4 * TRIES, shrinking = ShrinkingMode.OFF)
    void areReadOrRefused(@ForAll Target target, @ForAll long seed) throws IOException {
        new Attack(target, folder).attempt(seed);
    }

    @Override
    public void close() throws IOException {
        AtomicFiles.deleteTree(folder);
    }
}
