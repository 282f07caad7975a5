package net.alexnet.data;

import module java.base;

/// Labeled pictures in one file, none of which are read yet.
///
/// @param classes the names of the classes, which the labels are indices into; empty if the file does not have them
/// @param labels the different labels, as texts
/// @param codes of each picture: which of the labels it has
/// @param pictures gives a picture by its number
@SuppressWarnings("ArrayRecordComponent") // one for each file, never compared
public record PictureTable(
        List<String> classes, List<String> labels, int[] codes, IntFunction<Sample.Source> pictures) {
    public PictureTable {
        classes = List.copyOf(classes);
        labels = List.copyOf(labels);
    }

    /// Opens files of one kind. [ServiceLoader] finds the implementations; the module `interop` has them.
    public interface Reader {
        /// Whether a file's name, in lower case, is that of such a file.
        boolean reads(String name);

        /// Opens a file.
        ///
        /// @throws IOException if it is damaged or lacks pictures or labels; the message names the file
        PictureTable open(Path file) throws IOException;

        /// The readers on the class path or module path; none if there are none.
        static List<Reader> installed() {
            return ServiceLoader.load(Reader.class, Reader.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get).toList();
        }
    }
}
