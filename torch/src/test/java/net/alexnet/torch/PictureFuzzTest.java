package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;
import net.alexnet.fuzz.Fuzz;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Spoilt pictures, decoded by the native libraries. CONTRIBUTING.md says how to run it for longer.
class PictureFuzzTest {
    private static final OpenCvCodec CODEC = new OpenCvCodec(1 << 20); // larger ones only take longer

    @ParameterizedTest
    @ValueSource(strings = {
        "plain.jpg progressive.jpg cmyk.jpg exif-6.jpg grey.jpg", "palette.png alpha.png png-named.jpg grey-16.png",
        "palette.gif", "plain.bmp", "plain.webp", "plain.tif"
    })
    void picturesAreReadOrRefused(String names) throws Exception {
        List<byte[]> valid = Arrays.stream(names.split(" ", -1)).map(PictureFuzzTest::file).toList();
        long before = Pointer.totalCount();
        new Fuzz(names, valid, file -> CODEC.resizeAndCenterCrop(mended(file), 16, 3)).run();
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }

    private static byte[] file(String name) {
        try (InputStream in = PictureFuzzTest.class.getResourceAsStream("pictures/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A PNG whose checksums fit in most cases, so that what they cover is reached.
    private static byte[] mended(byte[] file) {
        if (file.length < 8 || !new String(file, 1, 3, StandardCharsets.ISO_8859_1).equals("PNG")
                || file[file.length / 2] % 4 == 0) {
            return file;
        }
        byte[] mended = file.clone();
        ByteBuffer chunks = ByteBuffer.wrap(mended);
        for (long at = 8; at + 12 <= mended.length;) {
            long length = chunks.getInt((int) at) & 0xFFFFFFFFL;
            if (at + 12 + length > mended.length) {
                break;
            }
            CRC32 crc = new CRC32();
            crc.update(mended, (int) at + 4, (int) length + 4);
            chunks.putInt((int) (at + 8 + length), (int) crc.getValue());
            at += 12 + length;
        }
        return mended;
    }
}
