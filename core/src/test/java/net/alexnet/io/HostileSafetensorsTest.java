package net.alexnet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.alexnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostileSafetensorsTest {
    private static final int DATA_BYTES = 16;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {} | the tensors cover 0 bytes of data, the file has 16
            {"a":{<f32>,<s>[2],<at>[0,8]}} | the tensors cover 8 bytes of data, the file has 16
            {"a":{<f32>,<s>[8],<at>[0,32]}} | the tensors cover 32 bytes of data, the file has 16: it is cut
            {"a":{<f32>,<s>[3],<at>[0,16]}} | tensor 'a' of shape 3 and type F32 needs 12 bytes, and has 16
            {"a":{<f32>,<s>[3],<at>[4,16]}} | tensor 'a' lies at bytes 4 to 16 of the data; it must start at 0
            {"a":{<f32>,<s>[1],<at>[4,0]}} | tensor 'a' lies at bytes 4 to 0
            {"a":{<f32>,<s>[4],<at>[0,16]},"b":{<f32>,<s>[1],<at>[12,16]}} | tensor 'b' lies at bytes 12 to 16
            {"a":{<f32>,<s>[2147483647,2147483647,2147483647],<at>[0,16]}} | more than 2^63 bytes
            {"a":{<f32>,<s>[2147483648],<at>[0,16]}} | tensor 'a' has the shape [2147483648]
            {"a":{<f32>,<s>[0],<at>[0,0]}} | tensor 'a' has the shape [0]
            {"a":{<f32>,<s>[-4],<at>[0,16]}} | tensor 'a': shape has the negative number -4
            {"a":{<f32>,<s>[4.0],<at>[0,16]}} | tensor 'a': shape: expected VALUE_NUMBER_INT
            {"a":{<f32>,<s>[99999999999999999999],<at>[0,16]}} | out of range of
            {"a":{<f32>,<s>[999999999999999999999],<at>[0,16]}} | exceeds the maximum allowed
            {"a":{<f32>,<s>[4,1,1,1,1,1,1,1,1],<at>[0,16]}} | tensor 'a': shape has more than 8 numbers
            {"a":{<f32>,<s>[4],<at>[0,8,16]}} | tensor 'a': data_offsets has more than 2 numbers
            {"a":{<f32>,<s>[4],<at>[0]}} | tensor 'a' needs a dtype, a shape and two data_offsets
            {"a":{<f32>,<at>[0,16]}} | tensor 'a' needs a dtype, a shape and two data_offsets
            {"a":{"dtype":"F31",<s>[4],<at>[0,16]}} | tensor 'a': the dtype 'F31' is not one of safetensors'
            {"a":{"dtype":4,<s>[4],<at>[0,16]}} | tensor 'a': dtype: expected VALUE_STRING
            {"a":{<f32>,<s>[4],<at>[0,16],"run":"me"}} | tensor 'a': 'run' is not a key of safetensors
            {"a":{<f32>,<s>[[4]],<at>[0,16]}} | nesting depth (4) exceeds the maximum
            {"a":{<f32>,<s>[4],<at>[0,16]},"a":{<f32>,<s>[4],<at>[0,16]}} | Duplicate
            {"a":{<f32>,<s>[4],<s>[4],<at>[0,16]}} | Duplicate
            {"__metadata__":{"a":"1","a":"2"}} | Duplicate
            {"__metadata__":{"a":1}} | __metadata__ 'a': expected VALUE_STRING
            {"__metadata__":[]} | __metadata__: expected START_OBJECT
            {"a":[]} | tensor 'a': expected START_OBJECT
            {"a":{<f32>,<s>[4],<at>[0,16]}} x | damaged
            {"a":{<f32>,<s>[4],<at>[0,16]}}{} | the header goes on after its closing '}'
            {"a":{<f32>,<s>[4],<at>[0,16]} | damaged
            [1] | the header does not start with '{'
            """)
    void refusesAWrongHeader(String shorthand, String expected) throws IOException {
        String header = shorthand
                .replace("<f32>", "\"dtype\":\"F32\"")
                .replace("<s>", "\"shape\":")
                .replace("<at>", "\"data_offsets\":");
        Path file = file(header.getBytes(StandardCharsets.UTF_8), new byte[DATA_BYTES]);

        assertThatThrownBy(() -> open(file))
                .isInstanceOf(WeightFileException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(expected);
    }

    @Test
    void refusesOtherEncodings() throws IOException {
        String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}";
        Path sixteen = file(header.getBytes(StandardCharsets.UTF_16LE), new byte[DATA_BYTES]);
        assertThatThrownBy(() -> open(sixteen)).isInstanceOf(WeightFileException.class);
        Path latin = file(header.replace('a', 'ä').getBytes(StandardCharsets.ISO_8859_1), new byte[DATA_BYTES]);
        assertThatThrownBy(() -> open(latin)).isInstanceOf(WeightFileException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, 100_000_001, 1000, 41})
    void believesNoLengthBeyondTheFile(long length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        Path file = Files.write(folder.resolve("length"), bytes.array());

        assertThatThrownBy(() -> open(file))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining(
                        "announce a header of " + Long.toUnsignedString(length) + " bytes; the file has 48");
    }

    @Test
    void refusesOtherFiles() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        assertThatThrownBy(() -> open(empty)).hasMessageContaining("it has 0 bytes, and needs at least 8");
        assertThatThrownBy(() -> open(folder))
                .isInstanceOf(WeightFileException.class)
                .hasMessage(folder + ": is a folder, expected a safetensors file");
        assertThatThrownBy(() -> open(folder.resolve("missing")))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("no such file or folder");
    }

    @Test
    void moreTensorsThanAnyNetworkHasAreRefused() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i <= 20_000; i++) {
            header.append(i == 0 ? "" : ",").append("\"t").append(i)
                    .append("\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[").append(i).append(',').append(i + 1)
                    .append("]}");
        }
        Path file = file(header.append('}').toString().getBytes(StandardCharsets.UTF_8), new byte[20_001]);
        assertThatThrownBy(() -> open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("more than 20000 tensors");
    }

    @Test
    void aCutHeaderIsReportedAsCut() throws IOException {
        byte[] whole = sample();
        Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, 60));
        assertThatThrownBy(() -> open(file)).hasMessageContaining("is cut: its header has ")
                .hasMessageContaining("and the file 60");
    }

    @Test
    void anyCutIsRefused() throws IOException {
        byte[] whole = sample();
        for (int length = 0; length < whole.length; length++) {
            Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> open(file)).isInstanceOf(WeightFileException.class);
        }
    }

    /// Whatever bytes are changed, the file is read or refused: nothing else is thrown, and little is allocated.
    @Test
    void mutationsAreReadOrRefused() throws IOException {
        byte[] whole = sample();
        String tokens = "{}[]\",:0123456789-.eE\\ \u0000\u007f";
        Random random = new Random(2012);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int refused = 0;
        for (int round = 0; round < 1500; round++) {
            byte[] mutated = whole.clone();
            int changes = 1 + random.nextInt(3);
            for (int change = 0; change < changes; change++) {
                int place = random.nextInt(mutated.length);
                mutated[place] = random.nextBoolean()
                        ? (byte) random.nextInt(256)
                        : (byte) tokens.charAt(random.nextInt(tokens.length()));
            }
            Path file = Files.write(folder.resolve("mutated"), mutated);
            long before = threads.getCurrentThreadAllocatedBytes();
            refused += opens(file) ? 0 : 1;
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4 << 20);
        }
        assertThat(refused).isBetween(500, 1499);
    }

    private static boolean opens(Path file) {
        try (WeightFile opened = SafetensorsFile.open(file)) {
            for (String name : opened.names()) {
                opened.read(name);
            }
            return true;
        } catch (WeightFileException e) {
            return false;
        }
    }

    private byte[] sample() throws IOException {
        Path file = folder.resolve("sample");
        Safetensors.write(
                file,
                Map.of("net", "paper"),
                List.of(
                        NamedTensor.of("conv1.weight", Shape.of(2, 3), () -> new float[6]),
                        NamedTensor.of("conv1.bias", Shape.of(2), () -> new float[2])));
        return Files.readAllBytes(file);
    }

    private Path file(byte[] header, byte[] data) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header).put(data);
        return Files.write(folder.resolve("hostile"), bytes.array());
    }

    private static void open(Path file) throws WeightFileException {
        SafetensorsFile.open(file).close();
    }
}
