package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Path;
import net.alexnet.data.IdxFiles;
import net.alexnet.data.PreparationSettings;
import net.alexnet.data.image.Encoding;
import net.alexnet.torch.OpenCvCodec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that the bytes of a prepared dataset depend on.
final class PreparationOptions {
    @Option(names = "--size", paramLabel = "N", description = "Width and height of the stored pictures in pixels. Default: the paper's 256.")
    private int side = PreparationSettings.PAPER_SIDE;

    @Option(names = "--channels", paramLabel = "1|3", description = "1 for gray, 3 for color. Default: 1 for IDX files, else 3.")
    private @Nullable Integer channels;

    @Option(names = "--format", paramLabel = "FORMAT", description = "jpeg or png (without loss). Default: png up to 64 pixels, else jpeg.")
    private Encoding.@Nullable Format format;

    @Option(names = "--quality", paramLabel = "Q", description = "The quality of JPEGs, 1 to 100. Default: the paper's 95.")
    private @Nullable Integer quality;

    @Option(names = "--shard-size", paramLabel = "SIZE", converter = Text.ByteSize.class, description = "The most bytes of a shard, such as 100MB or 1GiB, up to 4GiB. Default: 256MiB.")
    private long shardBytes = PreparationSettings.SHARD_BYTES;

    @Option(names = "--max-pixels", paramLabel = "N", description = "Leave out pictures that claim to have more pixels. Default: 178000000.")
    private long maxPixels = PreparationSettings.MAX_PIXELS;

    @Option(names = "--seed", paramLabel = "N", description = "The seed of the order of storing and of what is held out. Default: 1.")
    private long seed = 1;

    PreparationSettings settings(Path source) throws IOException {
        BaseCommand.within("--max-pixels", maxPixels, 1, OpenCvCodec.OPENCV_MAX_PIXELS);
        int read = channels != null ? channels : IdxFiles.in(source).present() ? 1 : 3;
        return new PreparationSettings(side, read, PreparationSettings.encodingFor(side, format, quality), shardBytes,
                seed, maxPixels);
    }
}
