package net.alexnet.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What a file says of itself in its first bytes, read before anything is decoded, so that a header that claims
/// millions of millions of pixels costs nothing.
///
/// @param format which kind of file it is
/// @param width as claimed, in pixels; 0 where the header is too broken to tell
/// @param height as claimed, in pixels; 0 where the header is too broken to tell
/// @param alpha whether pixels may be transparent
/// @param workspace the bytes per pixel that a decoder needs besides the samples, at most: a JPEG that comes in several
///     scans, as progressive ones do, is kept as coefficients of 2 bytes until the last has been read
public record PictureHeader(Format format, long width, long height, boolean alpha, int workspace) {
    /// The formats that are told by their first bytes.
    public enum Format {
        JPEG, PNG, GIF, BMP, WEBP, TIFF
    }

    /// Reads a file's header; nothing if the file is of none of these formats.
    public static Optional<PictureHeader> of(byte[] file) {
        return format(file).map(format -> {
            try {
                return switch (format) {
                    case JPEG -> jpeg(file);
                    case PNG -> png(file);
                    case GIF -> new PictureHeader(format, u16(little(file), 6), u16(little(file), 8), true, 0);
                    case BMP -> bmp(little(file));
                    case WEBP -> webp(little(file));
                    case TIFF -> tiff(file);
                };
            } catch (IndexOutOfBoundsException e) {
                return new PictureHeader(format, 0, 0, false, 0); // it ends within its header
            }
        });
    }

    /// The number of pixels claimed, at most [Long#MAX_VALUE].
    public long pixels() {
        return height != 0 && width > Long.MAX_VALUE / height ? Long.MAX_VALUE : width * height;
    }

    private static Optional<Format> format(byte[] file) {
        String start = new String(file, 0, Math.min(16, file.length), StandardCharsets.ISO_8859_1);
        if (start.startsWith("\u00FF\u00D8\u00FF")) {
            return Optional.of(Format.JPEG);
        } else if (start.startsWith("\u0089PNG\r\n\u001A\n")) {
            return Optional.of(Format.PNG);
        } else if (start.startsWith("GIF8")) {
            return Optional.of(Format.GIF);
        } else if (start.startsWith("BM")) {
            return Optional.of(Format.BMP);
        } else if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) {
            return Optional.of(Format.WEBP);
        } else if (start.startsWith("II*\0") || start.startsWith("MM\0*")) {
            return Optional.of(Format.TIFF);
        }
        return Optional.empty();
    }

    /// The size stands in the frame header, marker C0 to CF without the three in that range that are not one.
    private static PictureHeader jpeg(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        int at = 2;
        while (true) {
            at = marker(bytes, at);
            int marker = u8(bytes, at + 1);
            boolean frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
            if (frame) {
                int components = u8(bytes, at + 9);
                int workspace = isOneScan(bytes, at, components) ? 0 : 2 * components;
                return new PictureHeader(Format.JPEG, u16(bytes, at + 7), u16(bytes, at + 5), false, workspace);
            }
            at = afterSegment(bytes, at);
        }
    }

    /// Whether the scan that follows a frame header has all of the picture.
    private static boolean isOneScan(ByteBuffer bytes, int frame, int components) {
        boolean progressive = (u8(bytes, frame + 1) & 3) == 2;
        int at = frame;
        while (u8(bytes, at + 1) != 0xDA) {
            at = marker(bytes, afterSegment(bytes, at));
        }
        return !progressive && u8(bytes, at + 4) == components;
    }

    /// Where the next marker stands: past garbage and fill bytes, as libjpeg reads.
    private static int marker(ByteBuffer bytes, int from) {
        int at = from;
        while (u8(bytes, at) != 0xFF || u8(bytes, at + 1) == 0xFF || u8(bytes, at + 1) == 0) {
            at++;
        }
        return at;
    }

    private static int afterSegment(ByteBuffer bytes, int at) {
        int marker = u8(bytes, at + 1);
        boolean bare = marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8); // no length follows
        return at + (bare ? 2 : 2 + Math.max(2, u16(bytes, at + 2)));
    }

    private static PictureHeader png(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        boolean alpha = (u8(bytes, 25) & 4) != 0 || indexOf(file, "tRNS") > 0;
        return new PictureHeader(Format.PNG, u32(bytes, 16), u32(bytes, 20), alpha, 0);
    }

    private static PictureHeader bmp(ByteBuffer bytes) {
        boolean old = u32(bytes, 14) == 12;
        long width = old ? u16(bytes, 18) : Math.abs((long) bytes.getInt(18));
        long height = old ? u16(bytes, 20) : Math.abs((long) bytes.getInt(22)); // below 0: rows from the top
        return new PictureHeader(Format.BMP, width, height, false, 0);
    }

    private static PictureHeader webp(ByteBuffer bytes) {
        return switch (u8(bytes, 15)) {
            case 'X' -> new PictureHeader(
                    Format.WEBP,
                    1 + (u32(bytes, 24) & 0xFFFFFF),
                    1 + (u32(bytes, 26) >>> 8),
                    (u8(bytes, 20) & 0x10) != 0,
                    0);
            case 'L' -> {
                long packed = u32(bytes, 21);
                yield new PictureHeader(
                        Format.WEBP, 1 + (packed & 0x3FFF), 1 + (packed >>> 14 & 0x3FFF), (packed >>> 28 & 1) != 0, 0);
            }
            default -> new PictureHeader(Format.WEBP, u16(bytes, 26) & 0x3FFF, u16(bytes, 28) & 0x3FFF, false, 0);
        };
    }

    /// Of the first of a file's pictures. Extra samples are alpha if they say so: 1 for colours that have been
    /// multiplied by it, 2 for others.
    private static PictureHeader tiff(byte[] file) {
        TiffDirectory directory = new TiffDirectory(file);
        long extra = directory.value(TiffDirectory.EXTRA_SAMPLES, 0);
        return new PictureHeader(
                Format.TIFF,
                directory.value(TiffDirectory.WIDTH, 0),
                directory.value(TiffDirectory.HEIGHT, 0),
                extra == 1 || extra == 2,
                0);
    }

    private static int indexOf(byte[] file, String chunk) {
        return new String(file, 0, Math.min(file.length, 4096), StandardCharsets.ISO_8859_1).indexOf(chunk);
    }

    private static ByteBuffer little(byte[] file) {
        return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int u8(ByteBuffer bytes, int at) {
        return bytes.get(at) & 0xFF;
    }

    private static int u16(ByteBuffer bytes, int at) {
        return bytes.getShort(at) & 0xFFFF;
    }

    private static long u32(ByteBuffer bytes, int at) {
        return bytes.getInt(at) & 0xFFFFFFFFL;
    }
}
