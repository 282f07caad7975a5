package net.alexnet.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/// The names of classes: `classes.txt` in UTF-8, one name per line in the order of the labels.
public final class ClassNames {
    static final String FILE = "classes.txt";

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

    /// `0`, `1`, … for labels without names.
    static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).toList();
    }
}
