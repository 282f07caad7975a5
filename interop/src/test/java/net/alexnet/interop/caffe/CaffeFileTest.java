package net.alexnet.interop.caffe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.alexnet.data.image.MeanImage;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaffeFileTest {
    @TempDir
    Path folder;

    /// Those of the old one with four axes everywhere.
    @Test
    void readsBothGenerations() throws IOException {
        for (byte[] net : List.of(CaffeNet.current(), CaffeNet.old())) {
            MappedWeights file = CaffeFile.open(written(net));

            assertThat(file.names()).containsExactly("conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias",
                    "fc8.weight", "fc8.bias");
            assertThat(file.shape("conv1.weight")).isEqualTo(Shape.of(4, 3, 2, 2));
            assertThat(file.shape("conv2.weight")).isEqualTo(Shape.of(6, 2, 2, 2));
            assertThat(file.shape("conv2.bias")).isIn(Shape.of(6), Shape.of(1, 1, 1, 6));
            assertThat(file.shape("fc8.weight")).isIn(Shape.of(5, 7), Shape.of(1, 1, 5, 7));
            assertThat(values(file, "conv1.weight")).isEqualTo(CaffeNet.ramp(48, 1));
            assertThat(values(file, "conv2.bias")).isEqualTo(CaffeNet.ramp(6, -2));
            assertThat(values(file, "fc8.weight")).isEqualTo(CaffeNet.ramp(35, 3));
            assertThat(file.values("fc8.weight").isNative()).as("in the mapped file").isTrue();
        }
    }

    @Test
    void readsDoublesAndFurtherBlobs() throws IOException {
        ByteString doubles = CaffeNet.message(out -> {
            out.writeBytes(7, CaffeNet.message(shape -> shape.writeInt64(1, 2))); // not packed
            out.writeBytes(8, CaffeNet.message(values -> {
                values.writeDoubleNoTag(.5);
                values.writeDoubleNoTag(-7);
            }));
        });
        MappedWeights file = CaffeFile.open(written(
                CaffeNet.net(100, CaffeNet.layer("a", "InnerProduct", doubles, doubles, doubles))));

        assertThat(values(file, "a.bias")).containsExactly(.5f, -7);
        assertThat(file.names()).containsExactly("a.weight", "a.bias", "a.2");
    }

    @Test
    void refusesValuesInSeveralPieces() throws IOException {
        refused(CaffeNet.message(out -> {
            out.writeFloat(5, 1);
            out.writeBytes(5, CaffeNet.floats(new float[] {2, 3}));
        }), "field 5 must hold all its numbers of 4 bytes in one piece");
    }

    @Test
    void aMeanImageComesOutRedFirst() throws IOException {
        float[] values = CaffeNet.ramp(12, 100);
        float[] interleaved = {108, 104, 100, 109, 105, 101, 110, 106, 102, 111, 107, 103};
        Path legacy = written(CaffeNet.legacyBlob(values, 1, 3, 2, 2).toByteArray());
        assertThat(CaffeFile.meanImage(legacy)).isEqualTo(new MeanImage(2, 3, interleaved));
        Path current = written(CaffeNet.blob(values, 3, 2, 2).toByteArray());
        assertThat(CaffeFile.meanImage(current)).isEqualTo(new MeanImage(2, 3, interleaved));
        Path two = written(CaffeNet.blob(values, 2, 3, 2, 1).toByteArray());
        assertThatThrownBy(() -> CaffeFile.meanImage(two)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("2 × 3 × 2 × 1");
        Path large = written(CaffeNet.blob(CaffeNet.ramp(12, 250), 3, 2, 2).toByteArray());
        assertThatThrownBy(() -> CaffeFile.meanImage(large)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining(large.toString());
    }

    @Test
    void refusesShapesThatLie() throws IOException {
        refused(CaffeNet.blob(new float[3], 4), "the shape [4] does not fit the 3 values that are there");
        refused(CaffeNet.blob(new float[3], 0), "the shape [0] does not fit the 3 values");
        refused(CaffeNet.blob(new float[3], -3), "every extent must be 0 to 2147483647");
        refused(CaffeNet.blob(new float[3], 1L << 31), "every extent must be 0 to 2147483647");
        refused(CaffeNet.blob(new float[3], 1 << 30, 1 << 30, 1 << 30), "more than 2^63 bytes");
        refused(CaffeNet.blob(new float[3], new long[9]), "field 1 has more than 8 numbers");
        refused(CaffeNet.message(out -> out.writeBytes(5, ByteString.copyFrom(new byte[7]))),
                "found 7 bytes");
        refused(CaffeNet.message(out -> out.writeInt64(5, 3)), "field 5 must have the wire type 2");
        refused(ByteString.copyFrom(new byte[] {0x2a, 0x7f}), "field 5 announces 127 bytes, 0 are left");
        refused(ByteString.copyFrom(new byte[] {0x2b, 0x2c}), "field 5 has the wire type 3, which is not read");
        refused(ByteString.copyFrom(new byte[] {0, 1}), "the tag 0 is none");
        byte[] endless = new byte[12];
        Arrays.fill(endless, (byte) 0xff);
        refused(ByteString.copyFrom(endless), "a number has more than 10 bytes");
    }

    @Test
    void messagesAreCounted() throws IOException {
        byte[] empty = new byte[500_000];
        for (int i = 0; i < empty.length; i += 2) {
            empty[i] = 0x12; // an empty V1LayerParameter
        }
        Path file = written(empty);
        assertThatThrownBy(() -> CaffeFile.open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("more than 100000 messages and texts");
    }

    @Test
    void refusesTwoLayersOfOneNameAndNoneWithWeights() throws IOException {
        ByteString layer = CaffeNet.layer("fc8", "InnerProduct", CaffeNet.blob(new float[1], 1, 1));
        Path twice = written(CaffeNet.net(100, layer, layer));
        assertThatThrownBy(() -> CaffeFile.open(twice)).hasMessageContaining("two layers are named 'fc8'");
        Path none = written(CaffeNet.net(100, CaffeNet.layer("data", "Data")));
        assertThatThrownBy(() -> CaffeFile.open(none)).hasMessageContaining("no layer has weights");
    }

    private void refused(ByteString blob, String expected) throws IOException {
        Path file = written(CaffeNet.net(100, CaffeNet.layer("fc8", "InnerProduct", blob)));
        assertThatThrownBy(() -> CaffeFile.open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageStartingWith(file + ": not a .caffemodel, or damaged: ")
                .hasMessageContaining(expected);
    }

    private static float[] values(MappedWeights file, String name) throws IOException {
        return file.values(name).toArray(NamedTensor.FLOAT);
    }

    private Path written(byte[] bytes) throws IOException {
        return Files.write(Files.createTempFile(folder, "net", ".caffemodel"), bytes);
    }
}
