package net.alexnet.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import module java.base;

/// The safetensors format, as huggingface/safetensors specifies it:
///
/// ```
/// file    = length header data
/// length  = the header's bytes, unsigned 64-bit, little-endian; at most 100,000,000
/// header  = a JSON object in UTF-8, starting with '{', padded with spaces
///             "__metadata__": {string: string, …}                      optional
///             "name": {"dtype": "F32", "shape": [96, 3, 11, 11], "data_offsets": [begin, end]}, …
/// data    = the tensors' values, little-endian, row-major, back to back: the offsets count from the start of data,
///           and cover it without gap or overlap
/// ```
///
/// This class writes; [SafetensorsFile] reads.
public final class Safetensors {
    static final String METADATA = "__metadata__";
    static final int HEADER_LIMIT = 100_000_000;

    /// Where the data begins, so that a mapped tensor can be used in place; the format asks for 8.
    static final int ALIGNMENT = 64;

    private Safetensors() {}

    /// Writes tensors one after the other in the order given, whole or not at all (see [AtomicFiles]). The
    /// same arguments give the same bytes: metadata is sorted by key, and nothing else enters.
    ///
    /// @param metadata about the whole file: its network, classes and preprocessing
    /// @throws IllegalArgumentException if a name is given twice or is reserved, or a tensor's values do not fill its
    ///     shape
    /// @throws IOException naming the file and the cause, if it cannot be written
    public static void write(Path file, Map<String, String> metadata, List<NamedTensor> entries) throws IOException {
        AtomicFiles.write(file, out -> write(out, metadata, entries));
    }

    /// Writes tensors to a stream, like [#write(Path, Map, List)].
    public static void write(OutputStream out, Map<String, String> metadata, List<NamedTensor> entries)
            throws IOException {
        byte[] header = header(metadata, entries);
        out.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
        out.write(header);
        for (NamedTensor entry : entries) {
            NamedTensor.write(entry.checkedValues(), entry.dtype(), out);
        }
    }

    private static byte[] header(Map<String, String> metadata, List<NamedTensor> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(METADATA);
                for (Map.Entry<String, String> item : new TreeMap<>(metadata).entrySet()) {
                    json.writeStringField(item.getKey(), item.getValue());
                }
                json.writeEndObject();
            }
            writeEntries(json, entries);
            json.writeEndObject();
        }
        while ((Long.BYTES + bytes.size()) % ALIGNMENT != 0) {
            bytes.write(' ');
        }
        if (bytes.size() > HEADER_LIMIT) {
            throw new IllegalArgumentException("a safetensors header may have at most " + HEADER_LIMIT
                    + " bytes, names and metadata together; these have " + bytes.size());
        }
        return bytes.toByteArray();
    }

    private static void writeEntries(JsonGenerator json, List<NamedTensor> entries) throws IOException {
        Set<String> names = new HashSet<>(Set.of(METADATA));
        long offset = 0;
        for (NamedTensor entry : entries) {
            if (!names.add(entry.name())) {
                throw new IllegalArgumentException("the tensor name '" + entry.name() + "' is "
                        + (entry.name().equals(METADATA) ? "reserved" : "given twice"));
            }
            long end = Math.addExact(offset, entry.shape().elements() * entry.dtype().bytes());
            json.writeObjectFieldStart(entry.name());
            json.writeStringField("dtype", entry.dtype().name());
            json.writeArrayFieldStart("shape");
            for (int dim : entry.shape().dims()) {
                json.writeNumber(dim);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("data_offsets");
            json.writeNumber(offset);
            json.writeNumber(end);
            json.writeEndArray();
            json.writeEndObject();
            offset = end;
        }
    }
}
