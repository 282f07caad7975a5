package net.alexnet.train;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.PngFile;
import net.alexnet.io.ProtobufWriter;

/// A TensorBoard event file of scalars and images, `events.out.tfevents.<seconds>.alexnet`. Each record has TensorFlow's frame
/// (`tensorflow/core/lib/io/record_writer.h`, little-endian) around an `Event` of `tensorflow/core/util/event.proto`:
///
/// ```
/// record     = uint64 length, uint32 masked CRC-32C of length, data, uint32 masked CRC-32C of data
/// Event      = 1: double wall_time   2: int64 step   3: string file_version | 5: Summary | 7: SessionLog
/// Summary    = 1: repeated Value
/// Value      = 1: string tag         2: float simple_value | 4: Image
/// Image      = 1: int32 height   2: int32 width   3: int32 colorspace (1 gray, 3 RGB)   4: bytes of a PNG file
/// SessionLog = 1: enum status (START = 1)
/// ```
///
/// The first event is the version, the second a session's start: readers drop what earlier files of the folder have
/// from its step on. Used by one thread at a time.
final class EventFile implements Closeable {
    private static final String VERSION = "brain.Event:2";
    private static final int EVENT_WALL_TIME = 1;
    private static final int EVENT_STEP = 2;
    private static final int EVENT_FILE_VERSION = 3;
    private static final int EVENT_SUMMARY = 5;
    private static final int EVENT_SESSION_LOG = 7;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE_VALUE = 2;
    private static final int VALUE_IMAGE = 4;
    private static final int IMAGE_HEIGHT = 1;
    private static final int IMAGE_WIDTH = 2;
    private static final int IMAGE_COLORSPACE = 3;
    private static final int IMAGE_ENCODED = 4;
    private static final int SESSION_STATUS = 1;
    private static final int STATUS_START = 1;

    private final AppendFile file;

    private EventFile(AppendFile file) {
        this.file = file;
    }

    /// Starts a new file in a run's folder, beside those of the run before it was interrupted.
    ///
    /// @param afterStep 0 for a new run, the checkpoint's step for a resumed one: later scalars in earlier files no
    ///     longer count
    static EventFile open(Path folder, long afterStep) throws IOException {
        Instant now = Instant.now();
        long second = now.getEpochSecond();
        // Readers take a folder's files in the order of their names, so a second file within a second needs a later one.
        while (Files.exists(named(folder, second))) {
            second++;
        }
        EventFile events = new EventFile(new AppendFile(named(folder, second)));
        try {
            events.append(event(now, 0).text(EVENT_FILE_VERSION, VERSION));
            byte[] start = new ProtobufWriter().number(SESSION_STATUS, STATUS_START).toByteArray();
            events.append(event(now, afterStep + 1).bytes(EVENT_SESSION_LOG, start));
        } catch (IOException e) {
            events.close();
            throw e;
        }
        return events;
    }

    private static Path named(Path folder, long second) {
        return folder.resolve("events.out.tfevents." + second + ".alexnet");
    }

    /// Writes one point of a curve.
    ///
    /// @param tag the curve's name, such as `train/loss`; the part before the slash groups curves
    /// @param value kept as float32, as TensorBoard has it
    /// @throws IOException naming the file and the cause; the file stays whole
    void scalar(String tag, long step, double value, Instant when) throws IOException {
        summary(step, new ProtobufWriter().text(VALUE_TAG, tag).real(VALUE_SIMPLE_VALUE, (float) value), when);
    }

    /// Writes an image.
    ///
    /// @param tag its name, as for [#scalar]
    /// @throws IOException naming the file and the cause; the file stays whole
    void image(String tag, long step, Image image, Instant when) throws IOException {
        byte[] message = new ProtobufWriter().number(IMAGE_HEIGHT, image.height()).number(IMAGE_WIDTH, image.width())
                .number(IMAGE_COLORSPACE, image.channels()).bytes(IMAGE_ENCODED, PngFile.of(image)).toByteArray();
        summary(step, new ProtobufWriter().text(VALUE_TAG, tag).bytes(VALUE_IMAGE, message), when);
    }

    private void summary(long step, ProtobufWriter value, Instant when) throws IOException {
        append(event(when, step).bytes(EVENT_SUMMARY,
                new ProtobufWriter().bytes(SUMMARY_VALUE, value.toByteArray()).toByteArray()));
    }

    private static ProtobufWriter event(Instant when, long step) {
        return new ProtobufWriter().real(EVENT_WALL_TIME, when.getEpochSecond() + when.getNano() / 1e9)
                .number(EVENT_STEP, step);
    }

    private void append(ProtobufWriter event) throws IOException {
        byte[] data = event.toByteArray();
        ByteBuffer record = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN).putLong(data.length);
        record.putInt(maskedCrc(record.array(), Long.BYTES)).put(data).putInt(maskedCrc(data, data.length));
        file.append(record.array());
    }

    /// The masked CRC-32C of the first bytes. The mask keeps the CRC of data that itself holds CRCs from degenerating.
    private static int maskedCrc(byte[] bytes, int count) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, count);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
