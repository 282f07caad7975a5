package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import net.alexnet.data.NearCopies.Copy;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.PerceptualHash;
import net.alexnet.data.image.Scenes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NearCopiesTest {
    private static final int SIDE = 64;

    private static byte[] file(Image image) {
        return EncodedSet.CODEC.encode(image, Encoding.LOSSLESS);
    }

    private static EncodedSet set(String name, List<Image> images) {
        return new EncodedSet(name, EncodedSet.CLASSES, IntStream.range(0, images.size()).map(i -> i % 2).boxed()
                .toList(), images.stream().map(NearCopiesTest::file).toList());
    }

    private static NearCopies copies(List<Image> images) {
        long[] hashes = images.stream().flatMapToLong(image -> Arrays.stream(PerceptualHash.of(image)))
                .toArray();
        ImageDataset resized = new ResizedImages(set("train", images).images(), EncodedSet.CODEC, SIDE, 3, 0).images();
        return new NearCopies(resized, hashes, Scenes.AVERAGING);
    }

    private static List<Image> scenes(int count) {
        return IntStream.range(0, count).mapToObj(i -> Scenes.scene(SIDE, i)).toList();
    }

    @Test
    void findsEachKindOfCopyAndNoOtherPicture() throws Exception {
        NearCopies copies = copies(scenes(60));
        for (int number = 0; number < 10; number++) {
            Image scene = Scenes.scene(SIDE, number);
            assertThat(copies.of(scene)).containsExactly(new Copy(number, 0, false));
            assertThat(copies.of(Scenes.mirrored(scene))).containsExactly(new Copy(number, 0, true));
            assertThat(copies.of(Scenes.brighter(scene, 1.2, 10, 1))).extracting(Copy::index).containsExactly(number);
            assertThat(copies.of(Scenes.cropped(SIDE, number, 0.02))).extracting(Copy::index).containsExactly(number);
            assertThat(copies.of(Scenes.scene(SIDE, 1000 + number))).isEmpty();
        }
    }

    /// Frames of a video: each is like all others.
    @Test
    void namesAFewOfVeryManyCopies() throws Exception {
        Image scene = Scenes.scene(SIDE, 1);
        NearCopies copies = copies(IntStream.range(0, 500).mapToObj(i -> Scenes.brighter(scene, 1, 8, i)).toList());
        assertThat(copies.of(scene)).hasSize(5);
    }

    /// Hundreds of hashes of the same three quarters come before the equal one.
    @Test
    void theNearestOfVeryManyIsFirst() throws Exception {
        Image scene = Scenes.scene(SIDE, 1);
        long[] hash = PerceptualHash.of(scene);
        int last = 300;
        long[] hashes = new long[(last + 1) * hash.length];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = hash[i % hash.length] ^ (i / hash.length == last ? 0 : 0b111L << 48);
        }
        ImageDataset training = new ResizedImages(set("train", Collections.nCopies(last + 1, scene)).images(),
                EncodedSet.CODEC, SIDE, 3, 0).images();
        assertThat(new NearCopies(training, hashes, Scenes.AVERAGING).of(scene)).hasSize(5)
                .startsWith(new Copy(last, 0, false));
    }

    @Test
    void picturesOfOneColorAndTinyOnesAreNoCopies() throws Exception {
        Image black = new Image(SIDE, SIDE, 3, new byte[3 * SIDE * SIDE]);
        assertThat(copies(List.of(black, Scenes.scene(SIDE, 1))).of(black)).isEmpty();
        assertThat(copies(scenes(3)).of(Scenes.scene(28, 1))).isEmpty();
    }

    @Test
    void aPreparedDatasetListsThem(@TempDir Path root) throws Exception {
        List<Image> validation = new ArrayList<>(IntStream.range(0, 6).mapToObj(i -> Scenes.scene(SIDE, 100 + i))
                .toList());
        validation.set(2, Scenes.mirrored(Scenes.scene(SIDE, 7)));
        validation.set(3, Scenes.scene(SIDE, 8)); // an equal file
        validation.set(5, Scenes.brighter(Scenes.scene(SIDE, 9), 0.9, 5, 1));
        Dataset source = EncodedSet.dataset(set("train", scenes(20)), set("val", validation));
        PreparationSettings settings = new PreparationSettings(SIDE, 3, Encoding.LOSSLESS,
                PreparationSettings.MIN_SHARD_BYTES, 7);
        Preparing preparing = new Preparing();
        PreparedDataset dataset = Preparing.finished(preparing.run(source, root.resolve("out"), settings));
        assertThat(dataset.duplicates()).isEqualTo(1);
        assertThat(dataset.duplicatePictures()).isEqualTo(2);
        assertThat(dataset.nearCopies()).isEqualTo(2);
        List<List<String>> rows = rows(root.resolve("out/duplicates.tsv"));
        assertThat(rows.stream().map(row -> row.get(0) + " " + row.get(3) + " " + row.get(4))).containsExactly(
                "1 train/ants/8.file equal", "1 val/bees/3.file equal",
                "2 val/ants/2.file near", "2 train/bees/7.file mirrored",
                "3 val/bees/5.file near", "3 train/bees/9.file near");
        assertThat(rows).allSatisfy(row -> assertThat(Integer.parseInt(row.get(5))).isBetween(0, 10));
        assertThat(preparing.warnings).hasSize(2).isEqualTo(dataset.duplicateWarnings(false));
        assertThat(dataset.duplicateWarnings(true)).singleElement().asString().contains("folds", "duplicates.tsv");
        preparing.workers = 1;
        preparing.run(source, root.resolve("again"), settings);
        assertThat(Preparing.files(root.resolve("again"))).isEqualTo(Preparing.files(root.resolve("out")));
        assertThat(PreparedDataset.open(root.resolve("out"), EncodedSet.CODEC).nearCopies()).isEqualTo(2);
    }

    private static List<List<String>> rows(Path table) throws IOException {
        return Files.readAllLines(table).stream().skip(1).map(line -> List.of(line.split("\t"))).toList();
    }
}
