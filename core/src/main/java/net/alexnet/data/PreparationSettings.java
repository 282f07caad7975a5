package net.alexnet.data;

import java.util.ArrayList;
import java.util.List;
import net.alexnet.data.image.Encoding;
import net.alexnet.tensor.Check;
import org.jspecify.annotations.Nullable;

/// The settings that a prepared dataset's bytes depend on.
///
/// @param side of the stored images in pixels, [#MIN_SIDE] to [#MAX_SIDE]; the paper's 256
/// @param channels 1 for gray, 3 for red, green, blue
/// @param encoding of the stored images
/// @param shardBytes the most bytes that a shard may have, [#MIN_SHARD_BYTES] to [#MAX_SHARD_BYTES], and enough for
///     one picture
/// @param seed of the order in which training pictures are stored
/// @param maxPixels of a picture of the source, at least `side · side`; pictures that claim more are left out
public record PreparationSettings(
        int side, int channels, Encoding encoding, long shardBytes, long seed, long maxPixels) {
    /// The paper's §2.
    public static final int PAPER_SIDE = 256;

    /// 534 MB as red, green, blue.
    public static final long MAX_PIXELS = 178_000_000;

    static final int MIN_SIDE = 8;

    /// The mean image is in `dataset.json` as text, and every worker that measures holds sums for each of its values:
    /// some 35 MB and 25 MB at this side.
    static final int MAX_SIDE = 1024;

    static final long MIN_SHARD_BYTES = 1 << 16;

    /// 256 MiB: few enough files for a million pictures, and little to do again after a crash.
    public static final long SHARD_BYTES = 1L << 28;

    static final long MAX_SHARD_BYTES = 1L << 32;

    /// Up to this side images are stored without loss: halved color resolution would show, and the bytes are few.
    private static final int LOSSLESS_SIDE = 64;

    public PreparationSettings {
        Check.that(side >= MIN_SIDE && side <= MAX_SIDE, "the side of the stored images", side,
                MIN_SIDE + " to " + MAX_SIDE + " pixels");
        Check.that(channels == 1 || channels == 3, "the number of channels", channels, "1 or 3");
        Check.that(shardBytes >= MIN_SHARD_BYTES && shardBytes <= MAX_SHARD_BYTES, "the size of a shard", shardBytes,
                MIN_SHARD_BYTES + " to " + MAX_SHARD_BYTES + " bytes");
        long largest = ShardWriter.recordBytes(2L * side * side * channels) + ShardWriter.END_BYTES; // noise grows
        Check.that(shardBytes >= largest, "the size of a shard", shardBytes,
                largest + " bytes or more, as a smaller one may not hold one picture of " + side + " × " + side + " × "
                        + channels);
        Check.that(maxPixels >= (long) side * side, "the most pixels of a picture", maxPixels,
                "at least " + (long) side * side + ", those of one stored image");
    }

    /// Settings with the usual limit of pixels, [#MAX_PIXELS].
    public PreparationSettings(int side, int channels, Encoding encoding, long shardBytes, long seed) {
        this(side, channels, encoding, shardBytes, seed, MAX_PIXELS);
    }

    /// JPEG of quality 95 as the paper's source has it, or without loss up to 64 pixels.
    public static Encoding encodingFor(int side) {
        return side <= LOSSLESS_SIDE ? Encoding.LOSSLESS : Encoding.PAPER;
    }

    /// The encoding that a user asks for; what is not given is as in [#encodingFor(int)].
    ///
    /// @param quality of a JPEG, 1 to 100
    /// @throws IllegalArgumentException if a quality is given for a format without loss
    public static Encoding encodingFor(int side, Encoding.@Nullable Format format, @Nullable Integer quality) {
        Encoding.Format chosen = format == null ? encodingFor(side).format() : format;
        if (chosen == Encoding.Format.JPEG) {
            return new Encoding(chosen, quality == null ? Encoding.PAPER.quality() : quality);
        }
        if (quality != null) {
            throw new IllegalArgumentException("--quality is for JPEG, but images of " + side
                    + " pixels are stored as PNG here, without loss; give --format jpeg, or no --quality");
        }
        return Encoding.LOSSLESS;
    }

    /// The differences to other settings, such as `side 256, now 128`.
    List<String> differences(PreparationSettings now) {
        List<String> found = new ArrayList<>();
        differ(found, "side", side, now.side);
        differ(found, "channels", channels, now.channels);
        differ(found, "format", encoding.format(), now.encoding.format());
        differ(found, "quality", encoding.quality(), now.encoding.quality());
        differ(found, "shard size", shardBytes, now.shardBytes);
        differ(found, "seed", seed, now.seed);
        differ(found, "most pixels", maxPixels, now.maxPixels);
        return found;
    }

    private static void differ(List<String> found, String what, Object then, Object now) {
        if (!then.equals(now)) {
            found.add(what + " " + then + ", now " + now);
        }
    }
}
