package net.alexnet.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.FilePart;
import net.alexnet.io.Hashes;
import org.jspecify.annotations.Nullable;

/// Squares for a single pass over pictures of which some may be broken: for one that cannot be read a black square comes, and
/// [#reason(int)] tells afterwards. So every picture keeps its index, and none has to be decoded twice.
///
/// @see InMemoryDataset for pictures that are gone through several times
public final class SkippingDataset implements ImageDataset {
    /// The id of what could not even be read.
    public static final String UNREADABLE = "";

    private final ImageDataset source;
    private final ImageCodec codec;
    private final int side;
    private final int channels;
    private final AtomicReferenceArray<@Nullable String> reasons;
    private final AtomicReferenceArray<@Nullable String> contents;

    /// Reads nothing yet.
    ///
    /// @param source pictures as they are
    /// @param side of the squares, in pixels
    /// @param channels of the squares, 1 or 3
    public SkippingDataset(ImageDataset source, ImageCodec codec, int side, int channels) {
        this.source = source;
        this.codec = codec;
        this.side = side;
        this.channels = channels;
        this.reasons = new AtomicReferenceArray<>(source.size());
        this.contents = new AtomicReferenceArray<>(source.size());
    }

    @Override
    public List<String> classes() {
        return source.classes();
    }

    @Override
    public int size() {
        return source.size();
    }

    @Override
    public int label(int index) {
        return source.label(index);
    }

    @Override
    public String name(int index) {
        return source.name(index);
    }

    @Override
    public long stamp(int index) {
        return source.stamp(index);
    }

    @Override
    public Optional<FilePart> filePart(int index) {
        return source.filePart(index);
    }

    @Override
    public Content content(int index) {
        return new Content.Raw(image(index));
    }

    @Override
    public Image image(int index) {
        try {
            Content content = source.content(index);
            contents.set(index, contentId(content.bytes()));
            Image resized = content.resized(codec, side, channels);
            if (resized.channels() == channels) {
                return resized;
            }
            reasons.set(index, "it has " + resized.channels() + " channels, expected " + channels);
        } catch (IOException e) {
            reasons.set(index, String.valueOf(ImageFileReader.unreadable(e).getMessage()));
        } catch (UnreadableImageException e) {
            reasons.set(index, String.valueOf(e.getMessage()));
        }
        return new Image(side, side, channels, new byte[side * side * channels]);
    }

    /// Why a picture that was asked for could not be read; null if it could.
    public @Nullable String reason(int index) {
        return reasons.get(index);
    }

    /// The id of what a picture that was asked for holds ([#contentId(byte[])]), or [#UNREADABLE].
    public String contentId(int index) {
        String id = contents.get(index);
        return id == null ? UNREADABLE : id;
    }

    /// The id of what a picture of any set holds, or [#UNREADABLE].
    public static String contentId(ImageDataset images, int index) {
        try {
            return contentId(images.content(index).bytes());
        } catch (IOException | UnreadableImageException e) {
            return UNREADABLE;
        }
    }

    /// The same for the same bytes, and another for others: the first 128 bits of their SHA-256, in hexadecimal.
    public static String contentId(byte[] bytes) {
        return Hashes.hex(bytes).substring(0, 32);
    }

    /// What could not be read of the pictures that were asked for, in their order.
    public List<RejectedImage> rejected() {
        List<RejectedImage> rejected = new ArrayList<>();
        for (int i = 0; i < size(); i++) {
            String reason = reasons.get(i);
            if (reason != null) {
                rejected.add(new RejectedImage(name(i), reason));
            }
        }
        return List.copyOf(rejected);
    }
}
