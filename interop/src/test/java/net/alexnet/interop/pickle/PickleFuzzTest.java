package net.alexnet.interop.pickle;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.data.PictureTable;
import net.alexnet.fuzz.Fuzz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Spoilt batches of CIFAR-10 in its Python form. CONTRIBUTING.md says how to run it for longer.
class PickleFuzzTest {
    @TempDir
    Path folder;

    @Test
    void batches() throws Exception {
        Path file = folder.resolve("test_batch");
        new Fuzz("pickle of CIFAR-10",
                List.of(CifarBatchesTest.file("python2.pickle"), CifarBatchesTest.file("python3.pickle")), bytes -> {
                    Files.write(file, bytes);
                    readAll(new CifarBatches().open(file));
                }).run();
    }

    @Test
    void namesOfClasses() throws Exception {
        Path file = Files.write(folder.resolve("test_batch"), CifarBatchesTest.file("python2.pickle"));
        new Fuzz("pickle of names", List.of(CifarBatchesTest.file("batches.meta")), bytes -> {
            Files.write(folder.resolve("batches.meta"), bytes);
            readAll(new CifarBatches().open(file));
        }).run();
    }

    private static void readAll(PictureTable table) throws Exception {
        for (int i = 0; i < table.codes().length; i++) {
            table.pictures().apply(i).content();
        }
    }
}
