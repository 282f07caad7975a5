package net.alexnet.interop.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.alexnet.interop.Expected;
import net.alexnet.io.WeightFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileZipTest {
    private static final int DIRECTORY_ENTRY = 0x02014b50;

    @TempDir
    Path folder;

    @Test
    void readsAnyFolderAndPlainZip() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        valid().forEach((name, bytes) -> entries.put("größer" + name.substring(name.indexOf('/')), bytes));
        assertThat(PyTorchFile.open(written(new ZipOf(entries).bytes())).names()).hasSize(6);
    }

    @Test
    void refusesCompression() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("a/data.pkl"));
            zip.write(new byte[1 << 20]); // 1 MiB from 1 KiB
        }
        refused(bytes.toByteArray(), "entry 'a/data.pkl' is compressed or encrypted (method 8)");
    }

    @Test
    void refusesSizesThatDiffer() throws IOException {
        byte[] zip = new ZipOf(valid()).bytes();
        int at = place(zip, DIRECTORY_ENTRY);
        littleEndian(zip).putInt(at + 24, 1 << 30);
        refused(zip, "has 1073741824 bytes, stored as");
        littleEndian(zip).putInt(at + 20, 1 << 30);
        refused(zip, "has 1073741824 bytes, stored as 1073741824");
    }

    @Test
    void refusesEntriesThatShareBytes() throws IOException {
        byte[] zip = new ZipOf(Map.of("a/data.pkl", new byte[9], "a/data/0", new byte[9])).bytes();
        int first = place(zip, DIRECTORY_ENTRY);
        int second = place(zip, DIRECTORY_ENTRY, first + 4);
        littleEndian(zip).putInt(second + 42, littleEndian(zip).getInt(first + 42));
        refused(zip, "overlap");
    }

    @Test
    void refusesCountsThatLie() throws IOException {
        byte[] zip = new ZipOf(valid()).bytes();
        int end = place(zip, 0x06054b50);
        littleEndian(zip).putShort(end + 10, (short) 0xffff);
        refused(zip, "directory announces 65535 entries");
        littleEndian(zip).putShort(end + 10, (short) 20_000);
        refused(zip, "no entry of its directory at byte");
    }

    @Test
    void refusesBigEndianValuesAndMissingStorages() throws IOException {
        Map<String, byte[]> entries = valid();
        String top = entries.keySet().iterator().next().replaceAll("/.*", "/");
        entries.put(top + "byteorder", "big".getBytes(StandardCharsets.UTF_8));
        refused(new ZipOf(entries).bytes(), "byte order");

        entries.remove(top + "byteorder");
        entries.put(top + "data/0", new byte[4]);
        refused(new ZipOf(entries).bytes(), "storage '0' must have 108 values of 4 bytes, found 4 bytes");
        entries.remove(top + "data/0");
        refused(new ZipOf(entries).bytes(), "storage '0' must have 108 values of 4 bytes, found no entry of this name");
        refused(new ZipOf(Map.of("x", new byte[3])).bytes(), "has one folder with a data.pkl in it, found []");
    }

    private void refused(byte[] zip, String expected) throws IOException {
        Path file = written(zip);
        assertThatThrownBy(() -> PyTorchFile.open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining(expected);
    }

    private Path written(byte[] zip) throws IOException {
        return Files.write(folder.resolve("hostile.pth"), zip);
    }

    private static Map<String, byte[]> valid() throws IOException {
        return ZipOf.entriesOf(Files.readAllBytes(Expected.fixture("pytorch/zip.pth")));
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int place(byte[] zip, int signature) {
        return place(zip, signature, 0);
    }

    private static int place(byte[] zip, int signature, int from) {
        int at = from;
        while (littleEndian(zip).getInt(at) != signature) {
            at++;
        }
        return at;
    }
}
