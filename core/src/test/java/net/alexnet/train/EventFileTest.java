package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.PngFile;
import net.alexnet.data.image.TestImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
    private static final Image IMAGE = TestImages.noise(5, 3, 1, 9);

    @TempDir
    Path folder;

    @Test
    void tensorBoardReadsScalarsAndImages() throws IOException {
        try (EventFile events = EventFile.open(folder, 100)) {
            events.scalar("train/loss", 101, 6.9, Instant.ofEpochSecond(1_349_000_000, 250_000_000));
            events.scalar("größe/ü", Long.MAX_VALUE, Double.NEGATIVE_INFINITY, Instant.EPOCH);
            events.image("conv1/filters", 102, IMAGE, Instant.EPOCH);
        }

        List<Event> events = read(files().getFirst());

        assertThat(events).hasSize(5);
        assertThat(events.get(0).text()).isEqualTo("version brain.Event:2");
        assertThat(events.get(1).text()).isEqualTo("session 1");
        assertThat(events.get(1).step()).isEqualTo(101);
        assertThat(events.get(2)).isEqualTo(new Event(1_349_000_000.25, 101, "train/loss = 6.9"));
        assertThat(events.get(3)).isEqualTo(new Event(0, Long.MAX_VALUE, "größe/ü = -Infinity"));
        assertThat(events.get(4)).isEqualTo(new Event(0, 102, "conv1/filters = 3 high, 5 wide, color space 1, "
                + Arrays.hashCode(PngFile.of(IMAGE))));
    }

    @Test
    void aLaterFileHasALaterName() throws IOException {
        EventFile.open(folder, 0).close();
        EventFile.open(folder, 7).close();

        assertThat(files()).hasSize(2).allSatisfy(file -> assertThat(file.getFileName().toString())
                .matches("events\\.out\\.tfevents\\.\\d{10}\\.alexnet"));
        assertThat(read(files().getLast()).get(1).step()).isEqualTo(8);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.sorted().toList();
        }
    }

    private record Event(double wallTime, long step, String text) {}

    private static List<Event> read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] length = new byte[Long.BYTES];
            bytes.get(bytes.position(), length);
            byte[] data = new byte[Math.toIntExact(bytes.getLong())];
            assertThat(bytes.getInt()).isEqualTo(maskedCrc(length));
            bytes.get(data);
            assertThat(bytes.getInt()).isEqualTo(maskedCrc(data));
            events.add(event(CodedInputStream.newInstance(data)));
        }
        return events;
    }

    private static int maskedCrc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        long value = crc.getValue();
        return (int) (((value >> 15) | (value << 17)) + 0xa282ead8L);
    }

    private static Event event(CodedInputStream in) throws IOException {
        double wallTime = -1;
        long step = -1;
        String text = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> wallTime = in.readDouble();
                case 2 -> step = in.readInt64();
                case 3 -> text = "version " + in.readString();
                case 5 -> text = summary(CodedInputStream.newInstance(in.readByteArray()));
                case 7 -> {
                    CodedInputStream session = CodedInputStream.newInstance(in.readByteArray());
                    assertThat(WireFormat.getTagFieldNumber(session.readTag())).isEqualTo(1);
                    text = "session " + session.readEnum();
                }
                default -> throw new IOException("unknown field " + tag);
            }
        }
        return new Event(wallTime, step, text);
    }

    private static String summary(CodedInputStream in) throws IOException {
        assertThat(WireFormat.getTagFieldNumber(in.readTag())).isEqualTo(1);
        CodedInputStream value = CodedInputStream.newInstance(in.readByteArray());
        assertThat(WireFormat.getTagFieldNumber(value.readTag())).isEqualTo(1);
        String name = value.readString();
        int field = WireFormat.getTagFieldNumber(value.readTag());
        assertThat(field).isIn(2, 4);
        return name + " = " + (field == 2
                ? String.valueOf(value.readFloat())
                : image(CodedInputStream.newInstance(value.readByteArray())));
    }

    private static String image(CodedInputStream in) throws IOException {
        int[] numbers = new int[3];
        for (int field = 1; field <= 3; field++) {
            assertThat(WireFormat.getTagFieldNumber(in.readTag())).isEqualTo(field);
            numbers[field - 1] = in.readInt32();
        }
        assertThat(WireFormat.getTagFieldNumber(in.readTag())).isEqualTo(4);
        return numbers[0] + " high, " + numbers[1] + " wide, color space " + numbers[2] + ", "
                + Arrays.hashCode(in.readByteArray());
    }
}
