package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import us.hebi.matlab.mat.format.Mat5;

class MatLimitsTest {
    private static final int CELL = 1; // classes of arrays
    private static final int DOUBLE = 6;

    private static byte[] element(int type, byte[] data) {
        return ByteBuffer.allocate(8 + Math.ceilDiv(data.length, 8) * 8).order(ByteOrder.LITTLE_ENDIAN).putInt(type)
                .putInt(data.length).put(data).array();
    }

    private static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    private static byte[] array(int kind, int rows, int columns, byte[] values) {
        return element(14, joined(element(6, ints(kind, 0)), element(5, ints(rows, columns)),
                element(1, new byte[0]), values));
    }

    private static byte[] file(byte[] element) {
        byte[] header = new byte[128];
        header[125] = 1;
        header[126] = 'I';
        header[127] = 'M';
        return joined(header, element);
    }

    private static void refused(byte[] element) throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(zipped)) {
            out.write(element);
        }
        for (byte[] file : new byte[][] {file(element), file(element(15, zipped.toByteArray()))}) {
            assertThatThrownBy(() -> MatLimits.require(file)).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {CELL, 2, 3, DOUBLE})
    void anArrayHasNoMoreElementsThanBytes(int kind) throws IOException {
        refused(array(kind, 1 << 15, 1 << 15, new byte[0]));
        refused(array(kind, 1 << 16, 1 << 16, new byte[0]));
    }

    @Test
    void arraysAreNotDeepInEachOther() throws IOException {
        byte[] deep = array(DOUBLE, 0, 0, new byte[0]);
        for (int i = 0; i < 20; i++) {
            deep = array(CELL, 1, 1, deep);
        }
        refused(deep);
    }

    @Test
    void aBombIsNotInflated() throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(zipped)) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 65; i++) {
                out.write(zeros);
            }
        }
        assertThatThrownBy(() -> MatLimits.require(file(element(15, zipped.toByteArray()))))
                .isInstanceOf(IOException.class);
    }

    @Test
    void realTablesAreRead() throws IOException {
        MatLimits.require(IlsvrcFiles.meta());
        MatLimits.require(IlsvrcFiles.mat("numbers", Mat5.newMatrix(3, 4)));
        MatLimits.require(IlsvrcFiles.mat("cells", Mat5.newCell(2, 2)));
        MatLimits.require(file(array(DOUBLE, 1, 1, element(5, ints(1 << 30, 1 << 30)))));
    }
}
