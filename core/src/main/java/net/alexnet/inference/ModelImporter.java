package net.alexnet.inference;

import module java.base;
import net.alexnet.data.ProgressListener;

/// Opens models that are not model files of this library: files of other programs such as
/// `alexnet.pth`, and published models by their names. [ServiceLoader] finds the implementations;
/// the module `interop` has one.
///
/// Implementations are safe for use by many threads.
public interface ModelImporter {
    /// Whether [#open] is worth a try: the path is a file whose first bytes are those of a format
    /// that this importer reads, or a folder that such a file was unpacked to, so that [#open] can say so,
    /// or no such file exists and the path is the name of a model that
    /// the importer knows.
    ///
    /// @return false also for a file that cannot be read
    boolean reads(Path model);

    /// Opens a model. Its weights have this library's names, order of axes and order of colors.
    ///
    /// @param model a file, or a name
    /// @throws IOException if the file is damaged, or does not tell enough to make a model of it,
    ///     or the named model was not downloaded yet; the message says what to do
    Model.Stored open(Path model) throws IOException;

    /// The names of the published models that the importer knows.
    List<String> published();

    /// Fetches a published model that is not on this machine yet. Does nothing for files and for unknown names.
    ///
    /// @param model a file, or a name
    /// @param progress is told what is fetched, its size and its license, and how it goes
    /// @param stop asked often whether to give up
    /// @throws IOException if it cannot be fetched; the message says what to download by hand
    void fetchIfAbsent(Path model, ProgressListener progress, BooleanSupplier stop)
            throws IOException, InterruptedException;

    /// Fetches a published model by any importer on the path.
    static void fetch(Path model, ProgressListener progress, BooleanSupplier stop)
            throws IOException, InterruptedException {
        for (ModelImporter importer : installed()) {
            importer.fetchIfAbsent(model, progress, stop);
        }
    }

    /// The importers on the class path or module path; none if there are none.
    static List<ModelImporter> installed() {
        return ServiceLoader.load(ModelImporter.class, ModelImporter.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get).toList();
    }
}
