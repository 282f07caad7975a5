package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SynsetTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "n0144076", "n014407640", "N01440764", "n0144076x", "n01440764_1", " n01440764",
        "tench"})
    void otherTextsAreNoIdentifiers(String text) {
        assertThat(Synset.isWnid(text)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> new Synset(text, 1, "tench"));
    }

    @Test
    void anIdentifierIsAnNAndEightDigits() {
        assertThat(Synset.isWnid("n01440764")).isTrue();
    }

    /// Two patterns of the same thing would drift apart.
    @Test
    void theFormOfAnIdentifierIsWrittenOnce() throws Exception {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file).contains("n\\\\d{8}")) {
                    found.add(String.valueOf(file.getFileName()));
                }
            }
        }
        assertThat(found).containsExactly("Synset.java");
    }
}
