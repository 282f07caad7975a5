package net.alexnet.data;

import module java.base;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.RegularFile;

/// An image in a file of its own.
record ImageFile(Path file) implements Sample.Source {
    @Override
    public Optional<Path> path() {
        return Optional.of(file);
    }

    @Override
    public Content content() throws IOException, UnreadableImageException {
        try {
            Content.requireSize(RegularFile.size(file));
            return new Content.Encoded(RegularFile.read(file, (int) Content.MAX_BYTES));
        } catch (AccessDeniedException e) {
            throw new UnreadableImageException("the file may not be read");
        } catch (IOException e) {
            if (Files.isSymbolicLink(file) && !Files.exists(file)) { // also a loop of links
                throw new UnreadableImageException("a link that leads nowhere");
            }
            if (FolderScan.isOfKernel(file)) {
                throw new UnreadableImageException(
                        "a link to a file of the operating system: " + AtomicFiles.reason(e));
            }
            throw e instanceof NoSuchFileException ? new IOException("the file has gone", e) : e;
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
