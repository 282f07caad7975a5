package net.alexnet.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/// Lists the files in a tar without unpacking it: only the headers are read.
final class TarListing {
    private static final int BLOCK = 512;

    private TarListing() {}

    /// A file in a tar.
    ///
    /// @param name the last part of its path
    /// @param offset of its bytes, from the begin of the outermost tar
    /// @param size in bytes
    record Member(String name, long offset, long size) {}

    /// The files in a tar, in its order. Folders, links, and files whose names begin with a dot are passed over.
    ///
    /// @throws DatasetException if the tar is damaged or does not reach to its end mark
    static List<Member> of(Path tar) throws IOException {
        return of(tar, tar.toString(), 0, Files.size(tar));
    }

    /// The files in a tar that is itself in a tar.
    static List<Member> of(Path outer, Member inner) throws IOException {
        return of(outer, inner.name() + " in " + outer, inner.offset(), inner.size());
    }

    private static List<Member> of(Path file, String name, long start, long size) throws IOException {
        List<Member> members = new ArrayList<>();
        long end = 0;
        for (TarArchiveEntry entry : entries(file, name, start, size)) {
            end = Math.max(end, Math.ceilDiv(entry.getDataOffset() + entry.getSize(), BLOCK) * BLOCK);
            String last = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
            if (entry.isFile() && !entry.isLink() && !entry.isSymbolicLink() && !last.startsWith(".")) {
                members.add(new Member(last, start + entry.getDataOffset(), entry.getSize()));
            }
        }
        if (size < end + BLOCK) { // a block of zeros is the end mark
            throw damaged(name, "it ends after " + size + " bytes, without the mark of its end");
        }
        return members;
    }

    private static List<TarArchiveEntry> entries(Path file, String name, long start, long size) throws IOException {
        try (ChannelSlice slice = new ChannelSlice(file, start, size)) {
            List<TarArchiveEntry> entries = read(name, slice);
            for (TarArchiveEntry entry : entries) {
                if (!entry.isCheckSumOK() || entry.getSize() < 0) {
                    throw damaged(name, "the header before byte " + entry.getDataOffset() + " is not a tar's");
                }
            }
            return entries;
        }
    }

    private static List<TarArchiveEntry> read(String name, ChannelSlice slice) throws DatasetException {
        try (TarFile tar = new TarFile(slice)) {
            return tar.getEntries();
        } catch (IOException | IllegalArgumentException e) {
            throw damaged(name, String.valueOf(e.getMessage()));
        }
    }

    private static DatasetException damaged(String name, String how) {
        return new DatasetException(name + " is cut short or damaged: " + how + ". Download or copy it again");
    }
}
