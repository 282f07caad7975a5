package net.alexnet.data;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.FilePart;

/// Pictures that are files, read when asked for.
final class ImageFiles implements ImageDataset {
    /// @param name the path below the source, with `/` between its parts
    record Entry(Path file, String name, int label) {}

    private final List<String> classes;
    private final List<Entry> entries;
    private final ImageCodec codec;
    private final int channels;

    ImageFiles(List<String> classes, List<Entry> entries, ImageCodec codec, int channels) {
        this.classes = List.copyOf(classes);
        this.entries = List.copyOf(entries);
        this.codec = codec;
        this.channels = channels;
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public int label(int index) {
        return entries.get(index).label();
    }

    @Override
    public String name(int index) {
        return entries.get(index).name();
    }

    /// Of the file's size and the time of its last change.
    @Override
    public long stamp(int index) {
        try {
            BasicFileAttributes file = Files.readAttributes(entries.get(index).file(), BasicFileAttributes.class);
            return 31 * file.lastModifiedTime().toMillis() + file.size();
        } catch (IOException e) {
            return 0; // reading it will tell
        }
    }

    @Override
    public Optional<FilePart> filePart(int index) {
        return Optional.of(new FilePart(entries.get(index).file(), 0));
    }

    @Override
    public Content content(int index) throws IOException, UnreadableImageException {
        return new Content.Encoded(bytes(entries.get(index).file()));
    }

    @Override
    public Image image(int index) throws UnreadableImageException {
        try {
            return codec.decode(bytes(entries.get(index).file()), channels);
        } catch (IOException e) {
            throw ImageFileReader.unreadable(e);
        }
    }

    private static byte[] bytes(Path file) throws IOException, UnreadableImageException {
        try {
            ImageFileReader.requireSize(Files.size(file));
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException("the file has gone", e);
        } catch (AccessDeniedException e) {
            throw new UnreadableImageException("the file may not be read");
        }
    }
}
