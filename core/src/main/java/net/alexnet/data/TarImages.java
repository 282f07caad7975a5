package net.alexnet.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.FilePart;

/// Pictures inside a tar, read by their place when asked for.
///
/// The tar is opened anew for each picture: that takes microseconds beside the milliseconds of decoding, and leaves
/// nothing open, nothing shared, and nothing that an interrupted thread could close under the others.
final class TarImages implements ImageDataset {
    private final Path tar;
    private final List<String> classes;
    private final TarIndex index;
    private final Naming naming;
    private final ImageCodec codec;
    private final int channels;
    private final long changed;

    /// What a picture is called.
    @FunctionalInterface
    interface Naming {
        /// The name of a picture, with its path below the source.
        ///
        /// @param number the one in its file's name
        String name(String className, int number);
    }

    /// @param index complete; the set reads it from now on
    TarImages(
            Path tar, List<String> classes, TarIndex index, Naming naming, ImageCodec codec, int channels)
            throws IOException {
        this.tar = tar;
        this.classes = List.copyOf(classes);
        this.index = index;
        this.naming = naming;
        this.codec = codec;
        this.channels = channels;
        this.changed = Files.getLastModifiedTime(tar).toMillis();
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public int size() {
        return index.size();
    }

    @Override
    public int label(int i) {
        return index.label(Objects.checkIndex(i, size()));
    }

    @Override
    public String name(int i) {
        return naming.name(classes.get(label(i)), index.number(i));
    }

    /// Of the picture's place and of the time of the tar's last change.
    @Override
    public long stamp(int i) {
        return 31 * (31 * changed + index.offset(i)) + index.length(i);
    }

    @Override
    public Optional<FilePart> filePart(int i) {
        return Optional.of(new FilePart(tar, index.offset(i)));
    }

    @Override
    public Content content(int i) throws IOException, UnreadableImageException {
        return new Content.Encoded(bytes(i));
    }

    @Override
    public Image image(int i) throws UnreadableImageException {
        try {
            return codec.decode(bytes(i), channels);
        } catch (IOException e) {
            throw ImageFileReader.unreadable(e);
        }
    }

    private byte[] bytes(int i) throws IOException, UnreadableImageException {
        int length = index.length(Objects.checkIndex(i, size()));
        ImageFileReader.requireSize(length);
        byte[] bytes = new byte[length];
        try (InputStream in = Files.newInputStream(tar)) {
            in.skipNBytes(index.offset(i)); // a seek
            if (in.readNBytes(bytes, 0, bytes.length) < bytes.length) {
                throw new EOFException("it has been cut short");
            }
            return bytes;
        } catch (IOException e) {
            throw new IOException("reading " + tar + " failed: " + AtomicFiles.reason(e), e);
        }
    }
}
