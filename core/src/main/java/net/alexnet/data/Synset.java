package net.alexnet.data;

import java.util.regex.Pattern;

/// A class of ImageNet: a set of synonyms of WordNet.
///
/// @param wnid the identifier, such as `n01440764`: an n and 8 digits; ImageNet's folders and files are named by it
/// @param ilsvrcId the number that ILSVRC-2012's devkit and submissions have for it, from 1; it does not follow the
///     order of the identifiers. 0 if the source does not tell it
/// @param words the synonyms, such as `tench, Tinca tinca`; may be empty
public record Synset(String wnid, int ilsvrcId, String words) {
    private static final Pattern WNID = Pattern.compile("n\\d{8}");

    public Synset {
        if (!isWnid(wnid) || ilsvrcId < 0) {
            throw new IllegalArgumentException("not a class of ImageNet: '" + wnid + "' with the id " + ilsvrcId);
        }
    }

    /// Whether a text has the form of an identifier.
    public static boolean isWnid(String text) {
        return WNID.matcher(text).matches();
    }
}
