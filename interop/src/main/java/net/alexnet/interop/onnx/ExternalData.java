package net.alexnet.interop.onnx;

import module java.base;
import net.alexnet.io.MappedFile;

/// The files beside a model in which it keeps values. A model may name only plain files of its own folder: a path, or a link
/// that could lead out of it, is refused.
final class ExternalData {
    private static final int MAX_FILES = 100;

    private final Path model;
    private final Map<String, MemorySegment> files = new HashMap<>();

    ExternalData(Path model) {
        this.model = model;
    }

    /// The bytes that a tensor's `external_data` describes.
    ///
    /// @param where the tensor, for errors
    /// @param place `location`, and perhaps `offset` and `length`; other keys are passed over
    /// @param bytes how many the tensor needs
    MemorySegment part(String where, Map<String, String> place, long bytes) throws IOException {
        MemorySegment file = file(where, place.getOrDefault("location", ""));
        long offset = number(where, place.getOrDefault("offset", "0"));
        long length = number(where, place.getOrDefault("length", Long.toString(bytes)));
        if (length != bytes || offset > file.byteSize() || bytes > file.byteSize() - offset) {
            throw new IOException(
                    where + "needs " + bytes + " bytes, found " + length + " from byte " + offset + " of '"
                            + place.get("location") + "', which has " + file.byteSize());
        }
        return file.asSlice(offset, bytes);
    }

    private MemorySegment file(String where, String name) throws IOException {
        MemorySegment known = files.get(name);
        if (known != null) {
            return known;
        }
        if (files.size() == MAX_FILES) {
            throw new IOException("its values are in more than " + MAX_FILES + " files, the limit");
        }
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("/") || name.contains("\\")
                || name.indexOf(0) >= 0) {
            throw new IOException(
                    where + "has its values in '" + name + "'; only a file in the model's own folder is read");
        }
        Path file = model.resolveSibling(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(where + "has its values in " + file
                    + ", which must be a plain file beside the model"
                    + (Files.isSymbolicLink(file) ? ", and is a link" : "; put it there"));
        }
        MemorySegment mapped = MappedFile.lasting(file, "a file of values");
        files.put(name, mapped);
        return mapped;
    }

    private static long number(String where, String text) throws IOException {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IOException(where + "has the offset or length '" + text + "', expected a whole number from 0 on");
        }
        return Long.parseLong(text);
    }
}
