package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.UnreadableImageException;
import org.junit.jupiter.api.Test;

class PngChunksTest {
    private static final int HEADER = 8 + 25;

    private static byte[] png() {
        return new OpenCvCodec().encode(new Image(3, 2, 3, new byte[18]), Encoding.LOSSLESS);
    }

    private static byte[] with(byte[] png, String type, byte[] data, int place) {
        ByteBuffer chunk = ByteBuffer.allocate(4 + data.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(data);
        CRC32 crc = new CRC32();
        crc.update(chunk.array());
        ByteBuffer file = ByteBuffer.allocate(png.length + 12 + data.length).put(png, 0, place);
        file.putInt(data.length).put(chunk.array()).putInt((int) crc.getValue());
        return file.put(png, place, png.length - place).array();
    }

    /// libpng writes the name of a broken profile to standard error.
    @Test
    void profilesAndTextsAreRemoved() throws Exception {
        byte[] profile = "\u001b]0;owned\u0007\0\0broken".getBytes(StandardCharsets.US_ASCII);
        byte[] png = png();
        byte[] file = with(with(with(png, "vpAg", profile, png.length - 12), "iCCP", profile, HEADER), "zTXt", profile,
                HEADER);
        assertThat(PngChunks.used(file)).isEqualTo(png);
        assertThat(PngChunks.used(png)).isSameAs(png);
    }

    @Test
    void whatThePixelsDependOnStays() throws Exception {
        byte[] file = with(with(png(), "eXIf", new byte[30], HEADER), "tRNS", new byte[6], HEADER);
        assertThat(PngChunks.used(file)).isSameAs(file);
    }

    @Test
    void aFileThatEndsBeforeItsLastChunkDoesIsRefused() {
        byte[] png = png();
        for (int length = 8; length < png.length; length++) {
            byte[] cut = Arrays.copyOf(png, length);
            assertThatThrownBy(() -> PngChunks.used(cut)).as("%d bytes", length)
                    .isInstanceOf(UnreadableImageException.class);
        }
    }

    /// OpenCV allocates what a chunk says, as soon as it has read its length and type.
    @Test
    void aLengthBeyondTheFileIsRefused() {
        byte[] header = Arrays.copyOf(png(), HEADER);
        for (int length : new int[] {Integer.MAX_VALUE, -1, Integer.MIN_VALUE, 0xFFFFFFF0, 1000}) {
            for (int rest = 8; rest < 30; rest++) {
                byte[] longer = ByteBuffer.allocate(header.length + rest).put(header).putInt(length)
                        .put("IDAT".getBytes(StandardCharsets.US_ASCII)).array();
                assertThatThrownBy(() -> PngChunks.used(longer)).isInstanceOf(UnreadableImageException.class);
            }
        }
    }

    /// It may be a chunk, too, which OpenCV would read: it looks for pixels beyond the end.
    @Test
    void whatFollowsTheEndIsRemoved() throws Exception {
        byte[] png = png();
        byte[] end = Arrays.copyOfRange(png, png.length - 12, png.length);
        byte[] bomb = ByteBuffer.allocate(HEADER + 12 + 8).put(png, 0, HEADER).put(end).putInt(0xFFFFFFF0)
                .put("IDAT".getBytes(StandardCharsets.US_ASCII)).array();
        assertThat(PngChunks.used(bomb)).isEqualTo(Arrays.copyOf(bomb, HEADER + 12));
        byte[] padded = Arrays.copyOf(png, png.length + 5);
        assertThat(PngChunks.used(padded)).isEqualTo(png);
        assertThat(new OpenCvCodec().decode(padded, 3).samples()).isEqualTo(new byte[18]);
    }

    @Test
    void otherFilesAreLeftToTheDecoder() throws Exception {
        assertThat(PngChunks.used("GIF89a".getBytes(StandardCharsets.US_ASCII))).hasSize(6);
    }
}
