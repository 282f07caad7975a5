package net.alexnet.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import net.alexnet.data.image.TestImages;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.format.Mat5File;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Sinks;
import us.hebi.matlab.mat.types.Struct;

/// The files of a source in the form of ILSVRC-2012, small: three classes, whose devkit ids 1, 2, 3 belong to the
/// identifiers in the order [#BY_ID], and two groups above them.
///
/// A training picture's samples have the value `10 · id + place in its class`, a validation picture's its number.
final class IlsvrcFiles {
    static final List<String> BY_ID = List.of("n00000030", "n00000010", "n00000020");

    private IlsvrcFiles() {}

    /// A tar of one tar per class, with pictures numbered 7, 10007, 20007 and so on.
    static byte[] training(int perClass) throws IOException {
        Map<String, byte[]> tars = new TreeMap<>();
        for (int c = 0; c < BY_ID.size(); c++) {
            Map<String, byte[]> images = new LinkedHashMap<>();
            for (int i = 0; i < perClass; i++) {
                images.put(BY_ID.get(c) + "_" + (10_000 * i + 7) + ".JPEG",
                        TestImages.Codec.file(4, 3, 10 * (c + 1) + i));
            }
            tars.put(BY_ID.get(c) + ".tar", tar(images));
        }
        return tar(tars);
    }

    static byte[] validation(int count) throws IOException {
        Map<String, byte[]> images = new TreeMap<>((a, b) -> b.compareTo(a)); // the tar's order does not count
        for (int number = 1; number <= count; number++) {
            images.put("ILSVRC2012_val_%08d.JPEG".formatted(number), TestImages.Codec.file(4, 3, number));
        }
        return tar(images);
    }

    static byte[] devkit(byte[] meta, String truth) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        files.put("ILSVRC2012_devkit_t12/readme.txt", new byte[700]);
        files.put("ILSVRC2012_devkit_t12/data/meta.mat", meta);
        files.put(
                "ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt",
                truth.getBytes(StandardCharsets.UTF_8));
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(tar(files));
        }
        return zipped.toByteArray();
    }

    /// The table of synsets, with groups between the classes.
    static byte[] meta() throws IOException {
        Struct synsets = Mat5.newStruct(5, 1);
        synset(synsets, 0, 4, "n00000040", "a group", 2);
        for (int i = 0; i < BY_ID.size(); i++) {
            synset(synsets, i + 1, i + 1, BY_ID.get(i), "words " + (i + 1) + ", more", 0);
        }
        synset(synsets, 4, 5, "n00000005", "all", 2);
        return mat("synsets", synsets);
    }

    private static void synset(Struct synsets, int row, int id, String wnid, String words, int children) {
        synsets.set("ILSVRC2012_ID", row, Mat5.newScalar(id));
        synsets.set("WNID", row, Mat5.newString(wnid));
        synsets.set("words", row, Mat5.newString(words));
        synsets.set("num_children", row, Mat5.newScalar(children));
    }

    static byte[] mat(String name, Array value) throws IOException {
        try (Mat5File mat = Mat5.newMatFile()) {
            mat.addArray(name, value);
            ByteBuffer buffer = ByteBuffer.allocate((int) mat.getUncompressedSerializedSize());
            mat.writeTo(Sinks.wrap(buffer));
            byte[] bytes = new byte[buffer.flip().remaining()];
            buffer.get(bytes);
            return bytes;
        }
    }

    static byte[] tar(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
                entry.setSize(file.getValue().length);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }
}
