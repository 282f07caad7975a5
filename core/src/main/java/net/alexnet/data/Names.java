package net.alexnet.data;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.io.Texts;

/// Names of classes: in messages, and matched between two lists.
final class Names {
    private static final int SHOWN = 20;

    private Names() {}

    /// The names separated by commas. Of very many only the first are shown, and how many more there are.
    static String listed(List<String> names) {
        return Texts.listed(names, SHOWN);
    }

    /// Each name with its index.
    static Map<String, Integer> indices(List<String> names) {
        Map<String, Integer> indices = new HashMap<>();
        names.forEach(name -> indices.put(name, indices.size()));
        return indices;
    }

    /// The index of each name in another list that has all of them.
    static int[] places(List<String> names, List<String> others) {
        Map<String, Integer> indices = indices(others);
        return names.stream().mapToInt(indices::get).toArray();
    }

    /// @param where the names come from
    /// @throws DatasetException if a name is not among the known ones
    static void requireKnown(String where, List<String> names, List<String> known) throws DatasetException {
        Map<String, Integer> indices = indices(known);
        List<String> unknown = names.stream().filter(name -> !indices.containsKey(name)).toList();
        if (!unknown.isEmpty()) {
            throw new DatasetException(where + " has classes that are not among the known ones: " + listed(unknown)
                    + ". Expected classes among: " + listed(known));
        }
    }
}
