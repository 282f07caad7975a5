package net.alexnet.data;

import module java.base;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.Archives;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.RegularFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/// The images in a tar: where each one is and its label, in 20 bytes an image, so that the 1.28 million of
/// ILSVRC-2012 take 26 MB. Filled by one thread, then only read.
///
/// The tar is opened again for each image: that takes microseconds against milliseconds of decoding, shares nothing
/// between threads, and an interrupted thread cannot close it for the others.
final class TarSamples {
    private static final int BLOCK = 512;
    private static final int TYPE = 156; // where a header has the type of the member
    private static final int MOST_NAME = 1 << 16; // bytes of a member that holds a name
    private static final int BEHIND = 1 << 16; // bytes after the end mark that are looked at

    private final Path tar;
    private final long changed;
    private long[] offsets = new long[1024];
    private int[] lengths = new int[1024];
    private int[] labels = new int[1024];
    private int[] numbers = new int[1024];
    private int size;

    TarSamples(Path tar) throws IOException {
        this.tar = tar;
        this.changed = Files.getLastModifiedTime(tar).toMillis();
    }

    /// A file in a tar.
    ///
    /// @param path in the tar
    /// @param name the last part of its path
    /// @param offset of its bytes, from the start of the outermost tar
    /// @param size in bytes
    record Member(String path, String name, long offset, long size) {}

    /// Lists the files in the tar, in its order, by reading only the headers. Folders, links, and files whose names begin
    /// with a dot are left out. A name of more than 100 characters stands in a member before its file, in GNU's form or
    /// that of pax.
    ///
    /// @throws DatasetException if the tar is damaged or does not reach to its end mark
    List<Member> members() throws IOException {
        Optional<String> archive = Archives.kind(tar).filter(kind -> !kind.equals(Archives.TAR));
        if (archive.isPresent()) {
            throw new DatasetException(
                    tar + " is a " + archive.get() + " archive, expected a plain tar. Unpack it first");
        }
        return members(tar.toString(), 0, RegularFile.size(tar));
    }

    /// Lists the files in a tar that is itself in the tar.
    List<Member> members(Member inner) throws IOException {
        return members(inner.name + " in " + tar, inner.offset, inner.size);
    }

    private List<Member> members(String name, long start, long length) throws IOException {
        List<Member> members = new ArrayList<>();
        byte[] header = new byte[BLOCK];
        byte[] end = new byte[BLOCK]; // a block of zeros is the end mark
        try (RandomAccessFile file = new RandomAccessFile(tar.toFile(), "r")) { // an interrupt closes a FileChannel
            String longName = "";
            for (long at = 0; at + BLOCK <= length;) {
                file.seek(start + at);
                file.readFully(header);
                if (Arrays.equals(header, end)) {
                    requireEnd(file, start + at, start + length, name);
                    return members;
                }
                at += BLOCK;
                TarArchiveEntry entry = entry(header, name, at);
                String path = longName.isEmpty() ? entry.getName() : longName;
                if (entry.getSize() > length - at) {
                    throw damaged(name, "it ends within a member of " + entry.getSize() + " bytes");
                }
                longName = header[TYPE] == 'L' || header[TYPE] == 'x'
                        ? longName(file, header[TYPE], entry.getSize())
                        : "";
                String last = path.substring(path.lastIndexOf('/') + 1);
                if ((header[TYPE] == 0 || header[TYPE] == '0') && !last.isEmpty() && !last.startsWith(".")) {
                    members.add(new Member(path, last, start + at, entry.getSize()));
                }
                at += Math.ceilDiv(Math.min(entry.getSize(), length), BLOCK) * BLOCK;
            }
        }
        throw damaged(name, "it ends after " + length + " bytes, without the mark of its end");
    }

    /// Tars that were joined with `cat` have further members after the end mark of the first. To read the first alone would lose
    /// pictures.
    private static void requireEnd(RandomAccessFile file, long from, long to, String name) throws IOException {
        byte[] bytes = new byte[(int) Math.min(BEHIND, to - from)];
        file.seek(from);
        file.readFully(bytes);
        for (byte one : bytes) {
            if (one != 0) {
                throw damaged(name, "it goes on behind the mark of its end, as joined tars do: give each by itself");
            }
        }
    }

    /// Reads the name of the next member, after its header; empty if a pax header has none.
    private static String longName(RandomAccessFile file, byte type, long size) throws IOException {
        byte[] bytes = new byte[(int) Math.min(size, MOST_NAME)];
        file.readFully(bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (type == 'L') {
            return text.replace("\0", "");
        }
        return paxPath(bytes);
    }

    /// The path of a pax header, of records `LENGTH KEY=VALUE` and a line feed each. A value may have line feeds, too.
    private static String paxPath(byte[] records) {
        for (int at = 0; at < records.length;) {
            int digits = at;
            int length = 0;
            while (digits < records.length && Character.isDigit(records[digits]) && length < MOST_NAME) {
                length = 10 * length + records[digits++] - '0';
            }
            if (length <= digits - at + 1 || length > records.length - at) {
                return ""; // damaged
            }
            String record = new String(records, digits + 1, at + length - digits - 2, StandardCharsets.UTF_8);
            if (record.startsWith("path=")) {
                return record.substring("path=".length());
            }
            at += length;
        }
        return "";
    }

    private static TarArchiveEntry entry(byte[] header, String name, long at) throws DatasetException {
        try {
            TarArchiveEntry entry = new TarArchiveEntry(header);
            if (entry.isCheckSumOK() && entry.getSize() >= 0) {
                return entry;
            }
        } catch (IllegalArgumentException | UncheckedIOException e) {
            // said below: the library's message names classes of Java
        }
        throw damaged(name, "the header before byte " + at + " is not a tar's");
    }

    private static DatasetException damaged(String name, String how) {
        return new DatasetException(name + " is cut short or damaged: " + how + ". Download or copy it again");
    }

    /// Adds an image.
    ///
    /// @param number the one in the name of its file
    /// @throws DatasetException if the file is too large for an image
    void add(Member file, int label, int number) throws DatasetException {
        if (file.size > Integer.MAX_VALUE - 8) {
            throw new DatasetException(tar + " holds " + file.name + " of " + file.size
                    + " bytes, which is too large for an image");
        }
        if (size == offsets.length) {
            int capacity = size + size / 2;
            offsets = Arrays.copyOf(offsets, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
            labels = Arrays.copyOf(labels, capacity);
            numbers = Arrays.copyOf(numbers, capacity);
        }
        offsets[size] = file.offset;
        lengths[size] = (int) file.size;
        labels[size] = label;
        numbers[size] = number;
        size++;
    }

    int size() {
        return size;
    }

    int label(int index) {
        return labels[index];
    }

    int number(int index) {
        return numbers[index];
    }

    /// The samples as a list.
    ///
    /// @param name gives the name of an image by its index
    List<Sample> samples(IntFunction<String> name) {
        return ImageDataset.list(size, i -> new Sample(new TarImage(tar, changed, offsets[i], lengths[i]), labels[i],
                name.apply(i)));
    }

    /// An image in a tar.
    private record TarImage(Path tar, long changed, long offset, int length) implements Sample.Source {
        @Override
        public Content content() throws IOException, UnreadableImageException {
            Content.requireSize(length);
            byte[] bytes = new byte[length];
            try (InputStream in = RegularFile.open(tar)) {
                in.skipNBytes(offset); // a seek
                if (in.readNBytes(bytes, 0, length) < length) {
                    throw new EOFException("it has been cut short");
                }
                return new Content.Encoded(bytes);
            } catch (IOException e) {
                throw new IOException("reading " + tar + " failed: " + AtomicFiles.reason(e), e);
            }
        }

        /// Made of the place of the image and the time of the tar's last change.
        @Override
        public long stamp() {
            return 31 * (31 * changed + offset) + length;
        }
    }
}
