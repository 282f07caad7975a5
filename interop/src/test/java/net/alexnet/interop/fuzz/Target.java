package net.alexnet.interop.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.alexnet.fuzz.Mutation;
import net.alexnet.interop.Expected;
import net.alexnet.interop.caffe.CaffeFile;
import net.alexnet.interop.caffe.CaffeNet;
import net.alexnet.interop.keras.KerasFile;
import net.alexnet.interop.onnx.OnnxFile;
import net.alexnet.interop.pytorch.PyTorchFile;
import net.alexnet.interop.pytorch.ZipOf;
import net.alexnet.io.DenseWeights;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;

/// A format under attack: valid files, ways to spoil them, and who reads them.
enum Target {
    SAFETENSORS("") {
        @Override
        WeightFile open(Path file) throws WeightFileException {
            return SafetensorsFile.openLasting(file);
        }

        // Mostly a header whose length is right, so that what it says is reached.
        @Override
        byte[] spoil(byte[] valid, Random random) {
            if (random.nextInt(3) == 0) {
                return new Mutation(random).of(valid);
            }
            int length = (int) ByteBuffer.wrap(valid).order(ByteOrder.LITTLE_ENDIAN).getLong();
            byte[] header = new Mutation(random).of(Arrays.copyOfRange(valid, Long.BYTES, Long.BYTES + length));
            int data = valid.length - Long.BYTES - length;
            return ByteBuffer.allocate(Long.BYTES + header.length + data).order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length).put(header).put(valid, Long.BYTES + length, data).array();
        }
    },
    PYTORCH("zip.pth legacy.pth views.pth views-legacy.pth types.pth checkpoint.pth protocol4.pth") {
        @Override
        WeightFile open(Path file) throws WeightFileException {
            return PyTorchFile.open(file);
        }

        // Mostly an entry within a zip file that is valid, so that the pickle is reached.
        @Override
        byte[] spoil(byte[] valid, Random random) throws IOException {
            if (valid[0] != 'P' || random.nextInt(3) == 0) {
                return new Mutation(random).of(valid);
            }
            Map<String, byte[]> entries = ZipOf.entriesOf(valid);
            List<String> names = new ArrayList<>(entries.keySet());
            String chosen = random.nextInt(4) == 0
                    ? names.get(random.nextInt(names.size()))
                    : names.stream().filter(name -> name.endsWith("data.pkl")).findFirst().orElseThrow();
            entries.computeIfPresent(chosen, (name, bytes) -> new Mutation(random).of(bytes));
            return new ZipOf(entries).bytes();
        }
    },
    CAFFE("") {
        @Override
        WeightFile open(Path file) throws WeightFileException {
            return CaffeFile.open(file);
        }
    },
    ONNX("exported.onnx external.onnx hand.onnx") {
        @Override
        WeightFile open(Path file) throws WeightFileException {
            return OnnxFile.open(file).weights();
        }
    },
    KERAS("paper.weights.h5 paper.h5 plain.keras") {
        @Override
        WeightFile open(Path file) throws WeightFileException {
            return KerasFile.open(file);
        }

        // Mostly near the signature of a part of the structure, and so that the others stay where they are: nearly all
        // bytes are values of weights.
        @Override
        byte[] spoil(byte[] valid, Random random) throws IOException {
            if (valid[0] == 'P') {
                Map<String, byte[]> entries = ZipOf.entriesOf(valid);
                String chosen = random.nextInt(3) == 0 ? "config.json" : "model.weights.h5";
                entries.computeIfPresent(chosen, (name, bytes) -> name.endsWith(".json")
                        ? new Mutation(random).of(bytes)
                        : spoiltStructure(bytes, random));
                return new ZipOf(entries).bytes();
            }
            return random.nextInt(6) == 0 ? new Mutation(random).of(valid) : spoiltStructure(valid, random);
        }
    };

    private static byte[] spoiltStructure(byte[] hdf, Random random) {
        String text = new String(hdf, StandardCharsets.ISO_8859_1);
        String signature = List.of("\u0089HDF", "TREE", "SNOD", "HEAP", "GCOL", "\u0001\u0000\u0002\u0000")
                .get(random.nextInt(6));
        int at = text.indexOf(signature, random.nextInt(hdf.length));
        int from = Math.max(0, at < 0 ? text.indexOf("SNOD") : at);
        int to = Math.min(hdf.length, from + 400);
        byte[] spoilt = Arrays.copyOf(new Mutation(random).of(Arrays.copyOfRange(hdf, from, to)), to - from);
        byte[] all = hdf.clone();
        System.arraycopy(spoilt, 0, all, from, spoilt.length);
        return all;
    }

    private final String fixtures;

    Target(String fixtures) {
        this.fixtures = fixtures;
    }

    abstract WeightFile open(Path file) throws WeightFileException;

    /// A changed copy; for a message of protocol buffers, changed at any depth.
    byte[] spoil(byte[] valid, Random random) throws IOException {
        return deep(valid, random, 4);
    }

    /// Valid files of the format.
    List<byte[]> valid() throws IOException {
        List<byte[]> files = new ArrayList<>();
        if (this == CAFFE) {
            return List.of(CaffeNet.current(), CaffeNet.old());
        }
        if (this == SAFETENSORS) {
            return List.of(Files.readAllBytes(Expected.fixture("python.safetensors")),
                    Files.readAllBytes(Expected.fixture("onnx/expected.safetensors")), rounded());
        }
        for (String name : fixtures.split(" ", -1)) {
            files.add(Files.readAllBytes(Expected.fixture(folder() + "/" + name)));
        }
        return files;
    }

    private static byte[] rounded() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        NamedTensor weight = NamedTensor.of("fc8.weight", Shape.of(2, 3), () -> new float[] {1, -2, 3, .5f, 0, -.25f});
        Safetensors.write(file, Map.of(), DenseWeights.INT8.stored(weight));
        return file.toByteArray();
    }

    /// Puts the files beside a model that it names into the folder where its spoilt copies will be.
    void prepare(Path target) throws IOException {
        if (this == ONNX) {
            Files.copy(Expected.fixture("onnx/external.onnx.data"), target.resolve("external.onnx.data"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private String folder() {
        return this == ONNX ? "onnx" : this == KERAS ? "keras" : "pytorch";
    }

    /// Spoils a message itself, or goes into one of its length-delimited fields and puts what was spoilt there back with the
    /// lengths around it right; or writes that field twice, or not at all.
    private static byte[] deep(byte[] message, Random random, int depth) throws IOException {
        List<int[]> inner = new ArrayList<>(); // start of the tag, start of the bytes, end, tag
        if (depth == 0 || random.nextInt(5) == 0 || !fields(message, inner) || inner.isEmpty()) {
            return new Mutation(random).of(message);
        }
        int[] field = inner.get(random.nextInt(inner.size()));
        byte[] bytes = Arrays.copyOfRange(message, field[1], field[2]);
        int copies = random.nextInt(12) == 0 ? random.nextInt(3) : 1;
        byte[] spoilt = copies == 1 ? deep(bytes, random, depth - 1) : bytes;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(message, 0, field[0]);
        CodedOutputStream coded = CodedOutputStream.newInstance(out);
        for (int i = 0; i < copies; i++) {
            coded.writeBytes(field[3] >>> 3, ByteString.copyFrom(spoilt));
        }
        coded.flush();
        out.write(message, field[2], message.length - field[2]);
        return out.toByteArray();
    }

    private static boolean fields(byte[] message, List<int[]> inner) {
        CodedInputStream in = CodedInputStream.newInstance(message);
        try {
            while (!in.isAtEnd()) {
                int start = in.getTotalBytesRead();
                int tag = in.readTag();
                if ((tag & 7) == 2) {
                    int length = in.readRawVarint32();
                    int at = in.getTotalBytesRead();
                    in.skipRawBytes(length);
                    inner.add(new int[] {start, at, at + length, tag});
                } else if (!in.skipField(tag)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
