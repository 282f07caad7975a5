package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withPrecision;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.alexnet.interop.WeightLayout;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.tensor.Shape;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Weights from elsewhere become a model that the other commands use, and go out again.
class ExchangeTest {
    @TempDir
    private Path folder;
    private Path foreign = Path.of("");
    private Path model = Path.of("");
    private Path names = Path.of("");

    @BeforeEach
    void write() throws Exception {
        foreign = ForeignWeights.write(folder.resolve("foreign.safetensors"), WeightLayout.TORCHVISION, 3, "");
        model = folder.resolve("model.safetensors");
        names = Files.writeString(folder.resolve("names.txt"),
                "n01440764\ttench\nn01443537\tgoldfish\nn02012849 crane\n");
    }

    // --- in ----------------------------------------------------------------------------------------------------------

    @Test
    void importedWeightsClassify() throws Exception {
        Result done = Result.done("import", foreign, "--classes", names, model);
        assertThat(done.out()).contains("features.0", "network: torchvision, 3 × 224 × 224",
                "classes: 3, tench (n01440764), goldfish (n01443537), crane (n02012849)", "use it: ./alexnet classify");
        assertThat(done.err()).isEmpty();
        ToyImages.write(folder.resolve("pictures"), 1, 1);
        JsonNode answer = Result
                .done("classify", model, folder.resolve("pictures/discs/0.png"), "--threads", 1, "--json")
                .json();
        assertThat(answer.toString()).contains("tench", "goldfish", "crane");
    }

    @Test
    void aThousandClassesAreImageNets() throws Exception {
        ForeignWeights.write(foreign, WeightLayout.TORCHVISION, 1000, "");
        JsonNode card = Result.done("import", foreign, "--net", "torchvision", model, "--json").json().get("card");
        assertThat(card.get("classes")).hasSize(1000).first().asString().contains("tench");
        assertThat(card.get("wnids").get(999).asText()).isEqualTo("n15075141");
        assertThat(card.get("views").asInt()).isEqualTo(1);
        assertThat(card.get("preprocessing").get("color_order").asText()).isEqualTo("rgb");
        assertThat(card.get("provenance").get("file").asText()).isEqualTo("foreign.safetensors");
    }

    @Test
    void foldersMayBeNamedByWnid() throws Exception {
        Result.done("import", foreign, "--classes", names, model);
        Path pictures = folder.resolve("pictures");
        ToyImages.write(pictures, 2, 1);
        JsonNode byName = evaluate(pictures, "tench", "goldfish", "crane");
        JsonNode byWnid = evaluate(pictures, "n01440764", "n01443537", "n02012849");
        assertThat(byWnid).isEqualTo(byName);
        Files.move(pictures.resolve("n02012849"), pictures.resolve("n09999999"));
        Result.of("evaluate", model, "--data", pictures, "--threads", 1)
                .isRefused(1, "n09999999", "Known are: tench, goldfish, crane");
    }

    private JsonNode evaluate(Path pictures, String... classes) throws Exception {
        List<Path> folders = new ArrayList<>();
        try (var found = Files.list(pictures)) {
            found.sorted().forEach(folders::add);
        }
        // discs, columns and rows come back as the same three each time, whatever they are called
        List<String> kinds = List.of("discs", "columns", "rows");
        for (int i = 0; i < classes.length; i++) {
            Path from = pictures.resolve(kinds.get(i));
            Files.move(Files.exists(from) ? from : pictures.resolve(List.of("tench", "goldfish", "crane").get(i)),
                    pictures.resolve(classes[i]));
        }
        return Result.done("evaluate", model, "--data", pictures, "--threads", 1, "--json").json().get("models");
    }

    @Test
    void aPartOfTheLayersIsAWarmStart() throws Exception {
        JsonNode layers = Result.done("import", foreign, "--only", "conv*", "--classes", names, model,
                "--json").json().get("layers");
        assertThat(layers).hasSize(8);
        for (JsonNode layer : layers) {
            assertThat(layer.get("initialized").asBoolean()).isEqualTo(layer.get("name").asText().startsWith("fc"));
        }
        Result said = Result.done("import", foreign, "--only", "conv*", "--classes", names, model,
                "--force");
        assertThat(said.out()).contains("fc6    8 × 288            initialized (he)");
    }

    @Test
    void inspectShowsTheCard() throws Exception {
        Result.done("import", foreign, "--classes", names, model);
        assertThat(Result.done("inspect", model).out()).contains("classes: 3, tench",
                "minus the mean 123.68, 116.28, 103.53, times 0.017125, 0.017507, 0.017429", "conv2");
        JsonNode card = Result.done("inspect", model, "--json").json().get("card");
        assertThat(card.get("preprocessing").get("resize").asInt()).isEqualTo(256);
    }

    /// Caffe's mean of ImageNet is a BlobProto of 3 × 256 × 256, blue first.
    @Test
    void caffesMeanImageIsTakenOver() throws Exception {
        Path caffe = ForeignWeights.write(folder.resolve("caffe.safetensors"), WeightLayout.CAFFE, 3, "");
        int pixels = 256 * 256;
        ByteBuffer blob = ByteBuffer.allocate(15 + 3 * pixels * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        blob.put(HexFormat.of().parseHex("0801" + "1003" + "188002" + "208002" + "2a" + "808030"));
        for (int i = 0; i < 3 * pixels; i++) {
            blob.putFloat(100 + 10 * (i / pixels));
        }
        Path mean = Files.write(folder.resolve("mean.binaryproto"), Arrays.copyOf(blob.array(), blob.position()));
        Result.done("import", caffe, "--net", "caffe", "--classes", names, "--mean", mean, model);
        assertThat(Result.done("inspect", model).out()).contains(
                "view of 227, rgb, minus a mean image (on average 120.00, 110.00, 100.00)");
        Files.write(mean, Arrays.copyOf(blob.array(), blob.position() / 2));
        Result.of("import", caffe, "--net", "caffe", "--classes", names, "--mean", mean, model, "--force")
                .isRefused(1, mean.toString(), "a mean image of Caffe");
    }

    /// One number is for all channels, as with --scale.
    @Test
    void oneMeanMayStandForThree() throws Exception {
        JsonNode card = Result.done("import", foreign, "--classes", names, "--mean", "7", model, "--json").json()
                .get("card");
        assertThat(card.get("preprocessing").get("mean")).hasSize(3).allMatch(mean -> mean.asDouble() == 7);
    }

    @Test
    void aModelFileIsNobodyElses() throws Exception {
        Path caffe = ForeignWeights.write(folder.resolve("caffe.safetensors"), WeightLayout.CAFFE, 3, "");
        Result.done("import", caffe, "--net", "caffe", "--classes", names, model);
        Path again = folder.resolve("again.safetensors");
        Result.of("import", model, "--net", "caffe", again).isRefused(2, "paper, not caffe", "--net");
        Result.done("import", model, again);
        Result.done("export", model, folder.resolve("out.onnx"));
        Result.of("import", folder.resolve("out.onnx"), "--net", "caffe", again, "--force").isRefused(2, "--net");
        Path back = folder.resolve("back.safetensors");
        Result.done("import", folder.resolve("out.onnx"), back);
        try (WeightFile one = SafetensorsFile.open(model);
                WeightFile two = SafetensorsFile.open(again);
                WeightFile three = SafetensorsFile.open(back)) {
            assertThat(two.read("conv1.weight")).containsExactly(one.read("conv1.weight"));
            assertThat(three.read("conv1.weight")).containsExactly(one.read("conv1.weight"));
        }
    }

    @Test
    void whichDropoutItWasIsSaidAndShown() throws Exception {
        Path own = ForeignWeights.write(folder.resolve("own.safetensors"), WeightLayout.PAPER, 3, "");
        Path out = folder.resolve("out.pth");
        Result.done("import", own, "--net", "paper", "--mean", "0", "--classes", names, model);
        assertThat(Result.done("inspect", model).out()).contains("dropout: 0.5, as in 2012");
        assertThat(Result.done("export", model, out).warnings()).singleElement().asString().contains("0.5", ".onnx");
        Path caffe = ForeignWeights.write(folder.resolve("caffe.safetensors"), WeightLayout.CAFFE, 3, "");
        Result.done("import", caffe, "--net", "caffe", "--classes", names, model, "--force");
        assertThat(Result.done("inspect", model).out()).contains("dropout: 0.5, inverted");
        assertThat(Result.done("export", model, out, "--force").warnings()).isEmpty();
    }

    /// What a file says is shown, and not done.
    @Test
    void namesDoNotSteerTheTerminal() throws Exception {
        Files.writeString(names, "ant\u001b[2J\nbee\u202e\ncat\n");
        Result done = Result.done("import", foreign, "--classes", names, model);
        assertThat(done.out()).contains("ant\ufffd[2J", "bee\ufffd").doesNotContain("\u001b", "\u202e");
        Path odd = folder.resolve("odd.safetensors");
        Safetensors.write(odd, Map.of(), List.of(NamedTensor.of("a\u001b[2Jb", Shape.of(1), () -> new float[1])));
        Result refused = Result.of("import", odd, model, "--force");
        refused.isRefused(2, "a\ufffd[2Jb");
        assertThat(refused.err()).doesNotContain("\u001b");
    }

    // --- out ---------------------------------------------------------------------------------------------------------

    @Test
    void whatGoesOutIsWhatCameIn() throws Exception {
        Result.done("import", foreign, "--classes", names, model);
        Path exported = folder.resolve("exported.safetensors");
        JsonNode said = Result.done("export", model, exported, "--json").json();
        assertThat(said.get("names").asText()).isEqualTo("torchvision");
        assertThat(said.get("bytes").asLong()).isEqualTo(Files.size(exported));
        Path again = folder.resolve("again.safetensors");
        Result.done("import", exported, again);
        try (WeightFile one = SafetensorsFile.open(foreign);
                WeightFile other = SafetensorsFile.open(exported);
                WeightFile first = SafetensorsFile.open(model);
                WeightFile second = SafetensorsFile.open(again)) {
            assertThat(other.names()).isEqualTo(one.names());
            for (String name : one.names()) {
                assertThat(other.read(name)).containsExactly(one.read(name));
            }
            assertThat(second.metadata().get("classes")).isEqualTo(first.metadata().get("classes"));
            assertThat(second.metadata().get("preprocessing")).isEqualTo(first.metadata().get("preprocessing"));
            for (String name : first.names()) {
                assertThat(second.read(name)).containsExactly(first.read(name));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"bfloat16, 2, 4e-3", "int8, 1, 8e-3"})
    void denseWeightsGoOutRounded(String type, int bytes, float tolerance) throws Exception {
        Result.done("import", foreign, "--classes", names, model);
        Path rounded = folder.resolve("rounded.safetensors");
        JsonNode said = Result.done("export", model, rounded, "--dense-weights", type, "--net", "paper", "--json")
                .json();
        try (WeightFile before = SafetensorsFile.open(model); WeightFile after = SafetensorsFile.open(rounded)) {
            long dense = 0;
            assertThat(after.names()).isEqualTo(before.names());
            for (String name : before.names()) {
                float[] values = before.read(name);
                if (before.shape(name).rank() == 2) {
                    dense += values.length;
                    float largest = 0;
                    for (float value : values) {
                        largest = Math.max(largest, Math.abs(value));
                    }
                    assertThat(after.read(name)).isNotEqualTo(values).containsExactly(values,
                            withPrecision(largest * tolerance));
                } else {
                    assertThat(after.read(name)).containsExactly(values);
                }
            }
            assertThat(Files.size(model) - said.get("bytes").asLong())
                    .isCloseTo(dense * (Float.BYTES - bytes), Offset.offset(2048L)); // names and scales
        }
        ToyImages.write(folder.resolve("pictures"), 1, 1);
        Path picture = folder.resolve("pictures/discs/0.png");
        JsonNode exact = Result.done("classify", model, picture, "--threads", 1, "--json").json();
        JsonNode near = Result.done("classify", rounded, picture, "--threads", 1, "--json").json();
        assertThat(probability(near)).isCloseTo(probability(exact), Offset.offset(0.02))
                .isNotEqualTo(probability(exact));
    }

    private static double probability(JsonNode answer) {
        return answer.findValue("probability").asDouble();
    }

    @Test
    void onlySafetensorsHoldRoundedWeights() throws Exception {
        Result.done("import", foreign, "--classes", names, model);
        Result.of("export", model, folder.resolve("net.onnx"), "--dense-weights", "int8")
                .isRefused(2, ".safetensors", "--dense-weights");
        assertThat(folder.resolve("net.onnx")).doesNotExist();
    }

    // --- misuse ------------------------------------------------------------------------------------------------------

    @Test
    void anExistingFileIsNotReplacedUnasked() throws Exception {
        Files.writeString(model, "precious");
        Result.of("import", foreign, "--classes", names, model).isRefused(2, model + " exists", "--force");
        assertThat(model).hasContent("precious");
        Result.done("import", foreign, "--classes", names, model, "--force");
        Result.of("export", model, foreign).isRefused(2, foreign + " exists", "--force");
        Result.of("export", model, model, "--force").isRefused(2, "is the file that is read");
    }

    @Test
    void placesThatCannotBe() {
        Result.of("import", foreign, "--classes", names, folder).isRefused(2, folder + " is a folder");
        Result.of("import", foreign, "--classes", names, folder.resolve("a/b.safetensors"))
                .isRefused(2, "there is no folder " + folder.resolve("a"));
        Result.of("import", foreign, "--classes", names, folder.resolve("b.bin")).isRefused(2, ".safetensors");
        Result.of("import", folder.resolve("nothing.safetensors"), model).isRefused(1, "nothing.safetensors");
    }

    @Test
    void tensorsThatDoNotFitAreAllNamed() throws Exception {
        ForeignWeights.write(foreign, WeightLayout.TORCHVISION, 3, "classifier.4.bias");
        Result.of("import", foreign, "--net", "torchvision", "--classes", names, model)
                .isRefused(1, foreign.toString(), "missing: classifier.4.bias (8)");
        Result.of("import", foreign, "--net", "onnx-zoo", "--classes", names, model)
                .isRefused(1, "missing: conv1_w_0 (", "fc8_b_0 (1000)",
                        "left over: features.0.weight (8 × 3 × 11 × 11)");
        Result.of("import", foreign, "--classes", names, model).isRefused(1, "missing: classifier.4.bias (8)");
        assertThat(model).doesNotExist();
    }

    @Test
    void whatMustBeSaidIsAsked() throws Exception {
        Result.of("import", foreign, "--net", "torchvision", model).isRefused(2, "3 outputs", "--classes FILE");
        Result.of("import", foreign, "--net", "torchvison", model).isRefused(2, "did you mean torchvision?");
        Result.of("import", foreign, "--order", "alphabetic", model).isRefused(2, "alphabetic");
        Result.of("import", foreign, "--classes", names, "--order", "devkit", model).isRefused(2, "give one of them");
        Result.of("import", foreign, "--classes", names, "--mean", "1,2", model).isRefused(2, "--mean", "1,2");
        Result.of("import", foreign, "--classes", names, "--mean", "256", model).isRefused(2, "--mean", "0 to 255");
        Result.of("import", foreign, "--classes", names, "--scale", "0", model).isRefused(2, "--scale", "above 0");
        Result.of("import", foreign, "--classes", names, "--only", ",", model).isRefused(2, "no layer");
        Result.of("import", foreign, "--only", "conv*", model).isRefused(2, "fc8 is not taken", "--classes FILE");
        Result.of("import", foreign, "--classes", names, "--mean", "1,2,x.binaryproto", model)
                .isRefused(1, "x.binaryproto");
        Result.of("import", foreign, "--classes", names, "--scale", "1,,2", model).isRefused(2, "--scale", "'1,,2'");
        Result.of("import", foreign, "--classes", names, "--only", "pool1", model).isRefused(2, "'pool1'", "conv1");
        Path own = ForeignWeights.write(folder.resolve("own.safetensors"), WeightLayout.PAPER, 1000, "");
        Result.of("import", own, model).isRefused(2, "--net paper or --net caffe or --net caffenet");
        Result.of("import", own, "--net", "paper", "--mean", "0,0,0", model).isRefused(2, "--order sorted");
        Result.of("import", own, "--net", "paper", "--order", "devkit", model).isRefused(2, "--mean R,G,B");
        assertThat(model).doesNotExist();
    }

    @Test
    void aStateDictOfOursKeepsItsClasses() throws Exception {
        Path pth = folder.resolve("a.pth");
        Result.done("import", foreign, "--classes", names, model);
        Result.done("export", model, pth);
        assertThat(Result.done("inspect", pth).out()).contains("tench (n01440764)");
        Result.done("export", pth, folder.resolve("b.keras"));
        assertThat(Result.done("inspect", folder.resolve("b.keras")).out()).contains("tench (n01440764)");
        Path empty = Files.createFile(folder.resolve("empty.pth"));
        Result.of("import", empty, folder.resolve("m.safetensors")).isRefused(1, "is empty, expected weights");
    }

    @Test
    void aListOfNamesIsUtf8() throws Exception {
        Files.writeString(names, "\uFEFFn01440764\ttench\nn01443537\tgoldfish\nn02012849 crane\n");
        assertThat(Result.done("import", foreign, "--classes", names, model).out()).contains("3, tench (n01440764)");
        Files.writeString(names, "K\u00e4fer\nb\nc\n", StandardCharsets.ISO_8859_1);
        Result.of("import", foreign, "--classes", names, model, "--force").isRefused(1, names.toString(), "UTF-8");
    }

    @Test
    void theDevkitsOrderIsTakenIfItIsSaid() throws Exception {
        Path own = ForeignWeights.write(folder.resolve("own.safetensors"), WeightLayout.PAPER, 1000, "");
        Result.done("import", own, "--net", "paper", "--mean", "122,116,104", "--order", "devkit", model);
        assertThat(Result.done("inspect", model).out()).contains("classes: 1,000, kit fox (n02119789), English setter");
    }

    @Test
    void anExportNeedsAFormatAndItsOwnNetwork() {
        Result.done("import", foreign, "--classes", names, model);
        Result.of("export", model, folder.resolve("out.bin")).isRefused(2, "names no format", ".onnx");
        Result.of("export", model, folder.resolve("out.safetensors"), "--net", "caffe")
                .isRefused(2, "network caffe", "torchvision");
        Result.of("export", folder.resolve("nothing"), folder.resolve("out.onnx")).isRefused(1, "nothing");
    }
}
