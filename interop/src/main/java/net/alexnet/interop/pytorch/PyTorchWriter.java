package net.alexnet.interop.pytorch;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.NamedTensor;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/// Writes a state dict as `torch.save` does since PyTorch 1.6, for `torch.load(weights_only=True)`:
///
/// ```
/// archive/data.pkl     the OrderedDict of tensors, a pickle (see StatePickle)
/// archive/byteorder    little
/// archive/version      3
/// archive/data/0 …     each tensor's values: float32, row-major, not compressed
/// ```
///
/// The data of every record begins at a multiple of 64 bytes, so that `torch.load(mmap=True)` may compute where it lies.
public final class PyTorchWriter {
    private static final String FOLDER = "archive/"; // PyTorch takes any name; this is its own where a file has none
    private static final int ALIGNMENT = 64;

    /// The first moment that a zip can say, in any time zone; else it would be the moment of writing.
    private static final LocalDateTime WRITTEN = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final ZipArchiveOutputStream zip;

    private PyTorchWriter(OutputStream out) {
        zip = new ZipArchiveOutputStream(out);
        zip.setUseZip64(Zip64Mode.AsNeeded);
    }

    /// Writes tensors as float32 on the CPU, one after the other in the order given, whole or not at all (see
    /// [AtomicFiles]). The same tensors give the same bytes, whatever the file's name and the time.
    ///
    /// @param entries under the names that the module in PyTorch has, such as `features.0.weight`
    /// @throws IllegalArgumentException if a name stands twice, or a tensor's values do not fill its shape
    /// @throws IOException naming the file and the cause, if it cannot be written
    public static void write(Path file, List<NamedTensor> entries) throws IOException {
        Set<String> names = new HashSet<>();
        for (NamedTensor entry : entries) {
            if (!names.add(entry.name())) {
                throw new IllegalArgumentException("the tensor name '" + entry.name() + "' is given twice");
            }
        }
        AtomicFiles.write(file, out -> new PyTorchWriter(out).write(entries));
    }

    private void write(List<NamedTensor> entries) throws IOException {
        record("data.pkl", StatePickle.of(entries));
        record("byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        record("version", "3\n".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < entries.size(); i++) {
            MemorySegment values = entries.get(i).checkedValues();
            record("data/" + i, values.byteSize(), out -> NamedTensor.write(values, out));
        }
        zip.finish();
    }

    private void record(String name, byte[] bytes) throws IOException {
        record(name, bytes.length, out -> out.write(bytes));
    }

    /// A zip has the checksum before the data, so the content is gone through twice.
    private void record(String name, long bytes, AtomicFiles.Content content) throws IOException {
        CRC32 sum = new CRC32();
        content.writeTo(new CheckedOutputStream(OutputStream.nullOutputStream(), sum));
        ZipArchiveEntry entry = new ZipArchiveEntry(FOLDER + name);
        entry.setTimeLocal(WRITTEN);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes);
        entry.setCrc(sum.getValue());
        entry.setAlignment(ALIGNMENT);
        zip.putArchiveEntry(entry);
        content.writeTo(zip);
        zip.closeArchiveEntry();
    }
}
