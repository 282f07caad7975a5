package net.alexnet.data;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import module java.base;
import net.alexnet.io.RegularFile;
import net.alexnet.io.Texts;

/// The names of classes: in `classes.txt` (UTF-8, one name per line in the order of the labels), in messages, and matched
/// between two lists.
public final class ClassNames {
    static final String FILE = "classes.txt";

    private static final int SHOWN = 20;

    private static final Pattern NOT_IN_NAMES = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}/\\\\:*?\"<>|]");
    private static final Pattern HIDDEN = Pattern.compile("^\\.");
    private static final Pattern ENDS = Pattern.compile("[. ]+$"); // which Windows drops
    private static final Pattern OF_WINDOWS = Pattern.compile("(con|prn|aux|nul|com\\d|lpt\\d)(\\..*)?",
            Pattern.CASE_INSENSITIVE);
    private static final int LONGEST = 60; // code points: with a number at most 255 bytes

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

    /// The names in the `classes.txt` of a folder, if there is one.
    static Optional<List<String>> in(Path folder) throws IOException {
        return in(folder, FILE);
    }

    /// The names in a file of another name.
    static Optional<List<String>> in(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = RegularFile.open(file)) {
            return Optional.of(read(file.toString(), in));
        }
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

    /// A folder's name for each class, in their order, that every file system takes and that leads into no other folder:
    /// the class's own name, if it is such. Other characters become `_`. Names that are then equal, or differ only in
    /// upper and lower case, get a number.
    public static List<String> folders(List<String> names) {
        Set<String> taken = new HashSet<>();
        return names.stream().map(ClassNames::folder).map(plain -> {
            String free = plain;
            for (int again = 2; !taken.add(alike(free)); again++) {
                free = plain + "-" + again;
            }
            return free;
        }).toList();
    }

    private static String folder(String name) {
        String plain = NOT_IN_NAMES.matcher(name).replaceAll("_").strip();
        plain = plain.substring(0,
                plain.offsetByCodePoints(0, Math.min(LONGEST, plain.codePointCount(0, plain.length()))));
        plain = HIDDEN.matcher(ENDS.matcher(plain).replaceFirst("")).replaceFirst("_"); // dot files are no pictures here
        return plain.isEmpty() || OF_WINDOWS.matcher(plain).matches() ? "_" + plain : plain;
    }

    /// A name without what a reader may overlook: upper case, and how accents are written.
    static String alike(String name) {
        return composed(name).toLowerCase(Locale.ROOT);
    }

    /// A name with each accented letter as one character, where Unicode has that.
    static String composed(String name) {
        return Normalizer.normalize(name, Form.NFC);
    }

    /// `0`, `1`, … for labels without names.
    static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).toList();
    }

    /// The names separated by commas. Of very many only the first are shown, and how many more there are.
    static String listed(Collection<String> names) {
        return Texts.listed(names, SHOWN);
    }

    /// Each name with its index. Unicode has two ways to write an accented letter, and a Mac's folders may use the other
    /// one: a name is found in both, unless the list has both.
    static Map<String, Integer> indices(List<String> names) {
        Map<String, Integer> indices = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            indices.put(names.get(i), i);
        }
        for (int i = 0; i < names.size(); i++) {
            indices.putIfAbsent(composed(names.get(i)), i);
            indices.putIfAbsent(Normalizer.normalize(names.get(i), Form.NFD), i);
        }
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
