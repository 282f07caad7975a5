package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import net.alexnet.data.image.TestImages;
import org.junit.jupiter.api.Test;

class IdxFilesTest {
    private static final TrainValidationSplit HOLD_OUT = new TrainValidationSplit(0.2, 1);

    private final Map<String, byte[]> files = new HashMap<>();

    @Test
    void readsPlainAndZippedUnderEitherName() throws Exception {
        files.put("train-images.idx3-ubyte", images(4, 3, 2));
        files.put("train-labels-idx1-ubyte.gz", gzip(labels(0, 1, 2, 1)));
        files.put("t10k-images-idx3-ubyte.gz", images(2, 3, 2)); // unzipped already, as some browsers do
        files.put("t10k-labels.idx1-ubyte.gz", gzip(labels(2, 0)));
        Dataset data = idx().open(HOLD_OUT, List.of());
        assertThat(data.classes()).containsExactly("0", "1", "2");
        assertThat(data.training().size()).isEqualTo(4);
        assertThat(data.training().label(2)).isEqualTo(2);
        assertThat(data.training().name(3)).isEqualTo("here/train-images.idx3-ubyte#3");
        assertThat(data.training().source(1).image(new byte[0]).height()).isEqualTo(3);
        assertThat(data.training().source(1).image(new byte[0]).width()).isEqualTo(2);
        assertThat(data.training().source(1).image(new byte[0]).samples()).containsExactly(6, 7, 8, 9, 10, 11);
        assertThat(data.validation().size()).isEqualTo(2);
        assertThat(idx().open(HOLD_OUT, List.of()).training().source(1).content().resized(new TestImages.Codec(), 2, 3)
                .samples())
                .startsWith(6, 6, 6, 7, 7, 7)
                .hasSize(12);
    }

    @Test
    void holdsOutWithoutAValidationPart() throws Exception {
        files.put("train-images-idx3-ubyte", images(10, 1, 1));
        files.put("train-labels-idx1-ubyte", labels(0, 0, 0, 0, 0, 1, 1, 1, 1, 1));
        Dataset data = idx().open(HOLD_OUT, List.of());
        assertThat(data.validation().size()).isEqualTo(2);
        assertThat(data.split()).startsWith("20 %");
    }

    @Test
    void namesComeFromTheFileOrElseFromTheCaller() throws Exception {
        training(labels(0, 1));
        files.put("t10k-images-idx3-ubyte", images(1, 2, 2));
        files.put("t10k-labels-idx1-ubyte", labels(0));
        assertThat(idx().open(HOLD_OUT, List.of("x", "y")).classes()).containsExactly("x", "y");
        files.put("classes.txt", "Coat\nAnkle boot\r\n\nBag\n".getBytes(StandardCharsets.UTF_8));
        assertThat(idx().open(HOLD_OUT, List.of("x", "y")).classes())
                .containsExactly("Coat", "Ankle boot", "Bag");
        EvaluationSet set = idx().openForEvaluation(List.of("Bag", "Coat", "Ankle boot"), List.of());
        assertThat(set.images().label(0)).isEqualTo(1);
        assertThatThrownBy(() -> idx().openForEvaluation(List.of("Bag", "Coat"), List.of()))
                .hasMessageContaining("not among the known classes: Ankle boot");
    }

    @Test
    void saysWhichFileIsMissing() throws Exception {
        assertThat(idx().present()).isFalse();
        files.put("train-labels-idx1-ubyte.gz", gzip(labels(0)));
        assertThat(idx().present()).isTrue();
        refused("holds train-labels-idx1-ubyte.gz but no train-images-idx3-ubyte");
    }

    @Test
    void refusesBrokenFiles() throws Exception {
        training(labels(0, 1, 2));
        refused("has 2 pictures, but train-labels-idx1-ubyte has 3 labels");
        training(images(2, 1, 1));
        refused("not an IDX file of labels: its first four bytes are 00000803, expected 00000801");
        training(Arrays.copyOf(labels(0, 1), 9));
        refused("promises 2 bytes of values, found 1");
        training(Arrays.copyOf(labels(0, 1), 11));
        refused("and more follow");
        training(Arrays.copyOf(labels(0, 1), 6));
        refused("cut short");
        byte[] zipped = gzip(labels(0, 1));
        training(Arrays.copyOf(zipped, zipped.length - 6));
        refused("cut short");
        zipped[zipped.length - 6] ^= 1; // the checksum
        training(zipped);
        refused("broken gzip");
        training(labels(0, 1));
        assertThatThrownBy(() -> idx().open(HOLD_OUT, List.of("only")))
                .hasMessageContaining("image 1 has the label 1, but there are 1 classes: only");
    }

    @Test
    void aHeaderThatPromisesTooMuchAllocatesNothing() throws Exception {
        training(labels(0, 1));
        files.put("train-images-idx3-ubyte", header(3, 2_000_000_000, 1, 1));
        refused("promises 2000000000 bytes of values, found 0");
        files.put("train-images-idx3-ubyte", header(3, -1, -1, -1));
        refused("an extent of 4294967295");
        files.put("train-images-idx3-ubyte", header(3, 1 << 30, 1 << 30, 1 << 30));
        refused("2 GiB");
    }

    private void training(byte[] labels) {
        files.put("train-images-idx3-ubyte", images(2, 2, 2));
        files.put("train-labels-idx1-ubyte", labels);
    }

    private void refused(String why) {
        assertThatThrownBy(() -> idx().open(HOLD_OUT, List.of()))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("here")
                .hasMessageContaining(why);
    }

    private IdxFiles idx() {
        return IdxFiles.from("here", name -> Optional.ofNullable(files.get(name)).map(ByteArrayInputStream::new));
    }

    private static byte[] images(int count, int height, int width) {
        ByteBuffer file = ByteBuffer.allocate(16 + count * height * width).put(header(3, count, height, width));
        for (int i = 0; file.hasRemaining(); i++) {
            file.put((byte) i);
        }
        return file.array();
    }

    private static byte[] labels(int... labels) {
        ByteBuffer file = ByteBuffer.allocate(8 + labels.length).put(header(1, labels.length));
        for (int label : labels) {
            file.put((byte) label);
        }
        return file.array();
    }

    private static byte[] header(int axes, int... extents) {
        ByteBuffer header = ByteBuffer.allocate(4 + 4 * extents.length).putInt(0x0800 | axes);
        for (int extent : extents) {
            header.putInt(extent);
        }
        return header.array();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        }
        return zipped.toByteArray();
    }
}
