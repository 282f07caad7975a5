package net.alexnet.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import net.alexnet.exchange.ChoiceException;
import net.alexnet.exchange.ImportOptions;
import net.alexnet.exchange.Importer;
import net.alexnet.files.AtomicFiles;
import net.alexnet.model.ImageNet;
import net.alexnet.model.Model;
import net.alexnet.weights.WeightFile;

/// From a published file to a model file of ours.
final class PulledImport {
    private PulledImport() {}

    /// Writes `out`, whole or not at all.
    ///
    /// @param file as published, its hash checked
    /// @throws IOException if it does not hold what the entry says
    static void run(Path file, CatalogueEntry entry, Path out) throws IOException {
        if (entry.dialect().equals(CatalogueEntry.OWN)) {
            Model.cardOf(file); // refuses what is no model
            AtomicFiles.write(out, stream -> Files.copy(file, stream));
            return;
        }
        try (WeightFile weights = Importer.open(file)) {
            ImportOptions.Source source = new ImportOptions.Source(Optional.of(entry.licence()),
                    Optional.of(entry.addresses().getFirst().toString()), Optional.of(entry.accuracy().views()));
            ImportOptions options = ImportOptions.of(Dialects.named(entry.dialect())).withSource(source);
            ImageNet.Order order = entry.classOrder();
            Importer.read(weights, order == null ? options : options.withOrder(order)).write(out);
        } catch (ChoiceException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
