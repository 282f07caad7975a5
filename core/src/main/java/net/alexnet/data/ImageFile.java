package net.alexnet.data;

import module java.base;
import net.alexnet.data.image.UnreadableImageException;

/// An image in a file of its own.
record ImageFile(Path file) implements Sample.Source {
    @Override
    public Content content() throws IOException, UnreadableImageException {
        try {
            Content.requireSize(Files.size(file));
            return new Content.Encoded(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            if (Files.isSymbolicLink(file)) {
                throw new UnreadableImageException("a link that leads nowhere");
            }
            throw new IOException("the file has gone", e);
        } catch (AccessDeniedException e) {
            throw new UnreadableImageException("the file may not be read");
        }
    }

    /// Made of the file's size and the time of its last change.
    @Override
    public long stamp() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return 31 * attributes.lastModifiedTime().toMillis() + attributes.size();
        } catch (IOException e) {
            return 0; // reading the file will report it
        }
    }
}
