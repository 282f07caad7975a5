package net.alexnet.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import net.alexnet.data.image.ImageHeader;
import net.alexnet.data.image.Orientation;
import net.alexnet.data.image.TestImages;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.fuzz.Fuzz;
import net.alexnet.io.Hashes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Spoilt files of datasets. CONTRIBUTING.md says how to run it for longer.
class DatasetFuzzTest {
    private static final Dataset SOURCE = EncodedSet.dataset(
            EncodedSet.noise("train", 12, 3, 1), EncodedSet.noise("val", 6, 0, 2));

    @TempDir
    Path folder;

    @Test
    void idxFiles() throws Exception {
        byte[] plain = ByteBuffer.allocate(16 + 12).putInt(0x0803).putInt(3).putInt(2).putInt(2).array();
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(plain);
        }
        byte[] labels = ByteBuffer.allocate(8 + 3).putInt(0x0801).putInt(3).put((byte) 1).array();
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels);
        new Fuzz("IDX", List.of(plain, zipped.toByteArray()),
                file -> readAll("train-images-idx3-ubyte", file)).run();
    }

    @Test
    void tarsOfTheIlsvrc() throws Exception {
        Files.write(folder.resolve(Ilsvrc2012.VALIDATION), IlsvrcFiles.validation(3));
        Files.write(folder.resolve(Devkit.ARCHIVE), IlsvrcFiles.devkit(IlsvrcFiles.meta(), "1\n2\n3\n"));
        new Fuzz("ILSVRC tar", List.of(IlsvrcFiles.training(2)), file -> readAll(Ilsvrc2012.TRAINING, file)).run();
    }

    @Test
    void tablesOfSynsets() throws Exception {
        Files.writeString(folder.resolve("ILSVRC2012_validation_ground_truth.txt"), "1\n2\n3\n");
        new Fuzz("meta.mat", List.of(IlsvrcFiles.meta()), file -> {
            Files.write(folder.resolve("meta.mat"), file);
            Devkit.read(folder);
        }).run();
    }

    @Test
    void archivesOfTheDevkit() throws Exception {
        new Fuzz("devkit", List.of(IlsvrcFiles.devkit(IlsvrcFiles.meta(), "1\n2\n3\n")), file -> {
            Files.write(folder.resolve(Devkit.ARCHIVE), file);
            Devkit.read(folder);
        }).run();
    }

    /// With its checksum in `dataset.json` mended.
    @Test
    void indexesOfShards() throws Exception {
        Path prepared = folder.resolve("out");
        Preparing.finished(SOURCE, prepared);
        Path index = prepared.resolve("train-000000.idx");
        byte[] valid = Files.readAllBytes(index);
        String json = Files.readString(prepared.resolve(DatasetFile.FILE));
        new Fuzz("index of a shard", List.of(valid), file -> {
            Files.write(index, file);
            Files.writeString(prepared.resolve(DatasetFile.FILE),
                    json.replace(Hashes.hex(valid), Hashes.hex(file)));
            readAll(PreparedDataset.open(prepared, EncodedSet.CODEC).training());
        }).run();
    }

    @Test
    void descriptionsOfPreparedDatasets() throws Exception {
        Path prepared = folder.resolve("out");
        Preparing.finished(SOURCE, prepared);
        Path json = prepared.resolve(DatasetFile.FILE);
        new Fuzz("dataset.json", List.of(Files.readAllBytes(json)), file -> {
            Files.write(json, file);
            PreparedDataset dataset = PreparedDataset.open(prepared, EncodedSet.CODEC);
            readAll(dataset.training());
            dataset.unreadTraining();
        }).run();
    }

    @Test
    void headersOfPictures() throws Exception {
        List<byte[]> headers = IntStream.range(0, HEADERS.size())
                .mapToObj(i -> HEADERS.get(i).getBytes(StandardCharsets.ISO_8859_1)).toList();
        new Fuzz("header of a picture", headers, file -> {
            if (ImageHeader.of(file).isEmpty()) {
                throw new UnreadableImageException("no header");
            }
        }).run();
        byte[] exif = ByteBuffer.allocate(26).put("MM".getBytes(StandardCharsets.US_ASCII)).putShort((short) 42)
                .putInt(8).putShort((short) 1).putShort((short) 274).putShort((short) 3).putInt(1).putShort((short) 6)
                .array();
        new Fuzz("EXIF", List.of(exif), file -> {
            if (Orientation.ofExif(file).equals(Orientation.UPRIGHT)) {
                throw new UnreadableImageException("no orientation");
            }
        }).run();
    }

    /// The beginnings of a JPEG, a PNG, a GIF, a BMP, a WebP and a TIFF of 3 × 2 pixels.
    private static final List<String> HEADERS = List.of(
            "\u00ff\u00d8\u00ff\u00e1\0\u0010Exif\0\0II*\0\10\0\0\0\u00ff\u00c0\0\u0011\10\0\2\0\3\3\1\21\0\2\21\0\3\21\0"
                    + "\u00ff\u00da\0\f\3\1\0\2\0\3\0\0?\0abc\u00ff\u00d9",
            "\u0089PNG\r\n\32\n\0\0\0\rIHDR\0\0\0\3\0\0\0\2\10\6\0\0\0abcd\0\0\0\4tRNSabcdefgh\0\0\0\0IENDabcd",
            "GIF89a\3\0\2\0\u0080\0\0\0\0\0\u00ff\u00ff\u00ff!\u00f9\4\1\0\0\0\0,\0\0\0\0\3\0\2\0\0\2\2D\1\0;",
            "BM:\0\0\0\0\0\0\0006\0\0\0(\0\0\0\3\0\0\0\2\0\0\0\1\0\30\0\0\0\0\0",
            "RIFF\32\0\0\0WEBPVP8X\n\0\0\0\20\0\0\0\2\0\0\1\0\0",
            "II*\0\10\0\0\0\3\0\0\1\3\0\1\0\0\0\3\0\0\0\1\1\3\0\1\0\0\0\2\0\0\0\25\1\3\0\1\0\0\0\3\0\0\0\0\0\0\0");

    private void readAll(String name, byte[] file) throws IOException, UnreadableImageException {
        Files.write(folder.resolve(name), file);
        Dataset dataset = Datasets.open(folder, 1, 0.5, List.of());
        readAll(dataset.training());
        readAll(dataset.validation());
    }

    private static void readAll(ImageDataset images) throws IOException, UnreadableImageException {
        for (int i = 0; i < images.size(); i++) {
            images.name(i);
            images.source(i).content().resized(new TestImages.Codec(), 4, 3);
        }
    }
}
