package net.alexnet.data.image;

import module java.base;

/// The headers of an image file, read before anything is decoded, so that a header that claims a million megapixels
/// costs nothing.
///
/// @param format which kind of file it is
/// @param width as claimed, in pixels; 0 where the header is too broken to tell
/// @param height as claimed, in pixels; 0 where the header is too broken to tell
/// @param alpha whether pixels may be transparent
/// @param scans how often a decoder goes over the pixels: the scans of a JPEG that comes in several, as progressive
///     ones do; 1 for all others
/// @param workspace the bytes per pixel that decoding with OpenCV needs at most, apart from the decoded 8-bit samples:
///     the coefficients of a JPEG in several scans, the strip or the tile of a TIFF, the frames of an animation, the
///     samples of a picture with alpha, a copy of a picture that is turned by its diagonal
public record ImageHeader(
        Format format, long width, long height, Alpha alpha, int scans, long workspace) {
    private static final int START_OF_SCAN = 0xDA;
    private static final int END_OF_IMAGE = 0xD9;
    private static final Pattern PNM = Pattern.compile("P[1-6]\\s");
    private static final int MOST_DIGITS = 9;

    /// The formats that are told by their first bytes.
    public enum Format {
        JPEG, PNG, GIF, BMP, WEBP, TIFF,
        /// PBM, PGM and PPM.
        PNM
    }

    /// Whether pixels may be transparent, and if so, whether the stored colors have been multiplied by alpha.
    public enum Alpha {
        NONE, STRAIGHT, PREMULTIPLIED
    }

    /// Reads a file's header; nothing if the file is of none of these formats.
    public static Optional<ImageHeader> of(byte[] file) {
        return format(file).map(format -> {
            try {
                return switch (format) {
                    case JPEG -> jpeg(file);
                    case PNG -> png(file);
                    case GIF -> gif(little(file));
                    case BMP -> bmp(little(file));
                    case WEBP -> webp(little(file));
                    case TIFF -> tiff(file);
                    case PNM -> pnm(file);
                };
            } catch (IndexOutOfBoundsException e) {
                return new ImageHeader(format, 0, 0, Alpha.NONE, 1, 0); // it ends within its header
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
        } else if (TiffDirectory.begins(start)) {
            return Optional.of(Format.TIFF);
        }
        return PNM.matcher(start).lookingAt() ? Optional.of(Format.PNM) : Optional.empty();
    }

    /// The size is in the frame header, which comes before the first scan.
    private static ImageHeader jpeg(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        int frame = -1; // none yet
        boolean transposed = false;
        int at = marker(bytes, 2);
        while (u8(bytes, at + 1) != START_OF_SCAN) {
            int next = afterSegment(bytes, at);
            if (isFrame(u8(bytes, at + 1))) {
                frame = at;
            } else if (u8(bytes, at + 1) == 0xE1 && startsWith(file, at + 4, "Exif\0\0")) {
                transposed |= isTransposed(file, at + 10, next);
            }
            at = marker(bytes, next);
        }
        if (frame < 0) {
            return new ImageHeader(Format.JPEG, 0, 0, Alpha.NONE, 1, 0);
        }
        int components = u8(bytes, frame + 9);
        boolean progressive = (u8(bytes, frame + 1) & 3) == 2;
        boolean isOneScan = !progressive && u8(bytes, at + 4) == components;
        int coefficients = isOneScan ? 0 : 2 * components;
        return new ImageHeader(Format.JPEG, u16(bytes, frame + 7), u16(bytes, frame + 5), Alpha.NONE,
                isOneScan ? 1 : scans(bytes, at), coefficients + samples(Alpha.NONE, 1, transposed));
    }

    /// Markers C0 to CF without the three in that range that are no frame.
    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    /// The scans from the first on, up to where the picture or the file ends.
    private static int scans(ByteBuffer bytes, int first) {
        int scans = 0;
        int at = first;
        try {
            while (u8(bytes, at + 1) != END_OF_IMAGE) {
                scans += u8(bytes, at + 1) == START_OF_SCAN ? 1 : 0;
                at = marker(bytes, afterSegment(bytes, at));
            }
        } catch (IndexOutOfBoundsException e) {
            return scans; // whether enough is there is for the decoder to say
        }
        return scans;
    }

    /// The offset of the next marker: past garbage and fill bytes, as libjpeg reads.
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

    /// Chunks that concern memory may come after the pixels, so all chunks are read.
    private static ImageHeader png(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        boolean isTransparent = (u8(bytes, 25) & 4) != 0;
        boolean isAnimated = false;
        boolean transposed = false;
        long next;
        for (long chunk = 8; chunk + 8 <= file.length; chunk = next) {
            int at = (int) chunk;
            next = chunk + 12 + u32(bytes, at);
            if (startsWith(file, at + 4, "IEND")) {
                break; // what follows is no part of the picture
            }
            if (next > file.length && !startsWith(file, at + 4, "IDAT")) {
                throw new IndexOutOfBoundsException("a chunk ends after the file"); // libpng would take its memory first
            }
            isTransparent |= startsWith(file, at + 4, "tRNS");
            isAnimated |= startsWith(file, at + 4, "acTL");
            transposed |= startsWith(file, at + 4, "eXIf") && isTransposed(file, at + 8, next);
        }
        int sampleBytes = u8(bytes, 24) == 16 ? 2 : 1;
        Alpha alpha = isTransparent ? Alpha.STRAIGHT : Alpha.NONE;
        int frames = isAnimated ? 3 * 4 * sampleBytes : 0; // the last, this and the next
        return new ImageHeader(Format.PNG, u32(bytes, 16), u32(bytes, 20), alpha, 1,
                frames + samples(alpha, sampleBytes, transposed));
    }

    private static ImageHeader gif(ByteBuffer bytes) {
        int frames = 4 + 4 + 1; // this one, what to go back to after it, its indices
        return new ImageHeader(Format.GIF, u16(bytes, 6), u16(bytes, 8), Alpha.STRAIGHT, 1,
                frames + samples(Alpha.STRAIGHT, 1, false));
    }

    private static ImageHeader bmp(ByteBuffer bytes) {
        boolean old = u32(bytes, 14) == 12;
        long width = old ? u16(bytes, 18) : Math.abs((long) bytes.getInt(18));
        long height = old ? u16(bytes, 20) : Math.abs((long) bytes.getInt(22)); // below 0: rows from the top
        return new ImageHeader(Format.BMP, width, height, Alpha.NONE, 1, 0);
    }

    private static ImageHeader webp(ByteBuffer bytes) {
        int lossless = 4; // its pixels, before they are written out; alpha is stored so as well
        return switch (u8(bytes, 15)) {
            case 'X' -> {
                int flags = u8(bytes, 20);
                Alpha alpha = (flags & 0x10) != 0 ? Alpha.STRAIGHT : Alpha.NONE;
                int frames = (flags & 0x02) != 0 ? 2 * 4 : 0;
                boolean hasExif = (flags & 0x08) != 0;
                yield new ImageHeader(Format.WEBP, 1 + (u32(bytes, 24) & 0xFFFFFF), 1 + (u32(bytes, 26) >>> 8), alpha,
                        1, lossless + frames + samples(alpha, 1, hasExif));
            }
            case 'L' -> {
                long packed = u32(bytes, 21);
                Alpha alpha = (packed >>> 28 & 1) != 0 ? Alpha.STRAIGHT : Alpha.NONE;
                yield new ImageHeader(Format.WEBP, 1 + (packed & 0x3FFF), 1 + (packed >>> 14 & 0x3FFF), alpha, 1,
                        lossless + samples(alpha, 1, false));
            }
            default -> new ImageHeader(
                    Format.WEBP, u16(bytes, 26) & 0x3FFF, u16(bytes, 28) & 0x3FFF, Alpha.NONE, 1, 0);
        };
    }

    /// What a file of a known format is, if it is of a kind that is not read: decoders would show the preview in a raw
    /// file, and would not scale samples that are not whole numbers of 8 or 16 bits.
    public static Optional<String> unread(byte[] file) {
        try {
            return switch (format(file).orElse(Format.JPEG)) {
                case TIFF -> unreadTiff(file);
                case PNM -> unreadPnm(file);
                default -> Optional.empty();
            };
        } catch (IndexOutOfBoundsException e) {
            return Optional.empty(); // it is broken
        }
    }

    private static Optional<String> unreadTiff(byte[] file) {
        TiffDirectory directory = new TiffDirectory(file);
        boolean isPreview = (directory.value(TiffDirectory.NEW_SUBFILE_TYPE, 0) & 1) != 0;
        if (isPreview || startsWith(file, 8, "CR\2\0")) {
            return Optional.of("camera raw");
        }
        long bits = directory.value(TiffDirectory.BITS_PER_SAMPLE, 1);
        String kind = directory.value(TiffDirectory.SAMPLE_FORMAT, 1) == 3 ? "floating-point" : "integer";
        return kind.equals("integer") && bits <= Short.SIZE
                ? Optional.empty()
                : Optional.of("TIFF of %d-bit %s samples".formatted(bits, kind));
    }

    private static Optional<String> unreadPnm(byte[] file) {
        int kind = file[1] - '0';
        if (kind < 5) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.wrap(file).position(2);
        number(bytes);
        number(bytes);
        long most = number(bytes);
        return most == 255 || most == 65_535
                ? Optional.empty()
                : Optional.of("PNM whose greatest sample is %d, not 255 or 65535".formatted(most));
    }

    /// Of the first of a file's pictures. Extra samples are alpha if they say so.
    private static ImageHeader tiff(byte[] file) {
        TiffDirectory directory = new TiffDirectory(file);
        long width = directory.value(TiffDirectory.WIDTH, 0);
        long height = directory.value(TiffDirectory.HEIGHT, 0);
        Alpha alpha = switch ((int) directory.value(TiffDirectory.EXTRA_SAMPLES, 0)) {
            case 1 -> Alpha.PREMULTIPLIED;
            case 2 -> Alpha.STRAIGHT;
            default -> Alpha.NONE;
        };
        long bits = Math.min(Double.SIZE, directory.value(TiffDirectory.BITS_PER_SAMPLE, 1)); // no decoder takes more
        int sampleBytes = (int) Math.ceilDiv(bits, Byte.SIZE);
        boolean transposed = directory.value(TiffDirectory.ORIENTATION, 1) > 4;
        return new ImageHeader(Format.TIFF, width, height, alpha, 1,
                tileBytes(directory, width, height, sampleBytes) + samples(alpha, sampleBytes, transposed));
    }

    /// A strip or a tile, which may be larger than the picture, as stored and as red, green, blue, alpha; in bytes for
    /// each of the picture's pixels, rounded up.
    private static long tileBytes(TiffDirectory directory, long width, long height, int sampleBytes) {
        long longest = 1 << 24; // OpenCV's limit
        long tileWidth = Math.min(longest, directory.value(TiffDirectory.TILE_WIDTH, width));
        long rows = directory.value(TiffDirectory.ROWS_PER_STRIP, 0); // 0 and more than there are: all
        long stripHeight = rows == 0 ? height : Math.min(height, rows);
        long tileHeight = Math.min(longest, directory.value(TiffDirectory.TILE_LENGTH, stripHeight));
        long stored = Math.min(1 << 14, directory.value(TiffDirectory.SAMPLES_PER_PIXEL, 1)) * sampleBytes;
        long pixels = Math.max(1, Math.min(longest, width) * Math.min(longest, height));
        return Math.ceilDiv(tileWidth * tileHeight * Math.min(4 + stored, 1 << 14), pixels);
    }

    /// Three numbers in text, or two for black and white, and then the samples, which must all be there.
    private static ImageHeader pnm(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).position(2);
        int kind = file[1] - '0';
        boolean isText = kind <= 3;
        boolean isBits = kind % 3 == 1;
        long width = number(bytes);
        long height = number(bytes);
        long most = isBits ? 1 : number(bytes);
        long perRow = kind % 3 == 0 ? 3 * width : width;
        if (!isText) {
            perRow = isBits ? Math.ceilDiv(width, Byte.SIZE) : most > 255 ? 2 * perRow : perRow;
        }
        boolean isWhole = width > 0 && perRow <= bytes.remaining() && height <= bytes.remaining() / perRow;
        return new ImageHeader(Format.PNM, isWhole ? width : 0, isWhole ? height : 0, Alpha.NONE, 1, 0);
    }

    /// The next number, after white space and comments, and the one byte that follows it.
    private static long number(ByteBuffer bytes) {
        int next = next(bytes);
        while (next == '#' || Character.isWhitespace(next)) {
            while (next == '#') {
                next = afterLine(bytes);
            }
            next = Character.isWhitespace(next) ? next(bytes) : next;
        }
        long number = 0;
        for (int digits = 0; next >= '0' && next <= '9'; digits++) {
            if (digits == MOST_DIGITS) {
                return 0;
            }
            number = 10 * number + next - '0';
            next = next(bytes);
        }
        return number;
    }

    private static int afterLine(ByteBuffer bytes) {
        int next = next(bytes);
        while (next != '\n' && next != '\r') {
            next = next(bytes);
        }
        return next;
    }

    private static int next(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            throw new IndexOutOfBoundsException("a header without its end");
        }
        return bytes.get() & 0xFF;
    }

    /// What is decoded before it is laid over white or turned, in bytes per pixel.
    private static int samples(Alpha alpha, int sampleBytes, boolean transposed) {
        return switch (alpha) {
            case NONE -> transposed ? 3 : 0;
            case STRAIGHT, PREMULTIPLIED -> 4 * sampleBytes * (transposed ? 2 : 1);
        };
    }

    private static boolean isTransposed(byte[] file, int from, long to) {
        int end = (int) Math.min(file.length, to);
        return from < end && Orientation.ofExif(Arrays.copyOfRange(file, from, end)).transposed();
    }

    private static boolean startsWith(byte[] file, int at, String name) {
        byte[] expected = name.getBytes(StandardCharsets.ISO_8859_1);
        return Arrays.mismatch(file, at, Math.min(file.length, at + expected.length), expected, 0, expected.length) < 0;
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
