package net.alexnet.interop;

import module java.base;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;

/// A file in which the network's names begin with a prefix, under the names without it. Training programs put one there:
/// `model.` (Lightning), `net.`, `backbone.`. Other tensors, such as another head, keep their names.
record PrefixedWeights(WeightFile file, String prefix, Map<String, String> theirs) implements WrappedWeights {
    /// How many of a layout's names must follow a prefix before we take them for a network; fewer may be chance. These are two
    /// layers' weights and biases.
    private static final int NETWORK = 4;

    private static final int LONGEST = Arrays.stream(WeightLayout.values())
            .flatMap(layout -> layout.parameters().stream().map(layout::theirs)).mapToInt(String::length).max()
            .orElseThrow();

    /// The file itself, or without the prefix behind which there are the most names of a layout.
    ///
    /// @throws WeightFileException if it holds several networks
    static WeightFile strip(WeightFile file) throws WeightFileException {
        List<String> names = file.names();
        if (names.stream().anyMatch(PrefixedWeights::known)) {
            return file;
        }
        Map<String, Integer> counts = new TreeMap<>(); // names of a layout by the prefix before them
        for (String name : names) {
            int longest = Math.max(0, name.length() - LONGEST - 1); // a hostile name may have millions of dots
            for (int dot = name.indexOf('.', longest); dot >= 0; dot = name.indexOf('.', dot + 1)) {
                if (known(name.substring(dot + 1))) {
                    counts.merge(name.substring(0, dot + 1), 1, Integer::sum);
                }
            }
        }
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        List<String> prefixes = counts.keySet().stream().filter(one -> counts.getOrDefault(one, 0) == most).toList();
        if (prefixes.size() > 1 && most >= NETWORK) {
            throw new WeightFileException(file.path(),
                    "it holds " + prefixes.size() + " networks, whose names begin with "
                            + WeightFileException.list(prefixes) + ". Save one of them alone");
        }
        return prefixes.size() == 1 ? new PrefixedWeights(file, prefixes.getFirst()) : file;
    }

    private PrefixedWeights(WeightFile file, String prefix) {
        this(file, prefix, stripped(file.names(), prefix));
    }

    private static Map<String, String> stripped(List<String> names, String prefix) {
        Map<String, String> theirs = new LinkedHashMap<>();
        Set<String> all = new HashSet<>(names);
        for (String name : names) {
            String own = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
            theirs.put(own.isEmpty() || all.contains(own) ? name : own, name);
        }
        return theirs;
    }

    private static boolean known(String name) {
        return Arrays.stream(WeightLayout.values()).anyMatch(layout -> layout.ours(name).isPresent());
    }

    @Override
    public List<String> names() {
        return List.copyOf(theirs.keySet());
    }

    @Override
    public Shape shape(String name) throws WeightFileException {
        return file.shape(theirs(name));
    }

    @Override
    public MemorySegment values(String name) throws WeightFileException {
        return file.values(theirs(name));
    }

    /// The name in the file; of a tensor that is not there, the one that was asked for.
    private String theirs(String name) {
        return theirs.getOrDefault(name, name);
    }
}
