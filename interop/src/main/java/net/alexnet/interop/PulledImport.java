package net.alexnet.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import net.alexnet.inference.ImageNet;
import net.alexnet.inference.Model;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.WeightFile;

/// From a published file to a model file of ours.
public final class PulledImport {
    private PulledImport() {}

    /// Writes `out`, whole or not at all.
    ///
    /// @param file as published, its hash checked
    /// @throws IOException if it does not hold what the entry says
    public static void run(Path file, CatalogueEntry entry, Path out) throws IOException {
        if (entry.layout().equals(CatalogueEntry.OWN)) {
            Model.cardOf(file); // refuses what is no model
            AtomicFiles.write(out, stream -> Files.copy(file, stream));
            return;
        }
        try (WeightFile weights = Importer.open(file)) {
            ImportOptions.Source source = new ImportOptions.Source(Optional.of(entry.license()),
                    Optional.of(entry.addresses().getFirst().toString()), Optional.of(entry.accuracy().views()));
            ImportOptions options = ImportOptions.of(WeightLayout.of(entry.layout()).orElseThrow()).withSource(source);
            ImageNet.Order order = entry.classOrder();
            Importer.read(weights, order == null ? options : options.withOrder(order)).write(out);
        } catch (ImportException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
