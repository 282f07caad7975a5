package net.alexnet.interop;

import module java.base;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;

/// A file in which all names begin with the same prefix, under its names without it. Training programs put one there:
/// `model.` (Lightning), `net.`, `backbone.`.
record PrefixedWeights(WeightFile file, String prefix) implements WeightFile {
    /// The file itself, or without the shortest prefix behind which a layout knows one of the names.
    static WeightFile strip(WeightFile file) {
        List<String> names = file.names();
        if (names.isEmpty() || names.stream().anyMatch(PrefixedWeights::known)) {
            return file;
        }
        String first = names.getFirst();
        for (int dot = first.indexOf('.'); dot >= 0; dot = first.indexOf('.', dot + 1)) {
            String prefix = first.substring(0, dot + 1);
            if (!names.stream().allMatch(name -> name.startsWith(prefix))) {
                return file;
            }
            if (names.stream().anyMatch(name -> known(name.substring(prefix.length())))) {
                return new PrefixedWeights(file, prefix);
            }
        }
        return file;
    }

    private static boolean known(String name) {
        return Arrays.stream(WeightLayout.values()).anyMatch(layout -> layout.ours(name).isPresent());
    }

    @Override
    public Path path() {
        return file.path();
    }

    @Override
    public Map<String, String> metadata() {
        return file.metadata();
    }

    @Override
    public List<String> names() {
        return file.names().stream().map(name -> name.substring(prefix.length())).toList();
    }

    @Override
    public Shape shape(String name) throws WeightFileException {
        return file.shape(prefix + name);
    }

    @Override
    public MemorySegment values(String name) throws WeightFileException {
        return file.values(prefix + name);
    }

    @Override
    public void close() {
        file.close();
    }
}
