package net.alexnet.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Sources;
import us.hebi.matlab.mat.types.Struct;

/// The devkit's `meta.mat`, a MATLAB file with an array of structures `synsets`. Those without children are the
/// classes, and have the ids from 1 on; what follows them are the groups above them in WordNet.
final class MetaMat {
    static final String FILE = "meta.mat";

    private MetaMat() {}

    /// The classes, in the order of their ids: that of id 1 first.
    static List<Synset> classes(Devkit.Part file) throws DatasetException {
        List<Synset> classes;
        try {
            classes = leaves(Mat5.newReader(Sources.wrap(file.bytes())).readMat().getStruct("synsets"));
        } catch (IOException | RuntimeException e) { // the library throws what it stumbles over
            throw new DatasetException(file.where() + " is not the devkit's table of synsets: expected a MATLAB file"
                    + " with ILSVRC2012_ID, WNID, words and num_children of each; found " + e, e);
        }
        classes.sort(Comparator.comparingInt(Synset::ilsvrcId));
        for (int i = 0; i < classes.size(); i++) {
            if (classes.get(i).ilsvrcId() != i + 1) {
                throw new DatasetException(file.where() + " numbers its " + classes.size()
                        + " classes wrongly: expected the id " + (i + 1) + ", found " + classes.get(i).ilsvrcId()
                        + " for " + classes.get(i).wnid());
            }
        }
        return classes;
    }

    private static List<Synset> leaves(Struct synsets) {
        List<Synset> leaves = new ArrayList<>();
        for (int i = 0; i < synsets.getNumElements(); i++) {
            if (synsets.getMatrix("num_children", i).getInt(0) == 0) {
                leaves.add(new Synset(
                        synsets.getChar("WNID", i).getString(), //
                        synsets.getMatrix("ILSVRC2012_ID", i).getInt(0),
                        synsets.getChar("words", i).getString()));
            }
        }
        return leaves;
    }
}
