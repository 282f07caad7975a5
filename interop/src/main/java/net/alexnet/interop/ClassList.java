package net.alexnet.interop;

import module java.base;
import net.alexnet.data.ClassNames;
import net.alexnet.data.Synset;
import net.alexnet.inference.ImageNet;
import net.alexnet.io.RegularFile;

/// Classes in the order of a network's outputs.
///
/// @param names no two the same
/// @param wnids one for each name, or none
public record ClassList(List<String> names, List<String> wnids) {
    private static final Pattern LINE = Pattern.compile("(n\\d{8})(?:[\\s,:]+(\\S.*))?");

    public ClassList {
        names = List.copyOf(names);
        wnids = List.copyOf(wnids);
    }

    /// ImageNet's.
    public static ClassList of(ImageNet.Order order) {
        List<Synset> synsets = ImageNet.classes(order);
        return new ClassList(synsets.stream().map(Synset::words).toList(), synsets.stream().map(Synset::wnid).toList());
    }

    /// Reads a list of one class a line, in UTF-8: its name, or its wnid, or a wnid and a name with a tab or a space between
    /// them, as Caffe's `synset_words.txt` has it. Of two classes with the same name and different wnids, both names get
    /// their wnid behind them.
    ///
    /// @throws IOException if it cannot be read, is empty, mixes the forms, or names a class twice
    public static ClassList read(Path file) throws IOException {
        List<String> names = new ArrayList<>();
        List<String> wnids = new ArrayList<>();
        for (String line : text(file).lines().map(String::strip).filter(text -> !text.isEmpty()).toList()) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                String name = matcher.group(2);
                wnids.add(matcher.group(1));
                names.add(name == null ? matcher.group(1) : name);
            } else {
                names.add(line);
            }
        }
        if (names.isEmpty()) {
            throw new IOException(file + " names no class; expected one a line");
        }
        if (!wnids.isEmpty() && wnids.size() != names.size()) {
            throw new IOException(file + " has a wnid such as n01440764 in " + wnids.size() + " of its " + names.size()
                    + " lines; expected it in all of them or in none");
        }
        ClassNames.requireDistinct(file.toString(), wnids.isEmpty() ? names : wnids);
        return new ClassList(wnids.isEmpty() ? names : distinct(names, wnids), wnids);
    }

    private static String text(Path file) throws IOException {
        String text = RegularFile.text(file);
        return text.startsWith("\uFEFF") ? text.substring(1) : text; // as Windows' editors begin a file
    }

    private static List<String> distinct(List<String> names, List<String> wnids) {
        List<String> distinct = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            distinct.add(Collections.frequency(names, name) == 1 ? name : name + " (" + wnids.get(i) + ")");
        }
        return distinct;
    }
}
