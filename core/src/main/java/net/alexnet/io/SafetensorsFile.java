package net.alexnet.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.alexnet.io.SafetensorsHeader.Location;
import net.alexnet.tensor.Shape;

/// A safetensors file opened for reading, mapped into memory; any size. The format stands at [Safetensors].
///
/// The file is taken for hostile: its whole layout is checked when it is opened, before anything is allocated that it
/// asks for. Safe for use by many threads until it is closed.
///
/// A file that is cut while it is mapped can fail a reader in Java with an error, and a native one with the end of the
/// process; [Safetensors#write] never changes a file that is there, but puts another in its place.
public final class SafetensorsFile implements WeightFile {
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final String CLOSED = "reading from a file of weights that is closed: ";

    private final Path file;
    private final Arena arena;
    private final MemorySegment data;
    private final Map<String, String> metadata;
    private final Map<String, Location> tensors;

    private final boolean lasting;
    private volatile boolean closed;

    private SafetensorsFile(Path file, Arena arena, boolean lasting) throws WeightFileException {
        this.file = file;
        this.arena = arena;
        this.lasting = lasting;
        MemorySegment whole = MappedFile.map(file, arena, "a safetensors file");
        SafetensorsHeader header = header(file, whole);
        this.data = whole.asSlice(Long.BYTES + whole.get(LENGTH, 0));
        this.metadata = header.metadata();
        this.tensors = Collections.unmodifiableMap(inDataOrder(header.tensors()));
        checkLayout();
    }

    /// Opens and checks a file.
    ///
    /// @throws WeightFileException if it cannot be read or breaks the format, naming the file, the tensor, what was
    ///     expected and what was found
    @SuppressWarnings("MustBeClosedChecker") // the file that is returned closes the arena
    public static SafetensorsFile open(Path file) throws WeightFileException {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            SafetensorsFile result = new SafetensorsFile(file, arena, false);
            opened = true;
            return result;
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    /// Opens and checks a file whose values may outlive it: the mapping stays until nothing refers to a part of it any more.
    /// Every page is brought into memory.
    ///
    /// @throws WeightFileException as from [#open], or if the disk does not give a page
    public static SafetensorsFile openLasting(Path file) throws WeightFileException {
        SafetensorsFile result = new SafetensorsFile(file, Arena.ofAuto(), true);
        MappedFile.load(file, result.data);
        return result;
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public Path path() {
        return file;
    }

    @Override
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    @Override
    public Shape shape(String name) throws WeightFileException {
        return location(name).shape();
    }

    /// The values of a tensor in row-major order; F16, BF16 and F64 are converted.
    ///
    /// @throws WeightFileException if there is none of this name, its values are not floating-point, or are too many
    ///     for an array
    /// @throws IllegalStateException if the file is closed, also while it is read
    public float[] read(String name) throws WeightFileException {
        Location location = location(name);
        // A few elements below the limit of int is the most that a JVM grants.
        if (location.shape().elements() > Integer.MAX_VALUE - 8) {
            throw new WeightFileException(file, "tensor '" + name + "' of shape " + location.shape()
                    + " has too many values for one array");
        }
        return floats(location).orElseThrow(() -> new WeightFileException(file, "tensor '" + name
                + "' holds " + location.dtype() + "; only F32, F16, BF16 and F64 can be read as weights"));
    }

    private Optional<float[]> floats(Location location) {
        try {
            return location.dtype().floats(part(location));
        } catch (IllegalStateException e) { // the arena's own words name no file
            throw closed ? new IllegalStateException(CLOSED + file, e) : e;
        }
    }

    /// The values of a tensor that must have this shape.
    ///
    /// @throws WeightFileException if it has another one, or as from [#read(String)]
    public float[] read(String name, Shape expected) throws WeightFileException {
        return values(name, expected).toArray(NamedTensor.FLOAT);
    }

    /// The mapped file itself, read-only, where it holds the values as they are wanted and was opened by [#openLasting]; else
    /// a copy.
    @Override
    public MemorySegment values(String name) throws WeightFileException {
        Location location = location(name);
        if (!lasting || location.dtype() != Dtype.F32 || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            return MemorySegment.ofArray(read(name));
        }
        return part(location);
    }

    private MemorySegment part(Location location) {
        if (closed) {
            throw new IllegalStateException(CLOSED + file);
        }
        return data.asSlice(location.begin(), location.end() - location.begin());
    }

    /// Ends the reading: from now on it is an [IllegalStateException]. The file is unmapped, unless it was opened by
    /// [#openLasting]; then what was read stays usable, and the last that refers to it takes the mapping along. A second
    /// call does nothing.
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (!lasting) {
                arena.close();
            }
        }
    }

    private Location location(String name) throws WeightFileException {
        Location location = tensors.get(name);
        if (location == null) {
            throw new WeightFileException(file,
                    "there is no tensor '" + name + "'; there are " + Shown.few(tensors.keySet()));
        }
        return location;
    }

    private static SafetensorsHeader header(Path file, MemorySegment whole) throws WeightFileException {
        long size = whole.byteSize();
        if (size < Long.BYTES) {
            throw new WeightFileException(file, "not a safetensors file: it has " + size + " bytes, and needs at least "
                    + Long.BYTES);
        }
        long length = whole.get(LENGTH, 0);
        if (length < 0 || length > Math.min(size - Long.BYTES, Safetensors.HEADER_LIMIT)) {
            throw new WeightFileException(file,
                    length > size - Long.BYTES && size > Long.BYTES
                            && whole.get(ValueLayout.JAVA_BYTE, Long.BYTES) == '{'
                                    ? "is cut: its header has " + length + " bytes, and the file " + size
                                    : "not a safetensors file, or cut: its first 8 bytes announce a header of "
                                            + Long.toUnsignedString(length) + " bytes; the file has " + size
                                            + ", and the limit is "
                                            + Safetensors.HEADER_LIMIT);
        }
        try {
            return SafetensorsHeader.parse(whole.asSlice(Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE));
        } catch (IOException e) {
            throw new WeightFileException(file, "not a safetensors file, or damaged: " + AtomicFiles.reason(e), e);
        }
    }

    private static Map<String, Location> inDataOrder(Map<String, Location> tensors) {
        Map<String, Location> ordered = new LinkedHashMap<>();
        tensors.entrySet().stream().sorted(Map.Entry.comparingByValue(Comparator.comparingLong(Location::begin)))
                .forEach(entry -> ordered.put(entry.getKey(), entry.getValue()));
        return ordered;
    }

    private void checkLayout() throws WeightFileException {
        long covered = 0;
        for (Map.Entry<String, Location> entry : tensors.entrySet()) {
            String where = "tensor '" + entry.getKey() + "'";
            Location location = entry.getValue();
            if (location.begin() != covered || location.end() < location.begin()) {
                throw new WeightFileException(file, where + " lies at bytes " + location.begin() + " to "
                        + location.end() + " of the data; it must start at " + covered
                        + ", where the one before it ends");
            }
            long needed = bytes(location, where);
            if (location.end() - location.begin() != needed) {
                throw new WeightFileException(file, where + " of shape " + location.shape() + " and type "
                        + location.dtype() + " needs " + needed + " bytes, and has "
                        + (location.end() - location.begin()));
            }
            covered = location.end();
        }
        if (covered != data.byteSize()) {
            throw new WeightFileException(file, "the tensors cover " + covered + " bytes of data, the file has "
                    + data.byteSize() + (covered > data.byteSize() ? ": it is cut" : ""));
        }
    }

    private long bytes(Location location, String where) throws WeightFileException {
        try {
            return Math.multiplyExact(location.shape().elements(), (long) location.dtype().bytes());
        } catch (ArithmeticException e) {
            throw new WeightFileException(file, where + ": the shape " + location.shape() + " has more than 2^63 bytes",
                    e);
        }
    }
}
