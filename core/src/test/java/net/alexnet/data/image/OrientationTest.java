package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OrientationTest {
    @Test
    void readsBothByteOrders() {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            Set<Orientation> found = new HashSet<>();
            for (int value = 1; value <= 8; value++) {
                found.add(Orientation.ofExif(exif(order, value)));
            }
            assertThat(found).hasSize(8);
            assertThat(Orientation.ofExif(exif(order, 1))).isEqualTo(Orientation.UPRIGHT);
            assertThat(Orientation.ofExif(exif(order, 6))).isEqualTo(new Orientation(true, true, false));
        }
    }

    @Test
    void invalidOrientationsAreUpright() {
        byte[] exif = exif(ByteOrder.LITTLE_ENDIAN, 6);
        for (int length = 0; length < 20; length++) {
            assertThat(Orientation.ofExif(Arrays.copyOf(exif, length))).isEqualTo(Orientation.UPRIGHT);
        }
        assertThat(Orientation.ofExif(exif(ByteOrder.LITTLE_ENDIAN, 9))).isEqualTo(Orientation.UPRIGHT);
        ByteBuffer.wrap(exif).order(ByteOrder.LITTLE_ENDIAN).putInt(4, -5);
        assertThat(Orientation.ofExif(exif)).isEqualTo(Orientation.UPRIGHT);
    }

    private static byte[] exif(ByteOrder order, int orientation) {
        ByteBuffer exif = ByteBuffer.allocate(26).order(order); // the value ends at byte 20
        exif.put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M'));
        exif.put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M'));
        exif.putShort((short) 42).putInt(8).putShort((short) 1);
        exif.putShort((short) 274).putShort((short) 3).putInt(1).putShort((short) orientation);
        return exif.array();
    }
}
