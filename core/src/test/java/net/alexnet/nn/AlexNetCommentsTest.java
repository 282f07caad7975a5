package net.alexnet.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Architecture.Row;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The sizes in the comments of `AlexNet.java` are those that its layers give.
class AlexNetCommentsTest {
    private static final Path SOURCE = Path.of("src/main/java/net/alexnet/nn/AlexNet.java");

    /// The method calls that make a layer.
    private static final Pattern LAYER = Pattern
            .compile("\\b(conv|nonlinearity|norm\\w*|pool|flatten|dense|drop|softmax)\\(");

    @ParameterizedTest
    @EnumSource(Variant.class)
    void theCommentsOfAVariantAreRight(Variant variant) throws IOException {
        AlexNet net = AlexNet.of(variant);
        List<Row> rows = net.architecture().rows();
        int layers = 0;
        int comments = 0;
        for (String line : lines(variant)) {
            layers += (int) LAYER.matcher(line).results().filter(word -> gives(net, word.group(1))).count();
            String[] parts = line.split("//", 2);
            if (parts.length == 2) {
                comments++;
                String size = (layers == 0 ? rows.getFirst().in() : rows.get(layers - 1).out()).toString();
                assertThat(parts[1].strip().replaceAll("\\s+", " ")).as(line).isEqualTo(size);
            }
        }
        assertThat(layers).as("layers read from the source").isEqualTo(rows.size());
        assertThat(comments).as("sizes read from the source").isGreaterThanOrEqualTo(variant == Variant.FOUR ? 8 : 12);
    }

    /// Whether a call gives a layer with the variant's defaults.
    private static boolean gives(AlexNet net, String word) {
        return word.startsWith("norm") ? net.responseNorm() : !word.equals("drop") || net.dropout() > 0;
    }

    /// The source lines of a variant's layers.
    private static List<String> lines(Variant variant) throws IOException {
        Matcher body = Pattern.compile("case " + variant + " -> layers\\((.*?);", Pattern.DOTALL)
                .matcher(Files.readString(SOURCE));
        assertThat(body.find()).as(variant + " in " + SOURCE).isTrue();
        return Stream.of(body.group(1).split("\n")).toList();
    }
}
