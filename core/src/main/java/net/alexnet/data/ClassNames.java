package net.alexnet.data;

import module java.base;
import net.alexnet.io.Texts;

/// The names of classes: in `classes.txt` (UTF-8, one name per line in the order of the labels), in messages, and matched
/// between two lists.
public final class ClassNames {
    static final String FILE = "classes.txt";

    private static final int SHOWN = 20;

    private ClassNames() {}

    /// @param name of the file, for messages
    static List<String> read(String name, InputStream file) throws IOException {
        List<String> names = new String(file.readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        if (names.isEmpty()) {
            throw new DatasetException(name + " names no class; expected one name per line");
        }
        requireDistinct(name, names);
        return names;
    }

    /// Checks that no two classes have the same name.
    ///
    /// @param where the names come from
    /// @throws DatasetException if a name is in the list twice
    public static void requireDistinct(String where, List<String> names) throws DatasetException {
        HashSet<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new DatasetException(where + " names the class '" + name + "' twice");
            }
        }
    }

    /// Checks that classes are known.
    ///
    /// @param where the names come from
    /// @param shown the known names, for the message
    /// @throws DatasetException if a name is not known
    static void requireKnown(Object where, Collection<String> names, Set<String> known, List<String> shown)
            throws DatasetException {
        List<String> unknown = names.stream().filter(name -> !known.contains(name)).toList();
        if (!unknown.isEmpty()) {
            throw new DatasetException(where + " has classes that are not among the known classes: " + listed(unknown)
                    + ". Known are: " + listed(shown) + "; rename the others to these, or move them away");
        }
    }

    /// `0`, `1`, … for labels without names.
    static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).toList();
    }

    /// The names separated by commas. Of very many only the first are shown, and how many more there are.
    static String listed(Collection<String> names) {
        return Texts.listed(names, SHOWN);
    }

    /// Each name with its index.
    static Map<String, Integer> indices(List<String> names) {
        Map<String, Integer> indices = new HashMap<>();
        names.forEach(name -> indices.put(name, indices.size()));
        return indices;
    }

    /// The index of each name in another list.
    ///
    /// @param where the names come from
    /// @throws DatasetException if a name is not in that list
    static int[] indicesIn(List<String> others, List<String> names, Object where) throws DatasetException {
        Map<String, Integer> indices = indices(others);
        requireKnown(where, names, indices.keySet(), others);
        return names.stream().mapToInt(indices::get).toArray();
    }
}
