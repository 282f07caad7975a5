package net.alexnet.interop.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import net.alexnet.interop.Expected;
import net.alexnet.interop.pickle.Unpickler;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchFileTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"zip.pth", "legacy.pth", "protocol4.pth", "legacy4.pth", "types.pth", "types-legacy.pth",
        "views.pth", "views-legacy.pth", "checkpoint.pth", "parallel.pth", "compiled.pt"})
    void readsWhatPyTorchWrote(String name) throws IOException {
        try (MappedWeights file = PyTorchFile.open(Expected.fixture("pytorch/" + name))) {
            Expected.check(file);
        }
    }

    @Test
    void namesAreInTheStateDictsOrderWithoutWrappers() throws IOException {
        for (String name : new String[] {"zip.pth", "checkpoint.pth", "parallel.pth", "compiled.pt"}) {
            assertThat(PyTorchFile.open(Expected.fixture("pytorch/" + name)).names()).containsExactly(
                    "features.0.weight", "features.0.bias", "features.2.weight", "features.2.bias", "classifier.weight",
                    "classifier.bias");
        }
    }

    @Test
    void contiguousFloatsAreNotCopiedAndOutliveTheFile() throws IOException {
        for (String name : new String[] {"zip.pth", "legacy.pth"}) {
            MemorySegment values;
            try (MappedWeights file = PyTorchFile.open(Expected.fixture("pytorch/" + name))) {
                values = file.values("classifier.weight", Shape.of(5, 24));
                assertThat(file.values("classifier.weight").address()).isEqualTo(values.address());
            }
            assertThat(values.isNative() && values.isReadOnly()).isTrue();
            assertThat(values.byteSize()).isEqualTo(480);
        }
    }

    @Test
    void wholeNumbersAreListedAndNotRead() throws IOException {
        MappedWeights file = PyTorchFile.open(Expected.fixture("pytorch/types.pth"));

        assertThat(file.names()).containsExactly("half", "bfloat", "double", "scalar", "batches");
        assertThat(file.shape("scalar")).isEqualTo(Shape.of());
        assertThatThrownBy(() -> file.values("batches")).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("tensor 'batches' holds I64; only F32, F16, BF16 and F64");
        assertThatThrownBy(() -> file.values("none")).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("there is no tensor 'none'; there are half, bfloat");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            malice.pth        | the pickle asks for Python's 'posix.system'
            malice-legacy.pth | the pickle asks for Python's 'posix.system'
            module.pth        | the pickle asks for Python's 'torch.nn.modules.linear.Linear'
            script.pt         | (method 8)
            """)
    void refusesOtherPicklesByName(String name, String expected) {
        Path file = Expected.fixture("pytorch/" + name);
        assertThatThrownBy(() -> PyTorchFile.open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageStartingWith(file + ": not a state dict of PyTorch, or damaged: ")
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (cposix\\nsystem\\nX\\2\\0\\0\\0idtR. | Python's 'posix.system'
            (X\\2\\0\\0\\0idiposix\\nsystem\\n.  | the opcode 0x69 at byte 8
            })\\x81.                           | a Dict where a Opaque must be
            )R.                                | an empty stack
            cargparse\\nNamespace\\n)\\x81}b.    | Python's 'argparse.Namespace'
            cbuiltins\\neval\\n.                  | Python's 'builtins.eval'
            }\\xff.                            | the opcode 0xff
            }V1\\n.                             | the opcode 0x56
            }(.                                | an empty stack
            u.                                 | a mark that is not there
            h\\7.                              | number 7 of its memo
            }X\\377\\377\\377\\377.            | cut at byte 7
            }X\\0\\0\\1\\0.                    | cut at byte 7
            \\x8a\\x09aaaaaaaaa.               | a Special where a Dict must be
            \\x8a\\x09aaa.                     | cut at byte 6
            C\\x09aaa.                        | cut at byte 6
            B\\xff\\xff\\xff\\xffaaa.            | cut at byte 9
            }(K\\1\\x90.                       | a Dict where a Special must be
            \\x80\\x06}.                       | protocol is above 5
            }}.                                | 1 values left over
            }                                  | cut
            }]b.                               | a Sequence where a Dict must be
            })R.                               | a Dict where a Function must be
            }Q.                                | a Dict where a Sequence must be
            ].                                 | a Sequence where a Dict must be
            }.                                 | the state dict holds no tensors
            """)
    void refusesPicklesByWhatIsWrong(String escaped, String expected) throws IOException {
        Path file = new ZipOf(Map.of("a/data.pkl", bytes(escaped))).write(folder.resolve("pickle.pth"));
        assertThatThrownBy(() -> PyTorchFile.open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\x8a\\x09\\0\\0\\0\\0\\0\\0\\0\\x80\\0", // 2 to the 63rd
        "ctorch\\nfloat32\\n", "ctorch\\ndevice\\nX\\4\\0\\0\\0cudaK\\x00\\x86R",
        "ccollections\\nCounter\\n}(X\\1\\0\\0\\0aK\\1u\\x85R",
        "c_codecs\\nencode\\nX\\2\\0\\0\\0abX\\6\\0\\0\\0latin1\\x86R", "c__builtin__\\nbytes\\n)R",
        "c__builtin__\\nset\\n](K\\1K\\2e\\x85R", "c__builtin__\\nfrozenset\\n]K\\1a\\x85R",
        "cbuiltins\\nset\\n]\\x85R", "C\\2ab", "B\\2\\0\\0\\0ab", "\\x8f(K\\1K\\2\\x90",
        "(K\\1\\x91",
        // numpy's scalar, whose data type has a state; argparse.Namespace; pathlib.PosixPath; a list of a class of its own
        "cnumpy._core.multiarray\\nscalar\\ncnumpy\\ndtype\\nU\\2f8\\x89\\x88\\x87R(K\\3U\\1<tbC\\2ab\\x86R",
        "cargparse\\nNamespace\\n)\\x81}X\\2\\0\\0\\0lrK\\1sb", "cpathlib\\nPosixPath\\nX\\1\\0\\0\\0/\\x85R",
        "cmine\\nItems\\n)\\x81(K\\1K\\2e", "cmine\\nTable\\n)R(X\\1\\0\\0\\0aK\\1u", "cmine\\nNew\\n)}\\x92"})
    void ignoresWhatACheckpointHoldsBesideItsStateDict(String other) throws IOException {
        Map<String, byte[]> entries = ZipOf
                .entriesOf(Files.readAllBytes(Expected.fixture("pytorch/zip.pth")));
        String key = entries.keySet().stream().filter(name -> name.endsWith("/data.pkl"))
                .findFirst().orElseThrow();
        byte[] pickle = Objects.requireNonNull(entries.get(key));
        ByteArrayOutputStream checkpoint = new ByteArrayOutputStream();
        checkpoint.writeBytes(bytes("}(X\\5\\0\\0\\0other" + other + "X\\x0a\\0\\0\\0state_dict"));
        checkpoint.write(pickle, 2, pickle.length - 3); // without PROTO and STOP
        checkpoint.writeBytes(bytes("u."));
        entries.put(key, checkpoint.toByteArray());
        Path file = new ZipOf(entries).write(folder.resolve("checkpoint.pth"));
        assertThat(PyTorchFile.open(file).names())
                .isEqualTo(PyTorchFile.open(Expected.fixture("pytorch/zip.pth")).names());
    }

    @Test
    void saysHowTheStateDictOfACheckpointIsSaved() {
        assertThatThrownBy(() -> PyTorchFile.open(Expected.fixture("pytorch/module.pth")))
                .hasMessageContaining("of a checkpoint, its entry 'state_dict'");
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        byte[] nested = new byte[300_000];
        Arrays.fill(nested, (byte) Unpickler.TUPLE1);
        nested[0] = '}';
        nested[nested.length - 1] = '.';
        Path file = new ZipOf(Map.of("a/data.pkl", nested)).write(folder.resolve("deep.pth"));
        assertThatThrownBy(() -> PyTorchFile.open(file))
                .hasMessageContaining("a Sequence where a Dict must be");

        Arrays.fill(nested, (byte) '(');
        Path marks = new ZipOf(Map.of("a/data.pkl", nested)).write(folder.resolve("marks.pth"));
        assertThatThrownBy(() -> PyTorchFile.open(marks)).isInstanceOf(WeightFileException.class);
    }

    /// A list of 10,000 pairs, kept in the memo, of which OrderedDicts are made again and again.
    @Test
    void argumentsThatAreUsedAgainAreCounted() throws IOException {
        String pickle = "ccollections\\nOrderedDict\\nq\\0](" + "X\\1\\0\\0\\0aX\\1\\0\\0\\0b\\x86q\\1"
                + "h\\1".repeat(9_999) + "e\\x85q\\2"
                + "h\\0h\\2R".repeat(10_000) + ".";
        Path file = new ZipOf(Map.of("a/data.pkl", bytes(pickle))).write(folder.resolve("again.pth"));
        assertThatThrownBy(() -> PyTorchFile.open(file)).hasMessageContaining("opcodes and arguments, the limit");
    }

    @Test
    void opcodesAreCounted() throws IOException {
        byte[] lists = new byte[400_100];
        Arrays.fill(lists, (byte) ']');
        Path file = new ZipOf(Map.of("a/data.pkl", lists)).write(folder.resolve("lists.pth"));
        assertThatThrownBy(() -> PyTorchFile.open(file))
                .hasMessageContaining("more than 400000 opcodes and arguments, the limit");
    }

    @Test
    void anyCutIsRefused() throws IOException {
        for (String name : new String[] {"zip.pth", "legacy.pth"}) {
            byte[] whole = Files.readAllBytes(Expected.fixture("pytorch/" + name));
            for (int length = 0; length < whole.length; length += length < 200 ? 1 : 13) {
                Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
                assertThatThrownBy(() -> PyTorchFile.open(file)).isInstanceOf(WeightFileException.class);
            }
        }
    }

    /// `\n` stands for the end of a line; `\2`, `\377` in octal and `\xff` in hexadecimal for bytes.
    private static byte[] bytes(String escaped) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) != '\\') {
                text.append(escaped.charAt(i));
                continue;
            }
            if (escaped.charAt(i + 1) == 'n') {
                text.append('\n');
                i++;
                continue;
            }
            boolean hex = escaped.charAt(i + 1) == 'x';
            int end = hex ? i + 4 : i + 1;
            while (!hex && end < escaped.length() && end < i + 4 && Character.isDigit(escaped.charAt(end))) {
                end++;
            }
            text.append((char) Integer.parseInt(escaped.substring(hex ? i + 2 : i + 1, end), hex ? 16 : 8));
            i = end - 1;
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
