package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.inference.ImageNet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassListTest {
    @TempDir
    private Path folder;

    private ClassList read(String text) throws IOException {
        return ClassList.read(Files.writeString(folder.resolve("classes.txt"), text));
    }

    @Test
    void namesStandOneALine() throws Exception {
        assertThat(read("great white shark\n\n  cat \r\nn1\n"))
                .isEqualTo(new ClassList(List.of("great white shark", "cat", "n1"), List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\t", " ", "  ", ": ", ","})
    void aWnidMayStandBeforeTheName(String between) throws Exception {
        ClassList list = read("n01440764" + between + "tench, Tinca tinca\nn01443537" + between + "goldfish\n");
        assertThat(list.wnids()).containsExactly("n01440764", "n01443537");
        assertThat(list.names()).containsExactly("tench, Tinca tinca", "goldfish");
    }

    @Test
    void aWnidAloneIsItsOwnName() throws Exception {
        assertThat(read("n01440764\nn01443537").names()).containsExactly("n01440764", "n01443537");
    }

    /// Caffe's `synset_words.txt` has a bird and a machine of one name.
    @Test
    void classesOfOneNameAreToldApartByTheirWnids() throws Exception {
        assertThat(read("n02012849 crane\nn03126707 crane\nn01440764 tench").names())
                .containsExactly("crane (n02012849)", "crane (n03126707)", "tench");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '"', value = {
        "\"\"; names no class", "cat|dog|cat; 'cat' twice", "n01440764 a|n01440764 b; 'n01440764' twice",
        "n01440764 tench|cat; in 1 of its 2 lines"})
    void saysWhatIsWrong(String lines, String why) {
        assertThatThrownBy(() -> read(lines.replace("|", "\n"))).isInstanceOf(IOException.class)
                .hasMessageContaining("classes.txt").hasMessageContaining(why);
    }

    @Test
    void imageNetsHasBothOrders() {
        ClassList sorted = ClassList.of(ImageNet.Order.SORTED);
        ClassList devkit = ClassList.of(ImageNet.Order.DEVKIT);
        assertThat(sorted.names()).startsWith("tench", "goldfish", "great white shark").doesNotHaveDuplicates();
        assertThat(devkit.names()).startsWith("kit fox", "English setter");
        assertThat(devkit.wnids()).containsExactlyInAnyOrderElementsOf(sorted.wnids());
    }
}
